#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# drivercut report: every format is well formed, says what the cut says, and lets no name, no reason
# and no source become markup. tests/cli/page.sh looks at the page in a browser.
# usage: report.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL

# Names as nobody should choose them: markup, quotes, a formula, a line break, template slots.
cat >p.json <<'END'
{"schema": 2, "kind": "problem", "driver": "</title><script>pwned()</script>{{data}}",
 "nodes": [{"id": "=cmd|'/c calc'!A1", "loc": 40}, {"id": "a\"b\\\n<b>&'", "loc": 60},
  {"id": "watchdog", "loc": 120, "entry_calls": 1, "kernel_calls": 8},
  {"id": "</script><img src=x onerror=pwned()>", "loc": 500, "kernel_calls": 90}],
 "edges": [{"from": "=cmd|'/c calc'!A1", "to": "a\"b\\\n<b>&'", "calls": 5000},
  {"from": "watchdog", "to": "a\"b\\\n<b>&'", "calls": 300}],
 "kernel": [{"node": "=cmd|'/c calc'!A1", "reason": "<i>hard irq</i>", "code": "critical-root",
   "file": "a b%<c>.c", "line": 7},
  {"node": "watchdog", "reason": "uses kfoo", "code": "no-rule", "subject": "kfoo", "file": "w.c", "line": 9}],
 "follow": [{"from": "=cmd|'/c calc'!A1", "to": "a\"b\\\n<b>&'", "reason": "called ]]> --> in irq"}]}
END

# The page: one file; its only markup is ours; nothing is fetched.
expect 0 "p.html" report --problem p.json -o p.html
check sh -c '[ "$(grep -c "<script" p.html)" = 3 ] && ! grep -q "<img\|<i>\|<b>" p.html'
check grep -qF '&lt;/title&gt;&lt;script&gt;pwned()&lt;/script&gt;{{data}}' p.html
check sh -c '! grep -qE "(src|href)=.?(https?:)?//" p.html'
check grep -qF "default-src 'none'" p.html
check grep -qF 'All of it together would free 120 lines' p.html

# What is missing and what it frees; the same in JSON.
expect 0 '"frees": 120' report --problem p.json --json
"$drivercut" report --problem p.json --json >p1.json
check jq -e '.missing == [{code: "no-rule", subject: "kfoo", file: "w.c", line: 9, frees: 120}]' p1.json >jq_said
check jq -e '.kernel_loc == 220 and (.cuts | length) == (.breakpoints | length) + 1' p1.json >jq_said
check jq -e '[.functions[] | select(.steps[-1].code == "critical-root")] | length == 2' p1.json >jq_said

# Every other format
"$drivercut" report --problem p.json --format csv >p.csv || failed=1
check grep -qF "\"'=cmd|'/c calc'!A1\"" p.csv
check grep -q '^watchdog,,,,120,kernel,0,no-rule,kfoo,pinned to the kernel: uses kfoo,1,8$' p.csv
"$drivercut" report --problem p.json --format sarif >p.sarif || failed=1
check jq -e '.version == "2.1.0" and (.runs[0].results | length) == 3' p.sarif >jq_said
check jq -e '[.runs[0].results[] | select(.ruleId == "no-rule")] | length == 1 and .[0].level == "warning"
	and .[0].locations[0].physicalLocation.artifactLocation.uri == "w.c"' p.sarif >jq_said
check jq -e '[.runs[0].results[].locations[].physicalLocation.artifactLocation.uri] | any(. == "a%20b%25%3Cc%3E.c")' p.sarif >jq_said
check jq -e '.runs[0] | [.results[].ruleId] - [.tool.driver.rules[].id] == []' p.sarif >jq_said
"$drivercut" report --problem p.json --format graphml >p.graphml || failed=1
"$drivercut" report --problem p.json --format dot >p.dot || failed=1
"$drivercut" report --problem p.json --format callgrind >p.callgrind || failed=1
check grep -qx 'fn=watchdog' p.callgrind
check grep -qx '0 9 0' p.callgrind # watchdog is in the kernel: 9 calls, no crossing
if command -v xmllint >/dev/null; then
	check xmllint --noout p.graphml
	check test "$(xmllint --xpath 'count(//*[local-name()="node"])' p.graphml)" = 4
fi
if command -v dot >/dev/null; then
	check dot -Tsvg -o p.svg p.dot
	check test "$(grep -c '<g id="node' p.svg)" = 4
fi
if command -v callgrind_annotate >/dev/null; then
	check sh -c 'callgrind_annotate --show=Calls p.callgrind >annotated && grep -q watchdog annotated'
fi

# Twice the same bytes; a wrong file to compare with leaves nothing.
"$drivercut" report --problem p.json -o again.html >said
check cmp p.html again.html
expect 1 "expected a report" report --problem p.json --against p.json -o none.html
check test ! -e none.html
expect 0 "other.html" report --problem p.json --against p1.json -o other.html
check grep -qF 'Compared with p1.json' other.html
expect 2 "expected html, json, csv" report --problem p.json --format pdf
expect 2 "name a driver" report

# A bare folder, with source that tries to end its element and bytes that are no UTF-8.
if ls -d /lib/modules/*/build >/dev/null 2>&1; then
	mkdir toy
	echo 'obj-m := toy.o' >toy/Kbuild
	printf '/* \377\376 */\nint init_module(void);\nint init_module(void)\n{\n\treturn 0; /* </script><script>pwned()</script> */\n}\n' \
		>toy/toy.c
	expect 0 "report.html" report toy
	page=out/toy/report.html
	check grep -qF '\u003c/script\u003e\u003cscript\u003epwned()' "$page"
	check sh -c '[ "$(grep -c "<script" "$1")" = 3 ] && iconv -f UTF-8 -t UTF-8 "$1" >/dev/null' sh "$page"
	check grep -qF 'No call has a weight' "$page"

	# Code review looks a file up from the root of the checkout, which is the current folder.
	mkdir -p 'deep/a folder'
	printf 'extern void mystery(void);\nint init_module(void);\nint init_module(void)\n{\n\tmystery();\n\treturn 0;\n}\n' >'deep/a folder/toy.c'
	cp toy/Kbuild 'deep/a folder/'
	place='.runs[0].results[0].locations[0].physicalLocation | [.artifactLocation.uri, .artifactLocation.uriBaseId]'
	"$drivercut" report 'deep/a folder' -q --rules --format sarif >deep.sarif 2>said
	check test "$(jq -c "$place" deep.sarif)" = '["deep/a%20folder/toy.c","%SRCROOT%"]'
	(cd 'deep/a folder' && "$drivercut" report . -q --rules --format sarif) >deep.sarif 2>said
	check test "$(jq -c "$place" deep.sarif)" = '["toy.c","%SRCROOT%"]'
	(mkdir else && cd else && "$drivercut" report '../deep/a folder' -q --rules --format sarif) >deep.sarif 2>said
	check test "$(jq -c "$place" deep.sarif)" = '["toy.c","DRIVER"]'
fi
exit $failed
