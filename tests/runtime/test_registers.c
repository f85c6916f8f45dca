/* SPDX-License-Identifier: GPL-2.0-only */
/* The process's windows: it asks the kernel once for each, keeps refusals, and drops a window that
 * was unmapped. The kernel here has a few windows. */
#include "testing.h"

#include "runtime/component/downcalls.h"
#include "runtime/process/channel.h"
#include "runtime/process/process.h"
#include "env.h"

#define BASE   UINT64_C(0xffff740000100000)
#define PAGE   UINT64_C(4096)
#define FAR    0x10000
#define PTR(x) ((volatile void *)(uintptr_t)(x))

/* The kernel */

struct window {
	uint64_t base, len, offset;
};

static struct window kernels[80];
static uint64_t removed;
static int begin_err, run_err;
static unsigned asked, synced, mappings;
static bool dirty, map_fails;

struct dcrt_call {
	uint32_t function;
	uint64_t word;
	struct window answer;
	bool all;
};

static struct dcrt_call the_call;
struct dcrt_channel *dcg_channel;
const struct dcrt_driver dcg_driver = {.abi = DCRT_ABI, .name = "test"};

static uint8_t device[80][2 * 4096];
static int maps[80]; /* by offset in pages / 2 */

int dcrt_call_begin(struct dcrt_channel *channel, uint32_t function, struct dcrt_call **ret)
{
	(void)channel;
	if (begin_err)
		return begin_err;
	the_call = (struct dcrt_call){.function = function};
	*ret = &the_call;
	return 0;
}

void dcrt_out_word(struct dcrt_call *call, uint64_t word)
{
	call->word = word;
}

void dcrt_out_all(struct dcrt_call *call)
{
	call->all = true;
}

void dcrt_out_pointer(struct dcrt_call *call, const void *pointer)
{
	dcrt_out_word(call, (uintptr_t)pointer);
}

void dcrt_out_blob(struct dcrt_call *call, uint16_t id, const void *data, uint32_t len)
{
	(void)call, (void)id, (void)data, (void)len;
}

int dcrt_call_run(struct dcrt_call *call)
{
	unsigned i;

	if (run_err)
		return run_err;
	if (call->function == DCK_SYNC) {
		assert_true(call->all);
		synced++;
		dirty = false;
		return 0;
	}
	if (call->function != DCK_WINDOW)
		return 0;
	asked++;
	for (i = 0; i < 80; i++)
		if (call->word - kernels[i].base < kernels[i].len)
			call->answer = kernels[i];
	return 0;
}

uint64_t dcrt_in_word(struct dcrt_call *call, uint32_t index)
{
	const uint64_t words[] = {call->answer.base, call->answer.len, call->answer.offset};

	assert_in_range(index, 0, 2);
	return words[index];
}

void dcrt_call_end(struct dcrt_call *call)
{
	(void)call;
}

/* Without objects; sharing is tested elsewhere (test_process.c). */
static struct dcrt_tracker tracker = {.env = &env};

struct dcrt_tracker *dcrt_tracker_of(struct dcrt_channel *channel)
{
	(void)channel;
	return &tracker;
}

bool dcrt_is_object(struct dcrt_channel *channel, const void *pointer)
{
	(void)channel, (void)pointer;
	return false;
}

bool dcrt_dirty(struct dcrt_channel *channel)
{
	(void)channel;
	return dirty;
}

uint64_t dcrt_windows_removed(const struct dcrt_channel *channel)
{
	(void)channel;
	return removed;
}

void *dcrt_map(struct dcrt_channel *channel, uint64_t offset, uint64_t len)
{
	(void)channel, (void)len;
	if (map_fails)
		return NULL;
	mappings++;
	maps[offset / PAGE / 2]++;
	return device[offset / PAGE / 2];
}

void dcrt_unmap(void *local, uint64_t len)
{
	(void)len;
	maps[((uint8_t *)local - device[0]) / (long)sizeof(device[0])]--;
}

/* Windows FAR from each other, two pages long; offset 0: refused. */
static void give(int i, bool mapped)
{
	kernels[i] = (struct window){BASE + (uint64_t)i * FAR, 2 * PAGE,
				     mapped ? (uint64_t)(i + 1) * 2 * PAGE : 0};
}

static void take(int i)
{
	kernels[i] = (struct window){0};
	removed++;
}

#define ELSEWHERE (BASE - (UINT64_C(1) << 32))

/* The library's window becomes another one, which is unmapped. One refusal stays. */
static int setup(void **state)
{
	(void)state;
	begin_err = run_err = 0;
	dirty = map_fails = false;
	memset(kernels, 0, sizeof(kernels));
	kernels[0] = (struct window){BASE, 100 * FAR, 0};
	removed++;
	dcp_register_at(PTR(ELSEWHERE), 4);
	take(0);
	dcp_register_at(PTR(ELSEWHERE), 4);
	asked = synced = mappings = 0;
	return 0;
}

static uint8_t *at(int i)
{
	return device[i + 1];
}

static void test_asked_once(void **state)
{
	(void)state;
	give(0, true);
	assert_ptr_equal(dcp_register_at(PTR(BASE), 4), at(0));
	assert_ptr_equal(dcp_register_at(PTR(BASE + 8), 4), at(0) + 8);
	assert_ptr_equal(dcp_register_at(PTR(BASE + 2 * PAGE - 4), 4), at(0) + 2 * PAGE - 4);
	assert_int_equal(asked, 1);
	assert_int_equal(maps[1], 1);
	/* over the end: by downcall, which is the kernel's to refuse */
	assert_null(dcp_register_at(PTR(BASE + 2 * PAGE - 4), 8));
	assert_null(dcp_register_at(PTR(BASE + 2 * PAGE - 1), 2));
	assert_int_equal(asked, 1);
}

static void test_refusals(void **state)
{
	(void)state;
	give(0, false);
	assert_null(dcp_register_at(PTR(BASE), 4));
	assert_null(dcp_register_at(PTR(BASE + PAGE + 4), 4));
	assert_int_equal(asked, 1);
	/* no window at all: a page each */
	assert_null(dcp_register_at(PTR(BASE + FAR), 4));
	assert_null(dcp_register_at(PTR(BASE + FAR + PAGE - 4), 4));
	assert_int_equal(asked, 2);
	assert_null(dcp_register_at(PTR(BASE + FAR + PAGE), 4));
	assert_int_equal(asked, 3);
	/* mapping fails: as if refused */
	give(2, true);
	map_fails = true;
	assert_null(dcp_register_at(PTR(BASE + 2 * FAR), 4));
	map_fails = false;
	assert_null(dcp_register_at(PTR(BASE + 2 * FAR), 4));
	assert_int_equal(asked, 4);
	/* ports, NULL, errors */
	assert_null(dcp_register_at(PTR(0x1c000), 4));
	assert_null(dcp_register_at(NULL, 4));
	assert_null(dcp_register_at(PTR(-22), 4));
	assert_int_equal(asked, 4);
}

static void test_cannot_be_asked(void **state)
{
	(void)state;
	give(0, true);
	begin_err = -EINVAL;
	assert_null(dcp_register_at(PTR(BASE), 4));
	begin_err = 0;
	run_err = -EPIPE;
	assert_null(dcp_register_at(PTR(BASE), 4));
	run_err = 0;
	assert_ptr_equal(dcp_register_at(PTR(BASE), 4), at(0)); /* nothing was remembered */
	removed++;
	run_err = -EPIPE;
	assert_null(dcp_register_at(PTR(BASE), 4)); /* it may be gone */
	run_err = 0;
	assert_ptr_equal(dcp_register_at(PTR(BASE), 4), at(0));
	assert_int_equal(maps[1], 1);
}

static void test_taken_away(void **state)
{
	int before[3] = {maps[1], maps[2], maps[3]};

	(void)state;
	give(0, true);
	give(1, true);
	assert_ptr_equal(dcp_register_at(PTR(BASE), 4), at(0));
	assert_ptr_equal(dcp_register_at(PTR(BASE + FAR), 4), at(1));
	assert_null(dcp_register_at(PTR(BASE + 2 * FAR), 4));
	take(0);
	/* the other stays where it is: another thread may be using it */
	assert_ptr_equal(dcp_register_at(PTR(BASE + FAR), 4), at(1));
	assert_int_equal(mappings, 2);
	assert_int_equal(maps[1], before[0]);
	assert_int_equal(maps[2], before[1] + 1);
	assert_null(dcp_register_at(PTR(BASE), 4));
	/* another device's at the same address */
	kernels[0] = (struct window){BASE, 2 * PAGE, 6 * PAGE};
	removed++;
	assert_ptr_equal(dcp_register_at(PTR(BASE), 4), at(2));
	assert_int_equal(maps[3], before[2] + 1);
	/* and at once, as at rmmod and insmod of the device */
	kernels[0].offset = 2 * PAGE;
	removed++;
	assert_ptr_equal(dcp_register_at(PTR(BASE), 4), at(0));
	assert_int_equal(maps[3], before[2]);
	/* a refusal is not for ever */
	give(2, true);
	removed++;
	assert_ptr_equal(dcp_register_at(PTR(BASE + 2 * FAR), 4), at(2));
}

static void test_many(void **state)
{
	unsigned i, good = 0, before;

	(void)state;
	for (i = 0; i < 80; i++)
		give((int)i, i < 79);
	for (i = 0; i < 79; i++)
		good += dcp_register_at(PTR(BASE + i * FAR), 4) != NULL;
	assert_int_equal(good, 63); /* one more is known, see setup */
	before = asked;
	assert_null(dcp_register_at(PTR(BASE + 78 * FAR), 4));
	assert_int_equal(asked, before); /* full: a downcall is enough */
	for (i = 0; i < 70; i++)
		take((int)i);
	assert_ptr_equal(dcp_register_at(PTR(BASE + 78 * FAR), 4), at(78));
}

static void test_dirty(void **state)
{
	(void)state;
	give(0, true);
	give(1, false);
	assert_ptr_equal(dcp_register_to(PTR(BASE), 4), at(0));
	assert_int_equal(synced, 0);
	dirty = true;
	assert_ptr_equal(dcp_register_at(PTR(BASE), 4), at(0)); /* reads need not */
	assert_null(dcp_register_to(PTR(BASE + FAR), 4)); /* the downcall takes all along */
	assert_int_equal(synced, 0);
	assert_ptr_equal(dcp_register_to(PTR(BASE), 4), at(0));
	assert_ptr_equal(dcp_register_to(PTR(BASE), 4), at(0));
	assert_int_equal(synced, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_asked_once, setup),
		cmocka_unit_test_setup(test_refusals, setup),
		cmocka_unit_test_setup(test_cannot_be_asked, setup),
		cmocka_unit_test_setup(test_taken_away, setup),
		cmocka_unit_test_setup(test_many, setup),
		cmocka_unit_test_setup(test_dirty, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
