// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses of the kernel's that lead to nothing tracked, as they cross. What crosses is a cookie:
 * a reference with the one slot that no object has, a number in the place of the generation, and
 * an offset. The number stands for one address, or for so many bytes of a range that was noted
 * (registers): within it the process computes with the cookie as it would with the address, and a
 * longer range than an offset can tell has several numbers in a row. Cookies of all sessions look
 * alike, so the table begins anew with each session; within one no number is given twice.
 *
 * So a process learns no address, and can name only what it was sent.
 */
#include "merge.h"

#define NONE ~0u

static uint64_t cookie_of(uint32_t number)
{
	return (uint64_t)DCRT_COOKIE_SLOT << (64 - DCRT_SLOT_BITS) | (uint64_t)number
									     << DCRT_OFFSET_BITS;
}

static uint32_t number_of(uint64_t cookie)
{
	return (uint32_t)(cookie >> DCRT_OFFSET_BITS) & ((1u << DCRT_GENERATION_BITS) - 1);
}

static uint32_t *bucket(const struct dcrt_addresses *addresses, uint64_t base)
{
	uint64_t mixed = base * 0x9e3779b97f4a7c15u;

	return &addresses->first[(uint32_t)(mixed >> 32) % addresses->max];
}

/* Life */

static void start_over(struct dcrt_addresses *addresses, uint64_t session)
{
	memset(addresses->first, 0xff, addresses->max * sizeof(*addresses->first));
	addresses->used = 0;
	addresses->session = session;
}

int dcrt_addresses_init(struct dcrt_tracker *tracker)
{
	struct dcrt_addresses *addresses = &tracker->addresses;
	const struct dcrt_env *env = tracker->env;

	if (!tracker->kernel || !env->addresses)
		return 0;
	if (env->addresses > 1u << DCRT_GENERATION_BITS)
		return -EINVAL;
	addresses->max = env->addresses;
	addresses->at = env->alloc(addresses->max * sizeof(*addresses->at));
	addresses->first = env->alloc(addresses->max * sizeof(*addresses->first));
	if (!addresses->at || !addresses->first)
		return -ENOMEM;
	start_over(addresses, 0);
	return 0;
}

void dcrt_addresses_done(struct dcrt_tracker *tracker)
{
	tracker->env->free(tracker->addresses.at);
	tracker->env->free(tracker->addresses.first);
	tracker->addresses = (struct dcrt_addresses){0};
}

/* Ranges */

/* Numbers of what lies in a range are not given again, and what they stood for is gone. */
static void forget_in(struct dcrt_addresses *addresses, const struct dcrt_range *range)
{
	uint32_t i, *link;

	for (i = 0; i < addresses->used; i++) {
		struct dcrt_address *at = &addresses->at[i];

		if (!at->len || at->base + at->len <= range->base ||
		    at->base >= range->base + range->len)
			continue;
		for (link = bucket(addresses, at->base); *link != NONE && *link != i;)
			link = &addresses->at[*link].next;
		if (*link == i)
			*link = at->next;
		at->len = 0;
	}
}

void dcrt_range_add(struct dcrt_tracker *tracker, struct dcrt_range *range)
{
	struct dcrt_addresses *addresses = &tracker->addresses;

	tracker->env->lock(tracker->env->lock_ctx);
	forget_in(addresses, range);
	range->next = addresses->ranges;
	addresses->ranges = range;
	dcrt_mark_unsent(tracker, range->base, range->len);
	tracker->env->unlock(tracker->env->lock_ctx);
}

void dcrt_range_remove(struct dcrt_tracker *tracker, const struct dcrt_range *range)
{
	struct dcrt_range **link = &tracker->addresses.ranges;

	tracker->env->lock(tracker->env->lock_ctx);
	while (*link && *link != range)
		link = &(*link)->next;
	if (*link)
		*link = range->next;
	forget_in(&tracker->addresses, range);
	tracker->env->unlock(tracker->env->lock_ctx);
}

/* There */

static const struct dcrt_range *range_at(const struct dcrt_addresses *addresses, uint64_t bits)
{
	const struct dcrt_range *range = addresses->ranges;

	while (range && bits - range->base >= range->len)
		range = range->next;
	return range;
}

static uint32_t find_base(const struct dcrt_addresses *addresses, uint64_t base)
{
	uint32_t i = *bucket(addresses, base);

	while (i != NONE && addresses->at[i].base != base)
		i = addresses->at[i].next;
	return i;
}

/* Returns the first of the numbers of so many bytes, or NONE: no room. */
static uint32_t give_numbers(struct dcrt_addresses *addresses, uint64_t base, uint64_t len)
{
	uint64_t count = (len - 1) / DCRT_OBJECT_MAX + 1, done;
	uint32_t i, first = addresses->used, *link = bucket(addresses, base);

	if (count > addresses->max - addresses->used)
		return NONE;
	for (i = 0, done = 0; i < count; i++, done += DCRT_OBJECT_MAX)
		addresses->at[first + i] = (struct dcrt_address){
			.base = base + done,
			.len = len - done < DCRT_OBJECT_MAX ? (uint32_t)(len - done)
							    : DCRT_OBJECT_MAX,
			.next = NONE};
	addresses->at[first].next = *link;
	*link = first;
	addresses->used += (uint32_t)count;
	return first;
}

static int give_cookie(struct dcrt_tracker *tracker, uint64_t bits, uint64_t session, uint64_t *ret)
{
	struct dcrt_addresses *addresses = &tracker->addresses;
	const struct dcrt_range *range;
	uint64_t base;
	uint32_t number;

	if (session < addresses->session)
		return -ESHUTDOWN; /* a message that nobody will get */
	if (addresses->max && session > addresses->session)
		start_over(addresses, session);
	range = range_at(addresses, bits);
	base = range ? range->base : bits;
	number = addresses->max ? find_base(addresses, base) : NONE;
	if (number == NONE && addresses->max)
		number = give_numbers(addresses, base, range ? range->len : 1);
	if (number == NONE) {
		addresses->refused++;
		if (tracker->env->full)
			tracker->env->full(addresses->max);
		return -ENOSPC;
	}
	*ret = cookie_of(number) + (bits - base);
	return 0;
}

int dcrt_address_out(struct dcrt_tracker *tracker, const void *local, uint64_t session,
		     uint64_t *ret)
{
	uint64_t bits = (uintptr_t)local;

	if (DCRT_IS_POISON(bits) || (!tracker->kernel && DCRT_IS_COOKIE(bits))) {
		*ret = bits;
		return 0;
	}
	if (!tracker->kernel)
		return -ENOENT;
	return DCRT_IS_KERNELS(bits) ? give_cookie(tracker, bits, session, ret) : -ENOENT;
}

/* And back */

bool dcrt_in_range(const struct dcrt_tracker *tracker, const void *local, uint32_t len)
{
	uint64_t bits = (uintptr_t)local;
	const struct dcrt_range *range = range_at(&tracker->addresses, bits);

	return range && len <= range->len - (bits - range->base);
}

int dcrt_address_in(const struct dcrt_tracker *tracker, uint64_t word, uint64_t session, void **ret)
{
	const struct dcrt_addresses *addresses = &tracker->addresses;
	const struct dcrt_address *at;

	if (!DCRT_IS_COOKIE(word) && !DCRT_IS_POISON(word))
		return -ENOENT;
	if (!tracker->kernel || DCRT_IS_POISON(word)) {
		*ret = (void *)(uintptr_t)word;
		return 0;
	}
	if (session != addresses->session || number_of(word) >= addresses->used)
		return -EPROTO;
	at = &addresses->at[number_of(word)];
	if (!at->len)
		return -ESTALE;
	if (DCRT_OFFSET(word) >= at->len)
		return -EPROTO;
	*ret = (void *)(uintptr_t)(at->base + DCRT_OFFSET(word));
	return 0;
}
