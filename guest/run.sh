# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# The job of `drivercut run`: sets up the driver as a test would have it, then runs /command with its
# output on the machine's virtio ports, or a shell on its virtio console. /run.env sets NETWORK if the
# driver has a network card (otherwise the driver is unloaded at the end), SHELL_ROWS and
# SHELL_COLUMNS for a shell, DELAY_NS and DELAY_MODE for the runtime; all may be empty. Leaves in
# /results the `status` of what ran, and the runtime's counters in `stats`.
# shellcheck source=guest/lib.sh
. /lib/guest.sh
# shellcheck disable=SC1091 # made by cli/cmd_run.c
. /run.env

can_open() { # DEVICE
	(: > "$1") 2> /tmp/can_open
}

# The device of port N; its name also has the number of its bus.
port() { # N
	echo /dev/vport*p"$1"
}

has_port() { # N
	[ -c "$(port "$1")" ]
}

run_command() {
	wait_for 10 "the ports of the output" has_port 2
	progress "running the command ($steps of $steps)"
	sh /command > "$(port 1)" 2> "$(port 2)" < /dev/null
}

run_shell() {
	wait_for 10 "the console" can_open /dev/hvc0
	progress "the shell ($steps of $steps)"
	ENV=/lib/guest.sh setsid -c sh -c "stty sane rows $SHELL_ROWS cols $SHELL_COLUMNS; exec sh -i" \
		< /dev/hvc0 > /dev/hvc0 2>&1
}

mount -t debugfs debugfs /sys/kernel/debug
if [ -n "$NETWORK" ] || [ -f /load ]; then steps=2; else steps=1; fi
if [ -n "$NETWORK" ]; then
	progress "the network (1 of $steps)"
	peer_up
	[ ! -f /load ] || load_driver
	link_up
elif [ -f /load ]; then
	progress "loading the driver (1 of $steps)"
	load_modules
fi
if [ -n "$DELAY_NS" ]; then
	knobs=$(echo /sys/kernel/debug/dcrt/*)
	echo "$DELAY_MODE" > "$knobs/delay_mode"
	echo "$DELAY_NS" > "$knobs/delay_ns"
fi
status=0
if [ -n "$SHELL_ROWS" ]; then
	run_shell || status=$?
else
	run_command || status=$?
fi
echo "$status" > /results/status
for stats in /sys/kernel/debug/dcrt/*/stats; do
	[ ! -f "$stats" ] || cp "$stats" /results/stats
done
if [ -z "$NETWORK" ] && [ -f /load ]; then
	progress "unloading the driver"
	unload_driver
fi
