/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Macros under names of the kernel's, so that the driver's text stays as it is while the library
 * sees what it frees, maps and initialises. They call what follows in component.h with the driver's
 * state. Included by component.h.
 */
#ifndef DCK_OVERRIDES_H
#define DCK_OVERRIDES_H

/* Module init and exit */

/*
 * As <linux/module.h> defines them: the loader knows these two names, and objtool must see that
 * their address is taken (or CONFIG_X86_KERNEL_IBT would make them no valid target of a call).
 */
#undef module_init
#define module_init(f)                                                                             \
	int __init init_module(void)                                                               \
	{                                                                                          \
		return dck_init(&dcg_dck, f);                                                      \
	}                                                                                          \
	___ADDRESSABLE(init_module, __initdata)

#undef module_exit
#define module_exit(f)                                                                             \
	void __exit cleanup_module(void)                                                           \
	{                                                                                          \
		dck_exit(&dcg_dck, f);                                                             \
	}                                                                                          \
	___ADDRESSABLE(cleanup_module, __exitdata)

/* For conditions in annotations. */
#define dck_is_object(address) dck_has_object(&dcg_dck, address)
#define dck_is_mapped(address) dck_has_mapped(&dcg_dck, address)

/* Macros with arguments: a pointer to kfree stays the kernel's. */
#define kfree(object)		dck_kfree(&dcg_dck, object)
#define kfree_sensitive(object) dck_kfree_sensitive(&dcg_dck, object)
#undef krealloc
#define krealloc(object, len, flags)	     dck_krealloc(&dcg_dck, object, len, flags)
#define vfree(object)			     dck_vfree(&dcg_dck, object)
#define kvfree(object)			     dck_kvfree(&dcg_dck, object)
#define netif_tx_disable(netdev)	     dck_netif_tx_disable(&dcg_dck, netdev)
#define netif_stop_queue(netdev)	     dck_netif_stop_queue(&dcg_dck, netdev)
#define netif_carrier_on(netdev)	     dck_netif_carrier_on(&dcg_dck, netdev)
#define free_netdev(netdev)		     dck_free_netdev(&dcg_dck, netdev)
#define register_netdev(netdev)		     dck_register_netdev(&dcg_dck, netdev)
#define unregister_netdev(netdev)	     dck_unregister_netdev(&dcg_dck, netdev)
#define alloc_etherdev_mqs(size, txqs, rxqs) dck_alloc_etherdev_mqs(&dcg_dck, size, txqs, rxqs)

#undef kfree_rcu
#define kfree_rcu(object, ...)                                                                     \
	do {                                                                                       \
		if (dck_release_deferred(&dcg_dck))                                                \
			break;                                                                     \
		dck_untrack_freed(&dcg_dck, object);                                               \
		kvfree_rcu(object, ##__VA_ARGS__);                                                 \
	} while (0)

#define devm_kmalloc(device, len, flags) dck_devm_kmalloc(&dcg_dck, device, len, flags)
#define devm_kzalloc(device, len, flags)                                                           \
	dck_devm_kmalloc(&dcg_dck, device, len, (flags) | __GFP_ZERO)
#define devm_kmalloc_array(device, count, len, flags)                                              \
	dck_devm_kmalloc(&dcg_dck, device, array_size(count, len), flags)
#define devm_kcalloc(device, count, len, flags)                                                    \
	dck_devm_kmalloc(&dcg_dck, device, array_size(count, len), (flags) | __GFP_ZERO)
#define devm_kfree(device, object) dck_devm_kfree(&dcg_dck, device, object)

/* As <linux/workqueue.h> and <linux/timer.h> define them. */
#undef INIT_WORK
#define INIT_WORK(work, function)                                                                  \
	do {                                                                                       \
		__INIT_WORK((work), (function), 0);                                                \
		dck_runner_add(&dcg_dck, work, DCK_WORK);                                          \
	} while (0)

#undef INIT_DELAYED_WORK
#define INIT_DELAYED_WORK(work, function)                                                          \
	do {                                                                                       \
		__INIT_DELAYED_WORK(work, function, 0);                                            \
		dck_runner_add(&dcg_dck, work, DCK_DELAYED_WORK);                                  \
	} while (0)

#undef INIT_DEFERRABLE_WORK
#define INIT_DEFERRABLE_WORK(work, function)                                                       \
	do {                                                                                       \
		__INIT_DELAYED_WORK(work, function, TIMER_DEFERRABLE);                             \
		dck_runner_add(&dcg_dck, work, DCK_DELAYED_WORK);                                  \
	} while (0)

#undef timer_setup
#define timer_setup(timer, function, flags)                                                        \
	do {                                                                                       \
		__init_timer((timer), (function), (flags));                                        \
		dck_runner_add(&dcg_dck, timer, DCK_TIMER);                                        \
	} while (0)

#undef ioremap
#undef iounmap
#undef pci_iomap
#undef pci_iounmap
#define ioremap(phys, len)	     dck_ioremap(&dcg_dck, phys, len)
#define iounmap(base)		     dck_iounmap(&dcg_dck, base)
#define pci_ioremap_bar(pdev, bar)   dck_pci_ioremap_bar(&dcg_dck, pdev, bar)
#define pci_iomap(pdev, bar, max)    dck_pci_iomap(&dcg_dck, pdev, bar, max)
#define pci_iounmap(pdev, base)	     dck_pci_iounmap(&dcg_dck, pdev, base)
#define devm_ioremap(dev, phys, len) dck_devm_ioremap(&dcg_dck, dev, phys, len)
#define pcim_iomap(pdev, bar, max)   dck_pcim_iomap(&dcg_dck, pdev, bar, max)

#endif
