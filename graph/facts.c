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

void dc_facts_done(struct dc_facts *facts)
{
	struct dc_fact_kernel_function *kernel;
	struct dc_fact_call *call;

	if (facts->names)
		HASH_CLEAR(hh, facts->names->slots);
	dc_vec_each (kernel, &facts->kernel_functions)
		dc_vec_done(&kernel->calls);
	dc_vec_each (call, &facts->calls) {
		dc_vec_done(&call->locks);
		dc_vec_done(&call->dropped);
	}
	dc_vec_done(&facts->functions);
	dc_vec_done(&facts->flows);
	dc_vec_done(&facts->addresses);
	dc_vec_done(&facts->calls);
	dc_vec_done(&facts->values);
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
}
