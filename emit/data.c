/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How arguments cross, and what keeps a function from it. Fields of objects: data_types.c. */
#include "emit/data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* Objects */

static bool listed(const struct dc_data *data, const char *record)
{
	size_t i;

	for (i = 0; i < data->objects.len; i++)
		if (!strcmp(data->objects.at[i], record))
			return true;
	return false;
}

static void add_object(struct dc_data *data, const char *record)
{
	const struct dc_layout *layout = dc_layout_find(&data->source->layouts, record);
	const struct dc_layout_field *field;

	if (!layout || listed(data, record))
		return;
	dc_vec_push(&data->objects, layout->name);
	dc_vec_each (field, &layout->fields)
		if (field->value.kind == DC_VALUE_RECORD)
			add_object(data, field->value.record);
}

static void add_targets(struct dc_data *data, const struct dc_rules *rules)
{
	const struct dc_pointer_rule *pointer;

	dc_vec_each (pointer, &rules->pointers) {
		const struct dc_layout *layout =
			dc_layout_find(&data->source->layouts, pointer->record);
		const struct dc_layout_field *field;

		if (!layout)
			continue;
		dc_vec_each (field, &layout->fields)
			if (!strcmp(field->name, pointer->field) && field->value.record)
				add_object(data, field->value.record);
	}
}

static void find_objects(struct dc_data *data)
{
	const struct dc_type_rule *type;
	const struct dc_private_rule *private;

	dc_vec_each (type, &data->rules->types)
		if (type->class == DC_TYPE_OBJECT)
			add_object(data, type->name);
	dc_vec_each (private, &data->annotations.privates)
		add_object(data, private->type);
	add_targets(data, data->rules);
	add_targets(data, &data->annotations);
}

static int check_annotations(struct dc_diag *diag, const struct dc_data *data, const char *path)
{
	const struct dc_rule_entry *entry;
	const struct dc_private_rule *private;

	dc_vec_each (entry, &data->annotations.entries) {
		const struct dc_definition *definition = dc_source_find(data->source, entry->name);

		if (!definition)
			return dc_error(diag, -EINVAL, DC_FILE(path),
					"functions: the driver has no function '%s'", entry->name);
		if (entry->arguments.len > definition->parameters.len)
			return dc_error(diag, -EINVAL, DC_FILE(path),
					"functions: %s has %zu parameters, not %zu", entry->name,
					definition->parameters.len, entry->arguments.len);
	}
	dc_vec_each (private, &data->annotations.privates)
		if (!dc_layout_find(&data->source->layouts, private->type))
			return dc_error(diag, -EINVAL, DC_FILE(path),
					"privates: the driver uses no structure '%s'",
					private->type);
	return 0;
}

int dc_data_open(struct dc_diag *diag, struct dc_arena *arena, const struct dc_rules *rules,
		 const struct dc_source *source, const struct dc_graph *graph, const char *folder,
		 struct dc_data *ret)
{
	struct dc_data data = {.arena = arena, .rules = rules, .source = source, .graph = graph};
	const char *path = dc_arena_printf(data.arena, "%s/annotations.json", folder);
	int err = dc_annotations_open(diag, path, &data.annotations);

	if (!err)
		err = check_annotations(diag, &data, path);
	if (err < 0) {
		if (data.annotations.arena)
			dc_rules_done(&data.annotations);
		return err;
	}
	find_objects(&data);
	*ret = data;
	return 0;
}

void dc_data_done(struct dc_data *data)
{
	dc_vec_done(&data->objects);
	if (data->annotations.arena)
		dc_rules_done(&data->annotations);
	*data = (struct dc_data){0};
}

bool dc_data_is_object(const struct dc_data *data, const char *record)
{
	return listed(data, record);
}

static enum dc_type_class class_of(const struct dc_data *data, const char *record)
{
	const struct dc_type_rule *rule = dc_rules_type(data->rules, record);

	return rule ? rule->class : DC_TYPE_CLASSES;
}

/* Signatures */

/* A parameter or result to be given a mode. */
struct crossing {
	const struct dc_data *data;
	const char *what; /* "bytes of e1000_get_eeprom" */
	const char *said; /* by a rule or annotation, or "" */
	bool of_kernel;
	struct dc_signature *ret;
};

static enum dc_mode refuse(const struct crossing *crossing, const char *why)
{
	if (!crossing->ret->gap) {
		crossing->ret->gap =
			dc_arena_printf(crossing->data->arena, "%s %s", crossing->what, why);
		crossing->ret->gap_argument = crossing->ret->arguments.len;
	}
	return DC_MODE_WORD;
}

static enum dc_mode mode_of_record(const struct crossing *crossing, const char *record)
{
	const struct dc_data *data = crossing->data;
	const struct dc_layout *layout = dc_layout_find(&data->source->layouts, record);

	if (listed(data, record))
		return DC_MODE_ADDRESS;
	if (layout && layout->of_driver)
		return refuse(crossing, dc_arena_printf(data->arena,
							"points to a struct %s of the driver, "
							"which is no object",
							record));
	switch (class_of(data, record)) {
	case DC_TYPE_VALUE:
		return layout ? DC_MODE_VALUE : DC_MODE_ADDRESS;
	default:
		return DC_MODE_ADDRESS; /* what looks into it is judged by itself */
	}
}

static enum dc_mode mode_of_pointer(const struct crossing *crossing, const struct dc_value *value)
{
	if (value->is_code)
		return DC_MODE_CODE;
	if (value->to == DC_VALUE_RECORD)
		return mode_of_record(crossing, value->record);
	if (value->to == DC_VALUE_VOID && crossing->of_kernel)
		return DC_MODE_ADDRESS;
	if (value->to_char && value->to_const)
		return DC_MODE_STRING;
	if (value->to == DC_VALUE_INTEGER || value->to == DC_VALUE_VOID)
		return refuse(crossing, "points to memory whose length nothing says");
	return refuse(crossing, "points to what cannot cross yet");
}

static enum dc_mode mode_of(const struct crossing *crossing, const struct dc_value *value)
{
	switch (value->kind) {
	case DC_VALUE_VOID:
	case DC_VALUE_INTEGER:
		return DC_MODE_WORD;
	case DC_VALUE_POINTER:
		if (!strcmp(crossing->said, "address"))
			return DC_MODE_ADDRESS;
		if (*crossing->said)
			return DC_MODE_ARRAY;
		return mode_of_pointer(crossing, value);
	default:
		return refuse(crossing, "is neither a number nor a pointer");
	}
}

static void add_argument(const struct crossing *crossing, const struct dc_value *value,
			 const char *count)
{
	struct dc_argument argument = {.mode = mode_of(crossing, value)};

	if (argument.mode == DC_MODE_ARRAY)
		argument.count = count;
	dc_vec_push(&crossing->ret->arguments, argument);
}

static void set_result(const struct crossing *crossing, const struct dc_value *value)
{
	bool was_whole = !crossing->ret->gap;

	crossing->ret->result =
		value->kind == DC_VALUE_POINTER ? DC_MODE_ADDRESS : mode_of(crossing, value);
	if (was_whole && crossing->ret->gap)
		crossing->ret->gap_argument = crossing->ret->arguments.len;
}

const struct dc_rule_entry *dc_data_entry(const struct dc_data *data,
					  const struct dc_definition *definition)
{
	const struct dc_rule_entry *entry = dc_rules_entry(&data->annotations, definition->name);
	int function = dc_graph_function(data->graph, definition->name);
	const struct dc_entry_point *point;

	if (entry)
		return entry;
	dc_vec_each (point, &data->graph->entry_points)
		if ((int)point->function == function && !entry)
			entry = dc_rules_entry(data->rules, point->via);
	return entry;
}

/* A count with $0, $1 ... replaced by the names of parameters; definition NULL: a function of the
 * kernel, whose parameters are a0, a1 ... in what is generated. */
const char *dc_data_expand(const struct dc_data *data, const struct dc_definition *definition,
			   const char *text)
{
	size_t count = definition ? definition->parameters.len : 10;
	const char *done = "";

	for (; *text; text++) {
		size_t index = (size_t)(text[0] == '$' ? text[1] - '0' : 10);

		if (index < count) {
			const char *name = definition
						   ? definition->parameters.at[index].name
						   : dc_arena_printf(data->arena, "a%zu", index);

			done = dc_arena_printf(data->arena, "%s%s", done, name);
			text++;
		} else {
			done = dc_arena_printf(data->arena, "%s%c", done, *text);
		}
	}
	return done;
}

void dc_data_signature(const struct dc_data *data, const struct dc_definition *definition,
		       struct dc_signature *ret)
{
	const struct dc_rule_entry *entry = dc_data_entry(data, definition);
	struct crossing crossing = {.data = data, .ret = ret};
	size_t i;

	*ret = (struct dc_signature){0};
	for (i = 0; i < definition->parameters.len; i++) {
		const struct dc_parameter *parameter = &definition->parameters.at[i];

		crossing.what = dc_arena_printf(data->arena, "its parameter '%s' (%s:%u)",
						parameter->name, definition->file,
						definition->first_line);
		crossing.said = entry && i < entry->arguments.len ? entry->arguments.at[i] : "";
		add_argument(&crossing, &parameter->value,
			     dc_data_expand(data, definition, crossing.said));
	}
	crossing.what = dc_arena_printf(data->arena, "its result (%s:%u)", definition->file,
					definition->first_line);
	crossing.said = "";
	set_result(&crossing, &definition->result_value);
}

void dc_data_kernel_signature(const struct dc_data *data, const struct dc_prototype *prototype,
			      const struct dc_rule *rule, struct dc_signature *ret)
{
	struct crossing crossing = {.data = data, .ret = ret, .of_kernel = true};
	size_t i;

	*ret = (struct dc_signature){0};
	crossing.what = "it";
	if (prototype->is_variadic)
		refuse(&crossing, "takes a variable number of arguments");
	for (i = 0; i < prototype->parameters.len; i++) {
		crossing.what = dc_arena_printf(data->arena, "argument %zu of %s", i,
						prototype->name);
		crossing.said = i < rule->arguments.len ? rule->arguments.at[i] : "";
		add_argument(&crossing, &prototype->parameters.at[i],
			     dc_data_expand(data, NULL, crossing.said));
	}
	crossing.what = dc_arena_printf(data->arena, "the result of %s", prototype->name);
	crossing.said = "";
	set_result(&crossing, &prototype->result);
}

/* Constraints */

static void pin(const struct dc_data *data, struct dc_lower_given *ret, const char *function,
		const char *reason)
{
	dc_vec_push(&ret->pins,
		    (struct dc_lower_pin){.function = dc_arena_strdup(data->arena, function),
					  .reason = reason});
}

static void group(const struct dc_data *data, struct dc_lower_given *ret, const char *one,
		  const char *other, const char *reason)
{
	dc_vec_push(&ret->groups,
		    (struct dc_lower_group){.functions = {dc_arena_strdup(data->arena, one),
							  dc_arena_strdup(data->arena, other)},
					    .reason = reason});
}

/* A function that cannot be called across is on the side of all who call it. */
static void constrain_callers(const struct dc_data *data, const struct dc_definition *definition,
			      const char *why, struct dc_lower_given *ret)
{
	int function = dc_graph_function(data->graph, definition->name);
	const struct dc_entry_point *point;
	const struct dc_call *call;
	const char *last = NULL;

	dc_vec_each (point, &data->graph->entry_points)
		if ((int)point->function == function) {
			pin(data, ret, definition->name,
			    dc_arena_printf(data->arena, "the kernel calls it and %s", why));
			break;
		}
	dc_vec_each (call, &data->graph->calls) {
		const char *caller = data->graph->functions.at[call->caller].name;

		if (call->kind == DC_CALL_KERNEL || (int)call->callee != function ||
		    !dc_call_counts(call) || caller == last)
			continue;
		last = caller;
		group(data, ret, definition->name, caller,
		      dc_arena_printf(data->arena, "%s calls %s and %s", caller, definition->name,
				      why));
	}
}

static void constrain_crossings(const struct dc_data *data, struct dc_lower_given *ret)
{
	const struct dc_definition *definition;

	dc_vec_each (definition, &data->source->definitions) {
		struct dc_signature signature;

		dc_data_signature(data, definition, &signature);
		if (signature.gap)
			constrain_callers(data, definition, signature.gap, ret);
		dc_vec_done(&signature.arguments);
	}
}

/* Why a function that looks into a structure of the kernel cannot be in a process, or NULL. */
static const char *record_gap(const struct dc_data *data, const char *record)
{
	const struct dc_type_rule *rule = dc_rules_type(data->rules, record);

	if (listed(data, record))
		return NULL;
	if (!rule)
		return dc_arena_printf(data->arena,
				       "looks into struct %s, for which there is no rule", record);
	if (rule->class == DC_TYPE_NONE)
		return dc_arena_printf(data->arena, "looks into struct %s: %s", record, rule->why);
	return NULL;
}

static bool is_link(const struct dc_rules *rules, const char *record, const char *field)
{
	const struct dc_pointer_rule *pointer;

	dc_vec_each (pointer, &rules->pointers)
		if (!strcmp(pointer->record, record) && !strcmp(pointer->field, field))
			return true;
	return false;
}

static void constrain_use(const struct dc_data *data, const struct dc_type_use *use,
			  struct dc_lower_given *ret)
{
	const char *name = data->graph->functions.at[use->function].name;
	const char *gap = record_gap(data, use->type);
	size_t i;

	if (gap)
		pin(data, ret, name, gap);
	for (i = 0; i < use->writes_count; i++)
		if (is_link(&data->annotations, use->type, use->writes[i]) ||
		    is_link(data->rules, use->type, use->writes[i]))
			pin(data, ret, name,
			    dc_arena_printf(data->arena,
					    "sets %s.%s, which leads to memory of both sides",
					    use->type, use->writes[i]));
}

/* Structures of the driver's own that are no objects: all who look into them are on one side. */
static void constrain_types(const struct dc_data *data, struct dc_lower_given *ret)
{
	const struct dc_type_use *use, *first;

	dc_vec_each (use, &data->graph->types) {
		const struct dc_layout *layout =
			dc_layout_find(&data->source->layouts, use->type);

		if (!layout || !layout->of_driver || listed(data, use->type)) {
			constrain_use(data, use, ret);
			continue;
		}
		dc_vec_each (first, &data->graph->types)
			if (!strcmp(first->type, use->type))
				break;
		if (first != use)
			group(data, ret, data->graph->functions.at[first->function].name,
			      data->graph->functions.at[use->function].name,
			      dc_arena_printf(data->arena,
					      "both look into struct %s of the driver, which is no "
					      "object",
					      use->type));
	}
}

/* What a function's uses of the kernel mean for data: inline functions that it brings along, and
 * downcalls whose arguments must cross. */
static void constrain_kernel_use(const struct dc_data *data, const struct dc_definition *definition,
				 const struct dc_use *use, struct dc_lower_given *ret)
{
	const struct dc_inline_use *inlined;
	const struct dc_prototype *prototype;
	struct dc_signature signature;
	const struct dc_rule *rule;
	const char *name, *gap;
	bool is_free;

	rule = dc_rules_answer(data->rules, data->graph, use, &name, &is_free);
	prototype = dc_prototype_find(&data->source->layouts, name);
	if (is_free || (rule && rule->as_is)) {
		dc_vec_each (inlined, &data->source->layouts.inlines) {
			gap = strcmp(inlined->function, name) != 0
				      ? NULL
				      : record_gap(data, inlined->record);
			if (gap)
				pin(data, ret, definition->name,
				    dc_arena_printf(data->arena, "uses %s at %s:%u, which %s", name,
						    definition->file, use->line, gap));
		}
		return;
	}
	if (!rule || !prototype || (rule->class != DC_RULE_ANY && rule->class != DC_RULE_CALLER))
		return;
	dc_data_kernel_signature(data, prototype, rule, &signature);
	if (signature.gap)
		pin(data, ret, definition->name,
		    dc_arena_printf(data->arena, "uses %s at %s:%u: %s", name, definition->file,
				    use->line, signature.gap));
	dc_vec_done(&signature.arguments);
}

void dc_data_constraints(const struct dc_data *data, struct dc_lower_given *ret)
{
	const struct dc_definition *definition;
	const struct dc_use *use;

	constrain_crossings(data, ret);
	constrain_types(data, ret);
	dc_vec_each (definition, &data->source->definitions)
		dc_vec_each (use, &definition->uses)
			constrain_kernel_use(data, definition, use, ret);
}
