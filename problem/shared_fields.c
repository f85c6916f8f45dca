/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds the fields that need shared memory: all uses of fields are sorted, so that those of one
 * field are neighbours, and each of its users is compared with its atomic writers. See
 * shared_fields.h.
 */
#include "problem/shared_fields.h"

#include <stdlib.h>
#include <string.h>

/* One access to a field, by a function. */
struct use {
	const char *type, *field;
	unsigned function;
	bool writes;
};

typedef DC_VEC(struct use) uses;

static int compare_uses(const void *a, const void *b)
{
	const struct use *left = a, *right = b;
	int order = strcmp(left->type, right->type);

	if (!order)
		order = strcmp(left->field, right->field);
	if (order)
		return order;
	if (left->function != right->function)
		return left->function < right->function ? -1 : 1;
	return (int)right->writes - (int)left->writes;
}

static void collect(const struct dc_graph *graph, uses *all)
{
	const struct dc_type_use *use;
	size_t i;

	dc_vec_each (use, &graph->types) {
		for (i = 0; i < use->reads_count; i++)
			dc_vec_push(all,
				    (struct use){use->type, use->reads[i], use->function, false});
		for (i = 0; i < use->writes_count; i++)
			dc_vec_push(all,
				    (struct use){use->type, use->writes[i], use->function, true});
	}
	if (all->len)
		qsort(all->at, all->len, sizeof(*all->at), compare_uses);
}

static bool has_lock(const struct dc_function *function, unsigned lock)
{
	size_t i;

	for (i = 0; i < function->takes.len; i++)
		if (function->takes.at[i] == lock)
			return true;
	for (i = 0; i < function->held.len; i++)
		if (function->held.at[i] == lock)
			return true;
	return false;
}

static bool common_lock(const struct dc_function *a, const struct dc_function *b)
{
	size_t i;

	for (i = 0; i < a->takes.len; i++)
		if (has_lock(b, a->takes.at[i]))
			return true;
	for (i = 0; i < a->held.len; i++)
		if (has_lock(b, a->held.at[i]))
			return true;
	return false;
}

/* Whether some atomic writer among the uses shares no lock with the user; *ret_writer: which. */
static bool unprotected(const struct dc_graph *graph, const struct use *at, size_t count,
			const struct dc_function *user, unsigned *ret_writer)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct dc_function *writer = &graph->functions.at[at[i].function];

		if (at[i].writes && writer->critical && !common_lock(writer, user)) {
			*ret_writer = at[i].function;
			return true;
		}
	}
	return false;
}

static void judge(const struct dc_graph *graph, const struct use *at, size_t count,
		  dc_shared_fields *fields)
{
	struct dc_shared_field field = {.type = at->type, .field = at->field};
	size_t i;

	for (i = 0; i < count; i++) {
		const struct dc_function *user = &graph->functions.at[at[i].function];

		if (user->critical || (i && at[i].function == at[i - 1].function))
			continue;
		if (unprotected(graph, at, count, user, &field.writer))
			dc_vec_push(&field.users, at[i].function);
	}
	if (field.users.len)
		dc_vec_push(fields, field);
}

void dc_shared_fields_find(const struct dc_graph *graph, dc_shared_fields *ret)
{
	size_t first, end;
	uses all = {0};

	collect(graph, &all);
	for (first = 0; first < all.len; first = end) {
		for (end = first + 1;
		     end < all.len && !strcmp(all.at[end].type, all.at[first].type) &&
		     !strcmp(all.at[end].field, all.at[first].field);
		     end++)
			;
		judge(graph, &all.at[first], end - first, ret);
	}
	dc_vec_done(&all);
}

void dc_shared_fields_done(dc_shared_fields *fields)
{
	struct dc_shared_field *field;

	dc_vec_each (field, fields)
		dc_vec_done(&field->users);
	dc_vec_done(fields);
}
