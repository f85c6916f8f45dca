#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The split e1000 with a sound process, while its surroundings change: the interface is renamed, the
# process is absent, cannot be started, or dies again and again, its callers are killed, the machine
# sleeps. Nothing may be lost, and the kernel's log must be clean.
# usage: absence.sh DRIVERCUT [SCENARIO...]
set -u
drivercut=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
shift
[ $# -gt 0 ] || set -- rename readers absent again probe unbound suspend start answers bond keep eeprom
[ "$1" != events ] || set -- namespace vlan errors shutdown asleep oom loop journal parameters full lockdown
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
{ [ -x /usr/bin/qemu-system-x86_64 ] && ls /boot/vmlinuz-* >/dev/null 2>&1; } || exit 77

modules=$(echo /lib/modules/6.1.*/kernel | cut -d ' ' -f 1)
cp -r "$here/events" events
make -s -C "$modules/../build" M="$folder/events" modules >said 2>&1 || { cat said; exit 1; }
job=$(cat "$here/jobs/absence.sh")
set -- sh -c "$job" sh "$@"
for module in net/tls/tls drivers/net/bonding/bonding net/llc/llc net/802/stp net/802/garp net/802/mrp net/8021q/8021q; do
	programs="${programs-} --program $modules/$module.ko"
done
# shellcheck disable=SC2086 # its words are arguments
timeout 6000 "$drivercut" run e1000 --icount 2 --timeout 1500 $programs --program events/dc_events.ko -- "$@" >said 2>&1
status=$?
shift 4
[ "$status" = 0 ] || { echo "status $status"; grep -aE '^failed|: not as it should be' said; tail -n 60 said; exit 1; }
for scenario in "$@"; do
	grep -a "^$scenario: as it should be" said || { echo "no $scenario"; cat said; exit 1; }
done
