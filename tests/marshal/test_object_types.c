/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which bytes and pointers of objects cross; which static variables are objects. */
#include "marshal/small_driver.h"

#include "marshal/object_types.h"

static const struct dc_object_type *find_type(const dc_object_types *types, const char *name)
{
	const struct dc_object_type *type;

	dc_vec_each (type, types)
		if (!strcmp(type->name, name))
			return type;
	fail_msg("no type %s", name);
	return NULL;
}

/* The fields of an object when some functions are in the process, each "OFFSET SIZE*COUNT KIND",
 * where KIND is p for plain data, a for an address, c for the address of code, with a w behind it
 * if the process writes the field. */
static char *fields_of(const struct small_driver *made, const char *functions, const char *type)
{
	static const char kinds[] = "pac"; /* by enum dc_object_field_kind */
	bool *user = dc_alloc(made->source->definitions.len + 1, sizeof(*user));
	const struct dc_definition *definition;
	const struct dc_object_field *field;
	dc_object_types types = {0};
	char *said = dc_printf("%s", ""), *more;

	dc_vec_each (definition, &made->source->definitions)
		user[definition - made->source->definitions.at] =
			strstr(functions, definition->name) != NULL;
	dc_object_types_find(&made->marshal, user, &types);
	dc_vec_each (field, &find_type(&types, type)->fields) {
		more = dc_printf("%s%s%u %u*%u %c%s", said, *said ? ", " : "", field->offset,
				 field->size, field->count, kinds[field->kind],
				 field->user_writes ? "w" : "");
		free(said);
		said = more;
	}
	dc_object_types_done(&types);
	free(user);
	return said;
}

static void check_fields(const struct small_driver *made, const char *functions, const char *type,
			 const char *expected)
{
	char *said = fields_of(made, functions, type);

	assert_string_equal(said, expected);
	free(said);
}

static void test_fields(void **state)
{
	struct small_driver made;

	(void)state;
	assert_int_equal(small_driver_make(&made, "{" PRIVATE
						  ", \"pointers\": [{\"field\": \"port.rings\","
						  " \"count\": \"n_rings\"}]}"),
			 0);
	/* Nothing runs in the process: nothing crosses. */
	check_fields(&made, "", "net_device", "");
	check_fields(&made, "named", "net_device", "0 8*1 p, 8 1*16 p");
	/* The private part stands behind, aligned to 32. Bit fields of one byte are one unit, and
	 * so is a union, as large as its largest member; an unnamed structure's fields are its own;
	 * a and b are joined, c is written. */
	check_fields(&made, "touch", "net_device",
		     "32 8*1 a, 40 1*1 pw, 44 4*1 p, 48 2*1 p, 52 4*2 p, 60 4*1 pw, 64 8*1 c");
	check_fields(&made, "heads", "ring", "0 4*1 p");
	small_driver_done(&made);
}

static void test_links(void **state)
{
	const struct dc_object_type *type;
	dc_object_types types = {0};
	struct small_driver made;
	bool *user;

	(void)state;
	assert_int_equal(small_driver_make(&made, "{" PRIVATE
						  ", \"pointers\": [{\"field\": \"port.rings\","
						  " \"count\": \"n_rings\"}]}"),
			 0);
	user = dc_alloc(made.source->definitions.len + 1, sizeof(*user));
	dc_object_types_find(&made.marshal, user, &types);
	type = find_type(&types, "net_device");
	assert_int_equal(type->size, 32 + 56);
	assert_int_equal(type->links.len, 1);
	assert_string_equal(type->links.at[0].name, "port.rings");
	assert_int_equal(type->links.at[0].offset, 32 + 40);
	assert_int_equal(type->links.at[0].count_offset, 32 + 48);
	assert_int_equal(type->links.at[0].count_size, 4);
	assert_string_equal(types.at[type->links.at[0].target].name, "ring");
	dc_object_types_done(&types);
	free(user);
	small_driver_done(&made);
}

/* Each element of an array of pointers is a link, and each pointer in an array of structures. */
static void test_link_arrays(void **state)
{
	static const char text[] =
		"#include <kernel.h>\n"
		"struct ring { unsigned head; };\n"
		"struct lane { struct ring *ring; unsigned count; };\n"
		"struct port { struct net_device *netdev; struct ring *rings[3];\n"
		"	struct lane lanes[2]; };\n"
		"int named(struct net_device *netdev) { return netdev->name[0]; }\n"
		"int touch(struct port *port)\n"
		"{ return port->rings[2]->head + port->lanes[1].ring->head; }\n";
	static const struct {
		const char *name;
		unsigned offset, count, count_offset;
	} expected[] = {{"port.rings[0]", 40, 1, 0},
			{"port.rings[1]", 48, 1, 0},
			{"port.rings[2]", 56, 1, 0},
			{"lane.ring", 64, 0, 72},
			{"lane.ring", 80, 0, 88}};
	const struct dc_object_type *type;
	dc_object_types types = {0};
	struct small_driver made;
	bool *user;
	size_t i;

	(void)state;
	assert_int_equal(
		small_driver_make_from(&made, text,
				       "{" PRIVATE ", \"pointers\": ["
				       "{\"field\": \"port.rings\", \"count\": \"1\"},"
				       "{\"field\": \"lane.ring\", \"count\": \"count\"}]}"),
		0);
	user = dc_alloc(made.source->definitions.len + 1, sizeof(*user));
	dc_object_types_find(&made.marshal, user, &types);
	type = find_type(&types, "net_device");
	assert_int_equal(type->links.len, sizeof(expected) / sizeof(expected[0]));
	for (i = 0; i < type->links.len; i++) {
		assert_string_equal(type->links.at[i].name, expected[i].name);
		assert_int_equal(type->links.at[i].offset, expected[i].offset);
		assert_int_equal(type->links.at[i].count, expected[i].count);
		assert_int_equal(type->links.at[i].count_offset, expected[i].count_offset);
	}
	dc_object_types_done(&types);
	free(user);
	small_driver_done(&made);
}

/* Static variables within functions: which cross, and how they are made a second time. */
static void test_statics(void **state)
{
	static const struct {
		const char *name, *type, *init;
		bool crosses, is_assigned;
	} expected[] = {
		{"count", "int", NULL, true, true},
		{"read", "int", "16", true, false},
		{"pairs", "int[2][2]", "{ { 1 , 2 } , { 3 } }", true, true},
		{"never", NULL, NULL, false, false},
		{"ring", NULL, NULL, false, true},
		{"to", NULL, NULL, false, false},
		{"twice", NULL, NULL, false, true},
		{"twice", NULL, NULL, false, true},
	};
	struct small_driver made;
	size_t i;

	(void)state;
	assert_int_equal(small_driver_make(&made, "{" PRIVATE "}"), 0);
	assert_int_equal(made.source->statics.len, sizeof(expected) / sizeof(expected[0]));
	for (i = 0; i < made.source->statics.len; i++) {
		const struct dc_static *at = &made.source->statics.at[i];

		assert_string_equal(at->function, "once");
		assert_string_equal(at->variable.name, expected[i].name);
		assert_int_equal(at->crosses, expected[i].crosses);
		assert_int_equal(at->is_assigned, expected[i].is_assigned);
		if (!at->crosses)
			continue;
		assert_string_equal(at->type, expected[i].type);
		assert_string_equal(at->init ? at->init : "none",
				    expected[i].init ? expected[i].init : "none");
	}
	small_driver_done(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_link_arrays),
		cmocka_unit_test(test_statics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
