#!/bin/sh
# The same engine under three clocks: the first year of each plan lived in accelerated time, by a run
# with a store, gives the journal of the simulation but for fired_at; two simulations are the same to
# the byte.
#   sh tests/golden/run-fast.sh BUILD SRC
set -eu

planrun=$1/planrun
scripts=$2/scripts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PLANRUN_STATE="$work/state" LC_ALL=C
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
status=0
rows=0

without_fired_at() {
    sed -e 's/"fired_at":"[^"]*",//' "$1"
}

same() {
    cmp -s "$1" "$2" || {
        echo "$3" >&2
        diff "$1" "$2" | head -5 >&2
        status=1
    }
}

for name in moh2012 city2012 nanping2021 shaoxing2012 shashi2010; do
    script=$scripts/$name.lua
    "$planrun" next "$script" --as-of 1990-01-01 --count 1 --json >"$work/first" 2>/dev/null
    from=$(sed 's/.*"at":"\([0-9-]*\)T.*/\1/' "$work/first")
    until=$((${from%%-*} + 1))-${from#*-}
    for run in 1 2; do
        "$planrun" "$script" "--simulate=$from..$until" --json >"$work/simulated$run" 2>"$work/err"
    done
    same "$work/simulated1" "$work/simulated2" "$name: two simulations differ"
    # a year a second
    "$planrun" "$script" --from "$from" --until "$until" --speed 31622400 --json \
        --channel "jsonl:$work/messages" >"$work/told" 2>"$work/err" || {
        echo "$name: the accelerated run failed: $(cat "$work/err")" >&2
        status=1
    }
    "$planrun" log "$script" --fast --to "$until" --json >"$work/log" 2>"$work/err" || status=1
    for side in simulated1 log told; do
        without_fired_at "$work/$side" >"$work/$side.rows"
    done
    [ -s "$work/simulated1" ] || status=1
    same "$work/simulated1.rows" "$work/log.rows" "$name: the journal is not the simulated one"
    same "$work/log" "$work/told" "$name: told otherwise than recorded"
    rows=$((rows + $(wc -l <"$work/log")))
done
echo "counts: 5 plans, $rows rows each simulated twice and lived once"
exit $status
