// SPDX-License-Identifier: GPL-2.0-only
/* Counters in debugfs, and the module's parameters. */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "channel.h"

unsigned int dcrt_deadline_ms = 5000;
module_param_named(deadline_ms, dcrt_deadline_ms, uint, 0644);
MODULE_PARM_DESC(deadline_ms,
		 "longest time without progress of an upcall that has no deadline of its own");

unsigned int dcrt_downcall_deadline_ms = 10000;
module_param_named(downcall_deadline_ms, dcrt_downcall_deadline_ms, uint, 0644);
MODULE_PARM_DESC(downcall_deadline_ms,
		 "longest time of a downcall that has no deadline of its own");

unsigned int dcrt_call_limit_ms = 60000;
module_param_named(call_limit_ms, dcrt_call_limit_ms, uint, 0644);
MODULE_PARM_DESC(call_limit_ms,
		 "longest time of an upcall with all that is nested in it, or its own deadline");

unsigned int dcrt_attach_wait_ms = 1000;
module_param_named(attach_wait_ms, dcrt_attach_wait_ms, uint, 0644);
MODULE_PARM_DESC(attach_wait_ms, "how long an upcall waits for a process when there is none");

static unsigned int delay_ns;
module_param(delay_ns, uint, 0444);
MODULE_PARM_DESC(delay_ns, "initial value of debugfs NAME/delay_ns");

static char *delay_mode = "busy";
module_param(delay_mode, charp, 0444);
MODULE_PARM_DESC(delay_mode, "initial value of debugfs NAME/delay_mode: busy or sleep");

static struct dentry *root;

void dcrt_delay(struct dcrt_channel *channel, bool is_up)
{
	unsigned int ns = READ_ONCE(channel->delay.ns);
	ktime_t until;

	if (likely(!ns))
		return;
	atomic64_inc(is_up ? &channel->delay.up : &channel->delay.down);
	if (READ_ONCE(channel->delay.sleeps)) {
		unsigned int us = DIV_ROUND_UP(ns, 1000);

		usleep_range(us, us + us / 8 + 1);
		return;
	}
	until = ktime_add_ns(ktime_get(), ns);
	while (ktime_before(ktime_get(), until))
		cpu_relax();
}

void dcrt_count(struct dcrt_frame *frame, int err)
{
	struct dcrt_channel *channel = frame->call.channel;
	const struct dcrt_driver *driver = channel->driver;
	const struct dcrt_function *function = frame->call.function;
	bool is_up = function >= driver->up && function < driver->up + driver->n_up;
	struct dcrt_stat *stat = is_up ? &channel->stats.up[function - driver->up]
				       : &channel->stats.down[function - driver->down];
	u64 ns = max_t(s64, ktime_to_ns(ktime_sub(ktime_get(), frame->start)), 1);

	if (function == &dcrt_objects_call)
		return;
	atomic64_inc(&stat->calls);
	if (err)
		atomic64_inc(&stat->errors);
	atomic64_add(frame->call.writer.len, &stat->bytes_out);
	if (!is_up || !err)
		atomic64_add(frame->call.message.header.len, &stat->bytes_in);
	atomic64_inc(&stat->log2_ns[min_t(unsigned int, ilog2(ns), DCRT_HISTOGRAM - 1)]);
}

static void dcrt_show_functions(struct seq_file *file, const char *way,
				const struct dcrt_function *functions, u32 n,
				struct dcrt_stat *stats)
{
	u32 i, k;

	for (i = 0; i < n; i++) {
		seq_printf(file, "%s %s calls %lld errors %lld out %lld in %lld log2_ns", way,
			   functions[i].name, atomic64_read(&stats[i].calls),
			   atomic64_read(&stats[i].errors), atomic64_read(&stats[i].bytes_out),
			   atomic64_read(&stats[i].bytes_in));
		for (k = 0; k < DCRT_HISTOGRAM; k++)
			if (atomic64_read(&stats[i].log2_ns[k]))
				seq_printf(file, " %u:%lld", k,
					   atomic64_read(&stats[i].log2_ns[k]));
		seq_putc(file, '\n');
	}
}

static const char *const delay_words[] = {"busy", "sleep"};

static unsigned int dcrt_open_chains(struct dcrt_channel *channel)
{
	const struct list_head *at;
	unsigned int count = 0;

	spin_lock(&channel->lock);
	list_for_each(at, &channel->calls.active)
		count++;
	spin_unlock(&channel->lock);
	return count;
}

static void dcrt_show_failures(struct seq_file *file, const struct dcrt_stats *stats)
{
	seq_printf(file, "atomic_refused %lld no_process %lld bad_messages %lld ",
		   atomic64_read(&stats->atomic_refused), atomic64_read(&stats->no_process),
		   atomic64_read(&stats->bad_messages));
	seq_printf(file, "given_up %lld stuck %lld deaths %lld\n", atomic64_read(&stats->given_up),
		   atomic64_read(&stats->stuck), atomic64_read(&stats->deaths));
}

static int dcrt_stats_show(struct seq_file *file, void *unused)
{
	struct dcrt_channel *channel = file->private;
	const struct dcrt_driver *driver = channel->driver;

	seq_printf(file, "session %llu attached %d threads %u chains %u open %u ",
		   channel->session.id, dcrt_is_served(channel), channel->servers.count,
		   channel->calls.n_chains, dcrt_open_chains(channel));
	seq_printf(file, "objects %u conflicts %llu windows %u\n", channel->tracker.live,
		   channel->tracker.conflicts, channel->windows.count);
	dcrt_show_failures(file, &channel->stats);
	seq_printf(file, "delay_ns %u delay_mode %s delayed_up %lld delayed_down %lld\n",
		   channel->delay.ns, delay_words[channel->delay.sleeps],
		   atomic64_read(&channel->delay.up), atomic64_read(&channel->delay.down));
	seq_printf(file, "addresses %u of %u refused %llu\n", channel->tracker.cookies.used,
		   channel->tracker.cookies.max, channel->tracker.cookies.refused);
	if (channel->tracker.invalid)
		seq_printf(file, "invalid %llu last %s\n", channel->tracker.invalid,
			   driver->types[channel->tracker.invalid_type].name);
	if (channel->tracker.untracked)
		seq_printf(file, "untracked %llu last %s offset %u\n", channel->tracker.untracked,
			   driver->types[channel->tracker.untracked_type].name,
			   channel->tracker.untracked_offset);
	dcrt_show_functions(file, "up", driver->up, driver->n_up, channel->stats.up);
	dcrt_show_functions(file, "down", driver->down, driver->n_down, channel->stats.down);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(dcrt_stats);

static int dcrt_mode_show(struct seq_file *file, void *unused)
{
	struct dcrt_channel *channel = file->private;

	seq_printf(file, "%s\n", delay_words[READ_ONCE(channel->delay.sleeps)]);
	return 0;
}

static int dcrt_mode_open(struct inode *inode, struct file *file)
{
	return single_open(file, dcrt_mode_show, inode->i_private);
}

static ssize_t dcrt_mode_write(struct file *file, const char __user *from, size_t len, loff_t *at)
{
	struct dcrt_channel *channel = ((struct seq_file *)file->private_data)->private;
	char word[8];
	int mode;

	if (len >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, from, len))
		return -EFAULT;
	word[len] = 0;
	mode = sysfs_match_string(delay_words, word);
	if (mode < 0)
		return mode;
	WRITE_ONCE(channel->delay.sleeps, mode);
	return len;
}

static const struct file_operations dcrt_mode_fops = {
	.owner = THIS_MODULE,
	.open = dcrt_mode_open,
	.read = seq_read,
	.write = dcrt_mode_write,
	.llseek = seq_lseek,
	.release = single_release,
};

void dcrt_stat_show(struct dcrt_channel *channel)
{
	channel->delay.ns = delay_ns;
	channel->delay.sleeps = sysfs_streq(delay_mode, delay_words[1]);
	channel->stats.debugfs = debugfs_create_dir(channel->driver->name, root);
	debugfs_create_file("stats", 0400, channel->stats.debugfs, channel, &dcrt_stats_fops);
	debugfs_create_u32("delay_ns", 0600, channel->stats.debugfs, &channel->delay.ns);
	debugfs_create_file("delay_mode", 0600, channel->stats.debugfs, channel, &dcrt_mode_fops);
}

void dcrt_stat_init(void)
{
	root = debugfs_create_dir("dcrt", NULL);
}

void dcrt_stat_exit(void)
{
	debugfs_remove(root);
}
