/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Facts about Linux, as data: in which context the kernel calls a function that it was given, and
 * which functions take and release locks. graph/families/FAMILY.json, with linux.json for rows
 * that all families share. A new family is a new file.
 *
 * {"schema": 2, "kind": "family", "name": "net", "includes": ["linux"],
 *  "fields": [{"struct": "net_device_ops", "field": "ndo_open", "context": "process"}, ...],
 *  "arguments": [{"function": "request_irq", "argument": 1, "context": "hardirq"}, ...],
 *  "variables": [{"variable": "__inittest", "as": "module_init", "context": "process"}, ...],
 *  "exports": [{"function": "mii_link_ok", "context": "process"}, ...],
 *  "locks": [{"function": "spin_lock", "class": "spin", "takes": 0}, ...],
 *  "copies": [{"function": "memcpy", "writes": 0, "reads": 1}, ...],
 *  "memory": [{"function": "kzalloc", "allocates": true}, {"function": "kfree", "frees": 0}, ...],
 *  "reach": [{"function": "kcalloc", "returns": "memory", "bytes": [0, 1]},
 *            {"function": "memcmp", "argument": 0, "bytes": [2]}, ...],
 *  "registers": ["register_netdev", ...], "local": ["swab32", ...], "suffixes": ["_noprof"],
 *  "folders": ["drivers/net"]}
 *
 * The context "caller" is for an argument that the function calls before it returns (sort,
 * kref_put): process, unless some call of the function in the driver is atomic.
 * A field whose context depends on how its structure is registered has "registered":
 * [{"function": "register_netdevice_notifier", "context": "process"}, ...]: what counts is which of
 * these the driver calls (the atomic one, if several), and the row's context if none.
 * A row of "registered" may have "uses" for "function": a variable or an enumerator of the kernel
 * (system_bh_wq, WQ_BH), and what counts is whether the driver uses it anywhere.
 * A variable "NAME*" is any that begins so; "unknown" is the context of a variable that
 * EXPORT_SYMBOL makes: what it holds may be called in any, unless a row of "exports" names the
 * function. A field "*" means every field of the structure that has no row of its own. Arguments
 * count from 0. "from" says, for people, which code of the kernel the context is known from. A row
 * may name the "header" of the kernel source that has it, where that is a driver's own, and the
 * "kernels" that have what it names (["6.1"]) if not all that are supported do; only the tests look
 * at these. A lock row has takes, tries, releases or ignores (a function that gets a lock and
 * leaves it as it is): the argument that is the lock, or -1 for none. A function that tries and
 * returns 0 for success has "zero": true. A copies row names the arguments whose target is written
 * or read as a whole. Memory rows name functions that return memory, and the argument that a
 * function frees. "reach" rows (opt) say what the kernel's functions do with the memory of
 * pointers: what they return ("memory": so many bytes, the product of the arguments in "bytes";
 * "device": memory that the device uses; "registers"), or how far they look at what an argument
 * points to ("bytes" again, a "size", or as a "string"; none of these: not at all; "device": the
 * device will). A row about a "struct" and "field" says that the device uses what that points to.
 * "multiplies": the function returns the product of its two arguments. "registers" names functions
 * and macros that only drivers of the family call (register_netdev, scsi_host_alloc); they tell the
 * family of a driver (guess.h). "suffixes" are ends of names: where `kmalloc` is a macro around
 * kmalloc_noprof(), as in Linux 6.10 and later, the function has the name that the driver writes,
 * in the graph and in all rows. "local" names inline functions of the kernel's headers that only
 * compute, though they contain assembly or read a constant: they can run on either side without a
 * crossing.
 */
#ifndef DC_GRAPH_FAMILY_H
#define DC_GRAPH_FAMILY_H

#include "base/alloc.h"
#include "base/diag.h"
#include "graph/graph.h"

/* DC_LOCK_IGNORES: it gets a lock, and leaves it as it is. */
enum dc_lock_op { DC_LOCK_TAKES, DC_LOCK_TRIES, DC_LOCK_RELEASES, DC_LOCK_IGNORES };

struct dc_lock_rule {
	const char *function;
	enum dc_lock_class class;
	enum dc_lock_op op;
	int argument; /* -1: the class has no object (rcu, irq) */
	bool zero; /* tries, and returns 0 when it took the lock */
};

struct dc_copy_rule {
	const char *function;
	int writes, reads; /* arguments, or -1 */
};

struct dc_memory_rule {
	const char *function;
	bool frees; /* or else it allocates */
	int argument; /* that it frees */
};

enum dc_reach_memory { DC_REACH_NONE, DC_REACH_ALLOCATED, DC_REACH_DEVICE, DC_REACH_REGISTERS };

struct dc_reach_rule {
	const char *name; /* "kcalloc", "memcmp#0" (an argument), "snd_dma_buffer.area" */
	enum dc_reach_memory memory; /* that it returns, or that is behind the argument or field */
	int bytes[4]; /* arguments, whose product is how many bytes */
	size_t bytes_count;
	unsigned size; /* so many bytes; 0: see above */
	bool string, multiplies;
};

/* A function that registers structures, or a name that the driver uses for them, and the context in
 * which those are called. */
struct dc_registered {
	const char *name;
	bool is_function;
	enum dc_context context;
};

struct dc_context_rule {
	const char *place; /* "net_device_ops.ndo_open", "request_irq#1", "__inittest" */
	const char *via; /* for people: "request_irq argument 1" */
	bool from_caller; /* called before the function returns, in its caller's context */
	enum dc_context context; /* if the driver calls none of these: */
	struct dc_registered *registered; /* arena */
	size_t registered_count;
};

struct dc_family {
	DC_VEC(struct dc_context_rule) rules;
	DC_VEC(struct dc_lock_rule) locks;
	DC_VEC(struct dc_copy_rule) copies;
	DC_VEC(struct dc_memory_rule) memory;
	DC_VEC(struct dc_reach_rule) reaches;
	DC_VEC(const char *) local; /* sorted */
	DC_VEC(const char *) uses; /* of "registered"; sorted */
	size_t own_rules,
		own_locks; /* of the driver's folder; they come first until all is sorted */
	const char *own; /* the driver's families.json, absolute; or NULL */
	DC_VEC(const char *) suffixes; /* that are no part of a kernel function's name */
	DC_VEC(const char *) files; /* that it was read from, relative to the data folder */
	DC_VEC(const char *) folders; /* of the kernel source, with drivers of the first family */
};

/* Reads families and what they include; strings live in the arena. names: one, or several with
 * commas ("net,scsi"). folder: of a driver, whose families.json (if there is one) has rows that
 * replace the families' rows for the same place or function; or NULL. Returns 0, or -errno after
 * reporting (-ENOENT: no such family). Caller ends it with dc_family_done. */
int dc_family_open(struct dc_diag *diag, struct dc_arena *arena, const char *names,
		   const char *folder, struct dc_family *ret);
void dc_family_done(struct dc_family *family);

#define DC_FAMILY_OWN "families.json" /* in a driver's folder */

/* What a function is called by that other modules may call by its name, and the place of its row in
 * "exports". */
#define DC_FAMILY_EXPORTED "EXPORT_SYMBOL"
#define DC_FAMILY_EXPORT   DC_FAMILY_EXPORTED "(%s)"

/* The rule for a place ("STRUCT.FIELD", "FUNCTION#ARGUMENT", a variable,
 * "EXPORT_SYMBOL(FUNCTION)"), or NULL. */
const struct dc_context_rule *dc_family_rule(const struct dc_family *family, const char *place);

/* The rule of a lock function, or NULL. */
const struct dc_lock_rule *dc_family_lock(const struct dc_family *family, const char *function);

/* The rule of a function that copies (__builtin_memcpy is memcpy), of one that allocates or frees,
 * or NULL. */
const struct dc_copy_rule *dc_family_copy(const struct dc_family *family, const char *function);
const struct dc_memory_rule *dc_family_memory(const struct dc_family *family, const char *function);

/* True if some rule asks whether the driver uses a variable or enumerator. */
bool dc_family_is_used(const struct dc_family *family, const char *name);

/* What a function returns, or the rule of a field; of an argument of a function (__builtin_memcpy
 * is memcpy); or NULL. */
const struct dc_reach_rule *dc_family_reach(const struct dc_family *family, const char *name);
const struct dc_reach_rule *dc_family_reach_argument(const struct dc_family *family,
						     const char *function, int argument);
/* The length of a kernel function's name without one of the suffixes. */
size_t dc_family_stem(const struct dc_family *family, const char *function);

/* True if a kernel function is listed as local. */
bool dc_family_is_local(const struct dc_family *family, const char *function);

#endif
