// SPDX-License-Identifier: GPL-2.0-only
/*
 * A microdriver without a device: commands written to debugfs echo/run become upcalls; the same
 * descriptor then reads the result.
 */
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "runtime/module/module.h"
#include "echo.h"

static int nest(struct dcrt_call *call);
static int add(struct dcrt_call *call);
static int slow(struct dcrt_call *call);
static int look(struct dcrt_call *call);
static int peek(struct dcrt_call *call);
static int stick(struct dcrt_call *call);
static int echo_pause(struct dcrt_call *call);
static void attached(struct dcrt_channel *which);
static void died(struct dcrt_channel *which, bool in_call);

static int adopt_globals(struct dcrt_channel *channel, void *element);

static struct echo_globals echo_globals = {.sides_own = 3};
static const char echo_table[8] = "a\0bc";

static u64 times_two(u64 value)
{
	return value * 2;
}

static unsigned long stack_left; /* in the last DOWN_NEST */

static u64 times_three(u64 value)
{
	return value * 3;
}

static void *const echo_code[N_CODE] = {
	[CODE_DOUBLE] = times_two,
	[CODE_TRIPLE] = times_three,
};

#define ECHO_ADOPT	  adopt_globals
#define ECHO_DRIVER_EXTRA .attached = attached, .died = died
ECHO_TABLES;

static char *program = "";
module_param(program, charp, 0444);

static bool keep;
module_param(keep, bool, 0444);

static struct dcrt_channel *channel;
static struct dentry *debugfs;
static struct echo_thing *things[2];
static u32 *registers; /* two pages of memory that stand for them */
static atomic_t n_attached, n_died, n_died_in_call, n_calls;
static const struct dcrt_field_set thing_plan = {.type = 0}, inner_plan = {.type = 1};

static int adopt_globals(struct dcrt_channel *which, void *element)
{
	struct echo_globals *globals = element;

	return dcrt_adopt(which, globals->items, 2, globals->n_items);
}

static void attached(struct dcrt_channel *which)
{
	atomic_inc(&n_attached);
}

static void died(struct dcrt_channel *which, bool in_call)
{
	atomic_inc(&n_died);
	if (in_call)
		atomic_inc(&n_died_in_call);
}

/* An upcall with one word there and, if wanted, one back. */
static int call_word(u32 function, u64 word, u64 *ret)
{
	struct dcrt_call *call;
	int err = dcrt_call_begin(channel, function, &call);

	if (err)
		return err;
	dcrt_out_word(call, word);
	err = dcrt_call_run(call);
	if (!err && ret)
		*ret = dcrt_in_word(call, 0);
	dcrt_call_end(call);
	return err;
}

/* Downcalls */

static int nest_on(u64 left, u64 *ret)
{
	stack_left =
		(unsigned long)__builtin_frame_address(0) - (unsigned long)end_of_stack(current);
	return left ? call_word(UP_NEST, left - 1, ret) : 0;
}

/* As a driver's functions would, this takes a KiB of the stack. */
static noinline int nest_wide(u64 left, u64 *ret)
{
	volatile u8 pad[1024];
	int err;

	pad[left] = 0;
	err = nest_on(left, ret);
	return pad[left] ? -EIO : err; /* the stack is in use until now */
}

static int nest(struct dcrt_call *call)
{
	u64 left = dcrt_in_word(call, 0), sum = 0;
	int err = left > 100 ? nest_wide(left, &sum) : nest_on(left, &sum);

	dcrt_out_word(call, sum + 1);
	return err;
}

static int add(struct dcrt_call *call)
{
	dcrt_out_word(call, dcrt_in_word(call, 0) + dcrt_in_word(call, 1));
	return 0;
}

static int slow(struct dcrt_call *call)
{
	u64 ms = dcrt_in_word(call, 0);

	if (ms > 1000) /* not a time: nested */
		return call_word(UP_HANG, HANG_IN_PROCESS, NULL);
	msleep(ms);
	return 0;
}

/* Looks at what the process has just flushed, and changes it. */
static int look(struct dcrt_call *call)
{
	struct echo_thing *thing = dcrt_in_pointer(call, 0, 0, sizeof(*thing));

	if (!thing)
		return -EINVAL;
	dcrt_out_word(call, thing->value);
	thing->value += 1000;
	dcrt_out_object(call, thing, &thing_plan);
	return 0;
}

static int peek(struct dcrt_call *call)
{
	const u32 *at = dcrt_in_register(call, 0, sizeof(*at));

	if (dcrt_in_error(call))
		return dcrt_in_error(call);
	dcrt_out_word(call, *at);
	return 0;
}

/* As a function of the kernel that waits for what does not come. */
static DECLARE_COMPLETION(unstick);

static int stick(struct dcrt_call *call)
{
	wait_for_completion(&unstick);
	return 0;
}

static int echo_pause(struct dcrt_call *call)
{
	u64 us = 1000 * dcrt_in_word(call, 0);

	return dcrt_pause(call, us, us, false);
}

/* Commands */

static int do_echo(u64 len, u64 count, u64 *ret)
{
	u8 *data = kmalloc(4096, GFP_KERNEL);
	ktime_t start = ktime_get();
	u64 i;
	int err = data && len <= 4096 && count ? 0 : -EINVAL;

	for (i = 0; !err && i < len; i++)
		data[i] = (u8)(i * 7 + len);
	for (i = 0; !err && i < count; i++) {
		struct dcrt_call *call;
		const void *back;
		u32 back_len;

		err = dcrt_call_begin(channel, UP_ECHO, &call);
		if (err)
			break;
		dcrt_out_word(call, len);
		if (len)
			dcrt_out_blob(call, 1, data, len);
		err = dcrt_call_run(call);
		if (!err) {
			back = dcrt_in_blob(call, 2, &back_len);
			if (dcrt_in_word(call, 0) != len || back_len != len ||
			    (len && memcmp(back, data, len)))
				err = -EBADMSG;
		}
		dcrt_call_end(call);
	}
	if (!err)
		*ret = div64_u64(ktime_to_ns(ktime_sub(ktime_get(), start)), count);
	kfree(data);
	return err;
}

static int do_touch(u64 with_null, u64 *ret)
{
	struct dcrt_call *call;
	int err = dcrt_call_begin(channel, UP_TOUCH, &call);

	if (err)
		return err;
	things[0]->next = things[1];
	things[0]->kernels = 42;
	things[1]->value = 7;
	dcrt_out_pointer(call, with_null ? NULL : things[0]);
	dcrt_out_pointer(call, &things[0]->inner);
	dcrt_out_object(call, things[0], &thing_plan);
	dcrt_out_object(call, things[1], &thing_plan);
	dcrt_out_object(call, &things[0]->inner, &inner_plan);
	err = dcrt_call_run(call);
	if (!err)
		*ret = dcrt_in_word(call, 0);
	dcrt_call_end(call);
	if (!err && things[0]->next)
		err = -EBADMSG;
	return err;
}

static void drop_items(void)
{
	dcrt_forget(channel, echo_globals.items);
	kfree(echo_globals.items);
}

/* Other items each time, in the memory of the last ones if it comes back; the variable's pointer to
 * those stays until then, as drivers leave it. */
static int new_items(u64 n)
{
	struct echo_item *items;
	u64 i;

	drop_items();
	items = kcalloc(n, sizeof(*items), GFP_KERNEL);
	if (!items)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		items[i].value = i + 1;
	echo_globals.items = items;
	echo_globals.n_items = n;
	echo_globals.hook = times_two;
	strcpy(echo_globals.name, "kernel");
	return dcrt_adopt(channel, items, 2, n);
}

static int do_all(u64 n, u64 *ret)
{
	struct dcrt_call *call;
	int err = new_items(n);
	u64 i;

	if (!err)
		err = dcrt_call_begin(channel, UP_ALL, &call);
	if (err)
		return err;
	dcrt_out_pointer(call, echo_globals.items);
	dcrt_out_code(call, echo_globals.hook);
	dcrt_out_all(call);
	err = dcrt_call_run(call);
	if (!err)
		*ret = dcrt_in_word(call, 0);
	dcrt_call_end(call);
	for (i = 0; !err && i < n; i++)
		if (echo_globals.items[i].twice != 2 * echo_globals.items[i].value)
			err = -EBADMSG;
	if (!err && (echo_globals.hook != times_three || echo_globals.sides_own != 3 ||
		     strcmp(echo_globals.name, "process")))
		err = -EBADMSG;
	return err;
}

/* The same without a change. */
static int do_none(u64 unused, u64 *ret)
{
	struct dcrt_call *call;
	int err = dcrt_call_begin(channel, UP_ECHO, &call);

	if (err)
		return err;
	dcrt_out_word(call, 0);
	dcrt_out_all(call);
	err = dcrt_call_run(call);
	dcrt_call_end(call);
	return err;
}

/* More than one message holds. */
static int do_many(u64 n, u64 *ret)
{
	int err = new_items(n);

	if (!err)
		err = do_none(0, ret);
	*ret = n;
	return err;
}

static int do_text(u64 *ret)
{
	const char *strings[] = {NULL, "a copy", echo_table + 2, echo_globals.name};
	struct dcrt_call *call;
	int err = dcrt_call_begin(channel, UP_TEXT, &call);
	u16 i;

	if (err)
		return err;
	for (i = 0; i < 4; i++)
		dcrt_out_string_word(call, strings[i]);
	for (i = 0; i < 4; i++)
		dcrt_out_string(call, i, strings[i]);
	dcrt_out_all(call);
	err = dcrt_call_run(call);
	if (!err)
		*ret = dcrt_in_word(call, 0);
	dcrt_call_end(call);
	return err;
}

/* The process dies in so many calls; returns how many were made. */
static int do_die(u64 deaths, u64 *ret)
{
	unsigned int tries = 0;
	int err;

	*ret = 0;
	do
		err = call_word(UP_DIE, deaths > *ret, NULL);
	while (++*ret && err == -EPIPE && dcrt_retry(channel, &tries));
	return err;
}

static int do_atomic(u64 how, u64 *ret)
{
	struct dcrt_call *call;
	DEFINE_SPINLOCK(lock);
	unsigned long flags;
	int err;

	switch (how) {
	case 0:
		spin_lock(&lock);
		err = dcrt_call_begin(channel, UP_ECHO, &call);
		spin_unlock(&lock);
		return err;
	case 1:
		rcu_read_lock();
		err = dcrt_call_begin(channel, UP_ECHO, &call);
		rcu_read_unlock();
		return err;
	default:
		local_irq_save(flags);
		err = dcrt_call_begin(channel, UP_ECHO, &call);
		local_irq_restore(flags);
		return err;
	}
}

static int do_free(u64 what, u64 *ret)
{
	struct dcrt_call *call;
	int err = dcrt_object_free(channel, things[1]);

	*ret = dcrt_object_free(channel, things[1]) == -ESTALE;
	if (!err)
		err = dcrt_call_begin(channel, UP_TOUCH, &call);
	if (!err) { /* a pointer to what was freed does not cross */
		dcrt_out_pointer(call, things[0]);
		dcrt_out_pointer(call, things[1]);
		*ret += dcrt_call_run(call) == -ESTALE;
		dcrt_call_end(call);
	}
	err = dcrt_object_new(channel, things[1], 0, 1);
	return err;
}

/* Objects are given back in interrupts, as drivers do, while calls look at others. */
static struct hrtimer interrupts;
static void *interrupt_drops; /* the one to be given back, or NULL */
static unsigned long n_interrupts;

static enum hrtimer_restart interrupt(struct hrtimer *timer)
{
	void *object = READ_ONCE(interrupt_drops);

	dcrt_forget(channel, object ? object : &n_interrupts);
	if (object)
		smp_store_release(&interrupt_drops, NULL);
	n_interrupts++;
	hrtimer_forward_now(timer, 50 * NSEC_PER_USEC);
	return HRTIMER_RESTART;
}

static int do_interrupts(u64 times, u64 *ret)
{
	u64 i, unused;
	int err = 0;

	*ret = 0;
	n_interrupts = 0;
	hrtimer_init(&interrupts, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	interrupts.function = interrupt;
	hrtimer_start(&interrupts, 50 * NSEC_PER_USEC, HRTIMER_MODE_REL_HARD);
	for (i = 0; !err && i < times; i++) {
		err = do_all(300, &unused);
		WRITE_ONCE(interrupt_drops, things[1]);
		while (!err && smp_load_acquire(&interrupt_drops))
			usleep_range(50, 100);
		*ret += !err && dcrt_object_free(channel, things[1]) == -ESTALE;
		if (!err)
			err = dcrt_object_new(channel, things[1], 0, 1);
	}
	hrtimer_cancel(&interrupts);
	return err ? err : n_interrupts < times ? -ENODATA : 0;
}

static void __iomem *window_base;

static void drop_window(void)
{
	dcrt_window_remove(channel, window_base);
}

/* Whole pages; half of one; a page that begins in one; whole ones that are not to be mapped. */
static int do_window(u64 how, u64 *ret)
{
	static const u32 starts[] = {0, 0, 512, 0}, lens[] = {8192, 2048, 4096, 8192};
	struct dcrt_window_info info;
	int err;

	if (how >= ARRAY_SIZE(lens))
		return -EINVAL;
	drop_window();
	registers[0] = 1234;
	window_base = (void __iomem *)((u8 *)registers + starts[how]);
	dcrt_window_add(channel, window_base, virt_to_phys(registers) + starts[how], lens[how],
			how != 3);
	err = dcrt_window_find(channel, window_base + lens[how] - 1, &info);
	if (!err && (info.base != (unsigned long)window_base || info.len != lens[how]))
		err = -EBADMSG;
	*ret = info.offset;
	return err;
}

/* Addresses that are no object's: of a window, and one that only has to come back. */
static int do_show(u64 *ret)
{
	struct dcrt_call *call;
	int err = do_window(0, ret);

	if (!err)
		err = dcrt_call_begin(channel, UP_SHOW, &call);
	if (err)
		return err;
	registers[1025] = 77;
	things[0]->address[0] = registers + 4;
	things[0]->address[1] = NULL;
	dcrt_out_pointer(call, things[0]);
	dcrt_out_pointer(call, &echo_globals);
	dcrt_out_address(call, registers);
	dcrt_out_address(call, do_show);
	dcrt_out_object(call, things[0], &thing_plan);
	dcrt_out_object(call, &echo_globals, &(struct dcrt_field_set){.type = 3});
	err = dcrt_call_run(call);
	if (!err && dcrt_in_address(call, 0) != do_show)
		err = -EBADMSG;
	if (dcrt_in_error(call))
		err = dcrt_in_error(call);
	dcrt_call_end(call);
	if (!err && things[0]->address[1] != registers + 1025)
		err = -EBADMSG;
	*ret = err ? 0 : things[0]->value;
	return err;
}

/* Each maps the registers anew. */
static int do_shows(u64 times, u64 *ret)
{
	int err = 0;

	while (times-- && !err)
		err = do_show(ret);
	return err;
}

static int do_time(int (*what)(u64 count, u64 *ret), u64 count, u64 times, u64 *ret)
{
	ktime_t start = ktime_get();
	u64 i, unused;
	int err = 0;

	for (i = 0; !err && i < times; i++)
		err = what(count, &unused);
	if (!err)
		*ret = div64_u64(ktime_to_ns(ktime_sub(ktime_get(), start)),
				 max(times * max(count, 1ull), 1ull));
	return err;
}

static int do_add(u64 count, u64 *ret)
{
	return call_word(UP_ADD, count, ret);
}

static int do_nest(u64 depth, u64 *ret)
{
	return call_word(UP_NEST, depth, ret);
}

static int command(char *text, u64 *ret)
{
	char name[16];
	u64 a = 0, b = 1;

	if (sscanf(text, "%15s %llu %llu", name, &a, &b) < 1)
		return -EINVAL;
	atomic_inc(&n_calls);
	if (!strcmp(name, "echo"))
		return do_echo(a, b, ret);
	if (!strcmp(name, "touch"))
		return do_touch(a, ret);
	if (!strcmp(name, "atomic"))
		return do_atomic(a, ret);
	if (!strcmp(name, "free"))
		return do_free(a, ret);
	if (!strcmp(name, "interrupts"))
		return do_interrupts(a, ret);
	if (!strcmp(name, "nest"))
		return do_nest(a, ret);
	/* nanoseconds: a downcall; an upcall, a downcall and an upcall in it; all that touch does
	 */
	if (!strcmp(name, "time_add"))
		return do_time(do_add, a, 1, ret);
	if (!strcmp(name, "time_nest"))
		return do_time(do_nest, 1, a, ret);
	if (!strcmp(name, "all"))
		return do_all(a, ret);
	if (!strcmp(name, "time_none"))
		return do_time(do_none, 0, a, ret);
	if (!strcmp(name, "many"))
		return do_many(a, ret);
	if (!strcmp(name, "text"))
		return do_text(ret);
	if (!strcmp(name, "die"))
		return do_die(a, ret);
	if (!strcmp(name, "time_touch"))
		return do_time(do_touch, 0, a, ret);
	if (!strcmp(name, "meet"))
		return call_word(UP_MEET, a, ret);
	if (!strcmp(name, "add"))
		return do_add(a, ret);
	if (!strcmp(name, "hang"))
		return call_word(UP_HANG, a, NULL);
	if (!strcmp(name, "bound"))
		return call_word(UP_BOUND, a, NULL);
	if (!strcmp(name, "slow"))
		return call_word(UP_SLOW, a, NULL);
	if (!strcmp(name, "fail"))
		return call_word(UP_FAIL, a, NULL);
	if (!strcmp(name, "window"))
		return do_window(a, ret);
	if (!strcmp(name, "show"))
		return do_show(ret);
	if (!strcmp(name, "shows"))
		return do_shows(a, ret);
	if (!strcmp(name, "unstick"))
		complete(&unstick);
	else if (!strcmp(name, "stack_left"))
		*ret = stack_left;
	else if (!strcmp(name, "unwindow"))
		drop_window();
	else if (!strcmp(name, "register"))
		*ret = registers[1024];
	else if (!strcmp(name, "value"))
		*ret = things[a & 1]->value;
	else if (!strcmp(name, "counter"))
		*ret = things[0]->inner.counter;
	else if (!strcmp(name, "attached"))
		*ret = atomic_read(&n_attached);
	else if (!strcmp(name, "died"))
		*ret = atomic_read(&n_died);
	else if (!strcmp(name, "died_in_call"))
		*ret = atomic_read(&n_died_in_call);
	else
		return -EINVAL;
	return 0;
}

static ssize_t run_write(struct file *file, const char __user *from, size_t len, loff_t *at)
{
	char text[64];
	u64 result = 0;
	int err;

	if (len >= sizeof(text) || copy_from_user(text, from, len))
		return -EINVAL;
	text[len] = 0;
	err = command(text, &result);
	file->private_data = (void *)(unsigned long)result;
	return err ? err : len;
}

static ssize_t run_read(struct file *file, char __user *to, size_t len, loff_t *at)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%lu\n", (unsigned long)file->private_data);

	return simple_read_from_buffer(to, len, at, text, n);
}

static const struct file_operations run_operations = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = run_write,
	.read = run_read,
};

static int __init echo_init(void)
{
	int err = -ENOMEM;
	int i;

	registers = (u32 *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, 1);
	if (!registers)
		return err;
	for (i = 0; i < 2; i++) {
		things[i] = kzalloc(sizeof(*things[i]), GFP_KERNEL);
		if (!things[i])
			goto free;
	}
	channel = dcrt_register(&echo_driver);
	err = PTR_ERR_OR_ZERO(channel);
	if (err)
		goto free;
	for (i = 0; !err && i < 2; i++)
		err = dcrt_object_new(channel, things[i], 0, 1);
	if (!err)
		err = dcrt_object_new(channel, &things[0]->inner, 1, 1);
	if (!err && *program)
		err = (keep ? dcrt_respawn : dcrt_start)(channel, program, 5000);
	if (err)
		goto unregister;
	debugfs = debugfs_create_dir("echo", NULL);
	debugfs_create_file("run", 0600, debugfs, NULL, &run_operations);
	return 0;
unregister:
	dcrt_unregister(channel);
free:
	kfree(things[0]);
	kfree(things[1]);
	free_pages((unsigned long)registers, 1);
	return err;
}

static void __exit echo_exit(void)
{
	debugfs_remove(debugfs);
	drop_items();
	dcrt_unregister(channel);
	kfree(things[0]);
	kfree(things[1]);
	free_pages((unsigned long)registers, 1);
}

module_init(echo_init);
module_exit(echo_exit);
MODULE_DESCRIPTION("test microdriver of the drivercut runtime");
MODULE_LICENSE("GPL v2");
