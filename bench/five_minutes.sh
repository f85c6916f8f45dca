#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# From a clean clone to the two built components of a driver, without a profile and without the
# device; prints docs/five-minutes.md's transcript. Wall-clock time and CPU time of each command.
#
#   bench/five_minutes.sh FOLDER      (an empty folder to work in)
set -eu
here=$(realpath "$(dirname "$0")/..")
mkdir -p "$1"
cd "$1"
headers=$(echo /lib/modules/6.1.*/build)
TIMEFORMAT='# %1R s, CPU %1U + %1S s'

# timed COMMAND...: shows it, runs it, leaves its output in said.txt
timed() {
	printf '$ %s\n' "$*" | sed "s|$PWD/||g"
	{ time "$@" >said.txt 2>&1; } 2>times.txt && return
	cat said.txt
	echo "failed: $*"
	exit 1
}

# step COMMAND...: with its output, of which long reports are cut
step() {
	timed "$@"
	sed -e "s|$PWD/||g" -e '/^reading /d' said.txt | awk 'NR <= 14 { print; next } { last[NR % 5] = $0 }
		END { if (NR > 19) print "..."; for (i = NR - 4; i <= NR; i++) if (i > 14) print last[i % 5] }'
	cat times.txt
	echo
}

# quiet COMMAND...: without what compilers say
quiet() {
	timed "$@"
	cat times.txt
	echo
}

components() { # DRIVER NAME: from a cut to a module and a program
	step drivercut solve "$1"
	step drivercut solve "$1" --rules
	step drivercut annotate "$1" --write
	step drivercut solve "$1" --rules
	step drivercut emit "$1" -o "emitted-$2"
	quiet make -s -C "emitted-$2/user"
	quiet make -s -C "$headers" M="$PWD/emitted-$2/kernel" KBUILD_EXTRA_SYMBOLS="$PWD/RT/Module.symvers"
	step ls -s "emitted-$2/user/$3" "emitted-$2/kernel/$4.ko"
}

quiet git clone -q "$here" drivercut
cd drivercut
quiet meson setup build
quiet ninja -C build cli/drivercut
export PATH=$PWD/build/cli:$PATH
quiet tar xf /usr/src/linux-source-6.1.tar.xz linux-source-6.1/drivers/net/ethernet/intel/igb
quiet sh runtime/module/build.sh "$headers" RT
echo "## igb"
echo
components linux-source-6.1/drivers/net/ethernet/intel/igb igb igb igb
echo "## snd-intel8x0"
echo
components snd-intel8x0 snd-intel8x0 snd_intel8x0 snd-intel8x0
