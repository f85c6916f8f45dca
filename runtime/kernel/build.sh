#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Builds dcrt.ko in a folder: build.sh KERNEL-BUILD FOLDER. Microdrivers are built with
# KBUILD_EXTRA_SYMBOLS=FOLDER/Module.symvers and -IFOLDER.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# = 2 ] || { echo "usage: build.sh KERNEL-BUILD FOLDER" >&2; exit 2; }
mkdir -p "$2"
cp -p "$here"/*.[ch] "$here/Kbuild" "$here"/../*.[ch] "$2"
exec make -s -C "$1" M="$(cd "$2" && pwd)" modules
