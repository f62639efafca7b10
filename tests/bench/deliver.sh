#!/bin/sh
# A morning in one service: reminders of many plans that are due at the same instant, delivered to a receiver on
# this machine by a webhook without a rate, and beside it the same number of posts by a bare libcurl loop.
# Prints how long after the instant the first and the last one arrived, the rate of both and their ratio, processor
# time and memory of the service, and that each message is recorded as sent once.
#   sh tests/bench/deliver.sh BUILD [PLANS] [UNITS] [AT_ONCE]      BUILD: a release build
set -eu
build=$(cd "${1:?usage: deliver.sh BUILD [PLANS] [UNITS] [AT_ONCE]}" && pwd)
plans=${2:-200} units=${3:-500} at_once=${4:-16}
all=$((plans * units))
cmake --build "$build" --target planrun planrun-eval bench_post bench_receiver >/dev/null
folder=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true; rm -rf "$folder"' EXIT
unset NOTIFY_SOCKET WATCHDOG_USEC
export PLANRUN_STATE="$folder/state" LC_ALL=C TZ=Asia/Shanghai

# receive: a receiver of its own, which ends with the other end of descriptor 3; its port is $port
receive() {
    rm -f "$folder/in" "$folder/told"
    mkfifo "$folder/in"
    "$build/tests/bench_receiver" "$all" <"$folder/in" >"$folder/told" &
    receiver=$!
    exec 3>"$folder/in"
    until [ -s "$folder/told" ]; do sleep 0.05; done
    port=$(head -n 1 "$folder/told")
}

receive_end() {
    exec 3>&-
    wait "$receiver"
    tail -n 1 "$folder/told"
}

due=$(($(date +%s) / 60 * 60 + 60))
[ $((due - $(date +%s))) -gt 15 ] || due=$((due + 60)) # all plans are open by then
at=$(date -d "@$due" +%H:%M)
mkdir -p "$folder/plans.d" "$folder/secrets"
number=0
while [ "$number" -lt "$plans" ]; do
    number=$((number + 1))
    awk -v n="$units" -v plan="$number" 'BEGIN { print "id,name,kind,contact"
        for (i = 1; i <= n; i++) printf "p%d-u%d,第%d病区,ward,内科护士%d-%d\n", plan, i, i, plan, i }' \
        >"$folder/plans.d/p$number.csv"
    cat >"$folder/plans.d/p$number.lua" <<PLAN
plan "p$number" { "读书活动方案", issuer = "护理部", issued = "$(date +%Y年%-m月%-d日)" }
unit "nursing" { "护理部" }
unit "ward" { "各病区", parent = "nursing", many = true }
roster "p$number.csv" { }
quota "notes" { "读书笔记", each = "ward", count = 2, due = "$(date -d '+20 days' +%Y年%-m月%-d日)" }
remind { every = "每天", at = "$at" }
PLAN
done
echo whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw >"$folder/secrets/hook-secret"
chmod 600 "$folder/secrets/hook-secret"

deliver() {
    receive
    cat >"$folder/service.lua" <<CONFIG
service { plans = "plans.d" }
channel "hook" { "webhook", url = "http://127.0.0.1:$port/hook", secret = "hook-secret", private = true,
                 rate = "none", at_once = $at_once }
bind "default" { "hook" }
CONFIG
    "$build/planrun" serve --config "$folder/service.lua" >"$folder/said" 2>"$folder/log" &
    pid=$!
    until [ "$(wc -l <"$folder/told")" -ge 2 ]; do
        kill -0 "$pid" || { tail "$folder/log"; exit 1; }
        sleep 0.2
    done
    spent=$(awk '{ print ($14 + $15) }' "/proc/$pid/stat")
    awk '/^Vm(HWM|RSS)/ { printf "%s %.0f MB ", $1, $2 / 1024 } END { print "" }' "/proc/$pid/status" >"$folder/memory"
    sleep 1
    kill -TERM "$pid"
    wait "$pid"
    pid=
    sed -n 2p "$folder/told" | awk -v due="$due" -v all="$all" -v at_once="$at_once" -v spent="$spent" \
        -v tick="$(getconf CLK_TCK)" '{
        printf "service: %d reminders due at one instant, %d at once: the first after %.2f s, all after %.2f s: " \
            "%.0f/s from the instant on, %.0f/s from the first to the last; %.1f us of processor each\n",
            all, at_once, $1 / 1000 - due, $2 / 1000 - due, all / ($2 / 1000 - due),
            1000 * all / ($2 - $1), spent / tick / all * 1e6 }' | tee "$folder/service"
    cat "$folder/memory"
    receive_end
    "$build/planrun" outbox | tail -n 1
}

deliver
receive
"$build/tests/bench_post" bare "$port" "$all" "$at_once" | tee "$folder/bare"
receive_end
cat "$folder/service" "$folder/bare" | awk '
    /^service/ { for (i = 1; i < NF; i++) if ($i ~ /\/s$/ && !rate) rate = $i + 0 }
    /^bare/ { bare = $9 }
    END { printf "ratio of the service to the bare loop: %.2f\n", rate / bare }'
