// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers of the driver's functions in the process, for callers that take any value as true: if
 * there is no process, or none may be asked in this context, they get the last answer. One part of
 * an answer is the result, others are what the function fills in.
 */
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "devices.h"

#define DCK_ANSWERS_MAX 1024 /* parts; then the oldest goes */

struct dck_answered {
	struct list_head node;
	struct dck_asked asked;
	unsigned int part;
	bool told; /* that it was used */
	size_t len;
	u8 data[];
};

/* With the lock. */
static struct dck_answered *dck_find_answer(struct dck *dck, const struct dck_asked *asked,
					    unsigned int part)
{
	struct dck_answered *at;

	list_for_each_entry(at, &dck->answers.list, node)
		if (at->asked.function == asked->function && at->asked.about == asked->about &&
		    at->asked.words == asked->words && at->part == part)
			return at;
	return NULL;
}

static void dck_note_answer(struct dck *dck, const struct dck_asked *asked, unsigned int part,
			    const void *data, size_t len)
{
	struct dck_answered *new = kmalloc(sizeof(*new) + len, GFP_KERNEL | __GFP_NOWARN), *old;
	unsigned long flags;

	if (!new)
		return;
	*new = (struct dck_answered){.asked = *asked, .part = part, .len = len};
	memcpy(new->data, data, len);
	spin_lock_irqsave(&dck->answers.lock, flags);
	old = dck_find_answer(dck, asked, part);
	if (!old && dck->answers.count == DCK_ANSWERS_MAX)
		old = list_last_entry(&dck->answers.list, struct dck_answered, node);
	if (old)
		list_del(&old->node);
	else
		dck->answers.count++;
	list_add(&new->node, &dck->answers.list);
	spin_unlock_irqrestore(&dck->answers.lock, flags);
	kfree(old);
}

static bool dck_take_answer(struct dck *dck, const struct dck_asked *asked, unsigned int part,
			    void *data, size_t len)
{
	struct dck_answered *answer;
	unsigned long flags;
	bool found, tell = false;

	spin_lock_irqsave(&dck->answers.lock, flags);
	answer = dck_find_answer(dck, asked, part);
	found = answer && answer->len == len;
	if (found) {
		memcpy(data, answer->data, len);
		tell = !answer->told;
		answer->told = true;
	}
	spin_unlock_irqrestore(&dck->answers.lock, flags);
	if (tell)
		dck_warn(dck, "%s cannot be asked; its last answer is used\n",
			 dck->driver->up[asked->function].name);
	return found;
}

bool dck_answer(struct dck *dck, int err, const struct dck_asked *asked, unsigned int part,
		void *data, size_t len)
{
	if (err < 0)
		return dck_take_answer(dck, asked, part, data, len);
	dck_note_answer(dck, asked, part, data, len);
	return true;
}

void dck_answers_drop(struct dck *dck)
{
	struct dck_answered *answer, *next;

	list_for_each_entry_safe(answer, next, &dck->answers.list, node)
		kfree(answer);
	INIT_LIST_HEAD(&dck->answers.list);
	dck->answers.count = 0;
}
