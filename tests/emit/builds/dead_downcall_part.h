/* SPDX-License-Identifier: GPL-2.0 */
static int ddc_name(set_mac)(struct net_device *dev, void *address)
{
	return netif_running(dev) ? -EBUSY : eth_mac_addr(dev, address);
}
