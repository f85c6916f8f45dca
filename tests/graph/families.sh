#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every row of a family template against the kernel's real headers: the structure has the field,
# the function exists (as a function or a macro) and has that argument, and no row is there twice. A
# row with a "header" is of a driver's own, which the headers package has not: the text of that
# header in the kernel source must have it. Skipped (77) without headers of that kernel.
#
# usage: families.sh VERSION FAMILY.json...
set -eu

version=$1
shift
headers=$(ls -d /lib/modules/"$version".*/build 2>/dev/null | sort -V | tail -n 1)
[ -n "$headers" ] || { echo "no headers of kernel $version: skipped"; exit 77; }
common=$(sed -n 's/^include \(.*\)\/Makefile.*/\1/p' "$headers/Makefile")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM

# Kbuild's own flags for a module of one file.
mkdir "$dir/module"
echo 'obj-m := check.o' >"$dir/module/Kbuild"
: >"$dir/module/check.c"
make -n -w V=1 -C "$headers" M="$dir/module" "$dir/module" 2>/dev/null |
	sed -n "s/^set -e;.* echo '  *[^ ]*gcc[^ ]* //; t found; d; :found; s/ -c -o .*//p" | head -n 1 |
	tr ' ' '\n' |
	grep -E '^-(D[A-Z_a-z0-9]*(=[0-9]*)?$|I|include$|nostdinc|std|f(short|no-strict))|^(\./|/).*\.h$' |
	tr '\n' ' ' >"$dir/flags"
echo "-DKBUILD_MODNAME='\"check\"' -DKBUILD_BASENAME='\"check\"' -DKBUILD_MODFILE='\"check\"'" >>"$dir/flags"
tr '\n' ' ' <"$dir/flags" >"$dir/flags.line" && mv "$dir/flags.line" "$dir/flags"

# Rows of this kernel.
jq --arg version "$version" 'walk(if type == "array" then
	map(select(type != "object" or (.kernels | not) or (.kernels | index($version)))) else . end)' \
	"$@" >"$dir/rows"
jq -r '((.fields // []) + ((.reach // []) | map(select(.struct))))[] | select(.header | not) |
	"field \(.struct) \(.field)"' "$dir/rows" | sort >"$dir/fields"
jq -r '((.arguments // [])[] | select(.header | not) | "argument \(.function) \(.argument)"),
	((.locks // [])[] | "argument \(.function) \([.takes // -1, .tries // -1, .releases // -1] | max)"),
	((.registers // [])[] | "argument \(.) -1 registers"),
	((.copies // [])[] | "argument \(.function) \([.writes // -1, .reads // -1] | max) copies"),
	((.memory // [])[] | "argument \(.function) \(.frees // -1) memory"),
	((.reach // [])[] | select(.function) |
		"argument \(.function) \([.argument // -1, (.bytes // [])[]] | max) reach \(.argument // "")")' "$dir/rows" |
	sort >"$dir/functions.once"
jq -r '(.fields // [])[] | (.registered // [])[] | select(.function) | "argument \(.function) -1"' \
	"$dir/rows" | sort -u - "$dir/functions.once" >"$dir/functions"
jq -r '((.fields // []) + (.arguments // []))[] | select(.header) |
	"\(.header) \(.struct // .function) \(.field // .argument)"' "$dir/rows" | sort >"$dir/own"
cat "$dir/fields" "$dir/functions.once" "$dir/own" | sort | uniq -d | sed 's/^/there twice: /' >"$dir/bad"

# Drivers' own headers.
source=linux-source-$version
if [ -s "$dir/own" ] && [ -f /usr/src/$source.tar.xz ]; then
	awk -v source=$source '{ print source "/" $1 }' "$dir/own" | sort -u >"$dir/files"
	tar -C "$dir" -xf /usr/src/$source.tar.xz -T "$dir/files" 2>/dev/null || true
	while read -r header name part; do
		case $part in
		[0-9]*) pattern="\\b$name *(\\(|$)" part= ;;
		*) pattern="^struct $name \\{" ;;
		esac
		grep -qE "$pattern" "$dir/$source/$header" && grep -qw -- "${part#\*}" "$dir/$source/$header" ||
			echo "not in $header: $name $part"
	done <"$dir/own" >>"$dir/bad"
fi

# Which header defines each structure or mentions each function.
awk '{ print $2 }' "$dir/fields" | sort -u >"$dir/structs"
awk '{ print $2 }' "$dir/functions" | sort -u >"$dir/names"
find "$common/include/linux" "$common/include/net" "$common/include/scsi" "$common/include/sound" \
	"$common/include/rdma" "$common/include/xen" "$common/include/target" "$common/include/media" "$common/include/pcmcia" \
	"$common/include/crypto" "$common/include/drm" "$common/include/asm-generic" "$common/arch/x86/include/asm" -name '*.h' |
	grep -v -e '/soc/[^q]' -e /platform_data/ -e asm-generic/rwonce | sort >"$dir/headers"
xargs awk -v structs="$dir/structs" -v names="$dir/names" '
	BEGIN {
		while ((getline < structs) > 0) wanted[$1] = 1
		while ((getline < names) > 0) called[$1] = 1
	}
	$1 ~ /^(struct|union)$/ && ($3 == "{" || NF == 2) && ($2 in wanted) { print FILENAME }
	/\(/ {
		text = $0
		while (match(text, /[A-Za-z_0-9]+\(/)) {
			if (substr(text, RSTART, RLENGTH - 1) in called) print FILENAME
			text = substr(text, RSTART + RLENGTH)
		}
	}' <"$dir/headers" | sort -u >"$dir/candidates"

# One file that includes them all. A header that does not compile here is left out, and what only
# it has is looked up in its text.
clang() {
	# shellcheck disable=SC2294 # the flags are quoted for a shell
	(cd "$headers" && eval "clang-19 $(cat "$dir/flags") -w -ferror-limit=0 -fsyntax-only" "$@")
}
includes() {
	echo '#include <linux/module.h>'
	echo '#include <linux/netdevice.h>'
	sed -e "s,^$common/include/,," -e "s,^$common/arch/x86/include/,," -e 's/.*/#include <&>/' "$1"
}
cp "$dir/candidates" "$dir/good"
: >"$dir/broken"
for round in 1 2 3 4 5 6; do
	includes "$dir/good" >"$dir/check.c"
	clang "$dir/check.c" 2>"$dir/errors" && break
	grep -E '^[^ :]*:[0-9]*:[0-9]*: (fatal )?error' "$dir/errors" | sed 's/:.*//' >"$dir/culprits"
	# and what includes them
	sed -n 's/^In file included from \(.*\.h\):.*/\1/p' "$dir/errors" >"$dir/including"
	sort -u "$dir/culprits" >>"$dir/broken"
	grep -v -x -F -f "$dir/culprits" "$dir/good" >"$dir/kept" || true
	cmp -s "$dir/kept" "$dir/good" && grep -v -x -F -f "$dir/including" "$dir/good" >"$dir/kept"
	cat "$dir/culprits" "$dir/including" | sort -u >>"$dir/broken"
	mv "$dir/kept" "$dir/good"
	[ "$round" != 6 ] || { head -20 "$dir/errors"; exit 99; }
done

# A name that is only a union's.
xargs sed -n 's/^union \([a-z_0-9]*\) {.*/\1/p' <"$dir/candidates" | sort -u >"$dir/unions"
awk -v unions="$dir/unions" '
	BEGIN { while ((getline name < unions) > 0) is_union[name] = 1 }
	{ tag = ($2 in is_union) ? "union" : "struct" }
	$3 == "*" { printf "enum { check_%d = sizeof(%s %s) }; /* %s */\n", NR, tag, $2, $0; next }
	{ printf "typedef typeof(((%s %s *)0)->%s) check_%d; /* %s */\n", tag, $2, $3, NR, $0 }' \
	"$dir/fields" >>"$dir/check.c"
awk '{ printf "#ifndef %s\ntypedef typeof(&%s) call_%d; /* %s */\n#endif\n", $2, $2, NR, $0 }' \
	"$dir/functions" >>"$dir/check.c"
clang "$dir/check.c" 2>"$dir/errors" || true
sed -n 's/.*check\.c:\([0-9]*\):[0-9]*: error.*/\1/p' "$dir/errors" | sort -un |
	while read -r line; do
		sed -n "${line}s,.*/\\* \\(.*\\) \\*/.*,not in the headers: \\1,p" "$dir/check.c"
	done >"$dir/missing"

# Those of a header that was left out: text will do.
while read -r _ _ _ _ kind name part; do
	case $kind in
	field) pattern="struct $name {" ;;
	*) pattern="$name(" ;;
	esac
	file=$(xargs grep -lF -- "$pattern" /dev/null <"$dir/broken" 2>/dev/null | head -n 1)
	if [ -n "$file" ] && { [ "$kind" != field ] || [ "$part" = '*' ] || grep -qw -- "$part" "$file"; }; then
		continue
	fi
	echo "not in the headers: $kind $name $part"
done <"$dir/missing" >>"$dir/bad"

# Arguments: the prototypes as clang reads them.
clang -Xclang -ast-dump "$dir/check.c" 2>/dev/null | awk -v wanted="$dir/functions" '
	BEGIN { while ((getline line < wanted) > 0) { split(line, w, " "); if (w[3] >= 0 && w[3] + 0 >= most[w[2]] + 0) most[w[2]] = w[3] } }
	/^[|`]-FunctionDecl / {
		at = index($0, " \047")
		name = substr($0, 1, at - 1)
		sub(/.* /, "", name)
		if (!(name in most) || name in seen) next
		seen[name] = 1
		type = substr($0, at + 2)
		sub(/\047.*/, "", type)
		sub(/^[^(]*\(/, "", type) # a function that returns a pointer to one is not expected
		depth = count = 0
		for (i = 1; i <= length(type); i++) {
			c = substr(type, i, 1)
			if (c == "(") depth++
			else if (c == ")") depth--
			else if (c == "," && !depth) count++
		}
		if (type == "void)") count = -1
		if (most[name] > count && type !~ /\.\.\./)
			print "has no such argument: " name " " most[name]
	}' >>"$dir/bad"

[ -s "$dir/bad" ] || { echo "$(cat "$dir/fields" "$dir/functions" "$dir/own" | wc -l) rows are real"; exit 0; }
cat "$dir/bad"
exit 1
