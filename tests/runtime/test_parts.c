/* SPDX-License-Identifier: GPL-2.0-only */
/* Many devices: a process that is started again is told of all their objects, in as many messages
 * as that takes. */
#include "testing.h"

#include "runtime/call/call.h"
#include "env.h"

#define DEVICES 50
#define BYTES	4096
#define LONG	20000 /* elements: more than four messages */

struct device {
	struct device *next;
	void *element;
	uint8_t bytes[BYTES];
	uint64_t words[300];
};

struct element {
	uint32_t value, unused;
};

static struct dcrt_field device_fields[] = {
	{.offset = 0, .size = 8, .count = 1, .kind = DCRT_POINTER, .target = 0},
	{.offset = 8, .size = 8, .count = 1, .kind = DCRT_POINTER, .target = 1},
	{.offset = 16, .size = BYTES, .count = 1, .user_writes = true},
	{.offset = 16 + BYTES, .size = 8, .count = 300, .user_writes = true},
};
static struct dcrt_field element_fields[] = {{.offset = 0, .size = 4, .count = 1}};
static const struct dcrt_type types[] = {
	{.name = "device", .size = sizeof(struct device), .n_fields = 4, .fields = device_fields},
	{.name = "element",
	 .size = sizeof(struct element),
	 .n_fields = 1,
	 .fields = element_fields},
};
static const struct dcrt_driver driver = {
	.abi = DCRT_ABI, .name = "x", .types = types, .n_types = 2, .objects = 64};

static struct dcrt_tracker kernel, user;
static struct device devices[DEVICES];
static struct element elements[LONG];
static uint64_t out[DCRT_MESSAGE_MAX / 8], in[DCRT_MESSAGE_MAX / 8];

static int setup(void **state)
{
	uint64_t handle;
	unsigned i, k;

	(void)state;
	assert_int_equal(dcrt_types_check(&driver), 0);
	assert_int_equal(dcrt_tracker_init(&kernel, &driver, &env, true), 0);
	assert_int_equal(dcrt_tracker_init(&user, &driver, &env, false), 0);
	for (i = 0; i < LONG; i++)
		elements[i].value = i + 1;
	assert_int_equal(dcrt_track(&kernel, elements, 1, LONG, &handle), 0);
	for (i = 0; i < DEVICES; i++) {
		devices[i].next = &devices[(i + 1) % DEVICES];
		devices[i].element = &elements[i];
		memset(devices[i].bytes, 0x11, BYTES);
		for (k = 0; k < 300; k++)
			devices[i].words[k] = k % 3 ? i * 300 + k : 0;
		assert_int_equal(dcrt_track(&kernel, &devices[i], 0, 1, &handle), 0);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dcrt_tracker_done(&kernel);
	dcrt_tracker_done(&user);
	return env_blocks ? -1 : 0;
}

static void start(struct dcrt_writer *writer, uint64_t session)
{
	dcrt_write_start(writer, out, sizeof(out),
			 &(struct dcrt_header){.kind = DCRT_UPCALL, .session = session, .call = 1});
}

/* One message there. Returns whether there is more. */
static bool cross(uint64_t session)
{
	const struct dcrt_expect expect = {.kinds = 1u << DCRT_UPCALL,
					   .session = session,
					   .extra = &dcrt_objects_call,
					   .call = DCRT_ANY_CALL,
					   .n_types = 2,
					   .may_create = true};
	struct dcrt_message message;
	struct dcrt_writer writer;
	bool more;
	int len;

	start(&writer, session);
	more = dcrt_put_part(&kernel, &writer, session);
	len = dcrt_write_end(&writer, 0);
	assert_true(len > 0);
	memcpy(in, out, (size_t)len);
	assert_int_equal(dcrt_decode(in, (size_t)len, &expect, &message), 0);
	assert_int_equal(dcrt_apply(&user, &message), 0);
	dcrt_confirm(&kernel, out, session);
	return more;
}

static void *users(const void *object)
{
	uint64_t ref;
	void *place;

	assert_int_equal(dcrt_to_ref(&kernel, object, DCRT_ANY_TYPE, &ref), 0);
	assert_int_equal(dcrt_from_ref(&user, ref, DCRT_ANY_TYPE, 1, &place), 0);
	return place;
}

static void assert_same(void)
{
	const struct element *copy = users(elements);
	unsigned i;

	for (i = 0; i < LONG; i++)
		assert_int_equal(copy[i].value, elements[i].value);
	for (i = 0; i < DEVICES; i++) {
		const struct device *device = users(&devices[i]);

		assert_ptr_equal(device->next, users(devices[i].next));
		assert_ptr_equal(device->element, users(devices[i].element));
		assert_memory_equal(device->bytes, devices[i].bytes, BYTES);
		assert_memory_equal(device->words, devices[i].words, sizeof(device->words));
	}
}

/* What remains for an ordinary message: its records, or an error. */
static int remains(uint64_t session)
{
	struct dcrt_writer writer;
	int len;

	start(&writer, session);
	dcrt_put_all(&kernel, &writer, session);
	len = dcrt_write_end(&writer, 0);
	return len < 0 ? len : (int)writer.header.records;
}

static void test_sessions(void **state)
{
	uint64_t session;

	(void)state;
	assert_int_equal(remains(1), -EMSGSIZE);
	for (session = 2; session < 5; session++) {
		unsigned messages = 1;

		dcrt_tracker_done(&user);
		assert_int_equal(dcrt_tracker_init(&user, &driver, &env, false), 0);
		assert_true(dcrt_needs_parts(&kernel, session));
		while (cross(session))
			messages++;
		assert_in_range(messages, 5, 100);
		assert_false(dcrt_needs_parts(&kernel, session));
		assert_int_equal(remains(session), 0);
		assert_same();
	}
}

/* A change between two messages goes into a later one. */
static void test_changes_meanwhile(void **state)
{
	(void)state;
	assert_true(cross(1));
	elements[0].value = 77;
	devices[0].words[0] = 78;
	devices[DEVICES - 1].words[299] = 79;
	while (cross(1))
		elements[LONG - 1].value++;
	cross(1);
	assert_int_equal(remains(1), 0);
	assert_same();
}

/* A message that was lost with its process. */
static void test_unanswered(void **state)
{
	struct dcrt_writer writer;

	(void)state;
	start(&writer, 1);
	assert_true(dcrt_put_part(&kernel, &writer, 1));
	while (cross(2))
		;
	assert_same();
	assert_int_equal(remains(2), 0);
}

/* A message that will not be sent does not take the news of a freed object along. */
static void test_freed(void **state)
{
	struct dcrt_writer writer;

	(void)state;
	while (cross(1))
		;
	assert_int_equal(dcrt_untrack(&kernel, &devices[0]), 0);
	start(&writer, 1);
	writer.err = -EINVAL;
	dcrt_put_freed(&kernel, &writer);
	start(&writer, 1);
	dcrt_put_freed(&kernel, &writer);
	assert_int_equal(writer.header.records, 1);
}

/* Few objects need no messages of their own. */
static void test_few(void **state)
{
	unsigned i;

	(void)state;
	assert_int_equal(dcrt_untrack(&kernel, elements), 0);
	for (i = 0; i < DEVICES - 2; i++)
		assert_int_equal(dcrt_untrack(&kernel, &devices[i]), 0);
	assert_false(dcrt_needs_parts(&kernel, 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sessions),   TEST(test_changes_meanwhile),
		TEST(test_unanswered), TEST(test_freed),
		TEST(test_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
