/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rows of evidence that the walk of pointers.c makes: how far code looks behind a pointer, and
 * what a place is set to; and their order.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "graph/source/pointers_read.h"

/* Rows */

enum { TEXT_LONGEST = 64 };

/* The source's words, on one line. */
static const char *text_of(struct dc_pointer_walk *walk, CXCursor at)
{
	CXSourceRange extent = clang_getCursorExtent(at);
	char text[TEXT_LONGEST + 4];
	size_t size, len = 0;
	unsigned from, to;
	const char *all;
	CXFile file;

	clang_getFileLocation(clang_getRangeStart(extent), &file, NULL, NULL, &from);
	clang_getFileLocation(clang_getRangeEnd(extent), NULL, NULL, NULL, &to);
	all = file ? clang_getFileContents(walk->tu, file, &size) : NULL;
	if (all && from >= to && from < size) { /* a macro's: the line has to do */
		while (from && all[from - 1] != '\n')
			from--;
		for (to = from; to < size && all[to] != '\n'; to++)
			;
	}
	for (; all && from < to && from < size && len < TEXT_LONGEST; from++)
		if (!isspace((unsigned char)all[from]))
			text[len++] = all[from];
		else if (len && text[len - 1] != ' ')
			text[len++] = ' ';
	if (from < to)
		while (len < TEXT_LONGEST + 3 && len >= TEXT_LONGEST)
			text[len++] = '.';
	text[len] = '\0';
	return dc_facts_name(walk->facts, text);
}

void dc_evidence_add(struct dc_pointer_walk *walk, CXCursor at, struct dc_evidence evidence)
{
	struct dc_ast_place place = dc_ast_place(at);
	const char *file = dc_ast_driver_file(walk->facts, place.file);

	evidence.function = walk->function;
	evidence.file = file ? file : walk->file;
	evidence.line = place.line;
	if (!evidence.text)
		evidence.text = text_of(walk, at);
	dc_vec_push(walk->ret, evidence);
}

/* True if every call that runs to its end looks at the extent: a loop over all elements is taken at
 * its word even where it leaves some out, as long as it does not look beyond them. */
static bool is_certain(const struct dc_pointer_walk *walk, const struct dc_extent *extent)
{
	unsigned outside = walk->loops.len ? walk->loops.at[0].conditions : walk->conditions;
	unsigned inside = walk->conditions - outside - (unsigned)walk->loops.len;

	if (outside || !extent)
		return false;
	if (extent->times && extent->bytes <= 0)
		return true;
	return !inside && (extent->times || !walk->left);
}

/* True for a field of one of the kernel's structures: its memory is the kernel's to lend. */
static bool is_field_of_kernel(const struct dc_pointer_walk *walk, const struct dc_pointer *place)
{
	size_t i;

	if (place->kind != DC_POINTER_FIELD)
		return false;
	for (i = 0; i < walk->facts->records.len; i++)
		if (walk->facts->records.at[i].name == place->of)
			return false;
	return true;
}

void dc_pointer_note_use(struct dc_pointer_walk *walk, CXCursor pointer, CXCursor at,
			 enum dc_evidence_kind kind, const struct dc_extent *extent)
{
	dc_pointed_values values = {0};
	struct dc_pointed *value;

	dc_pointed_values_of(walk, pointer, &values);
	dc_vec_each (value, &values) {
		struct dc_evidence evidence = {
			.pointer = value->place,
			.kind = kind,
			.record = dc_pointed_record(walk->facts,
						    clang_getCursorType(dc_ast_strip(pointer))),
			.certain = is_certain(walk, extent),
		};

		if (kind == DC_EVIDENCE_DEVICE && is_field_of_kernel(walk, &value->place))
			continue;
		if (value->kind != DC_POINTED_PLACE && value->kind != DC_POINTED_INSIDE)
			continue;
		if (kind == DC_EVIDENCE_USES &&
		    (value->kind == DC_POINTED_INSIDE || !extent || value->offset < 0))
			evidence.kind = DC_EVIDENCE_USES_SOME;
		if (evidence.kind == DC_EVIDENCE_USES) {
			evidence.extent = *extent;
			evidence.extent.bytes += value->offset;
		}
		dc_evidence_add(walk, at, evidence);
	}
	dc_vec_done(&values);
}

/* Notes that a place is set to a value. */
static void note_value(struct dc_pointer_walk *walk, struct dc_pointer place, CXCursor at,
		       const struct dc_pointed *value)
{
	static const enum dc_evidence_kind kinds[] = {
		[DC_POINTED_PLACE] = DC_EVIDENCE_FROM,
		[DC_POINTED_INSIDE] = DC_EVIDENCE_INSIDE,
		[DC_POINTED_MEMORY] = DC_EVIDENCE_HAS,
		[DC_POINTED_REGISTERS] = DC_EVIDENCE_REGISTERS,
		[DC_POINTED_DEVICE] = DC_EVIDENCE_DEVICE,
		[DC_POINTED_NULL] = DC_EVIDENCE_NULL,
		[DC_POINTED_UNKNOWN] = DC_EVIDENCE_ANY,
	};
	struct dc_evidence evidence = {
		.pointer = place,
		.from = value->place,
		.offset = value->offset,
		.extent = value->extent,
		.allocated = value->allocated,
	};

	if (value->kind == DC_POINTED_NULL && place.kind != DC_POINTER_PARAMETER &&
	    place.kind != DC_POINTER_PASSED)
		return;
	evidence.kind = kinds[value->kind];
	evidence.certain = value->kind == DC_POINTED_PLACE ? !walk->conditions : value->beside;
	dc_evidence_add(walk, at, evidence);
}

void dc_pointer_note_values(struct dc_pointer_walk *walk, struct dc_pointer place, CXCursor expr,
			    const char *record)
{
	dc_pointed_values values = {0};
	struct dc_pointed *value;
	size_t first = walk->ret->len;

	dc_pointed_values_of(walk, expr, &values);
	dc_vec_each (value, &values)
		note_value(walk, place, expr, value);
	dc_vec_done(&values);
	for (; first < walk->ret->len; first++)
		walk->ret->at[first].record = record;
}

void dc_pointer_note_registers(struct dc_pointer_walk *walk, CXCursor declaration,
			       struct dc_pointer place)
{
	struct dc_evidence evidence = {
		.pointer = place,
		.kind = DC_EVIDENCE_REGISTERS,
		.record = dc_pointed_record(walk->facts, clang_getCursorType(declaration)),
	};

	if (dc_is_data_pointer(clang_getCursorType(declaration)) &&
	    dc_declares_registers(walk->tu, declaration))
		dc_evidence_add(walk, declaration, evidence);
}

void dc_pointer_note_field(struct dc_pointer_walk *walk, CXCursor member)
{
	CXCursor field = clang_getCursorReferenced(member);
	struct dc_evidence evidence = {.kind = DC_EVIDENCE_DEVICE};
	const struct dc_reach_rule *rule;
	struct dc_pointer place;
	const char *name, **seen;

	if (clang_getCursorKind(field) != CXCursor_FieldDecl ||
	    !dc_is_data_pointer(clang_getCursorType(field)) ||
	    !dc_pointer_place(walk, member, &place))
		return;
	name = dc_facts_namef(walk->facts, "%s.%s", place.of, place.name);
	dc_vec_each (seen, &walk->facts->pointer_fields)
		if (*seen == name)
			return;
	dc_vec_push(&walk->facts->pointer_fields, name);
	dc_pointer_note_registers(walk, field, place);
	rule = dc_family_reach(walk->facts->family, name);
	evidence.pointer = place;
	evidence.record = dc_pointed_record(walk->facts, clang_getCursorType(field));
	if (rule && rule->memory == DC_REACH_DEVICE)
		dc_evidence_add(walk, field, evidence);
}

/* Order */

int dc_pointer_order(const struct dc_pointer *a, const struct dc_pointer *b)
{
	int order = (int)a->kind - (int)b->kind;

	if (!order)
		order = strcmp(a->of ? a->of : "", b->of ? b->of : "");
	return order ? order : strcmp(a->name ? a->name : "", b->name ? b->name : "");
}

static int order_numbers(long long a, long long b)
{
	return a < b ? -1 : a > b;
}

static bool is_of_call(const struct dc_evidence *row)
{
	return (row->pointer.kind == DC_POINTER_PARAMETER ||
		row->pointer.kind == DC_POINTER_PASSED) &&
	       (row->kind == DC_EVIDENCE_FROM || row->kind == DC_EVIDENCE_NUMBER);
}

/* Compares all that tells rows apart; the place comes last. */
static int order_statements(const struct dc_evidence *a, const struct dc_evidence *b)
{
	int order = dc_pointer_order(&a->pointer, &b->pointer);

	if (!order)
		order = (int)a->kind - (int)b->kind;
	if (!order)
		order = dc_pointer_order(&a->from, &b->from);
	if (!order)
		order = order_numbers(a->offset, b->offset);
	if (!order)
		order = order_numbers(a->extent.bytes, b->extent.bytes);
	if (!order)
		order = order_numbers(a->extent.each, b->extent.each);
	if (!order)
		order = strcmp(a->extent.times ? a->extent.times : "",
			       b->extent.times ? b->extent.times : "");
	if (!order)
		order = (int)b->certain - (int)a->certain;
	if (!order && is_of_call(a)) /* the numbers of that call belong to it */
		order = strcmp(a->function ? a->function : "", b->function ? b->function : "");
	if (!order && is_of_call(a))
		order = order_numbers(a->line, b->line);
	return order;
}

static int order_evidence(const void *left, const void *right)
{
	const struct dc_evidence *a = left, *b = right;
	int order = order_statements(a, b);

	if (!order)
		order = strcmp(a->file, b->file);
	return order ? order : order_numbers(a->line, b->line);
}

void dc_pointers_finish(dc_evidences *evidence)
{
	size_t i, count = 0;

	if (evidence->len)
		qsort(evidence->at, evidence->len, sizeof(*evidence->at), order_evidence);
	for (i = 0; i < evidence->len; i++)
		if (!count || order_statements(&evidence->at[count - 1], &evidence->at[i]) != 0)
			evidence->at[count++] = evidence->at[i];
	evidence->len = count;
}
