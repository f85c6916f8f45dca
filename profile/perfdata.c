/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * perf.data as our guest writes it: one ftrace:function event, uncompressed, to a file. Read here
 * and not by `perf script`, because the text has no context flags and takes longer than the run.
 *
 *	header | attributes | records: each { type u32, misc u16, size u16, ... } | features
 *
 * A sample holds, behind what sample_type says, the tracepoint's own bytes:
 *
 *	common_type u16, common_flags u8, common_preempt_count u8, common_pid i32, ip u64, parent
 *u64
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "profile/tally.h"

struct section {
	uint64_t offset, size;
};

struct header {
	char magic[8];
	uint64_t size, attr_size;
	struct section attrs, data, event_types;
};

#define RAW_BYTES	  24 /* of an ftrace:function event */
#define RECORD_COMPRESSED 81

/* common_flags */
#define FLAG_IRQS_OFF 0x01
#define FLAG_HARDIRQ  0x08
#define FLAG_SOFTIRQ  0x10
#define FLAG_NMI      0x40
#define FLAG_BH_OFF   0x80

/* Words of a sample before its raw bytes, in this order; each is one u64 long. */
static const uint64_t before_raw[] = {
	PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_IP,	  PERF_SAMPLE_TID,
	PERF_SAMPLE_TIME,	PERF_SAMPLE_ADDR, PERF_SAMPLE_ID,
	PERF_SAMPLE_STREAM_ID,	PERF_SAMPLE_CPU,  PERF_SAMPLE_PERIOD,
};

struct file {
	struct dc_diag *diag;
	const char *path;
	const char *data;
	uint64_t len;
	size_t raw_at; /* offset of the raw bytes' length in a sample */
	const struct dc_profile_names *names;
	const struct symbols *symbols;
	struct tally *tally;
};

static int bad(const struct file *file, const char *what)
{
	return dc_error(file->diag, -EINVAL, DC_FILE(file->path), "not a usable perf.data: %s",
			what);
}

static bool inside(const struct file *file, const struct section *part)
{
	return part->offset <= file->len && part->size <= file->len - part->offset;
}

/* Finds where in a sample the raw bytes are. */
static int read_layout(struct file *file, uint64_t sample_type)
{
	uint64_t known = PERF_SAMPLE_RAW;
	size_t i;

	file->raw_at = sizeof(struct perf_event_header);
	for (i = 0; i < sizeof(before_raw) / sizeof(before_raw[0]); i++) {
		known |= before_raw[i];
		if (sample_type & before_raw[i])
			file->raw_at += sizeof(uint64_t);
	}
	if (!(sample_type & PERF_SAMPLE_RAW) || sample_type & ~known)
		return bad(file, "its samples hold other things than a tracepoint");
	return 0;
}

static int read_attrs(struct file *file, const struct header *header)
{
	uint64_t at, found = 0;
	int err = 0;

	if (!inside(file, &header->attrs) || header->attr_size < PERF_ATTR_SIZE_VER0)
		return bad(file, "it is cut off in its attributes");
	for (at = 0; !err && at + header->attr_size <= header->attrs.size;
	     at += header->attr_size) {
		struct perf_event_attr attr = {0};

		memcpy(&attr, file->data + header->attrs.offset + at, PERF_ATTR_SIZE_VER0);
		if (attr.type != PERF_TYPE_TRACEPOINT)
			continue;
		found++;
		err = read_layout(file, attr.sample_type);
	}
	if (!err && found != 1)
		return bad(file, "it holds another number of tracepoints than one");
	return err;
}

static int take_sample(struct file *file, const char *record, size_t len)
{
	struct tally_call call = {.callee_module = "", .caller_module = ""};
	char callee[24], caller[24];
	const unsigned char *raw;
	uint64_t ip, parent;
	uint32_t raw_len;

	if (len < file->raw_at + sizeof(raw_len))
		return bad(file, "a sample is too short");
	memcpy(&raw_len, record + file->raw_at, sizeof(raw_len));
	raw = (const unsigned char *)record + file->raw_at + sizeof(raw_len);
	if (raw_len < RAW_BYTES || len - file->raw_at - sizeof(raw_len) < raw_len)
		return bad(file, "a sample is not an ftrace:function event");
	memcpy(&ip, raw + 8, sizeof(ip));
	memcpy(&parent, raw + 16, sizeof(parent));
	snprintf(callee, sizeof(callee), "0x%llx", (unsigned long long)ip);
	snprintf(caller, sizeof(caller), "0x%llx", (unsigned long long)parent);
	call.callee = callee;
	call.caller = caller;
	call.flagged =
		raw[2] & (FLAG_IRQS_OFF | FLAG_HARDIRQ | FLAG_SOFTIRQ | FLAG_NMI | FLAG_BH_OFF);
	call.depth = raw[3] & 0xf;
	tally_add(file->tally, file->names, file->symbols, &call);
	return 0;
}

static int take_record(struct file *file, const struct perf_event_header *head, const char *record)
{
	uint64_t lost;

	switch (head->type) {
	case PERF_RECORD_SAMPLE:
		return take_sample(file, record, head->size);
	case PERF_RECORD_LOST: /* id, lost */
	case PERF_RECORD_LOST_SAMPLES: { /* lost */
		size_t at = sizeof(*head) + (head->type == PERF_RECORD_LOST ? 8 : 0);

		if (head->size < at + sizeof(lost))
			return bad(file, "a record of losses is too short");
		memcpy(&lost, record + at, sizeof(lost));
		file->tally->lost += lost;
		return 0;
	}
	case RECORD_COMPRESSED:
		return bad(file, "it is compressed");
	default:
		return 0;
	}
}

static int read_records(struct file *file, const struct section *part)
{
	uint64_t at = part->offset, end = part->offset + part->size;
	struct perf_event_header head;
	int err = 0;

	while (!err && at < end) {
		if (end - at < sizeof(head))
			return bad(file, "it is cut off in a record");
		memcpy(&head, file->data + at, sizeof(head));
		if (head.size < sizeof(head) || head.size > end - at)
			return bad(file, "it is cut off in a record");
		err = take_record(file, &head, file->data + at);
		at += head.size;
	}
	return err;
}

int perf_data_read(struct dc_diag *diag, const char *path, const struct dc_profile_names *names,
		   const struct symbols *symbols, struct tally *tally)
{
	struct file file = {
		.diag = diag, .path = path, .names = names, .symbols = symbols, .tally = tally};
	struct header header;
	char *data;
	size_t len;
	int err = dc_file_read(diag, path, &data, &len);

	if (err < 0)
		return err;
	file.data = data;
	file.len = len;
	if (len < sizeof(header) || memcmp(data, "PERFILE2", 8) != 0) {
		err = bad(&file, "it does not begin as one");
	} else {
		memcpy(&header, data, sizeof(header));
		err = read_attrs(&file, &header);
		if (!err && (!header.data.size || !inside(&file, &header.data)))
			err = bad(&file, "it is cut off: perf did not come to its end");
		if (!err)
			err = read_records(&file, &header.data);
	}
	free(data);
	return err;
}
