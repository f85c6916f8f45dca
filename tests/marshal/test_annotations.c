/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Annotations: bad files, and rows that do not fit the driver's source. */
#include "marshal/small_driver.h"

#include <errno.h>

static void test_bad_annotations(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{"[]", "annotations.json"},
		{"{\"kind\": \"rules\"}", "this is a rules file, expected a annotations file"},
		{"{\"functions\": [{\"arguments\": []}]}", "functions[0].function: missing"},
		{"{\"functions\": [{\"function\": \"f\", \"retry\": 1}]}",
		 "functions[0].retry: expected"},
		{"{\"functions\": [{\"function\": \"f\", \"arguments\": \"1\"}]}",
		 "functions[0].arguments: expected"},
		{"{\"functions\": [{\"function\": \"f\", \"reads\": [\"field\"]}]}",
		 "functions[0]: reads 'field' is not STRUCTURE.FIELD"},
		{"{\"pointers\": [{\"field\": \"f\", \"count\": \"1\"}]}",
		 "pointers[0]: field 'f' is not STRUCTURE.FIELD"},
		{"{\"trailing\": [{\"after\": \"net_device\"}]}", "trailing[0].struct: missing"},
		{"{\"recovery\": [{\"if\": \"1\"}]}", "recovery[0].function: missing"},
		{"{\"recovery\": [{\"function\": \"f\", \"if\": 1}]}", "recovery[0].if: expected"},
		{"{\"limits\": [{\"field\": \"s.f\", \"range\": [\"0\", \"1\"]}]}",
		 "limits[0].why: missing"},
		{"{\"limits\": [{\"field\": \"f\", \"range\": [\"0\", \"1\"], \"why\": \"\"}]}",
		 "limits[0]: field 'f' is not STRUCTURE.FIELD"},
		{"{\"limits\": [{\"field\": \"s.f\", \"range\": [\"1\"], \"why\": \"\"}]}",
		 "limits[0]: a range has two ends"},
		{"{\"limits\": [{\"field\": \"s.f\", \"range\": [\"0\", \"1\"], \"values\": "
		 "[\"1\"],"
		 " \"why\": \"\"}]}",
		 "limits[0]: a limit has a range or values"},
		{"{\"limits\": [{\"field\": \"s.f\", \"unless\": \"1\", \"why\": \"\"}]}",
		 "limits[0]: a limit has a range, or values, or a condition under which the field "
		 "is fixed"},
	};
	char folder[32];
	size_t i;

	(void)state;
	make_folder(folder);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *path = dc_printf("%s/annotations.json", folder);
		struct dc_rules rules;
		struct caught caught;

		catch_start(&caught);
		write_file(folder, "annotations.json", rows[i].text);
		assert_int_equal(dc_annotations_open(&caught.diag, path, &rules), -EINVAL);
		assert_said(&caught, rows[i].said);
		assert_int_equal(caught.diag.errors, 1);
		free(path);
	}
	remove_folder(folder);
}

#define CHECK(field)                                                                               \
	"{\"limits\": [{\"field\": \"" field "\", \"range\": [\"0\", \"1\"], \"why\": \"\"}]}"

static void test_strange_annotations(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{"{\"functions\": [{\"function\": \"absent\"}]}",
		 "annotations.json:1: error: functions: the driver has no function 'absent'"},
		{"{\"functions\": [{\"function\": \"out\", \"arguments\": [\"\", \"1\", \"\"]}]}",
		 "functions: out has 2 parameters, not 3"},
		{"{\"recovery\": [{\"function\": \"absent\"}]}",
		 "recovery: the driver has no function 'absent' that takes one pointer"},
		{"{\"recovery\": [{\"function\": \"heads\"}]}",
		 "recovery: the driver has no function 'heads' that takes one pointer"},
		{"{\"trailing\": [{\"struct\": \"absent\", \"after\": \"net_device\"}]}",
		 "trailing: the driver uses no structure 'absent'"},
		{"{\"pointers\": [{\"field\": \"port.absent\", \"count\": \"1\"}]}",
		 "pointers: no pointer 'absent' is in struct port"},
		{"{\"pointers\": [{\"field\": \"absent.rings\", \"count\": \"1\"}]}",
		 "pointers: the driver uses no structure 'absent'"},
		{CHECK("absent.a"), "limits: the driver uses no structure 'absent'"},
		{CHECK("port.absent"), "limits: no field 'absent' is in struct port"},
		{CHECK("port.up"), "limits: 'up' of struct port is not a whole integer"},
		{CHECK("port.bytes"), "limits: 'bytes' of struct port is not a whole integer"},
		{CHECK("port.rings"), "limits: 'rings' of struct port is not a whole integer"},
		{CHECK("port.notify"), "limits: 'notify' of struct port is not a whole integer"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct small_driver made;

		assert_int_equal(small_driver_make(&made, rows[i].text), -EINVAL);
		assert_said(&made.caught, rows[i].said);
		small_driver_done(&made);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_annotations),
		cmocka_unit_test(test_strange_annotations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
