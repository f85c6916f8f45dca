/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * source.json: each key is written as it was read, and a file that lacks one, or has it wrong, is
 * refused. The sample has every list and every kind of value, nothing at its default, so that a
 * member that the reader or the writer forgets shows.
 */
#include "testing.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/file.h"
#include "graph/source/source.h"

#define POINTER                                                                                    \
	"{\"kind\": \"pointer\", \"size\": 8, \"to\": \"record\", \"to_size\": 16,"                \
	" \"to_const\": true, \"to_char\": true, \"code\": true, \"record\": \"port\"}"
#define INTEGER "{\"kind\": \"integer\", \"size\": 4, \"signed\": true}"
#define RECORD	"{\"kind\": \"record\", \"size\": 16, \"record\": \"port\"}"
#define VARIABLE(name)                                                                             \
	"\"name\": \"" name "\", \"file\": \"d.c\", \"static\": true, \"init\": true,"             \
	" \"const\": true, \"count\": 3, \"value\": " RECORD

static const char sample[] =
	"{\"schema\": 2, \"kind\": \"source\", \"module\": \"d\", \"module_file\": \"d-e\","
	" \"kernel\": \"6.1\", \"units\": [{\"file\": \"d.c\", \"flags\": [\"-DX\"]}],"
	"\"outside\": [\"/a/b.h\"], \"table_variables\": [\"t\"],"
	"\"own_names\": [\"n\"], \"own_code_names\": [\"c\"],"
	"\"made_of\": {\"code\": \"0\", \"folder\": \"/d\", \"module\": \"m\", \"family\": \"net\","
	" \"kernel\": \"6.1\", \"commands\": \"/c\", \"flags\": \"1\", \"environment\": \"2\","
	" \"templates\": [{\"file\": \"net.json\", \"hash\": \"3\"}]},"
	"\"made_of_files\": [{\"file\": \"d.c\", \"hash\": \"4\"}],"
	"\"definitions\": [{\"name\": \"f@d.c\", \"plain\": \"f\", \"file\": \"d.c\","
	" \"unit\": \"e.c\", \"first_line\": 2, \"last_line\": 9, \"start\": 10, \"body\": 20,"
	" \"end\": 30, \"fixed\": true, \"static\": true, \"init\": true,"
	" \"uncuttable\": \"why\", \"result_type\": \"int\", \"result_kind\": \"signed\","
	" \"result\": " INTEGER ","
	" \"parameters\": [{\"name\": \"p\", \"type\": \"struct port *\", \"value\": " POINTER "}],"
	" \"refers\": [\"g\"],"
	" \"uses\": [{\"kind\": \"macro\", \"name\": \"WARN_ON\", \"inner\": \"asm\","
	" \"line\": 3}]}],"
	"\"forwards\": [{\"function\": \"f@d.c\", \"file\": \"d.c\", \"static\": true,"
	" \"start\": 1, \"end\": 2, \"first_line\": 3, \"last_line\": 4}],"
	"\"file_refers\": [\"h\"],"
	"\"variables\": [{" VARIABLE(
		"v") "}],"
		     "\"statics\": [{\"function\": \"f@d.c\", \"line\": 5, \"assigned\": true,"
		     " \"crosses\": true, \"type\": \"int\", \"initialiser\": \"1\", \"label\": 17,"
		     " \"variable\": {" VARIABLE(
			     "s") "}}],"
				  "\"files\": [{\"name\": \"d.c\", \"unit\": true, \"read\": true,"
				  " \"first_declaration\": 7, \"first_line\": 8}],"
				  "\"layouts\": [{\"name\": \"port\", \"spelling\": \"struct "
				  "port\", \"unit\": \"d.c\","
				  " \"of_driver\": true, \"size\": 16, \"fields\": [{\"name\": "
				  "\"a\", \"path\": \"b.a\","
				  " \"dimensions\": 1, \"offset\": 2, \"bit\": 3, \"bits\": 4, "
				  "\"count\": 5,"
				  " \"value\": " INTEGER "}]}],"
				  "\"prototypes\": [{\"name\": \"kfree\", \"result_type\": "
				  "\"void\", \"inline\": true,"
				  " \"variadic\": true, \"in_table\": true, \"result\": {\"kind\": "
				  "\"void\", \"size\": 1},"
				  " \"parameters\": [{\"name\": \"p\", \"type\": \"void *\", "
				  "\"value\": " POINTER "}]}],"
				  "\"inlines\": [{\"function\": \"i\", \"record\": \"port\", "
				  "\"field\": \"a\","
				  " \"written\": true}],"
				  "\"inner_calls\": [{\"function\": \"i\", \"callee\": \"j\"}],"
				  "\"hidden\": [{\"function\": \"f@d.c\", \"record\": \"port\", "
				  "\"line\": 6}],"
				  "\"evidence\": [{\"pointer\": \"field\", \"of\": \"port\", "
				  "\"name\": \"a\", \"shows\": \"has\", \"bytes\": 8, "
				  "\"each\": -4, \"times\": \"n\", \"from\": \"field\", "
				  "\"from_of\": \"port\", \"from_name\": \"b\", \"offset\": 0, "
				  "\"certain\": true, \"allocated\": false, \"record\": \"ring\", "
				  "\"function\": \"f@d.c\", \"file\": \"d.c\", \"line\": 7, "
				  "\"text\": \"kcalloc(n, 4)\"}],"
				  "\"reach\": [{\"name\": \"port\", \"fields\": 2, "
				  "\"to\": [\"ring\"]}]}";

/* Reads a document; on success *ret_again is what is written of it. */
static int round_trip(struct caught *caught, json_t *document, json_t **ret_again)
{
	char path[] = "/tmp/dc-source-XXXXXX";
	struct dc_source *source = NULL;
	int fd = mkstemp(path), err;

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(json_dump_file(document, path, 0), 0);
	catch_start(caught);
	err = dc_source_read(&caught->diag, path, "/folder", &source);
	if (!err) {
		assert_string_equal(source->folder, "/folder");
		assert_int_equal(dc_source_write(&caught->diag, path, source), 0);
		*ret_again = json_load_file(path, 0, NULL);
		assert_non_null(*ret_again);
	}
	dc_source_free(source);
	unlink(path);
	return err;
}

static void expect_same(json_t *document, const char *what)
{
	struct caught caught;
	json_t *again = NULL;

	if (round_trip(&caught, document, &again) < 0)
		fail_msg("%s: refused: %s", what, caught.text);
	if (!json_equal(document, again))
		fail_msg("%s: it does not come back", what);
	json_decref(again);
}

static void expect_refused(json_t *document, const char *key, const char *what)
{
	struct caught caught;
	json_t *again = NULL;

	if (round_trip(&caught, document, &again) != -EINVAL)
		fail_msg("%s %s: taken", key, what);
	if (!strstr(caught.text, key))
		fail_msg("%s %s: the message does not name it: %s", key, what, caught.text);
}

typedef void (*visit)(json_t *document, json_t *object, const char *key);

/* Calls for each member of each object in value. The names first: the call may change the order. */
static void each_member(json_t *document, json_t *value, visit call)
{
	char *names[32];
	size_t i, count = 0;
	const char *key;
	json_t *child;

	json_array_foreach (value, i, child)
		each_member(document, child, call);
	json_object_foreach (value, key, child) {
		each_member(document, child, call);
		assert_true(count < sizeof(names) / sizeof(names[0]));
		names[count++] = strdup(key);
	}
	for (i = 0; i < count; i++) {
		call(document, value, names[i]);
		free(names[i]);
	}
}

static bool is_one_of(const char *key, const char *const *keys)
{
	for (; *keys; keys++)
		if (!strcmp(*keys, key))
			return true;
	return false;
}

/* Another value of the same type. */
static void change(json_t *document, json_t *object, const char *key)
{
	static const char *const words[] = {"schema",  "kind",	"to",	"result_kind", "start",
					    "pointer", "shows", "from", NULL};
	json_t *was = json_incref(json_object_get(object, key));
	char text[64];

	snprintf(text, sizeof(text), "%s2", json_string_value(was) ? json_string_value(was) : "");
	if (is_one_of(key, words) || json_is_object(was) || json_is_array(was)) {
		json_decref(was);
		return;
	}
	json_object_set_new(object, key,
			    json_is_string(was)	   ? json_string(text)
			    : json_is_integer(was) ? json_integer(json_integer_value(was) + 1)
						   : json_boolean(!json_boolean_value(was)));
	expect_same(document, key);
	json_object_set_new(object, key, was);
}

static void leave_out(json_t *document, json_t *object, const char *key)
{
	static const char *const optional[] = {"schema", "made_of", "commands", NULL};
	json_t *was = json_incref(json_object_get(object, key));
	bool is_root_kind = !strcmp(key, "kind") && object == document;
	bool is_optional_module = !strcmp(key, "module") && object != document;

	if (!is_one_of(key, optional) && !is_root_kind && !is_optional_module) {
		json_object_del(object, key);
		expect_refused(document, key, "left out");
	}
	json_object_set_new(object, key, was);
}

static void make_wrong(json_t *document, json_t *object, const char *key)
{
	static const char *const below_0[] = {"bytes", "each", "offset", NULL};
	json_t *was = json_incref(json_object_get(object, key));

	json_object_set_new(object, key, json_real(1.5));
	expect_refused(document, key, "of another type");
	if (json_is_integer(was) && !is_one_of(key, below_0)) {
		json_object_set_new(object, key, json_integer(-1));
		expect_refused(document, key, "below 0");
	}
	json_object_set_new(object, key, was);
}

static void on_sample(visit call)
{
	json_error_t error;
	json_t *document = json_loads(sample, 0, &error);

	if (!document)
		fail_msg("the sample: %s", error.text);
	expect_same(document, "the sample");
	if (call)
		each_member(document, document, call);
	json_decref(document);
}

static void test_round_trip(void **state)
{
	(void)state;
	on_sample(change);
}

static void test_missing(void **state)
{
	(void)state;
	on_sample(leave_out);
}

static void test_wrong(void **state)
{
	(void)state;
	on_sample(make_wrong);
}

/* A value that is not known stays null; words and orders have their rules. */
static void test_texts(void **state)
{
	static const struct {
		const char *from, *to, *says; /* says NULL: it is taken */
	} rows[] = {
		{"\"uncuttable\": \"why\"", "\"uncuttable\": null", NULL},
		{"\"inner\": \"asm\"", "\"inner\": null", NULL},
		{"\"path\": \"b.a\"", "\"path\": null", NULL},
		{"\"type\": \"int\"", "\"type\": null", NULL},
		{"\"module\": \"d\"", "\"module\": null", NULL},
		{"\"plain\": \"f\"", "\"plain\": null", "plain"},
		{"\"kind\": \"macro\"", "\"kind\": \"variable\"", NULL},
		{"\"kind\": \"macro\"", "\"kind\": \"wrong\"", "kind 'wrong' is not known"},
		{"\"result_kind\": \"signed\"", "\"result_kind\": \"other\"", NULL},
		{"\"to\": \"record\"", "\"to\": \"wrong\"", "to 'wrong' is not known"},
		{"\"kind\": \"source\"", "\"kind\": \"graph\"", "expected a source file"},
		{"\"body\": 20, \"end\": 30, \"fixed\": true",
		 "\"body\": 30, \"end\": 30, \"fixed\": false", "not in this order"},
		{"\"inlines\": [{", "\"inlines\": [3, {", "inlines[0]"},
		{"\"refers\": [\"g\"]", "\"refers\": [3]", "refers[0]"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *at = strstr(sample, rows[i].from);
		char *text;
		json_t *document;

		print_message("%s\n", rows[i].to);
		assert_non_null(at);
		assert_true(asprintf(&text, "%.*s%s%s", (int)(at - sample), sample, rows[i].to,
				     at + strlen(rows[i].from)) > 0);
		document = json_loads(text, 0, NULL);
		assert_non_null(document);
		if (rows[i].says)
			expect_refused(document, rows[i].says, "");
		else
			expect_same(document, rows[i].to);
		json_decref(document);
		free(text);
	}
}

/* Lists that are searched by name. */
static void test_order(void **state)
{
	static const char *const keys[] = {"definitions", "layouts", "prototypes"};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		json_t *document = json_loads(sample, 0, NULL), *rows, *row;

		rows = json_object_get(document, keys[i]);
		row = json_deep_copy(json_array_get(rows, 0));
		json_array_append_new(rows, row);
		expect_refused(document, "sorted by name, each once", keys[i]);
		json_object_set_new(row, "name", json_string("zz"));
		expect_same(document, keys[i]);
		json_decref(document);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_missing),
		cmocka_unit_test(test_wrong),	   cmocka_unit_test(test_texts),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
