/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of reading a text: symbols become the graph's names, lists are sorted, each once. */
#include <stdlib.h>
#include <string.h>

#include "graph/source/layout_read.h"
#include "graph/source/pointers_read.h"
#include "graph/source/read.h"
#include "graph/source/text.h"

static int order_definitions(const void *a, const void *b)
{
	return strcmp(((const struct dc_definition *)a)->name,
		      ((const struct dc_definition *)b)->name);
}

static int order_uses(const void *a, const void *b)
{
	const struct dc_use *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	if (!order && left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return order ? order
		     : strcmp(left->inner ? left->inner : "", right->inner ? right->inner : "");
}

static int order_files(const void *a, const void *b)
{
	return strcmp(((const struct dc_source_file *)a)->name,
		      ((const struct dc_source_file *)b)->name);
}

/* The graph's name of a symbol: without the file, unless two functions share it. */
static const char *graph_name(struct dc_source_reader *reader, const char *symbol)
{
	const struct dc_definition *definition;
	size_t len = strcspn(symbol, "@"), count = 0;

	dc_vec_each (definition, &reader->source->definitions)
		count += strlen(definition->plain) == len &&
			 !strncmp(definition->plain, symbol, len);
	if (count > 1)
		return symbol;
	return dc_facts_name(&reader->facts, dc_arena_strndup(reader->source->arena, symbol, len));
}

static bool defines_variable(const struct dc_source *source, const char *name)
{
	const struct dc_variable *variable;

	dc_vec_each (variable, &source->variables)
		if (!variable->is_static && variable->name == name)
			return true;
	return false;
}

/* A symbol that a header of the kernel declares and the driver defines is the driver's. */
static void take_own_uses(const struct dc_source *source, struct dc_definition *definition)
{
	const struct dc_use *use;
	size_t i, kept = 0;

	for (i = 0; i < definition->uses.len; i++) {
		use = &definition->uses.at[i];
		if (use->kind == DC_USE_FUNCTION && dc_source_defines(source, use->name))
			dc_vec_push(&definition->refers, use->name);
		else if (use->kind != DC_USE_VARIABLE || !defines_variable(source, use->name))
			definition->uses.at[kept++] = *use;
	}
	definition->uses.len = kept;
}

static void tidy_definition(struct dc_source_reader *reader, struct dc_definition *definition)
{
	size_t i, count = 0;

	take_own_uses(reader->source, definition);
	for (i = 0; i < definition->refers.len; i++) {
		const char *name = graph_name(reader, definition->refers.at[i]);

		/* Declared by the driver, defined elsewhere. */
		if (!dc_source_defines(reader->source, definition->refers.at[i]))
			dc_vec_push(&definition->uses,
				    (struct dc_use){.name = name, .line = definition->first_line});
		definition->refers.at[i] = name;
	}
	definition->refers.len = dc_texts_sort_once(definition->refers.at, definition->refers.len);
	if (definition->uses.len)
		qsort(definition->uses.at, definition->uses.len, sizeof(struct dc_use), order_uses);
	for (i = 0; i < definition->uses.len; i++)
		if (!count || definition->uses.at[i].name != definition->uses.at[count - 1].name ||
		    definition->uses.at[i].inner != definition->uses.at[count - 1].inner)
			definition->uses.at[count++] = definition->uses.at[i];
	definition->uses.len = count;
}

static void rename_pointer(struct dc_source_reader *reader, struct dc_pointer *pointer)
{
	if (pointer->of && pointer->kind != DC_POINTER_FIELD &&
	    pointer->kind != DC_POINTER_VARIABLE)
		pointer->of = graph_name(reader, pointer->of);
}

static bool sets_field_of_kernel(struct dc_source_reader *reader, const struct dc_evidence *row)
{
	const struct dc_layout *layout;

	if (row->pointer.kind != DC_POINTER_FIELD ||
	    (row->kind != DC_EVIDENCE_HAS && row->kind != DC_EVIDENCE_FROM &&
	     row->kind != DC_EVIDENCE_INSIDE && row->kind != DC_EVIDENCE_ANY))
		return false;
	layout = dc_layout_find(&reader->source->layouts, row->pointer.of);
	return !layout || !layout->of_driver;
}

static void finish_evidence(struct dc_source_reader *reader)
{
	dc_evidences *evidence = &reader->source->evidence;
	struct dc_evidence *row;
	size_t i, count = 0;

	/* the kernel sets its fields too */
	for (i = 0; i < evidence->len; i++)
		if (!sets_field_of_kernel(reader, &evidence->at[i]))
			evidence->at[count++] = evidence->at[i];
	evidence->len = count;
	dc_vec_each (row, evidence) {
		rename_pointer(reader, &row->pointer);
		rename_pointer(reader, &row->from);
		if (row->function)
			row->function = graph_name(reader, row->function);
	}
	dc_pointers_finish(evidence);
}

/* Leaves the functions and the variables that the driver does not define. */
static void drop_own(struct dc_source *source)
{
	struct dc_prototype *at = source->layouts.prototypes.at;
	const char **names = source->layouts.table_variables.at;
	size_t i, kept = 0;

	for (i = 0; i < source->layouts.table_variables.len; i++)
		if (!defines_variable(source, names[i]))
			names[kept++] = names[i];
	source->layouts.table_variables.len = kept;
	kept = 0;

	for (i = 0; i < source->layouts.prototypes.len; i++) {
		if (!dc_source_defines(source, at[i].name)) {
			at[kept++] = at[i];
			continue;
		}
		dc_vec_done(&at[i].parameters);
		dc_vec_done(&at[i].parameter_names);
		dc_vec_done(&at[i].parameter_types);
	}
	source->layouts.prototypes.len = kept;
}

static void finish_file_refers(struct dc_source_reader *reader)
{
	struct dc_source *source = reader->source;
	size_t i, kept = 0;

	for (i = 0; i < source->file_refers.len; i++)
		if (dc_source_defines(source, source->file_refers.at[i]))
			source->file_refers.at[kept++] =
				graph_name(reader, source->file_refers.at[i]);
	source->file_refers.len = kept;
}

static void finish(struct dc_source_reader *reader)
{
	struct dc_source *source = reader->source;
	struct dc_definition *definition;
	struct dc_forward *forward;
	const char **names = dc_alloc(source->definitions.len + 1, sizeof(*names));
	size_t i;

	for (i = 0; i < source->definitions.len; i++)
		names[i] = graph_name(reader, source->definitions.at[i].name);
	dc_vec_each (forward, &source->forwards)
		forward->function = graph_name(reader, forward->function);
	dc_vec_each (definition, &source->definitions)
		tidy_definition(reader, definition);
	finish_file_refers(reader);
	for (i = 0; i < source->layouts.hidden.len; i++)
		source->layouts.hidden.at[i].function =
			graph_name(reader, source->layouts.hidden.at[i].function);
	for (i = 0; i < source->statics.len; i++)
		source->statics.at[i].function = graph_name(reader, source->statics.at[i].function);
	for (i = 0; i < source->definitions.len; i++)
		source->definitions.at[i].name = names[i];
	free(names);
	drop_own(source);
	dc_layout_finish(&source->layouts);
	dc_source_finish_own_names(source);
	finish_evidence(reader);
	if (source->definitions.len)
		qsort(source->definitions.at, source->definitions.len,
		      sizeof(*source->definitions.at), order_definitions);
	if (source->files.len)
		qsort(source->files.at, source->files.len, sizeof(*source->files.at), order_files);
	if (source->outside.len)
		qsort(source->outside.at, source->outside.len, sizeof(const char *),
		      dc_order_texts);
}

int dc_source_read_finish(struct dc_diag *diag, struct dc_source_reader *reader)
{
	int err = dc_source_check_text(diag, reader->source);

	if (!err)
		finish(reader);
	return err;
}
