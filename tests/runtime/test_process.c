/* SPDX-License-Identifier: GPL-2.0-only */
/* The user library on the host: text and bits against libc and brute force; what calls down,
 * against a channel that keeps what it is told and answers as the test says. */
#include "testing.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runtime/component/downcalls.h"
#include "runtime/process/channel.h"
#include "runtime/process/process.h"
#include "runtime/objects/announce.h"
#include "env.h"

/* The channel */

struct dcrt_call {
	uint32_t function;
	uint64_t words[4];
	uint32_t n_words;
	const void *pointer;
	bool all; /* objects, too */
	char blob[DCK_TEXT_MAX + 1];
	uint32_t blob_len;
};

static struct dcrt_call calls[64]; /* all since the test began */
static unsigned n_calls;
static bool open_call;
static int begin_err, refusals, refused_err; /* the first so many runs fail with it */
static uint64_t results[4];
static const void *tracked, *tracked_too;
static unsigned words_here[2], words_there[2]; /* of both components, in step after a DCK_SYNC */
static unsigned seen_there[4][2], n_synced; /* what the process has sent each time */

struct dcrt_channel *dcg_channel;
const struct dcrt_driver dcg_driver = {.abi = DCRT_ABI, .name = "test"};

int dcrt_call_begin(struct dcrt_channel *channel, uint32_t function, struct dcrt_call **ret)
{
	assert_ptr_equal(channel, dcg_channel);
	assert_false(open_call);
	if (begin_err)
		return begin_err;
	assert_true(n_calls < 64);
	open_call = true;
	*ret = &calls[n_calls++];
	**ret = (struct dcrt_call){.function = function};
	return 0;
}

/* The kernel component goes on: its first word rises with each call, the second says when. */
static void sync_words(void)
{
	memcpy(seen_there[n_synced++ % 4], words_here, sizeof(words_here));
	words_there[0] += 10;
	words_there[1] = words_there[0] + 1;
	memcpy(words_here, words_there, sizeof(words_here));
}

static void announce(uint16_t type, uint32_t len);

int dcrt_call_run(struct dcrt_call *call)
{
	static const uint32_t args[] = {
		[DCK_PRINT] = 3,       [DCK_INIT_WORK] = 2, [DCK_INIT_DELAYED_WORK] = 2,
		[DCK_TIMER_SETUP] = 3, [DCK_ALLOC] = 3,	    [DCK_FREE] = 1,
		[DCK_COUNT] = 0};

	assert_int_equal(call->n_words, args[call->function]);
	if (refusals > 0)
		return refusals--, refused_err;
	if (call->function == DCK_ALLOC)
		announce((uint16_t)call->words[0], (uint32_t)call->words[1]);
	if (call->function == DCK_SYNC)
		sync_words();
	return 0;
}

void dcrt_call_end(struct dcrt_call *call)
{
	(void)call;
	open_call = false;
}

void dcrt_out_word(struct dcrt_call *call, uint64_t word)
{
	call->words[call->n_words++] = word;
}

void dcrt_out_pointer(struct dcrt_call *call, const void *pointer)
{
	call->pointer = pointer;
	dcrt_out_word(call, (uintptr_t)pointer);
}

void dcrt_out_code(struct dcrt_call *call, const void *code)
{
	dcrt_out_word(call, (uintptr_t)code);
}

void dcrt_out_blob(struct dcrt_call *call, uint16_t id, const void *data, uint32_t len)
{
	assert_int_equal(id, DCK_TEXT);
	assert_in_range(len, 1, DCK_TEXT_MAX);
	memcpy(call->blob, data, len);
	call->blob_len = len;
	assert_int_equal(call->blob[len - 1], 0);
}

uint64_t dcrt_in_word(struct dcrt_call *call, uint32_t index)
{
	(void)call;
	return results[index];
}

bool dcrt_is_object(struct dcrt_channel *channel, const void *pointer)
{
	assert_ptr_equal(channel, dcg_channel);
	assert_non_null(channel);
	return pointer && (pointer == tracked || pointer == tracked_too);
}

void dcrt_out_all(struct dcrt_call *call)
{
	call->all = true;
}

/* Objects of the process: one that leads to others. */

struct thing {
	struct thing *next;
	uint64_t number;
};

static struct dcrt_field fields[] = {
	{.offset = 0,
	 .size = 8,
	 .count = 1,
	 .kind = DCRT_ADDRESS,
	 .target = DCRT_ANY_TYPE,
	 .user_writes = true},
	{.offset = 8, .size = 8, .count = 1, .user_writes = true},
};
static const struct dcrt_link thing_links[] = {{.offset = 0, .target = 0}};
static struct dcrt_type types[] = {{.name = "thing",
				    .size = sizeof(struct thing),
				    .n_fields = 2,
				    .fields = fields,
				    .links = thing_links,
				    .n_links = 1}};
static struct dcrt_tracker tracker;

static uint64_t announced; /* handles */

/* The kernel's reply to DCK_ALLOC. */
static void announce(uint16_t type, uint32_t len)
{
	const struct dcrt_record record = {.handle = announced++ << (64 - DCRT_SLOT_BITS) |
						     1u << DCRT_OFFSET_BITS,
					   .kind = DCRT_NEW,
					   .type = type,
					   .version = len};

	results[0] = record.handle;
	assert_int_equal(dcrt_object_announced(&tracker, &record, NULL), 0);
}

struct dcrt_tracker *dcrt_tracker_of(struct dcrt_channel *channel)
{
	assert_ptr_equal(channel, dcg_channel);
	return &tracker;
}

static int setup(void **state)
{
	const struct dcrt_driver driver = {.types = types, .n_types = 1, .objects = 4};
	static char channel;

	(void)state;
	assert_int_equal(dcrt_types_check(&driver), 0);
	assert_int_equal(dcrt_tracker_init(&tracker, &driver, &env, false), 0);
	dcg_channel = (struct dcrt_channel *)(void *)&channel;
	n_calls = 0;
	begin_err = refusals = 0;
	announced = 0;
	tracked = tracked_too = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dcrt_tracker_done(&tracker);
	return env_blocks ? -1 : 0;
}

/* stderr into a file, for the time of a test. */

static int kept_stderr, file_stderr;

static void catch_stderr(void)
{
	char name[] = "/tmp/test_dcp.XXXXXX";

	file_stderr = mkstemp(name);
	assert_true(file_stderr >= 0);
	unlink(name);
	fflush(stderr);
	kept_stderr = dup(2);
	assert_int_equal(dup2(file_stderr, 2), 2);
}

static void end_stderr(char *text, size_t size)
{
	ssize_t len;

	fflush(stderr);
	dup2(kept_stderr, 2);
	len = pread(file_stderr, text, size - 1, 0);
	assert_true(len >= 0);
	text[len] = 0;
	close(kept_stderr);
	close(file_stderr);
}

/* Text */

#define FORMAT(expected, ...)                                                                      \
	do {                                                                                       \
		char text[256];                                                                    \
		int n = dcp_snprintf(text, sizeof(text), __VA_ARGS__);                             \
		assert_string_equal(text, expected);                                               \
		assert_int_equal(n, strlen(expected));                                             \
	} while (0)

#define AS_LIBC(...)                                                                               \
	do {                                                                                       \
		char theirs[256];                                                                  \
		snprintf(theirs, sizeof(theirs), __VA_ARGS__);                                     \
		FORMAT(theirs, __VA_ARGS__);                                                       \
	} while (0)

static void test_plain_formats(void **state)
{
	const char *volatile nothing = NULL;

	(void)state;
	AS_LIBC("nothing");
	AS_LIBC("%d|%5d|%-5d|%05d|%+d|% d|%.3d|%8.3d", -5, -5, -5, -5, 5, 5, 5, 5);
	AS_LIBC("%i %u %o %x %X %#x %#o", INT_MIN, UINT_MAX, 8u, 0xabcu, 0xabcu, 0xabcu, 8u);
	AS_LIBC("%08x|%-8x|%#010x", 0xabcu, 0xabcu, 0xabcu);
	AS_LIBC("%ld %lu %lx", LONG_MIN, ULONG_MAX, ULONG_MAX);
	AS_LIBC("%lld %llu %llx", LLONG_MIN, ULLONG_MAX, 1ull << 63);
	AS_LIBC("%zu %zd %td", SIZE_MAX, (ssize_t)-3, (ptrdiff_t)-4);
	AS_LIBC("%*d|%-*d|%*d", 6, 1, 6, 2, -6, 3);
	AS_LIBC("%.*d|%.*d", 3, 1, -3, 2);
	AS_LIBC("%s|%6s|%-6s|%.2s|%.*s|%6.2s", "text", "text", "text", "text", 3, "text", "text");
	AS_LIBC("%c%c|%3c|%-3c|", 'a', 'b', 'c', 'd');
	AS_LIBC("100%%");
	FORMAT("1 -1 65535 -2", "%hhu %hhd %hu %hd", (unsigned char)1, (signed char)-1,
	       (unsigned short)0xffff, (short)-2);
	FORMAT("(null)", "%s", nothing);
}

static void test_pointer_formats(void **state)
{
	static const unsigned char mac[] = {0x52, 0x54, 0, 0x12, 0x34, 0xab};
	static const unsigned char ip[] = {10, 0, 2, 255};
	static const unsigned char ip6[16] = {0xfe, 0x80, [15] = 1};
	const void *error = (const void *)(intptr_t)-ENOMEM;
	const void *address = (const void *)(uintptr_t)0x1234;

	(void)state;
	FORMAT("52:54:00:12:34:ab", "%pM", mac);
	FORMAT("at 52:54:00:12:34:ab, 7", "at %pM, %d", mac, 7);
	FORMAT("52-54-00-12-34-ab", "%pMF", mac);
	FORMAT("ab:34:12:00:54:52", "%pMR", mac);
	FORMAT("5254001234ab", "%pm", mac);
	FORMAT("   52:54:00:12:34:ab|", "%20pM|", mac);
	FORMAT("10.0.2.255 010.000.002.255", "%pI4 %pi4", ip, ip);
	FORMAT("255.2.0.10", "%pI4l", ip);
	FORMAT("fe80:0000:0000:0000:0000:0000:0000:0001", "%pI6", ip6);
	FORMAT("fe800000000000000000000000000001", "%pi6", ip6);
	FORMAT("fe80::1", "%pI6c", ip6);
	FORMAT("-ENOMEM", "%pe", error);
	FORMAT("0000000000001234 0000000000001234.", "%p %pS.", address, address);
	FORMAT("0000000000001234", "%pe", address);
	FORMAT("52 54 00", "%*ph", 3, mac);
	FORMAT("52:54:00 52-54 525400", "%*phC %*phD %*phN", 3, mac, 2, mac, 3, mac);
	FORMAT("(null) (efault) 0000000000000000", "%pM %pM %p", (void *)NULL, error, (void *)NULL);
}

static void put_inner(char *to, size_t size, const char *format, ...)
{
	struct {
		const char *format;
		va_list *args;
	} inner = {.format = format};
	va_list args;

	va_start(args, format);
	inner.args = &args;
	dcp_snprintf(to, size, "[%pV] %s", (void *)&inner, "after");
	va_end(args);
}

static void test_format_in_format(void **state)
{
	char text[64];

	(void)state;
	put_inner(text, sizeof(text), "%d and %s", 1, "two");
	assert_string_equal(text, "[1 and two] after");
	put_inner(text, 8, "%d and %s", 1, "two");
	assert_string_equal(text, "[1 and ");
}

/* Not known to the kernel: its argument cannot be fetched, and what follows is put as it stands. */
static void test_unknown_format(void **state)
{
	const char *odd[] = {"%d %y %d", "%d %", "%d %n", "%d %ll"};
	const char *expected[] = {"1 %y %d", "1 %", "1 %n", "1 %ll"};
	char text[16];
	size_t i;

	(void)state;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_int_equal(dcp_snprintf(text, sizeof(text), odd[i], 1, 2, 3),
				 strlen(expected[i]));
		assert_string_equal(text, expected[i]);
	}
#pragma GCC diagnostic pop
}

static void test_truncation(void **state)
{
	size_t size;

	(void)state;
	assert_int_equal(dcp_snprintf(NULL, 0, "%d%s%%%pM", 12, "34", "abcdef"), 22);
	for (size = 0; size < 24; size++) {
		char ours[32], theirs[32];

		memset(ours, '#', sizeof(ours));
		memset(theirs, '#', sizeof(theirs));
		assert_int_equal(dcp_snprintf(ours, size, "%d%s%%%pM", 12, "34", "abcdef"), 22);
		snprintf(theirs, size, "%s", "1234%61:62:63:64:65:66");
		assert_memory_equal(ours, theirs, sizeof(ours));
		assert_int_equal(dcp_scnprintf(ours, size, "%s", "1234567"),
				 size ? (size > 7 ? 7 : size - 1) : 0);
	}
}

static void test_sprintf(void **state)
{
	char text[16];

	(void)state;
	assert_int_equal(dcp_sprintf(text, "%s-%d", "rx", 3), 4);
	assert_string_equal(text, "rx-3");
}

static void test_copies(void **state)
{
	static const struct {
		const char *from;
		size_t len;
		ssize_t strscpy;
		const char *to;
	} cases[] = {
		{"abc", 8, 3, "abc"},	  {"abc", 4, 3, "abc"}, {"abc", 3, -E2BIG, "ab"},
		{"abc", 1, -E2BIG, ""},	  {"", 1, 0, ""},	{"", 8, 0, ""},
		{"abc", 0, -E2BIG, "##"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char to[9] = "##";

		assert_int_equal(dcp_strscpy(to, cases[i].from, cases[i].len), cases[i].strscpy);
		assert_string_equal(to, cases[i].to);
		strcpy(to, "##");
		assert_int_equal(dcp_strlcpy(to, cases[i].from, cases[i].len),
				 strlen(cases[i].from));
		assert_string_equal(to, cases[i].to);
	}
	assert_int_equal(dcp_strscpy(NULL, "x", (size_t)INT_MAX + 1), -E2BIG);
}

static void test_strncpy(void **state)
{
	char to[6];

	(void)state;
	memset(to, '#', sizeof(to));
	assert_ptr_equal(dcp_strncpy(to, "ab", 5), to);
	assert_memory_equal(to, "ab\0\0\0#", 6);
	dcp_strncpy(to, "vwxyz", 3);
	assert_memory_equal(to, "vwx\0\0#", 6);
}

/* Bits */

static unsigned long slowly(const unsigned long *words, unsigned long bits, unsigned long from,
			    bool value)
{
	for (; from < bits; from++)
		if ((words[from / 64] >> from % 64 & 1) == value)
			return from;
	return bits;
}

static void test_bits(void **state)
{
	unsigned seed = 1, round;

	(void)state;
	for (round = 0; round < 200; round++) {
		unsigned long words[3] = {0}, bits = (unsigned long)rand_r(&seed) % 193, from;
		int n = rand_r(&seed) % 6;

		for (; n; n--)
			words[rand_r(&seed) % 3] |= 1ul << rand_r(&seed) % 64;
		if (round & 1)
			for (n = 0; n < 3; n++)
				words[n] = ~words[n];
		assert_int_equal(_find_first_bit(words, bits), slowly(words, bits, 0, true));
		assert_int_equal(_find_first_zero_bit(words, bits), slowly(words, bits, 0, false));
		for (from = 0; from <= bits + 1; from++) {
			unsigned long set = from > bits ? bits : slowly(words, bits, from, true);
			unsigned long zero = from > bits ? bits : slowly(words, bits, from, false);

			assert_int_equal(_find_next_bit(words, bits, from), set);
			assert_int_equal(_find_next_zero_bit(words, bits, from), zero);
		}
	}
}

static void test_link_modes(void **state)
{
	unsigned long mode[2] = {~0ul, ~0ul}, beyond = 0;
	uint32_t old = 0;

	(void)state;
	dcp_link_mode_from_u32(mode, 0x8000002f, 93);
	assert_true(mode[0] == 0x8000002f && mode[1] == 0);
	assert_true(dcp_link_mode_to_u32(&old, mode, 93));
	assert_int_equal(old, 0x8000002f);
	for (beyond = 32; beyond < 96; beyond++) {
		unsigned long more[2] = {mode[0], mode[1]};

		more[beyond / 64] |= 1ul << beyond % 64;
		assert_int_equal(dcp_link_mode_to_u32(&old, more, 93), beyond >= 93);
		assert_int_equal(old, 0x8000002f);
	}
}

/* Memory */

static void test_memory(void **state)
{
	unsigned char *some = dcp_kmalloc(16, 0);
	volatile size_t half = SIZE_MAX / 2;
	size_t i;

	(void)state;
	for (i = 0; i < 16; i++)
		assert_int_equal(some[i], 0);
	dcp_memset(some, 7, 16);
	assert_int_equal(dcp_memcmp(some, some + 8, 8), 0);
	dcp_kfree(some);
	dcp_kfree(NULL);
	dcp_vfree(dcp_vzalloc(9));
	assert_null(dcp_kcalloc(half, 3, 0));
	assert_null(dcp_kmalloc_array(3, half, 0));
	assert_int_equal(n_calls, 0);
	dcg_channel = NULL;
	dcp_kfree(dcp_kzalloc(1, 0));
}

/* An object that the kernel has told of. */
static struct thing *known_thing(void)
{
	void *place;

	announce(0, sizeof(struct thing));
	assert_int_equal(dcrt_from_ref(&tracker, results[0], 0, 0, &place), 0);
	return place;
}

static void test_sharing(void **state)
{
	struct thing *known = known_thing(), *one, *two, *array;

	(void)state;
	one = dcp_kzalloc(sizeof(*one), 0);
	two = dcp_vzalloc(sizeof(*two));
	assert_int_equal(dcp_share(), 0);
	assert_int_equal(n_calls, 0); /* nothing leads there */
	one->next = two;
	one->number = 5;
	known->next = one;
	assert_int_equal(dcp_share(), 0);
	assert_int_equal(n_calls, 2);
	assert_int_equal(calls[0].function, DCK_ALLOC);
	assert_int_equal(calls[0].words[1], sizeof(*one));
	assert_int_equal(calls[0].words[2], 0);
	assert_int_equal(calls[1].words[2], 1);
	assert_ptr_equal(known->next, one); /* where it was, as it was */
	assert_ptr_equal(one->next, two);
	assert_int_equal(one->number, 5);
	assert_int_equal(dcp_share(), 0);
	assert_int_equal(n_calls, 2);
	array = dcp_kcalloc(3, sizeof(*array), 0);
	assert_int_equal(dcp_share_pointer(&array[1], 0), 0);
	assert_int_equal(n_calls, 3);
	assert_int_equal(calls[2].words[1], 3 * sizeof(*array));
	assert_int_equal(dcp_share_pointer(known, 0), 0);
	assert_int_equal(dcp_share_pointer(NULL, 0), 0);
	assert_int_equal(dcp_share_pointer(&n_calls, 0), 0);
	assert_int_equal(n_calls, 3);
}

static void test_not_shared(void **state)
{
	struct thing *known = known_thing();
	char *odd = dcp_kmalloc(sizeof(*known) + 1, 0);
	struct dcrt_call *call;

	(void)state;
	known->next = dcp_kzalloc(sizeof(*known), 0);
	refusals = 1;
	refused_err = -ENOMEM;
	assert_int_equal(dcp_begin(DCK_FREE, &call), -ENOMEM);
	assert_int_equal(n_calls, 2);
	assert_string_equal(calls[1].blob, "test: sharing memory failed in the kernel: -12\n");
	assert_int_equal(dcp_share(), 0); /* it may be tried again */
	assert_int_equal(n_calls, 3);
	known->next->next = (struct thing *)(void *)odd;
	assert_int_equal(dcp_share(), -ENOENT);
	assert_int_equal(n_calls, 4);
	known->next->next = NULL;
	assert_int_equal(dcp_share(), 0);
}

static void test_free_of_both(void **state)
{
	static char object;

	(void)state;
	dcp_kfree(&object); /* libc's free() would not survive it */
	dcp_vfree(&object);
	assert_int_equal(n_calls, 2);
	assert_int_equal(calls[0].function, DCK_FREE);
	assert_true(calls[0].all);
	assert_ptr_equal(calls[1].pointer, &object);
	refusals = 1;
	refused_err = -ESTALE;
	dcp_kfree(&object);
	assert_int_equal(n_calls, 4);
	assert_int_equal(calls[3].function, DCK_PRINT);
	assert_string_equal(calls[3].blob, "test: kfree failed in the kernel: -116\n");
}

/* Works */

static void work_function(struct work_struct *work)
{
	(void)work;
}

static void timer_function(struct timer_list *timer)
{
	(void)timer;
}

static void test_timers(void **state)
{
	static char timer;

	(void)state;
	dcp_timer_setup((struct timer_list *)(void *)&timer, timer_function, 5);
	assert_int_equal(n_calls, 1);
	assert_int_equal(calls[0].function, DCK_TIMER_SETUP);
	assert_ptr_equal(calls[0].pointer, &timer);
	assert_int_equal(calls[0].words[1], (uintptr_t)timer_function);
	assert_int_equal(calls[0].words[2], 5);
	refusals = 1;
	refused_err = -EINVAL;
	dcp_timer_setup((struct timer_list *)(void *)&timer, timer_function, 0);
	assert_string_equal(calls[2].blob, "test: timer_setup failed in the kernel: -22\n");
}

static void test_works(void **state)
{
	static char work;

	(void)state;
	dcp_INIT_WORK((struct work_struct *)(void *)&work, work_function);
	dcp_INIT_DELAYED_WORK((struct delayed_work *)(void *)&work, work_function);
	assert_int_equal(n_calls, 2);
	assert_int_equal(calls[0].function, DCK_INIT_WORK);
	assert_int_equal(calls[1].function, DCK_INIT_DELAYED_WORK);
	assert_ptr_equal(calls[1].pointer, &work);
	assert_int_equal(calls[1].words[1], (uintptr_t)work_function);
	refusals = 1;
	refused_err = -ENOENT;
	dcp_INIT_WORK((struct work_struct *)(void *)&work, work_function);
	assert_int_equal(n_calls, 4);
	assert_string_equal(calls[3].blob, "test: INIT_WORK failed in the kernel: -2\n");
}

/* Words of both sides */

static void test_words(void **state)
{
	(void)state;
	n_synced = 0;
	words_there[0] = 100;
	assert_int_equal(dcp_read_once(words_here[0]), 110);
	/* what is read behind it was brought over behind it */
	assert_int_equal(dcp_load_acquire(&words_here[0]), 120);
	assert_int_equal(words_here[1], 131);
	assert_int_equal(n_synced, 3);
	dcp_write_once(words_here[0], 7);
	assert_int_equal(seen_there[3][0], 7);
	/* the first went over before the second was there */
	words_here[1] = 8;
	dcp_store_release(&words_here[0], 9);
	assert_int_equal(n_synced, 6);
	assert_int_equal(seen_there[0][1], 8);
	assert_int_not_equal(seen_there[0][0], 9);
	assert_int_equal(seen_there[1][0], 9);
	refusals = 1;
	refused_err = -EPIPE;
	n_calls = 0;
	dcp_refresh();
	assert_string_equal(calls[1].blob,
			    "test: synchronising objects failed in the kernel: -32\n");
}

/* Messages */

static void test_levels(void **state)
{
	static const struct {
		const char *what;
		unsigned level;
	} cases[] = {
		{"pr_emerg", 0},	 {"pr_alert", 1},    {"pr_crit", 2},   {"pr_err", 3},
		{"dev_err_once", 3},	 {"pr_warn", 4},     {"xx", 4},	       {"pr_errors", 4},
		{"netdev_WARN_ONCE", 4}, {"dev_warning", 4}, {"pr_notice", 5}, {"netif_info", 6},
		{"pr_debug", 7},	 {"netdev_dbg", 7},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(dcp_printk(cases[i].what, "%d", 12), 2);
		assert_int_equal(calls[i].words[0], cases[i].level);
		assert_int_equal(calls[i].words[1], DCK_ABOUT_NOTHING);
		assert_string_equal(calls[i].blob, "12");
	}
}

static void test_devices(void **state)
{
	static char netdev, device, stranger;

	(void)state;
	tracked = &netdev;
	tracked_too = &device;
	dcp_netdev_printk("netdev_err", (void *)&netdev, "%pM\n", "abcdef");
	assert_int_equal(calls[0].words[1], DCK_ABOUT_NETDEV);
	assert_ptr_equal(calls[0].pointer, &netdev);
	assert_string_equal(calls[0].blob, "61:62:63:64:65:66\n");
	dcp_dev_printk("dev_err", (void *)&device, "x");
	assert_int_equal(calls[1].words[1], DCK_ABOUT_DEVICE);
	assert_ptr_equal(calls[1].pointer, &device);
	dcp_dev_printk("dev_err", (void *)&stranger, "x"); /* would not cross */
	assert_int_equal(calls[2].words[1], DCK_ABOUT_NOTHING);
	assert_null(calls[2].pointer);
	dcp_netdev_printk("netdev_err", NULL, "x");
	assert_null(calls[3].pointer);
	assert_int_equal(n_calls, 4);
	refusals = 1;
	refused_err = -EINVAL;
	dcp_dev_printk("dev_err", (void *)&device, "x");
	assert_int_equal(n_calls, 6);
	assert_null(calls[5].pointer);
	assert_string_equal(calls[5].blob, "x");
}

static void test_long_message(void **state)
{
	char text[3000];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = 0;
	assert_int_equal(dcp_printk("pr_info", "%s", text), 2999);
	assert_int_equal(calls[0].blob_len, DCK_TEXT_MAX);
}

static void test_printk(void **state)
{
	(void)state;
	_printk("\0013%s %d\n", "text", 5);
	_printk("\001c%s", "more");
	_printk("plain");
	assert_int_equal(calls[0].words[0], 3);
	assert_string_equal(calls[0].blob, "text 5\n");
	assert_string_equal(calls[1].blob, "more");
	assert_int_equal(calls[2].words[0], 4);
	assert_string_equal(calls[2].blob, "plain");
	_dev_info(NULL, "%d", 1);
	assert_int_equal(calls[3].words[0], 6);
}

static void test_hex_dump(void **state)
{
	unsigned char bytes[40];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(0x40 + i);
	print_hex_dump("\0013", "p ", 2, 16, 1, bytes, 20, true);
	assert_int_equal(n_calls, 2);
	assert_int_equal(calls[0].words[0], 3);
	assert_string_equal(calls[0].blob, "p 00000000: 40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d "
					   "4e 4f  @ABCDEFGHIJKLMNO\n");
	assert_string_equal(calls[1].blob,
			    "p 00000010: 50 51 52 53                                      PQRS\n");
	n_calls = 0;
	print_hex_dump("", "", 0, 32, 8, bytes, 35, false);
	assert_string_equal(calls[0].blob, "4746454443424140 4f4e4d4c4b4a4948 5756555453525150 "
					   "5f5e5d5c5b5a5958\n");
	assert_string_equal(calls[1].blob, "60 61 62\n");
	n_calls = 0;
	print_hex_dump("", "", 0, 16, 8, bytes, 15, true); /* groups do not fill the row */
	assert_string_equal(calls[0].blob,
			    "40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e     @ABCDEFGHIJKLMN\n");
	n_calls = 0;
	print_hex_dump("", "", 0, 16, 1, bytes, 0, true);
	assert_int_equal(n_calls, 0);
}

static void test_without_kernel(void **state)
{
	char text[256];

	(void)state;
	catch_stderr();
	begin_err = -EINVAL; /* this thread serves no upcall */
	dcp_printk("pr_err", "one\n");
	dcg_channel = NULL;
	begin_err = 0;
	dcp_printk("pr_err", "two");
	end_stderr(text, sizeof(text));
	assert_string_equal(text, "test: one\ntest: two\n");
}

static void test_warnings(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_true(dcp_warn_on_once(i < 4));
		assert_false(dcp_warn_on(i > 4));
	}
	assert_int_equal(n_calls, 1);
	assert_true(dcp_warn_on(1));
	assert_int_equal(calls[1].words[0], 4);
	assert_non_null(strstr(calls[1].blob, "WARNING in the process at "));
	assert_non_null(strstr(calls[1].blob, "test_process.c:"));
}

static void test_bug(void **state)
{
	char text[256];
	pid_t child;
	int status;

	(void)state;
	catch_stderr();
	child = fork();
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		dcp_bug_on(text == NULL);
		dcp_bug_on(true);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	end_stderr(text, sizeof(text));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(text, "test: BUG in the process at "));
}

/* Time */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#define LASTS(ns, delay)                                                                           \
	do {                                                                                       \
		uint64_t start = now_ns();                                                         \
		delay;                                                                             \
		assert_true(now_ns() - start >= (ns));                                             \
	} while (0)

static void test_delays(void **state)
{
	(void)state;
	dcp_ndelay(0);
	LASTS(20000, dcp_ndelay(20000));
	LASTS(50000, dcp_udelay(50));
	LASTS(2000000, dcp_udelay(2000));
	LASTS(20000000, dcp_mdelay(20));
	dcp_yield();
}

static void test_jiffies(void **state)
{
	unsigned long first, then;

	(void)state;
	begin_err = -EINVAL;
	first = dcp_jiffies(); /* never asked: some value, the same while it cannot be asked */
	assert_int_equal(dcp_jiffies(), first);
	begin_err = 0;
	results[0] = 1000;
	results[1] = 0; /* an old answer: when this machine was started */
	results[2] = 100;
	assert_in_range(dcp_jiffies() - 1000, now_ns() / 10000000 - 100, now_ns() / 10000000);
	assert_int_equal(n_calls, 1);
	assert_int_equal(calls[0].function, DCK_CLOCK);
	results[0] = 0xfffffffffffffff0; /* wraps soon */
	results[1] = now_ns() - 100000000;
	results[2] = 250;
	while (now_ns() < 10100000000u)
		; /* a machine just started: no answer is old yet */
	first = dcp_jiffies();
	assert_int_equal(n_calls, 2);
	assert_in_range(first - results[0], 25, 2500);
	dcp_mdelay(8);
	then = dcp_jiffies();
	assert_in_range(then - first, 2, 2500);
	assert_int_equal(n_calls, 2); /* not asked again */
}

static void test_system_state(void **state)
{
	(void)state;
	begin_err = -EINVAL;
	assert_int_equal(dcp_system_state(), 0);
	begin_err = 0;
	results[0] = 3;
	assert_int_equal(dcp_system_state(), 3);
	assert_int_equal(calls[0].function, DCK_STATE);
	results[0] = 4;
	refusals = 1;
	refused_err = -EPIPE;
	assert_int_equal(dcp_system_state(), 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_plain_formats),
		TEST(test_pointer_formats),
		TEST(test_format_in_format),
		TEST(test_unknown_format),
		TEST(test_truncation),
		TEST(test_sprintf),
		TEST(test_copies),
		TEST(test_strncpy),
		TEST(test_bits),
		TEST(test_link_modes),
		TEST(test_memory),
		TEST(test_sharing),
		TEST(test_not_shared),
		TEST(test_free_of_both),
		TEST(test_works),
		TEST(test_timers),
		TEST(test_words),
		TEST(test_levels),
		TEST(test_devices),
		TEST(test_long_message),
		TEST(test_printk),
		TEST(test_hex_dump),
		TEST(test_without_kernel),
		TEST(test_warnings),
		TEST(test_bug),
		TEST(test_delays),
		TEST(test_jiffies),
		TEST(test_system_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
