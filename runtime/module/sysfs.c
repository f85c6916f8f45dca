// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/class/misc/dcrt-NAME/: the state of a driver's process, for administration. Counters for
 * development are in debugfs (stats.c); time limits are parameters of dcrt.ko.
 */
#include <linux/device.h>
#include <linux/sysfs.h>

#include "channel.h"

static struct dcrt_channel *dcrt_channel_of_device(struct device *device)
{
	return container_of(dev_get_drvdata(device), struct dcrt_channel, misc);
}

static ssize_t state_show(struct device *device, struct device_attribute *unused, char *to)
{
	struct dcrt_channel *channel = dcrt_channel_of_device(device);
	const char *state = "none";

	spin_lock(&channel->lock);
	if (channel->session.peer)
		state = "twin";
	else if (channel->session.stuck)
		state = "stuck";
	else if (channel->session.revoked)
		state = "revoked";
	else if (channel->session.file)
		state = "attached";
	spin_unlock(&channel->lock);
	return sysfs_emit(to, "%s\n", state);
}
static DEVICE_ATTR_RO(state);

static ssize_t pid_show(struct device *device, struct device_attribute *unused, char *to)
{
	struct dcrt_channel *channel = dcrt_channel_of_device(device);
	pid_t pid;

	spin_lock(&channel->lock);
	pid = pid_vnr(channel->session.pid);
	spin_unlock(&channel->lock);
	return sysfs_emit(to, "%d\n", pid);
}
static DEVICE_ATTR_RO(pid);

static ssize_t deaths_show(struct device *device, struct device_attribute *unused, char *to)
{
	struct dcrt_channel *channel = dcrt_channel_of_device(device);

	return sysfs_emit(to, "%lld\n", atomic64_read(&channel->stats.deaths));
}
static DEVICE_ATTR_RO(deaths);

static struct attribute *dcrt_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_pid.attr,
	&dev_attr_deaths.attr,
	NULL,
};
ATTRIBUTE_GROUPS(dcrt);

const struct attribute_group **dcrt_sysfs_groups(void)
{
	return dcrt_groups;
}
