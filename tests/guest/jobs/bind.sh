# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# A job: the process of a split driver is killed (-9) in the middle of letting its device go, with the
# link up, and while it takes it, at several moments. All that ends, with a clean log; the device can
# be taken afterwards, and carries traffic. Leaves in /results `bind`, a line for each of those
# moments: microseconds.
# shellcheck source=guest/lib.sh
. /lib/guest.sh

bus=/sys/bus/pci/drivers/$(cat /driver)

write() { # FILE
	echo 0000:00:10.0 > "$bus/$1"
}

# The process is stopped at the first call, or some time later.
kill_in() { # bind|unbind MICROSECONDS
	old=$(process)
	[ "$2" -gt 0 ] || kill -STOP "$old"
	write "$1" 2> /tmp/said &
	doing=$!
	usleep "$2"
	kill -STOP "$old"
	usleep 100000
	kill -9 "$old"
	wait_for 20 "the end of $1" ended
	wait "$doing" || true
	wait_for 20 "a new process after $1" has_process
}

# It was in the middle of a call: the device is let go, or not taken.
starts_over() {
	dmesg | grep -qE "the process died in .*; (recovering|released)"
}

death_in_unbind() {
	kill_in unbind 0
	starts_over || die "no recovery in the log"
	! has_nic 0 || die "its interface is there"
}

# The next process takes the device: in that call, if it was between two or in one that only reads; or
# because it is probed again.
death_in_bind() {
	for delay in 0 1000 10000 60000; do
		kill_in bind "$delay"
		wait_for 5 "its interface, $delay us after it was taken" has_nic 0
		write unbind
		log_is_clean
		echo "$delay" >> /results/bind
	done
}

again() {
	write bind
	link_up
	reach
}

up() {
	link_up
	reach
}

mount -t debugfs debugfs /sys/kernel/debug
steps_begin
step "the peer" peer_up
step "unload what was there" unload_driver
step "load" load_driver
step "up" up
step "death while it is let go" death_in_unbind
step "taken again" again
step "let go" write unbind
step "death while it is taken" death_in_bind
step "taken once more" again
step "unload" unload_driver
