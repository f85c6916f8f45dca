/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kallsyms: lines "ADDRESS TYPE NAME" and, for a module's symbol, "\t[MODULE]" behind. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "profile/tally.h"

struct symbol {
	uint64_t address;
	const char *name; /* inside text */
};

struct symbols {
	char *text;
	DC_VEC(struct symbol) list; /* sorted by address */
};

/* Every module has an init_module and a cleanup_module at the address of functions of its own. */
static bool is_alias(const char *name)
{
	return !strcmp(name, "init_module") || !strcmp(name, "cleanup_module");
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *one = a, *two = b;

	if (one->address != two->address)
		return one->address < two->address ? -1 : 1;
	return is_alias(one->name) - is_alias(two->name);
}

/* Takes one line apart in place. Returns whether it is right. */
static bool take_line(struct symbols *symbols, char *line)
{
	char *end;
	uint64_t address = strtoull(line, &end, 16);
	char type;

	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ' || !end[3])
		return false;
	type = end[1];
	end[3 + strcspn(end + 3, "\t ")] = '\0';
	if (address && strchr("tTwW", type))
		dc_vec_push(&symbols->list, (struct symbol){address, end + 3});
	return true;
}

int symbols_read(struct dc_diag *diag, const char *path, struct symbols **ret)
{
	struct symbols *symbols = dc_alloc(1, sizeof(*symbols));
	int err = dc_file_read(diag, path, &symbols->text, NULL);
	char *line, *next = symbols->text;
	unsigned number = 0;

	while (!err && (line = strsep(&next, "\n"))) {
		number++;
		if (*line && !take_line(symbols, line))
			err = dc_error(diag, -EINVAL, DC_LINE(path, number),
				       "not a line of /proc/kallsyms");
	}
	if (!err && !symbols->list.len)
		err = dc_error(diag, -EINVAL, DC_FILE(path),
			       "no function with an address; it must be read as root");
	if (err < 0) {
		symbols_free(symbols);
		return err;
	}
	qsort(symbols->list.at, symbols->list.len, sizeof(struct symbol), by_address);
	*ret = symbols;
	return 0;
}

void symbols_free(struct symbols *symbols)
{
	if (!symbols)
		return;
	free(symbols->text);
	dc_vec_done(&symbols->list);
	free(symbols);
}

const char *symbols_find(const struct symbols *symbols, uint64_t address)
{
	const struct symbol *list = symbols->list.at;
	size_t low = 0, high = symbols->list.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	low--;
	while (low > 0 && list[low - 1].address == list[low].address)
		low--;
	return list[low].name;
}
