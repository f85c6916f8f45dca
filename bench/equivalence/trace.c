/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * QEMU's trace. Its lines, of which the first word may have PID@TIME: before it:
 *
 *	memory_region_ops_read cpu 0 mr 0x... addr 0xfebc0008 value 0x80080783 size 4 name
 *'e1000-mmio' pci_cfg_write virtio-net-pci 00:11.0 @0x3c <- 0x1
 *
 * The address is that of the whole machine; regions of cards are aligned to their size.
 */
#include "equivalence.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

const char eq_pci[] = "pci";

/* PCI addresses of guest/guest.h: the card under test, and the peer with the marks. */
enum { CARD = 0x10, PEER = 0x11 };

static bool memory_line(const struct eq_rules *rules, const char *line, struct eq_access *ret)
{
	char name[64];
	uint64_t addr;
	size_t i;

	if (sscanf(line, "cpu %*d mr %*x addr %" SCNx64 " value %" SCNx64 " size %u name '%63[^']",
		   &addr, &ret->value, &ret->size, name) != 4)
		return false;
	for (i = 0; i < rules->regions.len; i++)
		if (!strcmp(rules->regions.at[i].name, name)) {
			ret->region = rules->regions.at[i].name;
			ret->offset = addr & (rules->regions.at[i].bytes - 1);
			return true;
		}
	return false;
}

static bool config_line(const char *line, struct eq_access *ret)
{
	unsigned slot, offset, value;

	if (sscanf(line, "%*s %*x:%x.%*x @%x %*2[-<>] %x", &slot, &offset, &value) != 3)
		return false;
	ret->offset = offset;
	ret->value = value;
	if (slot == CARD)
		ret->region = eq_pci;
	return slot == CARD || (slot == PEER && offset == EQ_MARK_AT && ret->is_write);
}

bool eq_trace_line(const struct eq_rules *rules, const char *line, struct eq_access *ret)
{
	static const char *const events[] = {"memory_region_ops_read ", "memory_region_ops_write ",
					     "pci_cfg_read ", "pci_cfg_write "};
	unsigned i;

	for (i = 0; i < 4; i++) {
		const char *at = strstr(line, events[i]);

		if (!at)
			continue;
		*ret = (struct eq_access){.is_write = i % 2};
		at += strlen(events[i]);
		return i < 2 ? memory_line(rules, at, ret) : config_line(at, ret);
	}
	return false;
}

/* The place in a trace. */
struct place {
	uint64_t last; /* mark */
	unsigned segment;
	bool begun;
};

/* A mark. Returns 0, or -EINVAL if it is out of order. */
static int pass_mark(struct place *place, uint64_t mark)
{
	uint64_t last = place->last;
	unsigned next = place->segment / 2 + 1; /* command */

	place->last = mark;
	if (last == EQ_MARK_BEGIN1 && mark == EQ_MARK_BEGIN2) {
		*place = (struct place){.begun = true};
		return 0;
	}
	if (!place->begun || mark == EQ_MARK_END)
		return 0;
	if (place->segment % 2 ? mark != 0 : mark != next % EQ_MARKS + 1)
		return -EINVAL;
	place->segment++;
	return 0;
}

int eq_trace_read(struct dc_diag *diag, const struct eq_rules *rules, const char *path,
		  eq_trace *ret)
{
	struct place place = {0};
	unsigned number = 0;
	char *text, *line, *save = NULL;
	int err = dc_file_read(diag, path, &text, NULL);

	if (err < 0)
		return err;
	for (line = strtok_r(text, "\n", &save); line && !err; line = strtok_r(NULL, "\n", &save)) {
		struct eq_access access;

		number++;
		if (!eq_trace_line(rules, line, &access))
			continue;
		if (!access.region) {
			if (pass_mark(&place, access.value) < 0)
				err = dc_error(diag, -EINVAL, DC_LINE(path, number),
					       "a mark that is out of order; run it again");
		} else if (place.begun) {
			access.segment = place.segment;
			dc_vec_push(ret, access);
		}
	}
	if (!err && !place.begun)
		err = dc_error(diag, -EINVAL, DC_FILE(path),
			       "the trace has no mark: the guest ended before its first command");
	free(text);
	return err;
}
