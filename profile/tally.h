/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside profile/: counting the calls of one recording, whatever it was read from. */
#ifndef DC_PROFILE_TALLY_H
#define DC_PROFILE_TALLY_H

#include <uthash.h>

#include "profile/profile.h"

#define DEPTHS 4 /* preemption depths told apart: 0, 1, 2, more */

struct tally_edge {
	char *key; /* "caller>callee", and what the edge is called by in the hash */
	const char *caller; /* NULL: the kernel */
	const char *callee;
	bool kernel; /* the callee is the kernel's */
	uint64_t flagged; /* in an interrupt, or with interrupts or bottom halves off */
	uint64_t by_depth[DEPTHS]; /* the others, by preemption depth */
	UT_hash_handle hh;
};

struct tally {
	struct dc_arena *arena; /* borrowed; strings and edges live there */
	struct tally_edge *edges; /* a uthash */
	uint64_t events; /* calls that were counted */
	uint64_t lost;
	struct dc_profile_left_out left_out;
	bool has_depths; /* it is of perf's samples, which tell the preemption depth */
};

/* One recorded call. A symbol may be a name, a name with +OFFSET, or an address in hex. */
struct tally_call {
	const char *callee, *callee_module; /* a module may be "": none said */
	const char *caller, *caller_module;
	bool flagged;
	unsigned depth;
	uint64_t repeats; /* as many more calls, alike */
};

/* An address book: kallsyms of the kernel that was recorded. */
struct symbols;

/* Returns 0, or -errno after reporting. *ret: free with symbols_free. */
int symbols_read(struct dc_diag *diag, const char *path, struct symbols **ret);
void symbols_free(struct symbols *symbols); /* takes NULL */
/* The function that the address is in, or NULL. */
const char *symbols_find(const struct symbols *symbols, uint64_t address);

/* Counts a call if the driver made it or got it. symbols may be NULL. */
void tally_add(struct tally *tally, const struct dc_profile_names *names,
	       const struct symbols *symbols, const struct tally_call *call);
void tally_done(struct tally *tally);

/* Calls of an edge, and those of them in atomic context, if `base` levels of preemption are the
 * recorder's own. */
uint64_t tally_samples(const struct tally_edge *edge);
uint64_t tally_atomic(const struct tally_edge *edge, unsigned base);
/* The least preemption depth of all calls that were not flagged; DEPTHS: there was none. */
unsigned tally_least_depth(const struct tally *tally);

/* Readers: they add all that a file holds. Each returns 0, or -EINVAL or -errno after reporting. */
struct text_times {
	double first_s, last_s; /* time stamps; 0: none seen */
};

/* label: what messages call the file. */
int text_read(struct dc_diag *diag, const char *path, const char *label,
	      const struct dc_profile_names *names, const struct symbols *symbols,
	      struct tally *tally, struct text_times *ret_times);
int perf_data_read(struct dc_diag *diag, const char *path, const struct dc_profile_names *names,
		   const struct symbols *symbols, struct tally *tally);

/* Adds a phase's tally to the profile, then, when all are in, sorts it and fills calls with
 * dc_profile_hourly or, if not hourly, with samples. Both copy into profile->arena. */
void merge_tally(struct dc_profile *profile, size_t phase, size_t phase_count,
		 const struct tally *tally, unsigned base);
void merge_finish(struct dc_profile *profile, bool hourly);

#endif
