#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The hunt: in drivers chosen at random, every call of a spinlock, interrupt or timer function that the
# text of the source has must be in the graph as a lock, as an entry point with its context, or as a
# warning. Calls are found by name in clang's preprocessed text and in the source (hunt/calls.awk);
# hunt/names says what a name is. Nothing of that is drivercut's. Interrupted, it goes on where it was.
#
#   bench/hunt.sh [DIR [FAMILY/NAME...]]   everything below DIR (out/hunt): plan/, drivers, results/, table
#
#   DRIVERCUT=build/cli/drivercut   the program
#   SEED=1 COUNT=40                 which drivers, and how many: as many of each family
#   KERNEL_SOURCE=DIR               an unpacked kernel, that of the Debian package (unpacked in DIR)
set -eu
dir=${1:-out/hunt}
[ $# = 0 ] || shift
drivercut=$(realpath "${DRIVERCUT:-build/cli/drivercut}")
here=$(dirname "$(realpath "$0")") seed=${SEED:-1} count=${COUNT:-40}
data=$(realpath "${DRIVERCUT_DATA:-$here/..}")
mkdir -p "$dir/results"
dir=$(realpath "$dir")
families="net scsi sound block char hid hwmon input usb watchdog"
pattern='lock|guard|class_[a-z_]*constructor|[iI][rR][qQ]|_bh$|preempt|(get|put)_cpu|rcu_read|call_rcu|[tT][iI][mM][eE][rR]|[tT][aA][sS][kK][lL][eE][tT]|WORK|napi|smp_call|on_each_cpu|softirq|map_atomic|seqcount|u64_stats_update'
pattern="(^|_)(un|try|seq|sequn|rw|LOCK|UNLOCK)?($pattern)"

# The list: COUNT / 10 of each family, in an order that the seed gives.
if [ $# != 0 ]; then
	printf '%s\n' "$@" >"$dir/drivers"
elif [ ! -s "$dir/drivers" ]; then
	yes "$seed" | head -c 1000000 >"$dir/seed"
	for family in $families; do
		"$drivercut" study -q --family "$family" -o "$dir" \
			${KERNEL_SOURCE:+--kernel-source "$KERNEL_SOURCE"} --list |
			LC_ALL=C sort | sort -R --random-source="$dir/seed" | head -n "$((count / 10))"
	done >"$dir/drivers.new"
	mv "$dir/drivers.new" "$dir/drivers"
fi
for driver in $(cut -d/ -f1 "$dir/drivers" | sort -u); do
	[ -d "$dir/plan/$driver" ] || "$drivercut" study -q --family "$driver" -o "$dir" \
		${KERNEL_SOURCE:+--kernel-source "$KERNEL_SOURCE"} --list >/dev/null
done

# What a template calls a lock: "FUNCTION OPERATION".
jq -r '.locks // [] | .[] | "\(.function) \(if has("takes") then "takes" elif has("tries") then "tries"
	elif has("releases") then "releases" else "ignores" end)"' "$data"/graph/families/*.json >"$dir/rows"

hunt() {
	plan=$dir/plan/$1.json
	source=$(jq -r .source "$plan")
	DRIVERCUT_OUT=$work "$drivercut" graph "$source" --family "$(jq -r .family "$plan")" \
		--compile-commands "$plan" -o "$work/graph.json" >/dev/null 2>"$work/said"
	jq -r '.commands[] | "cd \(.directory | @sh) && clang-19 -E -w \(
		[.arguments[1:][] | select(. != "-c")] | map(@sh) | join(" "))"' "$plan" >"$work/commands"
	: >"$work/calls"
	while read -r command; do
		# shellcheck disable=SC2294 # jq has quoted the words
		eval "($command)" >"$work/unit.i"
		awk -v root="$source/" -v pattern="$pattern" -f "$here/hunt/calls.awk" "$work/unit.i" \
			>>"$work/calls"
	done <"$work/commands"
	sort -u "$work/calls" -o "$work/calls"
	jq -r '(.functions[] | "function \(.file) \(.first_line) \(.last_line) \(.name) \(
			.takes | length)"),
		(.calls[] | select(.counts != false) | "call \(.caller) \(.line) \(.callee) \(.kind)"),
		(.indirect_sites[] | "site \(.caller) \(.line)"),
		(.entry_points[] | "entry \(.function)")' "$work/graph.json" >"$work/facts"
	grep -v '^reading' "$work/said" | sed 's/^/said /' >>"$work/facts" || true
}

while read -r driver; do
	[ ! -f "$dir/results/$driver.calls" ] || continue
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT INT TERM
	echo "$driver" >&2
	mkdir -p "$(dirname "$dir/results/$driver")"
	hunt "$driver"
	mv "$work/facts" "$dir/results/$driver.facts"
	mv "$work/calls" "$dir/results/$driver.calls"
	rm -rf "$work"
done <"$dir/drivers"

# The table: calls found, and what became of them.
{
	echo "seed $seed"
	while read -r driver; do
		awk -v driver="$driver" -f "$here/hunt/judge.awk" "$here/hunt/names" "$dir/rows" \
			"$dir/results/$driver.facts" "$dir/results/$driver.calls"
	done <"$dir/drivers" | tee "$dir/judged" | awk '
		$1 == "total" { for (i = 2; i < NF; i += 2) sum[$i] += $(i + 1); drivers++ }
		$1 == "miss" { missed[++n] = $0 }
		END {
			printf "%d drivers: %d calls of locks, %d of them in the graph as a lock, %d as a warning, %d in code that is not compiled; ",
				drivers, sum["locks"], sum["lock-found"], sum["lock-warned"], sum["lock-dead"]
			printf "%d calls with call-backs, %d of them with functions of the driver, all but the misses in the graph; ",
				sum["callbacks"], sum["callbacks"] - sum["callback-passed"]
			printf "%d such calls through pointers; %d names unknown; %d missed\n", sum["pointers"], sum["unknown"], n
			for (i = 1; i <= n; i++) print missed[i]
		}'
} >"$dir/table.new"
mv "$dir/table.new" "$dir/table"
cat "$dir/table"
