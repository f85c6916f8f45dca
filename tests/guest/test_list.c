/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A module with a list that both halves change (tests/emit/cases/list), in a guest: with a process,
 * which is killed now and then, and with a twin. usage: test_list DRIVERCUT */
#include "guest_testing.h"

#include <limits.h>

static const char *drivercut;
static struct dc_guest_file split[DC_SPLIT_FILES];

static void copy(const char *name)
{
	const char *from =
		dc_arena_printf(arena, "%s/tests/emit/cases/list/%s", dc_data_dir(), name);
	struct caught caught;
	char *text;

	catch_start(&caught);
	if (dc_file_read(&caught.diag, from, &text, NULL) < 0)
		fail_msg("%s", caught.text);
	put(dc_arena_printf(arena, "list/%s", name), text);
	free(text);
}

static void test_build(void **state)
{
	struct caught caught;

	(void)state;
	catch_start(&caught);
	assert_int_equal(dc_mkdirs(&caught.diag, at("list")), 0);
	copy("in.c");
	copy("annotations.json");
	copy("cut.json");
	put("list/Kbuild", "obj-m := in.o\n");
	run((const char *[]){drivercut, "emit", "list", "--family", "net", "--cut", "list/cut.json",
			     "-o", "emit", NULL});
	build_split("in", "emit", folder, split);
	build_twin();
}

/* Value of "WORD N" in the counters. */
static long long counted(const char *stats, const char *word)
{
	const char *found = strstr(stats, word);
	long long value = -1;

	if (!found || sscanf(found + strlen(word), "%lld", &value) != 1)
		fail_msg("no %s in the counters", word);
	return value;
}

static void boot(const char *name, const char *env, const struct dc_guest_file *files)
{
	struct dc_guest_file all[8] = {
		{put(dc_arena_printf(arena, "%s.env", name), env), "/list.env"}};
	const char *modules[] = {NULL}, *programs[] = {NULL};
	const struct dc_guest guest = {
		.what = name,
		.kernel = &kernel,
		.folder = at(name),
		.job = test_job("list.sh"),
		.modules = modules,
		.programs = programs,
		.files = all,
		.icount_shift = 2,
		.timeout_s = 600,
	};
	struct caught caught;
	const char *stats;
	size_t i;

	for (i = 0; files[i].host; i++)
		all[i + 1] = files[i];
	catch_start(&caught);
	if (dc_guest_run(&caught.diag, &guest) < 0)
		fail_msg("%s: %s", name, caught.text);
	stats = text_of(dc_arena_printf(arena, "%s/results/stats", name));
	assert_int_equal(counted(stats, "bad_messages "), 0);
	assert_true(counted(stats, "down dck_alloc calls ") > 10);
	assert_true(counted(stats, "down dck_free calls ") > 10);
	assert_null(strstr(stats, "untracked"));
}

static void test_process(void **state)
{
	(void)state;
	boot("process", "TIMES=30 KILL=yes\n", split);
}

static void test_twin(void **state)
{
	const struct dc_guest_file files[] = {
		{at("dcrt/dcrt.ko"), "/dcrt.ko"},
		{at("emit/twin/in_twin.ko"), "/in_twin.ko"},
		{at("emit/kernel/in.ko"), "/in.ko"},
		{put("load-twin", "/dcrt.ko\n/in_twin.ko\n/in.ko\n"), "/load"},
		{0}};

	(void)state;
	boot("twin", "TIMES=30\n", files);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build),
		cmocka_unit_test(test_process),
		cmocka_unit_test(test_twin),
	};
	char template[] = "/tmp/drivercut-list-XXXXXX", path[PATH_MAX];
	int status;

	if (argc != 2 || !(drivercut = realpath(argv[1], path)))
		return 99;
	status = guest_tests_begin(template, false);
	return status ? status : guest_tests_end(cmocka_run_group_tests(tests, NULL, NULL));
}
