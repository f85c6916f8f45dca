#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The results of a study of builds, by family, and what failed, with the reason.
#
#   report.sh DIR     the last result of each module in DIR/results.jsonl counts
set -eu
export LC_ALL=C
last=$(jq -s 'group_by(.module + " " + .cuts) | map(last)' "$1/results.jsonl")

printf '%-8s %7s %5s %5s %12s %11s %9s %5s %8s %5s\n' FAMILY MODULES BUILT % 'RANDOM CUTS' \
	LINES "MUST STAY" % "MAY MOVE" %
printf '%s' "$last" | jq -r '
	def percent($part; $all): $part * 1000 / ([$all, 1] | max) | round / 10;
	def row($name): map(select(.cuts == "rules")) as $rules |
		map(select(.cuts == "random")) as $random |
		($rules | map(select(.failed == null)) | length) as $built |
		($rules | map(.lines) | add) as $lines |
		($rules | map(.must_stay) | add) as $stay |
		($rules | map(.may_move) | add) as $move |
		[$name, ($rules | length), $built, percent($built; $rules | length),
		 (($random | map(.built) | add // 0 | tostring) + " of " + ($random | length * 3 | tostring)),
		 $lines, $stay, percent($stay; $lines), $move, percent($move; $lines)];
	((group_by(.module | split("/")[0])[] | row(.[0].module | split("/")[0])), row("all")) | @tsv' |
	awk -F '\t' '{ printf "%-8s %7s %5s %5s %12s %11s %9s %5s %8s %5s\n", $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 }'
printf '\n'
printf '%s' "$last" | jq -r '.[] | select(.failed != null) |
	.module + " (" + .failed + (if .cuts == "random" then ", a random cut" else "" end) + "): " + .reason'
