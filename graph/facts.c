/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of interned names, which also indexes kernel functions, and the end of all facts. */
#include "graph/facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define uthash_fatal(msg) abort()
#include <uthash.h>

struct dc_fact_names {
	struct name_slot {
		const char *text;
		unsigned kernel_function; /* index + 1, or 0 */
		UT_hash_handle hh;
	} *slots;
};

static struct name_slot *name_slot(struct dc_facts *facts, const char *text)
{
	struct name_slot *slot;
	size_t len = strlen(text);

	if (!facts->names)
		facts->names = dc_arena_alloc(facts->arena, sizeof(*facts->names));
	HASH_FIND(hh, facts->names->slots, text, len, slot);
	if (slot)
		return slot;
	slot = dc_arena_alloc(facts->arena, sizeof(*slot));
	slot->text = dc_arena_strndup(facts->arena, text, len);
	HASH_ADD_KEYPTR(hh, facts->names->slots, slot->text, len, slot);
	return slot;
}

const char *dc_facts_name(struct dc_facts *facts, const char *text)
{
	return name_slot(facts, text)->text;
}

const char *dc_facts_namef(struct dc_facts *facts, const char *fmt, ...)
{
	const char *name;
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		abort();
	va_end(args);
	name = dc_facts_name(facts, text);
	free(text);
	return name;
}

unsigned dc_facts_lock(struct dc_facts *facts, const char *name, enum dc_lock_class class)
{
	unsigned i;

	for (i = 0; i < facts->locks.len; i++)
		if (facts->locks.at[i].class == class && facts->locks.at[i].name == name)
			return i;
	dc_vec_push(&facts->locks, (struct dc_fact_lock){.name = name, .class = class});
	return i;
}

enum dc_lock_op dc_facts_inline_op(const struct dc_fact_inline_lock *lock)
{
	if (lock->takes > lock->releases)
		return DC_LOCK_TAKES;
	return lock->takes || !lock->releases ? DC_LOCK_IGNORES : DC_LOCK_RELEASES;
}

unsigned dc_facts_kernel_function(struct dc_facts *facts, const char *name, bool *ret_new)
{
	struct name_slot *slot = name_slot(facts, name);

	*ret_new = !slot->kernel_function;
	if (*ret_new) {
		dc_vec_push(&facts->kernel_functions,
			    (struct dc_fact_kernel_function){.name = slot->text, .pure = true});
		slot->kernel_function = (unsigned)facts->kernel_functions.len;
	}
	return slot->kernel_function - 1;
}

struct dc_fact_mark dc_facts_mark(const struct dc_facts *facts)
{
	return (struct dc_fact_mark){
		.flows = facts->flows.len,
		.addresses = facts->addresses.len,
		.calls = facts->calls.len,
		.values = facts->values.len,
		.lock_arguments = facts->lock_arguments.len,
		.events = facts->events.len,
		.edges = facts->edges.len,
		.bodies = facts->bodies.len,
		.accesses = facts->accesses.len,
		.memory = facts->memory.len,
	};
}

void dc_facts_rewind(struct dc_facts *facts, const struct dc_fact_mark *mark)
{
	facts->flows.len = mark->flows;
	facts->addresses.len = mark->addresses;
	facts->calls.len = mark->calls;
	facts->values.len = mark->values;
	facts->lock_arguments.len = mark->lock_arguments;
	facts->events.len = mark->events;
	facts->edges.len = mark->edges;
	facts->bodies.len = mark->bodies;
	facts->accesses.len = mark->accesses;
	facts->memory.len = mark->memory;
}

/* Names are interned, so that their addresses tell them apart. */
static uint64_t mix(uint64_t digest, const void *name, size_t number)
{
	digest = (digest ^ (uint64_t)(uintptr_t)name) * 0x9e3779b97f4a7c15u;
	return (digest ^ digest >> 29 ^ number) * 0xbf58476d1ce4e5b9u;
}

uint64_t dc_facts_digest(const struct dc_facts *facts, const struct dc_fact_mark *mark)
{
	uint64_t digest = 1;
	size_t i;

	for (i = mark->calls; i < facts->calls.len; i++)
		digest = mix(digest, facts->calls.at[i].callee, facts->calls.at[i].line);
	for (i = mark->events; i < facts->events.len; i++) {
		const struct dc_fact_event *event = &facts->events.at[i];
		size_t first = event->kind == DC_FACT_CALLS ? mark->calls : 0;

		digest = mix(digest, NULL, (event->index - first) * 4 + event->kind);
		digest = mix(digest, NULL, event->block);
	}
	for (i = mark->edges; i < facts->edges.len; i++)
		digest = mix(mix(digest, NULL, facts->edges.at[i].from), NULL,
			     facts->edges.at[i].to);
	for (i = mark->accesses; i < facts->accesses.len; i++)
		digest = mix(mix(digest, facts->accesses.at[i].type, facts->accesses.at[i].how),
			     facts->accesses.at[i].name, 0);
	for (i = mark->flows; i < facts->flows.len; i++)
		digest =
			mix(mix(digest, facts->flows.at[i].to, 0), facts->flows.at[i].from.name, 0);
	for (i = mark->addresses; i < facts->addresses.len; i++)
		digest = mix(digest, facts->addresses.at[i].symbol, 0);
	return digest;
}

void dc_facts_declaration(struct dc_facts *facts, const char *symbol, const char *file)
{
	facts->declared.arena = facts->arena;
	if (dc_map_get(&facts->declared, symbol) >= 0)
		return;
	dc_map_set(&facts->declared, symbol, (int)facts->declarations.len);
	dc_vec_push(&facts->declarations,
		    (struct dc_fact_declaration){.symbol = symbol, .file = file});
}

void dc_facts_done(struct dc_facts *facts)
{
	struct dc_fact_kernel_function *kernel;
	struct dc_fact_call *call;

	if (facts->names)
		HASH_CLEAR(hh, facts->names->slots);
	dc_vec_each (kernel, &facts->kernel_functions)
		dc_vec_done(&kernel->calls);
	dc_vec_each (kernel, &facts->kernel_functions)
		dc_vec_done(&kernel->locks);
	dc_vec_each (call, &facts->calls) {
		dc_vec_done(&call->locks);
		dc_vec_done(&call->dropped);
	}
	dc_vec_done(&facts->functions);
	dc_vec_done(&facts->flows);
	dc_vec_done(&facts->addresses);
	dc_vec_done(&facts->calls);
	dc_vec_done(&facts->values);
	dc_vec_done(&facts->targets);
	dc_vec_done(&facts->locks);
	dc_vec_done(&facts->lock_arguments);
	dc_vec_done(&facts->events);
	dc_vec_done(&facts->edges);
	dc_vec_done(&facts->bodies);
	dc_vec_done(&facts->regions);
	dc_vec_done(&facts->accesses);
	dc_vec_done(&facts->memory);
	dc_vec_done(&facts->globals);
	dc_vec_done(&facts->kernel_functions);
	dc_vec_done(&facts->uses);
	dc_vec_done(&facts->records);
	dc_vec_done(&facts->declarations);
	dc_map_done(&facts->declared);
	dc_vec_done(&facts->aliases);
	dc_vec_done(&facts->variables);
	dc_vec_done(&facts->exports);
	dc_vec_done(&facts->shared_files);
	dc_vec_done(&facts->pointer_fields);
}
