/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profile.json, both ways. */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "profile/profile.h"

/* Writing */

static void set_str(json_t *object, const char *key, const char *text)
{
	dc_json_set(object, key, json_string(text));
}

static void set_int(json_t *object, const char *key, uint64_t value)
{
	dc_json_set(object, key, json_integer((json_int_t)value));
}

static json_t *phase_json(const struct dc_profile_phase *phase)
{
	json_t *object = json_object();

	set_str(object, "name", phase->name);
	set_int(object, "share_percent", phase->share_percent);
	set_int(object, "per_hour", phase->per_hour);
	set_int(object, "recorded_ms", phase->recorded_ms);
	set_int(object, "recorded_packets", phase->recorded_packets);
	set_int(object, "recorded_interrupts", phase->recorded_interrupts);
	set_str(object, "recorded_throughput", phase->recorded_throughput);
	set_int(object, "free_ms", phase->free_ms);
	set_int(object, "free_packets", phase->free_packets);
	set_int(object, "free_interrupts", phase->free_interrupts);
	set_str(object, "throughput", phase->throughput);
	set_int(object, "events", phase->events);
	set_int(object, "lost", phase->lost);
	return object;
}

static json_t *edge_json(const struct dc_profile *profile, const struct dc_profile_edge *edge)
{
	json_t *object = json_object(), *by_phase = json_object();
	size_t i;

	if (edge->caller)
		set_str(object, "caller", edge->caller);
	set_str(object, edge->caller ? "callee" : "function", edge->callee);
	set_int(object, "calls", edge->calls);
	if (edge->kernel)
		dc_json_set(object, "kernel", json_true());
	set_int(object, "samples", edge->samples);
	set_int(object, "atomic_samples", edge->atomic_samples);
	for (i = 0; i < profile->phases.len; i++)
		if (edge->by_phase[i])
			set_int(by_phase, profile->phases.at[i].name, edge->by_phase[i]);
	dc_json_set(object, "phases", by_phase);
	return object;
}

static json_t *edges_json(const struct dc_profile *profile, const dc_profile_edges *edges)
{
	const struct dc_profile_edge *edge;
	json_t *list = json_array();

	dc_vec_each (edge, edges)
		dc_json_add(list, edge_json(profile, edge));
	return list;
}

static json_t *pair_json(const struct dc_profile_pair *pair)
{
	json_t *object = json_object();

	if (pair->caller)
		set_str(object, "caller", pair->caller);
	set_str(object, "callee", pair->callee);
	return object;
}

int dc_profile_write(struct dc_diag *diag, const char *path, const struct dc_profile *profile)
{
	json_t *root = dc_json_new("profile"), *phases = json_array(), *unseen = json_array();
	const struct dc_profile_phase *phase;
	const struct dc_profile_pair *pair;
	int err;

	dc_vec_each (phase, &profile->phases)
		dc_json_add(phases, phase_json(phase));
	dc_vec_each (pair, &profile->unseen)
		dc_json_add(unseen, pair_json(pair));
	set_str(root, "driver", profile->driver);
	set_str(root, "source", profile->source);
	set_int(root, "seconds", profile->seconds);
	set_int(root, "lost", profile->lost);
	dc_json_set(root, "phases", phases);
	dc_json_set(root, "edges", edges_json(profile, &profile->edges));
	dc_json_set(root, "entries", edges_json(profile, &profile->entries));
	dc_json_set(root, "unseen_in_graph", unseen);
	err = dc_json_write(diag, path, root);
	json_decref(root);
	return err;
}

/* Reading */

#define MAX_COUNT INT64_C(9007199254740992) /* 2^53: a double still holds it */

static uint64_t get_count(const struct dc_json *object, const char *key)
{
	return (uint64_t)dc_json_int(object, key, 0, MAX_COUNT);
}

static uint64_t get_count_or_0(const struct dc_json *object, const char *key)
{
	return (uint64_t)dc_json_int_or(object, key, 0, MAX_COUNT, 0);
}

static const char *get_str(struct dc_profile *profile, const struct dc_json *object,
			   const char *key)
{
	const char *text = dc_json_str(object, key);

	if (!*text)
		dc_json_fault(object, "%s is empty", key);
	return dc_arena_strdup(profile->arena, text);
}

static const char *get_str_or_none(struct dc_profile *profile, const struct dc_json *object,
				   const char *key)
{
	return dc_arena_strdup(profile->arena, dc_json_str_or(object, key, ""));
}

static void read_phases(struct dc_profile *profile, const struct dc_json *root)
{
	struct dc_json list = dc_json_array(root, "phases");
	size_t i, k;

	for (i = 0; i < dc_json_len(&list); i++) {
		struct dc_json at = dc_json_at(&list, i);
		struct dc_profile_phase phase = {
			.name = get_str(profile, &at, "name"),
			.share_percent = (unsigned)dc_json_int_or(&at, "share_percent", 0, 100, 0),
			.per_hour = (unsigned)dc_json_int_or(&at, "per_hour", 0, 3600000, 0),
			.recorded_ms = get_count_or_0(&at, "recorded_ms"),
			.recorded_packets = get_count_or_0(&at, "recorded_packets"),
			.recorded_interrupts = get_count_or_0(&at, "recorded_interrupts"),
			.recorded_throughput = get_str_or_none(profile, &at, "recorded_throughput"),
			.free_ms = get_count_or_0(&at, "free_ms"),
			.free_packets = get_count_or_0(&at, "free_packets"),
			.free_interrupts = get_count_or_0(&at, "free_interrupts"),
			.throughput = get_str_or_none(profile, &at, "throughput"),
			.events = get_count_or_0(&at, "events"),
			.lost = get_count_or_0(&at, "lost"),
		};

		for (k = 0; k < profile->phases.len; k++)
			if (!strcmp(profile->phases.at[k].name, phase.name))
				dc_json_fault(&at, "there is a phase \"%s\" already", phase.name);
		dc_vec_push(&profile->phases, phase);
	}
}

/* Fills edge->by_phase; its sum may not exceed the samples. */
static void read_by_phase(struct dc_profile *profile, const struct dc_json *at,
			  struct dc_profile_edge *edge)
{
	struct dc_json object;
	uint64_t sum = 0;
	size_t i, found = 0;

	edge->by_phase =
		dc_arena_alloc(profile->arena, profile->phases.len * sizeof(*edge->by_phase));
	if (!dc_json_has(at, "phases"))
		return;
	object = dc_json_object(at, "phases");
	for (i = 0; i < profile->phases.len; i++) {
		const char *name = profile->phases.at[i].name;

		found += dc_json_has(&object, name);
		edge->by_phase[i] = get_count_or_0(&object, name);
		sum += edge->by_phase[i];
	}
	if (found != json_object_size(object.value))
		dc_json_fault(&object, "names a phase that is not in \"phases\"");
	if (sum != edge->samples)
		dc_json_fault(&object, "counts do not add up to samples");
}

static int compare(const struct dc_profile_edge *one, const struct dc_profile_edge *two)
{
	int order = one->caller ? strcmp(one->caller, two->caller) : 0;

	return order ? order : strcmp(one->callee, two->callee);
}

static void read_edges(struct dc_profile *profile, const struct dc_json *root, const char *key,
		       bool entries, dc_profile_edges *ret)
{
	struct dc_json list = dc_json_array(root, key);
	size_t i;

	for (i = 0; i < dc_json_len(&list); i++) {
		struct dc_json at = dc_json_at(&list, i);
		struct dc_profile_edge edge = {
			.caller = entries ? NULL : get_str(profile, &at, "caller"),
			.callee = get_str(profile, &at, entries ? "function" : "callee"),
			.kernel = !entries && dc_json_bool_or(&at, "kernel", false),
			.calls = get_count(&at, "calls"),
			.samples = get_count_or_0(&at, "samples"),
			.atomic_samples = get_count_or_0(&at, "atomic_samples"),
		};

		if (!edge.calls)
			dc_json_fault(&at, "calls is 0; leave out what was not called");
		if (edge.atomic_samples > edge.samples)
			dc_json_fault(&at, "atomic_samples is above samples");
		read_by_phase(profile, &at, &edge);
		if (ret->len && compare(&ret->at[ret->len - 1], &edge) >= 0)
			dc_json_fault(&at, "out of order, or there twice");
		dc_vec_push(ret, edge);
	}
}

static void read_unseen(struct dc_profile *profile, const struct dc_json *root)
{
	struct dc_json list = dc_json_array_or_empty(root, "unseen_in_graph");
	size_t i;

	for (i = 0; i < dc_json_len(&list); i++) {
		struct dc_json at = dc_json_at(&list, i);
		struct dc_profile_pair pair = {NULL, get_str(profile, &at, "callee")};

		if (dc_json_has(&at, "caller"))
			pair.caller = get_str(profile, &at, "caller");
		dc_vec_push(&profile->unseen, pair);
	}
}

int dc_profile_read(struct dc_diag *diag, const char *path, struct dc_profile *ret)
{
	struct dc_profile profile = {0};
	struct dc_json_doc *doc;
	struct dc_json root;
	int err = dc_json_open(diag, path, "profile", &doc, &root);

	if (err < 0)
		return err;
	profile.arena = dc_arena_new();
	profile.driver = get_str(&profile, &root, "driver");
	profile.source = get_str_or_none(&profile, &root, "source");
	profile.seconds = (uint64_t)dc_json_int(&root, "seconds", 1, MAX_COUNT);
	profile.lost = get_count_or_0(&root, "lost");
	read_phases(&profile, &root);
	read_edges(&profile, &root, "edges", false, &profile.edges);
	read_edges(&profile, &root, "entries", true, &profile.entries);
	read_unseen(&profile, &root);
	err = dc_json_failed(doc) ? -EINVAL : 0;
	dc_json_close(doc);
	if (err < 0)
		dc_profile_done(&profile);
	else
		*ret = profile;
	return err;
}
