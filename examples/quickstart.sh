#!/bin/sh
# From a bare Debian 12 to a running plan: installs what is missing (root or sudo), builds the
# release, replays the first year of Nanping No. 2 Hospital's plan in simulated time, then runs
# the plan itself. In a terminal it stays until Ctrl-C; without one it catches up and ends. What
# it remembers lies in build/state.
set -eu

cd "$(dirname "$0")/.."
. tests/need.sh

fail() {
    echo "error: $1" >&2
    exit 1
}

need_build

mkdir -p build
echo "==> build into build/release"
cmake --preset release -DPLANRUN_TESTS=OFF >build/quickstart.log 2>&1 &&
    cmake --build --preset release --parallel "$(nproc)" >>build/quickstart.log 2>&1 || {
    tail -n 40 build/quickstart.log >&2
    fail "the build failed; the whole log is build/quickstart.log"
}
planrun=build/release/planrun
"$planrun" --version

echo "==> $planrun scripts/nanping2021.lua --simulate=2021-10-12..2022-10-11"
"$planrun" scripts/nanping2021.lua --simulate=2021-10-12..2022-10-11 || fail "the simulation failed"

once=
[ -t 1 ] || once=--once
export PLANRUN_STATE="${PLANRUN_STATE:-build/state}"
echo "==> PLANRUN_STATE=$PLANRUN_STATE $planrun scripts/nanping2021.lua $once"
"$planrun" scripts/nanping2021.lua $once || fail "the run failed"
