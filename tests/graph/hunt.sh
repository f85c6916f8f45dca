#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The two halves of the hunt (bench/hunt.sh) on text of our own: which calls it finds, and that it tells
# of each that the graph has not.
set -eu

hunt=$(dirname "$(realpath "$0")")/../../bench/hunt
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
cd "$dir"

cat >drv.c <<'END'
#define LOCKED(x) spin_lock(&(x)->lock)
/* spin_lock(in a comment) */
static const char *text = "spin_lock(in a string)";
static void f(struct dev *d)
{
	LOCKED(d);
	/*
	 * spin_lock(in a comment), and its end.
	 */
	spin_unlock(&d->lock);
#if 0
	spin_lock(&left_out);
#endif
}
static void g(struct dev *d)
{
	timer_setup(&d->timer,
		    fire, 0);
	odd_lock(d); d->ops->lock(d);
	spin_lock_init(&d->lock);
}
END
clang-19 -E "$dir/drv.c" >unit.i 2>/dev/null || { echo "no clang: skipped"; exit 77; }
awk -v root="$dir/" -v pattern='lock|timer' -f "$hunt/calls.awk" unit.i | sed 's/ *$//' | LC_ALL=C sort -u >calls
cat >expected <<'END'
drv.c 10 f spin_unlock d lock
drv.c 17 g timer_setup d timer fire
drv.c 19 g ->lock d
drv.c 19 g odd_lock d
drv.c 20 g spin_lock_init d lock
drv.c 6 f spin_lock d lock
END
diff -u expected calls

# judge FACTS...: what it says of these calls
judge() {
	printf '%s\n' 'spin_lock takes' 'spin_unlock releases' >rows
	printf '%s\n' 'function drv.c 4 14 f 1' 'function drv.c 15 21 g 0' 'function drv.c 22 23 fire 0' "$@" >facts
	awk -v driver=net/drv -f "$hunt/judge.awk" "$hunt/names" rows facts calls
}
judge 'call f 6 spin_lock kernel' 'call f 10 spin_unlock kernel' 'entry fire' 'site g 19' >said
printf '%s\n' 'miss unknown net/drv drv.c:19 g odd_lock' \
	'total locks 2 lock-found 2 lock-warned 0 lock-dead 0 callbacks 1 callback-found 1 callback-passed 0 pointers 1 unknown 1 end' |
	diff -u - said
judge 'call f 10 spin_unlock kernel' 'said drv.c:19: warning: odd' >said
printf '%s\n' 'miss callback fire net/drv drv.c:17 g timer_setup' 'miss pointer net/drv drv.c:19 g ->lock' 'miss unknown net/drv drv.c:19 g odd_lock' \
	'miss lock-without-call net/drv drv.c:6 f spin_lock' >expected
grep miss said | diff -u expected -
