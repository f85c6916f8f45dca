#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Compares the crossings that the solver predicts with those that the runtime counts when the cut
# runs: the same functions as often, in the recorded profile's phases "idle", "down" and "up".
#
# Left out, as explained in docs/prediction.md: what only VLANs call (the profile's guest has the
# module 8021q, this one has not), and calls to the kernel proper, some of which the profile counts by
# the function that an inline one leads to.
# usage: count.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
root=$(realpath "$(dirname "$0")/../..")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
{ [ -x /usr/bin/qemu-system-x86_64 ] && ls /boot/vmlinuz-* >/dev/null 2>&1; } || exit 77
[ -f /usr/src/linux-source-6.1.tar.xz ] || exit 77
failed=0

run() {
	"$@" >said 2>&1 || { cat said; exit 1; }
}

run "$drivercut" solve e1000 --rules -o cut.json
# shellcheck disable=SC2016 # for the guest
run "$drivercut" run e1000 --cut cut.json --icount 2 -- sh -c '
	stats=/sys/kernel/debug/dcrt/e1000/stats
	sleep 3; cp $stats before; sleep 10; cp $stats idle; ip link set eth0 down; cp $stats down
	sleep 3; ip link set eth0 up
	until [ "$(cat /sys/class/net/eth0/carrier)" = 1 ]; do usleep 10000; done
	cp $stats up'
results=out/e1000/run/results

counted() { # BEFORE AFTER: lines "up|down FUNCTION CALLS" of the driver's own functions
	awk 'NR == FNR { if ($3 == "calls") was[$1 " " $2] = $4; next }
		$3 == "calls" && $4 > was[$1 " " $2] { print $1, $2, $4 - was[$1 " " $2] }' \
		"$results/$1" "$results/$2" | own
}

own() {
	awk 'NR == FNR { own[$1]; next } $2 in own && $2 !~ /vlan/' functions - | sort -k 2
}

predicted() { # PHASE
	jq -r --arg phase "$1" --slurpfile cut cut.json '
		$cut[0].sides as $side |
		[(.entries[] | {to: .function, from: "kernel", n: .phases[$phase]}),
		 (.edges[] | {to: .callee, from: $side[.caller], n: .phases[$phase]})] |
		map(select(.n and .from and $side[.to] and $side[.to] != .from)) |
		group_by(.to)[] | "\(if $side[.[0].to] == "user" then "up" else "down" end) " +
		"\(.[0].to) \(map(.n) | add)"' "$root/e1000/profile.json" | own
}

jq -r '.sides | keys[]' cut.json >functions
counted before idle >idle.counted
predicted idle >idle.predicted
counted idle down >down.counted
predicted down >down.predicted
counted down up >up.counted
predicted up >up.predicted
[ "$(wc -l <idle.predicted)" -ge 2 ] && [ "$(wc -l <up.predicted)" -ge 8 ] &&
	[ "$(wc -l <down.predicted)" -ge 8 ] ||
	{ echo "little is predicted"; failed=1; }
diff down.predicted down.counted || { echo "down: predicted <, counted >"; failed=1; }
# ten seconds may begin before or after a tick of the driver's clock; an interrupt comes or not
for phase in idle up; do
	join -j 2 -a 1 -a 2 -e 0 -o 0,1.3,2.3 $phase.predicted $phase.counted |
		awk -v phase=$phase '{ d = $2 - $3 } d > 1 || d < -1 { print phase ": " $0; bad = 1 }
			END { exit bad }' || failed=1
done
exit $failed
