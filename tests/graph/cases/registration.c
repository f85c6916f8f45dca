/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

struct adapter {
	struct work_struct reset;
	struct timer_list watchdog;
	struct napi_struct napi;
	struct net_device *dev;
};

static int interrupt(int irq, void *data)
{
	act();
	return 0;
}

static int quick(int irq, void *data)
{
	return 1;
}

static int slow(int irq, void *data)
{
	act();
	return 0;
}

static void reset(struct work_struct *work)
{
	act();
}

static void watchdog(struct timer_list *timer)
{
	act();
}

static int poll(struct napi_struct *napi, int budget)
{
	act();
	return 0;
}

static int open(struct net_device *dev)
{
	act();
	return request_irq(1, interrupt, dev);
}

static int xmit(void *skb, struct net_device *dev)
{
	return 0;
}

static void rx_mode(struct net_device *dev)
{
}

static const struct net_device_ops ops = {
	.ndo_open = open,
	.ndo_start_xmit = xmit,
	.ndo_set_rx_mode = rx_mode,
};

static int probe(void *dev)
{
	struct adapter *adapter = dev;

	INIT_WORK(&adapter->reset, reset);
	timer_setup(&adapter->watchdog, watchdog, 0);
	netif_napi_add(adapter->dev, &adapter->napi, poll);
	adapter->dev->netdev_ops = &ops;
	return request_threaded_irq(2, quick, slow, dev);
}

struct pci_driver driver = {.probe = probe};

/* expect entries contexts atomic
 * interrupt atomic
 * open may sleep
 * poll atomic
 * reset may sleep
 * slow may sleep
 * watchdog atomic
 * interrupt: hardirq critical
 * open: process
 * poll: napi critical
 * probe: process
 * quick: hardirq critical
 * reset: work
 * rx_mode: atomic critical
 * slow: thread
 * watchdog: timer critical
 * xmit: softirq critical
 * interrupt by request_irq argument 1: hardirq
 * open by net_device_ops.ndo_open: process
 * poll by netif_napi_add argument 2: napi
 * probe by pci_driver.probe: process
 * quick by request_threaded_irq argument 1: hardirq
 * reset by work_struct.func: work
 * rx_mode by net_device_ops.ndo_set_rx_mode: atomic
 * slow by request_threaded_irq argument 2: thread
 * watchdog by init_timer_key argument 1: timer
 * xmit by net_device_ops.ndo_start_xmit: softirq
 */
