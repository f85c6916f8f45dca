/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A recording: build, boot, run profile/workloads/FAMILY.sh in the guest, read what it left. The
 * script's head says what that is. If the guest fails, what it has completed is kept, and the next
 * recording goes on from there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "guest/guest.h"
#include "profile/kept.h"
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
	const char *folder; /* of all that guests leave */
	const char *workload;
	const dc_phase_weights *phases; /* the driver's, or */
	dc_phase_weights usual; /* the workload's */
	struct kept kept; /* by earlier guests; at last by all */
	struct symbols *symbols; /* of the guest whose results are read */
	struct tally *tallies; /* one a phase */
	struct dc_profile profile;
};

/* Checks */

/* The file profile/workloads/FAMILY.END of the first family of the driver that has one, none.END if
 * the driver needs no hardware; NULL. */
static const char *find_workload(const struct recording *rec, const char *end)
{
	const char *at = dc_driver_has_device(rec->driver) ? rec->driver->family : DC_NO_DEVICE;

	while (*at) {
		int len = (int)strcspn(at, ",");
		const char *path = dc_arena_printf(rec->arena, "%s/profile/workloads/%.*s%s",
						   dc_data_dir(), len, at, end);

		if (dc_is_file(path))
			return path;
		at += len + (at[len] == ',');
	}
	return NULL;
}

/* Weights of the phases: a driver.json need not have any. */
static int find_phases(struct recording *rec)
{
	const char *path = find_workload(rec, ".json");
	struct dc_json_doc *doc;
	struct dc_json root;
	int err;

	rec->phases = &rec->driver->phases;
	if (rec->phases->len || !path)
		return 0;
	rec->phases = &rec->usual;
	err = dc_json_open(rec->diag, path, "workload", &doc, &root);
	if (err < 0)
		return err;
	dc_phases_read(&root, rec->arena, &rec->usual);
	err = dc_json_failed(doc) ? -EINVAL : 0;
	dc_json_close(doc);
	return err;
}

static int check_driver(struct recording *rec)
{
	const struct dc_driver *driver = rec->driver;

	if (!driver->qemu_device)
		return dc_error(rec->diag, -EINVAL, DC_FILE(driver->folder),
				"there is no device to run a workload on; name QEMU's model with "
				"--device MODEL or in driver.json (--device none if the module "
				"needs no hardware), or record elsewhere and use --script");
	rec->workload = find_workload(rec, ".sh");
	if (!rec->workload)
		return dc_error(rec->diag, -EINVAL, DC_FILE(driver->folder),
				"there is no workload for the family %s yet; record elsewhere and "
				"use --script",
				driver->family);
	return find_phases(rec);
}

/* Running */

/* The kernel's own build of the module, or NULL; Debian compresses it since 6.12. */
static const char *stock_module(const struct recording *rec)
{
	const char *below = rec->driver->package_path;
	const char *path;

	if (!below || strncmp(below, "drivers/", 8) != 0 || !rec->kernel->modules)
		return NULL;
	path = dc_arena_printf(rec->arena, "%s/%s/%s.ko", rec->kernel->modules, below,
			       rec->driver->module);
	if (!dc_is_file(path))
		path = dc_arena_printf(rec->arena, "%s.xz", path);
	return dc_is_file(path) ? path : NULL;
}

static int write_settings(struct recording *rec, const char *path)
{
	const char *text = dc_arena_printf(rec->arena, "MODULE=%s\nPREFIX=%s\nDONE='%s'\n",
					   rec->driver->module, DC_PROFILING_PREFIX,
					   kept_done(rec->arena, &rec->kept));

	return dc_file_write(rec->diag, path, text, strlen(text));
}

/* Text that two recordings of the same driver and workload have in common. */
static const char *recording_of(const struct recording *rec, const char *module)
{
	const char *parts[] = {
		module,
		rec->workload,
		dc_arena_printf(rec->arena, "%s/guest/lib.sh", dc_data_dir()),
		rec->kernel->image,
		stock_module(rec),
	};
	const char *text = dc_arena_printf(rec->arena, "%s %s\n", rec->kernel->release,
					   rec->driver->qemu_device);
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i] && stat(parts[i], &st) == 0)
			text = dc_arena_printf(rec->arena, "%s%s %lld %lld\n", text, parts[i],
					       (long long)st.st_size, (long long)st.st_mtime);
	return text;
}

static int boot_guest(struct recording *rec, const char *module)
{
	static const char *const modules[] = {"virtio_net", "8021q", NULL};
	static const char *const programs[] = {"netperf", "netserver", "ethtool", "perf", NULL};
	const char *cards[] = {rec->driver->qemu_device, PEER_MODEL, NULL};
	const char *const *nics = dc_driver_has_device(rec->driver) ? cards : cards + 2;
	const char *settings = dc_arena_printf(rec->arena, "%s/profile.env", rec->folder);
	const struct dc_guest_file files[] = {
		{module, "/recorded.ko"},
		{settings, "/profile.env"},
		{stock_module(rec), "/free.ko"},
		{0},
	};
	int err = write_settings(rec, settings);

	if (err < 0)
		return err;
	return dc_guest_run(rec->diag, &(struct dc_guest){
					       .what = dc_arena_printf(rec->arena, "profiling %s",
								       rec->driver->name),
					       .kernel = rec->kernel,
					       .folder = rec->folder,
					       .job = rec->workload,
					       .modules = modules,
					       .programs = programs,
					       .files = files,
					       .nics = nics,
					       .memory_mib = MEMORY_MIB,
					       .icount_shift = ICOUNT_SHIFT,
					       .results_mib = RESULTS_MIB,
					       .timeout_s = 1800,
					       .keep_results = true,
				       });
}

static int run_guest(struct recording *rec, const char *module)
{
	const char *results = dc_arena_printf(rec->arena, "%s/results", rec->folder);
	const char *root = dc_arena_printf(rec->arena, "%s/kept", rec->folder);
	int err = kept_open(rec->diag, rec->arena, root, recording_of(rec, module), &rec->kept);

	if (err < 0)
		return err;
	if (rec->kept.guests.len)
		dc_progress(rec->diag, "an earlier guest has recorded:%s",
			    kept_done(rec->arena, &rec->kept));
	err = boot_guest(rec, module);
	if (!err)
		return kept_add(rec->diag, rec->arena, &rec->kept, results);
	if (kept_save(rec->diag, rec->arena, &rec->kept, results))
		dc_note(rec->diag, DC_FILE(root),
			"what was recorded before is kept; the same command goes on from there");
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
	dc_vec_each (weight, rec->phases)
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

/* "NAME recorded|free SECONDS PACKETS INTERRUPTS [THROUGHPUT UNIT]". Lines of what was not
 * completed do not count. */
static bool take_run(struct recording *rec, const struct kept_guest *guest, char *line)
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
	if (!kept_has(guest->done, strcmp(words[1], "free") ? words[0] : words[1]))
		return true;
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

static int read_runs(struct recording *rec, const struct kept_guest *guest)
{
	const char *path = dc_arena_printf(rec->arena, "%s/phases", guest->folder);
	char *text, *line, *next;
	unsigned number = 0;
	int err = dc_file_read(rec->diag, path, &text, NULL);

	if (err < 0)
		return err;
	next = text;
	while (!err && (line = strsep(&next, "\n"))) {
		number++;
		if (*line && !take_run(rec, guest, line))
			err = dc_error(rec->diag, -EIO, DC_LINE(path, number),
				       "expected NAME KIND SECONDS PACKETS INTERRUPTS");
	}
	free(text);
	return err;
}

/* The records */

static int read_phase(struct recording *rec, const struct kept_guest *guest, size_t index,
		      unsigned *least_depth)
{
	const struct dc_profile_names names = {.module = rec->driver->module};
	struct dc_profile_phase *phase = &rec->profile.phases.at[index];
	struct tally *tally = &rec->tallies[index];
	const char *data = dc_arena_printf(rec->arena, "%s/%s.data", guest->folder, phase->name);
	const char *trace = dc_arena_printf(rec->arena, "%s/%s.trace", guest->folder, phase->name);
	unsigned depth;
	int err;

	dc_progress(rec->diag, "counting the calls of %s (%zu of %zu)", phase->name, index + 1,
		    rec->profile.phases.len);
	tally->arena = rec->arena;
	if (dc_is_file(trace)) {
		err = text_read(rec->diag, trace, trace, &names, rec->symbols, tally, NULL);
	} else {
		err = perf_data_read(rec->diag, data, &names, rec->symbols, tally);
		depth = tally_least_depth(tally);
		*least_depth = depth < *least_depth ? depth : *least_depth;
		tally->has_depths = true;
	}
	phase->events = tally->events;
	phase->lost = tally->lost;
	if (!err && tally->left_out.unnamed)
		dc_warn(rec->diag, DC_FILE(dc_is_file(trace) ? trace : data),
			"%llu calls go to addresses without a name and are left out",
			(unsigned long long)tally->left_out.unnamed);
	return err;
}

/* The phases that one guest has completed. */
static int read_guest(struct recording *rec, const struct kept_guest *guest, unsigned *least_depth)
{
	const char *kallsyms = dc_arena_printf(rec->arena, "%s/kallsyms", guest->folder);
	size_t i;
	int err;

	if (!dc_is_file(kallsyms)) /* it failed before it recorded */
		return 0;
	err = symbols_read(rec->diag, kallsyms, &rec->symbols);
	for (i = 0; !err && i < rec->profile.phases.len; i++)
		if (kept_has(guest->done, rec->profile.phases.at[i].name))
			err = read_phase(rec, guest, i, least_depth);
	symbols_free(rec->symbols);
	rec->symbols = NULL;
	return err;
}

/* perf's own handler runs with preemption off, which its samples show as one level too many; the
 * number of levels is the least of all samples, as some function (ndo_open) may sleep. Samples of
 * the function tracer have no levels. */
static int read_phases(struct recording *rec)
{
	size_t count = rec->profile.phases.len, i;
	const struct kept_guest *guest;
	unsigned least = DEPTHS;
	int err = 0;

	rec->tallies = dc_arena_alloc(rec->arena, count * sizeof(*rec->tallies));
	dc_vec_each (guest, &rec->kept.guests)
		if (!err)
			err = read_guest(rec, guest, &least);
	for (i = 0; i < count; i++) {
		if (!err)
			merge_tally(&rec->profile, i, count, &rec->tallies[i],
				    rec->tallies[i].has_depths && least != DEPTHS ? least : 0);
		tally_done(&rec->tallies[i]);
	}
	return err;
}

static int read_results(struct recording *rec)
{
	struct dc_profile *profile = &rec->profile;
	const struct kept_guest *guest;
	int err = 0;

	profile->arena = dc_arena_new();
	profile->driver = dc_arena_strdup(profile->arena, rec->driver->name);
	profile->source = dc_arena_printf(profile->arena,
					  "drivercut profile %s: perf ftrace:function and the "
					  "function tracer in a guest, Linux %s, QEMU %s, icount "
					  "shift %d",
					  rec->driver->name, rec->kernel->release,
					  rec->driver->qemu_device, ICOUNT_SHIFT);
	profile->seconds = 3600;
	dc_vec_each (guest, &rec->kept.guests)
		if (!err)
			err = read_runs(rec, guest);
	if (!err)
		err = read_phases(rec);
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
		.folder = dc_arena_printf(arena, "%s/recording", out),
	};
	const char *module;
	int err = check_driver(&rec);

	if (!err)
		err = dc_guest_check(diag, kernel);
	if (!err)
		err = dc_profile_build(diag, arena, driver, kernel, out, &module);
	if (!err)
		err = run_guest(&rec, module);
	if (!err)
		err = read_results(&rec);
	if (!err)
		kept_forget(diag, &rec.kept); /* the next recording begins anew */
	kept_close(&rec.kept);
	dc_vec_done(&rec.usual);
	dc_arena_free(arena);
	if (err < 0)
		dc_profile_done(&rec.profile);
	else
		*ret = rec.profile;
	return err;
}
