// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes messages, and checks received ones. A message is refused for the first error in it.
 * Lengths are compared by subtracting from what is left, so that no sum can wrap.
 */
#include "wire.h"

static uint32_t dcrt_padded(uint32_t len)
{
	return (len + 7) & ~7u;
}

/* Writing */

void dcrt_write_start(struct dcrt_writer *writer, void *buf, uint32_t size,
		      const struct dcrt_header *header)
{
	writer->buf = buf;
	writer->size = size < DCRT_MESSAGE_MAX ? size : DCRT_MESSAGE_MAX;
	writer->header = *header;
	writer->header.abi = DCRT_ABI;
	writer->partial = false;
	dcrt_write_again(writer);
}

void dcrt_write_again(struct dcrt_writer *writer)
{
	writer->header.args = 0;
	writer->header.records = 0;
	writer->len = sizeof(writer->header);
	writer->err = writer->size < writer->len ? -EMSGSIZE : 0;
	writer->serial = 0;
	writer->full = false;
}

static void *dcrt_more(struct dcrt_writer *writer, uint32_t len)
{
	void *place = writer->buf + writer->len;

	if (!writer->err && len > writer->size - writer->len)
		writer->err = -EMSGSIZE;
	if (writer->err)
		return NULL;
	writer->len += len;
	return place;
}

void dcrt_write_word(struct dcrt_writer *writer, uint64_t word)
{
	void *place;

	if (!writer->err && (writer->header.records || writer->header.args == DCRT_ARGS_MAX))
		writer->err = -EINVAL;
	place = dcrt_more(writer, sizeof(word));
	if (!place)
		return;
	memcpy(place, &word, sizeof(word));
	writer->header.args++;
}

void *dcrt_write_record(struct dcrt_writer *writer, const struct dcrt_record *record,
			const void *data)
{
	uint8_t *place;

	if (!writer->err && record->len > writer->size)
		writer->err = -EMSGSIZE;
	if (writer->err)
		return NULL;
	place = dcrt_more(writer, (uint32_t)sizeof(*record) + dcrt_padded(record->len));
	if (!place)
		return NULL;
	memcpy(place, record, sizeof(*record));
	place += sizeof(*record);
	if (data)
		memcpy(place, data, record->len);
	memset(place + record->len, 0, dcrt_padded(record->len) - record->len);
	writer->header.records++;
	return place;
}

uint32_t dcrt_write_room(const struct dcrt_writer *writer)
{
	uint32_t room = (writer->size - writer->len) & ~7u;

	return room < sizeof(struct dcrt_record) ? 0 : room - (uint32_t)sizeof(struct dcrt_record);
}

int dcrt_write_end(struct dcrt_writer *writer, int status)
{
	if (writer->err)
		return writer->err;
	writer->header.status = status;
	writer->header.len = writer->len;
	memcpy(writer->buf, &writer->header, sizeof(writer->header));
	return (int)writer->len;
}

/* Reading */

static const struct dcrt_function *dcrt_function_of(const struct dcrt_header *header,
						    const struct dcrt_expect *expect)
{
	if (header->function < expect->n_functions)
		return &expect->functions[header->function];
	return header->function == expect->n_functions ? expect->extra : NULL;
}

static bool dcrt_good_call(const struct dcrt_header *header, const struct dcrt_expect *expect)
{
	if (header->depth != expect->depth || !header->call || header->status ||
	    !dcrt_function_of(header, expect) ||
	    (header->flags & ~(header->kind == DCRT_UPCALL ? expect->flags : 0)))
		return false;
	if (expect->call == DCRT_ANY_CALL ? header->call == DCRT_ANY_CALL
					  : header->call != expect->call)
		return false;
	return header->args == dcrt_function_of(header, expect)->args;
}

static bool dcrt_good_reply(const struct dcrt_header *header, const struct dcrt_expect *expect)
{
	if (header->depth != expect->depth || header->call != expect->reply_call ||
	    header->function != expect->reply_function || header->flags)
		return false;
	if (header->status)
		return header->status < 0 && header->status >= -4095 && !header->args;
	return header->args == expect->reply_to->results;
}

static bool dcrt_good_word(const struct dcrt_header *header)
{
	return !header->depth && !header->call && !header->function && !header->status &&
	       !header->args && !header->records && !header->flags;
}

static bool dcrt_good_header(const struct dcrt_header *header, size_t len,
			     const struct dcrt_expect *expect)
{
	if (header->abi != DCRT_ABI || header->len != len || header->session != expect->session)
		return false;
	if (header->kind > DCRT_WAIT || !(expect->kinds & (1u << header->kind)))
		return false;
	switch (header->kind) {
	case DCRT_UPCALL:
	case DCRT_DOWNCALL:
		return dcrt_good_call(header, expect);
	case DCRT_REPLY:
		return dcrt_good_reply(header, expect);
	case DCRT_DEATH:
	case DCRT_WAIT:
		return dcrt_good_word(header);
	default:
		return false;
	}
}

static bool dcrt_good_handle(uint64_t handle)
{
	return handle && handle == DCRT_HANDLE(handle) &&
	       handle >> (64 - DCRT_SLOT_BITS) < DCRT_SLOTS_MAX;
}

static bool dcrt_good_record(const struct dcrt_record *record, const struct dcrt_expect *expect,
			     uint32_t blob_max)
{
	if (record->zero)
		return false;
	if (record->kind == DCRT_BLOB)
		return !record->handle && !record->offset && !record->version && !record->seen &&
		       record->len <= blob_max;
	if (!dcrt_good_handle(record->handle) || record->type >= expect->n_types)
		return false;
	switch (record->kind) {
	case DCRT_UPDATE:
		return record->len && record->version && record->offset < DCRT_OBJECT_MAX &&
		       record->len <= DCRT_OBJECT_MAX - record->offset;
	case DCRT_NEW:
		return expect->may_create && !record->offset && !record->seen &&
		       (!record->len || record->len == sizeof(uint64_t)) && record->version &&
		       record->version <= DCRT_OBJECT_MAX;
	case DCRT_FREE:
		return expect->may_create && !record->offset && !record->seen && !record->len &&
		       !record->version;
	default:
		return false;
	}
}

static bool dcrt_all_zero(const uint8_t *bytes, size_t len)
{
	while (len)
		if (bytes[--len])
			return false;
	return true;
}

static bool dcrt_good_records(const uint8_t *at, size_t left, const struct dcrt_header *header,
			      const struct dcrt_expect *expect)
{
	const struct dcrt_function *function =
		header->kind == DCRT_REPLY ? expect->reply_to : dcrt_function_of(header, expect);
	uint32_t i;

	for (i = 0; i < header->records; i++) {
		struct dcrt_record record;

		if (left < sizeof(record))
			return false;
		memcpy(&record, at, sizeof(record));
		at += sizeof(record);
		left -= sizeof(record);
		if (!dcrt_good_record(&record, expect, function->blob_max) || record.len > left ||
		    dcrt_padded(record.len) > left ||
		    !dcrt_all_zero(at + record.len, dcrt_padded(record.len) - record.len))
			return false;
		at += dcrt_padded(record.len);
		left -= dcrt_padded(record.len);
	}
	return left == 0;
}

int dcrt_decode(const void *buf, size_t len, const struct dcrt_expect *expect,
		struct dcrt_message *ret)
{
	struct dcrt_message message;
	size_t left;

	if (len < sizeof(message.header) || len > DCRT_MESSAGE_MAX)
		return -EPROTO;
	memcpy(&message.header, buf, sizeof(message.header));
	if (!dcrt_good_header(&message.header, len, expect))
		return -EPROTO;
	message.args = (const uint8_t *)buf + sizeof(message.header);
	left = len - sizeof(message.header);
	if (message.header.args > DCRT_ARGS_MAX || left < message.header.args * sizeof(uint64_t))
		return -EPROTO;
	left -= message.header.args * sizeof(uint64_t);
	message.records = message.args + message.header.args * sizeof(uint64_t);
	if (message.header.records
		    ? !dcrt_good_records(message.records, left, &message.header, expect)
		    : left != 0)
		return -EPROTO;
	*ret = message;
	return 0;
}

uint64_t dcrt_message_word(const struct dcrt_message *message, uint32_t index)
{
	uint64_t word = 0;

	if (index < message->header.args)
		memcpy(&word, message->args + index * sizeof(word), sizeof(word));
	return word;
}

bool dcrt_message_next(const struct dcrt_message *message, uint32_t *at, struct dcrt_record *ret,
		       const uint8_t **ret_data)
{
	uint32_t first = (uint32_t)(message->records - message->args) + sizeof(message->header);

	if (*at >= message->header.len - first)
		return false;
	memcpy(ret, message->records + *at, sizeof(*ret));
	*ret_data = message->records + *at + sizeof(*ret);
	*at += (uint32_t)sizeof(*ret) + dcrt_padded(ret->len);
	return true;
}

/* Fingerprint: FNV-1a */

static uint64_t dcrt_mix(uint64_t sum, const void *data, size_t len)
{
	const uint8_t *bytes = data;

	for (; len; len--)
		sum = (sum ^ *bytes++) * 0x100000001b3u;
	return sum;
}

static uint64_t dcrt_mix_number(uint64_t sum, uint32_t number)
{
	return dcrt_mix(sum, &number, sizeof(number));
}

static uint64_t dcrt_mix_argument(uint64_t sum, const struct dcrt_argument *argument)
{
	sum = dcrt_mix_number(sum, argument->kind);
	sum = dcrt_mix_number(sum, argument->flags);
	sum = dcrt_mix_number(sum, argument->counted_by);
	sum = dcrt_mix_number(sum, argument->size);
	return dcrt_mix_number(sum, argument->type);
}

static uint64_t dcrt_mix_functions(uint64_t sum, const struct dcrt_function *function, uint32_t n)
{
	uint32_t i;

	for (sum = dcrt_mix_number(sum, n); n; n--, function++) {
		sum = dcrt_mix(sum, function->name, strlen(function->name) + 1);
		sum = dcrt_mix_number(sum, function->args);
		sum = dcrt_mix_number(sum, function->results);
		sum = dcrt_mix_number(sum, function->flags);
		sum = dcrt_mix_number(sum, function->blob_max);
		for (i = 0; function->arguments && i < function->args + function->results; i++)
			sum = dcrt_mix_argument(sum, &function->arguments[i]);
	}
	return sum;
}

static uint64_t dcrt_mix_type(uint64_t sum, const struct dcrt_type *type)
{
	uint32_t i;

	sum = dcrt_mix(sum, type->name, strlen(type->name) + 1);
	sum = dcrt_mix_number(sum, type->size);
	sum = dcrt_mix_number(sum, type->n_fields);
	for (i = 0; i < type->n_fields; i++) {
		sum = dcrt_mix_number(sum, type->fields[i].offset);
		sum = dcrt_mix_number(sum, type->fields[i].size);
		sum = dcrt_mix_number(sum, type->fields[i].count);
		sum = dcrt_mix_number(sum, type->fields[i].kind);
		sum = dcrt_mix_number(sum, type->fields[i].target);
		sum = dcrt_mix_number(sum, type->fields[i].user_writes);
	}
	return sum;
}

uint64_t dcrt_fingerprint(const struct dcrt_driver *driver)
{
	uint64_t sum = dcrt_mix_number(0xcbf29ce484222325u, driver->abi);
	uint32_t i;

	sum = dcrt_mix(sum, driver->name, strlen(driver->name) + 1);
	sum = dcrt_mix_functions(sum, driver->up, driver->n_up);
	sum = dcrt_mix_functions(sum, driver->down, driver->n_down);
	sum = dcrt_mix_number(sum, driver->n_types);
	for (i = 0; i < driver->n_types; i++)
		sum = dcrt_mix_type(sum, &driver->types[i]);
	return dcrt_mix_number(sum, driver->n_code);
}
