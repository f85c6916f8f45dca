# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# A job: CARDS cards of one driver with one process. The first is changed while the process dies, and
# bound and unbound; the second, in a namespace of its own, notices nothing. All of them answer after a
# death, also after one in a change of each.
# shellcheck source=guest/lib.sh
. /lib/guest.sh
# shellcheck disable=SC1091 # made by tests/guest/test_cards.c
. /cards.env

# The devices that the driver has.
cards() {
	for card in /sys/bus/pci/drivers/"$(cat /driver)"/0000:*; do
		basename "$card"
	done
}

has_cards() { # COUNT
	[ "$(cards | grep -c 0000)" = "$1" ]
}

# The interface of a device, in whatever namespace it is in sight.
interface() { # DEVICE
	ls "/sys/bus/pci/devices/$1/net"
}

in_apart() {
	ip netns exec apart "$@"
}

all_there() {
	wait_for 60 "$CARDS cards" has_cards "$CARDS"
}

# Whatever the user or the network sees of the second card.
second_state() {
	in_apart /sbin/ip -o link show "$second" | sed 's/qlen.*//'
	in_apart /sbin/ip -4 -o addr show "$second" | sed 's/valid_lft.*//'
	in_apart cat "/sys/class/net/$second/carrier_changes" "/sys/class/net/$second/ifindex"
	in_apart ethtool -g "$second"
}

has_second_carrier() {
	[ "$(in_apart cat "/sys/class/net/$second/carrier")" = 1 ]
}

second_up() {
	second=$(nic 2)
	ip netns add apart
	ip link set "$second" netns apart
	in_apart /sbin/ip addr add 10.9.0.3/24 dev "$second"
	in_apart ethtool -G "$second" rx 512
	in_apart /sbin/ip link set "$second" up
	wait_for 30 "the second card's link" has_second_carrier
	in_apart ping -q -c 2 -W 5 "$FAR" > /tmp/ping || die "no answer to the second card"
}

# A command dies in the middle.
die_in() { # COMMAND...
	old=$(process)
	kill -STOP "$old"
	"$@" > /tmp/said 2>&1 &
	doing=$!
	usleep 400000
	kill -9 "$old"
	wait_for 30 "the end of $*" ended
	wait_for 20 "a new process" has_process
}

# The second card's packets flow while the first one's change dies, and nothing of it changes.
alone() { # COMMAND...
	second_state > /tmp/before
	in_apart ping -q -i 0.1 -c 40 -W 2 "$FAR" > /tmp/second &
	pinging=$!
	die_in "$@"
	wait "$pinging" || die "the second card lost all packets: $(cat /tmp/second)"
	grep -q ' 0% packet loss' /tmp/second || die "the second card lost packets: $(cat /tmp/second)"
	all_there
	second_state > /tmp/after
	diff /tmp/before /tmp/after || die "the second card has changed in: $*"
}

bind() { # bind|unbind DEVICE
	echo "$2" > "/sys/bus/pci/drivers/$(cat /driver)/$1"
}

first_alone() {
	alone ethtool -r "$(nic 0)"
	alone ip link set "$(nic 0)" mtu 4000
	link_up
	alone ip link set "$(nic 0)" down
	link_up
	ping -q -c 2 -W 5 "$FAR" > /tmp/ping || die "no answer to the first card"
}

unbound_alone() {
	CARDS=$((CARDS - 1))
	alone bind unbind 0000:00:10.0
	sleep 1
	! has_nic 0 || die "the first card is bound again"
	CARDS=$((CARDS + 1))
	alone bind bind 0000:00:10.0
	link_up
}

# After a death of an idle process.
answer() {
	old=$(process)
	kill -9 "$old"
	for card in $(cards); do
		[ "$card" != 0000:00:12.0 ] || continue
		ethtool -i "$(interface "$card")" > /tmp/info || die "no answer of $card"
		grep -q "bus-info: $card" /tmp/info || die "$card answers as another: $(cat /tmp/info)"
	done
	wait_for 20 "a new process" has_process
}

# All that are not up are opened while the process dies, and then for good.
change_all() {
	old=$(process)
	kill -STOP "$old"
	for card in $(cards); do
		case $card in 0000:00:10.0 | 0000:00:12.0) continue ;; esac
		ip link set "$(interface "$card")" up > /tmp/said 2>&1 &
	done
	sleep 1
	kill -9 "$old"
	wait_for 20 "a new process" has_process
	all_there
	for card in $(cards); do
		[ "$card" != 0000:00:12.0 ] || continue
		name=$(interface "$card")
		wait_for 60 "$name to come up" opens "$name"
	done
	answer
}

opens() { # INTERFACE
	ip link set "$1" up 2> /tmp/said
}

mount -t debugfs debugfs /sys/kernel/debug
steps_begin
step "the peer" peer_up
step "load" load_driver
step "all cards" all_there
step "the first card" link_up
step "the second card" second_up
step "deaths in changes of the first" first_alone
step "deaths in binding of the first" unbound_alone
step "all answer after a death" answer
step "a death in changes of all" change_all
ip netns exec apart /sbin/ip link set "$second" netns 1
step "unload" unload_driver
