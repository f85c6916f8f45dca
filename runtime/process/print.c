// SPDX-License-Identifier: GPL-2.0-only
/* Log messages: by a downcall, or, if that fails, to stderr. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../component/downcalls.h"
#include "channel.h"
#include "process.h"
#include "library.h"

#define LEVEL_ERR     3
#define LEVEL_WARNING 4 /* also if the name has none */
#define LEVEL_SOH     '\001' /* begins a level in the text itself (KERN_ERR) */

/* The level is the end of the macro's name: pr_err, dev_err_once, netdev_WARN_ONCE. */
static unsigned level_named(const char *what)
{
	static const struct {
		const char *name;
		unsigned int level;
	} names[] = {{"emerg", 0},  {"alert", 1}, {"crit", 2},	{"err", 3}, {"warn", 4},
		     {"notice", 5}, {"info", 6},  {"debug", 7}, {"dbg", 7}};
	const char *end = strchr(what, '_');
	size_t i, len;

	for (i = 0; end && i < sizeof(names) / sizeof(names[0]); i++) {
		len = strlen(names[i].name);
		if (!strncasecmp(end + 1, names[i].name, len) &&
		    !isalpha((unsigned char)end[1 + len]))
			return names[i].level;
	}
	return LEVEL_WARNING;
}

static int print_down(unsigned int level, enum dck_about of, const void *device, const char *text)
{
	struct dcrt_call *call;
	int err = dcg_channel ? dcrt_call_begin(dcg_channel, DCK_PRINT, &call) : -ENODEV;

	if (err)
		return err;
	dcrt_out_word(call, level);
	dcrt_out_word(call, of);
	dcrt_out_pointer(call, device);
	dcrt_out_blob(call, DCK_TEXT, text, (uint32_t)strlen(text) + 1);
	err = dcrt_call_run(call);
	dcrt_call_end(call);
	return err;
}

static void print_here(const char *text)
{
	size_t len = strlen(text);

	fprintf(stderr, "%s: %s%s", dcg_driver.name, text,
		len && text[len - 1] == '\n' ? "" : "\n");
}

/*
 * A device that only the process knows has no name in the kernel: the line is printed without it.
 */
static void say(unsigned int level, enum dck_about of, const void *device, const char *text)
{
	int err = -ENOENT;

	if (device && dcg_channel && dcrt_is_object(dcg_channel, device))
		err = print_down(level, of, device, text);
	if (err)
		err = print_down(level, DCK_ABOUT_NOTHING, NULL, text);
	if (err)
		print_here(text);
}

#define FORMAT(text)                                                                               \
	do {                                                                                       \
		va_list args;                                                                      \
                                                                                                   \
		va_start(args, format);                                                            \
		len = dcp_vsnprintf(text, sizeof(text), format, args);                             \
		va_end(args);                                                                      \
	} while (0)

int dcp_printk(const char *what, const char *format, ...)
{
	char text[DCK_TEXT_MAX];
	int len;

	FORMAT(text);
	say(level_named(what), DCK_ABOUT_NOTHING, NULL, text);
	return len;
}

int dcp_dev_printk(const char *what, const struct device *device, const char *format, ...)
{
	char text[DCK_TEXT_MAX];
	int len;

	FORMAT(text);
	say(level_named(what), DCK_ABOUT_DEVICE, device, text);
	return len;
}

int dcp_netdev_printk(const char *what, const struct net_device *device, const char *format, ...)
{
	char text[DCK_TEXT_MAX];
	int len;

	FORMAT(text);
	say(level_named(what), DCK_ABOUT_NETDEV, device, text);
	return len;
}

/* Kernel functions that its macros call */

static const char *level_in(const char *text, unsigned int *ret_level)
{
	if (text[0] != LEVEL_SOH || !text[1])
		return text;
	if (text[1] >= '0' && text[1] <= '7')
		*ret_level = (unsigned int)(text[1] - '0');
	return text + 2;
}

int _printk(const char *format, ...)
{
	unsigned int level = LEVEL_WARNING;
	char text[DCK_TEXT_MAX];
	const char *line;
	int len;

	FORMAT(text);
	line = level_in(text, &level);
	say(level, DCK_ABOUT_NOTHING, NULL, line);
	return len;
}

#define DEFINE_DEV(name)                                                                           \
	void _##name(const struct device *device, const char *format, ...)                         \
	{                                                                                          \
		char text[DCK_TEXT_MAX];                                                           \
		int len;                                                                           \
                                                                                                   \
		FORMAT(text);                                                                      \
		(void)len;                                                                         \
		say(level_named(#name), DCK_ABOUT_DEVICE, device, text);                           \
	}

DEFINE_DEV(dev_err)
DEFINE_DEV(dev_warn)
DEFINE_DEV(dev_notice)
DEFINE_DEV(dev_info)

/*
 * Formats one row, in groups of 1, 2, 4 or 8 bytes; each group is a number in the machine's order.
 */
static void put_row(char *to, size_t size, const unsigned char *bytes, size_t len, size_t row,
		    size_t group, bool ascii)
{
	size_t i, used = 0, column;

	if (len % group)
		group = 1;
	column = row * 2 + row / group + 1;
	for (i = 0; i < len; i += group) {
		unsigned long long value = 0;

		memcpy(&value, bytes + i, group);
		used += (size_t)snprintf(to + used, size - used, "%s%0*llx", i ? " " : "",
					 (int)(2 * group), value);
	}
	if (!ascii)
		return;
	used += (size_t)snprintf(to + used, size - used, "%*s", (int)(column - used), "");
	for (i = 0; i < len; i++)
		to[used++] = bytes[i] >= ' ' && bytes[i] <= '~' ? (char)bytes[i] : '.';
	to[used] = 0;
}

void print_hex_dump(const char *level, const char *prefix, int prefix_type, int row_bytes,
		    int group_bytes, const void *data, size_t len, bool ascii)
{
	enum { NONE, ADDRESS, OFFSET };
	size_t at, row = row_bytes == 32 ? 32 : 16, group = (size_t)group_bytes;
	const unsigned char *bytes = data;

	if (group != 2 && group != 4 && group != 8)
		group = 1;
	for (at = 0; at < len; at += row) {
		char text[32 * 4 + 8], before[24] = "";

		put_row(text, sizeof(text), bytes + at, len - at < row ? len - at : row, row, group,
			ascii);
		if (prefix_type == ADDRESS)
			snprintf(before, sizeof(before), "%016lx: ", (uintptr_t)(bytes + at));
		else if (prefix_type == OFFSET)
			snprintf(before, sizeof(before), "%.8zx: ", at);
		_printk("%s%s%s%s\n", level, prefix, before, text);
	}
}

/* Bugs */

void dcp_check(const char *what, int err)
{
	if (err)
		dcp_printk("pr_err", "%s: %s failed in the kernel: %d\n", dcg_driver.name, what,
			   err);
}

void dcp_warn_at(const char *file, int line)
{
	dcp_printk("pr_warn", "%s: WARNING in the process at %s:%d\n", dcg_driver.name, file, line);
}

void dcp_bug_at(const char *file, int line)
{
	char text[DCK_TEXT_MAX];

	dcp_snprintf(text, sizeof(text), "BUG in the process at %s:%d\n", file, line);
	print_here(text);
	dcp_printk("pr_crit", "%s: %s", dcg_driver.name, text);
	abort();
}
