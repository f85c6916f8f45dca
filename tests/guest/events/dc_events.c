// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes happen what QEMU's machine or user space cannot: a PCI error is reported to the driver of
 * 0000:00:10.0, or the system shuts that down, without an error or a shutdown; a process is killed
 * while user space is frozen. One line is written to the parameter `event`:
 *
 *	error		the driver's error handlers, as pcie_do_recovery() calls them after a reset
 *	permanent	the link is gone for good: error_detected alone
 *	shutdown	the driver's shutdown, as device_shutdown() calls it
 *	kill PID MS	SIGKILL after so many milliseconds
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/sched/signal.h>
#include <linux/workqueue.h>

static struct pid *victim;

static void kill_victim(struct work_struct *work)
{
	kill_pid(victim, SIGKILL, 1);
	put_pid(victim);
	victim = NULL;
}

static DECLARE_DELAYED_WORK(killing, kill_victim);

static int kill_later(pid_t number, unsigned int ms)
{
	if (victim)
		return -EBUSY;
	victim = find_get_pid(number);
	if (!victim)
		return -ESRCH;
	/* Its queue is not frozen. */
	queue_delayed_work(system_unbound_wq, &killing, msecs_to_jiffies(ms));
	return 0;
}

static void report_error(struct pci_dev *pdev, bool permanent)
{
	const struct pci_error_handlers *handlers = pdev->driver ? pdev->driver->err_handler : NULL;
	pci_channel_state_t state = permanent ? pci_channel_io_perm_failure : pci_channel_io_frozen;
	pci_ers_result_t result = PCI_ERS_RESULT_NONE;

	if (!handlers || !handlers->error_detected)
		return;
	result = handlers->error_detected(pdev, state);
	pr_info("dc_events: error_detected says %u\n", (__force unsigned int)result);
	if (result == PCI_ERS_RESULT_NEED_RESET && handlers->slot_reset) {
		result = handlers->slot_reset(pdev);
		pr_info("dc_events: slot_reset says %u\n", (__force unsigned int)result);
	}
	if (result == PCI_ERS_RESULT_RECOVERED && handlers->resume)
		handlers->resume(pdev);
}

static int with_device(const char *what)
{
	struct pci_dev *pdev = pci_get_domain_bus_and_slot(0, 0, PCI_DEVFN(0x10, 0));
	int err = 0;

	if (!pdev)
		return -ENODEV;
	device_lock(&pdev->dev);
	if (!strcmp(what, "error"))
		report_error(pdev, false);
	else if (!strcmp(what, "permanent"))
		report_error(pdev, true);
	else if (!strcmp(what, "shutdown") && pdev->dev.bus->shutdown)
		pdev->dev.bus->shutdown(&pdev->dev);
	else
		err = -EINVAL;
	device_unlock(&pdev->dev);
	pci_dev_put(pdev);
	return err;
}

static int set_event(const char *text, const struct kernel_param *param)
{
	unsigned int ms;
	char word[16];
	pid_t pid;

	if (sscanf(text, "%15s %d %u", word, &pid, &ms) == 3 && !strcmp(word, "kill"))
		return kill_later(pid, ms);
	return sscanf(text, "%15s", word) == 1 ? with_device(word) : -EINVAL;
}

static const struct kernel_param_ops event_ops = {.set = set_event};

module_param_cb(event, &event_ops, NULL, 0200);

static int __init events_init(void)
{
	return 0;
}

static void __exit events_exit(void)
{
	flush_delayed_work(&killing);
}

module_init(events_init);
module_exit(events_exit);
MODULE_DESCRIPTION("events for tests of drivercut");
MODULE_LICENSE("GPL v2");
