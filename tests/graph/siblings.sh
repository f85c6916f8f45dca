#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Call-backs that another module calls: a structure whose header the folder's other module includes is
# not this module's alone, rows of the driver's own folder say more, and two real drivers whose
# libraries call them in interrupts. Skipped (77) without kernel headers.
#
# usage: siblings.sh DRIVERCUT
set -eu

drivercut=$(realpath "$1")
ls -d /lib/modules/*/build >/dev/null 2>&1 || exit 77
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
cd "$dir"
DRIVERCUT_OUT=$dir/out
export DRIVERCUT_OUT
fail() {
	echo "$*"
	cat said
	exit 1
}
# critical FOLDER FUNCTION: "true" or "false"
critical() { jq -r --arg name "$2" '.functions[] | select(.name == $name) | .critical' "out/$1/graph.json"; }

# The header is included by the other module in a roundabout way, and declares no function.
mkdir -p pair/inc
printf 'obj-m := card.o lib.o\nccflags-y += -I$(src)/inc\n' >pair/Kbuild
echo 'struct card { int (*reset)(int x); int (*name)(int x); }; struct own { int (*f)(int x); };' >pair/inc/card.h
echo '#include <card.h>' >pair/lib_common.h
printf '#include "lib_common.h"\nint lib_irq(struct card *c);\nint lib_irq(struct card *c)\n{\n\treturn c->reset(1);\n}\n' >pair/lib.c
cat >pair/card.c <<'END'
#include <card.h>
struct hidden {
	int (*g)(int x);
};
static int reset(int x)
{
	return x;
}
static int mine(int x)
{
	return x;
}
static struct hidden hidden = {mine};
int card_start(struct card *c);
int card_start(struct card *c)
{
	c->reset = reset;
	return hidden.g(2);
}
END
"$drivercut" graph pair --module card --family linux >/dev/null 2>said
grep -q 'card.c:5: warning: reset is passed to another module through card.reset' said || fail "no warning"
[ "$(critical pair reset)" = true ] && [ "$(critical pair mine)" = false ] || fail "wrong functions are critical"

# Rows of the driver's folder; the graph is made again.
echo '{"schema": 2, "kind": "family", "fields": [{"struct": "card", "field": "reset", "context": "process"}]}' \
	>pair/families.json
"$drivercut" problem pair --module card --family linux --list-fields >/dev/null 2>said
grep -q 'was made without the families.json' said || fail "the graph was not made again"
[ "$(critical pair reset)" = false ] || fail "the row has no effect"
sed -i 's/process/hardirq/' pair/families.json
"$drivercut" problem pair --module card --family linux --list-fields >/dev/null 2>said
grep -q 'was made with another .*families.json' said || fail "a changed row is not seen"
[ "$(critical pair reset)" = true ] || fail "the changed row has no effect"
# bad WORDS JSON: the file is refused with these words
bad() {
	printf '{"schema": 2, "kind": "family",\n "fields": [\n  %s]}\n' "$2" >pair/families.json
	if "$drivercut" graph pair --module card --family linux >/dev/null 2>said; then fail "accepted: $2"; fi
	grep -qE "$1" said || fail "other words than $1"
}
bad 'pair/families.json(:3)?: error: fields\[0\].*unknown context' '{"struct": "card", "field": "reset", "context": "some"}'
bad 'pair/families.json(:4)?: error: fields\[1\].*another row for this place' '{"struct": "card", "field": "reset", "context": "work"},
  {"struct": "card", "field": "reset", "context": "process"}'
bad 'pair/families.json(:3)?: error: fields\[0\].field: missing' '{"struct": "card", "context": "work"}'
# a row replaces a family's
cat >pair/families.json <<'END'
{"schema": 2, "kind": "family", "exports": [{"function": "lib_irq", "context": "hardirq"}]}
END
printf '#include <linux/module.h>\nEXPORT_SYMBOL(lib_irq);\nMODULE_LICENSE("GPL");\n' >>pair/lib.c
"$drivercut" graph pair --module lib --family linux >/dev/null 2>said
jq -e '.entry_points == [{"function": "lib_irq", "via": "EXPORT_SYMBOL", "context": "hardirq", "known": true}]' \
	out/pair/graph.json >/dev/null || fail "the row of an export has no effect"
! grep -q warning said || fail "a warning in spite of the row"
rm pair/families.json
"$drivercut" graph pair --module lib --family linux >/dev/null 2>said
grep -q 'warning: 1 functions are exported to other modules (lib_irq)' said || fail "no warning of an export"

# Real ones: what 8390.ko and esp_scsi.ko call under locks and in interrupts stays in the kernel.
source=linux-source-6.1
if [ -f /usr/src/$source.tar.xz ]; then
	tar -xf /usr/src/$source.tar.xz $source/drivers/net/ethernet/8390 $source/drivers/scsi/am53c974.c \
		$source/drivers/scsi/esp_scsi.c $source/drivers/scsi/esp_scsi.h
	echo 'obj-m := am53c974.o esp_scsi.o' >$source/drivers/scsi/Kbuild
	"$drivercut" graph $source/drivers/net/ethernet/8390 --module ne2k-pci --family net >/dev/null 2>said
	for f in reset_8390 block_input block_output get_8390_hdr; do
		[ "$(critical 8390 ne2k_pci_$f)" = true ] || fail "ne2k_pci_$f may leave the kernel"
	done
	"$drivercut" graph $source/drivers/scsi --module am53c974 --family scsi >/dev/null 2>said
	for f in irq_pending send_dma_cmd dma_invalidate reset_dma; do
		[ "$(critical scsi pci_esp_$f)" = true ] || fail "pci_esp_$f may leave the kernel"
	done
fi
