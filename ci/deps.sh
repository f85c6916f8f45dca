#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs every Debian 12 package that drivercut needs. Run as root; safe to run again.
#
#   ci/deps.sh            what the tool itself needs, to build and to read a driver's source
#   ci/deps.sh guest      and what boots a driver: QEMU, the kernel, perf, netperf
#   ci/deps.sh lint       and what checks our own sources
#   ci/deps.sh fuzz       and libFuzzer's runtime, for -Dlibfuzzer=true
#   ci/deps.sh package    and what builds and tests Debian packages: drivercut's, and those of split drivers
#   ci/deps.sh systemd    and what makes the Debian of a guest, for tests/guest/systemd.sh
#   ci/deps.sh report     and what tests the report's page: Chromium, and readers of its formats
#   ci/deps.sh study      and GNU parallel, for bench/study.sh
#   ci/deps.sh kernel     and what builds a kernel, for the debug kernel of guest/debug
#
# Both kernels that drivercut supports are installed: Debian 12's own, 6.1, and 6.12 of its security
# archive. netperf is in Debian's non-free component. It is the only package taken from there: a source
# of its own is added, pinned so that nothing else can come from it.
set -eu

BUILD="gcc meson ninja-build pkg-config make libigraph-dev libglpk-dev libclang-19-dev clang-19
	libjansson-dev libsmartcols-dev libcmocka-dev uthash-dev xz-utils jq
	linux-source-6.1 linux-headers-amd64 linux-source-6.12 linux-headers-6.12-amd64"
GUEST="qemu-system-x86 seabios linux-image-amd64 linux-image-6.12-amd64 linux-perf busybox-static cpio ethtool iproute2
	iputils-ping kmod mawk netperf"
LINT="clang-format-19 clang-tidy-19 cppcheck shellcheck codespell sparse perl"
FUZZ="libclang-rt-19-dev"
REPORT="chromium fonts-dejavu-core graphviz libxml2-utils poppler-utils valgrind"
PACKAGE="debhelper dh-dkms fakeroot man-db binutils"
SYSTEMD="mmdebstrap e2fsprogs"
STUDY="parallel"
KERNEL="flex bison bc libelf-dev libssl-dev kmod"

want=$BUILD
for part in "$@"; do
	case $part in
	guest) want="$want $GUEST" ;;
	lint) want="$want $LINT" ;;
	fuzz) want="$want $FUZZ" ;;
	package) want="$want $PACKAGE" ;;
	report) want="$want $REPORT" ;;
	study) want="$want $STUDY" ;;
	systemd) want="$want $SYSTEMD" ;;
	kernel) want="$want $KERNEL" ;;
	*) echo "ci/deps.sh: unknown part '$part'; parts are: guest lint fuzz package report study systemd kernel" >&2; exit 2 ;;
	esac
done

missing=
for package in $want; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
		missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "ci/deps.sh: these packages are missing, install them as root:$missing" >&2
	exit 3
fi

case $missing in *netperf*)
	cat > /etc/apt/sources.list.d/drivercut-netperf.sources <<-'END'
	Types: deb
	URIs: http://deb.debian.org/debian
	Suites: bookworm
	Components: non-free
	Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
	END
	cat > /etc/apt/preferences.d/drivercut-netperf <<-'END'
	Package: *
	Pin: release c=non-free
	Pin-Priority: -1

	Package: netperf
	Pin: release c=non-free
	Pin-Priority: 500
	END
	;;
esac

echo "installing:$missing" >&2
apt-get -qq update
for package in $missing; do
	[ -n "$(apt-cache madison "$package")" ] || {
		echo "ci/deps.sh: apt has no $package; Debian 12's archives 'bookworm main' and" \
			"'bookworm-security main' (deb.debian.org/debian-security) must be sources" >&2
		exit 3
	}
done
# shellcheck disable=SC2086 # a list of words
DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing >/dev/null
