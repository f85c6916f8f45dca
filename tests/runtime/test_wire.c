/* SPDX-License-Identifier: GPL-2.0-only */
/* The wire format: what is written is read back; every truncation and every mutated field refused.
 */
#include "testing.h"

#include "messages.h"

static uint8_t buf[DCRT_MESSAGE_MAX];

/* Decodes a copy that ends where its memory ends, so that reading over is seen. */
static int decode(const void *data, size_t len, const struct dcrt_expect *expect)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct dcrt_message message;
	int err;

	assert_non_null(copy);
	memcpy(copy, data, len);
	err = dcrt_decode(copy, len, expect, &message);
	free(copy);
	return err;
}

static void test_round_trip(void **state)
{
	size_t len = make_message(buf, DCRT_UPCALL, true);
	static const uint16_t kinds[] = {DCRT_NEW, DCRT_FREE, DCRT_UPDATE, DCRT_BLOB};
	struct dcrt_message message;
	struct dcrt_record record;
	const uint8_t *data;
	uint32_t at = 0;
	size_t i;

	(void)state;
	assert_int_equal(dcrt_decode(buf, len, &from_kernel, &message), 0);
	assert_int_equal(message.header.function, 1);
	assert_int_equal(dcrt_message_word(&message, 0), 11);
	assert_int_equal(dcrt_message_word(&message, 1), 22);
	assert_int_equal(dcrt_message_word(&message, 2), 0);
	for (i = 0; i < 4; i++) {
		assert_true(dcrt_message_next(&message, &at, &record, &data));
		assert_int_equal(record.kind, kinds[i]);
		if (record.kind == DCRT_UPDATE) {
			assert_true(record.handle == handle(1, 5));
			assert_int_equal(record.offset, 16);
			assert_int_equal(record.version, 3);
			assert_memory_equal(data, "twelve bytes", 12);
		}
	}
	assert_int_equal(record.len, 5);
	assert_memory_equal(data, "hello", 5);
	assert_false(dcrt_message_next(&message, &at, &record, &data));
}

static void test_truncations(void **state)
{
	static const uint16_t kinds[] = {DCRT_UPCALL, DCRT_DOWNCALL, DCRT_REPLY};
	size_t i, len, cut;

	(void)state;
	for (i = 0; i < 3; i++) {
		const struct dcrt_expect *expect = i ? &from_process : &from_kernel;

		len = make_message(buf, kinds[i], true);
		assert_int_equal(decode(buf, len, expect), 0);
		for (cut = 0; cut < len; cut++) {
			struct dcrt_header header;

			assert_int_equal(decode(buf, cut, expect), -EPROTO);
			if (cut < sizeof(header))
				continue;
			/* and one whose header says the same */
			memcpy(&header, buf, sizeof(header));
			header.len = (uint32_t)cut;
			memcpy(buf, &header, sizeof(header));
			assert_int_equal(decode(buf, cut, expect), -EPROTO);
			header.len = (uint32_t)len;
			memcpy(buf, &header, sizeof(header));
		}
		assert_int_equal(decode(buf, len + 8, expect), -EPROTO);
	}
}

/* Flips each bit of bytes [from, to) but the lowest of the first, and wants each message refused.
 */
static void flip_but(unsigned lowest, size_t from, size_t to, size_t len,
		     const struct dcrt_expect *expect, const char *what)
{
	size_t bit;

	for (bit = from * 8 + lowest; bit < to * 8; bit++) {
		buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (decode(buf, len, expect) != -EPROTO)
			fail_msg("bit %zu of %s was taken", bit - from * 8, what);
		buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void flip_all(size_t from, size_t to, size_t len, const struct dcrt_expect *expect,
		     const char *what)
{
	flip_but(0, from, to, len, expect, what);
}

#define HEADER_FIELD(name)                                                                         \
	{#name, offsetof(struct dcrt_header, name), sizeof(((struct dcrt_header *)0)->name)}

/* Every field of the header but status, which is a value (negative ones are tried below). */
static void test_header_fields(void **state)
{
	static const struct {
		const char *name;
		size_t at, size;
	} rows[] = {
		HEADER_FIELD(abi),     HEADER_FIELD(kind), HEADER_FIELD(depth),
		HEADER_FIELD(session), HEADER_FIELD(call), HEADER_FIELD(function),
		HEADER_FIELD(len),     HEADER_FIELD(args), HEADER_FIELD(records),
		HEADER_FIELD(flags),
	};
	static const uint16_t kinds[] = {DCRT_REPLY, DCRT_DOWNCALL};
	size_t i, kind;

	(void)state;
	for (kind = 0; kind < 2; kind++) {
		size_t len = make_message(buf, kinds[kind], true);

		for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			flip_all(rows[i].at, rows[i].at + rows[i].size, len, &from_process,
				 rows[i].name);
	}
}

/* Fields of records that need no knowledge of the objects. */
static void test_record_fields(void **state)
{
	static const struct {
		const char *name;
		struct dcrt_record record;
		bool may_create, good;
	} rows[] = {
		{"an update",
		 {.handle = 1u << 24, .kind = DCRT_UPDATE, .len = 4, .version = 1},
		 false,
		 true},
		{"no kind", {.handle = 1u << 24, .len = 4, .version = 1}},
		{"kind too high", {.handle = 1u << 24, .kind = DCRT_BLOB + 1, .len = 4}},
		{"no handle", {.kind = DCRT_UPDATE, .len = 4, .version = 1}},
		{"handle with offset",
		 {.handle = (1u << 24) + 8, .kind = DCRT_UPDATE, .len = 4, .version = 1}},
		{"error as handle",
		 {.handle = (uint64_t)-22, .kind = DCRT_UPDATE, .len = 4, .version = 1}},
		{"last slot",
		 {.handle = ~(uint64_t)0 << 24, .kind = DCRT_UPDATE, .len = 4, .version = 1}},
		{"type too high",
		 {.handle = 1u << 24, .kind = DCRT_UPDATE, .type = 3, .len = 4, .version = 1}},
		{"empty update", {.handle = 1u << 24, .kind = DCRT_UPDATE, .version = 1}},
		{"version 0", {.handle = 1u << 24, .kind = DCRT_UPDATE, .len = 4}},
		{"not zero",
		 {.handle = 1u << 24, .kind = DCRT_UPDATE, .len = 4, .version = 1, .zero = 1}},
		{"beyond any object",
		 {.handle = 1u << 24,
		  .kind = DCRT_UPDATE,
		  .offset = DCRT_OBJECT_MAX - 3,
		  .len = 4,
		  .version = 1}},
		{"offset that wraps",
		 {.handle = 1u << 24,
		  .kind = DCRT_UPDATE,
		  .offset = 0xfffffffe,
		  .len = 4,
		  .version = 1}},
		{"an object of the process", {.handle = 1u << 24, .kind = DCRT_NEW, .version = 8}},
		{"an object", {.handle = 1u << 24, .kind = DCRT_NEW, .version = 8}, true, true},
		{"an embedded object",
		 {.handle = 1u << 24, .kind = DCRT_NEW, .len = 8, .version = 8},
		 true,
		 true},
		{"an object of no size", {.handle = 1u << 24, .kind = DCRT_NEW}, true},
		{"an object too large",
		 {.handle = 1u << 24, .kind = DCRT_NEW, .version = DCRT_OBJECT_MAX + 1},
		 true},
		{"freed by the process", {.handle = 1u << 24, .kind = DCRT_FREE}},
		{"freed", {.handle = 1u << 24, .kind = DCRT_FREE}, true, true},
		{"a blob", {.kind = DCRT_BLOB, .type = 9, .len = 64}, false, true},
		{"a blob too long", {.kind = DCRT_BLOB, .len = 65}},
		{"a blob of an object", {.handle = 1u << 24, .kind = DCRT_BLOB, .len = 1}},
	};
	static const uint8_t data[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dcrt_expect expect = from_process;
		struct dcrt_writer writer;
		int len;

		expect.may_create = rows[i].may_create;
		dcrt_write_start(&writer, buf, sizeof(buf),
				 &(struct dcrt_header){.kind = DCRT_REPLY,
						       .depth = 1,
						       .session = SESSION,
						       .call = CALL,
						       .function = 1});
		dcrt_write_word(&writer, 0);
		dcrt_write_record(&writer, &rows[i].record, data);
		len = dcrt_write_end(&writer, 0);
		assert_true(len > 0);
		if (decode(buf, (size_t)len, &expect) != (rows[i].good ? 0 : -EPROTO))
			fail_msg("%s: %s", rows[i].name, rows[i].good ? "refused" : "taken");
	}
}

static void test_lengths_of_records(void **state)
{
	size_t len = make_message(buf, DCRT_REPLY, true);
	size_t first = sizeof(struct dcrt_header) + sizeof(uint64_t);

	(void)state;
	/* A length that is padded to the same is for the tracker to refuse: no whole unit. */
	flip_but(3, first + offsetof(struct dcrt_record, len),
		 first + offsetof(struct dcrt_record, len) + 4, len, &from_process, "len");
	flip_all(first + offsetof(struct dcrt_record, kind),
		 first + offsetof(struct dcrt_record, kind) + 2, len, &from_process, "kind");
	/* the padding behind twelve bytes and behind five */
	flip_all(first + sizeof(struct dcrt_record) + 12, first + sizeof(struct dcrt_record) + 16,
		 len, &from_process, "padding");
	flip_all(len - 3, len, len, &from_process, "padding at the end");
}

static void test_status(void **state)
{
	static const struct {
		int status;
		bool words;
		int err;
	} rows[] = {{0, true, 0},	    {0, false, -EPROTO}, {-5, false, 0},
		    {-5, true, -EPROTO},    {5, false, -EPROTO}, {-4095, false, 0},
		    {-4096, false, -EPROTO}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dcrt_writer writer;
		int len;

		dcrt_write_start(&writer, buf, sizeof(buf),
				 &(struct dcrt_header){.kind = DCRT_REPLY,
						       .depth = 1,
						       .session = SESSION,
						       .call = CALL,
						       .function = 1});
		if (rows[i].words)
			dcrt_write_word(&writer, 1);
		len = dcrt_write_end(&writer, rows[i].status);
		assert_int_equal(decode(buf, (size_t)len, &from_process), rows[i].err);
	}
}

static void test_words_alone(void **state)
{
	struct dcrt_expect expect = {.kinds = 1u << DCRT_WAIT, .session = SESSION};
	struct dcrt_writer writer;
	int len;

	(void)state;
	dcrt_write_start(&writer, buf, sizeof(buf),
			 &(struct dcrt_header){.kind = DCRT_WAIT, .session = SESSION});
	len = dcrt_write_end(&writer, 0);
	assert_int_equal(decode(buf, (size_t)len, &expect), 0);
	flip_all(0, (size_t)len, (size_t)len, &expect, "WAIT");
}

static void test_writer_limits(void **state)
{
	const struct dcrt_header header = {.kind = DCRT_REPLY, .session = SESSION};
	const struct dcrt_record large = {.kind = DCRT_BLOB, .len = 100};
	const struct dcrt_record huge = {.kind = DCRT_BLOB, .len = 0xfffffffe};
	struct dcrt_writer writer;
	int i;

	(void)state;
	dcrt_write_start(&writer, buf, 128, &header);
	assert_null(dcrt_write_record(&writer, &large, buf + 1000));
	assert_int_equal(dcrt_write_end(&writer, 0), -EMSGSIZE);
	dcrt_write_again(&writer);
	assert_null(dcrt_write_record(&writer, &huge, NULL));
	assert_int_equal(dcrt_write_end(&writer, 0), -EMSGSIZE);
	dcrt_write_start(&writer, buf, 8, &header);
	assert_int_equal(dcrt_write_end(&writer, 0), -EMSGSIZE);
	dcrt_write_start(&writer, buf, sizeof(buf), &header);
	for (i = 0; i <= DCRT_ARGS_MAX; i++)
		dcrt_write_word(&writer, 0);
	assert_int_equal(dcrt_write_end(&writer, 0), -EINVAL);
	dcrt_write_again(&writer);
	assert_non_null(dcrt_write_record(&writer, &large, buf + 1000));
	dcrt_write_word(&writer, 0);
	assert_int_equal(dcrt_write_end(&writer, 0), -EINVAL);
}

static void test_fingerprint(void **state)
{
	struct dcrt_function functions[2] = {{.name = "a", .args = 1}, {.name = "b"}};
	struct dcrt_field field = {.offset = 4, .size = 4, .count = 1};
	struct dcrt_type type = {.name = "t", .size = 8, .n_fields = 1, .fields = &field};
	struct dcrt_driver driver = {.abi = DCRT_ABI,
				     .name = "x",
				     .up = functions,
				     .n_up = 2,
				     .types = &type,
				     .n_types = 1};
	uint64_t first = dcrt_fingerprint(&driver);

	(void)state;
	functions[0].deadline_ms = 5; /* the kernel's own */
	assert_true(dcrt_fingerprint(&driver) == first);
	functions[1].results = 1;
	assert_true(dcrt_fingerprint(&driver) != first);
	functions[1].results = 0;
	field.user_writes = true;
	assert_true(dcrt_fingerprint(&driver) != first);
	field.user_writes = false;
	type.variable = &field; /* addresses differ from side to side */
	assert_true(dcrt_fingerprint(&driver) == first);
	driver.n_code = 1;
	assert_true(dcrt_fingerprint(&driver) != first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),	   cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_header_fields),	   cmocka_unit_test(test_record_fields),
		cmocka_unit_test(test_lengths_of_records), cmocka_unit_test(test_status),
		cmocka_unit_test(test_words_alone),	   cmocka_unit_test(test_writer_limits),
		cmocka_unit_test(test_fingerprint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
