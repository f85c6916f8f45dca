// SPDX-License-Identifier: GPL-2.0-only
/* Moved code in little: kernel headers, and the user library for what they would do. */
#include <linux/device.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "runtime/component/downcalls.h"
#include "runtime/process/process.h"

struct lib_build_state {
	struct work_struct work;
	struct delayed_work delayed;
	struct net_device *netdev;
	unsigned long modes[2];
	char name[IFNAMSIZ];
};

static void lib_build_work(struct work_struct *work)
{
	struct lib_build_state *state = container_of(work, struct lib_build_state, work);

	dcp_netdev_printk("netdev_info", state->netdev, "%pM\n", state->netdev->dev_addr);
	dcp_dev_printk("dev_info", &state->netdev->dev, "at %lu\n", dcp_jiffies());
	dcp_bug_on(!state);
}

int lib_build_user(struct net_device *netdev);
int lib_build_user(struct net_device *netdev)
{
	struct lib_build_state *state = dcp_kzalloc(sizeof(*state), GFP_KERNEL);
	u32 old;

	if (dcp_warn_on(!state))
		return -ENOMEM;
	state->netdev = netdev;
	dcp_INIT_WORK(&state->work, lib_build_work);
	dcp_INIT_DELAYED_WORK(&state->delayed, lib_build_work);
	dcp_udelay(10);
	if (dcp_strscpy(state->name, netdev->name, sizeof(state->name)) < 0 ||
	    find_first_bit(state->modes, 93) == 93 || !dcp_link_mode_to_u32(&old, state->modes, 93))
		dcp_printk("pr_warn", "%d: %s\n", dcp_warn_on_once(old), state->name);
	dcp_kfree(state);
	return 0;
}
