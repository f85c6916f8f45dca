/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proposed annotations: which row, in which section. */
#include "marshal/small_driver.h"

#include "marshal/proposals.h"

static void test_proposals(void **state)
{
	static const struct {
		const char *function, *row;
	} rows[] = {
		{"buffer", "{\"function\": \"buffer\", \"arguments\": [\"\", \"words\"]}"},
		{"out", "{\"function\": \"out\", \"arguments\": [\"\", \"1\"]}"},
		{"bytes", "{\"function\": \"bytes\", \"arguments\": [\"\", \"address\"]}"},
	};
	struct dc_proposal proposal;
	struct small_driver made;
	size_t i;

	(void)state;
	assert_int_equal(small_driver_make(&made, "{" PRIVATE "}"), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(dc_propose_arguments(
			&made.marshal, dc_source_find(made.source, rows[i].function), &proposal));
		assert_string_equal(proposal.row, rows[i].row);
		assert_string_equal(proposal.section, "functions");
	}
	assert_false(dc_propose_arguments(&made.marshal, dc_source_find(made.source, "number"),
					  &proposal));
	dc_propose_struct(&made.marshal, "ring", dc_source_find(made.source, "heads"), &proposal);
	assert_string_equal(proposal.row, "{\"field\": \"port.rings\", \"count\": \"n_rings\"}");
	small_driver_done(&made);
	assert_int_equal(small_driver_make(&made, "{}"), 0);
	dc_propose_struct(&made.marshal, "port", dc_source_find(made.source, "touch"), &proposal);
	assert_string_equal(proposal.row, "{\"struct\": \"port\", \"after\": \"net_device\"}");
	small_driver_done(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proposals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
