/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Functions of the kernel component that begin to track the objects that an object points to, and
 * that stop tracking them.
 */
#include "emit/tables.h"

#include <string.h>

#include "emit/names.h"
#include "marshal/signature.h"

/* The kernel finds objects by arrays and by the heads of lists. */
bool emit_adopts(const struct dc_object_type *type)
{
	const struct dc_object_link *link;

	dc_vec_each (link, &type->links)
		if (link->kind != DC_LINK_NODE)
			return true;
	return false;
}

/* A function that binds or unbinds a device releases an object of the type. */
bool emit_is_forgotten(const struct dc_emit_plan *plan, const struct dc_object_type *type)
{
	size_t i;

	for (i = 0; i < plan->count; i++) {
		const struct dc_definition *definition = plan->functions[i].definition;
		const struct dc_function_rule *rule =
			dc_marshal_function_rule(plan->marshal, definition);
		const char *record;

		if (!rule || rule->releases == DC_RELEASES_NEVER || rule->released_argument < 0 ||
		    rule->released_argument >= (int)definition->parameters.len)
			continue;
		record = definition->parameters.at[rule->released_argument].value.record;
		if (record && !strcmp(record, type->name))
			return true;
	}
	return false;
}

static void put_list_adoption(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
			      const struct dc_object_link *link)
{
	fprintf(out,
		"\tif (!err) /* %s */\n\t\terr = dck_adopt_list(channel, (void *)(at + %u), %s, "
		"%u, ",
		link->name, link->offset, emit_type_name(plan, arena, link->target), link->inside);
	if (link->lock)
		fprintf(out, "(void *)(at + %u)); /* %s */\n", link->lock_offset, link->lock);
	else
		fputs("NULL);\n", out);
}

void emit_put_adopt(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		    size_t index)
{
	const struct dc_object_type *type = &plan->types.at[index];
	const struct dc_object_link *link;

	if (type->variable)
		return;
	if (emit_adopts(type))
		fprintf(out,
			"\nstatic int dcg_adopt_%s(struct dcrt_channel *channel, void *element)\n"
			"{\n\tchar *at = element;\n\tint err = 0;\n\n",
			emit_type_suffix(plan, arena, index));
	dc_vec_each (link, &type->links) {
		if (link->kind == DC_LINK_LIST)
			put_list_adoption(out, arena, plan, link);
		if (link->kind != DC_LINK_ARRAY)
			continue;
		fprintf(out,
			"\tif (!err) /* %s */\n\t\terr = dcrt_adopt(channel, *(void **)(at + %u), "
			"%s, ",
			link->name, link->offset, emit_type_name(plan, arena, link->target));
		if (link->is_string)
			fprintf(out,
				"*(char **)(at + %u) ? strlen(*(char **)(at + %u)) + 1 : 0);\n",
				link->offset, link->offset);
		else if (link->count)
			fprintf(out, "%u);\n", link->count);
		else
			fprintf(out, "*(u%u *)(at + %u));\n", link->count_size * 8,
				link->count_offset);
	}
	if (emit_adopts(type))
		fputs("\treturn err;\n}\n", out);
	if (!emit_is_forgotten(plan, type))
		return;
	fprintf(out, "\nvoid %s(void *element)\n{\n\tchar *at = element;\n\n",
		emit_forget(arena, type->name));
	dc_vec_each (link, &type->links)
		if (link->kind == DC_LINK_ARRAY)
			fprintf(out,
				"\tdcrt_forget(dcg_dck.channel, *(void **)(at + %u)); /* %s */\n",
				link->offset, link->name);
	fputs("\tdcrt_forget(dcg_dck.channel, at);\n}\n", out);
}
