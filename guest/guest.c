/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One boot: make the initramfs, run QEMU with its serial console on a pipe, judge by what the
 * console said, unpack the disk that the guest wrote as a tar archive.
 */
#include "guest/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/proc.h"
#include "graph/driver/driver.h"
#include "guest/complaints.h"

#define QEMU "qemu-system-x86_64"
/* On a busy machine timer interrupts come so late that the kernel would panic for want of them. */
#define TIMER_IS_LATE "no_timer_check "
#define TAIL_LINES    16
#define COMPLAINT_MAX 32 /* lines of the kernel's complaint that are repeated, with the next */
#define LINES_BEFORE  8 /* which often say what led to it; less than TAIL_LINES */

/* One boot: its description, and the state of its console. */
struct boot {
	struct dc_diag *diag;
	const struct dc_guest *guest;
	struct dc_arena *arena;
	const char *initramfs, *disk, *console, *results;
	const char *tail[TAIL_LINES]; /* the last lines, a ring */
	size_t lines;
	DC_VEC(const char *) complaint; /* its first line, and what stood around it */
	bool ended;
	int status; /* of the job */
	int monitor[2]; /* sockets of QEMU's monitor: our end, QEMU's */
};

/* The console */

/* Behind "[   12.345678] " or "[   12.345678][  T123] ", the printk time and caller. */
static const char *skip_stamp(const char *line)
{
	while (*line == '[' && strspn(line + 1, " .0123456789TC") > 0) {
		const char *end = strchr(line, ']');

		if (!end || strspn(line + 1, " .0123456789TC") != (size_t)(end - line - 1))
			break;
		line = end + 1 + (end[1] == ' ');
	}
	return line;
}

static const char *after(const char *line, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(line, prefix, len) ? NULL : line + len;
}

/* "N on" or "N off": plugs the wire of network card N in or out. */
static void switch_link(const struct boot *boot, const char *text)
{
	char answers[4096], command[64], state[4];
	unsigned nic;
	int len;

	if (sscanf(text, "%u %3s", &nic, state) != 2 ||
	    (strcmp(state, "on") != 0 && strcmp(state, "off") != 0))
		return;
	while (recv(boot->monitor[0], answers, sizeof(answers), MSG_DONTWAIT) > 0)
		; /* or QEMU would have to keep them */
	len = snprintf(command, sizeof(command), "set_link net%u %s\n", nic, state);
	send(boot->monitor[0], command, (size_t)len, MSG_NOSIGNAL);
}

/* The line that came last belongs to a complaint of the kernel's. */
static void note_complaint(struct boot *boot)
{
	size_t i = boot->lines - 1;

	if (!boot->complaint.len)
		i -= i < LINES_BEFORE ? i : LINES_BEFORE;
	for (; i < boot->lines; i++)
		dc_vec_push(&boot->complaint, boot->tail[i % TAIL_LINES]);
}

static int hear(void *ctx, char *raw)
{
	struct boot *boot = ctx;
	const char *line = skip_stamp(raw);
	const char *text;

	boot->tail[boot->lines++ % TAIL_LINES] = dc_arena_strdup(boot->arena, line);
	if (boot->guest->line)
		boot->guest->line(boot->guest->ctx, line);
	if ((text = after(line, "dc-progress: "))) {
		dc_progress(boot->diag, "%s: %s", boot->guest->what, text);
	} else if ((text = after(line, "dc-end: "))) {
		boot->ended = true;
		boot->status = (int)strtol(text, NULL, 10);
	} else if ((text = after(line, "dc-link: "))) {
		switch_link(boot, text);
	} else if (!boot->guest->complaints_ok &&
		   (dc_guest_is_complaint(line) ||
		    (boot->complaint.len && boot->complaint.len < COMPLAINT_MAX))) {
		note_complaint(boot);
	}
	return 0;
}

static void note_tail(const struct boot *boot)
{
	size_t first = boot->lines > TAIL_LINES ? boot->lines - TAIL_LINES : 0;
	size_t i;

	if (boot->lines)
		dc_note(boot->diag, NULL, "the console's last lines were:");
	for (i = first; i < boot->lines; i++)
		dc_note(boot->diag, NULL, "  %s", boot->tail[i % TAIL_LINES]);
	dc_note(boot->diag, NULL, "all of it is in %s", boot->console);
}

static int judge(const struct boot *boot)
{
	const char *what = boot->guest->what;
	size_t i;

	if (boot->complaint.len) {
		dc_error(boot->diag, -EIO, NULL, "%s: the guest's kernel complained", what);
		for (i = 0; i < boot->complaint.len; i++)
			dc_note(boot->diag, NULL, "  %s", boot->complaint.at[i]);
		dc_note(boot->diag, NULL, "all of the console is in %s", boot->console);
		return -EIO;
	}
	if (!boot->ended)
		dc_error(boot->diag, -EIO, NULL, "%s: the guest ended before its job did", what);
	else if (boot->status)
		dc_error(boot->diag, -EIO, NULL, "%s: the job in the guest failed with status %d",
			 what, boot->status);
	else
		return 0;
	note_tail(boot);
	return -EIO;
}

/* Before the boot */

static const char *own_file(struct dc_arena *arena, const char *name)
{
	return dc_arena_printf(arena, "%s/guest/%s", dc_data_dir(), name);
}

int dc_guest_check(struct dc_diag *diag, const struct dc_kernel *kernel)
{
	const char *argv[] = {QEMU, "--version", NULL};

	if ((!kernel->image || !kernel->modules) && !dc_kernel_is_installed(kernel))
		return dc_error(diag, -ENXIO, DC_FILE(kernel->build),
				"a guest needs %s; in that tree: make bzImage modules && make "
				"modules_install INSTALL_MOD_PATH=$PWD/installed",
				kernel->image ? "the kernel's modules"
					      : "the kernel's image, arch/x86/boot/bzImage");
	if (!kernel->image || !kernel->modules)
		return dc_error(
			diag, -ENXIO, NULL,
			"kernel %s has headers but no image to boot; install linux-image-%s "
			"(ci/deps.sh guest does)",
			kernel->release, kernel->release);
	if (dc_proc_run(diag, "looking for QEMU", &(struct dc_proc){.argv = argv}) == 0)
		return 0;
	dc_note(diag, NULL, "QEMU is in the package qemu-system-x86 (ci/deps.sh guest)");
	return -ENXIO;
}

typedef DC_VEC(const char *) words;

static void add_items(words *argv, const char *kind, const char *const *items)
{
	for (; items && *items; items++) {
		dc_vec_push(argv, kind);
		dc_vec_push(argv, *items);
	}
}

static void add_file(words *argv, const char *host, const char *inside)
{
	dc_vec_push(argv, "file");
	dc_vec_push(argv, host);
	dc_vec_push(argv, inside);
}

static int make_initramfs(const struct boot *boot)
{
	static const char *const disk_modules[] = {"virtio_pci", "virtio_blk", NULL};
	static const char *const programs[] = {"ip", NULL};
	const struct dc_guest *guest = boot->guest;
	const struct dc_guest_file *file;
	words argv = {0};
	int err;

	dc_vec_push(&argv, "sh");
	dc_vec_push(&argv, own_file(boot->arena, "mkinitramfs.sh"));
	dc_vec_push(&argv, boot->initramfs);
	dc_vec_push(&argv, guest->kernel->root);
	dc_vec_push(&argv, guest->kernel->release);
	dc_vec_push(&argv, own_file(boot->arena, "init.sh"));
	add_items(&argv, "module", disk_modules);
	add_items(&argv, "module", guest->modules);
	add_items(&argv, "program", programs);
	add_items(&argv, "program", guest->programs);
	for (file = guest->files; file && file->host; file++)
		add_file(&argv, file->host, file->guest);
	add_file(&argv, own_file(boot->arena, "lib.sh"), "/lib/guest.sh");
	add_file(&argv, guest->job, "/job");
	dc_vec_push(&argv, NULL);
	dc_progress(boot->diag, "%s: making the guest's initramfs", guest->what);
	err = dc_proc_run(boot->diag, "making the guest's initramfs",
			  &(struct dc_proc){.argv = argv.at, .timeout_s = 1200});
	dc_vec_done(&argv);
	return err < 0 ? -ENXIO : 0;
}

static int make_disk(const struct boot *boot)
{
	unsigned mib = boot->guest->results_mib ? boot->guest->results_mib : 256;
	int fd = open(boot->disk, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int err = fd < 0 || ftruncate(fd, (off_t)mib << 20) < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return err ? dc_error(boot->diag, -err, DC_FILE(boot->disk), "cannot make: %s",
			      strerror(err))
		   : 0;
}

/* QEMU's command line */

static void add_option(words *argv, const char *option, const char *value)
{
	dc_vec_push(argv, option);
	dc_vec_push(argv, value);
}

static void add_nics(words *argv, struct dc_arena *arena, const char *const *nics)
{
	unsigned i;

	for (i = 0; nics && nics[i]; i++) {
		add_option(argv, "-netdev", dc_arena_printf(arena, "hubport,id=net%u,hubid=0", i));
		add_option(argv, "-device",
			   dc_arena_printf(arena,
					   "%s,netdev=net%u,romfile=,addr=0x1%u,"
					   "mac=52:54:00:dc:00:0%u",
					   nics[i], i, i, i + 1));
	}
}

static void add_machine(words *argv, struct dc_arena *arena, const struct dc_guest *guest)
{
	const char *machine = guest->machine ? guest->machine : "pc";

	add_option(argv, "-M", machine);
	add_option(argv, "-accel", guest->icount_shift < 0 ? "tcg,thread=multi" : "tcg");
	if (guest->icount_shift >= 0)
		add_option(argv, "-icount",
			   dc_arena_printf(arena, "shift=%d,sleep=off", guest->icount_shift));
	add_option(argv, "-smp", dc_arena_printf(arena, "%u", guest->cpus ? guest->cpus : 1));
	add_option(argv, "-m",
		   dc_arena_printf(arena, "%u", guest->memory_mib ? guest->memory_mib : 512));
}

static void add_all(words *argv, const struct boot *boot)
{
	const struct dc_guest *guest = boot->guest;
	struct dc_arena *arena = boot->arena;
	const char *const *more;

	dc_vec_push(argv, QEMU);
	dc_vec_push(argv, "-nodefaults");
	dc_vec_push(argv, "-no-user-config");
	dc_vec_push(argv, "-no-reboot");
	add_option(argv, "-display", "none");
	add_option(argv, "-serial", "stdio");
	add_machine(argv, arena, guest);
	add_option(argv, "-kernel", guest->kernel->image);
	add_option(argv, "-initrd", boot->initramfs);
	add_option(argv, "-append",
		   dc_arena_printf(arena,
				   "console=ttyS0 loglevel=6 printk.devkmsg=on panic=-1 %s%s%s",
				   TIMER_IS_LATE, guest->complaints_ok ? "" : "oops=panic ",
				   guest->kernel_args ? guest->kernel_args : ""));
	add_nics(argv, arena, guest->nics);
	add_option(argv, "-chardev",
		   dc_arena_printf(arena, "socket,id=monitor,fd=%d", boot->monitor[1]));
	add_option(argv, "-mon", "chardev=monitor");
	add_option(argv, "-drive",
		   dc_arena_printf(arena, "if=none,id=disk,format=raw,cache=unsafe,file=%s",
				   boot->disk));
	add_option(argv, "-device", "virtio-blk-pci,drive=disk,addr=0x1f");
	for (more = guest->qemu_args; more && *more; more++)
		dc_vec_push(argv, *more);
	dc_vec_push(argv, NULL);
}

static int open_monitor(struct boot *boot)
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, boot->monitor) < 0)
		return dc_error(boot->diag, -errno, NULL, "cannot make a socket: %s",
				strerror(errno));
	fcntl(boot->monitor[0], F_SETFD, FD_CLOEXEC);
	return 0;
}

static int run_qemu(struct boot *boot)
{
	const struct dc_guest *guest = boot->guest;
	words argv = {0};
	int err = open_monitor(boot);

	if (err < 0)
		return err;
	add_all(&argv, boot);
	dc_progress(boot->diag, "%s: booting %s", guest->what, guest->kernel->release);
	err = dc_proc_run(boot->diag, guest->what,
			  &(struct dc_proc){.argv = argv.at,
					    .log = boot->console,
					    .timeout_s = guest->timeout_s ? guest->timeout_s : 600,
					    .quiet_s = guest->quiet_s ? guest->quiet_s : 120,
					    .line = hear,
					    .ctx = boot});
	dc_vec_done(&argv);
	close(boot->monitor[0]);
	close(boot->monitor[1]);
	return err ? err : judge(boot);
}

/* After the boot */

static void remove_tree(struct dc_diag *diag, const char *path)
{
	const char *argv[] = {"rm", "-rf", path, NULL};

	dc_proc_run(diag, "cleaning up", &(struct dc_proc){.argv = argv});
}

/* The disk has one archive if the job has ended, else those of keep(), each with its own end. */
static int take_results(const struct boot *boot)
{
	const char *temporary = dc_arena_printf(boot->arena, "%s.tmp", boot->results);
	const char *extract = boot->ended ? "-xm" : "-xim";
	const char *argv[] = {"tar", extract, "-f", boot->disk, "-C", temporary, NULL};
	int err;

	remove_tree(boot->diag, temporary);
	err = dc_mkdirs(boot->diag, temporary);
	if (!err)
		err = dc_proc_run(boot->diag, "unpacking the guest's results",
				  &(struct dc_proc){.argv = argv});
	if (!err && rename(temporary, boot->results) < 0)
		err = dc_error(boot->diag, -errno, DC_FILE(boot->results), "cannot make: %s",
			       strerror(errno));
	if (err < 0)
		remove_tree(boot->diag, temporary);
	return err;
}

/* Returns what to return for the boot. */
static int boot_once(struct boot *boot)
{
	int err = run_qemu(boot);

	if (!err)
		return take_results(boot);
	if (boot->guest->keep_results)
		take_results(boot);
	return err;
}

int dc_guest_run(struct dc_diag *diag, const struct dc_guest *guest)
{
	struct dc_arena *arena = dc_arena_new();
	struct boot boot = {
		.diag = diag,
		.guest = guest,
		.arena = arena,
		.initramfs = dc_arena_printf(arena, "%s/initramfs.tmp", guest->folder),
		.disk = dc_arena_printf(arena, "%s/disk.tmp", guest->folder),
		.console = dc_arena_printf(arena, "%s/console.log", guest->folder),
		.results = dc_arena_printf(arena, "%s/results", guest->folder),
	};
	int err = dc_guest_check(diag, guest->kernel);

	if (!err)
		err = dc_mkdirs(diag, guest->folder);
	if (!err)
		remove_tree(diag, boot.results);
	if (!err)
		err = make_initramfs(&boot);
	if (!err)
		err = make_disk(&boot);
	if (!err)
		err = boot_once(&boot);
	unlink(boot.initramfs);
	unlink(boot.disk);
	dc_vec_done(&boot.complaint);
	dc_arena_free(arena);
	return err;
}
