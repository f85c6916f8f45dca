# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: round trips in nanoseconds, which are instructions there (icount, shift 0). Lines of
# "WHAT NANOSECONDS" in /results/table; each figure twice, after a discarded run.
. /lib/guest.sh
run=/echo_run
trap 'killall -9 echo_process 2> /tmp/killall || true' EXIT

row() { # WHAT COMMAND...
	what=$1
	shift
	"$@" > /tmp/discarded
	echo "$what $("$@") $("$@")" >> /results/table
	progress "$what"
}

mount -t debugfs debugfs /sys/kernel/debug
insmod /dcrt.ko
insmod /dcrt_echo.ko program=/echo_process
row pipe $run pipe 2000
for size in 0 256 1024 4096; do
	row "echo_$size" $run echo $size 2000
done
row downcall $run time_add 2000
row downcall_by_caller $run time_nest 500
row objects $run time_touch 500
$run all 300 > /tmp/discarded
row all_in_step $run time_none 500
