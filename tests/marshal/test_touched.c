/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields that functions read and write, and functions that read objects as bytes. */
#include "marshal/small_driver.h"

#include "marshal/touched.h"

static void test_hidden(void **state)
{
	const struct dc_layouts *layouts;
	struct small_driver made;

	(void)state;
	assert_int_equal(small_driver_make(&made, "{" PRIVATE "}"), 0);
	layouts = &made.source->layouts;
	assert_int_equal(layouts->hidden.len, 2);
	assert_string_equal(layouts->hidden.at[0].function, "peek");
	assert_string_equal(layouts->hidden.at[0].record, "net_device");
	small_driver_done(&made);
}

/* Sets the flags of the functions whose names are in a text. */
static bool *flags_of(const struct small_driver *made, const char *functions)
{
	bool *user = dc_alloc(made->source->definitions.len + 1, sizeof(*user));
	const struct dc_definition *definition;

	dc_vec_each (definition, &made->source->definitions)
		user[definition - made->source->definitions.at] =
			strstr(functions, definition->name) != NULL;
	return user;
}

static void test_touched(void **state)
{
	static const struct {
		const char *functions, *record, *field;
		bool touched, written;
	} rows[] = {
		{"named", "net_device", "name", true, false},
		{"named", "net_device", "state", true, false},
		{"heads", "net_device", "name", false, false},
		{"heads", "ring", "head", true, false},
		{"once", "ring", "head", true, true},
		{"heads once", "ring", "head", true, true},
		{"heads", "ring", "tail", false, false},
		{"touch", "port", "c", true, true},
		{"touch", "port", "a", true, false},
		{"touch", "port", "n_rings", false, false},
		{"peek", "net_device", "state", true, false}, /* its annotation says all */
		{"string", "net_device", "state", false, false},
	};
	struct small_driver made;
	size_t i;

	(void)state;
	assert_int_equal(small_driver_make(&made,
					   "{" PRIVATE ", \"functions\": [{\"function\": \"peek\","
					   " \"reads\": [\"net_device.*\"]}]}"),
			 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool *user = flags_of(&made, rows[i].functions), written;
		dc_touched touched = {0};

		dc_touched_find(&made.marshal, user, &touched);
		if (dc_touched_has(&touched, rows[i].record, rows[i].field, &written) !=
		    rows[i].touched)
			fail_msg("%s: %s.%s is %s", rows[i].functions, rows[i].record,
				 rows[i].field, rows[i].touched ? "missing" : "there");
		if (written != rows[i].written)
			fail_msg("%s: %s.%s is %s", rows[i].functions, rows[i].record,
				 rows[i].field, written ? "written" : "only read");
		dc_vec_done(&touched);
		free(user);
	}
	small_driver_done(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
