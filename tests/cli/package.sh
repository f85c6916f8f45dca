#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The Debian package builds from the tree, holds what tests/cli/install.sh uses, and with
# DC_REAL_INSTALL=1 (./check --full) is installed on this machine, used and removed.
# usage: package.sh
set -u
here=$(realpath "$(dirname "$0")")
root=$(realpath "$here/../..")
command -v dpkg-buildpackage >/dev/null && command -v dh >/dev/null || { echo "no debhelper: ci/deps.sh package"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/drivercut"
(cd "$root" && git ls-files -co --exclude-standard -z | xargs -0 sh -c 'for f; do [ ! -e "$f" ] || printf "%s\0" "$f"; done' sh |
	tar -c --null -T - -f -) | tar -x -C "$folder/drivercut" || exit 99
cd "$folder/drivercut" || exit 99
dpkg-buildpackage -b -us -uc >../log 2>&1 || { tail -n 60 ../log; exit 1; }
package=$(ls ../drivercut_*.deb) || exit 1
dpkg-deb --info "$package" >../info || exit 1
grep -q 'Depends: .*libclang1-19' ../info || { echo "the package does not depend on libclang"; cat ../info; exit 1; }
dpkg -x "$package" ../unpacked || exit 1
chmod a+rx "$folder"
chmod -R a+rX "$folder/unpacked"
if ! strings -a ../unpacked/usr/bin/drivercut | grep -qF "$folder"; then :; else
	echo "the program names the folder that it was built in"
	exit 1
fi
sh "$here/install.sh" --in "$folder/unpacked/usr" || exit 1
if [ -n "${DC_REAL_INSTALL:-}" ] && [ "$(id -u)" = 0 ]; then
	dpkg -i "$package" >../log 2>&1 || { cat ../log; exit 1; }
	sh "$here/install.sh" --in /usr
	status=$?
	dpkg -P drivercut >../log 2>&1 || { cat ../log; status=1; }
	[ ! -e /usr/share/drivercut ] || { echo "removed, but /usr/share/drivercut is there"; status=1; }
	exit $status
fi
