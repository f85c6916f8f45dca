/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Helpers of tests that boot guests: a folder of their own, files in it, commands run there. */
#ifndef DC_GUEST_TESTING_H
#define DC_GUEST_TESTING_H

#include "testing.h"

#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "graph/driver/driver.h"
#include "guest/guest.h"
#include "guest/split.h"

static struct dc_arena *arena;
static struct dc_kernel kernel;
static const char *folder; /* of this run's files */

static inline const char *at(const char *name)
{
	return dc_arena_printf(arena, "%s/%s", folder, name);
}

static inline const char *test_job(const char *name)
{
	return dc_arena_printf(arena, "%s/tests/guest/jobs/%s", dc_data_dir(), name);
}

/* Writes a file; returns its path. */
static inline const char *put(const char *name, const char *text)
{
	struct caught caught;

	catch_start(&caught);
	assert_int_equal(dc_file_write(&caught.diag, at(name), text, strlen(text)), 0);
	return at(name);
}

static inline const char *text_of(const char *name)
{
	struct caught caught;
	const char *kept;
	char *text;

	catch_start(&caught);
	if (dc_file_read(&caught.diag, at(name), &text, NULL) < 0)
		fail_msg("%s", caught.text);
	kept = dc_arena_strdup(arena, text);
	free(text);
	return kept;
}

static inline void run(const char *const *argv)
{
	struct caught caught;

	catch_start(&caught);
	if (dc_proc_run(&caught.diag, argv[0],
			&(struct dc_proc){.argv = argv, .dir = folder, .timeout_s = 3600}) < 0)
		fail_msg("%s", caught.text);
}

/* Builds the components in a folder (DC_SPLIT_FILES of them for a guest); out: as dc_split_build.
 */
static inline void build_split(const char *driver, const char *components, const char *out,
			       struct dc_guest_file *ret)
{
	struct caught caught;

	catch_start(&caught);
	if (dc_split_build(&caught.diag, arena, &kernel, driver, at(components), out, ret) < 0)
		fail_msg("%s", caught.text);
}

/* Builds the twin in emit/ against the runtime that build_split has built in the folder. */
static inline void build_twin(void)
{
	const char *place = dc_arena_printf(arena, "M=%s", at("emit/twin"));
	const char *symbols =
		dc_arena_printf(arena, "KBUILD_EXTRA_SYMBOLS=%s", at("dcrt/Module.symvers"));

	run((const char *[]){"make", "-s", "-C", kernel.build, place, symbols, NULL});
}

/* template: "/tmp/drivercut-NAME-XXXXXX". Returns 0, or what main() returns: 77 if this machine
 * cannot boot guests (source: or has no source of drivers), 99. */
static inline int guest_tests_begin(char *template, bool source)
{
	struct caught caught;

	catch_start(&caught);
	arena = dc_arena_new();
	if (dc_kernel_find(&caught.diag, arena, NULL, &kernel) < 0 || !kernel.image ||
	    access("/usr/bin/qemu-system-x86_64", X_OK) != 0 ||
	    (source && access("/usr/src/linux-source-6.1.tar.xz", R_OK) != 0))
		return 77;
	folder = mkdtemp(template);
	return folder ? 0 : 99;
}

/* Cleans up, unless a test failed or DC_KEEP is set. */
static inline int guest_tests_end(int failed)
{
	struct caught caught;

	catch_start(&caught);
	if (!failed && !getenv("DC_KEEP"))
		dc_proc_run(&caught.diag, "cleaning up",
			    &(struct dc_proc){.argv = (const char *[]){"rm", "-rf", folder, NULL}});
	dc_arena_free(arena);
	return failed;
}

#endif
