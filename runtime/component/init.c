// SPDX-License-Identifier: GPL-2.0-only
/* Runs the driver's init and exit functions while there is a channel. */
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "devices.h"
#include "journal.h"

#define DCK_ATTACH_MS 10000 /* in which the process must attach */

/* Parameters of the driver's module. A word by echo ends in a newline. */
static int dck_set_program(const char *text, const struct kernel_param *param)
{
	struct dck *dck = container_of(param->arg, struct dck, program);
	char *copy = kstrdup(text, GFP_KERNEL);
	int err = copy ? param_set_charp(strim(copy), param) : -ENOMEM;

	kfree(copy);
	if (!err && dck->respawning)
		dcrt_respawn_now(dck->respawning, dck->program);
	return err;
}

const struct kernel_param_ops dck_program_ops = {
	.set = dck_set_program,
	.get = param_get_charp,
	.free = param_free_charp,
};
EXPORT_SYMBOL_GPL(dck_program_ops);

static int dck_get_journal(char *text, const struct kernel_param *param)
{
	struct dck *dck = param->arg;

	return dck_runners_print(dck, text, dck_journal_print(dck, text, 0));
}

const struct kernel_param_ops dck_journal_ops = {.get = dck_get_journal};
EXPORT_SYMBOL_GPL(dck_journal_ops);

static void dck_set_respawning(struct dck *dck, struct dcrt_channel *channel)
{
	kernel_param_lock(dck->module);
	dck->respawning = channel;
	kernel_param_unlock(dck->module);
}

/* The pointer is cleared last: what runs in open calls uses it. */
static void dck_end_channel(struct dck *dck)
{
	dck_set_respawning(dck, NULL);
	dcrt_unregister(dck->channel);
	dck->channel = NULL;
}

/* After sleep, in which no process can be started. */
void dck_wake_process(struct dck *dck)
{
	kernel_param_lock(dck->module);
	if (dck->respawning)
		dcrt_respawn_now(dck->respawning, NULL);
	kernel_param_unlock(dck->module);
}

int dck_init(struct dck *dck, int (*init)(void))
{
	struct dcrt_channel *channel;
	int err;

	dck->setup();
	channel = dcrt_register_owned(dck->driver, dck->module);
	if (IS_ERR(channel))
		return PTR_ERR(channel);
	dck->channel = channel;
	err = dck_recovery_begin(dck);
	if (err)
		goto end_channel;
	if (*dck->program)
		err = dcrt_respawn(channel, dck->program, DCK_ATTACH_MS);
	if (!err)
		err = init();
	if (!err) {
		dck_set_respawning(dck, channel);
		return 0;
	}
	dck_recovery_end(dck);
end_channel:
	dck_end_channel(dck);
	return err;
}
EXPORT_SYMBOL_GPL(dck_init);

void dck_exit(struct dck *dck, void (*exit)(void))
{
	dck_recovery_flush(dck);
	exit();
	dck_recovery_end(dck);
	dck_end_channel(dck);
}
EXPORT_SYMBOL_GPL(dck_exit);
