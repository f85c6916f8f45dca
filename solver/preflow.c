/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push-relabel on a range of nodes whose terminals are numbers, not nodes; see preflow.h. A label
 * is the number of arcs to the sink: 1 for a node with room, `unreached` for one that cannot get
 * rid of its excess. Everything is written for excess that is pushed to room; `supply` and the
 * index of `left` turn it around. */
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

/* The amount that a node has to send; below 0: room. */
static int64_t supply(const struct dc_preflow *p, uint32_t v)
{
	return p->turned ? -p->nodes[v].excess : p->nodes[v].excess;
}

/* Labels v, found at that distance from the sink, and enters it in the lists. Returns what it has
 * to send. */
static int64_t reach(struct dc_preflow *p, uint32_t v, uint32_t label)
{
	int64_t sends = supply(p, v);

	p->label[v] = label;
	p->nodes[v].current = p->first[v];
	level_add(p, v);
	if (sends <= 0)
		return 0;
	activate(p, v);
	return sends;
}

/* Starts labels and lists with the nodes that have room; returns how much. */
static int64_t label_room(struct dc_preflow *p, uint32_t *ret_tail)
{
	size_t labels = (size_t)p->unreached + 1;
	uint32_t v, tail = 0;
	int64_t room = 0;

	memset(p->active, 0xff, labels * sizeof(*p->active));
	memset(p->level, 0xff, labels * sizeof(*p->level));
	p->highest = p->highest_active = 0;
	for (v = p->base; v < p->end; v++) {
		p->label[v] = p->unreached;
		if (supply(p, v) >= 0)
			continue;
		room -= supply(p, v);
		reach(p, v, 1);
		p->queue[tail++] = v;
	}
	*ret_tail = tail;
	return room;
}

/* Labels := exact distances to the sink in the residual net. */
static void relabel_all(struct dc_preflow *p)
{
	uint32_t head = 0, tail, v, h;
	int64_t room = label_room(p, &tail), sends = 0;
	size_t halves = 0;

	while (head < tail) {
		v = p->queue[head++];
		halves += p->first[v + 1] - p->first[v];
		for (h = p->first[v]; h < p->first[v + 1]; h++) {
			uint32_t w = p->halves[h].head;

			if (!p->halves[h].left[!p->turned] || p->label[w] < p->unreached)
				continue;
			sends += reach(p, w, p->label[v] + 1);
			p->queue[tail++] = w;
		}
	}
	p->movable = sends < room ? sends : room;
	p->moved = 0;
	p->work = 0;
	p->work_limit = 3 * (size_t)tail + halves / 4;
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
		if (p->halves[h].left[p->turned] && p->label[p->halves[h].head] < least) {
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

/* Pushes as much of the amount as there is room for on the half; returns it. The caller takes it
 * from the half's tail. */
static int64_t push_half(struct dc_preflow *p, struct dc_half *half, int64_t amount)
{
	struct dc_half *twin = &p->halves[half->twin];
	int64_t before = supply(p, half->head);
	bool turned = p->turned;

	if (amount > half->left[turned])
		amount = half->left[turned];
	half->left[turned] -= amount;
	half->left[!turned] += amount;
	twin->left[!turned] -= amount;
	twin->left[turned] += amount;
	p->nodes[half->head].excess += turned ? -amount : amount;
	if (before < 0)
		p->moved += amount < -before ? amount : -before;
	if (before <= 0 && before + amount > 0)
		activate(p, half->head);
	return amount;
}

/* Pushes and relabels v until its excess is gone or cannot reach the sink. */
static void discharge(struct dc_preflow *p, uint32_t v)
{
	struct dc_preflow_node *node = &p->nodes[v];
	uint32_t end = p->first[v + 1];
	int64_t rest = supply(p, v);

	while (rest && p->label[v] < p->unreached) {
		struct dc_half *half = &p->halves[node->current];

		if (node->current == end)
			relabel(p, v);
		else if (!half->left[p->turned] || p->label[v] != p->label[half->head] + 1)
			node->current++;
		else
			rest -= push_half(p, half, rest);
	}
	node->excess = p->turned ? -rest : rest;
}

/* Pushes until nothing moves any more, or the labels want to be exact again. True: nothing moves.
 */
static bool push_all(struct dc_preflow *p)
{
	while (p->highest_active > 0) {
		uint32_t v = p->active[p->highest_active];

		if (v == NONE) {
			p->highest_active--;
			continue;
		}
		if (p->work > p->work_limit)
			return false;
		p->active[p->highest_active] = p->nodes[v].next_active;
		discharge(p, v);
	}
	return true;
}

static void begin(struct dc_preflow *p, uint32_t base, uint32_t end, bool turned)
{
	p->base = base;
	p->end = end;
	p->unreached = end - base + 1;
	p->turned = turned;
	p->turns = 0;
	relabel_all(p);
}

void dc_preflow_drain(struct dc_preflow *p, uint32_t base, uint32_t end, bool room)
{
	begin(p, base, end, room);
	while (!push_all(p))
		relabel_all(p);
}

void dc_preflow_run(struct dc_preflow *p, uint32_t base, uint32_t end)
{
	begin(p, base, end, false);
	while (!push_all(p)) {
		if (p->moved < p->movable / 2) {
			p->turned = !p->turned;
			p->turns++;
		}
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

			if (!p->halves[h].left[0] || least[w])
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
		greatest[v] = p->nodes[v].excess >= 0;
		if (!greatest[v])
			p->queue[tail++] = v;
	}
	while (head < tail) {
		v = p->queue[head++];
		for (h = p->first[v]; h < p->first[v + 1]; h++) {
			uint32_t w = p->halves[h].head;

			if (!p->halves[h].left[1] || !greatest[w])
				continue;
			greatest[w] = false;
			p->queue[tail++] = w;
		}
	}
}
