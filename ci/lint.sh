#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Our sources against our style: format, spelling, shell, licence lines, layering. Prints one line
# a check and `N passed, N failed`; exits 1 if any failed. Needs `ci/deps.sh lint`.
set -u
cd "$(dirname "$0")/.." || exit 2

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
checks=0

# try NAME COMMAND...: runs beside the others; what the command prints is shown if it fails
try() {
	checks=$((checks + 1))
	name=$1
	shift
	{
		if output=$("$@" 2>&1); then
			echo "ok   $name"
		else
			echo "FAIL $name"
			printf '%s\n' "$output" | tail -n 40
		fi
	} >"$work/$checks" &
}

# Prints what each check said, in their order, and the count.
report() {
	wait
	passed=0
	for number in $(seq "$checks"); do
		cat "$work/$number"
		case $(head -n 1 "$work/$number") in ok*) passed=$((passed + 1)) ;; esac
	done
	echo "$passed passed, $((checks - passed)) failed"
	[ "$passed" = "$checks" ]
}

c_files() { git ls-files -co --exclude-standard -- '*.c' '*.h' | while read -r f; do [ -f "$f" ] && echo "$f"; done; }
shell_files() { git grep -lE '^#!/bin/(ba)?sh' -- ':!*.md' ':!LICENSES'; }

# The test cases of the graph keep odd code on purpose.
format() { c_files | grep -vE '^tests/(graph/cases|emit/(cases|builds))/' | xargs clang-format-19 --dry-run --Werror; }
shell() { shell_files | xargs shellcheck -x -S warning; }
spelling() { git ls-files -- ':!LICENSES' ':!*.svg' ':!*profile.json' | xargs codespell -L inflight,parm,daa,ba,nd,hda,iput,rouge,inout,ot,te,sync,als,statics; }
cpp() {
	c_files | grep -vE '^tests/(graph/cases|emit/(cases|builds))/' |
		xargs cppcheck -q --enable=warning,portability --inline-suppr --error-exitcode=1 \
			--suppress=missingIncludeSystem --suppress=unknownMacro \
			--suppress=nullPointerOutOfMemory --suppress=normalCheckLevelMaxBranches \
			--suppress='uninitvar:runtime/module/*' -I .
}

licence() {
	bad=$( (c_files; shell_files; git ls-files '*meson.build' '*.sh') | sort -u |
		xargs grep -L 'SPDX-License-Identifier')
	[ -z "$bad" ] || { echo "no SPDX line: $bad"; return 1; }
}

# Arrows point down: a folder includes only what stands below it, and one library has one home.
layers() {
	bad=$(
		check() { # FOLDER ALLOWED-REGEX
			git grep -nE '^#include "[a-z0-9]+/' -- "$1/*.[ch]" |
				grep -vE "#include \"($2)/"
		}
		check base 'base'
		check graph 'base|graph'
		check guest 'base|guest|graph'
		check profile 'base|graph|guest|profile'
		check runtime 'none'
		room() { # FOLDER ALLOWED-REGEX: within runtime/, where includes are relative
			git grep -nE '^#include "\.\./' -- "runtime/$1/*.[ch]" |
				grep -vE "#include \"\.\./(($2)/)?[a-z]+\.h\""
		}
		room message 'none'
		room objects 'message'
		room call 'message|objects'
		room module 'call|message|objects'
		room component 'module'
		room process 'call|component|message|objects'
		check solver 'base|solver'
		check marshal 'base|graph|marshal'
		check problem 'base|graph|profile|marshal|problem|solver'
		check emit 'base|graph|marshal|solver|emit'
		check report 'base|graph|solver|report'
		git grep -n '#include <clang-c' -- '*.[ch]' ':!graph'
		git grep -n '#include <igraph' -- '*.[ch]' ':!solver' ':!tests' ':!bench'
		git grep -n '#include <glpk' -- '*.[ch]' ':!solver' ':!tests' ':!bench'
		git grep -nE '\b(printf\(|puts\(|fputs\(.*stdout)' -- '*.c' ':!cli' ':!tests' ':!bench' |
			grep -vE 'snprintf|fprintf|dc_printf|asprintf|arena_printf'
		git grep -niE '"[^"]*e1000' -- '*.c' '*.h' ':!tests' ':!bench' |
			grep -vE '/\*|^[^:]*:[0-9]+:\s*\*|^cli/.*drivercut [a-z]+ e1000|^cli/.*\(e1000\)'
	)
	[ -z "$bad" ] || { echo "$bad"; return 1; }
}

# The kernel side of the runtime by the kernel's own checkers: dcrt.ko, and the library in a component.
kernel_build() { find /lib/modules/*/build -maxdepth 0 2>/dev/null | sort -V | tail -n 1; }

sparse_runtime() {
	build=$(kernel_build)
	command -v sparse || { echo "no sparse: ci/deps.sh lint"; return 1; }
	[ -n "$build" ] || { echo "no kernel headers: ci/deps.sh"; return 1; }
	made=$(mktemp -d) && mkdir "$made/component" || return 1
	sh runtime/module/build.sh "$build" "$made/module" >/dev/null &&
		cp tests/runtime/lib_build/* "$made/component" &&
		awk '!/^#/ && / component( |$)/ { print $1 }' runtime/files.txt | while read -r file; do
			install -D -m 644 "runtime/$file" "$made/component/runtime/$file"
		done
	find "$made/module" -name '*.o' -delete
	for part in module component; do
		KBUILD_MODPOST_WARN=1 make -s -C "$build" M="$made/$part" W=1 C=2 modules 2>&1
	done | grep "^$made" >"$made/said"
	cat "$made/said"
	[ ! -s "$made/said" ]
	ok=$?
	rm -rf "$made"
	return $ok
}

# runtime/versions.h is the one file that may ask for the kernel's version.
checkpatch_runtime() {
	git ls-files 'runtime/*.h' 'runtime/*.c' | grep -vE '^runtime/(process/|twin/libc/|versions\.h$)' |
		xargs ci/checkpatch.sh
}

# The headers of dcrt.ko and of the library of components have kernel-doc, as the kernel's own have.
kernel_doc() {
	build=$(kernel_build)
	[ -n "$build" ] || { echo "no kernel headers: ci/deps.sh"; return 1; }
	perl "$build/scripts/kernel-doc" -none -Werror runtime/module/module.h runtime/dcrt.h
}

# What a stack trace names tells whose it is.
prefixes() {
	bad=$(git grep -nE '^static [a-z_0-9 *]*[ *]([a-z0-9_]+)\(' -- 'runtime/message/*.c' 'runtime/objects/*.c' \
		'runtime/call/*.c' 'runtime/module/*.c' 'runtime/component/*.c' |
		grep -vE '[ *](dcrt|dck)_[a-z0-9_]+\(|_(show|store)\(')
	[ -z "$bad" ] || { echo "$bad"; return 1; }
}

try "format (clang-format)" format
try "shell (shellcheck)" shell
try "spelling (codespell)" spelling
try "cppcheck" cpp
try "licence lines" licence
try "layers" layers
try "sparse (runtime)" sparse_runtime
try "checkpatch (runtime)" checkpatch_runtime
try "kernel-doc (runtime)" kernel_doc
try "prefixes (runtime)" prefixes
report
