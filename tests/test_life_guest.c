/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A driver's whole life in a guest: tests/guest/life.sh, on one CPU that counts instructions and
 * on two with real races. usage: test_life_guest [CYCLES] */
#include "testing.h"

#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "graph/driver.h"
#include "guest/guest.h"

static struct dc_arena *arena;
static struct dc_kernel kernel;
static const char *folder, *cycles = "1";

static const char *put(const char *name, const char *text)
{
	const char *path = dc_arena_printf(arena, "%s/%s", folder, name);
	struct caught caught;

	catch_start(&caught);
	assert_int_equal(dc_file_write(&caught.diag, path, text, strlen(text)), 0);
	return path;
}

static const char *result(const char *life, const char *name)
{
	const char *path =
		dc_arena_printf(arena, "%s/%s/results/%s/%s", folder, life, cycles, name);
	struct caught caught;
	const char *kept;
	char *text;

	catch_start(&caught);
	if (dc_file_read(&caught.diag, path, &text, NULL) < 0)
		fail_msg("%s", caught.text);
	kept = dc_arena_strdup(arena, text);
	free(text);
	return kept;
}

static void live(const char *life, unsigned cpus, int icount_shift)
{
	const char *modules[] = {"e1000", "virtio_net", NULL};
	const char *programs[] = {"netperf", "netserver", "ethtool", NULL};
	const char *nics[] = {"e1000", "virtio-net-pci", NULL};
	const struct dc_guest_file files[] = {
		{put("driver", "e1000\n"), "/driver"},
		{put("life.env", dc_arena_printf(arena, "CYCLES=%s\n", cycles)), "/life.env"},
		{0}};
	struct dc_guest guest = {
		.what = "a driver's life",
		.kernel = &kernel,
		.folder = dc_arena_printf(arena, "%s/%s", folder, life),
		.job = dc_arena_printf(arena, "%s/tests/guest/life.sh", dc_data_dir()),
		.modules = modules,
		.programs = programs,
		.nics = nics,
		.files = files,
		.cpus = cpus,
		.icount_shift = icount_shift,
		.timeout_s = 1800,
	};
	struct caught caught;

	catch_start(&caught);
	if (dc_guest_run(&caught.diag, &guest) < 0)
		fail_msg("%s", caught.text);
	assert_non_null(strstr(result(life, "ethtool"), "driver: e1000"));
	assert_non_null(strstr(result(life, "netperf"), "udp 1."));
	assert_non_null(strstr(result(life, "netperf"), "changes "));
}

/* ethtool's answers, as a driver gives them whatever the machine's pace. */
static void assert_same_answers(const char *one, const char *other)
{
	static const char *const names[] = {"ethtool", "settings", "wire", "down", "changes"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_string_equal(result(other, names[i]), result(one, names[i]));
}

static void test_one_cpu(void **state)
{
	(void)state;
	live("one", 1, 4);
}

static void test_two_cpus(void **state)
{
	(void)state;
	live("two", 2, DC_GUEST_WALL_CLOCK);
	assert_same_answers("one", "two");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_cpu),
		cmocka_unit_test(test_two_cpus),
	};
	char template[] = "/tmp/drivercut-life-XXXXXX";
	struct caught caught;
	int failed;

	catch_start(&caught);
	arena = dc_arena_new();
	if (argc > 1)
		cycles = argv[1];
	if (dc_kernel_find(&caught.diag, arena, &kernel) < 0 || !kernel.image ||
	    access("/usr/bin/qemu-system-x86_64", X_OK) != 0)
		return 77;
	folder = mkdtemp(template);
	if (!folder)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (!getenv("DC_KEEP"))
		dc_proc_run(&caught.diag, "cleaning up",
			    &(struct dc_proc){.argv = (const char *[]){"rm", "-rf", folder, NULL}});
	dc_arena_free(arena);
	return failed;
}
