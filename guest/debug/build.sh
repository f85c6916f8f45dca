#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the debug kernel of Debian's linux-source, once, and prints the path of its build tree, which
# is a kernel for `drivercut --kernel` and DRIVERCUT_KERNEL:
#
#   guest/debug/build.sh [--cached]
#
# It has KASAN, lockdep, DEBUG_ATOMIC_SLEEP, PROVE_RCU, DEBUG_OBJECTS, DMA_API_DEBUG, kmemleak and
# failslab, and only what our guests need (kernel.config), so that it takes some CPU minutes. The tree
# is in $XDG_CACHE_HOME/drivercut (~/.cache/drivercut), one for each version of the source and of
# kernel.config; a build that was interrupted goes on. --cached: builds nothing; status 1 if there is
# none. JOBS (all CPUs) compile at a time. Needs the packages of `ci/deps.sh kernel`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=/usr/src/linux-source-6.1.tar.xz
cache=${XDG_CACHE_HOME:-$HOME/.cache}/drivercut

fail() {
	echo "guest/debug/build.sh: $1" >&2
	exit 3
}

# Kbuild asks each folder's Kconfig and Makefile, but not for sources of what is not configured.
unpack() {
	{
		for big in drivers/gpu drivers/media drivers/staging drivers/infiniband drivers/scsi drivers/iio \
			drivers/net/wireless drivers/net/dsa drivers/crypto drivers/accel drivers/hwmon sound fs/xfs \
			fs/btrfs fs/ocfs2 tools/testing tools/perf Documentation 'arch/[!x]*'; do
			echo "linux-source-6.1/$big/*.[chS]"
		done
		echo 'linux-source-6.1/arch/*.dts*'
		echo 'linux-source-6.1/Documentation/*.rst'
	} >"$tree.exclude"
	rm -rf "$tree.tmp"
	mkdir -p "$tree.tmp"
	tar -C "$tree.tmp" -xf "$source" --strip-components=1 --wildcards -X "$tree.exclude"
	rm -f "$tree.exclude"
	mv "$tree.tmp" "$tree"
}

configure() {
	make -s tinyconfig
	scripts/kconfig/merge_config.sh -m .config "$here/kernel.config" >/dev/null
	make -s olddefconfig
	grep '^CONFIG_' "$here/kernel.config" | while read -r line; do
		grep -qxF "$line" .config || fail "Kconfig does not accept $line"
	done
}

[ -f "$source" ] || fail "no $source; install linux-source-6.1 (ci/deps.sh does)"
version=$(dpkg-query -W -f '${Version}' linux-source-6.1 2>/dev/null || cksum <"$source" | cut -d ' ' -f 1)
tree=$cache/linux-$version-debug-$(cksum <"$here/kernel.config" | cut -d ' ' -f 1)
if [ ! -f "$tree/built" ]; then
	[ "${1-}" != --cached ] || exit 1
	mkdir -p "$cache"
	exec 9>"$cache/lock"
	flock 9
	[ -d "$tree" ] || unpack
	cd "$tree"
	{
		configure
		make -s "-j${JOBS:-$(nproc)}" bzImage modules
		make -s modules_install INSTALL_MOD_PATH="$tree/installed"
	} >&2
	touch built
fi
echo "$tree"
