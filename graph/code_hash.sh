#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes the header that says which code of graph/ a program was made of: a hash of all its C files.
# usage: code_hash.sh GRAPH_FOLDER OUTPUT DEPFILE
set -eu
export LC_ALL=C
files=$(find "$1" -name '*.[ch]' | sort)
# shellcheck disable=SC2086 # a list of words
hash=$(cat $files | md5sum | cut -c 1-16)
printf '#define DC_GRAPH_CODE "%s"\n' "$hash" >"$2"
# shellcheck disable=SC2086
echo "$2:" $files >"$3"
