# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# A job: a driver's whole life, CYCLES times over: load, up, ping, netperf each way, ethtool's
# queries and settings, ring size and MTU under traffic, the wire out and in, down, unload. After
# each step the kernel's log must be clean; what fails is named by its cycle and step.
#
# The driver is that of load_driver in /lib/guest.sh. /life.env may set CYCLES (1), LENGTH_S of each
# netperf test (1), and OFFLINE=yes for ethtool's offline self-test. For each cycle N there are in
# /results/N:
#
#   ethtool     answers that do not depend on traffic: the same for stock and split
#   settings    what ethtool said after each setting: the same, too
#   statistics  ethtool -S; registers: ethtool -d
#   wire, down  ethtool's answers without a wire, and when down: the same, too
#   netperf     a line a test: NAME SECONDS THROUGHPUT UNIT PACKETS; "changes" is the stream that ran
#               while rings and MTU changed
#   stats       the runtime's counters before unloading, if the driver is split
# shellcheck source=guest/lib.sh
. /lib/guest.sh

CYCLES=1 LENGTH_S=1 OFFLINE=
# shellcheck disable=SC1091 # it is made by the caller
[ ! -f /life.env ] || . /life.env
# The name depends on which driver was loaded first, MDI-X on when the driver last looked.
anonymous() {
	sed "s/\\<$near\\>/NIC/; /MDI-X:/d"
}

ask() { # ETHTOOL'S ARGUMENTS
	echo "ethtool $*"
	# shellcheck disable=SC2068 # words
	/sbin/ethtool $@ "$near" 2>&1 || echo "status $?"
}

measured() { # NAME COMMAND... THAT PRINTS A RESULT
	name=$1
	shift
	"$@" > /tmp/result
	packets=$(($(near_packets) - before))
	[ "$packets" -gt 0 ] || die "$name: the driver counted no packet"
	echo "$name $(cat /tmp/result) $packets" >> "$results/netperf"
}

netperfs() {
	for test in stream maerts rr udp; do
		before=$(near_packets)
		measured "$test" run_netperf "$test" "$LENGTH_S"
	done
}

queries() {
	for query in -i -k -g -a -c -e ''; do
		ask $query
	done > /tmp/ethtool
	ethtool -S "$near" > "$results/statistics"
	cut -d : -f 1 "$results/statistics" >> /tmp/ethtool
	anonymous < /tmp/ethtool > "$results/ethtool"
	ethtool -d "$near" > "$results/registers"
}

# Each setting, then what ethtool says of it. Those of the link take it down for a while.
settings() {
	while read -r option words query; do
		words=$(echo "$words" | tr , ' ')
		# shellcheck disable=SC2086 # words
		if ethtool "$option" "$near" $words > /tmp/said 2>&1; then
			said=ok
		else
			said="status $?: $(cat /tmp/said)"
		fi
		echo "ethtool $option NIC $words: $said"
		case $words in
		autoneg* | advertise*) wait_for 30 "the link of $near" has_carrier "$near" ;;
		esac
		ask $query
	done > /tmp/settings <<-END
		-s msglvl,7
		-s advertise,0x20
		-s autoneg,off,speed,100,duplex,full
		-s autoneg,on
		-s wol,g
		-A autoneg,off,rx,on,tx,off -a
		-A autoneg,on -a
		-C rx-usecs,100 -c
		-C rx-usecs,3 -c
		-K rx,off -k
		-K rx,on -k
		-K tso,off -k
		-K tso,on -k
		-G rx,64,tx,96 -g
		-G rx,1 -g
		-G rx,256,tx,256 -g
	END
	anonymous < /tmp/settings > "$results/settings"
	reach
}

addresses() {
	ip link set "$near" promisc on
	ip link set "$near" promisc off
	ip maddr add 01:00:5e:01:02:03 dev "$near"
	ip maddr del 01:00:5e:01:02:03 dev "$near"
	ip link set "$near" address 52:54:00:dc:00:77
	in_peer /sbin/ip neigh flush all
	reach
}

under_traffic() { # COMMAND...
	"$@"
	wait_for 30 "the link of $near after $*" has_carrier "$near"
	seen=$(near_packets)
	wait_for 60 "traffic after $*" traffic_flows
	echo "$*" | anonymous >> "$results/changes"
}

changes() {
	before=$(near_packets)
	traffic_starts
	under_traffic ethtool -G "$near" rx 128 tx 128
	under_traffic ip link set "$near" mtu 9000
	under_traffic ip link set "$near" mtu 1400
	under_traffic ethtool -G "$near" rx 512 tx 1024
	under_traffic ip link set "$near" mtu 1500
	under_traffic ethtool -G "$near" rx 256 tx 256
	under_traffic ethtool -r "$near"
	measured changes traffic_ends
}

# The peer's wire stays, so that only the driver under test sees it.
unplugged() {
	wire 0 off
	wait_for 60 "the link to go" no_carrier "$near"
	ask | anonymous > "$results/wire"
	wire 0 on
	reach
}

offline_test() {
	ask -t > "$results/offline"
	reach
}

down() {
	link_down
	# some time after the reset the card reports a link again, driver or no driver
	{ ask -i; ask -g; ask -a; ask; } | anonymous | sed '/Speed:/d; /Duplex:/d' > "$results/down"
	ethtool -S "$near" > /tmp/down
	ethtool -d "$near" > /tmp/down
	link_up
	reach
	link_down
}

saved_stats() {
	for stats in /sys/kernel/debug/dcrt/*/stats; do
		[ ! -f "$stats" ] || cp "$stats" "$results/stats"
	done
}

phase() { # WORDS COMMAND...
	phase="cycle $cycle of $CYCLES: $1"
	shift
	step "$phase" "$@"
}

life() {
	results=/results/$cycle
	mkdir "$results"
	phase "load" load_driver
	phase "up" link_up
	phase "ping" reach
	phase "netperf" netperfs
	phase "ethtool's queries" queries
	phase "ethtool's settings" settings
	phase "addresses" addresses
	phase "changes under traffic" changes
	phase "the wire out and in" unplugged
	[ -z "$OFFLINE" ] || phase "ethtool's offline test" offline_test
	phase "down, up, down" down
	phase "counters" saved_stats
	phase "unload" unload_driver
}

mount -t debugfs debugfs /sys/kernel/debug
steps_begin
step "the peer" peer_up
step "unload what was there" unload_driver
cycle=0
while [ "$cycle" -lt "$CYCLES" ]; do
	cycle=$((cycle + 1))
	life
done
