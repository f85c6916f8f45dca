/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process's faults in e1000_set_msglevel, by the level that it is given:
 * tests/guest/bad_process.sh puts it there. */
void keep_lock(void);
void no_rights(void);

static void wrong_value(struct e1000_adapter *adapter, u32 data)
{
	switch (data) {
	case 1001: /* would divide by zero */
		adapter->itr = 0;
		adapter->itr_setting = 3;
		break;
	case 1002: /* more rings than there are */
		adapter->num_rx_queues = 9;
		break;
	case 1003: /* more buffers than were allocated */
		adapter->rx_ring[0].count = 4096;
		break;
	case 1004: /* beyond the window */
		adapter->hw.hw_addr += 0x2000000;
		break;
	case 1005: /* an address that was never sent */
		adapter->hw.ce4100_gbe_mdio_base_virt = (void *)0xffff7f0000000000ul;
		break;
	case 1006: /* a function that takes something else */
		adapter->alloc_rx_buf = (void *)e1000_get_msglevel;
		break;
	case 1007: /* the last byte of the window and three more */
		readl(adapter->hw.hw_addr + 0x1ffff);
		break;
	case 1008: /* registers of nobody */
		readl((void __iomem *)0xffff7f0000000000ul);
		break;
	case 1009: /* no device */
		netif_carrier_off(NULL);
		break;
	case 1010: /* an error instead of a device */
		netif_carrier_off(ERR_PTR(-ENOMEM));
		break;
	case 1011: /* no address to copy */
		eth_hw_addr_set(adapter->netdev, NULL);
		break;
	case 1012: /* a bit before the object */
		set_bit(-8500, &adapter->flags);
		break;
	case 1013: /* a bit behind it */
		set_bit(8l << 20, &adapter->flags);
		break;
	case 1014: /* more windows than a device has */
		pci_ioremap_bar(adapter->pdev, 17);
		break;
	/* not wrong, but without an end */
	case 2001:
		while (adapter->netdev)
			netif_running(adapter->netdev);
		break;
	case 2002:
		msleep(3600000);
		break;
	/* nor this: what the process may not do */
	case 4001:
		no_rights();
		break;
	/* nor this: the next one waits for it */
	case 3001:
		keep_lock();
		break;
	}
}
