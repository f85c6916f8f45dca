/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A driver as a problem: constraints with their reasons, weights, calls that weigh nothing, and a
 * profile of another source. Small graphs, made here. */
#include "testing.h"

#include <errno.h>

#include "problem/build.h"

enum { HELPER, IRQ, MID, OPEN, FUNCTIONS };
enum { READL };

static const char *const names[FUNCTIONS] = {"helper", "irq", "mid", "open"};

/* open calls helper and readl, irq calls mid in atomic context. Ends with graph_done. */
static void graph_start(struct dc_graph *graph)
{
	unsigned i;

	*graph = (struct dc_graph){.driver = "toy"};
	for (i = 0; i < FUNCTIONS; i++)
		dc_vec_push(&graph->functions,
			    (struct dc_function){.name = names[i],
						 .file = "toy.c",
						 .loc = 10 + i,
						 .critical = i == IRQ || i == MID});
	dc_vec_push(&graph->kernel_functions,
		    (struct dc_kernel_function){.name = "readl", .is_inline = true});
	dc_vec_push(&graph->kernel_functions, (struct dc_kernel_function){.name = "request_irq"});
	dc_vec_push(&graph->calls, (struct dc_call){.caller = IRQ,
						    .callee = MID,
						    .kind = DC_CALL_DIRECT,
						    .atomic = true,
						    .line = 7});
	dc_vec_push(&graph->calls, (struct dc_call){.caller = OPEN, .callee = HELPER});
	dc_vec_push(&graph->calls,
		    (struct dc_call){.caller = OPEN, .callee = READL, .kind = DC_CALL_KERNEL});
	dc_vec_push(&graph->entry_points, (struct dc_entry_point){IRQ, "request_irq argument 1",
								  DC_CONTEXT_HARDIRQ, true});
	dc_vec_push(&graph->entry_points,
		    (struct dc_entry_point){OPEN, "toy_ops.open", DC_CONTEXT_PROCESS, true});
}

static void graph_done(struct dc_graph *graph)
{
	struct dc_lock *lock;

	dc_vec_each (lock, &graph->locks)
		dc_vec_done(&lock->holders);
	dc_vec_done(&graph->functions);
	dc_vec_done(&graph->kernel_functions);
	dc_vec_done(&graph->calls);
	dc_vec_done(&graph->entry_points);
	dc_vec_done(&graph->locks);
	dc_vec_done(&graph->types);
}

static const char *pin_reason(const struct dc_problem *problem, const char *name)
{
	const struct dc_problem_pin *pin;

	dc_vec_each (pin, &problem->pins)
		if (pin->node == dc_problem_find(problem, name))
			return pin->reason;
	return "none";
}

static struct dc_problem *build(const struct dc_graph *graph, const struct dc_profile *profile,
				enum dc_fields fields, const struct dc_constraints *constraints)
{
	struct dc_problem *problem;
	struct caught caught;

	catch_start(&caught);
	if (dc_problem_of_driver(&caught.diag, graph, profile, fields, constraints, &problem) < 0)
		fail_msg("%s", caught.text);
	return problem;
}

/* A critical root is pinned, and what it calls in atomic context follows it. */
static void test_calls(void **state)
{
	struct dc_graph graph;
	struct dc_problem *problem;

	(void)state;
	graph_start(&graph);
	problem = build(&graph, NULL, DC_FIELDS_MAP, NULL);
	assert_int_equal(problem->nodes.len, FUNCTIONS);
	assert_int_equal(problem->nodes.at[dc_problem_find(problem, "open")].loc, 10 + OPEN);
	assert_int_equal(problem->pins.len, 1);
	assert_string_equal(pin_reason(problem, "irq"),
			    "critical root: the kernel calls it in hardirq context "
			    "(request_irq argument 1)");
	assert_int_equal(problem->follows.len, 1);
	assert_string_equal(problem->follows.at[0].reason,
			    "called by irq in atomic context (toy.c:7)");
	dc_problem_free(problem);
	graph_done(&graph);
}

/* One lock held by open and helper; atomic code takes it, too, or not; and what is not a lock. */
static void test_locks(void **state)
{
	static const struct {
		enum dc_lock_class class;
		bool in_atomic;
		size_t togethers;
		const char *pin; /* of open */
	} rows[] = {
		{DC_LOCK_MUTEX, false, 0, "none"},
		{DC_LOCK_SPIN, false, 1, "none"},
		{DC_LOCK_SPIN, true, 0,
		 "takes spinlock tx_lock, which irq takes in atomic context"},
		{DC_LOCK_RCU, false, 0, "reads under RCU, which no process can"},
		{DC_LOCK_IRQ, false, 0, "disables interrupts, which no process can"},
		{DC_LOCK_BH, false, 0, "disables softirqs, which no process can"},
		{DC_LOCK_PREEMPT, false, 0, "disables preemption, which no process can"},
	};
	struct dc_graph graph;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dc_lock lock = {
			.name = "tx_lock", .class = rows[i].class, .in_atomic = rows[i].in_atomic};
		struct dc_problem *problem;

		graph_start(&graph);
		if (rows[i].in_atomic)
			dc_vec_push(&lock.holders, IRQ);
		dc_vec_push(&lock.holders, OPEN);
		dc_vec_push(&lock.holders, HELPER);
		dc_vec_push(&graph.locks, lock);
		problem = build(&graph, NULL, DC_FIELDS_MAP, NULL);
		assert_int_equal(problem->togethers.len, rows[i].togethers);
		if (rows[i].togethers)
			assert_string_equal(problem->togethers.at[0].reason,
					    "both take spinlock tx_lock");
		assert_string_equal(pin_reason(problem, "open"), rows[i].pin);
		dc_problem_free(problem);
		graph_done(&graph);
	}
}

/* A field that irq writes and open reads without a lock in common. */
static void test_fields(void **state)
{
	static const char *fields[] = {"head"};
	struct dc_problem *problem;
	struct dc_graph graph;

	(void)state;
	graph_start(&graph);
	dc_vec_push(&graph.types,
		    (struct dc_type_use){
			    .type = "ring", .function = IRQ, .writes = fields, .writes_count = 1});
	dc_vec_push(&graph.types,
		    (struct dc_type_use){
			    .type = "ring", .function = OPEN, .reads = fields, .reads_count = 1});
	problem = build(&graph, NULL, DC_FIELDS_MAP, NULL);
	assert_string_equal(pin_reason(problem, "open"), "none");
	dc_problem_free(problem);
	problem = build(&graph, NULL, DC_FIELDS_PIN, NULL);
	assert_string_equal(pin_reason(problem, "open"),
			    "uses ring.head, which irq writes in atomic context, with no lock in "
			    "common");
	dc_problem_free(problem);
	graph_done(&graph);
}

/* Constraints of marshal/: names that the graph does not know are passed over. */
static void test_constraints(void **state)
{
	struct dc_constraints constraints = {0};
	struct dc_problem *problem;
	struct dc_graph graph;

	(void)state;
	graph_start(&graph);
	dc_vec_push(&constraints.pins, (struct dc_constraint_pin){"open", "no rule for x", 0});
	dc_vec_push(&constraints.pins, (struct dc_constraint_pin){"nobody", "no rule for y", 0});
	dc_vec_push(&constraints.groups,
		    (struct dc_constraint_group){{"helper", "open"}, "share a list", 0});
	dc_vec_push(&constraints.groups,
		    (struct dc_constraint_group){{"helper", "nobody"}, "share a list", 0});
	problem = build(&graph, NULL, DC_FIELDS_MAP, &constraints);
	assert_int_equal(problem->pins.len, 2);
	assert_string_equal(pin_reason(problem, "open"), "no rule for x");
	assert_int_equal(problem->togethers.len, 1);
	assert_string_equal(problem->togethers.at[0].reason, "share a list");
	dc_problem_free(problem);
	dc_constraints_done(&constraints);
	graph_done(&graph);
}

/* The kernel calls open 5 times; open calls helper 8 times, and readl, which no probe sees, in one
 * place. */
static void profile_start(struct dc_profile *profile)
{
	*profile = (struct dc_profile){.driver = "toy", .seconds = 60};
	dc_vec_push(&profile->entries, (struct dc_profile_edge){.callee = "open", .calls = 5});
	dc_vec_push(&profile->edges,
		    (struct dc_profile_edge){.caller = "open", .callee = "helper", .calls = 8});
}

static void profile_done(struct dc_profile *profile)
{
	dc_vec_done(&profile->entries);
	dc_vec_done(&profile->edges);
}

static void test_weights(void **state)
{
	struct dc_constraints constraints = {0};
	const struct dc_problem_node *open;
	struct dc_problem *problem;
	struct dc_profile profile;
	struct dc_graph graph;

	(void)state;
	graph_start(&graph);
	profile_start(&profile);
	problem = build(&graph, &profile, DC_FIELDS_MAP, NULL);
	open = &problem->nodes.at[dc_problem_find(problem, "open")];
	assert_int_equal(problem->seconds, 60);
	assert_int_equal(open->entry_calls, 5);
	assert_int_equal(open->kernel_calls, 5);
	assert_int_equal(problem->edges.len, 2);
	assert_int_equal(problem->edges.at[1].calls, 8);
	assert_int_equal(problem->edges.at[1].down, 8);
	dc_problem_free(problem);

	dc_vec_push(&constraints.weightless, "readl");
	problem = build(&graph, &profile, DC_FIELDS_MAP, &constraints);
	assert_int_equal(problem->nodes.at[dc_problem_find(problem, "open")].kernel_calls, 0);
	dc_problem_free(problem);
	dc_constraints_done(&constraints);
	profile_done(&profile);
	graph_done(&graph);
}

/* A profile of another source is refused, and what is not in the graph named. */
static void test_unknown(void **state)
{
	static const struct {
		struct dc_profile_edge edge;
		bool entry;
		const char *said;
	} rows[] = {
		{{.callee = "close", .calls = 1},
		 true,
		 "not in the graph of toy: (kernel) -> close"},
		{{.caller = "shut", .callee = "helper", .calls = 1},
		 false,
		 "not in the graph of toy: shut -> helper"},
		{{.caller = "open", .callee = "shut", .calls = 1},
		 false,
		 "not in the graph of toy: open -> shut"},
		{{.caller = "helper", .callee = "mid", .calls = 1},
		 false,
		 "not in the graph of toy: helper -> mid"},
		{{.caller = "shut", .callee = "request_irq", .kernel = true, .calls = 1},
		 false,
		 "not in the graph of toy: shut -> request_irq"},
	};
	struct dc_problem *problem;
	struct dc_profile profile;
	struct dc_graph graph;
	struct caught caught;
	size_t i;

	(void)state;
	graph_start(&graph);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		profile_start(&profile);
		if (rows[i].entry)
			dc_vec_push(&profile.entries, rows[i].edge);
		else
			dc_vec_push(&profile.edges, rows[i].edge);
		catch_start(&caught);
		assert_int_equal(dc_problem_of_driver(&caught.diag, &graph, &profile, DC_FIELDS_MAP,
						      NULL, &problem),
				 -EINVAL);
		assert_said(&caught, rows[i].said);
		profile_done(&profile);
	}
	graph_done(&graph);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),	cmocka_unit_test(test_locks),
		cmocka_unit_test(test_fields),	cmocka_unit_test(test_constraints),
		cmocka_unit_test(test_weights), cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
