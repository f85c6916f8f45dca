/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

struct dev {
	seqlock_t seq;
	rwlock_t rw;
	struct mutex mutex;
	struct semaphore sem;
	spinlock_t a;
};

void all(struct dev *dev)
{
	rcu_read_lock();
	act();
	rcu_read_lock();
	rcu_read_unlock();
	act(); /* RCU nests */
	rcu_read_unlock();
	local_bh_disable();
	act();
	local_bh_enable();
	arch_local_irq_disable();
	act();
	arch_local_irq_enable();
	__preempt_count_add(1);
	act();
	__preempt_count_sub(1);
	write_seqlock(&dev->seq);
	act();
	write_sequnlock(&dev->seq);
	_raw_read_lock(&dev->rw);
	act();
	_raw_read_unlock(&dev->rw);
	act();
}

void sleeping(struct dev *dev)
{
	mutex_lock(&dev->mutex);
	down(&dev->sem);
	act();
	up(&dev->sem);
	act();
	mutex_unlock(&dev->mutex);
}

/* Two objects of one type: the outer one's lock stays held. */
void two_objects(struct dev *x, struct dev *y)
{
	spin_lock(&x->a);
	spin_lock(&y->a);
	act();
	spin_unlock(&y->a);
	act();
	spin_unlock(&x->a);
	act();
}

/* expect locks atomic
 * all act: rcu
 * all act: rcu
 * all act: bh
 * all act: irq
 * all act: preempt
 * all act: dev.seq
 * all act: dev.rw
 * all act:
 * sleeping act: dev.mutex dev.sem
 * sleeping act: dev.mutex
 * two_objects act: dev.a
 * two_objects act: dev.a
 * two_objects act:
 * all atomic
 * all atomic
 * all atomic
 * all atomic
 * all atomic
 * all atomic
 * all atomic
 * all may sleep
 * sleeping may sleep
 * sleeping may sleep
 * two_objects atomic
 * two_objects atomic
 * two_objects may sleep
 */
