/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tfl
#if !defined(TFL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define TFL_TRACE_H
#include <linux/tracepoint.h>
/* An empty macro and its semicolon, for the first reader. */
DECLARE_EVENT_CLASS(tfl_template,
		    TP_PROTO(int step),
		    TP_ARGS(step),
		    TP_STRUCT__entry(__field(int, step)),

		    TP_fast_assign(__entry->step = step;),

		    TP_printk("step %d", __entry->step)
);

DEFINE_EVENT(tfl_template, tfl_step,
	     TP_PROTO(int step),
	     TP_ARGS(step)
);
#endif
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE ../trace_file/trace_file_trace
#include <trace/define_trace.h>
