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
[ $# -gt 0 ] || set -- rename readers absent again probe unbound suspend start answers bond keep
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
{ [ -x /usr/bin/qemu-system-x86_64 ] && ls /boot/vmlinuz-* >/dev/null 2>&1; } || exit 77

modules=$(echo /lib/modules/6.1.*/kernel | cut -d ' ' -f 1)
timeout 3000 "$drivercut" run e1000 --icount 2 --program "$modules/net/tls/tls.ko" \
	--program "$modules/drivers/net/bonding/bonding.ko" -- sh -c "$(cat "$here/jobs/absence.sh")" sh "$@" >said 2>&1
status=$?
[ "$status" = 0 ] || { echo "status $status"; tail -n 60 said; exit 1; }
for scenario in "$@"; do
	grep -a "^$scenario: as it should be" said || { echo "no $scenario"; cat said; exit 1; }
done
