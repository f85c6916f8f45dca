/* SPDX-License-Identifier: GPL-3.0-or-later */
/* graph.json: what is written reads back the same, and what is broken is refused. */
#include "testing.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "graph/graph.h"

/* Two functions, a kernel function, a lock, one of everything else. */
static const char sample[] =
	"{\"schema\": 2, \"kind\": \"graph\", \"driver\": \"d\", \"family\": \"net\","
	" \"kernel\": \"6.1\", \"functions\": ["
	"{\"name\": \"a\", \"file\": \"d.c\", \"first_line\": 1, \"last_line\": 4, \"loc\": 4,"
	" \"sloc\": 3, \"static\": true, \"address_taken\": true, \"signature\": \"void (void)\","
	" \"contexts\": [\"hardirq\", \"process\"], \"critical\": true,"
	" \"root\": \"request_irq argument 1\", \"critical_from\": null, \"held\": [],"
	" \"takes\": [\"s.lock\"]},"
	"{\"name\": \"b\", \"file\": \"d.c\", \"first_line\": 6, \"last_line\": 6, \"loc\": 1,"
	" \"sloc\": 1, \"static\": false, \"address_taken\": false, \"signature\": \"int (int)\","
	" \"contexts\": [\"hardirq\"], \"critical\": true, \"root\": null,"
	" \"critical_from\": \"a\", \"held\": [\"s.lock\"], \"takes\": []}],"
	"\"calls\": ["
	"{\"caller\": \"a\", \"callee\": \"b\", \"kind\": \"direct\", \"line\": 3,"
	" \"resolved_by\": \"name\", \"atomic\": true, \"in_macro\": false,"
	" \"locks_held\": [\"s.lock\"]},"
	"{\"caller\": \"a\", \"callee\": \"b\", \"kind\": \"indirect\", \"line\": 4,"
	" \"resolved_by\": \"signature\", \"counts\": true, \"atomic\": true,"
	" \"in_macro\": false, \"locks_held\": [], \"locks_dropped\": [\"s.lock\"]},"
	"{\"caller\": \"b\", \"callee\": \"printk\", \"kind\": \"kernel\", \"line\": 6,"
	" \"resolved_by\": \"name\", \"atomic\": true, \"in_macro\": true, \"locks_held\": []}],"
	"\"entry_points\": [{\"function\": \"a\", \"via\": \"request_irq argument 1\","
	" \"context\": \"hardirq\", \"known\": true}],"
	"\"locks\": [{\"name\": \"s.lock\", \"class\": \"spin\", \"in_atomic\": true,"
	" \"holders\": [\"a\"]}],"
	"\"globals\": [{\"name\": \"g\", \"file\": \"d.c\", \"line\": 9, \"constant\": false,"
	" \"readers\": [\"a\", \"b\"], \"writers\": [\"b\"]}],"
	"\"types\": [{\"type\": \"s\", \"function\": \"a\", \"reads\": [\"x\"], \"writes\": [],"
	" \"addresses\": [\"lock\"]}],"
	"\"memory\": [{\"function\": \"b\", \"callee\": \"kfree\", \"line\": 6, \"frees\": true,"
	" \"types\": [\"s\"]}],"
	"\"kernel_functions\": [{\"name\": \"printk\", \"inline\": true, \"local\": false,"
	" \"reaches\": [\"_printk\"]}],"
	"\"indirect_sites\": [{\"caller\": \"a\", \"line\": 4, \"through\": \"s.f\","
	" \"targets_by_signature\": 1, \"targets_by_field\": 1, \"assumed\": true}]}\n";

static int read_text(struct caught *caught, const char *text, struct dc_graph **ret)
{
	char path[] = "/tmp/dc-graph-XXXXXX";
	int fd = mkstemp(path), err;

	assert_true(fd >= 0);
	close(fd);
	catch_start(caught);
	assert_int_equal(dc_file_write(&caught->diag, path, text, strlen(text)), 0);
	err = dc_graph_read(&caught->diag, path, ret);
	unlink(path);
	return err;
}

static char *write_text(struct caught *caught, const struct dc_graph *graph)
{
	char path[] = "/tmp/dc-graph-XXXXXX";
	int fd = mkstemp(path);
	size_t len;
	char *text;

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(dc_graph_write(&caught->diag, path, graph), 0);
	assert_int_equal(dc_file_read(&caught->diag, path, &text, &len), 0);
	unlink(path);
	return text;
}

static void test_round_trip(void **state)
{
	struct dc_graph *graph;
	struct caught caught;
	char *first, *second;

	(void)state;
	assert_int_equal(read_text(&caught, sample, &graph), 0);
	first = write_text(&caught, graph);
	dc_graph_free(graph);
	assert_int_equal(read_text(&caught, first, &graph), 0);
	second = write_text(&caught, graph);
	assert_string_equal(first, second);
	assert_true(dc_graph_has_edge(graph, "a", "b"));
	assert_true(dc_graph_has_edge(graph, "b", "_printk"));
	assert_false(dc_graph_has_edge(graph, "b", "a"));
	dc_graph_free(graph);
	free(first);
	free(second);
}

/* The sample with one text in place of another (found once or first). */
static char *changed(const char *from, const char *to)
{
	const char *at = strstr(sample, from);

	assert_non_null(at);
	return dc_printf("%.*s%s%s", (int)(at - sample), sample, to, at + strlen(from));
}

static void test_refused(void **state)
{
	static const struct {
		const char *from, *to;
		int err;
		const char *says;
	} rows[] = {
		{"\"schema\": 2", "\"schema\": 9", -EINVAL, "schema"},
		{"\"kind\": \"graph\"", "\"kind\": \"cut\"", -EINVAL, "graph"},
		{"\"name\": \"b\"", "\"name\": \"a\"", -EINVAL, "sorted"},
		{"\"callee\": \"b\"", "\"callee\": \"c\"", -EINVAL, "'c' is not in functions[]"},
		{"\"callee\": \"printk\"", "\"callee\": \"puts\"", -EINVAL, "kernel_functions[]"},
		{"\"kind\": \"direct\"", "\"kind\": \"wrong\"", -EINVAL, "'wrong' is not known"},
		{"\"class\": \"spin\"", "\"class\": \"knot\"", -EINVAL, "class of lock"},
		{"\"context\": \"hardirq\"", "\"context\": \"lunch\"", -EINVAL, "context"},
		{"[\"hardirq\", \"process\"]", "[\"lunch\"]", -EINVAL, "context"},
		{"\"held\": [\"s.lock\"]", "\"held\": [\"t\"]", -EINVAL, "'t' is not in locks[]"},
		{"\"loc\": 4", "\"loc\": -4", -EINVAL, "loc"},
		{"\"functions\": [", "\"functions\": 3, \"x\": [", -EINVAL, "functions"},
		{"\"critical\": true, \"root\": null", "\"critical\": false, \"root\": null",
		 -ENOTRECOVERABLE, "critical function calls one that is not: b"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dc_graph *graph = NULL;
		struct caught caught;
		char *text = changed(rows[i].from, rows[i].to);

		print_message("%s\n", rows[i].to);
		assert_int_equal(read_text(&caught, text, &graph), rows[i].err);
		assert_said(&caught, rows[i].says);
		assert_null(graph);
		free(text);
	}
}

/* Invariants that only a program can break. */
static void test_check(void **state)
{
	struct dc_graph *graph;
	struct caught caught;

	(void)state;
	assert_int_equal(read_text(&caught, sample, &graph), 0);
	graph->calls.at[0].callee = 7;
	assert_int_equal(dc_graph_check(&caught.diag, graph), -ENOTRECOVERABLE);
	assert_said(&caught, "a callee that is not there: a");
	graph->calls.at[0].callee = 1;
	graph->calls.at[2].callee = 1;
	assert_int_equal(dc_graph_check(&caught.diag, graph), -ENOTRECOVERABLE);
	graph->calls.at[2].callee = 0;
	graph->calls.at[1].caller = 2;
	assert_int_equal(dc_graph_check(&caught.diag, graph), -ENOTRECOVERABLE);
	graph->calls.at[1].caller = 0;
	graph->entry_points.at[0].function = 2;
	assert_int_equal(dc_graph_check(&caught.diag, graph), -ENOTRECOVERABLE);
	graph->entry_points.at[0].function = 0;
	graph->functions.at[0].held.len = 0;
	dc_vec_push(&graph->functions.at[0].held, 5);
	assert_int_equal(dc_graph_check(&caught.diag, graph), -ENOTRECOVERABLE);
	assert_said(&caught, "a lock that is not there");
	graph->functions.at[0].held.len = 0;
	assert_int_equal(dc_graph_check(&caught.diag, graph), 0);
	dc_graph_free(graph);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
