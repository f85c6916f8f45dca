/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A search over the rows of source.json's evidence. Downwards, from a pointer to those that are set
 * to it, for what code looks at; upwards, to what it is set to, for how much there is.
 */
#include "marshal/evidence.h"

#include <stdlib.h>
#include <string.h>

/* What is known of a place. */
struct place {
	struct dc_pointer pointer;
	const struct dc_evidence *device; /* shows that it points to what is the device's */
	const struct dc_evidence *handed; /* that it is handed on to the device */
	bool may_be_null;
	bool has_uses, has_has; /* the next two were found */
	struct dc_uses uses;
	struct dc_has has;
};

struct dc_evidence_table {
	const struct dc_evidence **by_from; /* rows with a from, in its order */
	size_t count;
	struct place *places; /* in the order of pointers, once each */
	size_t place_count;
};

enum { DEEPEST = 24 }; /* pointers that are followed from one to the next */
/* Pointers that one search looks at: where functions pass a pointer to each other in circles, there
 * are more ways than anyone can follow. What is left then is not known. */
enum { STEPS_MAX = 4096 };

/* Rows */

static int order_from(const void *a, const void *b)
{
	const struct dc_evidence *left = *(const struct dc_evidence *const *)a;
	const struct dc_evidence *right = *(const struct dc_evidence *const *)b;
	int order = dc_pointer_order(&left->from, &right->from);

	return order ? order : left < right ? -1 : left > right;
}

static int order_places(const void *a, const void *b)
{
	return dc_pointer_order(&((const struct place *)a)->pointer,
				&((const struct place *)b)->pointer);
}

static struct place *find_place(const struct dc_marshal *marshal, const struct dc_pointer *pointer)
{
	const struct dc_evidence_table *table = marshal->evidence;
	struct place key = {.pointer = *pointer};

	return table->place_count
		       ? bsearch(&key, table->places, table->place_count, sizeof(key), order_places)
		       : NULL;
}

static void make_places(const struct dc_marshal *marshal, struct dc_evidence_table *table)
{
	const struct dc_evidence *row;
	size_t i, count = 0;

	table->places = dc_alloc(2 * marshal->source->evidence.len + 1, sizeof(*table->places));
	dc_vec_each (row, &marshal->source->evidence) {
		table->places[table->place_count++].pointer = row->pointer;
		if (row->from.of)
			table->places[table->place_count++].pointer = row->from;
	}
	if (table->place_count)
		qsort(table->places, table->place_count, sizeof(*table->places), order_places);
	for (i = 0; i < table->place_count; i++)
		if (!count || order_places(&table->places[count - 1], &table->places[i]) != 0)
			table->places[count++] = table->places[i];
	table->place_count = count;
}

/* The first row about a pointer, and how many there are. */
static const struct dc_evidence *rows_of(const struct dc_marshal *marshal,
					 const struct dc_pointer *pointer, size_t *ret_count)
{
	const struct dc_evidence *rows = marshal->source->evidence.at;
	size_t low = 0, high = marshal->source->evidence.len, first;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (dc_pointer_order(&rows[middle].pointer, pointer) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (first = low;
	     low < marshal->source->evidence.len && !dc_pointer_order(&rows[low].pointer, pointer);
	     low++)
		;
	*ret_count = low - first;
	return rows ? rows + first : NULL;
}

/* The first row whose value comes from a pointer, and how many there are. */
static const struct dc_evidence **rows_from(const struct dc_marshal *marshal,
					    const struct dc_pointer *pointer, size_t *ret_count)
{
	const struct dc_evidence_table *table = marshal->evidence;
	size_t low = 0, high = table->count, first;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (dc_pointer_order(&table->by_from[middle]->from, pointer) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (first = low;
	     low < table->count && !dc_pointer_order(&table->by_from[low]->from, pointer); low++)
		;
	*ret_count = low - first;
	return table->by_from + first;
}

struct dc_pointer dc_pointer_of_parameter(const struct dc_marshal *marshal, const char *function,
					  size_t i)
{
	return (struct dc_pointer){DC_POINTER_PARAMETER, function,
				   dc_arena_printf(marshal->arena, "%zu", i)};
}

struct dc_pointer dc_pointer_of_field(const char *record, const char *field)
{
	return (struct dc_pointer){DC_POINTER_FIELD, record, field};
}

const char *dc_evidence_words(const struct dc_marshal *marshal, const struct dc_evidence *row)
{
	return dc_arena_printf(marshal->arena, "%s at %s:%u", row->text, row->file, row->line);
}

/* Calls through function pointers: "LINE#ARGUMENT" of the caller. */
static void split_passed(const struct dc_pointer *pointer, unsigned *ret_line,
			 const char **ret_argument)
{
	const char *hash = strchr(pointer->name, '#');

	*ret_line = (unsigned)strtoul(pointer->name, NULL, 10);
	*ret_argument = hash ? hash + 1 : "";
}

static bool is_target(const struct dc_call *call, int caller, unsigned line)
{
	return call->kind == DC_CALL_INDIRECT && (int)call->caller == caller &&
	       call->line == line && dc_call_counts(call);
}

/* What spreads from place to place, whatever the annotations. */

struct edge {
	struct place *from, *to;
	bool exact; /* the same address, or one further on in the same memory */
	bool same; /* the same address */
};

typedef DC_VEC(struct edge) edges;

static void add_passed(const struct dc_marshal *marshal, struct place *place, edges *ret)
{
	int caller = dc_graph_function(marshal->graph, place->pointer.of);
	const struct dc_call *call;
	const char *argument;
	unsigned line;

	split_passed(&place->pointer, &line, &argument);
	dc_vec_each (call, &marshal->graph->calls) {
		struct dc_pointer target = {DC_POINTER_PARAMETER, NULL, argument};
		struct place *to;

		if (!is_target(call, caller, line))
			continue;
		target.of = marshal->graph->functions.at[call->callee].name;
		to = find_place(marshal, &target);
		if (to)
			dc_vec_push(ret, (struct edge){place, to, true, true});
	}
}

static void add_edges(const struct dc_marshal *marshal, edges *ret)
{
	const struct dc_evidence_table *table = marshal->evidence;
	const struct dc_evidence *row;
	size_t i;

	dc_vec_each (row, &marshal->source->evidence)
		if (row->from.of)
			dc_vec_push(ret,
				    (struct edge){find_place(marshal, &row->from),
						  find_place(marshal, &row->pointer),
						  row->kind == DC_EVIDENCE_FROM,
						  row->kind == DC_EVIDENCE_FROM && !row->offset});
	for (i = 0; i < table->place_count; i++)
		if (table->places[i].pointer.kind == DC_POINTER_PASSED)
			add_passed(marshal, &table->places[i], ret);
}

static bool spread_edge(const struct edge *edge)
{
	bool changed = false;

	if (edge->from->device && !edge->to->device) {
		edge->to->device = edge->from->device;
		changed = true;
	}
	if (edge->exact && edge->to->handed && !edge->from->handed) {
		edge->from->handed = edge->to->handed;
		changed = true;
	}
	if (edge->same && edge->from->may_be_null && !edge->to->may_be_null &&
	    edge->to->pointer.kind == DC_POINTER_PARAMETER)
		changed = edge->to->may_be_null = true;
	return changed;
}

static void spread(const struct dc_marshal *marshal)
{
	const struct dc_evidence *row;
	const struct edge *edge;
	edges all = {0};
	bool changed = true;

	dc_vec_each (row, &marshal->source->evidence) {
		struct place *place = find_place(marshal, &row->pointer);

		if (row->kind == DC_EVIDENCE_REGISTERS || row->kind == DC_EVIDENCE_DEVICE)
			place->device = place->handed = row;
		else if (row->kind == DC_EVIDENCE_NULL)
			place->may_be_null = true;
	}
	add_edges(marshal, &all);
	while (changed) {
		changed = false;
		dc_vec_each (edge, &all)
			changed |= spread_edge(edge);
	}
	dc_vec_done(&all);
}

void dc_evidence_index(struct dc_marshal *marshal)
{
	struct dc_evidence_table *table = dc_alloc(1, sizeof(*table));
	const struct dc_evidence *row;

	table->by_from = dc_alloc(marshal->source->evidence.len + 1, sizeof(*table->by_from));
	dc_vec_each (row, &marshal->source->evidence)
		if (row->from.of)
			table->by_from[table->count++] = row;
	if (table->count)
		qsort(table->by_from, table->count, sizeof(*table->by_from), order_from);
	make_places(marshal, table);
	marshal->evidence = table;
	spread(marshal);
}

void dc_evidence_done(struct dc_marshal *marshal)
{
	if (marshal->evidence) {
		free(marshal->evidence->by_from);
		free(marshal->evidence->places);
	}
	free(marshal->evidence);
	marshal->evidence = NULL;
}

/* A way from pointer to pointer, which does not come back. */
struct way {
	const struct dc_marshal *marshal;
	struct dc_pointer at[DEEPEST];
	size_t len, steps;
	bool cut; /* it came back, or was too long: what was found is not of the place alone */
};

static bool enter(struct way *way, const struct dc_pointer *pointer, bool *ret_too_deep)
{
	size_t i;

	*ret_too_deep = way->len == DEEPEST || way->steps == STEPS_MAX;
	for (i = 0; i < way->len; i++)
		if (!dc_pointer_order(&way->at[i], pointer))
			break;
	if (i < way->len || *ret_too_deep) {
		way->cut = true;
		return false;
	}
	way->at[way->len++] = *pointer;
	way->steps++;
	return true;
}

/* How far code looks */

static const struct dc_evidence *find_number(const struct dc_marshal *marshal,
					     const struct dc_evidence *call, size_t argument)
{
	struct dc_pointer pointer = call->pointer;
	const struct dc_evidence *row, *found = NULL;
	const char *its_argument;
	unsigned line;
	size_t count;

	pointer.name = dc_arena_printf(marshal->arena, "%zu", argument);
	if (pointer.kind == DC_POINTER_PASSED) {
		split_passed(&call->pointer, &line, &its_argument);
		pointer.name = dc_arena_printf(marshal->arena, "%u#%zu", line, argument);
	}
	for (row = rows_of(marshal, &pointer, &count); count--; row++)
		if (row->kind == DC_EVIDENCE_NUMBER && row->line == call->line &&
		    !strcmp(row->function ? row->function : "",
			    call->function ? call->function : "")) {
			if (found)
				return NULL; /* two calls on one line */
			found = row;
		}
	return found;
}

/* Turns an extent in terms of the callee's parameters to one in those of its caller. */
static bool translate(const struct dc_marshal *marshal, const char *callee,
		      const struct dc_evidence *call, struct dc_extent *extent)
{
	const struct dc_definition *definition = dc_source_find(marshal->source, callee);
	const struct dc_evidence *number;
	size_t i;

	if (!extent->times)
		return true;
	for (i = 0; definition && i < definition->parameters.len; i++)
		if (!strcmp(definition->parameters.at[i].name, extent->times))
			break;
	number =
		definition && i < definition->parameters.len ? find_number(marshal, call, i) : NULL;
	if (!number)
		return false;
	*extent = (struct dc_extent){extent->bytes + extent->each * number->extent.bytes,
				     extent->each * number->extent.each, number->extent.times};
	return true;
}

static bool is_larger(const struct dc_extent *a, const struct dc_extent *b)
{
	if (a->times && b->times && !strcmp(a->times, b->times))
		return a->each != b->each ? a->each > b->each : a->bytes > b->bytes;
	return a->bytes > b->bytes;
}

static void merge_uses(struct dc_uses *into, const struct dc_uses *other)
{
	bool apart;

	if (other->reach == DC_REACHES_NOTHING)
		return;
	if (into->reach == DC_REACHES_NOTHING) {
		*into = *other;
		return;
	}
	if (into->reach != other->reach) {
		if (into->reach != DC_REACHES_UNKNOWN)
			into->by = other->by;
		into->reach = DC_REACHES_UNKNOWN;
		return;
	}
	if (other->reach != DC_REACHES_EXTENT)
		return;
	/* n elements, and the first three: nothing tells which is more */
	apart = (into->extent.times || other->extent.times) &&
		!(into->extent.times && other->extent.times &&
		  !strcmp(into->extent.times, other->extent.times));
	if (apart) {
		into->reach = DC_REACHES_UNKNOWN;
		into->by = into->extent.times ? into->by : other->by;
		if (other->extent.times)
			into->extent = other->extent;
	} else if (is_larger(&other->extent, &into->extent)) {
		*into = *other;
	} else if (!is_larger(&into->extent, &other->extent)) {
		into->certain |= other->certain;
	}
}

/* True for structures of which an address is passed on, never the bytes. The driver's own are
 * objects, or all functions that use them stay together. */
static bool is_crossing_record(const struct dc_marshal *marshal, const char *record)
{
	const struct dc_layout *layout = dc_layout_find(&marshal->source->layouts, record);
	const struct dc_type_rule *rule = dc_rules_type(marshal->rules, record);

	return (layout && layout->of_driver) || dc_marshal_is_object(marshal, record) ||
	       (rule && (rule->class == DC_TYPE_OBJECT || rule->class == DC_TYPE_OPAQUE));
}

static struct dc_uses uses_of_row(const struct dc_marshal *marshal, const struct dc_evidence *row)
{
	struct dc_uses uses = {.by = row, .certain = row->certain};

	if (row->record && is_crossing_record(marshal, row->record)) {
		uses.reach = DC_REACHES_OBJECT;
		return uses;
	}
	switch (row->kind) {
	case DC_EVIDENCE_USES:
		uses.reach = row->extent.bytes || row->extent.each ? DC_REACHES_EXTENT
								   : DC_REACHES_NOTHING;
		uses.extent = row->extent;
		break;
	case DC_EVIDENCE_STRING:
		uses.reach = DC_REACHES_STRING;
		break;
	case DC_EVIDENCE_USES_SOME:
	case DC_EVIDENCE_REGISTERS:
	case DC_EVIDENCE_DEVICE:
		uses.reach = DC_REACHES_UNKNOWN;
		break;
	default:
		break;
	}
	return uses;
}

static struct dc_uses uses_along(struct way *way, struct dc_pointer pointer);

/* What becomes of a pointer where another is set to it. */
static struct dc_uses uses_behind(struct way *way, const struct dc_evidence *row)
{
	const struct dc_marshal *marshal = way->marshal;
	struct dc_uses uses = {.by = row, .reach = DC_REACHES_UNKNOWN}, all = {0};
	const struct dc_call *call;
	const char *argument;
	unsigned line;
	int caller;

	switch (row->pointer.kind) {
	case DC_POINTER_PARAMETER:
		if (!dc_source_find(marshal->source, row->pointer.of))
			return uses; /* another module has that function */
		all = uses_along(way, row->pointer);
		if (all.reach == DC_REACHES_EXTENT &&
		    !translate(marshal, row->pointer.of, row, &all.extent))
			return uses;
		return all;
	case DC_POINTER_LOCAL:
		return uses_along(way, row->pointer);
	case DC_POINTER_PASSED:
		caller = dc_graph_function(marshal->graph, row->pointer.of);
		split_passed(&row->pointer, &line, &argument);
		dc_vec_each (call, &marshal->graph->calls) {
			struct dc_pointer target = {DC_POINTER_PARAMETER, NULL, argument};
			struct dc_uses one;

			if (!is_target(call, caller, line))
				continue;
			target.of = marshal->graph->functions.at[call->callee].name;
			one = uses_along(way, target);
			if (one.reach == DC_REACHES_EXTENT &&
			    !translate(marshal, target.of, row, &one.extent))
				return uses;
			merge_uses(&all, &one);
			uses.reach = DC_REACHES_NOTHING; /* it has targets */
		}
		return uses.reach == DC_REACHES_NOTHING ? all : uses;
	default: /* kept in a field or a variable, or returned */
		return uses;
	}
}

static struct dc_uses find_uses(struct way *way, struct dc_pointer pointer)
{
	const struct dc_marshal *marshal = way->marshal;
	struct dc_uses all = {0};
	const struct dc_evidence *row, **from;
	size_t count;
	bool too_deep;

	if (!enter(way, &pointer, &too_deep)) {
		all.reach = too_deep ? DC_REACHES_UNKNOWN : DC_REACHES_NOTHING;
		return all;
	}
	for (row = rows_of(marshal, &pointer, &count); count--; row++) {
		struct dc_uses uses = uses_of_row(marshal, row);

		merge_uses(&all, &uses);
	}
	for (from = rows_from(marshal, &pointer, &count); count--; from++) {
		struct dc_uses uses = uses_behind(way, *from);

		if (uses.reach == DC_REACHES_EXTENT) {
			uses.extent.bytes += (*from)->offset;
			if ((*from)->kind == DC_EVIDENCE_INSIDE)
				uses.reach = DC_REACHES_UNKNOWN;
			/* a length goes with its pointer; of a constant the callee is certain, but
			 * not the call */
			if (!uses.extent.times || !(*from)->certain)
				uses.certain = false;
		}
		merge_uses(&all, &uses);
	}
	way->len--;
	return all;
}

static struct dc_uses uses_along(struct way *way, struct dc_pointer pointer)
{
	struct place *place = find_place(way->marshal, &pointer);
	bool cut = way->cut;
	struct dc_uses uses;

	if (place && place->has_uses)
		return place->uses;
	way->cut = false;
	uses = find_uses(way, pointer);
	if (place && !way->cut) {
		place->uses = uses;
		place->has_uses = true;
	}
	way->cut |= cut;
	return uses;
}

struct dc_uses dc_evidence_uses(const struct dc_marshal *marshal, struct dc_pointer pointer)
{
	struct way way = {.marshal = marshal};
	struct dc_uses uses = uses_along(&way, pointer);
	struct place *place = find_place(marshal, &pointer);

	/* Nothing was before the pointer, so the circles that were cut are its own. */
	if (place && !place->has_uses) {
		place->uses = uses;
		place->has_uses = true;
	}
	return uses;
}

/* The farthest constant index */

static const struct dc_evidence *farthest_along(struct way *way, struct dc_pointer pointer,
						long long *ret)
{
	const struct dc_evidence *row, **from, *found = NULL;
	long long there;
	size_t count;
	bool too_deep;

	*ret = 0;
	if (!enter(way, &pointer, &too_deep))
		return NULL;
	for (row = rows_of(way->marshal, &pointer, &count); count--; row++)
		if (row->kind == DC_EVIDENCE_USES && !row->extent.times &&
		    row->extent.bytes > *ret) {
			*ret = row->extent.bytes;
			found = row;
		}
	for (from = rows_from(way->marshal, &pointer, &count); count--; from++) {
		if ((*from)->kind != DC_EVIDENCE_FROM ||
		    ((*from)->pointer.kind != DC_POINTER_PARAMETER &&
		     (*from)->pointer.kind != DC_POINTER_LOCAL))
			continue;
		row = farthest_along(way, (*from)->pointer, &there);
		if (row && there + (*from)->offset > *ret) {
			*ret = there + (*from)->offset;
			found = row;
		}
	}
	way->len--;
	return found;
}

const struct dc_evidence *dc_evidence_farthest(const struct dc_marshal *marshal,
					       struct dc_pointer pointer, long long *ret_bytes)
{
	struct way way = {.marshal = marshal};

	return farthest_along(&way, pointer, ret_bytes);
}

/* How much there is */

static void merge_has(struct dc_has *into, const struct dc_has *other, bool first)
{
	bool equal;

	if (first) {
		*into = *other;
		return;
	}
	equal = into->least.bytes == other->least.bytes && into->least.each == other->least.each &&
		!strcmp(into->least.times ? into->least.times : "",
			other->least.times ? other->least.times : "");
	into->same = into->same && other->same && equal;
	into->allocated = into->allocated && other->allocated;
	if (into->known && (!other->known || (!equal && is_larger(&into->least, &other->least)))) {
		into->least = other->least;
		into->by = other->by;
	}
	into->known = into->known && other->known;
}

static struct dc_has has_along(struct way *way, struct dc_pointer pointer);

/* The value of a parameter, by a call through a function pointer; with each caller. */
static void merge_passed(struct way *way, const struct dc_pointer *pointer, struct dc_has *all,
			 size_t *values)
{
	const struct dc_marshal *marshal = way->marshal;
	int function = dc_graph_function(marshal->graph, pointer->of);
	const struct dc_call *call;

	dc_vec_each (call, &marshal->graph->calls) {
		struct dc_pointer passed = {DC_POINTER_PASSED, NULL, NULL};
		struct dc_has has;

		if (call->kind != DC_CALL_INDIRECT || (int)call->callee != function ||
		    !dc_call_counts(call))
			continue;
		passed.of = marshal->graph->functions.at[call->caller].name;
		passed.name = dc_arena_printf(marshal->arena, "%u#%s", call->line, pointer->name);
		has = has_along(way, passed);
		merge_has(all, &has, !*values);
		++*values;
	}
}

static struct dc_has has_of_row(struct way *way, const struct dc_evidence *row)
{
	struct dc_has has = {.by = row};

	switch (row->kind) {
	case DC_EVIDENCE_HAS:
		has.least = row->extent;
		has.known = has.same = row->extent.bytes > 0 || row->extent.each > 0;
		has.allocated = row->allocated;
		break;
	case DC_EVIDENCE_FROM:
		has = has_along(way, row->from);
		if (row->offset) {
			has.least.bytes -= row->offset;
			has.allocated = false;
		}
		/* a number of another function */
		if (has.least.times && !strchr(has.least.times, '.') &&
		    (row->pointer.kind == DC_POINTER_PARAMETER ||
		     row->pointer.kind == DC_POINTER_FIELD || row->from.kind == DC_POINTER_RESULT))
			has.known = false;
		break;
	default:
		break;
	}
	if (!has.by)
		has.by = row;
	return has;
}

static bool is_value(const struct dc_evidence *row)
{
	return row->kind == DC_EVIDENCE_HAS || row->kind == DC_EVIDENCE_FROM ||
	       row->kind == DC_EVIDENCE_INSIDE || row->kind == DC_EVIDENCE_ANY ||
	       row->kind == DC_EVIDENCE_REGISTERS || row->kind == DC_EVIDENCE_DEVICE;
}

static struct dc_has find_has(struct way *way, struct dc_pointer pointer)
{
	const struct dc_marshal *marshal = way->marshal;
	struct dc_has all = {0}, none = {0};
	const struct dc_evidence *row;
	size_t count, values = 0;
	bool too_deep;

	if (!enter(way, &pointer, &too_deep))
		return none;
	for (row = rows_of(marshal, &pointer, &count); count--; row++) {
		struct dc_has has;

		if (!is_value(row) || (row->kind == DC_EVIDENCE_INSIDE && row->certain))
			continue;
		if (row->kind == DC_EVIDENCE_FROM && !dc_pointer_order(&row->from, &pointer))
			continue; /* p = p */
		has = has_of_row(way, row);
		merge_has(&all, &has, !values++);
	}
	if (pointer.kind == DC_POINTER_PARAMETER) {
		int function = dc_graph_function(marshal->graph, pointer.of);

		merge_passed(way, &pointer, &all, &values);
		if (function >= 0 && dc_graph_is_entry(marshal->graph, (unsigned)function))
			all.known = false; /* the kernel calls it too */
	}
	way->len--;
	return values ? all : none;
}

static struct dc_has has_along(struct way *way, struct dc_pointer pointer)
{
	struct place *place = find_place(way->marshal, &pointer);

	/* a way that comes back only makes it less known */
	if (place && !place->has_has) {
		struct dc_has has = find_has(way, pointer);

		place->has = has;
		place->has_has = true;
	}
	return place ? place->has : find_has(way, pointer);
}

/* "u8 addr[6]": the declaration of a parameter is the driver's own word for it. */
static const struct dc_evidence *declared(const struct dc_marshal *marshal,
					  const struct dc_pointer *pointer)
{
	const struct dc_evidence *row;
	size_t count;

	for (row = rows_of(marshal, pointer, &count); count--; row++)
		if (row->kind == DC_EVIDENCE_HAS && row->certain)
			return row;
	return NULL;
}

struct dc_has dc_evidence_has(const struct dc_marshal *marshal, struct dc_pointer pointer)
{
	const struct dc_evidence *row = declared(marshal, &pointer);
	struct way way = {.marshal = marshal};

	if (row)
		return (struct dc_has){
			.known = true, .same = true, .least = row->extent, .by = row};
	return has_along(&way, pointer);
}

/* The device */

const struct dc_evidence *dc_evidence_device(const struct dc_marshal *marshal,
					     struct dc_pointer pointer)
{
	const struct place *place = find_place(marshal, &pointer);

	if (!place)
		return NULL;
	return place->device ? place->device : place->handed;
}

const struct dc_evidence *dc_evidence_device_record(const struct dc_marshal *marshal,
						    const char *record)
{
	const struct dc_evidence *row;
	const struct place *place;

	dc_vec_each (row, &marshal->source->evidence) {
		if (!row->record || strcmp(row->record, record) != 0)
			continue;
		if (row->kind == DC_EVIDENCE_REGISTERS || row->kind == DC_EVIDENCE_DEVICE)
			return row;
		place = row->from.of ? find_place(marshal, &row->from) : NULL;
		if (place && place->device)
			return place->device;
	}
	return NULL;
}

bool dc_evidence_may_be_null(const struct dc_marshal *marshal, struct dc_pointer parameter)
{
	const struct place *place = find_place(marshal, &parameter);

	return place && place->may_be_null;
}
