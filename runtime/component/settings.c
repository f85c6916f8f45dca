// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings: what was set by calls of the driver's functions in the process, each as it succeeded
 * last, so that recovery can set it again after the next probe.
 */
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "component.h"
#include "netdevs.h"

#define DCK_ALL (~0u)

struct dck_setting {
	struct list_head node;
	u32 number; /* of the upcall */
	const void *about;
	unsigned long args[DCK_ARGS_MAX];
	u8 data[]; /* copies */
};

static const struct dcrt_function *dck_setter(struct dck *dck, u32 number)
{
	return &dck->driver->up[number];
}

static bool dck_is_copy(const struct dcrt_function *setter, u32 i, const unsigned long *args)
{
	return setter->arguments[i].kind == DCRT_ARG_COPY && args[i];
}

/* The other addresses of a call are of its caller's, and soon gone. */
static unsigned long dck_kept(const struct dcrt_function *setter, u32 i, const unsigned long *args)
{
	return setter->arguments[i].kind == DCRT_ARG_ADDRESS && i + 1 != setter->about ? 0
										       : args[i];
}

static struct dck_setting *dck_make_setting(const struct dcrt_function *setter,
					    const unsigned long *args, const u32 *lengths)
{
	struct dck_setting *new;
	size_t len = 0;
	u32 i;

	for (i = 0; i < setter->args; i++)
		len += dck_is_copy(setter, i, args) ? lengths[i] : 0;
	new = kmalloc(sizeof(*new) + len, GFP_KERNEL | __GFP_ZERO);
	if (!new)
		return NULL;
	for (i = 0, len = 0; i < setter->args; i++) {
		new->args[i] = dck_kept(setter, i, args);
		if (!dck_is_copy(setter, i, args))
			continue;
		memcpy(new->data + len, (const void *)args[i], lengths[i]);
		new->args[i] = (unsigned long)(new->data + len);
		len += lengths[i];
	}
	return new;
}

/* With the lock. DCK_ALL: all numbers. */
static void dck_drop_settings(struct dck *dck, u32 number, const void *about)
{
	struct dck_setting *at, *next;

	list_for_each_entry_safe(at, next, &dck->settings.list, node)
		if ((number == DCK_ALL || at->number == number) && at->about == about) {
			list_del(&at->node);
			kfree(at);
		}
}

void dck_setting_note(struct dck *dck, u32 number, const void *about, const unsigned long *args,
		      const u32 *lengths)
{
	struct dck_setting *new;

	if (READ_ONCE(dck->settings.replayer) == current)
		return;
	new = dck_make_setting(dck_setter(dck, number), args, lengths);
	mutex_lock(&dck->settings.lock);
	dck_drop_settings(dck, number, about);
	if (new) {
		new->number = number;
		new->about = about;
		list_add_tail(&new->node, &dck->settings.list);
	}
	mutex_unlock(&dck->settings.lock);
	if (!new)
		dck_warn_once(dck, DCK_SAID_SETTING, "out of memory: recovery cannot do %s again\n",
			      dck_setter(dck, number)->name);
}

void dck_settings_forget(struct dck *dck, const void *about)
{
	mutex_lock(&dck->settings.lock);
	dck_drop_settings(dck, DCK_ALL, about);
	mutex_unlock(&dck->settings.lock);
}

/* The upcall may change the copies. */
static void dck_replay(struct dck *dck, const struct dck_setting *setting,
		       const struct net_device *netdev)
{
	const struct dcrt_function *setter = dck_setter(dck, setting->number);
	long err = (long)dck_upcall_args(dck, setting->number, setting->args);

	if (dcrt_result(setter)->flags & DCRT_SIGNED && err)
		netdev_warn(netdev, "%s cannot be done again (%ld)\n", setter->name, err);
}

/* RTNL keeps the list of a net device as it is: its setters are called with it. */
void dck_settings_replay(struct dck *dck, struct net_device *netdev)
{
	const struct dck_setting *at;

	WRITE_ONCE(dck->settings.replayer, current);
	list_for_each_entry(at, &dck->settings.list, node)
		if (at->about == netdev)
			dck_replay(dck, at, netdev);
	WRITE_ONCE(dck->settings.replayer, NULL);
}
