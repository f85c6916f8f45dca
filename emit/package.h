/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A package for real machines: the components as a DKMS source tree, the runtime as another, which
 * all split drivers of a machine share, and what makes Debian packages of both. All but the
 * components and the runtime is text of emit/templates/package.
 */
#ifndef DC_EMIT_PACKAGE_H
#define DC_EMIT_PACKAGE_H

#include "emit/emit.h"

/* Whether a text can be the version of a package: a digit, then letters, digits, '.', '+', '~'. */
bool dc_package_is_version(const char *text);

/*
 * dc_emit_package - makes the files of a package of those that dc_emit_render made. kernel/ and
 * user/ get below driver/; the twin is left out.
 * @version of the driver's package; the runtime's is drivercut's own
 * Returns 0; or -errno after reporting: a template or a file of the runtime cannot be read. files:
 * end with dc_emit_files_done in any case.
 */
int dc_emit_package(struct dc_diag *diag, const struct dc_emit_plan *plan, const char *version,
		    struct dc_emit_files *files);

#endif
