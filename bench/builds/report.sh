#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The results of a study of builds, by family, and what failed, with the reason.
#
#   report.sh DIR     the last result of each module in DIR/results.jsonl counts
set -eu
export LC_ALL=C
last=$(jq -s 'group_by(.module) | map(last)' "$1/results.jsonl")

printf '%-8s %7s %5s %6s %6s %11s %9s %11s %9s\n' FAMILY MODULES BUILT "%" CUTS \
	LINES "MUST STAY" "MAY MOVE" "%"
printf '%s' "$last" | jq -r '
	def row($name): [$name, length, (map(select(.failed == null)) | length),
		(map(select(.failed == null)) | length) * 1000 / length | floor / 10,
		(map(if .failed == null then 1 + .random_cuts else .random_cut end) | add),
		(map(.lines) | add), (map(.must_stay) | add), (map(.may_move) | add),
		(((map(.may_move) | add) * 1000 / ([(map(.lines) | add), 1] | max)) | floor / 10)];
	((group_by(.module | split("/")[0])[] | row(.[0].module | split("/")[0])), row("all")) | @tsv' |
	awk -F '\t' '{ printf "%-8s %7s %5s %6s %6s %11s %9s %11s %9s\n", $1, $2, $3, $4, $5, $6, $7, $8, $9 }'
printf '\n'
printf '%s' "$last" | jq -r '.[] | select(.failed != null) |
	.module + " (" + .failed + (if .random_cut > 0 then ", random cut \(.random_cut)" else "" end) + "): " + .reason'
