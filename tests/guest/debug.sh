#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A guest test on the debug kernel (guest/debug): debug.sh cached|build PROGRAM ARGUMENTS. Skipped if
# there is none in the cache; `build` makes it.
set -u
how=$1
shift
build=$(dirname "$0")/../../guest/debug/build.sh
if [ "$how" = cached ]; then
	tree=$("$build" --cached) || { echo "no debug kernel: guest/debug/build.sh builds it"; exit 77; }
else
	tree=$("$build") || exit 1
fi
DRIVERCUT_KERNEL=$tree exec "$@"
