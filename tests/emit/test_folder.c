/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a folder: which one may be replaced, and that a failure leaves all as it was. */
#include "marshal/small_driver.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "emit/emit.h"

static int write_one(struct caught *caught, const char *folder, const char *path, const char *text)
{
	struct dc_emit_files files = {.arena = dc_arena_new()};
	int err;

	catch_start(caught);
	dc_vec_push(&files.files,
		    (struct dc_emit_file){.path = path, .text = text, .len_bytes = strlen(text)});
	err = dc_emit_write(&caught->diag, &files, folder);
	dc_emit_files_done(&files);
	return err;
}

static void assert_file(const char *folder, const char *name, const char *expected)
{
	char *path = dc_printf("%s/%s", folder, name), *text;
	struct caught caught;

	catch_start(&caught);
	assert_int_equal(dc_file_read(&caught.diag, path, &text, NULL), 0);
	assert_string_equal(text, expected);
	free(text);
	free(path);
}

static bool has(const char *folder, const char *name)
{
	char *path = dc_printf("%s/%s", folder, name);
	bool found = dc_is_file(path);

	free(path);
	return found;
}

static void test_replaceable(void **state)
{
	static const struct {
		const char *name, *file;
		int err;
	} rows[] = {
		{"absent", NULL, 0},
		{"empty", "", 0},
		{"written", "drivercut-emit", 0},
		{"foreign", "notes.txt", -EEXIST},
		{"below", "kernel/drivercut-emit", -EEXIST},
	};
	char folder[32];
	size_t i;

	(void)state;
	make_folder(folder);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *path = dc_printf("%s/%s", folder, rows[i].name);
		struct caught caught;

		catch_start(&caught);
		if (rows[i].file)
			assert_int_equal(dc_mkdirs(&caught.diag, path), 0);
		if (rows[i].file && *rows[i].file)
			write_file(path, rows[i].file, "x");
		if (dc_emit_folder_check(&caught.diag, path) != rows[i].err)
			fail_msg("%s: expected %d", rows[i].name, rows[i].err);
		if (rows[i].err)
			assert_said(&caught,
				    "already exists and was not written by drivercut emit");
		free(path);
	}
	remove_folder(folder);
}

/* A file in the folder's place. */
static void test_file(void **state)
{
	char folder[32], *path;
	struct caught caught;

	(void)state;
	make_folder(folder);
	write_file(folder, "out", "mine");
	path = dc_printf("%s/out", folder);
	assert_int_equal(write_one(&caught, path, "a", "new"), -EEXIST);
	assert_file(folder, "out", "mine");
	free(path);
	remove_folder(folder);
}

/* The second writing replaces everything; one that fails changes nothing. */
static void test_write(void **state)
{
	char folder[32], *path;
	struct caught caught;

	(void)state;
	make_folder(folder);
	path = dc_printf("%s/out", folder);
	assert_int_equal(write_one(&caught, path, "kernel/a.c", "first"), 0);
	assert_file(path, "kernel/a.c", "first");
	assert_true(has(path, "drivercut-emit"));
	assert_int_equal(write_one(&caught, path, "user/b.c", "second"), 0);
	assert_false(has(path, "kernel/a.c"));
	assert_file(path, "user/b.c", "second");
	/* the mark of the folder is a file, so nothing can be below it */
	assert_int_not_equal(write_one(&caught, path, "drivercut-emit/c.c", "third"), 0);
	assert_file(path, "user/b.c", "second");
	assert_int_equal(rmdir(folder), -1);
	free(path);
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replaceable),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
