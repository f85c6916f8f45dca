/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages: written into a buffer, and checked as a whole before anything of them is used. */
#ifndef DCRT_WIRE_H
#define DCRT_WIRE_H

#include "../dcrt.h"

/* Writes one message. Errors are kept until dcrt_write_end(): -EMSGSIZE too large, -EINVAL words
 * after records or too many. */
struct dcrt_writer {
	uint8_t *buf; /* borrowed */
	uint32_t size, len;
	struct dcrt_header header;
	int err;
	uint64_t serial; /* the tracker's; 0: none yet */
};

/* header: kind, depth, session, call, function, flags are taken from it. */
void dcrt_write_start(struct dcrt_writer *writer, void *buf, uint32_t size,
		      const struct dcrt_header *header);
void dcrt_write_word(struct dcrt_writer *writer, uint64_t word);
/* Returns the place for record->len bytes of data, or NULL after an error. data may be NULL. */
void *dcrt_write_record(struct dcrt_writer *writer, const struct dcrt_record *record,
			const void *data);
/* Drops all words and records. */
void dcrt_write_again(struct dcrt_writer *writer);
/* Returns the length of the message, or the first error. */
int dcrt_write_end(struct dcrt_writer *writer, int status);

/* What may come. */
struct dcrt_expect {
	unsigned kinds; /* bits 1 << kind */
	uint64_t session;
	uint16_t depth; /* of a call or reply */
	uint32_t flags; /* bits that may be set, of an upcall only */
	/* UPCALL, DOWNCALL: the table that function indexes, and the number the call must have
	 * (DCRT_ANY_CALL: any but 0). */
	const struct dcrt_function *functions;
	uint32_t n_functions;
	uint64_t call;
	/* REPLY: to which call. */
	uint64_t reply_call;
	uint32_t reply_function;
	const struct dcrt_function *reply_to;
	uint32_t n_types;
	bool may_create; /* NEW and FREE records */
};

#define DCRT_ANY_CALL (~(uint64_t)0)

struct dcrt_message {
	struct dcrt_header header;
	const uint8_t *args; /* into the buffer */
	const uint8_t *records;
};

/*
 * dcrt_decode - checks all that can be checked of a message without knowing the objects.
 * Reads buf[0..len) only; buf needs no alignment and must not change meanwhile: decode a copy.
 * @ret set on success only; points into buf.
 * Returns 0 or -EPROTO.
 */
int dcrt_decode(const void *buf, size_t len, const struct dcrt_expect *expect,
		struct dcrt_message *ret);

uint64_t dcrt_message_word(const struct dcrt_message *message, uint32_t index);

/* Walks the records of a decoded message: start with *at = 0. Returns false at the end. */
bool dcrt_message_next(const struct dcrt_message *message, uint32_t *at, struct dcrt_record *ret,
		       const uint8_t **ret_data);

/* dcrt_fingerprint - of the tables that both components must have alike. */
uint64_t dcrt_fingerprint(const struct dcrt_driver *driver);

#endif
