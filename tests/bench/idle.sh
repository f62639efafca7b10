#!/bin/sh
# What waiting costs: one planrun with many plans whose next event is far away. Prints wake-ups a
# minute (voluntary context switches of all its threads) and processor time, by the kernel's own
# counters.
#   sh tests/bench/idle.sh BUILD [MINUTES] [PLANS]      BUILD: a release build
set -eu
build=$(cd "${1:?usage: idle.sh BUILD [MINUTES] [PLANS]}" && pwd)
minutes=${2:-60}
plans=${3:-50}
folder=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$folder"' EXIT
export PLANRUN_STATE="$folder/state"

year=$(($(date +%Y) + 2)) # events are due then, not while it is measured
set --
number=0
while [ "$number" -lt "$plans" ]; do
    number=$((number + 1))
    cat >"$folder/idle$number.lua" <<PLAN
plan "idle$number" { "读书活动方案", issuer = "护理部", issued = "$((year - 3))年3月2日" }
unit "nursing" { "护理部" }
unit "ward" { "各病区", parent = "nursing", many = 40 }
quota "notes" { "读书笔记", each = "ward", count = 2, due = "$year年4月20日前", to = "nursing" }
remind { before = { "7d", "3d", "1d" } }
PLAN
    set -- "$@" "$folder/idle$number.lua"
done

# of all threads: voluntary switches, then ticks of user and system time
counters() {
    cat /proc/"$pid"/task/*/status | awk '/^voluntary_ctxt/ { n += $2 } END { printf "%d ", n }'
    awk '{ print $14 + $15 }' /proc/"$pid"/stat
}

"$build/planrun" "$@" >"$folder/out" 2>"$folder/err" &
pid=$!
sleep 20 # it catches up
kill -0 "$pid" || { cat "$folder/err"; exit 1; }
before=$(counters)
sleep $((minutes * 60))
kill -0 "$pid" || { cat "$folder/err"; exit 1; }
after=$(counters)
memory=$(awk '/^VmRSS/ { print $2 }' /proc/"$pid"/status)
kill -TERM "$pid"
code=0
wait "$pid" || code=$?
pid=
echo "$before $after $memory $minutes $plans $(getconf CLK_TCK) $code" | awk '{
    printf "%d plans, %d minutes: %.2f wake-ups a minute, %.0f ms of processor time in all, %.1f MB resident, ends with %d\n",
        $7, $6, ($3 - $1) / $6, ($4 - $2) * 1000 / $8, $5 / 1024, $9 }'
