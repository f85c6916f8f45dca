/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How often each edge of a driver's call graph is taken.
 *
 * dc_profile_record makes a profiling build of the driver, boots a guest, runs the family's
 * workload under perf's ftrace:function event and counts the calls. dc_profile_from_script does
 * the same for text that a user's own perf wrote. dc_profile_write and dc_profile_read turn a
 * profile into profile.json and back.
 *
 * The recorded counts are scaled to what the workload does when nothing records it, see
 * dc_profile_hourly(), and added up over the phases as the driver's folder weighs them.
 */
#ifndef DC_PROFILE_PROFILE_H
#define DC_PROFILE_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "base/kernel.h"
#include "graph/driver/driver.h"

/* One part of the workload. A phase that moves packets was run without recording as well: free_ms
 * is then above 0, and packets are what the two ends of the wire saw. */
struct dc_profile_phase {
	const char *name; /* no two alike */
	uint64_t recorded_ms, recorded_packets, recorded_interrupts;
	uint64_t free_ms, free_packets, free_interrupts;
	const char *throughput; /* netperf's, unrecorded: "630.01 10^6bits/s"; "" */
	const char *recorded_throughput;
	uint64_t events; /* calls recorded */
	uint64_t lost; /* calls that perf says it has lost */
	unsigned share_percent, per_hour; /* its weight: struct dc_phase_weight; 0: none */
};

/* One edge. The callee, and a caller that is not NULL, are functions of the driver, but for an
 * edge with `kernel` set: its callee is a function of the kernel. */
struct dc_profile_edge {
	const char *caller; /* NULL: the kernel (an entry) */
	const char *callee;
	bool kernel;
	uint64_t calls; /* during `seconds` of the workload; above 0 */
	/* Calls that were recorded. 0 in an entry: the callee is not traceable (a module's exit
	 * function), but since it made calls it is taken to have been called once a phase. */
	uint64_t samples;
	uint64_t atomic_samples; /* those of them made where sleeping is forbidden */
	uint64_t *by_phase; /* samples, as many as there are phases */
};

/* Lines of a recording that are not calls of the driver. */
struct dc_profile_left_out {
	uint64_t other_calls; /* neither from a function of the driver nor to one */
	uint64_t unnamed; /* calls to an address without a name, maybe the driver's */
	uint64_t events; /* other than calls */
	uint64_t stack_lines; /* an event's own line names caller and callee */
};

struct dc_profile_pair {
	const char *caller; /* NULL: the kernel */
	const char *callee;
};

typedef DC_VEC(struct dc_profile_edge) dc_profile_edges;

/* Edges are sorted by caller, then callee; entries (caller NULL) by callee; no two are alike.
 * Strings and counts live in the arena. */
struct dc_profile {
	struct dc_arena *arena;
	const char *driver;
	const char *source; /* how it was made, one line for people */
	uint64_t seconds; /* of workload that `calls` are for; above 0 */
	uint64_t lost; /* over all phases */
	struct dc_profile_left_out left_out; /* of a user's recording */
	DC_VEC(struct dc_profile_phase) phases;
	dc_profile_edges edges;
	dc_profile_edges entries;
	DC_VEC(struct dc_profile_pair) unseen; /* calls that the graph lacks: should be empty */
};

void dc_profile_done(struct dc_profile *profile); /* takes a zeroed one, and NULL */

/* Which functions belong to the driver, beyond those that carry the tag [module]. */
struct dc_profile_names {
	const char *module;
	bool (*is_driver)(void *ctx, const char *function); /* NULL: the tags tell */
	void *ctx;
};

/*
 * dc_profile_build - the profiling build of a driver: no function inlined or cloned, a traceable
 * stub before each kernel function that it calls (so that those calls are counted at no one else's
 * cost), and all symbols begin with DC_PROFILING_PREFIX.
 * @driver its source has been fetched
 * @out    the driver's folder for results; the build is in OUT/profiling and is used again while
 *	   source, kernel and recipe are the same
 * *ret_module: path of the module; arena.
 * Returns 0; or, after reporting, -EIO: it does not build.
 */
#define DC_PROFILING_PREFIX "dcprof_"
int dc_profile_build(struct dc_diag *diag, struct dc_arena *arena, const struct dc_driver *driver,
		     const struct dc_kernel *kernel, const char *out, const char **ret_module);

/*
 * dc_profile_record - builds, boots, runs the workload and counts.
 * @driver its source has been fetched; it names a QEMU device
 * @out    the driver's folder for results; OUT/recording keeps what the guest wrote
 * *ret: end it with dc_profile_done. Its `seconds` is 3600.
 * Returns 0; or, after reporting, -EINVAL (no workload for this family or no device),
 * -ENXIO, -ETIMEDOUT, -EIO (as dc_guest_run), -ENODATA (no call was recorded).
 */
int dc_profile_record(struct dc_diag *diag, const struct dc_driver *driver,
		      const struct dc_kernel *kernel, const char *out, struct dc_profile *ret);

/*
 * dc_profile_from_script - counts the calls in text that `perf script` wrote for ftrace:function
 * events, that `trace-cmd report` wrote, or that is the function tracer's file "trace".
 * @path    lines that end "CALLEE <-- CALLER"; symbols may carry +OFFSET and [MODULE]. Other
 *events, stacks and calls of others may be among them; left_out counts them, and notes say so.
 * @seconds of workload that it covers; 0: from the first time stamp to the last
 * The profile has one phase, "script", and calls = samples.
 * Returns 0; or, after reporting with file and line, -EINVAL (something else, or cut off), -ENODATA
 * (none of the driver's functions is in it), -errno of reading.
 */
int dc_profile_from_script(struct dc_diag *diag, const char *driver, const char *path,
			   uint64_t seconds, const struct dc_profile_names *names,
			   struct dc_profile *ret);

/* Same, for a perf.data file: runs `perf script` on it, with its text in SCRATCH.PID.tmp.
 * Returns as dc_profile_from_script does, or -ENXIO: there is no perf. */
int dc_profile_from_perf_data(struct dc_diag *diag, const char *driver, const char *path,
			      const char *scratch, uint64_t seconds,
			      const struct dc_profile_names *names, struct dc_profile *ret);

/*
 * dc_profile_hourly - calls of one edge in an hour of the workload.
 * @phases   all phases; one named "idle", if there, gives the calls that time makes, not packets
 * @by_phase recorded calls of the edge
 *
 * A phase of packets: what was recorded, less what time made, is scaled to the packets that pass
 * without recording; then what time makes is added again. (A count that time alone explains within
 * chance is not scaled.) A phase with per_hour: the count as it was. The result is rounded to
 * nearest, but is at least 1 if anything was recorded.
 */
uint64_t dc_profile_hourly(const struct dc_profile_phase *phases, size_t phase_count,
			   const uint64_t *by_phase);

/* profile.json. The reader checks all that is said above. Both return 0, or -errno after
 * reporting (-EINVAL: not a profile, or one that contradicts itself). */
int dc_profile_write(struct dc_diag *diag, const char *path, const struct dc_profile *profile);
int dc_profile_read(struct dc_diag *diag, const char *path, struct dc_profile *ret);

#endif
