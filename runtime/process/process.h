/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The library for the process: what moved code uses of the kernel and the process can do by itself,
 * or by a downcall that no prototype describes. The rules of drivercut map the kernel's names to
 * these ("define"). Functions that are not inline in the kernel and have no "define" are here under
 * their own names, at the end of this file. Everything else is generated with each driver.
 *
 * Both sides of the user component include this file: driver code, compiled against kernel headers,
 * and the library, compiled against libc's. Types are spelled so that both have them.
 *
 * Functions that make a downcall do so only while the thread serves an upcall. If the downcall
 * fails, functions without a result log that, and others return the last value known.
 */
#ifndef DCP_H
#define DCP_H

#include "../dcrt.h"

#ifdef __KERNEL__
#include <linux/stdarg.h>
#else
#include <stdarg.h>
#include <sys/types.h>

typedef unsigned int gfp_t;
#endif

struct delayed_work;
struct device;
struct net_device;
struct timer_list;
struct work_struct;

/* Time. A delay lasts at least as long as asked; one of 100 us or more sleeps. */
void dcp_udelay(unsigned long us);
void dcp_ndelay(unsigned long ns);
void dcp_mdelay(unsigned long ms);
void dcp_yield(void);
/* The kernel's jiffies, up to one tick late; asked for again every ten seconds. */
unsigned long dcp_jiffies(void);
int dcp_system_state(void);

/* Memory and strings */
void *dcp_memcpy(void *to, const void *from, size_t len);
void *dcp_memmove(void *to, const void *from, size_t len);
void *dcp_memset(void *to, int byte, size_t len);
int dcp_memcmp(const void *a, const void *b, size_t len);
char *dcp_strcpy(char *to, const char *from);
char *dcp_strncpy(char *to, const char *from, size_t len);
size_t dcp_strlcpy(char *to, const char *from, size_t len); /* returns from's length */
ssize_t dcp_strscpy(char *to, const char *from, size_t len); /* length copied or -E2BIG */
size_t dcp_strlen(const char *text);

/*
 * Local memory, until an object of both sides points to it (dcp_share). It is always zeroed. NULL:
 * out of memory, or size is too large.
 */
void *dcp_kmalloc(size_t size, gfp_t flags);
void *dcp_kzalloc(size_t size, gfp_t flags);
void *dcp_kcalloc(size_t count, size_t size, gfp_t flags);
void *dcp_kmalloc_array(size_t count, size_t size, gfp_t flags);
void *dcp_vmalloc(unsigned long size);
void *dcp_vzalloc(unsigned long size);
/* Frees local memory, or an object of both sides: then the kernel frees it, too. Takes NULL. */
void dcp_kfree(const void *object);
void dcp_vfree(const void *object);

/*
 * dcp_share - turns local memory that objects of both sides point to into objects of both sides.
 * Called before each message to the kernel that has objects in it; cheap if there is no local
 * memory. dcp_share_pointer - the same for one argument or result, an element of a type. Return 0;
 * -ENOENT a pointer points to local memory, but no annotation gives its type, or it is not whole
 * elements of that; -ENOMEM, -ENOSPC the kernel has no memory, or no slot for an object; or the
 * error of a call. Errors are logged.
 */
int dcp_share(void);
int dcp_share_pointer(const void *pointer, uint16_t type);
/* dcp_begin - dcrt_call_begin() after dcp_share(). */
int dcp_begin(uint32_t function, struct dcrt_call **ret);

/*
 * dcp_downcall - makes a downcall as its description says, with the arguments as C passes them; a
 * stub is one call of this. Returns the result; if the call fails, the error of a function whose
 * negative results are errors, or 0. dcp_serve - the handler of every upcall that is described.
 */
unsigned long dcp_downcall(uint32_t number, ...);
int dcp_serve(struct dcrt_call *call);

/*
 * The address in this process of a register of `len` bytes, or NULL: the kernel does not let it be
 * mapped, or cannot be asked now. Before a write, changed objects are sent to the kernel, as an
 * interrupt may follow. Generated accessors call these.
 */
volatile void *dcp_register_at(const volatile void *address, unsigned int len);
volatile void *dcp_register_to(volatile void *address, unsigned int len);

/*
 * Words that both components use concurrently. A read returns what the kernel component has there
 * at some moment within the call. A read after dcp_load_acquire() fetches the value after it, and
 * a write before dcp_store_release() is sent before it. Each makes a downcall or two.
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
/* Synchronises the objects of both components, as of some moment within the call. */
void dcp_refresh(void);

/* Work items and timers reside in the kernel; here only their address is used. */
void dcp_INIT_WORK(struct work_struct *work, void (*function)(struct work_struct *work));
void dcp_timer_setup(struct timer_list *timer, void (*function)(struct timer_list *timer),
		     unsigned int flags);
void dcp_INIT_DELAYED_WORK(struct delayed_work *work, void (*function)(struct work_struct *work));

/*
 * Text, formatted as the kernel does: %pM %pm %pMF %pMR (Ethernet addresses), %pI4 %pi4 %pI6 %pi6
 * (IP addresses), %pe (the name of an error pointer), %*ph with C, D or N (bytes), %pV. Other
 * extensions of %p are dropped with their letters, and the pointer is printed.
 */
__attribute__((format(printf, 3, 0))) int dcp_vsnprintf(char *to, size_t size, const char *format,
							va_list args);
__attribute__((format(printf, 3, 4))) int dcp_snprintf(char *to, size_t size, const char *format,
						       ...);
__attribute__((format(printf, 3, 4))) int dcp_scnprintf(char *to, size_t size, const char *format,
							...);
__attribute__((format(printf, 2, 3))) int dcp_sprintf(char *to, const char *format, ...);

/*
 * Messages to the kernel's log. what: the macro that the driver wrote ("dev_err"), whose name ends
 * in the level. They go to stderr outside an upcall, and if the kernel refuses them.
 */
__attribute__((format(printf, 2, 3))) int dcp_printk(const char *what, const char *format, ...);
__attribute__((format(printf, 3, 4))) int
dcp_dev_printk(const char *what, const struct device *device, const char *format, ...);
__attribute__((format(printf, 3, 4))) int
dcp_netdev_printk(const char *what, const struct net_device *device, const char *format, ...);

/*
 * A device's name, as the kernel has it now; "?" if it cannot be asked. The text stays until
 * DCP_NAMES other names have been asked for.
 */
#define DCP_NAMES 32
const char *dcp_dev_name(const struct device *device);

/* Bugs: logged to the kernel's log and to stderr; the process ends. */
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

/*
 * Link modes: bitmaps; an older interface has the first 32 bits only. to: has room for `bits` bits.
 * dcp_link_mode_to_u32() returns true if no other bit was set.
 */
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
