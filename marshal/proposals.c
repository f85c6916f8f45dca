/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Proposals about functions and lists. How much a parameter points to is sure if all code that
 * looks there is seen and bounded, and either each call looks so far or all callers pass so much.
 */
#include "marshal/proposals.h"

#include <stdlib.h>
#include <string.h>

#include "marshal/evidence.h"

const char *dc_untracked_struct(const struct dc_marshal *marshal, const struct dc_value *value)
{
	const struct dc_layout *layout =
		value->kind == DC_VALUE_POINTER && value->to == DC_VALUE_RECORD
			? dc_layout_find(&marshal->source->layouts, value->record)
			: NULL;

	if (!layout || !layout->of_driver || dc_marshal_is_object(marshal, layout->name))
		return NULL;
	return layout->name;
}

/* Names of parameters and fields that count elements; the likeliest first. */
static const char *const lengths[] = {"count", "len",  "length", "words",
				      "bytes", "size", "num",	 "n"};

#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))

/* Arguments */

/* How much a parameter points to. */
struct amount {
	const char *text; /* of the row; NULL: nothing is to be proposed */
	bool sure;
	const char *evidence;
	const struct dc_evidence *at; /* or NULL */
};

static struct amount amount(const char *text, bool sure, const char *evidence,
			    const struct dc_evidence *at)
{
	return (struct amount){text, sure, evidence, at};
}

static const char *length_beside(const struct dc_definition *definition)
{
	const struct dc_parameter *at;
	size_t name;

	for (name = 0; name < LENGTHS; name++)
		dc_vec_each (at, &definition->parameters)
			if (at->value.kind == DC_VALUE_INTEGER && !strcmp(at->name, lengths[name]))
				return at->name;
	return NULL;
}

/* A guess by names and types. use: what shows that it is no more than that, or NULL. */
static struct amount guess(const struct dc_marshal *marshal, const struct dc_definition *definition,
			   size_t i, const struct dc_evidence *use)
{
	const struct dc_value *value = &definition->parameters.at[i].value;
	const char *beside = length_beside(definition), *text, *why;
	unsigned size = value->to_size ? value->to_size : 1;
	long long farthest = 0;

	dc_evidence_farthest(marshal, dc_pointer_of_parameter(marshal, definition->name, i),
			     &farthest);
	text = dc_arena_printf(marshal->arena, "%lld",
			       farthest > size ? (farthest + size - 1) / size : 1);

	if (beside)
		text = beside;
	else if (value->to_char)
		text = dc_arena_printf(marshal->arena, "strlen($%zu) + 1", i);
	else if (value->to == DC_VALUE_VOID && (!farthest || (use && use->record)))
		text = "address";
	why = use ? dc_arena_printf(marshal->arena, "nothing shows how far this looks: %s",
				    dc_evidence_words(marshal, use))
		  : "no code that is read looks there";
	if (beside)
		why = dc_arena_printf(marshal->arena, "by the name of '%s' only; %s", beside, why);
	return amount(text, false, why, use);
}

/* A number of elements as C: bytes + each * times, divided by the size of an element; NULL: it does
 * not divide. */
static const char *elements_text(const struct dc_marshal *marshal, const struct dc_extent *extent,
				 unsigned size)
{
	long long each = extent->each / size, more = extent->bytes / size;

	if (!extent->times)
		return dc_arena_printf(marshal->arena, "%lld", (extent->bytes + size - 1) / size);
	if (extent->each % size || extent->bytes % size || each < 1)
		return NULL;
	if (each > 1 && more)
		return dc_arena_printf(marshal->arena, "%lld * %s + %lld", each, extent->times,
				       more);
	if (each > 1)
		return dc_arena_printf(marshal->arena, "%lld * %s", each, extent->times);
	return more ? dc_arena_printf(marshal->arena, "%s + %lld", extent->times, more)
		    : extent->times;
}

/* "STRUCT.FIELD" by way of the only parameter that points to such a structure, or NULL. */
static const char *through_parameter(const struct dc_marshal *marshal,
				     const struct dc_definition *definition, const char *field)
{
	const char *dot = strchr(field, '.'), *found = NULL;
	size_t len = (size_t)(dot - field), i;

	for (i = 0; i < definition->parameters.len; i++) {
		const struct dc_value *value = &definition->parameters.at[i].value;

		if (value->kind != DC_VALUE_POINTER || !value->record ||
		    strlen(value->record) != len || strncmp(value->record, field, len) != 0)
			continue;
		if (found)
			return NULL;
		found = dc_arena_printf(marshal->arena, "$%zu->%s", i, dot + 1);
	}
	return found;
}

static struct amount amount_of_times(const struct dc_marshal *marshal,
				     const struct dc_definition *definition, size_t i,
				     const struct dc_uses *uses, unsigned size)
{
	struct dc_extent extent = uses->extent;
	bool of_field = strchr(extent.times, '.') != NULL;
	const char *text;

	if (of_field)
		extent.times = through_parameter(marshal, definition, extent.times);
	if (!uses->certain && extent.bytes > 0)
		extent.bytes = 0; /* x[i + 1] where there is one: rather the length alone */
	text = extent.times ? elements_text(marshal, &extent, size) : NULL;
	if (!text)
		return guess(marshal, definition, i, uses->by);
	if (of_field)
		return amount(text, false,
			      dc_arena_printf(marshal->arena,
					      "%s, but the field may change before that",
					      dc_evidence_words(marshal, uses->by)),
			      uses->by);
	if (!uses->certain)
		return amount(text, false,
			      dc_arena_printf(marshal->arena, "%s, but only under a condition",
					      dc_evidence_words(marshal, uses->by)),
			      uses->by);
	return amount(text, true, dc_evidence_words(marshal, uses->by), uses->by);
}

/* Code cannot look farther than what all callers pass, if they all pass the same. */
static bool is_passed(const struct dc_has *has, unsigned size)
{
	return has->known && has->same && !has->least.times && has->least.bytes > 0 &&
	       has->least.bytes % size == 0;
}

static struct amount amount_of_callers(const struct dc_marshal *marshal, const struct dc_has *has,
				       unsigned size)
{
	return amount(elements_text(marshal, &has->least, size), true,
		      dc_arena_printf(marshal->arena, "all callers pass so much: %s",
				      dc_evidence_words(marshal, has->by)),
		      has->by);
}

/* Code looks at a constant number of elements at most. */
static struct amount amount_of_constant(const struct dc_marshal *marshal,
					const struct dc_definition *definition, size_t i,
					const struct dc_uses *uses, unsigned size)
{
	struct dc_has has =
		dc_evidence_has(marshal, dc_pointer_of_parameter(marshal, definition->name, i));
	const char *text = elements_text(marshal, &uses->extent, size);
	const char *words = dc_evidence_words(marshal, uses->by);

	if (uses->certain || uses->extent.bytes <= size)
		return amount(text, true, words, uses->by);
	if (has.known && !has.least.times && has.least.bytes >= uses->extent.bytes)
		return amount(text, true,
			      dc_arena_printf(marshal->arena, "%s; all callers pass so much (%s)",
					      words, dc_evidence_words(marshal, has.by)),
			      uses->by);
	if (is_passed(&has, size))
		return amount_of_callers(marshal, &has, size);
	return amount(text, false,
		      dc_arena_printf(marshal->arena,
				      "%s, but not on every way, and nothing shows that all "
				      "callers pass so much%s%s",
				      words, has.by ? ": " : "",
				      has.by ? dc_evidence_words(marshal, has.by) : ""),
		      uses->by);
}

/* Nobody can say how far code looks; but it cannot be farther than what all callers pass. */
static struct amount amount_of_unknown(const struct dc_marshal *marshal,
				       const struct dc_definition *definition, size_t i,
				       const struct dc_uses *uses, unsigned size)
{
	struct dc_has has =
		dc_evidence_has(marshal, dc_pointer_of_parameter(marshal, definition->name, i));

	return is_passed(&has, size) ? amount_of_callers(marshal, &has, size)
				     : guess(marshal, definition, i, uses->by);
}

static struct amount find_amount(const struct dc_marshal *marshal,
				 const struct dc_definition *definition, size_t i)
{
	struct dc_pointer pointer = dc_pointer_of_parameter(marshal, definition->name, i);
	const struct dc_value *value = &definition->parameters.at[i].value;
	const struct dc_evidence *device = dc_evidence_device(marshal, pointer);
	struct dc_uses uses = dc_evidence_uses(marshal, pointer);
	unsigned size = value->to_size ? value->to_size : 1;

	if (uses.reach == DC_REACHES_NOTHING) /* also not in registers */
		return amount("address", true, "no code looks at what it points to", NULL);
	if (value->to != DC_VALUE_INTEGER && value->to != DC_VALUE_VOID)
		return amount(NULL, false,
			      dc_arena_printf(marshal->arena,
					      "no annotation describes what '%s' points to",
					      definition->parameters.at[i].name),
			      NULL);
	if (device)
		return amount(NULL, false,
			      dc_arena_printf(marshal->arena,
					      "'%s' points to %s (%s), which cannot be copied",
					      definition->parameters.at[i].name,
					      device->kind == DC_EVIDENCE_REGISTERS
						      ? "registers"
						      : "memory that the device uses",
					      dc_evidence_words(marshal, device)),
			      device);
	switch (uses.reach) {
	case DC_REACHES_OBJECT:
		return amount("address", true,
			      dc_arena_printf(marshal->arena, "it points to struct %s: %s",
					      uses.by->record, dc_evidence_words(marshal, uses.by)),
			      uses.by);
	case DC_REACHES_STRING:
		return value->to_char
			       ? amount(dc_arena_printf(marshal->arena, "strlen($%zu) + 1", i),
					true,
					dc_arena_printf(marshal->arena, "a string: %s",
							dc_evidence_words(marshal, uses.by)),
					uses.by)
			       : guess(marshal, definition, i, uses.by);
	case DC_REACHES_EXTENT:
		return uses.extent.times ? amount_of_times(marshal, definition, i, &uses, size)
					 : amount_of_constant(marshal, definition, i, &uses, size);
	default:
		return amount_of_unknown(marshal, definition, i, &uses, size);
	}
}

static bool is_open(const struct dc_marshal *marshal, const struct dc_definition *definition,
		    size_t i)
{
	return dc_signature_parameter_refusal(marshal, definition, i) &&
	       definition->parameters.at[i].value.kind == DC_VALUE_POINTER &&
	       !dc_untracked_struct(marshal, &definition->parameters.at[i].value);
}

/* Adds the amount of one parameter to the proposal. */
static void add_amount(const struct dc_marshal *marshal, const struct dc_definition *definition,
		       size_t i, const struct amount *found, struct dc_proposal *proposal)
{
	const char *name = definition->parameters.at[i].name;
	bool worse = proposal->sure && !found->sure;

	proposal->what = dc_arena_printf(marshal->arena, "%s%s%s", proposal->what,
					 *proposal->what ? ", " : "", name);
	proposal->evidence =
		dc_arena_printf(marshal->arena, "%s%s%s: %s", proposal->evidence,
				*proposal->evidence ? "; " : "", name, found->evidence);
	if (!proposal->why)
		proposal->why = dc_signature_parameter_refusal(marshal, definition, i);
	if (found->at && worse) { /* the place to look at */
		proposal->file = dc_arena_strdup(marshal->arena, found->at->file);
		proposal->line = found->at->line;
	}
	proposal->sure &= found->sure;
}

/* The texts of a row's "arguments"; false: it cannot be complete. */
static bool find_arguments(const struct dc_marshal *marshal, const struct dc_definition *definition,
			   struct dc_proposal *proposal, const char **ret_texts)
{
	const struct dc_function_rule *rule = dc_marshal_function_rule(marshal, definition);
	const char *texts = "";
	size_t i, last = 0;
	bool complete = true;

	for (i = 0; i < definition->parameters.len; i++)
		if (is_open(marshal, definition, i) || (rule && i < rule->arguments.len))
			last = i;
	for (i = 0; i <= last; i++) {
		const char *text = rule && i < rule->arguments.len ? rule->arguments.at[i] : "";

		if (is_open(marshal, definition, i)) {
			struct amount found = find_amount(marshal, definition, i);

			add_amount(marshal, definition, i, &found, proposal);
			complete &= found.text != NULL;
			text = found.text;
		}
		texts = dc_arena_printf(marshal->arena, "%s%s\"%s\"", texts, i ? ", " : "",
					text ? text : "");
	}
	*ret_texts = texts;
	return complete;
}

/* What callers in the driver pass NULL for: the process may do so, too, unless the function looks
 * there under no condition. */
static const char *nullable_text(const struct dc_marshal *marshal,
				 const struct dc_definition *definition)
{
	const struct dc_function_rule *rule = dc_marshal_function_rule(marshal, definition);
	const char *text = "";
	size_t i;

	for (i = 0; i < definition->parameters.len && i < 10; i++) {
		struct dc_pointer at = dc_pointer_of_parameter(marshal, definition->name, i);

		if ((rule && rule->nullable >> i & 1) ||
		    (is_open(marshal, definition, i) && dc_evidence_may_be_null(marshal, at) &&
		     !dc_evidence_uses(marshal, at).certain))
			text = dc_arena_printf(marshal->arena, "%s%s\"$%zu\"", text,
					       *text ? ", " : "", i);
	}
	return *text ? dc_arena_printf(marshal->arena, ", \"nullable\": [%s]", text) : "";
}

bool dc_propose_arguments(const struct dc_marshal *marshal, const struct dc_definition *definition,
			  struct dc_proposal *ret)
{
	const struct dc_function_rule *rule = dc_marshal_function_rule(marshal, definition);
	struct dc_proposal proposal = {
		.kind = DC_PROPOSE_ARGUMENTS,
		.subject = dc_arena_strdup(marshal->arena, definition->name),
		.what = "",
		.file = dc_arena_strdup(marshal->arena, definition->file),
		.line = definition->first_line,
		.section = "functions",
		.evidence = "",
		.sure = true,
	};
	const char *texts;
	bool complete = find_arguments(marshal, definition, &proposal, &texts);

	if (!proposal.why)
		return false;
	if (complete)
		proposal.row = dc_arena_printf(
			marshal->arena, "{\"function\": \"%s\", \"arguments\": [%s]%s%s}",
			definition->name, texts, nullable_text(marshal, definition),
			rule && rule->retry ? ", \"retry\": true" : "");
	*ret = proposal;
	return true;
}

/* Counts */

const char *dc_propose_count(const struct dc_marshal *marshal, const struct dc_layout *layout,
			     const struct dc_layout_field *field)
{
	static const char *const made[][2] = {
		{"num_", ""}, {"n_", ""}, {"nr_", ""}, {"", "_count"}, {"", "_len"}};
	const size_t count = sizeof(made) / sizeof(made[0]);
	const struct dc_layout_field *at;
	size_t i;

	for (i = 0; i < count + LENGTHS; i++) {
		const char *name = i < count ? dc_arena_printf(marshal->arena, "%s%s%s", made[i][0],
							       field->name, made[i][1])
					     : lengths[i - count];

		dc_vec_each (at, &layout->fields)
			if (dc_marshal_is_count(at) && !strcmp(at->name, name))
				return at->name;
	}
	return NULL;
}

/* Lists */

static bool names(const char *const *fields, size_t count, const char *field)
{
	size_t i;

	for (i = 0; i < count && strcmp(fields[i], field) != 0; i++)
		;
	return i < count;
}

static bool function_uses(const struct dc_marshal *marshal, unsigned function, const char *record,
			  const char *field)
{
	const struct dc_type_use *use;

	dc_vec_each (use, &marshal->graph->types)
		if (use->function == function && !strcmp(use->type, record) &&
		    (names(use->reads, use->reads_count, field) ||
		     names(use->writes, use->writes_count, field) ||
		     names(use->addresses, use->addresses_count, field)))
			return true;
	return false;
}

/* Whether the driver allocates or frees such structures, as it does with the elements of a list. */
static bool is_allocated(const struct dc_marshal *marshal, const char *record)
{
	const struct dc_memory_site *site;
	size_t i;

	dc_vec_each (site, &marshal->graph->memory)
		for (i = 0; i < site->types_count; i++)
			if (!strcmp(site->types[i], record))
				return true;
	return false;
}

/* The list's other end: a field of another structure that functions use together with this one. */
static const char *find_other_end(const struct dc_marshal *marshal, const char *record,
				  const char *field, const char **ret_record)
{
	const struct dc_layout *layout;
	const struct dc_layout_field *at;
	unsigned i;

	dc_vec_each (layout, &marshal->source->layouts.layouts) {
		if (!layout->of_driver || !strcmp(layout->name, record))
			continue;
		dc_vec_each (at, &layout->fields) {
			if (!dc_marshal_is_list(marshal, &at->value))
				continue;
			for (i = 0; i < marshal->graph->functions.len; i++)
				if (function_uses(marshal, i, record, field) &&
				    function_uses(marshal, i, layout->name, at->name)) {
					*ret_record = layout->name;
					return at->name;
				}
		}
	}
	return NULL;
}

/* A guess: the mutex beside the list's head; without one the callers hold a lock. */
static const char *guess_lock(const struct dc_marshal *marshal, const char *record)
{
	const struct dc_layout *layout = dc_layout_find(&marshal->source->layouts, record);
	const struct dc_layout_field *field;

	dc_vec_each (field, &layout->fields) {
		const struct dc_type_rule *rule =
			field->value.kind == DC_VALUE_RECORD
				? dc_rules_type(marshal->rules, field->value.record)
				: NULL;

		if (rule && rule->is_lock)
			return field->name;
	}
	return "caller";
}

void dc_propose_list(const struct dc_marshal *marshal, const struct dc_definition *definition,
		     const char *record, const char *field, struct dc_proposal *ret)
{
	const char *other = NULL, *other_record = NULL;

	*ret = (struct dc_proposal){
		.kind = DC_PROPOSE_LIST,
		.what = "",
		.section = "",
		.file = dc_arena_strdup(marshal->arena, definition->file),
		.line = definition->first_line,
		.evidence = "no structure of the driver has the other end of this list",
	};
	if (dc_layout_find(&marshal->source->layouts, record)->of_driver)
		other = find_other_end(marshal, record, field, &other_record);
	if (other && is_allocated(marshal, record) && !is_allocated(marshal, other_record)) {
		const char *head = other, *head_record = other_record;

		other = field;
		other_record = record;
		field = head;
		record = head_record;
	}
	ret->subject = dc_arena_printf(marshal->arena, "%s.%s", record, field);
	ret->why = dc_arena_printf(marshal->arena,
				   "nothing says which structures the list %s links", ret->subject);
	if (!other)
		return;
	ret->evidence = dc_arena_printf(marshal->arena,
					"functions use %s and %s.%s together; nothing shows which "
					"lock protects the list",
					ret->subject, other_record, other);
	ret->section = "pointers";
	ret->row = dc_arena_printf(marshal->arena,
				   "{\"field\": \"%s\", \"list\": \"%s.%s\", \"lock\": \"%s\"}",
				   ret->subject, other_record, other, guess_lock(marshal, record));
}

void dc_propose_reads(const struct dc_marshal *marshal, const struct dc_definition *definition,
		      const struct dc_hidden_use *use, struct dc_proposal *ret)
{
	*ret = (struct dc_proposal){
		.kind = DC_PROPOSE_READS,
		.subject = dc_arena_strdup(marshal->arena, definition->name),
		.what = dc_arena_strdup(marshal->arena, use->record),
		.file = dc_arena_strdup(marshal->arena, definition->file),
		.line = use->line,
		.section = "functions",
		.row = dc_arena_printf(marshal->arena,
				       "{\"function\": \"%s\", \"reads\": [\"%s.*\"]}",
				       definition->name, use->record),
		.evidence = dc_arena_printf(marshal->arena,
					    "all fields of struct %s, which is enough if it only "
					    "reads, and nothing beyond the structure",
					    use->record),
		.why = dc_arena_printf(marshal->arena,
				       "reads struct %s as bytes at %s:%u, and no analysis sees "
				       "which fields",
				       use->record, definition->file, use->line),
	};
}
