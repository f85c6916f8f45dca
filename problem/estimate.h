/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guess of how often each call of a driver is made, for a driver without a profile. It is no
 * measurement: use it to see which calls may matter, and record a profile before you trust a
 * figure.
 *
 * The kernel calls an entry point as often as its context suggests (DC_ESTIMATE_* calls an hour;
 * one with several contexts as often as the busiest). A function calls another once at each call
 * site; 8 times for each loop around the call, half as often for each branch of an if around it, as
 * static branch prediction has it (Wu and Larus, MICRO 1994). A call through a pointer is shared
 * among its targets. Recursion counts once.
 */
#ifndef DC_PROBLEM_ESTIMATE_H
#define DC_PROBLEM_ESTIMATE_H

#include "graph/graph.h"
#include "profile/profile.h"

#define DC_ESTIMATE_BUSY   36000000.0 /* interrupts, NAPI, packets: 10000 a second */
#define DC_ESTIMATE_TIMER  3600.0 /* timers, work items, threads: one a second */
#define DC_ESTIMATE_CALLED 10.0 /* system calls: ethtool, open, ioctl */
#define DC_ESTIMATE_INIT   1.0 /* loading and unloading */

/* Fills a profile of one hour with the estimate. Strings are the graph's, borrowed. Caller ends it
 * with dc_profile_done. */
void dc_estimate(const struct dc_graph *graph, struct dc_profile *ret);

#endif
