/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest: one boot of an installed Debian kernel under QEMU that loads modules, runs a job and
 * hands back files. Its initramfs is made on the spot of this machine's own programs.
 *
 * Inside: guest/init.sh is the first process; guest/lib.sh (as /lib/guest.sh) has what jobs share;
 * the job is a shell script run by busybox ash with `sh -e`, in the folder /results, whose content
 * comes back. A line that it writes as "progress: TEXT" is shown while it runs. Everything goes to
 * the serial console, a line at a time. The job can also use it to unplug a network card's wire.
 *
 * The CPU is emulated (TCG): KVM may be there and hang. With an icount_shift the guest's clock
 * counts instructions (2^shift ns each) and idle time is skipped, so figures repeat whatever the
 * host does, and sleeping costs nothing.
 */
#ifndef DC_GUEST_GUEST_H
#define DC_GUEST_GUEST_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/kernel.h"

#define DC_GUEST_WALL_CLOCK (-1) /* an icount_shift: the guest's clock is the host's */

struct dc_guest_file {
	const char *host; /* path on this machine */
	const char *guest; /* path in the guest, with its leading slash */
};

/* Everything is borrowed. Lists end with NULL, files with a zero row; a list may be NULL. A
 * member that is zero takes its default. */
struct dc_guest {
	const char *what; /* a few words for messages: "profiling e1000" */
	const struct dc_kernel *kernel; /* must have an image and modules */
	const char *folder; /* gets results/ and console.log; made if needed */
	const char *job; /* path of the script on this machine */
	const char *const *modules; /* of the kernel; loaded before the job, in this order */
	const char *const *programs; /* of this machine, put in /sbin with their libraries */
	const struct dc_guest_file *files;
	/* Network cards by QEMU's name of the model, all on one wire: number i is the PCI device
	 * 0000:00:1i.0, at most 8. */
	const char *const *nics;
	const char *const *qemu_args; /* more arguments for QEMU */
	const char *kernel_args; /* more words for the kernel's command line */
	const char *machine; /* default "pc" */
	unsigned memory_mib; /* default 512 */
	unsigned cpus; /* default 1 */
	int icount_shift; /* 0 to 10, or DC_GUEST_WALL_CLOCK */
	/* The guest is ended after so many seconds, or so many without a line on the console. Not
	 * counted is time in which QEMU waits for a CPU: a busy machine ends no guest. */
	unsigned timeout_s; /* default 600 */
	unsigned quiet_s; /* default 120 */
	unsigned results_mib; /* room for results; default 256 */
	bool keep_results; /* of a guest that fails, too: what its job gave to keep() of lib.sh */
	bool complaints_ok; /* the kernel may say BUG, WARNING or Oops (tests of faults) */
	/* Called with each line of the console as it comes: without the kernel's time stamp; what
	 * the job wrote begins with "dc-job: ". NULL: not called. */
	void (*line)(void *ctx, const char *line);
	void *ctx;
};

/*
 * dc_guest_check - whether this machine can boot guests at all; worth asking before a long build.
 * Returns 0; or -ENXIO after reporting: QEMU or the kernel's image is missing.
 */
int dc_guest_check(struct dc_diag *diag, const struct dc_kernel *kernel);

/*
 * dc_guest_run - boots the guest and waits until it has ended.
 *
 * On success FOLDER/results holds what the job left in /results; on failure there is no such
 * folder, unless keep_results asks for what there is. FOLDER/console.log has all that the console
 * said in either case. Returns 0 if the job ended with status 0 and the kernel had nothing to
 * complain about; otherwise after reporting, with the console's last lines: -ENXIO (QEMU, a
 * program, a module or the kernel image is missing), -ETIMEDOUT (it hung), -EIO (it ended too
 * early, the job failed, or the kernel complained).
 */
int dc_guest_run(struct dc_diag *diag, const struct dc_guest *guest);

#endif
