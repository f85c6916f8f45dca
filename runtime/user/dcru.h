/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The user library as rules see it: what the files in emit/rules name in "define". The runtime
 * provides them. For an inline function with a rule but without "define" it provides dcru_NAME of
 * the same type, which dcg_rules.h declares; for a function that is not inline, NAME itself.
 */
#ifndef DCRU_H
#define DCRU_H

#include "dcrt.h"

struct delayed_work;
struct device;
struct mutex;
struct net_device;
struct work_struct;

/* Time */
void dcru_udelay(unsigned long us);
void dcru_ndelay(unsigned long ns);
void dcru_mdelay(unsigned long ms);
void dcru_yield(void);
unsigned long dcru_jiffies(void);
int dcru_system_state(void);

/* Memory, the process's own or (by the tracker) the kernel's */
void *dcru_memcpy(void *to, const void *from, size_t len);
void *dcru_memmove(void *to, const void *from, size_t len);
void *dcru_memset(void *to, int byte, size_t len);
int dcru_memcmp(const void *a, const void *b, size_t len);
char *dcru_strcpy(char *to, const char *from);
char *dcru_strncpy(char *to, const char *from, size_t len);
size_t dcru_strlcpy(char *to, const char *from, size_t len);
ssize_t dcru_strscpy(char *to, const char *from, size_t len);
size_t dcru_strlen(const char *text);

/* Objects that may be reached from both sides */
void *dcru_kmalloc(size_t size, gfp_t flags);
void *dcru_kzalloc(size_t size, gfp_t flags);
void *dcru_kcalloc(size_t count, size_t size, gfp_t flags);
void *dcru_kmalloc_array(size_t count, size_t size, gfp_t flags);
void *dcru_vmalloc(unsigned long size);
void *dcru_vzalloc(unsigned long size);
void dcru_kfree(const void *object);
void dcru_vfree(const void *object);
struct net_device *dcru_alloc_etherdev(int size);

/* Words that the kernel changes too */
bool dcru_test_bit(long bit, const volatile unsigned long *address);
void dcru_set_bit(long bit, volatile unsigned long *address);
void dcru_clear_bit(long bit, volatile unsigned long *address);
void dcru_change_bit(long bit, volatile unsigned long *address);
bool dcru_test_and_set_bit(long bit, volatile unsigned long *address);
bool dcru_test_and_clear_bit(long bit, volatile unsigned long *address);
void dcru_mutex_lock(struct mutex *lock);
void dcru_mutex_unlock(struct mutex *lock);
void dcru_INIT_WORK(struct work_struct *work, void (*function)(struct work_struct *work));
void dcru_INIT_DELAYED_WORK(struct delayed_work *work, void (*function)(struct work_struct *work));

/* I/O ports */
u8 dcru_inb(int port);
u16 dcru_inw(int port);
u32 dcru_inl(int port);
void dcru_outb(u8 value, int port);
void dcru_outw(u16 value, int port);
void dcru_outl(u32 value, int port);

/* Messages; what: the macro that the driver wrote ("dev_err") */
__attribute__((format(printf, 2, 3))) int dcru_printk(const char *what, const char *format, ...);
__attribute__((format(printf, 3, 4))) int
dcru_dev_printk(const char *what, const struct device *device, const char *format, ...);
__attribute__((format(printf, 3, 4))) int
dcru_netdev_printk(const char *what, const struct net_device *device, const char *format, ...);

/* Bugs */
__attribute__((noreturn)) void dcru_bug_at(const char *file, int line);
void dcru_warn_at(const char *file, int line);

#define dcru_bug() dcru_bug_at(__FILE__, __LINE__)
#define dcru_bug_on(condition)                                                                     \
	do {                                                                                       \
		if (condition)                                                                     \
			dcru_bug();                                                                \
	} while (0)
#define dcru_warn_on(condition)                                                                    \
	({                                                                                         \
		bool dcru_warned = !!(condition);                                                  \
		if (dcru_warned)                                                                   \
			dcru_warn_at(__FILE__, __LINE__);                                          \
		dcru_warned;                                                                       \
	})

#endif
