# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# The workload of network drivers, as a job in a guest: the life of a driver around netperf.
#
# First without recording, with the distribution's own build of the module where there is one: the
# rates that the recorded counts are scaled to. Then with the profiling build, phase by phase:
#
#	load unload	under the kernel's function tracer, which can wait for a module
#	all others	under perf record
#
# Results: NAME.data (perf) or NAME.trace (function tracer), kallsyms, and "phases", a line a run:
#
#	NAME recorded|free SECONDS PACKETS INTERRUPTS [THROUGHPUT UNIT]
#
# and "done", a line a part that is complete: "free", the part without recording, or a phase. Each is
# kept at once, for a guest that goes on from there: DONE has such parts.
#
# /profile.env says DONE, MODULE (the module's name) and PREFIX (what all symbols of the profiling build
# begin with). /free.ko and /recorded.ko are the two builds; there may be no /free.ko.
# shellcheck source=guest/lib.sh
. /lib/guest.sh
# shellcheck source=/dev/null
. /profile.env

: "${LENGTH:=1}" # seconds of a netperf run
: "${IDLE:=10}"	 # seconds of the idle phase
: "${near:=}"	 # the driver's interface; a recorded step finds it in its environment

uptime_s() {
	cut -d ' ' -f 1 /proc/uptime
}

# Interrupts of the driver's card so far; 0 while it has none.
interrupts() {
	awk -v name="$near" '$NF == name { for (i = 2; $i ~ /^[0-9]+$/; i++) sum += $i }
		END { print sum + 0 }' /proc/interrupts
}

start_run() {
	before_s=$(uptime_s) before_packets=$(peer_packets) before_interrupts=$(interrupts)
}

# A counter may have begun anew (suspending resets the peer's), or only now exist.
since() { # NOW BEFORE
	if [ "$2" -gt 0 ] && [ "$1" -gt "$2" ]; then
		echo $(($1 - $2))
	else
		echo 0
	fi
}

# Since start_run. SECONDS may be "", then the clock tells.
note_run() { # NAME KIND SECONDS [THROUGHPUT UNIT]
	note="$1 $2"
	note="$note ${3:-$(awk "BEGIN { printf \"%.3f\", $(uptime_s) - $before_s }")}"
	note="$note $(since "$(peer_packets)" "$before_packets")"
	note="$note $(since "$(interrupts)" "$before_interrupts")"
	shift 3
	echo "$note $*" >> /results/phases
}

# One netperf run; the seconds of an unrecorded one are netperf's own.
run_test() { # NAME KIND
	start_run
	result=$(run_netperf "$1" "$LENGTH")
	if [ "$2" = free ]; then
		note_run "$1" free "${result%% *}" "${result#* }"
	else
		note_run "$1" recorded "" "${result#* }"
	fi
}

# The steps that are recorded

step_up() {
	ip link set "$near" up
	wait_for 15 "the link of $near" has_carrier "$near"
}

step_idle() {
	sleep "$IDLE"
}

step_down() {
	ip link set "$near" down
}

try() {
	echo "+ $*"
	"$@" 2>&1 || echo "status $?"
}

try_reading() {
	try ethtool "$near"
	for query in -i -S -k -g -a -c -d -e -T -P -n -l -m --show-eee --show-priv-flags; do
		try ethtool "$query" "$near"
	done
	try cat "/sys/class/net/$near/statistics/rx_bytes"
}

try_settings() {
	try ethtool -s "$near" msglvl 6
	try ethtool -s "$near" msglvl 7
	try ethtool -s "$near" autoneg off speed 100 duplex full
	try ethtool -s "$near" autoneg off speed 10 duplex half
	try ethtool -s "$near" autoneg on
	try ethtool -s "$near" wol g
	try ethtool -s "$near" wol d
	try ethtool -A "$near" autoneg off rx off tx off
	try ethtool -A "$near" autoneg on rx on tx on
	try ethtool -C "$near" rx-usecs 100
	try ethtool -C "$near" rx-usecs 3
	for feature in rx tx sg tso gro rxvlan txvlan rx-fcs rx-all loopback; do
		try ethtool -K "$near" "$feature" off
		try ethtool -K "$near" "$feature" on
		try ethtool -K "$near" "$feature" off
	done
	try ethtool -K "$near" rx on tx on sg on
	try ethtool -K "$near" tso on gro on rxvlan on txvlan on
	try ethtool -G "$near" rx 128 tx 128
	try ethtool -G "$near" rx 256 tx 256
	try ethtool -r "$near"
	try ethtool -p "$near" 1
}

# Writes back the byte that is there. The magic is the one of Intel's drivers.
try_eeprom() {
	card=/sys/bus/pci/devices/0000:00:10.0
	magic=$(awk -v d="$(cat $card/device)" -v v="$(cat $card/vendor)" \
		'BEGIN { print d substr(v, 3) }')
	value=$(ethtool -e "$near" offset 0x10 length 1 2>&1 | awk '/^0x0010/ { print $2 }')
	[ -z "$value" ] || try ethtool -E "$near" magic "$magic" offset 0x10 value "0x$value"
}

try_link() {
	address=$(cat "/sys/class/net/$near/address")
	try ip link set "$near" promisc on
	try ip link set "$near" promisc off
	try ip link set "$near" allmulticast on
	try ip link set "$near" allmulticast off
	for group in 1 2 3 4 5 6 7 8 9 a b c d e f; do # more than the card can match exactly
		try ip maddr add 01:00:5e:00:00:7$group dev "$near"
	done
	for group in 1 2 3 4 5 6 7 8 9 a b c d e f; do
		try ip maddr del 01:00:5e:00:00:7$group dev "$near"
	done
	try ip link set "$near" address 52:54:00:dc:0a:0a
	try ip link set "$near" address "$address"
	try ip link add link "$near" name tagged type vlan id 5
	try ip link set tagged up
	try ip link del tagged
}

try_mtu() { # MTU
	try in_peer /sbin/ip link set "$peer" mtu "$1"
	try ip link set "$near" mtu "$1"
	wait_for 15 "the link of $near" has_carrier "$near"
	try ping -c 3 -s $(($1 - 28)) "$FAR"
}

step_ethtool() {
	try_reading
	try_settings
	try_eeprom
	try_link
	wait_for 15 "the link of $near" has_carrier "$near"
	try_mtu 9000
	try_mtu 1500
	try ethtool -t "$near" online
	try ethtool -t "$near" offline
	wait_for 30 "the link of $near" has_carrier "$near"
} > /results/ethtool.log 2>&1

# Suspends all devices for a second and resumes them, without putting the machine to sleep. That
# second is a loop of the kernel's.
step_suspend() {
	echo 1 > /sys/module/suspend/parameters/pm_test_delay
	echo devices > /sys/power/pm_test
	echo freeze > /sys/power/state
	wait_for 15 "the link of $near" has_carrier "$near"
}

# In a child process of perf: the recorded part of a phase.
step() { # NAME
	case $1 in
	stream | maerts | rr) run_test "$1" recorded ;;
	*)
		start_run
		"step_$1"
		note_run "$1" recorded ""
		;;
	esac
}

# Parts

done_before() { # PART
	case " $DONE " in
	*" $1 "*) return 0 ;;
	*) return 1 ;;
	esac
}

part_done() { # PART FILE...: those that it has left
	part=$1
	shift
	echo "$part" >> /results/done
	keep "$@" phases done
}

# Recording

PARTS="free load up idle stream maerts rr ethtool suspend down unload"

# Says where a part stands among all: "recording stream (5 of 11)".
progress_of() { # PART WORDS
	place=0 all=0
	for part in $PARTS; do
		all=$((all + 1))
		[ "$part" != "$1" ] || place=$all
	done
	progress "$2 ($place of $all)"
}

under_perf() { # NAME
	progress_of "$1" "recording $1"
	perf record -B -N -m 4096 -a -e ftrace:function --filter "ip == $PREFIX*" \
		-o "/results/$1.data" -- sh -e /job "$1" > /tmp/perf.log 2>&1 ||
		die "perf record failed: $(tail -n 3 /tmp/perf.log)"
	part_done "$1" "$1.data"
}

under_tracer() { # NAME COMMAND...
	progress_of "$1" "recording $1"
	traced=$1
	shift
	echo > "$tracing/trace"
	echo function > "$tracing/current_tracer"
	start_run
	"$@"
	note_run "$traced" recorded ""
	cat "$tracing/trace" > "/results/$traced.trace"
	awk '/overrun/ { print "# lost " $NF }' "$tracing"/per_cpu/cpu*/stats \
		>> "/results/$traced.trace"
	echo nop > "$tracing/current_tracer"
	part_done "$traced" "$traced.trace"
}

load() { # FILE
	insmod "$1"
	wait_for 10 "the driver's network card" has_nic 0
}

# The middle one of three runs: a stream falls into one of two rhythms of interrupts by chance.
free_run() { # NAME
	mv /results/phases /tmp/phases 2>/dev/null || : > /tmp/phases
	for _ in 1 2 3; do
		run_test "$1" free
	done
	sort -n -k 4 /results/phases | sed -n 2p >> /tmp/phases
	mv /tmp/phases /results/phases
}

measure_free() { # FILE
	load "$1"
	link_up
	for name in stream maerts rr; do
		progress_of free "netperf $name, not recorded"
		run_netperf "$name" 1 > /dev/null # the first run of each kind is slower
		free_run "$name"
	done
	rmmod "$MODULE"
	part_done free
}

record() {
	trace_only "$MODULE"
	echo 16384 > "$tracing/buffer_size_kb"
	if done_before load; then load /recorded.ko; else under_tracer load load /recorded.ko; fi
	cat /proc/kallsyms > /results/kallsyms
	keep kallsyms
	near=$(nic 0)
	ip addr add "$NEAR/24" dev "$near"
	export near peer
	for name in up idle stream maerts rr ethtool suspend down; do
		if ! done_before "$name"; then
			under_perf "$name"
		elif [ "$name" = up ] || [ "$name" = down ]; then
			"step_$name"
		fi
	done
	if ! done_before unload; then under_tracer unload rmmod "$MODULE"; fi
}

[ $# -eq 0 ] || {
	step "$1"
	exit 0
}
peer_up
: > phases
: > done
if ! done_before free; then
	if [ -e /free.ko ]; then measure_free /free.ko; else measure_free /recorded.ko; fi
fi
record
