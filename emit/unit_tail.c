/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The end of a driver's C file in a component: what the tables need of its functions, and addresses
 * of functions and variables that are static there.
 */
#include "emit/source.h"

#include <string.h>

#include "emit/call.h"
#include "emit/journal.h"
#include "emit/names.h"
#include "emit/print.h"
#include "emit/stub.h"
#include "emit/tables.h"

static bool serves(const struct emit_unit *unit, const struct dc_emit_function *function)
{
	return (unit->side == DC_SIDE_USER ? function->is_upcall : function->is_downcall) &&
	       !strcmp(function->definition->unit, unit->file->name);
}

/* A function that a macro made and that runs in the kernel: the process must not name it, as it may
 * refer to names that only the kernel has. Compilers then leave it out. */
static bool is_unnamed(const struct dc_emit_function *function)
{
	return dc_emit_is_dead(function, DC_SIDE_USER) && function->definition->is_static;
}

bool emit_has_unnamed(const struct emit_unit *unit)
{
	size_t i;

	for (i = 0; unit->side == DC_SIDE_USER && i < unit->plan->count; i++)
		if (unit->plan->functions[i].code >= 0 && is_unnamed(&unit->plan->functions[i]) &&
		    !strcmp(unit->plan->functions[i].definition->unit, unit->file->name))
			return true;
	return false;
}

static const struct dc_source_file *main_unit(const struct dc_emit_plan *plan)
{
	const struct dc_source_file *at;

	dc_vec_each (at, &plan->source->files)
		if (at->is_unit)
			return at;
	return NULL;
}

#define NO_CODE "0xdc0de000ul" /* an address that names a function and cannot be called */

/* Static variables of functions: those of functions that run here exist, the others are added. */
static void put_statics(FILE *out, const struct emit_unit *unit)
{
	const struct dc_object_type *type;

	dc_vec_each (type, &unit->plan->types) {
		const struct dc_static *local = type->local;
		const struct dc_definition *definition;
		bool native;

		if (!local || strcmp(local->variable.file, unit->file->name) != 0)
			continue;
		definition = dc_source_find(unit->plan->source, local->function);
		native = unit->plan->functions[definition - unit->plan->source->definitions.at]
				 .on[unit->side] == DC_NATIVE;
		fputs(native ? "extern " : "static ", out);
		emit_put_declaration(out, local->type, emit_static_name(unit->arena, local));
		if (!native && local->init)
			fprintf(out, " = %s", local->init);
		fputs(";\n", out);
	}
}

static void put_addresses(FILE *out, const struct emit_unit *unit)
{
	const char *name = emit_c_name(unit->arena, unit->file->name);
	const struct dc_variable *variable;
	const struct dc_object_type *type;
	size_t i;

	fputs("\n/* clang-format off */\n", out);
	put_statics(out, unit);
	fprintf(out, "void *const dcg_code_%s[] = {\n", name);
	for (i = 0; i < unit->plan->count; i++) {
		const struct dc_emit_function *function = &unit->plan->functions[i];

		if (strcmp(function->definition->unit, unit->file->name) != 0 || function->code < 0)
			continue;
		if (function->on[unit->side] == DC_ABSENT ||
		    (unit->side == DC_SIDE_USER && is_unnamed(function)))
			fprintf(out, "\t(void *)(" NO_CODE " + %zu), /* %s: not here */\n", i,
				function->definition->plain);
		else
			fprintf(out, "\t(void *)%s,\n", function->definition->plain);
	}
	fprintf(out, "\tNULL,\n};\n\nvoid *const dcg_variables_%s[] = {\n", name);
	dc_vec_each (type, &unit->plan->types) {
		variable = type->variable;
		if (variable && !strcmp(variable->file, unit->file->name))
			fprintf(out, "\t(void *)&%s,\n", emit_variable_name(unit->arena, type));
	}
	fputs("\tNULL,\n};\n/* clang-format on */\n", out);
}

/* Adds what the description of a function needs besides its row: see handler.c. */
static void put_call(FILE *out, const struct emit_unit *unit,
		     const struct dc_emit_function *function)
{
	struct emit_call call;

	if (!function->crosses || strcmp(function->definition->unit, unit->file->name) != 0)
		return;
	emit_call_of_function(unit->arena, unit->plan, function, &call);
	if (serves(unit, function))
		emit_put_run(out, &call);
	emit_put_special(out, &call, unit->side);
	emit_call_done(&call);
}

/* They name types and constants of the driver: the main unit knows them. */
static void put_limits(FILE *out, const struct emit_unit *unit)
{
	size_t i;

	if (unit->side != DC_SIDE_KERNEL || unit->file != main_unit(unit->plan))
		return;
	for (i = 0; i < unit->plan->types.len; i++)
		emit_put_valid(out, unit->arena, unit->plan, i);
}

const char *emit_unit_tail(const struct emit_unit *unit)
{
	struct emit_piece piece;
	size_t i;

	if (!unit->file->is_unit || unit->plan->all_kernel)
		return "";
	emit_piece_start(&piece);
	for (i = 0; i < unit->plan->count; i++)
		put_call(piece.out, unit, &unit->plan->functions[i]);
	put_limits(piece.out, unit);
	put_addresses(piece.out, unit);
	if (unit->side == DC_SIDE_KERNEL)
		emit_put_recovery(piece.out, unit);
	if (emit_has_layouts(unit->plan, unit->file))
		fprintf(piece.out, "\n#include \"%s\"\n",
			emit_layout_name(unit->arena, unit->file));
	return emit_code_end(&piece, unit->arena);
}
