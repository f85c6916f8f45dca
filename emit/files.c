/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every file of both components, in memory: the driver's own, the generated ones, the runtime's. */
#include "emit/emit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "emit/journal.h"
#include "emit/makefiles.h"
#include "emit/print.h"
#include "emit/runtime.h"
#include "emit/source.h"
#include "emit/tables.h"
#include "emit/twin.h"

struct emitting {
	struct dc_diag *diag;
	const struct dc_emit_plan *plan;
	const char *label;
	struct dc_emit_files *files;
	struct emit_runtime runtime;
};

static void add_file(struct emitting *emitting, const char *path, const char *text)
{
	struct dc_arena *arena = emitting->files->arena;

	dc_vec_push(&emitting->files->files,
		    (struct dc_emit_file){.path = dc_arena_strdup(arena, path),
					  .text = text,
					  .len_bytes = strlen(text)});
}

/* With all functions in the kernel there is no process. */
static enum dc_side last_side(const struct emitting *emitting)
{
	return emitting->plan->all_kernel ? DC_SIDE_KERNEL : DC_SIDE_USER;
}

static const char *arena_path(struct emitting *emitting, const char *folder, const char *name)
{
	return dc_arena_printf(emitting->files->arena, "%s%s%s", folder, *folder ? "/" : "", name);
}

static int emit_file(struct emitting *emitting, const struct dc_source_file *file)
{
	const char *path =
		dc_source_path(emitting->files->arena, emitting->plan->source, file->name);
	struct emit_unit unit = {
		.plan = emitting->plan,
		.arena = emitting->files->arena,
		.file = file,
		.label = arena_path(emitting, emitting->label, file->name),
	};
	char *text;
	int err = dc_file_read(emitting->diag, path, &text, &unit.len_bytes);

	if (err < 0)
		return err;
	unit.text = text;
	for (unit.side = DC_SIDE_KERNEL; unit.side <= last_side(emitting); unit.side++) {
		unit.generated = 0;
		add_file(emitting,
			 arena_path(emitting, unit.side == DC_SIDE_KERNEL ? "kernel" : "user",
				    file->name),
			 emit_source(&unit));
		emitting->files->lines[unit.side].generated += unit.generated;
	}
	free(text);
	return 0;
}

static int copy_file(struct emitting *emitting, const char *from, const char *name)
{
	char *text;
	int err = dc_file_read(emitting->diag, from, &text, NULL);

	if (err < 0)
		return err;
	add_file(emitting, name, dc_arena_strdup(emitting->files->arena, text));
	free(text);
	return 0;
}

/* from: below the data folder */
static int emit_data_file(struct emitting *emitting, const char *from, const char *name)
{
	return copy_file(emitting, arena_path(emitting, dc_data_dir(), from), name);
}

/* Adds a file to both components. */
static int copy_to_both(struct emitting *emitting, const char *from, const char *name)
{
	int err = copy_file(emitting, from, arena_path(emitting, "kernel", name));

	if (!err && last_side(emitting) == DC_SIDE_USER)
		err = copy_file(emitting, from, arena_path(emitting, "user", name));
	return err;
}

static int copy_outside(struct emitting *emitting)
{
	static const char note[] = "The driver's folder would be here: names like ../common.h lead "
				   "from here to files outside of it.\n";
	const struct dc_source *source = emitting->plan->source;
	struct dc_arena *arena = emitting->files->arena;
	const char *mark = emit_outside_mark(arena, source);
	int err = 0;
	size_t i;

	for (i = 0; i < source->outside.len && !err; i++)
		err = copy_to_both(emitting, source->outside.at[i],
				   emit_outside_name(arena, source, source->outside.at[i]));
	if (!mark || err)
		return err;
	add_file(emitting, arena_path(emitting, "kernel", mark), note);
	if (last_side(emitting) == DC_SIDE_USER)
		add_file(emitting, arena_path(emitting, "user", mark), note);
	return 0;
}

static int order_paths(const void *a, const void *b)
{
	return strcmp(((const struct dc_emit_file *)a)->path,
		      ((const struct dc_emit_file *)b)->path);
}

static int emit_runtime_file(struct emitting *emitting, const struct emit_runtime_file *file)
{
	const char *from = arena_path(emitting, "runtime", file->path);
	int err = 0;

	if (file->component)
		err = emit_data_file(emitting, from, arena_path(emitting, "kernel", from));
	if (!err && (file->process || file->twin)) /* the twin's files include those of user/ */
		err = emit_data_file(emitting, from, arena_path(emitting, "user", from));
	return err;
}

/* Copies the runtime's part of each component into a folder of its own. */
static int emit_runtime(struct emitting *emitting)
{
	const struct emit_runtime_file *file;
	int err = emit_runtime_read(emitting->diag, emitting->files->arena, &emitting->runtime);

	dc_vec_each (file, &emitting->runtime.files)
		if (!err)
			err = emit_runtime_file(emitting, file);
	if (!err)
		err = emit_data_file(emitting, "emit/templates/check.sh", "user/check.sh");
	if (!err)
		err = emit_data_file(emitting, "emit/templates/define_trace.h",
				     "user/dcg_headers/trace/define_trace.h");
	return err ? err : emit_data_file(emitting, "emit/templates/user.mk", "user/user.mk");
}

/* Sorted: the driver may have a file under the name of a generated one. */
static int refuse_twice(struct dc_diag *diag, const struct dc_emit_files *files)
{
	const struct dc_emit_file *file;

	dc_vec_each (file, &files->files)
		if (file > files->files.at && !strcmp(file[-1].path, file->path))
			return dc_error(diag, -EEXIST, DC_FILE(file->path),
					"the driver has a file with the name of a generated one; "
					"rename it");
	return 0;
}

static void add_text(void *ctx, const char *path, const char *text)
{
	add_file(ctx, path, text);
}

static void add_generated(struct emitting *emitting, const char *rules, const char *names)
{
	struct dc_arena *arena = emitting->files->arena;
	const struct dc_emit_plan *plan = emitting->plan;
	const char *name, *text = emit_kernel_unit(arena, plan->source, &name);

	add_file(emitting, "user/dcg_rules.h", dc_arena_strdup(arena, rules));
	add_file(emitting, "user/names.txt", dc_arena_strdup(arena, names));
	add_file(emitting, "user/dcg.h", emit_ids_h(arena, plan));
	add_file(emitting, "kernel/dcg.h", emit_ids_h(arena, plan));
	add_file(emitting, "user/dcg_tables.c", emit_tables_c(arena, plan, DC_SIDE_USER));
	if (text)
		add_file(emitting, dc_arena_printf(arena, "kernel/%s", name), text);
	add_file(emitting, "kernel/dcg_tables.c", emit_tables_c(arena, plan, DC_SIDE_KERNEL));
	add_file(emitting, "user/dcg_kernel.c", emit_kernel_calls_c(arena, plan, DC_SIDE_USER));
	add_file(emitting, "kernel/dcg_journal.h", emit_journal_h(arena, plan));
	add_file(emitting, "kernel/dcg_kernel.c", emit_kernel_calls_c(arena, plan, DC_SIDE_KERNEL));
	add_file(emitting, "twin/dcg_twin.h", emit_twin_names(arena, plan));
	add_file(emitting, "twin/Kbuild", emit_twin_kbuild(arena, plan, &emitting->runtime));
	emit_layouts(arena, plan, add_text, emitting);
	emit_twin_wrappers(arena, plan, &emitting->runtime, add_text, emitting);
}

static bool begins(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

static bool is_code(const char *path)
{
	size_t len = strlen(path);

	return len > 2 && path[len - 2] == '.' && (path[len - 1] == 'c' || path[len - 1] == 'h');
}

/* Counts lines; those within the driver's own files are counted already. */
static void count_lines(const struct dc_emit_plan *plan, struct dc_emit_files *files)
{
	static const char *const folders[] = {"kernel/", "user/"};
	const struct dc_emit_file *file;
	unsigned side;
	size_t i;

	for (side = 0; side < 2; side++) {
		struct dc_emit_lines *lines = &files->lines[side];

		dc_vec_each (file, &files->files) {
			const char *name = file->path + strlen(folders[side]);
			size_t count = emit_count_lines(file->text, file->len_bytes);

			if (!begins(file->path, folders[side]) || !is_code(name) ||
			    begins(name, "runtime/twin/"))
				continue;
			if (begins(name, "runtime/"))
				lines->runtime += count;
			else if (begins(name, "dcg") && !strchr(name, '/'))
				lines->generated += count;
		}
		for (i = 0; i < plan->count; i++)
			if (plan->functions[i].on[side] == DC_NATIVE)
				lines->driver += plan->functions[i].definition->last_line -
						 plan->functions[i].definition->first_line + 1;
	}
}

int dc_emit_render(struct dc_diag *diag, const struct dc_emit_plan *plan, const char *rules,
		   const char *names, const char *label, struct dc_emit_files *ret)
{
	struct dc_emit_files files = {.arena = dc_arena_new()};
	struct emitting emitting = {.diag = diag, .plan = plan, .label = label, .files = &files};
	const struct dc_source_file *file;
	int err = 0;

	dc_vec_each (file, &plan->source->files)
		if (!err)
			err = emit_file(&emitting, file);
	if (!err)
		err = copy_outside(&emitting);
	if (!plan->all_kernel)
		add_file(&emitting, "user/Makefile",
			 emit_user_makefile(files.arena, plan->source, label));
	if (!err && !plan->all_kernel)
		err = emit_runtime(&emitting);
	if (!err && !plan->all_kernel)
		add_generated(&emitting, rules, names);
	add_file(&emitting, "kernel/Kbuild",
		 emit_kernel_kbuild(files.arena, plan->source, label, &emitting.runtime));
	dc_vec_done(&emitting.runtime.files);
	if (!err) {
		qsort(files.files.at, files.files.len, sizeof(*files.files.at), order_paths);
		err = refuse_twice(diag, &files);
	}
	if (err < 0) {
		dc_emit_files_done(&files);
		return err;
	}
	count_lines(plan, &files);
	*ret = files;
	return 0;
}

void dc_emit_files_done(struct dc_emit_files *files)
{
	dc_vec_done(&files->files);
	dc_arena_free(files->arena);
	*files = (struct dc_emit_files){0};
}
