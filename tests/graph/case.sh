#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A small C file with what its graph must say in its last comment:
#
#	/* expect edges locks
#	 * f -> g
#	 * f g: spinlock
#	 */
#
# The words after expect say what is compared (show.jq), and it is compared exactly. A comment
# `expect-known-bad REASON / WORDS` holds the right answer that we do not give yet; the case fails
# when we do. Further files of a case are called NAME.2.c.
#
# usage: case.sh DRIVERCUT CASE.c
set -eu

drivercut=$(realpath "$1") file=$(realpath "$2")
here=$(dirname "$(realpath "$0")")
ls -d /lib/modules/*/build >/dev/null 2>&1 || exit 77
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM

mkdir "$dir/source" "$dir/include"
cp "$here/kernel.h" "$dir/include"
: >"$dir/source/Kbuild"
[ ! -f "${file%.c}.h" ] || cp "${file%.c}.h" "$dir/source"
for part in "${file%.c}".c "${file%.c}".[0-9].c; do
	[ -f "$part" ] || continue
	cp "$part" "$dir/source"
	jq -n --arg dir "$dir/source" --arg file "$(basename "$part")" --arg inc "$dir/include" \
		'{directory: $dir, file: $file, arguments: ["cc", "-I", $inc, "-c", $file]}'
done | jq -s . >"$dir/commands.json"

grep -q '^/\* expect' "$file" || { echo "$file expects nothing"; exit 99; }
show=$(sed -n 's,^/\* expect[a-z-]* *,,p' "$file" | sed 's,.*/ ,,; s, *\*/,,')
sed -n '/^\/\* expect/,/\*\//p' "$file" | sed -n 's,^ \* ,,p' >"$dir/expected"

DRIVERCUT_OUT=$dir "$drivercut" graph -q "$dir/source" --family net -o "$dir/graph.json" \
	--compile-commands "$dir/commands.json" >/dev/null
jq -r --arg show "$show" -f "$here/show.jq" "$dir/graph.json" | sed "s, *\$,," >"$dir/got"
if grep -q '^/\* expect-known-bad' "$file"; then
	! diff -q "$dir/expected" "$dir/got" >/dev/null || { echo "not bad any more"; exit 1; }
	exit 0
fi
diff -u "$dir/expected" "$dir/got"
