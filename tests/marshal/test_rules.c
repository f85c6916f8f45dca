/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules: bad files are refused with a place and a cause; the rules of this repository are complete.
 */
#include "marshal/small_driver.h"

#include <errno.h>

#include "base/file.h"
#include "graph/driver/driver.h"

static void test_bad_rules(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{"{\"rules\": [", "linux.json:1: error: not valid JSON"},
		{"{\"kind\": \"cut\", \"rules\": []}", "this is a cut file, expected a rules file"},
		{"{}", "linux.json:1: error: rules: missing"},
		{"{\"rules\": [{\"class\": \"downcall\"}]}", "rules[0].name: missing"},
		{"{\"rules\": [{\"name\": \"f\"}]}", "rules[0].class: missing"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"some\"}]}",
		 "rules[0]: class 'some' is not one of local, ..., none"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"none\"}]}",
		 "rules[0]: class 'none' needs a why"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"downcall\", \"sync\": \"in\"}]}",
		 "rules[0]: sync 'in' is not one of both, ..., none"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"downcall\", \"when\": \"soon\"}]}",
		 "rules[0]: when 'soon' is not one of first, ..., lock"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"downcall\", \"undo\": \"g()\","
		 " \"no_undo\": \"w\"}]}",
		 "rules[0]: 'f' has both undo and no_undo"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"downcall\"},"
		 " {\"name\": \"f\", \"class\": \"downcall\"}]}",
		 "rules[1]: 'f' has a rule already"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"downcall\", \"nullable\": "
		 "[\"$x\"]}]}",
		 "rules[0]: nullable '$x' is not $0 to $9"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"downcall\", \"arguments\": [1]}]}",
		 "rules[0].arguments[0]: expected a string"},
		{"{\"rules\": [], \"types\": [{\"name\": \"s\", \"class\": \"some\"}]}",
		 "types[0]: class 'some' is not one of object, ..., none"},
		{"{\"rules\": [], \"types\": [{\"name\": \"s\", \"class\": \"none\"}]}",
		 "types[0]: class 'none' needs a why"},
		{"{\"rules\": [], \"types\": [{\"name\": \"s\", \"class\": \"object\","
		 " \"trailing_align\": -1}]}",
		 "types[0].trailing_align: -1 is below 0"},
		{"{\"rules\": [], \"pointers\": [{\"field\": \"s.f\", \"count\": \"1\"}]}",
		 "pointers[0]: it does not say which function frees the memory (freed)"},
		{"{\"rules\": [], \"pointers\": [{\"field\": \"s\", \"count\": \"1\","
		 " \"freed\": \"f\"}]}",
		 "pointers[0]: field 's' is not STRUCTURE.FIELD"},
		{"{\"rules\": [], \"pointers\": [{\"field\": \"s.f\", \"freed\": \"f\"}]}",
		 "pointers[0].count: missing"},
		{"{\"rules\": [], \"entry_points\": [{\"retry\": true}]}",
		 "entry_points[0].entry_point: missing"},
		{"{\"rules\": [], \"entry_points\": [{\"entry_point\": \"e\","
		 " \"releases\": {\"argument\": 0, \"when\": \"soon\"}}]}",
		 "entry_points[0].releases: when 'soon' is not one of never, ..., on error"},
		{"{\"rules\": [], \"entry_points\": [{\"entry_point\": \"e\", \"deadline_ms\": "
		 "9999999}]}",
		 "entry_points[0].deadline_ms: 9999999 is above 3600000"},
	};
	char *before = getenv("DRIVERCUT_DATA") ? strdup(getenv("DRIVERCUT_DATA")) : NULL;
	char folder[32];
	size_t i;

	(void)state;
	make_folder(folder);
	setenv("DRIVERCUT_DATA", folder, 1);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dc_rules rules;
		struct caught caught;

		catch_start(&caught);
		write_file(folder, "marshal/rules/linux.json", rows[i].text);
		assert_int_equal(dc_rules_open(&caught.diag, "net", &rules), -EINVAL);
		assert_said(&caught, rows[i].said);
		assert_int_equal(caught.diag.errors, 1);
	}
	if (before)
		setenv("DRIVERCUT_DATA", before, 1);
	else
		unsetenv("DRIVERCUT_DATA");
	free(before);
	remove_folder(folder);
}

/* Each name of tests/marshal/acquiring.txt, functions by which a driver gets what a dead process
 * leaves behind, has a rule that says what releases it, or why nothing needs to. */
static void test_undos(void **state)
{
	char *path = dc_printf("%s/tests/marshal/acquiring.txt", dc_data_dir());
	char *names, *name, *rest;
	struct dc_rules rules;
	struct caught caught;
	size_t count = 0;

	(void)state;
	catch_start(&caught);
	assert_int_equal(dc_rules_open(&caught.diag, "net", &rules), 0);
	assert_int_equal(dc_file_read(&caught.diag, path, &names, NULL), 0);
	for (name = strtok_r(names, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest)) {
		const struct dc_rule *rule = dc_rules_find(&rules, name);

		if (!rule || (!rule->undo && !rule->no_undo))
			fail_msg("%s: neither undo nor no_undo", name);
		count++;
	}
	assert_true(count > 50);
	dc_rules_done(&rules);
	free(names);
	free(path);
}

/* Memory that a pointer of the kernel points to becomes an object, so the kernel component must see
 * it freed: by a function that runtime/component/overrides.h replaces. */
static void test_freed(void **state)
{
	char *path = dc_printf("%s/runtime/component/overrides.h", dc_data_dir());
	const struct dc_pointer_rule *pointer;
	struct dc_rules rules;
	struct caught caught;
	char *overrides;

	(void)state;
	catch_start(&caught);
	assert_int_equal(dc_rules_open(&caught.diag, "net", &rules), 0);
	assert_int_equal(dc_file_read(&caught.diag, path, &overrides, NULL), 0);
	assert_true(rules.pointers.len > 0);
	dc_vec_each (pointer, &rules.pointers) {
		char *define = dc_printf("\n#define %s(", pointer->freed);

		if (!strstr(overrides, define))
			fail_msg("%s.%s: the component does not see %s", pointer->record,
				 pointer->field, pointer->freed);
		free(define);
	}
	dc_rules_done(&rules);
	free(overrides);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_rules),
		cmocka_unit_test(test_undos),
		cmocka_unit_test(test_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
