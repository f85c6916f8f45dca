// SPDX-License-Identifier: GPL-2.0-only
/* Runs the driver's init and exit functions while there is a channel. */
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "component.h"

#define DCK_ATTACH_MS 10000 /* in which the process must attach */

static char *dcrt_program = "/usr/lib/drivercut/" KBUILD_MODNAME;
module_param(dcrt_program, charp, 0444);
MODULE_PARM_DESC(dcrt_program,
		 "program of the driver's process; empty: it is started by other means");

struct dcrt_channel *dcg_channel;

/* The pointer is cleared last: what runs in open calls uses it. */
static void dck_end_channel(void)
{
	dcrt_unregister(dcg_channel);
	dcg_channel = NULL;
}

int dck_init(int (*init)(void))
{
	struct dcrt_channel *channel;
	int err = 0;

	dcg_setup();
	channel = dcrt_register(&dcg_driver);
	if (IS_ERR(channel))
		return PTR_ERR(channel);
	dcg_channel = channel;
	if (*dcrt_program)
		err = dcrt_respawn(channel, dcrt_program, DCK_ATTACH_MS);
	if (!err)
		err = init();
	if (err) {
		dck_recovery_flush();
		dck_end_channel();
	}
	return err;
}

void dck_exit(void (*exit)(void))
{
	dck_recovery_flush();
	exit();
	dck_recovery_flush();
	dck_end_channel();
}
