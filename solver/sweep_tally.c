/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tallies of all cuts of a sweep: the first is measured, each further one is the one before it
 * with the nodes of a breakpoint moved to the kernel, one by one. */
#include <stdlib.h>

#include "cut.h"
#include "sweep.h"
#include "sweep_tally.h"

struct mover {
	const struct dc_problem *problem;
	struct dc_tally tally;
	bool *in_kernel;
	size_t *user_callers; /* of each replicated node */
	size_t *first, *edges; /* edges that touch node v: edges[first[v] .. first[v + 1]) */
};

static void index_edges(struct mover *m)
{
	size_t i, n = m->problem->nodes.len, *next = dc_alloc(n, sizeof(*next));

	m->first = dc_alloc(n + 1, sizeof(*m->first));
	m->edges = dc_alloc(2 * m->problem->edges.len, sizeof(*m->edges));
	for (i = 0; i < m->problem->edges.len; i++) {
		m->first[m->problem->edges.at[i].from + 1]++;
		m->first[m->problem->edges.at[i].to + 1]++;
	}
	for (i = 0; i < n; i++) {
		m->first[i + 1] += m->first[i];
		next[i] = m->first[i];
	}
	for (i = 0; i < m->problem->edges.len; i++) {
		m->edges[next[m->problem->edges.at[i].from]++] = i;
		m->edges[next[m->problem->edges.at[i].to]++] = i;
	}
	free(next);
}

static void count_user_callers(struct mover *m)
{
	const struct dc_problem_edge *edge;

	dc_vec_each (edge, &m->problem->edges)
		if (m->problem->nodes.at[edge->to].replicated && !m->in_kernel[edge->from])
			m->user_callers[edge->to]++;
}

/* Counts a replicated node that is on both sides in (+1) or out (-1). */
static void count_copy(struct mover *m, size_t node, int sign)
{
	m->tally.replicated_loc += sign * m->problem->nodes.at[node].loc;
	m->tally.replicated_count += (size_t)sign;
}

/* `node` is about to go to the kernel: what of this edge crosses changes. */
static void move_edge(struct mover *m, size_t node, const struct dc_problem_edge *edge)
{
	bool from_kernel = m->in_kernel[edge->from], to_kernel = m->in_kernel[edge->to];

	if (m->problem->nodes.at[edge->to].replicated) {
		if (edge->from == node && !--m->user_callers[edge->to] && to_kernel)
			count_copy(m, edge->to, -1);
	} else if (edge->from == node) {
		m->tally.downcalls -= to_kernel ? edge->down : 0;
		m->tally.upcalls += to_kernel ? 0 : edge->calls;
	} else {
		m->tally.upcalls -= from_kernel ? edge->calls : 0;
		m->tally.downcalls += from_kernel ? 0 : edge->down;
	}
}

static void move_node(struct mover *m, size_t v)
{
	const struct dc_problem_node *node = &m->problem->nodes.at[v];
	struct dc_tally *tally = &m->tally;
	size_t i;

	for (i = m->first[v]; i < m->first[v + 1]; i++)
		move_edge(m, v, &m->problem->edges.at[m->edges[i]]);
	m->in_kernel[v] = true;
	if (m->user_callers[v])
		count_copy(m, v, 1);
	tally->kernel_loc += node->loc;
	tally->user_loc -= node->loc;
	tally->kernel_count++;
	tally->user_count--;
	tally->entry_calls -= node->entry_calls;
	tally->kernel_calls -= node->kernel_calls;
}

void dc_sweep_tallies(struct dc_sweep *sweep)
{
	const struct dc_problem *problem = sweep->problem;
	struct mover m = {.problem = problem};
	const struct dc_breakpoint *breakpoint;
	size_t i;

	m.in_kernel = dc_alloc(problem->nodes.len, sizeof(*m.in_kernel));
	m.user_callers = dc_alloc(problem->nodes.len, sizeof(*m.user_callers));
	dc_sweep_sides(sweep, 0, m.in_kernel);
	dc_tally_sides(problem, m.in_kernel, &m.tally, NULL);
	index_edges(&m);
	count_user_callers(&m);
	dc_vec_push(&sweep->cuts, (struct dc_sweep_cut){.tally = m.tally});
	dc_vec_each (breakpoint, &sweep->breakpoints) {
		for (i = 0; i < breakpoint->count; i++)
			move_node(&m, breakpoint->to_kernel[i]);
		m.tally.crossings = m.tally.upcalls + m.tally.downcalls + m.tally.entry_calls +
				    m.tally.kernel_calls;
		dc_vec_push(&sweep->cuts, (struct dc_sweep_cut){.tally = m.tally});
	}
	free(m.in_kernel);
	free(m.user_callers);
	free(m.first);
	free(m.edges);
}
