/* SPDX-License-Identifier: GPL-2.0-only */
/* In place of the kernel's <trace/define_trace.h>: tracepoints are defined in the kernel component
 * alone, where their callers are. */
