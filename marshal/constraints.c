/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Constraints that follow from the driver's data. A function whose arguments cannot cross stays on
 * the side of its callers; one that dereferences a structure that only the kernel has is pinned;
 * functions that share a structure which is not an object stay together.
 */
#include "marshal/constraints.h"

#include <stdlib.h>
#include <string.h>

#include "marshal/uses.h"

struct constraining {
	const struct dc_marshal *marshal;
	struct dc_constraints *ret;
	dc_proposals *proposals;
};

/* The number of a proposal (struct dc_constraint_pin), which is added if it is new. */
static unsigned note_proposal(struct constraining *all, const struct dc_proposal *proposal)
{
	size_t i;

	for (i = 0; i < all->proposals->len; i++) {
		const struct dc_proposal *at = &all->proposals->at[i];

		if (at->row && proposal->row
			    ? !strcmp(at->row, proposal->row)
			    : at->kind == proposal->kind && !strcmp(at->subject, proposal->subject))
			return (unsigned)i + 1;
	}
	dc_vec_push(all->proposals, *proposal);
	return (unsigned)all->proposals->len;
}

static unsigned propose_record(struct constraining *all, const char *record,
			       const struct dc_definition *definition)
{
	struct dc_proposal proposal;

	dc_propose_struct(all->marshal, record, definition, &proposal);
	return note_proposal(all, &proposal);
}

/* Where the proposal says that its annotation is missing. */
static struct dc_constraint_place place_of(const struct constraining *all, unsigned proposal)
{
	const struct dc_proposal *at;

	if (!proposal)
		return (struct dc_constraint_place){0};
	at = &all->proposals->at[proposal - 1];
	return (struct dc_constraint_place){NULL, dc_arena_strdup(all->marshal->arena, at->subject),
					    dc_arena_strdup(all->marshal->arena, at->file),
					    at->line};
}

static void pin(struct constraining *all, const char *function, const char *reason,
		unsigned proposal)
{
	dc_vec_push(&all->ret->pins,
		    (struct dc_constraint_pin){
			    .function = dc_arena_strdup(all->marshal->arena, function),
			    .reason = reason,
			    .proposal = proposal,
			    .place = place_of(all, proposal)});
}

static void group(struct constraining *all, const char *one, const char *other, const char *reason,
		  unsigned proposal)
{
	dc_vec_push(&all->ret->groups,
		    (struct dc_constraint_group){
			    .functions = {dc_arena_strdup(all->marshal->arena, one),
					  dc_arena_strdup(all->marshal->arena, other)},
			    .reason = reason,
			    .proposal = proposal,
			    .place = place_of(all, proposal)});
}

/* A function that cannot be called across stays on the side of all its callers. */
static void constrain_callers(struct constraining *all, const struct dc_definition *definition,
			      const char *why, unsigned proposal)
{
	const struct dc_marshal *marshal = all->marshal;
	int function = dc_graph_function(marshal->graph, definition->name);
	const struct dc_call *call;
	const char *last = NULL;

	if (function >= 0 && dc_graph_is_entry(marshal->graph, (unsigned)function))
		pin(all, definition->name,
		    dc_arena_printf(marshal->arena, "the kernel calls it and %s", why), proposal);
	dc_vec_each (call, &marshal->graph->calls) {
		const char *caller = marshal->graph->functions.at[call->caller].name;

		if (call->kind == DC_CALL_KERNEL || (int)call->callee != function ||
		    !dc_call_counts(call) || caller == last)
			continue;
		last = caller;
		group(all, definition->name, caller,
		      dc_arena_printf(marshal->arena, "%s calls %s and %s", caller,
				      definition->name, why),
		      proposal);
	}
}

/* The callee cannot know which list it was given, so its callers must be on the same side. */
static bool is_list_pointer(const struct dc_marshal *marshal, const struct dc_value *value)
{
	struct dc_value record = {.kind = DC_VALUE_RECORD, .record = value->record};

	return value->kind == DC_VALUE_POINTER && value->to == DC_VALUE_RECORD &&
	       dc_marshal_is_list(marshal, &record);
}

/* Each parameter that cannot cross is a constraint of its own: an annotation removes only one. */
static void constrain_crossing(struct constraining *all, const struct dc_definition *definition)
{
	struct dc_signature signature;
	struct dc_proposal proposal;
	bool proposed = false;
	size_t i;

	dc_signature_of_function(all->marshal, definition, &signature);
	if (signature.refusal && dc_propose_arguments(all->marshal, definition, &proposal)) {
		constrain_callers(all, definition, proposal.why, note_proposal(all, &proposal));
		proposed = true;
	}
	for (i = 0; signature.refusal && i < definition->parameters.len; i++) {
		const struct dc_value *value = &definition->parameters.at[i].value;
		const char *record = dc_untracked_struct(all->marshal, value);
		const char *why = dc_signature_parameter_refusal(all->marshal, definition, i);

		if (!record || !why)
			continue;
		constrain_callers(all, definition, why, propose_record(all, record, definition));
		proposed = true;
	}
	if (signature.refusal && !proposed)
		constrain_callers(all, definition, signature.refusal, 0);
	dc_vec_done(&signature.arguments);
	for (i = 0; i < definition->parameters.len; i++)
		if (is_list_pointer(all->marshal, &definition->parameters.at[i].value))
			constrain_callers(all, definition,
					  dc_arena_printf(all->marshal->arena,
							  "its parameter '%s' may be any list",
							  definition->parameters.at[i].name),
					  0);
}

/* Why a function that uses a structure of the kernel cannot be in the process, or NULL. */
static const char *record_refusal(const struct dc_marshal *marshal, const char *record)
{
	const struct dc_type_rule *rule = dc_rules_type(marshal->rules, record);

	if (dc_marshal_is_object(marshal, record))
		return NULL;
	if (!rule)
		return dc_arena_printf(marshal->arena, "uses struct %s, which has no rule", record);
	if (rule->class == DC_TYPE_NONE)
		return dc_arena_printf(marshal->arena, "uses struct %s: %s", record, rule->why);
	return NULL;
}

static bool points_to(const struct dc_value *value, const char *record)
{
	return value->kind == DC_VALUE_POINTER && value->record && !strcmp(value->record, record);
}

/* Whether a function of the driver has a pointer to a structure among its parameters and result. */
static bool handles(const struct dc_definition *definition, const char *record)
{
	const struct dc_parameter *parameter;

	dc_vec_each (parameter, &definition->parameters)
		if (points_to(&parameter->value, record))
			return true;
	return points_to(&definition->result_value, record);
}

/* The i-th field that a row names: those read, then those written, then those pointed to; NULL: the
 * end. */
static const char *field_of(const struct dc_type_use *use, size_t i)
{
	if (i < use->reads_count)
		return use->reads[i];
	i -= use->reads_count;
	if (i < use->writes_count)
		return use->writes[i];
	i -= use->writes_count;
	return i < use->addresses_count ? use->addresses[i] : NULL;
}

/* Whether a function has a field of a structure other than `except`, or sets a pointer to one. */
static bool looks_into(const struct dc_marshal *marshal, unsigned function, const char *record,
		       const char *except)
{
	const struct dc_layout_field *at;
	const struct dc_type_use *use;
	const char *field;
	size_t i;

	dc_vec_each (use, &marshal->graph->types)
		for (i = 0; use->function == function && (field = field_of(use, i)); i++) {
			at = dc_marshal_field(marshal, use->type, field);
			if (!strcmp(use->type, record) && strcmp(field, except) != 0)
				return true;
			if (i >= use->reads_count && at && points_to(&at->value, record))
				return true;
		}
	return false;
}

/* Whether a function may follow a pointer to a structure: itself, by an inline function of the
 * kernel, or by handing it on within the driver. */
static bool may_follow(const struct dc_marshal *marshal, const struct dc_definition *definition,
		       unsigned function, const char *record, const char *except)
{
	const struct dc_definition *callee;
	const struct dc_inline_use *inlined;
	const struct dc_use *use;
	size_t i;

	if (looks_into(marshal, function, record, except) ||
	    points_to(&definition->result_value, record))
		return true;
	dc_vec_each (use, &definition->uses)
		dc_vec_each (inlined, &marshal->source->layouts.inlines)
			if (!strcmp(inlined->record, record) &&
			    (!strcmp(inlined->function, use->name) ||
			     (use->inner && !strcmp(inlined->function, use->inner))))
				return true;
	for (i = 0; i < definition->refers.len; i++) {
		callee = dc_source_find(marshal->source, definition->refers.at[i]);
		if (callee && handles(callee, record))
			return true;
	}
	return false;
}

/*
 * The kernel sets the pointers of its structures, to objects that the runtime may never have seen:
 * device.parent of a card is the device of its bridge. The process knows such a pointer only as an
 * address of the kernel, and cannot follow it. The driver's own structures point to what the driver
 * was given, which it knows.
 */
static const char *pointer_refusal(const struct dc_marshal *marshal, const char *record,
				   const char *field)
{
	const struct dc_layout *layout = dc_layout_find(&marshal->source->layouts, record);
	const struct dc_layout_field *at = dc_marshal_field(marshal, record, field);

	if (!at || layout->of_driver || at->value.kind != DC_VALUE_POINTER ||
	    at->value.to != DC_VALUE_RECORD || !at->value.record ||
	    !dc_marshal_is_object(marshal, at->value.record) ||
	    is_list_pointer(marshal, &at->value) || dc_marshal_pointer(marshal, record, field))
		return NULL;
	return dc_arena_printf(marshal->arena,
			       "reads %s.%s, a pointer that the kernel sets to a struct %s which "
			       "the process may not know",
			       record, field, at->value.record);
}

/* The kernel cannot be given a string literal of the process. Other pointers point to objects, or
 * to memory that the process allocates, which then becomes an object (runtime/objects/local.h). */
static bool points_to_string(const struct dc_marshal *marshal, const char *record,
			     const char *field)
{
	const struct dc_pointer_rule *rule = dc_marshal_pointer(marshal, record, field);

	return rule && rule->count && !strcmp(rule->count, "string");
}

/* Whether a pointer may be set to the memory that the process allocates at a site. */
static bool may_get(const struct dc_marshal *marshal, const struct dc_memory_site *site,
		    const struct dc_value *pointer)
{
	const struct dc_rule *rule = dc_rules_find(marshal->rules, site->callee);
	size_t i;

	if (site->frees || !rule || rule->class != DC_RULE_LOCAL)
		return false;
	for (i = 0; i < site->types_count; i++)
		if (pointer->record && !strcmp(site->types[i], pointer->record))
			return true;
	return !site->types_count && !pointer->record;
}

/* A pointer of an object is set to memory of the process, and no annotation describes that memory.
 */
static void constrain_store(struct constraining *all, const struct dc_type_use *use,
			    const char *field)
{
	const struct dc_marshal *marshal = all->marshal;
	const struct dc_layout_field *at = dc_marshal_field(marshal, use->type, field);
	const struct dc_memory_site *site;

	if (!at || at->value.kind != DC_VALUE_POINTER || at->value.is_code ||
	    dc_marshal_pointer(marshal, use->type, field))
		return;
	dc_vec_each (site, &marshal->graph->memory)
		if (site->function == use->function && may_get(marshal, site, &at->value)) {
			pin(all, marshal->graph->functions.at[use->function].name,
			    dc_arena_printf(
				    marshal->arena,
				    "sets %s.%s to memory that it allocates at line %u, and no "
				    "annotation says what %s.%s points to",
				    use->type, field, site->line, use->type, field),
			    0);
			return;
		}
}

/* A list whose elements no rule and no annotation names. */
static void constrain_list(struct constraining *all, const struct dc_type_use *use,
			   const char *field)
{
	const struct dc_marshal *marshal = all->marshal;
	const struct dc_layout_field *at = dc_marshal_field(marshal, use->type, field);
	const struct dc_definition *definition =
		dc_source_find(marshal->source, marshal->graph->functions.at[use->function].name);
	struct dc_proposal proposal;

	if (!at || !definition || !dc_marshal_is_list(marshal, &at->value) ||
	    dc_marshal_list(marshal, use->type, field))
		return;
	dc_propose_list(marshal, definition, use->type, field, &proposal);
	pin(all, definition->name, proposal.why, proposal.row ? note_proposal(all, &proposal) : 0);
}

/* The process never dereferences an opaque structure, even if a macro that has a rule does. */
static void constrain_lists(struct constraining *all, const struct dc_type_use *use)
{
	const struct dc_type_rule *rule = dc_rules_type(all->marshal->rules, use->type);
	size_t i;

	if (rule && rule->class == DC_TYPE_OPAQUE)
		return;
	for (i = 0; i < use->reads_count; i++)
		constrain_list(all, use, use->reads[i]);
	for (i = 0; i < use->writes_count; i++)
		constrain_list(all, use, use->writes[i]);
	for (i = 0; i < use->addresses_count; i++)
		constrain_list(all, use, use->addresses[i]);
}

/* A list whose head is a variable: its content does not cross. */
static void constrain_list_variables(struct constraining *all)
{
	const struct dc_marshal *marshal = all->marshal;
	const struct dc_variable *variable;
	const struct dc_global *global;
	size_t i;

	dc_vec_each (variable, &marshal->source->variables) {
		if (!dc_marshal_is_list(marshal, &variable->value))
			continue;
		global = dc_marshal_global(marshal, variable);
		for (i = 0; global && i < global->writers.len; i++)
			pin(all, marshal->graph->functions.at[global->writers.at[i]].name,
			    dc_arena_printf(marshal->arena,
					    "uses the list %s (%s), whose head is a variable; such "
					    "lists do "
					    "not cross",
					    variable->name, variable->file),
			    0);
	}
}

/* A pointer to an object that the process may not know is read: it may be handed to the kernel. */
static void constrain_read(struct constraining *all, const struct dc_type_use *use,
			   const char *field)
{
	const struct dc_marshal *marshal = all->marshal;
	const char *name = marshal->graph->functions.at[use->function].name;
	const char *refusal = pointer_refusal(marshal, use->type, field);
	const struct dc_definition *definition = dc_source_find(marshal->source, name);
	const char *to = refusal ? dc_marshal_field(marshal, use->type, field)->value.record : "";
	const char *itself = strcmp(to, use->type) != 0 ? "" : field;

	if (refusal && (!definition || may_follow(marshal, definition, use->function, to, itself)))
		pin(all, name, refusal, 0);
}

static void constrain_use(struct constraining *all, const struct dc_type_use *use)
{
	const struct dc_marshal *marshal = all->marshal;
	const char *name = marshal->graph->functions.at[use->function].name;
	const char *refusal = record_refusal(marshal, use->type);
	size_t i;

	if (refusal)
		pin(all, name, refusal, 0);
	for (i = 0; i < use->reads_count; i++)
		constrain_read(all, use, use->reads[i]);
	for (i = 0; i < use->writes_count; i++)
		if (points_to_string(marshal, use->type, use->writes[i]))
			pin(all, name,
			    dc_arena_printf(marshal->arena,
					    "sets %s.%s, a string that both sides have", use->type,
					    use->writes[i]),
			    0);
	for (i = 0; i < use->writes_count; i++)
		constrain_store(all, use, use->writes[i]);
}

/* Functions that use a structure of the driver that is not an object stay on one side. */
static void constrain_together(struct constraining *all, const struct dc_type_use *use)
{
	const struct dc_marshal *marshal = all->marshal;
	const struct dc_definition *definition;
	const struct dc_type_use *first;

	dc_vec_each (first, &marshal->graph->types)
		if (!strcmp(first->type, use->type))
			break;
	definition =
		dc_source_find(marshal->source, marshal->graph->functions.at[first->function].name);
	if (first != use && definition)
		group(all, definition->name, marshal->graph->functions.at[use->function].name,
		      dc_arena_printf(marshal->arena,
				      "both use struct %s of the driver, which does not cross: "
				      "nothing says which object it belongs to",
				      use->type),
		      use->type[0] == '(' ? 0 : propose_record(all, use->type, definition));
}

/* A structure without a name cannot be cast to, so a use of it is a use of a variable that has the
 * type. Both sides have the constant ones. */
static bool is_constant_table(const struct dc_marshal *marshal, const char *record)
{
	const struct dc_variable *variable;
	bool found = false;

	dc_vec_each (variable, &marshal->source->variables) {
		if (!variable->value.record || strcmp(variable->value.record, record) != 0)
			continue;
		if (!variable->is_const || variable->value.kind != DC_VALUE_RECORD)
			return false;
		found = true;
	}
	return found;
}

static void constrain_types(struct constraining *all)
{
	const struct dc_marshal *marshal = all->marshal;
	const struct dc_type_use *use;

	dc_vec_each (use, &marshal->graph->types) {
		const struct dc_layout *layout =
			dc_layout_find(&marshal->source->layouts, use->type);

		if (use->type[0] == '(') {
			if (!is_constant_table(marshal, use->type))
				constrain_together(all, use);
		} else if (!layout || !layout->of_driver ||
			   dc_marshal_is_object(marshal, use->type)) {
			constrain_use(all, use);
			constrain_lists(all, use);
		} else {
			constrain_together(all, use);
		}
	}
}

/* A function that reads an object as bytes stays in the kernel, unless an annotation names the
 * fields that it reads. */
static void constrain_byte_reads(struct constraining *all)
{
	const struct dc_hidden_use *use;

	dc_vec_each (use, &all->marshal->source->layouts.hidden) {
		const struct dc_definition *definition =
			dc_source_find(all->marshal->source, use->function);
		const struct dc_function_rule *rule =
			definition ? dc_marshal_function_rule(all->marshal, definition) : NULL;
		struct dc_proposal proposal;

		if (!definition || (rule && rule->reads.len) ||
		    !dc_marshal_is_object(all->marshal, use->record))
			continue;
		dc_propose_reads(all->marshal, definition, use, &proposal);
		pin(all, definition->name, proposal.why, note_proposal(all, &proposal));
	}
}

/* A use of the kernel: the process runs the kernel's inline function, which may use structures that
 * it cannot have; or it makes a downcall, whose arguments must cross. */
static void constrain_kernel_use(struct constraining *all, const struct dc_definition *definition,
				 const struct dc_use *use)
{
	const struct dc_marshal *marshal = all->marshal;
	const struct dc_inline_use *inlined;
	const struct dc_prototype *prototype;
	struct dc_signature signature;
	const struct dc_rule *rule;
	const char *name, *refusal;
	bool needs_none;

	rule = dc_rule_for_use(marshal->rules, marshal->graph, use, &name, &needs_none);
	prototype = dc_prototype_find(&marshal->source->layouts, name);
	if (needs_none || (rule && rule->header_code)) {
		dc_vec_each (inlined, &marshal->source->layouts.inlines) {
			if (strcmp(inlined->function, name) != 0)
				continue;
			refusal = record_refusal(marshal, inlined->record);
			if (!refusal)
				refusal = pointer_refusal(marshal, inlined->record, inlined->field);
			if (refusal)
				pin(all, definition->name,
				    dc_arena_printf(marshal->arena, "uses %s at %s:%u, which %s",
						    name, definition->file, use->line, refusal),
				    0);
		}
		return;
	}
	if (!rule || rule->define || !prototype ||
	    (rule->class != DC_RULE_DOWNCALL && rule->class != DC_RULE_DOWNCALL_ON_CALLER))
		return;
	dc_signature_of_kernel(marshal, prototype, rule, &signature);
	if (signature.refusal)
		pin(all, definition->name,
		    dc_arena_printf(marshal->arena, "uses %s at %s:%u: %s", name, definition->file,
				    use->line, signature.refusal),
		    0);
	dc_vec_done(&signature.arguments);
}

/* Sets a flag for a function and all that it calls, directly or not. */
static void find_called(const struct dc_graph *graph, unsigned function, bool *called)
{
	const struct dc_call *call;

	if (called[function])
		return;
	called[function] = true;
	dc_vec_each (call, &graph->calls)
		if (call->caller == function && call->kind != DC_CALL_KERNEL &&
		    dc_call_counts(call))
			find_called(graph, call->callee, called);
}

/* Recovery runs without a process, so the functions that it calls are in the kernel. */
static void constrain_recovery(struct constraining *all, const struct dc_recovery_rule *rule)
{
	const struct dc_graph *graph = all->marshal->graph;
	bool *called = dc_alloc(graph->functions.len + 1, sizeof(*called));
	int function = dc_graph_function(graph, rule->function);
	size_t i;

	if (function >= 0)
		find_called(graph, (unsigned)function, called);
	for (i = 0; i < graph->functions.len; i++)
		if (called[i])
			pin(all, graph->functions.at[i].name,
			    (int)i == function
				    ? "runs in recovery, when the process has died"
				    : dc_arena_printf(all->marshal->arena,
						      "runs in recovery, when the process has "
						      "died, called by %s",
						      rule->function),
			    0);
	free(called);
}

void dc_constraints_find(const struct dc_marshal *marshal, struct dc_constraints *ret,
			 dc_proposals *proposals)
{
	struct constraining all = {.marshal = marshal, .ret = ret, .proposals = proposals};
	const struct dc_recovery_rule *recovery;
	const struct dc_definition *definition;
	const struct dc_use *use;

	dc_vec_each (definition, &marshal->source->definitions)
		constrain_crossing(&all, definition);
	constrain_types(&all);
	constrain_byte_reads(&all);
	dc_vec_each (recovery, &marshal->annotations.recoveries)
		constrain_recovery(&all, recovery);
	constrain_list_variables(&all);
	dc_vec_each (definition, &marshal->source->definitions)
		dc_vec_each (use, &definition->uses)
			constrain_kernel_use(&all, definition, use);
}

void dc_constraints_done(struct dc_constraints *constraints)
{
	dc_vec_done(&constraints->pins);
	dc_vec_done(&constraints->groups);
	dc_vec_done(&constraints->weightless);
}
