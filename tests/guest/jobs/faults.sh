# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# A job that goes wrong in the way that /fault says.
case $(cat /fault) in
fail) echo "about to fail"; exit 7 ;;
hang) echo "about to hang"; sleep 100000 ;;
loop) echo "about to loop"; while :; do :; done ;;
reboot) echo "about to reboot"; reboot -f ;;
warn) echo "<4>WARNING: CPU: 0 PID: 1 at a test" > /dev/kmsg ;;
panic) echo c > /proc/sysrq-trigger ;;
esac
