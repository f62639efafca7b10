#!/bin/sh
# Kills a run while it expands a reminder for many units into lines and messages, again and again,
# and lets it end: every unit must have been told, and whoever was told twice under the same id.
set -eu
build=$1
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
export PLANRUN_STATE="$work/state" LANG=C.UTF-8
units=5000 kills=20
if [ -n "${PLANRUN_TEST_LONG:-}" ]; then units=200000 kills=200; fi

# The tier of seven days lies behind us and the due before us: it is caught up with at once.
cat >"$work/kill.lua" <<PLAN
plan "kill" { "读书活动方案", issuer = "护理部", issued = "$(date -d '-20 days' +%Y年%-m月%-d日)" }
unit "nursing" { "护理部" }
unit "ward" { "各病区", parent = "nursing", many = $units }
quota "notes" { "读书笔记", each = "ward", count = 2, due = "$(date -d '+2 days' +%Y年%-m月%-d日)", to = "nursing" }
remind { before = { "5d" } }
PLAN

run() {
    "$build/planrun" "$work/kill.lua" --once --channel "jsonl:$work/sent.jsonl" >>"$work/out" 2>>"$work/err"
}

# random FROM TO: a number, without a shell's own
random() {
    awk -v from="$1" -v to="$2" -v seed="$(od -An -N4 -tu4 /dev/urandom)" \
        'BEGIN { srand(seed); printf "%.3f", from + rand() * (to - from) }'
}

cut=0 amid=0 last=0
while [ "$cut" -lt "$kills" ]; do
    "$build/planrun" "$work/kill.lua" --once --channel "jsonl:$work/sent.jsonl" >>"$work/out" 2>>"$work/err" &
    pid=$!
    sleep "$(random 0.02 0.2)" # real processes and a real disk: nothing here to simulate
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    pid=
    cut=$((cut + 1))
    sent=$(cat "$work/sent.jsonl" 2>/dev/null | wc -l)
    if [ "$sent" -gt "$last" ] && [ "$sent" -lt "$units" ]; then amid=$((amid + 1)); fi
    last=$sent
done
run || { tail -5 "$work/err"; exit 1; }

# A killed writer may leave half a line; whoever was in it is told again.
grep '}$' "$work/sent.jsonl" |
    sed -n 's/.*"id":"\([^"]*\)".*"unit":"\([^"]*\)".*/\2 \1/p' | sort >"$work/told"
sort -u "$work/told" >"$work/ids"
cut -d' ' -f1 "$work/ids" | sort -u >"$work/told-units"
lines=$(wc -l <"$work/told") ids=$(wc -l <"$work/ids") told=$(wc -l <"$work/told-units")
echo "$cut kills, $amid of them amid sending, $units units: $lines messages written, $ids ids, $told units told"
[ "$told" -eq "$units" ] || { echo "units were left out"; exit 1; }
[ "$ids" -eq "$units" ] || { echo "a unit was told under two ids"; exit 1; }
