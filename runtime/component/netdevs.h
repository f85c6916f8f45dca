/* SPDX-License-Identifier: GPL-2.0-only */
/* Network devices in recovery. May sleep, except dck_netdev_owner(). */
#ifndef DCK_NETDEVS_H
#define DCK_NETDEVS_H

#include "component.h"

/*
 * dck_netdevs_keep - takes the registered net devices of a device (NULL: of all) out of the
 * journal, and detaches them. dck_netdevs_stop - when nothing of the driver's polls: removes
 * polling. dck_netdevs_empty - when all is released: takes the driver's part away.
 */
void dck_netdevs_keep(struct dck *dck, const struct device *device);
void dck_netdevs_stop(struct dck *dck, const struct device *device);
void dck_netdevs_empty(struct dck *dck, const struct device *device);
/* The device was probed again: sets what was set, and opens what was up. */
void dck_netdevs_restore(struct dck *dck, const struct device *device);
/* The device will not be probed again: unregisters and frees what is kept. */
void dck_netdevs_drop(struct dck *dck, const struct device *device);

/* The device of one that is kept or being probed again, or NULL. Any context. */
const struct device *dck_netdev_owner(struct dck *dck, const void *netdev);

/* settings.c: calls the driver's setters again, as they succeeded last, under RTNL. */
void dck_settings_replay(struct dck *dck, struct net_device *netdev);

#endif
