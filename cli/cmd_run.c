/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivercut run: a guest with the split driver, for a command or a shell. */
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
#include "cli/driver_files.h"
#include "cli/talk.h"
#include "cli/verbs.h"
#include "guest/split.h"
#include "solver/ratio.h"

#define PEER_MODEL "virtio-net-pci"
#define FOREVER_S  (1u << 30) /* a shell may be silent */

typedef dc_talk_words words;

struct options {
	const char *operand, *family, *cut, *components, *delay_mode;
	char *const *command; /* NULL: a shell */
	words programs;
	int64_t delay_ns; /* -1: leave it */
	unsigned cpus, timeout_s;
	int icount_shift;
	bool stock, shell;
};

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

/* Whether busybox has the command; then the guest has it already. */
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

static bool has_word(const words *list, const char *word)
{
	size_t i;

	for (i = 0; i < list->len; i++)
		if (!strcmp(list->at[i], word))
			return true;
	return false;
}

static void add_programs(struct dc_cli_driver *files, struct options *options)
{
	static const char *const always[] = {"netperf", "netserver", "ethtool", "ip"};
	const char *command = options->command ? options->command[0] : NULL;
	size_t i;

	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (!has_word(&options->programs, always[i]))
			dc_vec_push(&options->programs, always[i]);
	if (command && !strchr(command, '/') && !has_word(&options->programs, command) &&
	    is_here(command) && !is_applet(&files->cli->diag, command))
		dc_vec_push(&options->programs, command);
	dc_vec_push(&options->programs, NULL);
}

/* Files that tell the guest what to do */

/* The command as a script: each word quoted, so that it arrives as it was typed. */
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

static const char *settings_text(struct dc_arena *arena, const struct options *options)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	const char *shell = "SHELL_ROWS= SHELL_COLUMNS=", *delay = "DELAY_NS= DELAY_MODE=";

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	if (!options->command)
		shell = dc_arena_printf(arena, "SHELL_ROWS=%d SHELL_COLUMNS=%d",
					size.ws_row ? size.ws_row : 24,
					size.ws_col ? size.ws_col : 80);
	if (options->delay_ns >= 0)
		delay = dc_arena_printf(arena, "DELAY_NS=%" PRId64 " DELAY_MODE=%s",
					options->delay_ns, options->delay_mode);
	return dc_arena_printf(arena, "%s\n%s\n", shell, delay);
}

static int write_text(struct dc_cli_driver *files, const char *name, const char *text,
		      const char **ret_path)
{
	*ret_path = dc_cli_driver_path(files, dc_arena_printf(files->arena, "run/%s", name));
	return dc_file_write(&files->cli->diag, *ret_path, text, strlen(text));
}

/* What the guest is made of */
struct parts {
	struct dc_kernel kernel;
	struct dc_guest_file files[DC_SPLIT_FILES + 3];
	words qemu_args;
	struct dc_talk *talk;
};

static int build_split(struct dc_cli_driver *files, const struct options *options,
		       struct parts *parts)
{
	const char *components = options->components;
	int err = 0;

	if (!components) {
		components = dc_cli_driver_path(files, "run/emit");
		err = dc_cli_driver_emit(files, options->cut, components);
	}
	if (err < 0)
		return err;
	return dc_split_build(&files->cli->diag, files->arena, &parts->kernel, files->driver.module,
			      components, dc_cli_driver_path(files, "run"), parts->files);
}

static int prepare(struct dc_cli_driver *files, struct options *options, struct parts *parts)
{
	struct dc_diag *diag = &files->cli->diag;
	struct dc_guest_file *file = parts->files;
	int err = 0;

	if (!files->driver.qemu_device || strcmp(files->driver.family, "net") != 0)
		return dc_error(diag, -EINVAL, DC_FILE(files->driver.folder),
				"a guest needs a driver of the family net whose driver.json names "
				"the QEMU device that it drives: \"device\": {\"qemu\": MODEL}");
	err = dc_kernel_find(diag, files->arena, &parts->kernel);
	if (!err)
		err = dc_guest_check(diag, &parts->kernel);
	if (!err)
		err = dc_mkdirs(diag, dc_cli_driver_path(files, "run"));
	if (!err && !options->stock)
		err = build_split(files, options, parts);
	while (!err && file->host)
		file++;
	file[0].guest = "/run.env";
	if (!err)
		err = write_text(files, "run.env", settings_text(files->arena, options),
				 &file[0].host);
	file[1].guest = "/command";
	if (!err && options->command)
		err = write_text(files, "command", command_text(files->arena, options->command),
				 &file[1].host);
	if (!err)
		add_programs(files, options);
	return err;
}

/* Booting */

static void print_line(void *ctx, const char *line)
{
	(void)ctx;
	dc_cli_clear_progress();
	fprintf(stderr, "%s\n", line);
}

static int boot(struct dc_cli_driver *files, const struct options *options, struct parts *parts)
{
	const char *nics[] = {files->driver.qemu_device, PEER_MODEL, NULL};
	const char *modules[] = {"virtio_console", "virtio_net", NULL, NULL};
	struct dc_guest guest = {
		.what = dc_arena_printf(files->arena, "running %s", files->driver.name),
		.kernel = &parts->kernel,
		.folder = dc_cli_driver_path(files, "run"),
		.job = dc_arena_printf(files->arena, "%s/guest/run.sh", dc_data_dir()),
		.modules = modules,
		.programs = options->programs.at,
		.files = parts->files,
		.nics = nics,
		.qemu_args = parts->qemu_args.at,
		.cpus = options->cpus,
		.icount_shift = options->icount_shift,
		.timeout_s = options->command ? options->timeout_s : FOREVER_S,
		.quiet_s = options->command ? options->timeout_s : FOREVER_S,
		.line = files->cli->verbose > 0 ? print_line : NULL,
	};

	if (options->stock) {
		/* the first card that gets a driver is eth0 */
		modules[2] = modules[1];
		modules[1] = files->driver.module;
	}
	return dc_guest_run(&files->cli->diag, &guest);
}

static int talk_and_boot(struct dc_cli_driver *files, const struct options *options,
			 struct parts *parts)
{
	int output = files->cli->json ? STDERR_FILENO : STDOUT_FILENO;
	int err = dc_talk_open(&files->cli->diag, files->arena, !options->command, output,
			       &parts->qemu_args, &parts->talk);

	if (err < 0)
		return err;
	dc_vec_push(&parts->qemu_args, NULL);
	err = boot(files, options, parts);
	dc_talk_close(parts->talk);
	return err;
}

static int read_status(struct dc_cli_driver *files, int *ret)
{
	const char *path = dc_cli_driver_path(files, "run/results/status");
	char *text;
	int err = dc_file_read(&files->cli->diag, path, &text, NULL);

	if (err < 0)
		return err;
	*ret = (int)strtol(text, NULL, 10);
	free(text);
	return 0;
}

static void print_json(struct dc_cli_driver *files, const struct options *options, int status)
{
	const char *stats = dc_cli_driver_path(files, "run/results/stats");
	json_t *root = dc_json_new("run");

	dc_json_set(root, "driver", json_string(files->driver.name));
	dc_json_set(root, "split", json_boolean(!options->stock));
	dc_json_set(root, "status", json_integer(status));
	dc_json_set(root, "results", json_string(dc_cli_driver_path(files, "run/results")));
	dc_json_set(root, "console", json_string(dc_cli_driver_path(files, "run/console.log")));
	if (dc_is_file(stats))
		dc_json_set(root, "stats", json_string(stats));
	dc_cli_print_json(root);
}

/* Returns an exit status: the command's, if it ran. */
static int run_guest(struct dc_cli *cli, struct options *options)
{
	struct parts parts = {0};
	struct dc_cli_driver files;
	int status = 0, err = dc_cli_driver_open(cli, options->operand, options->family, &files);

	if (err < 0)
		return dc_cli_exit(err);
	err = prepare(&files, options, &parts);
	if (!err)
		err = talk_and_boot(&files, options, &parts);
	if (!err)
		err = read_status(&files, &status);
	if (!err && cli->json)
		print_json(&files, options, status);
	dc_vec_done(&parts.qemu_args);
	dc_cli_driver_done(&files);
	return err < 0 ? dc_cli_exit(err) : status;
}

/* The command line */

enum {
	OPTION_COMPONENTS = 2000,
	OPTION_CPUS,
	OPTION_CUT,
	OPTION_DELAY,
	OPTION_DELAY_MODE,
	OPTION_DELAY_NS,
	OPTION_FAMILY,
	OPTION_ICOUNT,
	OPTION_PROGRAM,
	OPTION_SHELL,
	OPTION_STOCK,
	OPTION_TIMEOUT,
};

static const struct option longs[] = {
	{"components", required_argument, NULL, OPTION_COMPONENTS},
	{"cpus", required_argument, NULL, OPTION_CPUS},
	{"cut", required_argument, NULL, OPTION_CUT},
	{"delay", required_argument, NULL, OPTION_DELAY},
	{"delay-mode", required_argument, NULL, OPTION_DELAY_MODE},
	{"delay-ns", required_argument, NULL, OPTION_DELAY_NS},
	{"family", required_argument, NULL, OPTION_FAMILY},
	{"icount", required_argument, NULL, OPTION_ICOUNT},
	{"program", required_argument, NULL, OPTION_PROGRAM},
	{"shell", no_argument, NULL, OPTION_SHELL},
	{"stock", no_argument, NULL, OPTION_STOCK},
	{"timeout", required_argument, NULL, OPTION_TIMEOUT},
	{0},
};

static bool to_number(const char *text, int64_t least, int64_t most, int64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoll(text, &end, 10);
	return *text && !*end && !errno && *ret >= least && *ret <= most;
}

/* Returns NULL, or what is wrong. */
static const char *take_number(struct options *options, int option)
{
	int64_t number = 0;

	switch (option) {
	case OPTION_CPUS:
		if (!to_number(optarg, 1, 64, &number))
			return "--cpus: expected a number from 1 to 64";
		options->cpus = (unsigned)number;
		return NULL;
	case OPTION_DELAY_NS:
		if (!to_number(optarg, 0, INT32_MAX, &options->delay_ns))
			return "--delay-ns: expected nanoseconds, at most 2147483647";
		return NULL;
	case OPTION_ICOUNT:
		if (!to_number(optarg, 0, 10, &number))
			return "--icount: expected a number from 0 to 10";
		options->icount_shift = (int)number;
		return NULL;
	default:
		if (!to_number(optarg, 1, FOREVER_S, &number))
			return "--timeout: expected seconds";
		options->timeout_s = (unsigned)number;
		return NULL;
	}
}

static const char *take_delay(struct options *options, int option)
{
	struct dc_ratio delay;
	double ns;

	if (option == OPTION_DELAY_MODE) {
		options->delay_mode = optarg;
		return !strcmp(optarg, "busy") || !strcmp(optarg, "sleep")
			       ? NULL
			       : "--delay-mode: expected busy or sleep";
	}
	if (!dc_delay_parse(optarg, &delay))
		return "--delay: expected a time such as 10us, 1.5ms or 250ns";
	ns = dc_ratio_value(delay);
	if (ns > INT32_MAX)
		return "--delay: at most 2 s";
	options->delay_ns = (int64_t)ns;
	return NULL;
}

static const char *take_option(struct options *options, int option)
{
	switch (option) {
	case OPTION_COMPONENTS:
		options->components = optarg;
		return NULL;
	case OPTION_CUT:
		options->cut = optarg;
		return NULL;
	case OPTION_DELAY:
	case OPTION_DELAY_MODE:
		return take_delay(options, option);
	case OPTION_FAMILY:
		options->family = optarg;
		return NULL;
	case OPTION_PROGRAM:
		dc_vec_push(&options->programs, optarg);
		return NULL;
	case OPTION_SHELL:
		options->shell = true;
		return NULL;
	case OPTION_STOCK:
		options->stock = true;
		return NULL;
	default:
		return take_number(options, option);
	}
}

/* Returns NULL, or what is wrong with the options together. */
static const char *check_options(struct options *options, const struct dc_cli *cli)
{
	if (options->shell && options->command)
		return "--shell and a command exclude each other";
	if (options->stock && (options->cut || options->components))
		return "--stock is the driver as it is: --cut and --components do not go with it";
	if (options->cut && options->components)
		return "--cut and --components exclude each other";
	if (options->stock && options->delay_ns >= 0)
		return "--stock has no crossings to delay";
	if (!options->command && cli->json)
		return "--json is for a command, after --";
	return NULL;
}

static int run(struct dc_cli *cli, int argc, char **argv)
{
	struct options options = {
		.delay_ns = -1, .delay_mode = "busy", .icount_shift = -1, .timeout_s = 600};
	int option, status = 0;
	const char *wrong = NULL;

	/* "+": what follows the driver is the command's */
	while (!wrong &&
	       (option = dc_cli_option(cli, &dc_verb_run, argc, argv, "", longs, &status)) >= 0)
		wrong = take_option(&options, option);
	if (!wrong && option == -2)
		goto done;
	if (!wrong && optind == argc)
		wrong = "give one driver";
	if (!wrong && optind + 1 < argc)
		options.command = argv + optind + 1;
	if (!wrong)
		wrong = check_options(&options, cli);
	if (wrong) {
		status = dc_cli_usage(cli, &dc_verb_run, "%s", wrong);
	} else {
		options.operand = argv[optind];
		status = run_guest(cli, &options);
	}
done:
	dc_vec_done(&options.programs);
	return status;
}

const struct dc_verb dc_verb_run = {
	.name = "run",
	.run = run,
	.summary = "boot a guest with the split driver, for a shell or a command",
	.help = "usage: drivercut run DRIVER [OPTIONS] [-- COMMAND...]\n"
		"\n"
		"Boots Debian's kernel in QEMU with the driver cut in two: emits the cut, builds "
		"the\n"
		"runtime and both components, loads them, brings the network card up. Then runs "
		"the\n"
		"command there, prints what it prints and exits with its status; without a "
		"command,\n"
		"gives a shell on this terminal (exit ends it, Ctrl-] ends a guest that hangs).\n"
		"\n"
		"In the guest: the driver's card is eth0 with the address $NEAR; a second card, on "
		"the\n"
		"same wire, is in the network namespace `peer` with $FAR, where netserver listens\n"
		"(/sbin/ip netns exec peer COMMAND). Programs are busybox's and netperf, ethtool, "
		"ip.\n"
		"The command starts in the folder /results; what it leaves there is in\n"
		"out/DRIVER/run/results afterwards, with `stats`, the counters of crossings\n"
		"(drivercut stat reads them). out/DRIVER/run/console.log has the kernel's words.\n"
		"\n"
		"      --cut FILE        this cut.json (out/DRIVER/cut.json, made as by drivercut\n"
		"                        solve DRIVER --rules if it is not there)\n"
		"      --components DIR  what drivercut emit wrote, instead of a cut\n"
		"      --stock           the kernel's own driver, not cut\n"
		"      --shell           a shell (it is what you get without a command)\n"
		"      --delay TIME      added to each crossing once the card is up: 10us, 1.5ms\n"
		"      --delay-ns N      the same in nanoseconds\n"
		"      --delay-mode MODE how: busy (the default), which takes the CPU, or sleep\n"
		"      --program NAME    one more program of this machine, with its libraries\n"
		"                        (more than once for more); the command's own is there "
		"anyway\n"
		"      --cpus N          of the guest (1)\n"
		"      --icount N        the guest's clock counts instructions, 2^N ns each, so "
		"that\n"
		"                        figures repeat; otherwise it is this machine's clock\n"
		"      --timeout S       for a command, booting included (600)\n"
		"      --family NAME     of a driver that is a bare folder\n"
		"      --json            the command's output goes to standard error; at the end,\n"
		"                        status and where the results are\n"
		"\n"
		"Exit status: the command's; 3 if the guest failed or its kernel complained.\n"
		"\n"
		"  drivercut run e1000 -- ethtool -i eth0\n"
		"  drivercut run e1000 --stock -- netperf -H 10.9.0.2 -l 2\n"
		"  drivercut run e1000 --delay 100us -- sh -c 'ping -c 3 $FAR; ethtool -S eth0'\n"
		"  drivercut run e1000 --program gdb\n",
};
