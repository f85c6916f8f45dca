# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the guest, on behalf of tests/guest/absence.sh: what happens around the process, which itself is
# sound. Says "NAME: as it should be" for each scenario, NAME being one of the arguments.
stats=/sys/kernel/debug/dcrt/e1000/stats

# busybox has an applet by this name, which ash takes before anything in PATH
ip() {
	/sbin/ip "$@"
}

in_peer() {
	ip netns exec peer "$@"
}

counter() { # WORD
	awk -v word="$1" '{ for (i = 1; i < NF; i++) if ($i == word) { print $(i + 1); exit } }' $stats
}

fail() {
	cat $stats
	dmesg | tail -n 20
	echo "failed: $*"
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

# While recovery waits for a process, it is there but not present, as the kernel calls that.
comes_up() {
	ip link set eth0 up 2>/tmp/said
}

# The interface is up, and packets pass.
works() {
	wait_until 30 "the interface" comes_up
	ip addr replace "$NEAR/24" dev eth0 || fail "no address"
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

# The process is stopped, sent into a call, and killed there.
die_in() { # COMMAND...
	old=$(pidof e1000)
	kill -STOP "$old"
	"$@" >/tmp/said 2>&1 &
	doing=$!
	usleep 400000
	kill -9 "$old"
}

has_another() {
	current=$(pidof e1000)
	[ -n "$current" ] && [ "$current" != "$old" ]
}

# The next process dies in whatever it is asked to do first.
die_at_once() {
	wait_until 20 "another process" has_another
	old=$current
	kill -STOP "$old"
	usleep 200000
	kill -9 "$old"
}

# A change, and then each of three probes.
again() {
	die_in ip link set eth0 down
	die_at_once
	die_at_once
	die_at_once
	works
}

bind() { # bind|unbind
	echo 0000:00:10.0 >"/sys/bus/pci/drivers/e1000/$1"
}

has_no_interface() {
	[ ! -d /sys/class/net/eth0 ]
}

# A probe that somebody asked for is made again.
probe() {
	bind unbind || fail "no unbind"
	die_in bind bind
	works
}

# It was let go, and stays so.
unbound() {
	for delay in 0 20000 60000 120000; do
		old=$(pidof e1000)
		bind unbind &
		doing=$!
		usleep $delay
		kill -STOP "$old"
		usleep 50000
		kill -9 "$old"
		wait $doing
		wait_until 20 "another process" has_another
		sleep 1
		has_no_interface || fail "bound again, killed $delay us after unbind"
		bind bind || fail "no bind"
		works
	done
}

freeze() {
	echo devices >/sys/power/pm_test
	echo 1 >/sys/module/suspend/parameters/pm_test_delay
	echo freeze >/sys/power/state
}

# A process that has died just before is waited for; without any the machine sleeps all the same.
suspend() {
	for delay in 0 1000 5000; do
		kill -9 "$(pidof e1000)"
		usleep $delay
		freeze || fail "no suspend, $delay us after a death"
		works
	done
	mv "$program" "$program.away"
	kill -9 "$(pidof e1000)"
	freeze || fail "no suspend without a process"
	mv "$program.away" "$program"
	works
}

# No process can be started: calls fail soon, and the log says so once. It is back once its program is,
# and at once if it is asked for.
start() {
	dmesg -c >/tmp/before
	mv "$program" "$program.away"
	kill -9 "$(pidof e1000)"
	ethtool -i eth0 >/tmp/said 2>&1
	since=$(cut -d . -f 1 /proc/uptime)
	for turn in 1 2 3 4 5 6 7 8; do
		ethtool -e eth0 >/tmp/said 2>&1 && fail "an answer without a process"
	done
	[ $(($(cut -d . -f 1 /proc/uptime) - since)) -le 2 ] || fail "calls wait for a process"
	[ "$(dmesg | grep -c 'no process can be started')" = 1 ] || fail "not said once"
	said=$(dmesg | wc -l)
	sleep 5
	[ "$(dmesg | wc -l)" -le $((said + 1)) ] || fail "the log fills"
	mv "$program.away" "$program"
	echo "$program" >/sys/module/e1000/parameters/dcrt_program
	wait_until 2 "the process" has_attached
	works
}

has_attached() {
	[ "$(counter attached)" = 1 ]
}

# The features that are on, and what ethtool says of the rings, of pause and of names.
known() {
	ethtool -k eth0
	ethtool -g eth0
	ethtool -a eth0
	ethtool -i eth0
	ethtool -S eth0 | wc -l
	ethtool eth0 | grep -E 'Link detected|Wake|message level'
}

# The monitor of a bond asks for the link in atomic context.
bond() {
	insmod /sbin/tls.ko
	insmod /sbin/bonding.ko miimon=100 use_carrier=0 || fail "no bonding"
	ip link set eth0 down
	ip link set bond0 up
	echo +eth0 >/sys/class/net/bond0/bonding/slaves
	wait_until 20 "the bond's link" bond_is_up
	echo -eth0 >/sys/class/net/bond0/bonding/slaves
	rmmod bonding
	works
}

bond_is_up() {
	[ "$(cat /sys/class/net/bond0/bonding/mii_status)" = up ]
}

# Without a process, answers are errors, or the last ones.
answers() {
	known >/tmp/answers
	mv "$program" "$program.away"
	kill -9 "$(pidof e1000)"
	wait_until 10 "the process's end" is_unattached
	ethtool -K eth0 gro on
	known >/tmp/answers.absent
	mv "$program.away" "$program"
	diff /tmp/answers /tmp/answers.absent || fail "other answers without a process"
	works
}

# Addresses, a route, an MTU, features, rings, pause, a message level.
set_all() {
	ip link set eth0 address 02:00:00:00:00:01
	ip link set eth0 mtu 4000
	ip addr replace 192.0.2.1/24 dev eth0
	ip route replace 198.51.100.0/24 via 192.0.2.2
	ethtool -K eth0 tso off
	ethtool -G eth0 rx 512 tx 384
	ethtool -A eth0 autoneg off rx off tx off
	ethtool -s eth0 msglvl 0x123
	sleep 3
	wait_until 30 "the link" link_is_back
}

setting() {
	/sbin/ip addr show eth0 | grep -v valid_lft
	/sbin/ip route
	ethtool -k eth0
	ethtool -g eth0
	ethtool -a eth0
	ethtool eth0 | grep -E 'Wake|message level'
}

link_is_back() {
	[ "$(cat /sys/class/net/eth0/carrier 2>/dev/null)" = 1 ]
}

# What the user has set is there after a death in a change, and that change is lost.
keep() {
	set_all
	setting >/tmp/set
	for change in "ip link set eth0 address 02:00:00:00:00:02" "ip link set eth0 mtu 5000" \
		"ethtool -r eth0"; do
		# shellcheck disable=SC2086 # its words are arguments
		die_in $change
		while wait "$doing"; do # the process was killed before
			set_all
			# shellcheck disable=SC2086
			die_in $change
		done
		wait_until 20 "another process" has_another
		wait_until 20 "the link after $change" link_is_back
		setting >/tmp/set.again
		diff /tmp/set /tmp/set.again || fail "not as it was set before $change"
		ping -q -c 2 -W 5 "$FAR" >/tmp/ping || fail "no ping after $change"
	done
	ip link set eth0 mtu 1500
	works
}

# The process is killed in the middle of a word that the EEPROM sends bit by bit: in a call that is made
# again, which says the same as without that, and in a probe, the next of which reads the right address.
eeprom() {
	bind unbind && bind bind && works # an address that was set is gone: this is the EEPROM's
	mac=$(cat /sys/class/net/eth0/address)
	ethtool -e eth0 >/tmp/eeprom
	for delay in 20000 45000 70000; do
		old=$(pidof e1000)
		ethtool -e eth0 >/tmp/eeprom.again &
		doing=$!
		usleep $delay
		kill -0 $doing || fail "the EEPROM was read in $delay us"
		kill -9 "$old"
		wait $doing || fail "no answer, killed $delay us after the question"
		diff /tmp/eeprom /tmp/eeprom.again || fail "another answer, killed after $delay us"
	done
	for delay in 60000 80000 100000 120000; do
		bind unbind || fail "no unbind"
		old=$(pidof e1000)
		bind bind &
		doing=$!
		usleep $delay
		kill -9 "$old"
		wait $doing
		works
		[ "$(cat /sys/class/net/eth0/address)" = "$mac" ] ||
			fail "$mac is $(cat /sys/class/net/eth0/address), killed after $delay us"
	done
}

event() { # WORDS of tests/guest/events/dc_events.c
	[ -d /sys/module/dc_events ] || insmod /sbin/dc_events.ko || fail "no dc_events"
	echo "$*" >/sys/module/dc_events/parameters/event
}

# The kernel's log says this, since it was read last.
log_says() { # WORDS
	dmesg | grep -qF "$*" || fail "the log does not say: $*"
}

# A PCI error is reported, and the device reset: with a process, with one that dies in the handlers,
# without any. A device that is gone for good is not used any more, and works when it is bound again.
errors() {
	dmesg -c >/tmp/before
	event error || fail "no error"
	log_says "slot_reset says"
	works
	die_in event error
	wait $doing
	works
	mv "$program" "$program.away"
	kill -9 "$(pidof e1000)"
	event error
	mv "$program.away" "$program"
	works
	event permanent
	bind unbind || fail "no unbind"
	bind bind || fail "no bind"
	works
}

# The first byte of the command register: bit 2 lets the device write to memory.
masters_bus() {
	command=$(hexdump -s 4 -n 1 -e '1/1 "%u"' /sys/bus/pci/devices/0000:00:10.0/config)
	[ $((command & 4)) != 0 ]
}

# Reboot and kexec shut the device down: afterwards it writes to no memory, whatever the process does.
# (A test can go on after that: the device is bound again.)
shutdown() {
	ip link set eth0 down # e1000 itself hangs if it is removed after it was shut down when up
	event shutdown || fail "no shutdown"
	! masters_bus || fail "bus mastering after a shutdown"
	bind unbind && bind bind
	works
	die_in event shutdown
	wait $doing
	! masters_bus || fail "bus mastering after a death in shutdown"
	bind unbind
	wait_until 20 "another process" has_another
	bind bind
	works
	mv "$program" "$program.away"
	kill -9 "$(pidof e1000)"
	event shutdown
	! masters_bus || fail "bus mastering after a shutdown without a process"
	mv "$program.away" "$program"
	bind unbind
	bind bind
	works
}

# The process dies after the device was suspended and before it is resumed, when none can be started.
asleep() {
	for turn in 1 2; do
		old=$(pidof e1000)
		event kill "$old" 1500
		echo devices >/sys/power/pm_test
		echo 3 >/sys/module/suspend/parameters/pm_test_delay
		echo freeze >/sys/power/state || fail "no suspend"
		wait_until 5 "the end of the process" has_ended "$old"
		works
		ip link set eth0 down || fail "does not go down"
		works
	done
}

# Without memory something else is killed.
oom() {
	old=$(pidof e1000)
	dd if=/dev/zero of=/dev/null bs=40M count=100000 2>/tmp/said &
	doing=$!
	sleep 1
	echo f >/proc/sysrq-trigger
	wait_until 10 "a victim" has_ended "$doing"
	[ "$(pidof e1000)" = "$old" ] || fail "the process was the victim"
	works
}

has_ended() { # PID
	! kill -0 "$1" 2>/dev/null
}

# Processes that die as soon as they have attached are started more and more rarely.
loop() {
	session=$(counter session)
	mv "$program" "$program.real"
	printf '#!/bin/sh\n(usleep 30000; kill -9 $$) &\nexec %s.real "$@"\n' "$program" >"$program"
	chmod 755 "$program"
	kill -9 "$(pidof e1000)"
	sleep 6
	sessions=$(($(counter session) - session))
	echo "$sessions sessions in six seconds"
	[ $sessions -ge 4 ] || fail "the process is not started again"
	[ $sessions -le 14 ] || fail "a crash loop without a limit: $sessions sessions"
	log_says "the process dies at once; it is started more and more rarely"
	mv "$program.real" "$program"
	echo "$program" >/sys/module/e1000/parameters/dcrt_program
	works
}

vlan_works() {
	ping -q -c 2 -W 5 10.9.5.2 >/tmp/ping
}

# A VLAN on the interface, offloaded, is there and works after a death in a change.
vlan() {
	for module in llc stp garp mrp 8021q; do
		[ ! -f /sbin/$module.ko ] || insmod /sbin/$module.ko
	done
	peer=$(in_peer ls /sys/class/net | grep -v '^lo$')
	in_peer /sbin/ip link add link "$peer" name far5 type vlan id 5
	in_peer /sbin/ip addr add 10.9.5.2/24 dev far5
	in_peer /sbin/ip link set far5 up
	/sbin/ip link add link eth0 name near5 type vlan id 5 || fail "no VLAN"
	/sbin/ip addr add 10.9.5.1/24 dev near5
	ip link set near5 up
	wait_until 10 "the VLAN" vlan_works
	die_in ethtool -r eth0
	wait $doing
	wait_until 20 "another process" has_another
	works
	wait_until 10 "the VLAN after a death" vlan_works
	ethtool -k eth0 | grep -q '^rx-vlan-filter: on' || fail "no VLAN filter"
	ip link del near5
	in_peer /sbin/ip link del far5
	works
}

# Parameters of the module hold after each recovery: they have one value a device.
parameters() {
	ip link set eth0 down
	rmmod e1000
	line=$(grep e1000.ko /load)
	# shellcheck disable=SC2086 # its words are arguments
	insmod $line TxDescriptors=160 || fail "no module with a parameter"
	works
	for turn in 1 2; do
		[ "$(ethtool -g eth0 | awk '/^TX:/ { value = $2 } END { print value }')" = 160 ] ||
			fail "turn $turn: not the parameter: $(ethtool -g eth0)"
		die_in ethtool -r eth0
		wait $doing
		wait_until 20 "another process" has_another
		works
	done
	[ "$(ethtool -g eth0 | awk '/^TX:/ { value = $2 } END { print value }')" = 160 ] ||
		fail "not the parameter: $(ethtool -g eth0)"
	! dmesg | grep -q 'no configuration for board' || fail "a board is counted twice"
}

# In another namespace it stays there, with its address.
namespace() {
	ip netns add apart
	ip link set eth0 netns apart
	for change in "ip link set eth0 down" "ip link set eth0 mtu 3000"; do
		ip netns exec apart /sbin/ip addr replace "$NEAR/24" dev eth0
		ip netns exec apart /sbin/ip link set eth0 up
		wait_until 30 "the link" apart_works
		# shellcheck disable=SC2086 # its words are arguments
		die_in ip netns exec apart /sbin/$change
		wait $doing
		wait_until 20 "another process" has_another
		has_no_interface || fail "it left its namespace"
		wait_until 30 "its interface" ip netns exec apart /sbin/ip link set eth0 up
		wait_until 30 "the link after $change" apart_works
	done
	ip netns exec apart /sbin/ip link set eth0 netns 1
	ip netns del apart
	works
}

apart_works() {
	ip netns exec apart ping -q -c 1 -W 2 "$FAR" >/tmp/ping
}

journal_turn() {
	freeze || fail "no suspend"
	ethtool -r eth0
	event error
}

journal_is_back() {
	cat /sys/module/e1000/parameters/dcrt_journal >/tmp/journal.now
	[ "$(wc -l </tmp/journal.now)" -le "$(wc -l </tmp/journal)" ]
}

# The list of what recovery has to release does not grow while the machine sleeps and wakes. A thing
# held for a moment (a lock, while the driver's works run) may be in it whenever it is read.
journal() {
	freeze || fail "no suspend"
	works
	cat /sys/module/e1000/parameters/dcrt_journal >/tmp/journal
	grep -qx free_irq /tmp/journal || fail "no interrupt to release"
	for turn in 1 2 3 4 5 6; do
		journal_turn
	done
	works
	for turn in 1 2 3 4 5 6 7 8 9 10; do
		journal_is_back && return
		sleep 1
	done
	fail "more to release: $(sort /tmp/journal | uniq -c) became $(sort /tmp/journal.now | uniq -c)"
}

# The kernel acts, and cannot tell the process: what it has made is released.
full() {
	ip link set eth0 down
	rmmod e1000
	ioremaps=$(grep -c ioremap /proc/vmallocinfo)
	addresses=$(cat /sys/module/dcrt/parameters/addresses)
	line=$(grep e1000.ko /load)
	refused=0
	for room in 1 2 3 4 5 6 7 8; do # with some of these the registers are mapped, and cannot be named
		echo $room >/sys/module/dcrt/parameters/addresses
		# shellcheck disable=SC2086 # its words are arguments
		insmod $line || fail "no module"
		if has_no_interface; then
			refused=$((refused + 1))
			[ "$(grep -c ioremap /proc/vmallocinfo)" = "$ioremaps" ] ||
				fail "$ioremaps mappings became $(grep -c ioremap /proc/vmallocinfo), room $room"
		fi
		rmmod e1000
	done
	[ $refused -gt 0 ] || fail "taken although the process cannot be told of addresses"
	echo "$addresses" >/sys/module/dcrt/parameters/addresses
	# shellcheck disable=SC2086
	insmod $line || fail "no module"
	works
}

# Last: it cannot be taken back. A kernel that is locked down gives no process registers.
lockdown() {
	[ -d /sys/kernel/security/lockdown ] || mount -t securityfs securityfs /sys/kernel/security
	[ "$(grep -c '/dev/dcrt-e1000' "/proc/$(pidof e1000)/maps")" = 2 ] || fail "it has mapped nothing"
	echo integrity >/sys/kernel/security/lockdown || fail "no lockdown"
	kill -9 "$(pidof e1000)"
	ethtool -e eth0 >/tmp/eeprom || fail "no answer"
	works
	[ "$(grep -c '/dev/dcrt-e1000' "/proc/$(pidof e1000)/maps")" = 1 ] ||
		fail "mapped: $(grep '/dev/dcrt-e1000' "/proc/$(pidof e1000)/maps")"
}

[ -f $stats ] || mount -t debugfs debugfs /sys/kernel/debug
program=$(readlink "/proc/$(pidof e1000)/exe")
status=0
for scenario in "$@"; do
	if (works && $scenario); then
		echo "$scenario: as it should be"
	else
		echo "$scenario: not as it should be"
		status=1
		[ -f "$program" ] || mv "$program.away" "$program"
	fi
done
exit $status
