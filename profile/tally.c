/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells the driver's functions from the kernel's. In the profiling build the name says it:
 * dcprof_f_NAME is the driver's, dcprof_k_NAME is the stub before the kernel function NAME. In a
 * recording of any other build the tag [module] says it, or the caller's list of names does.
 */
#include "profile/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWN_PREFIX   DC_PROFILING_PREFIX "f_"
#define STUB_PREFIX  DC_PROFILING_PREFIX "k_"
#define NAME_MAX_LEN 512

enum owner { OWNER_KERNEL, OWNER_DRIVER, OWNER_STUB, OWNER_UNKNOWN };

/* Cuts "+0x12/0x34" and what the compiler appends to a clone (".isra.0") off a symbol. */
static void bare_name(const char *symbol, char name[NAME_MAX_LEN])
{
	size_t len = strcspn(symbol, "+.");

	if (len >= NAME_MAX_LEN)
		len = NAME_MAX_LEN - 1;
	memcpy(name, symbol, len);
	name[len] = '\0';
}

/* The kernel writes '_' in the name of a module where its file has '-'. */
static bool same_module(const char *one, const char *two)
{
	for (; *one && *two; one++, two++)
		if (*one != *two && (*one != '-' || *two != '_') && (*one != '_' || *two != '-'))
			return false;
	return *one == *two;
}

/* The compiler has split a function, and inlined its head where it is called: its rest,
 * NAME.part.0, called by NAME itself is not a call of the source. */
static bool is_part_of(const char *symbol, const char *callee, const char *caller)
{
	return strstr(symbol, ".part.") && !strcmp(callee, caller);
}

static enum owner owner_of(const struct dc_profile_names *names, const struct symbols *symbols,
			   const char *symbol, const char *module, char name[NAME_MAX_LEN])
{
	if (!strncmp(symbol, "0x", 2)) {
		symbol = symbols ? symbols_find(symbols, strtoull(symbol, NULL, 16)) : NULL;
		if (!symbol)
			return OWNER_UNKNOWN;
	}
	bare_name(symbol, name);
	if (!strncmp(name, OWN_PREFIX, strlen(OWN_PREFIX))) {
		memmove(name, name + strlen(OWN_PREFIX), strlen(name + strlen(OWN_PREFIX)) + 1);
		return OWNER_DRIVER;
	}
	if (!strncmp(name, STUB_PREFIX, strlen(STUB_PREFIX))) {
		memmove(name, name + strlen(STUB_PREFIX), strlen(name + strlen(STUB_PREFIX)) + 1);
		return OWNER_STUB;
	}
	if (*module)
		return same_module(module, names->module) ? OWNER_DRIVER : OWNER_KERNEL;
	return names->is_driver && names->is_driver(names->ctx, name) ? OWNER_DRIVER : OWNER_KERNEL;
}

static struct tally_edge *edge_for(struct tally *tally, const char *caller, const char *callee,
				   bool kernel)
{
	char key[2 * NAME_MAX_LEN + 2];
	struct tally_edge *edge;

	snprintf(key, sizeof(key), "%s>%s", caller ? caller : "", callee);
	HASH_FIND_STR(tally->edges, key, edge);
	if (edge)
		return edge;
	edge = dc_arena_alloc(tally->arena, sizeof(*edge));
	edge->key = dc_arena_strdup(tally->arena, key);
	edge->caller = caller ? dc_arena_strdup(tally->arena, caller) : NULL;
	edge->callee = dc_arena_strdup(tally->arena, callee);
	edge->kernel = kernel;
	HASH_ADD_KEYPTR(hh, tally->edges, edge->key, strlen(edge->key), edge);
	return edge;
}

void tally_add(struct tally *tally, const struct dc_profile_names *names,
	       const struct symbols *symbols, const struct tally_call *call)
{
	char callee[NAME_MAX_LEN], caller[NAME_MAX_LEN];
	enum owner to = owner_of(names, symbols, call->callee, call->callee_module, callee);
	enum owner from = owner_of(names, symbols, call->caller, call->caller_module, caller);
	bool entry = to == OWNER_DRIVER && from != OWNER_DRIVER;
	uint64_t calls = 1 + call->repeats;
	struct tally_edge *edge;

	/* A caller without a name is still not the driver: a trampoline, the entry from user
	 * space. A callee without one could be anything. */
	if (to == OWNER_UNKNOWN)
		tally->left_out.unnamed += calls;
	else if (!entry && from != OWNER_DRIVER)
		tally->left_out.other_calls += calls;
	if (to == OWNER_UNKNOWN || (!entry && from != OWNER_DRIVER) ||
	    is_part_of(call->callee, callee, caller))
		return;
	edge = edge_for(tally, entry ? NULL : caller, callee, to != OWNER_DRIVER);
	tally->events += calls;
	if (call->flagged)
		edge->flagged += calls;
	else
		edge->by_depth[call->depth < DEPTHS ? call->depth : DEPTHS - 1] += calls;
}

void tally_done(struct tally *tally)
{
	HASH_CLEAR(hh, tally->edges);
}

uint64_t tally_samples(const struct tally_edge *edge)
{
	uint64_t sum = edge->flagged;
	size_t i;

	for (i = 0; i < DEPTHS; i++)
		sum += edge->by_depth[i];
	return sum;
}

uint64_t tally_atomic(const struct tally_edge *edge, unsigned base)
{
	uint64_t sum = edge->flagged;
	size_t i;

	for (i = base + 1; i < DEPTHS; i++)
		sum += edge->by_depth[i];
	return sum;
}

unsigned tally_least_depth(const struct tally *tally)
{
	const struct tally_edge *edge;
	unsigned least = DEPTHS, i;

	for (edge = tally->edges; edge; edge = edge->hh.next)
		for (i = 0; i < least; i++)
			if (edge->by_depth[i])
				least = i;
	return least;
}
