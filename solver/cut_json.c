/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cut.json; its keys are in docs/formats.md. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cut.h"
#include "json_parts.h"

json_t *dc_ratio_json(struct dc_ratio ratio)
{
	json_t *pair = json_array();

	dc_json_add(pair, json_integer(ratio.p));
	dc_json_add(pair, json_integer(ratio.q));
	return pair;
}

json_t *dc_ratio_number_json(struct dc_ratio ratio)
{
	if (ratio.q == 1)
		return json_integer(ratio.p);
	return ratio.q ? json_real(dc_ratio_value(ratio)) : json_null();
}

void dc_tally_json(json_t *object, const struct dc_tally *tally)
{
	dc_json_set(object, "kernel_loc", json_integer(tally->kernel_loc));
	dc_json_set(object, "user_loc", json_integer(tally->user_loc));
	dc_json_set(object, "replicated_loc", json_integer(tally->replicated_loc));
	dc_json_set(object, "kernel_count", json_integer((json_int_t)tally->kernel_count));
	dc_json_set(object, "user_count", json_integer((json_int_t)tally->user_count));
	dc_json_set(object, "replicated_count", json_integer((json_int_t)tally->replicated_count));
	dc_json_set(object, "crossings", json_integer(tally->crossings));
}

static json_t *crossings_json(const struct dc_tally *tally)
{
	json_t *kinds = json_object();

	dc_json_set(kinds, "upcalls", json_integer(tally->upcalls));
	dc_json_set(kinds, "downcalls", json_integer(tally->downcalls));
	dc_json_set(kinds, "entry_calls", json_integer(tally->entry_calls));
	dc_json_set(kinds, "kernel_calls", json_integer(tally->kernel_calls));
	return kinds;
}

static json_t *scaled_json(__int128 value)
{
	return value > INT64_MAX ? json_real((double)value) : json_integer((json_int_t)value);
}

static json_t *proof_json(const struct dc_cut *cut)
{
	json_t *proof = json_object();
	const char *method = "none";

	if (cut->proved_by_flow >= 0)
		method = cut->proved_by_lp >= 0 ? "max-flow = cut = LP dual" : "max-flow = cut";
	dc_json_set(proof, "method", json_string(cut->method ? cut->method : method));
	dc_json_set(proof, "scale", json_integer(cut->terms.lambda.q));
	if (cut->proved_by_flow >= 0) {
		dc_json_set(proof, "engine", json_string(cut->flow_engine));
		dc_json_set(proof, "flow", scaled_json(cut->proved_by_flow));
	}
	if (cut->proved_by_lp >= 0)
		dc_json_set(proof, "lp_dual", scaled_json(cut->proved_by_lp));
	if (cut->no_lp)
		dc_json_set(proof, "no_lp", json_string(cut->no_lp));
	return proof;
}

static json_t *sides_json(const struct dc_cut *cut)
{
	json_t *sides = json_object();
	size_t i;

	for (i = 0; i < cut->problem->nodes.len; i++)
		dc_json_set(
			sides, cut->problem->nodes.at[i].id,
			json_string(cut->placements[i] == DC_PLACEMENT_USER ? "user" : "kernel"));
	return sides;
}

/* Those on the kernel side that the user side has a copy of. */
static json_t *replicated_json(const struct dc_cut *cut)
{
	json_t *ids = json_array();
	size_t i;

	for (i = 0; i < cut->problem->nodes.len; i++)
		if (cut->placements[i] == DC_PLACEMENT_BOTH)
			dc_json_add(ids, json_string(cut->problem->nodes.at[i].id));
	return ids;
}

static json_t *reasons_json(const struct dc_cut *cut)
{
	json_t *reasons = json_object();
	size_t i, j;

	for (i = 0; cut->reasons && i < cut->problem->nodes.len; i++) {
		json_t *list = json_array();

		for (j = 0; j < cut->reasons[i].count; j++)
			dc_json_add(list, json_string(cut->reasons[i].steps[j].text));
		dc_json_set(reasons, cut->problem->nodes.at[i].id, list);
	}
	return reasons;
}

json_t *dc_reason_json(const struct dc_problem *problem, const struct dc_reason *reason)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < reason->count; i++) {
		const struct dc_step *step = &reason->steps[i];
		json_t *one = json_object();

		dc_json_set(one, "node", json_string(problem->nodes.at[step->node].id));
		if (step->via != step->node)
			dc_json_set(one, "via", json_string(problem->nodes.at[step->via].id));
		dc_basis_json(one, &step->basis);
		dc_json_add(list, one);
	}
	return list;
}

static json_t *causes_json(const struct dc_cut *cut)
{
	json_t *causes = json_object();
	size_t i;

	for (i = 0; cut->reasons && i < cut->problem->nodes.len; i++)
		dc_json_set(causes, cut->problem->nodes.at[i].id,
			    dc_reason_json(cut->problem, &cut->reasons[i]));
	return causes;
}

/* The weight of all calls of each node, so that two cuts can be compared. */
static json_t *weights_json(const struct dc_problem *problem)
{
	int64_t *weights = dc_alloc(problem->nodes.len, sizeof(*weights));
	const struct dc_problem_edge *edge;
	json_t *object = json_object();
	size_t i;

	dc_vec_each (edge, &problem->edges) {
		weights[edge->from] += edge->calls + edge->down;
		weights[edge->to] += edge->calls + edge->down;
	}
	for (i = 0; i < problem->nodes.len; i++)
		dc_json_set(object, problem->nodes.at[i].id,
			    json_integer(weights[i] + problem->nodes.at[i].entry_calls +
					 problem->nodes.at[i].kernel_calls));
	free(weights);
	return object;
}

json_t *dc_cut_json(const struct dc_cut *cut)
{
	json_t *root = dc_json_new("cut");

	if (cut->problem->driver)
		dc_json_set(root, "driver", json_string(cut->problem->driver));
	dc_json_set(root, "lambda", dc_ratio_json(cut->terms.lambda));
	dc_json_set(root, "delay_ns", dc_ratio_number_json(cut->terms.delay_ns));
	dc_json_set(root, "price", json_integer(cut->terms.price));
	dc_json_set(root, "seconds", json_integer(cut->problem->seconds));
	dc_problem_set_weighed(root, cut->problem);
	dc_tally_json(root, &cut->tally);
	dc_json_set(root, "crossings_by_kind", crossings_json(&cut->tally));
	dc_json_set(
		root, "overhead",
		json_real(dc_overhead(cut->problem, cut->terms.delay_ns, cut->tally.crossings)));
	dc_json_set(root, "value", dc_ratio_number_json(cut->value));
	dc_json_set(root, "value_exact", dc_ratio_json(cut->value));
	dc_json_set(root, "proof", proof_json(cut));
	dc_json_set(root, "sides", sides_json(cut));
	dc_json_set(root, "replicated", replicated_json(cut));
	dc_json_set(root, "reasons", reasons_json(cut));
	dc_json_set(root, "causes", causes_json(cut));
	dc_json_set(root, "weights", weights_json(cut->problem));
	return root;
}

/* Reading back */

static enum dc_placement read_placement(const struct dc_json *sides, const char *id)
{
	const char *name = dc_json_str(sides, id);

	if (strcmp(name, "kernel") != 0 && strcmp(name, "user") != 0)
		dc_json_fault(sides, "%s has the side \"%s\"; expected kernel or user", id, name);
	return strcmp(name, "kernel") ? DC_PLACEMENT_USER : DC_PLACEMENT_KERNEL;
}

static const char *read_reason(const struct dc_json *reasons, const char *id)
{
	struct dc_json list = dc_json_array_or_empty(reasons, id);

	return dc_json_len(&list) ? dc_json_str_at(&list, 0) : "";
}

static int order_ids(const void *a, const void *b)
{
	return strcmp(((const struct dc_sides_node *)a)->id, ((const struct dc_sides_node *)b)->id);
}

static void read_sides(struct dc_sides *ret, const struct dc_json *root)
{
	struct dc_json sides = dc_json_object(root, "sides"), reasons = {0}, weights = {0};
	const char *id;
	json_t *value;

	if (dc_json_has(root, "reasons"))
		reasons = dc_json_object(root, "reasons");
	if (dc_json_has(root, "weights"))
		weights = dc_json_object(root, "weights");
	json_object_foreach (sides.value, id, value) {
		const char *reason = reasons.value ? read_reason(&reasons, id) : "";
		struct dc_sides_node node = {
			.id = dc_arena_strdup(ret->arena, id),
			.placement = read_placement(&sides, id),
			.reason = dc_arena_strdup(ret->arena, reason),
			.weight =
				weights.value ? dc_json_int_or(&weights, id, 0, INT64_MAX, -1) : -1,
		};

		dc_vec_push(&ret->nodes, node);
	}
	if (ret->nodes.len)
		qsort(ret->nodes.at, ret->nodes.len, sizeof(*ret->nodes.at), order_ids);
}

struct dc_sides_node *dc_sides_find(const struct dc_sides *sides, const char *id)
{
	const struct dc_sides_node key = {.id = id};

	if (!sides->nodes.len)
		return NULL;
	return bsearch(&key, sides->nodes.at, sides->nodes.len, sizeof(key), order_ids);
}

static void read_replicated(struct dc_sides *ret, const struct dc_json *root)
{
	struct dc_json ids = dc_json_array_or_empty(root, "replicated");
	size_t i;

	for (i = 0; i < dc_json_len(&ids); i++) {
		const char *id = dc_json_str_at(&ids, i);
		struct dc_sides_node *node = dc_sides_find(ret, id);

		if (!node || node->placement != DC_PLACEMENT_KERNEL)
			dc_json_fault(&ids, "\"%s\" is not on the kernel side", id);
		else
			node->placement = DC_PLACEMENT_BOTH;
	}
}

static void read_head(struct dc_sides *ret, const struct dc_json *root)
{
	struct dc_json lambda = dc_json_array(root, "lambda");
	const char *driver = dc_json_str_or(root, "driver", NULL);

	if (driver)
		ret->driver = dc_arena_strdup(ret->arena, driver);
	if (lambda.value &&
	    (dc_json_len(&lambda) != 2 ||
	     !dc_ratio_make(json_integer_value(json_array_get(lambda.value, 0)),
			    json_integer_value(json_array_get(lambda.value, 1)), &ret->lambda)))
		dc_json_fault(&lambda, "expected [p, q], two integers");
	ret->kernel_loc = dc_json_int(root, "kernel_loc", 0, INT64_MAX);
	ret->user_loc = dc_json_int(root, "user_loc", 0, INT64_MAX);
	ret->replicated_loc = dc_json_int_or(root, "replicated_loc", 0, INT64_MAX, 0);
	ret->crossings = dc_json_int(root, "crossings", 0, INT64_MAX);
	ret->is_estimated = !strcmp(dc_json_str_or(root, "weighed", ""),
				    dc_weights_names[DC_WEIGHTS_ESTIMATED]);
}

int dc_sides_read(struct dc_diag *diag, const char *path, struct dc_sides **ret_sides)
{
	struct dc_json_doc *doc;
	struct dc_sides *sides;
	struct dc_json root;
	int err = dc_json_open(diag, path, "cut", &doc, &root);

	if (err < 0)
		return err;
	sides = dc_alloc(1, sizeof(*sides));
	sides->arena = dc_arena_new();
	read_head(sides, &root);
	read_sides(sides, &root);
	read_replicated(sides, &root);
	err = dc_json_failed(doc) ? -EINVAL : 0;
	dc_json_close(doc);
	if (err < 0)
		dc_sides_free(sides);
	else
		*ret_sides = sides;
	return err;
}

void dc_sides_free(struct dc_sides *sides)
{
	if (!sides)
		return;
	dc_vec_done(&sides->nodes);
	dc_arena_free(sides->arena);
	free(sides);
}
