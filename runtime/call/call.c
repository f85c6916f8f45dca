// SPDX-License-Identifier: GPL-2.0-only
/* Builds and reads the words and records of a call, for stubs and handlers on both sides. */
#include "call.h"

void dcrt_out_word(struct dcrt_call *call, uint64_t word)
{
	dcrt_write_word(&call->writer, word);
}
DCRT_EXPORT(dcrt_out_word);

void dcrt_out_blob(struct dcrt_call *call, uint16_t id, const void *data, uint32_t len)
{
	const struct dcrt_record record = {.kind = DCRT_BLOB, .type = id, .len = len};

	if (len > call->function->blob_max && !call->writer.err)
		call->writer.err = -EMSGSIZE;
	dcrt_write_record(&call->writer, &record, data);
}
DCRT_EXPORT(dcrt_out_blob);

/*
 * Announcing the object would write a record, and words come before records: dcrt_out_object()
 * announces it.
 */
void dcrt_out_pointer(struct dcrt_call *call, const void *pointer)
{
	uint64_t ref = 0;
	int err = dcrt_to_ref(call->tracker, pointer, DCRT_ANY_TYPE, &ref);

	if (err && !call->writer.err)
		call->writer.err = err;
	dcrt_write_word(&call->writer, ref);
}
DCRT_EXPORT(dcrt_out_pointer);

void dcrt_out_address(struct dcrt_call *call, const void *address)
{
	uint64_t word = 0;

	int err = dcrt_to_address(call->tracker, address, call->writer.header.session, &word);

	if (err && !call->writer.err)
		call->writer.err = err;
	dcrt_write_word(&call->writer, word);
}
DCRT_EXPORT(dcrt_out_address);

void dcrt_out_code(struct dcrt_call *call, const void *code)
{
	uint64_t word = 0;
	int err = dcrt_to_code(call->tracker, code, &word);

	if (err && !call->writer.err)
		call->writer.err = err;
	dcrt_write_word(&call->writer, word);
}
DCRT_EXPORT(dcrt_out_code);

#define TEXT_IN_BLOB 1 /* no reference has this value */

static uint64_t dcrt_text_word(struct dcrt_call *call, const char *text)
{
	uint64_t ref;

	return dcrt_is_tracked(call->tracker, text, &ref) ? ref : TEXT_IN_BLOB;
}

void dcrt_out_string_word(struct dcrt_call *call, const char *text)
{
	dcrt_write_word(&call->writer, dcrt_text_word(call, text));
}
DCRT_EXPORT(dcrt_out_string_word);

void dcrt_out_string(struct dcrt_call *call, uint16_t id, const char *text)
{
	if (dcrt_text_word(call, text) == TEXT_IN_BLOB)
		dcrt_out_blob(call, id, text, (uint32_t)strlen(text) + 1);
}
DCRT_EXPORT(dcrt_out_string);

void dcrt_out_all(struct dcrt_call *call)
{
	int err = call->tracker->kernel ? dcrt_adopt_all(call->tracker, call->channel) : 0;

	if (err && !call->writer.err)
		call->writer.err = err;
	dcrt_put_all(call->tracker, &call->writer, call->session);
}
DCRT_EXPORT(dcrt_out_all);

void dcrt_out_object(struct dcrt_call *call, const void *object, const struct dcrt_field_set *set)
{
	dcrt_put(call->tracker, &call->writer, object, set, call->session);
}
DCRT_EXPORT(dcrt_out_object);

static void *dcrt_wrong(struct dcrt_call *call, int err)
{
	if (!call->err)
		call->err = err;
	return NULL;
}

uint64_t dcrt_in_word(struct dcrt_call *call, uint32_t index)
{
	if (index >= call->message.header.args && !call->err)
		call->err = -EINVAL;
	return dcrt_message_word(&call->message, index);
}
DCRT_EXPORT(dcrt_in_word);

void *dcrt_in_pointer(struct dcrt_call *call, uint32_t index, uint16_t type, uint32_t len)
{
	void *pointer = NULL;
	int err = dcrt_from_ref(call->tracker, dcrt_in_word(call, index), type, len, &pointer);

	return err ? dcrt_wrong(call, err) : pointer;
}
DCRT_EXPORT(dcrt_in_pointer);

void *dcrt_in_address(struct dcrt_call *call, uint32_t index)
{
	void *address = NULL;
	int err = dcrt_from_address(call->tracker, dcrt_in_word(call, index),
				    call->message.header.session, &address);

	return err ? dcrt_wrong(call, err) : address;
}
DCRT_EXPORT(dcrt_in_address);

void *dcrt_in_register(struct dcrt_call *call, uint32_t index, uint32_t len)
{
	void *address = NULL;
	int err = dcrt_from_register(call->tracker, dcrt_in_word(call, index),
				     call->message.header.session, len, &address);

	return err ? dcrt_wrong(call, err) : address;
}
DCRT_EXPORT(dcrt_in_register);

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
DCRT_EXPORT(dcrt_in_blob);

void *dcrt_in_buffer(struct dcrt_call *call, uint16_t id, uint32_t len)
{
	uint32_t got;
	const uint8_t *blob = dcrt_in_blob(call, id, &got);

	if (!blob || got != len)
		return dcrt_wrong(call, -EINVAL);
	/* The message is the call's own copy. */
	return (uint8_t *)(uintptr_t)blob;
}
DCRT_EXPORT(dcrt_in_buffer);

void dcrt_in_copy(struct dcrt_call *call, uint16_t id, void *to, uint32_t len)
{
	const void *blob = dcrt_in_buffer(call, id, len);

	if (blob)
		memcpy(to, blob, len);
}
DCRT_EXPORT(dcrt_in_copy);

void *dcrt_in_code(struct dcrt_call *call, uint32_t index)
{
	void *code = NULL;
	int err = dcrt_from_code(call->tracker, dcrt_in_word(call, index), &code);

	return err ? dcrt_wrong(call, err) : code;
}
DCRT_EXPORT(dcrt_in_code);

const char *dcrt_in_string(struct dcrt_call *call, uint32_t index, uint16_t id)
{
	uint64_t word = dcrt_in_word(call, index);
	const char *text = NULL;
	uint32_t len;
	int err;

	if (word != TEXT_IN_BLOB) {
		err = dcrt_text_from_ref(call->tracker, word, &text);
		return err ? dcrt_wrong(call, err) : text;
	}
	text = dcrt_in_blob(call, id, &len);
	return text && memchr(text, 0, len) ? text : dcrt_wrong(call, -EINVAL);
}
DCRT_EXPORT(dcrt_in_string);

void dcrt_in_nonnull(struct dcrt_call *call, const void *pointer)
{
	if (!pointer || DCRT_IS_ERROR((uint64_t)(uintptr_t)pointer))
		dcrt_wrong(call, -EPROTO);
}
DCRT_EXPORT(dcrt_in_nonnull);

int dcrt_out_error(const struct dcrt_call *call)
{
	return call->writer.err;
}
DCRT_EXPORT(dcrt_out_error);

int dcrt_in_error(const struct dcrt_call *call)
{
	return call->err;
}
DCRT_EXPORT(dcrt_in_error);

void *dcrt_ctx(struct dcrt_call *call)
{
	return call->ctx;
}
DCRT_EXPORT(dcrt_ctx);

struct dcrt_channel *dcrt_channel_of(struct dcrt_call *call)
{
	return call->channel;
}
DCRT_EXPORT(dcrt_channel_of);

static int dcrt_run_nothing(struct dcrt_call *call)
{
	(void)call;
	return 0;
}

const struct dcrt_function dcrt_objects_call = {.name = "objects"};

uint32_t dcrt_call_handle(struct dcrt_call *call, int *ret_status)
{
	const struct dcrt_function *function = call->function;
	int (*serve)(struct dcrt_call *call) =
		function == &dcrt_objects_call ? dcrt_run_nothing : call->tracker->driver->serve;
	int status = serve ? serve(call) : -ENOSYS, len;

	if (call->err)
		status = call->err;
	if (status > 0 || status < -4095 ||
	    (!status && call->writer.header.args != function->results))
		status = -EINVAL;
	if (!status && call->writer.err)
		status = call->writer.err;
	if (status) {
		dcrt_put_cancel(call->tracker, &call->writer);
		dcrt_write_again(&call->writer);
	}
	if (!status && call->tracker->kernel)
		dcrt_put_freed(call->tracker, &call->writer);
	len = dcrt_write_end(&call->writer, status);
	*ret_status = status;
	return (uint32_t)len;
}
