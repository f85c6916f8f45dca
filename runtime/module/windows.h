/* SPDX-License-Identifier: GPL-2.0-only */
/* A channel's windows: the device registers that the process may map. */
#ifndef DCRT_WINDOWS_H
#define DCRT_WINDOWS_H

#include <linux/list.h>
#include <linux/mutex.h>

struct dcrt_channel;
struct file;
struct vm_area_struct;

struct dcrt_windows {
	struct mutex lock; /* taken in page faults */
	struct list_head list;
	unsigned long next_page; /* of the device file, for the next window */
	u32 count; /* of those that the process may map */
	struct dcrt_shared *shared; /* a page */
};

int dcrt_windows_init(struct dcrt_channel *channel);
void dcrt_windows_free(struct dcrt_channel *channel);

/*
 * After the session was revoked: on return nothing of the device file is mapped, and nothing will
 * be until the next session.
 */
void dcrt_windows_revoke(struct dcrt_channel *channel);
/* mmap() of the device file. */
int dcrt_window_mmap(struct file *file, struct vm_area_struct *vma);

#endif
