/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drivercut run: emits and builds both components, boots a guest with them, and runs the user's
 * command in it. The command and its settings go into the guest as files; guest/run.sh reads them.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/proc.h"
#include "cli/workspace.h"
#include "cli/talk.h"
#include "cli/verbs.h"
#include "guest/split.h"
#include "solver/ratio.h"

#define PEER_MODEL "virtio-net-pci"
#define FOREVER_S  (1u << 30) /* a shell may be silent */

struct options {
	struct dc_driver_options driver;
	const char *operand, *cut, *components;
	char *const *command; /* NULL: a shell */
	dc_words programs;
	struct dc_ratio delay; /* q is 0 if none is given */
	int64_t delay_ns; /* -1: none */
	enum delay_mode { DELAY_BUSY, DELAY_SLEEP } delay_mode;
	int64_t cpus, timeout_s, icount_shift; /* cpus 0, icount_shift -1: as the guest has it */
	bool stock, shell;
};

static const char *const delay_modes[] = {"busy", "sleep", NULL};

/* Which of this machine's programs the guest gets */

struct applets {
	const char *wanted;
	bool found;
};

static int is_applet_line(void *ctx, char *line)
{
	struct applets *applets = ctx;

	applets->found |= !strcmp(line, applets->wanted);
	return 0;
}

/* True if busybox has the command: every guest has busybox. */
static bool is_applet(struct dc_diag *diag, const char *command)
{
	struct applets applets = {.wanted = command};
	const char *argv[] = {"busybox", "--list", NULL};

	dc_proc_run(diag, "looking at busybox",
		    &(struct dc_proc){.argv = argv, .line = is_applet_line, .ctx = &applets});
	return applets.found;
}

static bool is_here(const char *program)
{
	static const char *const folders[] = {"/bin", "/sbin", "/usr/bin", "/usr/sbin",
					      "/usr/local/bin"};
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char *path = dc_printf("%s/%s", folders[i], program);
		bool found = access(path, X_OK) == 0;

		free(path);
		if (found)
			return true;
	}
	return false;
}

static bool has_word(const dc_words *list, const char *word)
{
	size_t i;

	for (i = 0; i < list->len; i++)
		if (!strcmp(list->at[i], word))
			return true;
	return false;
}

static void add_programs(struct dc_workspace *workspace, struct options *options)
{
	static const char *const always[] = {"netperf", "netserver", "ethtool", "ip"};
	const char *command = options->command ? options->command[0] : NULL;
	size_t i;

	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (!has_word(&options->programs, always[i]))
			dc_vec_push(&options->programs, always[i]);
	if (command && !strchr(command, '/') && !has_word(&options->programs, command) &&
	    is_here(command) && !is_applet(&workspace->cli->diag, command))
		dc_vec_push(&options->programs, command);
	dc_vec_push(&options->programs, NULL);
}

/* A network driver with a card gets a network; any other driver is only loaded. */
static bool has_card(const struct dc_workspace *workspace)
{
	return dc_driver_is(&workspace->driver, "net") && dc_driver_has_device(&workspace->driver);
}

/* Files that tell the guest what to do */

/* The command as a shell script, with each word quoted. */
static const char *command_text(struct dc_arena *arena, char *const *command)
{
	FILE *out;
	char *text = NULL;
	size_t len;
	const char *kept, *at;

	out = open_memstream(&text, &len);
	if (!out)
		abort();
	fputs(". /lib/guest.sh\nexport NEAR FAR\n", out);
	for (; *command; command++) {
		fputc('\'', out);
		for (at = *command; *at; at++)
			if (*at == '\'')
				fputs("'\\''", out);
			else
				fputc(*at, out);
		fputs("' ", out);
	}
	fputc('\n', out);
	if (fclose(out) != 0)
		abort();
	kept = dc_arena_strdup(arena, text);
	free(text);
	return kept;
}

static const char *settings_text(struct dc_workspace *workspace, const struct options *options)
{
	struct dc_arena *arena = workspace->arena;
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	const char *shell = "SHELL_ROWS= SHELL_COLUMNS=", *delay = "DELAY_NS= DELAY_MODE=";

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	if (!options->command)
		shell = dc_arena_printf(arena, "SHELL_ROWS=%d SHELL_COLUMNS=%d",
					size.ws_row ? size.ws_row : 24,
					size.ws_col ? size.ws_col : 80);
	if (options->delay_ns >= 0)
		delay = dc_arena_printf(arena, "DELAY_NS=%" PRId64 " DELAY_MODE=%s",
					options->delay_ns, delay_modes[options->delay_mode]);
	return dc_arena_printf(arena, "NETWORK=%s\n%s\n%s\n", has_card(workspace) ? "yes" : "",
			       shell, delay);
}

static int write_text(struct dc_workspace *workspace, const char *name, const char *text,
		      const char **ret_path)
{
	*ret_path = dc_workspace_path(workspace, dc_arena_printf(workspace->arena, "run/%s", name));
	return dc_file_write(&workspace->cli->diag, *ret_path, text, strlen(text));
}

/* The parts of the guest */
struct parts {
	struct dc_guest_file files[DC_SPLIT_FILES + 3];
	dc_talk_words qemu_args;
	struct dc_talk *talk;
};

static int build_split(struct dc_workspace *workspace, const struct options *options,
		       struct parts *parts)
{
	const char *components = options->components;
	int err = 0;

	if (!components) {
		components = dc_workspace_path(workspace, "run/emit");
		err = dc_workspace_emit(workspace, options->cut, components);
	}
	if (err < 0)
		return err;
	return dc_split_build(&workspace->cli->diag, workspace->arena, &workspace->kernel,
			      workspace->driver.module, components,
			      dc_workspace_path(workspace, "run"), parts->files);
}

/* The unsplit driver: the kernel's own build is there already, unless the source is the user's. */
static int build_whole(struct dc_workspace *workspace, struct parts *parts)
{
	if (workspace->driver.package)
		return 0;
	return dc_whole_build(&workspace->cli->diag, workspace->arena, &workspace->kernel,
			      workspace->driver.module, workspace->driver.source,
			      dc_workspace_path(workspace, "run"), parts->files);
}

static int prepare(struct dc_workspace *workspace, struct options *options, struct parts *parts)
{
	struct dc_diag *diag = &workspace->cli->diag;
	struct dc_guest_file *file = parts->files;
	int err = 0;

	if (!workspace->driver.qemu_device)
		return dc_error(
			diag, -EINVAL, DC_FILE(workspace->driver.folder),
			"which device does the driver need? Name QEMU's model with --device "
			"MODEL, or in a driver.json in this folder: {\"device\": {\"qemu\": "
			"MODEL}}; --device none if the module needs no hardware");
	err = dc_workspace_kernel(workspace);
	if (!err)
		err = dc_guest_check(diag, &workspace->kernel);
	if (!err)
		err = dc_mkdirs(diag, dc_workspace_path(workspace, "run"));
	if (!err)
		err = dc_workspace_module(workspace);
	if (!err)
		err = options->stock ? build_whole(workspace, parts)
				     : build_split(workspace, options, parts);
	while (!err && file->host)
		file++;
	file[0].guest = "/run.env";
	if (!err)
		err = write_text(workspace, "run.env", settings_text(workspace, options),
				 &file[0].host);
	file[1].guest = "/command";
	if (!err && options->command)
		err = write_text(workspace, "command",
				 command_text(workspace->arena, options->command), &file[1].host);
	if (!err)
		add_programs(workspace, options);
	return err;
}

/* Booting */

static void print_line(void *ctx, const char *line)
{
	(void)ctx;
	dc_cli_clear_progress();
	fprintf(stderr, "%s\n", line);
}

static int boot(struct dc_workspace *workspace, const struct options *options, struct parts *parts)
{
	const char *nics[] = {workspace->driver.qemu_device, PEER_MODEL, NULL};
	const char *modules[] = {"virtio_console", NULL, NULL, NULL};
	size_t count = 1;
	struct dc_guest guest = {
		.what = dc_arena_printf(workspace->arena, "running %s", workspace->driver.name),
		.kernel = &workspace->kernel,
		.folder = dc_workspace_path(workspace, "run"),
		.job = dc_arena_printf(workspace->arena, "%s/guest/run.sh", dc_data_dir()),
		.modules = modules,
		.programs = options->programs.at,
		.files = parts->files,
		.nics = has_card(workspace) ? nics : NULL,
		.qemu_args = parts->qemu_args.at,
		.cpus = (unsigned)options->cpus,
		.icount_shift = (int)options->icount_shift,
		.timeout_s = options->command ? (unsigned)options->timeout_s : FOREVER_S,
		.quiet_s = options->command ? (unsigned)options->timeout_s : FOREVER_S,
		.line = workspace->cli->verbose > 0 ? print_line : NULL,
	};

	if (options->stock && workspace->driver.package)
		modules[count++] = workspace->driver.module; /* the first that has a card: eth0 */
	if (has_card(workspace))
		modules[count++] = "virtio_net";
	return dc_guest_run(&workspace->cli->diag, &guest);
}

static int talk_and_boot(struct dc_workspace *workspace, const struct options *options,
			 struct parts *parts)
{
	int output = workspace->cli->json ? STDERR_FILENO : STDOUT_FILENO;
	int err = dc_talk_open(&workspace->cli->diag, workspace->arena, !options->command, output,
			       &parts->qemu_args, &parts->talk);

	if (err < 0)
		return err;
	if (!has_card(workspace) && dc_driver_has_device(&workspace->driver)) {
		dc_vec_push(&parts->qemu_args, "-device");
		dc_vec_push(&parts->qemu_args, workspace->driver.qemu_device);
	}
	dc_vec_push(&parts->qemu_args, NULL);
	err = boot(workspace, options, parts);
	dc_talk_close(parts->talk);
	return err;
}

static int read_status(struct dc_workspace *workspace, int *ret)
{
	const char *path = dc_workspace_path(workspace, "run/results/status");
	char *text;
	int err = dc_file_read(&workspace->cli->diag, path, &text, NULL);

	if (err < 0)
		return err;
	*ret = (int)strtol(text, NULL, 10);
	free(text);
	return 0;
}

static void print_json(struct dc_workspace *workspace, const struct options *options, int status)
{
	const char *stats = dc_workspace_path(workspace, "run/results/stats");
	json_t *root = dc_json_new("run");

	dc_json_set(root, "driver", json_string(workspace->driver.name));
	dc_json_set(root, "split", json_boolean(!options->stock));
	dc_json_set(root, "status", json_integer(status));
	dc_json_set(root, "results", json_string(dc_workspace_path(workspace, "run/results")));
	dc_json_set(root, "console", json_string(dc_workspace_path(workspace, "run/console.log")));
	if (dc_is_file(stats))
		dc_json_set(root, "stats", json_string(stats));
	dc_cli_print_json(root);
}

/* Returns an exit status, the command's if it ran. */
static int run_guest(struct dc_cli *cli, struct options *options)
{
	struct parts parts = {0};
	struct dc_workspace workspace;
	int status = 0,
	    err = dc_workspace_open(cli, options->operand, &options->driver, &workspace);

	if (err < 0)
		return dc_cli_exit(err);
	err = prepare(&workspace, options, &parts);
	if (!err)
		err = talk_and_boot(&workspace, options, &parts);
	if (!err)
		err = read_status(&workspace, &status);
	if (!err && cli->json)
		print_json(&workspace, options, status);
	dc_vec_done(&parts.qemu_args);
	dc_workspace_done(&workspace);
	return err < 0 ? dc_cli_exit(err) : status;
}

/* The command line */

static const struct dc_option options[] = {
	DC_TEXT("cut", 0, struct options, cut, "FILE",
		"run this cut.json (out/DRIVER/cut.json, which is made first if there is none, as "
		"by "
		"drivercut solve DRIVER --rules)"),
	DC_TEXT("components", 0, struct options, components, "DIR",
		"run what drivercut emit wrote to DIR, with any changes of yours, instead of a "
		"cut"),
	DC_FLAG("stock", 0, struct options, stock,
		"run the driver unsplit: the kernel's own, or if the source is a folder of yours, "
		"that"),
	DC_FLAG("shell", 0, struct options, shell, "start a shell (the default without COMMAND)"),
	DC_DELAY("add-delay", struct options, delay,
		 "once the card is up, make each crossing take so much longer: 10us, 1.5ms"),
	DC_COUNT("delay-ns", 0, struct options, delay_ns, "N", 0, INT32_MAX,
		 "nanoseconds, at most 2147483647", "the same, in nanoseconds"),
	DC_RENAMED("delay", "add-delay"),
	DC_CHOICE("delay-mode", struct options, delay_mode, "MODE", delay_modes, "busy or sleep",
		  "how to add it: busy (the default), which uses the CPU, or sleep"),
	DC_LIST("program", 0, struct options, programs, "NAME",
		"bring one more program of this machine into the guest, with its libraries; may be "
		"repeated (COMMAND's own program is brought anyway)"),
	DC_COUNT("cpus", 0, struct options, cpus, "N", 1, 64, "a number from 1 to 64",
		 "CPUs of the guest (1)"),
	DC_COUNT("icount", 0, struct options, icount_shift, "N", 0, 10, "a number from 0 to 10",
		 "let the guest's clock count instructions, 2^N ns each, so that figures repeat "
		 "(without: this machine's clock)"),
	DC_COUNT("timeout", 0, struct options, timeout_s, "S", 1, FOREVER_S, "seconds",
		 "how long booting and COMMAND may take together (600)"),
	DC_GROUP(dc_device_option, struct options, driver),
	DC_GROUP(dc_driver_options, struct options, driver),
	{0},
};

/* Returns NULL, or what is wrong with the options together. */
static const char *check_options(struct options *given, const struct dc_cli *cli)
{
	if (given->delay.q && dc_ratio_value(given->delay) > INT32_MAX)
		return "--add-delay: at most 2 s";
	if (given->delay.q)
		given->delay_ns = (int64_t)dc_ratio_value(given->delay);
	if (given->shell && given->command)
		return "--shell and a command exclude each other";
	if (given->stock && (given->cut || given->components))
		return "--stock runs the driver as it is: --cut and --components do not go with it";
	if (given->cut && given->components)
		return "--cut and --components exclude each other";
	if (given->stock && given->delay_ns >= 0)
		return "--stock has no crossings to delay";
	if (!given->command && cli->json)
		return "--json needs a command, after --";
	return NULL;
}

static int run_given(struct dc_cli *cli, struct options *given, int argc, char **argv)
{
	const char *wrong = argc ? NULL : "give one driver";

	if (argc > 1)
		given->command = argv + 1;
	if (!wrong)
		wrong = check_options(given, cli);
	if (wrong)
		return dc_cli_usage(cli, &dc_verb_run, "%s", wrong);
	given->operand = argv[0];
	return run_guest(cli, given);
}

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct options given = {.delay_ns = -1, .icount_shift = -1, .timeout_s = 600};
	int status = dc_options_read(cli, &dc_verb_run, argc, argv, &given);

	if (status < 0)
		status = run_given(cli, &given, argc - optind, argv + optind);
	dc_vec_done(&given.programs);
	return status;
}

const struct dc_verb dc_verb_run = {
	.name = "run",
	.run = run,
	.summary = "boot a guest with the split driver, for a shell or a command",
	.usage = "DRIVER [OPTIONS] [-- COMMAND...]",
	.about = "Emits the cut, builds the runtime and both components, boots Debian's kernel in "
		 "QEMU, "
		 "loads the split driver and brings the network card up. Then runs COMMAND in the "
		 "guest, "
		 "prints its output and exits with its status. Without COMMAND it starts a shell "
		 "on this "
		 "terminal (exit ends it, Ctrl-] ends a guest that hangs).\n\n"
		 "In the guest, the driver's card is eth0 with the address $NEAR. A second card on "
		 "the "
		 "same wire has the address $FAR in the network namespace `peer`, where netserver "
		 "listens (/sbin/ip netns exec peer COMMAND). The guest has busybox, netperf, "
		 "ethtool "
		 "and ip. COMMAND starts in the folder /results.\n\n"
		 "A driver of another family than net, or with --device none, gets no network: it "
		 "is loaded, COMMAND runs, and it is unloaded. Modules that the driver depends on "
		 "are loaded before it.",
	.options = options,
	.json = "send COMMAND's output to standard error; print its status and the folder of the "
		"results at the end",
	.verbose = "also print the guest's console",
	.reads = "out/DRIVER/cut.json, the driver's source, the kernel in /boot",
	.writes = "out/DRIVER/run/results: the files that COMMAND left in /results, and stats, the "
		  "counters that drivercut stat prints; out/DRIVER/run/console.log: the kernel's "
		  "messages",
	.exit = "COMMAND's status; 3 if the guest failed or its kernel reported a problem",
	.examples = "drivercut run e1000 -- ethtool -i eth0\n"
		    "drivercut run e1000 --stock -- netperf -H 10.9.0.2 -l 2\n"
		    "drivercut run e1000 --add-delay 100us -- sh -c 'ping -c 3 $FAR'\n"
		    "drivercut run e1000 --program gdb\n"
		    "drivercut run e1000 --kernel 6.12 -- uname -r\n"
		    "drivercut run my/driver --device i82550 -- ping -c 3 10.9.0.2",
	.see = "drivercut stat (what crossed), emit (the source of the components)",
};
