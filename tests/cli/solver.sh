#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The solver's verbs from the outside: exit status, what is said, and no file left after a failure.
# usage: solver.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99

cat >p.json <<'END'
{"schema": 2, "kind": "problem", "driver": "toy",
 "nodes": [{"id": "irq", "loc": 40}, {"id": "clean", "loc": 60},
  {"id": "read_reg", "loc": 3, "replicable": true},
  {"id": "watchdog", "loc": 120, "entry_calls": 1, "kernel_calls": 8},
  {"id": "probe", "loc": 500, "kernel_calls": 90}, {"id": "set_ring", "loc": 90},
  {"id": "stats", "loc": 200}],
 "edges": [{"from": "irq", "to": "clean", "calls": 5000},
  {"from": "clean", "to": "read_reg", "calls": 9000},
  {"from": "watchdog", "to": "stats", "calls": 300},
  {"from": "irq", "to": "stats", "calls": 900, "down": 0},
  {"from": "probe", "to": "read_reg", "calls": 400},
  {"from": "set_ring", "to": "clean", "calls": 2},
  {"from": "probe", "to": "set_ring", "calls": 1}],
 "kernel": [{"node": "irq", "reason": "hard irq handler"}],
 "follow": [{"from": "irq", "to": "clean", "reason": "called in hard irq"},
  {"from": "stats", "to": "set_ring", "reason": "same spinlock"}]}
END

expect 0 "kernel         3   103  10.2" solve --problem p.json
expect 0 "user           4   910  89.8" solve --problem p.json
check sh -c '"$1" solve --problem - <p.json | grep -q "kernel         3   103"' sh "$drivercut"
expect 0 "all            7  1013 100.0" solve --problem p.json
expect 0 "follows irq into the kernel: called in hard irq" solve --problem p.json -v
expect 0 "GLPK's dual solution" solve --problem p.json --prove lp
expect 0 "none by GLPK: not asked for" solve --problem p.json --prove flow
expect 0 '"engine": "igraph"' solve --problem p.json --json
expect 0 '"engine": "both"' solve --problem p.json --json --flow both
sed 's/9000/90000000000000000/; s/"calls": 900,/"calls": 40000000000000000,/' p.json >large.json
expect 1 "GLPK does not prove this cut: the numbers are too large" \
	solve --problem large.json --lambda 1 --prove lp
expect 0 "none by GLPK: the numbers are too large for its doubles" \
	solve --problem large.json --lambda 1
expect 0 '"engine": "push"' solve --problem large.json --lambda 1 --json
expect 0 "cost       203 lines" solve --problem p.json --lambda 1/10
expect 0 "cost       203 lines" solve --problem p.json --delay 20us --price 5000
expect 0 "cost       203 lines" solve --problem p.json --flow both
expect 0 "the pins cost nothing" solve --problem p.json --pin stats=user
expect 0 "the pins cost 230 lines: +290 kernel lines, -601 crossings" \
	solve --problem p.json --pin stats=kernel
expect 0 "proof      none: drawn at random, seed 3" solve --problem p.json --random-cut 3
expect 0 '"method": "drawn at random, seed 3"' solve --problem p.json --random-cut 3 --json
expect 0 "random3.json" solve --problem p.json --random-cut 3 -o random3.json
expect 0 "again3.json" solve --problem p.json --random-cut 3 -o again3.json
check cmp random3.json again3.json
for seed in 1 2 3 4 5 6 7 8 9; do
	expect 0 '"clean": "kernel"' solve --problem p.json --random-cut $seed --json
	cat said
done | grep -o '"kernel_loc": [0-9]*' | sort -u | wc -l >sizes
check test "$(cat sizes)" -gt 3
expect 2 "--random-cut takes neither a budget nor --pin" \
	solve --problem p.json --random-cut 3 --pin stats=kernel
expect 2 "--random-cut takes neither a budget nor --pin" \
	solve --problem p.json --random-cut 3 --max-kernel-loc 200
expect 2 "a number" solve --problem p.json --random-cut -1
expect 1 "clean: pinned to the user side: --pin" solve --problem p.json --pin clean=user
expect 1 "no such function" solve --problem p.json --pin nobody=user
expect 2 "expected FUNCTION=kernel" solve --problem p.json --pin stats
expect 2 "expected a time such as" solve --problem p.json --delay 10
expect 2 "expected P/Q" solve --problem p.json --lambda 1/0
expect 2 "unknown option --lamda" solve --problem p.json --lamda 1
expect 2 "name a driver, or a problem" solve
expect 2 "--rules is for a driver" solve --problem p.json --rules
expect 2 "unexpected argument 'e1000'" solve --problem p.json e1000
expect 2 "give one of --max-overhead" solve --problem p.json --max-overhead 1% --max-kernel-loc 3
expect 1 "no such driver" solve no_driver
expect 1 "absent.json: error: cannot read" solve --problem absent.json
expect 0 "usage: drivercut solve" solve --help
expect 0 "optimal    1000 crossings" solve --problem p.json --max-kernel-loc 330
expect 0 "proved by exact search in integers" solve --problem p.json --max-overhead 0.5%
expect 0 "reached    513 kernel lines, proved to be at most 184 above" \
	solve --problem p.json --max-overhead 0.5% --time-limit 0
expect 1 "no cut has 33 kernel lines or less" solve --problem p.json --max-kernel-loc 33

expect 0 "2 breakpoints, found exactly" sweep --problem p.json
expect 0 "45.1 us" sweep --problem p.json --delays 0,5us,1s
expect 0 "PINS COST" sweep --problem p.json --pin stats=kernel
expect 0 '"pins_cost": 229.9' sweep --problem p.json --pin stats=kernel --delays 10us --json
expect 0 '"pins_cost": 0.0' sweep --problem p.json --pin stats=user --delays 10us --json
expect 0 "38.8 us" sweep --problem p.json --pin stats=kernel
expect 1 "clean is forced to both sides" sweep --problem p.json --pin clean=user
expect 2 "expected FUNCTION=kernel" sweep --problem p.json --pin stats
expect 2 "expected times such as" sweep --problem p.json --delays 5us,,1s
expect 0 '"complete": true' sweep --problem p.json --json
expect 0 "2 breakpoints" sweep --problem p.json --certificate proof.json
expect 0 "3 cuts proved optimal" verify --problem p.json proof.json
sed 's/"kernel_loc": 103/"kernel_loc": 104/' proof.json >false.json
expect 1 "the certificate says otherwise" verify --problem p.json false.json
expect 0 "2 breakpoints" sweep --problem p.json --pin stats=kernel --certificate pinned.json
expect 0 "3 cuts proved optimal" verify --problem p.json pinned.json --pin stats=kernel
expect 1 "steps[0]" verify --problem p.json pinned.json
expect 1 "this is a problem file, expected a certificate" verify --problem p.json p.json

expect 0 "in the kernel above a delay of 45.1 us" explain --problem p.json stats
expect 0 "these move with it: set_ring" explain --problem p.json stats
expect 0 "is impossible: the chain above forbids it" explain --problem p.json clean
expect 0 "on both sides" explain --problem p.json read_reg
expect 2 "name a driver and the function to explain" explain e1000
expect 2 "name the function to explain" explain --problem p.json
expect 2 "unexpected argument 'more'" explain --problem p.json stats more
expect 2 "give one of --delay and --lambda" solve --problem p.json --delay 1us --lambda 1
expect 1 "no function is called nobody" explain --problem p.json nobody

expect 0 "toy at a delay" solve --problem p.json -o a.json
expect 0 "toy at a delay" solve --problem p.json --delay 100us -o b.json
expect 0 "3 functions move" compare a.json b.json
expect 0 "the price of a crossing differs: lambda 0.1 and 1" compare a.json b.json
expect 0 "no function moves" compare a.json a.json
sed 's/"calls": 900,/"calls": 90000,/' p.json >busy.json
expect 0 "toy at a delay" solve --problem busy.json -o c.json
expect 0 "the profiles differ: 2 functions have other call counts" compare a.json c.json
expect 0 "90600" compare a.json c.json
expect 1 "this is a problem file, expected a cut file" compare a.json p.json
check jq -e '.replicated == ["read_reg"] and .sides.read_reg == "kernel"' a.json >jq_said
sed 's/"replicated": \["read_reg"\]/"replicated": ["probe"]/' a.json >c.json
expect 1 '"probe" is not on the kernel side' compare a.json c.json
expect 1 "cannot write" solve --problem p.json -o /proc/nothing.json

# Limits for CI
expect 1 "3 functions move" compare a.json b.json --exit-code
expect 0 "no function moves" compare a.json a.json --exit-code
expect 1 "more kernel lines; --max-new-kernel-lines allows 100" compare a.json b.json --max-new-kernel-lines 100
expect 0 "3 functions move" compare a.json b.json --max-new-kernel-lines 5000
expect 0 "functions move" compare b.json a.json --max-new-kernel-lines 0
"$drivercut" compare a.json b.json --exit-code --json >limits.json 2>/dev/null
check test $? = 1
check jq -es 'length == 1 and .[0].kind == "comparison"' limits.json >jq_said
sed 's/"driver": "toy"/"driver": "other"/' a.json >other.json
expect 0 "cuts of two drivers, toy and other" compare a.json other.json
expect 2 "unknown option --exit-kode (did you mean --exit-code?)" compare a.json b.json --exit-kode
expect 1 "no function is called watchdgo (did you mean watchdog?)" explain --problem p.json watchdgo
expect 0 "at a delay of 10 ms" solve --problem p.json --delay "10 ms"

# On a terminal of 80 columns no line is longer; in a pipe a row is a line.
if command -v script >/dev/null; then
	long=$(printf 'a reason of many words %.0s' 1 2 3 4 5 6 7 8)
	sed "s/hard irq handler/$long/" p.json >long.json
	script -qec "stty cols 80; '$drivercut' solve --problem long.json -v" /dev/null >terminal </dev/null
	check awk '{ sub(/\r$/, ""); if (length($0) > 80) { print; bad = 1 } } END { exit bad }' terminal
	check grep -q 'many words' terminal
	check awk '{ sub(/\r$/, ""); sub(/^.* (kernel|user) +[0-9]+ /, ""); for (i = 1; i <= NF; i++)
		if ($0 ~ /many/ && $i !~ /^(a|reason|of|many|words|pinned|to|the|kernel:|called|by|in)$/) bad = bad " " $i }
		END { if (bad) print "broken:" bad; exit bad != "" }' terminal
	for verb in 'sweep --problem p.json' 'explain --problem long.json irq' 'compare a.json b.json'; do
		script -qec "stty cols 80; '$drivercut' $verb" /dev/null >terminal </dev/null
		check awk '{ sub(/\r$/, ""); if (length($0) > 80) { print; bad = 1 } } END { exit bad }' terminal
	done
	check sh -c '"$1" solve --problem long.json -v | grep -qF "$2"' sh "$drivercut" "$long"
fi

# Reasons are codes, too: those of the problem, else those of the kind of constraint.
sed 's/"reason": "hard irq handler"/&, "code": "critical-root", "file": "t.c", "line": 7/' p.json >coded.json
"$drivercut" solve --problem coded.json --json --pin stats=kernel >coded_cut.json
check jq -e '.causes.irq == [{node: "irq", code: "critical-root", file: "t.c", line: 7}]' coded_cut.json >jq_said
check jq -e '[.causes.clean[].code] == ["follow", "critical-root"] and .causes.clean[0].via == "irq"' coded_cut.json >jq_said
check jq -e '.causes.stats[0].code == "option-pin" and .causes.probe[0].code == "cheaper-in-process"' coded_cut.json >jq_said
check jq -e '[.reasons[] | length] == [.causes[] | length]' coded_cut.json >jq_said

# A usage error is a document too, wherever --json stands.
"$drivercut" solve --bogus --json >usage.json 2>/dev/null
check test $? = 2
check jq -e '.kind == "failure" and .status == 2' usage.json >jq_said
"$drivercut" slove --json >usage.json 2>/dev/null
check test $? = 2
check jq -e '.kind == "failure" and (.messages[0].text | contains("did you mean solve?"))' usage.json >jq_said

# A picture is well formed whatever the file and the driver are called, and runs nothing.
plot="x'; system('touch pwned'); set output 'y"
expect 0 "2 breakpoints" sweep --problem p.json --plot "$plot"
check grep -q '<svg' "$plot"
sed 's/"toy"/"t<script>\&\x27 @x"/; s/"watchdog"/"w<b>"/g' p.json >quoted.json
expect 0 "2 breakpoints" sweep --problem quoted.json --plot quoted.svg
check grep -qF 't&lt;script&gt;' quoted.svg
check sh -c '! grep -q "<script\|<b>" quoted.svg'
check test ! -e pwned
echo '{"schema": 2, "kind": "problem", "nodes": [{"id": "only", "loc": 3}]}' >calm.json
expect 0 "0 breakpoints" sweep --problem calm.json --plot calm.svg
check grep -q 'no cut has crossings' calm.svg

# The same bytes twice, and one JSON document.
"$drivercut" solve --problem p.json --json >one && "$drivercut" solve --problem p.json --json >two
check cmp one two
check jq -e . one >jq_said

# Bad input leaves no file, and the old one untouched.
echo '{"schema": 3}' >bad.json
echo old >kept
expect 1 "schema 3, but this drivercut reads schema 2" solve --problem bad.json -o kept
check grep -qx old kept
check sh -c '! ls | grep -q tmp'
exit $failed
