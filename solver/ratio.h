/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Exact fractions: lambda (lines per unit of crossing weight), delays, breakpoints.
 *
 * lambda is what one crossing's weight is worth in kernel lines:
 *
 *	lambda = delay in seconds * price in lines per CPU / seconds of workload
 *
 * for then lambda * crossings = (share of one CPU spent in crossings) * price.
 */
#ifndef DC_SOLVER_RATIO_H
#define DC_SOLVER_RATIO_H

#include <stdbool.h>
#include <stdint.h>

#define DC_DELAY_DEFAULT_NS 10000 /* of one crossing */
#define DC_PRICE_DEFAULT    10000 /* lines per CPU: 1 % of one CPU is worth 100 lines */

/* p/q with p >= 0, q >= 0, lowest terms, not both 0. {1, 0} is infinity. */
struct dc_ratio {
	int64_t p, q;
};

#define DC_RATIO_INFINITE ((struct dc_ratio){1, 0})

/* Lowest terms. Returns false, *ret_ratio untouched, if they do not fit 63 bits. p, q >= 0. */
bool dc_ratio_make(__int128 p, __int128 q, struct dc_ratio *ret_ratio);

/* < 0, 0, > 0: exact, in 128 bits. */
int dc_ratio_compare(struct dc_ratio a, struct dc_ratio b);

/* The cost of a cut, times lambda.q: lines * lambda.q + crossings * lambda.p. */
__int128 dc_scaled_cost(struct dc_ratio lambda, int64_t kernel_loc, int64_t crossings);

double dc_ratio_value(struct dc_ratio ratio); /* for people only */

/* "P/Q", "P" or a decimal ("0.25"), all exact; text must end there. False if it is none of them or
 * does not fit. */
bool dc_ratio_parse(const char *text, struct dc_ratio *ret_ratio);

/* A delay with its unit: "10us", "10µs", "1.5ms", "250ns", "2s", "0"; in nanoseconds. */
bool dc_delay_parse(const char *text, struct dc_ratio *ret_delay_ns);

/* Both ways between a delay and lambda. False if the result does not fit. price >= 1, seconds >= 1
 */
bool dc_lambda_of_delay(struct dc_ratio delay_ns, int64_t price, int64_t seconds,
			struct dc_ratio *ret_lambda);
bool dc_delay_of_lambda(struct dc_ratio lambda, int64_t price, int64_t seconds,
			struct dc_ratio *ret_delay_ns);

#define DC_TIME_LEN 40

/* A time with a unit that reads: "250 ns", "1.26 ms", "4000 s"; so many digits, without zeros at
 * the end; ASCII. text: DC_TIME_LEN bytes. */
void dc_time_format(double ns, int digits, char *text);

#endif
