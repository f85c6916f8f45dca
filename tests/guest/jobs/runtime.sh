# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# The test microdriver in a guest. Each check that holds leaves a line in /results/passed.
. /lib/guest.sh
run=/echo_run
knobs=/sys/kernel/debug/dcrt/echo
stats=$knobs/stats

is() { # NAME EXPECTED ACTUAL
	[ "$2" = "$3" ] || {
		head -n 3 $stats
		dmesg | tail -n 8
		die "$1: expected '$2', got '$3'"
	}
	echo "$1" >> /results/passed
}

# The value behind a word on the line of the counters that begins with FIRST.
counter() { # FIRST WORD
	awk -v first="$1" -v word="$2" 'index($0, first) == 1 {
		for (i = 1; i < NF; i++) if ($i == word) print $(i + 1) }' $stats
}

start() {
	/echo_process /dev/dcrt-echo &
	process=$!
	wait_for 5 "the process" attached
}

attached() {
	[ "$(counter session attached)" = 1 ]
}

detached() {
	[ "$(counter session attached)" = 0 ]
}

calls_open() { # COUNT
	[ "$(counter session open)" = "$1" ]
}

stop() {
	kill -9 "$1"
	wait "$1" 2> /tmp/wait || true
	wait_for 5 "the process's end" detached
}

# The result of a call that must not hold its caller for long: above the limit set, a second to look.
limited() { # COMMAND...
	began=$(cut -d . -f 1 /proc/uptime)
	$run "$@"
	took=$(($(cut -d . -f 1 /proc/uptime) - began))
	# on two CPUs it is the host's clock, and that may be slow by itself
	[ "$(nproc)" -gt 1 ] || [ $took -le 4 ] || echo "after $took s"
}

# what still runs would keep the console's pipe open
trap 'killall -9 echo_process echo_liar echo_map echo_run 2> /tmp/killall || true' EXIT

mount -t debugfs debugfs /sys/kernel/debug
[ -d $tracing/events ] || mount -t tracefs tracefs $tracing
insmod /dcrt.ko
echo 50 > /sys/module/dcrt/parameters/attach_wait_ms

progress "without a process"
insmod /dcrt_echo.ko
is "no process" ENODEV "$($run echo 0 1)"
is "counted" 1 "$(counter atomic_refused no_process)"
is "removed without a process" 0 "$(rmmod dcrt_echo; echo $?)"

progress "started by the module"
insmod /dcrt_echo.ko program=/echo_process
is "started by the module" 1 "$(counter session attached)"
is "second process" "cannot attach: Device or resource busy" "$(/echo_process 2>&1)"
for size in 0 1 7 8 9 64 255 256 1000 1024 4095 4096; do
	result=$($run echo $size 3)
	[ "$result" -gt 0 ] 2>/dev/null || die "echo of $size bytes: $result"
done
is "echoes of 0 to 4096 bytes" 36 "$(counter "up echo" calls)"
is "too large" EINVAL "$($run echo 4097 1)"

is "locked memory" 0 "$(awk '/VmLck/ { print $2 < 1000 }' "/proc/$(pidof echo_process)/status")"

progress "calls"
is "nested to the limit" 24 "$($run nest 23)"
[ "$($run stack_left)" -gt 6000 ] || die "a full nest leaves $($run stack_left) bytes of the stack"
is "downcalls in the server" 5050 "$($run add 100)"
is "counted downcalls" 100 "$(counter "down add" calls)"
is "in step" 1006 "$($run touch 0)"
is "written by the process" 1006 "$($run value 0)"
is "behind a pointer" 8 "$($run value 1)"
is "embedded" 1 "$($run counter)"
is "in step again" 1006 "$($run touch 0)"
is "addresses" 77 "$($run show 0)"
is "addresses, again" 77 "$($run show 0)"
is "NULL" ENXIO "$($run touch 1)"
is "use after free and double free" 2 "$($run free)"
is "a handler's error" EILSEQ "$($run fail 0)"
is "a result too many" EINVAL "$($run fail 1)"
is "no such argument" EINVAL "$($run fail 2)"
is "a strange pointer" ENOENT "$($run fail 3)"
is "under a spinlock" EAGAIN "$($run atomic 0)"
is "under RCU" EAGAIN "$($run atomic 1)"
is "with irqs off" EAGAIN "$($run atomic 2)"
is "atomic calls counted" 3 "$(counter atomic_refused atomic_refused)"
is "and told of once" 1 "$(dmesg | grep -c 'was called in atomic context')"
is "spared by the OOM killer" -999 "$(cat "/proc/$(pidof echo_process)/oom_score_adj")"
is "spared by systemd" @/echo_process "$(tr '\0' '\n' < "/proc/$(pidof echo_process)/cmdline" | head -n 1)"

progress "all objects"
is "given back in interrupts" 50 "$($run interrupts 50)"
for n in 2 3 3 300 2; do # new ones each time, often where the last ones were
	is "all objects, $n" $((n * (n + 1) / 2)) "$($run all $n)"
done
is "more than a message holds" 5000 "$($run many 5000)"
is "and with a reply" 6 "$($run all 3)"
bytes=$(counter "up echo" out)
is "nothing to say" "$($run time_none 1 > /tmp/none; echo $?)" 0
is "says nothing" $((bytes + 48 + 8)) "$(counter "up echo" out)"
is "strings" 15 "$($run text)"

progress "at once"
is "eight at once" 8 "$($run together 8 meet 8)"
threads=$(counter session threads)
[ "$threads" -ge 9 ] || die "only $threads threads"
is "more than there are chains" 20 "$($run together 20 echo 100 5)"
is "mixed load" 20 "$($run together 20 nest 4)"

progress "removed with a process"
is "removed with a process" 0 "$(rmmod dcrt_echo; echo $?)"
wait_for 5 "the process's end" sh -c '! pidof echo_process'

progress "deadlines"
insmod /dcrt_echo.ko
start
is "within the deadline" 0 "$($run slow 100)"
is "past the deadline" ETIMEDOUT "$($run slow 5000)"
wait_for 5 "the process's end" detached
is "given up" 1 "$(counter atomic_refused given_up)"
start
deaths=$(counter atomic_refused deaths)
$run slow 300 > /tmp/slow &
caller=$!
sleep 0.1
kill -9 $caller
wait $caller 2> /tmp/wait || true
is "a killed caller does not end the process" 5 "$($run nest 4)"
kill -STOP $process
sleep 0.1
$run die 0 > /tmp/die & # made again, so its caller may be killed
caller=$!
sleep 0.1
kill -9 $caller
wait $caller 2> /tmp/wait || true # though the process does nothing
kill -CONT $process
is "a call that was taken back" 1 "$($run die 0)"
is "all objects after it" 6 "$($run all 3)"
is "no death" "$deaths" "$(counter atomic_refused deaths)"
is "nobody gave up" 1 "$(counter atomic_refused given_up)"

progress "no chain left"
echo 500 > /sys/module/dcrt/parameters/deadline_ms
for n in 1 2 3 4 5 6 7; do
	$run hang 0 > /tmp/hang.$n &
done
wait_for 5 "seven calls" calls_open 7
is "what changes nothing leaves the last chain" EBUSY "$($run die 0)"
is "what may change something gets it" 5 "$($run nest 4)"
$run hang 0 > /tmp/hang.8 &
wait_for 5 "eight calls" calls_open 8
is "no chain left" EBUSY "$($run echo 0 1)"
is "no death by it" "$deaths" "$(counter atomic_refused deaths)"
stop $process
echo 5000 > /sys/module/dcrt/parameters/deadline_ms
start
is "the next process" 5 "$($run nest 4)"
is "the next process knows the objects" 1006 "$($run touch 0)"
is "more than a message holds" 5000 "$($run many 5000)"
stop $process
start
is "the next process is told, too" 1006 "$($run touch 0)"
is "registers are mapped a thousand times" 77 "$($run shows 1200)"
stop $process

progress "limits"
echo 500 > /sys/module/dcrt/parameters/deadline_ms
echo 700 > /sys/module/dcrt/parameters/downcall_deadline_ms
echo 2000 > /sys/module/dcrt/parameters/call_limit_ms
for how in 5 6 7 8; do # endless loops of downcalls, a long sleep; in the process's thread, the caller's
	start
	is "limit, $how" "ETIMEDOUT" "$(limited bound $how)"
	wait_for 5 "the process's end" detached
done
is "each left its downcall in time" 0 "$(counter atomic_refused stuck)"
for calls in 24 120; do # one upcall too many; no stack left
	start
	is "nested too deep, $calls" ELOOP "$(limited nest $calls)"
	wait_for 5 "the process's end" detached
done
is "said of both" "24 yes" "$(dmesg | sed -n 's/.*no room for nest within \([0-9]*\) calls.*/\1/p' |
	sed '2s/^[0-9]$/yes/; 2s/^1[0-9]$/yes/' | xargs)"
start
is "stuck in a downcall" "ETIMEDOUT" "$(limited bound 4)"
is "counted" 1 "$(counter atomic_refused stuck)"
kill -9 $process
is "no call meanwhile" "ENODEV" "$(limited nest 4)"
is "no other process" "cannot attach: Device or resource busy" "$(/echo_process 2>&1)"
is "the module stays" 1 "$(rmmod dcrt_echo 2> /tmp/rmmod; echo $?)"
is "the session is not over" 1 "$(counter session attached)"
$run unstick > /tmp/unstick
wait_for 5 "the process's end" detached
wait $process 2> /tmp/wait || true
start
is "works again" 5 "$($run nest 4)"
is "nobody is stuck" 0 "$(counter session open)"
stop $process
/echo_liar share & # the process that serves is not the one that attached
liar=$!
wait_for 5 "the sharing process" attached
is "a sharing process hangs" "ETIMEDOUT" "$(limited bound 0)"
wait_for 5 "the process's end" detached
wait $liar 2> /tmp/wait || true
is "all that share are killed" 0 "$(pidof echo_liar | wc -w)"
/echo_liar unshare > /tmp/liar &
liar=$!
wait_for 5 "the unsharing process" attached
is "a table of files of its own" "ETIMEDOUT" "$(limited bound 0)"
is "is refused" "EPERM" "$(cat /tmp/liar)"
wait_for 5 "the process's end" detached
wait $liar 2> /tmp/wait || true
start
is "works after these" 5 "$($run nest 4)"
stop $process
echo 5000 > /sys/module/dcrt/parameters/deadline_ms
echo 10000 > /sys/module/dcrt/parameters/downcall_deadline_ms
echo 60000 > /sys/module/dcrt/parameters/call_limit_ms

progress "what is seen of it"
is "no process" none "$(cat /sys/class/misc/dcrt-echo/state)"
echo 1 > $tracing/events/dcrt/enable
start
is "a process" "attached $process" \
	"$(cat /sys/class/misc/dcrt-echo/state) $(cat /sys/class/misc/dcrt-echo/pid)"
is "traced" 5 "$($run nest 4)"
stop $process
echo 0 > $tracing/events/dcrt/enable
for event in attach upcall upcall_return downcall downcall_return revoke death; do
	is "traced: $event" 1 "$(grep -c "dcrt_$event: echo: " $tracing/trace | sed 's/^[1-9].*/1/')"
done
is "traced by name" 3 "$(grep -c ' dcrt_upcall: echo: nest ' $tracing/trace)"

progress "a dump of its memory"
printf '#!/bin/sh\nsleep 3\n' > /sink
chmod 755 /sink
echo '|/sink' > /proc/sys/kernel/core_pattern
ulimit -c 1000000
start
( wait_for 20 "the call" calls_open 1; sleep 0.2; kill -SEGV $process ) &
began=$(cut -d . -f 1 /proc/uptime)
is "dies with a dump" EPIPE "$($run hang 0)"
took=$(($(cut -d . -f 1 /proc/uptime) - began))
[ "$(nproc)" -gt 1 ] || is "before that is written" 1 $((took < 2))
is "but is not gone" 1 "$(counter session attached)"
wait $process 2> /tmp/wait || true
wait_for 5 "the process's end" detached
echo core > /proc/sys/kernel/core_pattern
ulimit -c 0

progress "a process that is kept"
rmmod dcrt_echo
insmod /dcrt_echo.ko program=/echo_process keep=1
session=$(counter session session)
for n in 1 2 3 4 5; do
	kill -9 "$(pidof echo_process)"
	made=$($run die 0) # one that a dying process got is made again
	[ "$made" = 1 ] || [ "$made" = 2 ] || die "after kill $n: $made"
	is "kept $n" 5 "$($run nest 4)"
	is "all objects, session $n" 6 "$($run all 3)"
done
is "a process each" $((session + 5)) "$(counter session session)"
is "tried again" 3 "$($run die 2)"
is "not for ever" EPIPE "$($run die 9)"
# Dies before it attaches: paused, not given up.
mv /echo_process /echo_process.aside
killall -9 echo_process 2> /tmp/killall || true
sleep 0.3
mv /echo_process.aside /echo_process
wait_for 5 "the next process" attached # until then calls may fail at once
is "kept after a pause" 5 "$($run nest 4)"
rmmod dcrt_echo
for pause in 0 0.004 0.008 0.012 0.02 0.05; do
	insmod /dcrt_echo.ko program=/echo_process keep=1
	killall -9 echo_process
	sleep $pause
	is "removed $pause s after a death" 0 "$(rmmod dcrt_echo; echo $?)"
	sleep 0.1
	is "no process left after $pause s" 0 "$(pidof echo_process | wc -w)"
done
insmod /dcrt_echo.ko

progress "delay"
start
before=$($run echo 0 20)
echo 2000000 > $knobs/delay_ns
busy=$($run echo 0 20)
echo sleep > $knobs/delay_mode
asleep=$($run echo 0 20)
echo 0 > $knobs/delay_ns
echo busy > $knobs/delay_mode
# on two CPUs it is the host's clock, and that may be slow by itself
[ "$(nproc)" -gt 1 ] || is "no delay" 1 "$((before < 2000000))"
is "delays" "1 1" "$((busy >= 2000000)) $((asleep >= 2000000))"
is "delayed" 40 "$(counter delay_ns delayed_up)"
is "mode" "busy" "$(cat $knobs/delay_mode)"
is "no such mode" 1 "$(echo fast > $knobs/delay_mode 2> /tmp/mode; echo $?)"
stop $process

progress "a lying process"
bad=0
deaths=$(counter atomic_refused deaths)
for lie in $(/echo_liar list); do
	/echo_liar "$lie" > /tmp/liar &
	liar=$!
	wait_for 5 "the liar" attached
	is "lie: $lie" EPROTO "$($run show 0)"
	wait $liar 2> /tmp/wait || true
	wait_for 5 "the liar's end" detached
	bad=$((bad + 1))
done
is "lies counted" $bad "$(counter atomic_refused bad_messages)"
is "each was killed" $((deaths + bad)) "$(counter atomic_refused deaths)"
is "of another cut" EPROTO "$(/echo_liar other)"
is "and the log says so" 1 "$(dmesg | grep -c 'echo_liar is refused: it is of another cut')"
/echo_liar close &
liar=$!
wait_for 5 "the closing process" attached
is "closed by hand" EPIPE "$($run meet 1)"
wait $liar 2> /tmp/wait || true
/echo_liar dead &
liar=$!
wait_for 5 "the process that plays dead" attached
is "plays dead" EREMOTEIO "$($run meet 1)"
stop $liar
/echo_liar fork &
liar=$!
wait_for 5 "the forking process" attached
stop $liar
is "its child lives" 1 "$(pidof echo_liar | wc -w)"
start
is "beside the child of another" 5 "$($run nest 4)"
stop $process
killall -9 echo_liar
start
is "after the lies" 5 "$($run nest 4)"
stop $process

progress "windows"
rmmod dcrt_echo
insmod /dcrt_echo.ko
/echo_map > /tmp/map || die "echo_map: $(cat /tmp/map)"
while read -r step want; do
	is "map: $step" "$step $want" "$(sed -n 1p /tmp/map)"
	sed -i 1d /tmp/map
done << 'END'
not-attached EPERM
not-attached-0 EPERM
page-0-to-write EACCES
page-0-and-more ENXIO
nothing-there ENXIO
too-long ENXIO
behind-its-end ENXIO
private EINVAL
to-execute EINVAL
window mapped
second-page mapped
page-0 mapped
reads 1234
written 4321
child-reads SIGSEGV
child-maps EPERM
removed 0
removed 1
gone SIGBUS
gone-untouched SIGBUS
no-more ENXIO
new-place 1
not-the-next SIGBUS
short 0
askew 0
by-downcall 0
END
is "windows" 0 "$(counter session windows)"
is "window again" 0 "$($run window 0 > /tmp/window; echo $?)"
is "counted" 1 "$(counter session windows)"
wait_for 5 "echo_map's end" detached

progress "killed a hundred times"
deaths=$(counter atomic_refused deaths)
longest=$($run kills 100 /echo_process) || die "$longest"
[ "$longest" -lt 2000 ] || die "a caller waited $longest ms"
echo "$longest" > /results/longest_ms
is "deaths" $((deaths + 100)) "$(counter atomic_refused deaths)"
is "no call is left open" 0 "$(counter session open)"
start
is "after a hundred deaths" 5 "$($run nest 4)"
is "the driver was told" "$(counter atomic_refused deaths)" "$($run died)"
cp $stats /results/stats

progress "removed during a call"
$run slow 200 > /tmp/slow &
caller=$!
sleep 0.1
is "busy" 1 "$(rmmod dcrt_echo 2> /tmp/rmmod; echo $?)"
wait $caller
is "removed" 0 "$(rmmod dcrt_echo; echo $?)"
is "and the runtime" 0 "$(rmmod dcrt; echo $?)"
