#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every cut that solve --rules writes is emitted, and both components compile and link: small modules
# (tests/emit/builds/) in forms that are hard to cut by text. A case may say which functions must be in
# the process: " * User: NAME..." ends its comment.
#
#   builds.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
root=$(realpath "$(dirname "$0")/../..")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
shared=$folder/shared
. "$root/tests/emit/lib.sh"

# Solves, emits and compiles the folder NAME.
cut_and_build() { # NAME OPTIONS...
	name=$1
	shift
	"$drivercut" solve "$name" --rules "$@" -o cut.json >said 2>&1 &&
		"$drivercut" emit "$name" "$@" --cut cut.json -o both >said 2>&1 || {
		cat said
		fail "$name: not emitted"
		return
	}
	compiles both
}

for file in "$root"/tests/emit/builds/*.c; do
	name=$(basename "$file" .c)
	mkdir "$name"
	cp "$file" "$name/"
	for header in "${file%.c}"_*.h; do
		[ ! -e "$header" ] || cp "$header" "$name/"
	done
	printf 'obj-m := %s.o\nccflags-y += -I$(src)\n' "$name" >"$name/Kbuild"
	cut_and_build "$name"
	for function in $(sed -n 's|^ \* User: \(.*\) \*/$|\1|p' "$file"); do
		[ "$(jq -r ".sides.$function" cut.json)" = user ] ||
			fail "$name: $function is not in the process"
	done
	rm -rf both
done

# A folder with four modules, of which one does not compile and one has a file together with ours: only the named one is taken, with its
# flags, and with the headers that it includes from outside.
cp -r "$root/tests/emit/builds/siblings" "$root/tests/emit/builds/above" .
cut_and_build siblings --module sib-one
for other in sib-two.c broken.c other.c; do
	[ -e "both/kernel/$other" ] && fail "siblings: $other is of another module, and was emitted"
done
grep -q "obj-m := sib-one.o" both/kernel/Kbuild || fail "siblings: not the Kbuild of one module"
exit $failed
