# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# In the guest, by bench/faults.sh: faults in the driver's process while netperf streams and somebody
# changes settings. Says "fault NUMBER KIND CHANGE RESULT MS LOST" for each: RESULT is ok; MS is the
# time until a process answers again for a device that carries packets; LOST is 1 if the stream
# ended. Ends with status 1 after a fault that is not survived.
# usage: SEED FIRST COUNT KINDS
seed=$1 first=$2 count=$3 kinds=$4
driver=$(ls /sys/kernel/debug/dcrt)
stats=/sys/kernel/debug/dcrt/$driver/stats
FAR=10.9.0.2
complaints='BUG|WARNING|Oops|general protection|Call Trace|hung task|blocked for more|soft lockup'
complaints="$complaints|stall|NETDEV WATCHDOG|UBSAN|refcount_t|cut here|list_(add|del)"

# A number below $1 that follows from the seed, the fault and what is asked.
draw() { # BELOW WHAT
	echo "$seed $number $2" | md5sum | awk -v below="$1" '{
		for (i = 1; i <= 7; i++) value = value * 16 + index("0123456789abcdef", substr($1, i, 1)) - 1
		print value % below }'
}

pick() { # INDEX WORDS...
	shift $(($1 + 1))
	echo "$1"
}

counter() { # WORD
	awk -v word="$1" '{ for (i = 1; i < NF; i++) if ($i == word) { print $(i + 1); exit } }' $stats
}

ms() {
	awk '{ printf "%.0f\n", $1 * 1000 }' /proc/uptime
}

failed() { # WORDS
	echo "fault $number $kind $change failed 0 0"
	echo "$*"
	dmesg | tail -n 60
	exit 1
}

change_now() {
	case $change in
	none) sleep 1 ;;
	open) ip link set eth0 down; ip link set eth0 up ;;
	mtu) ip link set eth0 mtu $((1400 + number % 100)) ;;
	ring) ethtool -G eth0 rx $((256 + number % 8 * 8)) ;;
	reset) ethtool -r eth0 ;;
	address) ip link set eth0 address 02:00:00:00:00:0$((number % 8)) ;;
	features) ethtool -K eth0 rxall on; ethtool -K eth0 rxall off ;;
	eeprom) ethtool -e eth0 ;;
	statistics) ethtool -S eth0 ;;
	bind) echo 0000:00:10.0 >/sys/bus/pci/drivers/$driver/unbind
		echo 0000:00:10.0 >/sys/bus/pci/drivers/$driver/bind ;;
	esac >/tmp/said 2>&1
}

# One bit of a writable page of the process.
flip() {
	set -- $(awk '$2 ~ /^rw/ && $6 !~ /dev/ { print $1 }' "/proc/$victim/maps")
	[ $# -gt 0 ] || return 0
	area=$(pick "$(draw $# area)" "$@")
	start=$((0x${area%-*})) end=$((0x${area#*-}))
	at=$((start + $(draw $((end - start)) byte)))
	byte=$(dd if="/proc/$victim/mem" bs=1 skip=$at count=1 2>/dev/null | od -An -tu1)
	[ -n "$byte" ] || return 0
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\$(printf %o $((byte ^ 1 << $(draw 8 bit))))" |
		dd of="/proc/$victim/mem" bs=1 seek=$at conv=notrunc 2>/dev/null
}

hit() {
	victim=$(pidof "$driver")
	[ -n "$victim" ] || return 0
	case $kind in
	kill | two) kill -9 "$victim" ;;
	segv) kill -SEGV "$victim" ;;
	abort) kill -ABRT "$victim" ;;
	term) kill -TERM "$victim" ;;
	stop) kill -STOP "$victim" ;;
	flip) flip ;;
	esac
}

answers() {
	[ "$(counter attached)" = 1 ] && ip link set eth0 up 2>/tmp/said &&
		ethtool -d eth0 >/tmp/registers 2>&1 &&
		[ "$(cat /sys/class/net/eth0/carrier 2>/dev/null)" = 1 ] &&
		ping -q -c 1 -W 1 $FAR >/tmp/ping 2>&1
}

recovers() {
	tries=600
	until answers; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || failed "does not come back"
		[ -e /sys/class/net/eth0 ] || echo 0000:00:10.0 >/sys/bus/pci/drivers/$driver/bind 2>/tmp/said
		ip addr replace 10.9.0.1/24 dev eth0 2>/tmp/said
		usleep 20000
	done
}

stream() {
	netperf -P 0 -H $FAR -t TCP_STREAM -l 86400 >/tmp/netperf 2>&1 &
	streaming=$!
}

one_fault() {
	kind=$(pick "$(draw "$(echo "$kinds" | wc -w)" kind)" $kinds)
	change=$(pick "$(draw 10 change)" none open mtu ring reset address features eeprom statistics bind)
	change_now &
	changing=$!
	usleep "$(draw 200000 when)"
	since=$(ms)
	hit
	if [ "$kind" = two ]; then
		usleep "$(draw 300000 again)"
		hit
	fi
	wait $changing
	[ "$change" != bind ] || [ -e /sys/class/net/eth0 ] ||
		echo 0000:00:10.0 >/sys/bus/pci/drivers/$driver/bind 2>/tmp/said
	recovers
	took=$(($(ms) - since))
	dmesg -c >/tmp/dmesg
	grep -E "$complaints" /tmp/dmesg >/tmp/complaints && failed "$(cat /tmp/complaints)"
	lost=0
	[ -d /proc/$streaming ] || { lost=1; stream; }
	echo "fault $number $kind $change ok $took $lost"
}

echo 2000 >/sys/module/dcrt/parameters/deadline_ms
dmesg -c >/tmp/boot
stream
number=$first
while [ "$number" -lt $((first + count)) ]; do
	number=$((number + 1))
	one_fault
done
