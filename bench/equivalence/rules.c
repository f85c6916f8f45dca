/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the data: what a family's workload needs, the driver's models and registers, and the lists
 * of known differences. */
#include "equivalence.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "graph/driver/driver.h"

const char *const eq_subject_names[] = {"output", "log", "status", "value", NULL};

struct reading {
	struct dc_diag *diag;
	struct dc_arena *arena;
	struct eq_rules *rules;
	const char *path;
};

static const char *keep(const struct reading *reading, const char *text)
{
	return dc_arena_strdup(reading->arena, text);
}

static void read_words(const struct reading *reading, const struct dc_json *object, const char *key,
		       eq_words *ret)
{
	struct dc_json list = dc_json_array_or_empty(object, key);
	size_t i;

	for (i = 0; i < dc_json_len(&list); i++)
		dc_vec_push(ret, keep(reading, dc_json_str_at(&list, i)));
}

/* "0x3800": JSON has no such numbers. */
static uint64_t read_number(const struct dc_json *object, const char *key, const char *missing)
{
	const char *text =
		missing ? dc_json_str_or(object, key, missing) : dc_json_str(object, key);
	char *end;
	uint64_t number = strtoull(text, &end, 0);

	if (!*text || *end)
		dc_json_fault(object, "%s: \"%s\" is no number such as \"0x3800\"", key, text);
	return number;
}

static struct eq_registers read_registers(const struct reading *reading,
					  const struct dc_json *object)
{
	const char *from = dc_json_str(object, "from");

	return (struct eq_registers){
		.region = keep(reading, dc_json_str(object, "region")),
		.name = keep(reading, dc_json_str_or(object, "name", from)),
		.from = read_number(object, "from", NULL),
		.to = read_number(object, "to", from),
	};
}

static void read_regions(const struct reading *reading, const struct dc_json *root)
{
	struct dc_json list = dc_json_array_or_empty(root, "regions");
	size_t i;

	for (i = 0; i < dc_json_len(&list); i++) {
		struct dc_json row = dc_json_at(&list, i);
		struct eq_region region = {
			.name = keep(reading, dc_json_str(&row, "name")),
			.bytes = (uint64_t)dc_json_int(&row, "bytes", 1, INT64_MAX),
		};

		if (region.bytes & (region.bytes - 1))
			dc_json_fault(&row, "bytes: a region has a power of two");
		dc_vec_push(&reading->rules->regions, region);
	}
}

static void read_traffic(const struct reading *reading, const struct dc_json *root)
{
	struct dc_json list = dc_json_array_or_empty(root, "traffic");
	size_t i;

	for (i = 0; i < dc_json_len(&list); i++) {
		struct dc_json row = dc_json_at(&list, i);
		struct eq_traffic traffic = {.registers = read_registers(reading, &row),
					     .anywhere = dc_json_bool_or(&row, "anywhere", false)};

		dc_vec_push(&reading->rules->traffic, traffic);
	}
}

static enum eq_subject read_subject(const struct dc_json *row)
{
	const char *text = dc_json_str(row, "in");
	unsigned i;

	for (i = 0; eq_subject_names[i]; i++)
		if (!strcmp(eq_subject_names[i], text))
			return (enum eq_subject)i;
	dc_json_fault(row, "in: output, log, status or value, not \"%s\"", text);
	return EQ_OUTPUT;
}

static void read_known(const struct reading *reading, const struct dc_json *root)
{
	struct dc_json list = dc_json_array_or_empty(root, "differences");
	size_t i;

	for (i = 0; i < dc_json_len(&list); i++) {
		struct dc_json row = dc_json_at(&list, i);
		struct eq_known known = {
			.subject = read_subject(&row),
			.command = keep(reading, dc_json_str_or(&row, "command", "*")),
			.sometimes = dc_json_bool_or(&row, "sometimes", false),
			.why = keep(reading, dc_json_str(&row, "why")),
			.file = keep(reading, reading->path),
			.index = i,
		};

		if (known.subject == EQ_OUTPUT || known.subject == EQ_LOG)
			known.line = keep(reading, dc_json_str(&row, "line"));
		if (known.subject == EQ_VALUE) {
			known.registers = read_registers(reading, &row);
			known.bits = read_number(&row, "bits", "0xffffffffffffffff");
		}
		read_words(reading, &row, "models", &known.models);
		dc_vec_push(&reading->rules->known, known);
	}
}

static void read_groups(const struct reading *reading, const struct dc_json *root)
{
	struct dc_json list = dc_json_array_or_empty(root, "groups");
	size_t i;

	for (i = 0; i < dc_json_len(&list); i++) {
		struct dc_json row = dc_json_at(&list, i);

		dc_vec_push(&reading->rules->groups,
			    (struct eq_group){keep(reading, dc_json_str(&row, "name")),
					      dc_json_bool_or(&row, "short", false)});
	}
}

/* All files have the same form; each has the keys that it needs. */
static int read_file(const struct reading *reading)
{
	struct dc_json_doc *doc;
	struct dc_json root;
	int err = dc_json_open(reading->diag, reading->path, "equivalence", &doc, &root);

	if (err < 0)
		return err;
	read_words(reading, &root, "models", &reading->rules->models);
	read_words(reading, &root, "modules", &reading->rules->modules);
	read_words(reading, &root, "programs", &reading->rules->programs);
	if (dc_json_has(&root, "peer"))
		reading->rules->peer = keep(reading, dc_json_str(&root, "peer"));
	read_regions(reading, &root);
	read_traffic(reading, &root);
	read_groups(reading, &root);
	read_known(reading, &root);
	err = dc_json_failed(doc) ? -EINVAL : 0;
	dc_json_close(doc);
	return err;
}

int eq_rules_read(struct dc_diag *diag, struct dc_arena *arena, const char *folder,
		  const char *family, const char *device, struct eq_rules *ret)
{
	const char *ours = dc_arena_printf(arena, "%s/bench/equivalence", dc_data_dir());
	const char *paths[] = {
		dc_arena_printf(arena, "%s/%s.json", ours, family),
		dc_arena_printf(arena, "%s/known.json", ours),
		dc_arena_printf(arena, "%s/equivalence.json", folder),
	};
	struct reading reading = {.diag = diag, .arena = arena, .rules = ret};
	size_t i;
	int err = 0;

	if (!dc_is_file(paths[0]))
		return dc_error(diag, -EINVAL, DC_FILE(folder),
				"there is no workload for family %s; a new one is %s and the job "
				"%s.sh beside it",
				family, paths[0], family);
	for (i = 0; i < 3 && !err; i++) {
		reading.path = paths[i];
		if (dc_is_file(paths[i]))
			err = read_file(&reading);
		else if (i == 2)
			dc_warn(diag, DC_FILE(paths[i]),
				"no such file: only accesses of configuration space are compared; "
				"docs/equivalence.md says what stands in it");
	}
	if (!err && !ret->models.len)
		dc_vec_push(&ret->models, device);
	return err;
}

void eq_rules_done(struct eq_rules *rules)
{
	struct eq_known *known;

	dc_vec_each (known, &rules->known)
		dc_vec_done(&known->models);
	dc_vec_done(&rules->models);
	dc_vec_done(&rules->modules);
	dc_vec_done(&rules->programs);
	dc_vec_done(&rules->regions);
	dc_vec_done(&rules->traffic);
	dc_vec_done(&rules->known);
	dc_vec_done(&rules->groups);
}

bool eq_has_register(const struct eq_registers *registers, const char *region, uint64_t offset)
{
	return offset >= registers->from && offset <= registers->to &&
	       !strcmp(registers->region, region);
}
