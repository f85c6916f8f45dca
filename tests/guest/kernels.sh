#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# drivercut run with a kernel that is not the default: the split e1000 is built for it, loads, has a
# link, answers ping and ethtool, and survives the death of its process. Then a folder of one's own
# whose name is not its module's, in need of no device but of another module.
# usage: kernels.sh DRIVERCUT VERSION
set -u
drivercut=$(realpath "$1") version=$2
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
release=$(ls -d /lib/modules/"$version".*/build 2>/dev/null | sort -V | tail -n 1)
release=$(basename "$(dirname "$release")")
[ -x /usr/bin/qemu-system-x86_64 ] && [ -f "/boot/vmlinuz-$release" ] &&
	[ -f "/usr/src/linux-source-$version.tar.xz" ] || {
	echo "no kernel $version: its headers, image and source"
	exit 77
}

cat >job <<'END_OF_JOB'
set -e
uname -r
ethtool -i "$near"
ping -q -c 2 "$FAR"
ethtool -S "$near" | head -n 1
old=$(pidof e1000)
kill -9 "$old"
PROCESS=e1000
wait_for 20 "another process" has_process
ping -q -c 2 "$FAR"
ethtool -e "$near" offset 0 length 4
link_down
link_up
ping -q -c 2 "$FAR"
rmmod e1000
rmmod dcrt
END_OF_JOB
"$drivercut" run e1000 --kernel "$version" --icount 2 -- sh -c ". /lib/guest.sh; near=\$(nic 0)
$(cat job)" >out.txt 2>errors.txt
status=$?
[ "$status" = 0 ] || { echo "status $status"; cat out.txt errors.txt; failed=1; }
check grep -qx "$release" out.txt
check grep -qx 'driver: e1000' out.txt
[ "$(grep -c '2 packets received' out.txt)" = 3 ] || { echo "no ping"; cat out.txt; failed=1; }
check grep -q '^NIC statistics:' out.txt
check grep -q '^0x0000:' out.txt

# softdog needs the module watchdog.
mkdir dog && tar -C dog -xf "/usr/src/linux-source-$version.tar.xz" --strip-components=3 \
	"linux-source-$version/drivers/watchdog/softdog.c"
echo 'obj-m := softdog.o' >dog/Kbuild
"$drivercut" run dog --device none --stock --kernel "$version" --icount 2 -- \
	sh -c 'cat /proc/modules; cat /sys/class/watchdog/watchdog0/identity || ls /dev/watchdog0' \
	>out.txt 2>errors.txt
status=$?
[ "$status" = 0 ] || { echo "status $status"; cat out.txt errors.txt; failed=1; }
check grep -q '^softdog ' out.txt
check grep -q '^watchdog .*softdog' out.txt
exit $failed
