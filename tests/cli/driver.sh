#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A driver's way from source to problem, from the outside: what bad input of each kind gets, and
# that no failure leaves a file. usage: driver.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
root=$(realpath "$(dirname "$0")/../..")
folder=$(mktemp -d)
trap 'cd /; umount "$folder/small" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
ls -d /lib/modules/*/build >/dev/null 2>&1 || { echo "no kernel headers"; exit 77; }
[ -f /usr/src/linux-source-6.1.tar.xz ] || { echo "no linux-source-6.1"; exit 77; }

# shellcheck disable=SC2317 # called by check
no_file() { [ ! -e "$1" ]; }

# A module of one file that includes nothing: Kbuild's flags, but quick to read.
module() { # FOLDER, the source on standard input
	mkdir -p "$1"
	echo "obj-m := $(basename "$1").o" >"$1/Kbuild"
	cat >"$1/$(basename "$1").c"
}

# Usage
expect 2 "no verb given"
expect 2 "unknown verb 'grpah' (did you mean graph?); see drivercut --help" grpah
expect 0 "usage: drivercut VERB" --help
expect 0 "drivercut 0" --version
expect 2 "give one driver" graph
expect 2 "unknown option --famly" graph x --famly net
expect 2 "--family needs a value" graph x --family
expect 0 "usage: drivercut study" study --help
expect 2 "unknown option --famly" study --famly net
expect 1 "this folder has no plan of a study" study --show -o nothing

# Drivers that are not there, or wrong
expect 1 "nowhere: error: no such driver" graph nowhere
mkdir empty && echo 'obj-m := x.o' >empty/Kbuild
expect 1 "no such driver family: 'fish'; there are: block, char, hid, hwmon, input, linux, net, scsi, sound, usb, watchdog" graph "$root/e1000" --family fish
mkdir wrong
echo '{"schema": 2, "kind": "driver", "name": "wrong", "family": "net", "source": {"package": 3}}' \
	>wrong/driver.json
expect 1 "source.package: expected a string, found an integer" graph wrong
echo '{"schema": 2, "kind": "driver", "name": "wrong", "family": "net",
 "source": {"package": "linux-source-9", "path": "drivers/x"}}' >wrong/driver.json
expect 3 "install linux-source-9" graph wrong
echo '{"schema": 2, "kind": "driver", "name": "wrong", "family": "net",
 "source": {"package": "linux-source-6.1", "path": "drivers/no_such"}}' >wrong/driver.json
expect 3 "Not found in archive" graph wrong
check no_file out/wrong/source
check no_file out/wrong/graph.json

# Source that does not parse
module broken <<'END'
int init_module(void);
int init_module(void)
{
	return missing_name;
}
END
expect 1 "broken.c:4:9: error: use of undeclared identifier 'missing_name'" \
	graph broken --family net
check no_file out/broken/graph.json
module nothing </dev/null
expect 1 "the source defines no function" graph nothing --family net
mkdir idle && echo 'obj-n := x.o' >idle/Kbuild
expect 1 "Kbuild compiles nothing here" graph idle --family net
DRIVERCUT_KERNEL=1.2.3 expect 3 "no headers for kernel 1.2.3" graph broken --family net

# A driver that is right, and what can be wrong behind it
module tiny <<'END'
void sleeper(void);
static int helper(int x)
{
	return x + 1;
}

int tiny_open(int x);
int tiny_open(int x)
{
	sleeper();
	return helper(x);
}
END
expect 0 "1 direct calls between its functions" graph tiny --family net
check jq -e '.functions | map(.name) == ["helper", "tiny_open"]' out/tiny/graph.json >/dev/null
cp out/tiny/graph.json graph.json
expect 0 '"kind": "graph"' graph tiny --family net -o -
check cmp -s graph.json out/tiny/graph.json # the same bytes again
expect 0 "to weigh calls: drivercut profile tiny --family net --perf-data FILE" \
	problem tiny --family net
expect 1 "absent.json: error: cannot read" problem tiny --family net --profile absent.json
cat >profile.json <<'END'
{"schema": 2, "kind": "profile", "driver": "tiny", "source": "by hand", "seconds": 10,
 "phases": [{"name": "all", "recorded_ms": 10000, "recorded_packets": 0,
  "recorded_throughput": "", "free_ms": 0, "free_packets": 0, "throughput": "", "events": 4,
  "lost": 0, "share_percent": 0, "per_hour": 0}],
 "edges": [{"caller": "tiny_open", "callee": "helper", "calls": 4, "samples": 4,
  "atomic_samples": 0, "kernel": false, "phases": {"all": 4}}],
 "entries": [], "lost": 0, "unseen_in_graph": []}
END
expect 0 "2 functions" problem tiny --family net --profile profile.json -o problem.json
expect 0 "all            2     9 100.0" solve --problem problem.json
sed 's/"driver": "tiny"/"driver": "igb"/' profile.json >igb.json
expect 0 "igb.json: note: this is a profile of igb, taken for tiny" problem tiny --family net --profile igb.json -o problem.json
sed 's/"callee": "helper"/"callee": "stranger"/' profile.json >other.json
expect 1 "are not in the graph of tiny: tiny_open -> stranger" \
	problem tiny --family net --profile other.json -o other-problem.json
check no_file other-problem.json

# The solver's verbs take a bare folder too, and verify what sweep was told
cp profile.json out/tiny/profile.json
expect 0 "tiny at a delay of 10 us" solve tiny --family net
expect 0 "tiny_open (5 lines) is on the user side" explain tiny --family net tiny_open
expect 0 "tiny: 2 functions" sweep tiny --family net --rules --certificate rules.json
expect 0 "cuts proved optimal" verify tiny --family net --rules rules.json
expect 1 "error: steps[0]" verify tiny --family net rules.json
expect 2 "--family and --module are for a driver" solve --problem problem.json --family net

# Nothing but a folder: a cut without weights, and emit's cut.json only with --rules
mkdir -p 'my drivers'
module 'my drivers/bare' <<'END'
struct thing;
int register_netdev(struct thing *thing);
/* scsi_host_alloc() in a comment, "snd_card_new(" in a string */
int bare_probe(struct thing *thing);
int bare_probe(struct thing *thing)
{
	return register_netdev(thing);
}
END
expect 0 "bare.c:2: note: driver family net, as this uses register_netdev" solve 'my drivers/bare'
expect 0 "what must stay in the kernel, whatever the load" solve 'my drivers/bare'
expect 0 "drivercut profile 'my drivers/bare' --perf-data FILE" solve 'my drivers/bare'
check test "$("$drivercut" solve 'my drivers/bare' 2>/dev/null | grep -c .)" = 6
check no_file out/bare/cut.json
expect 0 "out/bare/cut.json" solve 'my drivers/bare' --rules
check jq -e '.driver == "bare" and .weighed == "none"' out/bare/cut.json >/dev/null
rm out/bare/cut.json
expect 0 "at every delay" explain 'my drivers/bare' bare_probe
expect 0 "no call has a weight" sweep 'my drivers/bare'
check jq -e '.family == "net"' out/bare/graph.json >/dev/null
expect 0 "only the rules for all of Linux apply" graph tiny -o -
check sh -c "cd tiny && '$drivercut' graph . -o - 2>/dev/null | jq -e '.family == \"linux\"' >/dev/null"
module both <<'END'
int scsi_add_host(void);
int snd_ctl_add(void);
int both_open(void);
int both_open(void)
{
	return scsi_add_host() + snd_ctl_add();
}
END
expect 0 "1 direct calls" graph tiny --family sound,block,net
"$drivercut" graph both -o - 2>/dev/null >both.json
check jq -e '.family == "scsi,sound"' both.json >/dev/null
check sh -c "! '$drivercut' graph tiny --family net,fish 2>/dev/null"
expect 0 "tiny: 2 functions" sweep tiny --profile profile.json
expect 0 "tiny_open (5 lines) is" explain tiny tiny_open --profile profile.json
expect 1 "absent.json: error: cannot read" solve tiny --profile absent.json

# Estimated weights: marked wherever they show
module guess <<'END'
#include <linux/interrupt.h>
static int helper(int x)
{
	return x + 1;
}
static irqreturn_t handle(int irq, void *data)
{
	int i;

	for (i = 0; i < 4; i++)
		if (irq > i)
			disable_irq_nosync(helper(i));
	return IRQ_HANDLED;
}
int guess_open(void);
int guess_open(void)
{
	return request_irq(3, handle, 0, "guess", NULL);
}
END
expect 0 "3 functions, " problem guess --estimate -o guess.json
check jq -e '.weighed == "estimated" and .seconds == 3600 and (.edges |
	map(select(.from == "handle" and .to == "helper")) | .[0].calls) == 144000000' guess.json >/dev/null
check jq -e '(.nodes | map(select(.id == "handle")) | .[0] | .entry_calls == 36000000 and
	.kernel_calls == 144000000)' guess.json >/dev/null
expect 0 "guess with estimated weights at a delay of 10 us" solve guess --estimate
expect 0 "crossings  estimated " solve --problem guess.json
expect 0 "crossings are estimated" sweep guess --estimate
expect 0 ", with estimated weights" explain guess guess_open --estimate
expect 0 '"weighed": "estimated"' solve guess --estimate --json
expect 0 "guess with estimated weights" solve guess --estimate -o estimated.json
expect 0 "estimated.json (estimated weights)" compare estimated.json estimated.json
expect 2 "give one of --profile and --estimate" solve guess --estimate --profile profile.json
expect 2 "--profile and --estimate are for a driver" solve --problem guess.json --estimate

# Fields that interrupts write and others use without a lock
module shared <<'END'
#include <linux/interrupt.h>
struct port {
	int seen;
};
static irqreturn_t handle(int irq, void *data)
{
	struct port *port = data;

	port->seen = 1;
	return IRQ_HANDLED;
}
int shared_open(struct port *port);
int shared_open(struct port *port)
{
	return request_irq(3, handle, 0, "shared", port) + port->seen;
}
END
expect 0 "port.seen handle                       shared_open" problem shared --family net --list-fields
"$drivercut" problem shared --family net --list-fields --json >fields.json 2>/dev/null
check jq -e '.kind == "shared-fields" and .schema == 2 and .fields == [{"type": "port",
	"field": "seen", "writer": "handle", "users": ["shared_open"]}]' fields.json >/dev/null

# Registers: inlines by their call sites, others as counted; nothing when the process maps them
module wired <<'END'
#include <linux/io.h>
int wired_open(void __iomem *at);
int wired_open(void __iomem *at)
{
	writel(1, at);
	return (int)(readl(at) + ioread32(at));
}
END
cat >wired.json <<'END'
{"schema": 2, "kind": "profile", "driver": "wired", "source": "by hand", "seconds": 10,
 "phases": [{"name": "all", "recorded_ms": 10000, "recorded_packets": 0,
  "recorded_throughput": "", "free_ms": 0, "free_packets": 0, "throughput": "", "events": 4,
  "lost": 0, "share_percent": 0, "per_hour": 0}],
 "edges": [{"caller": "wired_open", "callee": "ioread32", "calls": 5, "samples": 5,
  "atomic_samples": 0, "kernel": true, "phases": {"all": 5}}],
 "entries": [{"function": "wired_open", "calls": 4, "samples": 4, "atomic_samples": 0,
  "phases": {"all": 4}}], "lost": 0, "unseen_in_graph": []}
END
weighs() { # CALLS OPTIONS...: to the kernel proper
	calls=$1
	shift
	expect 0 "1 functions" problem wired --family net --profile wired.json -o wired-problem.json "$@"
	check [ "$(jq '.nodes[0].kernel_calls // 0' wired-problem.json)" = "$calls" ]
}
weighs 13
weighs 13 --rules --registers downcall
weighs 0 --rules --registers map
weighs 0 --rules
expect 2 "--registers: expected map or downcall, found 'never'" problem wired --registers never

sed 's/"schema": 2/"schema": 7/' graph.json >future.json
expect 1 "schema 7, but this drivercut reads schema 2" \
	problem tiny --family net --graph future.json --profile profile.json
head -c 800 graph.json >cut-off.json
expect 1 "not valid JSON" problem tiny --family net --graph cut-off.json --profile profile.json
sed 's/"callee": "helper"/"callee": "stranger"/' graph.json >broken.json
expect 1 "callee 'stranger' is not in functions[]" \
	problem tiny --family net --graph broken.json --profile profile.json
expect 1 "this is a profile file, expected a graph file" \
	problem tiny --family net --graph profile.json --profile profile.json

# The next run removes the files of an interrupted run, but not those of a run that goes on
mkdir out/tiny/source.4194305.tmp "out/tiny/source.$$.tmp"
expect 0 "1 direct calls" graph tiny --family net
check no_file out/tiny/source.4194305.tmp
check test -d "out/tiny/source.$$.tmp"

# Compile commands of the user's own
cat >commands.json <<END
[{"directory": "$folder", "file": "tiny/tiny.c", "command": "cc -c -o x.o tiny/tiny.c"}]
END
expect 0 "1 direct calls" graph tiny --family net --compile-commands commands.json
# flags of gcc, of a kernel with KASAN
sed 's/cc -c/gcc -fsanitize=kernel-address -fasan-shadow-offset=0xdffffc0000000000 --param asan-stack=1 -c/' \
	commands.json >kasan.json
expect 0 "1 direct calls" graph tiny --family net --compile-commands kasan.json
echo '[]' >none.json
expect 1 "no command compiles a C file" graph tiny --family net --compile-commands none.json
echo '[{"directory": 1}]' >bad.json
expect 1 "commands[0].directory: expected a string" \
	graph tiny --family net --compile-commands bad.json

# A failure with --json is one document too
"$drivercut" graph broken --family net --json >failure.json 2>/dev/null
check test $? = 1
check jq -e '.kind == "failure" and .status == 1 and .messages[0].severity == "error" and
	.messages[0].line == 4 and (.messages[0].file | endswith("broken.c"))' failure.json >/dev/null

# No room
expect 3 "/dev/full: error: cannot write: No space left on device" \
	graph tiny --family net -o /dev/full
check test -c /dev/full
mkdir small
if mount -t tmpfs -o size=4k tmpfs small 2>/dev/null; then
	echo old >small/graph.json
	expect 3 "small/graph.json: error: cannot write: No space left" \
		graph tiny --family net -o small/graph.json
	check grep -qx old small/graph.json
	check test "$(ls small)" = graph.json
fi

# No QEMU: said before anything is built
mkdir bin
for tool in sh tar cp rm make gcc gcc-12 ls cat dirname uname; do
	ln -s "$(command -v $tool)" bin/$tool 2>/dev/null
done
path=$folder/bin
expect 3 "qemu-system-x86" profile "$root/e1000" -o p.json
check no_file p.json
exit $failed
