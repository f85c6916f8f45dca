/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of a recording that earlier guests have left. */
#include "testing.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "profile/kept.h"

static char folder[64];
static struct dc_arena *arena;

static const char *at(const char *name)
{
	return dc_arena_printf(arena, "%s/%s", folder, name);
}

static void write_done(const char *results, const char *done)
{
	const char *path = dc_arena_printf(arena, "%s/done", results);
	struct caught caught;

	catch_start(&caught);
	assert_int_equal(dc_mkdirs_for(&caught.diag, path), 0);
	assert_int_equal(dc_file_write(&caught.diag, path, done, strlen(done)), 0);
}

/* Opens what is kept of a recording, and expects these parts. */
static void open_kept(const char *of, const char *parts, struct kept *ret)
{
	struct caught caught;

	catch_start(&caught);
	assert_int_equal(kept_open(&caught.diag, arena, at("kept"), of, ret), 0);
	assert_string_equal(kept_done(arena, ret), parts);
	assert_string_equal(caught.text, "");
}

static void test_has(void **state)
{
	(void)state;
	assert_true(kept_has(" up rr ", "rr"));
	assert_true(kept_has(" up rr ", "up"));
	assert_true(kept_has(" uptime up ", "up"));
	assert_false(kept_has(" uptime setup ", "up"));
	assert_false(kept_has(" ", "up"));
}

/* Two guests fail, one after the other; then another driver, or another build, is recorded. */
static void test_failures(void **state)
{
	struct caught caught;
	struct kept kept;

	(void)state;
	catch_start(&caught);
	open_kept("this\n", " ", &kept);
	write_done(at("results"), "");
	assert_false(kept_save(&caught.diag, arena, &kept, at("results")));
	assert_false(kept_save(&caught.diag, arena, &kept, at("absent")));
	write_done(at("results"), "free\nload\n");
	assert_true(kept_save(&caught.diag, arena, &kept, at("results")));
	assert_false(dc_is_dir(at("results")));
	kept_close(&kept);

	open_kept("this\n", " free load ", &kept);
	write_done(at("results"), "up\n");
	assert_true(kept_save(&caught.diag, arena, &kept, at("results")));
	kept_close(&kept);

	open_kept("this\n", " free load up ", &kept);
	assert_int_equal(kept.guests.len, 2);
	assert_string_equal(kept.guests.at[1].folder, at("kept/2"));
	assert_int_equal(kept_add(&caught.diag, arena, &kept, at("absent")), -ENOENT);
	write_done(at("results"), "down\n");
	assert_int_equal(kept_add(&caught.diag, arena, &kept, at("results")), 0);
	assert_true(kept_has(kept_done(arena, &kept), "down"));
	kept_close(&kept);

	open_kept("another\n", " ", &kept);
	assert_false(dc_is_dir(at("kept/1")));
	kept_close(&kept);
}

/* One whose results say nothing of parts is reported. */
static void test_without_done(void **state)
{
	struct caught caught;
	struct kept kept;

	(void)state;
	catch_start(&caught);
	open_kept("this\n", " ", &kept);
	kept_close(&kept);
	assert_int_equal(dc_mkdirs(&caught.diag, at("kept/1")), 0);
	assert_int_equal(kept_open(&caught.diag, arena, at("kept"), "this\n", &kept), -ENOENT);
	assert_said(&caught, "kept/1/done:0: error: cannot read");
}

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/dc-kept-XXXXXX");
	arena = dc_arena_new();
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char *command = dc_printf("rm -rf %s", folder);
	int status = system(command);

	(void)state;
	free(command);
	dc_arena_free(arena);
	return status;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_has),
		cmocka_unit_test_setup_teardown(test_failures, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_without_done, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
