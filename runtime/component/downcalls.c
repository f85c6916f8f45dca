// SPDX-License-Identifier: GPL-2.0-only
/* Handlers of the library's own downcalls (downcalls.h), except those about memory and windows. */
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <linux/workqueue.h>

#include "handlers.h"

/* Printing */

static const char *const dck_levels[] = {KERN_EMERG,   KERN_ALERT,  KERN_CRIT, KERN_ERR,
					 KERN_WARNING, KERN_NOTICE, KERN_INFO, KERN_DEBUG};

/* The generator numbers the driver's types; the type of net devices is found by name. */
static u16 dck_type_named(const struct dcrt_driver *driver, const char *name)
{
	u32 i;

	for (i = 0; i < driver->n_types; i++)
		if (!strcmp(driver->types[i].name, name))
			return (u16)i;
	return DCRT_ANY_TYPE;
}

static struct net_device *dck_netdev_of(struct dcrt_call *call)
{
	u16 type = dck_type_named(dck_of(call)->driver, "net_device");

	return dcrt_in_pointer(call, 2, type, sizeof(struct net_device));
}

static struct device *dck_device_argument(struct dcrt_call *call, u32 index)
{
	return dcrt_in_pointer(call, index, DCRT_ANY_TYPE, sizeof(struct device));
}

int dck_print(struct dcrt_call *call)
{
	u64 level = dcrt_in_word(call, 0), of = dcrt_in_word(call, 1);
	struct net_device *netdev = of == DCK_ABOUT_NETDEV ? dck_netdev_of(call) : NULL;
	struct device *device = of == DCK_ABOUT_DEVICE ? dck_device_argument(call, 2) : NULL;
	const char *text;
	u32 len;

	text = dcrt_in_blob(call, DCK_TEXT, &len);
	if (dcrt_in_error(call))
		return dcrt_in_error(call);
	if (level >= ARRAY_SIZE(dck_levels) || of >= DCK_ABOUT_COUNT || !text || !len ||
	    text[len - 1] || IS_ERR(netdev) || IS_ERR(device))
		return -EINVAL;
	if (netdev)
		netdev_printk(dck_levels[level], netdev, "%s", text);
	else if (device)
		_dev_printk(dck_levels[level], device, "%s", text);
	else
		printk("%s%s", dck_levels[level], text);
	return 0;
}

/*
 * Names cross by value: the driver core frees one whenever the device gets another, which nobody
 * here sees.
 */
int dck_name(struct dcrt_call *call)
{
	struct device *device = dck_device_argument(call, 0);
	char name[DCK_NAME_MAX];

	if (dcrt_in_error(call))
		return dcrt_in_error(call);
	if (IS_ERR_OR_NULL(device) || !dev_name(device))
		return -EINVAL;
	strscpy(name, dev_name(device), sizeof(name));
	dcrt_out_blob(call, DCK_TEXT, name, (u32)strlen(name) + 1);
	return 0;
}

/* Work items and timers */

int dck_init_work(struct dcrt_call *call)
{
	struct work_struct *work = dcrt_in_pointer(call, 0, DCRT_ANY_TYPE, sizeof(*work));
	work_func_t function = (work_func_t)dcrt_in_code(call, 1);

	if (dcrt_in_error(call))
		return dcrt_in_error(call);
	if (IS_ERR_OR_NULL(work) || !function)
		return -EINVAL;
	INIT_WORK(work, function);
	dck_runner_add(dck_of(call), work, DCK_WORK);
	return 0;
}

int dck_init_delayed_work(struct dcrt_call *call)
{
	struct delayed_work *work = dcrt_in_pointer(call, 0, DCRT_ANY_TYPE, sizeof(*work));
	work_func_t function = (work_func_t)dcrt_in_code(call, 1);

	if (dcrt_in_error(call))
		return dcrt_in_error(call);
	if (IS_ERR_OR_NULL(work) || !function)
		return -EINVAL;
	INIT_DELAYED_WORK(work, function);
	dck_runner_add(dck_of(call), work, DCK_DELAYED_WORK);
	return 0;
}

int dck_timer_setup(struct dcrt_call *call)
{
	struct timer_list *timer = dcrt_in_pointer(call, 0, DCRT_ANY_TYPE, sizeof(*timer));
	void (*function)(struct timer_list *timer) = dcrt_in_code(call, 1);
	u64 flags = dcrt_in_word(call, 2);

	if (dcrt_in_error(call))
		return dcrt_in_error(call);
	if (IS_ERR_OR_NULL(timer) || !function || flags & ~(u64)TIMER_INIT_FLAGS)
		return -EINVAL;
	timer_setup(timer, function, (u32)flags);
	dck_runner_add(dck_of(call), timer, DCK_TIMER);
	return 0;
}

/* The state of the system */

int dck_clock(struct dcrt_call *call)
{
	dcrt_out_word(call, jiffies);
	dcrt_out_word(call, ktime_get_ns());
	dcrt_out_word(call, HZ);
	return 0;
}

int dck_state(struct dcrt_call *call)
{
	dcrt_out_word(call, system_state);
	return 0;
}

int dck_sync(struct dcrt_call *call)
{
	dcrt_out_all(call);
	return 0;
}
