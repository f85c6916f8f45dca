/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a copy that follows every pointer would copy: the structures that the parameters of the
 * driver's functions point to, and so on. Only counted (marshal/ladder.h); the layouts that code is
 * made of are in layout.c.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/source/read.h"

struct reading {
	struct dc_source_reader *reader;
	struct dc_reach *reach; /* being read */
	DC_VEC(CXType) ahead; /* structures still to read */
};

static enum CXVisitorResult visit_field(CXCursor cursor, CXClientData data);

static void add_target(struct reading *reading, CXType type)
{
	const char *name = dc_ast_record_type(&reading->reader->facts, type);
	size_t i;

	if (!name || name[0] == '(')
		return;
	for (i = 0; i < reading->reach->to.len; i++)
		if (reading->reach->to.at[i] == name)
			return;
	dc_vec_push(&reading->reach->to, name);
	dc_vec_push(&reading->ahead, type);
}

/* One field, or one of an embedded structure; an array counts once. */
static void add_field(struct reading *reading, CXType type)
{
	type = clang_getCanonicalType(type);
	while (type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray)
		type = clang_getCanonicalType(clang_getArrayElementType(type));
	if (type.kind == CXType_Record) {
		clang_Type_visitFields(type, visit_field, reading);
		return;
	}
	reading->reach->fields++;
	while (type.kind == CXType_Pointer)
		type = clang_getCanonicalType(clang_getPointeeType(type));
	if (type.kind == CXType_Record)
		add_target(reading, type);
}

static enum CXVisitorResult visit_field(CXCursor cursor, CXClientData data)
{
	add_field(data, clang_getCursorType(cursor));
	return CXVisit_Continue;
}

/* A structure that is not complete here may be so in another file. */
static void read_record(struct reading *reading, CXType type)
{
	struct dc_layouts *layouts = &reading->reader->source->layouts;
	struct dc_reach reach = {.name = dc_ast_record_type(&reading->reader->facts, type)};

	if (!reach.name || reach.name[0] == '(' || clang_Type_getSizeOf(type) < 0 ||
	    dc_map_get(&reading->reader->reached, reach.name) >= 0)
		return;
	dc_map_set(&reading->reader->reached, reach.name, 1);
	reading->reach = &reach;
	clang_Type_visitFields(type, visit_field, reading);
	dc_vec_push(&layouts->reach, reach);
}

void dc_source_read_reach(struct dc_source_reader *reader, CXType parameter)
{
	CXType type = clang_getCanonicalType(parameter);
	struct reading reading = {.reader = reader};

	while (type.kind == CXType_Pointer)
		type = clang_getCanonicalType(clang_getPointeeType(type));
	if (type.kind != CXType_Record)
		return;
	dc_vec_push(&reading.ahead, type);
	while (reading.ahead.len) {
		type = reading.ahead.at[--reading.ahead.len];
		read_record(&reading, type);
	}
	dc_vec_done(&reading.ahead);
}
