/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies kept in step: only what changed crosses, conflicts follow the rule, and whatever the order
 * in which messages arrive, both sides end with the same. */
#include "testing.h"

#include "runtime/objects/dirty.h"
#include "env.h"

struct thing {
	uint32_t both;
	uint32_t kernels; /* the process may not write it */
	struct thing *next;
	uint16_t many[4];
	uint64_t unplanned;
};

static struct dcrt_field fields[] = {
	{.offset = 0, .size = 4, .count = 1, .user_writes = true},
	{.offset = 4, .size = 4, .count = 1},
	{.offset = 8, .size = 8, .count = 1, .kind = DCRT_POINTER, .user_writes = true},
	{.offset = 16, .size = 2, .count = 4, .user_writes = true},
};
static const struct dcrt_type types[] = {
	{.name = "thing", .size = sizeof(struct thing), .n_fields = 4, .fields = fields}};
static const struct dcrt_function function = {.name = "f"};
static const struct dcrt_driver driver = {.abi = DCRT_ABI,
					  .name = "x",
					  .types = types,
					  .n_types = 1,
					  .objects = 8,
					  .up = &function,
					  .n_up = 1};
static const struct dcrt_field_set all = {.type = 0};

static struct dcrt_tracker kernel, user;
static struct thing things[3];
static uint64_t session; /* of the process */
static uint64_t handles[3];

struct letter {
	uint8_t buf[1024];
	uint32_t len;
	bool to_kernel;
};

static int setup(void **state)
{
	int i;

	(void)state;
	memset(things, 0, sizeof(things));
	session = 3;
	assert_int_equal(dcrt_types_check(&driver), 0);
	assert_int_equal(dcrt_tracker_init(&kernel, &driver, &env, true), 0);
	assert_int_equal(dcrt_tracker_init(&user, &driver, &env, false), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(dcrt_track(&kernel, &things[i], 0, 1, &handles[i]), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dcrt_tracker_done(&kernel);
	dcrt_tracker_done(&user);
	return env_blocks ? -1 : 0;
}

static struct thing *users(int i)
{
	void *place;

	assert_int_equal(dcrt_from_ref(&user, handles[i], 0, 0, &place), 0);
	return place;
}

static void post(struct letter *letter, const void *object, bool to_kernel)
{
	struct dcrt_writer writer;

	letter->to_kernel = to_kernel;
	dcrt_write_start(&writer, letter->buf, sizeof(letter->buf),
			 &(struct dcrt_header){.kind = DCRT_UPCALL, .session = session, .call = 1});
	if (!to_kernel)
		dcrt_put_freed(&kernel, &writer);
	dcrt_put(to_kernel ? &user : &kernel, &writer, object, &all, session);
	letter->len = (uint32_t)dcrt_write_end(&writer, 0);
	assert_in_range(letter->len, sizeof(struct dcrt_header), sizeof(letter->buf));
}

static int take(const struct letter *letter)
{
	const struct dcrt_expect expect = {.kinds = 1u << DCRT_UPCALL,
					   .session = session,
					   .functions = &function,
					   .n_functions = 1,
					   .call = DCRT_ANY_CALL,
					   .n_types = 1,
					   .may_create = !letter->to_kernel};
	struct dcrt_message message;
	int err = dcrt_decode(letter->buf, letter->len, &expect, &message);

	return err ? err : dcrt_apply(letter->to_kernel ? &kernel : &user, &message);
}

static uint32_t records(const struct letter *letter)
{
	return ((const struct dcrt_header *)(const void *)letter->buf)->records;
}

/* A message there, taken and answered. */
static uint32_t down(int i)
{
	struct letter letter;

	post(&letter, &things[i], false);
	assert_int_equal(take(&letter), 0);
	dcrt_confirm(&kernel, letter.buf, session);
	return records(&letter);
}

static uint32_t up(int i)
{
	struct letter letter;

	post(&letter, users(i), true);
	assert_int_equal(take(&letter), 0);
	return records(&letter);
}

static void test_only_changes(void **state)
{
	(void)state;
	things[0].both = 1;
	things[0].unplanned = 77;
	assert_int_equal(down(0), 2); /* NEW and one field */
	assert_int_equal(users(0)->both, 1);
	assert_int_equal(users(0)->unplanned, 0);
	assert_int_equal(down(0), 0);
	assert_int_equal(up(0), 0);
	things[0].many[1] = things[0].many[2] = 5;
	things[0].kernels = 6;
	assert_int_equal(down(0), 2); /* neighbours make one run */
	assert_int_equal(users(0)->many[2], 5);
	users(0)->both = 9;
	users(0)->kernels = 9; /* does not cross */
	assert_int_equal(up(0), 1);
	assert_int_equal(things[0].both, 9);
	assert_int_equal(things[0].kernels, 6);
	assert_int_equal(down(0), 0); /* what came does not go back */
}

static void test_pointers(void **state)
{
	struct letter letter;

	(void)state;
	things[0].next = &things[1];
	assert_int_equal(down(0), 3); /* both objects are announced */
	assert_ptr_equal(users(0)->next, users(1));
	users(0)->next = NULL;
	users(1)->next = users(0);
	up(0);
	up(1);
	assert_null(things[0].next);
	assert_ptr_equal(things[1].next, &things[0]);
	things[0].next = (struct thing *)-22;
	down(0);
	assert_ptr_equal(users(0)->next, (void *)-22);
	/* a pointer to nothing tracked does not cross */
	things[0].next = (struct thing *)&letter;
	{
		struct dcrt_writer writer;

		dcrt_write_start(&writer, letter.buf, sizeof(letter.buf), &(struct dcrt_header){0});
		dcrt_put(&kernel, &writer, &things[0], &all, session);
		assert_int_equal(dcrt_write_end(&writer, 0), -ENOENT);
	}
}

static void test_conflict(void **state)
{
	(void)state;
	things[0].both = 1;
	things[0].many[0] = 1;
	down(0);
	users(0)->both = 10; /* unsent */
	things[0].both = 20;
	things[0].many[0] = 2;
	down(0);
	assert_int_equal(users(0)->both, 10); /* stays, and goes to the kernel */
	assert_int_equal(users(0)->many[0], 2);
	assert_true(user.conflicts == 1);
	up(0);
	assert_int_equal(things[0].both, 10);
}

/* The kernel's message was under way when the process sent its value. */
static void test_crossing_letters(void **state)
{
	struct letter first, second;

	(void)state;
	things[0].both = 1;
	down(0);
	things[0].both = 2;
	post(&first, &things[0], false);
	users(0)->both = 3;
	post(&second, users(0), true);
	assert_int_equal(take(&second), 0);
	assert_int_equal(take(&first), 0);
	dcrt_confirm(&kernel, first.buf, session);
	assert_int_equal(things[0].both, 3);
	assert_int_equal(users(0)->both, 3);
	assert_int_equal(down(0), 0);
}

static void test_overtaking(void **state)
{
	struct letter first, second;

	(void)state;
	things[0].both = 1;
	post(&first, &things[0], false);
	things[0].both = 2;
	things[0].kernels = 7;
	post(&second, &things[0], false);
	assert_int_equal(take(&second), 0);
	assert_int_equal(users(0)->both, 2);
	assert_int_equal(take(&first), 0);
	assert_int_equal(users(0)->both, 2);
	assert_int_equal(users(0)->kernels, 7);
}

static void test_freed_object(void **state)
{
	struct letter late;
	void *place;

	(void)state;
	things[0].both = 1;
	down(0);
	things[0].both = 2;
	post(&late, &things[0], false);
	assert_int_equal(dcrt_untrack(&kernel, &things[0]), 0);
	assert_int_equal(down(1), 2); /* FREE and NEW */
	assert_int_equal(dcrt_from_ref(&user, handles[0], 0, 0, &place), -ESTALE);
	assert_int_equal(take(&late), 0); /* of an object freed meanwhile */
	assert_int_equal(dcrt_from_ref(&user, handles[0], 0, 0, &place), -ESTALE);
}

static void test_next_process(void **state)
{
	const struct dcrt_record early = {
		.handle = handles[0], .kind = DCRT_UPDATE, .len = 4, .version = 9};
	struct letter letter;
	struct dcrt_writer writer;

	(void)state;
	things[0].both = 1;
	things[0].kernels = 2;
	down(0);
	users(0)->many[3] = 4;
	up(0);
	dcrt_tracker_done(&user);
	assert_int_equal(dcrt_tracker_init(&user, &driver, &env, false), 0);
	session++;
	letter.to_kernel = true; /* it cannot know the object yet */
	dcrt_write_start(&writer, letter.buf, sizeof(letter.buf),
			 &(struct dcrt_header){.kind = DCRT_UPCALL, .session = session, .call = 1});
	dcrt_write_record(&writer, &early, "liar");
	letter.len = (uint32_t)dcrt_write_end(&writer, 0);
	assert_int_equal(take(&letter), -EPROTO);
	assert_int_equal(down(0), 4);
	assert_int_equal(users(0)->both, 1);
	assert_int_equal(users(0)->kernels, 2);
	assert_int_equal(users(0)->many[3], 4);
	users(0)->both = 5;
	up(0);
	assert_int_equal(things[0].both, 5);
}

/* Each changed thing in a good update makes it refused, and nothing of the message is applied. */
static void test_lies(void **state)
{
	static const struct {
		const char *name;
		struct dcrt_record change; /* added to a record of field `both` */
		uint64_t pointer; /* data, where it is one */
	} rows[] = {
		{"handle of no object", {.handle = UINT64_C(5) << 44}},
		{"next generation", {.handle = 1u << DCRT_OFFSET_BITS}},
		{"a field it may not write", {.offset = 4}},
		{"half a unit", {.offset = 2}},
		{"beyond the field", {.len = 4}},
		{"an unplanned field", {.offset = 24}},
		{"further behind a field", {.offset = 28}},
		{"beyond the object", {.offset = 32}},
		{"far beyond the object", {.offset = 0xffffff}},
		{"a part of the length", {.len = 1}},
		{"half a pointer", {.offset = 8}},
		{"a pointer to no object", {.offset = 8, .len = 4}, UINT64_C(7) << 44 | 1u << 24},
		{"a pointer into an object", {.offset = 8, .len = 4}, 1u << 24 | 4},
		{"a kernel address", {.offset = 8, .len = 4}, UINT64_C(0xffff888000000000)},
	};
	size_t i;

	(void)state;
	things[0].both = 1;
	down(0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct thing before = things[0];
		struct dcrt_record good = {.handle = handles[0],
					   .kind = DCRT_UPDATE,
					   .offset = 16,
					   .len = 2,
					   .version = 5000};
		struct dcrt_record bad = {.handle = handles[0] + rows[i].change.handle,
					  .kind = DCRT_UPDATE,
					  .offset = rows[i].change.offset,
					  .len = 4 + rows[i].change.len,
					  .version = 5000};
		struct letter letter = {.to_kernel = true};
		struct dcrt_writer writer;

		dcrt_write_start(
			&writer, letter.buf, sizeof(letter.buf),
			&(struct dcrt_header){.kind = DCRT_UPCALL, .session = session, .call = 1});
		dcrt_write_record(&writer, &good, "good");
		dcrt_write_record(&writer, &bad, &rows[i].pointer);
		letter.len = (uint32_t)dcrt_write_end(&writer, 0);
		if (take(&letter) != -EPROTO)
			fail_msg("%s was taken", rows[i].name);
		assert_memory_equal(&things[0], &before, sizeof(before));
	}
}

/* Random stores on both sides, messages that overtake each other: at the end both are alike. */
static void run_random(const unsigned first_seed)
{
	unsigned seed = first_seed;
	struct letter way[6];
	unsigned n = 0, round, i;

	down(0);
	for (round = 0; round < 60 || n; round++) {
		switch (round < 60 ? rand_r(&seed) % 5 : 4) {
		case 0:
			things[0].many[rand_r(&seed) % 4] = (uint16_t)(rand_r(&seed) % 3);
			break;
		case 1:
			users(0)->many[rand_r(&seed) % 4] = (uint16_t)(rand_r(&seed) % 3);
			break;
		case 2:
		case 3:
			if (n < 6) {
				bool to_kernel = rand_r(&seed) % 2;

				post(&way[n++], to_kernel ? users(0) : &things[0], to_kernel);
			}
			break;
		default:
			if (!n)
				break;
			i = (unsigned)rand_r(&seed) % n;
			assert_int_equal(take(&way[i]), 0);
			if (!way[i].to_kernel)
				dcrt_confirm(&kernel, way[i].buf, session);
			way[i] = way[--n];
		}
	}
	down(0);
	up(0);
	down(0);
	if (memcmp(things[0].many, users(0)->many, sizeof(things[0].many)) != 0)
		fail_msg("seed %u: the copies differ", first_seed);
}

static void test_convergence(void **state)
{
	unsigned seed;

	for (seed = 1; seed <= 5000; seed++) {
		run_random(seed);
		teardown(state);
		setup(state);
	}
}

static void test_dirty(void **state)
{
	struct dcrt_dirty dirty;
	int i;

	(void)state;
	assert_int_equal(dcrt_dirty_init(&dirty, &user), 0);
	assert_int_equal(dirty.first[1], 2); /* spans: next and many are neighbours */
	things[0].next = &things[1];
	things[0].both = 1;
	down(0);
	assert_false(dcrt_is_dirty(&dirty, &user));
	users(1)->kernels = 5; /* may not */
	users(1)->unplanned = 5;
	assert_false(dcrt_is_dirty(&dirty, &user));
	for (i = 0; i < 4; i++) {
		users(1)->many[i] = 9;
		assert_true(dcrt_is_dirty(&dirty, &user));
		assert_int_equal(up(1), 1);
		assert_false(dcrt_is_dirty(&dirty, &user));
	}
	users(0)->both = 2;
	assert_true(dcrt_is_dirty(&dirty, &user));
	users(0)->both = 1;
	assert_false(dcrt_is_dirty(&dirty, &user));
	users(0)->next = NULL;
	assert_true(dcrt_is_dirty(&dirty, &user));
	up(0);
	assert_false(dcrt_is_dirty(&dirty, &user));
	things[0].both = 7; /* what comes is no change of ours */
	down(0);
	assert_false(dcrt_is_dirty(&dirty, &user));
	dcrt_dirty_done(&dirty, &user);
}

static void test_dirty_fails(void **state)
{
	struct dcrt_dirty dirty;
	long n;

	(void)state;
	for (n = 1; n <= 2; n++) {
		env_fail_at = n;
		assert_int_equal(dcrt_dirty_init(&dirty, &user), -ENOMEM);
		dcrt_dirty_done(&dirty, &user);
	}
}

static void test_failing_allocations(void **state)
{
	struct letter letter;
	long n;
	int err;

	(void)state;
	things[0].next = &things[1];
	for (n = 1;; n++) {
		post(&letter, &things[0], false);
		env_fail_at = n;
		err = take(&letter);
		if (env_fail_at > 0)
			break;
		assert_int_equal(err, -ENOMEM);
		dcrt_tracker_done(&user); /* the process ends */
		assert_int_equal(dcrt_tracker_init(&user, &driver, &env, false), 0);
	}
	env_fail_at = 0;
	assert_int_equal(err, 0);
	assert_int_equal(n, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_only_changes),	TEST(test_pointers),   TEST(test_conflict),
		TEST(test_crossing_letters),	TEST(test_overtaking), TEST(test_freed_object),
		TEST(test_next_process),	TEST(test_lies),       TEST(test_convergence),
		TEST(test_failing_allocations), TEST(test_dirty),      TEST(test_dirty_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
