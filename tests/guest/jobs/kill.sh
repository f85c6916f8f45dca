# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# A job: the process of a split driver is killed (-9) KILLS times over while netperf streams. Each
# time a new process must be there within LIMIT_MS and answer ethtool, traffic must flow, the kernel's
# log must be clean; it is one stream from the first kill to the last. An idle one must also have
# answered by then; a call that was interrupted is made again first, and ethtool waits for it. At last
# the process hangs.
#
# The driver is that of load_driver in /lib/guest.sh. /kill.env may set KILLS (10), LIMIT_MS (1000; of
# the guest's clock, so only one that counts instructions can be held to it), PROCESS, the program's
# name (the driver's), and KINDS of kills, taken in turn: "idle", "read" (in the middle of ethtool -e)
# and "change" (in the middle of ethtool -G). Leaves in /results `kills` with a line each (NUMBER KIND,
# MILLISECONDS until a process is attached and until ethtool -d is answered), `stream` with SECONDS
# THROUGHPUT UNIT, and `stats`, the runtime's counters at the end.
# shellcheck source=guest/lib.sh
. /lib/guest.sh

KILLS=10 LIMIT_MS=1000 PROCESS=$(cat /driver) KINDS="idle read"
# shellcheck disable=SC1091 # it is made by the caller
[ ! -f /kill.env ] || . /kill.env
stats=/sys/kernel/debug/dcrt/$(cat /driver)/stats

# Milliseconds of the guest's clock. The first second is long over, so no leading zero makes it octal.
now_ms() {
	read -r up _ < /proc/uptime
	echo "${up%.*}${up#*.}0"
}

# The number that follows a word.
counter() { # WORD
	awk -v word="$1" '{ for (i = 1; i < NF; i++) if ($i == word) { print $(i + 1); exit } }' "$stats"
}

attached_anew() {
	[ "$(counter session)" -gt "$session" ] && [ "$(counter attached)" = 1 ]
}

# Milliseconds since the kill at which a command succeeds; it must within a limit.
within() { # MILLISECONDS WHAT COMMAND...
	limit=$1 what=$2
	shift 2
	until "$@"; do
		[ $(($(now_ms) - since)) -le "$limit" ] ||
			die "$what: not $limit ms after kill $number: $(cat /tmp/said)"
		usleep 10000
	done
	took=$(($(now_ms) - since))
	[ "$took" -le "$limit" ] || die "$what: only $took ms after kill $number"
}

# The registers are quick to read, unlike the EEPROM.
answers() {
	ethtool -d "$near" > /tmp/registers 2> /tmp/said
}

# Starts what the process is to be killed in. It may fail, but it has to end.
begin() { # KIND
	case $1 in
	idle) true & ;;
	read) ethtool -e "$near" > /tmp/read 2>&1 & ;;
	change) ethtool -G "$near" rx $((64 + number % 2 * 64)) > /tmp/change 2>&1 & ;;
	*) die "no such kind of kill: $1" ;;
	esac
	doing=$!
	# sooner and later into it, the same in each run
	usleep $((number * 7919 % 20 * 500))
}

kill_once() { # KIND
	old=$(process)
	[ "$(echo "$old" | wc -w)" = 1 ] || die "not one process $PROCESS: '$old'"
	session=$(counter session)
	: > /tmp/said
	begin "$1"
	kill -9 "$old"
	since=$(now_ms)
	within "$LIMIT_MS" "a new process" attached_anew
	attached=$took
	if [ "$1" = idle ]; then
		within "$LIMIT_MS" "an answer" answers
	else
		within $((LIMIT_MS * 10)) "an answer" answers
	fi
	wait "$doing" || true
	ethtool -e "$near" > /tmp/eeprom
	cmp /tmp/eeprom /tmp/eeprom.first || die "another EEPROM after kill $number"
	wait_for 30 "the link" has_carrier "$near"
	seen=$(near_packets)
	wait_for 30 "traffic after kill $number" traffic_flows
	echo "$number $1 $attached $took" >> /results/kills
}

kills() {
	number=0
	while [ "$number" -lt "$KILLS" ]; do
		for kind in $KINDS; do
			[ "$number" -lt "$KILLS" ] || break
			number=$((number + 1))
			step "kill $number of $KILLS: $kind" kill_once "$kind"
		done
	done
}

upcalls() {
	awk '$1 == "up" { for (i = 3; i < NF; i++) if ($i == "calls") sum += $(i + 1) }
		END { print sum + 0 }' "$stats"
}

more_upcalls() {
	[ "$(upcalls)" -gt "$calls" ]
}

# The process hangs, and only the driver's own works find out. One that has lost its turn must have it
# later: a watchdog that is never called again would be seen days after.
hang() {
	deadline=/sys/module/dcrt/parameters/deadline_ms
	was=$(cat $deadline)
	calls=$(upcalls) session=$(counter session)
	wait_for 10 "a work of the driver's that calls up by itself" more_upcalls
	echo 500 > $deadline
	kill -STOP "$(process)"
	wait_for 20 "another process for one that hangs" attached_anew
	echo "$was" > $deadline
	for turn in first second; do
		calls=$(upcalls)
		wait_for 10 "the $turn work after a process that hung" more_upcalls
	done
	answers || die "no answer after a process that hung: $(cat /tmp/said)"
}

up() {
	link_up
	reach
	ethtool -e "$near" > /tmp/eeprom.first
	deaths=$(counter deaths)
}

# The stream has ended, whole; each kill was a death that the runtime saw, and none came besides.
all_well() {
	traffic_ends > /results/stream
	cp "$stats" /results/stats
	[ "$(counter deaths)" = $((deaths + KILLS + 1)) ] ||
		die "$(counter deaths) deaths, of $KILLS kills and one that hung"
	reach
	link_down
}

gone() {
	[ -z "$(process)" ]
}

mount -t debugfs debugfs /sys/kernel/debug
steps_begin
step "the peer" peer_up
step "unload what was there" unload_driver
step "load" load_driver
step "up" up
step "traffic" traffic_starts
kills
step "a process that hangs" hang
step "the end of traffic" all_well
step "unload" unload_driver
wait_for 5 "the process's end" gone
