// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cookies: how kernel addresses that are in no tracked object cross. A cookie is a reference with
 * the one slot that no object has, a number in place of the generation, and an offset. The number
 * stands for one address, or for a range of registers (dcrt_range_add): within a range the process
 * computes with the cookie as it would with the address. A range that is longer than an offset can
 * tell has several numbers in a row. Cookies of all sessions look alike, so each session starts
 * with an empty table; within a session no number is assigned twice. Number n is in place n % max
 * of the table: once its registers are unmapped, number n + max may be there.
 *
 * So a process learns no kernel address, and can name only what it was sent.
 */
#include "cookies.h"

#define NONE ~0u

static uint64_t dcrt_cookie_of(uint32_t number)
{
	return (uint64_t)DCRT_COOKIE_SLOT << (64 - DCRT_SLOT_BITS) | (uint64_t)number
									     << DCRT_OFFSET_BITS;
}

static uint32_t dcrt_number_of(uint64_t cookie)
{
	return (uint32_t)(cookie >> DCRT_OFFSET_BITS) & ((1u << DCRT_GENERATION_BITS) - 1);
}

static uint32_t *dcrt_bucket(const struct dcrt_cookies *cookies, uint64_t base)
{
	uint64_t mixed = base * 0x9e3779b97f4a7c15u;

	return &cookies->first[(uint32_t)(mixed >> 32) % cookies->max];
}

/* The last number that a place of the table had; not if it had none. */
static uint32_t dcrt_number_at(const struct dcrt_cookies *cookies, uint32_t place)
{
	return place + (cookies->at[place].times - 1) * cookies->max;
}

static bool dcrt_is_free(const struct dcrt_cookies *cookies, uint32_t place)
{
	return !cookies->at[place].len &&
	       (uint64_t)place + (uint64_t)cookies->at[place].times * cookies->max <
		       1u << DCRT_GENERATION_BITS;
}

/* Life */

static void dcrt_start_over(struct dcrt_cookies *cookies, uint64_t session)
{
	memset(cookies->first, 0xff, cookies->max * sizeof(*cookies->first));
	memset(cookies->at, 0, cookies->max * sizeof(*cookies->at));
	cookies->used = cookies->next = 0;
	cookies->session = session;
}

int dcrt_cookies_init(struct dcrt_tracker *tracker)
{
	struct dcrt_cookies *cookies = &tracker->cookies;
	const struct dcrt_env *env = tracker->env;

	if (!tracker->kernel || !env->addresses)
		return 0;
	if (env->addresses > 1u << DCRT_GENERATION_BITS)
		return -EINVAL;
	cookies->max = env->addresses;
	cookies->at = env->alloc(cookies->max * sizeof(*cookies->at));
	cookies->first = env->alloc(cookies->max * sizeof(*cookies->first));
	if (!cookies->at || !cookies->first)
		return -ENOMEM;
	dcrt_start_over(cookies, 0);
	return 0;
}

void dcrt_cookies_done(struct dcrt_tracker *tracker)
{
	tracker->env->free(tracker->cookies.at);
	tracker->env->free(tracker->cookies.first);
	tracker->cookies = (struct dcrt_cookies){0};
}

/* Ranges */

/* Invalidates the numbers of addresses in a range. */
static void dcrt_forget_in(struct dcrt_cookies *cookies, const struct dcrt_range *range)
{
	uint32_t i, *link;

	for (i = 0; i < cookies->max; i++) {
		struct dcrt_cookie *at = &cookies->at[i];

		if (!at->len || at->base + at->len <= range->base ||
		    at->base >= range->base + range->len)
			continue;
		for (link = dcrt_bucket(cookies, at->base); *link != NONE && *link != i;)
			link = &cookies->at[*link].next;
		if (*link == i)
			*link = at->next;
		at->len = 0;
		cookies->used--;
	}
}

void dcrt_cookies_add_range(struct dcrt_cookies *cookies, struct dcrt_range *range)
{
	dcrt_forget_in(cookies, range);
	range->next = cookies->ranges;
	cookies->ranges = range;
}

void dcrt_cookies_remove_range(struct dcrt_cookies *cookies, const struct dcrt_range *range)
{
	struct dcrt_range **link = &cookies->ranges;

	while (*link && *link != range)
		link = &(*link)->next;
	if (*link)
		*link = range->next;
	dcrt_forget_in(cookies, range);
}

/* To the process */

static const struct dcrt_range *dcrt_range_at(const struct dcrt_cookies *cookies, uint64_t bits)
{
	const struct dcrt_range *range = cookies->ranges;

	while (range && bits - range->base >= range->len)
		range = range->next;
	return range;
}

static uint32_t dcrt_find_base(const struct dcrt_cookies *cookies, uint64_t base)
{
	uint32_t i = *dcrt_bucket(cookies, base);

	while (i != NONE && cookies->at[i].base != base)
		i = cookies->at[i].next;
	return i;
}

/* A row of free places whose next numbers are consecutive. Returns the first, or NONE. */
static uint32_t dcrt_find_free(const struct dcrt_cookies *cookies, uint64_t count)
{
	uint32_t tries, place = cookies->next, i;

	if (count > cookies->max - cookies->used)
		return NONE;
	for (tries = 0; tries < cookies->max; tries++, place = (place + 1) % cookies->max) {
		for (i = 0; i < count && place + i < cookies->max; i++)
			if (!dcrt_is_free(cookies, place + i) ||
			    cookies->at[place + i].times > cookies->at[place].times)
				break;
		if (i == count)
			return place;
	}
	return NONE;
}

/* Assigns numbers to len bytes. Returns the place of the first, or NONE: no room. */
static uint32_t dcrt_give_numbers(struct dcrt_cookies *cookies, uint64_t base, uint64_t len)
{
	uint64_t count = (len - 1) / DCRT_OBJECT_MAX + 1, done;
	uint32_t i, first = dcrt_find_free(cookies, count), *link = dcrt_bucket(cookies, base),
		    times;

	if (first == NONE)
		return NONE;
	times = cookies->at[first].times + 1;
	for (i = 0, done = 0; i < count; i++, done += DCRT_OBJECT_MAX)
		cookies->at[first + i] = (struct dcrt_cookie){
			.base = base + done,
			.len = len - done < DCRT_OBJECT_MAX ? (uint32_t)(len - done)
							    : DCRT_OBJECT_MAX,
			.next = NONE,
			.times = times};
	cookies->at[first].next = *link;
	*link = first;
	cookies->used += (uint32_t)count;
	cookies->next = (first + (uint32_t)count) % cookies->max;
	return first;
}

static int dcrt_give_cookie(struct dcrt_tracker *tracker, uint64_t bits, uint64_t session,
			    uint64_t *ret)
{
	struct dcrt_cookies *cookies = &tracker->cookies;
	const struct dcrt_range *range;
	uint64_t base;
	uint32_t place;

	if (session < cookies->session)
		return -ESHUTDOWN; /* the message will not be delivered */
	if (cookies->max && session > cookies->session)
		dcrt_start_over(cookies, session);
	range = dcrt_range_at(cookies, bits);
	base = range ? range->base : bits;
	place = cookies->max ? dcrt_find_base(cookies, base) : NONE;
	if (place == NONE && cookies->max)
		place = dcrt_give_numbers(cookies, base, range ? range->len : 1);
	if (place == NONE) {
		cookies->refused++;
		if (tracker->env->full)
			tracker->env->full(cookies->max);
		return -ENOSPC;
	}
	*ret = dcrt_cookie_of(dcrt_number_at(cookies, place)) + (bits - base);
	return 0;
}

int dcrt_to_cookie(struct dcrt_tracker *tracker, const void *local, uint64_t session, uint64_t *ret)
{
	uint64_t bits = (uintptr_t)local;

	if (DCRT_IS_LIST_POISON(bits) || (!tracker->kernel && DCRT_IS_COOKIE(bits))) {
		*ret = bits;
		return 0;
	}
	if (!tracker->kernel)
		return -ENOENT;
	return DCRT_IS_KERNEL_ADDRESS(bits) ? dcrt_give_cookie(tracker, bits, session, ret)
					    : -ENOENT;
}

/* From the process */

bool dcrt_in_range(const struct dcrt_tracker *tracker, const void *local, uint32_t len)
{
	uint64_t bits = (uintptr_t)local;
	const struct dcrt_range *range = dcrt_range_at(&tracker->cookies, bits);

	return range && len <= range->len - (bits - range->base);
}

int dcrt_from_cookie(const struct dcrt_tracker *tracker, uint64_t word, uint64_t session,
		     void **ret)
{
	const struct dcrt_cookies *cookies = &tracker->cookies;
	const struct dcrt_cookie *at;

	if (!DCRT_IS_COOKIE(word) && !DCRT_IS_LIST_POISON(word))
		return -ENOENT;
	if (!tracker->kernel || DCRT_IS_LIST_POISON(word)) {
		*ret = (void *)(uintptr_t)word;
		return 0;
	}
	if (session != cookies->session || !cookies->max)
		return -EPROTO;
	at = &cookies->at[dcrt_number_of(word) % cookies->max];
	if (!at->times ||
	    dcrt_number_of(word) > dcrt_number_at(cookies, dcrt_number_of(word) % cookies->max))
		return -EPROTO;
	if (!at->len ||
	    dcrt_number_of(word) < dcrt_number_at(cookies, dcrt_number_of(word) % cookies->max))
		return -ESTALE;
	if (DCRT_OFFSET(word) >= at->len)
		return -EPROTO;
	*ret = (void *)(uintptr_t)(at->base + DCRT_OFFSET(word));
	return 0;
}
