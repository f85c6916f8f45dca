#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Builds dcrt.ko in a folder: build.sh KERNEL-BUILD FOLDER. Microdrivers are built with
# KBUILD_EXTRA_SYMBOLS=FOLDER/Module.symvers and -IFOLDER.
set -eu
runtime=$(cd "$(dirname "$0")/.." && pwd)
[ $# = 2 ] || { echo "usage: build.sh KERNEL-BUILD FOLDER" >&2; exit 2; }
awk '!/^#/ && / module( |$)/ { print $1 } END { print "files.txt" }' "$runtime/files.txt" |
	while read -r file; do
		mkdir -p "$(dirname "$2/runtime/$file")"
		cp -p "$runtime/$file" "$2/runtime/$file"
	done
cp -p "$runtime/module/Kbuild" "$2"
exec make -s -C "$1" M="$(cd "$2" && pwd)" modules
