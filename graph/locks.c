/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds which locks may be held at each call, over all functions.
 *
 * A state has for each lock whether it may be held, and whether it may be held twice or more (two
 * objects of a type share a name, and RCU nests). A join keeps a lock that either branch holds,
 * which is safe. Each body is run from two states: no lock is held, and callers hold every lock
 * once. Locks that are held after the first run are those that the function takes for its caller;
 * locks that are free after the second are those that it releases for its caller. These two sets
 * are the effect of a call. Effects are computed again until none changes, so that wrappers of
 * wrappers and recursion work.
 *
 * A lock that is passed as a parameter is called FUNCTION#N; at a call it is replaced by the lock
 * that the caller passes. A call through a pointer takes what any function that it may call takes,
 * and releases a lock only if it can call but one function.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/facts.h"

#define uthash_fatal(msg) abort()
#include <uthash.h>

#define DEPTH	   4 /* how often a lock is counted as held; callers' count for one */
#define MAX_ROUNDS 16 /* effects through recursion need not settle by then */

struct body_of {
	const char *function;
	size_t body;
	UT_hash_handle hh;
};

/* The effect of a function on its caller's locks; one bit for each lock of facts.locks. */
struct effect {
	uint64_t *takes, *keeps;
	bool any;
	bool several; /* bodies: what any of them may do counts */
};

/* Bit i of set d: lock i may be held more than d times. */
struct state {
	uint64_t *held[DEPTH];
};

struct analysis {
	struct dc_facts *facts;
	struct body_of *bodies;
	struct effect *effects; /* one a body; a function's is that of its first */
	size_t *first; /* of each body: the first of the same function */
	size_t words; /* of a set */
	uint64_t *room; /* of a run: a state a block, one at hand */
	size_t room_words;
};

static bool has(const uint64_t *set, unsigned bit)
{
	return set[bit / 64] >> (bit % 64) & 1;
}

static void put(uint64_t *set, unsigned bit, bool value)
{
	uint64_t mask = UINT64_C(1) << (bit % 64);

	set[bit / 64] = value ? set[bit / 64] | mask : set[bit / 64] & ~mask;
}

static void take(struct state *state, unsigned lock)
{
	int d;

	for (d = DEPTH - 1; d; d--)
		put(state->held[d], lock, has(state->held[d - 1], lock));
	put(state->held[0], lock, true);
}

static void release(struct state *state, unsigned lock)
{
	int d;

	for (d = 0; d + 1 < DEPTH; d++)
		put(state->held[d], lock, has(state->held[d + 1], lock));
	put(state->held[DEPTH - 1], lock, false);
}

static const struct effect *effect_of(const struct analysis *analysis, const char *callee)
{
	struct body_of *found;

	HASH_FIND_PTR(analysis->bodies, &callee, found);
	return found && analysis->effects[found->body].any ? &analysis->effects[found->body] : NULL;
}

static unsigned callees(const struct dc_fact_call *call)
{
	return call->callee ? 1 : call->target_count;
}

/* The functions that a call may call, from 0. */
static const char *callee_at(const struct analysis *analysis, const struct dc_fact_call *call,
			     unsigned index)
{
	return call->callee ? call->callee
			    : analysis->facts->targets.at[call->first_target + index];
}

static bool has_effect(const struct analysis *analysis, const struct dc_fact_call *call)
{
	unsigned i;

	for (i = 0; i < callees(call); i++)
		if (effect_of(analysis, callee_at(analysis, call, i)))
			return true;
	return false;
}

/* The argument that is the callee's lock: N for "CALLEE#N", else -1. */
static int parameter_of(const char *lock, const char *callee)
{
	size_t len = strlen(callee);

	return !strncmp(lock, callee, len) && lock[len] == '#' ? atoi(lock + len + 1) : -1;
}

/* The caller's lock for one of the callee's. */
static unsigned translate(struct dc_facts *facts, const struct dc_fact_call *call,
			  const char *callee, unsigned lock)
{
	int parameter = parameter_of(facts->locks.at[lock].name, callee);
	unsigned i;

	for (i = 0; parameter >= 0 && i < call->lock_count; i++) {
		struct dc_fact_lock_argument *given =
			&facts->lock_arguments.at[call->first_lock + i];

		if (given->argument == (unsigned)parameter)
			return dc_facts_lock(facts, given->object, facts->locks.at[lock].class);
	}
	return lock;
}

/* Adds the locks that calls may translate to, so that sets are large enough for them. */
static void name_all_locks(struct analysis *analysis)
{
	struct dc_facts *facts = analysis->facts;
	const struct dc_fact_call *call;
	unsigned lock, i;
	size_t before;

	do {
		before = facts->locks.len;
		dc_vec_each (call, &facts->calls)
			for (i = 0; call->lock_count && i < callees(call); i++)
				for (lock = 0; lock < before; lock++)
					translate(facts, call, callee_at(analysis, call, i), lock);
	} while (facts->locks.len > before);
}

/* sure: the call calls this function and no other. */
static void apply_effect(struct analysis *analysis, const struct dc_fact_call *call,
			 const char *callee, bool sure, struct state *state)
{
	const struct effect *effect = effect_of(analysis, callee);
	unsigned i, count = (unsigned)analysis->facts->locks.len;

	for (i = 0; effect && i < count; i++) {
		if (sure && !has(effect->keeps, i))
			release(state, translate(analysis->facts, call, callee, i));
		if (has(effect->takes, i))
			take(state, translate(analysis->facts, call, callee, i));
	}
}

static void apply_call(struct analysis *analysis, const struct dc_fact_call *call,
		       struct state *state)
{
	bool sure = callees(call) == 1 && !call->any_target;
	unsigned i;

	if (call->unknown_lock)
		take(state, call->unknown_lock - 1);
	for (i = 0; i < callees(call); i++)
		apply_effect(analysis, call, callee_at(analysis, call, i), sure, state);
}

static void apply_event(struct analysis *analysis, const struct dc_fact_event *event,
			struct state *state)
{
	if (event->kind == DC_FACT_TAKES)
		take(state, event->index);
	else if (event->kind == DC_FACT_RELEASES)
		release(state, event->index);
	else
		apply_call(analysis, &analysis->facts->calls.at[event->index], state);
}

static struct state state_at(const struct analysis *analysis, size_t block)
{
	uint64_t *at = analysis->room + block * DEPTH * analysis->words;
	struct state state;
	size_t d;

	for (d = 0; d < DEPTH; d++)
		state.held[d] = at + d * analysis->words;
	return state;
}

static void copy_state(const struct analysis *analysis, struct state to, struct state from)
{
	memcpy(to.held[0], from.held[0], DEPTH * analysis->words * 8); /* they lie side by side */
}

static bool merge_state(const struct analysis *analysis, struct state to, struct state from)
{
	bool grown = false;
	size_t i;

	for (i = 0; i < DEPTH * analysis->words; i++) {
		grown |= (from.held[0][i] & ~to.held[0][i]) != 0;
		to.held[0][i] |= from.held[0][i];
	}
	return grown;
}

static void make_room(struct analysis *analysis, const struct dc_fact_body *body)
{
	size_t words = (body->blocks + 1) * DEPTH * analysis->words;

	if (words > analysis->room_words) {
		analysis->room = dc_realloc(analysis->room, words, 8);
		analysis->room_words = words;
	}
	memset(analysis->room, 0, words * 8);
}

/* The state after a block; it lies behind the last block's. */
static struct state after_block(struct analysis *analysis, const struct dc_fact_body *body,
				unsigned block)
{
	const struct dc_fact_event *event = &analysis->facts->events.at[body->first_event];
	struct state state = state_at(analysis, body->blocks);
	unsigned i;

	copy_state(analysis, state, state_at(analysis, block));
	for (i = 0; i < body->events; i++)
		if (event[i].block == block)
			apply_event(analysis, &event[i], &state);
	return state;
}

/* Fills each block's state at its start. full: callers hold every lock once. */
static void run(struct analysis *analysis, const struct dc_fact_body *body, bool full)
{
	const struct dc_fact_edge *edge = &analysis->facts->edges.at[body->first_edge];
	bool *reached = dc_alloc(body->blocks, sizeof(*reached));
	bool grown;
	unsigned i;

	make_room(analysis, body);
	if (full)
		memset(state_at(analysis, 0).held[0], 0xff, analysis->words * 8);
	reached[0] = true;
	do {
		grown = false;
		for (i = 0; i < body->edges; i++) {
			struct state out;

			if (!reached[edge[i].from])
				continue;
			out = after_block(analysis, body, edge[i].from);
			grown |= merge_state(analysis, state_at(analysis, edge[i].to), out) ||
				 !reached[edge[i].to];
			reached[edge[i].to] = true;
		}
	} while (grown);
	free(reached);
}

/* True if something in the body changes locks. */
static bool touches_locks(const struct analysis *analysis, const struct dc_fact_body *body)
{
	const struct dc_facts *facts = analysis->facts;
	unsigned i;

	for (i = 0; i < body->events; i++) {
		const struct dc_fact_event *event = &facts->events.at[body->first_event + i];

		if (event->kind != DC_FACT_CALLS || facts->calls.at[event->index].unknown_lock ||
		    has_effect(analysis, &facts->calls.at[event->index]))
			return true;
	}
	return false;
}

static bool update(uint64_t *set, const uint64_t *now, size_t words)
{
	bool changed = memcmp(set, now, words * 8) != 0;

	memcpy(set, now, words * 8);
	return changed;
}

/* As update, where a function has several bodies. both: what all of them keep; else what any takes.
 */
static bool join(uint64_t *set, const uint64_t *now, size_t words, bool both)
{
	bool changed = false;
	size_t i;

	for (i = 0; i < words; i++) {
		uint64_t joined = both ? set[i] & now[i] : set[i] | now[i];

		changed |= joined != set[i];
		set[i] = joined;
	}
	return changed;
}

/* Sets takes or keeps after a run. */
static bool update_set(struct analysis *analysis, const struct effect *effect, bool keeps)
{
	const uint64_t *now = state_at(analysis, DC_FACT_BLOCK_EXIT).held[0];
	uint64_t *set = keeps ? effect->keeps : effect->takes;

	return effect->several ? join(set, now, analysis->words, keeps)
			       : update(set, now, analysis->words);
}

static bool update_effect(struct analysis *analysis, size_t index)
{
	const struct dc_fact_body *body = &analysis->facts->bodies.at[index];
	struct effect *effect = &analysis->effects[analysis->first[index]];
	bool changed;
	size_t i;

	if (!touches_locks(analysis, body))
		return false;
	run(analysis, body, false);
	changed = update_set(analysis, effect, false);
	run(analysis, body, true);
	changed |= update_set(analysis, effect, true);
	effect->any = false;
	for (i = 0; i < analysis->facts->locks.len; i++)
		effect->any |= has(effect->takes, (unsigned)i) || !has(effect->keeps, (unsigned)i);
	return changed;
}

static void add_region(struct dc_facts *facts, const char *function, unsigned lock)
{
	dc_vec_push(&facts->regions, (struct dc_fact_region){.function = function, .lock = lock});
}

/* Locks held at a call, and locks that callers may hold but that are released here. */
static void record_call(struct dc_facts *facts, struct dc_fact_call *call,
			const struct state *state, bool full)
{
	unsigned i;

	for (i = 0; i < facts->locks.len; i++)
		if (has(state->held[0], i) && !full)
			dc_vec_push(&call->locks, i);
		else if (!has(state->held[0], i) && full)
			dc_vec_push(&call->dropped, i);
}

/* A function has a region of what a callee takes for it. */
static void record_callee(struct analysis *analysis, const struct dc_fact_body *body,
			  const struct dc_fact_call *call, const char *callee)
{
	const struct effect *effect = effect_of(analysis, callee);
	unsigned i, count = (unsigned)analysis->facts->locks.len;

	for (i = 0; effect && i < count; i++)
		if (has(effect->takes, i))
			add_region(analysis->facts, body->function,
				   translate(analysis->facts, call, callee, i));
}

/* Also of what it takes itself, and of what it releases for its caller. */
static void record_regions(struct analysis *analysis, const struct dc_fact_body *body,
			   const struct dc_fact_event *event, const struct state *state)
{
	struct dc_facts *facts = analysis->facts;
	const struct dc_fact_call *call;
	unsigned i;

	if (event->kind == DC_FACT_TAKES ||
	    (event->kind == DC_FACT_RELEASES && !has(state->held[0], event->index)))
		add_region(facts, body->function, event->index);
	if (event->kind != DC_FACT_CALLS)
		return;
	call = &facts->calls.at[event->index];
	if (call->unknown_lock)
		add_region(facts, body->function, call->unknown_lock - 1);
	for (i = 0; i < callees(call); i++)
		record_callee(analysis, body, call, callee_at(analysis, call, i));
}

static void record(struct analysis *analysis, const struct dc_fact_body *body, bool full)
{
	struct dc_facts *facts = analysis->facts;
	unsigned block, i;

	run(analysis, body, full);
	for (block = 0; block < body->blocks; block++) {
		struct state state = state_at(analysis, body->blocks);

		copy_state(analysis, state, state_at(analysis, block));
		for (i = 0; i < body->events; i++) {
			const struct dc_fact_event *event =
				&facts->events.at[body->first_event + i];

			if (event->block != block)
				continue;
			if (event->kind == DC_FACT_CALLS)
				record_call(facts, &facts->calls.at[event->index], &state, full);
			if (!full)
				record_regions(analysis, body, event, &state);
			apply_event(analysis, event, &state);
		}
	}
}

static void start(struct analysis *analysis)
{
	struct dc_facts *facts = analysis->facts;
	size_t i;

	name_all_locks(analysis);
	analysis->words = (facts->locks.len + 63) / 64;
	analysis->effects =
		dc_arena_alloc(facts->arena, facts->bodies.len * sizeof(*analysis->effects));
	analysis->first =
		dc_arena_alloc(facts->arena, facts->bodies.len * sizeof(*analysis->first));
	for (i = 0; i < facts->bodies.len; i++) {
		const char *function = facts->bodies.at[i].function;
		struct body_of *entry = NULL;

		HASH_FIND_PTR(analysis->bodies, &function, entry);
		analysis->first[i] = entry ? entry->body : i;
		if (entry) {
			analysis->effects[entry->body].several = true;
			continue;
		}
		entry = dc_arena_alloc(facts->arena, sizeof(*entry));
		*entry = (struct body_of){.function = function, .body = i};
		HASH_ADD_PTR(analysis->bodies, function, entry);
		analysis->effects[i].takes = dc_arena_alloc(facts->arena, analysis->words * 8);
		analysis->effects[i].keeps = dc_arena_alloc(facts->arena, analysis->words * 8);
		memset(analysis->effects[i].keeps, 0xff, analysis->words * 8);
	}
}

void dc_locks_resolve(struct dc_facts *facts)
{
	struct analysis analysis = {.facts = facts};
	bool changed = facts->locks.len > 0;
	unsigned rounds;
	size_t i;

	if (!changed)
		return;
	start(&analysis);
	for (rounds = 0; changed && rounds < MAX_ROUNDS; rounds++) {
		changed = false;
		for (i = 0; i < facts->bodies.len; i++)
			changed |= update_effect(&analysis, i);
	}
	for (i = 0; i < facts->bodies.len; i++)
		if (touches_locks(&analysis, &facts->bodies.at[i])) {
			record(&analysis, &facts->bodies.at[i], false);
			record(&analysis, &facts->bodies.at[i], true);
		}
	HASH_CLEAR(hh, analysis.bodies);
	free(analysis.room);
}
