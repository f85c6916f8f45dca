#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# C files by the kernel's checkpatch.pl, which is unpacked from linux-source-6.1: checkpatch.sh FILE...
# Prints what it has to say; status 1 if that is anything.
#
# Not asked: volatile (the merge and registers need it), yield (calls.c says why), -ENOSYS (a stub
# without a handler), attributes by macro (also compiled outside of the kernel), names of arrays as
# execve() has them, a level that is in a variable, return in module_init(), declarations in C files
# (what is emitted for the process has no header for the kernel's functions).
set -eu
source=/usr/src/linux-source-6.1.tar.xz
[ -f "$source" ] || { echo "no $source: ci/deps.sh"; exit 1; }
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
tar -xf "$source" -C "$made" --strip-components=2 linux-source-6.1/scripts/checkpatch.pl \
	linux-source-6.1/scripts/spelling.txt linux-source-6.1/scripts/const_structs.checkpatch
perl "$made/checkpatch.pl" --no-tree --terse --no-summary --show-types \
	--max-line-length=100 --ignore VOLATILE,YIELD,ENOSYS,PREFER_DEFINED_ATTRIBUTE_MACRO \
	--ignore STATIC_CONST_CHAR_ARRAY,PRINTK_WITHOUT_KERN_LEVEL,MACRO_WITH_FLOW_CONTROL \
	--ignore LINE_SPACING,AVOID_EXTERNS -f "$@"
