/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The graph of a driver: its functions, the calls between them, the entry points of the kernel, and
 * the context and locks of each.
 *
 * Entities refer to each other by index. dc_graph_extract fills one from C source (libclang),
 * dc_graph_read from graph.json (docs/formats.md); all that follows works on either.
 *
 * Invariants, tested by dc_graph_check: indices are in range; functions are sorted by name, their
 * names differ; calls are sorted by caller, callee, line; entry points name driver functions; what
 * a critical function may call through an edge that counts is critical.
 */
#ifndef DC_GRAPH_GRAPH_H
#define DC_GRAPH_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "graph/driver/driver.h"
#include "graph/origin.h"

/* The context in which the kernel calls a function. In the first group it must not sleep. */
enum dc_context {
	DC_CONTEXT_HARDIRQ,
	DC_CONTEXT_SOFTIRQ,
	DC_CONTEXT_TIMER,
	DC_CONTEXT_TASKLET,
	DC_CONTEXT_NAPI,
	DC_CONTEXT_ATOMIC, /* under a spinlock, RCU or preemption switched off by the kernel */
	DC_CONTEXT_UNKNOWN, /* no template has a row; atomic is assumed, which is safe */
	DC_CONTEXT_PROCESS,
	DC_CONTEXT_WORK,
	DC_CONTEXT_THREAD, /* threaded irq handler */
	DC_CONTEXT_INIT, /* loading and unloading the module: may sleep, but the process is not up
			  */
	DC_CONTEXT_COUNT,
};

#define DC_CONTEXTS_ATOMIC                                                                         \
	((1u << DC_CONTEXT_PROCESS) - 1) /* mask of those that must not sleep                      \
					  */

const char *dc_context_name(enum dc_context context);
/* DC_CONTEXT_COUNT: no such name. */
enum dc_context dc_context_by_name(const char *name);

enum dc_call_kind { DC_CALL_DIRECT, DC_CALL_INDIRECT, DC_CALL_KERNEL };

/* How the callee was found: by its name in the source, by the type of the pointer, or by the
 * structure field (variable, argument) that the pointer is read from and the assignments that reach
 * it. */
enum dc_resolved_by { DC_BY_NAME, DC_BY_SIGNATURE, DC_BY_FIELD };

enum dc_lock_class {
	DC_LOCK_SPIN, /* spinlocks and rwlocks: what holds one must not sleep */
	DC_LOCK_MUTEX,
	DC_LOCK_RCU,
	DC_LOCK_IRQ, /* interrupts off on this CPU */
	DC_LOCK_BH,
	DC_LOCK_PREEMPT,
	DC_LOCK_CLASSES,
};

const char *dc_lock_class_name(enum dc_lock_class class);
enum dc_lock_class dc_lock_class_by_name(const char *name); /* DC_LOCK_CLASSES: no such name */
bool dc_lock_class_atomic(enum dc_lock_class class); /* true for all but mutexes */

typedef DC_VEC(unsigned) dc_indices;

bool dc_indices_has(const dc_indices *indices, unsigned index);
void dc_indices_add(dc_indices *indices, unsigned index); /* if it is not there */
void dc_indices_sort(dc_indices *indices);

struct dc_function {
	const char *name; /* "name@file.c" where two static functions share a name */
	const char *file; /* relative to the driver's source */
	unsigned first_line, last_line;
	unsigned loc; /* lines of the definition */
	unsigned sloc; /* the same without blank and comment lines */
	bool is_static, address_taken;
	const char *signature; /* canonical C type */
	unsigned contexts; /* mask of 1 << enum dc_context it may be called in */
	bool critical; /* a critical root, or called from one */
	const char *root; /* template rule that made it a critical root, or NULL */
	int critical_from; /* caller it is critical from, nearest a root; -1: root or not */
	dc_indices held; /* locks of callers that may be held all through it */
	dc_indices takes; /* locks with a region in it */
};

/* A function defined outside the driver: exported by the kernel, or inline in its headers. */
struct dc_kernel_function {
	const char *name;
	bool is_inline;
	bool is_local; /* inline, and only computes on its arguments: no call out of the
			* headers, no assembly, no global state */
	const char **reaches; /* inline: functions outside the headers it may call, sorted */
	size_t reaches_count;
};

struct dc_call {
	unsigned caller;
	unsigned callee; /* function; for DC_CALL_KERNEL a kernel function */
	enum dc_call_kind kind;
	enum dc_resolved_by resolved_by;
	/* By signature, and the analysis by field could not tell: the edge counts. An edge by
	 * signature that is not assumed is the coarse analysis's only, and counts for nothing. */
	bool assumed;
	bool atomic; /* the caller may be in an atomic context or hold a lock of that kind here */
	bool in_macro; /* written by a macro */
	unsigned line; /* of the call, in the caller's file */
	unsigned loops, branches; /* loops, and branches of if, that the call is inside of */
	dc_indices locks_held; /* taken in the caller (or by a callee for it), maybe held here */
	dc_indices locks_dropped; /* of the caller's callers, surely released here */
};

/* True if the edge is in the graph that analyses use (not the coarse one only). */
static inline bool dc_call_counts(const struct dc_call *call)
{
	return call->resolved_by != DC_BY_SIGNATURE || call->assumed;
}

struct dc_entry_point {
	unsigned function;
	const char *via; /* "net_device_ops.ndo_open", "request_irq argument 1" */
	enum dc_context context;
	bool known; /* a template has a rule for via */
};

struct dc_lock {
	/* "e1000_adapter.stats_lock", a global's name, "rcu"; "*NAME": what that pointer points to,
	 * any lock of the class. */
	const char *name;
	enum dc_lock_class class;
	bool in_atomic; /* taken where the context is atomic already, apart from this lock; all
			 * spinlocks are if one is taken through a pointer that may point to any */
	dc_indices holders; /* functions with a region of it */
};

struct dc_global {
	const char *name, *file;
	unsigned line;
	bool constant;
	dc_indices readers, writers; /* functions; a writer also by taking the address */
};

/* Fields of a structure that a function reads and writes. "*" among them: all at once, by an
 * assignment or a copy of the whole; then each field is there as well. */
struct dc_type_use {
	const char *type;
	unsigned function;
	const char **reads, **writes, **addresses; /* field names, sorted; address taken */
	size_t reads_count, writes_count, addresses_count;
};

/* A call of a kernel function that allocates or frees memory. */
struct dc_memory_site {
	unsigned function, line;
	const char *callee;
	bool frees;
	const char **types; /* structures: the pointer's target; another that sizeof names */
	size_t types_count;
};

/* Precision of indirect calls: one a call through a pointer. */
struct dc_indirect_site {
	unsigned caller, line;
	const char *through; /* "e1000_adapter.clean_rx" or "" */
	unsigned by_signature, by_field; /* number of targets; by_field counts assumed ones */
	bool assumed; /* the field could not tell */
};

struct dc_graph {
	struct dc_arena *arena; /* owns all strings */
	const char *driver, *family, *kernel;
	struct dc_origin origin;
	DC_VEC(struct dc_function) functions;
	DC_VEC(struct dc_kernel_function) kernel_functions; /* sorted by name */
	DC_VEC(struct dc_call) calls;
	DC_VEC(struct dc_entry_point) entry_points;
	DC_VEC(struct dc_lock) locks;
	DC_VEC(struct dc_global) globals;
	DC_VEC(struct dc_type_use) types;
	DC_VEC(struct dc_memory_site) memory; /* sorted by function, line */
	DC_VEC(struct dc_indirect_site) indirect;
};

struct dc_source;

/*
 * dc_graph_extract - reads a driver's source with libclang, each C file once.
 * @driver     fetched (dc_driver_fetch); borrowed
 * @kernel     what it is read for; NULL if there are commands and no matter which
 * @commands   compile_commands.json of the user, or NULL: Kbuild is asked
 * @ret_source facts about the text (graph/source/source.h); NULL: only the graph is made. Caller
 *	       frees with dc_source_free
 * Returns 0; or, after reporting, -EINVAL (the source does not parse, a family or command file is
 * wrong, there is nothing to compile), or the errors of running make.
 */
int dc_graph_extract(struct dc_diag *diag, const struct dc_driver *driver,
		     const struct dc_kernel *kernel, const char *commands, struct dc_graph **ret,
		     struct dc_source **ret_source);

int dc_graph_read(struct dc_diag *diag, const char *path, struct dc_graph **ret);
int dc_graph_write(struct dc_diag *diag, const char *path, const struct dc_graph *graph);

/* Sorts what has an order and tests the invariants. 0, or -ENOTRECOVERABLE after reporting. */
int dc_graph_check(struct dc_diag *diag, const struct dc_graph *graph);

/* True if one of the locks (indices) is of a class that forbids sleeping. */
bool dc_graph_any_atomic(const struct dc_graph *graph, const dc_indices *locks);

/* Index of a function by name, or -1. */
int dc_graph_function(const struct dc_graph *graph, const char *name);
int dc_graph_kernel_function(const struct dc_graph *graph, const char *name);

/* Adds the functions that the source calls so: one, or several static ones "NAME@FILE". */
void dc_graph_functions_called(const struct dc_graph *graph, const char *name, dc_indices *ret);

/* True if a call of this kernel function is, or as it is inline may end in, a call of `name`. */
bool dc_kernel_function_reaches(const struct dc_kernel_function *function, const char *name);

/* True if the kernel may call a function. */
bool dc_graph_is_entry(const struct dc_graph *graph, unsigned function);

/* True if caller may call callee (names): a driver function, or a kernel function that the caller
 * uses itself or through an inline function of the headers. */
bool dc_graph_has_edge(const struct dc_graph *graph, const char *caller, const char *callee);

void dc_graph_free(struct dc_graph *graph); /* takes NULL */

#endif
