/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/proc.h"

static int parse(struct caught *caught, const char *text, struct dc_json_doc **ret_doc,
		 struct dc_json *ret_root)
{
	catch_start(caught);
	return dc_json_parse(&caught->diag, "f.json", text, strlen(text), "problem", ret_doc,
			     ret_root);
}

/* The same with the arrays kept as text: the messages must be the same. */
static int parse_rows(struct caught *caught, const char *text, struct dc_json_doc **ret_doc,
		      struct dc_json *ret_root)
{
	char folder[] = "/tmp/dc-test-XXXXXX", path[64];
	int err;

	catch_start(caught);
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/f.json", folder);
	assert_int_equal(dc_file_write(&caught->diag, path, text, strlen(text)), 0);
	err = dc_json_open_rows(&caught->diag, path, "problem", ret_doc, ret_root);
	unlink(path);
	rmdir(folder);
	return err;
}

/* Each row is a document, what is asked of it and what must be said. */
static void test_json_faults(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{"{\"schema\": 2, ", "f.json:1: error: not valid JSON"},
		{"[]", "not a JSON object"},
		{"{\"schema\": 3}", "schema 3, but this drivercut reads schema 2"},
		{"{\"schema\": 1}", "schema 1 is no longer read: schema 2 has other keys"},
		{"{\"kind\": \"graph\"}", "this is a graph file, expected a problem file"},
		{"{\"a\": 1, \"a\": 2}", "duplicate"},
		{"{\"nodes\": [{\"n\": -1}]}", "nodes[0].n: -1 is below 0"},
		{"{\"nodes\": [{\"n\": 101}]}", "nodes[0].n: 101 is above 100"},
		{"{\"nodes\": [{\"n\": 1.5}]}", "nodes[0].n: expected an integer, found a real"},
		{"{\"nodes\": [{\"n\": 99999999999999999999}]}", "too big integer"},
		{"{\"nodes\": [{}]}", "nodes[0].n: missing; expected an integer"},
		{"{\"nodes\": [7]}", "nodes[0]: expected an object, found an integer"},
		{"{\"nodes\": {}}", "nodes: expected an array, found an object"},
	};
	size_t i, way;

	(void)state;
	for (i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		int (*const ways[])(struct caught *, const char *, struct dc_json_doc **,
				    struct dc_json *) = {parse, parse_rows};
		struct dc_json root, nodes, node;
		struct dc_json_doc *doc;
		struct caught caught;

		way = i % 2;
		if (ways[way](&caught, rows[i / 2].text, &doc, &root) == 0) {
			nodes = dc_json_array(&root, "nodes");
			node = dc_json_at(&nodes, 0);
			assert_int_equal(dc_json_int(&node, "n", 0, 100), 0);
			assert_true(dc_json_failed(doc));
			dc_json_close(doc);
		}
		assert_said(&caught, rows[i / 2].said);
		assert_int_equal(caught.diag.errors, 1);
	}
}

/* Elements that are kept as text: any order of asking, all kinds of values, what is not there. */
static void test_json_rows(void **state)
{
	struct dc_json root, nodes, numbers, node, inner, none;
	struct dc_json_doc *doc;
	struct caught caught;
	int order[] = {2, 0, 1, 0}, said[] = {12, 34, 5}, i;

	(void)state;
	assert_int_equal(
		parse_rows(&caught,
			   "\n{ \"seconds\" : 7,\t\"empty\":[ ] , \"numbers\": [12,34 ,5],\n"
			   "\"nodes\":[{\"n\":0,\"of\":[0,1]}, {\"n\":1,\"of\":[1,2]} ,\n"
			   "{\"n\":2,\"of\":[2,\"]}\"]}\n]} \n",
			   &doc, &root),
		0);
	assert_int_equal(dc_json_int(&root, "seconds", 0, 9), 7);
	nodes = dc_json_array(&root, "nodes");
	assert_non_null(nodes.rows);
	assert_int_equal(dc_json_len(&nodes), 3);
	for (i = 0; i < 4; i++) {
		node = dc_json_at(&nodes, (size_t)order[i]);
		assert_int_equal(dc_json_int(&node, "n", 0, 9), order[i]);
		inner = dc_json_array(&node, "of");
		assert_int_equal(dc_json_len(&inner), 2);
	}
	numbers = dc_json_array(&root, "numbers");
	for (i = 0; i < 3; i++)
		assert_int_equal(json_integer_value(dc_json_at(&numbers, (size_t)i).value),
				 said[i]);
	none = dc_json_array(&root, "empty");
	assert_int_equal(dc_json_len(&none), 0);
	none = dc_json_array_or_empty(&root, "absent");
	assert_int_equal(dc_json_len(&none), 0);
	assert_false(dc_json_failed(doc));
	assert_null(dc_json_at(&nodes, 3).value);
	node = dc_json_at(&nodes, 1);
	assert_int_equal(dc_json_int(&node, "n", 5, 9), 0);
	assert_said(&caught, "nodes[1].n: 1 is below 5");
	dc_json_close(doc);
}

static void test_json_round_trip(void **state)
{
	json_t *written = dc_json_new("problem"), *list = json_array(), *one = json_object();
	struct dc_json root, nodes, node;
	struct dc_json_doc *doc;
	struct caught caught;
	char path[] = "/tmp/dc-test-XXXXXX";

	(void)state;
	catch_start(&caught);
	close(mkstemp(path));
	dc_json_set(one, "n", json_integer(INT64_MAX));
	dc_json_set(one, "id", json_string("a \"quoted\" name"));
	dc_json_add(list, one);
	dc_json_set(written, "nodes", list);
	assert_int_equal(dc_json_write(&caught.diag, path, written), 0);
	assert_int_equal(dc_json_open(&caught.diag, path, "problem", &doc, &root), 0);
	nodes = dc_json_array(&root, "nodes");
	assert_int_equal(dc_json_len(&nodes), 1);
	node = dc_json_at(&nodes, 0);
	assert_true(dc_json_int(&node, "n", 0, INT64_MAX) == INT64_MAX);
	assert_string_equal(dc_json_str(&node, "id"), "a \"quoted\" name");
	assert_false(dc_json_has(&node, "absent"));
	assert_int_equal(dc_json_int_or(&node, "absent", 0, 9, 7), 7);
	assert_false(dc_json_failed(doc));
	dc_json_close(doc);
	json_decref(written);
	unlink(path);
}

/* No room: the old file stays and nothing is left beside it. */
static void test_write_without_room(void **state)
{
	struct caught caught;

	(void)state;
	catch_start(&caught);
	assert_int_equal(dc_file_write(&caught.diag, "/proc/nothing/here", "x", 1), -ENOENT);
	assert_said(&caught, "/proc/nothing/here:0: error: cannot write");
	catch_start(&caught);
	assert_int_equal(dc_file_read(&caught.diag, "/nowhere", &(char *){NULL}, NULL), -ENOENT);
	assert_said(&caught, "/nowhere:0: error: cannot read: No such file");
}

static int count_line(void *ctx, char *line)
{
	int *count = ctx;

	++*count;
	return !strcmp(line, "stop");
}

static int run(struct caught *caught, const char *script, unsigned timeout_s, int *ret_lines)
{
	const char *argv[] = {"sh", "-c", script, NULL};

	catch_start(caught);
	*ret_lines = 0;
	return dc_proc_run(&caught->diag, "testing",
			   &(struct dc_proc){.argv = argv,
					     .timeout_s = timeout_s,
					     .line = count_line,
					     .ctx = ret_lines});
}

static void test_proc(void **state)
{
	const char *missing[] = {"drivercut-no-such-program", NULL};
	struct caught caught;
	int lines;

	(void)state;
	assert_int_equal(run(&caught, "echo a; echo b >&2; printf c", 0, &lines), 0);
	assert_int_equal(lines, 3);
	assert_int_equal(run(&caught, "echo why; exit 3", 0, &lines), -EIO);
	assert_said(&caught, "testing: sh failed with status 3");
	assert_said(&caught, "  why");
	assert_int_equal(run(&caught, "echo before; exec sleep 60", 1, &lines), -ETIMEDOUT);
	assert_said(&caught, "gave no end in 1 s");
	assert_said(&caught, "  before");
	assert_int_equal(run(&caught, "echo stop; exec sleep 60", 0, &lines), 0);
	catch_start(&caught);
	assert_int_equal(dc_proc_run(&caught.diag, "testing", &(struct dc_proc){.argv = missing}),
			 -ENOENT);
	assert_said(&caught, "cannot run drivercut-no-such-program");
}

/* Endless loops on the one CPU that this process and its children may use from now on. */
static void make_busy(pid_t *pids, size_t count)
{
	cpu_set_t one;
	size_t i;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	for (i = 0; i < count; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(600);
		for (;;)
			;
	}
}

/* A program is not dead because others have the CPU: it gets the seconds that it may be quiet. One
 * that loops without an end, sleeps or is stopped is dead. */
static void test_busy_machine(void **state)
{
	static const struct {
		const char *script;
		unsigned quiet_s;
		int err;
		const char *said;
	} rows[] = {
		/* one second of the CPU takes four, and is its end */
		{"ulimit -t 1; while :; do :; done", 2, -EIO, "was killed by signal"},
		{"while :; do :; done", 1, -ETIMEDOUT, "said nothing for 1 s"},
		{"exec sleep 60", 1, -ETIMEDOUT, "said nothing for 1 s"},
		{"kill -STOP $$", 1, -ETIMEDOUT, "said nothing for 1 s"},
	};
	cpu_set_t all;
	pid_t busy[3];
	int errs[4];
	bool said[4];
	size_t i;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	make_busy(busy, 3);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *argv[] = {"sh", "-c", rows[i].script, NULL};
		struct caught caught;

		catch_start(&caught);
		errs[i] = dc_proc_run(&caught.diag, "testing",
				      &(struct dc_proc){.argv = argv, .quiet_s = rows[i].quiet_s});
		said[i] = !!strstr(caught.text, rows[i].said);
	}
	for (i = 0; i < 3; i++) {
		kill(busy[i], SIGKILL);
		waitpid(busy[i], NULL, 0);
	}
	sched_setaffinity(0, sizeof(all), &all);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(errs[i], rows[i].err);
		assert_true(said[i]);
	}
}

static void test_arena(void **state)
{
	struct dc_arena *arena = dc_arena_new();
	char *first = dc_arena_strdup(arena, "first");
	char *large = dc_arena_alloc(arena, 1 << 20);
	size_t i;

	(void)state;
	for (i = 0; i < 1 << 20; i++)
		assert_int_equal(large[i], 0);
	assert_string_equal(dc_arena_printf(arena, "%s %d", first, 2), "first 2");
	assert_int_equal((uintptr_t)dc_arena_alloc(arena, 3) % 16, 0);
	dc_arena_free(arena);
	dc_arena_free(NULL);
}

static void test_texts_once(void **state)
{
	const char *texts[] = {"b", "a", "c", "a", "b"};

	(void)state;
	assert_int_equal(dc_texts_sort_once(texts, 5), 3);
	assert_string_equal(texts[0], "a");
	assert_string_equal(texts[1], "b");
	assert_string_equal(texts[2], "c");
	assert_int_equal(dc_texts_sort_once(NULL, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_once),	   cmocka_unit_test(test_json_faults),
		cmocka_unit_test(test_json_rows),	   cmocka_unit_test(test_json_round_trip),
		cmocka_unit_test(test_write_without_room), cmocka_unit_test(test_proc),
		cmocka_unit_test(test_busy_machine),	   cmocka_unit_test(test_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
