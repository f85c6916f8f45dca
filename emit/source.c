/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A source file of one component: the upstream text with a few stretches replaced. After each of
 * them a #line directive names the upstream line again, so that compilers report that line.
 */
#include "emit/source.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "emit/lex.h"
#include "emit/names.h"
#include "emit/print.h"
#include "emit/stub.h"

/* Which of several edits at one place comes first. */
enum edit_order { EDIT_APPEND, EDIT_REPLACE, EDIT_PREPEND };

/* A change to a file's text: [start, end) becomes text. The source continues at line. */
struct edit {
	size_t start, end;
	const char *text;
	unsigned line;
	enum edit_order order;
	const struct dc_definition *removed; /* a function that is left out; or NULL */
};

typedef DC_VEC(struct edit) edit_list;

static bool blank(const char *text, size_t start, size_t end)
{
	for (; start < end; start++)
		if (!isspace((unsigned char)text[start]))
			return false;
	return true;
}

static size_t line_start(const char *text, size_t at)
{
	while (at && text[at - 1] != '\n')
		at--;
	return at;
}

static unsigned line_of(const char *text, size_t at)
{
	unsigned line = 1;
	size_t i;

	for (i = 0; i < at; i++)
		line += text[i] == '\n';
	return line;
}

/* Last character of the line before `line` (its start) that is not blank; 0: an empty line. */
static char last_of(const char *text, size_t line, size_t *ret_start)
{
	size_t start = line_start(text, line - 1), at = line - 1;

	*ret_start = start;
	while (at > start && isspace((unsigned char)text[at - 1]))
		at--;
	return at > start ? text[at - 1] : '\0';
}

/* The start of the comment above a declaration that starts at a line; a blank line may follow a
 * kernel-doc comment. */
static size_t comment_start(const char *text, size_t start)
{
	size_t end = start, open, before;

	while (end && !last_of(text, end, &before))
		end = before;
	if (!end || last_of(text, end, &before) != '/')
		return start;
	for (open = end; open > 1 && strncmp(text + open - 2, "/*", 2) != 0;)
		open--;
	if (open < 2 || !blank(text, line_start(text, open - 2), open - 2))
		return start;
	return end == start || text[open] == '*' ? line_start(text, open - 2) : start;
}

/* The start of a declaration with the attributes and the comment on the lines above it. */
static size_t whole_start(const char *text, size_t at)
{
	size_t start = line_start(text, at), before;

	while (start && last_of(text, start, &before) && !strncmp(text + before, "__", 2))
		start = before;
	return comment_start(text, start);
}

/* The end of a definition with its line break and the blank line after it. */
static size_t whole_end(const char *text, size_t at)
{
	size_t end = at + strcspn(text + at, "\n");

	if (!blank(text, at, end))
		return at;
	end += text[end] == '\n';
	return text[end] == '\n' ? end + 1 : end;
}

/* The end of a declaration with its comment on the same line and the line break. at: after ';'. */
static size_t statement_end(const char *text, size_t at)
{
	size_t end = at + strspn(text + at, " \t");

	if (text[end] == '/' && text[end + 1] == '*') {
		const char *close = strstr(text + end + 2, "*/");

		if (close)
			at = end = (size_t)(close - text) + 2;
	}
	end += strspn(text + end, " \t");
	return text[end] == '\n' ? end + 1 : at;
}

static void add_edit_in_order(edit_list *edits, const struct emit_unit *unit, enum edit_order order,
			      size_t start, size_t end, const char *text)
{
	dc_vec_push(edits, (struct edit){.start = start,
					 .end = end,
					 .text = text,
					 .line = line_of(unit->text, end),
					 .order = order});
}

static void add_edit(edit_list *edits, const struct emit_unit *unit, size_t start, size_t end,
		     const char *text)
{
	add_edit_in_order(edits, unit, EDIT_REPLACE, start, end, text);
}

/* Whether a directive is one of a list of words: "define", behind the '#'. */
static bool is_directive(const char *at, const char *const *words, size_t count)
{
	size_t i;

	at++;
	at += strspn(at, " \t");
	for (i = 0; i < count; i++)
		if (!strncmp(at, words[i], strlen(words[i])))
			return true;
	return false;
}

/*
 * The macros that a stretch of text defines, which the text after it may use: its #define and
 * #undef lines, with the #if, #else and #endif around them; or "".
 */
static const char *macros_of(const struct emit_unit *unit, size_t start, size_t end)
{
	static const char *const words[] = {"define", "undef", "if", "el", "endif"};
	const char *at = unit->text + start;
	bool at_start = true, defines = false;
	struct emit_piece piece;
	const char *kept;

	emit_piece_start(&piece);
	while (at < unit->text + end) {
		const char *next = emit_lex_skip(at, at_start);

		if (next != at && *at == '#' && is_directive(at, words, 5)) {
			fprintf(piece.out, "%.*s\n", (int)(next - at), at);
			defines |= is_directive(at, words, 2);
		}
		if (next == at)
			next++;
		at_start = *at == '\n' || (at_start && isspace((unsigned char)*at));
		at = next;
	}
	kept = emit_piece_end(&piece, unit->arena);
	return defines ? kept : "";
}

static void remove_function(edit_list *edits, const struct emit_unit *unit,
			    const struct dc_definition *definition)
{
	size_t end = whole_end(unit->text, definition->end);

	dc_vec_push(edits, (struct edit){.start = whole_start(unit->text, definition->start),
					 .end = end,
					 .text = macros_of(unit, definition->start, end),
					 .line = line_of(unit->text, end),
					 .order = EDIT_REPLACE,
					 .removed = definition});
}

static const struct dc_emit_function *function_of(const struct dc_emit_plan *plan, const char *name)
{
	const struct dc_definition *definition = dc_source_find(plan->source, name);

	return definition ? &plan->functions[definition - plan->source->definitions.at] : NULL;
}

/* The place of a function's name from start on; end if it is not there. */
static size_t find_name(const struct emit_unit *unit, const struct dc_definition *definition,
			size_t start, size_t end)
{
	size_t at, len = strlen(definition->plain);

	for (at = start; at + len <= end; at++)
		if (!strncmp(unit->text + at, definition->plain, len) &&
		    !emit_lex_is_word(unit->text[at + len]) &&
		    (at == definition->start || !emit_lex_is_word(unit->text[at - 1])))
			return at;
	return end;
}

/* Renames the driver's own text and makes it static; appends the guard under its name. */
static void guard(struct emit_unit *unit, const struct dc_definition *definition, edit_list *edits)
{
	size_t start = line_start(unit->text, definition->start), head = definition->body, name;
	size_t end = definition->end + strcspn(unit->text + definition->end, "\n");
	const char *text, *before;

	while (head > definition->start && strchr(" \t\n", unit->text[head - 1]))
		head--;
	end += unit->text[end] == '\n';
	name = find_name(unit, definition, definition->start, head);
	if (name == head) /* a macro of that name, or one that makes it */
		return;
	text = dc_arena_strndup(unit->arena, unit->text + definition->start,
				head - definition->start);
	before = definition->is_static ? "" : "static\n";
	/* A function that names itself means its guard, which comes after it. */
	if (find_name(unit, definition, definition->body, definition->end) < definition->end)
		before = dc_arena_printf(unit->arena, "%s;\n%s", text, before);
	if (*before)
		add_edit_in_order(edits, unit, EDIT_PREPEND, start, start, before);
	add_edit(edits, unit, name, name + strlen(definition->plain),
		 emit_own_name(unit->arena, definition));
	text = emit_guard(unit->arena, unit->plan, definition, text);
	unit->generated += emit_count_lines(text, strlen(text));
	add_edit_in_order(edits, unit, EDIT_APPEND, end, end, text);
}

static void replace_body(edit_list *edits, struct emit_unit *unit,
			 const struct dc_emit_function *function)
{
	const struct dc_definition *definition = function->definition;
	const char *macros = macros_of(unit, definition->body, definition->end);
	const char *stub = emit_stub(unit->arena, unit->plan, function);

	unit->generated += emit_count_lines(stub, strlen(stub)) + 1;
	if (*macros)
		stub = dc_arena_printf(unit->arena, "%s\n%.*s", stub, (int)strlen(macros) - 1,
				       macros);
	add_edit(edits, unit, definition->body, definition->end, stub);
}

static void find_edits(struct emit_unit *unit, edit_list *edits)
{
	const struct dc_emit_plan *plan = unit->plan;
	const struct dc_forward *forward;
	size_t i;

	for (i = 0; i < plan->count; i++) {
		const struct dc_emit_function *function = &plan->functions[i];
		const struct dc_definition *definition = function->definition;

		if (definition->file != unit->file->name)
			continue;
		if (unit->side == DC_SIDE_KERNEL && emit_is_guarded(plan, function))
			guard(unit, definition, edits);
		if (function->on[unit->side] == DC_NATIVE || definition->of_tracepoint)
			continue; /* the process has another define_trace.h */
		if (function->on[unit->side] == DC_STUB)
			replace_body(edits, unit, function);
		else
			remove_function(edits, unit, definition);
	}
	dc_vec_each (forward, &plan->source->forwards) {
		const struct dc_emit_function *function = function_of(plan, forward->function);
		size_t end = forward->end;

		if (forward->file != unit->file->name || !forward->is_static || !function ||
		    function->on[unit->side] != DC_ABSENT)
			continue;
		end += strspn(unit->text + end, " \t\n");
		if (unit->text[end] == ';')
			add_edit(edits, unit, line_start(unit->text, forward->start),
				 statement_end(unit->text, end + 1), "");
	}
}

/* Gives a static variable of a function a linker name for the tables, and keeps it if it is unused.
 */
static void find_labels(const struct emit_unit *unit, edit_list *edits)
{
	const struct dc_object_type *type;

	dc_vec_each (type, &unit->plan->types) {
		const struct dc_static *local = type->local;

		if (!local || strcmp(local->variable.file, unit->file->name) != 0 ||
		    function_of(unit->plan, local->function)->on[unit->side] != DC_NATIVE)
			continue;
		add_edit(edits, unit, local->label, local->label,
			 dc_arena_printf(unit->arena, " __asm__(\"%s\") __attribute__((used))",
					 emit_static_name(unit->arena, local)));
	}
}

/* Past spaces and a word of a directive; NULL: another word is there. */
static const char *after_word(const char *at, const char *word)
{
	size_t len = strlen(word);

	at += strspn(at, " \t");
	return strncmp(at, word, len) || !strchr(" \t", at[len]) ? NULL : at + len;
}

/* The value of the macro NAME in a line that defines it, or NULL. */
static const char *defined_value(const char *line, const char *name)
{
	const char *at = line + strspn(line, " \t");

	if (*at != '#' || !(at = after_word(at + 1, "define")) || !(at = after_word(at, name)))
		return NULL;
	return at + strspn(at, " \t");
}

static bool leads_out(const char *path)
{
	return !strncmp(path, "../", 3) || !strncmp(path, "./../", 5);
}

/* Behind the last slash of a path, which has one. */
static const char *last_part(const char *path, size_t len)
{
	while (path[len - 1] != '/')
		len--;
	return path + len;
}

static void edit_trace_path(edit_list *edits, const struct emit_unit *unit, const char *from,
			    const char *to, const char *text)
{
	add_edit(edits, unit, (size_t)(from - unit->text), (size_t)(to - unit->text), text);
}

/* The path by which <trace/define_trace.h> finds this header again is TRACE_INCLUDE_PATH/
 * TRACE_INCLUDE_FILE.h. Either may begin with "../": then it leads from there through the kernel's
 * tree, in which a component is not. They become the header's folder in the component, and its
 * name. */
static void find_trace_path(const struct emit_unit *unit, edit_list *edits)
{
	const char *at = unit->text, *slash = strrchr(unit->file->name, '/');
	const char *folder = slash ? dc_arena_strndup(unit->arena, unit->file->name,
						      (size_t)(slash - unit->file->name))
				   : ".";

	for (; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
		const char *path = defined_value(at, "TRACE_INCLUDE_PATH");
		const char *file = defined_value(at, "TRACE_INCLUDE_FILE");
		size_t len = path || file ? strcspn(path ? path : file, " \t\n") : 0;

		if (path && (leads_out(path) || (slash && len == 1 && *path == '.')))
			edit_trace_path(edits, unit, path, path + len, folder);
		else if (file && leads_out(file))
			edit_trace_path(edits, unit, file, last_part(file, len), "");
	}
}

static int order_edits(const void *a, const void *b)
{
	const struct edit *left = a, *right = b;

	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	if (left->end != right->end)
		return left->end < right->end ? -1 : 1;
	return (int)left->order - (int)right->order;
}

/* Whether the file's text needs the declarations of dcg.h. */
static bool needs_numbers(const struct emit_unit *unit)
{
	size_t i;

	if (unit->plan->all_kernel && unit->side == DC_SIDE_KERNEL)
		return false;
	if (unit->file->is_unit && !unit->plan->all_kernel)
		return true;
	for (i = 0; i < unit->plan->count; i++)
		if (unit->plan->functions[i].definition->file == unit->file->name &&
		    unit->plan->functions[i].on[unit->side] == DC_STUB)
			return true;
	return false;
}

/* Writes what must come between an edit and the text after it. Returns where that text starts. */
static size_t resume(const struct emit_unit *unit, const struct edit *edit, FILE *out)
{
	bool at_line = !edit->end || unit->text[edit->end - 1] == '\n';
	unsigned line = edit->line;
	size_t at = edit->end;

	if (!at_line && unit->text[at] == '\n') {
		fputc('\n', out);
		at++;
		line++;
		at_line = true;
	}
	if (at_line && at < unit->len_bytes)
		fprintf(out, "#line %u \"%s\"\n", line, unit->label);
	return at;
}

/* Notes where a run of functions is, at the first edit that leaves one out. */
static void put_removed(FILE *out, const struct emit_unit *unit, const edit_list *edits,
			const struct edit *edit)
{
	const struct edit *last = edit;

	if (!edit->removed || (edit > edits->at && edit[-1].removed && edit[-1].end == edit->start))
		return;
	while (last + 1 < edits->at + edits->len && last[1].removed && last[1].start == last->end)
		last++;
	fprintf(out, "/* %s%s%s: %s/%s */\n\n", edit->removed->plain, last == edit ? "" : " .. ",
		last == edit ? "" : last->removed->plain,
		unit->side == DC_SIDE_KERNEL ? "user" : "kernel", unit->file->name);
}

static void put_text(FILE *out, const struct emit_unit *unit, const edit_list *edits)
{
	const struct edit *edit;
	size_t at = 0;

	dc_vec_each (edit, edits) {
		bool last = edit + 1 == edits->at + edits->len;

		if (edit->start < at)
			continue; /* within a stretch that is left out */
		fwrite(unit->text + at, 1, edit->start - at, out);
		put_removed(out, unit, edits, edit);
		fputs(edit->text, out);
		at = edit->end;
		if (last || edit[1].start != at)
			at = resume(unit, edit, out);
	}
	fwrite(unit->text + at, 1, unit->len_bytes - at, out);
}

static const char *stream_end(FILE *out, char **text, struct dc_arena *arena)
{
	const char *kept;

	if (fclose(out) != 0)
		abort();
	kept = dc_arena_strdup(arena, *text);
	free(*text);
	return kept;
}

/* How often a text names NAME, outside comments, literals and directives. */
static unsigned count_name(const char *text, const char *name)
{
	const char *word;
	bool line_start = true;
	unsigned count = 0;
	size_t len;

	while ((word = emit_lex_name(&text, &line_start, &len)))
		count += len == strlen(name) && !strncmp(word, name, len);
	return count;
}

/* Whether the file has a static variable that only functions on the other side use. */
static bool has_unused_variable(const struct emit_unit *unit, const char *text, const char *tables)
{
	const struct dc_variable *variable;

	dc_vec_each (variable, &unit->plan->source->variables)
		if (variable->is_static && !strcmp(variable->file, unit->file->name) &&
		    count_name(text, variable->name) < 2 && !count_name(tables, variable->name))
			return true;
	return false;
}

static void put_head(FILE *out, const struct emit_unit *unit, const char *text, const char *tables)
{
	bool numbers = needs_numbers(unit);

	emit_head(out, unit->file->name, unit->label,
		  !unit->plan->all_kernel && (unit->file->is_unit || numbers));
	if (numbers)
		fputs("#include \"dcg.h\"\n", out);
	if (emit_has_unnamed(unit))
		fputs("#pragma GCC diagnostic ignored \"-Wunused-function\"\n", out);
	if (!unit->plan->all_kernel && has_unused_variable(unit, text, tables))
		fputs("#pragma GCC diagnostic ignored \"-Wunused-variable\"\n", out);
	fprintf(out, "#line 1 \"%s\"\n", unit->label);
}

const char *emit_source(struct emit_unit *unit)
{
	const char *tables = emit_unit_tail(unit), *driver;
	bool user = unit->side == DC_SIDE_USER;
	struct emit_piece piece;
	edit_list edits = {0};
	char *text = NULL;
	size_t len_bytes;
	FILE *out;

	find_edits(unit, &edits);
	find_labels(unit, &edits);
	if (!user)
		find_trace_path(unit, &edits);
	if (!unit->plan->all_kernel && unit->file->read)
		add_edit(&edits, unit, whole_start(unit->text, unit->file->first_declaration),
			 whole_start(unit->text, unit->file->first_declaration),
			 user ? "#include \"dcg_rules.h\"\n" : "#include \"dcg_journal.h\"\n");
	if (edits.len)
		qsort(edits.at, edits.len, sizeof(*edits.at), order_edits);
	emit_piece_start(&piece);
	put_text(piece.out, unit, &edits);
	driver = emit_piece_end(&piece, unit->arena);
	out = open_memstream(&text, &len_bytes);
	if (!out)
		abort();
	if (unit->file->is_unit || needs_numbers(unit) || edits.len)
		put_head(out, unit, driver, tables);
	fputs(driver, out);
	if (*tables) {
		fflush(out);
		if (unit->len_bytes && unit->text[unit->len_bytes - 1] != '\n')
			fputc('\n', out);
		fflush(out);
		fprintf(out, "\n#line %zu \"%s/%s\"\n", emit_count_lines(text, len_bytes) + 3,
			user ? "user" : "kernel", unit->file->name);
		fprintf(out, "/* Generated by drivercut " DC_VERSION " from %s, do not edit. */\n",
			unit->label);
		fputs(tables, out);
		unit->generated += emit_count_lines(tables, strlen(tables));
	}
	dc_vec_done(&edits);
	return stream_end(out, &text, unit->arena);
}
