/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules: what a function, a macro, a structure or an entry point of the kernel means in a process.
 * Rules belong to Linux (marshal/rules/linux.json) or to a family of drivers
 * (marshal/rules/net.json), hardly ever to one driver. A driver's annotations.json has rows of the
 * same kinds about the driver's own functions and structures.
 *
 * A function stays in the kernel if it uses anything that has no rule. Two uses need none: an
 * inline function that only computes on its arguments, and a macro whose expansion needs no rule.
 */
#ifndef DC_MARSHAL_RULES_H
#define DC_MARSHAL_RULES_H

#include <stdbool.h>

#include "base/alloc.h"
#include "base/diag.h"

/* Which copies of objects a downcall brings up to date. */
enum dc_sync {
	DC_SYNC_BOTH, /* the kernel's before the call, the process's after it */
	DC_SYNC_OUT, /* the kernel's before it: a write to a register may cause an interrupt */
	DC_SYNC_NONE, /* none: a read of a register */
};

/* Whether a downcall reads or writes a register of a device, which the process may have mapped. */
enum dc_register { DC_REGISTER_NO, DC_REGISTER_READ, DC_REGISTER_WRITE };

enum dc_rule_class {
	DC_RULE_LOCAL, /* the process does it without the kernel */
	DC_RULE_DOWNCALL, /* run in the server thread's system call */
	DC_RULE_DOWNCALL_ON_CALLER, /* run by the blocked caller of the upcall: it owns the locks */
	DC_RULE_NONE, /* never outside the kernel; the rule says why */
	DC_RULE_CLASSES,
};

/* When recovery calls a function that releases something. Within one stage it releases in reverse
 * order of acquiring. */
enum dc_undo_when {
	DC_UNDO_FIRST, /* it stops the device */
	DC_UNDO_STOP, /* it stops code that runs by itself: before the driver's own functions */
	DC_UNDO_LAST,
	DC_UNDO_MEMORY, /* like LAST; its argument is memory, which other functions may free too */
	DC_UNDO_LOCK, /* not in recovery: the thread that took the lock releases it at its call's
		       * end */
	DC_UNDO_WHENS,
};

struct dc_rule {
	const char *name; /* a * at its end matches any rest */
	enum dc_rule_class class;
	const char *define; /* what follows "#define NAME" in user code, or NULL */
	bool header_code; /* local: the code in the kernel's header is right in a process */
	const char *why; /* or NULL */
	const char *undo; /* the call that releases what this one acquired, "free_irq($0, $4)":
			   * arguments as $0, $1 ..., the result as $r; or NULL */
	const char *no_undo; /* why there is none, if this one acquires something; or NULL */
	bool recovery; /* no_undo: annotations name functions of the driver that free it */
	const char *success; /* condition, "$r > 0", under which it acquired; NULL: no error */
	unsigned key; /* a release: how many arguments identify the resource; 0: all */
	enum dc_undo_when when; /* a release */
	bool once; /* a release: of something that is there or not, and is not counted */
	enum dc_sync sync; /* a downcall */
	/* A downcall, or NULL: a C expression (0 or an error) that its handler evaluates before it
	 * calls the function, or instead. `dcg` is the call, $0 ... are arguments, $r is the
	 * result.
	 */
	const char *before, *instead;
	unsigned deadline_ms; /* a downcall: how long it may last; 0: the default */
	enum dc_register is_register; /* a downcall: takes a pointer, and a value to write */
	DC_VEC(const char *) arguments; /* as in struct dc_function_rule */
	unsigned nullable; /* as in struct dc_function_rule */
};

/* How the process sees a structure of the kernel. */
enum dc_type_class {
	DC_TYPE_OBJECT, /* both sides hold a copy */
	DC_TYPE_VALUE, /* copied with the call whose argument points to it */
	DC_TYPE_OPAQUE, /* only functions that have rules look into it; its bytes never cross */
	DC_TYPE_LIST, /* a list's head or node: crosses where a row about pointers names the list */
	DC_TYPE_NONE, /* never outside the kernel; the rule says why */
	DC_TYPE_CLASSES,
};

struct dc_type_rule {
	const char *name; /* a * at its end matches any rest */
	enum dc_type_class class;
	unsigned trailing_align; /* of an object that a structure of the driver may follow in the
				  * same memory: the alignment of that; else 0 */
	bool is_lock; /* a mutex: may protect a list */
	const char *why;
};

/* A field that points to count elements, or a list whose elements are linked by one of their
 * fields. */
struct dc_pointer_rule {
	const char *record, *field;
	const char *count; /* a number, a field of the same structure, or "string"; NULL: a list */
	const char *list_record, *list_field; /* NULL: not a list */
	const char *lock; /* of a list: a mutex in the same structure, or "caller" */
	/* A rule's: the kernel's function that frees what it points to, which the driver calls and
	 * runtime/component/overrides.h sees. Memory that others free must not become an object.
	 * NULL: an annotation; the driver frees it. */
	const char *freed;
	unsigned line; /* in its file */
};

/* When an object that an argument points to is released. */
enum dc_releases { DC_RELEASES_NEVER, DC_RELEASES_ALWAYS, DC_RELEASES_ON_ERROR };

/* A row about a function: about every function of the driver that the kernel enters by `name`
 * ("ethtool_ops.get_eeprom"), or about the driver's function `name`. */
struct dc_function_rule {
	const char *name;
	int released_argument; /* which argument's object the driver no longer has afterwards; -1 */
	enum dc_releases releases;
	const char *device; /* "&$0->dev": the device that it binds, if it can fail, or unbinds; or
			     * NULL */
	/* Statement that the kernel component runs if the call was not made or not finished: $0 ...
	 * are its parameters, dcg_err is the error; or NULL. Entry points only. */
	const char *on_failure;
	const char *failure_result; /* C expression: the result then; or NULL. Entry points only. */
	bool last_answer; /* ... or what it answered last. Entry points only. */
	bool setter; /* recovery calls it again as it succeeded last. Entry points only. */
	bool retry; /* may be begun again if the process dies in it */
	unsigned deadline_ms; /* longest time without progress; 0: the default */
	/* "RECORD.FIELD" or "RECORD.*": fields that it reads and that no analysis sees */
	DC_VEC(const char *) reads;
	/* For each parameter: "" (its type says enough), "address" (points to an object, or is
	 * never dereferenced), or how many elements it points to (bytes for void *): a C expression
	 * in which $0 is the first parameter. */
	DC_VEC(const char *) arguments;
	/* Bit i: argument i of a downcall may be NULL or an error pointer. Otherwise one that
	 * points to a structure or to what is copied may not: the process that sends it is killed.
	 */
	unsigned nullable;
	unsigned line; /* in its file */
};

/* A structure of the driver that follows one of the kernel's in the same memory. */
struct dc_trailing_rule {
	const char *record, *after;
	unsigned line; /* in its file */
};

/* A function of the driver that recovery calls for each object that it can take, if a condition on
 * its parameter holds. */
struct dc_recovery_rule {
	const char *function;
	const char *condition; /* or NULL */
	bool with_locks; /* also before a lock of the dead process is released */
	unsigned line; /* in its file */
};

/* The values of a field that the kernel accepts from the process. In expressions $->FIELD is a
 * field of the same structure: its new value in `unless`, its present value in `fixed`. */
struct dc_limit_rule {
	const char *record, *field;
	const char *low, *high; /* C expressions, both or none */
	DC_VEC(const char *) values; /* C expressions; one of them */
	const char *unless; /* condition under which any value is accepted; or NULL */
	const char *fixed; /* condition under which it may not change; or NULL */
	const char *why;
	unsigned line; /* in its file */
};

/* A proposal that a person declined. */
struct dc_declined_row {
	const char *section, *row; /* as in struct dc_proposal */
};

struct dc_rules {
	struct dc_arena *arena;
	const char *sources; /* "marshal/rules/linux.json, net.json"; NULL for annotations */
	DC_VEC(struct dc_rule) rules; /* sorted by name; a family's replace those of Linux */
	DC_VEC(const char *)
	headers; /* that declare the names that user code redefines, in order */
	/* Names of the kernel's functions that acquire something, * standing for any text: such a
	 * function needs undo or no_undo. */
	DC_VEC(const char *) acquiring;
	DC_VEC(struct dc_type_rule) types;
	DC_VEC(struct dc_pointer_rule) pointers;
	DC_VEC(struct dc_function_rule) functions;
	DC_VEC(struct dc_trailing_rule) trailing; /* annotations only */
	DC_VEC(struct dc_recovery_rule) recoveries; /* annotations only; in their order */
	DC_VEC(struct dc_limit_rule) limits; /* annotations only */
	DC_VEC(struct dc_declined_row) declined; /* annotations only */
};

/* Reads the rules of Linux and of the families ("net,scsi"), which may have none. Returns 0 (end
 * with dc_rules_done), or -errno after reporting. */
int dc_rules_open(struct dc_diag *diag, const char *families, struct dc_rules *ret);
/* Reads a driver's annotations: trailing, pointers, functions, recovery, limits, declined. A file
 * that does not exist has none. A key that no row has is an error. Returns as dc_rules_open. */
int dc_annotations_open(struct dc_diag *diag, const char *path, struct dc_rules *ret);
/* The same of a text; path is for messages. NULL: there are none. */
int dc_annotations_parse(struct dc_diag *diag, const char *path, const char *text,
			 struct dc_rules *ret);
void dc_rules_done(struct dc_rules *rules);

/* The row about a name, a structure, an entry point or a function of the driver; NULL: none. */
const struct dc_rule *dc_rules_find(const struct dc_rules *rules, const char *name);
const struct dc_type_rule *dc_rules_type(const struct dc_rules *rules, const char *record);
const struct dc_function_rule *dc_rules_function(const struct dc_rules *rules, const char *name);

/* "local", "downcall", "downcall-on-caller" or "none". */
extern const char *const dc_rule_class_names[DC_RULE_CLASSES];

#endif
