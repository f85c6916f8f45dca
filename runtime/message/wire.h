/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages are written into a buffer; a received one is checked as a whole before any of it is
 * used.
 */
#ifndef DCRT_WIRE_H
#define DCRT_WIRE_H

#include "../dcrt.h"

/*
 * Writes one message. Errors are kept until dcrt_write_end(): -EMSGSIZE too large; -EINVAL words
 * after records, or too many words.
 */
struct dcrt_writer {
	uint8_t *buf; /* borrowed */
	uint32_t size, len;
	struct dcrt_header header;
	int err;
	uint64_t serial; /* the tracker's; 0: none yet */
	bool partial; /* the sender leaves out what does not fit, and says so: */
	bool full;
};

/* Starts a message. It takes kind, depth, session, call, function and flags from the header. */
void dcrt_write_start(struct dcrt_writer *writer, void *buf, uint32_t size,
		      const struct dcrt_header *header);
void dcrt_write_word(struct dcrt_writer *writer, uint64_t word);
/*
 * Adds a record. Returns the address of its record->len bytes of data, or NULL after an error. data
 * may be NULL.
 */
void *dcrt_write_record(struct dcrt_writer *writer, const struct dcrt_record *record,
			const void *data);
/* Removes all words and records. */
void dcrt_write_again(struct dcrt_writer *writer);
/* The bytes of data that one more record could have. */
uint32_t dcrt_write_room(const struct dcrt_writer *writer);
/* Ends the message. Returns its length, or the first error. */
int dcrt_write_end(struct dcrt_writer *writer, int status);

/* The messages that the receiver expects. */
struct dcrt_expect {
	unsigned int kinds; /* bits 1 << kind */
	uint64_t session;
	uint16_t depth; /* of a call or reply */
	uint32_t flags; /* bits that may be set, in an upcall only */
	/*
	 * UPCALL, DOWNCALL: the table that function indexes, and the number that the call must have
	 * (DCRT_ANY_CALL: any but 0). extra: the function behind the table, or NULL.
	 */
	const struct dcrt_function *functions, *extra;
	uint32_t n_functions;
	uint64_t call;
	/* REPLY: the call that it must answer. */
	uint64_t reply_call;
	uint32_t reply_function;
	const struct dcrt_function *reply_to;
	uint32_t n_types;
	bool may_create; /* NEW and FREE records are allowed */
};

#define DCRT_ANY_CALL (~(uint64_t)0)

struct dcrt_message {
	struct dcrt_header header;
	const uint8_t *args; /* into the buffer */
	const uint8_t *records;
};

/*
 * dcrt_decode - checks everything in a message that can be checked without knowing the objects. It
 * reads only buf[0..len). buf needs no alignment and must not change meanwhile: decode a copy. ret
 * is set on success only, and points into buf. Returns 0 or -EPROTO.
 */
int dcrt_decode(const void *buf, size_t len, const struct dcrt_expect *expect,
		struct dcrt_message *ret);

uint64_t dcrt_message_word(const struct dcrt_message *message, uint32_t index);

/* Walks the records of a decoded message; *at starts as 0. Returns false at the end. */
bool dcrt_message_next(const struct dcrt_message *message, uint32_t *at, struct dcrt_record *ret,
		       const uint8_t **ret_data);

/* dcrt_fingerprint - a hash of the tables that must be equal in both components. */
uint64_t dcrt_fingerprint(const struct dcrt_driver *driver);

#endif
