# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: what a delay of each crossing does to a driver. /load has the insmod lines of the
# driver, /delays the delays in ns and their modes, a pair a line. For each pair a line in
# /results/table: DELAY MODE, then milliseconds and crossings of loading, up, ethtool -e and down,
# then TCP_RR's transactions/s, TCP_STREAM's Mbit/s, with per cent of the CPU that each keeps busy, and
# the crossings meanwhile.
# shellcheck source=guest/lib.sh
. /lib/guest.sh
LENGTH_S=2

# The crossings of all functions, in either direction.
crossings() {
	cat /sys/kernel/debug/dcrt/*/stats 2> /tmp/none |
		awk '/^(up|down) / { sum += $4 } END { print sum + 0 }'
}

# Microseconds. busybox ash has the variable.
# shellcheck disable=SC3028
now() {
	echo "$EPOCHREALTIME" | tr -d .
}

timed() { # COMMAND...
	timed_from=$(crossings) began=$(now)
	"$@" > /tmp/timed
	ended=$(now)
	row="$row $(((ended - began + 500) / 1000)) $(($(crossings) - timed_from))"
}

# Runs netperf: its result and per cent of the CPU that was not idle. The kernel counts idle time exactly.
loaded() { # TEST
	read -r _ _ _ _ idle_from waits_from _ < /proc/stat
	began=$(now)
	loaded_result=$(run_netperf "$1" "$LENGTH_S" | awk '{ print $2 }')
	ended=$(now)
	read -r _ _ _ _ idle_to waits_to _ < /proc/stat
	row="$row $loaded_result $(echo "$((idle_to + waits_to - idle_from - waits_from)) $((ended - began))" |
		awk '{ printf "%.1f", 100 - 100 * $1 * 10000 / $2 }')"
}

# The runtime and the twin, then all the rest, which is what is timed.
load_runtime() { # DELAY_NS MODE
	grep dcrt.ko /load > /tmp/runtime || return 0
	insmod /dcrt.ko delay_ns="$1" delay_mode="$2"
	[ ! -f /e1000_twin.ko ] || insmod /e1000_twin.ko
}

measure() { # DELAY_NS MODE
	row="$1 $2"
	load_runtime "$1" "$2"
	# shellcheck disable=SC2046 # its words are arguments
	timed insmod $(tail -n 1 /load)
	near=$(nic 0)
	ip addr replace "$NEAR/24" dev "$near"
	timed ip link set "$near" up
	reach
	timed ethtool -e "$near"
	from=$(crossings)
	timings=$row row=
	loaded rr
	loaded stream
	netperfs=$row row=$timings
	meanwhile=$(($(crossings) - from))
	timed ip link set "$near" down
	echo "$row$netperfs $meanwhile" >> /results/table
	progress "$row$netperfs $meanwhile"
	unload_driver
}

mount -t debugfs debugfs /sys/kernel/debug
sysctl -q -w kernel.hung_task_timeout_secs=0 # delays of minutes, under the RTNL
peer_up
while read -r delay_ns mode; do
	measure "$delay_ns" "$mode"
done < /delays
log_is_clean
