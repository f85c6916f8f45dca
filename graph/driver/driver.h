/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A driver: its description, and its source on this machine.
 *
 * A driver folder holds driver.json (data only: name, family, where its source comes from if not
 * from this folder, its device, its workload). A bare folder with a Kbuild file is a driver too;
 * its family is guessed.
 */
#ifndef DC_GRAPH_DRIVER_H
#define DC_GRAPH_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/kernel.h"

/* One part of the workload, and its weight in the whole: share_percent of the time (rates count
 * while it runs), or per_hour occurrences of it (its calls count each time). The other is 0. */
struct dc_phase_weight {
	const char *name;
	unsigned share_percent;
	unsigned per_hour;
};

typedef DC_VEC(struct dc_phase_weight) dc_phase_weights;

#define DC_NO_DEVICE "none" /* the module needs no hardware */

/* All strings live in the arena given to dc_driver_open. */
struct dc_driver {
	const char *name; /* "e1000"; names files and folders of results */
	const char *title; /* for people */
	const char *family; /* "net": graph/families/net.json; several with commas */
	const char *module; /* the module's name: MODULE.ko */
	const char
		*only; /* the one module of source that is the driver; NULL: source has only one */
	const char *folder; /* the driver folder, or the folder with the Kbuild file */
	/* Debian package with the kernel source; NULL: source is folder. "linux-source" becomes
	 * that of a kernel, "linux-source-6.1", by dc_driver_set_kernel. */
	const char *package;
	const char *package_path; /* of the driver inside that source tree */
	const char *qemu_device; /* QEMU's -device model, or DC_NO_DEVICE; NULL: not known */
	const char *source; /* folder with source and Kbuild file; dc_driver_fetch fills it */
	dc_phase_weights phases; /* empty: those of its family's workload */
};

/*
 * dc_driver_open - finds a driver by what the user typed.
 * @operand a driver folder, a folder with a Kbuild file or Makefile, or the
 *	    name of a driver folder shipped with the tool (in the data folder or its drivers/)
 * @family  NULL: what driver.json says, or what the source of a bare folder registers; a note
 *	    says what was guessed
 * Returns 0 and a driver to be ended with dc_driver_done; or, after reporting, -ENOENT (nothing by
 * that name), -EINVAL (driver.json is wrong).
 */
int dc_driver_open(struct dc_diag *diag, struct dc_arena *arena, const char *operand,
		   const char *family, struct dc_driver *ret);

void dc_driver_done(struct dc_driver *driver);

/* Reads "phases" of driver.json, or of a workload: a wrong one is reported at the end of the
 * document. Strings: arena. */
void dc_phases_read(const struct dc_json *root, struct dc_arena *arena, dc_phase_weights *ret);

/* Whether it is of a family, perhaps among others. */
bool dc_driver_is(const struct dc_driver *driver, const char *family);

/* Whether it has a device that a guest can have: QEMU's model is known, and is not DC_NO_DEVICE. */
bool dc_driver_has_device(const struct dc_driver *driver);

/* The driver's source is that of this kernel, if driver.json leaves it open. Strings: arena. */
void dc_driver_set_kernel(struct dc_arena *arena, struct dc_driver *driver,
			  const struct dc_kernel *kernel);

/* Where the source is, whichever kernel's: "PACKAGE/PATH", or the folder's absolute path. */
const char *dc_driver_origin(struct dc_arena *arena, const struct dc_driver *driver);

/*
 * dc_driver_fetch - makes the driver's source available, and fills driver->source.
 *
 * A driver with a package is unpacked from it into OUT/source/ (whole or not at all, and again when
 * the package has changed; OUT/source.of says which it was), a folder is copied there, so that
 * building never writes into a user's tree.
 * @driver with dc_driver_set_kernel done
 * @out    the driver's folder for results, made if needed
 * Returns 0; or, after reporting, -ENXIO (the package is not installed), -ENOENT (no such path in
 * it), or another -errno of unpacking.
 */
int dc_driver_fetch(struct dc_diag *diag, struct dc_arena *arena, struct dc_driver *driver,
		    const char *out);

/* The tool's own data folder: the environment variable DRIVERCUT_DATA; else ../share/drivercut from
 * the program's folder, if it is installed; else the tree that it was built from. */
const char *dc_data_dir(void);

#endif
