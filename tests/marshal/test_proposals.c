/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proposed annotations: which row, in which section, and whether the source shows it. */
#include "marshal/small_driver.h"

#include <errno.h>

#include "marshal/proposals.h"

static void test_sections(void **state)
{
	struct dc_proposal proposal;
	struct small_driver made;

	(void)state;
	assert_int_equal(small_driver_make(&made, "{" PRIVATE "}"), 0);
	assert_true(
		dc_propose_arguments(&made.marshal, dc_source_find(made.source, "out"), &proposal));
	assert_string_equal(proposal.section, "functions");
	assert_false(dc_propose_arguments(&made.marshal, dc_source_find(made.source, "number"),
					  &proposal));
	dc_propose_struct(&made.marshal, "ring", dc_source_find(made.source, "heads"), &proposal);
	assert_string_equal(proposal.row, "{\"field\": \"port.rings\", \"count\": \"n_rings\"}");
	assert_false(proposal.sure);
	small_driver_done(&made);
	assert_int_equal(small_driver_make(&made, "{}"), 0);
	dc_propose_struct(&made.marshal, "port", dc_source_find(made.source, "touch"), &proposal);
	assert_string_equal(proposal.row, "{\"struct\": \"port\", \"after\": \"net_device\"}");
	assert_false(proposal.sure); /* no allocation shows it */
	small_driver_done(&made);
}

/* Each function says how much its parameter p points to. */
static const char text[] =
	"#include <kernel.h>\n"
	"#define __iomem\n"
	"typedef unsigned char u8; typedef unsigned short u16; typedef unsigned u32;\n"
	"typedef unsigned long size_t; typedef u32 gfp_t;\n"
	"void *memcpy(void *to, const void *from, size_t len);\n"
	"void *kcalloc(size_t n, size_t size, gfp_t flags);\n"
	"void *dma_alloc_coherent(void *dev, size_t size, size_t *at, gfp_t flags);\n"
	"void __iomem *ioremap(size_t at, size_t size);\n"
	"size_t strlen(const char *s);\n"
	"void kernel_takes(void *p);\n"
	"struct four { u32 a; }; struct regs { u32 ctrl; }; struct desc { u32 at; };\n"
	"struct ring { u32 n; }; struct some { u32 n; }; struct two { u32 n; };\n"
	"struct port {\n"
	"	u32 count; struct four *four; struct ring *ring; struct some *some;\n"
	"	struct regs __iomem *regs; struct desc *desc; u8 mac[6]; void *kept;\n"
	"	int (*through)(u16 *p);\n"
	"	union { struct two *two; u32 word; };\n"
	"};\n"
	"int one(u16 *p) { return *p; }\n"
	"int six(u8 *p) { return p[0] + p[5]; }\n"
	"int if_six(u8 *p, int a) { if (a) return p[5]; return 0; }\n"
	"int early_six(u8 *p, int a) { if (a) return 1; return p[5]; }\n"
	"int loop(u16 *p, u32 words) { u32 i, s = 0; for (i = 0; i < words; i++) s += p[i];\n"
	"	return s; }\n"
	"int loop_if(u16 *p, u32 n) { u32 i, s = 0; for (i = 0; i < n; i++) if (s < 3) s += p[i];\n"
	"	return s; }\n"
	"int down(u16 *p) { u32 i, s = 0; for (i = 9; i != 2; i--) s += p[i]; return s; }\n"
	"int before(u16 *p, int n) { int i, s = 0; for (i = -2; i < n; i++) s += p[i];\n"
	"	return s; }\n"
	"void kernel_sets(u16 **p);\n"
	"int addressed(u16 *p) { kernel_sets(&p); return 0; }\n"
	"int pairs(u16 *p, u32 n) { u32 i, s = 0;\n"
	"	for (i = 0; i < n; i++) s += p[2 * i + 1]; return s; }\n"
	"int beyond(u16 *p, u32 words) { u32 i, s = 0;\n"
	"	for (i = 0; i < words; i += 2) { s += p[i]; if (s > 4) s += p[i + 1]; } return s; "
	"}\n"
	"int moved(u16 *p, u32 n) { u32 i, s = 0; for (i = 0; i < n; i++) { i++; s += p[i]; }\n"
	"	return s; }\n"
	"int last(u16 *p, u32 n) { return p[n - 1]; }\n"
	"int copied(u16 *p, u32 n) { u16 own[8]; memcpy(own, p, n * sizeof(u16)); return own[0]; "
	"}\n"
	"int eight(u16 *p) { u16 own[8]; memcpy(own, p, sizeof(own)); return own[0]; }\n"
	"int masked(u8 *p, u32 i) { return p[i & 7]; }\n"
	"int unknown(u8 *p, u32 i) { return p[i * i]; }\n"
	"int at(u8 *p, u32 i) { return p[i]; }\n"
	"int stepped(u8 *p) { int s = 0; while (*p) s += *p++; return s; }\n"
	"int declared(u8 p[6], u32 i) { return p[i * i]; }\n"
	"int never(u8 *p, void *q) { return p == q; }\n"
	"int text_of(char *p) { return strlen(p); }\n"
	"int given(u8 *p) { kernel_takes(p); return 0; }\n"
	"int passes(u16 *p) { return one(p); }\n"
	"int passes_on(u16 *p, u32 count) { return loop(p, count); }\n"
	"int passes_three(u16 *p) { return loop(p, 3); }\n"
	"int indirect(struct port *port, u16 *p) { port->through = one; return port->through(p); "
	"}\n"
	"int called(u8 *p, u32 i) { return p[i * i]; }\n"
	"int caller(struct port *port) { u8 own[6]; return called(own, 1) + called(port->mac, 2); "
	"}\n"
	"int called_apart(u8 *p, u32 i) { return p[i * i]; }\n"
	"int caller_apart(void) { u8 a[6], b[4]; return called_apart(a, 1) + called_apart(b, 2); "
	"}\n"
	"int maybe(u16 *p) { if (p) return *p; return 0; }\n"
	"int maybe_not(void) { return maybe(0); }\n"
	"int of_registers(u32 __iomem *p) { return p[3]; }\n"
	"int keeps(struct port *port, u8 *p) { port->kept = p; return 0; }\n"
	"int table(u8 **p) { return *p[0]; }\n"
	"int object(void *p) { struct net_device *netdev = p; return netdev->state; }\n"
	"int use(struct four *four, struct ring *ring, struct some *some, struct two *two, struct "
	"regs *regs,\n"
	"	struct desc *desc) { return four->a + ring->n + some->n + two->n + regs->ctrl + "
	"desc->at; "
	"}\n"
	"int make(struct port *port, size_t *at, u32 n)\n"
	"{\n"
	"	port->four = kcalloc(4, sizeof(struct four), 0);\n"
	"	port->ring = kcalloc(port->count, sizeof(struct ring), 0);\n"
	"	port->some = kcalloc(n + 1, sizeof(struct some), 0);\n"
	"	port->two = kcalloc(2, sizeof(struct two), 0);\n"
	"	port->regs = ioremap(3, 4);\n"
	"	port->desc = dma_alloc_coherent(port, 64, at, 0);\n"
	"	return 0;\n"
	"}\n"
	"struct net_device *create(void) { return alloc_etherdev_mqs(sizeof(struct port), 1, 1); "
	"}\n";

static void test_arguments(void **state)
{
	static const struct {
		const char *function, *arguments; /* NULL: no row */
		bool sure;
	} rows[] = {
		{"one", "\"1\"", true},
		{"six", "\"6\"", true},
		{"if_six", "\"6\"", false},
		{"early_six", "\"6\"", false},
		{"loop", "\"words\"", true},
		{"loop_if", "\"n\"", true},
		{"down", "\"1\"", false},
		{"before", "\"n\"", false},
		{"addressed", "\"1\"", false},
		{"pairs", "\"2 * n\"", true},
		{"beyond", "\"words\"", false},
		{"moved", "\"n\"", false},
		{"last", "\"n\"", true},
		{"copied", "\"n\"", true},
		{"eight", "\"8\"", true},
		{"masked", "\"8\"", true},
		{"unknown", "\"1\"", false},
		{"at", "\"i + 1\"", true},
		{"stepped", "\"1\"", false},
		{"declared", "\"6\"", true},
		{"never", "\"address\", \"address\"", true},
		{"text_of", "\"strlen($0) + 1\"", true},
		{"given", "\"1\"", false},
		{"passes", "\"1\"", true},
		{"passes_on", "\"count\"", true},
		{"passes_three", "\"3\"", false},
		{"indirect", "\"\", \"1\"", true},
		{"called", "\"6\"", true},
		{"called_apart", "\"1\"", false},
		{"maybe", "\"1\"], \"nullable\": [\"$0\"", true},
		{"of_registers", NULL, false},
		{"keeps", "\"\", \"1\"", false},
		{"table", NULL, false},
		{"object", "\"address\"", true},
	};
	struct dc_proposal proposal;
	struct small_driver made;
	size_t i;

	(void)state;
	assert_int_equal(small_driver_make_from(&made, text, "{" PRIVATE "}"), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *row = rows[i].arguments
					  ? dc_arena_printf(made.arena,
							    "{\"function\": \"%s\", \"arguments\": "
							    "[%s]}",
							    rows[i].function, rows[i].arguments)
					  : NULL;

		assert_true(dc_propose_arguments(
			&made.marshal, dc_source_find(made.source, rows[i].function), &proposal));
		if (!row || !proposal.row)
			assert_true(!row && !proposal.row);
		else
			assert_string_equal(proposal.row, row);
		if (proposal.row && proposal.sure != rows[i].sure)
			fail_msg("%s: %s", rows[i].function, proposal.evidence);
	}
	small_driver_done(&made);
}

static void test_structs(void **state)
{
	static const struct {
		const char *record, *row, *words;
		bool sure;
	} rows[] = {
		{"four", "{\"field\": \"port.four\", \"count\": \"4\"}", "kcalloc(4", true},
		{"ring", "{\"field\": \"port.ring\", \"count\": \"count\"}", "does not change",
		 false},
		{"some", NULL, "no constant number of elements", false},
		{"two", "{\"field\": \"port.two\", \"count\": \"2\"}", "in a union", false},
		{"regs", NULL, "struct regs __iomem *regs at in.c:", false},
		{"desc", NULL, "dma_alloc_coherent(port, 64, at, 0) at in.c:", false},
	};
	struct dc_proposal proposal;
	struct small_driver made;
	size_t i;

	(void)state;
	assert_int_equal(small_driver_make_from(&made, text, "{" PRIVATE "}"), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		dc_propose_struct(&made.marshal, rows[i].record, dc_source_find(made.source, "use"),
				  &proposal);
		if (rows[i].row)
			assert_string_equal(proposal.row, rows[i].row);
		else
			assert_null(proposal.row);
		assert_non_null(strstr(proposal.evidence, rows[i].words));
		if (proposal.sure != rows[i].sure)
			fail_msg("%s: %s", rows[i].record, proposal.evidence);
	}
	small_driver_done(&made);
	/* a structure in the one that an allocation names */
	assert_int_equal(small_driver_make_from(&made, text, "{}"), 0);
	dc_propose_struct(&made.marshal, "port", dc_source_find(made.source, "make"), &proposal);
	assert_string_equal(proposal.row, "{\"struct\": \"port\", \"after\": \"net_device\"}");
	if (!proposal.sure)
		fail_msg("%s", proposal.evidence);
	assert_non_null(strstr(proposal.evidence,
			       "alloc_etherdev_mqs allocates a struct net_device "
			       "with sizeof(struct port) at in.c:"));
	small_driver_done(&made);
}

/* A length that the source contradicts names the row and the place. */
static void test_contradictions(void **state)
{
	static const struct {
		const char *rows, *words; /* NULL: it is right */
	} cases[] = {
		{"\"functions\": [{\"function\": \"six\", \"arguments\": [\"6\"]}]", NULL},
		{"\"functions\": [{\"function\": \"six\", \"arguments\": [\"7\"]}]", NULL},
		{"\"functions\": [{\"function\": \"six\", \"arguments\": [\"5\"]}]",
		 "functions: 'p' of six has 5 elements (1 bytes each) by this row, but the driver "
		 "uses byte 6: p[5] at in.c:"},
		{"\"functions\": [{\"function\": \"if_six\", \"arguments\": [\"1\"]}]",
		 "uses byte 6: p[5] at in.c:"},
		{"\"functions\": [{\"function\": \"if_six\", \"arguments\": [\"a\"]}]", NULL},
		{"\"functions\": [{\"function\": \"of_registers\", \"arguments\": [\"4\"]}]",
		 "points to registers of the device, which cannot be copied"},
		{"\"functions\": [{\"function\": \"of_registers\", \"arguments\": [\"address\"]}]",
		 NULL},
		{"\"pointers\": [{\"field\": \"port.four\", \"count\": \"4\"}]", NULL},
		{"\"pointers\": [{\"field\": \"port.four\", \"count\": \"5\"}]",
		 "pointers: port.four has 5 elements (4 bytes each) by this row, but the driver "
		 "allocates 16 bytes: kcalloc(4, sizeof(struct four), 0) at in.c:"},
		{"\"pointers\": [{\"field\": \"port.regs\", \"count\": \"1\"}]",
		 "pointers: port.regs points to registers of the device"},
		{"\"pointers\": [{\"field\": \"port.desc\", \"count\": \"16\"}]",
		 "pointers: port.desc points to memory that the device uses"},
	};
	struct small_driver made;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *json = dc_printf("{" PRIVATE ",\n %s}", cases[i].rows);

		assert_int_equal(small_driver_make_from(&made, text, json),
				 cases[i].words ? -EINVAL : 0);
		if (cases[i].words) {
			assert_said(&made.caught, cases[i].words);
			assert_said(&made.caught, "annotations.json:2: error: ");
		}
		small_driver_done(&made);
		free(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_structs),
		cmocka_unit_test(test_contradictions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
