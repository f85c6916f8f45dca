# SPDX-License-Identifier: GPL-3.0-or-later
# Compares the calls that the text has (calls.awk) with the graph: awk -f judge.awk NAMES ROWS FACTS CALLS
# prints "miss WHY DRIVER FILE:LINE FUNCTION NAME" and one line "total WORD NUMBER ...".

function kind_of(name,   i) {
	if (name in known) return known[name]
	for (i = 1; i <= patterns; i++)
		if (name ~ regex[i]) return known[name] = kind[i]
	return known[name] = "unknown"
}

# The graph's function around a line, "": none. A macro may make several in one place.
function function_at(file, line, name,   i, plain, found) {
	for (i = 1; i <= count[file]; i++) {
		if (line < first[file, i] || line > last[file, i]) continue
		plain = found = called[file, i]
		sub(/@.*/, "", plain)
		if (plain == name) return found
	}
	return found
}

# True if the graph has a call of a function of the driver in this line: that one is looked at itself.
function calls_own(f,   n, i, parts) {
	n = split(at_line[f, $2], parts, " ")
	for (i = 1; i <= n; i++)
		if (parts[i] in own) return 1
	return 0
}

function miss(why) { print "miss", why, driver, $1 ":" $2, $3, $4 }

# A lock: some call of this line has a row, and the function has a region of a lock; or it goes to a
# function of the driver, which is looked at itself.
function judge_lock(f,   n, i, parts, ok) {
	locks++
	if (f == "") { dead++; return }
	n = split(at_line[f, $2], parts, " ")
	for (i = 1; i <= n; i++)
		if (parts[i] in own) ok = 1
		else if (parts[i] in row && row[parts[i]] != "ignores") ok = regions[f] > 0
	if (ok) found++
	else if (said ~ $1 ":" $2 ": warning: ") warned++
	else miss(n ? "lock" : "lock-without-call")
}

# A call-back: each function of the driver among the words is an entry point.
function judge_callback(   i, some, bad) {
	callbacks++
	for (i = 5; i <= NF; i++)
		if ($i in own) {
			some = 1
			if (!($i in entry)) bad = bad " " $i
		}
	if (bad != "") miss("callback" bad)
	else if (some) given++
	else { # it passes on a pointer that it got, or a function of the kernel
		passed++
		print "pass", driver, $1 ":" $2, $3, $4, $5, $6, $7, $8
	}
}

FILENAME == ARGV[1] { if ($0 !~ /^#/ && NF) { kind[++patterns] = $1; regex[patterns] = $2 } next }
FILENAME == ARGV[2] { row[$1] = $2; next }
FILENAME == ARGV[3] && $1 == "function" {
	i = ++count[$2]
	first[$2, i] = $3
	last[$2, i] = $4
	called[$2, i] = $5
	regions[$5] = $6
	plain = $5
	sub(/@.*/, "", plain)
	own[plain] = own[$5] = 1
	next
}
FILENAME == ARGV[3] && $1 == "call" { at_line[$2, $3] = at_line[$2, $3] " " $4; next }
FILENAME == ARGV[3] && $1 == "site" { site[$2, $3] = 1; next }
FILENAME == ARGV[3] && $1 == "entry" { sub(/@.*/, "", $2); entry[$2] = 1; next }
FILENAME == ARGV[3] { said = said "\n" substr($0, 6); next }
$4 ~ /^->/ { # the graph has a call through a pointer there; what it may call is looked at itself
	f = function_at($1, $2, $3)
	pointers++
	if (f != "" && !((f, $2) in site)) miss("pointer")
	next
}
{
	what = kind_of($4)
	if (what == "none") next
	if ($4 in own) next # the driver's own; its body is looked at
	if (what == "unknown" && $3 == "-") next # a declaration, or a macro's parameter
	f = function_at($1, $2, $3)
	if (what == "unknown" && calls_own(f)) next # by a pointer or a macro
	if (what == "unknown") { unknown++; miss("unknown"); next }
	if (what == "lock") judge_lock(f)
	else judge_callback()
}
END {
	print "total locks", locks + 0, "lock-found", found + 0, "lock-warned", warned + 0, "lock-dead", dead + 0,
		"callbacks", callbacks + 0, "callback-found", given + 0, "callback-passed", passed + 0, "pointers", pointers + 0,
		"unknown", unknown + 0, "end"
}
