/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A recording: build, boot, run profile/workloads/FAMILY.sh in the guest, read what it left. The
 * script's head says what that is.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "guest/guest.h"
#include "profile/tally.h"

#define MEMORY_MIB   2048
#define RESULTS_MIB  1024
#define ICOUNT_SHIFT 2 /* 4 ns an instruction: netperf repeats to 0.2 % */
#define PEER_MODEL   "virtio-net-pci"
#define WORDS	     7 /* of a line in "phases" */

struct recording {
	struct dc_diag *diag;
	struct dc_arena *arena;
	const struct dc_driver *driver;
	const struct dc_kernel *kernel;
	const char *folder; /* where the guest's results are */
	const char *workload;
	struct symbols *symbols;
	struct tally *tallies; /* one a phase */
	struct dc_profile profile;
};

/* Checks */

static int check_driver(struct recording *rec)
{
	const struct dc_driver *driver = rec->driver;

	if (!driver->qemu_device)
		return dc_error(rec->diag, -EINVAL, DC_FILE(driver->folder),
				"names no QEMU device to run the driver on; put \"device\": "
				"{\"qemu\": MODEL} in driver.json, or record elsewhere and use "
				"--script");
	rec->workload = dc_arena_printf(rec->arena, "%s/profile/workloads/%s.sh", dc_data_dir(),
					driver->family);
	if (!dc_is_file(rec->workload))
		return dc_error(rec->diag, -EINVAL, DC_FILE(rec->workload),
				"there is no workload for the family %s yet; record elsewhere and "
				"use --script",
				driver->family);
	return 0;
}

/* Running */

/* The kernel's own build of the module, or NULL. modprobe's index says where it is. */
static const char *stock_module(const struct recording *rec)
{
	const char *below = rec->driver->package_path;
	const char *path;

	if (!below || strncmp(below, "drivers/", 8) != 0 || !rec->kernel->modules)
		return NULL;
	path = dc_arena_printf(rec->arena, "%s/%s/%s.ko", rec->kernel->modules, below,
			       rec->driver->module);
	return dc_is_file(path) ? path : NULL;
}

static int write_settings(struct recording *rec, const char *path)
{
	const char *text = dc_arena_printf(rec->arena, "MODULE=%s\nPREFIX=%s\n",
					   rec->driver->module, DC_PROFILING_PREFIX);

	return dc_file_write(rec->diag, path, text, strlen(text));
}

static int run_guest(struct recording *rec, const char *module, const char *folder)
{
	static const char *const modules[] = {"virtio_net", "8021q", NULL};
	static const char *const programs[] = {"netperf", "netserver", "ethtool", "perf", NULL};
	const char *nics[] = {rec->driver->qemu_device, PEER_MODEL, NULL};
	const char *settings = dc_arena_printf(rec->arena, "%s/profile.env", folder);
	const struct dc_guest_file files[] = {
		{module, "/recorded.ko"},
		{settings, "/profile.env"},
		{stock_module(rec), "/free.ko"},
		{0},
	};
	int err = dc_mkdirs(rec->diag, folder);

	if (!err)
		err = write_settings(rec, settings);
	if (!err)
		err = dc_guest_run(rec->diag,
				   &(struct dc_guest){
					   .what = dc_arena_printf(rec->arena, "profiling %s",
								   rec->driver->name),
					   .kernel = rec->kernel,
					   .folder = folder,
					   .job = rec->workload,
					   .modules = modules,
					   .programs = programs,
					   .files = files,
					   .nics = nics,
					   .memory_mib = MEMORY_MIB,
					   .icount_shift = ICOUNT_SHIFT,
					   .results_mib = RESULTS_MIB,
					   .timeout_s = 900,
				   });
	rec->folder = dc_arena_printf(rec->arena, "%s/results", folder);
	return err;
}

/* The file "phases" */

static struct dc_profile_phase *phase_named(struct recording *rec, const char *name)
{
	struct dc_profile_phase *phase;
	const struct dc_phase_weight *weight;

	dc_vec_each (phase, &rec->profile.phases)
		if (!strcmp(phase->name, name))
			return phase;
	dc_vec_push(&rec->profile.phases,
		    (struct dc_profile_phase){.name = dc_arena_strdup(rec->profile.arena, name),
					      .throughput = "",
					      .recorded_throughput = ""});
	phase = &rec->profile.phases.at[rec->profile.phases.len - 1];
	dc_vec_each (weight, &rec->driver->phases)
		if (!strcmp(weight->name, name)) {
			phase->share_percent = weight->share_percent;
			phase->per_hour = weight->per_hour;
		}
	return phase;
}

static uint64_t to_ms(const char *seconds)
{
	return (uint64_t)(strtod(seconds, NULL) * 1000 + 0.5);
}

/* "NAME recorded|free SECONDS PACKETS INTERRUPTS [THROUGHPUT UNIT]" */
static bool take_run(struct recording *rec, char *line)
{
	char *words[WORDS] = {0}, *word, *next = line;
	struct dc_profile_phase *phase;
	const char *throughput = "";
	size_t count = 0;

	while (count < WORDS && (word = strsep(&next, " ")))
		if (*word)
			words[count++] = word;
	if (count < 5)
		return false;
	if (count == WORDS)
		throughput = dc_arena_printf(rec->profile.arena, "%s %s", words[5], words[6]);
	phase = phase_named(rec, words[0]);
	if (!strcmp(words[1], "free")) {
		phase->free_ms = to_ms(words[2]);
		phase->free_packets = strtoull(words[3], NULL, 10);
		phase->free_interrupts = strtoull(words[4], NULL, 10);
		phase->throughput = throughput;
	} else {
		phase->recorded_ms = to_ms(words[2]);
		phase->recorded_packets = strtoull(words[3], NULL, 10);
		phase->recorded_interrupts = strtoull(words[4], NULL, 10);
		phase->recorded_throughput = throughput;
	}
	return true;
}

static int read_runs(struct recording *rec)
{
	const char *path = dc_arena_printf(rec->arena, "%s/phases", rec->folder);
	char *text, *line, *next;
	unsigned number = 0;
	int err = dc_file_read(rec->diag, path, &text, NULL);

	if (err < 0)
		return err;
	next = text;
	while (!err && (line = strsep(&next, "\n"))) {
		number++;
		if (*line && !take_run(rec, line))
			err = dc_error(rec->diag, -EIO, DC_LINE(path, number),
				       "expected NAME KIND SECONDS PACKETS INTERRUPTS");
	}
	free(text);
	return err;
}

/* The records */

static int read_phase(struct recording *rec, size_t index, unsigned *least_depth)
{
	const struct dc_profile_names names = {.module = rec->driver->module};
	struct dc_profile_phase *phase = &rec->profile.phases.at[index];
	struct tally *tally = &rec->tallies[index];
	const char *data = dc_arena_printf(rec->arena, "%s/%s.data", rec->folder, phase->name);
	const char *trace = dc_arena_printf(rec->arena, "%s/%s.trace", rec->folder, phase->name);
	unsigned depth;
	int err;

	dc_progress(rec->diag, "counting the calls of %s", phase->name);
	tally->arena = rec->arena;
	if (dc_is_file(trace)) {
		err = text_read(rec->diag, trace, trace, &names, rec->symbols, tally, NULL);
	} else {
		err = perf_data_read(rec->diag, data, &names, rec->symbols, tally);
		depth = tally_least_depth(tally);
		*least_depth = depth < *least_depth ? depth : *least_depth;
	}
	phase->events = tally->events;
	phase->lost = tally->lost;
	if (!err && tally->unknown)
		dc_warn(rec->diag, DC_FILE(dc_is_file(trace) ? trace : data),
			"%llu calls go to addresses without a name and are left out",
			(unsigned long long)tally->unknown);
	return err;
}

/* perf's own handler runs with preemption off, which its samples show as one level too many; how
 * many levels, the least of all samples tells: ndo_open, for one, may sleep. */
static int read_phases(struct recording *rec)
{
	size_t count = rec->profile.phases.len, i;
	unsigned least = DEPTHS;
	int err = 0;

	rec->tallies = dc_arena_alloc(rec->arena, count * sizeof(*rec->tallies));
	for (i = 0; !err && i < count; i++)
		err = read_phase(rec, i, &least);
	for (i = 0; i < count; i++) {
		const char *trace = dc_arena_printf(rec->arena, "%s/%s.trace", rec->folder,
						    rec->profile.phases.at[i].name);

		if (!err)
			merge_tally(&rec->profile, i, count, &rec->tallies[i],
				    dc_is_file(trace) || least == DEPTHS ? 0 : least);
		tally_done(&rec->tallies[i]);
	}
	return err;
}

static int read_results(struct recording *rec)
{
	const char *kallsyms = dc_arena_printf(rec->arena, "%s/kallsyms", rec->folder);
	struct dc_profile *profile = &rec->profile;
	int err;

	profile->arena = dc_arena_new();
	profile->driver = dc_arena_strdup(profile->arena, rec->driver->name);
	profile->source = dc_arena_printf(profile->arena,
					  "drivercut profile %s: perf ftrace:function and the "
					  "function tracer in a guest, Linux %s, QEMU %s, icount "
					  "shift %d",
					  rec->driver->name, rec->kernel->release,
					  rec->driver->qemu_device, ICOUNT_SHIFT);
	profile->seconds = 3600;
	err = symbols_read(rec->diag, kallsyms, &rec->symbols);
	if (!err)
		err = read_runs(rec);
	if (!err)
		err = read_phases(rec);
	symbols_free(rec->symbols);
	if (err < 0)
		return err;
	merge_finish(profile, true);
	if (!profile->edges.len)
		return dc_error(rec->diag, -ENODATA, DC_FILE(rec->folder),
				"no call of a function of %s was recorded", rec->driver->name);
	if (profile->lost)
		dc_warn(rec->diag, NULL, "%llu calls were lost in recording: counts are too low",
			(unsigned long long)profile->lost);
	return 0;
}

int dc_profile_record(struct dc_diag *diag, const struct dc_driver *driver,
		      const struct dc_kernel *kernel, const char *out, struct dc_profile *ret)
{
	struct dc_arena *arena = dc_arena_new();
	struct recording rec = {
		.diag = diag,
		.arena = arena,
		.driver = driver,
		.kernel = kernel,
	};
	const char *module;
	int err = check_driver(&rec);

	if (!err)
		err = dc_guest_check(diag, kernel);
	if (!err)
		err = dc_profile_build(diag, arena, driver, kernel, out, &module);
	if (!err)
		err = run_guest(&rec, module, dc_arena_printf(arena, "%s/recording", out));
	if (!err)
		err = read_results(&rec);
	dc_arena_free(arena);
	if (err < 0)
		dc_profile_done(&rec.profile);
	else
		*ret = rec.profile;
	return err;
}
