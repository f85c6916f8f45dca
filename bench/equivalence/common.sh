# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# Functions of all workloads of `bench/equivalence`, in the guest. /equivalence.env says
#
#   WANTED      the functions of the workload to run, without their group_
#   FORM        short or long
#   PARAMETERS  the module's parameters, NAME:TYPE
#   COUNT       yes: count the driver's calls with kprobes on the functions that /functions names
#
# /results/log gets a record for each command:
#
#   @ NUMBER quiet|busy GROUP COMMAND
#   | LINE      of its output, standard error included
#   k LINE      that the kernel logged until the next command began, without the time
#   = STATUS
#
# Before a command, its number is written to a byte of the peer's configuration space that nothing
# uses; after it, 0. QEMU's trace has both writes among the device's accesses, in order: that is how
# bench/equivalence/trace.c knows which access belongs to which command.
#
# Commands begin on a grid of the guest's clock, so that what the driver does by itself in the
# meantime (a watchdog) is done as often with either driver. Waiting costs nothing: the guest's
# clock skips idle time.
# shellcheck source=guest/lib.sh
. /lib/guest.sh
GRID_S=3
MARKED=/sys/bus/pci/devices/0000:00:11.0/config # the second card, which is no card under test
near=
number=0
group=
# shellcheck disable=SC1091 # made by bench/equivalence/run.c
. /equivalence.env

mark() { # NUMBER
	# shellcheck disable=SC2059 # an octal escape
	printf "\\$(printf %03o "$1")" | dd of=$MARKED bs=1 seek=60 count=1 conv=notrunc 2> /tmp/dd
}

# Until the guest's clock is a multiple of GRID_S.
settle() {
	read -r settle_now _ < /proc/uptime
	settle_now=${settle_now%.*}${settle_now#*.}
	usleep $(((GRID_S * 100 - settle_now % (GRID_S * 100)) * 10000))
}

# Adds the kernel's messages since the last call to the record of the last command.
logged() {
	dmesg -c | grep -v 'dc-[a-z]*: ' | sed 's/^<[0-9]*>//; s/^\[[^]]*\] //; s/^/k /' >> /results/log
}

record() { # quiet|busy COMMAND...
	settle
	logged
	kind=$1
	shift
	number=$((number + 1))
	echo "@ $number $kind $group $*" >> /results/log
	status=0
	mark $((number % 254 + 1))
	"$@" > /tmp/out 2>&1 < /dev/null || status=$?
	mark 0
	{ sed 's/^/| /' /tmp/out; echo "= $status"; } >> /results/log
	[ $((number % 25)) -ne 0 ] || progress "$group: command $number"
}

# A command while no packets flow: the device sees the same accesses with either driver.
quiet() {
	record quiet "$@"
}

# A command that sends or receives packets: interrupts may come at other moments.
busy() {
	record busy "$@"
}

is_long() {
	[ "$FORM" = long ]
}

# Loads the driver, the last of load_lines with more arguments. Waits for its card, but not in vain:
# it may refuse its parameters.
load() { # PARAMETER=VALUE...
	load_lines | sed '$s/$/\n/' | sed '/^$/d' > /tmp/lines
	load_last=$(wc -l < /tmp/lines) load_number=0
	while read -r load_line; do
		load_number=$((load_number + 1))
		[ "$load_number" -ne "$load_last" ] || load_line="$load_line $*"
		# shellcheck disable=SC2086 # its words are arguments
		insmod $load_line > /tmp/insmod 2>&1 || {
			echo "status $?: $(sed "s/.*': //" /tmp/insmod)"
			return 1
		}
	done < /tmp/lines
	load_tries=20
	until has_nic 0 || [ "$load_tries" = 0 ]; do
		usleep 100000
		load_tries=$((load_tries - 1))
	done
	near=$(nic 0)
	echo "interface ${near:-none}"
}

unload() {
	unload_driver
	near=
}

# All files below a folder that can be read, each with its content.
show() { # FOLDER [FIND'S TESTS...]
	show_folder=$1
	shift
	find "$show_folder" -type f "$@" | LC_ALL=C sort | while read -r show_file; do
		[ -r "$show_file" ] || continue
		echo "$show_file: $(tr '\0' ' ' < "$show_file" 2>&1 | tr '\n' ' ')"
	done
}

# Counting: an event of a kprobe on each function of the driver, which is not loaded yet. A function
# that the compiler has left out or inlined never counts.
count_begin() {
	while read -r count_function; do
		echo "p:equivalence/$count_function $(tr - _ < /driver):$count_function" \
			>> $tracing/kprobe_events 2> /tmp/refused || echo "$count_function" >> /results/refused
	done < /functions
	echo 1 > $tracing/events/equivalence/enable
}

count_end() {
	awk '$2 > 0 { sub(".*/", "", $1); print $1, $2 }' $tracing/kprobe_profile > /results/counts
}

run_groups() {
	: > /results/log
	mark 165
	mark 90
	dmesg -c > /tmp/boot
	[ "$COUNT" != yes ] || count_begin
	for group in $WANTED; do
		progress "$group"
		"group_$group"
	done
	settle
	logged
	mark 255
	[ "$COUNT" != yes ] || count_end
}
