#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `drivercut graph` on what it cannot read: exit status, what it says, and nothing left behind.
set -eu

drivercut=$(realpath "$1")
ls -d /lib/modules/*/build >/dev/null 2>&1 || exit 77
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
cd "$dir"
DRIVERCUT_OUT=$dir/out
export DRIVERCUT_OUT

# refused STATUS WORDS ARGUMENTS...: fails so, says so, and writes no graph.
refused() {
	status=$1 words=$2
	shift 2
	got=0
	"$drivercut" graph "$@" -o "$dir/graph.json" >stdout 2>stderr || got=$?
	[ "$got" = "$status" ] || { echo "graph $*: exit $got, not $status"; cat stderr; exit 1; }
	grep -qF -- "$words" stderr || { echo "graph $*: does not say '$words'"; cat stderr; exit 1; }
	[ ! -e graph.json ] || { echo "graph $*: left an output file"; exit 1; }
	! ls graph.json*.tmp >/dev/null 2>&1 || { echo "graph $*: left a temporary file"; exit 1; }
}

refused 1 'no such driver' nonesuch
refused 2 'give one driver'
refused 2 'unknown option --speed' e1000 --speed
mkdir empty
refused 1 'neither a folder with driver.json' "$dir/empty" --family net

mkdir nothing && : >nothing/Kbuild
refused 1 'no function tells the driver family' "$dir/nothing"
refused 1 'Kbuild compiles nothing here' "$dir/nothing" --family net
echo '[{"directory": "/tmp", "file": "x.c", "command": "cc -c x.c"}]' >good.json
refused 1 "no such driver family: 'gardening'" "$dir/nothing" --family gardening \
	--compile-commands good.json

mkdir wrong && echo 'obj-m := wrong.o' >wrong/Kbuild
printf 'int f(void)\n{\n\treturn missing;\n}\n' >wrong/wrong.c
refused 1 'wrong.c:3:9: error: use of undeclared identifier' "$dir/wrong" --family net
printf '#include "not_there.h"\n' >wrong/wrong.c
refused 1 'wrong.c:1:10: error:' "$dir/wrong" --family net
rm wrong/wrong.c
refused 3 'No rule to make target' "$dir/wrong" --family net

echo '[]' >commands.json
refused 1 'no command compiles a C file' "$dir/nothing" --family net --compile-commands commands.json
echo '[{' >commands.json
refused 1 'commands.json' "$dir/nothing" --family net --compile-commands commands.json
refused 1 'absent.json' "$dir/nothing" --family net --compile-commands absent.json

mkdir odd && echo '{"schema": 7, "kind": "driver"}' >odd/driver.json
refused 1 'schema' "$dir/odd"
printf '{"schema": 2, "kind": "driver", "name": "odd", "family": "net", "source":
	{"package": "linux-source-0.0", "path": "drivers/odd"}}' >odd/driver.json
refused 3 'install linux-source-0.0' "$dir/odd"

# A kernel whose locks have other names than any template knows: that is said, and it is not said of others.
mkdir locks include && : >locks/Kbuild
cat >locks/locks.c <<'END'
#include <kernel.h>
void f(void);
static struct knot knot;
void f(void)
{
	take(&knot);
	act();
}
END
jq -n --arg dir "$dir/locks" '[{directory: $dir, file: "locks.c",
	arguments: ["cc", "-I", ($dir | sub("/locks$"; "/include")), "-c", "locks.c"]}]' >locks.json
words='declare no function of those that a template knows as lock functions, so no lock of this driver is seen'
echo 'struct knot { int v; }; void act(void); void take(struct knot *);' >include/kernel.h
"$drivercut" graph "$dir/locks" --family net --compile-commands locks.json >stdout 2>stderr || { cat stderr; exit 1; }
grep -qF "$words" stderr || { echo "locks: does not say '$words'"; cat stderr; exit 1; }
echo 'void spin_lock(struct knot *);' >>include/kernel.h
"$drivercut" graph "$dir/locks" --family net --compile-commands locks.json >stdout 2>stderr || { cat stderr; exit 1; }
! grep -qF "$words" stderr || { echo "locks: says '$words' though spin_lock is declared"; exit 1; }
