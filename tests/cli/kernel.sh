#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Which kernel a driver is read and built for (--kernel), a driver.json without a source, --device, and
# both components of e1000 for every kernel that is supported and installed. usage: kernel.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
root=$(realpath "$(dirname "$0")/../..")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
ls -d /lib/modules/6.1.*/build >/dev/null 2>&1 || { echo "no headers of kernel 6.1"; exit 77; }
headers=$(ls -d /lib/modules/6.1.*/build | sort -V | tail -n 1)
release=$(basename "$(dirname "$headers")")

mkdir tiny
echo 'obj-m := tiny.o' >tiny/Kbuild
cat >tiny/tiny.c <<'END_OF_C'
#include <linux/module.h>
#include <linux/slab.h>
int tiny_alloc(void)
{
	void *memory = kmalloc(100, GFP_KERNEL);

	kfree(memory);
	return memory ? 0 : -ENOMEM;
}
MODULE_LICENSE("GPL");
END_OF_C

# What there is nothing of
expect 3 "no headers for kernel 5.10 below /lib/modules; install linux-headers-5.10-amd64, or give the path" \
	graph tiny --kernel 5.10
expect 3 "install linux-headers-6.1.0-1-amd64, or" graph tiny --kernel 6.1.0-1-amd64
expect 3 "nowhere: error: no such kernel" graph tiny --kernel nowhere
expect 3 "give a version (6.1 and 6.12), a release" graph tiny --kernel ./6.12
expect 3 "tiny: error: this is no kernel's build tree" graph tiny --kernel tiny
DRIVERCUT_KERNEL=5.10 expect 3 "no headers for kernel 5.10" graph tiny

# Kernels that are not supported: a build tree says which it is.
tree() { # RELEASE
	mkdir -p "tree-$1/include/generated"
	echo "#define UTS_RELEASE \"$1\"" >"tree-$1/include/generated/utsrelease.h"
}
tree 5.10.0-30-amd64
tree 6.6.1-mine
tree 7.0.0
expect 3 "drivercut does not support Linux 5.10.0-30-amd64: its rules and its runtime are for 6.1 and 6.12" \
	graph tiny --kernel tree-5.10.0-30-amd64
expect 3 "does not support Linux 7.0.0" solve tiny --kernel tree-7.0.0
expect 1 "warning: drivercut is tested with Linux 6.1 and 6.12, not with 6.6.1-mine" \
	graph tiny --kernel tree-6.6.1-mine

# Modules of a build tree may be within.
tree 6.1.0-mine
mkdir -p tree-6.1.0-mine/arch/x86/boot
touch tree-6.1.0-mine/arch/x86/boot/bzImage
# shellcheck disable=SC2016 # the user's shell
expect 3 'a guest needs the kernel'"'"'s modules; in that tree: make bzImage modules && make modules_install INSTALL_MOD_PATH=$PWD/installed' \
	run tiny --device none --kernel tree-6.1.0-mine
mkdir -p tree-6.1.0-mine/installed/lib/modules/6.1.0-mine/kernel
"$drivercut" run tiny --device none --kernel tree-6.1.0-mine -- true >within.txt 2>&1
check grep -q error: within.txt
check sh -c '! grep "a guest needs" within.txt'

# By version, by release, by a path: the same kernel. Results of another kernel do not mix with those
# of the default.
expect 0 "kernel $release" graph tiny
for name in 6.1 "$release"; do
	expect 0 "out/tiny/graph.json" graph tiny --kernel "$name"
done
expect 0 "out/tiny-$release/graph.json" graph tiny --kernel "$(realpath "$headers")"
expect 0 "kernel $release" graph tiny --kernel "$(realpath "$headers")"
for found in out/tiny "out/tiny-$release"; do
	jq '[.functions, .calls, .kernel]' "$found/graph.json" >"$found.parts"
done
check cmp out/tiny.parts "out/tiny-$release.parts"
expect 0 "to weigh calls: drivercut profile tiny --kernel 6.1 --perf-data FILE" solve tiny --kernel 6.1

# driver.json without a source: the folder's. Its name and family may be missing, too.
mkdir own && cp tiny/* own
echo '{"schema": 2, "kind": "driver", "module": "tiny", "device": {"qemu": "none"}}' >own/driver.json
expect 0 "out/own/graph.json" graph own
echo '{"schema": 2, "kind": "driver", "name": "tiny", "family": "net"}' >own/driver.json
expect 0 "out/tiny has the results of $folder/tiny" graph own
expect 0 "kernel $release" graph own
mkdir empty && cp own/driver.json empty
expect 1 "no Kbuild file or Makefile; put the driver's source into this folder" graph empty
echo '{"schema": 2, "kind": "driver", "source": {"package": "linux-source", "path": "x"}}' >empty/driver.json
expect 1 "empty/driver.json" graph empty

# An annotation that is not of this kernel's source is named, and so is the kernel.
cat >own/annotations.json <<'END_OF_JSON'
{"schema": 2, "kind": "annotations", "driver": "tiny", "functions": [{"function": "tiny_gone", "retry": true}]}
END_OF_JSON
expect 1 "own/annotations.json:1: error: functions: the driver has no function 'tiny_gone'" solve own --rules
check grep -q "own/annotations.json: note: the driver's source is that for Linux $release;" said

# The device
expect 1 "--device none if the module needs no hardware" run tiny -- true
expect 1 "no call of a function of tiny was recorded" profile tiny --device none
expect 2 "unknown option --device" graph tiny --device e1000

# The memory functions of each kernel have the names that the driver writes, and e1000's components
# build without a warning.
so_far=$failed
# shellcheck source=tests/emit/lib.sh
. "$root/tests/emit/lib.sh"
failed=$so_far
for version in 6.1 6.12; do
	build=$(ls -d /lib/modules/"$version".*/build 2>/dev/null | sort -V | tail -n 1)
	[ -n "$build" ] && [ -f "/usr/src/linux-source-$version.tar.xz" ] || continue
	"$drivercut" graph tiny --kernel "$version" -o tiny.json >/dev/null || failed=1
	check jq -e '[.calls[] | select(.caller == "tiny_alloc") | .callee] | index("kmalloc")' \
		tiny.json >/dev/null
	expect 0 "functions" emit e1000 --kernel "$version" -o "split-$version"
	check sh "$root/runtime/module/build.sh" "$build" "dcrt-$version"
	compiles "split-$version" KBUILD_EXTRA_SYMBOLS="$PWD/dcrt-$version/Module.symvers"
	built="$version ${built-}"
done
echo "built for ${built-no kernel}"
exit $failed
