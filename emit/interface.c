/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counts what the kernel component believes. The tables that emit prints say how each value
 * crosses (runtime/tables.h); this reads the same descriptions.
 */
#include "emit/interface.h"

#include <stdlib.h>
#include <string.h>

#include "emit/stub.h"
#include "emit/undo.h"

const char *const dc_interface_names[DC_INTERFACE_CLASSES] = {
	[DC_INTERFACE_POINTER] = "pointer",   [DC_INTERFACE_REGISTER] = "register",
	[DC_INTERFACE_CALLBACK] = "callback", [DC_INTERFACE_STRING] = "string",
	[DC_INTERFACE_LENGTH] = "length",     [DC_INTERFACE_NUMBER] = "number",
	[DC_INTERFACE_FIELD] = "field",	      [DC_INTERFACE_COPY] = "copy",
	[DC_INTERFACE_RESULT] = "result",     [DC_INTERFACE_BALANCE] = "balance",
};

static void add(dc_interface_places *places, enum dc_interface_class class, bool guarded,
		const char *function, const char *what)
{
	const struct dc_interface_place place = {class, guarded, function, what};

	dc_vec_push(places, place);
}

/* The bytes that come must be as many as it says. */
static bool counts_a_copy(const struct emit_call *call, size_t i)
{
	size_t k;

	for (k = 0; k < call->count; k++) {
		const struct emit_parameter *copy = &call->parameters[k];

		if (copy->counted_by == i + 1 ||
		    (copy->length && emit_text_names(copy->length, call->parameters[i].name)))
			return true;
	}
	return false;
}

/* A rule's expression asks for it before the function is called. */
static bool is_asked(const struct emit_call *call, size_t i)
{
	const char *name = call->parameters[i].name;

	return (call->before && emit_text_names(call->before, name)) ||
	       (call->instead && emit_text_names(call->instead, name));
}

static void add_argument(dc_interface_places *places, const struct emit_call *call, size_t i)
{
	static const struct {
		const char *kind;
		enum dc_interface_class class;
		bool guarded;
	} kinds[] = {
		{"DCRT_ARG_ADDRESS", DC_INTERFACE_POINTER, false},
		{"DCRT_ARG_REGISTER", DC_INTERFACE_REGISTER, true},
		{"DCRT_ARG_CODE", DC_INTERFACE_CALLBACK, false},
		{"DCRT_ARG_STRING", DC_INTERFACE_STRING, true},
		{"DCRT_ARG_COPY", DC_INTERFACE_LENGTH, true},
	};
	const struct emit_parameter *parameter = &call->parameters[i];
	bool guarded = counts_a_copy(call, i);
	enum dc_interface_class class = DC_INTERFACE_NUMBER;
	size_t k;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (!strcmp(kinds[k].kind, parameter->kind)) {
			class = kinds[k].class;
			guarded = kinds[k].guarded;
		}
	add(places, class, guarded || is_asked(call, i), call->plain, parameter->name);
}

/* Counts what a reply of the process gives the upcall's caller. */
static void add_reply(dc_interface_places *places, const struct emit_call *call)
{
	size_t i;

	for (i = 0; i < call->count; i++)
		if (call->parameters[i].back)
			add(places, DC_INTERFACE_COPY, false, call->plain,
			    call->parameters[i].name);
	if (call->result_kind == DC_RESULT_POINTER)
		add(places, DC_INTERFACE_POINTER, false, call->plain, "result");
	else if (call->result_kind != DC_RESULT_VOID)
		add(places, DC_INTERFACE_RESULT, false, call->plain, "result");
}

static bool releases(const struct dc_emit_plan *plan, const char *name)
{
	const struct dc_emit_undo *undo;

	dc_vec_each (undo, &plan->undos)
		if (!strcmp(undo->name, name))
			return true;
	return false;
}

/* The journal forgets what is released, and does not ask whether it was acquired. */
static void add_call(dc_interface_places *places, const struct dc_emit_plan *plan,
		     const struct emit_call *call)
{
	size_t i;

	if (call->up) {
		add_reply(places, call);
		return;
	}
	for (i = 0; i < call->count; i++)
		add_argument(places, call, i);
	if (releases(plan, call->plain))
		add(places, DC_INTERFACE_BALANCE, false, call->plain, "release");
}

static void add_fields(dc_interface_places *places, const struct dc_object_type *type)
{
	static const enum dc_interface_class classes[] = {
		[DC_FIELD_PLAIN] = DC_INTERFACE_FIELD,
		[DC_FIELD_ADDRESS] = DC_INTERFACE_POINTER,
		[DC_FIELD_CODE] = DC_INTERFACE_CALLBACK,
	};
	const struct dc_object_field *field;

	dc_vec_each (field, &type->fields)
		if (field->user_writes)
			add(places, classes[field->kind], field->limited, NULL, field->name);
}

static int order(const void *a, const void *b)
{
	const struct dc_interface_place *one = a, *other = b;
	int difference = (int)one->class - (int)other->class;

	if (!difference)
		difference = strcmp(one->function ? one->function : "",
				    other->function ? other->function : "");
	return difference ? difference : strcmp(one->what, other->what);
}

void dc_emit_interface(struct dc_arena *arena, const struct dc_emit_plan *plan,
		       dc_interface_places *ret)
{
	const struct dc_emit_kernel *kernel;
	const struct dc_object_type *type;
	struct emit_call call;
	size_t i;

	*ret = (dc_interface_places){0};
	for (i = 0; i < plan->count; i++) {
		if (!plan->functions[i].is_upcall && !plan->functions[i].is_downcall)
			continue;
		emit_call_of_function(arena, plan, &plan->functions[i], &call);
		add_call(ret, plan, &call);
		emit_call_done(&call);
	}
	dc_vec_each (kernel, &plan->kernel) {
		emit_call_of_kernel(arena, plan, kernel, &call);
		add_call(ret, plan, &call);
		emit_call_done(&call);
	}
	dc_vec_each (type, &plan->types)
		add_fields(ret, type);
	if (ret->len)
		qsort(ret->at, ret->len, sizeof(*ret->at), order);
}
