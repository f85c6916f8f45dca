/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the arguments and the result of a function cross. The type decides, unless a rule or an
 * annotation has a row about the function. A signature with an argument that neither explains says
 * why the function cannot cross.
 */
#include "marshal/signature.h"

#include <stdlib.h>
#include <string.h>

static enum dc_type_class class_of(const struct dc_marshal *marshal, const char *record)
{
	const struct dc_type_rule *rule = dc_rules_type(marshal->rules, record);

	return rule ? rule->class : DC_TYPE_CLASSES;
}

/* A parameter or result whose mode is to be found. */
struct crossing {
	const struct dc_marshal *marshal;
	const char *subject; /* "bytes of e1000_get_eeprom" */
	const char *annotation; /* by a rule or annotation, or "" */
	bool of_kernel;
	struct dc_signature *ret;
};

static enum dc_mode refuse(const struct crossing *crossing, const char *why)
{
	if (!crossing->ret->refusal)
		crossing->ret->refusal =
			dc_arena_printf(crossing->marshal->arena, "%s %s", crossing->subject, why);
	return DC_MODE_WORD;
}

static enum dc_mode mode_of_record(const struct crossing *crossing, const char *record)
{
	const struct dc_marshal *marshal = crossing->marshal;
	const struct dc_layout *layout = dc_layout_find(&marshal->source->layouts, record);

	if (dc_marshal_is_object(marshal, record))
		return DC_MODE_ADDRESS;
	if (layout && layout->of_driver)
		return refuse(crossing,
			      dc_arena_printf(marshal->arena,
					      "points to struct %s of the driver, which does "
					      "not cross: nothing says which object it "
					      "belongs to",
					      record));
	switch (class_of(marshal, record)) {
	case DC_TYPE_VALUE:
		return layout ? DC_MODE_VALUE : DC_MODE_ADDRESS;
	default:
		return DC_MODE_ADDRESS; /* a function that dereferences it is constrained for that
					 */
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
		return refuse(crossing, "points to memory of unknown length; annotate how much "
					"(docs/formats.md, functions)");
	return refuse(crossing, "points to data of a type that cannot cross yet");
}

static enum dc_mode mode_of(const struct crossing *crossing, const struct dc_value *value)
{
	switch (value->kind) {
	case DC_VALUE_VOID:
	case DC_VALUE_INTEGER:
		return DC_MODE_WORD;
	case DC_VALUE_POINTER:
		if (!strcmp(crossing->annotation, "address"))
			return DC_MODE_ADDRESS;
		if (*crossing->annotation)
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

static void refuse_count(const struct crossing *crossing, size_t count)
{
	if (count > DC_SIGNATURE_MAX)
		refuse(crossing, "takes more than 16 arguments");
}

static void set_result(const struct crossing *crossing, const struct dc_value *value)
{
	crossing->ret->result =
		value->kind == DC_VALUE_POINTER ? DC_MODE_ADDRESS : mode_of(crossing, value);
}

/* The family's rule for a function that is this entry point, or NULL. */
static const struct dc_function_rule *rule_at(const struct dc_marshal *marshal,
					      const struct dc_entry_point *point, int function)
{
	return (int)point->function == function ? dc_rules_function(marshal->rules, point->via)
						: NULL;
}

const struct dc_function_rule *dc_marshal_function_rule(const struct dc_marshal *marshal,
							const struct dc_definition *definition)
{
	const struct dc_function_rule *rule =
		dc_rules_function(&marshal->annotations, definition->name);
	int function = dc_graph_function(marshal->graph, definition->name);
	const struct dc_entry_point *point;

	if (rule)
		return rule;
	dc_vec_each (point, &marshal->graph->entry_points)
		if (!rule)
			rule = rule_at(marshal, point, function);
	return rule;
}

void dc_entry_failure(const struct dc_marshal *marshal, const struct dc_definition *definition,
		      struct dc_failure *ret)
{
	int function = dc_graph_function(marshal->graph, definition->name);
	const struct dc_entry_point *point;

	*ret = (struct dc_failure){0};
	dc_vec_each (point, &marshal->graph->entry_points) {
		const struct dc_function_rule *rule = rule_at(marshal, point, function);

		if (rule && rule->on_failure && !ret->statement)
			ret->statement = dc_signature_expand(marshal, definition, rule->on_failure);
		if (rule && rule->failure_result && !ret->result)
			ret->result =
				dc_signature_expand(marshal, definition, rule->failure_result);
		ret->last_answer |= rule && rule->last_answer;
	}
}

bool dc_entry_is_setter(const struct dc_marshal *marshal, const struct dc_definition *definition)
{
	int function = dc_graph_function(marshal->graph, definition->name);
	const struct dc_entry_point *point;

	dc_vec_each (point, &marshal->graph->entry_points) {
		const struct dc_function_rule *rule = rule_at(marshal, point, function);

		if (rule && rule->setter)
			return true;
	}
	return false;
}

const char *dc_signature_expand(const struct dc_marshal *marshal,
				const struct dc_definition *definition, const char *text)
{
	size_t count = definition ? definition->parameters.len : 10;
	const char *done = "";

	for (; *text; text++) {
		size_t index = (size_t)(text[0] == '$' ? text[1] - '0' : 10);

		if (index < count) {
			const char *name = definition
						   ? definition->parameters.at[index].name
						   : dc_arena_printf(marshal->arena, "a%zu", index);

			done = dc_arena_printf(marshal->arena, "%s%s", done, name);
			text++;
		} else {
			done = dc_arena_printf(marshal->arena, "%s%c", done, *text);
		}
	}
	return done;
}

static void add_parameter(struct crossing *crossing, const struct dc_definition *definition,
			  const struct dc_function_rule *rule, size_t i)
{
	const struct dc_parameter *parameter = &definition->parameters.at[i];
	const struct dc_marshal *marshal = crossing->marshal;

	crossing->subject =
		dc_arena_printf(marshal->arena, "its parameter '%s' (%s:%u)", parameter->name,
				definition->file, definition->first_line);
	crossing->annotation = rule && i < rule->arguments.len ? rule->arguments.at[i] : "";
	add_argument(crossing, &parameter->value,
		     dc_signature_expand(marshal, definition, crossing->annotation));
}

void dc_signature_of_function(const struct dc_marshal *marshal,
			      const struct dc_definition *definition, struct dc_signature *ret)
{
	const struct dc_function_rule *rule = dc_marshal_function_rule(marshal, definition);
	struct crossing crossing = {.marshal = marshal, .ret = ret};
	size_t i;

	*ret = (struct dc_signature){0};
	crossing.subject = "it";
	refuse_count(&crossing, definition->parameters.len);
	for (i = 0; i < definition->parameters.len; i++)
		add_parameter(&crossing, definition, rule, i);
	crossing.subject = dc_arena_printf(marshal->arena, "its result (%s:%u)", definition->file,
					   definition->first_line);
	crossing.annotation = "";
	set_result(&crossing, &definition->result_value);
}

const char *dc_signature_parameter_refusal(const struct dc_marshal *marshal,
					   const struct dc_definition *definition, size_t i)
{
	struct dc_signature signature = {0};
	struct crossing crossing = {.marshal = marshal, .ret = &signature};

	add_parameter(&crossing, definition, dc_marshal_function_rule(marshal, definition), i);
	dc_vec_done(&signature.arguments);
	return signature.refusal;
}

void dc_signature_of_kernel(const struct dc_marshal *marshal, const struct dc_prototype *prototype,
			    const struct dc_rule *rule, struct dc_signature *ret)
{
	struct crossing crossing = {.marshal = marshal, .ret = ret, .of_kernel = true};
	size_t i;

	*ret = (struct dc_signature){0};
	crossing.subject = "it";
	if (prototype->is_variadic)
		refuse(&crossing, "takes a variable number of arguments");
	refuse_count(&crossing, prototype->parameters.len);
	for (i = 0; i < prototype->parameters.len; i++) {
		crossing.subject =
			dc_arena_printf(marshal->arena, "argument %zu of %s", i, prototype->name);
		crossing.annotation = i < rule->arguments.len ? rule->arguments.at[i] : "";
		add_argument(&crossing, &prototype->parameters.at[i],
			     dc_signature_expand(marshal, NULL, crossing.annotation));
	}
	crossing.subject = dc_arena_printf(marshal->arena, "the result of %s", prototype->name);
	crossing.annotation = "";
	set_result(&crossing, &prototype->result);
}
