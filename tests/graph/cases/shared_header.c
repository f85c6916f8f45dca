/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"
#include "shared_header.h"

/* A structure whose header declares what another module defines: that module may call by it, in any
 * context. A structure of our own file is ours. */
struct own_ops {
	void (*work)(struct lib_dev *dev);
};

static void work(struct lib_dev *dev)
{
}

static void reset(struct lib_dev *dev)
{
	act();
}

static const struct lib_ops ops = {.reset = reset};
static const struct own_ops own = {.work = work};

int init(struct lib_dev *dev)
{
	dev->ops = &ops;
	own.work(dev);
	return lib_register(dev);
}

/* expect entries contexts atomic
 * reset atomic
 * init:
 * reset: unknown critical
 * work:
 * reset by lib_ops.reset: unknown, no template
 */
