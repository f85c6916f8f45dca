/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/ladder.h"

#include <errno.h>
#include <stdio.h>

#include "base/json.h"
#include "cli/table.h"
#include "marshal/ladder.h"

static void add_row(struct dc_table *table, const char *name, const struct dc_ladder_counts *counts)
{
	dc_table_row(table);
	dc_table_text(table, name);
	dc_table_int(table, (int64_t)counts->deep);
	dc_table_int(table, (int64_t)counts->accessed);
	dc_table_int(table, (int64_t)counts->shared);
	dc_table_int(table, (int64_t)counts->crossing);
}

static void print_table(const struct dc_ladder *ladder)
{
	static const char *const heads[] = {"ENTRY POINT", ">DEEP COPY", ">ACCESSED",
					    ">SHARED",	   ">CROSSING",	 NULL};
	struct dc_table *table = dc_table_new(heads);
	const struct dc_ladder_row *row;

	dc_vec_each (row, &ladder->rows)
		add_row(table, row->function, &row->counts);
	add_row(table, "sum", &ladder->sum);
	add_row(table, "each field once", &ladder->distinct);
	dc_table_print(table);
}

static json_t *counts_json(const struct dc_ladder_counts *counts)
{
	json_t *row = json_object();

	dc_json_set(row, "deep", json_integer((json_int_t)counts->deep));
	dc_json_set(row, "accessed", json_integer((json_int_t)counts->accessed));
	dc_json_set(row, "shared", json_integer((json_int_t)counts->shared));
	dc_json_set(row, "crossing", json_integer((json_int_t)counts->crossing));
	return row;
}

static void print_json(const struct dc_ladder *ladder)
{
	json_t *root = dc_json_new("emit-fields"), *rows = json_array();
	const struct dc_ladder_row *row;

	dc_vec_each (row, &ladder->rows) {
		json_t *counts = counts_json(&row->counts), *named = json_object();

		dc_json_set(named, "function", json_string(row->function));
		json_object_update(named, counts);
		json_decref(counts);
		dc_json_add(rows, named);
	}
	dc_json_set(root, "entry_points", rows);
	dc_json_set(root, "sum", counts_json(&ladder->sum));
	dc_json_set(root, "distinct", counts_json(&ladder->distinct));
	dc_cli_print_json(root);
}

int dc_ladder_print(struct dc_workspace *workspace, const struct dc_emit_plan *plan)
{
	struct dc_ladder ladder;
	bool *user;
	size_t i;

	if (!plan->source->layouts.reach.len)
		return dc_error(
			&workspace->cli->diag, -EINVAL,
			DC_FILE(dc_workspace_path(workspace, "source.json")),
			"it does not say what parameters reach: an older drivercut made it; "
			"remove it and try again");
	user = dc_alloc(plan->count + 1, sizeof(*user));
	for (i = 0; i < plan->count; i++)
		user[i] = plan->functions[i].placement != DC_PLACEMENT_KERNEL;
	dc_ladder_find(plan->marshal, user, &ladder);
	if (workspace->cli->json)
		print_json(&ladder);
	else
		print_table(&ladder);
	dc_ladder_done(&ladder);
	free(user);
	return 0;
}
