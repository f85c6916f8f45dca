/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls by description: what the caller puts the handler takes, and back; and what a process that
 * lies about arguments and results gets. */
#include "testing.h"

#include "runtime/call/call.h"
#include "env.h"

struct thing {
	uint64_t word;
};

static struct thing thing;
static struct dcrt_type types[] = {{"thing", sizeof(struct thing)}};
static struct dcrt_driver driver = {
	.abi = DCRT_ABI, .name = "x", .types = types, .n_types = 1, .objects = 4};
static struct dcrt_tracker kernel, user;
static struct dcrt_call call;
static uint8_t buf[DCRT_MESSAGE_MAX];
static uint8_t copy[DCRT_MESSAGE_MAX] __attribute__((aligned(8)));

static int setup(void **state)
{
	uint64_t handle;

	(void)state;
	assert_int_equal(dcrt_tracker_init(&kernel, &driver, &env, true), 0);
	assert_int_equal(dcrt_tracker_init(&user, &driver, &env, false), 0);
	return dcrt_track(&kernel, &thing, 0, 1, &handle);
}

static int teardown(void **state)
{
	(void)state;
	dcrt_tracker_done(&kernel);
	dcrt_tracker_done(&user);
	return env_blocks ? -1 : 0;
}

static void start(struct dcrt_tracker *from, const struct dcrt_function *function)
{
	call = (struct dcrt_call){.tracker = from, .function = function, .session = 1};
	dcrt_write_start(&call.writer, buf, sizeof(buf),
			 &(struct dcrt_header){.kind = DCRT_UPCALL, .session = 1, .call = 1});
}

/* Sends the message; `call` is then of the other side. Returns the error of writing. */
static int cross(const struct dcrt_function *function)
{
	struct dcrt_function any = *function;
	struct dcrt_expect expect = {.kinds = 1u << DCRT_UPCALL,
				     .session = 1,
				     .functions = &any,
				     .n_functions = 1,
				     .call = DCRT_ANY_CALL,
				     .n_types = 1,
				     .may_create = call.tracker == &kernel};
	int len = dcrt_write_end(&call.writer, 0);

	if (len < 0)
		return len;
	any.args = (uint8_t)call.writer.header.args;
	memcpy(copy, buf, (size_t)len);
	assert_int_equal(dcrt_decode(copy, (size_t)len, &expect, &call.message), 0);
	call.tracker = call.tracker == &kernel ? &user : &kernel;
	call.err = 0;
	return dcrt_apply(call.tracker, &call.message);
}

static void read_list(const struct dcrt_function *function, unsigned long *args, ...)
{
	va_list list;

	va_start(list, args);
	dcrt_read_arguments(function, list, args);
	va_end(list);
}

static const struct dcrt_argument mixed_arguments[] = {
	{.kind = DCRT_ARG_INT},
	{.kind = DCRT_ARG_UINT},
	{.kind = DCRT_ARG_LONG},
	{.kind = DCRT_ARG_STRING},
	{.kind = DCRT_ARG_COPY, .flags = DCRT_BACK, .counted_by = 2, .size = 2},
	{.kind = DCRT_ARG_COPY, .flags = DCRT_BACK, .size = 4},
	{.kind = DCRT_ARG_COPY, .size = 4},
	{.kind = DCRT_ARG_ADDRESS},
	{.kind = DCRT_ARG_INT, .flags = DCRT_SIGNED}, /* the result */
};
static const struct dcrt_function mixed = {
	.name = "mixed",
	.args = 8,
	.results = 1,
	.arguments = mixed_arguments,
	.flags = DCRT_NO_OBJECTS,
	.blob_max = 16,
};

/* From the caller on one side through the handler on the other, and back. */
static void round_trip(struct dcrt_tracker *from)
{
	uint16_t array[] = {1, 2, 3};
	uint32_t value = 7, constant = 9, lengths[DCRT_ARGS_MAX] = {0}, theirs[DCRT_ARGS_MAX];
	unsigned long args[DCRT_ARGS_MAX], got[DCRT_ARGS_MAX];

	read_list(&mixed, args, -5, 3u, ~0ul, "text", array, &value, &constant, NULL);
	assert_true(args[0] == (unsigned long)-5L && args[1] == 3 && args[2] == ~0ul);
	dcrt_measure(&mixed, args, lengths);
	assert_int_equal(lengths[4], 6);
	start(from, &mixed);
	dcrt_put_arguments(&call, args, lengths);
	assert_int_equal(cross(&mixed), 0);
	assert_int_equal(dcrt_take_arguments(&call, got, theirs), 0);
	assert_true(got[0] == (unsigned long)-5L && got[1] == 3 && got[2] == ~0ul && !got[7]);
	assert_string_equal((const char *)got[3], "text");
	assert_memory_equal((const void *)got[4], array, sizeof(array));
	assert_int_equal(theirs[4], 6);
	assert_int_equal(*(uint32_t *)got[6], 9);
	((uint16_t *)got[4])[2] = 33;
	*(uint32_t *)got[5] = 77;
	*(uint32_t *)got[6] = 99;
	{
		struct dcrt_tracker *to = call.tracker;
		static uint8_t kept[DCRT_MESSAGE_MAX] __attribute__((aligned(8)));

		/* the reply is made while the arguments are still in use */
		memcpy(kept, copy, sizeof(kept));
		got[4] = (unsigned long)(kept + ((uint8_t *)got[4] - copy));
		got[5] = (unsigned long)(kept + ((uint8_t *)got[5] - copy));
		start(to, &mixed);
		dcrt_put_results(&call, got, theirs, (unsigned long)-9L);
	}
	assert_int_equal(cross(&mixed), 0);
	assert_true(dcrt_take_results(&call, args, lengths) == (unsigned long)-9L);
	assert_int_equal(dcrt_in_error(&call), 0);
	assert_int_equal(array[2], 33);
	assert_int_equal(value, 77);
	assert_int_equal(constant, 9);
}

static void test_up(void **state)
{
	(void)state;
	round_trip(&kernel);
}

static void test_down(void **state)
{
	(void)state;
	round_trip(&user);
}

static uint32_t by_word(const unsigned long *args, unsigned int i)
{
	assert_int_equal(i, 1);
	return dcrt_bytes(args[0], 8);
}

/* A message of words and one blob, as a process may send it, and what the kernel's handler says. */
static void test_lies(void **state)
{
	static const struct dcrt_argument counted[] = {
		{.kind = DCRT_ARG_INT},
		{.kind = DCRT_ARG_COPY, .counted_by = 1, .size = 8},
	};
	static const struct dcrt_argument nonnull[] = {
		{.kind = DCRT_ARG_ADDRESS, .flags = DCRT_NONNULL},
		{.kind = DCRT_ARG_COPY, .flags = DCRT_NONNULL, .size = 8},
	};
	static const struct dcrt_argument computed[] = {
		{.kind = DCRT_ARG_LONG},
		{.kind = DCRT_ARG_COPY},
	};
	static const struct {
		const char *name;
		const struct dcrt_argument *arguments;
		uint64_t words[2];
		uint32_t blob; /* bytes; 0: none */
		int err;
	} rows[] = {
		{"as many as it says", counted, {2, 1}, 16, 0},
		{"none", counted, {2, 0}, 0, 0},
		{"fewer than it says", counted, {3, 1}, 16, -EINVAL},
		{"more", counted, {1, 1}, 16, -EINVAL},
		{"a negative count", counted, {(uint64_t)-1, 1}, 16, -EINVAL},
		{"a count that wraps to 16 bytes", counted, {0x20000002u, 1}, 16, -EINVAL},
		{"a count with more bits than it has", counted, {0x100000002u, 1}, 16, 0},
		{"no bytes", counted, {2, 1}, 0, -EINVAL},
		{"NULL", nonnull, {0, 1}, 8, -EPROTO},
		{"an error pointer", nonnull, {(uint64_t)-12, 1}, 8, -EPROTO},
		{"no structure", nonnull, {0, 0}, 0, -EPROTO},
		{"a length by a function", computed, {2, 1}, 16, 0},
		{"a length by a function that wraps",
		 computed,
		 {0x2000000000000002u, 1},
		 16,
		 -EINVAL},
	};
	static const struct dcrt_special special = {.length = by_word};
	static const uint8_t bytes[16];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dcrt_function function = {.name = "f",
						       .args = 2,
						       .arguments = rows[i].arguments,
						       .special = &special,
						       .blob_max = 16};
		uint32_t lengths[DCRT_ARGS_MAX];
		unsigned long args[DCRT_ARGS_MAX];
		int err;

		start(&user, &function);
		dcrt_out_word(&call, rows[i].words[0]);
		dcrt_out_word(&call, rows[i].words[1]);
		if (rows[i].blob)
			dcrt_out_blob(&call, 1, bytes, rows[i].blob);
		assert_int_equal(cross(&function), 0);
		err = dcrt_take_arguments(&call, args, lengths);
		if (err != rows[i].err)
			fail_msg("%s: %d, not %d", rows[i].name, err, rows[i].err);
	}
}

/* A result has the size that the table says, and a copy the length that the caller knows. */
static void test_results(void **state)
{
	static const struct {
		uint8_t kind;
		uint64_t word;
		unsigned long result;
	} rows[] = {
		{DCRT_ARG_INT, 0x1fffffffeu, (unsigned long)-2L},
		{DCRT_ARG_UINT, 0x1fffffffeu, 0xfffffffeu},
		{DCRT_ARG_LONG, 0x1fffffffeu, 0x1fffffffeu},
	};
	uint32_t lengths[DCRT_ARGS_MAX] = {[4] = 4}, value = 5;
	unsigned long args[DCRT_ARGS_MAX] = {[4] = (unsigned long)&value};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dcrt_argument result = {.kind = rows[i].kind};
		const struct dcrt_function function = {
			.name = "f", .results = 1, .arguments = &result};

		start(&user, &function);
		dcrt_out_word(&call, rows[i].word);
		assert_int_equal(cross(&function), 0);
		assert_true(dcrt_take_results(&call, NULL, NULL) == rows[i].result);
	}
	start(&user, &mixed);
	dcrt_out_word(&call, 0);
	dcrt_out_blob(&call, 4, "12345678", 8);
	assert_int_equal(cross(&mixed), 0);
	dcrt_take_results(&call, args, lengths);
	assert_int_equal(dcrt_in_error(&call), -EINVAL);
	assert_int_equal(value, 5);
}

/* A longer array than a message may have is refused where it is put. */
static void test_too_long(void **state)
{
	uint32_t lengths[DCRT_ARGS_MAX];
	unsigned long args[DCRT_ARGS_MAX] = {[1] = 9, [4] = (unsigned long)&thing};

	(void)state;
	dcrt_measure(&mixed, args, lengths);
	start(&kernel, &mixed);
	dcrt_put_arguments(&call, args, lengths);
	assert_int_equal(dcrt_out_error(&call), -EMSGSIZE);
	assert_int_equal(dcrt_bytes(~0ull, 1), DCRT_MESSAGE_MAX + 1);
	assert_int_equal(dcrt_bytes(1ull << 61, 8), DCRT_MESSAGE_MAX + 1);
	assert_int_equal(dcrt_bytes(3, 8), 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_down, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_results, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_long, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
