// SPDX-License-Identifier: GPL-2.0
/* Functions of both sides, and what stands around them. */
#include <linux/types.h>

#define EXPORT(name) extern __typeof__(name) name
#define TWICE(x) \
	((x) + (x))
struct device {
	int value;
};

static int helper(int x); /* forward, of a function that moves */
static void quiet(void);
static bool ready(const struct device *device);

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
static int inner(struct device *device,
		 int (*visit)(struct device *device, int depth), const char *text)
{
#ifdef CONFIG_X86
	return visit(device, helper(1)) + text[0];
#else
	return 0;
#endif
}

static int both(int x)
{
	return x + 1; /* a brace in a comment } and "in a string }" */
}

int in_open(struct device *device)
{
	if (!ready(device))
		return -1;
	return inner(device, NULL, name) + both(device->value);
}

static bool ready(const struct device *device)
{
	return both(device->value) > 0;
}

static void quiet(void)
{
	counter++;
}

struct device *in_find(u8 key[6], const unsigned long flags)
{
	quiet();
	return key[0] == flags ? NULL : (struct device *)0;
}
EXPORT(in_find);

static __attribute__((__used__)) int in_interrupt(void)
{
	struct device device = {.value = 3};

	quiet();
	return in_open(&device) + (in_find(NULL, 1) != NULL);
}
