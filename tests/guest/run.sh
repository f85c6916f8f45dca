#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# drivercut run in a guest, with the stock driver: output, status, results, a shell.
# usage: run.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
{ [ -x /usr/bin/qemu-system-x86_64 ] && ls /boot/vmlinuz-* >/dev/null 2>&1; } || exit 77

# Its two outputs apart and whole, its status, its words as they were typed, what it leaves.
"$drivercut" run e1000 --stock -q -- sh -c 'ethtool -i eth0; echo "$1" >&2; ping -q -c 1 $FAR
	head -c 300000 /dev/urandom | tee data; exit 77' sh "it's  \$HOME" >out.txt 2>errors.txt
status=$?
[ "$status" = 77 ] || { echo "status $status"; cat out.txt errors.txt; exit 1; }
grep -aq '^driver: e1000$' out.txt || { echo "no ethtool"; failed=1; }
grep -aq '1 packets received' out.txt || { echo "no ping"; failed=1; }
[ "$(cat errors.txt)" = "it's  \$HOME" ] || { echo "errors:"; cat errors.txt; failed=1; }
tail -c 300000 out.txt | cmp - out/e1000/run/results/data || failed=1

# A shell, from a pipe
printf 'echo $((6 * 7))\nexit 9\n' | "$drivercut" run e1000 --stock --shell >out.txt 2>errors.txt
status=$?
[ "$status" = 9 ] || { echo "the shell's status is $status"; cat out.txt errors.txt; failed=1; }
tr -d '\r' <out.txt | grep -q '^42$' || { echo "the shell said:"; cat out.txt; failed=1; }

# The kernel's complaint is a failure, whatever the command says.
expect 3 "the guest's kernel complained" run e1000 --stock -- \
	sh -c 'echo "<4>WARNING: CPU: 0 PID: 1 at a test" >/dev/kmsg; sleep 1'
exit $failed
