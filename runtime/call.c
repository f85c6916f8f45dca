// SPDX-License-Identifier: GPL-2.0-only
/* What stubs and handlers call to make and to read messages; the same on both sides. */
#include "call.h"

void dcrt_out_word(struct dcrt_call *call, uint64_t word)
{
	dcrt_write_word(&call->writer, word);
}

void dcrt_out_blob(struct dcrt_call *call, uint16_t id, const void *data, uint32_t len)
{
	const struct dcrt_record record = {.kind = DCRT_BLOB, .type = id, .len = len};

	if (len > call->function->blob_max && !call->writer.err)
		call->writer.err = -EMSGSIZE;
	dcrt_write_record(&call->writer, &record, data);
}

/* Announcing the object makes records, and words come before those: dcrt_out_object() does it. */
void dcrt_out_pointer(struct dcrt_call *call, const void *pointer)
{
	uint64_t ref = 0;
	int err = dcrt_to_ref(call->tracker, pointer, DCRT_ANY_TYPE, &ref);

	if (err && !call->writer.err)
		call->writer.err = err;
	dcrt_write_word(&call->writer, ref);
}

void dcrt_out_object(struct dcrt_call *call, const void *object, const struct dcrt_plan *plan)
{
	dcrt_put(call->tracker, &call->writer, object, plan, call->session);
}

uint64_t dcrt_in_word(struct dcrt_call *call, uint32_t index)
{
	if (index >= call->message.header.args && !call->err)
		call->err = -EINVAL;
	return dcrt_message_word(&call->message, index);
}

void *dcrt_in_pointer(struct dcrt_call *call, uint32_t index, uint16_t type, uint32_t len)
{
	void *pointer = NULL;
	int err = dcrt_from_ref(call->tracker, dcrt_in_word(call, index), type, len, &pointer);

	if (err && !call->err)
		call->err = err;
	return err ? NULL : pointer;
}

const void *dcrt_in_blob(struct dcrt_call *call, uint16_t id, uint32_t *ret_len)
{
	struct dcrt_record record;
	const uint8_t *data;
	uint32_t at = 0;

	while (call->message.header.records &&
	       dcrt_message_next(&call->message, &at, &record, &data))
		if (record.kind == DCRT_BLOB && record.type == id) {
			*ret_len = record.len;
			return data;
		}
	*ret_len = 0;
	return NULL;
}

void *dcrt_ctx(struct dcrt_call *call)
{
	return call->ctx;
}

struct dcrt_channel *dcrt_channel_of(struct dcrt_call *call)
{
	return call->channel;
}

uint32_t dcrt_call_handle(struct dcrt_call *call, int *ret_status)
{
	int status = call->function->handler ? call->function->handler(call) : -ENOSYS, len;

	if (call->err)
		status = call->err;
	if (status > 0 || status < -4095 ||
	    (!status && call->writer.header.args != call->function->results))
		status = -EINVAL;
	if (!status && call->writer.err)
		status = call->writer.err;
	if (status)
		dcrt_write_again(&call->writer);
	if (!status && call->tracker->kernel)
		dcrt_put_freed(call->tracker, &call->writer);
	len = dcrt_write_end(&call->writer, status);
	*ret_status = status;
	return (uint32_t)len;
}
