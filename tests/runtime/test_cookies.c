/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses that lead to no object: the process gets cookies, and can name only what it was sent.
 */
#include "testing.h"

#include "runtime/call/call.h"
#include "env.h"

#define KERNELS(n) ((void *)(uintptr_t)(UINT64_C(0xffff888000000000) + (n)))
#define MANY	   (UINT64_C(5) << 20)

static struct dcrt_field fields[] = {
	{.offset = 0,
	 .size = 8,
	 .count = 2,
	 .kind = DCRT_ADDRESS,
	 .target = DCRT_ANY_TYPE,
	 .user_writes = true},
};
static const struct dcrt_type types[] = {
	{.name = "holder", .size = 16, .n_fields = 1, .fields = fields}};
static const struct dcrt_function function = {.name = "f"};
static const struct dcrt_driver driver = {.abi = DCRT_ABI,
					  .name = "x",
					  .types = types,
					  .n_types = 1,
					  .objects = 4,
					  .up = &function,
					  .n_up = 1};

static struct dcrt_tracker kernel, user;
static struct dcrt_env small; /* eight addresses */
static void *holder[2];
static unsigned fulls;

static void full(uint32_t max)
{
	fulls += max == 8;
}

static int setup(void **state)
{
	uint64_t handle;

	(void)state;
	fulls = 0;
	small = env;
	small.addresses = 8;
	small.full = full;
	holder[0] = holder[1] = NULL;
	assert_int_equal(dcrt_types_check(&driver), 0);
	assert_int_equal(dcrt_tracker_init(&kernel, &driver, &small, true), 0);
	assert_int_equal(dcrt_tracker_init(&user, &driver, &env, false), 0);
	assert_int_equal(dcrt_track(&kernel, holder, 0, 1, &handle), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dcrt_tracker_done(&kernel);
	dcrt_tracker_done(&user);
	return env_blocks ? -1 : 0;
}

static uint64_t cookie(const void *address, uint64_t session)
{
	uint64_t word = 0;

	assert_int_equal(dcrt_to_address(&kernel, address, session, &word), 0);
	assert_true(DCRT_IS_COOKIE(word));
	return word;
}

static int name(uint64_t word, uint64_t session)
{
	void *place;

	return dcrt_from_address(&kernel, word, session, &place);
}

static void *named(uint64_t word, uint64_t session)
{
	void *place = NULL;

	assert_int_equal(dcrt_from_address(&kernel, word, session, &place), 0);
	return place;
}

static void test_cookie(void **state)
{
	uint64_t one = cookie(KERNELS(0), 1), two = cookie(KERNELS(8), 1), word;
	void *place;

	(void)state;
	assert_true(one != two);
	assert_true(cookie(KERNELS(0), 1) == one);
	assert_ptr_equal(named(one, 1), KERNELS(0));
	assert_ptr_equal(named(two, 1), KERNELS(8));
	/* the process keeps it as it is, and has no other */
	assert_int_equal(dcrt_from_address(&user, one, 1, &place), 0);
	assert_true((uintptr_t)place == one);
	assert_int_equal(dcrt_to_address(&user, place, 1, &word), 0);
	assert_true(word == one);
	assert_int_equal(dcrt_to_address(&user, KERNELS(0), 1, &word), -ENOENT);
	assert_int_equal(dcrt_to_address(&user, &word, 1, &word), -ENOENT);
	assert_int_equal(dcrt_to_address(&kernel, &word, 1, &word), -ENOENT);
	assert_int_equal(dcrt_to_address(&kernel, (void *)-22, 1, &word), 0);
	assert_true(word == (uint64_t)-22);
}

/* Each is one thing more than the truth. */
static void test_lies(void **state)
{
	const uint64_t good = cookie(KERNELS(0), 1), number = 1u << DCRT_OFFSET_BITS;

	(void)state;
	assert_int_equal(name(good, 1), 0);
	assert_int_equal(name(good + 1, 1), -EPROTO);
	assert_int_equal(name(good - 1, 1), -ENOENT); /* another slot */
	assert_int_equal(name(good + number, 1), -EPROTO);
	assert_int_equal(name(good + 7 * number, 1), -EPROTO);
	assert_int_equal(name(good | UINT64_C(0xfffff) << DCRT_OFFSET_BITS, 1), -EPROTO);
	assert_int_equal(name(good, 2), -EPROTO);
	assert_int_equal(name(good, 0), -EPROTO);
	assert_int_not_equal(name((uintptr_t)KERNELS(0), 1), 0);
	assert_int_not_equal(name((uintptr_t)&function, 1), 0);
}

static void test_session(void **state)
{
	uint64_t first = cookie(KERNELS(0), 1), second, word;

	(void)state;
	second = cookie(KERNELS(16), 2);
	assert_int_equal(name(first, 1), -EPROTO);
	assert_ptr_equal(named(second, 2), KERNELS(16));
	assert_true(first == second); /* numbers begin anew */
	/* a message to the one that is gone */
	assert_int_equal(dcrt_to_address(&kernel, KERNELS(0), 1, &word), -ESHUTDOWN);
	assert_ptr_equal(named(second, 2), KERNELS(16));
}

static void test_full(void **state)
{
	uint64_t first = cookie(KERNELS(0), 1), word;
	unsigned i;

	(void)state;
	for (i = 1; i < 8; i++)
		cookie(KERNELS(i), 1);
	assert_int_equal(dcrt_to_address(&kernel, KERNELS(8), 1, &word), -ENOSPC);
	assert_int_equal(fulls, 1);
	assert_true(cookie(KERNELS(0), 1) == first);
	assert_int_equal(name(first + (8u << DCRT_OFFSET_BITS), 1), -EPROTO);
	cookie(KERNELS(8), 2);
	assert_true(kernel.cookies.refused == 1);
}

static void test_range(void **state)
{
	struct dcrt_range range = {.base = (uintptr_t)KERNELS(4096), .len = 8192};
	uint64_t early = cookie(KERNELS(4096 + 8), 1), inner, base;
	void *place;

	(void)state;
	dcrt_range_add(&kernel, &range);
	assert_int_equal(name(early, 1), -ESTALE); /* what was there is another now */
	inner = cookie(KERNELS(4096 + 0x100), 1);
	base = cookie(KERNELS(4096), 1);
	assert_true(inner == base + 0x100);
	assert_ptr_equal(named(base + 8191, 1), KERNELS(4096 + 8191));
	assert_int_equal(name(base + 8192, 1), -EPROTO);
	/* registers: with their length */
	assert_int_equal(dcrt_from_register(&kernel, base + 8188, 1, 4, &place), 0);
	assert_int_equal(dcrt_from_register(&kernel, base + 8189, 1, 4, &place), -EPROTO);
	assert_int_equal(dcrt_from_register(&kernel, cookie(KERNELS(0), 1), 1, 1, &place), -EPROTO);
	assert_int_equal(dcrt_to_address(&kernel, holder, 1, &early), 0);
	assert_int_equal(dcrt_from_register(&kernel, early, 1, 1, &place), -EPROTO);
	dcrt_range_remove(&kernel, &range);
	assert_int_equal(name(base, 1), -ESTALE);
	assert_int_equal(name(base + 0x100, 1), -ESTALE);
	assert_true(cookie(KERNELS(4096), 1) != base);
}

/* Registers are mapped and unmapped more often than there are places: the process can go on, and
 * what it kept from earlier stays invalid. */
static void test_again_and_again(void **state)
{
	struct dcrt_range range = {.base = (uintptr_t)KERNELS(4096), .len = 8192};
	uint64_t kept = cookie(KERNELS(0), 1), first = 0, last = 0, now;
	unsigned i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		dcrt_range_add(&kernel, &range);
		now = cookie(KERNELS(4096), 1);
		assert_ptr_equal(named(now + 8, 1), KERNELS(4096 + 8));
		if (i)
			assert_int_equal(name(last, 1), -ESTALE);
		if (i)
			assert_int_equal(name(first, 1), -ESTALE);
		first = i ? first : now;
		last = now;
		dcrt_range_remove(&kernel, &range);
	}
	assert_true(kernel.cookies.refused == 0);
	assert_int_equal(kernel.cookies.used, 1);
	assert_ptr_equal(named(kept, 1), KERNELS(0));
}

/* At last all numbers have been used. */
static void test_no_number_left(void **state)
{
	struct dcrt_range range = {.base = (uintptr_t)KERNELS(MANY),
				   .len = 8 * (uint64_t)DCRT_OBJECT_MAX};
	uint64_t word;
	unsigned i;

	(void)state;
	for (i = 0; i < 1u << DCRT_GENERATION_BITS; i += 8) {
		dcrt_range_add(&kernel, &range);
		cookie(KERNELS(MANY), 1);
		dcrt_range_remove(&kernel, &range);
	}
	assert_int_equal(dcrt_to_address(&kernel, KERNELS(0), 1, &word), -ENOSPC);
	cookie(KERNELS(0), 2);
}

/* More than the offset of one cookie tells. */
static void test_long_range(void **state)
{
	struct dcrt_range range = {.base = (uintptr_t)KERNELS(MANY),
				   .len = 2 * (uint64_t)DCRT_OBJECT_MAX + 16};
	uint64_t base, word;
	void *place;

	(void)state;
	dcrt_range_add(&kernel, &range);
	base = cookie(KERNELS(MANY), 1);
	assert_true(cookie(KERNELS(MANY + DCRT_OBJECT_MAX + 4), 1) == base + DCRT_OBJECT_MAX + 4);
	assert_ptr_equal(named(base + range.len - 1, 1), KERNELS(MANY + range.len - 1));
	assert_int_equal(name(base + range.len, 1), -EPROTO);
	assert_int_equal(dcrt_from_register(&kernel, base + DCRT_OBJECT_MAX - 2, 1, 4, &place), 0);
	dcrt_range_remove(&kernel, &range);
	assert_int_equal(name(base + DCRT_OBJECT_MAX, 1), -ESTALE);
	range.len = 9 * (uint64_t)DCRT_OBJECT_MAX;
	dcrt_range_add(&kernel, &range);
	assert_int_equal(dcrt_to_address(&kernel, KERNELS(MANY), 1, &word), -ENOSPC);
	cookie(KERNELS(0), 1);
	dcrt_range_remove(&kernel, &range);
}

/* In fields */

static uint8_t buf[4096], copy[4096] __attribute__((aligned(8)));

/* The objects of one side cross. Returns the error of making, or of applying there. */
static int cross(struct dcrt_tracker *from, uint64_t session, uint32_t *ret_records)
{
	struct dcrt_tracker *to = from == &kernel ? &user : &kernel;
	const struct dcrt_expect expect = {.kinds = 1u << DCRT_UPCALL,
					   .session = session,
					   .functions = &function,
					   .n_functions = 1,
					   .call = DCRT_ANY_CALL,
					   .n_types = 1,
					   .may_create = to == &user};
	struct dcrt_message message;
	struct dcrt_writer writer;
	int len;

	dcrt_write_start(&writer, buf, sizeof(buf),
			 &(struct dcrt_header){.kind = DCRT_UPCALL, .session = session, .call = 1});
	dcrt_put_all(from, &writer, session);
	len = dcrt_write_end(&writer, 0);
	if (len < 0)
		return len;
	memcpy(copy, buf, (size_t)len);
	assert_int_equal(dcrt_decode(copy, (size_t)len, &expect, &message), 0);
	*ret_records = message.header.records;
	len = dcrt_apply(to, &message);
	if (!len && to == &user)
		dcrt_confirm(&kernel, buf, session);
	return len;
}

static uint32_t crossed(struct dcrt_tracker *from)
{
	uint32_t records = 0;

	assert_int_equal(cross(from, 1, &records), 0);
	return records;
}

static void **users(void)
{
	uint64_t ref;
	void *place;

	assert_int_equal(dcrt_to_ref(&kernel, holder, 0, &ref), 0);
	assert_int_equal(dcrt_from_ref(&user, ref, 0, 0, &place), 0);
	return place;
}

static void test_fields(void **state)
{
	uint32_t records;
	void **theirs;

	(void)state;
	holder[0] = KERNELS(64);
	assert_int_equal(crossed(&kernel), 2);
	theirs = users();
	assert_true(DCRT_IS_COOKIE((uintptr_t)theirs[0]));
	assert_int_equal(crossed(&kernel), 0);
	assert_int_equal(crossed(&user), 0);
	theirs[1] = theirs[0];
	assert_int_equal(crossed(&user), 1);
	assert_ptr_equal(holder[1], KERNELS(64));
	assert_int_equal(crossed(&kernel), 0);
	/* beyond it, by number, by itself */
	theirs[1] = (char *)theirs[0] + 8;
	assert_int_equal(cross(&user, 1, &records), -EPROTO);
	theirs[1] = (char *)theirs[0] + DCRT_OBJECT_MAX;
	assert_int_equal(cross(&user, 1, &records), -EPROTO);
	theirs[1] = KERNELS(64);
	assert_int_equal(cross(&user, 1, &records), -ENOENT);
	assert_ptr_equal(holder[1], KERNELS(64));
}

static void test_full_in_fields(void **state)
{
	uint32_t records;
	unsigned i;

	(void)state;
	for (i = 0; i < 8; i++)
		cookie(KERNELS(i), 1);
	holder[0] = KERNELS(64);
	assert_int_equal(cross(&kernel, 1, &records), -ENOSPC);
	assert_true(kernel.untracked == 0);
	holder[0] = KERNELS(7);
	assert_int_equal(crossed(&kernel), 2);
}

/* Registers are mapped again where they were: the field is as it was, its meaning is not. */
static void test_mapped_again(void **state)
{
	struct dcrt_range range = {.base = (uintptr_t)KERNELS(4096), .len = 4096};
	void **theirs, *before;

	(void)state;
	dcrt_range_add(&kernel, &range);
	holder[0] = KERNELS(4096);
	crossed(&kernel);
	theirs = users();
	before = theirs[0];
	dcrt_range_remove(&kernel, &range);
	dcrt_range_add(&kernel, &range);
	theirs[1] = before; /* it may not have heard */
	assert_int_equal(crossed(&user), 1);
	assert_null(holder[1]);
	assert_int_equal(crossed(&kernel), 1);
	assert_ptr_not_equal(theirs[0], before);
	theirs[1] = (char *)theirs[0] + 4095;
	assert_int_equal(crossed(&user), 1);
	assert_ptr_equal(holder[1], KERNELS(8191));
	dcrt_range_remove(&kernel, &range);
}

static void test_no_memory(void **state)
{
	struct dcrt_tracker tracker;
	long n;

	(void)state;
	for (n = 1;; n++) {
		int err;

		env_fail_at = n;
		err = dcrt_tracker_init(&tracker, &driver, &small, true);
		if (!err)
			break;
		assert_int_equal(err, -ENOMEM);
	}
	env_fail_at = 0;
	assert_int_equal(n, 6);
	dcrt_tracker_done(&tracker);
	small.addresses = 2u << DCRT_GENERATION_BITS;
	assert_int_equal(dcrt_tracker_init(&tracker, &driver, &small, true), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cookie),	   TEST(test_lies),	    TEST(test_session),
		TEST(test_full),	   TEST(test_range),	    TEST(test_again_and_again),
		TEST(test_no_number_left), TEST(test_long_range),   TEST(test_fields),
		TEST(test_full_in_fields), TEST(test_mapped_again), TEST(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
