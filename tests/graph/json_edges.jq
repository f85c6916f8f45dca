# SPDX-License-Identifier: GPL-3.0-or-later
# graph.json in the words of ir_edges.sh. "f@file.c" is f for the compiler.
def plain: split("@")[0];
(.functions[] | "function \(.name | plain)"),
(.calls[] | select(.kind != "indirect") |
	"\(if .kind == "direct" then "edge" else "kernel" end) \(.caller | plain) \(.callee | plain)")
