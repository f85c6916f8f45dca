/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A package is the emitted files below other names, the module's part of the runtime, and
 * templates. A template is text with words in '@', here and in its own name: @NAME@ is the driver
 * as packages are named (snd-ens1370), @FILE@ its module's file without .ko, @MODULE@ the name that
 * the kernel gives the module (snd_ens1370).
 */
#include "emit/package.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/kernel.h"
#include "emit/makefiles.h"
#include "emit/print.h"
#include "emit/runtime.h"
#include "graph/driver/driver.h"

#define TEMPLATES "emit/templates/package"

static const struct package_text {
	const char *from; /* below TEMPLATES */
	const char *to;
	bool executable;
} texts[] = {
	{"README", "README", false},
	{"install.sh", "install.sh", true},
	{"dcrt/dkms.conf", "dcrt/dkms.conf", false},
	{"dcrt/initramfs-hook", "dcrt/initramfs-hook", true},
	{"driver/dkms.conf", "driver/dkms.conf", false},
	{"driver/Makefile", "driver/Makefile", false},
	{"driver/process.sh", "driver/process.sh", true},
	{"driver/depmod.conf", "driver/depmod.conf", false},
	{"driver/modprobe.conf", "driver/modprobe.conf", false},
	{"driver/force-install", "driver/force-install", false},
	{"debian/changelog", "debian/changelog", false},
	{"debian/control", "debian/control", false},
	{"debian/copyright", "debian/copyright", false},
	{"debian/rules", "debian/rules", true},
	{"debian/format", "debian/source/format", false},
	{"debian/initramfs.triggers", "debian/drivercut-dcrt-dkms.triggers", false},
	{"debian/initramfs.triggers", "debian/drivercut-@NAME@-dkms.triggers", false},
};

struct packing {
	struct dc_diag *diag;
	const struct dc_source *source;
	const char *version;
	struct dc_emit_files *files;
};

bool dc_package_is_version(const char *text)
{
	return isdigit((unsigned char)*text) &&
	       text[strspn(text,
			   "0123456789.+~abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")] ==
		       '\0';
}

/* Packages have small letters and no '_' in their names. */
static const char *package_name(struct dc_arena *arena, const struct dc_source *source)
{
	char *name = dc_arena_strdup(arena, emit_module_file(source)), *at;

	for (at = name; *at; at++)
		*at = *at == '_' ? '-' : (char)tolower((unsigned char)*at);
	return name;
}

/* "6.1.0-51-amd64" -> "6\.1": a regular expression */
static const char *kernel_series(struct dc_arena *arena, const char *release)
{
	const char *version = dc_kernel_version(arena, release);
	size_t major = strcspn(version, ".");

	return dc_arena_printf(arena, "%.*s\\%s", (int)major, version, version + major);
}

/* The text for a word without its '@'; NULL: it is none of ours. */
static const char *value(const struct packing *packing, const char *word, size_t len)
{
	const struct dc_source *source = packing->source;
	struct dc_arena *arena = packing->files->arena;
	const struct {
		const char *word, *text;
	} words[] = {
		{"NAME", package_name(arena, source)},
		{"FILE", emit_module_file(source)},
		{"MODULE", source->module},
		{"VERSION", packing->version},
		{"RUNTIME", DC_VERSION},
		{"KERNEL", source->kernel},
		{"SERIES", kernel_series(arena, source->kernel)},
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].word) == len && !strncmp(words[i].word, word, len))
			return words[i].text;
	return NULL;
}

static const char *fill(const struct packing *packing, const char *text)
{
	struct emit_piece piece;

	emit_piece_start(&piece);
	while (*text) {
		size_t plain = strcspn(text, "@"), len = 0;
		const char *with = NULL;

		fprintf(piece.out, "%.*s", (int)plain, text);
		text += plain;
		if (*text == '@')
			len = strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		if (len && text[len + 1] == '@')
			with = value(packing, text + 1, len);
		if (with)
			fputs(with, piece.out);
		else if (*text)
			fputc(*text, piece.out);
		text += with ? len + 2 : *text ? 1 : 0;
	}
	return emit_piece_end(&piece, packing->files->arena);
}

/* from: below the data folder. */
static int add_file(const struct packing *packing, const char *from, const char *to, bool filled,
		    bool executable)
{
	struct dc_arena *arena = packing->files->arena;
	struct dc_emit_file file = {.executable = executable};
	char *text;
	int err = dc_file_read(packing->diag, dc_arena_printf(arena, "%s/%s", dc_data_dir(), from),
			       &text, NULL);

	if (err < 0)
		return err;
	file.path = filled ? fill(packing, to) : dc_arena_strdup(arena, to);
	file.text = filled ? fill(packing, text) : dc_arena_strdup(arena, text);
	file.len_bytes = strlen(file.text);
	dc_vec_push(&packing->files->files, file);
	free(text);
	return 0;
}

/* The runtime's module with its own build script, as in the tree. */
static int add_runtime(const struct packing *packing)
{
	static const char *const others[] = {"runtime/files.txt", "runtime/module/build.sh",
					     "runtime/module/Kbuild"};
	struct dc_arena *arena = packing->files->arena;
	struct emit_runtime runtime = {0};
	const struct emit_runtime_file *file;
	int err = emit_runtime_read(packing->diag, arena, &runtime);
	size_t i;

	dc_vec_each (file, &runtime.files)
		if (!err && file->module)
			err = add_file(packing, dc_arena_printf(arena, "runtime/%s", file->path),
				       dc_arena_printf(arena, "dcrt/runtime/%s", file->path), false,
				       false);
	dc_vec_done(&runtime.files);
	for (i = 0; i < sizeof(others) / sizeof(others[0]) && !err; i++)
		err = add_file(packing, others[i], dc_arena_printf(arena, "dcrt/%s", others[i]),
			       false, false);
	return err ? err : add_file(packing, "runtime/module/Kbuild", "dcrt/Kbuild", false, false);
}

static void move_components(struct dc_emit_files *files)
{
	struct dc_emit_file *file;
	size_t kept = 0;

	dc_vec_each (file, &files->files) {
		if (!strncmp(file->path, "twin/", 5))
			continue;
		file->path = dc_arena_printf(files->arena, "driver/%s", file->path);
		files->files.at[kept++] = *file;
	}
	files->files.len = kept;
}

int dc_emit_package(struct dc_diag *diag, const struct dc_emit_plan *plan, const char *version,
		    struct dc_emit_files *files)
{
	const struct packing packing = {
		.diag = diag, .source = plan->source, .version = version, .files = files};
	size_t i;
	int err = 0;

	move_components(files);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]) && !err; i++)
		err = add_file(&packing,
			       dc_arena_printf(files->arena, TEMPLATES "/%s", texts[i].from),
			       texts[i].to, true, texts[i].executable);
	return err ? err : add_runtime(&packing);
}
