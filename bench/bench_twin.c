/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The paper's experiment on a real driver: each crossing of the cut is delayed, and netperf and the
 * control path are measured. Both halves are in the kernel (the twin); the stock driver and the one
 * with a process, its registers mapped or by call, are there to compare. `build/bench/bench_twin
 * DRIVERCUT` prints the table; words behind it choose rows: `bench_twin DRIVERCUT stock mapped`.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "graph/driver/driver.h"
#include "guest/guest.h"

struct bench {
	struct dc_diag diag;
	struct dc_arena *arena;
	struct dc_kernel kernel;
	const char *folder, *drivercut;
};

/* Busy delays of a millisecond and more take this machine hours. */
static const char delays[] = "0 busy\n10000 busy\n100000 busy\n"
			     "10000 sleep\n100000 sleep\n1000000 sleep\n10000000 sleep\n";
static const char no_delay[] = "0 busy\n";

static const struct {
	const char *name, *load, *delays;
	bool twin;
} runs[] = {
	{"stock", "/stock.ko", no_delay, false},
	{"mapped", "/dcrt.ko\n/e1000.ko dcrt_program=/e1000_process", no_delay, false},
	{"process", "/dcrt.ko\n/e1000.ko dcrt_program=/e1000_process dcrt_map=0", no_delay, false},
	{"twin", "/dcrt.ko\n/e1000_twin.ko\n/e1000.ko", delays, true},
};

static void say(void *ctx, enum dc_severity severity, const struct dc_pos *pos, const char *text)
{
	(void)ctx;
	(void)pos;
	(void)severity;
	fprintf(stderr, "%s\n", text);
}

static const char *at(struct bench *bench, const char *name)
{
	return dc_arena_printf(bench->arena, "%s/%s", bench->folder, name);
}

static int build(struct bench *bench)
{
	const char *script =
		"set -e\n"
		"$0 solve e1000 --rules -o cut.json\n"
		"$0 emit e1000 --cut cut.json -o emit\n"
		"cp -r out/e1000/source stock\n"
		"make -s -C emit/user\n"
		"sh $2/runtime/module/build.sh $1 dcrt\n"
		"for m in stock emit/kernel emit/twin; do\n"
		"make -s -C $1 M=$PWD/$m KBUILD_EXTRA_SYMBOLS=$PWD/dcrt/Module.symvers\n"
		"done\n";
	const char *argv[] = {"sh",	     "-c", script, bench->drivercut, bench->kernel.build,
			      dc_data_dir(), NULL};

	return dc_proc_run(
		&bench->diag, "building the driver",
		&(struct dc_proc){.argv = argv, .dir = bench->folder, .timeout_s = 3600});
}

static int put(struct bench *bench, const char *name, const char *text)
{
	return dc_file_write(&bench->diag, at(bench, name), text, strlen(text));
}

static int measure(struct bench *bench, size_t i)
{
	const char *programs[] = {"netperf", "netserver", "ethtool", NULL};
	const char *modules[] = {"virtio_net", NULL};
	const char *nics[] = {"e1000", "virtio-net-pci", NULL};
	const struct dc_guest_file files[] = {
		{at(bench, "load"), "/load"},
		{at(bench, "delays"), "/delays"},
		{at(bench, "stock/e1000.ko"), "/stock.ko"},
		{at(bench, "dcrt/dcrt.ko"), "/dcrt.ko"},
		{at(bench, "emit/kernel/e1000.ko"), "/e1000.ko"},
		{at(bench, "emit/user/e1000"), "/e1000_process"},
		{runs[i].twin ? at(bench, "emit/twin/e1000_twin.ko") : NULL, "/e1000_twin.ko"},
		{0}};
	const struct dc_guest guest = {
		.what = runs[i].name,
		.kernel = &bench->kernel,
		.folder = at(bench, runs[i].name),
		.job = dc_arena_printf(bench->arena, "%s/bench/twin.sh", dc_data_dir()),
		.modules = modules,
		.programs = programs,
		.nics = nics,
		.files = files,
		.icount_shift = 2,
		.quiet_s = 900,
		.timeout_s = 7200,
	};
	int err = put(bench, "load", runs[i].load);

	if (!err)
		err = put(bench, "delays", runs[i].delays);
	return err ? err : dc_guest_run(&bench->diag, &guest);
}

static int print(struct bench *bench, size_t i)
{
	char *text, *line;
	int err = dc_file_read(
		&bench->diag,
		dc_arena_printf(bench->arena, "%s/%s/results/table", bench->folder, runs[i].name),
		&text, NULL);

	if (err < 0)
		return err;
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		double delay_ns, ms[4], rr, rr_busy, stream, stream_busy;
		long n[4], meanwhile;
		char mode[8];

		if (sscanf(line, "%lf %7s %lf %ld %lf %ld %lf %ld %lf %ld %lf %lf %lf %lf %ld",
			   &delay_ns, mode, &ms[0], &n[0], &ms[1], &n[1], &ms[2], &n[2], &ms[3],
			   &n[3], &rr, &rr_busy, &stream, &stream_busy, &meanwhile) == 15)
			printf("%-8s %8.0f %-5s %7.0f %5.1f %6.1f %5.1f %5ld %9.0f %6ld %8.0f %5ld "
			       "%8.0f %5ld "
			       "%8.0f %5ld\n",
			       runs[i].name, delay_ns / 1000, delay_ns > 0 ? mode : "", rr, rr_busy,
			       stream, stream_busy, meanwhile, ms[0], n[0], ms[1], n[1], ms[2],
			       n[2], ms[3], n[3]);
	}
	free(text);
	return 0;
}

static bool is_chosen(const char *name, char *const *chosen)
{
	char *const *word;

	for (word = chosen; *word; word++)
		if (!strcmp(*word, name))
			return true;
	return !*chosen;
}

static int all(struct bench *bench, char *const *chosen)
{
	int err = build(bench);
	size_t i;

	if (!err)
		printf("%-8s %8s %-5s %7s %5s %6s %5s %5s %9s %6s %8s %5s %8s %5s %8s %5s\n", "",
		       "us", "", "RR/s", "CPU %", "Mbit/s", "CPU %", "calls", "load ms", "calls",
		       "up ms", "calls", "-e ms", "calls", "down ms", "calls");
	for (i = 0; !err && i < sizeof(runs) / sizeof(runs[0]); i++) {
		if (!is_chosen(runs[i].name, chosen))
			continue;
		err = measure(bench, i);
		if (!err)
			err = print(bench, i);
		fflush(stdout);
	}
	return err;
}

int main(int argc, char **argv)
{
	struct bench bench = {.diag.emit = say, .arena = dc_arena_new()};
	char folder[] = "/tmp/drivercut-delay-XXXXXX", path[PATH_MAX];
	int err;

	if (argc < 2 || !(bench.drivercut = realpath(argv[1], path)))
		return 2;
	err = dc_kernel_find(&bench.diag, bench.arena, NULL, &bench.kernel);
	if (!err && !(bench.folder = mkdtemp(folder)))
		err = -1;
	if (!err) {
		err = all(&bench, argv + 2);
		if (!getenv("DC_KEEP"))
			dc_proc_run(&bench.diag, "cleaning up",
				    &(struct dc_proc){
					    .argv = (const char *[]){"rm", "-rf", folder, NULL}});
	}
	dc_arena_free(bench.arena);
	return err < 0 ? 3 : 0;
}
