/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparing two runs: each difference is found, and what may differ is not taken for one. */
#include "testing.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "bench/equivalence/diff.h"
#include "bench/equivalence/equivalence.h"

/* The shortest edit, against dynamic programming */

struct texts {
	char text[2][12];
	size_t lens[2];
};

static bool same(void *ctx, size_t a, size_t b)
{
	const struct texts *texts = ctx;

	return texts->text[0][a] == texts->text[1][b];
}

static size_t common(const struct texts *texts)
{
	size_t best[13][13] = {{0}}, a, b;

	for (a = 1; a <= texts->lens[0]; a++)
		for (b = 1; b <= texts->lens[1]; b++) {
			size_t skip =
				best[a - 1][b] > best[a][b - 1] ? best[a - 1][b] : best[a][b - 1];

			best[a][b] = texts->text[0][a - 1] == texts->text[1][b - 1]
					     ? best[a - 1][b - 1] + 1
					     : skip;
		}
	return best[texts->lens[0]][texts->lens[1]];
}

static void test_diff(void **state)
{
	unsigned seed = 1, round;

	(void)state;
	for (round = 0; round < 50000; round++) {
		bool first[12] = {0}, second[12] = {0}, *only[2] = {first, second};
		struct texts texts = {0};
		char left[2][12];
		size_t counts[2] = {0, 0}, edits, i;
		unsigned side;

		for (side = 0; side < 2; side++) {
			texts.lens[side] = (size_t)(rand_r(&seed) % 10);
			for (i = 0; i < texts.lens[side]; i++)
				texts.text[side][i] = (char)('a' + rand_r(&seed) % 3);
		}
		edits = eq_diff(&(struct eq_diff){.lens = {texts.lens[0], texts.lens[1]},
						  .same = same,
						  .ctx = &texts},
				only);
		assert_int_equal(edits, texts.lens[0] + texts.lens[1] - 2 * common(&texts));
		for (side = 0; side < 2; side++)
			for (i = 0; i < texts.lens[side]; i++)
				if (!only[side][i])
					left[side][counts[side]++] = texts.text[side][i];
		assert_int_equal(counts[0], counts[1]);
		assert_memory_equal(left[0], left[1], counts[0]);
	}
}

/* The trace's lines */

static struct eq_region region = {"card", 0x1000};
static struct eq_traffic traffic[] = {
	{{"card", "ICR", 0xc0, 0xc0}, false},
	{{"card", "IMS", 0xd0, 0xd0}, false},
	{{"card", "TDT", 0x38, 0x38}, true},
};

static struct eq_rules make_rules(struct eq_known *known, size_t count)
{
	struct eq_rules rules = {0};

	rules.regions.at = &region;
	rules.regions.len = 1;
	rules.traffic.at = traffic;
	rules.traffic.len = 3;
	rules.known.at = known;
	rules.known.len = count;
	return rules;
}

static void test_lines(void **state)
{
	static const struct {
		const char *line;
		bool kept, is_write;
		const char *region;
		uint64_t offset, value;
	} rows[] = {
		{"memory_region_ops_read cpu 0 mr 0x7f addr 0xfebc0008 value 0x783 size 4 name "
		 "'card'",
		 true, false, "card", 8, 0x783},
		{"12@3.4:memory_region_ops_write cpu 0 mr 0x7f addr 0xfebc0fd8 value 0xffffffff "
		 "size 4 name 'card'",
		 true, true, "card", 0xfd8, 0xffffffff},
		{"memory_region_ops_read cpu 0 mr 0x7f addr 0x3f8 value 0x0 size 1 name 'serial'",
		 false, false, NULL, 0, 0},
		{"pci_cfg_read e1000 00:10.0 @0x4 -> 0x107", true, false, "pci", 4, 0x107},
		{"pci_cfg_write e1000 00:10.0 @0x4 <- 0x103", true, true, "pci", 4, 0x103},
		{"pci_cfg_write virtio-net-pci 00:11.0 @0x3c <- 0x7", true, true, NULL, 0x3c, 7},
		{"pci_cfg_read virtio-net-pci 00:11.0 @0x3c -> 0x7", false, false, NULL, 0, 0},
		{"pci_cfg_write virtio-net-pci 00:11.0 @0x4 <- 0x7", false, false, NULL, 0, 0},
		{"words", false, false, NULL, 0, 0},
	};
	struct eq_rules rules = make_rules(NULL, 0);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct eq_access access;

		assert_int_equal(eq_trace_line(&rules, rows[i].line, &access), rows[i].kept);
		if (!rows[i].kept)
			continue;
		assert_int_equal(access.is_write, rows[i].is_write);
		assert_int_equal(access.offset, rows[i].offset);
		assert_int_equal(access.value, rows[i].value);
		if (rows[i].region)
			assert_string_equal(access.region, rows[i].region);
		else
			assert_null(access.region);
	}
}

/* Runs, made up. A script is a text: "q" or "b" begins a quiet or busy command, ";" ends it;
 * between them "r8=5" is a read of register 8 that returns 5, "w8=5" a write. */

static struct dc_arena *arena;
static char folder[32];

static void write_text(const char *name, const char *text)
{
	struct caught caught;
	const char *path = dc_arena_printf(arena, "%s/%s", folder, name);

	catch_start(&caught);
	assert_int_equal(dc_mkdirs_for(&caught.diag, path), 0);
	assert_int_equal(dc_file_write(&caught.diag, path, text, strlen(text)), 0);
}

static const char *mark(const char *trace, unsigned number)
{
	return dc_arena_printf(arena, "%spci_cfg_write virtio-net-pci 00:11.0 @0x3c <- %#x\n",
			       trace, number);
}

static void write_run(const char *kind, const char *script, const char *output)
{
	const char *trace = mark(mark("", EQ_MARK_BEGIN1), EQ_MARK_BEGIN2), *log = "";
	char *words = dc_arena_strdup(arena, script), *word, *save = NULL;
	unsigned number = 0, offset, value;

	for (word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (word[0] == 'q' || word[0] == 'b') {
			trace = mark(trace, ++number + 1);
			log = dc_arena_printf(arena, "%s@ %u %s group command %u\n%s= 0\n", log,
					      number, word[0] == 'q' ? "quiet" : "busy", number,
					      output);
		} else if (word[0] == ';') {
			trace = mark(trace, 0);
		} else {
			assert_int_equal(sscanf(word + 1, "%x=%x", &offset, &value), 2);
			trace = dc_arena_printf(arena,
						"%smemory_region_ops_%s cpu 0 mr 0x7f addr %#x "
						"value %#x size 4 name 'card'\n",
						trace, word[0] == 'r' ? "read" : "write",
						0x4000 + offset, value);
		}
	}
	write_text(dc_arena_printf(arena, "%s/trace", kind), mark(trace, EQ_MARK_END));
	write_text(dc_arena_printf(arena, "%s/results/log", kind), log);
}

struct expected {
	const char *what, *stock, *split;
	size_t differ; /* accesses */
	const char *said;
};

static void check_runs(struct eq_rules *rules, const struct expected *row)
{
	struct eq_result result;
	struct caught caught;
	const char *all = "";
	size_t i;

	write_run("stock", row->stock, "| same\n");
	write_run("split", row->split, "| same\n");
	catch_start(&caught);
	if (eq_compare(&caught.diag, arena, rules, "model", "group",
		       dc_arena_printf(arena, "%s/stock", folder),
		       dc_arena_printf(arena, "%s/split", folder), &result) < 0)
		fail_msg("%s: %s", row->what, caught.text);
	for (i = 0; i < result.differences.len; i++)
		all = dc_arena_printf(arena, "%s%s\n", all, result.differences.at[i]);
	if (result.accesses_differ != row->differ || (row->said && !strstr(all, row->said)))
		fail_msg("%s: %zu accesses differ, not %zu; said:\n%s", row->what,
			 result.accesses_differ, row->differ, all);
	assert_int_equal(result.commands_differ, 0);
	dc_vec_done(&result.differences);
}

/* What the driver does by itself, which both kinds do often enough. */
#define BURST  "r100=0 r104=0 r108=0 r10c=0 r110=0 w114=1 r118=0 r11c=0"
#define PAUSES "q w1=1 ; " BURST " q w1=1 ; " BURST " " BURST " q w1=1 ; " BURST " "
#define FLOW   "rc0=1 wd0=1 "
#define FLOWS  FLOW FLOW FLOW FLOW FLOW FLOW FLOW FLOW

static void test_accesses(void **state)
{
	static const struct expected rows[] = {
		{"the same", "q r8=1 w10=2 ; r8=1 q w3=4 ;", "q r8=1 w10=2 ; r8=1 q w3=4 ;", 0,
		 NULL},
		{"a write is dropped", "q r8=1 w10=2 w14=3 ;", "q r8=1 w14=3 ;", 1,
		 "only stock writes card 0x10 <- 0x2"},
		{"a write is too many", "q r8=1 ;", "q r8=1 w10=2 ;", 1,
		 "only split writes card 0x10"},
		{"another value", "q w10=2 ;", "q w10=3 ;", 2,
		 "only split writes card 0x10 <- 0x3"},
		{"another order", "q w10=2 w14=3 ;", "q w14=3 w10=2 ;", 2, "accesses differ"},
		{"a read is a write", "q r10=2 ;", "q w10=2 ;", 2, NULL},
		{"before the first command", "r8=1 q w3=4 ;", "q w3=4 ;", 1, "before the first"},
		{"later than its command", "q w3=4 w5=1 ;", "q w3=4 ; w5=1", 0, NULL},
		{"a burst in another place", PAUSES "q w10=2 " BURST " w14=3 ;",
		 PAUSES "q w10=2 w14=3 ; " BURST, 0, NULL},
		{"and a write is dropped", PAUSES "q w10=2 " BURST " w14=3 ;",
		 PAUSES "q w14=3 ; " BURST, 1, "only stock writes card 0x10"},
		{"a burst that nobody has learned", "q w10=2 " BURST " w14=3 ;",
		 "q w10=2 w14=3 ; " BURST, 2, NULL},
		{"one burst more", PAUSES "q w10=2 " BURST " ;", PAUSES "q w10=2 ;", 0, NULL},
		{"one burst more, in between", PAUSES "q w10=2 w14=3 w20=1 w24=1 ;",
		 PAUSES
		 "q w10=2 r100=0 r104=0 r108=0 r10c=0 w14=3 r110=0 w114=1 w20=1 r118=0 r11c=0 "
		 "w24=1 ;",
		 0, NULL},
		{"and less than all of it", PAUSES "q w10=2 w14=3 w20=1 w24=1 ;",
		 PAUSES
		 "q w10=2 r100=0 r104=0 r108=0 r10c=0 w14=3 r110=0 w20=1 r118=0 r11c=0 w24=1 ;",
		 7, "only split reads  card 0x100"},
		{"two bursts more", PAUSES "q w10=2 " BURST " " BURST " ;", PAUSES "q w10=2 ;", 8,
		 "comes 2 times with stock and 0 times"},
		{"an interrupt earlier", "q w10=2 rc0=4 wd0=9 w14=3 ;",
		 "q rc0=4 wd0=9 w10=2 w14=3 ;", 0, NULL},
		{"and without its end", "q w10=2 rc0=4 wd0=9 w14=3 ;", "q rc0=4 w10=2 w14=3 ;", 1,
		 "only stock writes card 0xd0"},
		{"and with another value", "q w10=2 rc0=4 wd0=9 w14=3 ;",
		 "q rc0=4 wd0=8 w10=2 w14=3 ;", 2, NULL},
		{"more packets", "b " FLOWS " ;", "b " FLOWS FLOWS "w38=1 ;", 0, NULL},
		{"packets, and a write is dropped", "b w10=2 " FLOWS " ;", "b " FLOWS FLOWS " ;", 1,
		 "only stock writes card 0x10"},
		{"interrupts are not enabled again", "b " FLOWS " ;",
		 "b rc0=1 rc0=1 rc0=1 rc0=1 rc0=1 rc0=1 rc0=1 rc0=1 rc0=1 ;", 3,
		 "a write of card 0xd0 (IMS) is seen 8 times with stock and 0 times with split"},
		{"a rare order", "b " FLOWS " ;", "b " FLOWS "rc0=1 rc0=1 ;", 0, NULL},
	};
	struct eq_rules rules = make_rules(NULL, 0);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_runs(&rules, &rows[i]);
}

static void test_known_value(void **state)
{
	struct eq_known known[] = {
		{.subject = EQ_VALUE,
		 .command = "*",
		 .registers = {"card", "base", 0x28, 0x28},
		 .bits = UINT64_MAX},
		{.subject = EQ_VALUE,
		 .command = "other*",
		 .registers = {"card", "x", 0x10, 0x10},
		 .bits = UINT64_MAX},
		{.subject = EQ_VALUE,
		 .command = "*",
		 .registers = {"card", "status", 0x8, 0x8},
		 .bits = 2},
	};
	struct eq_rules rules = make_rules(known, 3);

	(void)state;
	check_runs(&rules, &(struct expected){"a known value", "q w28=1 w10=1 ;", "q w28=2 w10=1 ;",
					      0, NULL});
	assert_true(known[0].asked && known[0].matched && known[0].used);
	assert_false(known[1].asked);
	known[0].used = known[0].matched = false;
	check_runs(&rules, &(struct expected){"the same value", "q w28=1 ;", "q w28=1 ;", 0, NULL});
	assert_true(known[0].matched && !known[0].used);
	check_runs(&rules, &(struct expected){"a bit that may differ", "q r8=1 r8=5 ;",
					      "q r8=3 r8=5 ;", 0, NULL});
	assert_true(known[2].used);
	check_runs(&rules,
		   &(struct expected){"and one that may not", "q r8=1 ;", "q r8=7 ;", 2, NULL});
	check_runs(&rules,
		   &(struct expected){"of another command", "q w10=1 ;", "q w10=2 ;", 2, NULL});
}

/* Output, log and status. */
static void test_commands(void **state)
{
	struct eq_known known[] = {{.subject = EQ_OUTPUT, .command = "command*", .line = "time *"}};
	static const struct {
		const char *stock, *split;
		size_t differ, known;
	} rows[] = {
		{"| a\n", "| a\n", 0, 0},
		{"| a\n", "| b\n", 1, 0},
		{"| a\n", "| a\n| b\n", 1, 0},
		{"| a\n| \n", "| a\n", 1, 0},
		{"| a\n", "| a\nk words\n", 1, 0},
		{"| time 1\n| a\n", "| time 2\n| a\n", 0, 1},
		{"| time 1\n| a\n", "| time 2\n| b\n", 1, 0},
		{"k time 1\n", "k time 2\n", 1, 0}, /* the row is about output */
	};
	struct eq_rules rules = make_rules(known, 1);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct eq_result result;
		struct caught caught;

		write_run("stock", "q w1=1 ;", rows[i].stock);
		write_run("split", "q w1=1 ;", rows[i].split);
		catch_start(&caught);
		assert_int_equal(eq_compare(&caught.diag, arena, &rules, "model", "group",
					    dc_arena_printf(arena, "%s/stock", folder),
					    dc_arena_printf(arena, "%s/split", folder), &result),
				 0);
		assert_int_equal(result.commands_differ, rows[i].differ);
		assert_int_equal(result.commands_known, rows[i].known);
		dc_vec_done(&result.differences);
	}
}

/* Runs of another script are no runs to compare. */
static void test_other_script(void **state)
{
	struct eq_rules rules = make_rules(NULL, 0);
	struct eq_result result;
	struct caught caught;

	(void)state;
	write_run("stock", "q w1=1 ; q w1=1 ;", "| a\n");
	write_run("split", "q w1=1 ;", "| a\n");
	catch_start(&caught);
	assert_int_equal(eq_compare(&caught.diag, arena, &rules, "model", "group",
				    dc_arena_printf(arena, "%s/stock", folder),
				    dc_arena_printf(arena, "%s/split", folder), &result),
			 -EINVAL);
	assert_said(&caught, "2 commands with stock, 1 with split");
	write_text("split/trace", "words\n");
	catch_start(&caught);
	assert_int_equal(eq_compare(&caught.diag, arena, &rules, "model", "group",
				    dc_arena_printf(arena, "%s/stock", folder),
				    dc_arena_printf(arena, "%s/split", folder), &result),
			 -EINVAL);
	assert_said(&caught, "the trace has no mark");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diff),	 cmocka_unit_test(test_lines),
		cmocka_unit_test(test_accesses), cmocka_unit_test(test_known_value),
		cmocka_unit_test(test_commands), cmocka_unit_test(test_other_script),
	};
	int failed;

	strcpy(folder, "/tmp/drivercut-eq-XXXXXX");
	if (!mkdtemp(folder))
		return 99;
	arena = dc_arena_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (!failed && system(dc_arena_printf(arena, "rm -rf %s", folder)) != 0)
		failed = 1;
	dc_arena_free(arena);
	return failed;
}
