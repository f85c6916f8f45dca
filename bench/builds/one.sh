#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One module of the study of builds: graph, `solve --rules`, emit, both components compiled and linked.
# Prints the result as one line of JSON; what was said is in WORK/NAME.log.
#
#   one.sh FAMILY/NAME rules     the cut of solve --rules
#   one.sh FAMILY/NAME random    three random cuts that keep the constraints; one that equals a cut that was
#                                built before is not built again
#
# DRIVERCUT, PLANS, WORK, SEED, KBUILD, RUNTIME (dcrt.ko's folder), OBJECTS (the process's library,
# compiled) come from study.sh beside this file.
set -u
name=$1 kind=$2
plan=$PLANS/$name.json
family=${name%%/*} module=${name#*/}
work=$WORK/$family-$module
log=$WORK/$family-$module.log
folder=$(jq -r .folder "$plan")
export LC_ALL=C DRIVERCUT_OUT="$work/out"
rm -rf "$work"
mkdir -p "$work"
: >"$log"
started=$(date +%s)

# The first line of the log's end, from line $1 on, that says what is wrong.
first_error() {
	tail -n +"$1" "$log" | grep -m 1 -E 'error|ERROR|undefined|refuse|multiple definition|signal|No rule|undefined:|section ' |
		sed -E "s|$work|WORK|g; s/^drivercut: //; s/^[[:space:]]+//" | cut -c 1-300
}

# try STAGE COMMAND...: what it says is logged; sets `failed` and `reason` if it fails.
try() {
	stage=$1
	shift
	echo "== $stage: $*" >>"$log"
	at=$(wc -l <"$log")
	timeout 3600 "$@" >>"$log" 2>&1 && return 0
	failed=$stage
	reason=$(first_error $((at + 1)))
	[ "$reason" ] || reason=$(tail -n 1 "$log" | cut -c 1-300)
	return 1
}

drivercut() { # VERB WORDS...
	verb=$1
	shift
	try "$verb" "$DRIVERCUT" "$verb" "$folder" --module "$module" --family "$family" "$@"
}

# Emits a cut and builds both components of it.
build() { # CUT
	both=$work/both
	rm -rf "$both"
	drivercut emit --cut "$1" -o "$both" || return 1
	cp -r "$OBJECTS/." "$both/user/"
	touch "$both/user/flags.txt"
	try kernel make -s -C "$KBUILD" M="$both/kernel" KCFLAGS=-g0 \
		KBUILD_EXTRA_SYMBOLS="$RUNTIME/Module.symvers" || return 1
	try user make -s -C "$both/user" CFLAGS=-g0 || return 1
	try check make -s -C "$both/user" check
}

all_builds() {
	drivercut solve --rules -o "$work/cut.json" || return 1
	seen=$(jq -c .sides "$work/cut.json" | md5sum)
	if [ "$kind" = rules ]; then
		build "$work/cut.json" || return 1
		built=1
		return
	fi
	for number in 1 2 3; do
		cut=$work/random$number.json
		drivercut solve --rules --random-cut $((SEED * 1000 + number)) -o "$cut" || return 1
		sides=$(jq -c .sides "$cut" | md5sum)
		case $seen in
		*"$sides"*) ;;
		*)
			build "$cut" || return 1
			seen="$seen $sides" distinct=$((distinct + 1))
			;;
		esac
		built=$number
	done
}

failed='' reason='' built=0 distinct=0
all_builds
[ -s "$work/cut.json" ] || echo '{}' >"$work/cut.json"
"$DRIVERCUT" solve "$folder" --module "$module" --family "$family" -o "$work/structural.json" \
	>>"$log" 2>&1 || echo '{}' >"$work/structural.json"
jq -c --arg name "$name" --arg kind "$kind" --arg failed "$failed" --arg reason "$reason" \
	--argjson built "$built" --argjson distinct "$distinct" --argjson seconds $(($(date +%s) - started)) \
	--slurpfile structural "$work/structural.json" \
	'{"module": $name, cuts: $kind, built: $built, distinct: $distinct,
	  failed: (if $failed == "" then null else $failed end), reason: $reason,
	  lines: ((.kernel_loc // 0) + (.user_loc // 0)),
	  must_stay: ($structural[0].kernel_loc // 0), may_move: (.user_loc // 0),
	  seconds: $seconds}' "$work/cut.json"
[ "${KEEP:-}" ] || rm -rf "$work"
