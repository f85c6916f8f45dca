#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The fault campaign: faults in the process of a split driver, under traffic and changes of settings,
# in guests of BOOT faults each. Every fault follows from the seed and its number. Interrupted, or
# called again, it goes on behind the last fault. A guest that ends early (a kernel that complained, a
# device that did not come back) is one fault that failed; its output and console stay.
#
#   bench/faults.sh COUNT [DIR]     until DIR (out/faults) has the results of COUNT faults for this
#                                   build, kernel and number of CPUs
#   bench/faults_table.sh [DIR]     the table of all of them (docs/faults.md)
#
#   DRIVERCUT=build/cli/drivercut   the program; faults_guest is beside it, in bench/
#   DRIVER=e1000, SEED=1, BOOT=50   faults in one guest
#   DRIVERCUT_KERNEL=               as --kernel says; PATIENCE=1: how many times slower it is
#   CPUS=1                          of the guest. With one, its clock counts instructions
#   KINDS="kill segv ..."           of faults (all that the kernel can have)
#
# A build is what runs in the guest: the runtime's and the components' source. DIR/BUILD has
# results.KERNEL.CPUS, and `commit`, which says what was checked out when the build was first seen.
set -eu
count=${1:?COUNT}
dir=${2:-out/faults}
here=$(cd "$(dirname "$0")" && pwd)
drivercut=$(realpath "${DRIVERCUT:-build/cli/drivercut}")
PATH=$(dirname "$drivercut")/../bench:$PATH
driver=${DRIVER:-e1000} seed=${SEED:-1} boot=${BOOT:-50} cpus=${CPUS:-1} patience=${PATIENCE:-1}
kinds=${KINDS:-kill segv abort stop loop exit memory register alloc stuck two}
clock=
[ "$cpus" != 1 ] || clock="--icount 2"
mkdir -p "$dir"
cd "$dir"

kernel=debian
case ${DRIVERCUT_KERNEL-} in
*-debug-*) kernel=debug kinds=${KINDS:-$kinds caller server} ;;
?*) kernel=$(basename "$DRIVERCUT_KERNEL") ;;
esac

# Components are emitted again whenever this is called, which tells the build, and kept if they are the same.
export DRIVERCUT_OUT="$PWD/out"
work=work.$kernel.$cpus
mkdir -p "$work"
cd "$work"
rm -rf components.new
"$drivercut" solve "$driver" --rules -o cut.json >/dev/null
"$drivercut" emit "$driver" --cut cut.json -o components.new >/dev/null
build=$(find components.new "$here/../runtime" -type f ! -name '*.md' | LC_ALL=C sort |
	xargs cat | sha256sum | cut -c 1-12)
if [ "$(cat build 2>/dev/null)" != "$build" ]; then
	rm -rf components build
	mv components.new components
	echo "$build" >build
fi
results=$(realpath ..)/$build/results.$kernel.$cpus
mkdir -p "$(dirname "$results")"
touch "$results"
[ -f "$(dirname "$results")/commit" ] ||
	git -C "$here" describe --always --dirty >"$(dirname "$results")/commit" 2>/dev/null || true
echo "seed $seed; results in $results" >&2

# shellcheck disable=SC2016 # the guest's
job='
parameters=/sys/module/dcrt/parameters
echo $((1000 * patience)) >$parameters/deadline_ms
echo $((2000 * patience)) >$parameters/downcall_deadline_ms
echo $((10000 * patience)) >$parameters/call_limit_ms
for fail in /sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc; do
	[ ! -d $fail ] || { echo N >$fail/ignore-gfp-wait; echo 0 >$fail/verbose; }
done
exec faults_guest /tmp/places'
places=$results.places
touch "$places"

while [ "$(wc -l <"$results")" -lt "$count" ]; do
	first=$(wc -l <"$results")
	number=$boot
	[ $((first + number)) -le "$count" ] || number=$((count - first))
	echo "faults $((first + 1)) to $((first + number)) of $count" >&2
	# shellcheck disable=SC2086 # words
	"$drivercut" run "$driver" --components components $clock --cpus "$cpus" --timeout $((600 + 60 * patience * number)) \
		--program faults_guest -- sh -c "cat >/tmp/places <<END
$(cat "$places")
END
patience=$patience$job $seed $first $number $patience $driver $kinds" \
		>said 2>console || echo "status $?" >>said
	sed -n 's/^fault //p' said >>"$results"
	[ -s "$places" ] || ! grep -q '^next ' said || sed -n 's/^place //p' said >"$places"
	sed -n 's/^memory //p' said >>"$results.memory"
	if grep -q '^status' said; then
		# The guest ended in the fault that began and has no result.
		last=$(sed -n 's/^next //p' said | tail -n 1)
		[ -n "$last" ] || { cat said console >&2; exit 3; }
		grep -q "^${last%% *} " "$results" || echo "$last ended 0 0 0 0 0" >>"$results"
		# shellcheck disable=SC2012 # names of ours
		cat said "$(ls -t "$DRIVERCUT_OUT/$driver"*/run/console.log | head -n 1)" >"$results.failed.${last%% *}"
		echo "a guest ended early: $results.failed.${last%% *}" >&2
	fi
done
sh "$here/faults_table.sh" ..
