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
take() { # FOLDER PATH [FILE]: of the kernel's source, all of PATH or FILE.c as a module
	mkdir -p "$1"
	tar -C "$1" --strip-components=$(($(echo "$2" | tr -cd / | wc -c) + 2)) \
		-xf "/usr/src/linux-source-$version.tar.xz" "linux-source-$version/$2${3:+/$3.c}"
	[ -z "${3-}" ] || echo "obj-m := $3.o" >"$1/Kbuild"
}
phases() { # NAME...
	printf '"phases": [{"name": "%s", "per_hour": 1}' "$1"
	shift
	[ $# = 0 ] || printf ', {"name": "%s", "per_hour": 1}' "$@"
	printf ']}\n'
}
recorded() { # FOLDER-OF-RESULTS FUNCTION: the kernel called it
	check jq -e --arg name "$2" '.kind == "profile" and
		.unseen_in_graph == [] and ([.entries[] | select(.function == $name)] | length) == 1' \
		"$1/profile.json" >/dev/null
}

take dog drivers/watchdog softdog
{
	echo '{"schema": 2, "kind": "driver", "name": "dog", "title": "Own", "family": "watchdog",'
	echo '"module": "softdog",' && phases load unload
} >dog/driver.json
expect 0 "" profile dog --kernel "$version" --device none
check test -s out/dog*/profile.json

take "own cards" drivers/net/ethernet/intel/e1000
{
	echo '{"schema": 2, "kind": "driver", "name": "own cards", "title": "Own", "family": "net",'
	echo '"module": "e1000",' && phases stream load up down unload
} >"own cards/driver.json"
expect 0 "edges between the driver's functions that ran are in its graph" profile "own cards" --kernel "$version" --device e1000
recorded "out/own cards-$version" e1000_open
expect 0 "lambda" solve "own cards" --kernel "$version"
exit $failed
