/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of emit/ share. */
#ifndef DC_EMIT_INTERNAL_H
#define DC_EMIT_INTERNAL_H

#include <stdio.h>

#include "emit/emit.h"

/* The runtime's, of which emit includes no header; a test compares them
 * (tests/test_emit_runtime.c). */
#define DC_EMIT_ABI	 3 /* DCRT_ABI */
#define DC_EMIT_ARGS_MAX 6 /* DCK_ARGS_MAX */

/* What an edit belongs to; those in the same place come in this order. */
enum emit_of { EMIT_BEHIND, EMIT_HERE, EMIT_BEFORE };

/* A change to a file's text: [start, end) becomes text. After it the source goes on at line. */
struct emit_edit {
	size_t start, end;
	const char *text;
	unsigned line;
	enum emit_of of;
};

typedef DC_VEC(struct emit_edit) emit_edits;

/* The text of one source file and what is done to it on one side. */
struct emit_unit {
	const struct dc_emit_plan *plan;
	struct dc_arena *arena;
	enum dc_side side;
	const struct dc_source_file *file;
	const char *label; /* of the file, for #line */
	const char *text;
	size_t len_bytes;
};

/* Text that grows; open_memstream into the arena. */
struct emit_piece {
	FILE *out;
	char *text;
	size_t len_bytes;
};

void emit_piece_start(struct emit_piece *piece);
const char *emit_piece_end(struct emit_piece *piece, struct dc_arena *arena);
/* The same, of code: lines that are too long are marked so that the formatter leaves them. */
const char *emit_code_end(struct emit_piece *piece, struct dc_arena *arena);

struct emit_parameter {
	const char *name, *type;
	const struct dc_value *value;
	bool adopted; /* the kernel may hand this object over for the first time */
	const char *shared; /* the process's memory may be there, to become this type; or NULL */
	enum dc_ends ends;
};

/* Something that is called across: a function of the driver, either way, or one of the kernel. */
struct emit_call {
	struct dc_arena *arena;
	const char *missed; /* statement, if it could not be called; or NULL */
	bool up, by_caller, retry;
	bool locks; /* an upcall: what it calls down may take locks */
	enum dc_sync sync;
	enum dc_register is_register; /* with one parameter of each kind that takes */
	const char *number, *handler, *target; /* C names */
	const char *plain; /* for statistics */
	const char *comment; /* in the stub, or NULL */
	const char *result; /* type */
	enum dc_result result_kind;
	const char *result_adopted; /* the record that the result points to, if that is an object */
	const char *result_shared; /* as of a parameter */
	unsigned deadline_ms;
	const char *device; /* an expression: what it takes or lets go, or NULL */
	bool takes; /* takes it, when it succeeds; else lets it go */
	struct emit_parameter *parameters;
	size_t count;
	struct dc_signature signature;
};

/* End both with emit_call_done. */
void emit_call_of_function(struct dc_arena *arena, const struct dc_emit_plan *plan,
			   const struct dc_emit_function *function, struct emit_call *ret);
void emit_call_of_kernel(struct dc_arena *arena, const struct dc_emit_plan *plan,
			 const struct dc_emit_kernel *kernel, struct emit_call *ret);
void emit_call_done(struct emit_call *call);

/* "TYPE NAME", also of a pointer to a function. */
void emit_put_declaration(FILE *out, const char *type, const char *name);
void emit_put_stub(FILE *out, const struct emit_call *call); /* a body, braces included */
void emit_put_handler(FILE *out, const struct emit_call *call);
void emit_put_parameters(FILE *out, const struct emit_call *call);

/* "e1000_main.c" -> "e1000_main_c"; "f@a.c" -> "f_a_c": part of a C name. */
const char *emit_c_name(struct dc_arena *arena, const char *text);

/* "dcg_static_FUNCTION_NAME": the linker's name of a variable within a function. */
const char *emit_static_name(struct dc_arena *arena, const struct dc_static *local);

void emit_put_comment(FILE *out, const char *text);
/* The head of a generated file: licence, origin, and with abi the refusal of another runtime. */
void emit_head(FILE *out, const char *from, bool abi);

/* Body of a stub, braces included. */
const char *emit_stub(struct dc_arena *arena, const struct dc_emit_plan *plan,
		      const struct dc_emit_function *function);

/* guard.c: whether a function is to be guarded; the name that its own text then has; the function
 * that goes around it. head: its declaration, as the source has it. */
bool emit_is_guarded(const struct dc_emit_plan *plan, const struct dc_emit_function *function);
const char *emit_own_name(struct dc_arena *arena, const struct dc_definition *definition);
const char *emit_guard(struct dc_arena *arena, const struct dc_emit_plan *plan,
		       const struct dc_definition *definition, const char *head);

/* Whether a value leads to an object that the kernel hands over (rules: class "object"). */
bool emit_is_root(const struct dc_data *data, const struct dc_value *value);

/* What is appended to a C file: handlers, addresses of what is static in it; "" if nothing is. */
const char *emit_appendix(const struct emit_unit *unit);

/* dcg.h, the same in both components; dcg_tables.c; dcg_kernel.c: handlers of the kernel's
 * functions or, for the process, their stubs. */
const char *emit_numbers(struct dc_arena *arena, const struct dc_emit_plan *plan);
/* Where a function's address stands in dcg_code; how many there are: it is none of them. */
size_t emit_code_index(const struct dc_emit_plan *plan, const char *name);
size_t emit_code_count(const struct dc_emit_plan *plan);
/* checks.c: whether the kernel is to be asked about a type; the function that answers. */
bool emit_is_checked(const struct dc_object_type *type);
void emit_put_valid(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan,
		    size_t index);
/* Headers that make a compiler confirm the layouts behind the tables, for units of both sides. */
void emit_layouts(struct dc_arena *arena, const struct dc_emit_plan *plan,
		  void (*add)(void *ctx, const char *path, const char *text), void *ctx);
const char *emit_tables(struct dc_arena *arena, const struct dc_emit_plan *plan, enum dc_side side);
const char *emit_kernel(struct dc_arena *arena, const struct dc_emit_plan *plan, enum dc_side side);

/* The name that user code calls: dcg_rules.h renames inline functions and macros. */
const char *emit_stub_name(struct dc_arena *arena, const struct dc_emit_kernel *kernel);

/* twin/dcg_twin.h, twin/Kbuild, and the files that include those of user/. */
const char *emit_twin_names(struct dc_arena *arena, const struct dc_emit_plan *plan);
struct emit_runtime;
const char *emit_twin_kbuild(struct dc_arena *arena, const struct dc_emit_plan *plan,
			     const struct emit_runtime *runtime);
void emit_twin_wrappers(struct dc_arena *arena, const struct dc_emit_plan *plan,
			const struct emit_runtime *runtime,
			void (*add)(void *ctx, const char *path, const char *text), void *ctx);

/* journal.c: dcg_journal.h, through which the kernel component acquires and releases; and in
 * dcg_kernel.c how each thing is given back. */
const char *emit_journal(struct dc_arena *arena, const struct dc_emit_plan *plan);
void emit_put_undos(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan);

/* What a downcall's handler calls for a function of the kernel that takes or gives back a lock, so
 * that it is noted; NULL: it does neither. And whether the process can take any. */
const char *emit_lock_target(struct dc_arena *arena, const struct dc_emit_plan *plan,
			     const char *name);
bool emit_has_locks(struct dc_arena *arena, const struct dc_emit_plan *plan);

/* Functions of the unit's that recovery calls, wrapped; and the table of all, in dcg_kernel.c. */
void emit_put_recovery(FILE *out, struct dc_arena *arena, const struct emit_unit *unit);
void emit_put_recoveries(FILE *out, struct dc_arena *arena, const struct dc_emit_plan *plan);

/* Name of the function that forgets an object of a type. */
const char *emit_forget(struct dc_arena *arena, const char *type);

/* The file as it stands in the unit's component. */
const char *emit_source(const struct emit_unit *unit);

#endif
