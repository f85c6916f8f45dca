#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# drivercut profile on e1000: a guest that dies late leaves what it has recorded, and the same command
# goes on from there. The profile has all phases, whichever guest has recorded them.
# usage: profile.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
{ [ -x /usr/bin/qemu-system-x86_64 ] && ls /boot/vmlinuz-* >/dev/null 2>&1; } || exit 77
command -v perf >/dev/null && [ -f /usr/src/linux-source-6.1.tar.xz ] || exit 77

# The guest dies when it begins its last but two phases.
"$drivercut" profile e1000 >first 2>&1 &
profiling=$!
until grep -q 'recording suspend' first; do
	kill -0 $profiling 2>/dev/null || { cat first; exit 1; }
	sleep 0.2
done
kill -9 "$(pgrep -P $profiling qemu)"
wait $profiling
status=$?
[ $status = 3 ] || { echo "status $status"; cat first; failed=1; }
check grep -q 'what was recorded before is kept' first
[ ! -e out/e1000/profile.json ] || { echo "a profile of a guest that died"; failed=1; }

# The next one records what is missing.
expect 0 "an earlier guest has recorded: free load up idle stream maerts rr ethtool" \
	profile e1000 --keep
for phase in suspend down unload; do
	check grep -q "recording $phase" said
done
grep -E 'recording (load|up|idle|stream|ethtool)|netperf' said && { echo "recorded twice"; failed=1; }
[ ! -e out/e1000/recording/kept ] || { echo "kept, though it is complete"; failed=1; }
jq -r '.phases[] | "\(.name) \(.events > 0)"' out/e1000/profile.json >phases
cat >expected <<-'END_OF_PHASES'
stream true
maerts true
rr true
load true
up true
idle true
ethtool true
suspend true
down true
unload true
END_OF_PHASES
diff expected phases || failed=1
exit $failed
