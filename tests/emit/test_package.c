/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Versions of packages. What a package contains: tests/cli/emit_package.sh. */
#include "marshal/small_driver.h"

#include "emit/package.h"

static void test_versions(void **state)
{
	static const struct {
		const char *text;
		bool right;
	} rows[] = {
		{"0.1", true},	 {"1", true},	  {"1.2+b~1", true}, {"20261130", true},
		{"", false},	 {"x1", false},	  {".1", false},     {"~1", false},
		{"1-2", false},	 {"1 2", false},  {"1/2", false},    {"1;2", false},
		{"1\"2", false}, {"1$2", false},  {"1_2", false},    {"1\n2", false},
		{"1:2", false},	 {"1\\2", false}, {"1`2", false},    {"1@KERNEL@", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (dc_package_is_version(rows[i].text) != rows[i].right)
			fail_msg("'%s'", rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_versions)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
