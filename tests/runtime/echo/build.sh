#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Builds dcrt.ko and dcrt_echo.ko: build.sh KERNEL-BUILD FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$2/dcrt" "$2/echo"
folder=$(cd "$2" && pwd)
"$here/../../../runtime/module/build.sh" "$1" "$folder/dcrt"
cp -p "$here"/*.[ch] "$here/Kbuild" "$folder/echo"
exec make -s -C "$1" M="$folder/echo" DCRT="$folder/dcrt" \
	KBUILD_EXTRA_SYMBOLS="$folder/dcrt/Module.symvers" modules
