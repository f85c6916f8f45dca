/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small driver with a plan, for the tests of emit/'s parts. */
#ifndef DC_TESTS_PLANNED_H
#define DC_TESTS_PLANNED_H

#include "marshal/small_driver.h"

#include "emit/emit.h"

struct planned {
	struct small_driver made;
	struct dc_emit_plan plan;
	int err; /* of dc_emit_plan_make */
};

/* Plans the driver `text`. user, both: names of functions, each with a space before and behind; all
 * others are in the kernel. user NULL: everything is in the kernel, without a process. End with
 * planned_done. */
static inline void planned_make(struct planned *ret, const char *text, const char *annotations,
				const char *user, const char *both)
{
	struct dc_sides sides = {0};
	const struct dc_definition *definition;

	memset(ret, 0, sizeof(*ret));
	assert_int_equal(small_driver_make_from(&ret->made, text, annotations), 0);
	dc_vec_each (definition, &ret->made.source->definitions) {
		char *name = dc_printf(" %s ", definition->name);
		struct dc_sides_node node = {
			.id = definition->name,
			.placement = user && strstr(user, name)	  ? DC_PLACEMENT_USER
				     : both && strstr(both, name) ? DC_PLACEMENT_BOTH
								  : DC_PLACEMENT_KERNEL,
			.reason = "",
		};

		dc_vec_push(&sides.nodes, node);
		free(name);
	}
	ret->err = dc_emit_plan_make(&ret->made.caught.diag, &ret->made.marshal,
				     user ? &sides : NULL, "cut.json", &ret->plan);
	dc_vec_done(&sides.nodes);
}

static inline void planned_done(struct planned *planned)
{
	if (!planned->err)
		dc_emit_plan_done(&planned->plan);
	small_driver_done(&planned->made);
}

static inline const struct dc_emit_function *planned_function(const struct planned *planned,
							      const char *name)
{
	size_t i;

	for (i = 0; i < planned->plan.count; i++)
		if (!strcmp(planned->plan.functions[i].definition->name, name))
			return &planned->plan.functions[i];
	fail_msg("no function %s", name);
	return NULL;
}

#endif
