# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154,SC2034
# Functions that the tests of verbs share; sourced. $drivercut: the program, absolute.
failed=0
path=$PATH # for drivercut

# expect STATUS WORDS ARGUMENTS...: that exit status, and those words in the output or the errors
expect() {
	status=$1 words=$2
	shift 2
	PATH=$path "$drivercut" "$@" >said 2>&1
	got=$?
	if [ "$got" != "$status" ] || ! grep -qF -- "$words" said; then
		echo "drivercut $*: status $got, expected $status and \"$words\":"
		cat said
		failed=1
	fi
}

# check COMMAND...: it must succeed
check() {
	if ! "$@"; then
		echo "failed: $*" >&2 # standard output may be the command's
		failed=1
	fi
}
