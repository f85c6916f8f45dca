#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The output shown in README.md and docs/ is real: a block after `<!-- $ COMMAND -->` is what the
# command prints, with the recorded profiles and the source package that <!-- source: --> names.
#
#   ci/readme.sh DRIVERCUT           compares; exit 77 if another linux-source-6.1 is installed
#   ci/readme.sh DRIVERCUT --write   writes the blocks anew
set -eu
drivercut=$(realpath "$1")
write=${2-}
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" && ln -s "$drivercut" "$work/bin/drivercut"
PATH=$work/bin:$PATH DRIVERCUT_OUT=$work/out
export PATH DRIVERCUT_OUT

version=$(dpkg-query -W -f '${Version}' linux-source-6.1 2>/dev/null || true)
recorded=$(sed -n 's/^<!-- source: linux-source-6.1 \(.*\) -->$/\1/p' README.md)
if [ "$write" != --write ] && [ "$version" != "$recorded" ]; then
	echo "README.md was made with linux-source-6.1 $recorded, here is '$version'"
	exit 77
fi

# Copies a file, each marked block replaced by what its command prints now.
renew() {
	awk -v version="$version" '
		/^<!-- source: linux-source-6.1 / { print "<!-- source: linux-source-6.1 " version " -->"; next }
		/^<!-- \$ .* -->$/ { command = substr($0, 8, length($0) - 11) }
		inside && /^```$/ { inside = 0 }
		!inside { print }
		command != "" && /^```/ {
			command = command " 2>/dev/null"
			while ((command | getline line) > 0) print line
			close(command)
			command = ""
			inside = 1
		}' "$1"
}

status=0
for file in README.md docs/*.md; do
	grep -qs "^<!-- \$ " "$file" || continue
	renew "$file" > "$work/new"
	if [ "$write" = --write ]; then
		cat "$work/new" > "$file"
	elif ! diff -u "$file" "$work/new"; then
		echo "$file: not what the commands print now; ci/readme.sh DRIVERCUT --write mends it"
		status=1
	fi
done

# The picture, made by the same program.
drivercut sweep e1000 -q --plot "$work/sweep.svg" >/dev/null 2>&1
if [ "$write" = --write ]; then
	cp "$work/sweep.svg" docs/sweep.svg
elif ! cmp -s "$work/sweep.svg" docs/sweep.svg; then
	echo "docs/sweep.svg: not what drivercut sweep --plot draws now"
	status=1
fi

# The figures of the cut that runs, in the first screen and below.
drivercut solve e1000 --rules -q --json >"$work/cut.json" 2>/dev/null
figures=$(jq -r '(.kernel_loc + .user_loc) as $all | [.kernel_loc, .user_loc, $all,
	(1000 * .user_loc / $all | round / 10), (1000 * .kernel_loc / $all | round / 10)] | map(tostring) | join(" ")' "$work/cut.json")
read -r kernel user all moved stays <<-END
	$figures
END
case $moved in *.*) ;; *) moved=$moved.0 ;; esac
case $stays in *.*) ;; *) stays=$stays.0 ;; esac
tr -s '\n ' ' ' <README.md >"$work/text" # a sentence may go on in the next line
for words in "250 functions, $all lines" "│ $kernel lines: " "│ $user lines: " "**$moved % of its lines run in a process**" \
	"With the rules, $moved % of e1000's lines can move and $stays % stay"; do
	grep -qF -- "$words" "$work/text" || { echo "README.md does not say: $words"; status=1; }
done
exit $status
