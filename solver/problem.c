/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Building and checking a problem. The reader and writer of its file are in problem_json.c. */
#include "problem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define uthash_fatal(msg) abort() /* out of memory */
#include <uthash.h>

struct dc_problem_name {
	const char *id;
	size_t node;
	UT_hash_handle hh;
};

const char *const dc_weights_names[] = {"counted", "none", "estimated", NULL};

struct dc_problem *dc_problem_new(const char *name)
{
	struct dc_problem *problem = dc_alloc(1, sizeof(*problem));

	problem->arena = dc_arena_new();
	problem->name = dc_arena_strdup(problem->arena, name);
	problem->seconds = 1;
	return problem;
}

void dc_problem_free(struct dc_problem *problem)
{
	if (!problem)
		return;
	HASH_CLEAR(hh, problem->names);
	dc_vec_done(&problem->nodes);
	dc_vec_done(&problem->edges);
	dc_vec_done(&problem->pins);
	dc_vec_done(&problem->follows);
	dc_vec_done(&problem->togethers);
	dc_arena_free(problem->arena);
	free(problem);
}

size_t dc_problem_find(const struct dc_problem *problem, const char *id)
{
	struct dc_problem_name *name;

	HASH_FIND_STR(problem->names, id, name);
	return name ? name->node : DC_NO_NODE;
}

static void name_add(struct dc_problem *problem, const char *id, size_t node)
{
	struct dc_problem_name *name = dc_arena_alloc(problem->arena, sizeof(*name));

	name->id = id;
	name->node = node;
	HASH_ADD_KEYPTR(hh, problem->names, id, strlen(id), name);
}

size_t dc_problem_add_node(struct dc_problem *problem, const char *id, int64_t loc)
{
	size_t number = problem->nodes.len;

	if (dc_problem_find(problem, id) != DC_NO_NODE)
		return DC_NO_NODE;
	id = dc_arena_strdup(problem->arena, id);
	dc_vec_push(&problem->nodes, (struct dc_problem_node){.id = id, .loc = loc});
	name_add(problem, id, number);
	return number;
}

void dc_problem_add_edge(struct dc_problem *problem, size_t from, size_t to, int64_t calls,
			 int64_t down)
{
	dc_vec_push(&problem->edges, (struct dc_problem_edge){from, to, calls, down});
}

void dc_problem_add_pin(struct dc_problem *problem, size_t node, enum dc_side side,
			const char *reason)
{
	reason = dc_arena_strdup(problem->arena, reason);
	dc_vec_push(&problem->pins, (struct dc_problem_pin){node, side, reason, {0}});
}

void dc_problem_add_follow(struct dc_problem *problem, size_t from, size_t to, const char *reason)
{
	reason = dc_arena_strdup(problem->arena, reason);
	dc_vec_push(&problem->follows, (struct dc_problem_follow){from, to, reason, {0}});
}

void dc_problem_add_together(struct dc_problem *problem, const size_t *nodes, size_t count,
			     const char *reason)
{
	struct dc_problem_together together = {
		.nodes = dc_arena_alloc(problem->arena, count * sizeof(*nodes)),
		.count = count,
		.reason = dc_arena_strdup(problem->arena, reason),
	};

	if (count)
		memcpy(together.nodes, nodes, count * sizeof(*nodes));
	dc_vec_push(&problem->togethers, together);
}

static const char *copy_or_null(struct dc_arena *arena, const char *text)
{
	return text ? dc_arena_strdup(arena, text) : NULL;
}

struct dc_basis dc_problem_basis(struct dc_problem *problem, const struct dc_basis *basis)
{
	return (struct dc_basis){copy_or_null(problem->arena, basis->code),
				 copy_or_null(problem->arena, basis->subject),
				 copy_or_null(problem->arena, basis->function),
				 copy_or_null(problem->arena, basis->file), basis->line};
}

static void copy_constraints(struct dc_problem *copy, const struct dc_problem *problem)
{
	const struct dc_problem_together *together;
	const struct dc_problem_follow *follow;
	const struct dc_problem_pin *pin;

	dc_vec_each (pin, &problem->pins) {
		dc_problem_add_pin(copy, pin->node, pin->side, pin->reason);
		copy->pins.at[copy->pins.len - 1].basis = dc_problem_basis(copy, &pin->basis);
	}
	dc_vec_each (follow, &problem->follows) {
		dc_problem_add_follow(copy, follow->from, follow->to, follow->reason);
		copy->follows.at[copy->follows.len - 1].basis =
			dc_problem_basis(copy, &follow->basis);
	}
	dc_vec_each (together, &problem->togethers) {
		dc_problem_add_together(copy, together->nodes, together->count, together->reason);
		copy->togethers.at[copy->togethers.len - 1].basis =
			dc_problem_basis(copy, &together->basis);
	}
}

struct dc_problem *dc_problem_copy(const struct dc_problem *problem)
{
	struct dc_problem *copy = dc_problem_new(problem->name);
	size_t i;

	copy->seconds = problem->seconds;
	copy->weighed = problem->weighed;
	if (problem->driver)
		copy->driver = dc_arena_strdup(copy->arena, problem->driver);
	for (i = 0; i < problem->nodes.len; i++) {
		const struct dc_problem_node *node = &problem->nodes.at[i];
		size_t number = dc_problem_add_node(copy, node->id, node->loc);
		const char *id = copy->nodes.at[number].id;

		copy->nodes.at[number] = *node;
		copy->nodes.at[number].id = id;
	}
	for (i = 0; i < problem->edges.len; i++)
		dc_vec_push(&copy->edges, problem->edges.at[i]);
	copy_constraints(copy, problem);
	return copy;
}

int64_t dc_problem_loc(const struct dc_problem *problem)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < problem->nodes.len; i++)
		sum += problem->nodes.at[i].loc;
	return sum;
}

/* Sorting */

#define ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))

static int order_nodes(const void *a, const void *b)
{
	return strcmp(((const struct dc_problem_node *)a)->id,
		      ((const struct dc_problem_node *)b)->id);
}

static int order_edges(const void *a, const void *b)
{
	const struct dc_problem_edge *x = a, *y = b;

	return x->from != y->from ? ORDER(x->from, y->from) : ORDER(x->to, y->to);
}

static int order_pins(const void *a, const void *b)
{
	const struct dc_problem_pin *x = a, *y = b;

	if (x->node != y->node)
		return ORDER(x->node, y->node);
	return x->side != y->side ? ORDER(x->side, y->side) : strcmp(x->reason, y->reason);
}

static int order_follows(const void *a, const void *b)
{
	const struct dc_problem_follow *x = a, *y = b;

	if (x->from != y->from)
		return ORDER(x->from, y->from);
	return x->to != y->to ? ORDER(x->to, y->to) : strcmp(x->reason, y->reason);
}

static int order_numbers(const void *a, const void *b)
{
	return ORDER(*(const size_t *)a, *(const size_t *)b);
}

static int order_togethers(const void *a, const void *b)
{
	const struct dc_problem_together *x = a, *y = b;
	size_t i;

	for (i = 0; i < x->count && i < y->count; i++)
		if (x->nodes[i] != y->nodes[i])
			return ORDER(x->nodes[i], y->nodes[i]);
	return x->count != y->count ? ORDER(x->count, y->count) : strcmp(x->reason, y->reason);
}

/* Sorts a DC_VEC and drops elements that compare equal to the one before. */
#define SORT_UNIQUE(v, order)                                                                      \
	do {                                                                                       \
		size_t from_, to_ = 0;                                                             \
		if ((v)->len)                                                                      \
			qsort((v)->at, (v)->len, sizeof(*(v)->at), order);                         \
		for (from_ = 0; from_ < (v)->len; from_++)                                         \
			if (!to_ || order(&(v)->at[to_ - 1], &(v)->at[from_]) != 0)                \
				(v)->at[to_++] = (v)->at[from_];                                   \
		(v)->len = to_;                                                                    \
	} while (0)

/* Sorts the nodes by id; returns old number -> new number, caller frees with free(). */
static size_t *sort_nodes(struct dc_problem *problem)
{
	size_t *moved = dc_alloc(problem->nodes.len, sizeof(*moved));
	size_t i;

	if (problem->nodes.len)
		qsort(problem->nodes.at, problem->nodes.len, sizeof(*problem->nodes.at),
		      order_nodes);
	for (i = 0; i < problem->nodes.len; i++) {
		struct dc_problem_name *name;

		HASH_FIND_STR(problem->names, problem->nodes.at[i].id, name);
		if (!name)
			continue; /* cannot be: every node was entered when it was added */
		moved[name->node] = i;
		name->node = i;
	}
	return moved;
}

static void renumber(struct dc_problem *problem, const size_t *moved)
{
	struct dc_problem_together *together;
	struct dc_problem_follow *follow;
	struct dc_problem_edge *edge;
	struct dc_problem_pin *pin;
	size_t i;

	dc_vec_each (edge, &problem->edges) {
		edge->from = moved[edge->from];
		edge->to = moved[edge->to];
	}
	dc_vec_each (pin, &problem->pins)
		pin->node = moved[pin->node];
	dc_vec_each (follow, &problem->follows) {
		follow->from = moved[follow->from];
		follow->to = moved[follow->to];
	}
	dc_vec_each (together, &problem->togethers) {
		for (i = 0; i < together->count; i++)
			together->nodes[i] = moved[together->nodes[i]];
		qsort(together->nodes, together->count, sizeof(*together->nodes), order_numbers);
	}
}

/* Checking */

static int too_big(struct dc_diag *diag, const struct dc_problem *problem, const char *what)
{
	return dc_error(diag, -EOVERFLOW, DC_FILE(problem->name),
			"the %s add up to more than %" PRId64
			"; give smaller numbers (weights per second instead of per run)",
			what, DC_PROBLEM_SUM_MAX);
}

/* *sum += value. Returns false for a value < 0 or a sum that is too big. */
static bool add_up(int64_t *sum, int64_t value)
{
	return value >= 0 && !__builtin_add_overflow(*sum, value, sum) &&
	       *sum <= DC_PROBLEM_SUM_MAX;
}

static int check_numbers(struct dc_diag *diag, const struct dc_problem *problem)
{
	int64_t lines = 0, weights = 0;
	size_t i;

	if (problem->seconds < 1)
		return dc_error(diag, -EINVAL, DC_FILE(problem->name), "seconds must be 1 or more");
	for (i = 0; i < problem->nodes.len; i++) {
		const struct dc_problem_node *node = &problem->nodes.at[i];

		if (node->loc < 0 || node->kernel_calls < 0 || node->entry_calls < 0)
			return dc_error(diag, -EINVAL, DC_FILE(problem->name),
					"node %s: negative lines or calls", node->id);
		if (!add_up(&lines, node->loc))
			return too_big(diag, problem, "lines");
		if (!add_up(&weights, node->kernel_calls) || !add_up(&weights, node->entry_calls))
			return too_big(diag, problem, "weights");
	}
	for (i = 0; i < problem->edges.len; i++) {
		const struct dc_problem_edge *edge = &problem->edges.at[i];

		if (edge->calls < 0 || edge->down < 0)
			return dc_error(diag, -EINVAL, DC_FILE(problem->name),
					"edge %s -> %s: negative weight",
					problem->nodes.at[edge->from].id,
					problem->nodes.at[edge->to].id);
		if (!add_up(&weights, edge->calls) || !add_up(&weights, edge->down))
			return too_big(diag, problem, "weights");
	}
	return 0;
}

/* Drops self edges and adds parallel ones up; the sums are known not to overflow. */
static void merge_edges(struct dc_problem *problem)
{
	size_t i, kept = 0;

	if (problem->edges.len)
		qsort(problem->edges.at, problem->edges.len, sizeof(*problem->edges.at),
		      order_edges);
	for (i = 0; i < problem->edges.len; i++) {
		struct dc_problem_edge edge = problem->edges.at[i], *last;

		if (edge.from == edge.to)
			continue;
		last = kept ? &problem->edges.at[kept - 1] : NULL;
		if (last && last->from == edge.from && last->to == edge.to) {
			last->calls += edge.calls;
			last->down += edge.down;
		} else {
			problem->edges.at[kept++] = edge;
		}
	}
	problem->edges.len = kept;
}

static int check_replicable(struct dc_diag *diag, const struct dc_problem *problem)
{
	const struct dc_problem_node *node;
	const struct dc_problem_edge *edge;

	dc_vec_each (node, &problem->nodes) {
		if (node->replicable && node->kernel_calls)
			return dc_error(diag, -EINVAL, DC_FILE(problem->name),
					"node %s cannot be replicable and have kernel_calls; add "
					"them to its callers",
					node->id);
	}
	dc_vec_each (edge, &problem->edges) {
		const struct dc_problem_node *from = &problem->nodes.at[edge->from];
		const struct dc_problem_node *to = &problem->nodes.at[edge->to];

		if (from->replicable && !to->replicable)
			return dc_error(diag, -EINVAL, DC_FILE(problem->name),
					"node %s cannot be replicable: it calls %s, which is not",
					from->id, to->id);
	}
	return 0;
}

/* Finds the marks that hold: a pin or a together takes a node's mark away, and with it its
 * callers'. */
static void settle_replicated(struct dc_problem *problem)
{
	struct dc_problem_together *together;
	struct dc_problem_node *node;
	struct dc_problem_edge *edge;
	struct dc_problem_pin *pin;
	bool changed = true;
	size_t i;

	dc_vec_each (node, &problem->nodes)
		node->replicated = node->replicable;
	dc_vec_each (pin, &problem->pins)
		problem->nodes.at[pin->node].replicated = false;
	dc_vec_each (together, &problem->togethers)
		for (i = 0; together->count > 1 && i < together->count; i++)
			problem->nodes.at[together->nodes[i]].replicated = false;
	while (changed) {
		changed = false;
		dc_vec_each (edge, &problem->edges) {
			node = &problem->nodes.at[edge->from];
			if (!node->replicated || problem->nodes.at[edge->to].replicated)
				continue;
			node->replicated = false;
			changed = true;
		}
	}
}

int dc_problem_finish(struct dc_diag *diag, struct dc_problem *problem)
{
	size_t *moved;
	int err;

	err = check_numbers(diag, problem);
	if (err < 0)
		return err;
	moved = sort_nodes(problem);
	renumber(problem, moved);
	free(moved);
	merge_edges(problem);
	SORT_UNIQUE(&problem->pins, order_pins);
	SORT_UNIQUE(&problem->follows, order_follows);
	SORT_UNIQUE(&problem->togethers, order_togethers);
	err = check_replicable(diag, problem);
	if (err < 0)
		return err;
	settle_replicated(problem);
	return 0;
}
