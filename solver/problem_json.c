/* SPDX-License-Identifier: GPL-3.0-or-later */
/* problem.json; its keys are in docs and, in words, in problem.h. */
#include "problem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cut.h"
#include "json_parts.h"

/* Reading: the getters are sticky (base/json.h), so nothing is checked here until the end. */

static void read_nodes(struct dc_problem *problem, const struct dc_json *root)
{
	struct dc_json nodes = dc_json_array(root, "nodes");
	size_t i, number;

	for (i = 0; i < dc_json_len(&nodes); i++) {
		struct dc_json at = dc_json_at(&nodes, i);
		const char *id = dc_json_str(&at, "id");
		struct dc_problem_node *node;

		number = dc_problem_add_node(problem, id, dc_json_int(&at, "loc", 0, INT64_MAX));
		if (number == DC_NO_NODE) {
			dc_json_fault(&at, "a second node with the id \"%s\"; ids must differ", id);
			return;
		}
		if (!*id)
			dc_json_fault(&at, "a node needs an id that is not empty");
		node = &problem->nodes.at[number];
		node->kernel_calls = dc_json_int_or(&at, "kernel_calls", 0, INT64_MAX, 0);
		node->entry_calls = dc_json_int_or(&at, "entry_calls", 0, INT64_MAX, 0);
		node->replicable = dc_json_bool_or(&at, "replicable", false);
	}
}

/* Number of the node named id; a fault at `at` and DC_NO_NODE if there is none. */
static size_t known_node(const struct dc_problem *problem, const struct dc_json *at, const char *id)
{
	size_t node = dc_problem_find(problem, id);

	if (node == DC_NO_NODE)
		dc_json_fault(at, "no node has the id \"%s\"; add it to nodes or correct the name",
			      id);
	return node;
}

static size_t named_node(const struct dc_problem *problem, const struct dc_json *object,
			 const char *key)
{
	const char *id = dc_json_str(object, key);
	struct dc_json at = {.doc = object->doc, .up = object, .key = key};

	return known_node(problem, &at, id);
}

static void read_edges(struct dc_problem *problem, const struct dc_json *root)
{
	struct dc_json edges = dc_json_array_or_empty(root, "edges");
	size_t i;

	for (i = 0; i < dc_json_len(&edges); i++) {
		struct dc_json at = dc_json_at(&edges, i);
		size_t from = named_node(problem, &at, "from");
		size_t to = named_node(problem, &at, "to");
		int64_t calls = dc_json_int(&at, "calls", 0, INT64_MAX);
		int64_t down = dc_json_int_or(&at, "down", 0, INT64_MAX, calls);

		if (from != DC_NO_NODE && to != DC_NO_NODE)
			dc_problem_add_edge(problem, from, to, calls, down);
	}
}

/* The basis of a constraint, if the file says it. Strings are borrowed from the document. */
static struct dc_basis read_basis(struct dc_problem *problem, const struct dc_json *at)
{
	const struct dc_basis basis = {
		.code = dc_json_str_or(at, "code", NULL),
		.subject = dc_json_str_or(at, "subject", NULL),
		.function = dc_json_str_or(at, "function", NULL),
		.file = dc_json_str_or(at, "file", NULL),
		.line = (unsigned)dc_json_int_or(at, "line", 0, UINT32_MAX, 0),
	};

	return dc_problem_basis(problem, &basis);
}

static void read_pins(struct dc_problem *problem, const struct dc_json *root, const char *key,
		      enum dc_side side)
{
	struct dc_json pins = dc_json_array_or_empty(root, key);
	size_t i;

	for (i = 0; i < dc_json_len(&pins); i++) {
		struct dc_json at = dc_json_at(&pins, i);
		size_t node = named_node(problem, &at, "node");

		if (node == DC_NO_NODE)
			continue;
		dc_problem_add_pin(problem, node, side, dc_json_str(&at, "reason"));
		problem->pins.at[problem->pins.len - 1].basis = read_basis(problem, &at);
	}
}

static void read_follows(struct dc_problem *problem, const struct dc_json *root)
{
	struct dc_json follows = dc_json_array_or_empty(root, "follow");
	size_t i;

	for (i = 0; i < dc_json_len(&follows); i++) {
		struct dc_json at = dc_json_at(&follows, i);
		size_t from = named_node(problem, &at, "from");
		size_t to = named_node(problem, &at, "to");

		if (from == DC_NO_NODE || to == DC_NO_NODE)
			continue;
		dc_problem_add_follow(problem, from, to, dc_json_str(&at, "reason"));
		problem->follows.at[problem->follows.len - 1].basis = read_basis(problem, &at);
	}
}

static void read_together(struct dc_problem *problem, const struct dc_json *at)
{
	struct dc_json list = dc_json_array(at, "nodes");
	size_t i, j, count = dc_json_len(&list);
	size_t *nodes = dc_alloc(count, sizeof(*nodes));
	bool known = true;

	if (!count)
		dc_json_fault(&list, "empty; name the nodes that stay together");
	for (i = 0; i < count; i++) {
		struct dc_json name = dc_json_at(&list, i);

		nodes[i] = known_node(problem, &name, dc_json_str_at(&list, i));
		known = known && nodes[i] != DC_NO_NODE;
		for (j = 0; j < i && known; j++)
			if (nodes[i] == nodes[j])
				dc_json_fault(&name, "\"%s\" is named twice",
					      problem->nodes.at[nodes[i]].id);
	}
	if (known) {
		dc_problem_add_together(problem, nodes, count, dc_json_str(at, "reason"));
		problem->togethers.at[problem->togethers.len - 1].basis = read_basis(problem, at);
	}
	free(nodes);
}

static void read_weighed(const struct dc_json *root, struct dc_problem *problem)
{
	const char *name = dc_json_str_or(root, "weighed", dc_weights_names[DC_WEIGHTS_COUNTED]);
	int i;

	for (i = 0; dc_weights_names[i] && strcmp(dc_weights_names[i], name) != 0;)
		i++;
	if (dc_weights_names[i])
		problem->weighed = (enum dc_weights)i;
	else
		dc_json_fault(root, "weighed: expected counted, none or estimated, found '%s'",
			      name);
}

static void read_root(struct dc_problem *problem, const struct dc_json *root)
{
	struct dc_json togethers = dc_json_array_or_empty(root, "together");
	const char *driver = dc_json_str_or(root, "driver", NULL);
	size_t i;

	if (driver)
		problem->driver = dc_arena_strdup(problem->arena, driver);
	problem->seconds = dc_json_int_or(root, "seconds", 1, INT64_MAX, 1);
	read_weighed(root, problem);
	read_nodes(problem, root);
	read_edges(problem, root);
	read_pins(problem, root, "kernel", DC_SIDE_KERNEL);
	read_pins(problem, root, "user", DC_SIDE_USER);
	read_follows(problem, root);
	for (i = 0; i < dc_json_len(&togethers); i++) {
		struct dc_json at = dc_json_at(&togethers, i);

		read_together(problem, &at);
	}
}

static int read_doc(struct dc_diag *diag, const char *path, struct dc_json_doc *doc,
		    const struct dc_json *root, struct dc_problem **ret_problem)
{
	struct dc_problem *problem = dc_problem_new(path);
	int err;

	read_root(problem, root);
	err = dc_json_failed(doc) ? -EINVAL : dc_problem_finish(diag, problem);
	dc_json_close(doc);
	if (err < 0)
		dc_problem_free(problem);
	else
		*ret_problem = problem;
	return err;
}

int dc_problem_read(struct dc_diag *diag, const char *path, struct dc_problem **ret_problem)
{
	struct dc_json_doc *doc;
	struct dc_json root;
	int err = dc_json_open_rows(diag, path, "problem", &doc, &root);

	return err < 0 ? err : read_doc(diag, path, doc, &root, ret_problem);
}

int dc_problem_parse(struct dc_diag *diag, const char *path, const char *text, size_t len_bytes,
		     struct dc_problem **ret_problem)
{
	struct dc_json_doc *doc;
	struct dc_json root;
	int err = dc_json_parse(diag, path, text, len_bytes, "problem", &doc, &root);

	return err < 0 ? err : read_doc(diag, path, doc, &root, ret_problem);
}

/* Writing */

static json_t *name_of(const struct dc_problem *problem, size_t node)
{
	return json_string(problem->nodes.at[node].id);
}

static json_t *nodes_json(const struct dc_problem *problem)
{
	const struct dc_problem_node *node;
	json_t *list = json_array();

	dc_vec_each (node, &problem->nodes) {
		json_t *one = json_object();

		dc_json_set(one, "id", json_string(node->id));
		dc_json_set(one, "loc", json_integer(node->loc));
		if (node->kernel_calls)
			dc_json_set(one, "kernel_calls", json_integer(node->kernel_calls));
		if (node->entry_calls)
			dc_json_set(one, "entry_calls", json_integer(node->entry_calls));
		if (node->replicable)
			dc_json_set(one, "replicable", json_true());
		dc_json_add(list, one);
	}
	return list;
}

static json_t *edges_json(const struct dc_problem *problem)
{
	const struct dc_problem_edge *edge;
	json_t *list = json_array();

	dc_vec_each (edge, &problem->edges) {
		json_t *one = json_object();

		dc_json_set(one, "from", name_of(problem, edge->from));
		dc_json_set(one, "to", name_of(problem, edge->to));
		dc_json_set(one, "calls", json_integer(edge->calls));
		if (edge->down != edge->calls)
			dc_json_set(one, "down", json_integer(edge->down));
		dc_json_add(list, one);
	}
	return list;
}

void dc_basis_json(json_t *object, const struct dc_basis *basis)
{
	if (basis->code)
		dc_json_set(object, "code", json_string(basis->code));
	if (basis->subject)
		dc_json_set(object, "subject", json_string(basis->subject));
	if (basis->function)
		dc_json_set(object, "function", json_string(basis->function));
	if (basis->file)
		dc_json_set(object, "file", json_string(basis->file));
	if (basis->line)
		dc_json_set(object, "line", json_integer(basis->line));
}

static json_t *pins_json(const struct dc_problem *problem, enum dc_side side)
{
	const struct dc_problem_pin *pin;
	json_t *list = json_array();

	dc_vec_each (pin, &problem->pins) {
		json_t *one;

		if (pin->side != side)
			continue;
		one = json_object();
		dc_json_set(one, "node", name_of(problem, pin->node));
		dc_json_set(one, "reason", json_string(pin->reason));
		dc_basis_json(one, &pin->basis);
		dc_json_add(list, one);
	}
	return list;
}

static json_t *follows_json(const struct dc_problem *problem)
{
	const struct dc_problem_follow *follow;
	json_t *list = json_array();

	dc_vec_each (follow, &problem->follows) {
		json_t *one = json_object();

		dc_json_set(one, "from", name_of(problem, follow->from));
		dc_json_set(one, "to", name_of(problem, follow->to));
		dc_json_set(one, "reason", json_string(follow->reason));
		dc_basis_json(one, &follow->basis);
		dc_json_add(list, one);
	}
	return list;
}

static json_t *togethers_json(const struct dc_problem *problem)
{
	const struct dc_problem_together *together;
	json_t *list = json_array();
	size_t i;

	dc_vec_each (together, &problem->togethers) {
		json_t *one = json_object(), *nodes = json_array();

		for (i = 0; i < together->count; i++)
			dc_json_add(nodes, name_of(problem, together->nodes[i]));
		dc_json_set(one, "nodes", nodes);
		dc_json_set(one, "reason", json_string(together->reason));
		dc_basis_json(one, &together->basis);
		dc_json_add(list, one);
	}
	return list;
}

void dc_problem_set_weighed(json_t *root, const struct dc_problem *problem)
{
	if (problem->weighed != DC_WEIGHTS_COUNTED)
		dc_json_set(root, "weighed", json_string(dc_weights_names[problem->weighed]));
}

int dc_problem_write(struct dc_diag *diag, const char *path, const struct dc_problem *problem)
{
	json_t *root = dc_json_new("problem");
	int err;

	if (problem->driver)
		dc_json_set(root, "driver", json_string(problem->driver));
	dc_json_set(root, "seconds", json_integer(problem->seconds));
	dc_problem_set_weighed(root, problem);
	dc_json_set(root, "nodes", nodes_json(problem));
	dc_json_set(root, "edges", edges_json(problem));
	dc_json_set(root, "kernel", pins_json(problem, DC_SIDE_KERNEL));
	dc_json_set(root, "user", pins_json(problem, DC_SIDE_USER));
	dc_json_set(root, "follow", follows_json(problem));
	dc_json_set(root, "together", togethers_json(problem));
	err = dc_json_write(diag, path, root);
	json_decref(root);
	return err;
}
