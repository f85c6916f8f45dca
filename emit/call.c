/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The description of one call across: everything that its stub, its handler and its row in the
 * tables need, from the plan, the signature and the rules. Both ends are printed from one
 * description, so they cannot disagree.
 */
#include "emit/call.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "emit/names.h"
#include "emit/print.h"
#include "emit/undo.h"

bool emit_is_copied(enum dc_mode mode)
{
	return mode == DC_MODE_VALUE || mode == DC_MODE_ARRAY;
}

bool emit_can_repeat(const struct emit_call *call)
{
	size_t i;

	for (i = 0; i < call->count; i++) {
		enum dc_mode mode = call->signature.arguments.at[i].mode;

		if (mode != DC_MODE_WORD && mode != DC_MODE_ADDRESS && !emit_is_copied(mode))
			return false;
	}
	return call->count <= DC_EMIT_ARGS_MAX;
}

/* The first that is a structure's address. */
static size_t find_about(const struct emit_call *call)
{
	size_t i;

	for (i = 0; i < call->count; i++)
		if (call->signature.arguments.at[i].mode == DC_MODE_ADDRESS &&
		    call->parameters[i].value->kind == DC_VALUE_POINTER &&
		    call->parameters[i].value->to == DC_VALUE_RECORD)
			return i + 1;
	return 0;
}

size_t emit_find_parameter(const struct emit_call *call, bool address)
{
	size_t i = 0;

	while (i < call->count && (call->parameters[i].value->kind == DC_VALUE_POINTER) != address)
		i++;
	return i;
}

/* A register accessor has one or two parameters, one of which is the address. */
static enum dc_register register_of(const struct emit_call *call, enum dc_register wanted)
{
	bool is_void = call->result_kind == DC_RESULT_VOID;
	size_t count = wanted == DC_REGISTER_READ ? 1 : 2;

	return wanted != DC_REGISTER_NO && call->count == count &&
			       is_void == (wanted == DC_REGISTER_WRITE) &&
			       emit_find_parameter(call, true) < count &&
			       (count == 1 || emit_find_parameter(call, false) < count)
		       ? wanted
		       : DC_REGISTER_NO;
}

const char *emit_type_of_record(struct dc_arena *arena, const char *record)
{
	return dc_arena_printf(arena, "DCG_TYPE_%s", emit_c_name(arena, record));
}

#define SIZE_MAX_IN_ROW 0xffff

const char *emit_kind_of_number(const struct dc_value *value)
{
	if (value->size > 4)
		return "DCRT_ARG_LONG";
	return value->is_signed ? "DCRT_ARG_INT" : "DCRT_ARG_UINT";
}

static bool read_number(const char *text, unsigned long *ret)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	*ret = strtoul(text, &end, 0);
	return !*end;
}

/* An array's length: a number, a count in another parameter, or an expression. */
static void describe_array(const struct emit_call *call, size_t i)
{
	const char *count = call->signature.arguments.at[i].count;
	struct emit_parameter *parameter = &call->parameters[i];
	unsigned long number, each = parameter->value->to_size;
	size_t k;

	if (parameter->value->to == DC_VALUE_VOID)
		each = 1;
	if (each && read_number(count, &number) && number && number <= SIZE_MAX_IN_ROW / each) {
		parameter->size = (unsigned)(number * each);
		return;
	}
	for (k = 0; each && each <= SIZE_MAX_IN_ROW && k < call->count; k++)
		if (call->signature.arguments.at[k].mode == DC_MODE_WORD &&
		    !strcmp(call->parameters[k].name, count)) {
			parameter->size = (unsigned)each;
			parameter->counted_by = k + 1;
			return;
		}
	parameter->length = each ? dc_arena_printf(call->arena, "dcrt_bytes(%s, %lu)", count, each)
				 : dc_arena_printf(call->arena, "dcrt_bytes(%s, sizeof(*%s))",
						   count, parameter->name);
}

static void describe_value(const struct emit_call *call, size_t i)
{
	struct emit_parameter *parameter = &call->parameters[i];

	if (parameter->value->to_size <= SIZE_MAX_IN_ROW)
		parameter->size = parameter->value->to_size;
	if (!parameter->size)
		parameter->length =
			dc_arena_printf(call->arena, "dcrt_bytes(1, sizeof(*%s))", parameter->name);
}

static void describe_parameter(const struct emit_call *call, size_t i)
{
	static const char *const kinds[] = {
		[DC_MODE_ADDRESS] = "DCRT_ARG_ADDRESS", [DC_MODE_CODE] = "DCRT_ARG_CODE",
		[DC_MODE_STRING] = "DCRT_ARG_STRING",	[DC_MODE_VALUE] = "DCRT_ARG_COPY",
		[DC_MODE_ARRAY] = "DCRT_ARG_COPY",
	};
	enum dc_mode mode = call->signature.arguments.at[i].mode;
	struct emit_parameter *parameter = &call->parameters[i];

	parameter->kind =
		mode == DC_MODE_WORD ? emit_kind_of_number(parameter->value) : kinds[mode];
	parameter->back = emit_is_copied(mode) && !parameter->value->to_const;
	if (mode == DC_MODE_ARRAY)
		describe_array(call, i);
	else if (mode == DC_MODE_VALUE)
		describe_value(call, i);
}

/* Needs all parameters. */
static void describe(const struct emit_call *call)
{
	size_t i;

	for (i = 0; i < call->count; i++)
		describe_parameter(call, i);
}

static void describe_register(const struct emit_call *call, const struct dc_prototype *prototype)
{
	size_t address = emit_find_parameter(call, true), value = emit_find_parameter(call, false);

	if (call->is_register == DC_REGISTER_NO)
		return;
	call->parameters[address].kind = "DCRT_ARG_REGISTER";
	call->parameters[address].size = call->is_register == DC_REGISTER_READ
						 ? prototype->result.size
						 : call->parameters[value].value->size;
}

bool emit_has_length(const struct emit_call *call)
{
	size_t i;

	for (i = 0; i < call->count; i++)
		if (call->parameters[i].length)
			return true;
	return false;
}

bool emit_is_kernel_object(const struct dc_marshal *marshal, const struct dc_value *value)
{
	const struct dc_type_rule *rule =
		value->kind == DC_VALUE_POINTER && value->to == DC_VALUE_RECORD
			? dc_rules_type(marshal->rules, value->record)
			: NULL;

	return rule && rule->class == DC_TYPE_OBJECT;
}

/* The type that memory of the process becomes when a value points to it: the target of a link. */
static const char *shared_type(struct dc_arena *arena, const struct dc_emit_plan *plan,
			       const struct dc_value *value)
{
	const struct dc_object_type *type;
	const struct dc_object_link *link;

	if (value->kind != DC_VALUE_POINTER || value->to != DC_VALUE_RECORD)
		return NULL;
	dc_vec_each (type, &plan->types)
		dc_vec_each (link, &type->links)
			if (!strcmp(plan->types.at[link->target].name, value->record))
				return emit_type_of_record(arena, value->record);
	return NULL;
}

/* Whether the kernel component must refuse NULL: it dereferences the pointer, whoever sent it. */
static bool is_nonnull(const struct emit_call *call, size_t i, const struct dc_value *value,
		       unsigned nullable)
{
	enum dc_mode mode = call->signature.arguments.at[i].mode;

	return !call->up && !(i < 32 && nullable >> i & 1) &&
	       (emit_is_copied(mode) ||
		(mode == DC_MODE_ADDRESS && value->kind == DC_VALUE_POINTER &&
		 value->to == DC_VALUE_RECORD));
}

static void set_parameter(const struct emit_call *call, const struct dc_emit_plan *plan, size_t i,
			  const char *name, const char *type, const struct dc_value *value,
			  unsigned nullable)
{
	bool is_address = call->signature.arguments.at[i].mode == DC_MODE_ADDRESS;

	call->parameters[i] = (struct emit_parameter){
		.name = name,
		.type = type,
		.value = value,
		.nonnull = is_nonnull(call, i, value, nullable),
		.adopted = emit_is_kernel_object(plan->marshal, value),
		.shared = is_address ? shared_type(call->arena, plan, value) : NULL,
	};
}

static void start_call(struct emit_call *call, struct dc_arena *arena, size_t count)
{
	*call = (struct emit_call){.arena = arena, .count = count};
	call->parameters = dc_arena_alloc(arena, (count + 1) * sizeof(*call->parameters));
}

/* The reason after "In the kernel:", which a pin's reason would say again. */
static const char *side_reason(const char *reason)
{
	static const char pin[] = "pinned to the kernel: ";

	return strncmp(reason, pin, sizeof(pin) - 1) ? reason : reason + sizeof(pin) - 1;
}

void emit_call_of_function(struct dc_arena *arena, const struct dc_emit_plan *plan,
			   const struct dc_emit_function *function, struct emit_call *ret)
{
	const struct dc_definition *definition = function->definition;
	const char *name = emit_c_name(arena, definition->name);
	bool up = function->placement == DC_PLACEMENT_USER;
	const struct dc_function_rule *rule;
	size_t i;

	start_call(ret, arena, definition->parameters.len);
	ret->up = up;
	ret->by_caller = true;
	ret->number = dc_arena_printf(arena, "DCG_%s_%s", up ? "UP" : "DOWN", name);
	ret->run = dc_arena_printf(arena, "dcg_run_%s", name);
	ret->plain = definition->name;
	ret->target = definition->plain;
	ret->result = definition->result;
	ret->result_kind = definition->result_kind;
	ret->result_value = &definition->result_value;
	ret->comment =
		dc_arena_printf(arena, "In the %s%s%s", up ? "process" : "kernel",
				*function->reason ? ": " : "", side_reason(function->reason));
	dc_signature_of_function(plan->marshal, definition, &ret->signature);
	ret->setter = up && dc_entry_is_setter(plan->marshal, definition) && emit_can_repeat(ret);
	ret->result_shared = shared_type(arena, plan, &definition->result_value);
	rule = dc_marshal_function_rule(plan->marshal, definition);
	ret->deadline_ms = rule ? rule->deadline_ms : 0;
	ret->retry = up && rule && rule->retry;
	if (up)
		dc_entry_failure(plan->marshal, definition, &ret->failure);
	if (up && rule && rule->device) {
		ret->device = dc_signature_expand(plan->marshal, definition, rule->device);
		ret->binds = definition->result_kind == DC_RESULT_SIGNED;
	}
	for (i = 0; i < ret->count; i++) {
		const struct dc_parameter *parameter = &definition->parameters.at[i];

		set_parameter(ret, plan, i, parameter->name, parameter->type, &parameter->value,
			      rule ? rule->nullable : 0);
		if (rule && ret->parameters[i].adopted && rule->released_argument == (int)i &&
		    (rule->releases == DC_RELEASES_ALWAYS || ret->result_kind == DC_RESULT_SIGNED))
			ret->parameters[i].releases = rule->releases;
	}
	describe(ret);
	ret->about = up ? find_about(ret) : 0;
}

/* A rule's expression with the names that the handler has for arguments and result. */
static const char *in_handler(const struct dc_emit_plan *plan, const char *text)
{
	struct dc_arena *arena = plan->marshal->arena;
	const char *at;

	while (text && (at = strstr(text, "$r")))
		text = dc_arena_printf(arena, "%.*sdcg_result%s", (int)(at - text), text, at + 2);
	return text ? dc_signature_expand(plan->marshal, NULL, text) : NULL;
}

void emit_call_of_kernel(struct dc_arena *arena, const struct dc_emit_plan *plan,
			 const struct dc_emit_kernel *kernel, struct emit_call *ret)
{
	const struct dc_prototype *prototype = kernel->prototype;
	size_t i;

	start_call(ret, arena, prototype->parameters.len);
	ret->by_caller = kernel->rule->class == DC_RULE_DOWNCALL_ON_CALLER;
	ret->number = dc_arena_printf(arena, "DCG_DOWN_KERNEL_%s", prototype->name);
	ret->run = dc_arena_printf(arena, "dcg_kernel_%s", prototype->name);
	ret->plain = prototype->name;
	ret->target = kernel->target;
	ret->sync = kernel->rule->sync;
	ret->result = prototype->result_type;
	ret->result_value = &prototype->result;
	ret->result_kind = prototype->result.kind == DC_VALUE_VOID	? DC_RESULT_VOID
			   : prototype->result.kind == DC_VALUE_POINTER ? DC_RESULT_POINTER
			   : prototype->result.is_signed		? DC_RESULT_SIGNED
									: DC_RESULT_OTHER;
	ret->before = in_handler(plan, kernel->rule->before);
	ret->instead = in_handler(plan, kernel->rule->instead);
	ret->deadline_ms = kernel->rule->deadline_ms;
	dc_signature_of_kernel(plan->marshal, prototype, kernel->rule, &ret->signature);
	for (i = 0; i < ret->count; i++) {
		set_parameter(ret, plan, i, dc_arena_printf(arena, "a%zu", i),
			      prototype->parameter_types.at[i], &prototype->parameters.at[i],
			      kernel->rule->nullable);
		ret->parameters[i].adopted = false;
	}
	describe(ret);
	ret->is_register = register_of(ret, kernel->rule->is_register);
	describe_register(ret, prototype);
	ret->acquires = emit_acquires(plan, prototype);
	if (emit_is_kernel_object(plan->marshal, &prototype->result))
		ret->result_adopted = prototype->result.record;
}

void emit_call_done(struct emit_call *call)
{
	dc_vec_done(&call->signature.arguments);
}
