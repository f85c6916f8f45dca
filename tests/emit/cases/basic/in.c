// SPDX-License-Identifier: GPL-2.0
/* Functions of both sides, and what stands around them. */
#include <linux/module.h>
#include <linux/netdevice.h>

#define AGAIN(name) extern __typeof__(name) name
#define TWICE(x) \
	((x) + (x))
struct thing {
	int value;
};

static int helper(int x); /* forward, of a function that moves */
static void quiet(void);
static bool ready(const struct thing *thing);
int in_open(struct thing *thing);
struct thing *in_find(u8 key[6], const unsigned long flags);

static int limit = 5;
static const char name[] = "in";
/* a comment that stays: it is about what follows */
int counter;

/**
 * helper - adds
 * @x: number
 *
 * Its comment goes with it.
 */

static int helper(int x)
{
	return TWICE(x) + limit;
}

/* Called from the user side only: no stub in the kernel. */
static int inner(struct thing *thing,
		 int (*visit)(struct thing *thing, int depth), const char *text)
{
#ifdef CONFIG_X86
	return visit(thing, helper(1)) + text[0];
#else
	return 0;
#endif
}

static int both(int x)
{
	return x + 1; /* a brace in a comment } and "in a string }" */
}

int in_open(struct thing *thing)
{
	if (!ready(thing))
		return -1;
	return inner(thing, NULL, name) + both(thing->value);
}

static bool ready(const struct thing *thing)
{
	return both(thing->value) > 0;
}

static void quiet(void)
{
	counter++;
}

struct thing *in_find(u8 key[6], const unsigned long flags)
{
	quiet();
	return key[0] == flags ? NULL : (struct thing *)0;
}
AGAIN(in_find);

static __attribute__((__used__)) int in_kick(void)
{
	struct thing thing = {.value = 3};

	quiet();
	return in_open(&thing) + (in_find(NULL, 1) != NULL);
}
MODULE_LICENSE("GPL");
