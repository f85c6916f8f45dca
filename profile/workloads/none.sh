# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# The workload of a module that needs no hardware, of whatever family, as a job in a guest: it is
# loaded, left alone and unloaded, all under the kernel's function tracer. What users of the module do
# is not in it: a driver's own recording has that (drivercut profile --script).
#
# Settings and results are those of net.sh; no packets pass.
# shellcheck source=guest/lib.sh
. /lib/guest.sh
# shellcheck source=/dev/null
. /profile.env

: "${IDLE:=10}" # seconds of the idle phase

done_before() { # PART
	case " $DONE " in
	*" $1 "*) return 0 ;;
	*) return 1 ;;
	esac
}

uptime_s() {
	cut -d ' ' -f 1 /proc/uptime
}

record() { # NAME COMMAND...
	name=$1
	shift
	if done_before "$name"; then
		"$@"
		return
	fi
	progress "recording $name"
	echo > "$tracing/trace"
	echo function > "$tracing/current_tracer"
	before=$(uptime_s)
	"$@"
	after=$(uptime_s)
	cat "$tracing/trace" > "/results/$name.trace"
	awk '/overrun/ { print "# lost " $NF }' "$tracing"/per_cpu/cpu*/stats >> "/results/$name.trace"
	echo nop > "$tracing/current_tracer"
	echo "$name recorded $(awk "BEGIN { printf \"%.3f\", $after - $before }") 0 0" >> /results/phases
	echo "$name" >> /results/done
	keep "$name.trace" phases "done"
}

: > phases
: > "done"
trace_only "$MODULE"
echo 16384 > "$tracing/buffer_size_kb"
record load insmod /recorded.ko
cat /proc/kallsyms > /results/kallsyms
keep kallsyms
record idle sleep "$IDLE"
record unload rmmod "$MODULE"
