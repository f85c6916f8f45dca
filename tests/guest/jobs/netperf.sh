# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# A job: a driver carries a netperf test each way and answers ethtool. It is the stock one, or
# /driver.ko if that is there.
# shellcheck source=guest/lib.sh
. /lib/guest.sh

[ ! -f /driver.ko ] || insmod /driver.ko
peer_up
link_up
if [ -x /sbin/ethtool ]; then
	near=$(nic 0)
	for query in -i -k -g -a -c -e; do
		echo "ethtool $query"
		ethtool $query "$near" 2>&1 || echo "status $?"
	done > /tmp/ethtool
	ethtool -S "$near" | cut -d : -f 1 >> /tmp/ethtool
	ethtool -s "$near" msglvl 7
	ethtool -G "$near" rx 128
	ethtool "$near" >> /tmp/ethtool
	ethtool -g "$near" >> /tmp/ethtool
	# the name depends on which driver was loaded first
	sed "s/\\<$near\\>/NIC/" /tmp/ethtool > /results/ethtool
	ethtool -d "$near" > /results/registers
	wait_for 15 "the link of $near" has_carrier "$near"
fi
for test in stream maerts rr; do
	before=$(near_packets)
	run_netperf "$test" 1 > /tmp/result
	echo "$(cat /tmp/result) $(($(near_packets) - before))" > "/results/$test"
	echo "$test $(cat "/results/$test")"
done
link_down
rmmod "$(cat /driver)"
