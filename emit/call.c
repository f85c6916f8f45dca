/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The description of one call across: everything that its stub, its handler and its row in the
 * tables need, from the plan, the signature and the rules. Both ends are printed from one
 * description, so they cannot disagree.
 */
#include "emit/call.h"

#include <ctype.h>
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

const char *emit_about(const struct emit_call *call)
{
	size_t i;

	for (i = 0; i < call->count; i++)
		if (call->signature.arguments.at[i].mode == DC_MODE_ADDRESS &&
		    call->parameters[i].value->kind == DC_VALUE_POINTER &&
		    call->parameters[i].value->to == DC_VALUE_RECORD)
			return call->parameters[i].name;
	return "NULL";
}

/* A name or a number, not an expression. */
static bool is_plain(const char *text)
{
	while (isalnum((unsigned char)*text) || *text == '_')
		text++;
	return !*text;
}

const char *emit_bytes_of(const struct emit_call *call, size_t i)
{
	const struct dc_argument *argument = &call->signature.arguments.at[i];
	const char *name = call->parameters[i].name;

	if (argument->mode == DC_MODE_VALUE || !strcmp(argument->count, "1"))
		return dc_arena_printf(call->arena, "sizeof(*%s)", name);
	if (call->parameters[i].value->to == DC_VALUE_VOID)
		return dc_arena_printf(call->arena, "%s", argument->count);
	return dc_arena_printf(
		call->arena, is_plain(argument->count) ? "%s * sizeof(*%s)" : "(%s) * sizeof(*%s)",
		argument->count, name);
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

const char *emit_bytes_of_register(const struct emit_call *call)
{
	if (call->is_register == DC_REGISTER_READ)
		return dc_arena_printf(call->arena, "sizeof(%s)", call->result);
	return dc_arena_printf(call->arena, "sizeof(%s)",
			       call->parameters[emit_find_parameter(call, false)].type);
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
				return dc_arena_printf(arena, "DCG_TYPE_%s",
						       emit_c_name(arena, value->record));
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
	ret->handler = dc_arena_printf(arena, "dcg_run_%s", name);
	ret->plain = definition->name;
	ret->target = definition->plain;
	ret->result = definition->result;
	ret->result_kind = definition->result_kind;
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
	ret->locks = up && plan->has_locks;
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
	ret->handler = dc_arena_printf(arena, "dcg_kernel_%s", prototype->name);
	ret->plain = prototype->name;
	ret->target = kernel->target;
	ret->sync = kernel->rule->sync;
	ret->result = prototype->result_type;
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
	ret->is_register = register_of(ret, kernel->rule->is_register);
	ret->acquires = emit_acquires(plan, prototype);
	if (emit_is_kernel_object(plan->marshal, &prototype->result))
		ret->result_adopted = prototype->result.record;
}

void emit_call_done(struct emit_call *call)
{
	dc_vec_done(&call->signature.arguments);
}

void emit_put_parameters(FILE *out, const struct emit_call *call)
{
	size_t i;

	for (i = 0; i < call->count; i++) {
		fputs(i ? ", " : "", out);
		emit_put_declaration(out, call->parameters[i].type, call->parameters[i].name);
	}
	if (!call->count)
		fputs("void", out);
}
