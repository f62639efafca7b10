#!/bin/sh
# SIGTERM ends a service within two seconds whatever is under way, with code 0 and nothing half done: a
# handler that counts for ever, sends that hang, an import of very many rows, lines of very many
# units. What was under way is done by the next one.
#   sh tests/crash/run-term.sh BUILD SRC
#   PLANRUN_TEST_LONG=1 …      with greater numbers
set -eu

planrun=$(cd "$1" && pwd -P)/planrun
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || :; rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH NOTIFY_SOCKET WATCHDOG_USEC JOURNAL_STREAM
export LC_ALL=C
rows=20000
[ -z "${PLANRUN_TEST_LONG-}" ] || rows=1000000
status=0

complain() {
    echo "$story: $1" >&2
    status=1
}

begin() {
    story=$1
    export PLANRUN_STATE="$work/$1/state"
    mkdir -p "$work/$1/plans.d"
    cd "$work/$1"
}

serve() {
    : >log
    "$planrun" serve "$@" 2>log &
    pid=$!
    wait_for log "service.started"
}

wait_for() {
    for _ in $(seq 400); do
        grep -q -- "$2" "$1" 2>/dev/null && return 0
        sleep 0.05
    done
    complain "no “$2” in $1: $(tail -n 3 "$1")"
}

# Ends it; the limit is that of the promise, and half a second for a busy machine.
ends() {
    before=$(date +%s%N) code=0
    kill -TERM "$pid"
    wait "$pid" || code=$?
    pid=
    took=$((($(date +%s%N) - before) / 1000000))
    [ "$code" = 0 ] || complain "ends with $code: $(tail -n 3 log)"
    [ "$took" -lt 2500 ] || complain "took $took ms to end"
    echo "$story: ended in $took ms"
}

day() {
    TZ=CST-8 date -d "$1 days" +%Y年%-m月%-d日
}

begin handler
cat >plans.d/a.lua <<END
plan "a" { "活动", issuer = "护理部", issued = "$(day -3)" }
unit "ward" { "一病区" }
phase "first" { "阶段", when = "$(day 0)至$(day 30)" }
on("phase.start", function(event) while true do end end)
END
serve plans.d
ends
"$planrun" log plans.d/a.lua >log2 2>&1
grep -q "phase.start" log2 || complain "its event was not recorded: $(cat log2)"

begin sends
cat >hang.sh <<END
#!/bin/sh
echo "\$\$" >>"$work/sends/hanging"
sleep 60
END
chmod +x hang.sh
cat >service.lua <<END
service { plans = "plans.d" }
channel "slow" { "exec", program = "$work/sends/hang.sh", within = "60s" }
bind "default" { "slow" }
END
cat >plans.d/a.lua <<END
plan "a" { "活动", issuer = "护理部", issued = "$(day -3)" }
unit "ward" { "各病区", many = true }
unit "ward-1" { "一病区", kind = "ward" }
unit "ward-2" { "二病区", kind = "ward" }
quota "notes" { "读书笔记", each = "ward", count = 1, due = "$(day 5)", rest_day = "ignore" }
remind { before = { "8d" } }
END
serve --config service.lua
wait_for hanging "[0-9]"
ends
sleep 0.2
for child in $(cat hanging); do
    [ ! -d "/proc/$child" ] || complain "a program of the channel is left"
done
"$planrun" outbox >log2 2>&1 || :
grep -q "Waiting" log2 || complain "what was under way does not wait: $(cat log2)"

begin import
cat >plans.d/a.lua <<END
plan "a" { "活动", issuer = "护理部", issued = "$(day -30)" }
unit "ward" { "各病区", many = true }
roster "a.csv" { }
quota "notes" { "读书笔记", each = "ward", count = 1, due = "$(day 5)", rest_day = "ignore" }
END
awk -v n=$rows 'BEGIN { print "id,name,kind"; for (i = 0; i < n; i++) printf "w%d,第%d病区,ward\n", i, i }' >plans.d/a.csv
awk -v n=$rows -v day="$(TZ=CST-8 date -d "-2 days" +%F)" 'BEGIN { print "item,unit,at,key"
    for (i = 0; i < n; i++) printf "notes,w%d,%s,k%d\n", i, day, i }' >in.csv
serve plans.d
"$planrun" submit plans.d/a.lua --from in.csv >said 2>&1 &
client=$!
sleep 0.7
ends
wait "$client" && imported=all || imported=none
count=$("$planrun" doctor plans.d/a.lua | sed -n 's/ *reports recorded *//p')
echo "$story: the command says $imported of $rows, recorded are $count"
[ "$count" = 0 ] || [ "$count" = "$rows" ] || complain "$count of $rows are recorded"
[ "$imported" = none ] || [ "$count" = "$rows" ] || complain "what was answered is not there"

begin lines
cp "$work/import/plans.d/a.csv" plans.d/
cat >plans.d/a.lua <<END
plan "a" { "活动", issuer = "护理部", issued = "$(day -30)" }
unit "ward" { "各病区", many = true }
roster "a.csv" { }
quota "notes" { "读书笔记", each = "ward", count = 1, due = "$(day 5)", rest_day = "ignore" }
remind { before = { "8d" } }
END
serve plans.d --channel "jsonl:$work/lines/sent"
wait_for log "kind=reminder"
ends
"$planrun" serve plans.d --once --channel "jsonl:$work/lines/sent" 2>log
sent=$(wc -l <sent) different=$(sed 's/.*"id":"\([^"]*\)".*/\1/' sent | sort -u | wc -l)
echo "$story: $sent sent, $different different"
[ "$different" = "$rows" ] || complain "$different of $rows were sent"
[ "$sent" = "$rows" ] || complain "$((sent - rows)) were sent twice"
! grep -q '"repeated":true' sent || complain "what had not left the house is called a repeat"
exit "$status"
