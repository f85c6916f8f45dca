/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From counts to calls an hour. Recording slows the guest down, so a second of recorded netperf is
 * not a second of netperf; but a packet is a packet. Calls that happen at fixed intervals
 * whether or not packets pass (a watchdog) are measured in the phase "idle" and kept apart.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "profile/tally.h"

#define HOUR_S 3600

/* Calls per second that time makes. */
static double idle_rate(const struct dc_profile_phase *phases, size_t phase_count,
			const uint64_t *by_phase)
{
	size_t i;

	for (i = 0; i < phase_count; i++)
		if (!strcmp(phases[i].name, "idle") && phases[i].recorded_ms)
			return (double)by_phase[i] * 1000 / (double)phases[i].recorded_ms;
	return 0;
}

/* Calls per second of a phase that is not recorded. A short recording holds a few calls of a
 * watchdog more or less by chance; those must not be scaled as if packets had made them. */
static double free_rate(const struct dc_profile_phase *phase, uint64_t recorded, double idle)
{
	double by_time = idle * (double)phase->recorded_ms / 1000;
	double by_packets = (double)recorded - by_time;
	double chance = idle > 0 ? 1 + 2 * sqrt(by_time) : 0;

	if (by_packets <= chance || !phase->free_ms || !phase->recorded_packets)
		return idle;
	return by_packets * (double)phase->free_packets / (double)phase->recorded_packets * 1000 /
		       (double)phase->free_ms +
	       idle;
}

uint64_t dc_profile_hourly(const struct dc_profile_phase *phases, size_t phase_count,
			   const uint64_t *by_phase)
{
	double idle = idle_rate(phases, phase_count, by_phase);
	double calls = 0;
	bool seen = false;
	size_t i;

	for (i = 0; i < phase_count; i++) {
		const struct dc_profile_phase *phase = &phases[i];

		seen |= by_phase[i] > 0;
		calls += (double)by_phase[i] * phase->per_hour;
		if (phase->share_percent)
			calls += free_rate(phase, by_phase[i], idle) * HOUR_S *
				 phase->share_percent / 100;
	}
	if (calls < 1)
		return seen;
	return (uint64_t)llround(calls);
}

/* Putting the phases together */

static int compare_names(const char *one, const char *two)
{
	if (!one || !two)
		return !two - !one;
	return strcmp(one, two);
}

static int by_names(const void *a, const void *b)
{
	const struct dc_profile_edge *one = a, *two = b;
	int order = compare_names(one->caller, two->caller);

	return order ? order : strcmp(one->callee, two->callee);
}

static const char *copy(struct dc_profile *profile, const char *text)
{
	return text ? dc_arena_strdup(profile->arena, text) : NULL;
}

/* Edges are appended here and joined by merge_finish. */
void merge_tally(struct dc_profile *profile, size_t phase, size_t phase_count,
		 const struct tally *tally, unsigned base)
{
	const struct tally_edge *from;

	for (from = tally->edges; from; from = from->hh.next) {
		struct dc_profile_edge edge = {
			.caller = copy(profile, from->caller),
			.callee = copy(profile, from->callee),
			.kernel = from->kernel,
			.samples = tally_samples(from),
			.atomic_samples = tally_atomic(from, base),
			.by_phase = dc_arena_alloc(profile->arena,
						   phase_count * sizeof(*edge.by_phase)),
		};

		edge.by_phase[phase] = edge.samples;
		if (edge.caller)
			dc_vec_push(&profile->edges, edge);
		else
			dc_vec_push(&profile->entries, edge);
	}
}

/* Joins edges that are alike, and sorts them. */
static void join(dc_profile_edges *edges, size_t phase_count)
{
	size_t i, k, kept = 0;

	if (edges->len)
		qsort(edges->at, edges->len, sizeof(*edges->at), by_names);
	for (i = 0; i < edges->len; i++) {
		struct dc_profile_edge *last = kept ? &edges->at[kept - 1] : NULL;

		if (!last || by_names(last, &edges->at[i]) != 0) {
			edges->at[kept++] = edges->at[i];
			continue;
		}
		last->samples += edges->at[i].samples;
		last->atomic_samples += edges->at[i].atomic_samples;
		for (k = 0; k < phase_count; k++)
			last->by_phase[k] += edges->at[i].by_phase[k];
	}
	edges->len = kept;
}

static bool is_called(const dc_profile_edges *edges, const char *function)
{
	const struct dc_profile_edge *edge;

	dc_vec_each (edge, edges)
		if (!edge->kernel && !strcmp(edge->callee, function))
			return true;
	return false;
}

/* Calls of a function that was never seen to be called: once each time a phase ran in which it
 * called something itself. */
static uint64_t implied_calls(const struct dc_profile *profile, const char *function)
{
	uint64_t calls = 0;
	size_t i;

	for (i = 0; i < profile->phases.len; i++) {
		const struct dc_profile_edge *edge;
		bool ran = false;

		dc_vec_each (edge, &profile->edges)
			if (!strcmp(edge->caller, function) && edge->by_phase[i])
				ran = true;
		calls += ran ? profile->phases.at[i].per_hour : 0;
	}
	return calls ? calls : 1;
}

/* Functions that the tracer cannot see (a module's exit function) but that made calls: the kernel
 * must have called them. */
static void add_implied_entries(struct dc_profile *profile)
{
	size_t phase_count = profile->phases.len;
	const char *last = "";
	size_t i;

	for (i = 0; i < profile->edges.len; i++) {
		struct dc_profile_edge entry = {.callee = profile->edges.at[i].caller};

		if (!strcmp(entry.callee, last))
			continue;
		last = entry.callee;
		if (is_called(&profile->edges, last) || is_called(&profile->entries, last))
			continue;
		entry.calls = implied_calls(profile, last);
		entry.by_phase =
			dc_arena_alloc(profile->arena, phase_count * sizeof(*entry.by_phase));
		dc_vec_push(&profile->entries, entry);
	}
	if (profile->entries.len)
		qsort(profile->entries.at, profile->entries.len, sizeof(*profile->entries.at),
		      by_names);
}

static void fill_calls(dc_profile_edges *edges, const struct dc_profile *profile, bool hourly)
{
	struct dc_profile_edge *edge;

	dc_vec_each (edge, edges)
		edge->calls = hourly ? dc_profile_hourly(profile->phases.at, profile->phases.len,
							 edge->by_phase)
				     : edge->samples;
}

void merge_finish(struct dc_profile *profile, bool hourly)
{
	const struct dc_profile_phase *phase;

	join(&profile->edges, profile->phases.len);
	join(&profile->entries, profile->phases.len);
	fill_calls(&profile->edges, profile, hourly);
	fill_calls(&profile->entries, profile, hourly);
	if (hourly)
		add_implied_entries(profile);
	profile->lost = 0;
	dc_vec_each (phase, &profile->phases)
		profile->lost += phase->lost;
}

void dc_profile_done(struct dc_profile *profile)
{
	if (!profile)
		return;
	dc_vec_done(&profile->phases);
	dc_vec_done(&profile->edges);
	dc_vec_done(&profile->entries);
	dc_vec_done(&profile->unseen);
	dc_arena_free(profile->arena);
	*profile = (struct dc_profile){0};
}
