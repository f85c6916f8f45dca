#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Whether compiled user code keeps to the rules, whatever the analysis of the source said.
#
#   check.sh OBJECT NAMES
#
# 1. Every undefined symbol is in NAMES (a * at the end matches any rest) or is the runtime's.
# 2. No instruction that a process cannot run, or that means something else there.
# 3. No section that the kernel's loader must act on. (.smp_locks is for machines with one CPU only: the
#    prefix that it would remove is right in a process.)
# Prints a line a violation, with the function it is in; exits 1 if there is one.
set -eu
export LC_ALL=C
object=$1 names=$2

bad=$(
	nm -u "$object" | awk -v names="$names" '
	BEGIN {
		while ((getline line < names) > 0)
			if (sub(/\*$/, "", line))
				prefix[line]
			else
				known[line]
	}
	$2 ~ /^(dcp|dcrt|dcg)_/ || $2 == "_GLOBAL_OFFSET_TABLE_" || $2 in known { next }
	{
		for (p in prefix)
			if (index($2, p) == 1)
				next
		print "undefined: " $2 ", which has no rule"
	}'
	objdump -d --no-show-raw-insn "$object" | awk '
	/^[0-9a-f]+ </ { name = $2; gsub(/[<>:]/, "", name); next }
	/%gs:/ { print name ": per-CPU access:" substr($0, index($0, "\t")); next }
	/\t(cli|sti|hlt|inb?|inw|inl|outb?|outw|outl|(rep )?(ins|outs)[bwl]?|rdmsr|wrmsr|invd|wbinvd|invlpg|lgdt|lidt|swapgs|ud2)( |\t|$)/ {
		print name ": privileged instruction:" substr($0, index($0, "\t"))
	}'
	readelf -rW "$object" | awk '
	/^Relocation section/ { section = $3; gsub(/\x27/, "", section); next }
	section ~ /__(bug|jump)_table|\.(static_call_sites|altinstructions|parainstructions)/ &&
	NF >= 5 && $3 ~ /^R_/ { print "section " substr(section, 6) ": " $5 " " $6 " " $7 }'
)
[ -z "$bad" ] || {
	echo "$bad"
	exit 1
}
