# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# What jobs in a guest share: . /lib/guest.sh
#
# The driver under test has the first network card, in the initial network namespace, with the
# address $NEAR; the second card is in the namespace "peer" with $FAR, where netserver listens.
NEAR=10.9.0.1
FAR=10.9.0.2
# shellcheck disable=SC2034 # for the jobs
tracing=/sys/kernel/tracing

# busybox has applets by these names, and ash takes them before anything in PATH
ip() {
	/sbin/ip "$@"
}

progress() {
	echo "progress: $*"
}

die() {
	echo "$*"
	exit 1
}

# Waits until a command succeeds, at most so many seconds of the guest's time.
wait_for() { # SECONDS WHAT COMMAND...
	left=$(($1 * 10)) what=$2
	shift 2
	until "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || die "waited in vain for $what"
		usleep 100000
	done
}

# The interface of network card number N.
nic() { # N
	for nic_path in /sys/bus/pci/devices/0000:00:1"$1".0/net/* \
		/sys/bus/pci/devices/0000:00:1"$1".0/virtio*/net/*; do
		[ ! -d "$nic_path" ] || basename "$nic_path"
	done
}

has_nic() { # N
	[ -n "$(nic "$1")" ]
}

in_peer() {
	ip netns exec peer "$@"
}

# Puts the second card into its own namespace and starts netserver there.
peer_up() {
	wait_for 10 "the peer's network card" has_nic 1
	peer=$(nic 1)
	ip netns add peer
	ip link set "$peer" netns peer
	in_peer /sbin/ip addr add "$FAR/24" dev "$peer"
	in_peer /sbin/ip link set lo up
	in_peer /sbin/ip link set "$peer" up
	sysctl -q -w net.core.rmem_max=262144 net.core.wmem_max=262144
	in_peer netserver > /tmp/netserver.log 2>&1 || die "netserver does not start"
}

has_carrier() { # INTERFACE
	[ "$(cat "/sys/class/net/$1/carrier" 2>/dev/null)" = 1 ]
}

# Gives the first card its address, brings it up and waits for the link.
link_up() {
	wait_for 10 "the driver's network card" has_nic 0
	near=$(nic 0)
	ip addr add "$NEAR/24" dev "$near"
	ip link set "$near" up
	wait_for 15 "the link of $near" has_carrier "$near"
}

link_down() {
	ip link set "$(nic 0)" down
}

sum() {
	awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

# Packets that the peer has sent and received; right at any moment, whatever the driver counts.
peer_packets() {
	in_peer cat "/sys/class/net/$peer/statistics/rx_packets" \
		"/sys/class/net/$peer/statistics/tx_packets" | sum
}

# The same as the driver under test counts them.
near_packets() {
	cat "/sys/class/net/$(nic 0)/statistics/rx_packets" \
		"/sys/class/net/$(nic 0)/statistics/tx_packets" | sum
}

# One netperf test of the workload: TCP_STREAM and TCP_MAERTS with messages of 32 KB and socket
# buffers of 256 KB, or TCP_RR. Prints "SECONDS THROUGHPUT UNIT".
run_netperf() { # stream|maerts|rr LENGTH
	case $1 in
	stream) set -- TCP_STREAM "$2" -s 262144 -S 262144 -m 32768 ;;
	maerts) set -- TCP_MAERTS "$2" -s 262144 -S 262144 -M 32768 ;;
	rr) set -- TCP_RR "$2" ;;
	esac
	netperf_test=$1 netperf_length=$2
	shift 2
	netperf -P 0 -H "$FAR" -t "$netperf_test" -l "$netperf_length" -- "$@" \
		-o ELAPSED_TIME,THROUGHPUT,THROUGHPUT_UNITS > /tmp/netperf.out ||
		die "netperf $netperf_test failed: $(cat /tmp/netperf.out)"
	tr , ' ' < /tmp/netperf.out | grep '^[0-9.]* '
}
