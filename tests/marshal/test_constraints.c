/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions that data keeps in the kernel, with the reason. */
#include <unistd.h>

#include "marshal/small_driver.h"

#include <errno.h>

#include "marshal/constraints.h"
#include "marshal/uses.h"

static const char *pin_of(const struct dc_constraints *given, const char *function)
{
	const struct dc_constraint_pin *pin;

	dc_vec_each (pin, &given->pins)
		if (!strcmp(pin->function, function))
			return pin->reason;
	return "none";
}

/* Functions that recovery calls are in the kernel with their callees; each takes the object around.
 */
static void test_recovery(void **state)
{
	struct dc_constraints given = {0};
	struct dc_recovery recovery;
	dc_proposals gaps = {0};
	struct small_driver made;

	(void)state;
	assert_int_equal(small_driver_make(&made,
					   "{" PRIVATE ", \"recovery\": [{\"function\": \"sweep\","
					   " \"if\": \"port->rings\"}]}"),
			 0);
	dc_constraints_find(&made.marshal, &given, &gaps);
	assert_string_equal(pin_of(&given, "sweep"), "runs in recovery, when the process has died");
	assert_string_equal(pin_of(&given, "once"),
			    "runs in recovery, when the process has died, called by sweep");
	assert_string_equal(pin_of(&given, "ring"), "none");
	assert_string_equal(made.marshal.annotations.recoveries.at[0].condition, "port->rings");
	assert_true(dc_marshal_recovery(&made.marshal, &made.marshal.annotations.recoveries.at[0],
					&recovery));
	assert_string_equal(recovery.type, "net_device");
	assert_int_equal(recovery.base, 32);
	assert_false(made.marshal.annotations.recoveries.at[0].with_locks);
	dc_constraints_done(&given);
	dc_vec_done(&gaps);
	small_driver_done(&made);
}

/* A part of the structure behind an object, if it has one of that type. */
static void test_recovery_of_part(void **state)
{
	static const struct {
		const char *more; /* fields of struct port */
		int err;
	} rows[] = {{"", 0}, {" struct part other;", -EINVAL}};
	struct dc_recovery recovery;
	struct small_driver made;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = dc_printf(
			"#include <kernel.h>\nstruct part { int x; };\n"
			"struct port { struct net_device *netdev; int y;"
			" struct part part;%s };\n"
			"int of(struct port *port) { return port->netdev->state + port->part.x; }\n"
			"void stop(struct part *part) { part->x = 0; }\n",
			rows[i].more);

		int err = small_driver_make_from(&made, text,
						 "{" PRIVATE
						 ", \"recovery\": [{\"function\": \"stop\","
						 " \"with_locks\": true}]}");

		if (err != rows[i].err)
			fail_msg("%d: %s", err, made.caught.text);
		if (!rows[i].err) {
			const struct dc_recovery_rule *rule =
				&made.marshal.annotations.recoveries.at[0];

			assert_true(rule->with_locks);
			assert_true(dc_marshal_recovery(&made.marshal, rule, &recovery));
			assert_string_equal(recovery.type, "net_device");
			assert_int_equal(recovery.base, 32 + 12);
		}
		small_driver_done(&made);
		free(text);
	}
}

/* The reason why two functions are on one side; "none". */
static const char *group_of(const struct dc_constraints *given, const char *one, const char *other)
{
	const struct dc_constraint_group *group;

	dc_vec_each (group, &given->groups)
		if (!strcmp(group->functions[0], one) && !strcmp(group->functions[1], other))
			return group->reason;
	return "none";
}

static const char calls[] =
	"#include <kernel.h>\n"
	"struct loose { int x; };\n"
	"struct port { struct net_device *netdev; int state; };\n"
	"static int sum(int *data, int count) { return data[count - 1]; }\n"
	"static int look(struct loose *loose) { return loose->x; }\n"
	"static int fine(struct port *port) { return port->state; }\n"
	"int peek(struct net_device *netdev) { return *((unsigned char *)netdev + 3); }\n"
	"int caller(struct port *port)\n"
	"{\n"
	"	struct loose loose = {fine(port)};\n"
	"	return look(&loose) + sum(&loose.x, 1);\n"
	"}\n";

/* Data that no annotation describes constrains functions; each constraint names its proposal. */
static void test_reasons(void **state)
{
	static const struct {
		const char *one, *other, *reason;
	} groups[] = {
		{"sum", "caller",
		 "caller calls sum and its parameter 'data' (in.c:4) points to memory of unknown "
		 "length; "
		 "annotate how much (docs/formats.md, functions)"},
		{"look", "caller",
		 "caller calls look and its parameter 'loose' (in.c:5) points to struct loose of "
		 "the "
		 "driver, which does not cross: nothing says which object it belongs to"},
		{"fine", "caller", "none"},
	};
	struct dc_constraints given = {0};
	dc_proposals proposals = {0};
	const struct dc_constraint_group *group;
	struct small_driver made;
	size_t i;

	(void)state;
	assert_int_equal(small_driver_make_from(&made, calls, "{" PRIVATE "}"), 0);
	dc_constraints_find(&made.marshal, &given, &proposals);
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		assert_string_equal(group_of(&given, groups[i].one, groups[i].other),
				    groups[i].reason);
	assert_string_equal(
		pin_of(&given, "peek"),
		"reads struct net_device as bytes at in.c:7, and no analysis sees which fields");
	assert_string_equal(pin_of(&given, "fine"), "none");
	dc_vec_each (group, &given.groups)
		assert_in_range(group->proposal, 1, proposals.len);
	dc_constraints_done(&given);
	dc_vec_done(&proposals);
	small_driver_done(&made);
}

static const char pointers[] =
	"#include <kernel.h>\n"
	"struct port { struct net_device *netdev; int state; };\n"
	"static int ours(struct pci_dev *dev) { return dev->irq; }\n"
	"int follows(struct pci_dev *dev) { return dev->physfn->irq; }\n"
	"int by_inline(struct pci_dev *dev) { return pci_irq(dev->physfn); }\n"
	"int by_call(struct pci_dev *dev) { return ours(dev->physfn); }\n"
	"struct pci_dev *returns(struct pci_dev *dev) { return dev->physfn; }\n"
	"int hands(struct pci_dev *dev) { return pci_wake(dev->physfn); }\n"
	"int own(struct port *port) { return (int)port->netdev->state; }\n";

/* The process may hand on a pointer that the kernel has set, but not follow it. */
static void test_pointers(void **state)
{
	static const char *const stay[] = {"follows", "by_inline", "by_call", "returns"};
	static const char *const move[] = {"hands", "own", "ours"};
	struct dc_constraints given = {0};
	dc_proposals proposals = {0};
	struct small_driver made;
	size_t i;

	(void)state;
	assert_int_equal(small_driver_make_from(&made, pointers, "{" PRIVATE "}"), 0);
	dc_constraints_find(&made.marshal, &given, &proposals);
	for (i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
		assert_string_equal(pin_of(&given, stay[i]),
				    "reads pci_dev.physfn, a pointer that the kernel sets to a "
				    "struct pci_dev which the process may not know");
	for (i = 0; i < sizeof(move) / sizeof(move[0]); i++)
		assert_string_equal(pin_of(&given, move[i]), "none");
	dc_constraints_done(&given);
	dc_vec_done(&proposals);
	small_driver_done(&made);
}

static const char tables[] = "#include <kernel.h>\n"
			     "static const struct { int speed; } boards[] = {{1}, {2}};\n"
			     "static struct { int used; } counts[2];\n"
			     "int speed(int i) { return boards[i].speed; }\n"
			     "int again(int i) { return boards[i + 1].speed; }\n"
			     "int count(int i) { return counts[i].used; }\n"
			     "int uncount(int i) { return counts[i].used--; }\n"
			     "unsigned word(const void *at) { return get_word(at); }\n";

/* A structure without a name: both sides have a constant table, other variables are on one side,
 * and one that a function declares for itself is a view of bytes. */
static void test_nameless(void **state)
{
	struct dc_constraints given = {0};
	dc_proposals proposals = {0};
	struct small_driver made;

	(void)state;
	assert_int_equal(small_driver_make_from(&made, tables, "{}"), 0);
	dc_constraints_find(&made.marshal, &given, &proposals);
	assert_string_equal(pin_of(&given, "speed"), "none");
	assert_string_equal(group_of(&given, "again", "speed"), "none");
	assert_string_equal(group_of(&given, "count", "uncount"),
			    "both use struct (anonymous at in.c:3) of the driver, which does not "
			    "cross: nothing says which object it belongs to");
	assert_string_equal(pin_of(&given, "word"), "none");
	dc_constraints_done(&given);
	dc_vec_done(&proposals);
	small_driver_done(&made);
}

static const char names[] =
	"#include <kernel.h>\n"
	"struct unused { unsigned long jiffies; int (*readl)(int); unsigned udelay; };\n"
	"void take(int (*writel)(int), int msleep);\n"
	"unsigned long get(void) { return 1; }\n";

/* Rules that become macros are "none" where they would replace a name of the driver, though nothing
 * uses it: words always, macros with parameters where it is called. */
static void test_spared_names(void **state)
{
	struct small_driver made;

	(void)state;
	assert_int_equal(small_driver_make_from(&made, names, "{}"), 0);
	assert_int_not_equal(dc_rules_find(&made.rules, "jiffies")->class, DC_RULE_NONE);
	dc_rules_spare_names(&made.rules, made.source);
	assert_int_equal(dc_rules_find(&made.rules, "jiffies")->class, DC_RULE_NONE);
	assert_null(dc_rules_find(&made.rules, "jiffies")->define);
	assert_string_equal(
		dc_rules_find(&made.rules, "jiffies")->why,
		"the driver declares a field or a parameter of that name, which the macro "
		"of the process would replace");
	assert_int_equal(dc_rules_find(&made.rules, "readl")->class, DC_RULE_NONE);
	assert_int_equal(dc_rules_find(&made.rules, "writel")->class, DC_RULE_NONE);
	assert_int_not_equal(dc_rules_find(&made.rules, "udelay")->class, DC_RULE_NONE);
	assert_int_not_equal(dc_rules_find(&made.rules, "msleep")->class, DC_RULE_NONE);
	small_driver_done(&made);
}

/* Functions that pass a pointer to each other in all ways: a search does not follow each. */
static void test_circles(void **state)
{
	enum { FUNCTIONS = 14, SECONDS = 60 };
	char *text = dc_printf("#include <kernel.h>\n"), *more;
	struct dc_constraints given = {0};
	dc_proposals proposals = {0};
	struct small_driver made;
	int i, k;

	(void)state;
	for (i = 0; i < 2 * FUNCTIONS; i++) { /* declared, then defined */
		more = dc_printf("%sint f%d(char *at, int n)%s\n", text, i % FUNCTIONS,
				 i < FUNCTIONS ? ";" : "\n{ int sum = at[n];");
		free(text);
		text = more;
		for (k = 0; i >= FUNCTIONS && k <= FUNCTIONS; k++) {
			if (k < FUNCTIONS)
				more = dc_printf("%s sum += f%d(at, n - 1);\n", text, k);
			else
				more = dc_printf("%s return sum; }\n", text);
			free(text);
			text = more;
		}
	}
	assert_int_equal(small_driver_make_from(&made, text, "{}"), 0);
	alarm(SECONDS);
	dc_constraints_find(&made.marshal, &given, &proposals);
	alarm(0);
	assert_true(given.groups.len > 0);
	dc_constraints_done(&given);
	dc_vec_done(&proposals);
	small_driver_done(&made);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recovery), cmocka_unit_test(test_recovery_of_part),
		cmocka_unit_test(test_reasons),	 cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_nameless), cmocka_unit_test(test_spared_names),
		cmocka_unit_test(test_circles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
