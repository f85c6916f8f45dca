#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# drivercut run and drivercut stat from the outside: what bad input of each kind gets. tests/guest/run.sh
# tests run in a guest. usage: run.sh DRIVERCUT
set -u
drivercut=$(realpath "$1")
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset DRIVERCUT_OUT DRIVERCUT_KERNEL

# Every verb explains itself in one style, for a terminal of 80 columns
for verb in graph profile problem solve sweep explain compare annotate emit run stat verify study; do
	expect 0 "usage: drivercut $verb " $verb --help
	check sh -c "head -n 1 said | grep -q '^drivercut $verb - '"
	for part in '^options:' '^reads ' '^writes ' '^examples*:' '^  drivercut '; do
		check grep -q "$part" said
	done
	check sh -c "! grep -E '.{81}| \$' said"
	expect 0 "  $verb " --help
done

# run: usage
expect 0 "usage: drivercut run DRIVER" run --help
expect 2 "give one driver" run
expect 2 "give one driver" run --stock --
expect 2 "unknown option --stok" run e1000 --stok
expect 2 "--shell and a command exclude each other" run e1000 --shell -- true
expect 2 "--cut and --components do not go with it" run e1000 --stock --cut x.json
expect 2 "--cut and --components do not go with it" run e1000 --stock --components x
expect 2 "--cut and --components exclude each other" run e1000 --cut x.json --components x
expect 2 "--stock has no crossings to delay" run e1000 --stock --delay-ns 5
expect 2 "--delay-ns: expected nanoseconds" run e1000 --delay-ns 5us
expect 2 "--delay-ns: expected nanoseconds" run e1000 --delay-ns -5
expect 2 "--delay-ns: expected nanoseconds" run e1000 --delay-ns 99999999999
expect 2 "--add-delay: expected a time such as" run e1000 --add-delay 5
expect 2 "--add-delay: at most 2 s" run e1000 --add-delay 3s
expect 2 "--delay is now called --add-delay" run e1000 --delay 5us
expect 2 "--delay-mode: expected busy or sleep" run e1000 --delay-mode lazy
expect 2 "--cpus: expected a number from 1 to 64" run e1000 --cpus 0
expect 2 "--icount: expected a number from 0 to 10" run e1000 --icount 11
expect 2 "--timeout: expected seconds" run e1000 --timeout ''
expect 2 "--json needs a command" run e1000 --json

# run: what there is nothing of
expect 1 "nowhere: error: no such driver" run nowhere -- true
if ls -d /lib/modules/*/build >/dev/null 2>&1; then
	expect 1 "8139too: error: which device does the driver need" run 8139too -- true
	mkdir bare && echo 'obj-m := bare.o' >bare/Kbuild && : >bare/bare.c
	expect 1 "{\"device\": {\"qemu\": MODEL}}; --device none if" run bare --family net --stock -- true
fi
DRIVERCUT_KERNEL=1.2.3
export DRIVERCUT_KERNEL
expect 3 "1.2.3" run e1000 --stock -- true
unset DRIVERCUT_KERNEL
if [ -x /usr/bin/qemu-system-x86_64 ] && ls /boot/vmlinuz-* >/dev/null 2>&1; then
	expect 1 "none.json: error: " run e1000 --cut none.json -- true
	expect 1 "none: error: No such file" run e1000 --components none -- true
	expect 3 "no program drivercut-no-such-thing" run e1000 --stock \
		--program drivercut-no-such-thing -- true
	[ ! -e out/e1000/run/results ] || { echo "a failure left results"; failed=1; }
fi

# stat
cat >stats <<'END'
session 2 attached 1 threads 3 chains 8 objects 12 conflicts 0
atomic_refused 0 no_process 1 bad_messages 0 given_up 0 deaths 1
delay_ns 0 delay_mode busy delayed_up 0 delayed_down 0
up e1000_get_drvinfo calls 3 errors 0 out 960 in 1200 log2_ns 12:2 13:1
up e1000_set_ringparam calls 100 errors 2 out 51200 in 6400 log2_ns 13:98 20:1 21:1
up e1000_probe calls 0 errors 0 out 0 in 0 log2_ns
down readl calls 4000 errors 0 out 288000 in 256000 log2_ns 11:4000
END
expect 0 "usage: drivercut stat DRIVER|FILE" stat --help
expect 2 "give one driver or file" stat
expect 2 "give one driver or file" stat stats stats
expect 1 "no such file, no /sys/kernel/debug/dcrt/nowhere/stats (is" stat nowhere
expect 0 "103 upcalls, 4000 downcalls; session 2, attached 1" stat stats
expect 0 "up   e1000_set_ringparam   100      2   51200   6400 16.4 us  2.1 ms" stat stats
expect 0 "down readl                4000      0  288000 256000  4.1 us  4.1 us" stat stats
expect 0 "1 more were not called (--all)" stat stats
expect 0 "e1000_probe" stat stats --all
sed -n 2p said | grep -q '^down readl' || { echo "not sorted by calls:"; cat said; failed=1; }
expect 0 '"p99_below_ns": 2097152' stat stats --json
check jq -e '.kind == "stat" and .totals.deaths == 1 and .totals.delay_mode == "busy" and .functions[1].log2_ns["21"] == 1' said >found
mkdir -p out/e999/run/results && cp stats out/e999/run/results/
expect 0 "103 upcalls" stat e999

# Texts that are refused, each with its line
bad() { # WORDS, the text on standard input
	cat >bad
	expect 1 "$1" stat bad
	expect 1 '"kind": "failure"' stat bad --json
}
bad "bad:1: error: there are no totals" </dev/null
bad "bad:1: error: it does not begin with the word session" <<END
hello world
END
bad "bad:1: error: a word has no value" <<END
session 1 attached
END
bad "bad:2: error: no function is named" <<END
session 1
up
END
bad "bad:2: error: a word has no number" <<END
session 1
up f calls -1 log2_ns
END
bad "bad:2: error: a word has no number" <<END
session 1
down f calls 99999999999999999999 log2_ns
END
bad "bad:2: error: there is no histogram" <<END
session 1
down f calls 1
END
bad "bad:2: error: this is no BUCKET:CALLS" <<END
session 1
down f calls 1 log2_ns 64:1
END
bad "bad:2: error: this is no BUCKET:CALLS" <<END
session 1
down f calls 1 log2_ns 6
END
printf 'session 1\n\0\n' | bad "there is a zero byte"
mkdir folder
expect 1 "folder" stat folder
exit $failed
