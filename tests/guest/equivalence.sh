#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The short form of bench/equivalence finds no difference between the stock and the split e1000; and
# it finds one as soon as a component writes one register less.
#
#   equivalence.sh DRIVERCUT BENCH            short form; a write of the process is dropped
#   equivalence.sh DRIVERCUT BENCH long N     also one of the kernel component; N random cuts
set -u
drivercut=$(realpath "$1")
bench=$(realpath "$2")
cuts=${4-0}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
{ [ -x /usr/bin/qemu-system-x86_64 ] && ls /boot/vmlinuz-* >/dev/null 2>&1; } || exit 77
[ -f /usr/src/linux-source-6.1.tar.xz ] || exit 77
failed=0

# Exit status and words of one comparison.
expect() { # STATUS WORDS BENCH'S ARGUMENTS...
	wanted=$1 words=$2
	shift 2
	"$bench" "$@" "$drivercut" e1000 >said 2>errors
	status=$?
	if [ "$status" != "$wanted" ] || ! grep -q -e "$words" said; then
		echo "equivalence $*: status $status, not $wanted, or not a word of '$words':"
		tail -n 60 said
		tail -n 20 errors
		failed=1
	fi
}

# The components with a write of one register left out. The names are upstream's.
drop() { # kernel|user FILE STATEMENT INSTEAD FOLDER
	"$drivercut" emit e1000 --cut out/e1000/equivalence/split/cut.json -o "$5" >said 2>&1 ||
		{ cat said; exit 1; }
	grep -q -e "$3" "$5/$1/$2" || { echo "no $3 in $1/$2"; exit 1; }
	sed -i "s/$3/$4/" "$5/$1/$2"
}

expect 0 'no difference that is not known'
drop user e1000_main.c 'ew32(TIPG, tipg);' '(void)tipg;' user-drops
expect 1 'only stock writes e1000-mmio 0x410 ' --components user-drops
if [ "${3-}" = long ]; then
	drop kernel e1000_main.c 'ew32(RDTR, adapter->rx_int_delay);' '' kernel-drops
	expect 1 'only stock writes e1000-mmio 0x2820 ' --components kernel-drops
	[ "$cuts" = 0 ] || expect 0 'no difference that is not known' --random-cuts "$cuts"
fi
[ "$failed" = 0 ]
