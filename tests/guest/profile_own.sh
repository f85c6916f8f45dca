#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# drivercut profile of sources of one's own with a kernel that is not the default: a network driver in
# a folder with a space in its name, whose driver.json names neither a source nor a device; and a
# module that needs no hardware but another module. solve takes what was recorded.
# usage: profile_own.sh DRIVERCUT VERSION
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
[ -x /usr/bin/qemu-system-x86_64 ] && [ -f "/boot/vmlinuz-$release" ] && command -v perf >/dev/null &&
	[ -f "/usr/src/linux-source-$version.tar.xz" ] || {
	echo "no kernel $version (its headers, image and source), or no perf"
	exit 77
}
take() { # FOLDER FILE: of the kernel's source
	mkdir -p "$1"
	tar -xOf "/usr/src/linux-source-$version.tar.xz" "linux-source-$version/$2" >"$1/$(basename "$2")"
	echo "obj-m := $(basename "$2" .c).o" >"$1/Kbuild"
}
phases() { # NAME...
	printf '"phases": [{"name": "%s", "per_hour": 1}' "$1"
	shift
	[ $# = 0 ] || printf ', {"name": "%s", "per_hour": 1}' "$@"
	printf ']}\n'
}
recorded() { # FOLDER-OF-RESULTS FUNCTION: the kernel called it
	check jq -e --arg name "$2" --arg release "$release" '.kind == "profile" and
		([.entries[] | select(.function == $name and .calls > 0)] | length) == 1' \
		"$1/profile.json" >/dev/null
}

take "own cards" drivers/net/ethernet/realtek/8139cp.c
{
	echo '{"schema": 2, "kind": "driver", "name": "cards", "title": "Own", "family": "net",'
	echo '"module": "8139cp",' && phases load up down unload
} >"own cards/driver.json"
expect 0 "" profile "own cards" --kernel "$version" --device rtl8139
recorded out/*cards* cp_open
expect 0 "lambda" solve "own cards" --kernel "$version"

take dog drivers/watchdog/softdog.c
{
	echo '{"schema": 2, "kind": "driver", "name": "dog", "title": "Own", "family": "watchdog",'
	echo '"module": "softdog",' && phases load unload
} >dog/driver.json
expect 0 "" profile dog --kernel "$version" --device none
check test -s out/dog*/profile.json
exit $failed
