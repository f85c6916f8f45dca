// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network devices in recovery: the kernel's net_device stays registered, with its name, index,
 * namespace, addresses, routes, queueing and the devices that are stacked on it. Only what the
 * driver has made of it is released. The next probe gets the same net_device when it allocates one
 * of the same size, and what was set is set again after it.
 *
 * Until then the net_device is not present, as the kernel calls it: the kernel asks its driver
 * nothing, and packets wait. While the driver's probe runs it may have another name for a moment:
 * drivers write names into it before they register it.
 */
#include <linux/export.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/sch_generic.h>

#include "devices.h"
#include "journal.h"
#include "netdevs.h"

enum dck_netdev_state {
	DCK_USED, /* the driver has it */
	DCK_DETACHED, /* recovery has it; the kernel does not use it */
	DCK_STOPPED, /* nor does anything of the driver's run by itself */
	DCK_KEPT, /* nor has it anything of the driver's */
	DCK_PROBED, /* a probe has it, and has not ended */
};

struct dck_netdev {
	struct list_head node;
	struct net_device *netdev;
	const struct device *owner; /* while it is not in use; only compared */
	enum dck_netdev_state state;
	bool registered; /* by that probe, or before */
	bool stalled; /* its queue was last stopped in xmit, when there was no carrier */
	int size; /* of the driver's part */
	unsigned int tx_queues, rx_queues;
	/* As the user had set it */
	char name[IFNAMSIZ];
	unsigned int mtu, tx_queue_len;
	netdev_features_t wanted, changeable;
	u8 address[MAX_ADDR_LEN];
	u8 address_type;
};

static struct dck_netdev *dck_find_netdev(struct dck *dck, const struct net_device *netdev)
{
	struct dck_netdev *at, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&dck->netdevs.lock, flags);
	list_for_each_entry(at, &dck->netdevs.list, node)
		if (at->netdev == netdev)
			found = at;
	spin_unlock_irqrestore(&dck->netdevs.lock, flags);
	return found;
}

/* The first of a device (NULL: of any) in this state. */
static struct dck_netdev *dck_netdev_in(struct dck *dck, const struct device *owner,
					enum dck_netdev_state state)
{
	struct dck_netdev *at, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&dck->netdevs.lock, flags);
	list_for_each_entry(at, &dck->netdevs.list, node)
		if (!found && at->state == state && (!owner || at->owner == owner))
			found = at;
	spin_unlock_irqrestore(&dck->netdevs.lock, flags);
	return found;
}

const struct device *dck_netdev_owner(struct dck *dck, const void *netdev)
{
	const struct dck_netdev *at = dck_find_netdev(dck, netdev);

	return at ? at->owner : NULL;
}

static void dck_unlist_netdev(struct dck *dck, struct dck_netdev *at)
{
	unsigned long flags;

	spin_lock_irqsave(&dck->netdevs.lock, flags);
	list_del(&at->node);
	spin_unlock_irqrestore(&dck->netdevs.lock, flags);
	kfree(at);
}

/* In place of the driver's tables while it has no driver. */

static netdev_tx_t dck_away_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops dck_away_ops = {.ndo_start_xmit = dck_away_xmit};
static const struct ethtool_ops dck_away_ethtool_ops;

/* Keeping */

static void dck_save(struct dck_netdev *at)
{
	const struct net_device *netdev = at->netdev;

	strscpy(at->name, netdev->name, sizeof(at->name));
	at->mtu = netdev->mtu;
	at->tx_queue_len = netdev->tx_queue_len;
	at->wanted = netdev->wanted_features;
	at->changeable = netdev->hw_features;
	at->address_type = netdev->addr_assign_type;
	memcpy(at->address, netdev->dev_addr, sizeof(at->address));
}

/*
 * The state is that of a device which is up but not present, and whose driver has not opened it.
 * Whoever still runs in the driver's functions without RTNL is waited for.
 */
static void dck_detach(struct dck_netdev *at)
{
	struct net_device *netdev = at->netdev;

	rtnl_lock();
	if (at->state == DCK_USED)
		dck_save(at);
	strscpy(netdev->name, at->name, sizeof(netdev->name));
	netif_device_detach(netdev);
	netif_carrier_off(netdev);
	clear_bit(__LINK_STATE_START, &netdev->state);
	if (netdev->flags & IFF_UP) /* no packet before the next carrier, as after dev_open() */
		dev_deactivate(netdev);
	at->state = DCK_DETACHED;
	rtnl_unlock();
	synchronize_net();
}

void dck_netdevs_keep(struct dck *dck, const struct device *device)
{
	const struct device *owner;
	struct net_device *netdev;
	struct dck_netdev *at;

	while ((netdev = dck_journal_find(dck, "unregister_netdev", device, &owner))) {
		at = dck_find_netdev(dck, netdev);
		if (!at || !owner)
			break;
		at->owner = owner;
		dck_detach(at);
		dck_journal_forget(dck, "unregister_netdev", netdev);
		dck_journal_forget(dck, "free_netdev", netdev);
		dck_device_set(dck, owner, DCK_ABSENT, true);
	}
	/* A probe has died before it came to register it once more. */
	while ((at = dck_netdev_in(dck, device, DCK_PROBED))) {
		dck_detach(at);
		dck_journal_forget(dck, "free_netdev", at->netdev);
	}
}

/* The driver's polling may be in memory that is freed before the net_device. */
static void dck_stop_netdev(struct dck_netdev *at)
{
	struct net_device *netdev = at->netdev;
	struct napi_struct *napi, *next;

	rtnl_lock();
	netdev->netdev_ops = &dck_away_ops;
	netdev->ethtool_ops = &dck_away_ethtool_ops;
	rtnl_unlock();
	synchronize_net();
	list_for_each_entry_safe(napi, next, &netdev->napi_list, dev_list)
		netif_napi_del(napi);
	at->state = DCK_STOPPED;
}

static void dck_empty_netdev(struct dck *dck, struct dck_netdev *at)
{
	struct net_device *netdev = at->netdev;

	dck_untrack_freed_in(dck, netdev, dcrt_netdev_memory(netdev));
	dck_untrack(dck, netdev->dev_addr);
	dck_untrack(dck, netdev_priv(netdev));
	at->state = DCK_KEPT;
}

void dck_netdevs_stop(struct dck *dck, const struct device *device)
{
	struct dck_netdev *at;

	while ((at = dck_netdev_in(dck, device, DCK_DETACHED)))
		dck_stop_netdev(at);
}

void dck_netdevs_empty(struct dck *dck, const struct device *device)
{
	struct dck_netdev *at;

	while ((at = dck_netdev_in(dck, device, DCK_STOPPED)))
		dck_empty_netdev(dck, at);
}

/* Nobody will probe the device again. */
void dck_netdevs_drop(struct dck *dck, const struct device *device)
{
	struct dck_netdev *at;

	while ((at = dck_netdev_in(dck, device, DCK_KEPT))) {
		struct net_device *netdev = at->netdev;

		dck_unlist_netdev(dck, at);
		unregister_netdev(netdev);
		free_netdev(netdev);
	}
}

/* The driver's calls */

static void dck_list_netdev(struct dck *dck, struct net_device *netdev, int size, unsigned int txqs,
			    unsigned int rxqs)
{
	struct dck_netdev *new = kmalloc(sizeof(*new), GFP_KERNEL | __GFP_ZERO);
	unsigned long flags;

	if (!new)
		return; /* then it is not kept */
	new->netdev = netdev;
	new->size = size;
	new->tx_queues = txqs;
	new->rx_queues = rxqs;
	spin_lock_irqsave(&dck->netdevs.lock, flags);
	list_add_tail(&new->node, &dck->netdevs.list);
	spin_unlock_irqrestore(&dck->netdevs.lock, flags);
}

/* As alloc_etherdev_mqs() gives it, in what drivers add to. */
static void dck_renew(struct dck_netdev *at)
{
	struct net_device *netdev = at->netdev;

	memset(netdev_priv(netdev), 0, (size_t)at->size);
	netdev->features &= ~netdev->hw_features;
	netdev->hw_features = 0;
	netdev->mtu = ETH_DATA_LEN;
	at->state = DCK_PROBED;
	at->registered = false;
}

struct net_device *dck_alloc_etherdev_mqs(struct dck *dck, int size, unsigned int txqs,
					  unsigned int rxqs)
{
	const struct device *device = dck_thread_device(dck);
	struct dck_netdev *at = device ? dck_netdev_in(dck, device, DCK_KEPT) : NULL;
	struct net_device *netdev;

	if (at && at->netdev->reg_state == NETREG_REGISTERED && at->size == size &&
	    at->tx_queues == txqs && at->rx_queues == rxqs) {
		dck_renew(at);
		return at->netdev;
	}
	netdev = alloc_etherdev_mqs(size, txqs, rxqs);
	if (netdev)
		dck_list_netdev(dck, netdev, size, txqs, rxqs);
	return netdev;
}
EXPORT_SYMBOL_GPL(dck_alloc_etherdev_mqs);

int dck_register_netdev(struct dck *dck, struct net_device *netdev)
{
	struct dck_netdev *at = dck_find_netdev(dck, netdev);

	if (!at || at->state != DCK_PROBED)
		return register_netdev(netdev);
	rtnl_lock();
	strscpy(netdev->name, at->name, sizeof(netdev->name));
	netdev->hw_features |= at->changeable; /* the kernel has added some */
	netdev->features |= NETIF_F_SOFT_FEATURES;
	at->registered = true;
	rtnl_unlock();
	return 0;
}
EXPORT_SYMBOL_GPL(dck_register_netdev);

/* True if recovery has it: a probe that was not its first fails, and gives it back. */
static bool dck_netdev_given_back(struct dck *dck, struct net_device *netdev)
{
	struct dck_netdev *at = dck_find_netdev(dck, netdev);

	if (!at || at->state != DCK_PROBED)
		return false;
	dck_detach(at);
	dck_stop_netdev(at);
	dck_empty_netdev(dck, at);
	return true;
}

void dck_unregister_netdev(struct dck *dck, struct net_device *netdev)
{
	const struct dck_netdev *at = dck_find_netdev(dck, netdev);

	if (!at || at->state != DCK_PROBED) /* else free_netdev() gives it back */
		unregister_netdev(netdev);
}
EXPORT_SYMBOL_GPL(dck_unregister_netdev);

static void dck_netdev_gone(struct dck *dck, struct net_device *netdev)
{
	struct dck_netdev *at = dck_find_netdev(dck, netdev);

	dck_settings_forget(dck, netdev);
	if (at)
		dck_unlist_netdev(dck, at);
}

void dck_free_netdev(struct dck *dck, struct net_device *netdev)
{
	if (dck_release_deferred(dck) || dck_netdev_given_back(dck, netdev))
		return;
	dck_netdev_gone(dck, netdev);
	dck_untrack_freed_in(dck, netdev, dcrt_netdev_memory(netdev));
	dck_untrack(dck, netdev->dev_addr);
	dck_untrack(dck, netdev_priv(netdev));
	free_netdev(netdev);
}
EXPORT_SYMBOL_GPL(dck_free_netdev);

/* Returns what it was. */
static bool dck_set_stalled(struct dck *dck, const struct net_device *netdev, bool stalled)
{
	struct dck_netdev *at;
	unsigned long flags;
	bool was = false;

	if (!stalled && !READ_ONCE(dck->netdevs.stalled))
		return false;
	spin_lock_irqsave(&dck->netdevs.lock, flags);
	WRITE_ONCE(dck->netdevs.stalled, stalled);
	list_for_each_entry(at, &dck->netdevs.list, node) {
		if (at->netdev == netdev) {
			was = at->stalled;
			at->stalled = stalled;
		}
		if (at->stalled)
			WRITE_ONCE(dck->netdevs.stalled, true);
	}
	spin_unlock_irqrestore(&dck->netdevs.lock, flags);
	return was;
}

static bool dck_is_in_xmit(const struct net_device *netdev)
{
	return READ_ONCE(netdev_get_tx_queue(netdev, 0)->xmit_lock_owner) == raw_smp_processor_id();
}

void dck_netif_stop_queue(struct dck *dck, struct net_device *netdev)
{
	bool stalled = !netif_carrier_ok(netdev) && dck_is_in_xmit(netdev);

	dck_set_stalled(dck, netdev, stalled);
	netif_stop_queue(netdev);
	smp_mb(); /* the carrier, after what dck_netif_carrier_on() looks at */
	if (stalled && netif_carrier_ok(netdev) && dck_set_stalled(dck, netdev, false))
		netif_wake_queue(netdev);
}
EXPORT_SYMBOL_GPL(dck_netif_stop_queue);

void dck_netif_carrier_on(struct dck *dck, struct net_device *netdev)
{
	netif_carrier_on(netdev);
	smp_mb(); /* pairs with that in dck_netif_stop_queue() */
	if (dck_set_stalled(dck, netdev, false))
		netif_wake_queue(netdev);
}
EXPORT_SYMBOL_GPL(dck_netif_carrier_on);

void dck_netif_tx_disable(struct dck *dck, struct net_device *netdev)
{
	unsigned int i;

	dck_set_stalled(dck, netdev, false);
	netif_tx_disable(netdev);
	for (i = 0; i < netdev->num_tx_queues; i++)
		WRITE_ONCE(netdev_get_tx_queue(netdev, i)->trans_start, jiffies);
}
EXPORT_SYMBOL_GPL(dck_netif_tx_disable);

/* Setting again what was set */

static void dck_restore_address(struct dck_netdev *at)
{
	struct net_device *netdev = at->netdev;
	const struct net_device_ops *ops = netdev->netdev_ops;
	struct sockaddr_storage address = {.ss_family = netdev->type};

	if (!memcmp(netdev->dev_addr, at->address, netdev->addr_len))
		return;
	memcpy(((struct sockaddr *)&address)->sa_data, at->address,
	       min_t(size_t, netdev->addr_len, sizeof(address) - sizeof(address.ss_family)));
	if (ops->ndo_set_mac_address && !ops->ndo_set_mac_address(netdev, &address))
		netdev->addr_assign_type = at->address_type;
	else
		netdev_warn(netdev, "its address is not set again\n");
}

static void dck_restore_mtu(struct dck_netdev *at)
{
	struct net_device *netdev = at->netdev;
	const struct net_device_ops *ops = netdev->netdev_ops;

	if (netdev->mtu == at->mtu)
		return;
	if (ops->ndo_change_mtu && ops->ndo_change_mtu(netdev, at->mtu))
		netdev_warn(netdev, "its MTU of %u is not set again\n", at->mtu);
	else
		netdev->mtu = at->mtu;
}

/* The first argument is the VLAN's own device; NULL for a number that has none, as 0. */
static int dck_restore_vlan(struct net_device *vlan, int vid, void *arg)
{
	struct net_device *netdev = arg;
	const struct net_device_ops *ops = netdev->netdev_ops;

	if (ops->ndo_vlan_rx_add_vid &&
	    ops->ndo_vlan_rx_add_vid(netdev, htons(ETH_P_8021Q), (u16)vid))
		netdev_warn(netdev, "its VLAN %d is not set again\n", vid);
	return 0;
}

/* For the kernel and the user it is down. The driver has not opened it, and must not close it. */
static void dck_close(struct net_device *netdev)
{
	const struct net_device_ops *ops = netdev->netdev_ops;

	netdev->netdev_ops = &dck_away_ops;
	dev_close(netdev);
	netdev->netdev_ops = ops;
}

/* As the kernel's own dev_open(), for an interface that the user sees as up. */
static void dck_reopen(struct dck *dck, struct net_device *netdev)
{
	const struct net_device_ops *ops = netdev->netdev_ops;
	int err;

	set_bit(__LINK_STATE_START, &netdev->state);
	err = ops->ndo_open ? ops->ndo_open(netdev) : 0;
	if (err) {
		netdev_warn(netdev, "does not come up again (%d)\n", err);
		clear_bit(__LINK_STATE_START, &netdev->state);
		if (!dck_is_quarantined(dck, dck_netdev_owner(dck, netdev)))
			dck_close(netdev);
		return;
	}
	netif_addr_lock_bh(netdev);
	if (ops->ndo_set_rx_mode)
		ops->ndo_set_rx_mode(netdev);
	netif_addr_unlock_bh(netdev);
	dev_activate(netdev);
}

static void dck_restore(struct dck *dck, struct dck_netdev *at)
{
	struct net_device *netdev = at->netdev;

	rtnl_lock();
	netdev->tx_queue_len = at->tx_queue_len;
	netdev->wanted_features = at->wanted;
	dck_restore_address(at);
	dck_restore_mtu(at);
	netdev_update_features(netdev);
	dck_settings_replay(dck, netdev);
	vlan_for_each(netdev, dck_restore_vlan, netdev);
	netif_device_attach(netdev);
	dck_device_set(dck, at->owner, DCK_ABSENT, false);
	if (netdev->flags & IFF_UP)
		dck_reopen(dck, netdev);
	if (!dck_is_quarantined(dck, at->owner)) { /* else what was set is still to be set again */
		at->state = DCK_USED;
		at->owner = NULL;
	}
	rtnl_unlock();
}

void dck_netdevs_restore(struct dck *dck, const struct device *device)
{
	struct dck_netdev *at;

	while ((at = dck_netdev_in(dck, device, DCK_PROBED)) && at->registered &&
	       !dck_is_quarantined(dck, device))
		dck_restore(dck, at);
	dck_netdevs_drop(dck, device); /* the driver has allocated others */
}
