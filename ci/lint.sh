#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Our sources against our style: format, spelling, shell, licence lines, layering. Prints one line
# a check and `N passed, N failed`; exits 1 if any failed. Needs `ci/deps.sh lint`.
set -u
cd "$(dirname "$0")/.." || exit 2

passed=0
failed=0

# try NAME COMMAND...: what the command prints is shown if it fails
try() {
	name=$1
	shift
	if output=$("$@" 2>&1); then
		passed=$((passed + 1))
		echo "ok   $name"
	else
		failed=$((failed + 1))
		echo "FAIL $name"
		printf '%s\n' "$output" | tail -n 40
	fi
}

c_files() { git ls-files -co --exclude-standard -- '*.c' '*.h' | while read -r f; do [ -f "$f" ] && echo "$f"; done; }
shell_files() { git grep -lE '^#!/bin/(ba)?sh' -- ':!*.md' ':!LICENSES'; }

# The test cases of the graph keep odd code on purpose.
format() { c_files | grep -vE '^tests/(graph|emit)/cases/' | xargs clang-format-19 --dry-run --Werror; }
shell() { shell_files | xargs shellcheck -x -S warning; }
spelling() { git ls-files -- ':!LICENSES' ':!*.svg' ':!*profile.json' | xargs codespell -L daa,ba,nd,hda,iput,rouge,inout,ot,te,sync,als,statics; }
cpp() {
	c_files | grep -vE '^tests/(graph|emit)/cases/' |
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
		check solver 'base|solver'
		check marshal 'base|graph|marshal'
		check problem 'base|graph|profile|marshal|problem|solver'
		check emit 'base|graph|marshal|solver|emit'
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

try "format (clang-format)" format
try "shell (shellcheck)" shell
try "spelling (codespell)" spelling
try "cppcheck" cpp
try "licence lines" licence
try "layers" layers
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
