# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# A job: the process of the driver tests/guest/hold is killed (-9) while it holds a mutex, and a timer
# and a work of its run. Afterwards neither runs, though nobody has stopped them but recovery; and
# whoever opens the device next gets the mutex. Then it is killed when it has to let the device go:
# that is let go all the same, its registers with it, and can be taken again.
# shellcheck source=guest/lib.sh
. /lib/guest.sh

parameters=/sys/module/hold/parameters
stats=/sys/kernel/debug/dcrt/hold/stats

windows() { # COUNT
	[ "$(awk '{ for (i = 1; i < NF; i++) if ($i == "windows") print $(i + 1) }' "$stats")" = "$1" ]
}

run_by_themselves() {
	[ "$(cat $parameters/ticks)" -gt "$1" ] && [ "$(cat $parameters/works)" -gt "$2" ]
}

counts() {
	cat $parameters/ticks $parameters/works
}

back() {
	has_process && has_nic 0
}

death() {
	old=$(process)
	ip link set "$(nic 0)" up > /tmp/said 2>&1 &
	doing=$!
	wait_for 10 "the timer and the work" run_by_themselves 0 0
	kill -9 "$old"
	wait_for 10 "the end of opening" ended
	wait "$doing" && die "opening succeeded without a process"
	wait_for 10 "a new process" back
	log_has "released a lock of the dead process: mutex_unlock"
	still=$(counts)
	usleep 200000
	[ "$(counts)" = "$still" ] || die "what ran by itself still runs: $still, now $(counts)"
}

log_has() { # WORDS
	dmesg | grep -qF "$1" || die "not in the log: $1"
}

# Not before the device is probed again. It takes as long as opening does, or for ever if the mutex is
# held.
opens() {
	ip link set "$(nic 0)" up > /tmp/said 2>&1 &
	doing=$!
	wait_for 20 "opening: is the mutex held?" ended
	wait "$doing"
}

open_again() {
	# shellcheck disable=SC2046 # two numbers
	set -- $(counts)
	tries=20
	until opens; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || die "the device cannot be opened: $(cat /tmp/said)"
		usleep 200000
	done
	wait_for 10 "the timer and the work" run_by_themselves "$1" "$2"
	ip link set "$(nic 0)" down
}

unbind() {
	echo 0000:00:10.0 > /sys/bus/pci/drivers/hold/unbind
}

# The process cannot help to let the device go; the next one takes it.
death_in_remove() {
	old=$(process)
	kill -STOP "$old"
	unbind &
	doing=$!
	usleep 50000 # to get there
	! ended || die "letting go did not wait for the process that was stopped"
	kill -9 "$old"
	wait_for 20 "the end of letting go" ended
	wait "$doing" || die "the device is not let go"
	! has_nic 0 || die "its interface is still there"
	windows 0 || die "the process can name registers that are not mapped any more"
	wait_for 10 "a new process" has_process
	echo 0000:00:10.0 > /sys/bus/pci/drivers/hold/bind || die "the device is not taken again"
	wait_for 10 "its interface" has_nic 0
}

mount -t debugfs debugfs /sys/kernel/debug
steps_begin
step "load" load_driver
step "registers" wait_for 1 "a window to the registers" windows 1
step "death with things held" death
step "open again" open_again
step "death in remove" death_in_remove
step "open once more" open_again
step "unload" unload_driver
