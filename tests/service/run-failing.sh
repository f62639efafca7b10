#!/bin/sh
# A channel that takes nothing is told once, and once that it does again; messages that wait for it are
# tried at once when the operator says so, through the service that runs. The log is one event a line.
#   sh tests/service/run-failing.sh BUILD SRC
set -eu

planrun=$(cd "$1" && pwd -P)/planrun
work=$(mktemp -d)
service=
trap '[ -z "$service" ] || kill -KILL "$service" 2>/dev/null || :; rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH NOTIFY_SOCKET WATCHDOG_USEC JOURNAL_STREAM
export LC_ALL=C PLANRUN_STATE="$work/state"
cd "$work"

# within COMMAND…: in ten seconds
within() {
    tries=200
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        if [ $tries -le 0 ]; then
            echo "not in time: $*"
            cat log
            "$planrun" outbox
            exit 1
        fi
        sleep 0.05
    done
}
logged() { grep -qE "$1" log; }
listed() { "$planrun" outbox "$@" | grep -q '"number":3'; }
sent() { [ "$(find spool -name '*.json' | wc -l)" -eq 3 ]; }

mkdir plans.d
cat >service.lua <<'END'
service { plans = "plans.d" }
channel "gate" { "spool", folder = "spool" }
bind "default" { "gate" }
END
cat >reading.lua <<END
plan "reading" { "读书活动方案", issuer = "护理部", issued = "$(TZ=CST-8 date +%Y-%m-%d)" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
unit "ward-2"  { "二病区", kind = "ward" }
unit "ward-3"  { "三病区", kind = "ward" }
quota "notes" { "读书笔记", each = "ward", count = 1, due = "30日后", to = "nursing" }
on("plan.start", function(event) notify("ward", "开始") end)
END
mkdir spool
"$planrun" serve --config service.lua 2>log &
service=$!
within logged 'event=service.started'
rmdir spool
mv reading.lua plans.d
kill -HUP "$service"
within logged 'event=channel.failing channel=gate message='
within listed --state waiting --json
mkdir spool
"$planrun" outbox retry 1 2 3 >said
grep -q '^to be sent now: 3$' said || { cat said && exit 1; }
within sent
within logged 'event=channel.over channel=gate'
if "$planrun" outbox retry 1 >said 2>&1; then cat said && exit 1; fi
grep -q '#1 was sent' said || { cat said && exit 1; }
[ "$(grep -c 'event=channel.failing' log)" -eq 1 ] || { cat log && exit 1; }
kill -TERM "$service"
code=0
wait "$service" || code=$?
service=
[ $code -eq 0 ] || { cat log && exit 1; }
if grep -vE '^at=[0-9T:.+-]+ level=[a-z]+ event=[a-z.-]+( [a-z_]+=("[^"]*"|[^ "]+))*$' log; then exit 1; fi
echo "log lines: $(wc -l <log)"
