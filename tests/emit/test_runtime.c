/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts about the runtime that emit has without including it: the list of its files, two numbers.
 */
#include "testing.h"

#include "base/file.h"
#include "emit/emit.h"
#include "emit/print.h"
#include "emit/runtime.h"
#include "graph/driver/driver.h"

/* The number that a header of the runtime defines as a name. */
static unsigned long defined(const char *header, const char *name)
{
	char *path = dc_printf("%s/runtime/%s", dc_data_dir(), header);
	char *line = dc_printf("#define %s", name);
	struct caught caught;
	char *text, *at;
	unsigned long number;

	catch_start(&caught);
	assert_int_equal(dc_file_read(&caught.diag, path, &text, NULL), 0);
	at = strstr(text, line);
	assert_non_null(at);
	number = strtoul(at + strlen(line), NULL, 0);
	free(text);
	free(line);
	free(path);
	return number;
}

static void test_numbers(void **state)
{
	(void)state;
	assert_int_equal(DC_EMIT_ABI, defined("message.h", "DCRT_ABI"));
	assert_int_equal(DC_EMIT_ARGS_MAX, defined("component/component.h", "DCK_ARGS_MAX"));
}

static const struct emit_runtime_file *find(const struct emit_runtime *runtime, const char *path)
{
	const struct emit_runtime_file *file;

	dc_vec_each (file, &runtime->files)
		if (!strcmp(file->path, path))
			return file;
	fail_msg("%s is not in runtime/files.txt", path);
	return NULL;
}

static void test_list(void **state)
{
	struct emit_runtime runtime = {0};
	struct dc_arena *arena = dc_arena_new();
	const struct emit_runtime_file *file;
	struct caught caught;

	(void)state;
	catch_start(&caught);
	assert_int_equal(emit_runtime_read(&caught.diag, arena, &runtime), 0);
	file = find(&runtime, "dcrt.h");
	assert_true(file->component && file->process && !file->twin && !emit_runtime_is_c(file));
	file = find(&runtime, "message/wire.c");
	assert_true(!file->component && file->process && file->twin && emit_runtime_is_c(file));
	file = find(&runtime, "component/own.c");
	assert_true(file->component && !file->process && !file->twin);
	file = find(&runtime, "component/journal.c");
	assert_true(file->module && !file->component);
	file = find(&runtime, "module/calls.c");
	assert_true(!file->component && !file->process && !file->twin);
	dc_vec_done(&runtime.files);
	dc_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers),
					   cmocka_unit_test(test_list)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
