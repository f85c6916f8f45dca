/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fields that functions in the process touch. The graph says what a function's own text reads
 * and writes; inline functions of the kernel that run in the process touch fields on its behalf; an
 * annotation names what no analysis sees.
 */
#include "marshal/touched.h"

#include <string.h>

#include "marshal/signature.h"
#include "marshal/uses.h"

struct touching {
	const struct dc_marshal *marshal;
	dc_touched *ret;
};

static void add(struct touching *touching, const char *record, const char *field, bool written)
{
	struct dc_touched_field *at;

	dc_vec_each (at, touching->ret)
		if (!strcmp(at->record, record) && !strcmp(at->field, field)) {
			at->written |= written;
			return;
		}
	dc_vec_push(touching->ret, (struct dc_touched_field){
					   .record = record, .field = field, .written = written});
}

/* Fields that inline functions of the kernel touch when the process runs them. */
static void add_inlines(struct touching *touching, const struct dc_definition *definition)
{
	const struct dc_marshal *marshal = touching->marshal;
	const struct dc_inline_use *inlined;
	const struct dc_use *use;

	dc_vec_each (use, &definition->uses) {
		const struct dc_rule *rule;
		const char *name;
		bool needs_none;

		rule = dc_rule_for_use(marshal->rules, marshal->graph, use, &name, &needs_none);
		if (!needs_none && !(rule && rule->header_code))
			continue;
		dc_vec_each (inlined, &marshal->source->layouts.inlines)
			if (!strcmp(inlined->function, name))
				add(touching, inlined->record, inlined->field, inlined->written);
	}
}

/* Fields that a row says the function reads. */
static void add_annotated(struct touching *touching, const struct dc_definition *definition)
{
	const struct dc_function_rule *rule =
		dc_marshal_function_rule(touching->marshal, definition);
	size_t i;

	for (i = 0; rule && i < rule->reads.len; i++) {
		const char *text = rule->reads.at[i], *dot = strchr(text, '.');

		if (dot)
			add(touching,
			    dc_arena_strndup(touching->marshal->arena, text, (size_t)(dot - text)),
			    dot + 1, false);
	}
}

void dc_touched_find(const struct dc_marshal *marshal, const bool *user, dc_touched *ret)
{
	struct touching touching = {.marshal = marshal, .ret = ret};
	const struct dc_type_use *use;
	size_t i;

	dc_vec_each (use, &marshal->graph->types) {
		const char *name = marshal->graph->functions.at[use->function].name;
		const struct dc_definition *definition = dc_source_find(marshal->source, name);

		if (!definition || !user[definition - marshal->source->definitions.at])
			continue;
		for (i = 0; i < use->reads_count; i++)
			add(&touching, use->type, use->reads[i], false);
		for (i = 0; i < use->writes_count; i++)
			add(&touching, use->type, use->writes[i], true);
		for (i = 0; i < use->addresses_count; i++)
			add(&touching, use->type, use->addresses[i], true);
	}
	for (i = 0; i < marshal->source->definitions.len; i++)
		if (user[i]) {
			add_inlines(&touching, &marshal->source->definitions.at[i]);
			add_annotated(&touching, &marshal->source->definitions.at[i]);
		}
}

bool dc_touched_has(const dc_touched *touched, const char *record, const char *field,
		    bool *ret_written)
{
	const struct dc_touched_field *at;
	bool found = false;

	*ret_written = false;
	dc_vec_each (at, touched)
		if (!strcmp(at->record, record) &&
		    (!strcmp(at->field, field) || !strcmp(at->field, "*"))) {
			found = true;
			*ret_written |= at->written;
		}
	return found;
}
