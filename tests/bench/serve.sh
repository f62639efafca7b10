#!/bin/sh
# What a service costs that waits: many plans of some hundred units each in one process, nothing due.
# Prints how long it takes to take them first and to open them again, what a reload takes, memory, descriptors, wake-ups a minute and processor
# time by the kernel's own counters, and how long SIGTERM takes.
#   sh tests/bench/serve.sh BUILD [MINUTES] [PLANS] [UNITS]      BUILD: a release build
set -eu
build=$(cd "${1:?usage: serve.sh BUILD [MINUTES] [PLANS] [UNITS]}" && pwd)
minutes=${2:-10}
plans=${3:-200}
units=${4:-500}
folder=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true; rm -rf "$folder"' EXIT
unset NOTIFY_SOCKET WATCHDOG_USEC
export PLANRUN_STATE="$folder/state" LC_ALL=C

year=$(($(date +%Y) + 2)) # events are due then, not while it is measured
mkdir "$folder/plans.d"
number=0
while [ "$number" -lt "$plans" ]; do
    number=$((number + 1))
    awk -v n="$units" -v plan="$number" 'BEGIN { print "id,name,kind"
        for (i = 1; i <= n; i++) printf "p%d-u%d,第%d病区,ward\n", plan, i, i }' \
        >"$folder/plans.d/p$number.csv"
    cat >"$folder/plans.d/p$number.lua" <<PLAN
plan "p$number" { "读书活动方案", issuer = "护理部", issued = "$((year - 3))年3月2日" }
unit "nursing" { "护理部" }
unit "ward" { "各病区", parent = "nursing", many = true }
roster "p$number.csv" { }
quota "notes" { "读书笔记", each = "ward", count = 2, due = "$year年4月20日前", to = "nursing" }
quota "essays" { "心得体会", each = "ward", count = 1, due = "$((year - 3))年4月20日前", to = "nursing" }
remind { before = { "7d", "3d", "1d" } }
PLAN
done

now() {
    date +%s%N
}

# start: until all plans are open, in ms
start() {
    before=$(now)
    : >"$folder/log"
    "$build/planrun" serve "$folder/plans.d" --channel "jsonl:$folder/sent" 2>"$folder/log" &
    pid=$!
    until grep -q service.started "$folder/log"; do
        kill -0 "$pid"
        sleep 0.01
    done
    started=$((($(now) - before) / 1000000))
}

ends() {
    before=$(now) code=0
    kill -TERM "$pid"
    wait "$pid" || code=$?
    pid=
    ended=$((($(now) - before) / 1000000))
}

# of all threads: voluntary switches, then ticks of user and system time
counters() {
    cat /proc/"$pid"/task/*/status | awk '/^voluntary_ctxt/ { n += $2 } END { printf "%d ", n }'
    awk '{ print $14 + $15 }' /proc/"$pid"/stat
}

# reload COUNT: changes the scripts of so many plans, and hangs up; until all of them are taken, in ms
reload() {
    changed=0
    while [ "$changed" -lt "$1" ]; do
        changed=$((changed + 1))
        sed -i 's/count = 2/count = 3/; t; s/count = 3/count = 2/' "$folder/plans.d/p$changed.lua"
    done
    heard=$(grep -c reload.done "$folder/log" || true)
    before=$(now)
    kill -HUP "$pid"
    until [ "$(grep -c reload.done "$folder/log")" -gt "$heard" ]; do
        kill -0 "$pid"
        sleep 0.01
    done
    echo "$1 of $plans plans changed: taken by a reload in $((($(now) - before) / 1000000)) ms"
}

start
first=$started
sleep 5 # it catches up
reload 0
reload 1
reload "$plans"
ends
start
sleep 5
awk '/^Pss:/ { printf "%.1f MB as its share (PSS), ", $2 / 1024 }' "/proc/$pid/smaps_rollup"
echo "$(find "/proc/$pid/fd" -type l | wc -l) descriptors, $(pgrep -c -P "$pid" || true) children"
idle=$(counters)
sleep $((minutes * 60))
after=$(counters)
memory=$(awk '/^VmRSS/ { print $2 }' /proc/"$pid"/status)
ends
echo "$idle $after $memory $minutes $plans $units $(getconf CLK_TCK) $first $started $ended $code" | awk '{
    printf "%d plans of %d units: taken in %d ms, opened in %d ms, %.1f MB resident\n", $7, $8, $10, $11, $5 / 1024
    printf "%d minutes idle: %.2f wake-ups a minute, %.0f ms of processor time in all; SIGTERM takes %d ms, ends with %d\n",
        $6, ($3 - $1) / $6, ($4 - $2) * 1000 / $9, $12, $13 }'
