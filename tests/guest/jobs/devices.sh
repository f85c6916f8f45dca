# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# A job: /results/taken has a line for each PCI device that a module has taken: SLOT MODULE.
for device in /sys/bus/pci/devices/0000:00:*.0; do
	[ -e "$device/driver/module" ] || continue
	slot=${device##*:}
	echo "${slot%.0} $(basename "$(readlink -f "$device/driver/module")")" >> /results/taken
done
cat /results/taken
