/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A profile of what a user has recorded: one phase, counts as they are. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "profile/tally.h"

/* Prints how many lines of each kind were left out. */
static void note_left_out(struct dc_diag *diag, const char *path, const char *module,
			  const struct dc_profile_left_out *left)
{
	if (left->other_calls)
		dc_note(diag, DC_FILE(path),
			"%" PRIu64 " calls neither from nor to a function of %s are left out",
			left->other_calls, module);
	if (left->events)
		dc_note(diag, DC_FILE(path), "%" PRIu64 " events that are no calls are left out",
			left->events);
	if (left->stack_lines)
		dc_note(diag, DC_FILE(path),
			"%" PRIu64
			" lines of call stacks are left out: the line of a call names its "
			"caller",
			left->stack_lines);
	if (left->unnamed)
		dc_warn(diag, DC_FILE(path),
			"%" PRIu64
			" calls go to addresses without a name and are left out; run perf "
			"script while the module is loaded",
			left->unnamed);
}

static int check_tally(struct dc_diag *diag, const char *path, const struct tally *tally,
		       const struct dc_profile_names *names)
{
	note_left_out(diag, path, names->module, &tally->left_out);
	if (tally->lost)
		dc_warn(diag, DC_FILE(path),
			"%" PRIu64
			" calls were lost; give the recorder a larger buffer (perf record "
			"-m, trace-cmd record -b, buffer_size_kb)",
			tally->lost);
	if (tally->events)
		return 0;
	return dc_error(
		diag, -ENODATA, DC_FILE(path),
		"no call of a function of %s is in it; record with `perf record -a "
		"-e ftrace:function` or `trace-cmd record -p function -l ':mod:%s'` while the "
		"module is loaded",
		names->module, names->module);
}

static int choose_seconds(struct dc_diag *diag, const char *path, const struct text_times *times,
			  uint64_t *seconds)
{
	double span_s = ceil(times->last_s - times->first_s);

	if (*seconds)
		return 0;
	if (!(span_s >= 1 && span_s < 1e9))
		return dc_error(diag, -EINVAL, DC_FILE(path),
				"its time stamps do not tell how long it took; say it with "
				"--seconds");
	*seconds = (uint64_t)span_s;
	return 0;
}

/* label: the file that the user knows */
static int from_text(struct dc_diag *diag, const char *driver, const char *path, const char *label,
		     uint64_t seconds, const struct dc_profile_names *names, struct dc_profile *ret)
{
	struct dc_profile profile = {.arena = dc_arena_new()};
	struct tally tally = {.arena = profile.arena};
	struct text_times times = {0};
	int err = text_read(diag, path, label, names, NULL, &tally, &times);

	if (!err)
		err = check_tally(diag, label, &tally, names);
	if (!err)
		err = choose_seconds(diag, label, &times, &seconds);
	if (!err) {
		struct dc_profile_phase phase = {.name = "script",
						 .recorded_ms = seconds * 1000,
						 .throughput = "",
						 .recorded_throughput = "",
						 .events = tally.events,
						 .lost = tally.lost};

		profile.driver = dc_arena_strdup(profile.arena, driver);
		profile.source = dc_arena_printf(profile.arena, "recorded by hand, from %s", label);
		profile.seconds = seconds;
		profile.left_out = tally.left_out;
		dc_vec_push(&profile.phases, phase);
		merge_tally(&profile, 0, 1, &tally, 0);
		merge_finish(&profile, false);
	}
	tally_done(&tally);
	if (err < 0)
		dc_profile_done(&profile);
	else
		*ret = profile;
	return err;
}

int dc_profile_from_script(struct dc_diag *diag, const char *driver, const char *path,
			   uint64_t seconds, const struct dc_profile_names *names,
			   struct dc_profile *ret)
{
	return from_text(diag, driver, path, path, seconds, names, ret);
}

static int has_perf(struct dc_diag *diag)
{
	const char *argv[] = {"perf", "--version", NULL};

	if (dc_proc_run(diag, "looking for perf", &(struct dc_proc){.argv = argv}) == 0)
		return 0;
	dc_note(diag, NULL, "perf is in the package linux-perf");
	return -ENXIO;
}

static int run_perf_script(struct dc_diag *diag, const char *path, const char *text)
{
	const char *argv[] = {"sh", "-c", "exec perf script --show-lost-events -i \"$1\" > \"$2\"",
			      "sh", path, text,
			      NULL};
	int err = dc_proc_run(diag, "running perf script", &(struct dc_proc){.argv = argv});

	if (err == -EIO) {
		dc_note(diag, DC_FILE(path), "perf cannot read this as a perf.data file");
		err = -EINVAL;
	}
	return err;
}

int dc_profile_from_perf_data(struct dc_diag *diag, const char *driver, const char *path,
			      const char *scratch, uint64_t seconds,
			      const struct dc_profile_names *names, struct dc_profile *ret)
{
	char *text = dc_printf("%s.%ld.tmp", scratch, (long)getpid());
	int err = 0;

	if (!dc_is_file(path))
		err = dc_error(diag, -ENOENT, DC_FILE(path), "cannot read: no such file");
	if (!err)
		err = has_perf(diag);
	if (!err)
		err = run_perf_script(diag, path, text);
	if (!err)
		err = from_text(diag, driver, text, path, seconds, names, ret);
	unlink(text);
	free(text);
	return err;
}
