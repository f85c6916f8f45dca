#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Functions and direct calls of a driver as clang's own code generator sees them, without drivercut:
# Kbuild's commands through `clang -emit-llvm` before any optimisation, debug information to tell
# the driver's functions from those of the kernel's headers.
#
# usage: ir_edges.sh SOURCE MODULE HEADERS
# prints "function NAME", "edge CALLER CALLEE", "kernel CALLER CALLEE", sorted, each once.
set -eu

source=$(realpath "$1") module=$2 headers=$(realpath "$3")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM

make -n -w V=1 -C "$headers" M="$source" "$source" >"$dir/make" 2>&1 || {
	tail -5 "$dir/make" >&2
	exit 1
}

# Before it runs a command Kbuild says it: echo '  COMMAND'. One line each of what it would say.
sed -n "s/^set -e;  echo '  *\(.*\)';    trap .*/\1/p" "$dir/make" |
	sed "s/'\\\\''/'/g" >"$dir/commands"

# The objects that Kbuild lists in MODULE.mod, by full path.
awk -v mod="/$module.mod" '
	$1 == "printf" && substr($NF, length($NF) - length(mod) + 1) == mod {
		folder = substr($NF, 1, length($NF) - length(mod))
		for (i = 3; $i != "|"; i++) print folder "/" $i
	}' "$dir/commands" >"$dir/objects"
[ -s "$dir/objects" ] || { echo "no $module.mod in Kbuild's plan" >&2; exit 1; }

# Flags that only gcc knows are dropped.
while read -r object; do
	awk -v object="$object" '
		/-c -o/ && index($0, " -c -o " object " ") {
			sub(/^[^ ]* /, "")
			sub(/ ; .*/, "")
			sub(" -o " object " ", " ")
			print
			exit
		}' "$dir/commands" >"$dir/command"
	[ -s "$dir/command" ] || { echo "no command makes $object" >&2; exit 1; }
	sed "s/ -mindirect-branch[^ ]*//g; s/ -mpreferred-stack[^ ]*//g; s/ -mskip-rax[^ ]*//g
		s/ -mharden-sls[^ ]*//g; s/ -fconserve-stack//g; s/ -fno-allow-store[^ ]*//g
		s/ -mrecord-mcount//g; s/ -Wp,[^ ]*//g; s/ -fplugin[^ ]*//g
		s/ -mfunction-return[^ ]*//g; s/ -fmin-function[^ ]*//g; s/ -g[^ ]*//g
		s/ -f[a-z-]*var-tracking[^ ]*//g; s/ -falign[^ ]*//g; s/ -W[^ ]*//g
		s/ -fno-code-hoist[^ ]*//g; s/ -femit-struct[^ ]*//g; s/ -fsanitize=[^ ]*//g" \
		"$dir/command" >"$dir/flags"
	(cd "$headers" && eval "clang-19 $(cat "$dir/flags") -w -gline-tables-only \
		-Xclang -disable-llvm-passes -S -emit-llvm -o -") >"$dir/unit.ll"
	awk -v root="$source/" '
	function name_after(text, mark,   at, rest) {
		at = index(text, mark)
		rest = substr(text, at + length(mark))
		if (substr(rest, 1, 1) == "\"")
			return substr(rest, 2, index(substr(rest, 2), "\"") - 1)
		match(rest, /^[A-Za-z0-9_.$]+/)
		return substr(rest, 1, RLENGTH)
	}
	/^define / {
		at = name_after($0, "@")
		internal = $0 ~ /^define internal/
		match($0, /!dbg ![0-9]+/)
		program[at] = RSTART ? substr($0, RSTART + 5, RLENGTH - 5) : ""
		next
	}
	/^}/ { at = "" }
	at != "" && /(^|[ =])call / {
		text = $0
		sub(/^.*(^|[ =])call /, "", text)
		# the callee is the first @ before the opening bracket of the arguments
		if (text ~ / asm /) next
		open = match(text, /@[A-Za-z0-9_.$]+\(/)
		other = match(text, /%[A-Za-z0-9_.]+\(/)
		if (open && (!other || open < other)) {
			callee = name_after(text, "@")
			if (match(callee, /^_Z[0-9]+/)) # an overloaded function of the headers
				callee = substr(callee, RLENGTH + 1, substr(callee, 3, RLENGTH - 2))
			if (callee !~ /^llvm\./) calls[at " " callee] = 1
		}
	}
	/^![0-9]+ = .*DIFile\(/ { files[$1] = $0 }
	/^![0-9]+ = .*DISubprogram\(/ {
		match($0, /file: ![0-9]+/)
		of[$1] = substr($0, RSTART + 6, RLENGTH - 6)
	}
	END {
		for (f in program) {
			file = files[of[program[f]]]
			if (index(file, "\"" root)) print "function", f
		}
		for (c in calls) print "call", c
	}' "$dir/unit.ll" >>"$dir/facts"
done <"$dir/objects"

awk '$1 == "function" { ours[$2] = 1; print }
	$1 == "call" { from[++n] = $2; to[n] = $3 }
	END {
		for (i = 1; i <= n; i++)
			if (from[i] in ours)
				print (to[i] in ours ? "edge" : "kernel"), from[i], to[i]
	}' "$dir/facts" | LC_ALL=C sort -u
