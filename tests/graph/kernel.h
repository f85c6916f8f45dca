/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stand-ins with the kernel's names, so that small cases need no kernel headers. */
#ifndef CASES_KERNEL_H
#define CASES_KERNEL_H

#define NULL	    ((void *)0)
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

typedef _Bool bool;

/* Something that a case does in a place it wants to know about. */
void act(void);

typedef struct spinlock {
	int v;
} spinlock_t;
typedef struct {
	int v;
} rwlock_t;
struct mutex {
	int v;
};
struct semaphore {
	int v;
};
typedef struct {
	spinlock_t lock;
} seqlock_t;

void spin_lock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);
void spin_lock_irq(spinlock_t *lock);
void spin_unlock_irq(spinlock_t *lock);
int spin_trylock(spinlock_t *lock);
void _raw_read_lock(rwlock_t *lock);
void _raw_read_unlock(rwlock_t *lock);
void write_seqlock(seqlock_t *lock);
void write_sequnlock(seqlock_t *lock);
void strange_lock(spinlock_t *lock);
void strange_unlock(spinlock_t *lock);
static inline int strange_peek(spinlock_t *lock)
{
	return lock->v;
}
void mutex_lock(struct mutex *lock);
int mutex_lock_interruptible(struct mutex *lock);
int mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
void down(struct semaphore *lock);
int down_trylock(struct semaphore *lock);
void up(struct semaphore *lock);
void rcu_read_lock(void);
void rcu_read_unlock(void);
void local_bh_disable(void);
void local_bh_enable(void);
void arch_local_irq_disable(void);
void arch_local_irq_enable(void);
void __preempt_count_add(int n);
void __preempt_count_sub(int n);

/* No template knows these. */
struct strange {
	spinlock_t lock;
};
static inline void strange_begin(void)
{
	rcu_read_lock();
}
static inline void strange_end(void)
{
	rcu_read_unlock();
}
static inline void strange_both(void)
{
	rcu_read_lock();
	act();
	rcu_read_unlock();
}
static inline void strange_inner(spinlock_t *lock)
{
	spin_lock(lock);
}
static inline void strange_inner_end(spinlock_t *lock)
{
	spin_unlock(lock);
}
static inline void strange_outer(spinlock_t *lock)
{
	strange_inner(lock);
}
static inline void strange_get(struct strange *s)
{
	spin_lock(&s->lock);
}
static inline void strange_put(struct strange *s)
{
	spin_unlock(&s->lock);
}

struct work_struct {
	void (*func)(struct work_struct *work);
};
#define INIT_WORK(w, f) ((w)->func = (f))
struct workqueue_struct;
extern struct workqueue_struct *system_wq, *system_bh_wq;
int queue_work(struct workqueue_struct *queue, struct work_struct *work);

struct timer_list {
	void (*function)(struct timer_list *timer);
};
void init_timer_key(struct timer_list *timer, void (*func)(struct timer_list *), unsigned flags);
#define timer_setup(t, f, flags) init_timer_key(t, f, flags)

struct napi_struct {
	int (*poll)(struct napi_struct *napi, int budget);
};
struct net_device;
void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
		    int (*poll)(struct napi_struct *, int));

typedef int (*irq_handler_t)(int irq, void *data);
int request_threaded_irq(int irq, irq_handler_t handler, irq_handler_t thread, void *data);
static inline int request_irq(int irq, irq_handler_t handler, void *data)
{
	return request_threaded_irq(irq, handler, NULL, data);
}

#ifdef STRANGE_HANDLER
static inline int strange_request(void)
{
	return request_irq(1, STRANGE_HANDLER, NULL);
}
static inline void strange_run(void)
{
	STRANGE_CALLED();
}
#endif

struct net_device_ops {
	int (*ndo_open)(struct net_device *dev);
	int (*ndo_stop)(struct net_device *dev);
	int (*ndo_start_xmit)(void *skb, struct net_device *dev);
	void (*ndo_set_rx_mode)(struct net_device *dev);
};
struct net_device {
	const struct net_device_ops *netdev_ops;
	void *priv;
};

/* No template knows this one. */
struct strange_ops {
	int (*twist)(int angle);
	int (*turn)(int angle);
};
void register_strange(const struct strange_ops *ops);

/* As linux/cleanup.h spells it. */
typedef struct {
	spinlock_t *lock;
} class_spinlock_t;
static inline class_spinlock_t class_spinlock_constructor(spinlock_t *lock)
{
	spin_lock(lock);
	return (class_spinlock_t){lock};
}
static inline void class_spinlock_destructor(class_spinlock_t *class)
{
	spin_unlock(class->lock);
}
#define scope_guard(name)                                                                          \
	class_##name##_t __guard __attribute__((cleanup(class_##name##_destructor))) =             \
		class_##name##_constructor
#define block_guard(name, lock)                                                                    \
	for (class_##name##_t __scope __attribute__((cleanup(class_##name##_destructor))) =        \
		     class_##name##_constructor(lock),                                             \
				      *done = NULL;                                                \
	     !done; done = (void *)1)

extern void (*power_off_hook)(void);
struct strange_getter {
	void (*(*get)(void))(void);
};
void register_strange_getter(const struct strange_getter *ops);

/* As linux/export.h and linux/module.h spell them. */
#define __ADDRESSABLE(name, number)                                                                \
	static void *__attribute__((used)) __UNIQUE_ID___addressable_##name##number = (void *)&name
#define EXPORT_SYMBOL(name) __ADDRESSABLE(name, 17)
#define module_init(function)                                                                      \
	static inline int (*__inittest(void))(void)                                                \
	{                                                                                          \
		return function;                                                                   \
	}                                                                                          \
	int init_module(void) __attribute__((alias(#function)));                                   \
	__ADDRESSABLE(init_module, 18)

struct pci_driver {
	int (*probe)(void *dev);
	void (*remove)(void *dev);
};

void *memcpy(void *to, const void *from, unsigned long len);
void *memmove(void *to, const void *from, unsigned long len);
void *memset(void *to, int byte, unsigned long len);
int memcmp(const void *a, const void *b, unsigned long len);
void *kzalloc(unsigned long size, unsigned flags);
void *devm_kcalloc(void *dev, unsigned long n, unsigned long size, unsigned flags);
void kfree(const void *p);
struct net_device *alloc_etherdev_mqs(int private_size, unsigned txqs, unsigned rxqs);
void free_netdev(struct net_device *dev);

struct kref {
	int count;
};
static inline int kref_put(struct kref *kref, void (*release)(struct kref *))
{
	if (--kref->count)
		return 0;
	release(kref);
	return 1;
}
void sort(void *base, unsigned long n, unsigned long size, int (*cmp)(const void *, const void *));

struct notifier_block {
	int (*notifier_call)(struct notifier_block *block, unsigned long event, void *data);
};
int register_netdevice_notifier(struct notifier_block *block);
int register_netevent_notifier(struct notifier_block *block);
int register_some_notifier(struct notifier_block *block);
int _printk(const char *format, ...);

#endif
