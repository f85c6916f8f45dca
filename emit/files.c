/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All files of both components, and how they get to disk: all or none. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "emit/internal.h"

struct emitting {
	struct dc_diag *diag;
	const struct dc_emit_plan *plan;
	const char *label;
	struct dc_emit_files *files;
};

static void add_file(struct emitting *emitting, const char *path, const char *text)
{
	struct dc_arena *arena = emitting->files->arena;

	dc_vec_push(&emitting->files->files,
		    (struct dc_emit_file){.path = dc_arena_strdup(arena, path),
					  .text = text,
					  .len_bytes = strlen(text)});
}

static const char *arena_path(struct emitting *emitting, const char *folder, const char *name)
{
	return dc_arena_printf(emitting->files->arena, "%s%s%s", folder, *folder ? "/" : "", name);
}

static int check_balance(struct emitting *emitting, const struct emit_unit *unit)
{
	const struct dc_emit_plan *plan = unit->plan;
	size_t i;

	for (i = 0; i < plan->count; i++) {
		const struct dc_definition *definition = plan->functions[i].definition;

		if (definition->file != unit->file->name ||
		    plan->functions[i].on[unit->side] == DC_NATIVE)
			continue;
		if (!emit_balanced(unit->text, definition->start, definition->end))
			return dc_error(emitting->diag, -EINVAL,
					DC_LINE(definition->file, definition->first_line),
					"#if and #endif do not match within %s, so it cannot be "
					"replaced; keep it in the kernel (drivercut solve --pin "
					"%s=kernel)",
					definition->name, definition->name);
	}
	return 0;
}

static int emit_file(struct emitting *emitting, const struct dc_source_file *file)
{
	const char *path = arena_path(emitting, emitting->plan->source->folder, file->name);
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
	for (unit.side = DC_SIDE_KERNEL; !err && unit.side <= DC_SIDE_USER; unit.side++) {
		err = check_balance(emitting, &unit);
		if (!err)
			add_file(emitting,
				 arena_path(emitting,
					    unit.side == DC_SIDE_KERNEL ? "kernel" : "user",
					    file->name),
				 emit_source(&unit));
	}
	free(text);
	return err;
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

static int emit_template(struct emitting *emitting, const char *template, const char *name)
{
	const char *path = dc_arena_printf(emitting->files->arena, "%s/emit/templates/%s",
					   dc_data_dir(), template);

	return copy_file(emitting, path, name);
}

/* Files of the driver that are not compiled by themselves and not cut: headers without code, C
 * files that others include. */
static bool wanted(const char *name)
{
	size_t len = strlen(name);

	return len > 2 && name[len - 2] == '.' && (name[len - 1] == 'h' || name[len - 1] == 'c') &&
	       (len < 7 || strcmp(name + len - 6, ".mod.c") != 0);
}

static bool emitted(const struct emitting *emitting, const char *name)
{
	const struct dc_source_file *file;

	dc_vec_each (file, &emitting->plan->source->files)
		if (!strcmp(file->name, name))
			return true;
	return false;
}

static int copy_rest(struct emitting *emitting, const char *below)
{
	const char *folder = arena_path(emitting, emitting->plan->source->folder, below);
	struct dirent **entries;
	int count, i, err = 0;

	if (!*below)
		folder = emitting->plan->source->folder;
	count = scandir(folder, &entries, NULL, alphasort);
	if (count < 0)
		return dc_error(emitting->diag, -errno, DC_FILE(folder), "cannot read: %s",
				strerror(errno));
	for (i = 0; i < count; i++) {
		const char *name = arena_path(emitting, below, entries[i]->d_name);
		const char *path = arena_path(emitting, folder, entries[i]->d_name);

		if (!err && entries[i]->d_name[0] != '.' && dc_is_dir(path))
			err = copy_rest(emitting, name);
		else if (!err && wanted(name) && !emitted(emitting, name)) {
			err = copy_file(emitting, path, arena_path(emitting, "kernel", name));
			if (!err)
				err = copy_file(emitting, path, arena_path(emitting, "user", name));
		}
		free(entries[i]);
	}
	free(entries);
	return err;
}

static int emit_kbuild(struct emitting *emitting)
{
	static const char *const names[] = {"Kbuild", "Makefile"};
	const char *folder = emitting->plan->source->folder, *from = NULL;
	struct dc_arena *arena = emitting->files->arena;
	char *text;
	size_t i;
	int err;

	for (i = 0; i < 2 && !from; i++)
		if (dc_is_file(dc_arena_printf(arena, "%s/%s", folder, names[i])))
			from = names[i];
	if (!from)
		return dc_error(emitting->diag, -ENOENT, DC_FILE(folder), "no Kbuild or Makefile");
	err = dc_file_read(emitting->diag, dc_arena_printf(arena, "%s/%s", folder, from), &text,
			   NULL);
	if (err < 0)
		return err;
	add_file(emitting, "kernel/Kbuild",
		 dc_arena_printf(arena,
				 "# SPDX-License-Identifier: GPL-2.0-only\n"
				 "# Generated by drivercut " DC_VERSION " from %s, do not edit.\n"
				 "ccflags-y += -I$(src)\n%s",
				 arena_path(emitting, emitting->label, from), text));
	free(text);
	return 0;
}

static int emit_makefile(struct emitting *emitting)
{
	const struct dc_source *source = emitting->plan->source;
	const struct dc_source_file *file;
	char *text = NULL;
	size_t len_bytes;
	FILE *out = open_memstream(&text, &len_bytes);

	if (!out)
		abort();
	fprintf(out,
		"# SPDX-License-Identifier: GPL-2.0-only\n"
		"# Generated by drivercut " DC_VERSION " from %s, do not edit.\n"
		"MODULE := %s\n"
		"RELEASE ?= %s\n"
		"SOURCES :=",
		*emitting->label ? emitting->label : source->module, source->module,
		source->kernel);
	dc_vec_each (file, &source->files)
		if (file->is_unit)
			fprintf(out, " %s", file->name);
	fputs("\ninclude user.mk\n", out);
	if (fclose(out) != 0)
		abort();
	add_file(emitting, "user/Makefile", dc_arena_strdup(emitting->files->arena, text));
	free(text);
	return emit_template(emitting, "user.mk", "user/user.mk");
}

static int order_paths(const void *a, const void *b)
{
	return strcmp(((const struct dc_emit_file *)a)->path,
		      ((const struct dc_emit_file *)b)->path);
}

int dc_emit_files(struct dc_diag *diag, const struct dc_emit_plan *plan, const char *rules,
		  const char *label, struct dc_emit_files *ret)
{
	struct dc_emit_files files = {.arena = dc_arena_new()};
	struct emitting emitting = {.diag = diag, .plan = plan, .label = label, .files = &files};
	const struct dc_source_file *file;
	int err = 0;

	dc_vec_each (file, &plan->source->files)
		if (!err)
			err = emit_file(&emitting, file);
	if (!err)
		err = copy_rest(&emitting, "");
	if (!err)
		err = emit_kbuild(&emitting);
	if (!err)
		err = emit_makefile(&emitting);
	if (!err)
		err = emit_template(&emitting, "dcrt.h", "kernel/dcrt.h");
	if (!err)
		err = emit_template(&emitting, "dcrt.h", "user/dcrt.h");
	if (!err)
		err = emit_template(&emitting, "dcru.h", "user/dcru.h");
	if (err < 0) {
		dc_emit_files_done(&files);
		return err;
	}
	add_file(&emitting, "user/dcg_rules.h", dc_arena_strdup(files.arena, rules));
	add_file(&emitting, "user/dcg.h", emit_numbers(files.arena, plan));
	if (!plan->all_kernel)
		add_file(&emitting, "kernel/dcg.h", emit_numbers(files.arena, plan));
	qsort(files.files.at, files.files.len, sizeof(*files.files.at), order_paths);
	*ret = files;
	return 0;
}

void dc_emit_files_done(struct dc_emit_files *files)
{
	dc_vec_done(&files->files);
	dc_arena_free(files->arena);
	*files = (struct dc_emit_files){0};
}

/* Writing */

#define STAMP "drivercut-emit" /* file that says: this folder was made here */

static int remove_tree(struct dc_diag *diag, const char *path)
{
	const char *argv[] = {"rm", "-rf", path, NULL};

	return dc_proc_run(diag, "cleaning up", &(struct dc_proc){.argv = argv});
}

static int write_below(struct dc_diag *diag, const struct dc_emit_files *files, const char *folder)
{
	static const char stamp[] = "made by drivercut emit, which replaces this folder whole\n";
	char *path = dc_printf("%s/" STAMP, folder);
	const struct dc_emit_file *file;
	int err = dc_mkdirs(diag, folder);

	if (!err)
		err = dc_file_write(diag, path, stamp, strlen(stamp));
	free(path);
	dc_vec_each (file, &files->files) {
		path = dc_printf("%s/%s", folder, file->path);
		if (!err)
			err = dc_mkdirs_for(diag, path);
		if (!err)
			err = dc_file_write(diag, path, file->text, file->len_bytes);
		free(path);
	}
	return err;
}

/* Old folder out of the way, new one in its place. */
static int replace(struct dc_diag *diag, const char *made, const char *folder, const char *old)
{
	bool had = dc_is_dir(folder);

	if ((had && rename(folder, old) < 0) || rename(made, folder) < 0) {
		int err =
			dc_error(diag, -errno, DC_FILE(folder), "cannot make: %s", strerror(errno));

		if (had && !dc_is_dir(folder) && rename(old, folder) < 0)
			dc_note(diag, DC_FILE(old), "the old folder is here");
		return err;
	}
	return had ? remove_tree(diag, old) : 0;
}

static bool ours(const char *folder)
{
	char *stamp = dc_printf("%s/" STAMP, folder);
	bool found = dc_is_file(stamp);

	free(stamp);
	return found || rmdir(folder) == 0; /* empty is as good */
}

int dc_emit_write(struct dc_diag *diag, const struct dc_emit_files *files, const char *folder)
{
	char *made = dc_printf("%s.%ld.tmp", folder, (long)getpid());
	char *old = dc_printf("%s.%ld.old", folder, (long)getpid());
	struct stat status;
	int err = 0;

	if (!stat(folder, &status) && (!S_ISDIR(status.st_mode) || !ours(folder)))
		err = dc_error(diag, -EEXIST, DC_FILE(folder),
			       "is there and was not made by drivercut emit; choose another place");
	if (!err)
		err = write_below(diag, files, made);
	if (!err)
		err = replace(diag, made, folder, old);
	if (err < 0 && dc_is_dir(made))
		remove_tree(diag, made);
	free(made);
	free(old);
	return err;
}
