/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The facts that a walk of the source collects, one translation unit after the other, before names
 * are resolved across units. Private to graph/.
 *
 * A symbol is a function's name, "name@FILE" for a static one. A cell is a place that can hold a
 * function pointer: a field of a structure type (all objects of the type are one), a variable, a
 * parameter, an argument of a kernel function, a return value. A flow means that the
 * value of one cell may be in another. Symbols and cells are interned strings: equal text, equal
 * pointer.
 */
#ifndef DC_GRAPH_FACTS_H
#define DC_GRAPH_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "graph/family.h"
#include "graph/graph.h"
#include "graph/map.h"
#include "graph/driver/kbuild.h"

struct dc_fact_function {
	const char *symbol, *name;
	const char *file; /* relative to the driver's source */
	unsigned first_line, last_line;
	unsigned loc, sloc;
	bool is_static;
	const char *signature;
	uint64_t digest; /* of what the walk of its body found */
};

enum dc_fact_source { DC_FACT_FUNCTION, DC_FACT_CELL, DC_FACT_UNKNOWN };

/* A value that may be a function pointer. name: a symbol or a cell. */
struct dc_fact_value {
	enum dc_fact_source source;
	const char *name;
};

typedef DC_VEC(struct dc_fact_value) dc_fact_values;

struct dc_fact_flow {
	const char *to; /* a cell */
	struct dc_fact_value from;
};

/* A function whose address is used. */
struct dc_fact_address {
	const char *from; /* symbol of the function that uses it; NULL: at file scope */
	const char *symbol;
	const char *signature;
};

struct dc_fact_lock {
	const char *name; /* "" for rcu and the like, where the class is enough */
	enum dc_lock_class class;
};

struct dc_fact_call {
	const char *caller;
	const char *callee; /* symbol; NULL: through a pointer */
	const char *signature; /* through a pointer: type of the function */
	const char *through; /* through a pointer: words for people */
	unsigned first_value, value_count; /* through a pointer: where it comes from */
	unsigned line;
	bool in_macro;
	unsigned loops, branches; /* around it */
	unsigned first_lock, lock_count; /* of facts.lock_arguments */
	unsigned first_target, target_count; /* through a pointer: of facts.targets */
	bool any_target; /* and perhaps functions that nobody knows */
	unsigned
		unknown_lock; /* 1 + index of the lock that an unknown function may take; 0: none */
	dc_indices locks; /* indices of facts.locks that may be held; filled by dc_locks_resolve */
	dc_indices dropped; /* those a caller of the caller may hold, but not here */
};

/* A lock that a call passes: the argument's number, and the name as in dc_fact_lock. */
struct dc_fact_lock_argument {
	unsigned argument;
	const char *object;
	enum dc_lock_class class;
};

/* Control flow of a body: blocks are numbered from 0, the first, with what happens in them in
 * order. All returns go to DC_FACT_BLOCK_EXIT. */
enum { DC_FACT_BLOCK_EXIT = 1 };

enum dc_fact_event_kind { DC_FACT_TAKES, DC_FACT_RELEASES, DC_FACT_CALLS };

struct dc_fact_event {
	unsigned block;
	enum dc_fact_event_kind kind;
	unsigned index; /* of facts.locks or facts.calls */
};

struct dc_fact_edge {
	unsigned from, to;
};

struct dc_fact_body {
	const char *function;
	unsigned blocks;
	unsigned first_event, events;
	unsigned first_edge, edges;
};

struct dc_fact_region {
	const char *function;
	unsigned lock;
};

/* DC_FACT_PART: of an expression of which only a part is accessed (x in x.field). */
enum { DC_FACT_READ = 1, DC_FACT_WRITE = 2, DC_FACT_ADDRESS = 4, DC_FACT_PART = 8 };

struct dc_fact_access {
	const char *function;
	const char *type; /* NULL: a global of the driver */
	const char *name; /* field, or global's symbol */
	unsigned how; /* mask of DC_FACT_READ, DC_FACT_WRITE, DC_FACT_ADDRESS */
};

/* A call that allocates or frees memory. */
struct dc_fact_memory {
	const char *function, *callee;
	const char *types[2]; /* structures: what the pointer points to, what sizeof is taken of */
	unsigned line;
	bool frees;
};

/* How many calls in a body take and release a lock. name: as of struct dc_fact_lock. */
struct dc_fact_inline_lock {
	const char *name;
	enum dc_lock_class class;
	unsigned takes, releases;
};

struct dc_fact_kernel_function {
	const char *name;
	bool is_inline;
	bool pure; /* its own body only computes; its callees are judged apart */
	bool called; /* by the driver */
	DC_VEC(struct dc_fact_inline_lock) locks; /* inline: that its body takes or releases */
	DC_VEC(const char *) calls;
};

/* A structure that a file of the driver defines. */
struct dc_fact_record {
	const char *name, *file;
};

/* A function or variable with external linkage that the driver uses, and the file of the driver
 * that declares it first; NULL: a header of the kernel does. */
struct dc_fact_declaration {
	const char *symbol, *file;
};

/* A second name of a function, by the attribute alias. */
struct dc_fact_alias {
	const char *symbol;
	const char *target; /* name of a function in the same unit */
};

struct dc_facts {
	struct dc_arena *arena;
	const char *source; /* the driver's folder, absolute */
	const struct dc_family *family;
	struct dc_fact_names *names; /* the interning table */
	DC_VEC(struct dc_fact_function) functions;
	DC_VEC(struct dc_fact_flow) flows;
	DC_VEC(struct dc_fact_address) addresses;
	DC_VEC(struct dc_fact_call) calls;
	dc_fact_values values; /* of the calls through pointers */
	DC_VEC(const char *)
	targets; /* symbols that these may call; filled by dc_resolve_targets */
	DC_VEC(struct dc_fact_lock) locks;
	DC_VEC(struct dc_fact_lock_argument) lock_arguments;
	DC_VEC(struct dc_fact_event) events;
	DC_VEC(struct dc_fact_edge) edges;
	DC_VEC(struct dc_fact_body) bodies;
	DC_VEC(struct dc_fact_region) regions; /* filled by dc_locks_resolve */
	DC_VEC(struct dc_fact_access) accesses;
	DC_VEC(struct dc_fact_memory) memory;
	DC_VEC(struct dc_global) globals;
	DC_VEC(struct dc_fact_kernel_function) kernel_functions;
	DC_VEC(const char *) uses; /* of names that dc_family_is_used asks for; each once */
	DC_VEC(struct dc_fact_record) records;
	DC_VEC(struct dc_fact_declaration) declarations; /* each symbol once */
	struct dc_map declared; /* symbol -> index of declarations */
	DC_VEC(struct dc_fact_alias) aliases;
	DC_VEC(const char *) variables; /* that the driver defines, tentatively or not */
	DC_VEC(const char *) exports; /* functions and variables that other modules may use */
	DC_VEC(const char *) shared_files; /* of the driver, that other modules include */
	bool saw_locks; /* a header declares a lock function that a template names */
	DC_VEC(const char *) pointer_fields; /* "STRUCT.FIELD" whose declarations were looked at */
};

/* How many facts of a body there were at some time. */
struct dc_fact_mark {
	size_t flows, addresses, calls, values, lock_arguments, events, edges, bodies, accesses,
		memory;
};

struct dc_fact_mark dc_facts_mark(const struct dc_facts *facts);
void dc_facts_rewind(struct dc_facts *facts, const struct dc_fact_mark *mark);

/* A number that tells what was found since the mark from what other bodies give. */
uint64_t dc_facts_digest(const struct dc_facts *facts, const struct dc_fact_mark *mark);

/* The one copy of a text. */
const char *dc_facts_name(struct dc_facts *facts, const char *text);
const char *dc_facts_namef(struct dc_facts *facts, const char *fmt, ...) DC_PRINTF(2, 3);

/* Index of a lock, added when new. name: interned. */
unsigned dc_facts_lock(struct dc_facts *facts, const char *name, enum dc_lock_class class);

/* Notes a declaration that the driver uses, once. file: NULL, or of the driver. */
void dc_facts_declaration(struct dc_facts *facts, const char *symbol, const char *file);

/* What an inline function does to a lock: it returns with one held that it took, or releases one
 * that its caller held. DC_LOCK_IGNORES: neither, as far as its body shows. */
enum dc_lock_op dc_facts_inline_op(const struct dc_fact_inline_lock *lock);

/* Index of a kernel function by name, added when new (*ret_new). */
unsigned dc_facts_kernel_function(struct dc_facts *facts, const char *name, bool *ret_new);

void dc_facts_done(struct dc_facts *facts);

/* dc_locks_resolve - which locks may be held at each call, which functions have a region of which.
 */
void dc_locks_resolve(struct dc_facts *facts);

/* dc_facts_resolve - joins all units' facts to a graph. The caller has set driver, family, kernel.
 */
void dc_facts_resolve(struct dc_diag *diag, struct dc_facts *facts, struct dc_graph *graph);

#endif
