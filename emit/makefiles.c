/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A component is built by a makefile of its own, not the driver's: that one may build other modules
 * of the folder. The compiler's flags are those that Kbuild gave each file.
 *
 * Headers from outside the driver's folder are in dcg_above/, which has the shape of the tree
 * around that folder, so that a name like "../common.h" is found from the place of the folder
 * there.
 */
#include "emit/makefiles.h"

#include <string.h>

#include "emit/print.h"
#include "graph/driver/flags.h"

#define ABOVE "dcg_above"

const char *emit_module_file(const struct dc_source *source)
{
	return source->module_file ? source->module_file : source->module;
}

/* Files from outside */

/* How many characters of both paths are the same folders: "/a/b" of "/a/b/c" and "/a/b/d". */
static size_t common_folders(const char *a, const char *b)
{
	size_t i, last = 0;

	for (i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == '/')
			last = i;
	if ((!a[i] || a[i] == '/') && (!b[i] || b[i] == '/'))
		last = i;
	return last;
}

/* The user's folder of the driver; the source may be a copy of it. */
static const char *own_folder(const struct dc_source *source)
{
	const char *folder = source->origin.folder;

	return folder && folder[0] == '/' ? folder : source->folder;
}

/* The length of the path of the folder that contains the driver's and all files from outside. */
static size_t root_len(const struct dc_source *source)
{
	size_t len = strlen(own_folder(source)), i;

	for (i = 0; i < source->outside.len; i++) {
		size_t same = common_folders(own_folder(source), source->outside.at[i]);

		len = same < len ? same : len;
	}
	return len;
}

const char *emit_outside_name(struct dc_arena *arena, const struct dc_source *source,
			      const char *path)
{
	return dc_arena_printf(arena, ABOVE "%s", path + root_len(source));
}

const char *emit_outside_mark(struct dc_arena *arena, const struct dc_source *source)
{
	if (!source->outside.len)
		return NULL;
	return dc_arena_printf(arena, "%s/dcg_folder",
			       emit_outside_name(arena, source, own_folder(source)));
}

/* Whether a folder contains files from outside. */
static bool has_outside(const struct dc_source *source, const char *folder)
{
	size_t i, len = strlen(folder);

	for (i = 0; i < source->outside.len; i++)
		if (!strncmp(source->outside.at[i], folder, len) &&
		    source->outside.at[i][len] == '/')
			return true;
	return false;
}

/* The folders in the path of the driver's folder there, as dc_unit_look_above gives them to clang.
 */
static void put_outside_folders(FILE *out, const struct dc_source *source, const char *folder)
{
	const char *path = own_folder(source), *at = path + root_len(source);

	if (!source->outside.len)
		return;
	fprintf(out, " -idirafter %s" ABOVE, folder);
	while (*at) {
		at += 1 + strcspn(at + 1, "/");
		fprintf(out, " -idirafter %s" ABOVE "%.*s", folder,
			(int)(at - path - (long)root_len(source)), path + root_len(source));
	}
}

/* Flags */

/* A flag with the paths of a component; NULL: its folder has nothing that the driver includes. */
static const char *component_flag(struct dc_arena *arena, const struct dc_source *source,
				  const char *flag)
{
	size_t kind = !strncmp(flag, "-include", 8) ? 8 : 2;
	const char *path = flag + kind;

	if (kind == 2 && flag[1] != 'I')
		return flag;
	if (path[0] != '/')
		return flag;
	if (kind == 2 && !has_outside(source, path))
		return NULL;
	if (strlen(path) < root_len(source))
		return NULL;
	return dc_arena_printf(arena, "%.*s%s", (int)kind, flag,
			       emit_outside_name(arena, source, path));
}

/* " -DX -I$(src)/include" */
static const char *flags_of(struct dc_arena *arena, const struct dc_source *source,
			    const struct dc_source_unit *unit, const char *folder)
{
	struct emit_piece piece;
	size_t i;

	emit_piece_start(&piece);
	for (i = 0; i < unit->flags.len; i++) {
		const char *flag = component_flag(arena, source, unit->flags.at[i]);

		if (flag)
			fprintf(piece.out, " %s", dc_flag_word(arena, flag, folder));
	}
	put_outside_folders(piece.out, source, folder);
	return emit_piece_end(&piece, arena);
}

static const char *stem(struct dc_arena *arena, const struct dc_source_unit *unit)
{
	return dc_arena_strndup(arena, unit->file, strlen(unit->file) - 2);
}

/* The flags that all units have if they all have the same; else "". */
static const char *common_flags(struct dc_arena *arena, const struct dc_source *source,
				const char *folder)
{
	const struct dc_source_unit *unit;
	const char *flags = NULL;

	dc_vec_each (unit, &source->units) {
		const char *these = flags_of(arena, source, unit, folder);

		if (flags && strcmp(flags, these) != 0)
			return "";
		flags = these;
	}
	return flags ? flags : "";
}

const char *emit_kbuild_flags(struct dc_arena *arena, const struct dc_source *source,
			      const char *own, const char *folder)
{
	const char *common = common_flags(arena, source, folder);
	const struct dc_source_unit *unit;
	struct emit_piece piece;

	emit_piece_start(&piece);
	fprintf(piece.out, "ccflags-y := %s%s\n", own, common);
	dc_vec_each (unit, &source->units) {
		const char *flags = *common ? "" : flags_of(arena, source, unit, folder);

		if (*flags)
			fprintf(piece.out, "CFLAGS_%s.o :=%s\n", stem(arena, unit), flags);
	}
	return emit_piece_end(&piece, arena);
}

/* Makefiles */

/* Kbuild cannot link the module in.o of an object in.o: then in.c is compiled as dcg_in.c, which
 * includes it. */
static const char *kernel_stem(struct dc_arena *arena, const struct dc_source *source,
			       const struct dc_source_unit *unit)
{
	const char *name = stem(arena, unit);

	return strcmp(name, emit_module_file(source)) != 0 ? name
							   : dc_arena_printf(arena, "dcg_%s", name);
}

const char *emit_kernel_unit(struct dc_arena *arena, const struct dc_source *source,
			     const char **ret_name)
{
	const struct dc_source_unit *unit;

	dc_vec_each (unit, &source->units) {
		const char *name = kernel_stem(arena, source, unit);
		struct emit_piece piece;

		if (!strcmp(name, stem(arena, unit)))
			continue;
		emit_piece_start(&piece);
		emit_head(piece.out, unit->file, unit->file, false);
		fprintf(piece.out, "#include \"%s\"\n", unit->file);
		*ret_name = dc_arena_printf(arena, "%s.c", name);
		return emit_piece_end(&piece, arena);
	}
	return NULL;
}

/* The code that the split adds is small before it is fast: a crossing takes longer than its code.
 */
static const char *small(struct dc_arena *arena, const struct dc_source *source)
{
	return dc_arena_printf(
		arena,
		"$(foreach object,$(filter dcg_tables.o dcg_kernel.o runtime/%%,$(%s-y)),\\\n"
		"\t$(eval CFLAGS_$(object) += -Os))\n",
		emit_module_file(source));
}

const char *emit_kernel_kbuild(struct dc_arena *arena, const struct dc_source *source,
			       const char *label, const struct emit_runtime *runtime)
{
	DC_VEC(const char *) stems = {0};
	const struct emit_runtime_file *part;
	const struct dc_source_unit *unit;
	const char *text;

	dc_vec_each (unit, &source->units)
		dc_vec_push(&stems, runtime->files.len ? kernel_stem(arena, source, unit)
						       : stem(arena, unit));
	if (runtime->files.len) {
		dc_vec_push(&stems, "dcg_tables");
		dc_vec_push(&stems, "dcg_kernel");
	}
	dc_vec_each (part, &runtime->files)
		if (part->component && emit_runtime_is_c(part))
			dc_vec_push(&stems,
				    dc_arena_printf(arena, "runtime/%.*s",
						    (int)strlen(part->path) - 2, part->path));
	text = dc_arena_printf(
		arena,
		"# SPDX-License-Identifier: GPL-2.0-only\n"
		"# Generated by drivercut " DC_VERSION " from %s, do not edit.\n%s%s%s",
		*label ? label : source->module,
		dc_module_kbuild(arena, emit_module_file(source), stems.at, stems.len),
		emit_kbuild_flags(arena, source, "-I$(src)", "$(src)/"),
		runtime->files.len ? small(arena, source) : "");
	dc_vec_done(&stems);
	return text;
}

const char *emit_user_makefile(struct dc_arena *arena, const struct dc_source *source,
			       const char *label)
{
	const char *folder = "$(HERE)/", *common = common_flags(arena, source, folder);
	const struct dc_source_unit *unit;
	struct emit_piece piece;

	emit_piece_start(&piece);
	fprintf(piece.out,
		"# SPDX-License-Identifier: GPL-2.0-only\n"
		"# Generated by drivercut " DC_VERSION " from %s, do not edit.\n"
		"MODULE := %s\n"
		"RELEASE ?= %s\n"
		"SOURCES :=",
		*label ? label : source->module, source->module, source->kernel);
	dc_vec_each (unit, &source->units)
		fprintf(piece.out, " %s", unit->file);
	fputc('\n', piece.out);
	if (*common)
		fprintf(piece.out, "FLAGS =%s\n", common);
	dc_vec_each (unit, &source->units) {
		const char *flags = *common ? "" : flags_of(arena, source, unit, folder);

		if (*flags)
			fprintf(piece.out, "FLAGS_%s =%s\n", stem(arena, unit), flags);
	}
	fputs("include user.mk\n", piece.out);
	return emit_piece_end(&piece, arena);
}
