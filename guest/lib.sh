# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# Functions that jobs in a guest share: . /lib/guest.sh
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

# Files of /results that this machine gets even if the guest ends before its job (keep_results in
# guest/guest.h), in addition to earlier ones.
keep() { # FILE...
	[ -n "${keeping-}" ] || exec 9> /dev/vda
	keeping=1
	tar -c -C /results "$@" >&9
	sync
}

# The function tracer shall see a module that is not loaded yet, and nothing else. It takes a name that
# begins with a digit for a number and would then trace the whole kernel, for minutes: for such a module
# all that is there now is left out.
trace_only() { # MODULE
	case $1 in
	[0-9]*) echo '*' > "$tracing/set_ftrace_notrace" ;;
	*) echo ":mod:$1" > "$tracing/set_ftrace_filter" ;;
	esac
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

# The driver under test. /load, if it is there, has the arguments of one insmod a line, in their
# order (the runtime, then the kernel component); else it is the stock driver that /driver names.
load_lines() {
	cat /load 2>/dev/null || echo "/modules/$(cat /driver).ko"
}

loaded() { # MODULE
	grep -q "^$1 " /proc/modules
}

load_modules() {
	# a file without a newline at its end has a last line, too
	load_lines | while read -r load_line || [ -n "$load_line" ]; do
		# shellcheck disable=SC2086 # its words are arguments
		insmod $load_line || die "insmod $load_line: status $?"
	done
}

load_driver() {
	load_modules
	wait_for_card
}

# Waits until the driver has taken its card; if it does not, tells what the kernel said.
wait_for_card() {
	left=100
	until has_nic 0; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || no_card
		usleep 100000
	done
}

no_card() {
	card=/sys/bus/pci/devices/0000:00:10.0
	dmesg | grep -v 'dc-[a-z]*: ' | tail -n 5
	die "waited in vain for the driver's network card: the device is PCI $(cat $card/vendor)," \
		"$(cat $card/device), revision $(cat $card/revision), taken by" \
		"$(basename "$(readlink $card/driver || echo "no driver")")"
}

unload_driver() {
	for module in $(load_lines | awk '{ line = $1 " " line } END { print line }'); do
		module=$(basename "$module" .ko | tr - _)
		! loaded "$module" || rmmod "$module"
	done
}

# The one process of a split driver, or nothing while there is none. It has the module's name, unless
# a job sets PROCESS.
process() {
	pidof "${PROCESS:-$(tr - _ < /driver)}" || true
}

# There is one, and it is not $old.
has_process() {
	[ -n "$(process)" ] && [ "$(process)" != "$old" ]
}

# True if the background command $doing has ended.
ended() {
	! kill -0 "$doing" 2>/dev/null
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
	wait_for_card
	near=$(nic 0)
	ip addr replace "$NEAR/24" dev "$near"
	ip link set "$near" up
	wait_for 15 "the link of $near" has_carrier "$near"
}

no_carrier() { # INTERFACE
	! has_carrier "$1"
}

# Plugs the wire of network card N in or out; soon after, the card sees it.
wire() { # N on|off
	echo "<5>dc-link: $1 $2" > /dev/kmsg
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

# Becomes netperf, for one test of the workload: TCP_STREAM and TCP_MAERTS with messages of 32 KB
# and socket buffers of 256 KB, TCP_RR, or UDP_STREAM with full packets.
exec_netperf() { # stream|maerts|rr|udp SECONDS
	case $1 in
	stream) set -- TCP_STREAM "$2" -s 262144 -S 262144 -m 32768 ;;
	maerts) set -- TCP_MAERTS "$2" -s 262144 -S 262144 -M 32768 ;;
	rr) set -- TCP_RR "$2" ;;
	udp) set -- UDP_STREAM "$2" -s 262144 -S 262144 -m 1472 ;;
	esac
	netperf_test=$1 netperf_length=$2
	shift 2
	exec netperf -P 0 -H "$FAR" -t "$netperf_test" -l "$netperf_length" -- "$@" \
		-o ELAPSED_TIME,THROUGHPUT,THROUGHPUT_UNITS
}

# "SECONDS THROUGHPUT UNIT" of what netperf has said.
netperf_result() {
	tr , ' ' < /tmp/netperf.out | grep '^[0-9.]* ' || die "netperf said: $(cat /tmp/netperf.out)"
}

# Runs one test and prints its result.
run_netperf() { # stream|maerts|rr|udp SECONDS
	(exec_netperf "$@") > /tmp/netperf.out || die "netperf $1 failed: $(cat /tmp/netperf.out)"
	netperf_result
}

# Waits for the link, then for an answer of the peer.
reach() {
	wait_for 30 "the link of $near" has_carrier "$near"
	ping -q -c 2 -W 5 "$FAR" > /tmp/ping || die "no answer to ping: $(tail -n 2 /tmp/ping)"
}

# One stream that goes on until traffic_ends. (Many short ones would do as well but for their
# beginnings: connect() gives up when the link is away for three seconds, after three ARP requests.)
traffic_starts() {
	exec_netperf stream 86400 > /tmp/netperf.out 2>&1 &
	streaming=$!
	seen=$(near_packets)
	wait_for 30 "traffic" traffic_flows
}

# More than a hundred packets since $seen was set.
traffic_flows() {
	[ -d "/proc/$streaming" ] || die "the traffic ended: $(cat /tmp/netperf.out)"
	[ "$(near_packets)" -gt $((seen + 100)) ]
}

# Ends the stream as netperf's own timer would, and prints its result.
traffic_ends() {
	kill -ALRM "$streaming"
	wait "$streaming" || die "the traffic failed: $(cat /tmp/netperf.out)"
	netperf_result
}

# Fails with what the kernel has to complain about since this was asked last.
complaints='BUG|WARNING|Oops|general protection|Call Trace|hung task|blocked for more|soft lockup'
complaints="$complaints|stall|NETDEV WATCHDOG|UBSAN|KASAN|refcount_t|cut here|list_(add|del)"
log_is_clean() {
	dmesg -c > /tmp/dmesg
	if grep -v 'dc-[a-z]*: ' /tmp/dmesg | grep -E "$complaints" > /tmp/complaints; then
		cat /tmp/complaints
		state_of_nic
		die "the kernel complained"
	fi
}

# For whoever reads why a job failed: a line of the first card's carrier, bytes under way, interrupts
# and ring pointers.
state_of_nic() {
	near=$(nic 0)
	[ -n "$near" ] || return 0
	under_way=$(cat "/sys/class/net/$near/queues/tx-0/byte_queue_limits/inflight" 2>&1)
	interrupts=$(awk -v nic="$near" '$NF == nic { print $2 }' /proc/interrupts)
	ring=$(ethtool -d "$near" 2>&1 | grep -E 'TD[HT] ' | tr -s ' \n' ' ')
	echo "at $(cut -d ' ' -f 1 /proc/uptime) s: carrier $(cat "/sys/class/net/$near/carrier" 2>&1)," \
		"under way $under_way bytes, interrupts $interrupts, $ring"
}

# One step of a job: shown while it runs, named if it fails, the kernel's log looked at afterwards.
step() { # WORDS COMMAND...
	step=$1
	shift
	progress "$step"
	"$@"
	log_is_clean
}

# From now on the end of a job that fails is the step that failed. Forgets the log of booting.
steps_begin() {
	step="the beginning"
	trap '[ $? = 0 ] || echo "FAILED: $step"' EXIT
	dmesg -c > /tmp/boot
}
