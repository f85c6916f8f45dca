#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the initramfs of a guest: busybox, a few programs of this machine with their libraries,
# modules of one of its kernels with what they depend on, and any other files.
#
#   mkinitramfs.sh OUT ROOT RELEASE INIT [program NAME | module NAME | file HOST GUEST]...
#
# A program goes to /sbin under its own name. Call it by its full path where busybox has an applet of
# that name (ip, ping): busybox ash takes the applet whatever PATH says. /modules/order lists the
# modules of the kernel (of ROOT/lib/modules/RELEASE) in the order in which they have to be loaded;
# those that a file *.ko depends on are among them, what is built in is not. The archive is not
# compressed: unpacking is slow in an emulated guest.
set -eu

fail() {
	echo "mkinitramfs.sh: $1" >&2
	exit 3
}

out=$1 root=$2 release=$3 init=$4
shift 4
tree=$out.tree # beside OUT, where the next run finds and removes what a killed one left
rm -rf "$tree"
trap 'rm -rf "$tree"' EXIT
trap 'exit 1' HUP INT TERM

put() { # HOST GUEST
	[ -e "$1" ] || fail "no file $1"
	mkdir -p "$tree/$(dirname "$2")"
	case $1 in
	*.ko.xz) xz -dc "$1" > "$tree/$2" ;;
	*.ko.gz) gzip -dc "$1" > "$tree/$2" ;;
	*.ko.zst) zstd -dcq "$1" > "$tree/$2" ;;
	*) cp -L "$1" "$tree/$2" ;;
	esac
}

libraries() { # HOST-BINARY
	ldd "$1" 2>/dev/null | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) .*/\1/p'
}

package() { # NAME
	case $1 in
	perf) echo linux-perf ;;
	ip) echo iproute2 ;;
	netserver) echo netperf ;;
	*) echo "$1" ;;
	esac
}

put_program() { # NAME
	path=$(PATH=$PATH:/sbin:/usr/sbin command -v "$1") ||
		fail "no program $1 on this machine; install $(package "$1") (ci/deps.sh guest does)"
	put "$path" "sbin/$(basename "$1")"
	for library in $(libraries "$path"); do
		[ -e "$tree/$library" ] || put "$library" "$library"
	done
}

put_module() { # NAME [WHO NEEDS IT]
	depends=$(/sbin/modprobe -d "$root/" -S "$release" --show-depends "$1" 2>&1) ||
		fail "kernel $release has no module $1${2:+, which $2 needs}: $depends"
	echo "$depends" | sed -n 's/^insmod \([^ ]*\).*/\1/p' | while read -r path; do
		name=$(basename "$path" | sed 's/\.ko\..*/.ko/')
		[ ! -e "$tree/modules/$name" ] || continue
		put "$path" "modules/$name"
		echo "$name" >> "$tree/modules/order"
	done
}

# Those of the kernel that a module of ours depends on; others are files that the job loads (dcrt.ko).
put_needed() { # HOST-FILE
	for needed in $(/sbin/modinfo -F depends "$1" | tr , ' '); do
		case $guest_files in
		*"/$needed.ko "*) ;;
		*) put_module "$needed" "$1" ;;
		esac
	done
}

busybox=$(command -v busybox) || fail "no busybox; install busybox-static (ci/deps.sh guest does)"
[ -z "$(libraries "$busybox")" ] ||
	fail "$busybox needs libraries; install busybox-static (ci/deps.sh guest does)"
mkdir -p "$tree/bin" "$tree/modules" "$tree/results"
put "$busybox" bin/busybox
for applet in $("$busybox" --list); do
	[ "$applet" = busybox ] || [ "$applet" = ip ] || ln -sf busybox "$tree/bin/$applet"
done
put "$init" init
chmod 755 "$tree/init"
: > "$tree/modules/order"

guest_files=
for word in "$@"; do
	guest_files="$guest_files$word "
done
while [ $# -gt 0 ]; do
	case $1 in
	program) put_program "$2"; shift 2 ;;
	module) put_module "$2"; shift 2 ;;
	file)
		put "$2" "$3"
		case $3 in *.ko) put_needed "$tree/$3" ;; esac
		shift 3
		;;
	*) fail "unknown item '$1'" ;;
	esac
done
(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) > "$out"
