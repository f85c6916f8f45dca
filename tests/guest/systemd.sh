#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The package of a split driver on a whole Debian 12, with systemd, udev, dpkg and dkms: installed,
# booted, upgraded, booted, removed while it runs, booted with the stock driver.
# usage: systemd.sh DRIVERCUT
#
# dpkg and dkms run in a chroot of the guest's disk between the boots, where compiling takes seconds
# and not the quarter of an hour of an emulated CPU; the removal runs in the guest. The disk is made
# once by mmdebstrap and kept in the cache of the user. jobs/systemd.sh is what the guest runs.
set -u
drivercut=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
[ "$(id -u)" = 0 ] || { echo "only root can mount the guest's disk"; exit 77; }
for program in mmdebstrap dpkg-buildpackage dh_dkms qemu-system-x86_64 mke2fs; do
	command -v "$program" >/dev/null || { echo "no $program: ci/deps.sh guest package systemd"; exit 77; }
done

folder=$(mktemp -d)
root=$folder/root disk=$folder/disk
mkdir "$root"
leave() {
	umount -q "$root/proc" "$root" 2>/dev/null
	if [ "$1" = 0 ] && [ -z "${DC_KEEP:-}" ]; then rm -rf "$folder"; else echo "see $folder"; fi
	exit "$1"
}
trap 'leave 1' INT TERM
fail() {
	echo "$1"
	[ -z "${2:-}" ] || tail -n "${3:-30}" "$2"
	leave 1
}

# The disk: what a Debian has, without documentation.
packages=systemd-sysv,udev,dbus,linux-image-amd64,linux-headers-amd64,dkms,gcc,libc6-dev,make,initramfs-tools,ethtool,iproute2,iputils-ping,kmod,procps,zstd
cache=${XDG_CACHE_HOME:-$HOME/.cache}/drivercut
base=$cache/debian-12-$(printf '%s' "$packages" | cksum | cut -d ' ' -f 1).ext4

make_base() {
	mkdir -p "$cache"
	mmdebstrap --variant=minbase --include="$packages" --aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$folder/base.tar" \
		"deb http://deb.debian.org/debian bookworm main" \
		"deb http://deb.debian.org/debian-security bookworm-security main" >"$folder/base.log" 2>&1 ||
		{ echo "mmdebstrap cannot make a Debian; without a mirror there is no test"; tail "$folder/base.log"; leave 77; }
	truncate -s 4G "$folder/base.ext4"
	mke2fs -q -F -t ext4 "$folder/base.ext4" && mount -o loop "$folder/base.ext4" "$root" ||
		{ echo "this machine cannot mount a file"; leave 77; }
	tar -C "$root" --numeric-owner -xpf "$folder/base.tar" || fail "cannot unpack the Debian"
	umount "$root"
	mv "$folder/base.ext4" "$base.$$"
	mv "$base.$$" "$base"
	rm "$folder/base.tar"
}

# in_root NAME COMMAND...: on the guest's disk
in_root() {
	log=$folder/$1.log
	shift
	mount -o loop "$disk" "$root" || { echo "this machine cannot mount a file"; leave 77; }
	mount -t proc proc "$root/proc"
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive LC_ALL=C \
		"$@" >"$log" 2>&1 || fail "failed on the guest's disk: $*" "$log"
	cp "$root"/boot/vmlinuz-* "$folder/vmlinuz"
	cp "$root"/boot/initrd.img-* "$folder/initrd"
	umount "$root/proc" "$root"
}

# boot NAME WORDS...: the job's words; its lines are in NAME.said
boot() {
	name=$1
	shift
	# Its clock counts instructions while it works, so that a busy machine makes no unit late.
	timeout 5400 qemu-system-x86_64 -accel tcg -icount shift=2 -machine pc -m 1024 -nodefaults -display none -no-reboot \
		-kernel "$folder/vmlinuz" -initrd "$folder/initrd" \
		-append "root=/dev/vda rw console=ttyS0 quiet audit=0 mitigations=off systemd.show_status=0 panic=-1 drivercut.job=$(echo "$*" | tr ' ' ,)" \
		-drive "file=$disk,format=raw,if=virtio,cache=unsafe" \
		-netdev "user,id=wire,guestfwd=tcp:10.0.2.100:80-cmd:cat $folder/stream" \
		-device e1000,netdev=wire -serial "file:$folder/$name.console" >"$folder/$name.qemu" 2>&1 </dev/null ||
		fail "boot '$name': QEMU ended with $?" "$folder/$name.console"
	tr -d '\r' <"$folder/$name.console" | sed -n 's/^.*dc-job: //p' >"$folder/$name.said"
	grep -qx "done" "$folder/$name.said" || fail "boot '$name' did not end well:" "$folder/$name.console" 60
	echo "boot '$name':"
	sed 's/^/    /' "$folder/$name.said"
}

[ -f "$base" ] || make_base
for version in 0.1 0.2; do
	DRIVERCUT_OUT=$folder/out "$drivercut" emit e1000 --package --package-version $version \
		-o "$folder/$version/package" >"$folder/emit.log" 2>&1 || fail "emit failed" "$folder/emit.log"
	(cd "$folder/$version/package" && dpkg-buildpackage -b -us -uc) >"$folder/package.log" 2>&1 ||
		fail "the package does not build" "$folder/package.log"
done
head -c 33554432 /dev/urandom >"$folder/stream"

cp --sparse=always "$base" "$disk"
mount -o loop "$disk" "$root" || { echo "this machine cannot mount a file"; leave 77; }
cp "$folder"/0.1/*.deb "$folder"/0.2/drivercut-e1000-*.deb "$root/root/" || fail "cannot copy the packages"
install -m 755 "$here/jobs/systemd.sh" "$root/root/job.sh"
sha256sum <"$folder/stream" >"$root/root/stream.sum"
printf '[Match]\nName=en*\n[Network]\nDHCP=ipv4\n' >"$root/etc/systemd/network/wired.network"
printf '%s\n' '[Unit]' 'Wants=network-online.target' 'After=network-online.target multi-user.target' '[Service]' \
	'Type=oneshot' 'ExecStart=/bin/bash /root/job.sh' 'StandardOutput=file:/dev/ttyS0' 'StandardError=file:/dev/ttyS0' \
	'ExecStopPost=/bin/systemctl poweroff --no-block' '[Install]' 'WantedBy=graphical.target' \
	>"$root/etc/systemd/system/job.service"
echo guest >"$root/etc/hostname"
chroot "$root" systemctl -q enable job.service systemd-networkd.service systemd-networkd-wait-online.service
chroot "$root" systemctl -q mask serial-getty@ttyS0.service # it would hang up the job's console
umount "$root"

in_root install sh -c 'dpkg -i /root/drivercut-dcrt-dkms_0.1_all.deb /root/drivercut-e1000-dkms_0.1_all.deb'
boot installed split 0.1 kill
# From here on without the hook: a module without its program must not load in the initramfs, and must later.
in_root upgrade sh -c 'rm /usr/share/initramfs-tools/hooks/drivercut && dpkg -i /root/drivercut-e1000-dkms_0.2_all.deb'
boot upgraded split 0.2 remove
in_root removed sh -c 'dpkg --configure -a && dpkg -P drivercut-e1000-dkms drivercut-dcrt-dkms'
boot removed stock
leave 0
