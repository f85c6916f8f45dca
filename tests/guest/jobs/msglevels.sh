# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# In the guest, on behalf of tests/guest/bad_process.sh: has the process send each wrong
# value, then stops it and has it go on for ever. Says "wrong value N: refused" for each, "hang: ended",
# "endless N: ended".
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

# Another process than the session's SESSION answers.
serves() { # SESSION
	tries=0
	until [ "$(counter session)" -gt "$1" ] && [ "$(counter attached)" = 1 ]; do
		tries=$((tries + 1))
		[ $tries -lt 400 ] || fail "no new process"
		usleep 50000
	done
	ethtool -d eth0 >/tmp/registers || fail "no answer"
	grep -q CTRL /tmp/registers || fail "no registers"
	# The next death is none of a loop, which the runtime would meet with longer and longer pauses.
	usleep 300000
}

[ -f $stats ] || mount -t debugfs debugfs /sys/kernel/debug
ethtool -s eth0 msglvl 7 || fail "a right value was refused"
[ "$(counter bad_messages)" = 0 ] || fail "a right value counts as a bad message"
for value in 1001 1002 1003 1004 1005 1006 1007 1008 1009 1010 1011 1012 1013 1014; do
	session=$(counter session)
	bad=$(counter bad_messages)
	ethtool -s eth0 msglvl $value
	serves "$session"
	[ "$(counter bad_messages)" -gt "$bad" ] || fail "wrong value $value was taken"
	echo "wrong value $value: refused"
done
ping -q -c 1 "$FAR" >/tmp/ping || fail "no ping"

# What the process is left with, as it sees it and as others do.
process=$(pidof e1000)
ethtool -s eth0 msglvl 4001
dmesg | grep -q 'rights: tried' || fail "no rights were tried"
dmesg | grep 'rights: ' | grep -v 'rights: tried' && fail "the process has these rights"
for line in CapPrm:0000000000000000 CapEff:0000000000000000 CapBnd:0000000000000000 NoNewPrivs:1 Seccomp:2; do
	tr -d ' \t' <"/proc/$process/status" | grep -q "^$line\$" || {
		cat "/proc/$process/status"
		fail "not $line"
	}
done
[ "$(awk '$1 == "Uid:" { print $2 }' "/proc/$process/status")" -ge 1879048192 ] || fail "not a user of its own"
[ "$(pidof e1000)" = "$process" ] || fail "the process has died of it"
echo "rights: none"

session=$(counter session)
ethtool -s eth0 msglvl 3001
serves "$session"
dmesg | grep -q 'released a lock that the process has kept: mutex_unlock' || fail "a kept lock is not noted"
ethtool -e eth0 >/tmp/eeprom || fail "the lock is held"
echo "kept lock: released"

echo 2000 >/sys/module/dcrt/parameters/deadline_ms
session=$(counter session)
given_up=$(counter given_up)
kill -STOP "$(pidof e1000)"
since=$(cut -d . -f 1 /proc/uptime)
ethtool -e eth0 >/tmp/eeprom 2>&1 # made again with the next process, or ETIMEDOUT
took=$(($(cut -d . -f 1 /proc/uptime) - since))
[ $took -ge 1 ] && [ $took -le 15 ] || fail "a stopped process held the caller for $took s"
[ "$(counter given_up)" -gt "$given_up" ] || fail "nobody gave up"
serves "$session"
ping -q -c 1 "$FAR" >/tmp/ping || fail "no ping after the hang"
echo "hang: ended"

echo 3000 >/sys/module/dcrt/parameters/call_limit_ms
for value in 2001 2002; do
	session=$(counter session)
	given_up=$(counter given_up)
	since=$(cut -d . -f 1 /proc/uptime)
	ethtool -s eth0 msglvl $value >/tmp/endless 2>&1 # set_msglevel() returns nothing
	took=$(($(cut -d . -f 1 /proc/uptime) - since))
	[ $took -ge 2 ] && [ $took -le 15 ] || fail "an endless process held the caller for $took s"
	[ "$(counter given_up)" -gt "$given_up" ] || fail "nobody gave up $value"
	serves "$session"
	ping -q -c 1 "$FAR" >/tmp/ping || fail "no ping after $value"
	echo "endless $value: ended"
done
