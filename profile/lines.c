/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A call is read from the end of its line, since the name of a task may hold anything: the caller
 * is behind the arrow, the callee before it back to the last ": ", the event and the time before
 * that.
 */
#include "profile/lines.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS	  "0123456789"
#define WORD_SIZE 64 /* longer words are neither a time nor an event of ours */

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t");
}

static char *last_of(char *text, const char *part)
{
	char *found = NULL, *at;

	for (at = text; (at = strstr(at, part)); at++)
		found = at;
	return found;
}

/* Cuts the last word off text, which is trimmed before and after. Returns the word, maybe "". */
static char *cut_word(char *text)
{
	char *word;

	trim(text);
	word = text + strlen(text);
	while (word > text && !isspace((unsigned char)word[-1]))
		word--;
	if (word > text) {
		word[-1] = '\0';
		trim(text);
	}
	return word;
}

/* "59.593666:" or "59,593666:" is a time in seconds, "4711:" one of another clock. Returns whether
 * the word is a time. */
static bool take_time(const char *word, double *ret_s)
{
	size_t whole = strspn(word, DIGITS), fraction;
	double unit = 1;

	*ret_s = 0;
	if (!whole || !strcmp(word + whole, ":"))
		return whole > 0;
	if (word[whole] != '.' && word[whole] != ',')
		return false;
	fraction = strspn(word + whole + 1, DIGITS);
	if (strcmp(word + whole + 1 + fraction, ":") != 0)
		return false;
	*ret_s = (double)strtoull(word, NULL, 10);
	for (word += whole + 1; isdigit((unsigned char)*word); word++)
		*ret_s += (unit /= 10) * (*word - '0');
	return true;
}

static bool is_function_event(const char *word)
{
	return !strcmp(word, "ftrace:function:") || !strcmp(word, "function:");
}

/* Symbols */

static bool is_name(const char *text)
{
	return *text &&
	       text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS
				 "_.$+/")] == '\0';
}

/* Splits "NAME+0x1/0x2 [module]", "NAME ([module])" or "NAME(arguments)". Returns whether it is a
 * symbol; the name of one without is "0x0", an address that nothing resolves. */
static bool take_symbol(char *text, const char **ret_name, const char **ret_module)
{
	char *name = trim(text), *end, *tag;

	*ret_module = "";
	*ret_name = "0x0";
	if (!strncmp(name, "[unknown]", strlen("[unknown]")))
		return true;
	end = name + strcspn(name, " \t(");
	tag = *end == '(' ? strchr(end, ')') : end;
	if (*end && tag) {
		tag += strspn(tag, " \t()");
		*end = '\0';
		if (*tag == '[')
			*ret_module = tag + 1;
		else if (*tag)
			return false;
		tag[strcspn(tag, "])")] = '\0';
	}
	if (strlen(name) == 16 && strspn(name, DIGITS "abcdef") == 16)
		return true;
	*ret_name = name;
	return is_name(name);
}

/* Calls */

/* Five columns, four in older kernels: interrupts off, need to reschedule, hard or soft interrupt,
 * preemption depth, migration. */
static void take_flags(const char *flags, struct tally_call *call)
{
	if ((strlen(flags) != 5 && strlen(flags) != 4) ||
	    strspn(flags, "dDbBnNpPLhHsSzZ.0123456789abcdef") != strlen(flags))
		return;
	call->flagged = flags[0] != '.' || strchr("hHsSzZ", flags[2]);
	call->depth = isxdigit((unsigned char)flags[3])
			      ? (unsigned)strtoul((char[]){flags[3], 0}, NULL, 16)
			      : 0;
}

/* "(repeats: 12, last_ts: 6.349536)" behind a call: as many more of it. */
static void take_repeats(char *text, struct tally_call *call)
{
	static const char mark[] = "(repeats: ";
	char *at = strstr(text, mark);

	if (!at)
		return;
	call->repeats = strtoull(at + strlen(mark), NULL, 10);
	*at = '\0';
}

/* The text before the callee: "TASK-PID [CPU] FLAGS TIME: EVENT:", with a period before the event
 * if perf was asked for it. Returns whether it is the head of a call. */
static bool take_head(char *head, struct line *ret)
{
	char *word = cut_word(head);

	if (is_function_event(word)) {
		word = cut_word(head);
		if (*word && !word[strspn(word, DIGITS)])
			word = cut_word(head);
	}
	if (!take_time(word, &ret->time_s))
		return false;
	take_flags(cut_word(head), &ret->call);
	return true;
}

/* text is cut at its arrow, with the caller behind. */
static void read_call(char *text, char *caller, struct line *ret)
{
	char *colon = last_of(text, ": ");

	ret->kind = LINE_BAD;
	take_repeats(caller, &ret->call);
	if (!colon)
		ret->wrong = "there is no time before the call";
	else if (!take_symbol(caller, &ret->call.caller, &ret->call.caller_module))
		ret->wrong = "there is no caller's name behind the arrow";
	else if (!take_symbol(colon + 2, &ret->call.callee, &ret->call.callee_module))
		ret->wrong = "there is no callee's name before the arrow";
	else
		ret->kind = LINE_CALL;
	if (ret->kind == LINE_BAD)
		return;
	colon[1] = '\0';
	if (take_head(text, ret))
		return;
	ret->kind = LINE_BAD;
	ret->wrong = "there is no time before the call";
}

/* Lines that are no call */

/* "CPU:0 [LOST 23 EVENTS]", "... PERF_RECORD_LOST lost 23", "# lost 23", "CPU:1 [7 EVENTS
 * DROPPED]",
 * "# entries-in-buffer/entries-written: 205/1205   #P:4" */
static bool is_lost(const char *text, uint64_t *ret)
{
	static const char *const marks[] = {"[LOST ", "PERF_RECORD_LOST lost ", "# lost "};
	static const char written[] = "# entries-in-buffer/entries-written: ";
	const char *at = strstr(text, " EVENTS DROPPED]");
	uint64_t kept, all;
	char *end;
	size_t i;

	*ret = 0;
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (!at && (at = strstr(text, marks[i]))) {
			*ret = strtoull(at + strlen(marks[i]), NULL, 10);
			return true;
		}
	if (at) {
		while (at > text && isdigit((unsigned char)at[-1]))
			at--;
		*ret = strtoull(at, NULL, 10);
		return true;
	}
	if (strncmp(text, written, strlen(written)) != 0)
		return false;
	kept = strtoull(text + strlen(written), &end, 10);
	all = *end == '/' ? strtoull(end + 1, NULL, 10) : 0;
	*ret = all > kept ? all - kept : 0;
	return true;
}

/* Heads of trace-cmd and of perf script. */
static bool is_head(const char *text)
{
	static const char *const heads[] = {"cpus=", "version = ", "CPU ", "trace-cmd ",
					    "tracer: "};
	size_t i;

	if (!*text || *text == '#')
		return true;
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (!strncmp(text, heads[i], strlen(heads[i])))
			return true;
	return false;
}

/* "ffffffffc0a3d4c5 NAME+0x5 ([MODULE])" of perf, " => NAME" and its head of the tracer */
static bool is_stack(const char *text)
{
	size_t address = strspn(text, DIGITS "abcdef");

	return !strncmp(text, "=>", 2) || (address && text[address] == ' ' &&
					   text[strlen(text) - 1] == ')' && !strstr(text, ": "));
}

/* Copies the word that begins at text. Returns its length; a longer one than fits is no word of
 * ours, and its copy is "". */
static size_t copy_word(const char *text, char word[WORD_SIZE])
{
	size_t len = strcspn(text, " \t");

	memcpy(word, text, len < WORD_SIZE ? len : 0);
	word[len < WORD_SIZE ? len : 0] = '\0';
	return len;
}

/* Whether a time is in it, and an event behind: the first is taken. */
static bool take_event(const char *text, double *ret_s, char event[WORD_SIZE])
{
	const char *at = text;
	char word[WORD_SIZE];

	while (*at) {
		at += copy_word(at, word);
		at += strspn(at, " \t");
		copy_word(at, event);
		if (*at && take_time(word, ret_s))
			return true;
	}
	return false;
}

/* Whether what is before the callee is the head of a call, or no head at all. */
static bool is_call(char *text, char *arrow)
{
	char word[WORD_SIZE], *colon, *start;
	double time_s;

	*arrow = '\0';
	colon = last_of(text, ": ");
	*arrow = '<';
	if (!colon)
		return true;
	for (start = colon; start > text && !isspace((unsigned char)start[-1]); start--)
		;
	copy_word(start, word);
	return is_function_event(word) || take_time(word, &time_s);
}

static void read_other(const char *text, struct line *ret)
{
	char event[WORD_SIZE] = "";

	ret->kind = LINE_EVENT;
	if (take_event(text, &ret->time_s, event) && !is_function_event(event))
		return;
	ret->kind = LINE_BAD;
	ret->wrong = is_function_event(event) ? "this call has no caller"
					      : "this is not a recorded call";
}

void line_read(char *text, struct line *ret)
{
	char *arrow;

	*ret = (struct line){.kind = LINE_LOST};
	if (is_lost(text, &ret->lost))
		return;
	text = trim(text);
	ret->kind = LINE_HEAD;
	if (is_head(text))
		return;
	ret->kind = LINE_STACK;
	if (is_stack(text))
		return;
	arrow = last_of(text, "<-");
	if (!arrow || !is_call(text, arrow)) {
		read_other(text, ret);
		return;
	}
	*arrow = '\0';
	read_call(text, arrow + (arrow[2] == '-' ? 3 : 2), ret);
}
