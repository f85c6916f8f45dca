#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# graph.json and source.json know what they were made of: a verb reads a source again only when it
# differs; drivers and runs do not disturb each other. usage: origin.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
folder=$(mktemp -d)
trap 'cd /; rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
ls -d /lib/modules/*/build >/dev/null 2>&1 || { echo "no kernel headers"; exit 77; }

# A graph is made again only for another source, flags, folder, module or kernel
fresh() { # ARGUMENTS...: nothing is read
	"$drivercut" "$@" >said 2>&1 || cat said
	check sh -c '! grep -E "reading (the|/)|error:" said'
}
again() { # WHY ARGUMENTS...: it is read, and the user is told
	why=$1
	shift
	expect 0 "graph.json: note: it $why; reading the source again" "$@"
	fresh "$@"
}
mkdir made && echo 'obj-m := made.o' >made/Kbuild && echo '#define STEP 1' >made/made.h
cat >made/made.c <<'END'
#include "made.h"
int made_open(int x);
int made_open(int x)
{
	return x + STEP;
}
END
fields="problem made --family net --list-fields"
expect 0 "" graph made --family net
check jq -e '.kind == "source" and (.definitions | map(.name) == ["made_open"])' \
	out/made/source.json >/dev/null
check jq -e '.made_of_files | map(.file) == ["Kbuild", "made.c", "made.h"]' \
	out/made/graph.json >/dev/null
# shellcheck disable=SC2086 # words
{
	fresh $fields
	touch made/made.c
	fresh $fields
	echo '#define STEP 2' >made/made.h
	again "was made of another made.h" $fields
	echo 'ccflags-y += -DX' >>made/Kbuild
	again "was made of another Kbuild" $fields
	CONFIG_MADE=m again "was made with other CONFIG_ or compiler variables in the environment" $fields
	again "was made with other CONFIG_ or compiler variables in the environment" $fields
	jq '.made_of.kernel = "1.2.3"' out/made/graph.json >other && cp other out/made/graph.json
	again "was made for the kernel 1.2.3" $fields
	jq '.made_of.code = "0"' out/made/graph.json >other && cp other out/made/graph.json
	again "was made by another version of drivercut" $fields
	jq 'del(.made_of.code)' out/made/graph.json >other && cp other out/made/graph.json
	again "is not a file that this drivercut reads (of another version, or damaged)" $fields
	jq '.made_of.folder = "/else"' out/made/graph.json >other && cp other out/made/graph.json
	again "was made of /else" $fields
	jq 'del(.made_of)' out/made/graph.json >other && cp other out/made/graph.json
	again "does not record what it was made of" $fields
	jq '.schema = 1' out/made/graph.json >other && cp other out/made/graph.json
	again "is not a file that this drivercut reads (of another version, or damaged)" $fields
	jq '.made_of.templates[0].hash = ""' out/made/graph.json >other && cp other out/made/graph.json
	again "was made with another graph/families/net.json" $fields
	again "was made for the family net" problem made --family scsi --list-fields
	rm made/made.h
	expect 1 "made.h' file not found" $fields
	echo '#define STEP 3' >made/made.h
}
# The text as well: missing, of another reading, of another source
annotate="annotate made --family net"
# shellcheck disable=SC2086
{
	expect 0 "" $annotate
	rm out/made/source.json
	expect 0 "reading $folder/out/made" $annotate
	fresh $annotate
	jq '.made_of.flags = "0"' out/made/source.json >other && cp other out/made/source.json
	expect 0 "source.json: note: it is not of the same reading as graph.json" $annotate
	fresh $annotate
	jq 'del(.definitions[0].plain)' out/made/source.json >other && cp other out/made/source.json
	expect 0 "source.json: note: it is not a file that this drivercut reads" $annotate
	fresh $annotate
}

# Two modules in a folder, with a function of one name each: every verb wants to know which, and keeps to
# it; the functions and calls are those of that module.
mkdir pair && printf 'obj-m := one.o two.o\none-y := one_main.o one_hw.o\ntwo-y := two_main.o two_hw.o\n' >pair/Kbuild
for each in one two; do
	printf 'int hw_send(int x);\nint %s_open(int x);\nint %s_open(int x)\n{\n\treturn hw_send(x);\n}\n' \
		$each $each >pair/${each}_main.c
done
printf 'int hw_send(int x);\nint hw_send(int x)\n{\n\treturn x;\n}\n' >pair/one_hw.c
cat >pair/two_hw.c <<'END'
int hw_send(int x);
static int two_wait(int x)
{
	return x;
}
int hw_send(int x)
{
	return two_wait(x) + 1;
}
END
echo "  a-1 [000] 1.500000: function: hw_send <-- two_open" >recording
for verb in graph problem solve "solve --rules" sweep "explain hw_send" annotate report emit \
	"profile --script recording" "run --device none"; do
	# shellcheck disable=SC2086 # words
	set -- $verb
	name=$1
	shift
	expect 1 "Kbuild makes 2 modules here (one, two); choose one with --module NAME" "$name" pair --family net "$@"
done
module() { # NAME FUNCTIONS CALLS
	check test "$(jq -c '.functions | map(.name) | sort' out/pair/graph.json)" = "$2"
	check test "$(jq -c '.calls | map(.caller + " " + .callee) | sort' out/pair/graph.json)" = "$3"
}
expect 0 "" graph pair --family net --module two
module two '["hw_send","two_open","two_wait"]' '["hw_send two_wait","two_open hw_send"]'
fresh problem pair --family net --list-fields
check jq -e '.made_of.module == "two"' out/pair/graph.json >/dev/null
echo >>pair/two_main.c
again "was made of another two_main.c" problem pair --family net --list-fields
expect 0 "is of the module two" solve pair --family net --module one
module one '["hw_send","one_open"]' '["one_open hw_send"]'

# A makefile that sets -j does not mix what make prints
for module in one two; do
	mkdir -p jobs/$module
	for each in $(seq 1 30); do
		echo "int ${module}_$each(void); int ${module}_$each(void) { return $each; }" \
			>jobs/$module/f$each.c
	done
	echo "obj-m := $module.o" >jobs/$module/Makefile
	echo "$module-y := $(seq -f 'f%g.o' -s ' ' 1 30)" >>jobs/$module/Makefile
done
printf 'MAKEFLAGS += -j8\nobj-m += one/ two/\n' >jobs/Makefile
for each in 1 2 3; do
	expect 0 "" graph jobs --family net --module two
	check test "$(jq '.functions | length' out/jobs/graph.json)" = 30
	cp out/jobs/graph.json jobs.$each
	check cmp jobs.1 jobs.$each
done

# Blanks in paths, which Kbuild cannot take: of the driver's folder and of the results'
mkdir -p "two words/my driver" && cp made/made.? "two words/my driver"
printf 'obj-m := made.o\nccflags-y := -I$(src)/sub\n' >"two words/my driver/Kbuild"
mkdir "two words/my driver/sub" && echo '#define SUB 1' >"two words/my driver/sub/sub.h"
echo '#include "sub.h"' >>"two words/my driver/made.c"
chmod -R a-w "two words/my driver"
(
	cd "two words" || exit 99
	expect 0 "" graph "my driver" --family net
	check jq -e '.made_of_files | map(.file) == ["Kbuild", "made.c", "made.h", "sub/sub.h"]' \
		"out/my driver/graph.json" >/dev/null
	fresh problem "my driver" --family net --list-fields
	expect 0 "user " emit "my driver" --family net -o both
	check test -s both/kernel/made.c
	exit $failed
) || failed=1
chmod -R u+w "two words/my driver"
check test -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'drivercut-??????' -user "$(id -u)" -newer made/Kbuild -type d \
	-exec test -h '{}/at' ';' -print)"

# What Kbuild needs: a CONFIG option in the environment, a file that a build generates
mkdir wants && echo 'obj-$(CONFIG_WANTS) := made.o' >wants/Kbuild && cp made/made.? wants
expect 1 "the makefile asks for CONFIG_WANTS" graph wants --family net
CONFIG_WANTS=m expect 0 "" graph wants --family net
mkdir gen && printf 'obj-m := gen.o\n$(obj)/gen.c: $(src)/in\n\tcp $< $@\n' >gen/Kbuild
echo 'int gen_f(void); int gen_f(void) { return 1; }' >gen/in
expect 1 "gen.c: error: Kbuild compiles this file, but a build must generate it" \
	graph gen --family net
cp gen/in gen/gen.c
expect 0 "" graph gen --family net

# Two folders of one name do not share results
for each in a b; do
	mkdir -p $each/src && echo "obj-m := drv.o" >$each/src/Kbuild
	printf 'int %s_open(int x);\nint %s_open(int x)\n{\n\treturn x;\n}\n' $each $each >$each/src/drv.c
done
expect 0 "" graph a/src --family net
expect 0 "out/src has the results of $folder/a/src; results for this folder are in out/src-" \
	graph b/src --family net
check jq -e '.functions[0].name == "a_open"' out/src/graph.json >/dev/null
check jq -e '.functions[0].name == "b_open"' out/src-*/graph.json >/dev/null
fresh problem a/src --family net --list-fields
fresh problem b/src --family net --list-fields
check test "$(ls -d out/src* | wc -l)" = 2

# The results within the driver's folder are no part of it; a tree that cannot be written is read
mkdir within && echo 'obj-m := drv.o' >within/Kbuild && cp a/src/drv.c within
chmod -w within
(cd within && DRIVERCUT_OUT=../beside "$drivercut" graph . --family net) >said 2>&1
check test -f beside/within/graph.json
chmod +w within
for each in first second; do
	(cd within && "$drivercut" graph . --family net) >said 2>&1
	check test "$(ls within/out/within/source)" = "Kbuild
drv.c"
done

# Two runs at once
for each in 1 2 3 4; do
	(cd within && "$drivercut" graph . --family net) >/dev/null 2>"run$each" &
done
wait
check sh -c '! grep -h error run?'
expect 0 "" problem within --family net --list-fields

exit $failed
