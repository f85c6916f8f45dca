#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# drivercut emit --package: what it writes, that both trees build as DKMS would build them, and that
# the Debian packages have everything in its place. tests/guest/systemd.sh installs and boots one.
# usage: emit_package.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
root=$(realpath "$(dirname "$0")/../..")
# shellcheck source=tests/cli/lib.sh
. "$root/tests/cli/lib.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
build=$(ls -d /lib/modules/6.1.*/build 2>/dev/null | sort -V | tail -n 1)
[ -n "$build" ] || { echo "no kernel headers"; exit 77; }

# A driver whose three names differ: of its file, of the loaded module, of a package.
case=$root/tests/emit/cases/basic
mkdir toy
cp "$case"/*.[ch] toy/
[ ! -f "$case/annotations.json" ] || cp "$case/annotations.json" toy/
printf 'obj-m := toy-Two_x.o\ntoy-Two_x-y := in.o\n' >toy/Kbuild
jq '.driver = "toy"' "$case/cut.json" >cut.json

expect 2 "--package does not go with" emit toy --family net --package --check --cut cut.json
expect 2 "--package does not go with" emit toy --family net --package --all-kernel
expect 2 "--package-version goes with --package" emit toy --family net --package-version 1 --cut cut.json
for version in "" x1 1-2 "1 2" "1/2" "1;2" '1$2' 1_2; do
	expect 2 "--package-version: expected" emit toy --family net --package --package-version "$version" --cut cut.json
done
[ ! -e out/toy/package ] || { echo "a wrong command wrote a package"; failed=1; }

expect 0 "next: cd out/toy/package && dpkg-buildpackage" emit toy --family net --package --cut cut.json
expect 0 "two/driver/user" emit toy --family net --package --cut cut.json --package-version 1.2+b~1 -o two
expect 0 "" emit toy --family net --package --cut cut.json --package-version 1.2+b~1 -o again
check diff -r two again
expect 0 "" emit toy --family net --cut cut.json -o components
check diff -r components/kernel two/driver/kernel
check diff -r components/user two/driver/user
[ -d two/driver ] || exit 1
[ ! -e two/driver/twin ] || { echo "the twin is in the package"; failed=1; }
if grep -rnE '@[A-Z]+@' two out/toy/package; then echo "words of templates are left"; failed=1; fi
if grep -rl "$folder" two; then echo "a path of this machine is in it"; failed=1; fi
check grep -qx 'PACKAGE_VERSION="0.1"' out/toy/package/driver/dkms.conf
check grep -qx 'PACKAGE_NAME="drivercut-toy-two-x"' two/driver/dkms.conf
check grep -qx 'PACKAGE_VERSION="1.2+b~1"' two/driver/dkms.conf
check grep -qx 'BUILT_MODULE_NAME\[0\]="toy-Two_x"' two/driver/dkms.conf
check grep -qx 'BUILD_EXCLUSIVE_KERNEL="^6\\.1\\."' two/driver/dkms.conf
check grep -qx 'override toy-Two_x \* updates/dkms' two/driver/depmod.conf
for script in install.sh driver/process.sh dcrt/initramfs-hook debian/rules; do
	check test -x "two/$script"
done
for script in install.sh driver/process.sh dcrt/initramfs-hook dcrt/runtime/module/build.sh; do
	check sh -n "two/$script"
done

# As DKMS: the driver's tree copied to a folder of its own and built by the command of its dkms.conf,
# with the runtime, whose files are laid out for Kbuild as dcrt/ has them.
mkdir tree
cp -r two/driver tree/driver
make -C tree/driver KDIR="$build" DCRT="$folder/two/dcrt" KERNELRELEASE="$(basename "$(dirname "$build")")" >made 2>&1 ||
	{ echo "the driver's tree does not build"; tail -n 30 made; failed=1; }
check test -f tree/driver/kernel/toy-Two_x.ko
check test -f tree/driver/dcrt/dcrt.ko
(cd two/dcrt && find runtime Kbuild -type f ! -name build.sh ! -path runtime/module/Kbuild) | sort >files
(cd two/dcrt && while read -r file; do cmp "$file" "../../tree/driver/dcrt/$file"; done) <files || failed=1
release=$(basename "$(dirname "$build")")
if ! strings -a tree/driver/kernel/toy-Two_x.ko | grep -qx "/usr/lib/drivercut/$release/toy_Two_x"; then
	echo "the module does not name the program of its kernel"
	failed=1
fi

# The process's program goes where the module looks for it, and away again; another version's stays.
program=$folder/usr/lib/drivercut/$release/toy_Two_x
mkdir state
sed "s,/usr/lib/drivercut,$folder/usr/lib/drivercut,g; s,/var/cache,$folder/var/cache," tree/driver/process.sh >process.sh
(cd tree/driver && sh ../../process.sh built "$folder/state" "$release" x86_64) || failed=1
check sh process.sh install "$folder/state" "$release" x86_64
check test -x "$program"
cp "$program" kept
echo other >"$program"
check sh process.sh remove "$folder/state" "$release" x86_64
check grep -qx other "$program"
cp kept "$program"
check sh process.sh remove "$folder/state" "$release" x86_64
[ ! -e "$program" ] || { echo "removed, but it is there"; failed=1; }

check make -s -C tree/driver KDIR="$build" clean
rm -rf tree/driver/kernel/.*.cmd
check diff -r two/driver tree/driver

command -v dh_dkms >/dev/null && command -v dpkg-buildpackage >/dev/null || {
	[ $failed = 0 ] || exit 1
	echo "no dh-dkms: ci/deps.sh package"
	exit 77
}
(cd two && dpkg-buildpackage -b -us -uc) >made 2>&1 || { cat made; exit 1; }
dpkg-deb -I drivercut-toy-two-x-dkms_*.deb >info
check grep -q 'Version: 1.2+b~1' info
check grep -q 'Depends: drivercut-dcrt-dkms (= 0.1), .*dkms' info
check dpkg-deb -f drivercut-dcrt-dkms_0.1_all.deb Version
for package in drivercut-dcrt-dkms_0.1_all.deb drivercut-toy-two-x-dkms_1.2+b~1_all.deb; do
	dpkg-deb -c "$package" | awk '{ print $1, $6 }' >>files
done
for file in '-rw-r--r-- ./usr/src/drivercut-dcrt-0.1/dkms.conf' '-rw-r--r-- ./usr/src/drivercut-dcrt-0.1/Kbuild' \
	'-rwxr-xr-x ./usr/share/initramfs-tools/hooks/drivercut' '-rw-r--r-- ./usr/src/drivercut-toy-two-x-1.2+b~1/dkms.conf' \
	'-rwxr-xr-x ./usr/src/drivercut-toy-two-x-1.2+b~1/process.sh' '-rw-r--r-- ./lib/depmod.d/drivercut-toy-two-x.conf' \
	'-rw-r--r-- ./etc/modprobe.d/drivercut-toy-two-x.conf' \
	'-rw-r--r-- ./usr/share/dkms/modules_to_force_install/drivercut-toy-two-x'; do
	check grep -qxF -e "$file" files
done
exit $failed
