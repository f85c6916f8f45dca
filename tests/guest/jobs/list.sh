# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# A job: a module with a list that both halves change (tests/emit/cases/list), up and down TIMES over. Each
# time it compares what the halves see, and fails if that differs. KILL=yes: its process is killed
# (-9) every third time, while it is idle. Leaves the runtime's counters in /results/stats.
# shellcheck source=guest/lib.sh
. /lib/guest.sh

# shellcheck disable=SC2034 # of lib.sh
PROCESS=in
TIMES=30 KILL=no
# shellcheck disable=SC1091 # it is made by the caller
. /list.env

interface() {
	basename /sys/class/net/eth*
}

there() {
	[ -d "/sys/class/net/$(interface)" ]
}

load() {
	load_lines | while read -r line; do
		# shellcheck disable=SC2086 # its words are arguments
		insmod $line || die "insmod $line: status $?"
	done
	wait_for 10 "the interface" there
}

up_and_down() { # NUMBER
	near=$(interface)
	if [ "$KILL" = yes ] && [ $(($1 % 3)) = 0 ]; then
		old=$(process)
		kill -9 "$old"
		wait_for 10 "a new process" has_process
	fi
	ip link set "$near" up
	ip link set "$near" down
}

mount -t debugfs debugfs /sys/kernel/debug
steps_begin
step "load" load
number=0
while [ "$number" -lt "$TIMES" ]; do
	number=$((number + 1))
	step "up and down, $number" up_and_down "$number"
done
cp /sys/kernel/debug/dcrt/in/stats /results/stats
step "unload" unload_driver
