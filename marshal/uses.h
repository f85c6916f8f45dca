/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which rule answers each use of the kernel in the driver's source, and which uses have none.
 */
#ifndef DC_MARSHAL_USES_H
#define DC_MARSHAL_USES_H

#include "graph/graph.h"
#include "graph/source/source.h"
#include "marshal/constraints.h"
#include "marshal/rules.h"

/* A use that has no rule, or one of class "none". */
struct dc_rule_gap {
	const struct dc_definition *definition;
	const struct dc_use *use;
	const struct dc_rule *rule; /* of DC_RULE_NONE, or NULL */
	const char *name; /* of the rule that is missing */
};

typedef DC_VEC(struct dc_rule_gap) dc_rule_gaps;

/* The rule that answers a use, and the name that it is about; NULL: there is none.
 * *ret_needs_none: the use needs no rule. */
const struct dc_rule *dc_rule_for_use(const struct dc_rules *rules, const struct dc_graph *graph,
				      const struct dc_use *use, const char **ret_name,
				      bool *ret_needs_none);

/* Every use in the source that keeps its function in the kernel, in the source's order. The graph
 * says which inline functions only compute. Caller ends ret with dc_vec_done. */
void dc_rules_gaps(const struct dc_rules *rules, const struct dc_source *source,
		   const struct dc_graph *graph, dc_rule_gaps *ret);

/* Why a gap pins its function: "uses NAME at FILE:LINE, which has no rule". */
const char *dc_rule_gap_reason(struct dc_arena *arena, const struct dc_rule_gap *gap);

/* Pins every function that the source's text keeps in the kernel: one that has a gap (the first is
 * the reason), one whose text cannot be replaced by a stub, and one that refers to such a function.
 * Reasons and names live in the arena. */
void dc_rules_pins(struct dc_arena *arena, const struct dc_rules *rules,
		   const struct dc_source *source, const struct dc_graph *graph,
		   dc_constraint_pins *ret);

/* Adds the functions that access registers: they cross nothing while the process has the registers
 * mapped. Names live in the arena. */
void dc_rules_registers(struct dc_arena *arena, const struct dc_rules *rules,
			dc_constraint_names *ret);

/*
 * dc_rules_spare_names - makes rules "none" whose macro would also replace a field or a parameter
 * that the driver declares: `unsigned long jiffies;`, or a call of ops->udelay(). What uses such a
 * name stays in the kernel, with that reason. To be called before the rules are used for this
 * source.
 */
void dc_rules_spare_names(struct dc_rules *rules, const struct dc_source *source);

#endif
