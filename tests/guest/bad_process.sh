#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The split e1000 with a process that sends wrong values, another for each number given as message
# level, or hangs, or goes on for ever, or tries what it has no right to. The kernel refuses, the process ends, the next one serves, and the kernel's log is
# clean (a complaint there fails the run).
# usage: bad_process.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
{ [ -x /usr/bin/qemu-system-x86_64 ] && ls /boot/vmlinuz-* >/dev/null 2>&1; } || exit 77

run() { "$@" >said 2>&1 || { echo "$*:"; cat said; exit 1; }; }
run "$drivercut" problem e1000 --rules -o problem.json
run "$drivercut" solve --problem problem.json -o cut.json
run "$drivercut" emit e1000 --cut cut.json -o emit

# The wrong values go into the process's e1000_set_msglevel.
awk '/^static void e1000_set_msglevel/ { print "#include \"wrong_values.h\""; in_it = 1 }
	{ print }
	in_it && /netdev_priv/ { print "wrong_value(adapter, data);"; in_it = 0; done = 1 }
	END { exit !done }' emit/user/e1000_ethtool.c >changed.c || { echo "no place for the wrong values"; exit 1; }
mv changed.c emit/user/e1000_ethtool.c
cat >>emit/user/e1000_hw.c <<'END'

void keep_lock(void);
void keep_lock(void)
{
	mutex_lock(&e1000_eeprom_lock);
}
END
cp "$here/wrong_values.h" emit/user/wrong_values.h
cp "$here/no_rights.c" emit/user/runtime/process/
timeout 1200 "$drivercut" run e1000 --components emit -- sh -c "$(cat "$here/jobs/msglevels.sh")" >said 2>&1
status=$?
[ "$status" = 0 ] || { echo "status $status"; tail -n 60 said; exit 1; }
grep -a '^wrong value ' said
[ "$(grep -ac '^wrong value .*: refused$' said)" = 14 ] || { echo "not fourteen"; cat said; exit 1; }
[ "$(grep -ac '^endless .*: ended$' said)" = 2 ] || { echo "endless"; cat said; exit 1; }
grep -aq '^rights: none$' said || { echo "rights"; cat said; exit 1; }
grep -aq '^kept lock: released$' said || { echo "no kept lock"; cat said; exit 1; }
grep -aq '^hang: ended$' said || { echo "no hang"; cat said; exit 1; }
