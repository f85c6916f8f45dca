#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The fault campaign: faults in the process of a split driver, under traffic and changes of settings,
# in guests of BOOT faults each, with the table of all results so far. Every fault follows from the
# seed and its number. Interrupted, or called again, it goes on behind the last fault in DIR/results.
# A guest that ends early (a kernel that complained, a device that did not come back) is one fault
# that failed; its console stays in DIR. The results of one build of the driver belong into one DIR.
#
#   bench/faults.sh COUNT [DIR]     until DIR (out/faults) has the results of COUNT faults
#
#   DRIVERCUT=build/cli/drivercut   the program
#   DRIVER=e1000, SEED=1, BOOT=50   faults in one guest
#   KINDS="kill segv ..."           of faults (bench/faults_job.sh; all)
set -eu
count=${1:?COUNT}
dir=${2:-out/faults}
here=$(cd "$(dirname "$0")" && pwd)
drivercut=$(realpath "${DRIVERCUT:-build/cli/drivercut}")
driver=${DRIVER:-e1000} seed=${SEED:-1} boot=${BOOT:-50}
kinds=${KINDS:-kill segv abort term stop two flip}
mkdir -p "$dir"
dir=$(realpath "$dir")
cd "$dir"
touch results
echo "seed $seed; results in $dir/results" >&2

if [ ! -f components/kernel/Kbuild ]; then
	"$drivercut" solve "$driver" --rules -o cut.json >/dev/null
	"$drivercut" emit "$driver" --cut cut.json -o components >/dev/null
fi
while [ "$(wc -l <results)" -lt "$count" ]; do
	first=$(wc -l <results)
	echo "fault $((first + 1)) of $count" >&2
	number=$boot
	[ $((first + number)) -le "$count" ] || number=$((count - first))
	"$drivercut" run "$driver" --components components -- sh -c "$(cat "$here/faults_job.sh")" sh \
		"$seed" "$first" "$number" "$kinds" >said 2>console || echo "status $?" >>said
	grep -aE '^fault [0-9]+ [a-z]+ ' said | cut -d ' ' -f 2- >>results || true
	if grep -q '^status' said; then
		failed=$(wc -l <results)
		cat said console >"failed.$failed"
		grep -qa "^$failed .* ok " results || echo "$((failed + 1)) ? ? failed 0 0" >>results
		echo "a guest ended early: $dir/failed.$failed" >&2
	fi
done
sh "$here/faults_table.sh" results
