// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings: what was set by calls of the driver's functions in the process, each as it succeeded
 * last, so that recovery can set it again after the next probe.
 */
#undef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "component.h"
#include "netdevs.h"

struct dck_setting {
	struct list_head node;
	const struct dck_setter *setter;
	const void *about;
	struct dck_arg args[DCK_ARGS_MAX];
	u8 data[]; /* of the arguments */
};

static LIST_HEAD(dck_settings); /* the last one last */
static DEFINE_MUTEX(dck_settings_lock);
static const struct task_struct *dck_replayer; /* only compared */

static struct dck_setting *dck_make_setting(const struct dck_arg *args, unsigned int count)
{
	struct dck_setting *new;
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		len += args[i].data ? args[i].len : 0;
	new = dck_own_alloc(sizeof(*new) + len, GFP_KERNEL | __GFP_ZERO);
	if (!new)
		return NULL;
	for (i = 0, len = 0; i < count; i++) {
		new->args[i] = args[i];
		if (!args[i].data)
			continue;
		new->args[i].data = memcpy(new->data + len, args[i].data, args[i].len);
		len += args[i].len;
	}
	return new;
}

/* With the lock. setter NULL: all. */
static void dck_drop_settings(const struct dck_setter *setter, const void *about)
{
	struct dck_setting *at, *next;

	list_for_each_entry_safe(at, next, &dck_settings, node)
		if ((!setter || at->setter == setter) && at->about == about) {
			list_del(&at->node);
			dck_own_free(at);
		}
}

void dck_setting_note(const struct dck_setter *setter, const void *about,
		      const struct dck_arg *args, unsigned int count)
{
	struct dck_setting *new;

	if (READ_ONCE(dck_replayer) == current)
		return;
	new = dck_make_setting(args, count);
	mutex_lock(&dck_settings_lock);
	dck_drop_settings(setter, about);
	if (new) {
		new->setter = setter;
		new->about = about;
		list_add_tail(&new->node, &dck_settings);
	}
	mutex_unlock(&dck_settings_lock);
	if (!new)
		pr_warn_once("out of memory: recovery cannot do %s again\n", setter->name);
}

void dck_settings_forget(const void *about)
{
	mutex_lock(&dck_settings_lock);
	dck_drop_settings(NULL, about);
	mutex_unlock(&dck_settings_lock);
}

static void dck_replay(const struct dck_setting *setting, const struct net_device *netdev)
{
	int err = setting->setter->replay(setting->args);

	if (err)
		netdev_warn(netdev, "%s cannot be done again (%d)\n", setting->setter->name, err);
}

/* RTNL keeps the list of a net device as it is: its setters are called with it. */
void dck_settings_replay(struct net_device *netdev)
{
	const struct dck_setting *at;

	WRITE_ONCE(dck_replayer, current);
	list_for_each_entry(at, &dck_settings, node)
		if (at->about == netdev)
			dck_replay(at, netdev);
	WRITE_ONCE(dck_replayer, NULL);
}
