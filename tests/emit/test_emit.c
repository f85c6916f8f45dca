/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is read by hand-written files (rules, annotations) and what bad ones get; how arguments of
 * small C functions cross; which bytes of objects do.
 */
#include "testing.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "marshal/object_types.h"
#include "marshal/uses.h"

static void write_file(const char *folder, const char *name, const char *text)
{
	char *path = dc_printf("%s/%s", folder, name);
	struct caught caught;

	catch_start(&caught);
	assert_int_equal(dc_mkdirs_for(&caught.diag, path), 0);
	assert_int_equal(dc_file_write(&caught.diag, path, text, strlen(text)), 0);
	free(path);
}

static void make_folder(char *folder)
{
	strcpy(folder, "/tmp/dc-emit-XXXXXX");
	assert_non_null(mkdtemp(folder));
}

static void remove_folder(const char *folder)
{
	char *command = dc_printf("rm -rf %s", folder);

	assert_int_equal(system(command), 0);
	free(command);
}

/* Files */

static void test_bad_rules(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{"{\"rules\": [", "linux.json:1: error: not valid JSON"},
		{"{\"kind\": \"cut\", \"rules\": []}", "this is a cut file, expected a rules file"},
		{"{}", "linux.json:0: error: rules: missing"},
		{"{\"rules\": [{\"class\": \"downcall\"}]}", "rules[0].name: missing"},
		{"{\"rules\": [{\"name\": \"f\"}]}", "rules[0].class: missing"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"some\"}]}",
		 "rules[0]: class 'some' is not one of local, ..., none"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"none\"}]}",
		 "rules[0]: a rule that says no must say why"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"downcall\", \"sync\": \"in\"}]}",
		 "rules[0]: sync 'in' is not one of both, ..., none"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"downcall\", \"when\": \"soon\"}]}",
		 "rules[0]: when 'soon' is not one of first, ..., lock"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"downcall\", \"undo\": \"g()\","
		 " \"no_undo\": \"w\"}]}",
		 "rules[0]: 'f' has both undo and no_undo"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"downcall\"},"
		 " {\"name\": \"f\", \"class\": \"downcall\"}]}",
		 "rules[1]: 'f' has a rule already"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"downcall\", \"nullable\": "
		 "[\"$x\"]}]}",
		 "rules[0]: nullable '$x' is not $0 to $9"},
		{"{\"rules\": [{\"name\": \"f\", \"class\": \"downcall\", \"arguments\": [1]}]}",
		 "rules[0].arguments[0]: expected a string"},
		{"{\"rules\": [], \"types\": [{\"name\": \"s\", \"class\": \"some\"}]}",
		 "types[0]: class 'some' is not one of object, ..., none"},
		{"{\"rules\": [], \"types\": [{\"name\": \"s\", \"class\": \"none\"}]}",
		 "types[0]: a rule that says no must say why"},
		{"{\"rules\": [], \"types\": [{\"name\": \"s\", \"class\": \"object\","
		 " \"trailing_align\": -1}]}",
		 "types[0].trailing_align: -1 is below 0"},
		{"{\"rules\": [], \"pointers\": [{\"field\": \"s.f\", \"count\": \"1\"}]}",
		 "pointers[0]: which function of the driver's frees it is not said (freed)"},
		{"{\"rules\": [], \"pointers\": [{\"field\": \"s\", \"count\": \"1\","
		 " \"freed\": \"f\"}]}",
		 "pointers[0]: field 's' is not STRUCTURE.FIELD"},
		{"{\"rules\": [], \"pointers\": [{\"field\": \"s.f\", \"freed\": \"f\"}]}",
		 "pointers[0].count: missing"},
		{"{\"rules\": [], \"entry_points\": [{\"retry\": true}]}",
		 "entry_points[0].entry_point: missing"},
		{"{\"rules\": [], \"entry_points\": [{\"entry_point\": \"e\","
		 " \"releases\": {\"argument\": 0, \"when\": \"soon\"}}]}",
		 "entry_points[0].releases: when 'soon' is not one of never, ..., on error"},
		{"{\"rules\": [], \"entry_points\": [{\"entry_point\": \"e\", \"deadline_ms\": "
		 "9999999}]}",
		 "entry_points[0].deadline_ms: 9999999 is above 3600000"},
	};
	char folder[32];
	size_t i;

	(void)state;
	make_folder(folder);
	setenv("DRIVERCUT_DATA", folder, 1);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dc_rules rules;
		struct caught caught;

		catch_start(&caught);
		write_file(folder, "marshal/rules/linux.json", rows[i].text);
		assert_int_equal(dc_rules_open(&caught.diag, "net", &rules), -EINVAL);
		assert_said(&caught, rows[i].said);
		assert_int_equal(caught.diag.errors, 1);
	}
	unsetenv("DRIVERCUT_DATA");
	remove_folder(folder);
}

static void test_bad_annotations(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{"[]", "annotations.json"},
		{"{\"kind\": \"rules\"}", "this is a rules file, expected a annotations file"},
		{"{\"functions\": [{\"arguments\": []}]}", "functions[0].function: missing"},
		{"{\"functions\": [{\"function\": \"f\", \"retry\": 1}]}",
		 "functions[0].retry: expected"},
		{"{\"functions\": [{\"function\": \"f\", \"arguments\": \"1\"}]}",
		 "functions[0].arguments: expected"},
		{"{\"functions\": [{\"function\": \"f\", \"reads\": [\"field\"]}]}",
		 "functions[0]: reads 'field' is not STRUCTURE.FIELD"},
		{"{\"pointers\": [{\"field\": \"f\", \"count\": \"1\"}]}",
		 "pointers[0]: field 'f' is not STRUCTURE.FIELD"},
		{"{\"trailing\": [{\"after\": \"net_device\"}]}", "trailing[0].struct: missing"},
		{"{\"recovery\": [{\"if\": \"1\"}]}", "recovery[0].function: missing"},
		{"{\"recovery\": [{\"function\": \"f\", \"if\": 1}]}", "recovery[0].if: expected"},
		{"{\"limits\": [{\"field\": \"s.f\", \"range\": [\"0\", \"1\"]}]}",
		 "limits[0].why: missing"},
		{"{\"limits\": [{\"field\": \"f\", \"range\": [\"0\", \"1\"], \"why\": \"\"}]}",
		 "limits[0]: field 'f' is not STRUCTURE.FIELD"},
		{"{\"limits\": [{\"field\": \"s.f\", \"range\": [\"1\"], \"why\": \"\"}]}",
		 "limits[0]: a range has two ends"},
		{"{\"limits\": [{\"field\": \"s.f\", \"range\": [\"0\", \"1\"], \"values\": "
		 "[\"1\"],"
		 " \"why\": \"\"}]}",
		 "limits[0]: a limit has a range or values"},
		{"{\"limits\": [{\"field\": \"s.f\", \"unless\": \"1\", \"why\": \"\"}]}",
		 "limits[0]: a limit has a range, or values, or says when the field is fixed"},
	};
	char folder[32];
	size_t i;

	(void)state;
	make_folder(folder);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *path = dc_printf("%s/annotations.json", folder);
		struct dc_rules rules;
		struct caught caught;

		catch_start(&caught);
		write_file(folder, "annotations.json", rows[i].text);
		assert_int_equal(dc_annotations_open(&caught.diag, path, &rules), -EINVAL);
		assert_said(&caught, rows[i].said);
		assert_int_equal(caught.diag.errors, 1);
		free(path);
	}
	remove_folder(folder);
}

/* Small drivers */

struct made {
	char folder[32], include[32];
	struct caught caught;
	struct dc_arena *arena;
	struct dc_driver driver;
	struct dc_graph *graph;
	struct dc_source *source;
	struct dc_rules rules;
	struct dc_marshal data;
};

static const char kernel[] = "struct net_device { unsigned long state; char name[16]; };\n"
			     "struct ethtool_drvinfo { char driver[32]; };\n";

static const char text[] =
	"#include <kernel.h>\n"
	"typedef unsigned char u8; typedef unsigned short u16; typedef unsigned u32;\n"
	"struct ring { u32 head, tail; };\n"
	"struct loose { int x; };\n"
	"struct port {\n"
	"	struct net_device *netdev;\n"
	"	u8 up : 1, fast : 1, slow : 6, more : 4;\n"
	"	union { u32 word; u8 bytes[4]; };\n"
	"	struct { u16 low, high; } limits;\n"
	"	u32 a, b, c;\n"
	"	void (*notify)(struct port *port);\n"
	"	struct ring *rings;\n"
	"	u32 n_rings;\n"
	"};\n"
	"int number(struct port *port, int a, long b) { return a + b; }\n"
	"void code(struct port *port, void (*f)(struct port *port)) { port->notify = f; }\n"
	"int string(struct net_device *netdev, const char *name) { return name[0]; }\n"
	"int buffer(struct port *port, u16 *data, int words) { return data[words]; }\n"
	"int out(struct port *port, u32 *value) { *value = 1; return 0; }\n"
	"int bytes(struct port *port, void *data) { return !data; }\n"
	"int loose(struct loose *loose) { return loose->x; }\n"
	"int value(struct ethtool_drvinfo *info) { return info->driver[0]; }\n"
	"struct ring *ring(struct port *port) { return port->rings; }\n"
	"int touch(struct port *port)\n"
	"{\n"
	"	port->up = port->fast;\n"
	"	port->c = port->a + port->b + port->word + port->bytes[1] + port->limits.low;\n"
	"	port->notify(port);\n"
	"	return !port->netdev;\n"
	"}\n"
	"int once(struct port *port)\n"
	"{\n"
	"	static int count, read = sizeof(int) << 2, pairs[2][2] = {{1, 2}, {3}};\n"
	"	static const int never[] = {1};\n"
	"	static struct ring ring;\n"
	"	static int *to = &count;\n"
	"	int own;\n"
	"	own = ++count + read + never[0] + *to;\n"
	"	if (own) { static int twice; twice++; }\n"
	"	else { static int twice; twice--; }\n"
	"	return own + (ring.head = 3) + pairs[1][0]++;\n"
	"}\n"
	"int peek(struct net_device *netdev, int at)\n"
	"{\n"
	"	u8 *cast = (u8 *)netdev;\n"
	"	return ((u8 *)netdev)[at] + *(u8 *)netdev + (at > 3 && (void *)netdev == cast);\n"
	"}\n"
	"void sweep(struct port *port) { once(port); }\n"
	"int heads(struct ring *ring) { return ring->head; }\n"
	"int named(struct net_device *netdev) { return netdev->name[0] + netdev->state; }\n";

/* By way of source.json, as all verbs get it. */
static void reread(struct made *made)
{
	struct dc_diag *diag = &made->caught.diag;
	char *path = dc_printf("%s/source.json", made->folder);

	assert_int_equal(dc_source_write(diag, path, made->source), 0);
	dc_source_free(made->source);
	assert_int_equal(dc_source_read(diag, path, made->folder, &made->source), 0);
	free(path);
}

static int make(struct made *made, const char *annotations)
{
	struct dc_diag *diag = &made->caught.diag;
	char *commands, *json;
	int err;

	memset(made, 0, sizeof(*made));
	catch_start(&made->caught);
	make_folder(made->folder);
	make_folder(made->include);
	write_file(made->include, "kernel.h", kernel);
	made->arena = dc_arena_new();
	write_file(made->folder, "Kbuild", "obj-m := in.o\n");
	write_file(made->folder, "in.c", text);
	write_file(made->folder, "annotations.json", annotations);
	json = dc_printf("[{\"directory\": \"%s\", \"file\": \"in.c\","
			 " \"arguments\": [\"cc\", \"-I%s\", \"-c\", \"in.c\"]}]\n",
			 made->folder, made->include);
	write_file(made->folder, "commands.json", json);
	commands = dc_printf("%s/commands.json", made->folder);
	assert_int_equal(dc_driver_open(diag, made->arena, made->folder, "net", &made->driver), 0);
	made->driver.source = made->folder;
	assert_int_equal(
		dc_graph_extract(diag, &made->driver, commands, &made->graph, &made->source), 0);
	reread(made);
	assert_int_equal(dc_rules_open(diag, "net", &made->rules), 0);
	err = dc_marshal_open(diag, made->arena, &made->rules, made->source, made->graph,
			      made->folder, &made->data);
	free(commands);
	free(json);
	return err;
}

static void made_done(struct made *made)
{
	if (made->data.arena)
		dc_marshal_done(&made->data);
	dc_rules_done(&made->rules);
	dc_source_free(made->source);
	dc_graph_free(made->graph);
	dc_driver_done(&made->driver);
	dc_arena_free(made->arena);
	remove_folder(made->folder);
	remove_folder(made->include);
}

#define PRIVATE "\"trailing\": [{\"struct\": \"port\", \"after\": \"net_device\"}]"

#define CHECK(field)                                                                               \
	"{\"limits\": [{\"field\": \"" field "\", \"range\": [\"0\", \"1\"], \"why\": \"\"}]}"

static void test_strange_annotations(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{"{\"functions\": [{\"function\": \"absent\"}]}",
		 "annotations.json:0: error: functions: the driver has no function 'absent'"},
		{"{\"functions\": [{\"function\": \"out\", \"arguments\": [\"\", \"1\", \"\"]}]}",
		 "functions: out has 2 parameters, not 3"},
		{"{\"recovery\": [{\"function\": \"absent\"}]}",
		 "recovery: the driver has no function 'absent' that takes one pointer"},
		{"{\"recovery\": [{\"function\": \"heads\"}]}",
		 "recovery: the driver has no function 'heads' that takes one pointer"},
		{"{\"trailing\": [{\"struct\": \"absent\", \"after\": \"net_device\"}]}",
		 "trailing: the driver uses no structure 'absent'"},
		{"{\"pointers\": [{\"field\": \"port.absent\", \"count\": \"1\"}]}",
		 "pointers: no pointer 'absent' is in struct port"},
		{"{\"pointers\": [{\"field\": \"absent.rings\", \"count\": \"1\"}]}",
		 "pointers: the driver uses no structure 'absent'"},
		{CHECK("absent.a"), "limits: the driver uses no structure 'absent'"},
		{CHECK("port.absent"), "limits: no field 'absent' is in struct port"},
		{CHECK("port.up"), "limits: 'up' of struct port is no number of its own"},
		{CHECK("port.bytes"), "limits: 'bytes' of struct port is no number of its own"},
		{CHECK("port.rings"), "limits: 'rings' of struct port is no number of its own"},
		{CHECK("port.notify"), "limits: 'notify' of struct port is no number of its own"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made made;

		assert_int_equal(make(&made, rows[i].text), -EINVAL);
		assert_said(&made.caught, rows[i].said);
		made_done(&made);
	}
}

/* How each argument of a function crosses, a letter each: w a word, a an address, c the address of
 * code, s a string, v the structure it points to ("value"), n an array of n elements. With gap: why
 * the function cannot be called across, in part. */
static void check_signature(const struct made *made, const char *function, const char *modes,
			    const char *gap)
{
	static const char letters[] = "wacsvn"; /* by enum dc_mode */
	const struct dc_definition *definition = dc_source_find(made->source, function);
	struct dc_signature signature;
	size_t i;

	assert_non_null(definition);
	dc_signature_of_function(&made->data, definition, &signature);
	if (gap ? !signature.gap || !strstr(signature.gap, gap) : !!signature.gap)
		fail_msg("%s: gap %s, expected %s", function, signature.gap, gap);
	for (i = 0; !gap && i < signature.arguments.len; i++)
		if (letters[signature.arguments.at[i].mode] != modes[i])
			fail_msg("%s: argument %zu is '%c', expected '%c'", function, i,
				 letters[signature.arguments.at[i].mode], modes[i]);
	assert_true(gap || strlen(modes) == signature.arguments.len);
	dc_vec_done(&signature.arguments);
}

static void test_signatures(void **state)
{
	struct made made;

	(void)state;
	assert_int_equal(make(&made, "{" PRIVATE "}"), 0);
	check_signature(&made, "number", "aww", NULL);
	check_signature(&made, "code", "ac", NULL);
	check_signature(&made, "string", "as", NULL);
	check_signature(&made, "value", "v", NULL);
	check_signature(&made, "ring", "a", NULL);
	check_signature(
		&made, "buffer", "",
		"its parameter 'data' (in.c:18) points to memory whose length nothing says");
	check_signature(&made, "out", "", "'value' (in.c:19)");
	check_signature(&made, "bytes", "", "'data' (in.c:20)");
	check_signature(&made, "loose", "",
			"points to a struct loose of the driver, which is no object");
	made_done(&made);
	assert_int_equal(make(&made,
			      "{" PRIVATE ", \"functions\": ["
			      "{\"function\": \"buffer\", \"arguments\": [\"\", \"$2\"]},"
			      "{\"function\": \"out\", \"arguments\": [\"\", \"1\"]},"
			      "{\"function\": \"bytes\", \"arguments\": [\"\", \"address\"]}]}"),
			 0);
	check_signature(&made, "buffer", "anw", NULL);
	check_signature(&made, "out", "an", NULL);
	check_signature(&made, "bytes", "aa", NULL);
	made_done(&made);
}

static void test_proposals(void **state)
{
	static const struct {
		const char *function, *row;
	} rows[] = {
		{"buffer", "{\"function\": \"buffer\", \"arguments\": [\"\", \"words\"]}"},
		{"out", "{\"function\": \"out\", \"arguments\": [\"\", \"1\"]}"},
		{"bytes", "{\"function\": \"bytes\", \"arguments\": [\"\", \"address\"]}"},
	};
	struct dc_proposal gap;
	struct made made;
	size_t i;

	(void)state;
	assert_int_equal(make(&made, "{" PRIVATE "}"), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(dc_propose_arguments(
			&made.data, dc_source_find(made.source, rows[i].function), &gap));
		assert_string_equal(gap.row, rows[i].row);
		assert_string_equal(gap.section, "functions");
	}
	assert_false(dc_propose_arguments(&made.data, dc_source_find(made.source, "number"), &gap));
	dc_propose_trailing(&made.data, "ring", dc_source_find(made.source, "heads"), &gap);
	assert_string_equal(gap.row, "{\"field\": \"port.rings\", \"count\": \"n_rings\"}");
	made_done(&made);
	assert_int_equal(make(&made, "{}"), 0);
	dc_propose_trailing(&made.data, "port", dc_source_find(made.source, "touch"), &gap);
	assert_string_equal(gap.row, "{\"struct\": \"port\", \"after\": \"net_device\"}");
	made_done(&made);
}

/* Recovery */

static const char *pin_of(const struct dc_constraints *given, const char *function)
{
	const struct dc_constraint_pin *pin;

	dc_vec_each (pin, &given->pins)
		if (!strcmp(pin->function, function))
			return pin->reason;
	return "none";
}

/* What recovery calls is in the kernel, with all it calls; its object is the one around. */
static void test_recovery(void **state)
{
	struct dc_constraints given = {0};
	struct dc_recovery recovery;
	dc_proposals gaps = {0};
	struct made made;

	(void)state;
	assert_int_equal(make(&made, "{" PRIVATE ", \"recovery\": [{\"function\": \"sweep\","
				     " \"if\": \"port->rings\"}]}"),
			 0);
	dc_constraints_find(&made.data, &given, &gaps);
	assert_string_equal(pin_of(&given, "sweep"), "runs in recovery, when the process has died");
	assert_string_equal(pin_of(&given, "once"),
			    "runs in recovery, when the process has died, called by sweep");
	assert_string_equal(pin_of(&given, "ring"), "none");
	assert_string_equal(made.data.annotations.recoveries.at[0].condition, "port->rings");
	assert_true(dc_marshal_recovery(&made.data, &made.data.annotations.recoveries.at[0],
					&recovery));
	assert_string_equal(recovery.type, "net_device");
	assert_int_equal(recovery.base, 32);
	dc_constraints_done(&given);
	dc_vec_done(&gaps);
	made_done(&made);
}

/* Each name of tests/emit/acquiring.txt, functions by which a driver gets what a dead process
 * leaves behind, has a rule that says what releases it, or why nothing needs to. */
static void test_undos(void **state)
{
	char *path = dc_printf("%s/tests/emit/acquiring.txt", dc_data_dir());
	char *names, *name, *rest;
	struct dc_rules rules;
	struct caught caught;
	size_t count = 0;

	(void)state;
	catch_start(&caught);
	assert_int_equal(dc_rules_open(&caught.diag, "net", &rules), 0);
	assert_int_equal(dc_file_read(&caught.diag, path, &names, NULL), 0);
	for (name = strtok_r(names, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest)) {
		const struct dc_rule *rule = dc_rules_find(&rules, name);

		if (!rule || (!rule->undo && !rule->no_undo))
			fail_msg("%s: neither undo nor no_undo", name);
		count++;
	}
	assert_true(count > 50);
	dc_rules_done(&rules);
	free(names);
	free(path);
}

/* What a pointer of the kernel's leads to becomes an object. The kernel component must see it
 * freed: by a function that runtime/component/overrides.h replaces. */
static void test_freed(void **state)
{
	char *path = dc_printf("%s/runtime/component/overrides.h", dc_data_dir());
	const struct dc_pointer_rule *pointer;
	struct dc_rules rules;
	struct caught caught;
	char *overrides;

	(void)state;
	catch_start(&caught);
	assert_int_equal(dc_rules_open(&caught.diag, "net", &rules), 0);
	assert_int_equal(dc_file_read(&caught.diag, path, &overrides, NULL), 0);
	assert_true(rules.pointers.len > 0);
	dc_vec_each (pointer, &rules.pointers) {
		char *define = dc_printf("\n#define %s(", pointer->freed);

		if (!strstr(overrides, define))
			fail_msg("%s.%s: nobody sees %s", pointer->record, pointer->field,
				 pointer->freed);
		free(define);
	}
	dc_rules_done(&rules);
	free(overrides);
	free(path);
}

/* Fields */

static const struct dc_object_type *find_type(const dc_object_types *types, const char *name)
{
	const struct dc_object_type *type;

	dc_vec_each (type, types)
		if (!strcmp(type->name, name))
			return type;
	fail_msg("no type %s", name);
	return NULL;
}

/* The fields of an object when some functions are in the process, each "OFFSET SIZE*COUNT KIND",
 * where KIND is p for plain data, a for an address, c for the address of code, with a w behind it
 * if the process writes the field. */
static char *fields_of(const struct made *made, const char *functions, const char *type)
{
	static const char kinds[] = "pac"; /* by enum dc_object_field_kind */
	bool *user = dc_alloc(made->source->definitions.len + 1, sizeof(*user));
	const struct dc_definition *definition;
	const struct dc_object_field *field;
	dc_object_types types = {0};
	char *said = dc_printf("%s", ""), *more;

	dc_vec_each (definition, &made->source->definitions)
		user[definition - made->source->definitions.at] =
			strstr(functions, definition->name) != NULL;
	dc_object_types_find(&made->data, user, &types);
	dc_vec_each (field, &find_type(&types, type)->fields) {
		more = dc_printf("%s%s%u %u*%u %c%s", said, *said ? ", " : "", field->offset,
				 field->size, field->count, kinds[field->kind],
				 field->user_writes ? "w" : "");
		free(said);
		said = more;
	}
	dc_object_types_done(&types);
	free(user);
	return said;
}

static void check_fields(const struct made *made, const char *functions, const char *type,
			 const char *expected)
{
	char *said = fields_of(made, functions, type);

	assert_string_equal(said, expected);
	free(said);
}

static void test_fields(void **state)
{
	struct made made;

	(void)state;
	assert_int_equal(make(&made, "{" PRIVATE ", \"pointers\": [{\"field\": \"port.rings\","
				     " \"count\": \"n_rings\"}]}"),
			 0);
	/* Nothing runs in the process: nothing crosses. */
	check_fields(&made, "", "net_device", "");
	check_fields(&made, "named", "net_device", "0 8*1 p, 8 1*16 p");
	/* The private part stands behind, aligned to 32. Bit fields of one byte are one unit, and
	 * so is a union, as large as its largest member; an unnamed structure's fields are its own;
	 * a and b are joined, c is written. */
	check_fields(&made, "touch", "net_device",
		     "32 8*1 a, 40 1*1 pw, 44 4*1 p, 48 2*1 p, 52 4*2 p, 60 4*1 pw, 64 8*1 c");
	check_fields(&made, "heads", "ring", "0 4*1 p");
	made_done(&made);
}

static void test_links(void **state)
{
	const struct dc_object_type *type;
	dc_object_types types = {0};
	struct made made;
	bool *user;

	(void)state;
	assert_int_equal(make(&made, "{" PRIVATE ", \"pointers\": [{\"field\": \"port.rings\","
				     " \"count\": \"n_rings\"}]}"),
			 0);
	user = dc_alloc(made.source->definitions.len + 1, sizeof(*user));
	dc_object_types_find(&made.data, user, &types);
	type = find_type(&types, "net_device");
	assert_int_equal(type->size, 32 + 56);
	assert_int_equal(type->links.len, 1);
	assert_string_equal(type->links.at[0].name, "port.rings");
	assert_int_equal(type->links.at[0].offset, 32 + 40);
	assert_int_equal(type->links.at[0].count_offset, 32 + 48);
	assert_int_equal(type->links.at[0].count_size, 4);
	assert_string_equal(types.at[type->links.at[0].target].name, "ring");
	dc_object_types_done(&types);
	free(user);
	made_done(&made);
}

static void test_hidden(void **state)
{
	const struct dc_layouts *layouts;
	struct made made;

	(void)state;
	assert_int_equal(make(&made, "{" PRIVATE "}"), 0);
	layouts = &made.source->layouts;
	assert_int_equal(layouts->hidden.len, 2);
	assert_string_equal(layouts->hidden.at[0].function, "peek");
	assert_string_equal(layouts->hidden.at[0].record, "net_device");
	made_done(&made);
}

/* Static variables within functions: which cross, and how they are made a second time. */
static void test_statics(void **state)
{
	static const struct {
		const char *name, *type, *init;
		bool crosses, is_assigned;
	} expected[] = {
		{"count", "int", NULL, true, true},
		{"read", "int", "16", true, false},
		{"pairs", "int[2][2]", "{ { 1 , 2 } , { 3 } }", true, true},
		{"never", NULL, NULL, false, false},
		{"ring", NULL, NULL, false, true},
		{"to", NULL, NULL, false, false},
		{"twice", NULL, NULL, false, true},
		{"twice", NULL, NULL, false, true},
	};
	struct made made;
	size_t i;

	(void)state;
	assert_int_equal(make(&made, "{" PRIVATE "}"), 0);
	assert_int_equal(made.source->statics.len, sizeof(expected) / sizeof(expected[0]));
	for (i = 0; i < made.source->statics.len; i++) {
		const struct dc_static *at = &made.source->statics.at[i];

		assert_string_equal(at->function, "once");
		assert_string_equal(at->variable.name, expected[i].name);
		assert_int_equal(at->crosses, expected[i].crosses);
		assert_int_equal(at->is_assigned, expected[i].is_assigned);
		if (!at->crosses)
			continue;
		assert_string_equal(at->type, expected[i].type);
		assert_string_equal(at->init ? at->init : "none",
				    expected[i].init ? expected[i].init : "none");
	}
	made_done(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statics),		cmocka_unit_test(test_bad_rules),
		cmocka_unit_test(test_bad_annotations), cmocka_unit_test(test_strange_annotations),
		cmocka_unit_test(test_signatures),	cmocka_unit_test(test_proposals),
		cmocka_unit_test(test_recovery),	cmocka_unit_test(test_undos),
		cmocka_unit_test(test_fields),		cmocka_unit_test(test_links),
		cmocka_unit_test(test_hidden),		cmocka_unit_test(test_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
