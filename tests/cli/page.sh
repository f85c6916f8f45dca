#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The report's page in a browser (headless Chromium): what its script works out at any delay is what
# the solver finds, addresses and clicks and keys open what they should, nothing of a driver runs,
# and the page reads without JavaScript and on paper. Skipped (77) without ci/deps.sh report.
# DC_KEEP=FOLDER keeps screenshots there. usage: page.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
root=$(realpath "$(dirname "$0")/../..")
command -v chromium >/dev/null || { echo "no chromium: ci/deps.sh report"; exit 77; }
ls -d /lib/modules/*/build >/dev/null 2>&1 || { echo "no kernel headers"; exit 77; }
[ -f /usr/src/linux-source-6.1.tar.xz ] || { echo "no linux-source-6.1"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL

# browse FILE[#ADDRESS] OPTIONS...: the page as it is once its script has run
browse() {
	address=$1
	shift
	timeout 300 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
		--disable-background-networking --user-data-dir="$folder/chrome" \
		--virtual-time-budget=8000 "$@" "file://$folder/$address" 2>chrome.log
}

# has FILE WORDS: the page that browse printed has them
has() {
	if ! grep -qF -- "$2" "$1"; then
		echo "$1 lacks: $2"
		failed=1
	fi
}

"$drivercut" report "$root/e1000" -q -o page.html >said || { cat said; exit 1; }

# Sides and codes of all functions, in the page and by the solver, at delays between breakpoints
for delay in 10us 300us 5ms 700ms 30s; do
	ns=$(echo "$delay" | sed 's/30s/30000000000/; s/us/000/; s/ms/000000/')
	browse "page.html#delay=$ns" --dump-dom >dom
	grep -o '<tr data-name="[^"]*" data-side="[^"]*" data-codes="[^"]*"' dom |
		sed 's/<tr data-name="//; s/" data-[a-z]*="/ /g; s/"$//' | sort >page
	"$drivercut" solve "$root/e1000" -q --json --prove flow --delay "$delay" >cut.json
	jq -r '. as $cut | .sides | to_entries[] | .key as $f |
		"\($f) \(if $cut.replicated | index($f) then "both" else .value end) \($cut.causes[$f] | map(.code) | join(" "))"' \
		cut.json | sort >solved
	check test -s solved
	if ! diff solved page >difference; then
		echo "at $delay the page differs from the solver:"
		head -n 6 difference
		failed=1
	fi
	has dom "$(jq -r '"\(.kernel_loc) of \(.kernel_loc + .user_loc) lines"' cut.json)"
done

# Graphviz draws all of it.
if command -v dot >/dev/null; then
	"$drivercut" report "$root/e1000" -q --format dot >page.dot
	check dot -Tsvg -o page.svg page.dot
	check test "$(grep -c '<g id="node' page.svg)" = "$("$drivercut" report "$root/e1000" -q --json | jq '.functions | length')"
fi

# An address opens a function and a line; nobody's function opens nothing.
browse 'page.html#delay=10000&f=e1000_watchdog&line=2436' --dump-dom >dom
has dom '<h2 id="detail-title">e1000_watchdog</h2>'
has dom '<span class="hit">'
check sh -c 'grep -o "<span class=\"hit\">.*" dom | grep -q "e1000_has_link"'
browse 'page.html#delay=x&f=__proto__&line=-1&compare=file' --dump-dom >dom
has dom '<h2 id="detail-title"></h2>'
has dom 'At a delay of 10 us'

# With our own script at the end (and for that without the policy): clicks and keys
cat >acts.js <<'END'
const tell = (key, value) => document.documentElement.setAttribute("data-" + key, value);
const press = (on, key) => on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const slider = document.getElementById("delay");
tell("before", document.documentElement.dataset.cut);
document.getElementById("after").click();
tell("after", document.documentElement.dataset.cut);
slider.value = 10000;
slider.dispatchEvent(new Event("input"));
const tiles = [...document.querySelectorAll("#map .tile")];
tell("tiles", tiles.length);
tell("stops", tiles.filter(t => t.getAttribute("tabindex") === "0").length);
tiles[0].focus();
press(tiles[0], "ArrowRight");
tell("focused", tiles.indexOf(document.activeElement));
press(document.activeElement, "Enter");
setTimeout(() => {
	tell("last", document.documentElement.dataset.cut);
	tell("opened", document.getElementById("detail-title").textContent);
	tell("labelled", tiles.every(t => t.getAttribute("aria-label")) && tiles[1].getAttribute("aria-label").startsWith(document.getElementById("detail-title").textContent));
	document.querySelector("#callees button.name, #callers button.name").click();
	setTimeout(() => {
		tell("next", document.getElementById("detail-title").textContent);
		tell("address", location.hash);
		history.back();
		setTimeout(() => tell("back", document.getElementById("detail-title").textContent), 300);
	}, 300);
}, 300);
END
{ sed '/http-equiv="Content-Security-Policy"/d' page.html; echo '<script>'; cat acts.js; echo '</script>'; } >acts.html
browse acts.html --dump-dom >dom
head -n 2 dom | grep -o 'data-[a-z]*="[^"]*"' >acted
has acted 'data-before="0"'
has acted 'data-after="1"'
has acted "data-last=\"$("$drivercut" sweep "$root/e1000" -q --json | jq '.breakpoints | length')\""
has acted 'data-tiles="250"'
has acted 'data-stops="1"'
has acted 'data-focused="1"'
has acted 'data-labelled="true"'
check sh -c 'grep -q "data-opened=\"[a-z0-9_]" acted && ! grep -q "data-next=\"\"" acted'
opened=$(sed -n 's/data-opened="\(.*\)"/\1/p' acted)
has acted "data-back=\"$opened\""
check test "$(sed -n 's/data-next="\(.*\)"/\1/p' acted)" != "$opened"

# With the policy in place the same script does not run.
{ cat page.html; echo '<script>'; cat acts.js; echo '</script>'; } >refused.html
browse refused.html --dump-dom >dom
check sh -c '! head -n 2 dom | grep -q "data-tiles"'

# Compare: another delay, a cut, a report
browse 'page.html#delay=10000&compare=delay&second=5000000' --dump-dom >dom
has dom 'at 5 ms: +'
"$drivercut" solve "$root/e1000" -q --delay 5ms -o cut.json >said
"$drivercut" report "$root/e1000" -q --against cut.json -o against.html >said
browse against.html --dump-dom >dom
moved=$("$drivercut" compare cut.json cut.json --json | jq '.moves | length')
check test "$moved" = 0
"$drivercut" solve "$root/e1000" -q -o now.json >said
has dom "$("$drivercut" compare now.json cut.json --json | jq '.moves | length') functions differ"
has dom 'in cut.json, at 5 ms: +'
"$drivercut" report "$root/e1000" -q --estimate --json >estimate.json
"$drivercut" report "$root/e1000" -q --against estimate.json -o against.html >said
browse against.html --dump-dom >dom
has dom 'in estimate.json, at the same delay: '

# Without JavaScript the same comparison is a table, and nothing is shown that needs a script. In a narrow
# window no short word is broken and only tables and pictures scroll to the side.
cat >looks.js <<'END'
const tell = (key, value) => document.documentElement.setAttribute("data-" + key, value);
const shown = selector => [...document.querySelectorAll(selector)].filter(e => e.getClientRects().length);
const lines = e => {
	const range = document.createRange();
	range.selectNodeContents(e);
	return new Set([...range.getClientRects()].map(r => Math.round(r.top))).size;
};
const at = (table, column) => shown(`#${table} td:nth-child(${column})`);
const words = [...at("crossings", 3), ...at("functions", 3), ...at("functions", 4), ...at("callees", 2)];
tell("scripted", shown(".script").map(e => e.id || e.tagName).join(" ") || "nothing");
tell("moved", shown("#moved tbody tr").length);
tell("words", words.length > 300);
tell("broken", words.filter(e => lines(e) > 1).length);
tell("beside", document.documentElement.scrollWidth - document.documentElement.clientWidth);
tell("tile", Math.round(shown("#map").map(e => e.getBoundingClientRect().width)[0] ?? 0) >= 640);
END
looks() { # FILE OPTIONS...: what looks.js tells of it, with its own script or, as plain.html, without
	file=$1
	shift
	{ cat "$file"; echo '<script>'; cat looks.js; echo '</script>'; } >looks.html
	browse looks.html --dump-dom "$@" >dom
	head -n 2 dom | grep -o 'data-[a-z]*="[^"]*"' >looked
}
sed '/^<script>"use\|^<script>\/\*/,$d; /http-equiv="Content-Security-Policy"/d' against.html >plain.html
looks plain.html
has looked 'data-scripted="nothing"'
"$drivercut" solve "$root/e1000" -q --json >now.json
"$drivercut" solve "$root/e1000" -q --estimate --json >then.json
has looked "data-moved=\"$("$drivercut" compare then.json now.json --json | jq '.moves | length')\""
sed '/http-equiv="Content-Security-Policy"/d' page.html >open.html
looks open.html --window-size=500,900
has looked 'data-words="true"'
has looked 'data-broken="0"'
has looked 'data-beside="0"'
has looked 'data-tile="true"'

# A driver that writes markup: it stays text, with and without the policy.
mkdir toy
echo 'obj-m := toy.o' >toy/Kbuild
printf 'int init_module(void);\nint init_module(void)\n{\n\treturn 0; /* </script><script>document.title = "pwned"</script><img src=x onerror=alert(1)> */\n}\n' >toy/toy.c
"$drivercut" report toy -q -o toy.html >said || failed=1
sed '/http-equiv="Content-Security-Policy"/d' toy.html >open.html
for page in toy.html open.html; do
	browse "$page#f=init_module" --dump-dom >dom
	has dom '<title>toy: drivercut</title>'
	has dom '&lt;/script&gt;&lt;script&gt;document.title'
	check sh -c '! grep -q "<img" dom'
done
has dom 'One cut is optimal at all delays.'

# On paper: the function that is open, and all tables. Without JavaScript: the tables.
if command -v pdftotext >/dev/null; then
	browse 'page.html#f=e1000_watchdog' --print-to-pdf=page.pdf --no-pdf-header-footer
	pdftotext -layout page.pdf page.txt
	has page.txt 'Source: e1000_main.c'
	sed '/^<script>"use\|^<script>\/\*/,$d' page.html >plain.html
	browse 'plain.html#f=e1000_watchdog' --print-to-pdf=plain.pdf --no-pdf-header-footer
	pdftotext -layout plain.pdf plain.txt
	check sh -c '! grep -q "Source: e1000_main.c" plain.txt'
	has plain.txt 'At a delay of 10 us'
	has plain.txt 'moving it to the kernel adds 126 lines'
	has plain.txt 'Breakpoints'
fi
if [ -n "${DC_KEEP:-}" ]; then
	browse 'page.html#f=e1000_watchdog' --screenshot="$DC_KEEP/light.png" --window-size=1200,2400
	browse 'page.html#f=e1000_watchdog' --screenshot="$DC_KEEP/dark.png" --window-size=1200,2400 --force-dark-mode
	browse 'page.html#f=e1000_watchdog' --screenshot="$DC_KEEP/narrow.png" --window-size=420,2400
fi
exit $failed
