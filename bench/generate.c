/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random problems of three families, the same for the same seed; see generate.h. */
#include "generate.h"

#include <stdio.h>
#include <string.h>

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static size_t below(uint64_t *seed, size_t limit)
{
	return (size_t)((next_random(seed) >> 16) % limit);
}

/* Half of all are below 2^8, a fourth below 2^9, ... up to 2^24. */
static int64_t heavy_tail(uint64_t *seed)
{
	unsigned bits = 8;

	while (bits < 24 && next_random(seed) >> 20 & 1)
		bits++;
	return (int64_t)below(seed, (size_t)1 << bits);
}

static void add_nodes(struct dc_problem *problem, size_t count, uint64_t *seed)
{
	char id[24];
	size_t i;

	for (i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "f%07zu", i);
		dc_problem_add_node(problem, id, 3 + (int64_t)below(seed, 90));
	}
}

static void add_calls(struct dc_problem *problem, size_t count, uint64_t *seed)
{
	size_t i, cluster = 50, helpers = count / 100 + 1;

	for (i = 0; i < count * 5 / 2; i++) {
		size_t from = below(seed, count), first = from / cluster * cluster;
		size_t kind = below(seed, 20), to = below(seed, count);

		if (kind < 15)
			to = first + below(seed, cluster);
		else if (kind < 18)
			to = below(seed, helpers) * 100 % count;
		if (to < count)
			dc_problem_add_edge(problem, from, to,
					    below(seed, 3) ? heavy_tail(seed) : 0,
					    below(seed, 3) ? heavy_tail(seed) : 0);
	}
	for (i = 0; i < count; i++) {
		if (!below(seed, 4))
			problem->nodes.at[i].kernel_calls = heavy_tail(seed) / 4;
		if (!below(seed, 20))
			problem->nodes.at[i].entry_calls = heavy_tail(seed);
		if (!below(seed, 60))
			dc_problem_add_pin(problem, i, DC_SIDE_KERNEL,
					   "entry point in atomic context");
	}
	for (i = 0; i < count / 30; i++)
		dc_problem_add_follow(problem, below(seed, count), below(seed, count),
				      "atomic call");
}

static void add_rmf(struct dc_problem *problem, size_t count, uint64_t *seed)
{
	size_t side = 2, frame, i;

	while (side * side * side < count)
		side++;
	frame = side * side;
	for (i = 0; i < count; i++) {
		if (i % side + 1 < side && i + 1 < count)
			dc_problem_add_edge(problem, i, i + 1, 100000, 100000);
		if (i % frame + side < frame && i + side < count)
			dc_problem_add_edge(problem, i, i + side, 100000, 100000);
		if (i / frame * frame + 2 * frame <= count)
			dc_problem_add_edge(problem, i,
					    (i / frame + 1) * frame + below(seed, frame),
					    1 + (int64_t)below(seed, 1000), 0);
	}
	dc_problem_add_pin(problem, 0, DC_SIDE_KERNEL, "first frame");
	dc_problem_add_pin(problem, count - 1, DC_SIDE_USER, "last frame");
}

static void add_levels(struct dc_problem *problem, size_t count, uint64_t *seed)
{
	size_t width = 64, i, j;

	for (i = 0; i < count; i++) {
		size_t next = (i / width + 1) * width;

		for (j = 0; j < 3 && next + width <= count; j++)
			dc_problem_add_edge(problem, i, next + below(seed, width),
					    1 + (int64_t)below(seed, 10000), 0);
		if (i < width)
			dc_problem_add_pin(problem, i, DC_SIDE_KERNEL, "first level");
		if (i + width >= count)
			dc_problem_add_pin(problem, i, DC_SIDE_USER, "last level");
	}
}

struct dc_problem *dc_generate(const char *family, size_t nodes, uint64_t seed)
{
	static const struct {
		const char *name;
		void (*add)(struct dc_problem *problem, size_t count, uint64_t *seed);
	} families[] = {{"calls", add_calls}, {"rmf", add_rmf}, {"levels", add_levels}};
	struct dc_problem *problem;
	struct dc_diag diag = {0};
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (strcmp(family, families[i].name) != 0)
			continue;
		seed = seed * 0x9e3779b97f4a7c15u + 88172645463325252u;
		problem = dc_problem_new(family);
		add_nodes(problem, nodes, &seed);
		families[i].add(problem, nodes, &seed);
		if (dc_problem_finish(&diag, problem) == 0)
			return problem;
		dc_problem_free(problem);
		return NULL;
	}
	return NULL;
}
