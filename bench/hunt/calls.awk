# SPDX-License-Identifier: GPL-3.0-or-later
# Finds calls by their names alone in the text of C, without drivercut and without a parser: first the
# preprocessed text of a unit (clang -E), which tells the lines that are compiled, the function that
# each is in, and the names that macros hide; then the same files as they were written.
#
# awk -v root=FOLDER/ -v pattern=REGEX -f calls.awk UNIT.i
# prints "FILE LINE FUNCTION NAME WORDS...": NAME is "->FIELD" for a call through a field, WORDS are the identifiers between the brackets of the
# call, LINE is that of the outermost open bracket, FUNCTION is "-" at file scope.

function wanted(name) { return name ~ pattern }

# One line of text, in the file `at` at `number`; `raw`: as written, so that only lines that the
# preprocessed text has are looked at.
function scan(text, raw,   token, rest, i) {
	while (match(text, /->|[A-Za-z_][A-Za-z0-9_]*|[0-9][A-Za-z0-9_.]*|[(){};=,.]/)) {
		token = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		rest = text
		sub(/^[ \t]+/, "", rest)
		if (token ~ /^[A-Za-z_]/) {
			for (i = 1; i <= pending; i++) words[i] = words[i] " " token
			if (substr(rest, 1, 1) == "(" && wanted(token)) {
				pending++
				name[pending] = (before == "->" || before == "." ? "->" : "") token
				level[pending] = brackets
				words[pending] = ""
				line[pending] = brackets ? opened : number
			}
			if (!raw && !depth && !brackets && substr(rest, 1, 1) == "(" &&
			    token !~ /^(__attribute__|__asm__|asm|typeof|__typeof__|_Static_assert|__alignof__|sizeof)$/)
				candidate = token
		} else if (token == "(") {
			if (!brackets++) opened = number
		} else if (token == ")") {
			if (brackets) brackets--
			while (pending && level[pending] >= brackets) {
				emit(pending, raw)
				pending--
			}
		} else if (token == "{" && !brackets) {
			if (!raw && !depth++ && before == ")") current = candidate
		} else if (token == "}" && !brackets && !raw && depth) {
			if (!--depth) current = "-"
		}
		before = token
	}
}

function emit(p, raw,   where, f) {
	where = at SUBSEP line[p]
	if (raw && (!(where in lines) || name[p] in macro)) return
	f = raw ? lines[where] : current
	if (seen[at, line[p], f, name[p], words[p]]++) return
	print substr(at, length(root) + 1), line[p], f == "" ? "-" : f, name[p] words[p]
}

# Removes strings, characters and comments; comments may go on.
function strip(text,   out, c, i, n, quote) {
	n = length(text)
	out = ""
	for (i = 1; i <= n; i++) {
		c = substr(text, i, 1)
		if (comment) {
			if (c == "*" && substr(text, i + 1, 1) == "/") { comment = 0; i++ }
		} else if (quote != "") {
			if (c == "\\") i++
			else if (c == quote) quote = ""
		} else if (c == "/" && substr(text, i + 1, 1) == "*") {
			comment = 1
			i++
		} else if (c == "/" && substr(text, i + 1, 1) == "/") {
			break
		} else if (c == "\"" || c == "\047") {
			quote = c
			out = out " "
		} else {
			out = out c
		}
	}
	return out
}

function read_written(path,   text, directive) {
	at = path
	number = brackets = pending = comment = directive = 0
	while ((getline text < path) > 0) {
		number++
		if (directive || text ~ /^[ \t]*#/) {
			directive = text ~ /\\$/
			continue
		}
		scan(strip(text), 1)
		if (text ~ /^}/) brackets = pending = 0
	}
	close(path)
}

BEGIN { current = "-" }
/^# [0-9]+ "/ {
	number = $2 - 1
	at = $0
	sub(/^# [0-9]+ "/, "", at)
	sub(/".*/, "", at)
	ours = index(at, root) == 1
	next
}
{ number++ }
!ours { next }
/[A-Za-z{}()]/ {
	scan(strip($0), 0)
	if (!((at, number) in lines)) {
		lines[at, number] = current
		files[at] = 1
	}
}
# A macro of the driver is looked at where it is expanded.
function read_macros(path,   text) {
	while ((getline text < path) > 0)
		if (text ~ /^[ \t]*#[ \t]*define[ \t]/) {
			sub(/^[ \t]*#[ \t]*define[ \t]+/, "", text)
			sub(/[^A-Za-z0-9_].*/, "", text)
			macro[text] = 1
		}
	close(path)
}

END {
	for (path in files) read_macros(path)
	for (path in files) read_written(path)
}
