/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What generated code and the runtime agree on, version DCRT_ABI. The same header on both sides.
 *
 * A driver cut in two is two components. Each has one `dcg_driver`, with the same functions in the
 * same order: the DCG_ number of a function is its index in `functions` and is the same on both
 * sides. A function that runs on one side and is called on the other is in the list `served` of the
 * file that defines it, in the component where it runs; in the other component a stub has its name.
 *
 * A stub packs its arguments, and room for the result, into a structure that the compiler lays out
 * the same way on both sides, and calls dcrt_upcall (kernel to user) or dcrt_downcall (user to
 * kernel). The runtime brings the bytes across, translates pointers, and calls `run` with them
 * there; `run` puts the result into the structure, which goes back the same way.
 */
#ifndef DCRT_H
#define DCRT_H

#include <linux/types.h>

#define DCRT_ABI 1

enum dcrt_side { DCRT_KERNEL, DCRT_USER };

struct dcrt_function {
	const char *name; /* "f", or "f@file.c" where two static functions share a name */
	const char *file; /* of the source, and its line there */
	unsigned int line;
	enum dcrt_side side; /* where it runs; one that is on both sides counts as the kernel's */
};

/* A function that this component runs for the other. A list ends with id -1. */
struct dcrt_served {
	int id; /* DCG_... */
	unsigned int size; /* bytes of arguments and result */
	void (*run)(void *call);
};

#define DCRT_SERVED(name)      DCG_##name, sizeof(struct dcg_call_##name), dcg_run_##name
#define DCRT_SERVED_BARE(name) DCG_##name, 0, dcg_run_##name /* neither arguments nor result */

/*
 * A variable at file scope. Both components have every variable of the driver, in the same order,
 * so that (file, index) names it on both sides and a pointer to it, or into it, can be translated.
 * A list ends with name NULL.
 */
struct dcrt_global {
	const char *name;
	void *address;
	unsigned long size; /* bytes */
};

#define DCRT_GLOBAL(name) #name, (void *)&(name), sizeof(name)

struct dcrt_file {
	const char *name; /* NULL: end of the list */
	const struct dcrt_served *served;
	const struct dcrt_global *globals;
};

struct dcrt_driver {
	unsigned int abi; /* DCRT_ABI of the generated code */
	const char *name; /* of the module */
	enum dcrt_side side; /* of this component */
	int count; /* of functions */
	const struct dcrt_function *functions;
	const struct dcrt_file *files;
};

/*
 * dcrt_upcall - runs a function in the process and waits for it (kernel component only)
 * @driver the component's dcg_driver
 * @id     DCG_ number of the function
 * @call   arguments; the result is filled in. NULL if it has neither
 * @size   bytes of call; equals `size` on the side that serves it
 * Context: process, may sleep; never under a spinlock.
 * Returns 0, or a negative errno if the function did not run to its end (no process, it died, a
 * deadline): then call is as it was. The stub returns that errno if its result is a signed integer,
 * and otherwise 0 or NULL.
 */
int dcrt_upcall(const struct dcrt_driver *driver, int id, void *call, unsigned int size);

/*
 * dcrt_downcall - runs a function in the kernel and waits for it (user component only)
 * Arguments as of dcrt_upcall. Returns 0, or a negative errno if the kernel refused the call.
 */
int dcrt_downcall(const struct dcrt_driver *driver, int id, void *call, unsigned int size);

/* What emit/rules name and dcru.h has not, because it is to be generated with each driver. */
struct mutex;
struct net_device;

struct net_device *dcru_alloc_etherdev(int size);
bool dcru_test_bit(long bit, const volatile unsigned long *address);
void dcru_set_bit(long bit, volatile unsigned long *address);
void dcru_clear_bit(long bit, volatile unsigned long *address);
void dcru_change_bit(long bit, volatile unsigned long *address);
bool dcru_test_and_set_bit(long bit, volatile unsigned long *address);
bool dcru_test_and_clear_bit(long bit, volatile unsigned long *address);
void dcru_mutex_lock(struct mutex *lock);
void dcru_mutex_unlock(struct mutex *lock);
u8 dcru_inb(int port);
u16 dcru_inw(int port);
u32 dcru_inl(int port);
void dcru_outb(u8 value, int port);
void dcru_outw(u16 value, int port);
void dcru_outl(u32 value, int port);

#endif
