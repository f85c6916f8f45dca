#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Inside of the Debian of tests/guest/systemd.sh, once the network is up. The kernel's command line has
# the words: split VERSION kill|remove, or stock.
set -u
IFS=, read -r kind version deed < <(sed 's/.*drivercut.job=\([^ ]*\).*/\1/' /proc/cmdline)
say() { echo "dc-job: $*"; }
fail() {
	say "failed: $*"
	ip addr
	dkms status
	dmesg | tail -n 40
	systemctl --no-pager --failed
	exit 1
}
program=/usr/lib/drivercut/$(uname -r)/e1000

# The interface: udev gave it the name of its place.
card=$(basename "$(dirname "$(ls -d /sys/class/net/*/device | head -n 1)")")
[[ $card == en* ]] || fail "the interface is $card"
dmesg >/tmp/dmesg
grep -q "e1000 .* $card: renamed from eth0" /tmp/dmesg || fail "udev did not rename $card"
say "$card was eth0"

reach() { # WHEN
	ping -q -c 3 -W 5 10.0.2.2 >/dev/null || fail "no network $1"
	say "network $1: $(ip -4 -br addr show "$card" | awk '{ print $2, $3 }')"
}

misc=/sys/class/misc/dcrt-e1000

# waits until another process than PID is attached
another() { # PID
	local now
	for _ in {1..100}; do
		now=$(cat $misc/pid)
		[ "$now" != 0 ] && [ "$now" != "$1" ] && { echo "$now"; return; }
		sleep 0.1
	done
	return 1
}

reach "after boot"
if [ "$kind" = stock ]; then
	[[ $(modinfo -n e1000) == */kernel/drivers/net/* ]] || fail "modprobe takes $(modinfo -n e1000)"
	[ ! -d /sys/module/dcrt ] || fail "dcrt is loaded"
	! pgrep -f drivercut >/dev/null || fail "there is a process"
	[ -z "$(dkms status)" ] || fail "dkms has $(dkms status)"
	for path in /usr/lib/drivercut /usr/src/drivercut* /etc/modprobe.d/drivercut* /lib/depmod.d/drivercut* \
		/lib/modules/*/updates/dkms/*; do
		[ ! -e "$path" ] || fail "$path is left"
	done
	say "stock: $(modinfo -n e1000)"
	say "done"
	exit
fi

[ "$(modinfo -n e1000)" = "/lib/modules/$(uname -r)/updates/dkms/e1000.ko" ] || fail "modprobe takes $(modinfo -n e1000)"
[ -d /sys/module/dcrt/holders/e1000 ] || fail "another e1000 is loaded"
status=$(dkms status)
[[ $status == *"drivercut-e1000/$version, $(uname -r), x86_64: installed"* ]] || fail "dkms has $status"
say "${status//$'\n'/; }"
[ "$(cat $misc/state)" = attached ] || fail "state $(cat $misc/state)"
pid=$(cat $misc/pid)
say "process $pid: user $(stat -c %U /proc/"$pid"), $(readlink /proc/"$pid"/exe), $(tr '\0' ' ' </proc/"$pid"/cmdline)"
grep -i "dcrt\|e1000" /tmp/dmesg | while read -r line; do say "log: $line"; done

exec 3<>/dev/tcp/10.0.2.100/80
sha256sum <&3 >/tmp/sum & stream=$!
sleep 0.2
case $deed in
kill)
	kill -9 "$pid"
	[ -d /proc/$stream ] || fail "the stream had ended before"
	new=$(another "$pid") || fail "no other process came"
	say "killed $pid, then $new runs"
	;;
remove)
	dpkg --no-triggers -r drivercut-e1000-dkms >/tmp/removed 2>&1 || { cat /tmp/removed; fail "dpkg -r"; }
	[ ! -e "$program" ] || fail "$program is there"
	say "removed: $(modinfo -n e1000) is next"
	kill -9 "$pid"
	new=$(another "$pid") || fail "the process of the removed driver did not come back"
	say "killed $pid, then $new runs: $(readlink /proc/"$new"/exe)"
	;;
esac
wait $stream
cmp -s /tmp/sum /root/stream.sum || fail "the stream was damaged"
say "stream of 32 MiB whole"
reach "after the death"
ethtool -i "$card" | head -n 1 | grep -q e1000 || fail "ethtool -i"
[ "$(systemctl --failed --no-legend --plain | wc -l)" = 0 ] || fail "units failed"
say "done"
