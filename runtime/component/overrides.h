/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Macros under names of the kernel's, so that the driver's text stays as it is while the library
 * sees what it frees, maps and initialises. The library itself calls the kernel's functions with
 * their names in parentheses. Included by component.h.
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
		return dck_init(f);                                                                \
	}                                                                                          \
	___ADDRESSABLE(init_module, __initdata)

#undef module_exit
#define module_exit(f)                                                                             \
	void __exit cleanup_module(void)                                                           \
	{                                                                                          \
		dck_exit(f);                                                                       \
	}                                                                                          \
	___ADDRESSABLE(cleanup_module, __exitdata)

/* Functions behind the macros */

void dck_netdev_freed(struct net_device *netdev);

static inline void dck_kfree(const void *object)
{
	if (dck_release_deferred())
		return;
	dck_untrack_freed(object);
	kfree(object);
}

static inline void dck_kfree_sensitive(const void *object)
{
	if (dck_release_deferred())
		return;
	dck_untrack_freed(object);
	kfree_sensitive(object);
}

static inline void dck_vfree(const void *object)
{
	if (dck_release_deferred())
		return;
	dck_untrack_freed(object);
	vfree(object);
}

static inline void dck_kvfree(const void *object)
{
	if (dck_release_deferred())
		return;
	dck_untrack_freed(object);
	kvfree(object);
}

/* The memory may move; its new address is not in the journal. */
static inline void *dck_krealloc(const void *object, size_t len, gfp_t flags)
{
	dck_untrack_freed(object);
	return krealloc(object, len, flags);
}

/* Memory that the kernel frees with the device. */
void *dck_devm_kmalloc(struct device *device, size_t len, gfp_t flags);
void dck_devm_kfree(struct device *device, const void *object);

/* netdevs.c: recovery keeps net devices for the next probe. */
struct net_device *dck_alloc_etherdev_mqs(int size, unsigned int txqs, unsigned int rxqs);
int dck_register_netdev(struct net_device *netdev);
void dck_unregister_netdev(struct net_device *netdev);
bool dck_netdev_given_back(struct net_device *netdev);
void dck_netdev_gone(struct net_device *netdev);

/* Frees also the driver's private area, and the address, which is stored elsewhere. */
static inline void dck_free_netdev(struct net_device *netdev)
{
	if (dck_release_deferred() || dck_netdev_given_back(netdev))
		return;
	dck_netdev_gone(netdev);
	dck_netdev_freed(netdev);
	dck_untrack(netdev->dev_addr);
	dck_untrack(netdev_priv(netdev));
	free_netdev(netdev);
}

/*
 * The kernel's watchdog reports a queue as hung if it is stopped while the carrier is on and its
 * last packet was sent seconds ago, even if it has been stopped only just now. Drivers stop the
 * queues, quiesce the hardware and then turn the carrier off, which takes longer with calls across
 * in between. So the watchdog's time starts anew here.
 */
static inline void dck_netif_tx_disable(struct net_device *netdev)
{
	unsigned int i;

	netif_tx_disable(netdev);
	for (i = 0; i < netdev->num_tx_queues; i++)
		WRITE_ONCE(netdev_get_tx_queue(netdev, i)->trans_start, jiffies);
}

/*
 * Registers that the process may map (module parameter dcrt_map, true by default) until they are
 * unmapped, here or by the kernel with the device (devm_ioremap(), pcim_iomap()). The process
 * cannot name registers that are mapped in other ways.
 */
void __iomem *dck_ioremap(phys_addr_t phys, size_t len);
void dck_iounmap(volatile void __iomem *base);
void __iomem *dck_pci_ioremap_bar(struct pci_dev *pdev, int bar);
void __iomem *dck_pci_iomap(struct pci_dev *pdev, int bar, unsigned long max);
void dck_pci_iounmap(struct pci_dev *pdev, void __iomem *base);
void __iomem *dck_devm_ioremap(struct device *device, resource_size_t phys, resource_size_t len);
void __iomem *dck_pcim_iomap(struct pci_dev *pdev, int bar, unsigned long max);

/* The macros */

/* Macros with arguments: a pointer to kfree stays the kernel's. */
#define kfree(object)		dck_kfree(object)
#define kfree_sensitive(object) dck_kfree_sensitive(object)
#undef krealloc
#define krealloc(object, len, flags)	     dck_krealloc(object, len, flags)
#define vfree(object)			     dck_vfree(object)
#define kvfree(object)			     dck_kvfree(object)
#define netif_tx_disable(netdev)	     dck_netif_tx_disable(netdev)
#define free_netdev(netdev)		     dck_free_netdev(netdev)
#define register_netdev(netdev)		     dck_register_netdev(netdev)
#define unregister_netdev(netdev)	     dck_unregister_netdev(netdev)
#define alloc_etherdev_mqs(size, txqs, rxqs) dck_alloc_etherdev_mqs(size, txqs, rxqs)

#undef kfree_rcu
#define kfree_rcu(object, ...)                                                                     \
	do {                                                                                       \
		if (dck_release_deferred())                                                        \
			break;                                                                     \
		dck_untrack_freed(object);                                                         \
		kvfree_rcu(object, ##__VA_ARGS__);                                                 \
	} while (0)

#define devm_kmalloc(device, len, flags) dck_devm_kmalloc(device, len, flags)
#define devm_kzalloc(device, len, flags) dck_devm_kmalloc(device, len, (flags) | __GFP_ZERO)
#define devm_kmalloc_array(device, count, len, flags)                                              \
	dck_devm_kmalloc(device, array_size(count, len), flags)
#define devm_kcalloc(device, count, len, flags)                                                    \
	dck_devm_kmalloc(device, array_size(count, len), (flags) | __GFP_ZERO)
#define devm_kfree(device, object) dck_devm_kfree(device, object)

/* As <linux/workqueue.h> and <linux/timer.h> define them. */
#undef INIT_WORK
#define INIT_WORK(work, function)                                                                  \
	do {                                                                                       \
		__INIT_WORK((work), (function), 0);                                                \
		dck_runner_add(work, DCK_WORK);                                                    \
	} while (0)

#undef INIT_DELAYED_WORK
#define INIT_DELAYED_WORK(work, function)                                                          \
	do {                                                                                       \
		__INIT_DELAYED_WORK(work, function, 0);                                            \
		dck_runner_add(work, DCK_DELAYED_WORK);                                            \
	} while (0)

#undef INIT_DEFERRABLE_WORK
#define INIT_DEFERRABLE_WORK(work, function)                                                       \
	do {                                                                                       \
		__INIT_DELAYED_WORK(work, function, TIMER_DEFERRABLE);                             \
		dck_runner_add(work, DCK_DELAYED_WORK);                                            \
	} while (0)

#undef timer_setup
#define timer_setup(timer, function, flags)                                                        \
	do {                                                                                       \
		__init_timer((timer), (function), (flags));                                        \
		dck_runner_add(timer, DCK_TIMER);                                                  \
	} while (0)

#undef ioremap
#undef iounmap
#undef pci_iomap
#undef pci_iounmap
#define ioremap(phys, len)	     dck_ioremap(phys, len)
#define iounmap(base)		     dck_iounmap(base)
#define pci_ioremap_bar(pdev, bar)   dck_pci_ioremap_bar(pdev, bar)
#define pci_iomap(pdev, bar, max)    dck_pci_iomap(pdev, bar, max)
#define pci_iounmap(pdev, base)	     dck_pci_iounmap(pdev, base)
#define devm_ioremap(dev, phys, len) dck_devm_ioremap(dev, phys, len)
#define pcim_iomap(pdev, bar, max)   dck_pcim_iomap(pdev, bar, max)

#endif
