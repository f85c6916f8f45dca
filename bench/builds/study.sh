#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The study of builds: of the modules of drivercut study, a sample over all families and sizes goes
# from source to two components that are compiled and linked, without annotations.
#
#   bench/builds/study.sh [DIR]    everything below DIR (out/builds): sample, results.jsonl, logs
#
#   STUDY=DIR       the folder of drivercut study, with its plan and source (out/study; made if missing)
#   DRIVERCUT=build/cli/drivercut   the program
#   COUNT=300       how many modules
#   SEED=1          of the sample and of the random cuts
#   RANDOM_CUTS=40  for how many modules three random cuts that keep the constraints are built as well: the
#                   first of the sample of which anything may move
#   JOBS=1          modules at a time
#   AGAIN=failed    runs those that failed again; AGAIN=FAMILY/NAME runs one again
#   ONLY=FILE       instead of a sample: the modules in FILE, one a line
#
# The sample is in random order, and is built in that order (the largest tenth last): where it is
# interrupted, the part that is done is a sample as well, but for that tenth. It goes on where it was
# when called again. The last result of a module counts.
set -eu
here=$(realpath "$(dirname "$0")")
dir=${1:-out/builds}
study=${STUDY:-out/study}
DRIVERCUT=$(realpath "${DRIVERCUT:-build/cli/drivercut}")
count=${COUNT:-300} random=${RANDOM_CUTS:-40}
export SEED="${SEED:-1}" DRIVERCUT LC_ALL=C
mkdir -p "$dir"
dir=$(realpath "$dir")

[ -d "$study/plan" ] || "$DRIVERCUT" study -o "$study" --list >/dev/null
PLANS=$(realpath "$study/plan")
WORK=$dir/work
KBUILD=$(find /lib/modules/*/build -maxdepth 0 | grep "/${DRIVERCUT_KERNEL:-6.1}\." | sort -V | tail -n 1)
RUNTIME=$dir/dcrt OBJECTS=$dir/objects
export PLANS WORK KBUILD RUNTIME OBJECTS
mkdir -p "$WORK"
echo "seed $SEED, $count modules, kernel $KBUILD" >&2

# FAMILY/NAME and the bytes of its C files, one a line.
sizes() {
	(cd "$PLANS" && find . -name '*.json' | sed 's|^\./||' | sort | tr '\n' '\0' | xargs -0 jq -r \
		'(input_filename | rtrimstr(".json")) as $name | .commands[] | "\($name)\t\(.file)"') \
		>"$dir/files"
	cut -f 2 "$dir/files" | sort -u | tr '\n' '\0' | xargs -0 stat -L --printf '%n\t%s\n' >"$dir/bytes" || true
	awk -F '\t' 'NR == FNR { size[$1] = $2; next } { bytes[$1] += size[$2] }
		END { for (name in bytes) print name, bytes[name] }' "$dir/bytes" "$dir/files" | sort
	rm "$dir/files" "$dir/bytes"
}

# Each family sorted by size is divided into as many parts as its share of the sample; of each part
# the module is taken whose hash with the seed is the least.
sample() {
	sed 's|/| |' "$dir/sizes" | sort -k 1,1 -k 3,3n -k 2,2 | while read -r family module _; do
		echo "$family $module $(printf '%s' "$SEED $family/$module" | md5sum | cut -c 1-12)"
	done | awk -v count="$count" '
		{ family[NR] = $1; name[NR] = $1 "/" $2; hash[NR] = $3; of[$1]++ }
		END {
			for (i = 1; i <= NR; i++) {
				n = int(of[family[i]] * count / NR + 0.5)
				n = n < 1 ? 1 : n
				part = family[i] " " int(seen[family[i]]++ * n / of[family[i]])
				if (!(part in best) || hash[i] < hash[best[part]])
					best[part] = i
			}
			for (part in best)
				print hash[best[part]], name[best[part]]
		}' | sort | cut -d ' ' -f 2
}

# All modules share this: the runtime's module, and the process's library, compiled.
prepare() {
	[ -e "$dir/prepared" ] && [ -z "$(find "$here/../../runtime" "$here/../../emit/templates" \
		-newer "$dir/prepared" -type f | head -n 1)" ] && return
	rm -rf "$RUNTIME" "$OBJECTS" "$dir/first"
	sh "$here/../../runtime/module/build.sh" "$KBUILD" "$RUNTIME"
	mkdir -p "$OBJECTS" "$dir/first/d"
	printf '#include <linux/module.h>\nMODULE_LICENSE("GPL");\nint d(void);\nint d(void) { return 0; }\n' \
		>"$dir/first/d/d.c"
	echo 'obj-m := d.o' >"$dir/first/d/Kbuild"
	(cd "$dir/first" && "$DRIVERCUT" solve d --rules -o cut.json && "$DRIVERCUT" emit d --cut cut.json -o both &&
		make -s -C both/user CFLAGS=-g0) >"$dir/first.log" 2>&1 || { cat "$dir/first.log"; exit 1; }
	(cd "$dir/first/both/user" && find runtime -name '*.o' -exec cp --parents {} "$OBJECTS" ';' &&
		cp -r kbuild flags.txt "$OBJECTS")
	rm -rf "$dir/first"
	touch "$dir/prepared"
}

# Prints the jobs of a kind (rules, random) without a result: FAMILY/NAME and the kind.
todo() {
	awk -v kind="$1" -v random="$random" -v again="${AGAIN:-}" '
		FILENAME ~ /sizes$/ {
			if ($2 > 250000)
				large[$1] = 1
			next
		}
		FILENAME ~ /results.jsonl$/ {
			split($0, part, "\"") # {"module":"NAME","cuts":"KIND",...
			done[part[4] " " part[8]] = !(again == "failed" && $0 !~ /"failed":null/) &&
				part[4] != again
			if (part[8] == "rules")
				moves[part[4]] = $0 ~ /"may_move":[1-9]/
			next
		}
		kind == "rules" || (moves[$1] && taken++ < random) {
			if (!done[$1 " " kind])
				print large[$1] + 0, ++count, $1, kind
		}' "$dir/sizes" "$dir/results.jsonl" "$dir/sample" | sort -k 1,1n -k 2,2n | cut -d ' ' -f 3-
}

[ -s "$dir/sizes" ] || { sizes >"$dir/sizes.new" && mv "$dir/sizes.new" "$dir/sizes"; }
if [ "${ONLY:-}" ]; then
	cp "$ONLY" "$dir/sample"
elif [ ! -s "$dir/sample" ]; then
	sample >"$dir/sample.new"
	mv "$dir/sample.new" "$dir/sample"
fi
touch "$dir/results.jsonl"
prepare
for kind in rules random; do
	echo "$(todo $kind | wc -l) jobs left ($kind), of $(wc -l <"$dir/sample") modules" >&2
	todo $kind | xargs -r -P "${JOBS:-1}" -L 1 sh -c '
		line=$("$0/one.sh" "$2" "$3") && echo "$line" >>"$1/results.jsonl" && echo "$line" >&2' \
		"$here" "$dir"
done
sh "$here/report.sh" "$dir"
