#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# DKMS handles the module; this script, which dkms.conf names, handles the process.
#
#   process.sh built   TREE KERNEL ARCH   keeps the program that was built beside the module, in TREE
#   process.sh install TREE KERNEL ARCH   puts it where the module looks for it
#   process.sh remove  TREE KERNEL ARCH   takes it away from there
#
# A module that is loaded goes on after remove, as in an upgrade, until the next boot: it gets a copy
# of its program, because it accepts no other.
set -eu
kept=$2/drivercut-@NAME@/@VERSION@/$3/$4/process/@MODULE@
program=/usr/lib/drivercut/$3/@MODULE@
copy=/var/cache/drivercut/@MODULE@
parameter=/sys/module/@MODULE@/parameters/dcrt_program

is_loaded() { [ "$(uname -r)" = "$1" ] && [ -w "$parameter" ] && [ "$(cat "$parameter")" = "$program" ]; }

case $1 in
built)
	install -D -m 755 "user/@MODULE@" "$kept"
	;;
install)
	install -D -m 755 "$kept" "$program.new"
	mv -f "$program.new" "$program"
	;;
remove)
	cmp -s "$kept" "$program" || exit 0 # another version's
	if is_loaded "$3"; then
		install -D -m 755 "$program" "$copy.new"
		mv -f "$copy.new" "$copy"
		echo "$copy" > "$parameter"
	fi
	rm -f "$program"
	rmdir --ignore-fail-on-non-empty "/usr/lib/drivercut/$3" /usr/lib/drivercut
	;;
*)
	echo "process.sh: unknown word '$1'" >&2
	exit 2
	;;
esac
