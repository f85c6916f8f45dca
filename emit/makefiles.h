/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The makefiles of both components: the objects of the one module that the driver is, with the
 * flags of its own makefile, and the headers that it includes from outside its folder. */
#ifndef DC_EMIT_MAKEFILES_H
#define DC_EMIT_MAKEFILES_H

#include "emit/emit.h"
#include "emit/runtime.h"

/* kernel/Kbuild, user/Makefile. label: as in dc_emit_render. runtime: no files if all functions are
 * in the kernel. In the arena. */
const char *emit_kernel_kbuild(struct dc_arena *arena, const struct dc_source *source,
			       const char *label, const struct emit_runtime *runtime);
const char *emit_user_makefile(struct dc_arena *arena, const struct dc_source *source,
			       const char *label);

/* The file of kernel/ that includes the driver's only file where that has the module's name, which
 * Kbuild does not allow beside other objects; NULL: there is none. In the arena. */
const char *emit_kernel_unit(struct dc_arena *arena, const struct dc_source *source,
			     const char **ret_name);

/* Lines of Kbuild with the flags of the driver's own makefile. own: words before them. folder: of
 * the component, as Kbuild names it: "$(src)/". */
const char *emit_kbuild_flags(struct dc_arena *arena, const struct dc_source *source,
			      const char *own, const char *folder);

/* Where a component has a file from outside the driver's folder (dc_source.outside). */
const char *emit_outside_name(struct dc_arena *arena, const struct dc_source *source,
			      const char *path);
/* A file in the folder from which the driver's own relative names lead to those files; NULL: there
 * are none. */
const char *emit_outside_mark(struct dc_arena *arena, const struct dc_source *source);

/* The file of the module without .ko: snd-intel8x0. */
const char *emit_module_file(const struct dc_source *source);

#endif
