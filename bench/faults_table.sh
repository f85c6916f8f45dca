#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The tables of fault campaigns, as docs/faults.md has them: bench/faults_table.sh [DIR]. All builds in
# DIR (out/faults) are added. Times are milliseconds of the guest's clock from the fault on, of guests
# with one CPU and Debian's kernel.
set -eu
cd "${1:-out/faults}"
[ -n "$(find . -path '*/results.*' -print -quit)" ] || { echo "no results in $PWD" >&2; exit 1; }

results() { # FILES
	find . -path "./*/results.$1" ! -name '*.memory' ! -name '*.places' ! -name '*.failed.*' -exec cat {} +
}

count() { # TITLE COLUMN FILES
	printf '| %s | faults | device back | alive | by hand | failed |\n|---|---|---|---|---|---|\n' "$1"
	results "$3" | awk -v column="$2" '
		function add(name) {
			n[name]++
			if ($5 == "ok" || $5 == "alive" || $5 == "hand") back[name]++
			else failed[name]++
			if ($5 == "alive") alive[name]++
			if ($5 == "hand") hand[name]++
		}
		function row(name) {
			printf "| %s | %d | %d | %d | %d | %d |\n", name, n[name], back[name], alive[name], hand[name], failed[name]
		}
		{ add(column ? $column : "all") }
		END { for (name in n) row(name) }' | LC_ALL=C sort
}

# Deaths of the process, in changes or not.
durations() { # TITLE FIELD AWK-CONDITION
	results 'debian.1' | awk -v field="$2" "\$2 ~ /^(kill|segv|abort|exit)\$/ && \$5 == \"ok\" && ($3) { print \$field }" |
		sort -n | awk -v title="$1" '{ at[NR] = $1 } END { if (NR)
			printf "| %s | %d | %d | %d | %d |\n", title, NR, at[int((NR + 1) / 2)],
				at[int((NR * 99 + 99) / 100)], at[NR] }'
}

echo "### What became of them"
echo
printf '| kernel, CPUs | faults | device back | alive | by hand | failed |\n|---|---|---|---|---|---|\n'
for file in debian.1 debian.2 debug.1 debug.2; do
	count "" 0 "$file" | sed -n "3,\$s/^| all /| $file /p"
done
count "" 0 '*' | sed -n '3,$p'
echo
count kind 2 '*'
echo
echo "### Time to recover: kill, segv, abort and exit"
echo
printf '| milliseconds until | deaths | median | 99 %% | worst |\n|---|---|---|---|---|\n'
# shellcheck disable=SC2016 # awk's
reads='$3 ~ /^(none|eeprom|questions)$/'
durations 'an answer, nothing was being changed' 6 "$reads"
durations 'an answer, in or after a change' 6 "!($reads)"
durations 'packets, nothing was being changed' 7 "$reads"
durations 'packets, in or after a change' 7 "!($reads)"
echo
echo "### What was lost"
echo
printf '| in each fault | faults | datagrams | streams | connections |\n|---|---|---|---|---|\n'
results debian.1 | awk '
	$5 == "ok" || $5 == "alive" { n[$3]++; packets[$3] += $8; streams[$3] += $9; connections[$3] += $10 }
	END { for (name in n) printf "| %s | %d | %.1f | %.3f | %.3f |\n", name, n[name], packets[name] / n[name],
		streams[name] / n[name], connections[name] / n[name] }' | LC_ALL=C sort
echo
for file in debian.1 debian.2 debug.1 debug.2; do
	find . -path "./*/results.$file.memory" -exec cat {} + | awk -v file="$file" '
		{ n += $1; kib += $2 }
		END { if (n) printf "Free memory got %.1f KiB less in each of %d recoveries (%s).\n", kib / n, n, file }'
done
