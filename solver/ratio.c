/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Exact fractions in 64 bits: products are taken in 128 bits and reduced before they are stored.
 * See ratio.h.
 */
#include "ratio.h"

#include <stdio.h>

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define NS_PER_S 1000000000

static __int128 common_divisor(__int128 a, __int128 b)
{
	while (b) {
		__int128 rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

bool dc_ratio_make(__int128 p, __int128 q, struct dc_ratio *ret_ratio)
{
	__int128 divisor = common_divisor(p, q);

	if (p < 0 || q < 0 || !divisor)
		return false;
	p /= divisor;
	q /= divisor;
	if (p > INT64_MAX || q > INT64_MAX)
		return false;
	*ret_ratio = (struct dc_ratio){(int64_t)p, (int64_t)q};
	return true;
}

int dc_ratio_compare(struct dc_ratio a, struct dc_ratio b)
{
	__int128 left = (__int128)a.p * b.q, right = (__int128)b.p * a.q;

	return left < right ? -1 : left > right;
}

__int128 dc_scaled_cost(struct dc_ratio lambda, int64_t kernel_loc, int64_t crossings)
{
	return (__int128)kernel_loc * lambda.q + (__int128)crossings * lambda.p;
}

double dc_ratio_value(struct dc_ratio ratio)
{
	return (double)ratio.p / (double)ratio.q;
}

/* Digits, with a decimal point perhaps, as *p / *q. Returns what follows, or NULL. */
static const char *parse_decimal(const char *text, int64_t *p, int64_t *q)
{
	bool digits = false, point = false;

	*p = 0;
	*q = 1;
	for (; isdigit((unsigned char)*text) || (*text == '.' && !point); text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		digits = true;
		if (__builtin_mul_overflow(*p, 10, p) ||
		    __builtin_add_overflow(*p, *text - '0', p) ||
		    (point && __builtin_mul_overflow(*q, 10, q)))
			return NULL;
	}
	return digits ? text : NULL;
}

bool dc_ratio_parse(const char *text, struct dc_ratio *ret_ratio)
{
	int64_t p, q, over, under = 1;
	const char *rest = parse_decimal(text, &p, &q);

	over = 1;
	if (rest && *rest == '/')
		rest = parse_decimal(rest + 1, &over, &under);
	if (!rest || *rest || !over)
		return false;
	return dc_ratio_make((__int128)p * under, (__int128)q * over, ret_ratio);
}

bool dc_delay_parse(const char *text, struct dc_ratio *ret_delay_ns)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = {{"ns", 1},	   {"us", 1000},    {"µs", 1000},
		     {"μs", 1000}, {"ms", 1000000}, {"s", NS_PER_S}};
	int64_t p, q;
	const char *rest = parse_decimal(text, &p, &q);
	size_t i;

	if (!rest)
		return false;
	while (*rest == ' ') /* as it is printed */
		rest++;
	if (!*rest && !p)
		return dc_ratio_make(0, 1, ret_delay_ns);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(rest, units[i].name))
			return dc_ratio_make((__int128)p * units[i].ns, q, ret_delay_ns);
	return false;
}

/* a * b * c / (d * e) in lowest terms without ever leaving 128 bits: factors are reduced first. */
static bool scaled(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e,
		   struct dc_ratio *ret_ratio)
{
	int64_t over[] = {a, b, c}, under[] = {d, e};
	size_t i, j;

	for (i = 0; i < 3; i++) {
		for (j = 0; j < 2; j++) {
			int64_t divisor = (int64_t)common_divisor(over[i], under[j]);

			if (!divisor)
				continue;
			over[i] /= divisor;
			under[j] /= divisor;
		}
	}
	if (__builtin_mul_overflow(over[0], over[1], &over[0]) ||
	    __builtin_mul_overflow(over[0], over[2], &over[0]) ||
	    __builtin_mul_overflow(under[0], under[1], &under[0]))
		return false;
	return dc_ratio_make(over[0], under[0], ret_ratio);
}

bool dc_lambda_of_delay(struct dc_ratio delay_ns, int64_t price, int64_t seconds,
			struct dc_ratio *ret_lambda)
{
	int64_t under;

	if (__builtin_mul_overflow(seconds, (int64_t)NS_PER_S, &under))
		return false;
	return scaled(delay_ns.p, price, 1, delay_ns.q, under, ret_lambda);
}

bool dc_delay_of_lambda(struct dc_ratio lambda, int64_t price, int64_t seconds,
			struct dc_ratio *ret_delay_ns)
{
	return scaled(lambda.p, seconds, NS_PER_S, lambda.q, price, ret_delay_ns);
}

void dc_time_format(double ns, int digits, char *text)
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	/* what rounds to 1000 of a unit is 1 of the next */
	double limit = digits > 3 ? 1000 : 999.5;
	size_t unit = 0;

	for (; unit < 3 && ns >= limit; unit++)
		ns /= 1000;
	if (ns >= limit)
		snprintf(text, DC_TIME_LEN, "%.0f %s", ns, units[unit]);
	else
		snprintf(text, DC_TIME_LEN, "%.*g %s", digits, ns, units[unit]);
}
