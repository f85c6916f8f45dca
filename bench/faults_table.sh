#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The table of a fault campaign: bench/faults_table.sh RESULTS. Recovery is the time until a process
# answers for a device that carries packets, changes that were under way included (so it is a second
# at least while the fault is between two calls of an idle second); of the guest's clock.
set -eu
printf '%-8s %7s %9s %7s %8s %8s %8s\n' KIND FAULTS SURVIVED STREAMS MEDIAN P99 WORST
sort -k 2,2 -k 5,5n "$1" | awk '
	function row(name, n, ok, lost, times) {
		printf "%-8s %7d %9d %7d %8d %8d %8d\n", name, n, ok, lost,
			times[int((ok + 1) / 2)], times[int((ok * 99 + 99) / 100)], times[ok]
	}
	function flush_kind() { if (kind != "") row(kind, n, ok, lost, times) }
	$2 != kind { flush_kind(); kind = $2; n = ok = lost = 0; delete times }
	{ n++; if ($4 == "ok") { times[++ok] = $5; lost += $6 } }
	END { flush_kind() }'
awk '{ n++; ok += $4 == "ok"; lost += $6 } END { printf "all      %7d %9d %7d\n", n, ok, lost }' "$1"
