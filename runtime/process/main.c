// SPDX-License-Identifier: GPL-2.0-only
/*
 * The process of a split driver: PROGRAM [DEVICE [unconfined]]
 *
 * Gives up all rights when it has attached. `unconfined` is for what observes the process from
 * within, as valgrind does: whoever writes the module's parameter dcrt_program decides that.
 *
 * Exits 0 when the driver goes away, 1 if it could not attach or the session was ended.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../component/downcalls.h"
#include "channel.h"
#include "sandbox.h"

struct dcrt_channel *dcg_channel;

/*
 * A process that the kernel starts has no open files. The device must not become stderr, and what
 * is written there (by libc before an abort, too) should be seen.
 */
static void open_standard_files(void)
{
	int fd;

	for (fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    (fd < 2 || open("/dev/kmsg", O_WRONLY | O_CLOEXEC) < 0) &&
		    open("/dev/null", O_RDWR | O_CLOEXEC) < 0)
			return;
}

int main(int argc, char **argv)
{
	char device[64];
	int err;

	open_standard_files();
	dcg_setup();
	snprintf(device, sizeof(device), "/dev/dcrt-%s", dcg_driver.name);
	err = dcrt_attach(&dcg_driver, argc > 1 ? argv[1] : device, &dcg_channel);
	if (err) {
		fprintf(stderr, "%s: cannot attach to %s: %s\n", dcg_driver.name,
			argc > 1 ? argv[1] : device, strerror(-err));
		return 1;
	}
	if ((argc < 3 || strcmp(argv[2], "unconfined") != 0) && dcrt_sandbox(dcg_driver.name) < 0)
		return 1;
	err = dcrt_serve(dcg_channel);
	if (err)
		fprintf(stderr, "%s: served until: %s\n", dcg_driver.name, strerror(-err));
	return err ? 1 : 0;
}
