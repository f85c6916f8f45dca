/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A driver's problem: what `drivercut problem DRIVER` wrote. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/cli.h"
#include "solver/problem.h"

/* "drivers/e1000/" is kept in out/e1000. Caller frees with free(). */
static char *problem_path(const char *driver)
{
	char *name = dc_strdup(driver), *slash, *path;

	while ((slash = strrchr(name, '/')) && !slash[1] && slash != name)
		*slash = '\0';
	path = dc_printf("out/%s/problem.json", slash ? slash + 1 : name);
	free(name);
	return path;
}

int dc_cli_problem(struct dc_cli *cli, const char *driver, struct dc_problem **ret_problem)
{
	char *path = problem_path(driver);
	int err;

	if (dc_is_file(path))
		err = dc_problem_read(&cli->diag, path, ret_problem);
	else
		err = dc_error(&cli->diag, -ENOENT, DC_FILE(path),
			       "there is no problem file for %s; run: drivercut problem %s", driver,
			       driver);
	free(path);
	return err;
}
