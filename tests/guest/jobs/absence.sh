# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the guest, on behalf of tests/guest/absence.sh: what happens around the process, which itself is
# sound. Says "NAME: as it should be" for each scenario, NAME being one of the arguments.
stats=/sys/kernel/debug/dcrt/e1000/stats

counter() { # WORD
	awk -v word="$1" '{ for (i = 1; i < NF; i++) if ($i == word) { print $(i + 1); exit } }' $stats
}

fail() {
	echo "$*"
	cat $stats
	dmesg | tail -n 20
	exit 1
}

wait_until() { # SECONDS WHAT COMMAND...
	left=$(($1 * 20)) what=$2
	shift 2
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] || fail "waited in vain for $what"
		usleep 50000
	done
}

has_carrier() {
	[ "$(cat /sys/class/net/eth0/carrier 2>/dev/null)" = 1 ]
}

# The interface is up, and packets pass.
works() {
	wait_until 30 "the interface" test -d /sys/class/net/eth0
	ip addr replace "$NEAR/24" dev eth0 || fail "no address"
	ip link set eth0 up || fail "the interface does not come up"
	wait_until 30 "the link" has_carrier
	ping -q -c 2 -W 5 "$FAR" >/tmp/ping || fail "no ping"
}

# The driver core frees an interface's name when it gets another.
rename_to() { # OLD NEW
	ip link set "$1" down || fail "$1 does not go down"
	ip link set "$1" name "$2" || fail "no rename to $2"
	ip link set "$2" up || fail "$2 does not come up"
	ethtool -i "$2" >/tmp/info || fail "no answer as $2"
	grep -q '^bus-info: 0000:00:10.0$' /tmp/info || fail "another name of the device: $(cat /tmp/info)"
}

rename() {
	objects=$(counter objects)
	rename_to eth0 interface_x0
	rename_to interface_x0 a1
	rename_to a1 a_very_long_nm
	rename_to a_very_long_nm eth0
	[ "$(counter objects)" -le "$objects" ] || fail "$objects objects became $(counter objects)"
	works
}

is_unattached() {
	[ "$(counter attached)" = 0 ]
}

# Nobody runs what closes the interface.
absent() {
	mv "$program" "$program.away"
	kill -9 "$(pidof e1000)"
	wait_until 10 "the process's end" is_unattached
	ip link set eth0 down
	sleep 1
	mv "$program.away" "$program"
	works
}

reader_ended() {
	! kill -0 "$reader" 2>/dev/null
}

# Readers are killed, sooner and later in their calls; at first before the process, which is stopped,
# has even begun, when they need not wait for it.
readers() {
	deaths=$(counter deaths) number=0
	while [ $number -lt 12 ]; do
		[ $number -ge 4 ] || kill -STOP "$(pidof e1000)"
		ethtool -e eth0 >/tmp/eeprom 2>&1 &
		reader=$!
		usleep $((200000 + number * 7000))
		kill -9 $reader
		[ $number -ge 4 ] || wait_until 2 "the end of a reader" reader_ended
		[ $number -ge 4 ] || kill -CONT "$(pidof e1000)"
		wait $reader
		number=$((number + 1))
	done
	ethtool -e eth0 >/tmp/eeprom || fail "no answer after readers were killed"
	[ "$(counter deaths)" = "$deaths" ] || fail "$deaths deaths became $(counter deaths)"
	works
}

# The system suspends just after the process has died.
asleep() {
	echo devices >/sys/power/pm_test
	[ ! -f /sys/module/suspend/parameters/pm_test_delay ] ||
		echo 1 >/sys/module/suspend/parameters/pm_test_delay
	for pause in 0 0.003 0.01; do
		works
		kill -9 "$(pidof e1000)"
		sleep $pause
		echo freeze >/sys/power/state || fail "does not suspend $pause s after a death"
		works
	done
	echo none >/sys/power/pm_test
}

[ -f $stats ] || mount -t debugfs debugfs /sys/kernel/debug
program=$(readlink "/proc/$(pidof e1000)/exe")
for scenario in "$@"; do
	works
	$scenario
	echo "$scenario: as it should be"
done
