# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# The workload of `bench/equivalence` for network drivers, a job in a guest: all that user space can
# ask of a card. Each group begins and ends without the driver. It sends no packet in a command that
# is `quiet`: there is no IPv6, and who is where stands in the neighbour tables.
# shellcheck source=bench/equivalence/common.sh
. /equivalence.sh
CARD=/sys/bus/pci/devices/0000:00:10.0
near_mac=52:54:00:dc:00:01
far_mac=52:54:00:dc:00:02

# Answers that are no times: packets of ping, and netperf's unit.
pings() { # PING'S ARGUMENTS
	ping -q -W 5 "$@" 2>&1 | grep -E 'packets|bad|unreachable|: '
}

streams() { # netperf's test
	run_netperf "$1" "$2" | awk '{ print ($2 > 0 ? "packets flow" : "no packet"), $3 }'
}

# The addresses of both ends, in each other's tables: no ARP, now or later.
meet() {
	ip addr replace "$NEAR/24" dev "$near"
	ip neigh replace "$FAR" lladdr $far_mac dev "$near" nud permanent
	in_peer /sbin/ip neigh replace "$NEAR" lladdr $near_mac dev "$peer" nud permanent
}

# Up, and long enough for any autonegotiation.
up() {
	ip link set "$near" up || return $?
	meet
	sleep 6
	carrier
}

carrier() {
	cat "/sys/class/net/$near/carrier" "/sys/class/net/$near/operstate" 2>&1
}

start() {
	quiet load
	quiet up
}

stop() {
	quiet ip link set "$near" down
	quiet unload
}

# ethtool, whose answers may name the interface
et() { # WORDS
	ethtool "$@" 2>&1
}

suspend() { # TEST
	echo 1 > /sys/module/suspend/parameters/pm_test_delay
	echo "$1" > /sys/power/pm_test
	echo freeze > /sys/power/state || echo "it fails"
	echo none > /sys/power/pm_test
	sleep 6
	carrier
}

# The life of a card, once round.
group_life() {
	start
	quiet et "$near"
	for word in -i -d -S -e -g -a -c -k; do
		quiet et $word "$near"
	done
	busy pings -c 3 "$FAR"
	quiet et -G "$near" rx 128 tx 128
	quiet ip link set "$near" mtu 9000
	busy pings -c 3 -s 8000 "$FAR"
	quiet ip link set "$near" mtu 1500
	quiet et -s "$near" autoneg off speed 100 duplex full
	quiet sleep 6
	quiet et -s "$near" autoneg on
	quiet sleep 6
	quiet ip link set "$near" promisc on
	quiet ip link set "$near" promisc off
	quiet ip maddr add 01:00:5e:01:02:03 dev "$near"
	quiet ip maddr del 01:00:5e:01:02:03 dev "$near"
	quiet ip link set "$near" address 52:54:00:dc:00:77
	quiet ip link set "$near" address $near_mac
	quiet ip link add link "$near" name tagged type vlan id 5
	quiet ip link set tagged up
	quiet ip link del tagged
	quiet et -A "$near" autoneg off rx on tx off
	quiet et -A "$near" autoneg on rx on tx on
	quiet et -p "$near" 1
	quiet et -E "$near" magic "$(eeprom_magic)" offset 0x10 value "$(eeprom_byte)"
	quiet et -K "$near" rx off
	quiet et -K "$near" rx on
	quiet et -t "$near" offline
	quiet sleep 9
	quiet suspend devices
	quiet ip link set "$near" down
	quiet et -d "$near"
	quiet up
	busy pings -c 3 "$FAR"
	stop
}

eeprom_magic() {
	awk -v d="$(cat $CARD/device)" -v v="$(cat $CARD/vendor)" 'BEGIN { print d substr(v, 3) }'
}

# What is there already.
eeprom_byte() {
	ethtool -e "$near" offset 0x10 length 1 2>&1 | awk '/^0x0010/ { print "0x" $2 }'
}

# Every verb of ethtool that asks.
queries() {
	quiet et "$near"
	for word in -i -k -g -a -c -d -e -S -T -P -m -n -x -l -u -w --show-eee --show-fec \
		--show-priv-flags --show-tunnels --show-module --show-rxfh --phy-statistics --get-phy-tunable \
		--show-permaddr --get-dump --json; do
		quiet et $word "$near"
	done
	quiet et -e "$near" offset 0 length 1
	quiet et -e "$near" offset 3 length 7
	quiet et -e "$near" offset 100000 length 1
	quiet et -d "$near" raw on
}

group_ethtool() {
	quiet load
	queries
	quiet up
	queries
	while read -r words; do
		# shellcheck disable=SC2086 # words
		quiet et $words
	done <<-END
		-s $near msglvl 7
		-s $near msglvl 0xffff
		-s $near msglvl 0
		-s $near wol g
		-s $near wol pumbg
		-s $near wol d
		-s $near mdix on
		-s $near mdix auto
		-s $near port tp
		-s $near port fibre
		-s $near phyad 1
		-s $near xcvr external
		-A $near autoneg off
		-A $near autoneg off rx off tx off
		-A $near autoneg off rx on tx on
		-A $near autoneg on
		-C $near rx-usecs 0
		-C $near rx-usecs 1
		-C $near rx-usecs 3
		-C $near rx-usecs 4
		-C $near rx-usecs 5
		-C $near rx-usecs 100
		-C $near rx-usecs 10000
		-C $near rx-usecs 10001
		-C $near tx-usecs 50
		-C $near adaptive-rx on
		-C $near rx-frames 8
		-C $near rx-usecs 3
		-G $near rx 0
		-G $near rx 1
		-G $near rx 64 tx 96
		-G $near rx 4096 tx 4096
		-G $near rx 4097
		-G $near rx 100000 tx 100000
		-G $near rx-mini 1
		-G $near rx 256 tx 256
		-L $near combined 2
		-X $near equal 1
		-N $near rx-flow-hash tcp4 sdfn
		-r $near
		--reset $near all
		--set-priv-flags $near none on
		--set-eee $near eee on
		--set-fec $near encoding auto
		--set-dump $near 1
		--set-phy-tunable $near downshift on
		-f $near nothing
		-E $near offset 0 value 0
		-E $near magic 0x1 offset 0x10 value 0
		-E $near magic $(eeprom_magic) offset 0x11 value $(eeprom_byte)
	END
	for feature in rx tx sg tso gso gro lro rxvlan txvlan ntuple rxhash rx-fcs rx-all loopback; do
		quiet et -K "$near" $feature off
		quiet et -K "$near" $feature on
		quiet et -K "$near" $feature off
		quiet et -k "$near"
	done
	quiet et -K "$near" rx on tx on sg on tso on gro on rxvlan on txvlan on
	for words in 'autoneg off speed 10 duplex half' 'autoneg off speed 10 duplex full' \
		'autoneg off speed 100 duplex half' 'autoneg off speed 100 duplex full' \
		'autoneg off speed 1000 duplex full' 'autoneg off speed 1000 duplex half' \
		'autoneg off speed 2500' 'speed 100' 'duplex half' 'autoneg on advertise 0' \
		'autoneg on advertise 0x1' 'autoneg on advertise 0x20' 'autoneg on'; do
		# shellcheck disable=SC2086 # words
		quiet et -s "$near" $words
		quiet sleep 6
		quiet et "$near"
	done
	quiet et -p "$near" 2
	quiet et -t "$near" online
	quiet et -t "$near" offline
	quiet sleep 9
	quiet ip link set "$near" down
	quiet et -t "$near" offline
	quiet et -t "$near" online
	queries
	quiet et -G "$near" rx 512 tx 512
	quiet et -s "$near" autoneg off speed 100 duplex full
	quiet up
	busy pings -c 3 "$FAR"
	stop
}

group_ioctl() {
	quiet load
	quiet /sbin/equivalence_ioctl "$near" mii
	quiet up
	for part in mii commands eeprom registers strings link rings coalesce pause wol level; do
		quiet /sbin/equivalence_ioctl "$near" "$part"
		quiet sleep 6
	done
	stop
}

group_sysfs() {
	quiet load
	quiet show "/sys/class/net/$near/" -maxdepth 2
	quiet up
	quiet show "/sys/class/net/$near/" -maxdepth 2
	quiet show $CARD/ -maxdepth 1 ! -name rom ! -name 'resource[0-9]*'
	quiet show $CARD/power
	quiet show "/sys/module/$(tr - _ < /driver)/" ! -path '*/sections/*' ! -path '*/notes/*'
	quiet show /sys/bus/pci/drivers/"$(cat /driver)"/ -maxdepth 1
	quiet hexdump -C $CARD/config
	quiet sh -c "grep -w $near /proc/interrupts | awk '{ print \$NF }'"
	quiet sh -c "grep -w 0000:00:10.0 /proc/iomem /proc/ioports"
	for file in mtu flags tx_queue_len group proto_down ifalias carrier dormant gro_flush_timeout \
		napi_defer_hard_irqs threaded queues/tx-0/xps_cpus queues/tx-0/tx_timeout \
		queues/rx-0/rps_cpus queues/tx-0/byte_queue_limits/limit_max; do
		quiet sh -c "cat /sys/class/net/$near/$file > /tmp/kept; cat /tmp/kept
			for value in 0 1 68 9000 100000 -1 words; do
				echo \$value > /sys/class/net/$near/$file; echo \$? \$(cat /sys/class/net/$near/$file)
			done; cat /tmp/kept > /sys/class/net/$near/$file"
		quiet sleep 6
	done
	quiet up
	for file in power/control power/wakeup enable d3cold_allowed msi_bus broken_parity_status reset; do
		quiet sh -c "cat $CARD/$file; for value in on auto disabled enabled 0 1 words; do
			echo \$value > $CARD/$file; echo \$? \$(cat $CARD/$file)
		done"
	done
	quiet up
	busy pings -c 3 "$FAR"
	stop
}

# MTUs, flags, addresses, and what is stacked upon a card by ip alone.
group_link() {
	start
	for mtu in 0 46 67 68 500 1400 1499 1500 1501 1504 2000 4000 4096 8192 9000 16110 16128 16129 \
		65536; do
		quiet ip link set "$near" mtu $mtu
		quiet in_peer /sbin/ip link set "$peer" mtu $mtu
		[ $mtu -lt 500 ] || [ $mtu -gt 16110 ] || busy pings -c 2 -s $((mtu - 28)) "$FAR"
	done
	quiet in_peer /sbin/ip link set "$peer" mtu 1500
	quiet ip link set "$near" mtu 1500
	for flag in promisc allmulticast multicast arp trailers dynamic; do
		quiet ip link set "$near" $flag off
		quiet ip link set "$near" $flag on
		quiet ip link set "$near" $flag off
	done
	quiet ip link set "$near" arp on multicast on
	groups=4
	! is_long || groups=40
	last=$groups
	while [ "$last" -gt 0 ]; do
		quiet ip maddr add "33:33:00:00:00:$(printf %02x "$last")" dev "$near"
		last=$((last - 1))
	done
	quiet ip maddr show dev "$near"
	for last in $(seq "$groups"); do
		quiet ip maddr del "33:33:00:00:00:$(printf %02x "$last")" dev "$near"
	done
	for mac in 52:54:00:dc:00:78 00:00:00:00:00:00 01:00:00:00:00:01 ff:ff:ff:ff:ff:ff 2 \
		52:54:00:dc:00:79 $near_mac; do
		quiet ip link set "$near" address $mac
	done
	quiet meet
	busy pings -c 2 "$FAR"
	for last in $(seq $((groups / 2))); do
		quiet ip link add "mac$last" link "$near" address "52:54:00:dd:00:$(printf %02x "$last")" \
			type macvlan mode bridge
		quiet ip link set "mac$last" up
	done
	for last in $(seq $((groups / 2))); do
		quiet ip link del "mac$last"
	done
	vlans
	quiet ip link set "$near" down
	quiet ip link set "$near" name other
	near=other
	quiet up
	busy pings -c 2 "$FAR"
	quiet ip link set other down
	quiet ip link set other name eth0
	near=$(nic 0)
	quiet up
	namespaces
	stop
}

# VLAN 5 at both ends: traffic, jumbo frames, without offload, promiscuous, down and up.
vlans() {
	quiet ip link add link "$near" name v5 type vlan id 5
	quiet in_peer /sbin/ip link add link "$peer" name v5 type vlan id 5
	quiet in_peer /sbin/ip addr add 10.9.5.2/24 dev v5
	quiet in_peer /sbin/ip link set v5 up
	quiet ip addr add 10.9.5.1/24 dev v5
	quiet ip link set v5 up
	busy pings -c 3 10.9.5.2
	for feature in rxvlan txvlan rx-vlan-filter; do
		quiet et -K "$near" $feature off
		busy pings -c 2 10.9.5.2
		quiet et -K "$near" $feature on
		busy pings -c 2 10.9.5.2
	done
	busy ip link set "$near" promisc on
	busy pings -c 2 10.9.5.2
	busy ip link set "$near" promisc off
	for id in 1 2 4000 4094; do
		busy ip link add link "$near" name "v$id" type vlan id $id
		busy ip link set "v$id" up
		busy ip link del "v$id"
	done
	busy ip link set "$near" down
	busy up
	busy ip link set v5 up
	busy pings -c 2 10.9.5.2
	busy ip link del v5
	busy in_peer /sbin/ip link del v5
}

namespaces() {
	quiet ip netns add far_away
	quiet ip link set "$near" netns far_away
	quiet ip netns exec far_away /sbin/ip -d link show "$near"
	quiet ip netns exec far_away /sbin/ip link set "$near" up
	quiet sleep 6
	quiet ip netns exec far_away /sbin/ethtool "$near"
	quiet ip netns exec far_away /sbin/ethtool -G "$near" rx 128
	quiet ip netns del far_away
	quiet sleep 6
	near=$(nic 0)
	quiet ip -d link show "$near"
	quiet up
	busy pings -c 2 "$FAR"
}

bond() { # ATTRIBUTE=VALUE...
	busy ip link set "$near" down
	for word in "$@"; do
		busy sh -c "echo ${word#*=} > /sys/class/net/bond0/bonding/${word%%=*}"
	done
	busy sh -c "echo +$near > /sys/class/net/bond0/bonding/slaves"
	busy ip addr replace "$NEAR/24" dev bond0
	busy ip link set bond0 up
	busy sleep 6
	busy sh -c "grep -vE 'Failure|Duration' /proc/net/bonding/bond0"
	busy pings -c 3 "$FAR"
	busy sh -c "echo -$near > /sys/class/net/bond0/bonding/slaves"
	busy ip addr flush dev bond0
	busy ip link set bond0 down
}

# What other modules stack upon a card.
group_stack() {
	start
	busy ip link add br0 type bridge
	busy ip link set br0 address 52:54:00:dc:00:99
	busy ip addr flush dev "$near"
	busy ip link set "$near" master br0
	busy ip addr add "$NEAR/24" dev br0
	busy ip link set br0 up
	busy sleep 3
	in_peer /sbin/ip neigh flush all
	in_peer /sbin/ip neigh del "$NEAR" dev "$peer" || true
	busy pings -c 3 "$FAR"
	busy ip link set "$near" nomaster
	busy ip link del br0
	for words in 'mode=0 miimon=100 use_carrier=1' 'mode=0 miimon=100 use_carrier=0' \
		'mode=active-backup miimon=100 use_carrier=1'; do
		# shellcheck disable=SC2086 # words
		bond $words
	done
	busy up
	messages
	stop
}

# netconsole's packets leave from any context, also while the card is changed.
messages() {
	mkdir -p /sys/kernel/config
	mount -t configfs configfs /sys/kernel/config 2> /tmp/mount || true
	busy mkdir /sys/kernel/config/netconsole/t
	for word in dev_name="$near" local_ip="$NEAR" remote_ip="$FAR" remote_mac=$far_mac enabled=1; do
		busy sh -c "echo ${word#*=} > /sys/kernel/config/netconsole/t/${word%%=*}"
	done
	busy say_much
	busy under_messages ethtool -G "$near" rx 128
	busy under_messages ethtool -t "$near" online
	busy under_messages ip link set "$near" mtu 1400
	busy under_messages ip link set "$near" down
	busy rmdir /sys/kernel/config/netconsole/t
	busy up
}

say_much() {
	for line in $(seq 50); do
		echo "<4>dc-netconsole: line $line" > /dev/kmsg
	done
}

under_messages() { # COMMAND...
	say_much &
	"$@"
	say_much
	wait
}

group_hotplug() {
	driver=/sys/bus/pci/drivers/$(cat /driver)
	start
	for _ in 1 2; do
		quiet sh -c "echo 0000:00:10.0 > $driver/unbind; ls /sys/class/net"
		quiet sh -c "echo 0000:00:10.0 > $driver/bind; ls /sys/class/net"
		quiet up
		busy pings -c 2 "$FAR"
	done
	quiet sh -c "echo 0000:00:10.0 > $driver/bind"
	quiet sh -c "echo 1 > $CARD/remove; ls /sys/class/net"
	quiet sh -c "echo 0000:00:10.0 > $driver/unbind"
	quiet sh -c "echo 1 > /sys/bus/pci/rescan; ls /sys/class/net"
	quiet up
	busy pings -c 2 "$FAR"
	quiet sh -c "echo words > $driver/new_id"
	quiet sh -c "echo 8086 ffff > $driver/new_id; cat $driver/new_id"
	quiet sh -c "echo 8086 ffff > $driver/remove_id"
	quiet sh -c "echo 1 > $CARD/reset"
	for test in devices platform; do
		quiet suspend $test
		busy pings -c 2 "$FAR"
	done
	quiet et -s "$near" wol g
	quiet suspend devices
	quiet et -s "$near" wol d
	quiet ip link set "$near" down
	quiet suspend devices
	quiet up
	wire 0 off
	quiet sleep 9
	quiet et "$near"
	quiet suspend devices
	wire 0 on
	quiet sleep 9
	quiet et "$near"
	busy pings -c 2 "$FAR"
	busy unload_under_traffic
	start
	busy pings -c 2 "$FAR"
	stop
}

unload_under_traffic() {
	ping -q -i 0.01 "$FAR" > /tmp/ping 2>&1 &
	sleep 1
	unload
	kill -INT $!
	wait
	ip link show
}

# Each parameter with values that are right for some and wrong for others, each life a short one.
group_parameters() {
	values='1 80 100000 -1 words 80,96'
	is_long || values='80 words'
	quiet load nonsense=1
	quiet unload
	for parameter in $PARAMETERS; do
		for value in $values; do
			quiet load "${parameter%%:*}=$value"
			[ -n "$near" ] || { quiet unload; continue; }
			quiet sh -c "ethtool -g $near; ethtool -c $near; ethtool -a $near; ethtool -k $near"
			quiet show "/sys/module/$(tr - _ < /driver)/parameters"
			quiet up
			quiet et "$near"
			busy pings -c 2 "$FAR"
			quiet unload
		done
	done
}

# Interrupts under load, alone and while the card is changed.
group_traffic() {
	start
	busy pings -c 200 -i 0.005 "$FAR"
	busy pings -c 20 -s 30000 "$FAR"
	if is_long; then
		for test in stream maerts rr udp; do
			busy streams $test 1
		done
		busy changes
	else
		busy streams rr 1
	fi
	busy pings -c 3 "$FAR"
	stop
}

changes() {
	traffic_starts
	for words in 'ethtool -G NIC rx 128 tx 128' '/sbin/ip link set NIC mtu 4000' \
		'/sbin/ip link set NIC mtu 1500' \
		'ethtool -r NIC' 'ethtool -K NIC rx off' 'ethtool -K NIC rx on' 'ethtool -G NIC rx 256 tx 256'; do
		echo "$words" | sed "s/NIC/$near/" > /tmp/change
		sh /tmp/change 2>&1
		sleep 4
		seen=$(near_packets)
		wait_for 60 "traffic after $words" traffic_flows
	done
	traffic_ends > /tmp/stream
	carrier
}

sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
peer_up
run_groups
