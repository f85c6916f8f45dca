#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The library that goes into both components, built into the smallest of each against the kernel's
# headers: no warning, the loader's names are there, nothing is left undefined, and the user library
# has what the rules say it has.
#
#   lib_build.sh ROOT BUILD
set -u
root=$(realpath "$1") lib=$(realpath "$2")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
# shellcheck source=tests/emit/lib.sh
. "$root/tests/emit/lib.sh"

# One list of files, and nothing beside it
(cd "$root/runtime" && find . -name '*.[ch]' | sed 's|^\./||') | sort >there
awk '!/^#/ { print $1 }' "$root/runtime/files.txt" | sort >listed
diff there listed || fail "runtime/files.txt does not list what runtime/ has"

# Kernel component
mkdir kernel user
parts() { # BINARY FOLDER: copies what is part of it to FOLDER/runtime
	awk -v binary="$1" '!/^#/ { for (i = 2; i <= NF; i++) if ($i == binary) print $1 }' \
		"$root/runtime/files.txt" | while read -r file; do
		install -D -m 644 "$root/runtime/$file" "$2/runtime/$file"
	done
}
cp "$root"/tests/runtime/lib_build/* kernel
parts component kernel
sh "$root/runtime/module/build.sh" "$build" dcrt >said 2>&1 || { cat said; fail "no dcrt.ko"; }
make -s -C "$build" M="$PWD/kernel" W=1 KBUILD_EXTRA_SYMBOLS="$PWD/dcrt/Module.symvers" >said 2>&1 ||
	fail "the kernel component does not build, or needs what the runtime has not"
grep -vE '^Skipping BTF' said && fail "the kernel component gives warnings"
objdump -t kernel/lib_build.ko >symbols
grep -q ' F \.init\.text.* init_module$' symbols || fail "no init_module"
grep -q ' F \.exit\.text.* cleanup_module$' symbols || fail "no cleanup_module"
objdump -dr kernel/lib_build.ko >code
calls() { # FUNCTION NAME: how many calls to NAME are in it
	awk -v f="<$1>:" -v name="\t$2-" '/^[0-9a-f]+ </ { in_f = $2 == f }
		in_f && index($0, name) { found++ } END { print found + 0 }' code
}
[ "$(calls init_module dck_init)" = 1 ] || fail "init does not go through the library"
[ "$(calls cleanup_module dck_exit)" = 1 ] || fail "exit does not go through the library"
for name in kfree vfree kvfree free_netdev; do
	[ "$(calls lib_build_remove dck_$name)" = 1 ] || fail "what $name frees stays tracked"
done
[ "$(calls lib_build_setup dck_runner_add)" = 6 ] || fail "a work or timer is not noted"
for name in dck_devm_kmalloc:2 dck_devm_kfree:1 dck_untrack_freed:1 dck_iounmap:2 dck_ioremap:1 dck_pci_ioremap_bar:1 dck_pci_iomap:1 dck_pci_iounmap:1; do
	[ "$(calls lib_build_probe "${name%:*}")" = "${name#*:}" ] || fail "no call of $name"
done
for name in dcrt_program dcrt_map dcrt_journal; do
	modinfo kernel/lib_build.ko | grep -q ": *$name:" || fail "no parameter $name"
done

# It is in one file with the driver's main unit: no name of its own that a driver might have.
nm kernel/runtime/component/*.o | awk 'NF == 3 { print $3 }' >names
grep -qx dcg_dck names || fail "no names to look at"
grep -vE '^(dck_|dcrt_|dcg_|_)' names && fail "a name of the library's may be a driver's, too"

# User component: compiled as the driver's files are, linked with the library
cp "$root"/tests/runtime/lib_build/*.c "$root"/emit/templates/user.mk user
parts process user
touch user/dcg.h user/dcg_rules.h
printf 'MODULE := lib_build\nSOURCES := tables.c user.c\ninclude user.mk\n' >user/Makefile
make -s -C user lib_build-user.o KDIR="$build" CFLAGS="-Wextra -Wno-unused-parameter -Wno-type-limits -Werror" \
	>said 2>&1 || fail "the user component does not build"
grep . said && fail "the user component gives warnings"
cc -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -o process "$root/runtime/process/main.c" \
	user/lib_build-user.o "$lib/libdcp.a" "$lib/libdcrt.a" "$lib/libdcrt_shared.a" -static -lpthread >said 2>&1 ||
	{ cat said; fail "the process cannot be linked"; }
./process /dev/null >said 2>&1
[ $? = 1 ] || fail "no failure without a device"
grep -q '^lib_build: cannot attach to /dev/null: ' said || { fail "no message"; cat said; }

# Rules and library agree; what the emitter generates is not the library's
nm "$lib/libdcp.a" | awk '$2 == "T" { print $3 }' >has
grep -oE '#define dcp_[a-z_]+' "$root/runtime/process/process.h" | cut -d' ' -f2 >>has
{
	grep -ohE '\bdcp_[A-Za-z0-9_]+\(' "$root"/marshal/rules/*.json | tr -d '('
	# functions under their own names; sleeping is a downcall
	sed -n '/"class": "local"/{/"define"/d;/"header_code"/d;s/.*"name": "\([^"]*\)".*/\1/p}' \
		"$root"/marshal/rules/*.json | grep -v sleep
} | sort -u >wanted
[ "$(wc -l <wanted)" -gt 30 ] || fail "no rules were read"
grep -vxF -f has wanted && fail "rules name what the user library has not"
exit $failed
