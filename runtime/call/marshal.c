// SPDX-License-Identifier: GPL-2.0-only
/*
 * Carries out a call by its description (struct dcrt_function): the caller's half and the
 * handler's, on both sides.
 */
#include "call.h"

const struct dcrt_argument *dcrt_result(const struct dcrt_function *function)
{
	static const struct dcrt_argument none;

	return function->results ? &function->arguments[function->args] : &none;
}
DCRT_EXPORT(dcrt_result);

const struct dcrt_function *dcrt_called(const struct dcrt_call *call)
{
	return call->function;
}
DCRT_EXPORT(dcrt_called);

static const struct dcrt_argument *dcrt_argument(const struct dcrt_call *call, uint32_t i)
{
	return &call->function->arguments[i];
}

static uint32_t dcrt_length(const struct dcrt_function *function, const unsigned long *args,
			    uint32_t i)
{
	const struct dcrt_argument *argument = &function->arguments[i];

	if (!args[i])
		return 0;
	if (argument->counted_by)
		return dcrt_bytes(args[argument->counted_by - 1], argument->size);
	return argument->size ? argument->size : function->special->length(args, i);
}

/* The caller */

void dcrt_read_arguments(const struct dcrt_function *function, va_list list, unsigned long *args)
{
	uint32_t i;

	for (i = 0; i < function->args; i++)
		switch (function->arguments[i].kind) {
		case DCRT_ARG_INT:
			args[i] = (unsigned long)(long)va_arg(list, int);
			break;
		case DCRT_ARG_UINT:
			args[i] = va_arg(list, unsigned int);
			break;
		default:
			args[i] = va_arg(list, unsigned long);
		}
}
DCRT_EXPORT(dcrt_read_arguments);

void dcrt_measure(const struct dcrt_function *function, const unsigned long *args,
		  uint32_t *lengths)
{
	uint32_t i;

	for (i = 0; i < function->args; i++)
		if (function->arguments[i].kind == DCRT_ARG_COPY)
			lengths[i] = dcrt_length(function, args, i);
}
DCRT_EXPORT(dcrt_measure);

static void dcrt_put_word(struct dcrt_call *call, const struct dcrt_argument *argument,
			  unsigned long value)
{
	const void *pointer = (const void *)value;

	switch (argument->kind) {
	case DCRT_ARG_ADDRESS:
	case DCRT_ARG_REGISTER:
		dcrt_out_address(call, pointer);
		break;
	case DCRT_ARG_CODE:
		dcrt_out_code(call, pointer);
		break;
	case DCRT_ARG_STRING:
		dcrt_out_string_word(call, pointer);
		break;
	case DCRT_ARG_COPY:
		dcrt_out_word(call, !!value);
		break;
	default:
		dcrt_out_word(call, value);
	}
}

void dcrt_put_arguments(struct dcrt_call *call, const unsigned long *args, const uint32_t *lengths)
{
	uint32_t i;

	for (i = 0; i < call->function->args; i++)
		dcrt_put_word(call, dcrt_argument(call, i), args[i]);
	for (i = 0; i < call->function->args; i++) {
		uint8_t kind = dcrt_argument(call, i)->kind;

		if (kind == DCRT_ARG_STRING)
			dcrt_out_string(call, (uint16_t)i, (const char *)args[i]);
		else if (kind == DCRT_ARG_COPY && args[i])
			dcrt_out_blob(call, (uint16_t)i, (const void *)args[i], lengths[i]);
	}
}
DCRT_EXPORT(dcrt_put_arguments);

static unsigned long dcrt_take_word(struct dcrt_call *call, const struct dcrt_argument *argument,
				    uint32_t i)
{
	switch (argument->kind) {
	case DCRT_ARG_INT:
		return (unsigned long)(long)(int32_t)dcrt_in_word(call, i);
	case DCRT_ARG_UINT:
		return (uint32_t)dcrt_in_word(call, i);
	case DCRT_ARG_ADDRESS:
		return (unsigned long)dcrt_in_address(call, i);
	case DCRT_ARG_REGISTER:
		return (unsigned long)dcrt_in_register(call, i, argument->size);
	case DCRT_ARG_CODE:
		return (unsigned long)dcrt_in_code(call, i);
	case DCRT_ARG_STRING:
		return (unsigned long)dcrt_in_string(call, i, (uint16_t)i);
	default:
		return dcrt_in_word(call, i);
	}
}

unsigned long dcrt_take_results(struct dcrt_call *call, const unsigned long *args,
				const uint32_t *lengths)
{
	uint32_t i;

	for (i = 0; i < call->function->args; i++)
		if (dcrt_argument(call, i)->flags & DCRT_BACK && args[i])
			dcrt_in_copy(call, (uint16_t)i, (void *)args[i], lengths[i]);
	if (!call->function->results)
		return 0;
	return dcrt_take_word(call, dcrt_argument(call, call->function->args), 0);
}
DCRT_EXPORT(dcrt_take_results);

/* The handler */

static bool dcrt_is_measured(const struct dcrt_argument *argument)
{
	return argument->kind == DCRT_ARG_COPY && (argument->counted_by || !argument->size);
}

/* The process takes what the kernel sends. */
static unsigned long dcrt_take_copy(struct dcrt_call *call, const unsigned long *args,
				    uint32_t *lengths, uint32_t i)
{
	unsigned long present = dcrt_in_word(call, i);

	if (!present)
		return 0;
	if (!call->tracker->kernel)
		return (unsigned long)dcrt_in_blob(call, (uint16_t)i, &lengths[i]);
	lengths[i] = dcrt_length(call->function, args, i);
	return (unsigned long)dcrt_in_buffer(call, (uint16_t)i, lengths[i]);
}

/* A length may depend on other arguments, copies of one structure included: those come first. */
int dcrt_take_arguments(struct dcrt_call *call, unsigned long *args, uint32_t *lengths)
{
	uint32_t i, pass;

	for (pass = 0; pass < 2 && !dcrt_in_error(call); pass++)
		for (i = 0; i < call->function->args; i++) {
			const struct dcrt_argument *argument = dcrt_argument(call, i);

			if (dcrt_is_measured(argument) != !!pass)
				continue;
			args[i] = 1; /* for dcrt_length(): not NULL */
			if (argument->kind == DCRT_ARG_COPY)
				args[i] = dcrt_take_copy(call, args, lengths, i);
			else
				args[i] = dcrt_take_word(call, argument, i);
			if (argument->flags & DCRT_NONNULL && call->tracker->kernel)
				dcrt_in_nonnull(call, (const void *)args[i]);
			if (pass && dcrt_in_error(call))
				break;
		}
	return dcrt_in_error(call);
}
DCRT_EXPORT(dcrt_take_arguments);

void dcrt_put_results(struct dcrt_call *call, const unsigned long *args, const uint32_t *lengths,
		      unsigned long result)
{
	uint32_t i;

	if (call->function->results)
		dcrt_put_word(call, dcrt_argument(call, call->function->args), result);
	for (i = 0; i < call->function->args; i++)
		if (dcrt_argument(call, i)->flags & DCRT_BACK && args[i])
			dcrt_out_blob(call, (uint16_t)i, (const void *)args[i], lengths[i]);
	if (!(call->function->flags & (DCRT_ONE_WAY | DCRT_NO_OBJECTS)))
		dcrt_out_all(call);
}
DCRT_EXPORT(dcrt_put_results);

void dcrt_fail(struct dcrt_call *call, int err)
{
	if (!call->err)
		call->err = err;
}
DCRT_EXPORT(dcrt_fail);
