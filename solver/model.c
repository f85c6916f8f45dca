/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Follows the hard constraints to their ends, names contradictions, and contracts what is forced:
 * the problem becomes a cut problem between free groups. See model.h.
 */
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Links: which constraints touch a node */

struct links_fill {
	struct dc_links *links;
	size_t *next; /* NULL while counting */
};

static void link_add(struct links_fill *fill, size_t node, enum dc_cause_kind kind, bool out,
		     size_t ref)
{
	if (!fill->next)
		fill->links->first[node + 1]++;
	else
		fill->links->of[fill->next[node]++] = (struct dc_link){kind, out, ref};
}

static void links_walk(struct links_fill *fill, const struct dc_problem *problem)
{
	size_t i, j;

	for (i = 0; i < problem->follows.len; i++) {
		link_add(fill, problem->follows.at[i].from, DC_CAUSE_FOLLOW, true, i);
		link_add(fill, problem->follows.at[i].to, DC_CAUSE_FOLLOW, false, i);
	}
	for (i = 0; i < problem->togethers.len; i++)
		for (j = 0; j < problem->togethers.at[i].count; j++)
			link_add(fill, problem->togethers.at[i].nodes[j], DC_CAUSE_TOGETHER, true,
				 i);
	for (i = 0; i < problem->edges.len; i++) {
		const struct dc_problem_edge *edge = &problem->edges.at[i];

		if (!problem->nodes.at[edge->to].replicated)
			continue;
		link_add(fill, edge->from, DC_CAUSE_COPY, true, i);
		link_add(fill, edge->to, DC_CAUSE_COPY, false, i);
	}
}

static void links_start(struct dc_links *links, const struct dc_problem *problem)
{
	struct links_fill fill = {.links = links};
	size_t i, n = problem->nodes.len;

	links->first = dc_alloc(n + 1, sizeof(*links->first));
	links_walk(&fill, problem);
	fill.next = dc_alloc(n, sizeof(*fill.next));
	for (i = 0; i < n; i++) {
		links->first[i + 1] += links->first[i];
		fill.next[i] = links->first[i];
	}
	links->of = dc_alloc(links->first[n], sizeof(*links->of));
	links_walk(&fill, problem);
	free(fill.next);
}

/* Forced sides: breadth first from the pins, so that each cause is a nearest one */

struct spread {
	const struct dc_problem *problem;
	const struct dc_links *links;
	struct dc_cause *causes;
	bool *seen; /* togethers */
	size_t *queue, tail;
	enum dc_side side;
};

static void spread_to(struct spread *s, size_t node, enum dc_cause_kind kind, size_t ref,
		      size_t via)
{
	size_t steps = kind == DC_CAUSE_PIN ? 0 : s->causes[via].steps + 1;

	if (s->causes[node].kind != DC_CAUSE_NONE)
		return;
	s->causes[node] = (struct dc_cause){kind, ref, via, steps};
	s->queue[s->tail++] = node;
}

static void spread_together(struct spread *s, size_t node, size_t ref)
{
	const struct dc_problem_together *together = &s->problem->togethers.at[ref];
	size_t i;

	if (s->seen[ref])
		return;
	s->seen[ref] = true;
	for (i = 0; i < together->count; i++)
		spread_to(s, together->nodes[i], DC_CAUSE_TOGETHER, ref, node);
}

/* The kernel spreads along constraints, the user side against them. */
static void spread_link(struct spread *s, size_t node, const struct dc_link *link)
{
	bool kernel = s->side == DC_SIDE_KERNEL;

	if (link->kind == DC_CAUSE_TOGETHER) {
		spread_together(s, node, link->ref);
	} else if (link->out != kernel) {
		return;
	} else if (link->kind == DC_CAUSE_FOLLOW) {
		const struct dc_problem_follow *follow = &s->problem->follows.at[link->ref];

		spread_to(s, kernel ? follow->to : follow->from, link->kind, link->ref, node);
	} else {
		const struct dc_problem_edge *edge = &s->problem->edges.at[link->ref];

		spread_to(s, kernel ? edge->to : edge->from, link->kind, link->ref, node);
	}
}

static struct dc_cause *spread_side(const struct dc_problem *problem, const struct dc_links *links,
				    enum dc_side side)
{
	struct spread s = {.problem = problem, .links = links, .side = side};
	size_t i, head = 0, at;

	s.causes = dc_alloc(problem->nodes.len, sizeof(*s.causes));
	s.seen = dc_alloc(problem->togethers.len, sizeof(*s.seen));
	s.queue = dc_alloc(problem->nodes.len, sizeof(*s.queue));
	for (i = 0; i < problem->pins.len; i++)
		if (problem->pins.at[i].side == side)
			spread_to(&s, problem->pins.at[i].node, DC_CAUSE_PIN, i,
				  problem->pins.at[i].node);
	while (head < s.tail) {
		size_t node = s.queue[head++];

		for (at = links->first[node]; at < links->first[node + 1]; at++)
			spread_link(&s, node, &links->of[at]);
	}
	free(s.seen);
	free(s.queue);
	return s.causes;
}

/* Words */

static bool names_caller(const char *reason, const char *via)
{
	static const char words[] = "called by ";
	size_t len = sizeof(words) - 1, id = strlen(via);

	return !strncmp(reason, words, len) && !strncmp(reason + len, via, id) &&
	       strchr(" ,", reason[len + id]);
}

/* A reason that names the caller says it all: "called by irq in atomic context". */
static const char *follow_text(struct dc_arena *arena, const char *via, const char *reason,
			       bool kernel)
{
	if (!kernel)
		return dc_arena_printf(
			arena, "would take %s into the kernel, which is on the user side: %s", via,
			reason);
	if (names_caller(reason, via))
		return reason;
	return dc_arena_printf(arena, "follows %s into the kernel: %s", via, reason);
}

static const char *cause_text(const struct dc_problem *problem, struct dc_arena *arena,
			      const struct dc_cause *cause, enum dc_side side)
{
	const char *via = problem->nodes.at[cause->via].id;
	bool kernel = side == DC_SIDE_KERNEL;

	switch (cause->kind) {
	case DC_CAUSE_PIN:
		return dc_arena_printf(arena, "pinned to the %s: %s",
				       kernel ? "kernel" : "user side",
				       problem->pins.at[cause->ref].reason);
	case DC_CAUSE_FOLLOW:
		return follow_text(arena, via, problem->follows.at[cause->ref].reason, kernel);
	case DC_CAUSE_TOGETHER:
		return dc_arena_printf(arena, "on the same side as %s: %s", via,
				       problem->togethers.at[cause->ref].reason);
	case DC_CAUSE_COPY:
		return dc_arena_printf(arena,
				       kernel ? "%s in the kernel calls its copy there"
					      : "would need a copy of %s in the kernel, which is "
						"on the user side",
				       via);
	default:
		return "free";
	}
}

/* The basis of the constraint, and the code of its kind if it has none. */
static struct dc_basis cause_basis(const struct dc_problem *problem, const struct dc_cause *cause)
{
	struct dc_basis basis = {0};
	const char *code;

	switch (cause->kind) {
	case DC_CAUSE_PIN:
		basis = problem->pins.at[cause->ref].basis;
		code = "pin";
		break;
	case DC_CAUSE_FOLLOW:
		basis = problem->follows.at[cause->ref].basis;
		code = "follow";
		break;
	case DC_CAUSE_TOGETHER:
		basis = problem->togethers.at[cause->ref].basis;
		code = "together";
		break;
	case DC_CAUSE_COPY:
		code = "copy";
		break;
	default:
		code = "free";
	}
	if (!basis.code)
		basis.code = code;
	return basis;
}

struct dc_step dc_cause_step(const struct dc_problem *problem, struct dc_arena *arena,
			     const struct dc_cause *cause, enum dc_side side, size_t node,
			     size_t first)
{
	struct dc_step step = {.text = cause_text(problem, arena, cause, side),
			       .node = node,
			       .via = cause->via,
			       .basis = cause_basis(problem, cause)};

	if (node != first)
		step.text = dc_arena_printf(arena, "%s: %s", problem->nodes.at[node].id, step.text);
	return step;
}

void dc_model_chain(const struct dc_model *model, struct dc_arena *arena, size_t node,
		    enum dc_side side, dc_steps *steps)
{
	size_t first = node;

	for (;;) {
		const struct dc_cause *cause = &model->forced[side][node];

		dc_vec_push(steps, dc_cause_step(model->problem, arena, cause, side, node, first));
		if (cause->via == node || cause->kind == DC_CAUSE_NONE)
			return;
		node = cause->via;
	}
}

/* The node that is forced to both sides by the shortest chains, and of those the farthest from the
 * kernel's pin, as chains read best from there; DC_NO_NODE: none is. */
static size_t find_contradiction(const struct dc_model *model)
{
	const struct dc_cause *kernel = model->forced[DC_SIDE_KERNEL];
	const struct dc_cause *user = model->forced[DC_SIDE_USER];
	size_t i, steps, least = SIZE_MAX, best = DC_NO_NODE;

	for (i = 0; i < model->problem->nodes.len; i++) {
		if (kernel[i].kind == DC_CAUSE_NONE || user[i].kind == DC_CAUSE_NONE)
			continue;
		steps = kernel[i].steps + user[i].steps;
		if (steps > least || (steps == least && kernel[i].steps <= kernel[best].steps))
			continue;
		least = steps;
		best = i;
	}
	return best;
}

static void note_chain(struct dc_diag *diag, const struct dc_model *model, size_t node,
		       enum dc_side side)
{
	struct dc_arena *arena = dc_arena_new();
	const char *id = model->problem->nodes.at[node].id;
	dc_steps steps = {0};
	size_t i;

	dc_model_chain(model, arena, node, side, &steps);
	for (i = 0; i < steps.len; i++)
		dc_note(diag, NULL, "%s%s%s", i ? "" : id, i ? "" : ": ", steps.at[i].text);
	dc_vec_done(&steps);
	dc_arena_free(arena);
}

static int check_contradiction(struct dc_diag *diag, const struct dc_model *model)
{
	size_t node = find_contradiction(model);
	int err;

	if (node == DC_NO_NODE)
		return 0;
	err = dc_error(diag, -EINVAL, DC_FILE(model->problem->name),
		       "%s is forced to both sides; remove one of these constraints",
		       model->problem->nodes.at[node].id);
	note_chain(diag, model, node, DC_SIDE_KERNEL);
	note_chain(diag, model, node, DC_SIDE_USER);
	return err;
}

/* Groups */

static size_t find_root(size_t *parent, size_t node)
{
	while (parent[node] != node) {
		parent[node] = parent[parent[node]];
		node = parent[node];
	}
	return node;
}

/* Numbers the groups in the order of their first nodes. */
static void make_groups(struct dc_model *model)
{
	const struct dc_problem *problem = model->problem;
	size_t i, j, n = problem->nodes.len, *parent = dc_alloc(n, sizeof(*parent));

	for (i = 0; i < n; i++)
		parent[i] = i;
	for (i = 0; i < problem->togethers.len; i++) {
		const struct dc_problem_together *together = &problem->togethers.at[i];

		for (j = 1; j < together->count; j++) {
			size_t a = find_root(parent, together->nodes[0]);
			size_t b = find_root(parent, together->nodes[j]);

			parent[a > b ? a : b] = a > b ? b : a; /* the root is the least */
		}
	}
	model->group = dc_alloc(n, sizeof(*model->group));
	for (i = 0; i < n; i++) {
		size_t root = find_root(parent, i);

		if (model->forced[DC_SIDE_KERNEL][i].kind != DC_CAUSE_NONE)
			model->group[i] = DC_GROUP_KERNEL;
		else if (model->forced[DC_SIDE_USER][i].kind != DC_CAUSE_NONE)
			model->group[i] = DC_GROUP_USER;
		else
			model->group[i] = root == i ? model->groups++ : model->group[root];
	}
	free(parent);
}

/* Weight paid when `tail` is in the kernel and `head` is not. */
static void add_weight(struct dc_model *model, size_t tail, size_t head, int64_t weight, bool hard)
{
	if (tail == head || tail == DC_GROUP_USER || head == DC_GROUP_KERNEL)
		return;
	if (tail == DC_GROUP_KERNEL && head == DC_GROUP_USER)
		model->weight += weight;
	else if (tail == DC_GROUP_KERNEL)
		model->if_user[head] += weight;
	else if (head == DC_GROUP_USER)
		model->if_kernel[tail] += weight;
	else if (weight || hard)
		dc_vec_push(&model->arcs,
			    (struct dc_model_arc){(uint32_t)tail, (uint32_t)head, weight, hard});
}

static void add_nodes(struct dc_model *model)
{
	const struct dc_problem_node *node;

	dc_vec_each (node, &model->problem->nodes) {
		size_t group = model->group[node - model->problem->nodes.at];
		int64_t weight = node->kernel_calls + node->entry_calls;

		if (group == DC_GROUP_KERNEL)
			model->kernel_loc += node->loc;
		else if (group != DC_GROUP_USER)
			model->loc[group] += node->loc;
		add_weight(model, DC_GROUP_KERNEL, group, weight, false);
	}
}

static void add_arcs(struct dc_model *model)
{
	const struct dc_problem *problem = model->problem;
	const struct dc_problem_follow *follow;
	const struct dc_problem_edge *edge;

	dc_vec_each (edge, &problem->edges) {
		size_t from = model->group[edge->from], to = model->group[edge->to];

		if (problem->nodes.at[edge->to].replicated) {
			add_weight(model, from, to, 0, true);
			continue;
		}
		add_weight(model, from, to, edge->calls, false);
		add_weight(model, to, from, edge->down, false);
	}
	dc_vec_each (follow, &problem->follows)
		add_weight(model, model->group[follow->from], model->group[follow->to], 0, true);
}

static int order_heads(const void *a, const void *b)
{
	const struct dc_model_arc *x = a, *y = b;

	return x->head < y->head ? -1 : x->head > y->head;
}

/* Sorts by tail, counting, and by head within each tail. */
static void sort_arcs(struct dc_model *model)
{
	size_t i, g, count = model->arcs.len, *next = dc_alloc(model->groups + 1, sizeof(*next));
	struct dc_model_arc *sorted = dc_alloc(count, sizeof(*sorted));

	for (i = 0; i < count; i++)
		next[model->arcs.at[i].tail + 1]++;
	for (g = 0; g < model->groups; g++)
		next[g + 1] += next[g];
	for (i = 0; i < count; i++)
		sorted[next[model->arcs.at[i].tail]++] = model->arcs.at[i];
	for (i = 0; i < count; i = next[sorted[i].tail]) /* where that tail's arcs end */
		qsort(sorted + i, next[sorted[i].tail] - i, sizeof(*sorted), order_heads);
	dc_vec_done(&model->arcs);
	model->arcs.at = sorted;
	model->arcs.len = model->arcs.cap = count;
	free(next);
}

static void merge_arcs(struct dc_model *model)
{
	size_t i, kept = 0;

	sort_arcs(model);
	for (i = 0; i < model->arcs.len; i++) {
		struct dc_model_arc arc = model->arcs.at[i];
		struct dc_model_arc *last = kept ? &model->arcs.at[kept - 1] : NULL;

		if (last && last->tail == arc.tail && last->head == arc.head) {
			last->weight += arc.weight;
			last->hard |= arc.hard;
		} else {
			model->arcs.at[kept++] = arc;
		}
	}
	model->arcs.len = kept;
}

static void index_arcs(struct dc_model *model)
{
	size_t i, g, *next = dc_alloc(model->groups, sizeof(*next));

	model->out = dc_alloc(model->groups + 1, sizeof(*model->out));
	model->in = dc_alloc(model->groups + 1, sizeof(*model->in));
	model->in_arcs = dc_alloc(model->arcs.len, sizeof(*model->in_arcs));
	for (i = 0; i < model->arcs.len; i++) {
		model->out[model->arcs.at[i].tail + 1]++;
		model->in[model->arcs.at[i].head + 1]++;
	}
	for (g = 0; g < model->groups; g++) {
		model->out[g + 1] += model->out[g];
		model->in[g + 1] += model->in[g];
		next[g] = model->in[g];
	}
	for (i = 0; i < model->arcs.len; i++)
		model->in_arcs[next[model->arcs.at[i].head]++] = i;
	free(next);
}

int dc_model_start(struct dc_diag *diag, struct dc_model *model, const struct dc_problem *problem)
{
	int err;

	*model = (struct dc_model){.problem = problem};
	links_start(&model->links, problem);
	model->forced[DC_SIDE_KERNEL] = spread_side(problem, &model->links, DC_SIDE_KERNEL);
	model->forced[DC_SIDE_USER] = spread_side(problem, &model->links, DC_SIDE_USER);
	err = check_contradiction(diag, model);
	if (err < 0) {
		dc_model_done(model);
		return err;
	}
	make_groups(model);
	model->loc = dc_alloc(model->groups, sizeof(*model->loc));
	model->if_user = dc_alloc(model->groups, sizeof(*model->if_user));
	model->if_kernel = dc_alloc(model->groups, sizeof(*model->if_kernel));
	add_nodes(model);
	add_arcs(model);
	merge_arcs(model);
	index_arcs(model);
	return 0;
}

void dc_model_done(struct dc_model *model)
{
	free(model->links.first);
	free(model->links.of);
	free(model->forced[DC_SIDE_KERNEL]);
	free(model->forced[DC_SIDE_USER]);
	free(model->group);
	free(model->loc);
	free(model->if_user);
	free(model->if_kernel);
	dc_vec_done(&model->arcs);
	free(model->out);
	free(model->in);
	free(model->in_arcs);
	*model = (struct dc_model){0};
}
