#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every cut that solve --rules writes is emitted, and both components compile and link: small modules
# (tests/emit/builds/) in forms that are hard to cut by text.
#
#   builds.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
root=$(realpath "$(dirname "$0")/../..")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
. "$root/tests/emit/lib.sh"

for file in "$root"/tests/emit/builds/*.c; do
	name=$(basename "$file" .c)
	mkdir "$name"
	cp "$file" "$name/"
	echo "obj-m := $name.o" >"$name/Kbuild"
	"$drivercut" solve "$name" --rules -o cut.json >said 2>&1 &&
		"$drivercut" emit "$name" --cut cut.json -o both >said 2>&1 || {
		cat said
		fail "$name: not emitted"
		continue
	}
	compiles both
	rm -rf both
done
exit $failed
