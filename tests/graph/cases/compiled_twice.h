/* SPDX-License-Identifier: GPL-3.0-or-later */
extern spinlock_t step_lock;
void first(void);

static inline void quick(void)
{
	act();
}

static inline void same(void)
{
	act();
}

static inline void step(void)
{
#ifdef SLOW
	quick();
#else
	first();
	spin_lock(&step_lock);
#endif
}
