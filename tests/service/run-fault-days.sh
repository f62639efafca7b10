#!/bin/sh
# 48 hours of faults at all channels, against real receivers: nothing is lost, and nobody waits for another.
#   sh tests/service/run-fault-days.sh BUILD SRC
#   PLANRUN_TEST_LONG=1 …   with more units and hours, and more seeds
set -eu

build=$(cd "$1" && pwd -P)
source=$(cd "$2" && pwd -P)
unset LC_ALL LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH CREDENTIALS_DIRECTORY
units=5
[ "${PLANRUN_TEST_SECONDS:-20}" -ge 20 ] || units=2
if [ -z "${PLANRUN_TEST_LONG-}" ]; then
    exec /usr/bin/python3 "$source/tests/service/fault_days.py" "$build" "$source" --steps 3 --units "$units"
fi
for seed in 1 2 3; do
    /usr/bin/python3 "$source/tests/service/fault_days.py" "$build" "$source" --steps 48 --units 8 --seed "$seed"
done
