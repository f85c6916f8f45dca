#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# clang-tidy over all C files that a build folder compiles: ci/tidy.sh BUILD
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
git ls-files -- '*.c' ':!tests' ':!runtime' | while read -r file; do
	grep -q "\"file\": \".*$file\"" "$build/compile_commands.json" && echo "$file"
done | xargs -P "$(nproc)" -n 4 clang-tidy-19 --quiet -p "$build"
