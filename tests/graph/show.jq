# SPDX-License-Identifier: GPL-3.0-or-later
# The lines that a case may expect: `jq -r --arg show "edges locks" -f show.jq graph.json`.
def wants($word): $show | split(" ") | index($word) != null;
def line($calls): $calls | unique_by([.caller, .callee, .kind]) | .[];
(if wants("edges") then
	(.calls | map(select(.kind != "kernel"))) as $calls |
	(line($calls) | if .kind == "direct" then "\(.caller) -> \(.callee)"
		else "\(.caller) => \(.callee) \(.resolved_by)\(if .counts then "" else " (not counted)" end)" end)
else empty end),
(if wants("locks") then
	(.calls[] | select(.kind == "direct" or .callee == "act") |
		"\(.caller) \(.callee):\(.locks_held | sort | map(" " + .) | join(""))\(
		if .locks_dropped then " dropped " + (.locks_dropped | sort | join(" ")) else "" end)")
else empty end),
(if wants("held") then
	(.functions[] | "\(.name) takes [\(.takes | join(" "))] under [\(.held | join(" "))]")
else empty end),
(if wants("atomic") then
	(.calls[] | select(.callee == "act") | "\(.caller) \(if .atomic then "atomic" else "may sleep" end)")
else empty end),
(if wants("contexts") then
	(.functions[] | "\(.name): \(.contexts | join(" "))\(if .critical then " critical" else "" end)")
else empty end),
(if wants("entries") then
	(.entry_points[] | "\(.function) by \(.via): \(.context)\(if .known then "" else ", no template" end)")
else empty end),
(if wants("data") then
	(.types[] | "\(.function) \(.type): reads [\(.reads | join(" "))] writes [\(.writes | join(" "))] addresses [\(.addresses | join(" "))]")
else empty end),
(if wants("memory") then
	(.memory[] | "\(.function) \(if .frees then "frees" else "allocates" end) [\(.types | join(" "))] by \(.callee)")
else empty end),
(if wants("holders") then
	(.locks[] | "\(.name)\(if .in_atomic then " in atomic" else "" end): \(.holders | join(" "))")
else empty end)
