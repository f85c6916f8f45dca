/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds a driver and brings its source to the folder of results. The source is unpacked or copied
 * to a temporary folder first and then renamed, so that it is complete or absent.
 */
#include "graph/driver/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "graph/guess.h"

#define ANY_SOURCE "linux-source" /* the package of a kernel's source begins so */
#define INSTALLED  "/../share/drivercut" /* from the folder of the program */

/* The data that was installed with this program, wherever that was moved to; "": there is none. */
static const char *installed_data(void)
{
	char path[PATH_MAX + sizeof(INSTALLED)];
	static char found[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX);
	char *slash;

	if (len <= 0)
		return "";
	path[len] = '\0';
	slash = strrchr(path, '/');
	strcpy(slash ? slash : path, INSTALLED);
	return realpath(path, found) ? found : "";
}

const char *dc_data_dir(void)
{
	static const char *installed; /* looked for once */
	const char *chosen = getenv("DRIVERCUT_DATA");

	if (chosen && *chosen)
		return chosen;
	if (!installed)
		installed = installed_data();
	return *installed ? installed : DC_DATA_DIR;
}

static const char *arena_str(struct dc_arena *arena, const char *text)
{
	return text ? dc_arena_strdup(arena, text) : NULL;
}

void dc_phases_read(const struct dc_json *root, struct dc_arena *arena, dc_phase_weights *ret)
{
	struct dc_json phases = dc_json_array_or_empty(root, "phases");
	unsigned total = 0;
	size_t i;

	for (i = 0; i < dc_json_len(&phases); i++) {
		struct dc_json phase = dc_json_at(&phases, i);
		struct dc_phase_weight weight = {
			.name = dc_arena_strdup(arena, dc_json_str(&phase, "name")),
			.share_percent =
				(unsigned)dc_json_int_or(&phase, "share_percent", 0, 100, 0),
			.per_hour = (unsigned)dc_json_int_or(&phase, "per_hour", 0, 3600000, 0),
		};

		if (!weight.share_percent == !weight.per_hour)
			dc_json_fault(&phase, "needs either share_percent or per_hour, above 0");
		total += weight.share_percent;
		dc_vec_push(ret, weight);
	}
	if (total > 100)
		dc_json_fault(&phases, "shares add up to %u percent", total);
}

static const char *read_name(struct dc_arena *arena, const struct dc_json *root, const char *key,
			     bool needed)
{
	return arena_str(arena, needed ? dc_json_str(root, key) : dc_json_str_or(root, key, NULL));
}

static int read_driver_file(struct dc_diag *diag, struct dc_arena *arena, const char *path,
			    struct dc_driver *driver)
{
	struct dc_json root, source, device;
	struct dc_json_doc *doc;
	bool needed;
	int err = dc_json_open(diag, path, "driver", &doc, &root);

	if (err < 0)
		return err;
	if (dc_json_has(&root, "source")) {
		source = dc_json_object(&root, "source");
		driver->package = dc_arena_strdup(arena, dc_json_str(&source, "package"));
		driver->package_path = dc_arena_strdup(arena, dc_json_str(&source, "path"));
	}
	/* Source that is here has a folder with a name, and tells its family. */
	needed = driver->package != NULL;
	driver->name = read_name(arena, &root, "name", needed);
	driver->title = arena_str(arena, dc_json_str_or(&root, "title", driver->name));
	driver->only = arena_str(arena, dc_json_str_or(&root, "module", driver->name));
	driver->module = driver->only;
	if (!driver->family)
		driver->family = read_name(arena, &root, "family", needed);
	if (dc_json_has(&root, "device")) {
		device = dc_json_object(&root, "device");
		driver->qemu_device = arena_str(arena, dc_json_str(&device, "qemu"));
	}
	dc_phases_read(&root, arena, &driver->phases);
	err = dc_json_failed(doc) ? -EINVAL : 0;
	dc_json_close(doc);
	return err;
}

static bool has_file(struct dc_arena *arena, const char *folder, const char *name)
{
	return dc_is_file(dc_arena_printf(arena, "%s/%s", folder, name));
}

/* The operand's folder: as typed, or in the tool's data. NULL: no such folder. */
static const char *find_folder(struct dc_arena *arena, const char *operand)
{
	const char *tries[] = {
		operand,
		dc_arena_printf(arena, "%s/%s", dc_data_dir(), operand),
		dc_arena_printf(arena, "%s/drivers/%s", dc_data_dir(), operand),
	};
	size_t i;

	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (has_file(arena, tries[i], "driver.json") ||
		    (i == 0 &&
		     (has_file(arena, operand, "Kbuild") || has_file(arena, operand, "Makefile"))))
			return tries[i];
	return NULL;
}

/* "net" or "net,sound"; "linux" if the source registers nothing that tells a family. */
static int guess_family(struct dc_diag *diag, struct dc_arena *arena, struct dc_driver *driver)
{
	dc_family_hints hints = {0};
	const struct dc_family_hint *hint;
	int err = dc_family_guess(diag, arena, driver->folder, &hints);

	dc_vec_each (hint, &hints) {
		dc_note(diag, DC_LINE(hint->file, hint->line),
			"driver family %s, as this uses %s; --family NAME replaces the guess",
			hint->family, hint->function);
		driver->family = driver->family ? dc_arena_printf(arena, "%s,%s", driver->family,
								  hint->family)
						: hint->family;
	}
	dc_vec_done(&hints);
	if (err < 0 || driver->family)
		return err;
	driver->family = "linux";
	dc_note(diag, DC_FILE(driver->folder),
		"no function tells the driver family, so only the rules for all of Linux apply; "
		"--family NAME adds others: %s",
		dc_family_names(arena));
	return 0;
}

/* The driver's source is the folder itself. */
static int take_folder(struct dc_diag *diag, struct dc_arena *arena, struct dc_driver *driver)
{
	char path[PATH_MAX];

	if (!realpath(driver->folder, path))
		return dc_error(diag, -errno, DC_FILE(driver->folder), "%s", strerror(errno));
	driver->folder = dc_arena_strdup(arena, path);
	if (!has_file(arena, path, "Kbuild") && !has_file(arena, path, "Makefile"))
		return dc_error(diag, -ENOENT, DC_FILE(path),
				"no Kbuild file or Makefile; put the driver's source into this "
				"folder, or \"source\" into its driver.json");
	if (!driver->name)
		driver->name = dc_arena_strdup(arena, strrchr(path, '/') + 1);
	if (!driver->title)
		driver->title = driver->name;
	if (!driver->module)
		driver->module = driver->name;
	return driver->family ? 0 : guess_family(diag, arena, driver);
}

int dc_driver_open(struct dc_diag *diag, struct dc_arena *arena, const char *operand,
		   const char *family, struct dc_driver *ret)
{
	struct dc_driver driver = {.family = arena_str(arena, family)};
	const char *folder = find_folder(arena, operand);
	int err = 0;

	if (!folder)
		return dc_error(diag, -ENOENT, DC_FILE(operand),
				"no such driver: neither a folder with driver.json, Kbuild or "
				"Makefile, nor one of the drivers in %s",
				dc_data_dir());
	driver.folder = dc_arena_strdup(arena, folder);
	if (has_file(arena, folder, "driver.json"))
		err = read_driver_file(diag, arena,
				       dc_arena_printf(arena, "%s/driver.json", folder), &driver);
	if (!err && !driver.package)
		err = take_folder(diag, arena, &driver);
	if (err < 0)
		dc_driver_done(&driver);
	else
		*ret = driver;
	return err;
}

bool dc_driver_is(const struct dc_driver *driver, const char *family)
{
	const char *at = driver->family;
	size_t len = strlen(family);

	while (*at) {
		size_t word = strcspn(at, ",");

		if (word == len && !strncmp(at, family, len))
			return true;
		at += word + (at[word] == ',');
	}
	return false;
}

bool dc_driver_has_device(const struct dc_driver *driver)
{
	return driver->qemu_device && strcmp(driver->qemu_device, DC_NO_DEVICE) != 0;
}

void dc_driver_set_kernel(struct dc_arena *arena, struct dc_driver *driver,
			  const struct dc_kernel *kernel)
{
	if (driver->package && !strcmp(driver->package, ANY_SOURCE))
		driver->package = dc_arena_printf(arena, ANY_SOURCE "-%s", kernel->version);
}

const char *dc_driver_origin(struct dc_arena *arena, const struct dc_driver *driver)
{
	const char *package = driver->package;

	if (!package)
		return driver->folder;
	if (!strncmp(package, ANY_SOURCE "-", strlen(ANY_SOURCE "-")))
		package = ANY_SOURCE;
	return dc_arena_printf(arena, "%s/%s", package, driver->package_path);
}

void dc_driver_done(struct dc_driver *driver)
{
	dc_vec_done(&driver->phases);
}

/* Moves a folder to `final`. If `final` exists the two change places in one step, so that another
 * run that is reading `final` never finds it missing. */
static int put_in_place(struct dc_diag *diag, const char *made, const char *final)
{
	if (!rename(made, final))
		return 0;
	if ((errno == EEXIST || errno == ENOTEMPTY) &&
	    !renameat2(AT_FDCWD, made, AT_FDCWD, final, RENAME_EXCHANGE))
		return 0;
	return dc_error(diag, -errno, DC_FILE(final), "cannot move the source here: %s",
			strerror(errno));
}

/* Runs argv, which makes the folder `made`, and moves that folder to `final`. */
static int make_tree(struct dc_diag *diag, const char *what, const char *const *argv,
		     const char *made, const char *final)
{
	int err = dc_proc_run(diag, what, &(struct dc_proc){.argv = argv});

	if (err < 0)
		return err;
	if (!dc_is_dir(made))
		return dc_error(diag, -ENOENT, NULL,
				"%s: the package has no %s; correct \"path\" in driver.json", what,
				made);
	return put_in_place(diag, made, final);
}

static void remove_tree(struct dc_diag *diag, const char *path)
{
	const char *argv[] = {"rm", "-rf", path, NULL};

	dc_proc_run(diag, "cleaning up", &(struct dc_proc){.argv = argv});
}

static const char *package_file(struct dc_arena *arena, const struct dc_driver *driver)
{
	return dc_arena_printf(arena, "/usr/src/%s.tar.xz", driver->package);
}

/* Identifies what unpack() makes: the package and its state. A package that was removed since is
 * as good as the same one. */
static const char *package_text(struct dc_arena *arena, const struct dc_driver *driver,
				const char *before)
{
	const char *name = dc_arena_printf(arena, "%s/%s\n", driver->package, driver->package_path);
	struct stat st;

	if (stat(package_file(arena, driver), &st) < 0)
		return before && !strncmp(before, name, strlen(name)) ? before : name;
	return dc_arena_printf(arena, "%s%lld bytes of %lld\n", name, (long long)st.st_size,
			       (long long)st.st_mtime);
}

static int unpack(struct dc_diag *diag, struct dc_arena *arena, const struct dc_driver *driver,
		  const char *temporary, const char *final)
{
	const char *tar = package_file(arena, driver);
	const char *inside = dc_arena_printf(arena, "%s/%s", driver->package, driver->package_path);
	const char *argv[] = {"tar", "-I", "xz -T0", "-C", temporary, "-xf", tar, inside, NULL};

	if (!dc_is_file(tar))
		return dc_error(
			diag, -ENXIO, DC_FILE(tar),
			"the driver's source is not installed; install %s (ci/deps.sh does)",
			driver->package);
	dc_progress(diag, "unpacking %s from %s", driver->package_path, driver->package);
	return make_tree(diag, "unpacking the driver's source", argv,
			 dc_arena_printf(arena, "%s/%s", temporary, inside), final);
}

static const char *final_folder(struct dc_arena *arena, const char *final)
{
	return dc_arena_strndup(arena, final, (size_t)(strrchr(final, '/') - final));
}

/* The folder of results as tar names it from the driver's folder, "./out"; NULL: it is not inside.
 * The results of all drivers are left out, if they have a folder of their own. */
static const char *results_inside(struct dc_arena *arena, const char *folder, const char *out)
{
	size_t len = strlen(folder);
	const char *inside, *slash;

	if (strncmp(out, folder, len) != 0 || out[len] != '/')
		return NULL;
	inside = out + len + 1;
	slash = strrchr(inside, '/');
	return dc_arena_printf(arena, "./%.*s",
			       (int)(slash ? (size_t)(slash - inside) : strlen(inside)), inside);
}

/* Copies with tar, which can leave a folder out and make the copy writable, so that it can be
 * removed. */
static int copy_folder(struct dc_diag *diag, struct dc_arena *arena, const struct dc_driver *driver,
		       const char *temporary, const char *final)
{
	const char *copy = dc_arena_printf(arena, "%s/copy", temporary);
	const char *archive = dc_arena_printf(arena, "%s/copy.tar", temporary);
	const char *pack[] = {"tar", "-C", driver->folder, "-cf", archive, "--mode=u+rwX",
			      NULL,  NULL, NULL,	   NULL,  NULL,	   NULL};
	const char *unpack[] = {"tar", "-C", copy, "-xf", archive, NULL};
	char folder[PATH_MAX], out[PATH_MAX];
	const char *inside;
	size_t count = 6;
	int err;

	if (!realpath(driver->folder, folder) || !realpath(final_folder(arena, final), out))
		return dc_error(diag, -errno, DC_FILE(driver->folder), "%s", strerror(errno));
	if (!strcmp(folder, out))
		return dc_error(diag, -EINVAL, DC_FILE(out),
				"results would be written over the driver's own folder; set "
				"DRIVERCUT_OUT to another");
	inside = results_inside(arena, folder, out);
	if (inside) {
		pack[count++] = "--anchored";
		pack[count++] = "--no-wildcards";
		pack[count++] = dc_arena_printf(arena, "--exclude=%s", inside);
	}
	pack[count] = ".";
	err = dc_mkdirs(diag, copy);
	if (!err)
		err = dc_proc_run(diag, "copying the driver's source",
				  &(struct dc_proc){.argv = pack});
	if (!err)
		err = make_tree(diag, "copying the driver's source", unpack, copy, final);
	return err;
}

/* Removes the unpacking folders that interrupted runs left: those of processes that have ended. */
static void remove_stale(struct dc_diag *diag, struct dc_arena *arena, const char *out)
{
	glob_t found;
	size_t i;

	if (glob(dc_arena_printf(arena, "%s/source.*.tmp", out), 0, NULL, &found) != 0)
		return;
	for (i = 0; i < found.gl_pathc; i++) {
		const char *number = strstr(found.gl_pathv[i] + strlen(out), "/source.") + 8;
		long pid = strtol(number, NULL, 10);

		if (pid > 0 && kill((pid_t)pid, 0) < 0 && errno == ESRCH)
			remove_tree(diag, found.gl_pathv[i]);
	}
	globfree(&found);
}

/* Whether what was unpacked is still what the package has; *ret_text: to note what it is. */
static bool is_fetched(struct dc_arena *arena, const struct dc_driver *driver, const char *final,
		       const char **ret_text)
{
	const char *path = dc_arena_printf(arena, "%s.of", final);
	struct dc_diag quiet = {0};
	char *before = NULL;
	bool same;

	if (!driver->package)
		return false; /* a user's folder may have changed */
	if (dc_is_file(path))
		dc_file_read(&quiet, path, &before, NULL);
	*ret_text = dc_arena_strdup(arena, package_text(arena, driver, before));
	same = before && !strcmp(before, *ret_text) && dc_is_dir(final);
	free(before);
	return same;
}

static int fetch(struct dc_diag *diag, struct dc_arena *arena, const struct dc_driver *driver,
		 const char *out, const char *final)
{
	const char *temporary = dc_arena_printf(arena, "%s/source.%ld.tmp", out, (long)getpid());
	const char *text = NULL;
	int err = 0;

	if (is_fetched(arena, driver, final, &text))
		return 0;
	err = dc_mkdirs(diag, temporary);
	if (!err)
		err = driver->package ? unpack(diag, arena, driver, temporary, final)
				      : copy_folder(diag, arena, driver, temporary, final);
	remove_tree(diag, temporary);
	if (!err && text)
		err = dc_file_write(diag, dc_arena_printf(arena, "%s.of", final), text,
				    strlen(text));
	return err;
}

int dc_driver_fetch(struct dc_diag *diag, struct dc_arena *arena, struct dc_driver *driver,
		    const char *out)
{
	const char *final = dc_arena_printf(arena, "%s/source", out);
	char path[PATH_MAX];
	int err;

	remove_stale(diag, arena, out);
	err = fetch(diag, arena, driver, out, final);
	if (err < 0)
		return err;
	if (!realpath(final, path))
		return dc_error(diag, -errno, DC_FILE(final), "%s", strerror(errno));
	driver->source = dc_arena_strdup(arena, path);
	return 0;
}
