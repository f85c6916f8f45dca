/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The user library: what moved code uses of the kernel and the process can do by itself, or by a
 * downcall that no prototype describes. marshal/rules/ maps the kernel's names to these ("define");
 * functions that are not inline there and have no "define" the library has under their own names,
 * at the end of this file. What is left is generated with each driver.
 *
 * Included on both sides of the user component: driver code, compiled against kernel headers, and
 * the library, compiled against libc's. Types are spelled so that both have them.
 *
 * Functions that call down do so only while the thread serves an upcall. If the kernel cannot be
 * asked, those that return nothing say so on the log and those that return a value return the last
 * that was known.
 */
#ifndef DCP_H
#define DCP_H

#include "../dcrt.h"

#ifdef __KERNEL__
#include <linux/stdarg.h>
#else
#include <stdarg.h>
#include <sys/types.h>

typedef unsigned gfp_t;
#endif

struct delayed_work;
struct device;
struct net_device;
struct timer_list;
struct work_struct;

/* Time. A delay lasts at least as long; one of 100 us or more gives up the CPU. */
void dcp_udelay(unsigned long us);
void dcp_ndelay(unsigned long ns);
void dcp_mdelay(unsigned long ms);
void dcp_yield(void);
/* The kernel's, up to one tick late; asked for again every ten seconds. */
unsigned long dcp_jiffies(void);
int dcp_system_state(void);

/* Memory and text */
void *dcp_memcpy(void *to, const void *from, size_t len);
void *dcp_memmove(void *to, const void *from, size_t len);
void *dcp_memset(void *to, int byte, size_t len);
int dcp_memcmp(const void *a, const void *b, size_t len);
char *dcp_strcpy(char *to, const char *from);
char *dcp_strncpy(char *to, const char *from, size_t len);
size_t dcp_strlcpy(char *to, const char *from, size_t len); /* returns from's length */
ssize_t dcp_strscpy(char *to, const char *from, size_t len); /* length copied or -E2BIG */
size_t dcp_strlen(const char *text);

/* Memory of the process alone, until an object that both sides have leads there (dcp_share).
 * Always zeroed, NULL if there is none or size is too large. */
void *dcp_kmalloc(size_t size, gfp_t flags);
void *dcp_kzalloc(size_t size, gfp_t flags);
void *dcp_kcalloc(size_t count, size_t size, gfp_t flags);
void *dcp_kmalloc_array(size_t count, size_t size, gfp_t flags);
void *dcp_vmalloc(unsigned long size);
void *dcp_vzalloc(unsigned long size);
/* Of the process, or of both sides: then it is freed in the kernel. Takes NULL. */
void dcp_kfree(const void *object);
void dcp_vfree(const void *object);

/*
 * dcp_share - what the process has allocated and objects of both sides now lead to becomes objects
 * of both sides. Before each message to the kernel that has objects in it; costs one look where
 * nothing that was allocated is the process's alone.
 * dcp_share_pointer - the same of one place that is an argument or a result, an element of a type.
 * Return 0; -ENOENT: a pointer leads to memory, and no annotation says of what type it is, or
 * it is no whole elements of that; -ENOMEM, -ENOSPC: the kernel has none, or no room for an object;
 * or an error of the call. The log has it then.
 */
int dcp_share(void);
int dcp_share_pointer(const void *pointer, uint16_t type);
/* dcp_begin - dcrt_call_begin() after dcp_share(). */
int dcp_begin(uint32_t function, struct dcrt_call **ret);

/* Where `len` bytes of a register are in this process, or NULL: the kernel does not let it map
 * them, or cannot be asked now. For a write, what changed here goes to the kernel first, as an
 * interrupt may follow. For the accessors that are generated. */
volatile void *dcp_register_at(const volatile void *address, unsigned len);
volatile void *dcp_register_to(volatile void *address, unsigned len);

/*
 * Words that both components use at the same time. What is read is what the kernel component has
 * there at some moment within; what is read behind dcp_load_acquire() is brought over behind it,
 * and what was written before dcp_store_release() goes there before it. A call or two each.
 */
#define dcp_read_once(word)                                                                        \
	({                                                                                         \
		dcp_refresh();                                                                     \
		*(const volatile __typeof__(word) *)&(word);                                       \
	})
#define dcp_write_once(word, value)                                                                \
	do {                                                                                       \
		*(volatile __typeof__(word) *)&(word) = (value);                                   \
		dcp_refresh();                                                                     \
	} while (0)
#define dcp_load_acquire(place)                                                                    \
	({                                                                                         \
		__typeof__(*(place)) dcp_loaded = dcp_read_once(*(place));                         \
		dcp_refresh();                                                                     \
		dcp_loaded;                                                                        \
	})
#define dcp_store_release(place, value)                                                            \
	do {                                                                                       \
		dcp_refresh();                                                                     \
		dcp_write_once(*(place), value);                                                   \
	} while (0)
/* Both components' objects are in step, as of some moment within. */
void dcp_refresh(void);

/* Works live in the kernel; here only their address counts. */
void dcp_INIT_WORK(struct work_struct *work, void (*function)(struct work_struct *work));
void dcp_timer_setup(struct timer_list *timer, void (*function)(struct timer_list *timer),
		     unsigned int flags);
void dcp_INIT_DELAYED_WORK(struct delayed_work *work, void (*function)(struct work_struct *work));

/*
 * Text, as the kernel formats it: %pM %pm %pMF %pMR (addresses of Ethernet), %pI4 %pi4 %pI6 %pi6
 * (of IP), %pe (an error pointer by name), %*ph with C, D or N (bytes), %pV. Other extensions of
 * %p are dropped with their letters and the pointer is printed.
 */
__attribute__((format(printf, 3, 0))) int dcp_vsnprintf(char *to, size_t size, const char *format,
							va_list args);
__attribute__((format(printf, 3, 4))) int dcp_snprintf(char *to, size_t size, const char *format,
						       ...);
__attribute__((format(printf, 3, 4))) int dcp_scnprintf(char *to, size_t size, const char *format,
							...);
__attribute__((format(printf, 2, 3))) int dcp_sprintf(char *to, const char *format, ...);

/* Messages to the kernel's log; what: the macro that the driver wrote ("dev_err"), whose end names
 * the level. Outside of an upcall, and if the kernel does not take it, to stderr. */
__attribute__((format(printf, 2, 3))) int dcp_printk(const char *what, const char *format, ...);
__attribute__((format(printf, 3, 4))) int
dcp_dev_printk(const char *what, const struct device *device, const char *format, ...);
__attribute__((format(printf, 3, 4))) int
dcp_netdev_printk(const char *what, const struct net_device *device, const char *format, ...);

/* Bugs: a line on the kernel's log and on stderr; the process ends. */
__attribute__((noreturn)) void dcp_bug_at(const char *file, int line);
void dcp_warn_at(const char *file, int line);

#define dcp_bug() dcp_bug_at(__FILE__, __LINE__)
#define dcp_bug_on(condition)                                                                      \
	do {                                                                                       \
		if (condition)                                                                     \
			dcp_bug();                                                                 \
	} while (0)
#define dcp_warn_on(condition)                                                                     \
	({                                                                                         \
		bool dcp_warned = !!(condition);                                                   \
		if (dcp_warned)                                                                    \
			dcp_warn_at(__FILE__, __LINE__);                                           \
		dcp_warned;                                                                        \
	})
#define dcp_warn_on_once(condition)                                                                \
	({                                                                                         \
		static bool dcp_told;                                                              \
		bool dcp_warned = !!(condition);                                                   \
		if (dcp_warned && !dcp_told) {                                                     \
			dcp_told = true;                                                           \
			dcp_warn_at(__FILE__, __LINE__);                                           \
		}                                                                                  \
		dcp_warned;                                                                        \
	})

/* Modes of an Ethernet link: sets of bits, the first 32 of which are an older interface's. to: has
 * room for `bits` bits. Returns whether none beyond those was set. */
void dcp_link_mode_from_u32(unsigned long *to, uint32_t from, unsigned bits);
bool dcp_link_mode_to_u32(uint32_t *to, const unsigned long *from, unsigned bits);

#ifndef __KERNEL__
/* Under the kernel's own names */
unsigned long _find_first_bit(const unsigned long *words, unsigned long bits);
unsigned long _find_first_zero_bit(const unsigned long *words, unsigned long bits);
unsigned long _find_next_bit(const unsigned long *words, unsigned long bits, unsigned long from);
unsigned long _find_next_zero_bit(const unsigned long *words, unsigned long bits,
				  unsigned long from);

struct list_head;
bool __list_add_valid(struct list_head *new, struct list_head *prev, struct list_head *next);
bool __list_del_entry_valid(struct list_head *entry);

int _printk(const char *format, ...);
void _dev_err(const struct device *device, const char *format, ...);
void _dev_warn(const struct device *device, const char *format, ...);
void _dev_notice(const struct device *device, const char *format, ...);
void _dev_info(const struct device *device, const char *format, ...);
void print_hex_dump(const char *level, const char *prefix, int prefix_type, int row_bytes,
		    int group_bytes, const void *data, size_t len, bool ascii);
#endif

#endif
