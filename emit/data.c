/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How arguments cross, and what keeps a function from it. Fields of objects: data_types.c. */
#include "emit/data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* Objects */

bool dc_data_is_object(const struct dc_data *data, const char *record)
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

	if (!layout || dc_data_is_object(data, record))
		return;
	dc_vec_push(&data->objects, layout->name);
	dc_vec_each (field, &layout->fields)
		if (field->value.kind == DC_VALUE_RECORD)
			add_object(data, field->value.record);
}

const struct dc_layout_field *dc_data_field(const struct dc_data *data, const char *record,
					    const char *name)
{
	const struct dc_layout *layout = dc_layout_find(&data->source->layouts, record);
	const struct dc_layout_field *field;

	if (!layout)
		return NULL;
	dc_vec_each (field, &layout->fields)
		if (!strcmp(field->name, name))
			return field;
	return NULL;
}

bool dc_data_is_count(const struct dc_layout_field *field)
{
	return field->value.kind == DC_VALUE_INTEGER && !field->bits && !field->dimensions;
}

bool dc_data_is_list(const struct dc_data *data, const struct dc_value *value)
{
	const struct dc_type_rule *rule =
		value->kind == DC_VALUE_RECORD ? dc_rules_type(data->rules, value->record) : NULL;

	return rule && rule->class == DC_TYPE_LIST;
}

const struct dc_global *dc_data_global(const struct dc_data *data,
				       const struct dc_variable *variable)
{
	const struct dc_global *global;

	dc_vec_each (global, &data->graph->globals) {
		size_t len = strcspn(global->name, "@");

		if (!strcmp(global->file, variable->file) && strlen(variable->name) == len &&
		    !strncmp(global->name, variable->name, len))
			return global;
	}
	return NULL;
}

static const struct dc_pointer_rule *find_pointer(const struct dc_rules *rules, const char *record,
						  const char *field)
{
	const struct dc_pointer_rule *pointer;

	dc_vec_each (pointer, &rules->pointers)
		if (!strcmp(pointer->record, record) && !strcmp(pointer->field, field))
			return pointer;
	return NULL;
}

const struct dc_pointer_rule *dc_data_pointer(const struct dc_data *data, const char *record,
					      const char *field)
{
	const struct dc_pointer_rule *said = find_pointer(&data->annotations, record, field);

	return said ? said : find_pointer(data->rules, record, field);
}

static const struct dc_pointer_rule *find_list(const struct dc_rules *rules, const char *record,
					       const char *field)
{
	const struct dc_pointer_rule *pointer;

	dc_vec_each (pointer, &rules->pointers)
		if (pointer->list_record &&
		    ((!strcmp(pointer->record, record) && !strcmp(pointer->field, field)) ||
		     (!strcmp(pointer->list_record, record) &&
		      !strcmp(pointer->list_field, field))))
			return pointer;
	return NULL;
}

const struct dc_pointer_rule *dc_data_list(const struct dc_data *data, const char *record,
					   const char *field)
{
	const struct dc_pointer_rule *list = find_list(&data->annotations, record, field);

	return list ? list : find_list(data->rules, record, field);
}

static void add_targets(struct dc_data *data, const struct dc_rules *rules)
{
	const struct dc_pointer_rule *pointer;

	dc_vec_each (pointer, &rules->pointers) {
		const struct dc_layout_field *field =
			dc_data_field(data, pointer->record, pointer->field);

		if (field && pointer->list_record)
			add_object(data, pointer->list_record);
		else if (field && field->value.record)
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

/* Recovery */

unsigned dc_data_private_base(const struct dc_data *data, const struct dc_private_rule *private)
{
	const struct dc_layout *layout = dc_layout_find(&data->source->layouts, private->of);
	const struct dc_type_rule *rule = dc_rules_type(data->rules, private->of);
	unsigned to = rule ? rule->private_align : 8;

	return to ? (layout->size + to - 1) / to * to : layout->size;
}

bool dc_data_recovery(const struct dc_data *data, const struct dc_recovery_rule *rule,
		      struct dc_recovery *ret)
{
	const struct dc_definition *definition = dc_source_find(data->source, rule->function);
	const struct dc_private_rule *private;
	const struct dc_type_rule *type;
	const struct dc_value *value;

	if (!definition || definition->parameters.len != 1)
		return false;
	value = &definition->parameters.at[0].value;
	if (value->kind != DC_VALUE_POINTER || value->to != DC_VALUE_RECORD)
		return false;
	*ret = (struct dc_recovery){.definition = definition, .type = value->record};
	dc_vec_each (private, &data->annotations.privates)
		if (!strcmp(private->type, value->record) &&
		    dc_layout_find(&data->source->layouts, private->of)) {
			ret->type = private->of;
			ret->base = dc_data_private_base(data, private);
			return true;
		}
	type = dc_rules_type(data->rules, value->record);
	return type && type->class == DC_TYPE_OBJECT;
}

/* Checks */

static int check_list(struct dc_diag *diag, const struct dc_data *data,
		      const struct dc_pointer_rule *pointer)
{
	const struct dc_layout_field *head = dc_data_field(data, pointer->record, pointer->field);
	const struct dc_layout_field *node =
		dc_data_field(data, pointer->list_record, pointer->list_field);
	const struct dc_layout_field *lock = dc_data_field(data, pointer->record, pointer->lock);
	const struct dc_type_rule *rule = lock && lock->value.kind == DC_VALUE_RECORD
						  ? dc_rules_type(data->rules, lock->value.record)
						  : NULL;

	if (head && head->count != 1)
		return dc_error(diag, -EINVAL, DC_FILE(data->path),
				"pointers: '%s' of struct %s is an array of lists' heads, and such "
				"lists cannot cross yet",
				pointer->field, pointer->record);
	if (!head || !dc_data_is_list(data, &head->value))
		return dc_error(diag, -EINVAL, DC_FILE(data->path),
				"pointers: no list's head '%s' is in struct %s", pointer->field,
				pointer->record);
	if (!node || !dc_data_is_list(data, &node->value))
		return dc_error(diag, -EINVAL, DC_FILE(data->path),
				"pointers: no list's node '%s' is in struct %s",
				pointer->list_field, pointer->list_record);
	if (strcmp(pointer->lock, "caller") != 0 && !(rule && rule->is_lock))
		return dc_error(diag, -EINVAL, DC_FILE(data->path),
				"pointers: no mutex '%s' is in struct %s; of a lock that all "
				"callers hold say \"caller\"",
				pointer->lock, pointer->record);
	return 0;
}

static bool is_positive_number(const char *text)
{
	char *end;

	return *text != '-' && strtoul(text, &end, 0) > 0 && !*end;
}

/* How much a pointer leads to: of plain memory bytes, of structures elements. */
static int check_count(struct dc_diag *diag, const struct dc_data *data,
		       const struct dc_pointer_rule *pointer, const struct dc_layout_field *field)
{
	const struct dc_layout_field *other = dc_data_field(data, pointer->record, pointer->count);

	if (is_positive_number(pointer->count))
		return 0;
	if (field->value.to != DC_VALUE_RECORD)
		return !strcmp(pointer->count, "string")
			       ? 0
			       : dc_error(diag, -EINVAL, DC_FILE(data->path),
					  "pointers: how much '%s' of struct %s points to is "
					  "\"string\" or a number of bytes, not '%s': it leads to "
					  "no structure",
					  pointer->field, pointer->record, pointer->count);
	if (other && dc_data_is_count(other))
		return 0;
	return dc_error(diag, -EINVAL, DC_FILE(data->path),
			"pointers: how many elements '%s' of struct %s points to is a number above "
			"0 or an integer field of the same structure, not '%s'",
			pointer->field, pointer->record, pointer->count);
}

static int check_pointer(struct dc_diag *diag, const struct dc_data *data,
			 const struct dc_pointer_rule *pointer)
{
	const struct dc_layout_field *field = dc_data_field(data, pointer->record, pointer->field);

	if (!dc_layout_find(&data->source->layouts, pointer->record))
		return dc_error(diag, -EINVAL, DC_FILE(data->path),
				"pointers: the driver uses no structure '%s'", pointer->record);
	if (pointer->list_record)
		return check_list(diag, data, pointer);
	if (!field || field->value.kind != DC_VALUE_POINTER)
		return dc_error(diag, -EINVAL, DC_FILE(data->path),
				"pointers: no pointer '%s' is in struct %s", pointer->field,
				pointer->record);
	return check_count(diag, data, pointer, field);
}

/* A number that has a place of its own; a function's address too, if it is one of a list. */
static int check_check(struct dc_diag *diag, const struct dc_data *data,
		       const struct dc_check_rule *check)
{
	const struct dc_layout *layout = dc_layout_find(&data->source->layouts, check->record);
	const struct dc_layout_field *field;

	if (!layout)
		return dc_error(diag, -EINVAL, DC_FILE(data->path),
				"checks: the driver uses no structure '%s'", check->record);
	dc_vec_each (field, &layout->fields) {
		bool is_number = field->value.kind == DC_VALUE_INTEGER;

		if (strcmp(field->name, check->field) != 0)
			continue;
		if ((is_number || (field->value.is_code && !check->low)) && field->path &&
		    !field->bits && !field->dimensions)
			return 0;
		return dc_error(diag, -EINVAL, DC_FILE(data->path),
				"checks: '%s' of struct %s is no number of its own, or a bit field",
				check->field, check->record);
	}
	return dc_error(diag, -EINVAL, DC_FILE(data->path), "checks: no field '%s' is in struct %s",
			check->field, check->record);
}

/* "STRUCTURE.FIELD" or "STRUCTURE.*" */
static int check_read(struct dc_diag *diag, const struct dc_data *data, const char *function,
		      const char *text)
{
	const char *dot = strchr(text, '.');
	const char *record = dc_arena_strndup(data->arena, text, (size_t)(dot - text));

	if (!dc_layout_find(&data->source->layouts, record))
		return dc_error(diag, -EINVAL, DC_FILE(data->path),
				"functions: %s reads '%s', but the driver uses no structure '%s'",
				function, text, record);
	if (strcmp(dot + 1, "*") != 0 && !dc_data_field(data, record, dot + 1))
		return dc_error(diag, -EINVAL, DC_FILE(data->path),
				"functions: %s reads '%s', but no field '%s' is in struct %s",
				function, text, dot + 1, record);
	return 0;
}

static int check_function(struct dc_diag *diag, const struct dc_data *data,
			  const struct dc_rule_entry *entry)
{
	const struct dc_definition *definition = dc_source_find(data->source, entry->name);
	size_t i;
	int err = 0;

	if (!definition)
		return dc_error(diag, -EINVAL, DC_FILE(data->path),
				"functions: the driver has no function '%s'", entry->name);
	if (entry->arguments.len > definition->parameters.len)
		return dc_error(diag, -EINVAL, DC_FILE(data->path),
				"functions: %s has %zu parameters, not %zu", entry->name,
				definition->parameters.len, entry->arguments.len);
	if (entry->ends_argument >= (int)definition->parameters.len)
		return dc_error(diag, -EINVAL, DC_FILE(data->path),
				"functions: %s has %zu parameters, so none of number %d (from 0) "
				"for ends_argument",
				entry->name, definition->parameters.len, entry->ends_argument);
	for (i = 0; i < entry->reads.len && !err; i++)
		err = check_read(diag, data, entry->name, entry->reads.at[i]);
	return err;
}

/* The kernel's structure need not show in this driver's source, if the rules know it. */
static int check_private(struct dc_diag *diag, const struct dc_data *data,
			 const struct dc_private_rule *private)
{
	const struct dc_type_rule *rule = dc_rules_type(data->rules, private->of);
	const char *absent = NULL;

	if (!dc_layout_find(&data->source->layouts, private->type))
		absent = private->type;
	else if (!(rule && rule->class == DC_TYPE_OBJECT) &&
		 !dc_layout_find(&data->source->layouts, private->of))
		absent = private->of;
	if (!absent)
		return 0;
	return dc_error(diag, -EINVAL, DC_FILE(data->path),
			"privates: the driver uses no structure '%s'", absent);
}

static int check_annotations(struct dc_diag *diag, const struct dc_data *data)
{
	const struct dc_pointer_rule *pointer;
	const struct dc_rule_entry *entry;
	const struct dc_private_rule *private;
	const struct dc_recovery_rule *recovery;
	struct dc_recovery found;
	const struct dc_check_rule *check;
	int err = 0;

	dc_vec_each (entry, &data->annotations.entries)
		if (!err)
			err = check_function(diag, data, entry);
	dc_vec_each (private, &data->annotations.privates)
		if (!err)
			err = check_private(diag, data, private);
	dc_vec_each (recovery, &data->annotations.recoveries)
		if (!err && !dc_data_recovery(data, recovery, &found))
			err = dc_error(diag, -EINVAL, DC_FILE(data->path),
				       "recovery: the driver has no function '%s' that takes one "
				       "pointer to an object",
				       recovery->function);
	dc_vec_each (pointer, &data->annotations.pointers)
		if (!err)
			err = check_pointer(diag, data, pointer);
	dc_vec_each (check, &data->annotations.checks)
		if (!err)
			err = check_check(diag, data, check);
	return err;
}

int dc_data_open(struct dc_diag *diag, struct dc_arena *arena, const struct dc_rules *rules,
		 const struct dc_source *source, const struct dc_graph *graph, const char *folder,
		 struct dc_data *ret)
{
	const char *path = dc_arena_printf(arena, "%s/annotations.json", folder);
	struct dc_data data = {
		.arena = arena, .rules = rules, .source = source, .graph = graph, .path = path};
	int err = dc_annotations_open(diag, path, &data.annotations);

	if (!err)
		err = check_annotations(diag, &data);
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

	if (dc_data_is_object(data, record))
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

const char *dc_data_missed(const struct dc_data *data, const struct dc_definition *definition)
{
	int function = dc_graph_function(data->graph, definition->name);
	const struct dc_entry_point *point;

	dc_vec_each (point, &data->graph->entry_points) {
		const struct dc_rule_entry *entry =
			(int)point->function == function ? dc_rules_entry(data->rules, point->via)
							 : NULL;

		if (entry && entry->missed)
			return dc_data_expand(data, definition, entry->missed);
	}
	return NULL;
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
			const char *name = definition ? definition->parameters.at[index].name
						      : dc_arena_printf(data->arena, "a%zu", index);

			done = dc_arena_printf(data->arena, "%s%s", done, name);
			text++;
		} else {
			done = dc_arena_printf(data->arena, "%s%c", done, *text);
		}
	}
	return done;
}

static void add_parameter(struct crossing *crossing, const struct dc_definition *definition,
			  const struct dc_rule_entry *entry, size_t i)
{
	const struct dc_parameter *parameter = &definition->parameters.at[i];
	const struct dc_data *data = crossing->data;

	crossing->what = dc_arena_printf(data->arena, "its parameter '%s' (%s:%u)", parameter->name,
					 definition->file, definition->first_line);
	crossing->said = entry && i < entry->arguments.len ? entry->arguments.at[i] : "";
	add_argument(crossing, &parameter->value, dc_data_expand(data, definition, crossing->said));
}

void dc_data_signature(const struct dc_data *data, const struct dc_definition *definition,
		       struct dc_signature *ret)
{
	const struct dc_rule_entry *entry = dc_data_entry(data, definition);
	struct crossing crossing = {.data = data, .ret = ret};
	size_t i;

	*ret = (struct dc_signature){0};
	for (i = 0; i < definition->parameters.len; i++)
		add_parameter(&crossing, definition, entry, i);
	crossing.what = dc_arena_printf(data->arena, "its result (%s:%u)", definition->file,
					definition->first_line);
	crossing.said = "";
	set_result(&crossing, &definition->result_value);
}

const char *dc_data_parameter_gap(const struct dc_data *data,
				  const struct dc_definition *definition, size_t i)
{
	struct dc_signature signature = {0};
	struct crossing crossing = {.data = data, .ret = &signature};

	add_parameter(&crossing, definition, dc_data_entry(data, definition), i);
	dc_vec_done(&signature.arguments);
	return signature.gap;
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
		crossing.what =
			dc_arena_printf(data->arena, "argument %zu of %s", i, prototype->name);
		crossing.said = i < rule->arguments.len ? rule->arguments.at[i] : "";
		add_argument(&crossing, &prototype->parameters.at[i],
			     dc_data_expand(data, NULL, crossing.said));
	}
	crossing.what = dc_arena_printf(data->arena, "the result of %s", prototype->name);
	crossing.said = "";
	set_result(&crossing, &prototype->result);
}
