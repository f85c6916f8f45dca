/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: calls across, what ends a session, and recovery. Names are copied, as the driver's
 * module may be gone when a trace is read.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dcrt

#if !defined(DCRT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define DCRT_TRACE_H

#include <linux/tracepoint.h>

#define DCRT_TRACE_NAME 32

DECLARE_EVENT_CLASS(dcrt_call,
		    TP_PROTO(const char *driver, const char *function, u64 number,
			     unsigned int depth),
		    TP_ARGS(driver, function, number, depth),
		    TP_STRUCT__entry(__array(char, driver, DCRT_TRACE_NAME) __array(char, function,
										    DCRT_TRACE_NAME)
					     __field(u64, number) __field(unsigned int, depth)),
		    TP_fast_assign(strscpy(__entry->driver, driver, DCRT_TRACE_NAME);
				   strscpy(__entry->function, function, DCRT_TRACE_NAME);
				   __entry->number = number; __entry->depth = depth;),
		    TP_printk("%s: %s number=%llu depth=%u", __entry->driver, __entry->function,
			      __entry->number, __entry->depth));

DEFINE_EVENT(dcrt_call, dcrt_upcall,
	     TP_PROTO(const char *driver, const char *function, u64 number, unsigned int depth),
	     TP_ARGS(driver, function, number, depth));
DEFINE_EVENT(dcrt_call, dcrt_downcall,
	     TP_PROTO(const char *driver, const char *function, u64 number, unsigned int depth),
	     TP_ARGS(driver, function, number, depth));

DECLARE_EVENT_CLASS(dcrt_return,
		    TP_PROTO(const char *driver, const char *function, u64 number, int status),
		    TP_ARGS(driver, function, number, status),
		    TP_STRUCT__entry(__array(char, driver, DCRT_TRACE_NAME)
					     __array(char, function, DCRT_TRACE_NAME)
						     __field(u64, number) __field(int, status)),
		    TP_fast_assign(strscpy(__entry->driver, driver, DCRT_TRACE_NAME);
				   strscpy(__entry->function, function, DCRT_TRACE_NAME);
				   __entry->number = number; __entry->status = status;),
		    TP_printk("%s: %s number=%llu status=%d", __entry->driver, __entry->function,
			      __entry->number, __entry->status));

DEFINE_EVENT(dcrt_return, dcrt_upcall_return,
	     TP_PROTO(const char *driver, const char *function, u64 number, int status),
	     TP_ARGS(driver, function, number, status));
DEFINE_EVENT(dcrt_return, dcrt_downcall_return,
	     TP_PROTO(const char *driver, const char *function, u64 number, int status),
	     TP_ARGS(driver, function, number, status));

DECLARE_EVENT_CLASS(dcrt_session, TP_PROTO(const char *driver, u64 session, bool in_call),
		    TP_ARGS(driver, session, in_call),
		    TP_STRUCT__entry(__array(char, driver, DCRT_TRACE_NAME) __field(u64, session)
					     __field(bool, in_call)),
		    TP_fast_assign(strscpy(__entry->driver, driver, DCRT_TRACE_NAME);
				   __entry->session = session; __entry->in_call = in_call;),
		    TP_printk("%s: session=%llu in_call=%d", __entry->driver, __entry->session,
			      __entry->in_call));

DEFINE_EVENT(dcrt_session, dcrt_attach, TP_PROTO(const char *driver, u64 session, bool in_call),
	     TP_ARGS(driver, session, in_call));
DEFINE_EVENT(dcrt_session, dcrt_revoke, TP_PROTO(const char *driver, u64 session, bool in_call),
	     TP_ARGS(driver, session, in_call));
DEFINE_EVENT(dcrt_session, dcrt_death, TP_PROTO(const char *driver, u64 session, bool in_call),
	     TP_ARGS(driver, session, in_call));

TRACE_EVENT(dcrt_recovery, TP_PROTO(const char *driver, const char *step, unsigned int count),
	    TP_ARGS(driver, step, count),
	    TP_STRUCT__entry(__array(char, driver, DCRT_TRACE_NAME)
				     __array(char, step, DCRT_TRACE_NAME)
					     __field(unsigned int, count)),
	    TP_fast_assign(strscpy(__entry->driver, driver, DCRT_TRACE_NAME);
			   strscpy(__entry->step, step, DCRT_TRACE_NAME); __entry->count = count;),
	    TP_printk("%s: %s count=%u", __entry->driver, __entry->step, __entry->count));

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
