/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push-relabel on a range of nodes whose terminals are numbers, not nodes; see preflow.h. A label
 * is the number of arcs to the sink: 1 for a node with room, `unreached` for one that cannot get
 * rid of its excess. */
#include "preflow.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define NONE UINT32_MAX

static uint32_t *new_numbers(size_t count)
{
	return dc_alloc(count, sizeof(uint32_t));
}

void dc_preflow_start(struct dc_preflow *p, size_t nodes, size_t halves)
{
	p->label = new_numbers(nodes);
	p->nodes = dc_alloc(nodes, sizeof(*p->nodes));
	p->halves = dc_alloc(halves, sizeof(*p->halves));
	p->queue = new_numbers(nodes);
	p->active = new_numbers(nodes + 2);
	p->level = new_numbers(nodes + 2);
}

void dc_preflow_done(struct dc_preflow *p)
{
	free(p->label);
	free(p->nodes);
	free(p->halves);
	free(p->queue);
	free(p->active);
	free(p->level);
}

/* Lists */

static void activate(struct dc_preflow *p, uint32_t v)
{
	uint32_t label = p->label[v];

	p->nodes[v].next_active = p->active[label];
	p->active[label] = v;
	if (label > p->highest_active)
		p->highest_active = label;
}

static void level_add(struct dc_preflow *p, uint32_t v)
{
	uint32_t label = p->label[v], head = p->level[label];

	p->nodes[v].next = head;
	p->nodes[v].prev = NONE;
	if (head != NONE)
		p->nodes[head].prev = v;
	p->level[label] = v;
	if (label > p->highest)
		p->highest = label;
}

static void level_remove(struct dc_preflow *p, uint32_t v)
{
	if (p->nodes[v].prev != NONE)
		p->nodes[p->nodes[v].prev].next = p->nodes[v].next;
	else
		p->level[p->label[v]] = p->nodes[v].next;
	if (p->nodes[v].next != NONE)
		p->nodes[p->nodes[v].next].prev = p->nodes[v].prev;
}

/* Labels */

/* Labels v, found at that distance from the sink, and enters it in the lists. */
static void reach(struct dc_preflow *p, uint32_t v, uint32_t label)
{
	p->label[v] = label;
	p->nodes[v].current = p->first[v];
	level_add(p, v);
	if (p->nodes[v].excess > 0)
		activate(p, v);
}

/* Labels := exact distances to the sink in the residual net. */
static void relabel_all(struct dc_preflow *p)
{
	uint32_t head = 0, tail = 0, v, h;
	size_t labels = (size_t)p->unreached + 1;

	memset(p->active, 0xff, labels * sizeof(*p->active));
	memset(p->level, 0xff, labels * sizeof(*p->level));
	p->highest = p->highest_active = 0;
	p->work = 0;
	for (v = p->base; v < p->end; v++) {
		p->label[v] = p->unreached;
		if (!p->nodes[v].room)
			continue;
		reach(p, v, 1);
		p->queue[tail++] = v;
	}
	while (head < tail) {
		v = p->queue[head++];
		for (h = p->first[v]; h < p->first[v + 1]; h++) {
			uint32_t w = p->halves[h].head;

			if (p->label[w] < p->unreached || !p->halves[p->halves[h].twin].left)
				continue;
			reach(p, w, p->label[v] + 1);
			p->queue[tail++] = w;
		}
	}
}

/* No node is left at this label, so no node above it reaches the sink any more. */
static void close_gap(struct dc_preflow *p, uint32_t label)
{
	uint32_t v;

	for (label++; label <= p->highest; label++) {
		for (v = p->level[label]; v != NONE; v = p->nodes[v].next)
			p->label[v] = p->unreached;
		p->level[label] = p->active[label] = NONE;
	}
}

static void relabel(struct dc_preflow *p, uint32_t v)
{
	uint32_t old = p->label[v], least = p->unreached, h;

	level_remove(p, v);
	p->label[v] = p->unreached;
	p->work += 12 + p->first[v + 1] - p->first[v];
	if (p->level[old] == NONE) {
		close_gap(p, old);
		p->highest = p->highest_active = old - 1;
		return;
	}
	for (h = p->first[v]; h < p->first[v + 1]; h++) {
		if (p->halves[h].left && p->label[p->halves[h].head] < least) {
			least = p->label[p->halves[h].head];
			p->nodes[v].current = h;
		}
	}
	if (least + 1 >= p->unreached)
		return;
	p->label[v] = least + 1;
	level_add(p, v);
}

/* Pushes */

static void push_half(struct dc_preflow *p, uint32_t v, struct dc_half *half)
{
	int64_t amount = p->nodes[v].excess < half->left ? p->nodes[v].excess : half->left;
	uint32_t w = half->head;

	if (!p->nodes[w].excess)
		activate(p, w);
	half->left -= amount;
	p->halves[half->twin].left += amount;
	p->nodes[v].excess -= amount;
	p->nodes[w].excess += amount;
}

static void push_to_sink(struct dc_preflow *p, uint32_t v)
{
	int64_t amount =
		p->nodes[v].excess < p->nodes[v].room ? p->nodes[v].excess : p->nodes[v].room;

	p->nodes[v].room -= amount;
	p->nodes[v].excess -= amount;
}

/* Pushes and relabels v until its excess is gone or cannot reach the sink. */
static void discharge(struct dc_preflow *p, uint32_t v)
{
	push_to_sink(p, v);
	while (p->nodes[v].excess > 0 && p->label[v] < p->unreached) {
		uint32_t end = p->first[v + 1];

		for (; p->nodes[v].current < end; p->nodes[v].current++) {
			struct dc_half *half = &p->halves[p->nodes[v].current];

			if (!half->left || p->label[v] != p->label[half->head] + 1)
				continue;
			push_half(p, v, half);
			if (!p->nodes[v].excess)
				return;
		}
		relabel(p, v);
	}
}

void dc_preflow_run(struct dc_preflow *p, uint32_t base, uint32_t end)
{
	p->base = base;
	p->end = end;
	p->unreached = end - base + 1;
	p->work_limit = 6 * (size_t)(end - base) + (p->first[end] - p->first[base]) / 2;
	relabel_all(p);
	while (p->highest_active > 0) {
		uint32_t v = p->active[p->highest_active];

		if (v == NONE) {
			p->highest_active--;
			continue;
		}
		p->active[p->highest_active] = p->nodes[v].next_active;
		discharge(p, v);
		if (p->work > p->work_limit)
			relabel_all(p);
	}
}

/* Cuts */

void dc_preflow_least(struct dc_preflow *p, bool *least)
{
	uint32_t head = 0, tail = 0, v, h;

	for (v = p->base; v < p->end; v++) {
		least[v] = p->nodes[v].excess > 0;
		if (least[v])
			p->queue[tail++] = v;
	}
	while (head < tail) {
		v = p->queue[head++];
		for (h = p->first[v]; h < p->first[v + 1]; h++) {
			uint32_t w = p->halves[h].head;

			if (least[w] || !p->halves[h].left)
				continue;
			least[w] = true;
			p->queue[tail++] = w;
		}
	}
}

void dc_preflow_greatest(struct dc_preflow *p, bool *greatest)
{
	uint32_t head = 0, tail = 0, v, h;

	for (v = p->base; v < p->end; v++) {
		greatest[v] = !p->nodes[v].room;
		if (!greatest[v])
			p->queue[tail++] = v;
	}
	while (head < tail) {
		v = p->queue[head++];
		for (h = p->first[v]; h < p->first[v + 1]; h++) {
			uint32_t w = p->halves[h].head;

			if (!greatest[w] || !p->halves[p->halves[h].twin].left)
				continue;
			greatest[w] = false;
			p->queue[tail++] = w;
		}
	}
}
