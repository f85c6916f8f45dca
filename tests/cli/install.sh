#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What is installed works without the tree: any user, any folder, the tree hidden if we are root.
# usage: install.sh BUILD-FOLDER         installs from there into a folder of its own
#        install.sh --in FOLDER          tries what is installed in FOLDER/bin, FOLDER/share
set -u
root=$(realpath "$(dirname "$0")/../..")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [ "$1" = --in ]; then
	prefix=$2
else
	# The clone may be of another user than git expects; nothing is built here.
	DESTDIR="$folder/root" meson install -C "$1" --no-rebuild --quiet >"$folder/said" 2>&1 || {
		cat "$folder/said"
		exit 1
	}
	prefix=$(dirname "$(dirname "$(find "$folder/root" -name drivercut -type f -perm -u+x -path '*/bin/*')")")
fi
ls -d /lib/modules/*/build >/dev/null 2>&1 || { echo "no kernel headers"; exit 77; }

# The use itself, in a script of its own: it runs in a mount namespace without the tree, as nobody.
cat >"$folder/use.sh" <<'END'
set -u
failed=0
check() { "$@" >said 2>&1 || { echo "failed: $*"; cat said; failed=1; }; }
says() { # WORDS COMMAND...
	words=$1
	shift
	"$@" >said 2>&1
	grep -qF -- "$words" said || { echo "$* does not say: $words"; cat said; failed=1; }
}
PATH=$prefix/bin:$PATH
unset DRIVERCUT_DATA DRIVERCUT_OUT DRIVERCUT_KERNEL
says "drivercut 0.1" drivercut --version
says "usage: drivercut solve" drivercut help solve
mkdir -p mine/toy
echo 'obj-m := toy.o' >mine/toy/Kbuild
printf 'int init_module(void);\nint init_module(void)\n{\n\treturn 0;\n}\nvoid cleanup_module(void);\nvoid cleanup_module(void)\n{\n}\n' >mine/toy/toy.c
says "whatever the load" drivercut solve mine/toy
says "out/toy/report.html" drivercut report mine/toy
check test -s out/toy/report.html
says "with today's rules" drivercut solve mine/toy --rules
says "components/kernel" drivercut emit mine/toy -o components
check test -s components/kernel/Kbuild
says "dpkg-buildpackage" drivercut emit mine/toy --package
check test -x out/toy/package/debian/rules
check test -s out/toy/package/dcrt/runtime/module/build.sh
if [ -f /usr/src/linux-source-6.1.tar.xz ]; then
	says "23.7" drivercut solve e1000
	says "in the kernel above a delay of" drivercut explain e1000 e1000_watchdog
fi
says "e100" drivercut --complete drivers
if command -v man >/dev/null; then
	says "find the optimal cut" man -l "$prefix/share/man/man1/drivercut-solve.1"*
	for page in "$prefix"/share/man/man1/drivercut*.1*; do
		man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>said >/dev/null
		[ ! -s said ] || { echo "$page:"; cat said; failed=1; }
	done
fi
[ "$(find "$prefix/share/man/man1" -name 'drivercut*' | wc -l)" = $(($(drivercut --complete verbs | wc -l) + 1)) ] ||
	{ echo "not every verb has a man page"; failed=1; }
cat >complete.sh <<'SH'
. "$1/share/bash-completion/completions/drivercut"
complete_words() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _drivercut; echo "${COMPREPLY[*]}"; }
[ "$(complete_words drivercut rep)" = report ] || { complete_words drivercut rep; exit 1; }
[ "$(complete_words drivercut solve --max-o)" = --max-overhead ] || exit 2
[ "$(complete_words drivercut report e1000 --format gra)" = graphml ] || exit 3
[[ " $(complete_words drivercut solve e10) " = *" e1000 "* ]] || exit 4
[ "$(complete_words drivercut explain toy init)" = init_module ] || exit 5
SH
check bash complete.sh "$prefix"
exit $failed
END
chmod -R a+rX "$folder"
mkdir "$folder/home" && chmod 777 "$folder/home"
export prefix
cd "$folder/home" || exit 99
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	# shellcheck disable=SC2016 # expanded in the namespace
	unshare -m sh -c 'mount -t tmpfs none "$1" && HOME=$PWD exec setpriv --reuid=65534 --regid=65534 --clear-groups sh ../use.sh' sh "$root"
else
	sh ../use.sh
fi
