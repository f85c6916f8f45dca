/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cost of a crossing, in instructions of the guest: the runtime's channel against a byte sent
 * back and forth through two pipes. `build/bench/bench_channel` prints the table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "graph/driver/driver.h"
#include "guest/guest.h"

static const struct {
	const char *row, *what;
} rows[] = {
	{"pipe", "pipe ping-pong, two processes"},
	{"echo_0", "upcall, no data"},
	{"echo_256", "upcall, 256 bytes each way"},
	{"echo_1024", "upcall, 1 KB each way"},
	{"echo_4096", "upcall, 4 KB each way"},
	{"downcall", "downcall run by the process's thread"},
	{"downcall_by_caller", "upcall with a downcall run by the caller"},
	{"objects", "upcall with a downcall, three objects in step"},
	{"all_in_step", "upcall, all of 600 fields looked at, no change"},
};

static void say(void *ctx, enum dc_severity severity, const struct dc_pos *pos, const char *text)
{
	(void)ctx;
	(void)pos;
	if (severity != DC_PROGRESS || isatty(2))
		fprintf(stderr, "%s\n", text);
}

static int run(struct dc_diag *diag, struct dc_arena *arena, const struct dc_kernel *kernel,
	       const char *folder)
{
	const char *build = dc_arena_printf(arena, "%s/tests/runtime/echo/build.sh", dc_data_dir());
	const char *argv[] = {"sh", build, kernel->build, folder, NULL};
	const struct dc_guest_file files[] = {
		{dc_arena_printf(arena, "%s/dcrt/dcrt.ko", folder), "/dcrt.ko"},
		{dc_arena_printf(arena, "%s/echo/dcrt_echo.ko", folder), "/dcrt_echo.ko"},
		{ECHO_PROGRAMS "/echo_process", "/echo_process"},
		{ECHO_PROGRAMS "/echo_run", "/echo_run"},
		{0},
	};
	int err = dc_proc_run(diag, "building the test microdriver",
			      &(struct dc_proc){.argv = argv, .timeout_s = 120});

	if (err < 0)
		return err;
	return dc_guest_run(diag,
			    &(struct dc_guest){.what = "measuring the channel",
					       .kernel = kernel,
					       .folder = folder,
					       .job = dc_arena_printf(arena, "%s/bench/channel.sh",
								      dc_data_dir()),
					       .files = files,
					       .quiet_s = 60});
}

static int print(struct dc_diag *diag, const char *path)
{
	double pipe_ns = 0;
	char *text, *line;
	int err = dc_file_read(diag, path, &text, NULL);
	size_t i;

	if (err < 0)
		return err;
	printf("%-46s %12s %9s %6s\n", "round trip", "instructions", "again", "/pipe");
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char name[32];
		double first, second;

		if (sscanf(line, "%31s %lf %lf", name, &first, &second) != 3)
			continue;
		if (!strcmp(name, "pipe"))
			pipe_ns = first;
		for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			if (!strcmp(name, rows[i].row))
				printf("%-46s %12.0f %9.0f %6.2f\n", rows[i].what, first, second,
				       first / pipe_ns);
	}
	free(text);
	return 0;
}

int main(void)
{
	struct dc_diag diag = {.emit = say};
	struct dc_arena *arena = dc_arena_new();
	char folder[] = "/tmp/drivercut-channel-XXXXXX";
	struct dc_kernel kernel;
	int err = dc_kernel_find(&diag, arena, NULL, &kernel);

	if (!err && !mkdtemp(folder))
		err = -1;
	if (!err) {
		err = run(&diag, arena, &kernel, folder);
		if (!err)
			err = print(&diag, dc_arena_printf(arena, "%s/results/table", folder));
		if (!getenv("DC_KEEP"))
			dc_proc_run(&diag, "cleaning up",
				    &(struct dc_proc){
					    .argv = (const char *[]){"rm", "-rf", folder, NULL}});
	}
	dc_arena_free(arena);
	return err < 0 ? 3 : 0;
}
