/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readers of recordings, from counts to calls an hour, and profile.json; nothing here runs perf. */
#include "testing.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "profile/tally.h"

/* Writes text to a new file; caller unlinks it and frees its name with free(). */
static char *temporary(const char *data, size_t len)
{
	char *path = dc_strdup("/tmp/dc-profile-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
	return path;
}

static bool is_driver(void *ctx, const char *function)
{
	(void)ctx;
	return !strncmp(function, "drv_", 4);
}

static const struct dc_profile_names names = {.module = "drv", .is_driver = is_driver};

static int read_text(struct caught *caught, const char *text, struct dc_profile *ret)
{
	char *path = temporary(text, strlen(text));
	int err;

	catch_start(caught);
	err = dc_profile_from_script(&caught->diag, "drv", path, 10, &names, ret);
	unlink(path);
	free(path);
	return err;
}

#define HEAD "  netperf   152 [000]    59.593666: ftrace:function:  "

/* The one edge that a line makes: "caller>callee", with "k" before a kernel function. */
static void test_lines(void **state)
{
	static const struct {
		const char *line, *edge;
		bool atomic;
	} rows[] = {
		{HEAD "drv_tso <-- drv_xmit", "drv_xmit>drv_tso", false},
		{HEAD "drv_xmit <-- dev_hard_start_xmit", ">drv_xmit", false},
		{HEAD "kfree <-- drv_xmit", "drv_xmit>k kfree", false},
		{HEAD "drv_tso+0x0 <-- drv_xmit+0x1f2", "drv_xmit>drv_tso", false},
		{HEAD "drv_tso+0x0/0x1b0 <-- drv_xmit+0x1f2/0x300", "drv_xmit>drv_tso", false},
		{HEAD "tso [drv] <-- xmit [drv]", "xmit>tso", false},
		{HEAD "tso+0x0 ([drv]) <-- xmit+0x9 ([drv])", "xmit>tso", false},
		{HEAD "tso [drv] <-- drv_x [other]", ">tso", false},
		{HEAD "drv_tso.isra.0 <-- drv_xmit.cold", "drv_xmit>drv_tso", false},
		{HEAD "drv_tso <-- 0xffffffffc0000010", ">drv_tso", false},
		{HEAD "dcprof_f_tso <-- dcprof_f_xmit", "xmit>tso", false},
		{HEAD "dcprof_k_kfree <-- dcprof_f_xmit", "xmit>k kfree", false},
		{"a task: <-- x 1 [000] 1.5: ftrace:function: drv_a <-- drv_b", "drv_b>drv_a",
		 false},
		{" insmod-23 [000] .....  1.5: drv_a <-drv_b", "drv_b>drv_a", false},
		{" insmod-23 [000] ...1.  1.5: drv_a <-drv_b", "drv_b>drv_a", true},
		{" insmod-23 [000] d....  1.5: drv_a <-drv_b", "drv_b>drv_a", true},
		{" insmod-23 [000] ..s..  1.5: drv_a <-drv_b", "drv_b>drv_a", true},
		{" insmod-23 [000] .N...  1.5: drv_a <-drv_b", "drv_b>drv_a", false},
		{" insmod-23 [000] ....2  1.5: drv_a+0x0/0x9 [drv] <-b [drv]", "b>drv_a", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = dc_printf("# head\n\n%s\n", rows[i].line);
		const struct dc_profile_edge *edge;
		struct dc_profile profile;
		struct caught caught;
		char found[256];

		if (read_text(&caught, text, &profile) < 0)
			fail_msg("%s\n%s", rows[i].line, caught.text);
		assert_int_equal(profile.edges.len + profile.entries.len, 1);
		edge = profile.edges.len ? profile.edges.at : profile.entries.at;
		snprintf(found, sizeof(found), "%s>%s%s", edge->caller ? edge->caller : "",
			 edge->kernel ? "k " : "", edge->callee);
		assert_string_equal(found, rows[i].edge);
		assert_int_equal(edge->calls, 1);
		assert_int_equal(edge->atomic_samples, rows[i].atomic);
		dc_profile_done(&profile);
		free(text);
	}
}

static void test_bad_text(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *said;
	} rows[] = {
		{"", -ENODATA, "no call of a function of drv is in it"},
		{HEAD "kfree <-- vfree\n", -ENODATA, "no call of a function of drv"},
		{HEAD "drv_a <-- drv_b\n" HEAD "drv_a <-- dr", -EINVAL,
		 ":2: error: the last line is"},
		{HEAD "drv_a <-- drv_b\n" HEAD "drv_a\n", -EINVAL, ":2: error: this is not a rec"},
		{HEAD "drv_a <-- \n", -EINVAL, ":1: error: there is no caller's name"},
		{HEAD " <-- drv_b\n", -EINVAL, ":1: error: there is no callee's name"},
		{HEAD "drv_a <-- drv_b extra\n", -EINVAL, ":1: error: there is no caller's name"},
		{"drv_a <-- drv_b\n", -EINVAL, ":1: error: there is no time"},
		{"x 1 [000] 1.5: ftrace:print: drv_a <-- drv_b\n", -EINVAL,
		 "not an ftrace:function event"},
		{"x 1 [000] 1.5: cycles: ffff drv_a ([drv])\n", -EINVAL,
		 ":1: error: this is not a"},
		{"{\"schema\": 2}\n", -EINVAL, ":1: error: this is not a recorded call"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dc_profile profile = {0};
		struct caught caught;

		assert_int_equal(read_text(&caught, rows[i].text, &profile), rows[i].err);
		assert_said(&caught, rows[i].said);
		assert_int_equal(caught.diag.errors, 1);
		assert_null(profile.arena);
	}
}

static void test_binary_text(void **state)
{
	static const char data[] = HEAD "drv_a <-- drv_b\nPERF\0ILE2\n";
	char *path = temporary(data, sizeof(data) - 1);
	struct dc_profile profile;
	struct caught caught;

	(void)state;
	catch_start(&caught);
	assert_int_equal(dc_profile_from_script(&caught.diag, "drv", path, 1, &names, &profile),
			 -EINVAL);
	assert_said(&caught, ":2: error: this is not text");
	unlink(path);
	free(path);
}

static void test_lost_and_unknown(void **state)
{
	struct dc_profile profile;
	struct caught caught;

	(void)state;
	assert_int_equal(read_text(&caught,
				   "CPU:0 [LOST 23 EVENTS]\n" HEAD "drv_a <-- drv_b\n"
				   " x 1 [000] 1.0: PERF_RECORD_LOST lost 7\n" HEAD
				   "0xffffffffc0000000 <-- drv_b\n",
				   &profile),
			 0);
	assert_int_equal(profile.lost, 30);
	assert_said(&caught, "warning: 30 calls were lost");
	assert_said(&caught, "warning: 1 calls go to addresses without a name");
	dc_profile_done(&profile);
}

static void test_seconds_of_text(void **state)
{
	static const char text[] = "x 1 [000] 10.5: ftrace:function: drv_a <-- drv_b\n"
				   "x 1 [000] 13.2: ftrace:function: drv_a <-- drv_b\n";
	char *path = temporary(text, strlen(text));
	char *once = temporary(text, strlen(text) / 2);
	struct dc_profile profile;
	struct caught caught;

	(void)state;
	catch_start(&caught);
	assert_int_equal(dc_profile_from_script(&caught.diag, "drv", path, 0, &names, &profile), 0);
	assert_int_equal(profile.seconds, 3);
	assert_int_equal(profile.edges.at[0].calls, 2);
	dc_profile_done(&profile);
	assert_int_equal(dc_profile_from_script(&caught.diag, "drv", once, 0, &names, &profile),
			 -EINVAL);
	assert_said(&caught, "say it with --seconds");
	unlink(path);
	unlink(once);
	free(path);
	free(once);
}

/* From counts to calls an hour */

static void test_hourly(void **state)
{
	/* idle: 10 s. rate: recorded for 2 s at half the free packets a second. once: twice. */
	static const struct dc_profile_phase phases[] = {
		{.name = "idle", .recorded_ms = 10000},
		{.name = "rate",
		 .recorded_ms = 2000,
		 .recorded_packets = 1000,
		 .free_ms = 1000,
		 .free_packets = 1000,
		 .share_percent = 50},
		{.name = "once", .recorded_ms = 100, .per_hour = 2},
		{.name = "unweighted", .recorded_ms = 100},
	};
	static const struct {
		uint64_t idle, rate, once, unweighted, hourly;
	} rows[] = {
		{0, 0, 0, 0, 0},
		{0, 0, 3, 0, 6}, /* an occurrence counts as it was */
		{0, 0, 0, 9, 1}, /* seen is never 0 */
		{0, 1000, 0, 0, 1800000}, /* one a packet: 1000 a second for half an hour */
		{0, 500, 0, 0, 900000},
		{0, 1, 0, 0, 1800}, /* without an idle rate nothing is put down to chance */
		{5, 0, 0, 0, 900}, /* every 2 s, also where a recording missed it */
		{5, 1, 0, 0, 900},
		{5, 2, 0, 0, 900}, /* by chance one more */
		{10, 1002, 0, 0, 1801800}, /* 1 a second, and one a packet */
		{10, 1002, 1, 1, 1801802},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint64_t by_phase[] = {rows[i].idle, rows[i].rate, rows[i].once,
					     rows[i].unweighted};

		assert_int_equal(dc_profile_hourly(phases, 4, by_phase), rows[i].hourly);
	}
}

static void count(struct tally *tally, const char *callee, const char *caller, unsigned depth)
{
	tally_add(tally, &names, NULL, &(struct tally_call){callee, "", caller, "", false, depth});
}

/* Two phases come together; a function that only calls gets an entry. */
static void test_merge(void **state)
{
	struct dc_profile profile = {.arena = dc_arena_new()};
	struct tally first = {.arena = profile.arena}, second = {.arena = profile.arena};

	(void)state;
	dc_vec_push(&profile.phases, (struct dc_profile_phase){.name = "a", .per_hour = 1});
	dc_vec_push(&profile.phases,
		    (struct dc_profile_phase){.name = "b", .per_hour = 10, .lost = 4});
	count(&first, "drv_b", "drv_a", 1);
	count(&first, "drv_a", "schedule", 1);
	count(&second, "drv_b", "drv_a", 2);
	count(&second, "kfree", "drv_exit", 1);
	count(&second, "kfree", "schedule", 1);
	assert_int_equal(tally_least_depth(&first), 1);
	merge_tally(&profile, 1, 2, &second, 1);
	merge_tally(&profile, 0, 2, &first, 1);
	merge_finish(&profile, true);
	assert_int_equal(profile.lost, 4);
	assert_int_equal(profile.edges.len, 2);
	assert_string_equal(profile.edges.at[0].caller, "drv_a");
	assert_int_equal(profile.edges.at[0].calls, 11);
	assert_int_equal(profile.edges.at[0].samples, 2);
	assert_int_equal(profile.edges.at[0].atomic_samples, 1);
	assert_true(profile.edges.at[1].kernel);
	assert_int_equal(profile.entries.len, 2);
	assert_string_equal(profile.entries.at[1].callee, "drv_exit");
	assert_int_equal(profile.entries.at[1].samples, 0);
	assert_int_equal(profile.entries.at[1].calls, 10);
	tally_done(&first);
	tally_done(&second);
	dc_profile_done(&profile);
}

/* profile.json */

#define GOOD                                                                                       \
	"{\"schema\": 2, \"kind\": \"profile\", \"driver\": \"drv\", \"source\": \"by hand\","     \
	" \"seconds\": 10, \"lost\": 0, \"phases\": [{\"name\": \"a\"}, {\"name\": \"b\"}],"       \
	" \"edges\": [{\"caller\": \"f\", \"callee\": \"g\", \"calls\": 3, \"samples\": 2,"        \
	" \"atomic_samples\": 1, \"phases\": {\"a\": 2}}, {\"caller\": \"f\", \"callee\":"         \
	" \"h\", \"calls\": 1, \"kernel\": true}], \"entries\": [{\"function\": \"f\","            \
	" \"calls\": 1}], \"unseen_in_graph\": [{\"caller\": \"f\", \"callee\": \"g\"}]}"

/* text with its first occurrence of `old` replaced; caller frees */
static char *replaced(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);

	assert_non_null(at);
	return dc_printf("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

static void test_bad_json(void **state)
{
	static const struct {
		const char *old, *new, *said;
	} rows[] = {
		{"\"schema\": 2", "\"schema\": 1",
		 "schema 1 is no longer read: schema 2 has other keys"},
		{"\"profile\"", "\"graph\"", "this is a graph file"},
		{"\"seconds\": 10", "\"seconds\": 0", "seconds: 0 is below 1"},
		{"\"driver\": \"drv\"", "\"driver\": \"\"", "driver is empty"},
		{"{\"name\": \"b\"}", "{\"name\": \"a\"}", "there is a phase \"a\" already"},
		{"\"calls\": 3", "\"calls\": -3", "edges[0].calls: -3 is below 0"},
		{"\"calls\": 3", "\"calls\": 0", "edges[0]: calls is 0"},
		{"\"calls\": 3", "\"calls\": 9007199254740993", "is above"},
		{"\"calls\": 3", "\"calls\": 1.5", "expected an integer"},
		{"\"atomic_samples\": 1", "\"atomic_samples\": 3", "atomic_samples is above"},
		{"{\"a\": 2}", "{\"a\": 1}", "edges[0].phases: counts do not add up"},
		{"{\"a\": 2}", "{\"a\": 2, \"c\": 1}", "names a phase that is not in"},
		{"\"callee\": \"h\"", "\"callee\": \"g\"",
		 "edges[1]: out of order, or there twice"},
		{"\"callee\": \"h\"", "\"callee\": \"e\"", "edges[1]: out of order"},
		{"\"caller\": \"f\"", "\"from\": \"f\"", "edges[0].caller: missing"},
		{"\"function\": \"f\"", "\"function\": 7",
		 "entries[0].function: expected a string"},
		{"\"entries\"", "\"others\"", "entries: missing"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = replaced(GOOD, rows[i].old, rows[i].new);
		char *path = temporary(text, strlen(text));
		struct dc_profile profile;
		struct caught caught;

		catch_start(&caught);
		assert_int_equal(dc_profile_read(&caught.diag, path, &profile), -EINVAL);
		assert_said(&caught, rows[i].said);
		assert_int_equal(caught.diag.errors, 1);
		unlink(path);
		free(path);
		free(text);
	}
}

static void test_round_trip(void **state)
{
	char *path = temporary(GOOD, strlen(GOOD)), *again = temporary("", 0), *one, *two;
	struct dc_profile profile;
	struct caught caught;

	(void)state;
	catch_start(&caught);
	assert_int_equal(dc_profile_read(&caught.diag, path, &profile), 0);
	assert_int_equal(profile.edges.at[0].by_phase[0], 2);
	assert_true(profile.edges.at[1].kernel);
	assert_int_equal(profile.unseen.len, 1);
	assert_int_equal(dc_profile_write(&caught.diag, path, &profile), 0);
	dc_profile_done(&profile);
	assert_int_equal(dc_profile_read(&caught.diag, path, &profile), 0);
	assert_int_equal(dc_profile_write(&caught.diag, again, &profile), 0);
	dc_profile_done(&profile);
	assert_int_equal(dc_file_read(&caught.diag, path, &one, NULL), 0);
	assert_int_equal(dc_file_read(&caught.diag, again, &two, NULL), 0);
	assert_string_equal(one, two);
	free(one);
	free(two);
	unlink(path);
	unlink(again);
	free(path);
	free(again);
}

/* perf.data, made by hand: one tracepoint; samples of ip, tid, time, cpu, period and raw. */

struct __attribute__((packed)) perf_data {
	char magic[8];
	uint64_t size, attr_size, attrs_at, attrs_len, data_at, data_len, types_at, types_len;
	uint8_t rest[32];
	uint32_t type, attr_bytes;
	uint64_t config, period, sample_type;
	uint8_t attr_rest[64 - 32];
	uint64_t ids_at, ids_len;
	struct __attribute__((packed)) {
		uint32_t type;
		uint16_t misc, size;
		uint64_t ip;
		uint32_t raw_len;
		uint16_t common_type;
		uint8_t flags, preempt;
		int32_t pid;
		uint64_t raw_ip, parent;
		uint32_t pad;
	} sample;
	struct __attribute__((packed)) {
		uint32_t type;
		uint16_t misc, size;
		uint64_t id, lost;
	} lost;
};

static struct perf_data good_perf_data(void)
{
	struct perf_data data = {
		.size = 104,
		.attr_size = 80,
		.attrs_at = 104,
		.attrs_len = 80,
		.data_at = 184,
		.type = 2,
		.attr_bytes = 64,
		.sample_type = 1 | 1 << 10,
		.sample = {.type = 9,
			   .ip = 1,
			   .raw_len = 28,
			   .flags = 0x10,
			   .preempt = 1,
			   .raw_ip = 0x2000,
			   .parent = 0x1008},
		.lost = {.type = 2, .lost = 5},
	};

	memcpy(data.magic, "PERFILE2", 8);
	data.data_len = sizeof(data.sample) + sizeof(data.lost);
	data.sample.size = sizeof(data.sample);
	data.lost.size = sizeof(data.lost);
	return data;
}

static int read_perf_data(struct caught *caught, const struct perf_data *data, size_t len,
			  struct tally *tally)
{
	static const char kallsyms[] = "0000000000001000 t drv_a\t[drv]\n"
				       "0000000000002000 T drv_b\n";
	char *path = temporary((const char *)data, len);
	char *addresses = temporary(kallsyms, strlen(kallsyms));
	struct symbols *symbols;
	int err;

	catch_start(caught);
	assert_int_equal(symbols_read(&caught->diag, addresses, &symbols), 0);
	err = perf_data_read(&caught->diag, path, &names, symbols, tally);
	symbols_free(symbols);
	unlink(path);
	unlink(addresses);
	free(path);
	free(addresses);
	return err;
}

static void test_perf_data(void **state)
{
	struct dc_arena *arena = dc_arena_new();
	struct perf_data data = good_perf_data();
	struct tally tally = {.arena = arena};
	struct caught caught;

	(void)state;
	assert_int_equal(sizeof(data) - sizeof(data.sample) - sizeof(data.lost), 184);
	assert_int_equal(read_perf_data(&caught, &data, sizeof(data), &tally), 0);
	assert_int_equal(tally.events, 1);
	assert_int_equal(tally.lost, 5);
	assert_string_equal(tally.edges->key, "drv_a>drv_b");
	assert_int_equal(tally.edges->flagged, 1);
	tally_done(&tally);
	dc_arena_free(arena);
}

/* Whatever is cut off or wrong is refused, and nothing is read beyond the end. */
static void test_bad_perf_data(void **state)
{
	struct dc_arena *arena = dc_arena_new();
	struct tally tally = {.arena = arena};
	struct perf_data data = good_perf_data();
	struct caught caught;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(data); len++)
		assert_int_equal(read_perf_data(&caught, &data, len, &tally), -EINVAL);
	assert_said(&caught, "perf did not come to its end");
	data.data_len = 0;
	assert_int_equal(read_perf_data(&caught, &data, sizeof(data), &tally), -EINVAL);
	data = good_perf_data();
	data.sample_type |= 1 << 5; /* a call chain */
	assert_int_equal(read_perf_data(&caught, &data, sizeof(data), &tally), -EINVAL);
	assert_said(&caught, "hold other things than a tracepoint");
	data = good_perf_data();
	data.type = 1;
	assert_int_equal(read_perf_data(&caught, &data, sizeof(data), &tally), -EINVAL);
	assert_said(&caught, "another number of tracepoints than one");
	data = good_perf_data();
	data.sample.raw_len = 1000;
	assert_int_equal(read_perf_data(&caught, &data, sizeof(data), &tally), -EINVAL);
	data = good_perf_data();
	data.sample.raw_len = 20;
	assert_int_equal(read_perf_data(&caught, &data, sizeof(data), &tally), -EINVAL);
	assert_said(&caught, "a sample is not an ftrace:function event");
	data = good_perf_data();
	data.data_len -= 8; /* the last record goes beyond */
	assert_int_equal(read_perf_data(&caught, &data, sizeof(data), &tally), -EINVAL);
	assert_said(&caught, "it is cut off in a record");
	data = good_perf_data();
	data.sample.size = 4;
	assert_int_equal(read_perf_data(&caught, &data, sizeof(data), &tally), -EINVAL);
	data = good_perf_data();
	data.lost.type = 81;
	assert_int_equal(read_perf_data(&caught, &data, sizeof(data), &tally), -EINVAL);
	assert_said(&caught, "it is compressed");
	tally_done(&tally);
	dc_arena_free(arena);
}

static void test_bad_kallsyms(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{"0000000000001000 t a\nnonsense\n", ":2: error: not a line of /proc/kallsyms"},
		{"0000000000000000 t a\n", "it must be read as root"},
		{"", "it must be read as root"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *path = temporary(rows[i].text, strlen(rows[i].text));
		struct symbols *symbols;
		struct caught caught;

		catch_start(&caught);
		assert_int_equal(symbols_read(&caught.diag, path, &symbols), -EINVAL);
		assert_said(&caught, rows[i].said);
		unlink(path);
		free(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),		cmocka_unit_test(test_bad_text),
		cmocka_unit_test(test_binary_text),	cmocka_unit_test(test_lost_and_unknown),
		cmocka_unit_test(test_seconds_of_text), cmocka_unit_test(test_hourly),
		cmocka_unit_test(test_merge),		cmocka_unit_test(test_bad_json),
		cmocka_unit_test(test_round_trip),	cmocka_unit_test(test_perf_data),
		cmocka_unit_test(test_bad_perf_data),	cmocka_unit_test(test_bad_kallsyms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
