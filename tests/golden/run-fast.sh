#!/bin/sh
# The same engine under three clocks: the first year of each plan lived in accelerated time, by a run
# with a store, gives the journal of the simulation but for fired_at; two simulations are the same to
# the byte; one that was ended and resumed is the same too, and what was said to it in between is there.
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
    # ended after half a year, and gone on with
    middle=$(date -d "$from +182 days" +%F)
    : >"$work/told"
    "$planrun" "$script" --from "$from" --until "$middle" --speed 31622400 --json \
        --channel "jsonl:$work/messages" >>"$work/told" 2>"$work/err" || status=1
    "$planrun" "$script" --resume --until "$until" --speed 31622400 --json \
        --channel "jsonl:$work/messages" >>"$work/told" 2>"$work/err" || status=1
    without_fired_at "$work/told" >"$work/resumed.rows"
    same "$work/simulated1.rows" "$work/resumed.rows" "$name: resumed, it is another one"
done

# Time stands still between its runs, for whoever says something then.
cat >"$work/small.lua" <<'END'
plan "small" { "读书活动", issuer = "护理部", issued = "2024年3月1日" }
unit "nursing" { "护理部" }
unit "ward" { "病区", parent = "nursing", many = 3 }
quota "notes" { "读书笔记", each = "ward", count = 1, due = "5月20日前" }
remind { before = { "20d", "1d" } }
END
small=$work/small.lua
submit="submit $small --fast --item notes --unit ward-1 --key one --by clerk --json"
fails() { # WORDS COMMAND…: it ends with 1 and says so
    words=$1
    shift
    if "$planrun" "$@" >"$work/out" 2>&1 || ! grep -q "$words" "$work/out"; then
        echo "planrun $* was to be refused" >&2
        status=1
    fi
}
fails 'no accelerated run of the plan small' $submit
fails 'no accelerated run of the plan small' "$small" --resume
fails 'without --from' "$small" --resume --from 2024-03-01
"$planrun" "$small" --speed 31622400 --until 2024-05-10 >"$work/out" 2>&1 || status=1
for number in 1 2; do "$planrun" $submit >"$work/out" 2>&1 || status=1; done
"$planrun" "$small" --resume --speed 31622400 >"$work/out" 2>&1 || status=1
"$planrun" log "$small" --fast --json >"$work/log"
grep -c '"event":"fact.submitted".*"recorded_at":"2024-05-10T23:59:00' "$work/log" | grep -qx 1 || status=1
grep '"event":"reminder"' "$work/log" | sed 's/.*"subjects":\([0-9]*\).*/\1/' | tr '\n' ' ' |
    grep -qx '3 2 ' || status=1
if [ -e "$PLANRUN_STATE/small.db" ]; then status=1; fi
echo "counts: 5 plans, $rows rows each simulated twice, lived once and resumed once"
exit $status
