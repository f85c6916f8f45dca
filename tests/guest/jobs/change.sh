# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# A job: the process of a split driver is killed (-9) in the middle of a change, once for each of
# CHANGES. Recovery releases everything and probes the device again: its interface comes
# back, goes up and carries traffic, with a clean log. Nobody waits for ever: each change ends within
# LIMIT_S. At the end the driver is removed, without a process to help if DEAD=yes.
#
# Leaves in /results `changes`, a line each: NUMBER HOW STATUS-OF-THE-CHANGE SECONDS.
# shellcheck source=guest/lib.sh
. /lib/guest.sh

CHANGES="up down ring mtu reset" LIMIT_S=40 DEAD=yes
# shellcheck disable=SC1091 # it is made by the caller
[ ! -f /change.env ] || . /change.env

change() { # HOW
	case $1 in
	up) ip link set "$near" up ;;
	down) ip link set "$near" down ;;
	ring) ethtool -G "$near" rx 128 tx 128 ;;
	mtu) ip link set "$near" mtu 4000 ;;
	reset) ethtool -r "$near" ;;
	*) die "no such change: $1" ;;
	esac
}

# A new process serves, and the interface is there: the old one, or that of a new probe.
back() {
	current=$(process)
	[ -n "$current" ] && [ "$current" != "$old" ] && has_nic 0 &&
		ethtool -d "$(nic 0)" > /tmp/registers 2>&1
}

kill_in_change() { # HOW NUMBER
	if [ "$1" = up ]; then
		ip link set "$near" down
	fi
	old=$(process)
	change "$1" > /tmp/said 2>&1 &
	doing=$!
	usleep $((1000 + $2 * 7919 % 10 * 1500))
	kill -9 "$old"
	since=$(cut -d . -f 1 /proc/uptime)
	wait_for "$LIMIT_S" "the end of $1" ended
	status=0
	wait "$doing" || status=$?
	wait_for "$LIMIT_S" "a new process after $1" back
	near=$(nic 0)
	ip addr flush dev "$near"
	ip addr add "$NEAR/24" dev "$near"
	ip link set "$near" mtu 1500
	ip link set "$near" up
	wait_for 30 "the link of $near after $1" has_carrier "$near"
	in_peer /sbin/ip neigh flush all
	reach
	echo "$2 $1 $status $(($(cut -d . -f 1 /proc/uptime) - since))" >> /results/changes
}

gone() {
	[ -z "$(process)" ]
}

mount -t debugfs debugfs /sys/kernel/debug
steps_begin
step "the peer" peer_up
step "unload what was there" unload_driver
step "load" load_driver
step "up" link_up
step "ping" reach
number=0
for how in $CHANGES; do
	number=$((number + 1))
	step "kill $number, in the middle of: $how" kill_in_change "$how" "$number"
done
[ "$DEAD" = no ] || kill -9 "$(process)"
step "unload" unload_driver
wait_for 5 "the process's end" gone
