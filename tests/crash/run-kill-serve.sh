#!/bin/sh
# A service with deliveries under way on four kinds of channels is killed -9 at random moments, then let to end: kill_serve.py.
#   sh tests/crash/run-kill-serve.sh BUILD SRC
#   PLANRUN_TEST_LONG=1 …      500 kills
set -eu

unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH NOTIFY_SOCKET WATCHDOG_USEC JOURNAL_STREAM CREDENTIALS_DIRECTORY
export LC_ALL=C
kills=8
[ -z "${PLANRUN_TEST_LONG-}" ] || kills=500
exec python3 "$2/tests/crash/kill_serve.py" "$1" "$2" "$kills"
