# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# A job: what is left of a split driver when its process dies. First it is killed (-9) when idle: the
# next one knows what the driver had counted in a static variable (which board this is). Then it is
# stopped, sent into a change, and killed there, with all receive buffers in the ring, RECOVERIES
# (20) times over: the driver starts over each time, and memory that is free does not get less.
#
# For e1000 (drivers with other parameters: PARAMETERS). Each board has a transmit ring of its own
# size, so that it shows which one it is, and RING (1024) receive descriptors. Leaves in /results
# `memory`: RECOVERIES, KiB that were free before them and after.
# shellcheck source=guest/lib.sh
. /lib/guest.sh

RECOVERIES=20 RING=1024
# shellcheck disable=SC1091 # it is made by the caller
[ ! -f /recover.env ] || . /recover.env
driver=$(cat /driver)
stats=/sys/kernel/debug/dcrt/$driver/stats
boards=32
probes=0 # so far

counter() { # WORD
	awk -v word="$1" '{ for (i = 1; i < NF; i++) if ($i == word) { print $(i + 1); exit } }' "$stats"
}

tx_of() { # BOARD
	echo $((80 + 16 * $1))
}

parameters() {
	tx=$(tx_of 0) rx=$RING board=1
	while [ "$board" -lt "$boards" ]; do
		tx=$tx,$(tx_of "$board") rx=$rx,$RING board=$((board + 1))
	done
	sed -i "s|^/$driver.ko.*|& TxDescriptors=$tx RxDescriptors=$rx|" /load
}

# It is this board.
is_board() { # BOARD
	near=$(nic 0)
	size=$(ethtool -g "$near" | awk '$1 == "TX:" { tx = $2 } END { print tx }')
	[ "$size" = "$(tx_of "$1")" ] || die "a transmit ring of $size, not $(tx_of "$1"): not board $1"
}

# It has been probed as one more board, and knows. Recovery takes the same board again.
probed() {
	is_board "$probes"
	probes=$((probes + 1))
}

load() {
	parameters
	load_driver
	probed
	link_up
	reach
}

anew() {
	[ "$(counter session)" -gt "$session" ] && [ "$(counter attached)" = 1 ]
}

idle_death() {
	session=$(counter session)
	kill -9 "$(process)"
	wait_for 10 "a new process" anew
	echo 0000:00:10.0 > "/sys/bus/pci/drivers/$driver/unbind"
	echo 0000:00:10.0 > "/sys/bus/pci/drivers/$driver/bind"
	wait_for 10 "the card" has_nic 0
	probed
	link_up
	reach
}

back() {
	anew && has_nic 0 && ethtool -d "$(nic 0)" > /tmp/registers 2>&1
}

recover_once() {
	session=$(counter session)
	old=$(process)
	kill -STOP "$old"
	ethtool -r "$near" > /tmp/said 2>&1 &
	doing=$!
	usleep 50000 # to get there
	! ended || die "the change did not wait for the process that was stopped"
	kill -9 "$old"
	wait_for 20 "the end of the change" ended
	wait "$doing" && die "the change succeeded without a process"
	wait_for 20 "the card" back
	is_board $((probes - 1))
	link_up
}

recoveries() { # COUNT
	recovery=0
	while [ "$recovery" -lt "$1" ]; do
		recovery=$((recovery + 1))
		step "recovery $recovery" recover_once
	done
}

free_kib() {
	sync
	echo 3 > /proc/sys/vm/drop_caches
	awk '$1 == "MemFree:" { print $2 }' /proc/meminfo
}

mount -t debugfs debugfs /sys/kernel/debug
steps_begin
step "the peer" peer_up
step "unload what was there" unload_driver
step "load" load
step "death when idle, then unbind and bind" idle_death
recoveries 3 # what is allocated once is
before=$(free_kib)
recoveries "$RECOVERIES"
echo "$RECOVERIES $before $(free_kib)" > /results/memory
step "ping" reach
cp "$stats" /results/stats
step "unload" unload_driver
