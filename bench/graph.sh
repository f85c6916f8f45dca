#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The cost of reading a driver, beside the floor: clang-19 -fsyntax-only on the same files with the
# same flags, in one run. CPU seconds, so that other work on the machine matters little. Needs the
# plan of a study (bench/study.sh, or drivercut study --list).
#
#   bench/graph.sh [DIR [FAMILY/NAME...]]    DIR: the study's folder (out/study)
#
#   DRIVERCUT=build/cli/drivercut   the program
set -eu
dir=$(realpath "${1:-out/study}")
[ $# = 0 ] || shift
[ $# != 0 ] || set -- net/8139too net/e1000 net/tg3 scsi/sym53c8xx scsi/mpt3sas sound/snd-ens1370 sound/snd-intel8x0
drivercut=$(realpath "${DRIVERCUT:-build/cli/drivercut}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cp -r "$dir/plan" "$work/plan"

# CPU seconds of the children of this shell so far; not in a pipeline, where it would be another's.
cpu() {
	times >"$work/times"
	awk 'NR == 2 { gsub(/[ms]/, " "); print $1 * 60 + $2 + $3 * 60 + $4 }' "$work/times"
}

printf '%-24s %8s %8s %6s %8s\n' DRIVER 'CLANG s' 'GRAPH s' RATIO MIB
for driver in "$@"; do
	jq -r '.commands[] | "cd \(.directory | @sh) && clang-19 -fsyntax-only -w \(
		[.arguments[1:][] | select(. != "-c")] | map(@sh) | join(" "))"' \
		"$work/plan/$driver.json" >"$work/commands"
	cpu >"$work/before"
	sh -e "$work/commands"
	cpu >"$work/between"
	"$drivercut" study -q -o "$work" --driver "$driver"
	cpu >"$work/after"
	jq -r --arg driver "$driver" 'if .failed then "\($driver) failed: \(.failed)" | halt_error
		else .memory_kib / 1024 end' "$work/results/$driver.json" >"$work/memory"
	paste "$work/before" "$work/between" "$work/after" "$work/memory" |
		awk -v driver="$driver" '{ printf "%-24s %8.2f %8.2f %6.2f %8.0f\n",
			driver, $2 - $1, $3 - $2, ($3 - $2) / ($2 - $1), $4 }'
done
