/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's checks of updates: a wrong value of each kind for each kind of field, and limits
 * that the driver sets on values. */
#include "testing.h"

#include "runtime/call/call.h"
#include "env.h"

struct ring {
	uint32_t count; /* at most `size` */
	uint32_t size;
	uint32_t kernels; /* the process may not write it */
	uint32_t other; /* nobody asks about it */
	struct ring *next;
	void (*clean)(void);
	void *address;
	uint8_t text[8];
};

enum { RING, OTHER, N_TYPES };
enum { COUNT = 0, SIZE = 4, KERNELS = 8, UNCHECKED = 12, NEXT = 16, CLEAN = 24, ADDRESS = 32 };
enum { TEXT = 40 };

static struct dcrt_field fields[] = {
	{.offset = COUNT, .size = 4, .count = 1, .user_writes = true, .checked = true},
	{.offset = SIZE, .size = 4, .count = 1, .user_writes = true, .checked = true},
	{.offset = KERNELS, .size = 4, .count = 1},
	{.offset = UNCHECKED, .size = 4, .count = 1, .user_writes = true},
	{.offset = NEXT,
	 .size = 8,
	 .count = 1,
	 .kind = DCRT_POINTER,
	 .target = RING,
	 .user_writes = true,
	 .checked = true},
	{.offset = CLEAN, .size = 8, .count = 1, .kind = DCRT_CODE, .user_writes = true},
	{.offset = ADDRESS,
	 .size = 8,
	 .count = 1,
	 .kind = DCRT_ADDRESS,
	 .target = DCRT_ANY_TYPE,
	 .user_writes = true},
	{.offset = TEXT, .size = 2, .count = 4, .user_writes = true},
};

static unsigned asked;

static bool valid(const void *now, const void *was)
{
	const struct ring *ring = now, *before = was;

	asked++;
	return ring->count <= ring->size && (before->other != 99 || ring->count == before->count) &&
	       ring->next != before;
}

static void clean(void)
{
}

static void *code[2]; /* the second is the other side's */
static const struct dcrt_type types[] = {
	{.name = "ring",
	 .size = sizeof(struct ring),
	 .n_fields = 8,
	 .fields = fields,
	 .valid = valid},
	{.name = "other", .size = 8},
};
static const struct dcrt_function function = {.name = "f", .blob_max = 8};
static const struct dcrt_driver driver = {.abi = DCRT_ABI,
					  .name = "x",
					  .types = types,
					  .n_types = N_TYPES,
					  .objects = 8,
					  .up = &function,
					  .n_up = 1,
					  .code = code,
					  .n_code = 2};

#define SESSION 3

static struct dcrt_tracker kernel;
static struct ring rings[2]; /* one object */
static uint64_t other, handle, others, cookie;

static int setup(void **state)
{
	struct dcrt_writer writer;
	uint8_t buf[1024];

	(void)state;
	asked = 0;
	code[0] = (void *)(uintptr_t)clean;
	memset(rings, 0, sizeof(rings));
	rings[0] = rings[1] = (struct ring){.count = 4, .size = 8};
	assert_int_equal(dcrt_types_check(&driver), 0);
	assert_int_equal(dcrt_tracker_init(&kernel, &driver, &env, true), 0);
	assert_int_equal(dcrt_track(&kernel, rings, RING, 2, &handle), 0);
	assert_int_equal(dcrt_track(&kernel, &other, OTHER, 1, &others), 0);
	assert_int_equal(
		dcrt_to_address(&kernel, (void *)(uintptr_t)0xffff888000000000, SESSION, &cookie),
		0);
	dcrt_write_start(&writer, buf, sizeof(buf),
			 &(struct dcrt_header){.kind = DCRT_UPCALL, .session = SESSION, .call = 1});
	dcrt_put_all(&kernel, &writer, SESSION);
	assert_true(dcrt_write_end(&writer, 0) > 0);
	dcrt_confirm(&kernel, buf, SESSION);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dcrt_tracker_done(&kernel);
	return env_blocks ? -1 : 0;
}

/* A message of the process */

static struct dcrt_writer writer;
static uint8_t message[16384] __attribute__((aligned(8)));
static uint32_t version;

static void begin(void)
{
	dcrt_write_start(&writer, message, sizeof(message),
			 &(struct dcrt_header){.kind = DCRT_UPCALL, .session = SESSION, .call = 1});
}

static void add_record(struct dcrt_record record, uint64_t value)
{
	uint64_t data[8] = {value, value, value, value, value, value, value, value};

	dcrt_write_record(&writer, &record, data);
}

static void add(uint32_t offset, uint32_t len, uint64_t value)
{
	version++;
	add_record((struct dcrt_record){.handle = handle,
					.kind = DCRT_UPDATE,
					.type = RING,
					.offset = offset,
					.len = len,
					.version = version},
		   value);
}

/* Decoded as the kernel does, then applied. */
static int sent(uint64_t session)
{
	const struct dcrt_expect expect = {.kinds = 1u << DCRT_UPCALL,
					   .session = session,
					   .functions = &function,
					   .n_functions = 1,
					   .call = DCRT_ANY_CALL,
					   .n_types = N_TYPES};
	struct dcrt_message decoded;
	int len = dcrt_write_end(&writer, 0), err;

	assert_true(len > 0);
	err = dcrt_decode(message, (size_t)len, &expect, &decoded);
	return err ? err : dcrt_apply(&kernel, &decoded);
}

/* Whether so many bytes at an offset may become a value; good ones are seen to be taken. */
static int one(uint32_t offset, uint32_t len, uint64_t value)
{
	begin();
	add(offset, len, value);
	return sent(SESSION);
}

#define NUMBER (UINT64_C(1) << DCRT_OFFSET_BITS)
#define SLOT   (UINT64_C(1) << (64 - DCRT_SLOT_BITS))

/* In each row one thing is changed in what is good: data by `value`, or the record by `change`. */
static void test_kinds(void **state)
{
	const struct {
		const char *name;
		uint32_t offset, len;
		uint64_t value;
		bool good;
		struct dcrt_record change;
	} rows[] = {
		{"a number", UNCHECKED, 4, 7, true},
		{"half of it", UNCHECKED, 2, 7},
		{"its second half", UNCHECKED + 2, 2, 7},
		{"more than it", UNCHECKED, 8, 7},
		{"one not to be written", KERNELS, 4, 7},
		{"two with that one", SIZE, 8, 7},
		{"units", TEXT + 2, 6, 7, true},
		{"a unit too many", TEXT + 2, 8, 7},
		{"half a unit", TEXT, 3, 7},
		{"between units", TEXT + 1, 2, 7},
		{"behind the object", 2 * sizeof(struct ring), 4, 7},
		{"far behind it", 0xfffff0, 4, 7},
		{"another handle", UNCHECKED, 4, 7, .change = {.handle = 5 * SLOT}},
		{"another object", UNCHECKED, 4, 7, .change = {.handle = SLOT}},
		{"the last slot", UNCHECKED, 4, 7, .change = {.handle = 0xffff6 * SLOT}},
		{"a cookie's slot", UNCHECKED, 4, 7, .change = {.handle = 0xffff7 * SLOT}},
		{"the next generation", UNCHECKED, 4, 7, .change = {.handle = NUMBER}},
		{"a handle with an offset", UNCHECKED, 4, 7, .change = {.handle = 4}},
		{"another type", UNCHECKED, 4, 7, .change = {.type = OTHER}},
		{"no type", UNCHECKED, 4, 7, .change = {.type = 60}},
		{"no version", UNCHECKED, 4, 7, .change = {.version = 0xffffffff}},
		{"bits of the future", UNCHECKED, 4, 7, .change = {.zero = 1}},
		{"a new object", UNCHECKED, 4, 7, .change = {.kind = DCRT_NEW - DCRT_UPDATE}},
		{"its end", UNCHECKED, 4, 7, .change = {.kind = DCRT_FREE - DCRT_UPDATE}},
		{"no kind", UNCHECKED, 4, 7, .change = {.kind = 50}},
		{"a pointer", NEXT, 8, handle + sizeof(struct ring), true},
		{"NULL", NEXT, 8, 0, true},
		{"an error", NEXT, 8, (uint64_t)-12, true},
		{"into an element", NEXT, 8, handle + 4},
		{"behind the last", NEXT, 8, handle + 2 * sizeof(struct ring)},
		{"to another type", NEXT, 8, others},
		{"to nothing", NEXT, 8, handle + 3 * SLOT},
		{"to the future", NEXT, 8, handle + NUMBER},
		{"to an address", NEXT, 8, cookie},
		{"to the kernel", NEXT, 8, UINT64_C(0xffff888000000000)},
		{"half a pointer", NEXT, 4, handle},
		{"a function", CLEAN, 8, 1, true},
		{"no function", CLEAN, 8, 0, true},
		{"one of the other side", CLEAN, 8, 2},
		{"beyond the table", CLEAN, 8, 3},
		{"its address", CLEAN, 8, (uintptr_t)clean},
		{"a cookie for one", CLEAN, 8, cookie},
		{"an object for one", CLEAN, 8, handle},
		{"an address", ADDRESS, 8, cookie, true},
		{"one of an object", ADDRESS, 8, others + 4, true},
		{"beside it", ADDRESS, 8, cookie + 1},
		{"never sent", ADDRESS, 8, cookie + NUMBER},
		{"the address itself", ADDRESS, 8, UINT64_C(0xffff888000000000)},
		{"one of user space", ADDRESS, 8, (uintptr_t)&rings},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++, version++) {
		const struct dcrt_record *change = &rows[i].change;
		struct ring before[2];
		int err;

		begin();
		add(TEXT, 2, i + 1); /* a good one before it */
		add_record((struct dcrt_record){.handle = handle + change->handle,
						.kind = (uint16_t)(DCRT_UPDATE + change->kind),
						.type = (uint16_t)(RING + change->type),
						.offset = rows[i].offset,
						.len = rows[i].len,
						.version = change->version ? 0 : version + 1,
						.zero = change->zero},
			   rows[i].value);
		memcpy(before, rings, sizeof(before));
		err = sent(SESSION);
		if ((err == 0) != rows[i].good)
			fail_msg("%s: %d", rows[i].name, err);
		if (err) {
			assert_int_equal(err, -EPROTO);
			assert_memory_equal(rings, before, sizeof(before));
		}
		assert_true(memcmp(rings, before, sizeof(before)) != 0 || err);
	}
}

static void test_session(void **state)
{
	(void)state;
	begin();
	add(UNCHECKED, 4, 1);
	assert_int_equal(sent(SESSION + 1), -EPROTO);
	begin();
	writer.header.session = SESSION + 1; /* of a process that has not heard of the object */
	add(UNCHECKED, 4, 1);
	assert_int_equal(sent(SESSION + 1), -EPROTO);
	assert_int_equal(rings[0].other, 0);
}

/* Freed while the message was made: no lie. */
static void test_stale(void **state)
{
	(void)state;
	assert_int_equal(dcrt_untrack(&kernel, &other), 0);
	assert_int_equal(one(ADDRESS, 8, others), 0);
	assert_null(rings[0].address);
	begin();
	add(COUNT, 4, 5);
	assert_int_equal(dcrt_untrack(&kernel, rings), 0);
	assert_int_equal(sent(SESSION), 0);
	assert_int_equal(rings[0].count, 4);
	assert_int_equal(asked, 0);
}

static void test_valid(void **state)
{
	(void)state;
	assert_int_equal(one(COUNT, 4, 8), 0);
	assert_int_equal(rings[0].count, 8);
	assert_int_equal(one(COUNT, 4, 9), -EPROTO);
	assert_int_equal(one(SIZE, 4, 7), -EPROTO);
	assert_int_equal(rings[0].count, 8);
	assert_true(kernel.invalid == 2);
	assert_int_equal(asked, 3);
	assert_int_equal(one(UNCHECKED, 4, 99), 0);
	assert_int_equal(asked, 3);
	/* what was there counts too */
	assert_int_equal(one(COUNT, 4, 7), -EPROTO);
	assert_int_equal(rings[0].count, 8);
}

/* Together it may be good what each by itself is not, in any order; asked once an element. */
static void test_together(void **state)
{
	(void)state;
	begin();
	add(COUNT, 4, 64);
	add(SIZE, 4, 64);
	assert_int_equal(sent(SESSION), 0);
	assert_int_equal(asked, 1);
	begin();
	add(SIZE, 4, 2);
	add(UNCHECKED, 4, 5);
	assert_int_equal(sent(SESSION), -EPROTO);
	assert_int_equal(rings[0].other, 0);
	begin();
	add(SIZE, 4, 2);
	add(COUNT, 4, 2);
	add(sizeof(struct ring) + COUNT, 4, 3);
	assert_int_equal(sent(SESSION), 0);
	assert_int_equal(rings[1].count, 3);
	begin();
	add(SIZE, 4, 3);
	add(sizeof(struct ring) + COUNT, 4, 9); /* the other's is 8 */
	assert_int_equal(sent(SESSION), -EPROTO);
	assert_int_equal(rings[0].size, 2);
}

/* Pointers are compared as they would be here. */
static void test_pointer(void **state)
{
	(void)state;
	assert_int_equal(one(NEXT, 8, handle), -EPROTO); /* to itself */
	assert_int_equal(one(NEXT, 8, handle + sizeof(struct ring)), 0);
	assert_ptr_equal(rings[0].next, &rings[1]);
}

/* An update that a later message made old is neither applied nor checked. */
static void test_overtaken(void **state)
{
	uint32_t early;

	(void)state;
	early = ++version;
	assert_int_equal(one(COUNT, 4, 6), 0);
	begin();
	add_record((struct dcrt_record){.handle = handle,
					.kind = DCRT_UPDATE,
					.offset = COUNT,
					.len = 4,
					.version = early},
		   60);
	assert_int_equal(sent(SESSION), 0);
	assert_int_equal(rings[0].count, 6);
}

/* Two updates: the first would be applied, the second was checked. */
static void test_falling_versions(void **state)
{
	uint32_t early;

	(void)state;
	early = ++version;
	begin();
	add(COUNT, 4, 60);
	add_record((struct dcrt_record){.handle = handle,
					.kind = DCRT_UPDATE,
					.offset = COUNT,
					.len = 4,
					.version = early},
		   6);
	assert_int_equal(sent(SESSION), -EPROTO);
	assert_int_equal(rings[0].count, 4);
}

/* Two elements in turn, so that none is asked about twice in a row. */
static int in_turn(unsigned n)
{
	unsigned i;

	begin();
	for (i = 0; i < n; i++)
		add((i & 1) * sizeof(struct ring) + COUNT, 4, 1);
	return sent(SESSION);
}

static void test_too_many(void **state)
{
	(void)state;
	assert_int_equal(in_turn(64), 0);
	assert_int_equal(asked, 64);
	assert_int_equal(in_turn(65), -EPROTO);
	assert_int_equal(asked, 128);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_kinds),     TEST(test_session),	   TEST(test_stale),
		TEST(test_valid),     TEST(test_together),	   TEST(test_pointer),
		TEST(test_overtaken), TEST(test_falling_versions), TEST(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
