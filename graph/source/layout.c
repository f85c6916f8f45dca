/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads structures and prototypes out of the AST as bodies mention them. The bodies of inline
 * functions of the kernel's headers are followed: they run wherever their caller runs.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/source/layout_read.h"
#include "graph/source/pointers_read.h"

/* Values */

static enum dc_value_kind kind_of(CXType canonical)
{
	if (canonical.kind == CXType_Void)
		return DC_VALUE_VOID;
	if (canonical.kind == CXType_Enum ||
	    (canonical.kind >= CXType_Bool && canonical.kind <= CXType_Int128))
		return DC_VALUE_INTEGER;
	if (canonical.kind == CXType_Record)
		return DC_VALUE_RECORD;
	if (canonical.kind == CXType_Pointer)
		return DC_VALUE_POINTER;
	return DC_VALUE_OTHER;
}

static unsigned size_of(CXType type)
{
	long long size = clang_Type_getSizeOf(type);

	return size > 0 ? (unsigned)size : 0;
}

static bool is_function(CXType type)
{
	return type.kind == CXType_FunctionProto || type.kind == CXType_FunctionNoProto;
}

/* Plain char is unsigned since Linux 6.2 (-funsigned-char), and another type than unsigned char. */
static bool is_char(CXType type)
{
	return type.kind == CXType_Char_S || type.kind == CXType_Char_U ||
	       type.kind == CXType_SChar;
}

struct dc_value dc_layout_value(struct dc_facts *facts, CXType type)
{
	CXType canonical = clang_getCanonicalType(type), to;
	struct dc_value value = {.kind = kind_of(canonical), .size = size_of(canonical)};

	if (value.kind == DC_VALUE_RECORD)
		value.record = dc_ast_record_type(facts, canonical);
	value.is_signed = canonical.kind >= CXType_Short && canonical.kind <= CXType_Int128;
	switch ((int)canonical.kind) {
	case CXType_Pointer:
		to = clang_getCanonicalType(clang_getPointeeType(canonical));
		break;
	case CXType_ConstantArray:
	case CXType_IncompleteArray:
	case CXType_VariableArray: /* a parameter */
		to = clang_getCanonicalType(clang_getArrayElementType(canonical));
		value.kind = DC_VALUE_POINTER;
		value.size = sizeof(void *);
		break;
	default:
		return value;
	}
	value.to = kind_of(to);
	value.to_size = size_of(to);
	value.to_const = clang_isConstQualifiedType(to);
	value.to_char = is_char(to);
	value.is_code = is_function(to);
	if (value.to == DC_VALUE_RECORD)
		value.record = dc_ast_record_type(facts, to);
	return value;
}

/* Records */

struct fields {
	struct dc_facts *facts;
	struct dc_layouts *layouts;
	struct dc_layout *layout;
	unsigned base; /* bits */
	const char *prefix; /* of paths; NULL: there is none */
	DC_VEC(CXType) embedded;
};

static enum CXVisitorResult visit_field(CXCursor cursor, CXClientData data);

/* True for a structure or union without a name of its own, whether or not the field that has this
 * type has one. Its fields count as the outer structure's (as for dc_ast_record). */
static bool is_unnamed(struct dc_facts *facts, CXType type)
{
	const char *name = dc_ast_record_type(facts, type);

	return name && name[0] == '(';
}

static const char *prefix_of(const struct fields *fields, const struct dc_layout_field *field,
			     unsigned element)
{
	if (!fields->prefix || field->dimensions > 1)
		return NULL;
	if (!*field->name || strchr(field->name, '(')) /* clang describes what has no name */
		return fields->prefix;
	if (!field->dimensions)
		return dc_facts_namef(fields->facts, "%s%s.", fields->prefix, field->name);
	return dc_facts_namef(fields->facts, "%s%s[%u].", fields->prefix, field->name, element);
}

static void visit_elements(struct fields *fields, CXType type, unsigned base,
			   const struct dc_layout_field *field)
{
	const char *outer_prefix = fields->prefix;
	unsigned outer = fields->base, i;

	for (i = 0; i < field->count; i++) {
		fields->prefix = outer_prefix;
		fields->prefix = prefix_of(fields, field, i);
		fields->base = base + i * size_of(type) * 8;
		clang_Type_visitFields(type, visit_field, fields);
	}
	fields->prefix = outer_prefix;
	fields->base = outer;
}

static enum CXVisitorResult visit_field(CXCursor cursor, CXClientData data)
{
	struct fields *fields = data;
	CXType type = clang_getCanonicalType(clang_getCursorType(cursor));
	long long at = clang_Cursor_getOffsetOfField(cursor);
	struct dc_layout_field field = {.name = dc_ast_spelling(fields->facts, cursor), .count = 1};
	unsigned base = fields->base;

	if (at < 0)
		return CXVisit_Continue;
	base += (unsigned)at;
	while (type.kind == CXType_ConstantArray) {
		field.count *= (unsigned)clang_getArraySize(type);
		type = clang_getCanonicalType(clang_getArrayElementType(type));
		field.dimensions++;
	}
	if (is_unnamed(fields->facts, type)) {
		visit_elements(fields, type, base, &field);
		return CXVisit_Continue;
	}
	if (!*field.name)
		return CXVisit_Continue;
	if (fields->prefix)
		field.path = dc_facts_namef(fields->facts, "%s%s", fields->prefix, field.name);
	field.offset = base / 8;
	field.bit = base % 8;
	if (clang_Cursor_isBitField(cursor))
		field.bits = (unsigned)clang_getFieldDeclBitWidth(cursor);
	if (type.kind != CXType_IncompleteArray && field.count) {
		field.value = dc_layout_value(fields->facts, type);
		dc_vec_push(&fields->layout->fields, field);
	}
	if (type.kind == CXType_Record)
		dc_vec_push(&fields->embedded, type);
	return CXVisit_Continue;
}

static bool known(const struct dc_layouts *layouts, const char *name)
{
	const struct dc_layout *layout;

	dc_vec_each (layout, &layouts->layouts)
		if (layout->name == name)
			return true;
	return false;
}

static const char *spelling_of(struct dc_facts *facts, CXType type)
{
	CXString text = clang_getTypeSpelling(clang_getUnqualifiedType(type));
	const char *spelling = dc_facts_name(facts, clang_getCString(text));

	clang_disposeString(text);
	return spelling;
}

void dc_layout_record(struct dc_facts *facts, struct dc_layouts *layouts, CXType type)
{
	CXType canonical = clang_getCanonicalType(type);
	CXCursor record = clang_getTypeDeclaration(canonical);
	struct dc_layout layout = {.name = dc_ast_record_type(facts, canonical)};
	struct fields fields = {
		.facts = facts, .layouts = layouts, .layout = &layout, .prefix = ""};
	size_t i;

	if (!layout.name || layout.name[0] == '(' || known(layouts, layout.name))
		return;
	layout.spelling = spelling_of(facts, canonical);
	layout.size = size_of(canonical);
	if (!layout.size)
		return; /* not complete here */
	layout.of_driver = dc_ast_driver_file(facts, dc_ast_place(record).file) != NULL;
	clang_Type_visitFields(canonical, visit_field, &fields);
	dc_vec_push(&layouts->layouts, layout);
	for (i = 0; i < fields.embedded.len; i++)
		dc_layout_record(facts, layouts, fields.embedded.at[i]);
	dc_vec_done(&fields.embedded);
}

/* Functions of the kernel */

struct bodies {
	struct dc_facts *facts;
	struct dc_layouts *layouts;
	bool in_table, generated;
	const char *function; /* of the driver, whose body it is; or NULL */
	const char *inside; /* the inline function of the kernel whose body it is, or NULL */
	DC_VEC(const char *) followed; /* from there */
};

static enum CXChildVisitResult visit_body(CXCursor cursor, CXCursor parent, CXClientData data);

/* True if the expression is assigned to, or its address taken. */
static bool is_written(CXCursor cursor, CXCursor parent)
{
	enum CXUnaryOperatorKind unary;

	switch ((int)clang_getCursorKind(parent)) {
	case CXCursor_BinaryOperator:
		return clang_getCursorBinaryOperatorKind(parent) == CXBinaryOperator_Assign &&
		       clang_equalCursors(dc_ast_first(parent), cursor);
	case CXCursor_CompoundAssignOperator:
		return clang_equalCursors(dc_ast_first(parent), cursor);
	case CXCursor_UnaryOperator:
		unary = clang_getCursorUnaryOperatorKind(parent);
		return unary == CXUnaryOperator_AddrOf || unary == CXUnaryOperator_PostInc ||
		       unary == CXUnaryOperator_PostDec || unary == CXUnaryOperator_PreInc ||
		       unary == CXUnaryOperator_PreDec;
	default:
		return false;
	}
}

static void add_inline_use(struct bodies *bodies, CXCursor field, bool written)
{
	const struct dc_inline_use use = {
		.function = bodies->inside,
		.record = dc_ast_record(bodies->facts, field),
		.field = dc_ast_spelling(bodies->facts, field),
		.written = written,
	};
	size_t i;

	if (!strcmp(use.record, DC_AST_LOCAL) || dc_ast_is_nameless_field(bodies->facts, field))
		return;
	for (i = bodies->layouts->inlines.len; i-- > 0;) {
		struct dc_inline_use *at = &bodies->layouts->inlines.at[i];

		if (at->function != use.function)
			break; /* they are read one after the other */
		if (at->record == use.record && at->field == use.field) {
			at->written |= written;
			return;
		}
	}
	dc_vec_push(&bodies->layouts->inlines, use);
}

static struct dc_prototype *prototype(const struct dc_layouts *layouts, const char *name)
{
	struct dc_prototype *at;

	dc_vec_each (at, &layouts->prototypes)
		if (at->name == name)
			return at;
	return NULL;
}

static const char *type_text(struct dc_facts *facts, CXType type)
{
	CXString text = clang_getTypeSpelling(type);
	const char *kept = dc_facts_name(facts, clang_getCString(text));

	clang_disposeString(text);
	return kept;
}

/* The type that a declaration gives its function's result or its parameter. What marks registers,
 * for sparse, is a macro that says nothing to clang: it is put back. */
static const char *declared_type(struct dc_facts *facts, CXCursor declaration, CXType type)
{
	const char *text = type_text(facts, type);
	const char *star = strrchr(text, '*');
	char *marked;

	if (!star || clang_getCanonicalType(type).kind != CXType_Pointer ||
	    !dc_declares_registers(clang_Cursor_getTranslationUnit(declaration), declaration))
		return text;
	marked = dc_printf("%.*s__iomem %s", (int)(star - text), text, star);
	text = dc_facts_name(facts, marked);
	free(marked);
	return text;
}

static void note_function(struct bodies *bodies, CXCursor function)
{
	struct dc_facts *facts = bodies->facts;
	CXType type = clang_getCursorType(function);
	CXType result = clang_getResultType(type);
	CXCursor definition = clang_getCursorDefinition(function);
	struct dc_prototype ret = {
		.name = dc_ast_spelling(facts, function),
		.result_type = declared_type(facts, function, result),
		.is_variadic = clang_isFunctionTypeVariadic(type),
		.result = dc_layout_value(facts, result),
		.is_inline = !clang_Cursor_isNull(definition),
		.in_table = bodies->in_table,
	};
	struct dc_prototype *known_one = prototype(bodies->layouts, ret.name);
	int i, count = clang_Cursor_getNumArguments(function);

	if (known_one)
		known_one->in_table |= bodies->in_table;
	if (known_one || !strncmp(ret.name, "__builtin_", 10))
		return;
	for (i = 0; i < count; i++) {
		CXCursor argument = clang_Cursor_getArgument(function, (unsigned)i);
		CXType of = clang_getCursorType(argument);

		dc_vec_push(&ret.parameters, dc_layout_value(facts, of));
		dc_vec_push(&ret.parameter_names, dc_ast_spelling(facts, argument));
		dc_vec_push(&ret.parameter_types, declared_type(facts, argument, of));
		if (clang_getCanonicalType(of).kind == CXType_Pointer)
			dc_layout_record(facts, bodies->layouts, clang_getPointeeType(of));
	}
	dc_vec_push(&bodies->layouts->prototypes, ret);
	if (ret.is_inline) {
		struct bodies inner = {
			.facts = facts, .layouts = bodies->layouts, .inside = ret.name};

		clang_visitChildren(dc_ast_body(definition), visit_body, &inner);
		dc_vec_done(&inner.followed);
	}
}

/* Within an inline function: its callees are part of it. */
static void follow(struct bodies *bodies, CXCursor function)
{
	CXCursor definition = clang_getCursorDefinition(function);
	const char *name = dc_ast_spelling(bodies->facts, function);
	size_t i;

	for (i = 0; i < bodies->followed.len; i++)
		if (bodies->followed.at[i] == name)
			return;
	dc_vec_push(&bodies->followed, name);
	if (!clang_Cursor_isNull(definition)) {
		clang_visitChildren(dc_ast_body(definition), visit_body, bodies);
		return;
	}
	dc_vec_push(&bodies->layouts->inner_calls,
		    (struct dc_inner_call){.function = bodies->inside, .callee = name});
	note_function(bodies, function);
}

/* Bytes of structures */

/* Strips parentheses and what the compiler adds; a cast that is written stays. */
static CXCursor strip_parens(CXCursor expr)
{
	while (clang_getCursorKind(expr) == CXCursor_ParenExpr ||
	       clang_getCursorKind(expr) == CXCursor_UnexposedExpr)
		expr = dc_ast_first(expr);
	return expr;
}

static bool is_bytes(CXType pointer)
{
	CXType to = clang_getCanonicalType(clang_getPointeeType(clang_getCanonicalType(pointer)));

	return to.kind == CXType_Void || is_char(to) || to.kind == CXType_UChar;
}

/* Notes a pointer to a structure that is cast to one to bytes, in a place that looks there. */
static void note_hidden(struct bodies *bodies, CXCursor operand)
{
	CXCursor cast = strip_parens(operand), from;
	struct dc_hidden_use use = {.function = bodies->function};
	dc_ast_cursors children = {0};

	if (clang_getCursorKind(cast) != CXCursor_CStyleCastExpr ||
	    !is_bytes(clang_getCursorType(cast)) || dc_ast_in_macro(cast))
		return;
	dc_ast_children(cast, &children);
	if (children.len) {
		from = strip_parens(children.at[children.len - 1]);
		use.record = dc_ast_record_type(
			bodies->facts, clang_getCanonicalType(clang_getPointeeType(
					       clang_getCanonicalType(clang_getCursorType(from)))));
		use.line = dc_ast_place(cast).line;
		if (use.record)
			dc_vec_push(&bodies->layouts->hidden, use);
	}
	dc_vec_done(&children);
}

/* Operands of an expression that computes or follows an address: + - * and an index. */
static void note_operands(struct bodies *bodies, CXCursor cursor)
{
	enum CXCursorKind kind = clang_getCursorKind(cursor);
	enum CXBinaryOperatorKind binary = clang_getCursorBinaryOperatorKind(cursor);
	dc_ast_cursors children = {0};
	size_t i;

	if (kind == CXCursor_UnaryOperator &&
	    clang_getCursorUnaryOperatorKind(cursor) != CXUnaryOperator_Deref)
		return;
	if (kind == CXCursor_BinaryOperator && binary != CXBinaryOperator_Add &&
	    binary != CXBinaryOperator_Sub)
		return;
	dc_ast_children(cursor, &children);
	for (i = 0; i < children.len; i++)
		note_hidden(bodies, children.at[i]);
	dc_vec_done(&children);
}

static void note_of_driver(struct bodies *bodies, CXCursor cursor)
{
	switch ((int)clang_getCursorKind(cursor)) {
	case CXCursor_UnaryOperator:
	case CXCursor_BinaryOperator:
	case CXCursor_ArraySubscriptExpr:
		note_operands(bodies, cursor);
		break;
	default:
		break;
	}
}

/* A function that only a header of the driver declares may be another unit's, or another module's:
 * dc_source_read_finish drops the former. */
static bool is_defined_here(struct bodies *bodies, CXCursor function)
{
	CXCursor definition = clang_getCursorDefinition(function);

	return !clang_Cursor_isNull(definition) &&
	       dc_ast_driver_file(bodies->facts, dc_ast_place(definition).file);
}

/* __this_module is the module's own: the linker makes it. */
static void note_table_variable(struct bodies *bodies, CXCursor variable)
{
	const char *name = dc_ast_spelling(bodies->facts, variable), **at;

	if (clang_getCursorLinkage(variable) != CXLinkage_External ||
	    !clang_Cursor_isNull(clang_getCursorDefinition(variable)) ||
	    !strcmp(name, "__this_module"))
		return;
	dc_vec_each (at, &bodies->layouts->table_variables)
		if (*at == name)
			return;
	dc_vec_push(&bodies->layouts->table_variables, name);
}

static enum CXChildVisitResult visit_body(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct bodies *bodies = data;
	CXCursor to;

	if (bodies->function)
		note_of_driver(bodies, cursor);
	switch ((int)clang_getCursorKind(cursor)) {
	case CXCursor_UnaryExpr: /* sizeof and the like: not evaluated */
		return CXChildVisit_Continue;
	case CXCursor_MemberRefExpr:
		to = clang_getCursorReferenced(cursor);
		if (bodies->inside)
			add_inline_use(bodies, to, is_written(cursor, parent));
		dc_layout_record(bodies->facts, bodies->layouts,
				 clang_getCursorType(clang_getCursorSemanticParent(to)));
		break;
	case CXCursor_DeclRefExpr:
		to = clang_getCursorReferenced(cursor);
		if (bodies->in_table && clang_getCursorKind(to) == CXCursor_VarDecl)
			note_table_variable(bodies, to);
		if (clang_getCursorKind(to) != CXCursor_FunctionDecl || bodies->generated ||
		    is_defined_here(bodies, to))
			break;
		if (bodies->inside)
			follow(bodies, to);
		else
			note_function(bodies, to);
		break;
	default:
		break;
	}
	return CXChildVisit_Recurse;
}

void dc_layout_body(struct dc_facts *facts, struct dc_layouts *layouts, const char *function,
		    CXCursor body)
{
	struct bodies bodies = {.facts = facts, .layouts = layouts, .function = function};

	clang_visitChildren(body, visit_body, &bodies);
}

void dc_layout_initialiser(struct dc_facts *facts, struct dc_layouts *layouts, CXCursor variable,
			   bool generated)
{
	struct bodies bodies = {
		.facts = facts, .layouts = layouts, .in_table = true, .generated = generated};

	clang_visitChildren(variable, visit_body, &bodies);
}

/* Order */

static int order_layouts(const void *a, const void *b)
{
	return strcmp(((const struct dc_layout *)a)->name, ((const struct dc_layout *)b)->name);
}

static int order_prototypes(const void *a, const void *b)
{
	return strcmp(((const struct dc_prototype *)a)->name,
		      ((const struct dc_prototype *)b)->name);
}

static int order_inlines(const void *a, const void *b)
{
	const struct dc_inline_use *left = a, *right = b;
	int order = strcmp(left->function, right->function);

	if (!order)
		order = strcmp(left->record, right->record);
	return order ? order : strcmp(left->field, right->field);
}

static int order_reach(const void *a, const void *b)
{
	return strcmp(((const struct dc_reach *)a)->name, ((const struct dc_reach *)b)->name);
}

void dc_layout_finish(struct dc_layouts *layouts)
{
	if (layouts->reach.len)
		qsort(layouts->reach.at, layouts->reach.len, sizeof(*layouts->reach.at),
		      order_reach);
	if (layouts->layouts.len)
		qsort(layouts->layouts.at, layouts->layouts.len, sizeof(*layouts->layouts.at),
		      order_layouts);
	if (layouts->prototypes.len)
		qsort(layouts->prototypes.at, layouts->prototypes.len,
		      sizeof(*layouts->prototypes.at), order_prototypes);
	if (layouts->table_variables.len)
		qsort(layouts->table_variables.at, layouts->table_variables.len,
		      sizeof(const char *), dc_order_texts);
	if (layouts->inlines.len)
		qsort(layouts->inlines.at, layouts->inlines.len, sizeof(*layouts->inlines.at),
		      order_inlines);
}

void dc_layout_done(struct dc_layouts *layouts)
{
	struct dc_layout *layout;
	struct dc_prototype *at;
	struct dc_reach *reach;

	dc_vec_each (layout, &layouts->layouts)
		dc_vec_done(&layout->fields);
	dc_vec_each (at, &layouts->prototypes) {
		dc_vec_done(&at->parameters);
		dc_vec_done(&at->parameter_names);
		dc_vec_done(&at->parameter_types);
	}
	dc_vec_each (reach, &layouts->reach)
		dc_vec_done(&reach->to);
	dc_vec_done(&layouts->reach);
	dc_vec_done(&layouts->layouts);
	dc_vec_done(&layouts->prototypes);
	dc_vec_done(&layouts->inlines);
	dc_vec_done(&layouts->inner_calls);
	dc_vec_done(&layouts->hidden);
	dc_vec_done(&layouts->table_variables);
}

const struct dc_layout *dc_layout_find(const struct dc_layouts *layouts, const char *name)
{
	const struct dc_layout key = {.name = name};

	if (!layouts->layouts.len)
		return NULL;
	return bsearch(&key, layouts->layouts.at, layouts->layouts.len, sizeof(key), order_layouts);
}

const struct dc_prototype *dc_prototype_find(const struct dc_layouts *layouts, const char *name)
{
	const struct dc_prototype key = {.name = name};

	if (!layouts->prototypes.len)
		return NULL;
	return bsearch(&key, layouts->prototypes.at, layouts->prototypes.len, sizeof(key),
		       order_prototypes);
}

const struct dc_reach *dc_reach_find(const struct dc_layouts *layouts, const char *name)
{
	const struct dc_reach key = {.name = name};

	if (!layouts->reach.len)
		return NULL;
	return bsearch(&key, layouts->reach.at, layouts->reach.len, sizeof(key), order_reach);
}
