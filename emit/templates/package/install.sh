#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Installs the split driver with DKMS on a machine without dpkg; as root. On Debian make packages
# instead: dpkg-buildpackage -b -us -uc.
#
#   install.sh               for the running kernel
#   install.sh --uninstall   brings the stock driver back, from the next boot on
set -eu
cd "$(dirname "$0")"
[ "$(id -u)" = 0 ] || { echo "install.sh: only root can" >&2; exit 3; }
command -v dkms >/dev/null || { echo "install.sh: there is no dkms" >&2; exit 3; }
force=/usr/share/dkms/modules_to_force_install
hooks=/etc/initramfs-tools/hooks

initramfs() {
	if command -v update-initramfs >/dev/null; then
		update-initramfs -u
	elif command -v dracut >/dev/null; then
		dracut --force
	fi
}

remove() { # NAME VERSION
	[ -z "$(dkms status -m "$1" -v "$2")" ] || dkms remove -m "$1" -v "$2" --all
	rm -rf "/usr/src/$1-$2"
}

add() { # FOLDER NAME VERSION
	remove "$2" "$3"
	cp -r "$1" "/usr/src/$2-$3"
	dkms add -m "$2" -v "$3"
	dkms install -m "$2" -v "$3"
}

case ${1-} in
'')
	mkdir -p "$force" /etc/depmod.d /etc/modprobe.d
	cp driver/force-install "$force/drivercut-@NAME@"
	cp driver/depmod.conf /etc/depmod.d/drivercut-@NAME@.conf
	[ -e /etc/modprobe.d/drivercut-@NAME@.conf ] || cp driver/modprobe.conf /etc/modprobe.d/drivercut-@NAME@.conf
	add dcrt drivercut-dcrt @RUNTIME@
	add driver drivercut-@NAME@ @VERSION@
	[ ! -d "$hooks" ] || cp dcrt/initramfs-hook "$hooks/drivercut"
	;;
--uninstall)
	remove drivercut-@NAME@ @VERSION@
	rm -f "$force/drivercut-@NAME@" /etc/depmod.d/drivercut-@NAME@.conf /etc/modprobe.d/drivercut-@NAME@.conf
	if [ -z "$(dkms status | grep '^drivercut-' | grep -v '^drivercut-dcrt')" ]; then # the last one
		remove drivercut-dcrt @RUNTIME@
		rm -f "$hooks/drivercut"
	fi
	depmod
	;;
*)
	echo "usage: install.sh [--uninstall]" >&2
	exit 2
	;;
esac
initramfs
