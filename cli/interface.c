/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/interface.h"

#include "base/json.h"
#include "cli/table.h"
#include "emit/interface.h"

struct counts {
	size_t open, guarded;
};

static void count(const dc_interface_places *places, struct counts *by_class, struct counts *sum)
{
	const struct dc_interface_place *place;

	dc_vec_each (place, places) {
		struct counts *counts = &by_class[place->class];

		*(place->guarded ? &counts->guarded : &counts->open) += 1;
		*(place->guarded ? &sum->guarded : &sum->open) += 1;
	}
}

static void add_row(struct dc_table *table, const char *name, const struct counts *counts)
{
	dc_table_row(table);
	dc_table_text(table, name);
	dc_table_int(table, (int64_t)counts->open);
	dc_table_int(table, (int64_t)counts->guarded);
}

static void print_table(const struct counts *by_class, const struct counts *sum)
{
	static const char *const heads[] = {"FROM THE PROCESS", ">OPEN", ">GUARDED", NULL};
	struct dc_table *table = dc_table_new(heads);
	size_t i;

	for (i = 0; i < DC_INTERFACE_CLASSES; i++)
		if (by_class[i].open || by_class[i].guarded)
			add_row(table, dc_interface_names[i], &by_class[i]);
	add_row(table, "all", sum);
	dc_table_print(table);
}

static json_t *counts_json(const struct counts *counts)
{
	json_t *row = json_object();

	dc_json_set(row, "open", json_integer((json_int_t)counts->open));
	dc_json_set(row, "guarded", json_integer((json_int_t)counts->guarded));
	return row;
}

static json_t *place_json(const struct dc_interface_place *place)
{
	json_t *row = json_object();

	dc_json_set(row, "class", json_string(dc_interface_names[place->class]));
	dc_json_set(row, "function", place->function ? json_string(place->function) : json_null());
	dc_json_set(row, "what", json_string(place->what));
	dc_json_set(row, "guarded", json_boolean(place->guarded));
	return row;
}

static void print_json(const dc_interface_places *places, const struct counts *by_class,
		       const struct counts *sum)
{
	json_t *root = dc_json_new("emit-interface"), *classes = json_object();
	json_t *rows = json_array();
	const struct dc_interface_place *place;
	size_t i;

	for (i = 0; i < DC_INTERFACE_CLASSES; i++)
		dc_json_set(classes, dc_interface_names[i], counts_json(&by_class[i]));
	dc_vec_each (place, places)
		dc_json_add(rows, place_json(place));
	dc_json_set(root, "classes", classes);
	dc_json_set(root, "sum", counts_json(sum));
	dc_json_set(root, "places", rows);
	dc_cli_print_json(root);
}

void dc_interface_print(struct dc_workspace *workspace, const struct dc_emit_plan *plan)
{
	struct counts by_class[DC_INTERFACE_CLASSES] = {0}, sum = {0};
	dc_interface_places places;

	dc_emit_interface(workspace->arena, plan, &places);
	count(&places, by_class, &sum);
	if (workspace->cli->json)
		print_json(&places, by_class, &sum);
	else
		print_table(by_class, &sum);
	dc_vec_done(&places);
}
