/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules: what a use of the kernel means in a process. They belong to the kernel (rules/linux.json)
 * and to families of drivers (rules/net.json), hardly ever to a driver.
 *
 * A use without a rule keeps the function that it is in in the kernel. An inline function that only
 * computes on its arguments needs none; nor does a macro whose expansion needs none.
 */
#ifndef DC_EMIT_RULES_H
#define DC_EMIT_RULES_H

#include "graph/graph.h"
#include "graph/source/source.h"
#include "solver/lower.h"

/* What a call across does to the copies of objects, besides itself. */
enum dc_sync {
	DC_SYNC_BOTH, /* what changed goes there with it, and comes back */
	DC_SYNC_OUT, /* goes there: a register is written, an interrupt may follow */
	DC_SYNC_NONE, /* a register is read */
};

/* Whether it reads or writes a register of a device, which the process may map. */
enum dc_register { DC_REGISTER_NO, DC_REGISTER_READ, DC_REGISTER_WRITE };

enum dc_rule_class {
	DC_RULE_LOCAL, /* the process does it by itself */
	DC_RULE_ANY, /* a downcall, run by the server thread's system call */
	DC_RULE_CALLER, /* a downcall, run by the blocked caller: locks, RTNL, current */
	DC_RULE_NONE, /* not outside the kernel; the rule says why */
	DC_RULE_CLASSES,
};

/* When recovery calls a function that gives something back; within one the last got first. */
enum dc_undo_when {
	DC_UNDO_FIRST, /* it makes the device harmless */
	DC_UNDO_STOP, /* what it gives back runs by itself: before the driver's own functions */
	DC_UNDO_LAST,
	DC_UNDO_MEMORY, /* as last; its argument is memory, which other functions may free as well
			 */
	DC_UNDO_LOCK, /* not in recovery, but by the thread that took it, when its call ends */
	DC_UNDO_WHENS,
};

struct dc_rule {
	const char *name; /* with a * at its end: all that begin so */
	enum dc_rule_class class;
	const char *define; /* what follows "#define NAME" for user code, or NULL */
	bool as_is; /* local: the header's own code is right in a process */
	const char *why; /* or NULL */
	const char *undo; /* a call that gives back what this one got, "free_irq($0, $4)", or NULL:
			   * its arguments in $0, its result in $r */
	const char *no_undo; /* why there is none, of one that gets something; or NULL */
	const char *success; /* "$r > 0": that it got it; or NULL: no error */
	unsigned key; /* of one that gives back: how many of its arguments tell what; 0: all */
	enum dc_undo_when when; /* of one that gives back */
	enum dc_sync sync; /* of a downcall */
	enum dc_register is_register; /* a downcall: of a pointer, and a value to write */
	DC_VEC(const char *) arguments; /* as of dc_rule_entry */
};

/* What a structure of the kernel is to user code. */
enum dc_type_class {
	DC_TYPE_OBJECT, /* both sides hold a copy */
	DC_TYPE_VALUE, /* copied with the call that it is an argument of */
	DC_TYPE_OPAQUE, /* what rules make of it is right; its bytes never cross */
	DC_TYPE_LIST, /* head or node of a list: crosses where pointers' rows name the list */
	DC_TYPE_NONE, /* stays in the kernel; says why */
	DC_TYPE_CLASSES,
};

struct dc_type_rule {
	const char *name; /* with a * at its end: all that begin so */
	enum dc_type_class class;
	unsigned private_align; /* of an object: a structure of the driver may follow it, so aligned
				 */
	bool is_lock; /* a mutex: may protect a list */
	const char *why;
};

/* What a field leads to: count elements (a number, a field of the same structure, or "string"), or
 * a list of structures that hang together by one of their fields. */
struct dc_pointer_rule {
	const char *record, *field;
	const char *count; /* NULL of a list */
	const char *list_record, *list_field; /* NULL if it is none */
	const char *lock; /* of a list: a field of the same structure, or "caller" */
};

enum dc_ends { DC_ENDS_NEVER, DC_ENDS_ALWAYS, DC_ENDS_ON_ERROR };

/* What arguments point to that the source does not say: "" (the default for its type), "address"
 * (of an object, or opaque), or a number of elements (bytes for void *), a C expression in which $0
 * is the first parameter. Of all functions that the kernel enters by `name`
 * ("ethtool_ops.get_eeprom"), or of the driver's function of that name. */
struct dc_rule_entry {
	const char *name;
	int ends_argument; /* the object that is gone for the driver when the call returns; or -1 */
	enum dc_ends ends;
	const char *device; /* "&$0->dev": what it takes (if it can fail) or lets go, or NULL */
	/* Statement for the kernel if the call could not be made, or not to its end: $0 ..., and
	 * dcg_err; or NULL. By entry only. */
	const char *missed;
	bool retry; /* may be begun again if the process dies in it */
	unsigned deadline_ms; /* longest time without progress; 0: the default */
	/* "RECORD.FIELD" or "RECORD.*": what no analysis sees it read */
	DC_VEC(const char *) reads;
	DC_VEC(const char *) arguments;
};

/* A structure of the driver that follows one of the kernel's in the same memory. */
struct dc_private_rule {
	const char *of, *type;
};

/* A function of the driver that recovery calls for each object that it may take, if a condition in
 * terms of its parameter holds. */
struct dc_recovery_rule {
	const char *function;
	const char *condition; /* or NULL */
};

/* What the kernel takes from the process for a field. In expressions $->FIELD is a field of the
 * same structure: in `unless` as it would become, in `fixed` as it is. */
struct dc_check_rule {
	const char *record, *field;
	const char *low, *high; /* C, both or none */
	DC_VEC(const char *) values; /* C; one of them */
	const char *unless; /* where anything is right; or NULL */
	const char *fixed; /* when it may not change; or NULL */
	const char *why;
};

struct dc_rules {
	struct dc_arena *arena;
	DC_VEC(struct dc_rule) rules; /* sorted by name; a family's replace the kernel's */
	DC_VEC(const char *) headers; /* that declare what is redefined, in order */
	DC_VEC(struct dc_type_rule) types;
	DC_VEC(struct dc_pointer_rule) pointers;
	DC_VEC(struct dc_rule_entry) entries;
	DC_VEC(struct dc_private_rule) privates; /* annotations only */
	DC_VEC(struct dc_recovery_rule) recoveries; /* annotations only; in their order */
	DC_VEC(struct dc_check_rule) checks; /* annotations only */
};

/* A use that has no rule, or one that says no. */
struct dc_rule_gap {
	const struct dc_definition *definition;
	const struct dc_use *use;
	const struct dc_rule *rule; /* of DC_RULE_NONE, or NULL */
	const char *name; /* what a rule would be about */
};

typedef DC_VEC(struct dc_rule_gap) dc_rule_gaps;

/* Reads the rules of the kernel and of a family, which may have none. Returns 0 (end with
 * dc_rules_done), or -errno after reporting. */
int dc_rules_open(struct dc_diag *diag, const char *family, struct dc_rules *ret);
/* Reads a driver's annotations: pointers, functions, privates, recovery, checks. A missing file has
 * none. */
int dc_annotations_open(struct dc_diag *diag, const char *path, struct dc_rules *ret);
void dc_rules_done(struct dc_rules *rules);

/* The rule of a structure of the kernel, or NULL; arguments of an entry, or NULL. */
const struct dc_type_rule *dc_rules_type(const struct dc_rules *rules, const char *record);
const struct dc_rule_entry *dc_rules_entry(const struct dc_rules *rules, const char *name);

/* The rule of a name, or NULL. */
const struct dc_rule *dc_rules_find(const struct dc_rules *rules, const char *name);

/* The rule that answers a use, and what it is about; NULL: none. *ret_free: none is needed. */
const struct dc_rule *dc_rules_answer(const struct dc_rules *rules, const struct dc_graph *graph,
				      const struct dc_use *use, const char **ret_name,
				      bool *ret_free);

/* Every use in the source that keeps its function in the kernel, in the source's order. graph: says
 * which inline functions only compute. Caller ends ret with dc_vec_done. */
void dc_rules_gaps(const struct dc_rules *rules, const struct dc_source *source,
		   const struct dc_graph *graph, dc_rule_gaps *ret);

/* Why a gap pins its function: "uses NAME at FILE:LINE, which has no rule". */
const char *dc_rule_gap_reason(struct dc_arena *arena, const struct dc_rule_gap *gap);

/* All that the source's text keeps in the kernel: gaps, one a function; functions whose text cannot
 * be cut, and those that refer to them. Reasons live in the arena, names too. */
void dc_rules_pins(struct dc_arena *arena, const struct dc_rules *rules,
		   const struct dc_source *source, const struct dc_graph *graph,
		   dc_lower_pins *ret);

/* Accessors of registers, which cross nothing while those are mapped: adds to ret. Names live in
 * the arena. */
void dc_rules_registers(struct dc_arena *arena, const struct dc_rules *rules, dc_lower_names *ret);

/* dcg_rules.h: the kernel's names as user code is to understand them, of what the source uses. */
const char *dc_rules_header(struct dc_arena *arena, const struct dc_rules *rules,
			    const struct dc_source *source, const struct dc_graph *graph);

/* Functions of the kernel that the user component may leave undefined, a name a line; the runtime
 * provides them, besides its own dcp_ and dcrt_ names. */
const char *dc_rules_names(struct dc_arena *arena, const struct dc_rules *rules);

#endif
