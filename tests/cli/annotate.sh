#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# drivercut annotate on a small module: every kind of gap is found, named with its place and a line
# to add; a line that is added closes its gap and frees what was said.
#
#   annotate.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL
ls -d /lib/modules/*/build >/dev/null 2>&1 || { echo "no kernel headers"; exit 77; }
# shellcheck source=tests/cli/lib.sh
. "$here/lib.sh"

mkdir net
echo 'obj-m := net.o' >net/Kbuild
cat >net/net.c <<'END'
// SPDX-License-Identifier: GPL-2.0
#include <linux/interrupt.h>
#include <linux/netdevice.h>

struct ring {
	u32 head;
};

struct port {
	struct net_device *netdev;
	struct ring *rings;
	int num_rings;
};

static u32 read_one(struct port *port, u32 *value)
{
	*value = port->num_rings;
	return 0;
}

static void read_many(struct port *port, int words, u16 *data)
{
	data[words - 1] = port->num_rings;
}

static int rename(struct port *port, char *name)
{
	return name[0];
}

static u32 head(struct ring *ring)
{
	return ring->head;
}

static u32 peek(struct net_device *netdev, int offset)
{
	static u32 count;
	static const u32 fixed = 1;

	return *((u8 *)netdev + offset) + count++ + fixed;
}

static irqreturn_t handle(int irq, void *data)
{
	struct port *port = data;
	char name[4] = "";
	u16 words[2];
	u32 value;

	read_one(port, &value);
	read_many(port, 2, words);
	rename(port, name);
	return head(port->rings);
}

static int net_open(struct net_device *netdev)
{
	struct port *port = netdev_priv(netdev);
	char name[4] = "";
	u16 words[2];
	u32 value;

	read_one(port, &value);
	read_many(port, 2, words);
	rename(port, name);
	return peek(netdev, 3) + head(port->rings) + request_irq(3, handle, 0, "net", port);
}

static const struct net_device_ops net_ops = {.ndo_open = net_open};

int net_setup(struct net_device *netdev);
int net_setup(struct net_device *netdev)
{
	netdev->netdev_ops = &net_ops;
	return 0;
}
END

# The first proposal is about the pointer to the driver's own structure
expect 0 '{"struct": "port", "after": "net_device"}' annotate net --family net -v
expect 0 'struct port of the driver does not cross' annotate net --family net -v
annotations() { # ROWS-OF-FUNCTIONS ROWS-OF-POINTERS
	cat >net/annotations.json <<-END
	{"schema": 2, "kind": "annotations", "trailing": [{"struct": "port", "after": "net_device"}],
	 "functions": [$1], "pointers": [$2]}
	END
}
annotations "" ""
expect 0 '{"function": "read_one", "arguments": ["", "1"]}' annotate net --family net -v
for words in '{"function": "read_many", "arguments": ["", "", "words"]}' \
	'{"function": "rename", "arguments": ["", "1"]}' \
	'{"function": "peek", "reads": ["net_device.*"]}' \
	'{"field": "port.rings", "count": "num_rings"}' \
	"reads struct net_device as bytes at net.c:41" \
	"its parameter 'data' (net.c:21) points to memory of unknown length; annotate how much"; do
	check grep -qF -- "$words" said
done
expect 0 '"frees_together"' annotate net --family net --json
"$drivercut" annotate net --family net --json >rows.json 2>/dev/null
check jq -e '.missing | any(.subject == "rename" and .row == {"function": "rename",
	"arguments": ["", "1"]})' rows.json >/dev/null
check grep -q '"line": 41' said
before=$(sed -n 's/^ "kernel_loc": \([0-9]*\),/\1/p' said)
together=$(sed -n 's/^ "frees_together": \([0-9]*\),/\1/p' said)

# The rules' problem points here
cat >profile.json <<'END'
{"schema": 2, "kind": "profile", "driver": "net", "source": "by hand", "seconds": 10,
 "phases": [], "edges": [], "entries": [], "lost": 0, "unseen_in_graph": []}
END
expect 0 "6 annotations are missing: drivercut annotate net --family net" \
	problem net --family net --rules --profile profile.json -o problem.json
check grep -q "reads struct net_device as bytes" problem.json

# An annotation that is there is not proposed any more, and frees the lines that were promised
annotations '{"function": "read_one", "arguments": ["", "1"]},
	{"function": "read_many", "arguments": ["", "", "words"]},
	{"function": "rename", "arguments": ["", "4"]}, {"function": "handle", "arguments": ["", "address"]},
	{"function": "peek", "reads": ["net_device.*"]}' '{"field": "port.rings", "count": "num_rings"}'
expect 0 "0 annotations are missing; " annotate net --family net
expect 0 '"frees_together": 0' annotate net --family net --json
after=$(sed -n 's/^ "kernel_loc": \([0-9]*\),/\1/p' said)
[ "$together" -gt 0 ] && [ $((before - after)) = "$together" ] || {
	echo "$before lines before, $after after, $together promised"
	failed=1
}

# A list: which is its head is told by what is allocated, its lock stands beside it
mkdir list
cp "$here/../emit/cases/list/in.c" list/
echo 'obj-m := in.o' >list/Kbuild
lists() { # ROWS-OF-POINTERS
	cat >list/annotations.json <<-END
	{"schema": 2, "kind": "annotations", "trailing": [{"struct": "port", "after": "net_device"}],
	 "pointers": [$1]}
	END
}
lists ""
expect 0 '{"field": "port.filters", "list": "filter.node", "lock": "lock"}' annotate list --family net
expect 0 'nothing says which structures the list port.filters links' annotate list --family net -v
expect 0 '"kind": "list"' annotate list --family net --json
lists '{"field": "port.filters", "list": "filter.node", "lock": "lock"}'
expect 0 "0 annotations are missing; " annotate list --family net
lists '{"field": "port.filters", "list": "filter.node", "lock": "caller"}'
expect 0 "0 annotations are missing; " annotate list --family net
lists '{"field": "port.seed", "list": "filter.node", "lock": "lock"}'
expect 1 "no list head 'seed' is in struct port" annotate list --family net
lists '{"field": "port.filters", "list": "filter.id", "lock": "lock"}'
expect 1 "no list node 'id' is in struct filter" annotate list --family net
lists '{"field": "port.filters", "list": "filter.node", "lock": "seed"}'
expect 1 "no mutex 'seed' is in struct port" annotate list --family net
lists '{"field": "port.filters", "list": "filter", "lock": "lock"}'
expect 1 "list 'filter' is not STRUCTURE.FIELD" annotate list --family net
lists '{"field": "port.filters", "list": "filter.node"}'
expect 1 "lock: missing" annotate list --family net

# Memory that the process allocates and stores where the kernel reads needs an annotation
mkdir store
echo 'obj-m := store.o' >store/Kbuild
cat >store/store.c <<'END'
// SPDX-License-Identifier: GPL-2.0
#include <linux/netdevice.h>
#include <linux/slab.h>

struct ring {
	u32 head;
};

struct port {
	struct ring *ring;
	u8 *bytes;
};

static int store_open(struct net_device *netdev)
{
	struct port *port = netdev_priv(netdev);

	port->ring = kzalloc(sizeof(*port->ring), GFP_KERNEL);
	return port->ring ? 0 : -ENOMEM;
}

static int store_stop(struct net_device *netdev)
{
	struct port *port = netdev_priv(netdev);

	port->bytes = kmalloc(8, GFP_KERNEL);
	return port->bytes ? 0 : -ENOMEM;
}

static const struct net_device_ops store_ops = {.ndo_open = store_open, .ndo_stop = store_stop};

int store_setup(struct net_device *netdev);
int store_setup(struct net_device *netdev)
{
	netdev->netdev_ops = &store_ops;
	return 0;
}
END
sed -i 's/"driver": "net"/"driver": "store"/' profile.json
stored() { # ROWS-OF-POINTERS
	cat >store/annotations.json <<-END
	{"schema": 2, "kind": "annotations", "trailing": [{"struct": "port", "after": "net_device"}],
	 "pointers": [$1]}
	END
	expect 0 "" problem store --family net --rules --profile profile.json -o problem.json
}
stored ""
check grep -q 'sets port.ring to memory that it allocates at line 18' problem.json
check grep -q 'sets port.bytes to memory that it allocates at line 26' problem.json
stored '{"field": "port.ring", "count": "1"}, {"field": "port.bytes", "count": "8"}'
check grep -q '"kernel": \[\]' problem.json

# A key that no row has is an error before any source is read
mkdir early
cp net/Kbuild net/net.c early/
echo '{"functions": [{"function": "peek"},
	{"function": "peek", "argument": ["1"]}]}' >early/annotations.json
expect 1 "early/annotations.json:2: error: functions[1].argument: no row of 'functions' has a key 'argument'" \
	solve early --family net
check [ ! -e out/early ]
echo '{"function": []}' >early/annotations.json
expect 1 "early/annotations.json:1: error: function: 'function' is no section of annotations" graph early --family net

# A length that a constant index contradicts
annotations '{"function": "read_one", "arguments": ["", "1"]}' ""
expect 0 "" annotate net --family net
sed 's/return name\[0\]/return name[3]/' early/net.c >early/other.c && mv early/other.c early/net.c
echo '{"trailing": [{"struct": "port", "after": "net_device"}],
 "functions": [{"function": "rename", "arguments": ["", "2"]}]}' >early/annotations.json
expect 1 "early/annotations.json:2: error: functions: 'name' of rename has 2 elements (1 bytes each) by this row, but the driver uses byte 4: name[3] at net.c:28" \
	annotate early --family net

# Rounds: the row about struct port makes the others possible; all are there at once
rm net/annotations.json
expect 0 'guess  "trailing": {"struct": "port", "after": "net_device"}' annotate net --family net
"$drivercut" annotate net --family net --json >rows.json 2>/dev/null
check jq -e '.missing | map(select(.subject == "port")) | .[0].round == 1 and .[0].group == 1' rows.json >/dev/null
check jq -e '.missing | map(select(.what == "port.rings")) | .[0].round == 2 and .[0].sure == false' rows.json >/dev/null
check jq -e '(.groups | map(.frees) | add) == .frees_together and .groups[0].frees > 0' rows.json >/dev/null

# --write: the rows that the source shows are added to what a person wrote, and nothing else changes
cat >net/annotations.json <<'END'
{
  "trailing": [ {"struct": "port",
                 "after": "net_device"} ],
  "functions": [
	{"retry": true,   "function": "read_one"}
  ]
}
END
expect 0 "rows added to" annotate net --family net --write
cp net/annotations.json written.json
cat >expected.json <<'END'
{
  "trailing": [ {"struct": "port",
                 "after": "net_device"} ],
  "functions": [
	{"retry": true, "function": "read_one", "arguments": ["", "1"]},
	{"function": "read_many", "arguments": ["", "", "words"]},
	{"function": "rename", "arguments": ["", "1"]},
	{"function": "handle", "arguments": ["", "address"]}
  ]
}
END
sort written.json | sed 's/,$//' >a; sort expected.json | sed 's/,$//' >b
check cmp a b
expect 0 "0 rows added to" annotate net --family net --write
check cmp net/annotations.json written.json
expect 0 '"added": 0' annotate net --family net --write --json

# --annotations: another file; without the guess about struct port, what follows from it is not sure
rm net/annotations.json
expect 0 "rows added to other.json" annotate net --family net --write --annotations other.json
check [ ! -e net/annotations.json ]
check jq -e '(.trailing | not) and (.functions | length) == 4' other.json >/dev/null

# --ask: one at a time, with the source; each answer is kept at once
cp written.json net/annotations.json
answers() { # ANSWERS...: lines that a person types
	printf '%s\n' "$@" | PATH=$path "$drivercut" annotate net --family net --ask >said 2>&1
}
answers l q
check grep -qF '2 to answer.' said
check grep -qE '^  >   [0-9]+  ' said
check grep -qF 'net/annotations.json, 0 declined, 1 left for later' said
check cmp net/annotations.json written.json
answers maybe n
check grep -q 'n keeps it from being asked again' said
check jq -e '.declined | length == 1' net/annotations.json >/dev/null
answers l
check grep -qF '1 to answer.' said
cp net/annotations.json declined.json
answers e '{"field": "port.rings", "count": "absent"}' '{"function": "peek", "reads": ["absent.*"]}' \
	'not JSON' '' q
check grep -qF 'that is no JSON object: not JSON' said
check cmp net/annotations.json declined.json
cp written.json net/annotations.json
answers y y
check grep -qF 'net/annotations.json, 0 declined, 0 left for later' said
check jq -e '(.pointers == [{"field": "port.rings", "count": "num_rings"}]) and
	(.functions | any(.reads == ["net_device.*"]))' net/annotations.json >/dev/null
expect 0 "0 annotations are missing; " annotate net --family net
# ... also in a terminal
cp written.json net/annotations.json
printf 'y\nq\n' | script -qec "'$drivercut' annotate net --family net --ask" /dev/null >said 2>&1
check grep -qF '[y]es, [n]o, [e]dit, [l]ater, [q]uit' said
check grep -qE '^1 row added to .*/net/annotations.json' said
expect 2 "--ask talks to a person; leave out --json" annotate net --family net --ask --json

# Bad input
expect 2 "give one driver" annotate
annotations '{"function": "stranger"}' ""
expect 1 "net/annotations.json:2: error: functions: the driver has no function 'stranger'" \
	annotate net --family net
refused() { # WORDS ROWS-OF-FUNCTIONS ROWS-OF-POINTERS
	annotations "$2" "$3"
	expect 1 "net/annotations.json:2: error: $1" annotate net --family net
}
refused "functions: peek has 2 parameters, so it cannot release argument 2 (the first is 0)" \
	'{"function": "peek", "releases": {"argument": 2, "when": "always"}}' ""
refused "functions: peek reads 'absent.*', but the driver uses no structure 'absent'" \
	'{"function": "peek", "reads": ["net_device.*", "absent.*"]}' ""
refused "functions: peek reads 'port.absent', but no field 'absent' is in struct port" \
	'{"function": "peek", "reads": ["port.absent"]}' ""
for count in absent netdev 0 -1 1x string; do
	refused "pointers: the count of 'rings' of struct port must be a number above 0 or an integer field of the same structure, not '$count'" \
		"" "{\"field\": \"port.rings\", \"count\": \"$count\"}"
done
for count in num_rings 2 0x10; do
	annotations "" "{\"field\": \"port.rings\", \"count\": \"$count\"}"
	expect 0 "" annotate net --family net
done
echo '{"trailing": [{"struct": "port", "after": "absent"}]}' >net/annotations.json
expect 1 "net/annotations.json:1: error: trailing: the driver uses no structure 'absent'" \
	annotate net --family net
for count in num_rings 8x 0; do
	echo "{\"pointers\": [{\"field\": \"port.bytes\", \"count\": \"$count\"}]}" >store/annotations.json
	expect 1 "store/annotations.json:1: error: pointers: the count of 'bytes' of struct port, which points to plain memory, must be \"string\" or a number of bytes, not '$count'" \
		annotate store --family net
done
exit $failed
