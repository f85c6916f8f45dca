# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# A job: the stock driver carries a netperf test each way.
# shellcheck source=guest/lib.sh
. /lib/guest.sh

peer_up
link_up
for test in stream maerts rr; do
	run_netperf "$test" 1 > "/results/$test"
	echo "$test $(cat "/results/$test")"
done
link_down
rmmod "$(cat /driver)"
