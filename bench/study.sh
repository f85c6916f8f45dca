#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The study of a whole kernel, spread by GNU parallel (`ci/deps.sh study`): the list of drivers, one
# job each, the table and the picture. Interrupted, it goes on where it was when called again.
#
#   bench/study.sh [DIR]    everything below DIR (out/study): list, joblog, results/, table, study.svg
#
#   DRIVERCUT=build/cli/drivercut   the program; it and DIR must be the same on all machines
#   HOSTS=FILE                      machines, one a line, as parallel's --sshloginfile (this one: ":")
#   JOBS=N                          at a time on each machine (one a core)
#   KERNEL_SOURCE=DIR               an unpacked kernel, that of the Debian package (unpacked in DIR)
set -eu
dir=${1:-out/study}
drivercut=$(realpath "${DRIVERCUT:-build/cli/drivercut}")
command -v parallel >/dev/null || { echo "no GNU parallel; ci/deps.sh study installs it" >&2; exit 3; }
mkdir -p "$dir"
dir=$(realpath "$dir")

if [ ! -s "$dir/list" ]; then
	"$drivercut" study -o "$dir" ${KERNEL_SOURCE:+--kernel-source "$KERNEL_SOURCE"} --list >"$dir/list.new"
	mv "$dir/list.new" "$dir/list"
fi
# A job says by its result what failed; what ends without one (a crash, the time limit) is run again
# when we are, and named by --show.
parallel --wd . ${HOSTS:+--sshloginfile "$HOSTS"} --jobs "${JOBS:-100%}" \
	--joblog "$dir/joblog" --resume-failed \
	nice -n 5 "$drivercut" study -q -o "$dir" --driver {} <"$dir/list" || true
"$drivercut" study -q -o "$dir" --show --plot "$dir/study.svg" >"$dir/table.new"
mv "$dir/table.new" "$dir/table"
cat "$dir/table"
awk 'NR > 1 { cpu += $4 } END { printf "%d jobs, %.0f s of their time\n", NR - 1, cpu }' "$dir/joblog" >&2
