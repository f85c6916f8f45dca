#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Modules of the kernel as Debian ships it (modules.txt) go from source to two components that compile
# and link, without annotations; of three of them random cuts, too.
#
#   modules.sh DRIVERCUT
set -u
root=$(realpath "$(dirname "$0")/../..")
[ -f /usr/src/linux-source-6.1.tar.xz ] || { echo "no linux-source-6.1"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset DRIVERCUT_OUT
DRIVERCUT=$(realpath "$1") STUDY=$folder/study ONLY=$root/tests/emit/modules.txt RANDOM_CUTS=3 \
	"$root/bench/builds/study.sh" "$folder/builds" || exit 1
built=$(jq -s '[.[] | select(.failed == null)] | length' "$folder/builds/results.jsonl")
wanted=$(($(wc -l <"$root/tests/emit/modules.txt") + 3))
[ "$built" = "$wanted" ] || {
	echo "$built of $wanted jobs built"
	exit 1
}
