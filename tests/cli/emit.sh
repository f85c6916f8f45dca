#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# drivercut emit from the outside, on small modules: what it writes (tests/emit/cases/CASE/expect), the
# same twice; what bad input gets, and that no failure leaves a file or changes one.
#
#   emit.sh DRIVERCUT [--update]
set -u
drivercut=$(realpath "$1")
update=${2:-}
root=$(realpath "$(dirname "$0")/../..")
cases=$root/tests/emit/cases
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
shared=$folder/shared
. "$root/tests/emit/lib.sh"

# expect STATUS WORDS ARGUMENTS...: that exit status, and those words in the output or the errors
expect() {
	status=$1 words=$2
	shift 2
	"$drivercut" "$@" >said 2>&1
	got=$?
	if [ "$got" != "$status" ] || ! grep -qF -- "$words" said; then
		fail "drivercut $*: status $got, expected $status and \"$words\":"
		cat said
	fi
}

# Copies a case's source to ./CASE.
take() { # CASE
	mkdir "$1"
	for file in "$cases/$1"/*.[ch] "$cases/$1/Kbuild" "$cases/$1/annotations.json"; do
		[ ! -f "$file" ] || cp "$file" "$1/"
	done
	[ -f "$1/Kbuild" ] || echo "obj-m := in.o" >"$1/Kbuild"
}

# The files that a case writes, without those that are copied or follow from the rules alone. Offsets
# and sizes in structures of the kernel differ between kernels: numbers from 100 on become N.
golden() { # FOLDER
	(cd "$1" && rm -rf drivercut-emit kernel/runtime user/runtime twin/runtime user/user.mk \
		user/check.sh user/names.txt user/dcg_rules.h &&
		sed -Ei 's/\b[1-9][0-9]{2,}\b/N/g' kernel/dcg_tables.c user/dcg_tables.c &&
		sed -i 's/^RELEASE ?= .*/RELEASE ?= (this kernel)/' user/Makefile)
}

for case in basic files data acquire list guard; do
	take $case
	cut=$cases/$case/cut.json
	expect 0 "user " emit $case --family net --cut "$cut" -o one
	expect 0 "user " emit $case --family net --cut "$cut" -o two
	diff -r one two || fail "$case: the second time it is different"
	grep -rl "$folder" one && fail "$case: a path of this machine is in it"
	find one -name '*.tmp*' | grep . && fail "$case: temporary files"
	formatted one
	cp -r one build
	compiles build
	rm -rf build
	golden one
	if [ "$update" ]; then
		rm -rf "$cases/$case/expect"
		cp -r one "$cases/$case/expect"
	fi
	diff -ru "$cases/$case/expect" one || fail "$case: not what is expected"
	rm -rf one two

	# All in the kernel: the same bytes below the head, and no process.
	expect 0 "no user program: all functions are in the kernel" \
		emit $case --family net --all-kernel -o all
	for file in "$case"/*.c; do
		name=$(basename "$file")
		sed '1,/^#line 1 /d' "all/kernel/$name" | cmp -s - "$file" ||
			fail "$case: $name is not the original"
	done
	[ ! -e all/user ] || fail "$case: something for a process, with all in the kernel"
	! compiling || KBUILD_MODPOST_WARN=1 make -s -C "$build" M="$PWD/all/kernel" >said 2>&1 ||
		{ fail "$case: the original does not build" && cat said; }
	rm -rf all
done

# Bad input
cut=$cases/basic/cut.json
expect 2 "give one driver" emit
expect 2 "exclude each other" emit basic --cut x --all-kernel
expect 0 "there is no out/basic/cut.json yet; solving: drivercut solve basic --family net --rules" \
	emit basic --family net
rm -r out/basic/emit out/basic/cut.json
expect 1 "absent.json: error: cannot read" emit basic --family net --cut absent.json
head -c 150 "$cut" >short.json
expect 1 "not valid JSON" emit basic --family net --cut short.json
sed 's/"ready": "kernel"/"stranger": "kernel"/' "$cut" >other.json
expect 1 "the source has no function 'stranger'" emit basic --family net --cut other.json
sed 's/, "ready": "kernel"//' "$cut" >less.json
expect 1 "'ready' (in.c:59) is missing" emit basic --family net --cut less.json
sed 's/"ready": "kernel"/"ready": "attic"/' "$cut" >attic.json
expect 1 'ready has the side "attic"' emit basic --family net --cut attic.json
sed 's/"driver": "basic"/"driver": "e999"/' "$cut" >driver.json
expect 1 "this is a cut of e999, not of basic" emit basic --family net --cut driver.json
[ ! -e out/basic/emit ] || fail "a failure left a file"
mkdir mine && echo precious >mine/file
expect 3 "already exists and was not written by drivercut emit" emit basic --family net --cut "$cut" -o mine
[ "$(cat mine/file)" = precious ] || fail "mine/ was changed"
expect 0 "user " emit basic --family net --cut "$cut" -o kept
expect 1 "not valid JSON" emit basic --family net --cut short.json -o kept
[ -f kept/user/in.c ] || fail "a failure removed what was there"
expect 1 "cannot make folder" emit basic --family net --cut "$cut" -o /dev/null/emit

# What acquires something and has no rule for its release is named, and so is what rings would hold.
acquired="emit acquire --family net --cut $cases/acquire/cut.json"
expect 0 "user " $acquired -o gaps
grep -q "acquires something\|no row of" said && fail "a gap where there is none: $(cat said)"
sed -i 's/pci_request_regions(pdev, "in")/pci_request_selected_regions_exclusive(pdev, !!kmalloc(8, GFP_KERNEL), "in")/' \
	acquire/in.c
expect 0 "in.c:92: warning: pci_request_selected_regions_exclusive acquires something" $acquired -o gaps
grep -c "acquires something" said | grep -qx 1 || fail "not one gap: $(cat said)"
grep -q "warning: no row of .recovery. names .*(kmalloc, for example)" said || fail "nothing of rings: $(cat said)"

# Functions whose text cannot be replaced
mkdir hard
echo 'obj-m := hard.o' >hard/Kbuild
cat >hard/hard.c <<'END'
#define MAKE(name)                                                                                 \
	static int name(int x)                                                                     \
	{                                                                                          \
		return x;                                                                          \
	}
MAKE(made)
static int many(int x, ...)
{
	return made(x);
}
struct pair { int a, b; };
static int whole(struct pair pair)
{
	return pair.a;
}
#ifdef CONFIG_X86
static int halves(int x)
{
#else
static int halves(long x)
{
#endif
	return (int)x;
}
int outside(int x);
int hard_user(int x);
int hard_user(int x)
{
	struct pair pair = {x, x};

	return many(x, 1) + made(x) + whole(pair) + halves(x);
}
int hard_rule(int x);
int hard_rule(int x)
{
	return outside(x);
}
int hard_free(int x);
int hard_free(int x)
{
	return x + 1;
}
END
hard() { # SIDE-OF-made many whole halves user rule free
	echo '{"schema": 2, "kind": "cut", "lambda": [1, 1], "kernel_loc": 1, "user_loc": 1,
 "crossings": 1, "sides": {"made": "'"$1"'", "many": "'"$2"'", "whole": "'"$3"'", "halves": "'"$4"'",
 "hard_user": "'"$5"'", "hard_rule": "'"${6-kernel}"'", "hard_free": "'"${7-user}"'"}}' >hard.json
}
hard user kernel kernel kernel kernel
expect 1 "hard.c:6: error: made is made by a macro" emit hard --family net --cut hard.json
hard kernel user kernel kernel kernel
expect 1 "hard.c:7: error: many takes a variable number of arguments" \
	emit hard --family net --cut hard.json
hard kernel kernel user kernel kernel
expect 1 "whole takes a structure by value" emit hard --family net --cut hard.json
hard kernel kernel kernel user kernel
expect 1 "halves has an #if that ends outside of it" emit hard --family net --cut hard.json
hard kernel kernel kernel kernel user
expect 1 "stub can replace it" emit hard --family net --cut hard.json
hard kernel kernel kernel kernel kernel
expect 0 "user      3 functions" emit hard --family net --cut hard.json -o hard.out

# A cut that does not keep the constraints: it is older than a rule or an annotation, or was edited
hard kernel kernel kernel kernel kernel user
expect 1 "'hard_rule' must be in the kernel: uses outside at hard.c:34, which has no rule" \
	emit hard --family net --cut hard.json -o hard.stale
expect 1 "solve again: drivercut solve hard --family net --rules" \
	emit hard --family net --cut hard.json -o hard.stale
[ ! -e hard.stale ] || fail "a refused cut leaves files"
expect 1 "must be in the kernel" run hard --family net --device none --cut hard.json

# Compiled code tells what does not keep to the rules
sed -i 's/return x + 1;/return outside(x);/' hard.out/user/hard.c
sed -i 's/return outside(x);/asm volatile("1: ud2; .pushsection __bug_table,\\"aw\\"; .quad 1b; .popsection"); &/' \
	hard.out/user/hard.c
make -s -C hard.out/user hard-user.o >said 2>&1 || { cat said; fail "hard does not build"; }
make -s -C hard.out/user check >said 2>&1 && fail "the check passes whatever the code"
grep -q '^undefined: outside, which has no rule' said || fail "no undefined name"
grep -q '^hard_free: privileged instruction:.*ud2' said || fail "no instruction"
grep -q '^section __bug_table: .text.hard_free' said || { cat said; fail "no section"; }

# The ladder of fields
expect 2 "--fields goes with --check" emit data --family net --cut "$cases/data/cut.json" --fields
expect 0 "each field once" emit data --family net --cut "$cases/data/cut.json" --check --fields
"$drivercut" emit data --family net --cut "$cases/data/cut.json" --check --fields --json >said 2>errors ||
	{ cat errors; fail "--fields --json fails"; }
jq -e '.kind == "emit-fields" and (.entry_points | length) > 0 and .distinct.deep >= .distinct.crossing and
	.distinct.accessed >= .distinct.shared and .distinct.shared >= .distinct.crossing and
	.sum.accessed == ([.entry_points[].accessed] | add)' said >/dev/null ||
	{ cat said; fail "--fields --json is not right"; }

# What is taken from the process, open and guarded
expect 2 "--interface goes with --check" emit data --family net --cut "$cases/data/cut.json" --interface
expect 0 "FROM THE PROCESS" emit data --family net --cut "$cases/data/cut.json" --check --interface
"$drivercut" emit data --family net --cut "$cases/data/cut.json" --check --interface --json >said 2>errors ||
	{ cat errors; fail "--interface --json fails"; }
jq -e '.kind == "emit-interface" and (.places | length) > 0 and
	.sum.open == ([.places[] | select(.guarded | not)] | length) and
	.sum.guarded == ([.classes[].guarded] | add) and
	(.places | any(.class == "result" and (.guarded | not))) and
	(.places | any(.class == "length" and .guarded))' said >/dev/null ||
	{ cat said; fail "--interface --json is not right"; }

# Rules: what has none is listed, and pins
hard kernel kernel kernel kernel kernel user kernel
expect 0 "1 symbols without a rule keep 1 functions in the kernel, 4 of the 4 lines" \
	emit hard --family net --cut hard.json --check
grep -q '^outside .* 4 .* hard.c:' said || { fail "--check does not list outside"; cat said; }
cat >profile.json <<'END'
{"schema": 2, "kind": "profile", "driver": "hard", "source": "by hand", "seconds": 10,
 "phases": [], "edges": [], "entries": [], "lost": 0, "unseen_in_graph": []}
END
expect 0 "lines can be in the process" problem hard --family net --profile profile.json \
	-o plain.json
grep -q "no rule" plain.json && fail "rules are not off by default"
expect 0 "lines can be in the process" problem hard --family net --profile profile.json --rules \
	-o ruled.json
grep -q '"hard_rule".*uses outside at hard.c:[0-9]*, which has no rule' ruled.json ||
	fail "hard_rule is not pinned"
grep -q '"made".*is made by a macro (hard.c:6), so no stub' ruled.json || fail "made is not pinned"
grep -q '"hard_user".*refers to ma' ruled.json || fail "made's caller is not pinned"
exit $failed
