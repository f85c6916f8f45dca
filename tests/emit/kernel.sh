#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# drivercut emit on a real driver, compiled: all in the kernel is the same code as the original; the
# components of a cut compile without a warning, and the user's keeps to the rules.
#
#   kernel.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
root=$(realpath "$(dirname "$0")/../..")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
[ -f /usr/src/linux-source-6.1.tar.xz ] || { echo "no linux-source-6.1"; exit 77; }
. "$root/tests/emit/lib.sh"

run() {
	"$@" >said 2>&1 || { cat said; fail "failed: $*"; }
}

# Builds the module in a folder as Kbuild does with W=1; its words are left in FOLDER.log.
module() { # FOLDER
	KBUILD_MODPOST_WARN=1 make -s -C "$build" M="$PWD/$1" W=1 >"$1.log" 2>&1 ||
		fail "$1 does not build"
	grep -v '^Skipping BTF generation' "$1.log"
}

# Code of the objects in a folder, without addresses: instructions and what they refer to. Strings
# move when __FILE__ has another length.
code() { # FOLDER
	for object in "$1"/e1000_*.o; do
		objdump -dr --no-show-raw-insn "$object" | grep -v 'file format' |
			sed -E 's/^[[:space:]]*[0-9a-f]+:[[:space:]]*//; s/^[0-9a-f]+ //
				s/(\.rodata\.str[0-9.]*)\+0x[0-9a-f]+/\1/'
	done
}

same_code() {
	cp -r out/e1000/source stock
	module stock
	module all/kernel >words
	diff words /dev/null || fail "the emitted driver gives warnings"
	code stock >stock.code
	code all/kernel >all.code
	[ "$(wc -l <stock.code)" -gt 10000 ] || fail "no code to compare"
	cmp stock.code all.code || fail "the emitted driver is other code than the original"
}

# The components of the cut in split/: without a warning, in built/.
components_compile() {
	run sh "$root/runtime/module/build.sh" "$build" dcrt
	cp -r split built
	compiles built KBUILD_EXTRA_SYMBOLS="$PWD/dcrt/Module.symvers"
	grep 'modpost' words && fail "the kernel component needs what the runtime has not"
	nm built/kernel/e1000.ko | grep -q ' e1000_get_drvinfo$' || fail "no stub of e1000_get_drvinfo"
	nm -u built/kernel/e1000.ko | grep -q ' dck_upcall$' || fail "nothing is called across"
	make -s -q -C built/user e1000_hw.o || fail "what is made is not up to date"
	make -s -q -C built/user -W e1000_hw.h e1000_hw.o && fail "an edited header of the driver is not seen"
}

# Both components by the kernel's own checkers: sparse on the kernel's, checkpatch on what is generated.
upstream_clean() {
	command -v sparse >/dev/null || return 0
	cp -r split looked
	KBUILD_MODPOST_WARN=1 make -s -C "$build" M="$PWD/looked/kernel" C=2 >words 2>&1 ||
		fail "the kernel component does not build under sparse"
	grep "^$PWD/looked" words && fail "sparse has words on the kernel component"
	# dcg_rules.h has the kernel's own names, mb() and strlcpy() among them
	find split/kernel split/user -maxdepth 1 -name 'dcg*.[ch]' ! -name dcg_rules.h \
		-exec "$root/ci/checkpatch.sh" {} + >words 2>&1 ||
		{ cat words; fail "checkpatch has words on what is generated"; }
}

# The same user component as a module: of the kernel's it has what a process has of libc, what the
# compiler adds, and a way to the kernel component. No stub has met the function it stands for.
twin_compiles() {
	module built/twin >words
	grep -v 'modpost: "dcrt_peer_[a-z]*" .* undefined' words && fail "the twin gives warnings"
	nm -u built/twin/e1000_twin.ko | awk '{ print $2 }' | grep -vxE -e 'dcrt_peer_.*' \
		-e '__(fentry__|stack_chk_fail|x86_.*|SCT__.*|fortify_panic)|fortify_panic' \
		-e '_printk|vprintk|v?s(c|n|cn)?printf|_ctype|mem[a-z]*|str[a-z]*' \
		-e 'kfree|kvfree|kmalloc_.*|kvmalloc_node|__list_.*|(__)?mutex_.*|_raw_spin_.*' \
		-e 'current_task|jiffies|system_state|__ndelay|usleep_range_state' &&
		fail "the twin calls the kernel"
}

# A layout that is not the compiler's does not compile.
other_layouts() {
	cp -r split moved
	sed -i 's/\(struct e1000_adapter, itr, \)/\11/' moved/kernel/dcg_layout_*.h
	sed -i 's/\(DCRT_LAYOUT(struct pci_dev, \)/\11/' moved/user/dcg_layout_*.h
	make -s -C "$build" M="$PWD/moved/kernel" >said 2>&1 && fail "another offset was accepted"
	grep -q 'e1000_adapter.itr is laid out otherwise' said || { cat said; fail "no word of itr"; }
	make -s -C moved/user >said 2>&1 && fail "another size was accepted"
	grep -q 'struct pci_dev is laid out otherwise' said || { cat said; fail "no word of pci_dev"; }
}

# Another version of the runtime is refused.
other_runtime() {
	sed -i 's/^#define DCRT_ABI[[:space:]].*/#define DCRT_ABI 999/' split/user/runtime/message.h
	make -s -C split/user >said 2>&1 && fail "another ABI was accepted"
	grep -q 'made for version [0-9]* of the runtime' said || { cat said; fail "another ABI is not named"; }
}

# All in the kernel
run "$drivercut" emit e1000 --all-kernel -o all
for file in out/e1000/source/*.[ch]; do
	name=$(basename "$file")
	if grep -q '^#line 1 ' "all/kernel/$name"; then
		sed '1,/^#line 1 /d' "all/kernel/$name"
	else
		cat "all/kernel/$name"
	fi | cmp -s - "$file" || fail "$name is not the original"
done
! compiling || same_code

# A cut that keeps to the rules, at the default delay of 10 us: made if none is given
run "$drivercut" solve e1000 --rules -o cut.json
run "$drivercut" emit e1000 -o split
grep -q 'there is no .*out/e1000/cut.json yet; solving: drivercut solve e1000 --rules' said || { cat said; fail "no word of the cut"; }
cmp cut.json out/e1000/cut.json || fail "another cut than that of solve --rules"
grep -q 'is older than' said && fail "a note on a cut that is new"
touch -d 2000-01-01 out/e1000/cut.json
run "$drivercut" emit e1000 -o again
grep -q 'is older than .*/annotations.json; to solve again: drivercut solve e1000 --rules' said ||
	{ cat said; fail "no word on a cut that is older than the annotations"; }
diff -r split again || fail "the same cut gives other components"
grep -q '^user  *[1-9][0-9][0-9] functions' said || { cat said; fail "little is on the user side"; }
formatted split
[ "$(generated split/user/e1000_hw.c | wc -l)" -gt 3 ] || fail "no stubs were looked at"
! compiling || components_compile
! compiling || upstream_clean
run "$drivercut" solve e1000 -o ideal.json
run "$drivercut" emit e1000 --cut ideal.json --check
grep -qE '^[1-9][0-9]* symbols without a rule keep [1-9][0-9]* functions' said ||
	fail "no list of what the best cut lacks"
run "$drivercut" emit e1000 --cut cut.json --check
grep -q '^0 symbols without a rule keep 0 functions' said || fail "the cut does not keep to the rules"

! compiling || twin_compiles
! compiling || other_layouts
! compiling || other_runtime

# A cut that does not: what to annotate is said, and nothing is written
"$drivercut" emit e1000 --cut ideal.json -o free >said 2>&1 && fail "a cut without rules was emitted"
grep -q -e 'solve --rules, or --pin' said || { cat said; fail "no word of --rules"; }
grep -q 'which does not cross' said || { cat said; fail "nothing about data"; }
[ ! -e free ] || fail "a failure left a folder"
exit $failed
