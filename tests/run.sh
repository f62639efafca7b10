#!/bin/sh
# Installs the test tools that are missing, builds with sanitizers and runs all tests.
#   sh tests/run.sh          every campaign at its everyday size
#   sh tests/run.sh --long   the full sizes (hours are possible)
# PLANRUN_TEST_SECONDS sets the everyday size of one campaign in seconds.
set -eu

cd "$(dirname "$0")/.."
. tests/need.sh

case ${1-} in
'') ;;
--long) export PLANRUN_TEST_LONG=1 ;;
*)
    echo "usage: sh tests/run.sh [--long]" >&2
    exit 2
    ;;
esac

need_build
need libcmocka-dev lua-unit lua-check lua5.4 clang-14 libclang-rt-14-dev clang-format-14 \
    clang-tidy-14 cppcheck strace faketime git libreoffice-calc-nogui \
    systemd systemd-container python3 python3-aiosmtpd openssl
need_mail_server

mkdir -p build
echo "==> build into build/dev"
cmake --preset dev >build/tests.log 2>&1 &&
    cmake --build --preset dev --parallel "$(nproc)" >>build/tests.log 2>&1 || {
    tail -n 40 build/tests.log >&2
    echo "error: the build failed; the whole log is build/tests.log" >&2
    exit 1
}

status=0
ctest --preset dev --parallel "$(nproc)" || status=$?

# A passing test is silent in ctest; what it counted stands in its log.
log=build/dev/Testing/Temporary/LastTest.log
echo "==> counts"
sed -nE 's#^[.F]*([a-z0-9./ -]+: [0-9]+( .*)?)$#\1#p' "$log"
exit "$status"
