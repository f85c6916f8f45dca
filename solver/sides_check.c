/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Checks a cut that somebody gives against the constraints of a problem: the cut may be older than
 * these, made without some of them, or edited. Nothing is solved: each constraint is looked at
 * once.
 */
#include "cut.h"

#include <errno.h>
#include <stdlib.h>

#define SHOWN_MAX 10 /* functions; a cut of something else breaks hundreds of constraints */

struct check {
	struct dc_diag *diag;
	const struct dc_problem *problem;
	const char *path;
	int *placements; /* of each node: enum dc_placement, -1: the cut does not have it */
	bool *told; /* of each node */
	size_t broken; /* nodes */
};

static bool in_kernel(const struct check *check, size_t node)
{
	return check->placements[node] == DC_PLACEMENT_KERNEL ||
	       check->placements[node] == DC_PLACEMENT_BOTH;
}

/* Whether both nodes of a constraint are in the cut. */
static bool has(const struct check *check, size_t a, size_t b)
{
	return check->placements[a] >= 0 && check->placements[b] >= 0;
}

/* A node is where a constraint does not allow it; said once for each node. */
static void tell(struct check *check, size_t node, const char *wrong, const char *reason)
{
	if (check->told[node])
		return;
	check->told[node] = true;
	if (check->broken++ < SHOWN_MAX)
		dc_error(check->diag, -EINVAL, DC_FILE(check->path), "sides: '%s' %s: %s",
			 check->problem->nodes.at[node].id, wrong, reason);
}

static void check_pins(struct check *check)
{
	const struct dc_problem_pin *pin;

	dc_vec_each (pin, &check->problem->pins) {
		if (check->placements[pin->node] < 0)
			continue;
		if (pin->side == DC_SIDE_KERNEL && !in_kernel(check, pin->node))
			tell(check, pin->node, "must be in the kernel", pin->reason);
		else if (pin->side == DC_SIDE_USER && in_kernel(check, pin->node))
			tell(check, pin->node, "must be in the process", pin->reason);
	}
}

static void check_follows(struct check *check)
{
	const struct dc_problem_follow *follow;

	dc_vec_each (follow, &check->problem->follows)
		if (has(check, follow->from, follow->to) && in_kernel(check, follow->from) &&
		    !in_kernel(check, follow->to))
			tell(check, follow->to, "must be in the kernel", follow->reason);
}

static void check_togethers(struct check *check)
{
	const struct dc_problem_together *together;
	size_t i;

	dc_vec_each (together, &check->problem->togethers)
		for (i = 1; i < together->count; i++)
			if (has(check, together->nodes[0], together->nodes[i]) &&
			    check->placements[together->nodes[0]] !=
				    check->placements[together->nodes[i]])
				tell(check, together->nodes[i],
				     "must be on the side of the functions that it belongs to",
				     together->reason);
}

/* A node may be on both sides only if it can be copied. One that can be copied need not be. */
static void check_copies(struct check *check)
{
	const struct dc_problem *problem = check->problem;
	size_t i;

	for (i = 0; i < problem->nodes.len; i++)
		if (check->placements[i] == DC_PLACEMENT_BOTH && !problem->nodes.at[i].replicated)
			tell(check, i, "cannot be on both sides",
			     "it has a state, a side of its own, or calls what only one side has");
}

int dc_sides_check(struct dc_diag *diag, const struct dc_problem *problem,
		   const struct dc_sides *sides, const char *path, const char *advice)
{
	size_t i, count = problem->nodes.len;
	struct check check = {.diag = diag, .problem = problem, .path = path};

	check.placements = dc_alloc(count + 1, sizeof(*check.placements));
	check.told = dc_alloc(count + 1, sizeof(*check.told));
	for (i = 0; i < count; i++) {
		const struct dc_sides_node *node = dc_sides_find(sides, problem->nodes.at[i].id);

		check.placements[i] = node ? (int)node->placement : -1;
	}
	check_pins(&check);
	check_follows(&check);
	check_togethers(&check);
	check_copies(&check);
	free(check.placements);
	free(check.told);
	if (!check.broken)
		return 0;
	if (check.broken > SHOWN_MAX)
		dc_note(diag, DC_FILE(path), "and %zu more functions", check.broken - SHOWN_MAX);
	dc_note(diag, DC_FILE(path),
		"the cut does not keep these constraints: it is older than they are, was made "
		"without them, or was edited; solve again: %s",
		advice);
	return -EINVAL;
}
