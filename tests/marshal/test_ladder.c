/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder of fields of a driver whose fields can be counted by hand. */
#include "marshal/small_driver.h"

#include "marshal/ladder.h"

static const char text[] =
	"#include <kernel.h>\n"
	"typedef unsigned short u16; typedef unsigned u32;\n"
	"struct ring { u32 head, tail; struct ring *next; };\n"
	"struct inner { u32 x, y; };\n"
	"struct port {\n"
	"	struct net_device *netdev;\n"
	"	struct ring *rings;\n"
	"	u32 a, b, c, many[4];\n"
	"	struct { u16 low, high; } limits;\n"
	"	struct inner inner[3];\n"
	"};\n"
	"struct net_device_ops {\n"
	"	int (*ndo_open)(struct net_device *);\n"
	"	int (*ndo_stop)(struct net_device *);\n"
	"};\n"
	"static struct port *port_of(struct net_device *netdev) { return (void *)(netdev + 1); }\n"
	"static int helper(struct port *port) { return port->b + port->inner[0].x; }\n"
	"static int irq(int number, void *data) { struct port *port = data; return port->a; }\n"
	"static int my_open(struct net_device *netdev)\n"
	"{\n"
	"	struct port *port = port_of(netdev);\n"
	"	port->a = 1;\n"
	"	netdev->state = 1;\n"
	"	request_irq(1, irq, 0, \"x\", port);\n"
	"	return helper(port);\n"
	"}\n"
	"static int my_stop(struct net_device *netdev) { port_of(netdev)->c = 0; return 0; }\n"
	"struct net_device_ops ops = {.ndo_open = my_open, .ndo_stop = my_stop};\n";

/* All functions but those in the text. */
static bool *all_but(const struct small_driver *made, const char *functions)
{
	bool *user = dc_alloc(made->source->definitions.len + 1, sizeof(*user));
	const struct dc_definition *definition;

	dc_vec_each (definition, &made->source->definitions)
		user[definition - made->source->definitions.at] =
			!strstr(functions, definition->name);
	return user;
}

static void check(const struct dc_ladder_counts *counts, size_t deep, size_t accessed,
		  size_t shared, size_t crossing)
{
	assert_int_equal(counts->deep, deep);
	assert_int_equal(counts->accessed, accessed);
	assert_int_equal(counts->shared, shared);
	assert_int_equal(counts->crossing, crossing);
}

/* net_device has 2 fields; port 10: netdev, rings, a, b, c, many, low, high, x, y; ring 3. */
static void test_ladder(void **state)
{
	struct small_driver made;
	struct dc_ladder ladder;
	bool *user;

	(void)state;
	assert_int_equal(small_driver_make_from(&made, text, "{" PRIVATE "}"), 0);
	user = all_but(&made, "irq");
	dc_ladder_find(&made.marshal, user, &ladder);
	assert_int_equal(ladder.rows.len, 2);
	assert_string_equal(ladder.rows.at[0].function, "my_open");
	/* a, b, inner, x and state; a is the interrupt's, too, and state is the kernel's */
	check(&ladder.rows.at[0].counts, 2 + 10 + 3, 5, 2, 2);
	assert_string_equal(ladder.rows.at[1].function, "my_stop");
	check(&ladder.rows.at[1].counts, 2 + 10 + 3, 1, 0, 0);
	check(&ladder.sum, 30, 6, 2, 2);
	check(&ladder.distinct, 15, 6, 2, 2);
	dc_ladder_done(&ladder);
	free(user);

	/* what is called in the kernel is not the process's access, and shares what it touches */
	user = all_but(&made, "irq helper my_stop");
	dc_ladder_find(&made.marshal, user, &ladder);
	assert_int_equal(ladder.rows.len, 1);
	check(&ladder.rows.at[0].counts, 15, 2, 2, 2);
	dc_ladder_done(&ladder);
	free(user);
	small_driver_done(&made);
}

/* Without the annotation nothing leads from the kernel's structure to the driver's. */
static void test_no_annotation(void **state)
{
	struct small_driver made;
	struct dc_ladder ladder;
	bool *user;

	(void)state;
	assert_int_equal(small_driver_make_from(&made, text, "{}"), 0);
	user = all_but(&made, "irq");
	dc_ladder_find(&made.marshal, user, &ladder);
	check(&ladder.rows.at[0].counts, 2, 5, 2, 1); /* port is no object */
	dc_ladder_done(&ladder);
	free(user);
	small_driver_done(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ladder),
		cmocka_unit_test(test_no_annotation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
