#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# The first process of a guest. Loads the modules, runs /job, writes /results to the first virtio
# disk as a tar archive and ends the machine. All talk goes through the kernel's log, a line at a
# time, so that it cannot be torn by the kernel's own messages; guest/guest.c reads it:
#
#   dc-job: TEXT      a line that the job wrote
#   dc-progress: TEXT a line of the job that began with "progress: "
#   dc-end: STATUS    the job's exit status; results are on the disk
#   dc-link: N on|off the job wants the wire of network card N in or out
export PATH=/bin:/sbin HOME=/ TMPDIR=/tmp

say() {
	echo "<5>$1" > /dev/kmsg
}

end() {
	say "dc-end: $1"
	# At once: on the way of an orderly reboot virtio_net hangs when it sends in that moment.
	echo b > /proc/sysrq-trigger
	sleep 60
}

relay() {
	while IFS= read -r line; do
		case $line in
		"progress: "*) say "dc-progress: ${line#progress: }" ;;
		*) say "dc-job: $line" ;;
		esac
	done
}

/bin/busybox mkdir -p /proc /sys /dev /tmp /run/netns /var
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs -o size=90% tmp /tmp
mount -t tracefs tracing /sys/kernel/tracing
ln -s /run /var/run
while read -r module; do
	insmod "/modules/$module" || end 97
done < /modules/order
ifconfig lo 127.0.0.1 up

cd /results || end 97
# Processes that the job leaves in its session end with it; they would keep the pipe open.
{
	# not as an asynchronous command: those ignore SIGINT
	setsid sh -c 'echo $$ > /tmp/job; exec sh -e /job' 2>&1
	echo $? > /tmp/status
	kill -9 "-$(cat /tmp/job)" 2> /dev/null
} | relay
[ -s /tmp/status ] || echo 98 > /tmp/status
if [ -b /dev/vda ]; then
	tar -c -f /dev/vda . || echo 96 > /tmp/status
	sync
fi
read -r status < /tmp/status
end "$status"
