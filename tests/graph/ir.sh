#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The graph of a driver against clang's own IR: the same functions, the same direct calls, the same
# calls to kernel functions, no more and no fewer. Skipped (77) where there is no kernel to read.
#
# usage: ir.sh DRIVERCUT DRIVER FUNCTIONS EDGES (what both must count)
set -eu

drivercut=$1 driver=$2 functions=$3 edges=$4
here=$(dirname "$(realpath "$0")")
headers=$(ls -d /lib/modules/6.1.*/build 2>/dev/null | sort -V | tail -n 1)
[ -n "$headers" ] && [ -f /usr/src/linux-source-6.1.tar.xz ] || {
	echo "no kernel headers or no linux-source: skipped"
	exit 77
}
DRIVERCUT_OUT=$(mktemp -d)
export DRIVERCUT_OUT
unset DRIVERCUT_KERNEL
trap 'rm -rf "$DRIVERCUT_OUT"' EXIT INT TERM

out=$DRIVERCUT_OUT/$driver
json=$here/../../$driver/driver.json
[ -f "$json" ] || json=$here/../../drivers/$driver/driver.json
"$drivercut" graph -q "$driver" >/dev/null
jq -r -f "$here/json_edges.jq" "$out/graph.json" | LC_ALL=C sort -u >"$out/ours"
sh "$here/ir_edges.sh" "$out/source" "$(jq -r '.module // .name' "$json")" "$headers" >"$out/clangs"
diff -u "$out/clangs" "$out/ours" || { echo "$driver: clang's IR (-) and the graph (+) differ"; exit 1; }
count=$(jq '.functions | length' "$out/graph.json")
[ "$count" = "$functions" ] || { echo "$driver: $count functions, not $functions"; exit 1; }
count=$(grep -c '^edge' "$out/ours")
[ "$count" = "$edges" ] || { echo "$driver: $count direct edges, not $edges"; exit 1; }
echo "$driver: $functions functions, $edges edges, $(grep -c '^kernel' "$out/ours") to the kernel"
