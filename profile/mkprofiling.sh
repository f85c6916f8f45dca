#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the profiling build of a driver in FOLDER, which holds a copy of its source.
#
#   mkprofiling.sh FOLDER MODULE KERNEL-BUILD PREFIX
#
# 1. Kbuild makes the module with nothing inlined, cloned or merged but what is declared inline, and
#    that always: gcc leaves some inline functions of headers out of line where code is cold, and
#    since the kernel's `inline` means notrace as well, their callers would be lost.
# 2. A stub is put before each kernel function that the driver calls: a traceable function that
#    jumps on to the real one. The tracer then sees the driver's calls to kernel functions and no one
#    else's, those to functions included that are not traceable themselves (memcpy).
# 3. All functions get a prefix, PREFIXf_ the driver's own, PREFIXk_ the stubs, so that one pattern
#    names them all; a list of names would take the tracer minutes to match.
set -eu

folder=$1 module=$2 build=$3 prefix=$4
FLAGS="-fno-inline-functions -fno-inline-small-functions -fno-inline-functions-called-once"
FLAGS="$FLAGS -fno-partial-inlining -fno-ipa-cp -fno-ipa-sra -fno-ipa-icf"
FLAGS="$FLAGS -fno-reorder-blocks-and-partition -fno-optimize-sibling-calls"

cd "$folder"
cat > dc-inline.h <<-'END'
	#undef inline
	#define inline inline __gnu_inline __inline_maybe_unused notrace __attribute__((__always_inline__))
END
make -s -C "$build" M="$PWD" KCFLAGS="$FLAGS -include $PWD/dc-inline.h" modules
[ -f "$module.ko" ] || {
	echo "the build made no $module.ko; is \"module\" right in driver.json?" >&2
	exit 1
}

# Kernel functions: undefined, and called (a call has a relocation of type PLT32), but for what
# does not keep to the calling convention or is patched by the kernel.
nm -u "$module.o" | awk '{ print $2 }' | LC_ALL=C sort -u > dc-undefined
readelf -rW "$module.o" | awk '$3 == "R_X86_64_PLT32" { print $5 }' | LC_ALL=C sort -u > dc-called
LC_ALL=C comm -12 dc-undefined dc-called |
	grep -vE '^(__fentry__|__x86_|__SC[TK]|__get_user|__put_user|__stack_chk|__ubsan|__warn_thunk)' \
		> dc-kernel-functions || true

awk '
{
	printf "\t.text\n\t.balign 16\n\t.globl __wrap_%s\n\t.type __wrap_%s, @function\n", $1, $1
	printf "__wrap_%s:\n1:\tcall __fentry__\n", $1
	print "\t.pushsection __mcount_loc, \"a\", @progbits"
	print "\t.balign 8\n\t.quad 1b\n\t.popsection"
	printf "\tjmp __real_%s\n\tint3\n\t.size __wrap_%s, . - __wrap_%s\n", $1, $1, $1
}
END { print "\t.section .note.GNU-stack, \"\", @progbits" }' dc-kernel-functions > dc-stubs.s
as -o dc-stubs.o dc-stubs.s

script=
for path in "$build/scripts/module.lds" "$build/arch/x86/module.lds"; do
	[ ! -f "$path" ] || script=$path
done
[ -n "$script" ] || {
	echo "no module.lds in $build" >&2
	exit 1
}
# shellcheck disable=SC2046 # a list of words
ld -r -m elf_x86_64 -z noexecstack --build-id=sha1 -T "$script" \
	$(sed 's/^/--wrap=/' dc-kernel-functions) -o dc-linked.ko "$module.o" "$module.mod.o" dc-stubs.o

nm dc-linked.ko | awk -v prefix="$prefix" '
$2 ~ /^[tT]$/ && $3 !~ /^(init_module|cleanup_module|__cfi_.*|__pfx_.*)$/ && !seen[$3]++ {
	new = $3
	print $3, sub(/^__wrap_/, "", new) ? prefix "k_" new : prefix "f_" new
}' > dc-names
objcopy --redefine-syms=dc-names dc-linked.ko "$module.ko"
