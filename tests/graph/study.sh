#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `drivercut study` on a kernel of our own with five modules, one of which does not parse: it is
# recorded with its reason and stops nobody; --resume keeps what is done; one job is one command.
set -eu

drivercut=$(realpath "$1")
ls -d /lib/modules/*/build >/dev/null 2>&1 || exit 77
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
net=$dir/kernel/drivers/net
mkdir -p "$net/sub" "$dir/kernel/drivers/shared"
echo 'int shared_value(void);' >"$dir/kernel/drivers/shared/shared.h"

cat >"$net/Makefile" <<'END'
obj-m += one.o broken.o deep.o made.o sub/
obj-$(CONFIG_NO_SUCH_OPTION) += never.o
END
cat >"$net/sub/Makefile" <<'END'
obj-m += two.o
two-y := first.o second.o
ccflags-y += -I$(srctree)/drivers/shared
END
printf '#include <linux/module.h>\nint f(void);\nint f(void) { return 0; }\n' >"$net/one.c"
# A trace header named by the way from include/trace to the source tree.
cat >"$net/deep_trace.h" <<'END'
#undef TRACE_SYSTEM
#define TRACE_SYSTEM deep
#if !defined(DEEP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define DEEP_TRACE_H
#include <linux/tracepoint.h>
TRACE_EVENT(deep_seen, TP_PROTO(int x), TP_ARGS(x), TP_STRUCT__entry(__field(int, x)),
	    TP_fast_assign(__entry->x = x;), TP_printk("%d", __entry->x));
#endif
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH ../../drivers/net
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE deep_trace
#include <trace/define_trace.h>
END
cat >"$net/deep.c" <<'END'
#define CREATE_TRACE_POINTS
#include "deep_trace.h"
void m(int x);
void m(int x) { trace_deep_seen(x); }
END
# A header that Kbuild copies from one with _shipped in its name.
printf 'enum { MADE = 1 };\n' >"$net/made.h_shipped"
printf '#include "made.h"\nint p(void);\nint p(void) { return MADE; }\n' >"$net/made.c"
printf 'int g(void)\n{\n\treturn oops;\n}\n' >"$net/broken.c"
printf '#include <shared.h>\nint h(void);\nint h(void) { return shared_value(); }\n' >"$net/sub/first.c"
printf 'int h(void);\nint k(void);\nint k(void) { return h(); }\n' >"$net/sub/second.c"

study() { "$drivercut" study -q --family net --kernel-source "$dir/kernel" -o "$dir/out" "$@"; }
study --list | sort >"$dir/list"
printf 'net/broken\nnet/deep\nnet/made\nnet/one\nnet/two\n' | diff - "$dir/list"
"$drivercut" study -q -o "$dir/out" --driver net/two
"$drivercut" study -q -o "$dir/out" --driver net/deep
jq -e '.failed == null and .no_template == []' "$dir/out/results/net/deep.json" >/dev/null
n=$(jq '.functions' "$dir/out/results/net/deep.json")
jq -e '.failed == null and .functions == 2' "$dir/out/results/net/two.json" >/dev/null
# shared_value has no rule.
jq -e '.must_stay_lines == 0 and .may_move_lines < .lines' "$dir/out/results/net/two.json" >/dev/null
jq -e '.may_move_lines < .lines and .must_stay_lines <= .lines' "$dir/out/results/net/deep.json" >/dev/null
jq '.functions = 77' "$dir/out/results/net/two.json" >"$dir/marked"
cp "$dir/marked" "$dir/out/results/net/two.json"
study --resume --jobs 2 >"$dir/table" 2>"$dir/talk"
jq -e '.functions == 77' "$dir/out/results/net/two.json" >/dev/null
jq -e '.must_stay_lines == 0 and .may_move_lines == .lines' "$dir/out/results/net/one.json" >/dev/null
grep -q 'broken.c:3.*oops' "$dir/talk"
grep -q "^net  *4  *1  *$((79 + n)) " "$dir/table" || { cat "$dir/table"; exit 1; }
study >"$dir/table" 2>/dev/null
grep -q "^net  *4  *1  *$((4 + n)) " "$dir/table" || { cat "$dir/table"; exit 1; }
study --show --plot "$dir/plot.svg" 2>/dev/null | diff "$dir/table" -
grep -q "net: 4 drivers, mean" "$dir/plot.svg"
tail -n 1 "$dir/plot.svg" | grep -qx '</svg>'
study --show --json 2>/dev/null | jq -e '.families[0] | .drivers == 4 and .failed == 1 and .missing == 0' >/dev/null
rm "$dir/out/results/net/one.json"
study --show 2>&1 >/dev/null | grep -q '^drivercut: note: 1 drivers of the plan have no result yet'
if study --show -o "$dir/nowhere" 2>/dev/null; then exit 1; fi

# The line of the help that spreads the jobs, here over this machine alone.
if command -v parallel >/dev/null; then
	echo : >"$dir/hosts"
	study --list 2>/dev/null | PATH=$(dirname "$drivercut"):$PATH \
		parallel --wd . --sshloginfile "$dir/hosts" drivercut study -q -o "$dir/out" --driver {}
	study --show 2>/dev/null | diff "$dir/table" -
fi
if "$drivercut" study -q -o "$dir/out" --driver net/nobody 2>/dev/null; then exit 1; fi
