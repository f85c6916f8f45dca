/* SPDX-License-Identifier: GPL-2.0-only */
/* The object tracker: handles, interior pointers, embedded objects, arrays, freed objects, threads,
 * failing allocations. */
#include "testing.h"

#include "env.h"

struct inner {
	int32_t a, b;
};

struct outer {
	struct inner first; /* at the same place as the outer one */
	int32_t c[4];
	struct inner second;
};

enum { INNER, OUTER, SINGLE };

static const struct dcrt_type types[] = {
	{.name = "inner", .size = sizeof(struct inner)},
	{.name = "outer", .size = sizeof(struct outer)},
	{.name = "single", .size = sizeof(struct outer)},
};

static const struct dcrt_driver driver = {.types = types, .n_types = 3, .objects = 8};

static struct dcrt_tracker tracker;
static struct outer object, other;
static struct inner array[4];

static int setup(void **state)
{
	(void)state;
	return dcrt_tracker_init(&tracker, &driver, &env, true);
}

static int teardown(void **state)
{
	(void)state;
	dcrt_tracker_done(&tracker);
	return env_blocks ? -1 : 0;
}

static uint64_t track(void *place, uint16_t type, uint32_t count)
{
	uint64_t handle = 0;

	assert_int_equal(dcrt_track(&tracker, place, type, count, &handle), 0);
	return handle;
}

static uint64_t ref_of(const void *place, uint16_t type)
{
	uint64_t ref = 0;

	assert_int_equal(dcrt_to_ref(&tracker, place, type, &ref), 0);
	return ref;
}

static void assert_at(uint64_t ref, uint16_t type, uint32_t len, const void *place)
{
	void *found;

	assert_int_equal(dcrt_from_ref(&tracker, ref, type, len, &found), 0);
	assert_ptr_equal(found, place);
}

static int from(uint64_t ref, uint16_t type, uint32_t len)
{
	void *found;

	return dcrt_from_ref(&tracker, ref, type, len, &found);
}

static void test_both_ways(void **state)
{
	uint64_t handle = track(&object, OUTER, 1);

	(void)state;
	assert_true(ref_of(&object, OUTER) == handle);
	assert_true(ref_of(&object.c[2], DCRT_ANY_TYPE) == handle + offsetof(struct outer, c[2]));
	assert_at(handle + 8, DCRT_ANY_TYPE, 4, (char *)&object + 8);
	assert_int_equal(from(handle, INNER, 0), -EINVAL);
	assert_int_equal(from(handle + 4, OUTER, 0), -EINVAL);
	assert_int_equal(from(handle, OUTER, sizeof(object) + 1), -EINVAL);
	assert_int_equal(from(handle + sizeof(object), DCRT_ANY_TYPE, 0), -EINVAL);
	assert_at(0, OUTER, 4, NULL);
	assert_at((uint64_t)-22, OUTER, 4, (void *)-22);
	assert_true(ref_of(NULL, OUTER) == 0);
	assert_true(ref_of((void *)-22, OUTER) == (uint64_t)-22);
}

static void test_unknown(void **state)
{
	uint64_t handle = track(&object, OUTER, 1), ref;

	(void)state;
	assert_int_equal(dcrt_to_ref(&tracker, &other, DCRT_ANY_TYPE, &ref), -ENOENT);
	assert_int_equal(dcrt_to_ref(&tracker, &object + 1, DCRT_ANY_TYPE, &ref), -ENOENT);
	assert_int_equal(dcrt_untrack(&tracker, &other), -ENOENT);
	assert_int_equal(dcrt_untrack(&tracker, &object.c), -ENOENT);
	/* another slot, the next generation, a slot beyond all */
	assert_int_equal(from(handle + (UINT64_C(3) << 44), OUTER, 0), -ENOENT);
	assert_int_equal(from(handle + (1u << DCRT_OFFSET_BITS), OUTER, 0), -ENOENT);
	assert_int_equal(from(handle + (UINT64_C(8) << 44), OUTER, 0), -ENOENT);
}

/* All objects of a type, and no others; one that has gone is not among them. */
static void test_next(void **state)
{
	uint32_t slot = 0, count = 0;

	(void)state;
	track(&object, OUTER, 1);
	track(array, INNER, 4);
	track(&other, OUTER, 1);
	assert_ptr_equal(dcrt_next_object(&tracker, INNER, &slot, &count), array);
	assert_int_equal(count, 4);
	assert_null(dcrt_next_object(&tracker, INNER, &slot, &count));
	slot = 0;
	assert_ptr_equal(dcrt_next_object(&tracker, OUTER, &slot, &count), &object);
	assert_int_equal(count, 1);
	assert_int_equal(dcrt_untrack(&tracker, &other), 0);
	assert_null(dcrt_next_object(&tracker, OUTER, &slot, &count));
}

static void test_embedded(void **state)
{
	uint64_t second = track(&object.second, INNER, 1); /* before what is around it */
	uint64_t whole = track(&object, OUTER, 1), first = track(&object.first, INNER, 1);
	uint64_t single = track(&object, SINGLE, 1), handle;

	(void)state;
	assert_true(ref_of(&object, OUTER) == whole);
	assert_true(ref_of(&object, SINGLE) == single);
	assert_true(ref_of(&object, INNER) == first);
	assert_true(ref_of(&object, DCRT_ANY_TYPE) == first);
	assert_true(ref_of(&object.second.b, DCRT_ANY_TYPE) == second + 4);
	assert_true(ref_of(&object.c, DCRT_ANY_TYPE) == single + 8);
	assert_int_equal(dcrt_track(&tracker, &object, OUTER, 1, &handle), -EEXIST);
	assert_int_equal(dcrt_track(&tracker, &object.first.b, INNER, 1, &handle), -EINVAL);
	assert_int_equal(dcrt_track(&tracker, &object.second.b, INNER, 1, &handle), -EINVAL);
	assert_int_equal(dcrt_untrack(&tracker, &object.second), 0);
	assert_int_equal(from(second, INNER, 0), -ESTALE);
	assert_at(whole, OUTER, 0, &object);
	assert_int_equal(dcrt_untrack(&tracker, &object), 0);
	assert_int_equal(from(whole, OUTER, 0), -ESTALE);
	assert_int_equal(from(first, INNER, 0), -ESTALE);
	assert_int_equal(from(single, SINGLE, 0), -ESTALE);
	assert_int_equal(tracker.live, 0);
}

static void test_arrays(void **state)
{
	uint64_t handle = track(array, INNER, 4), other_handle;

	(void)state;
	assert_true(ref_of(&array[2], INNER) == handle + 2 * sizeof(array[0]));
	assert_true(ref_of(&array[2].b, DCRT_ANY_TYPE) == handle + 2 * sizeof(array[0]) + 4);
	assert_int_equal(dcrt_to_ref(&tracker, &array[2].b, INNER, &other_handle), -ENOENT);
	assert_at(handle + 3 * sizeof(array[0]), INNER, sizeof(array[0]), &array[3]);
	assert_int_equal(from(handle + 3 * sizeof(array[0]), INNER, sizeof(array[0]) + 1), -EINVAL);
	assert_int_equal(from(handle + 4, INNER, 0), -EINVAL);
	assert_int_equal(dcrt_track(&tracker, array, INNER, 0, &other_handle), -EINVAL);
	assert_int_equal(dcrt_track(&tracker, array, INNER, 0xffffffff, &other_handle), -EINVAL);
	assert_int_equal(dcrt_track(&tracker, array, 3, 1, &other_handle), -EINVAL);
	assert_int_equal(dcrt_track(&tracker, NULL, INNER, 1, &other_handle), -EINVAL);
}

static void test_freed(void **state)
{
	uint64_t handle = track(&object, OUTER, 1), ref, again;

	(void)state;
	assert_int_equal(dcrt_untrack(&tracker, &object), 0);
	assert_int_equal(dcrt_untrack(&tracker, &object), -ESTALE);
	assert_int_equal(from(handle, OUTER, 0), -ESTALE);
	assert_int_equal(dcrt_to_ref(&tracker, &object.c[1], DCRT_ANY_TYPE, &ref), -ESTALE);
	again = track(&object, OUTER, 1); /* memory is reused, the handle is not */
	assert_true(again != handle);
	assert_int_equal(from(handle, OUTER, 0), -ESTALE);
	assert_at(again, OUTER, 0, &object);
}

static void test_no_handle_twice(void **state)
{
	static struct inner memory[8];
	uint64_t first = track(&object, OUTER, 1), handle;
	int i;

	(void)state;
	assert_int_equal(dcrt_untrack(&tracker, &object), 0);
	for (i = 0; i < 1000; i++) {
		handle = track(&object, OUTER, 1);
		assert_true(handle != first);
		assert_int_equal(from(first, OUTER, 0), -ESTALE);
		assert_int_equal(dcrt_untrack(&tracker, &object), 0);
	}
	/* a slot whose generations are used up is never used again */
	tracker.objects[tracker.free_first].generation = (1u << DCRT_GENERATION_BITS) - 2;
	for (i = 0; i < 20; i++) {
		handle = track(&object, OUTER, 1);
		assert_int_equal(dcrt_untrack(&tracker, &object), 0);
		assert_int_equal(from(handle, OUTER, 0), -ESTALE);
	}
	for (i = 0; i < 8; i++)
		assert_true((i < 7) == (dcrt_track(&tracker, &memory[i], INNER, 1, &handle) == 0));
}

static void test_full(void **state)
{
	static struct inner many[9];
	uint64_t handle;
	int i;

	(void)state;
	for (i = 0; i < 8; i++)
		track(&many[i], INNER, 1);
	assert_int_equal(dcrt_track(&tracker, &many[8], INNER, 1, &handle), -ENOSPC);
	assert_int_equal(dcrt_untrack(&tracker, &many[3]), 0);
	track(&many[8], INNER, 1);
	for (i = 0; i < 9; i++)
		assert_int_equal(dcrt_untrack(&tracker, &many[i]),
				 i == 3 ? -ENOENT : 0); /* its slot was reused */
}

/* Against a dumb list: random ranges, properly nested or refused. */
static void test_oracle(void **state)
{
	static char memory[64 * sizeof(struct inner)];
	struct dcrt_driver large = driver;
	struct {
		uint32_t from, to;
		uint64_t handle;
	} list[32];
	unsigned seed = 1, n = 0, round;

	(void)state;
	dcrt_tracker_done(&tracker);
	large.objects = 32;
	assert_int_equal(dcrt_tracker_init(&tracker, &large, &env, true), 0);
	for (round = 0; round < 20000; round++) {
		uint32_t at = (uint32_t)rand_r(&seed) % 60 * sizeof(struct inner);
		uint32_t to = at + ((uint32_t)rand_r(&seed) % 4 + 1) * sizeof(struct inner);
		bool partly = false, same = false;
		uint64_t handle, best = 0;
		uint32_t best_size = UINT32_MAX;
		unsigned i, kept = 0;
		int err;

		if (rand_r(&seed) % 3 == 0 && n) { /* the outermost that begins at some place */
			uint32_t from_at = list[(unsigned)rand_r(&seed) % n].from, far = 0;

			for (i = 0; i < n; i++)
				if (list[i].from == from_at && list[i].to > far)
					far = list[i].to;
			assert_int_equal(dcrt_untrack(&tracker, memory + from_at), 0);
			for (i = 0; i < n; i++)
				if (list[i].from < from_at || list[i].to > far)
					list[kept++] = list[i];
			n = kept;
		} else if (n < 32) {
			for (i = 0; i < n; i++) {
				bool apart = to <= list[i].from || list[i].to <= at;
				bool in = at >= list[i].from && to <= list[i].to;
				bool out = at <= list[i].from && to >= list[i].to;

				partly |= !apart && !in && !out;
				same |= at == list[i].from && to == list[i].to;
			}
			err = dcrt_track(&tracker, memory + at, INNER,
					 (to - at) / (uint32_t)sizeof(struct inner), &handle);
			assert_int_equal(err, same ? -EEXIST : partly ? -EINVAL : 0);
			if (!err) {
				list[n].from = at;
				list[n].to = to;
				list[n++].handle = handle;
			}
		}
		at = (uint32_t)rand_r(&seed) % sizeof(memory);
		for (i = 0; i < n; i++)
			if (list[i].from <= at && at < list[i].to &&
			    list[i].to - list[i].from < best_size) {
				best = list[i].handle + at - list[i].from;
				best_size = list[i].to - list[i].from;
			}
		err = dcrt_to_ref(&tracker, memory + at, DCRT_ANY_TYPE, &handle);
		assert_int_equal(err == 0, best != 0);
		assert_true(err || handle == best);
	}
}

static void *thread(void *ctx)
{
	struct inner *mine = ctx;
	intptr_t wrong = 0;
	int i;

	for (i = 0; i < 20000; i++) {
		uint64_t handle, ref;
		void *place;

		wrong += dcrt_track(&tracker, mine, INNER, 1, &handle) != 0;
		wrong += dcrt_to_ref(&tracker, &mine->b, DCRT_ANY_TYPE, &ref) != 0;
		wrong += dcrt_from_ref(&tracker, ref, DCRT_ANY_TYPE, 4, &place) != 0;
		wrong += place != &mine->b;
		wrong += dcrt_untrack(&tracker, mine) != 0;
		wrong += dcrt_from_ref(&tracker, handle, INNER, 0, &place) != -ESTALE;
	}
	return (void *)wrong;
}

static void test_threads(void **state)
{
	pthread_t threads[4];
	void *wrong;
	int i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, thread, &array[i]), 0);
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	assert_int_equal(tracker.live, 0);
}

/* The Nth allocation fails, N = 1.. until none does: nothing is lost, nothing half done. */
static void test_failing_allocations(void **state)
{
	uint64_t handle = 0;
	long n;
	int err;

	(void)state;
	dcrt_tracker_done(&tracker);
	for (n = 1;; n++) {
		bool failed;

		env_fail_at = n;
		err = dcrt_tracker_init(&tracker, &driver, &env, true);
		if (!err) {
			err = dcrt_track(&tracker, &object, OUTER, 1, &handle);
			assert_int_equal(tracker.live, err ? 0 : 1);
		}
		if (!err)
			err = dcrt_track(&tracker, array, INNER, 4, &handle);
		failed = env_fail_at == 0;
		env_fail_at = 0;
		assert_int_equal(err, failed ? -ENOMEM : 0);
		if (!failed)
			break;
		dcrt_tracker_done(&tracker);
		assert_int_equal(env_blocks, 0);
	}
	assert_int_equal(n, 8);
}

/* A reference to what stands innermost means what is around it as well. */
static void test_other_type_in_place(void **state)
{
	uint64_t whole = track(&object, OUTER, 1), first = track(&object.first, INNER, 1);
	uint64_t second = track(&object.second, INNER, 1);

	(void)state;
	assert_at(first, OUTER, sizeof(object), &object);
	assert_at(whole, INNER, sizeof(struct inner), &object);
	assert_int_equal(from(whole, INNER, sizeof(struct inner) + 1), -EINVAL);
	assert_int_equal(from(first, OUTER, sizeof(object) + 1), -EINVAL);
	assert_int_equal(from(first + 4, OUTER, 0), -EINVAL);
	assert_at(whole + offsetof(struct outer, second), INNER, 8, &object.second);
	assert_int_equal(from(second, OUTER, 0), -EINVAL);
	assert_int_equal(from(second, SINGLE, 0), -EINVAL);
}

static void test_once(void **state)
{
	uint64_t handle = track(&object, OUTER, 1);

	(void)state;
	assert_int_equal(dcrt_track_once(&tracker, NULL, OUTER, 1), 0);
	assert_int_equal(dcrt_track_once(&tracker, array, INNER, 0), 0);
	assert_int_equal(dcrt_track_once(&tracker, (void *)-22, OUTER, 1), 0);
	assert_int_equal(dcrt_track_once(&tracker, &object, OUTER, 1), 0);
	assert_int_equal(tracker.live, 1);
	assert_true(ref_of(&object, OUTER) == handle);
	assert_int_equal(dcrt_track_once(&tracker, &object.first, INNER, 1), 0);
	assert_int_equal(dcrt_track_once(&tracker, &object.first, INNER, 1), 0);
	assert_int_equal(dcrt_track_once(&tracker, &object, OUTER, 1), 0); /* behind the first */
	assert_int_equal(tracker.live, 2);
	assert_int_equal(dcrt_track_once(&tracker, &object.first, 7, 1), -EINVAL);
	assert_int_equal(dcrt_track_once(&tracker, &object.first.b, INNER, 1), -EINVAL);
	dcrt_forget_at(&tracker, &other);
	dcrt_forget_at(&tracker, NULL);
	dcrt_forget_at(&tracker, &object.c);
	assert_int_equal(tracker.live, 2);
	dcrt_forget_at(&tracker, &object);
	assert_int_equal(tracker.live, 0);
	dcrt_forget_at(&tracker, &object);
}

/* Adopting: lists of nodes, each of which leads to the next and to an array. */

struct node {
	struct node *next;
	struct inner *array;
	uint32_t n;
};

enum { NODE, ITEM };

static int adopt_node(struct dcrt_channel *channel, void *element)
{
	struct node *node = element;
	int err = dcrt_track_once(&tracker, node->next, NODE, 1);

	(void)channel;
	return err ? err : dcrt_track_once(&tracker, node->array, ITEM, node->n);
}

static const struct dcrt_type node_types[] = {
	{.name = "node", .size = sizeof(struct node), .adopt = adopt_node},
	{.name = "item", .size = sizeof(struct inner)},
};

static void use_nodes(uint32_t objects)
{
	const struct dcrt_driver nodes = {.types = node_types, .n_types = 2, .objects = objects};

	dcrt_tracker_done(&tracker);
	assert_int_equal(dcrt_tracker_init(&tracker, &nodes, &env, true), 0);
}

static void test_adopting(void **state)
{
	static struct node list[4];

	(void)state;
	use_nodes(8);
	track(list, NODE, 2); /* an array: both elements lead on */
	list[0].next = &list[2];
	list[1].array = array;
	list[1].n = 4;
	list[2].next = &list[3];
	list[3].next = &list[2];
	assert_int_equal(dcrt_adopt_all(&tracker, NULL), 0);
	assert_int_equal(tracker.live, 4);
	assert_int_equal(dcrt_adopt_all(&tracker, NULL), 0);
	assert_int_equal(tracker.live, 4);
	list[3].array = &array[1]; /* partly what is there */
	list[3].n = 4;
	assert_int_equal(dcrt_adopt_all(&tracker, NULL), -EINVAL);
	list[3].array = NULL;
	dcrt_forget_at(&tracker, array);
	list[1].array = NULL;
	assert_int_equal(dcrt_adopt_all(&tracker, NULL), 0);
	assert_int_equal(tracker.live, 3);
}

static int hold; /* 1: adopt waits, 2: it is in there, 3: go on */

static int adopt_slowly(struct dcrt_channel *channel, void *element)
{
	(void)channel;
	if (!__atomic_load_n(&hold, __ATOMIC_ACQUIRE))
		return 0;
	__atomic_store_n(&hold, 2, __ATOMIC_RELEASE);
	while (__atomic_load_n(&hold, __ATOMIC_ACQUIRE) != 3)
		sched_yield();
	return *(volatile int *)element ? -1 : 0; /* freed: the sanitizer's */
}

static void *adopt_all_in_thread(void *unused)
{
	(void)unused;
	return (void *)(long)dcrt_adopt_all(&tracker, NULL);
}

static void *let_go(void *unused)
{
	(void)unused;
	__atomic_store_n(&hold, 3, __ATOMIC_RELEASE);
	return NULL;
}

/* Forgetting waits until nobody looks at the object. */
static void test_freed_while_adopted(void **state)
{
	static const struct dcrt_type type = {"slow", sizeof(int), .adopt = adopt_slowly};
	const struct dcrt_driver one = {.types = &type, .n_types = 1, .objects = 2};
	int *memory = calloc(1, sizeof(*memory));
	pthread_t adopter, other_thread;
	void *err;

	(void)state;
	assert_non_null(memory);
	dcrt_tracker_done(&tracker);
	assert_int_equal(dcrt_tracker_init(&tracker, &one, &env, true), 0);
	track(memory, 0, 1);
	hold = 1;
	assert_int_equal(pthread_create(&adopter, NULL, adopt_all_in_thread, NULL), 0);
	while (__atomic_load_n(&hold, __ATOMIC_ACQUIRE) != 2)
		sched_yield();
	assert_int_equal(pthread_create(&other_thread, NULL, let_go, NULL), 0);
	dcrt_forget_at(&tracker, memory);
	assert_int_equal(__atomic_load_n(&hold, __ATOMIC_ACQUIRE), 3);
	*memory = 5;
	free(memory);
	assert_int_equal(pthread_join(adopter, &err), 0);
	assert_int_equal(pthread_join(other_thread, NULL), 0);
	assert_null(err);
	hold = 0;
}

/* Variables of the driver are tracked from the start. */
static void test_places(void **state)
{
	static struct outer variable;
	struct dcrt_type placed[] = {types[INNER], types[OUTER]};
	struct dcrt_driver with = {.types = placed, .n_types = 2, .objects = 2};
	uint64_t ref;

	(void)state;
	placed[OUTER].variable = &variable;
	dcrt_tracker_done(&tracker);
	assert_int_equal(dcrt_tracker_init(&tracker, &with, &env, true), 0);
	assert_at(ref_of(&variable, OUTER), OUTER, sizeof(variable), &variable);
	dcrt_tracker_done(&tracker);
	placed[INNER].variable = &variable.second;
	assert_int_equal(dcrt_tracker_init(&tracker, &with, &env, true), 0);
	assert_at(ref_of(&variable.second, INNER), INNER, 8, &variable.second);
	dcrt_tracker_done(&tracker);
	placed[INNER].variable = (char *)&variable.second + 4;
	assert_int_equal(dcrt_tracker_init(&tracker, &with, &env, true), -EINVAL);
	placed[INNER].variable = &object;
	with.objects = 1;
	assert_int_equal(dcrt_tracker_init(&tracker, &with, &env, true), -ENOSPC);
	assert_int_equal(dcrt_tracker_init(&tracker, &with, &env, false),
			 0); /* it has to be told */
	assert_int_equal(dcrt_to_ref(&tracker, &variable, OUTER, &ref), -ENOENT);
}

static void test_text(void **state)
{
	static char text[] = "text"; /* not a byte more */
	static const struct dcrt_type chars = {"chars", 1};
	const struct dcrt_driver one = {.types = &chars, .n_types = 1, .objects = 1};
	const char *got = "";
	uint64_t handle;

	(void)state;
	dcrt_tracker_done(&tracker);
	assert_int_equal(dcrt_tracker_init(&tracker, &one, &env, true), 0);
	handle = track(text, 0, sizeof(text));
	assert_int_equal(dcrt_text_from_ref(&tracker, handle + 1, &got), 0);
	assert_ptr_equal(got, text + 1);
	assert_int_equal(dcrt_text_from_ref(&tracker, 0, &got), 0);
	assert_null(got);
	assert_int_equal(dcrt_text_from_ref(&tracker, (uint64_t)-5, &got), -EINVAL);
	assert_int_equal(dcrt_text_from_ref(&tracker, handle + 5, &got), -EINVAL);
	assert_int_equal(dcrt_text_from_ref(&tracker, handle << 1, &got), -ENOENT);
	text[4] = 'x';
	assert_int_equal(dcrt_text_from_ref(&tracker, handle + 1, &got), -EINVAL);
	text[4] = 0;
}

static void test_code(void **state)
{
	static void *const code[] = {&object, NULL, &other};
	struct dcrt_driver with = driver;
	uint64_t word = 9;
	void *place;

	(void)state;
	with.code = code;
	with.n_code = 3;
	dcrt_tracker_done(&tracker);
	assert_int_equal(dcrt_tracker_init(&tracker, &with, &env, true), 0);
	assert_int_equal(dcrt_to_code(&tracker, NULL, &word), 0);
	assert_true(word == 0);
	assert_int_equal(dcrt_to_code(&tracker, &other, &word), 0);
	assert_true(word == 3);
	assert_int_equal(dcrt_to_code(&tracker, array, &word), -ENOENT);
	assert_int_equal(dcrt_from_code(&tracker, 1, &place), 0);
	assert_ptr_equal(place, &object);
	assert_int_equal(dcrt_from_code(&tracker, 0, &place), 0);
	assert_null(place);
	assert_int_equal(dcrt_from_code(&tracker, 2, &place), -EINVAL);
	assert_int_equal(dcrt_from_code(&tracker, 4, &place), -EINVAL);
	assert_int_equal(dcrt_from_code(&tracker, ~(uint64_t)0, &place), -EINVAL);
}

static void test_tables(void **state)
{
	static const struct {
		const char *name;
		struct dcrt_field fields[2];
		uint32_t n;
		int err;
	} rows[] = {
		{"good",
		 {{.offset = 0, .size = 4, .count = 2},
		  {.offset = 8, .size = 8, .count = 1, .kind = DCRT_POINTER}},
		 2,
		 0},
		{"overlap",
		 {{.offset = 0, .size = 4, .count = 2}, {.offset = 4, .size = 4, .count = 1}},
		 2,
		 -EINVAL},
		{"order",
		 {{.offset = 8, .size = 4, .count = 1}, {.offset = 0, .size = 4, .count = 1}},
		 2,
		 -EINVAL},
		{"outside", {{.offset = 12, .size = 4, .count = 2}}, 1, -EINVAL},
		{"count that wraps", {{.offset = 0, .size = 8, .count = 0x20000001}}, 1, -EINVAL},
		{"no size", {{.offset = 0, .count = 1}}, 1, -EINVAL},
		{"short pointer",
		 {{.offset = 0, .size = 4, .count = 1, .kind = DCRT_POINTER}},
		 1,
		 -EINVAL},
		{"no such target",
		 {{.offset = 0, .size = 8, .count = 1, .kind = DCRT_POINTER, .target = 1}},
		 1,
		 -EINVAL},
		{"no such kind", {{.offset = 0, .size = 8, .count = 1, .kind = 9}}, 1, -EINVAL},
		{"function", {{.offset = 0, .size = 8, .count = 2, .kind = DCRT_CODE}}, 1, 0},
		{"short function",
		 {{.offset = 0, .size = 4, .count = 1, .kind = DCRT_CODE}},
		 1,
		 -EINVAL},
	};
	static void *const code[] = {NULL};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dcrt_field fields[2] = {rows[i].fields[0], rows[i].fields[1]};
		const struct dcrt_type type = {
			.name = "t", .size = 16, .n_fields = rows[i].n, .fields = fields};

		const struct dcrt_driver good = {
			.types = &type, .n_types = 1, .code = code, .n_code = 1};
		struct dcrt_driver none = good;

		if (dcrt_types_check(&good) != rows[i].err)
			fail_msg("%s", rows[i].name);
		none.n_code = 0;
		if (fields[0].kind == DCRT_CODE)
			assert_int_equal(dcrt_types_check(&none), -EINVAL);
		none.n_code = 1;
		none.code = NULL;
		assert_int_equal(dcrt_types_check(&none), -EINVAL);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_both_ways),
		TEST(test_unknown),
		TEST(test_embedded),
		TEST(test_arrays),
		TEST(test_freed),
		TEST(test_no_handle_twice),
		TEST(test_full),
		TEST(test_oracle),
		TEST(test_threads),
		TEST(test_failing_allocations),
		TEST(test_other_type_in_place),
		TEST(test_once),
		TEST(test_adopting),
		TEST(test_freed_while_adopted),
		TEST(test_places),
		TEST(test_next),
		TEST(test_text),
		TEST(test_code),
		cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
