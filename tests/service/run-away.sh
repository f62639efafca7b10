#!/bin/sh
# A service whose machine was away, or whose clock was: three plans and a configuration, a real receiver of webhooks,
# clocks that are moved by hand (tests/crash/clocks.h). Three days off over a deadline: what changed meanwhile is
# recorded in order and with its own time, every recipient hears once of all plans, by the destination's rate; a
# further start changes nothing. To 2098 and to 1970, while it runs and over a restart: nothing is sent until the clock
# is right or somebody says that it is, and nothing is repeated afterwards.
#   sh tests/service/run-away.sh BUILD SRC
#   PLANRUN_TEST_LONG=1 …      with the further clocks
set -eu

build=$(cd "$1" && pwd -P)
source=$(cd "$2" && pwd -P)
work=$(mktemp -d)
run=
trap 'exec 3>&-; [ -z "$run" ] || kill -KILL "$run" 2>/dev/null || :; rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH NOTIFY_SOCKET WATCHDOG_USEC JOURNAL_STREAM CREDENTIALS_DIRECTORY
export LC_ALL=C PLANRUN_STATE="$work/state" PRELOAD_CLOCK="$work/clocks"
export ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS-}"
status=0 story=base wards=12
cd "$work"

complain() {
    echo "$story: $1" >&2
    status=1
}

# equal WHAT FOUND EXPECTED
equal() {
    [ "$2" = "$3" ] || complain "$1: found \"$2\", not \"$3\""
}

# ---- the house -----------------------------------------------------------------------------------

mkdir plans.d secrets
(umask 077 && echo 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' >secrets/hook)
mkfifo orders answers
python3 "$source/tests/service/http_receiver.py" --log got <orders >answers &
exec 3>orders 4<answers
read -r port <&4
: >got
cat >service.lua <<END
service { plans = "plans.d", slots = { "09:00", "15:00" }, quiet = { "20:00", "08:00" }, working_days = true }
channel "hook" { "webhook", url = "http://127.0.0.1:$port/ok", secret = "hook", private = true }
bind "default" { "hook" }
END
# Units of all plans have their contacts in common; the last two wards share one.
{
    echo id,name,kind,contact
    seq "$wards" | sed "s/.*/ward-&,&病区,ward,w&@hospital.example/; s/w$wards@/w$((wards - 1))@/"
} >plans.d/wards.csv
for name in a b c; do
    cat >"plans.d/$name.lua" <<END
plan "$name" { "读书活动·$name", issuer = "护理部", issued = "2026年3月2日", when = "3月2日至6月30日" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
roster "wards.csv" { "ward" }
phase "read"   { "阅读阶段", when = "3月中旬至4月18日" }
phase "talk"   { "交流阶段", when = "4月19日至4月底",
  quota "notes" { "读书笔记", each = "ward", count = 1, when = "4月1日至4月20日", due = "4月20日前" },
}
remind { before = { "7d", "3d", "1d" }, after = { "1d" } }
on("phase.start", function(event) notify("ward", event.phase.name .. "开始") end)
END
done

# ---- clocks --------------------------------------------------------------------------------------

clocks() {
    "$build/tests/set-clocks" "$work/clocks" "$@" || {
        complain "set-clocks $*"
        exit 1
    }
}
planrun() {
    LD_PRELOAD=$build/tests/preload_clock.so "$build/planrun" "$@" 3>&- 4<&-
}
start() {
    clocks start
    LD_PRELOAD=$build/tests/preload_clock.so "$build/planrun" serve --config service.lua 2>>log </dev/null 3>&- 4<&- &
    run=$!
    clocks ready
}
stop() {
    kill -TERM "$run"
    wait "$run" || complain "the service ended with $?: $(tail -n 3 log)"
    run=
}
# settle: what waits for the rate goes out; ten seconds at a time, until forty have brought nothing.
settle() {
    quiet=0
    while [ "$quiet" -lt 4 ]; do
        before=$(wc -l <got)
        clocks pass 10s ring
        sleep 0.03
        quiet=$((quiet + 1))
        [ "$(wc -l <got)" = "$before" ] || quiet=0
    done
}

# ---- what the receiver saw -----------------------------------------------------------------------

# judge: of all that came since the story began: no id twice, at most 20 in any minute of the service's time, no
# recipient two messages within an hour, the two wards of one address one message; what comes out is a line a
# recipient: address, how many messages, how many plans in the last one.
judge() {
    tail -n "+$((base_got + 1))" got | python3 -c '
import collections, json, sys
at, ids, of = [], collections.Counter(), collections.defaultdict(list)
for line in sys.stdin:
    got = json.loads(line)
    body = json.loads(got["body"])
    at.append(int(got["timestamp"]))
    ids[got["id"]] += 1
    of[body["contact"]].append((at[-1], len({entry["plan"] for entry in body["entries"]})))
twice = [id for id, count in ids.items() if count > 1]
burst = max([sum(1 for other in at if 0 <= other - one < 60) for one in at], default=0)
close = [address for address, all in of.items() for (a, _), (b, _) in zip(all, all[1:]) if 0 <= b - a < 3600]
if twice or burst > 20 or close:
    print("twice", twice, "burst", burst, "close", close)
for address in sorted(of):
    print(address, len(of[address]), of[address][-1][1])'
}
# sent TIMES PLANS: so many messages to each recipient, the last about so many plans.
sent() {
    for number in $(seq $((wards - 1))); do
        [ "$1" = 0 ] || echo "w$number@hospital.example $1 $2"
    done | sort >want
    for _ in 1 2 3 4 5 6; do # the receiver, or a handler, is slower than our clock where the machine is busy
        judge >came
        ! cmp -s want came || return 0
        [ -z "$run" ] || settle
    done
    complain "after \"$what\": $(diff want came | head -n 5)"
}
# until_then DAY-TIME WHAT: time passes until then, to ten seconds, and what comes of it.
until_then() {
    clocks pass "$(($(date -d "$1" +%s) - $(date -d "$(clocks show)" +%s) - 60))s"
    while [ "$(clocks show | tr ' ' T)" != "$1" ]; do
        clocks pass 10s
    done
    happens "$2" pass 0s
}
# spoken COUNT: until so many handlers have said what they say.
spoken() {
    for _ in $(seq 100); do
        [ "$(grep -c 'kind=notice' log)" -lt "$1" ] || return 0
        sleep 0.1
        clocks ring
    done
    complain "the handlers do not speak: $(grep -v kind= log | tail -n 3)"
}
# happens WHAT COMMAND…: what the clocks do, and what comes of it.
happens() {
    what=$1
    shift
    clocks "$@" ring
    settle
}
# events: what each plan has recorded of itself, in the order in which it did, but for when.
events() {
    for name in a b c; do
        planrun log plans.d/$name.lua --json 2>log-err | grep -v '"event":"\(clock\|fact\)\.' |
            sed 's/"fired_at":"[^"]*",//; s/"number":[0-9]*,//; s/"id":[0-9]*,//'
    done
}
# state: of those, what does not speak to people.
state() {
    events | grep -v '"event":"\(reminder\|notice\|phase.start\)' | sed 's/"fate":"[^"]*",*//'
}
begin() {
    story=$1
    rm -rf state
    cp -R base-state state
    cp base-clocks clocks
    base_got=$(wc -l <got)
    : >log
}
# told EVENT COUNT: the log has it so often in this story.
told() {
    equal "event=$1 in the log" "$(grep -c "event=$1" log)" "$2"
}

# ---- the base: everybody has been told on Monday the 13th, and it is Friday, half past eight ----------

base_got=0 what="the first Monday"
clocks boot may set 2026-04-13T08:30
start
until_then 2026-04-13T09:00 "Monday, nine o'clock"
until_then 2026-04-13T09:15 "a little later"
sent 1 3
stop
cp -R state base-state
cp clocks base-clocks

begin never-away
start
until_then 2026-04-17T09:00 "Friday, nine o'clock"
until_then 2026-04-17T09:15 "a little later"
sent 1 3
until_then 2026-04-19T00:00 "Sunday"
spoken 3
until_then 2026-04-20T09:00 "Monday, nine o'clock"
until_then 2026-04-20T09:15 "a little later"
sent 2 3
until_then 2026-04-21T00:00 "Tuesday"
until_then 2026-04-21T09:00 "Tuesday, nine o'clock"
until_then 2026-04-21T09:15 "a little later"
sent 3 3
stop
state >want-state
equal "phases and duties" "$(grep -c . want-state)" 12

# Three days off: the deadline, a phase's end and beginning, and the reminders of Monday and Tuesday pass meanwhile.
begin three-days-away
start
until_then 2026-04-17T09:00 "Friday, nine o'clock"
until_then 2026-04-17T09:15 "a little later"
sent 1 3
until_then 2026-04-18T10:00 "Saturday: the machine is switched off"
stop
clocks boot june pass 3d
start
until_then 2026-04-21T10:15 "Tuesday, a quarter past ten"
sent 2 3
state >now
cmp -s want-state now || complain "recorded otherwise: $(diff want-state now | head)"
events >before
stop
start
settle
stop
sent 2 3
events | cmp -s before - || complain "a further start changes what is recorded"
told clock.doubt 0

# ---- the clock -------------------------------------------------------------------------------------

# accept: somebody says to the running service that the clock is right.
accept() {
    planrun serve --accept-clock >said 2>&1 || complain "--accept-clock: $(cat said)"
    clocks ring
    settle
}
# never_again: whatever was done, nobody has been told more often, and a further start changes nothing.
never_again() {
    [ -z "$run" ] || stop
    judge >before
    start
    settle
    stop
    judge | cmp -s - before || complain "a further start sends: $(judge | diff - before)"
}

# It goes to 2098 while the service runs; what comes due meanwhile waits until it is set right.
begin to-2098
start
until_then 2026-04-16T20:00 "Thursday evening"
happens "the clock goes to 2098" set 2098-01-01T10:00
happens "what was Friday noon" pass 16h
sent 0
told clock.doubt 1
happens "it is set right" set 2026-04-17T12:01
happens "Friday, three in the afternoon" pass 3h
happens "a quarter of an hour later" pass 15m
sent 1 3
told clock.sure 1
until_then 2026-04-19T00:00 "Sunday"
spoken 3
until_then 2026-04-20T09:00 "Monday, nine o'clock"
until_then 2026-04-20T09:15 "a little later"
until_then 2026-04-21T09:00 "Tuesday, nine o'clock"
until_then 2026-04-21T09:15 "a little later"
sent 3 3
state | cmp -s want-state - || complain "recorded otherwise: $(state | diff want-state - | head)"
never_again

# The same, and somebody says that 2098 it is: what is long over is not said, and nothing is said twice when the
# clock turns out to have been wrong.
begin to-2098-accepted
start
until_then 2026-04-16T20:00 "Thursday evening"
happens "the clock goes to 2098" set 2098-01-01T10:00
accept
happens "a day" pass 24h
sent 0
happens "it is set back" set 2026-04-17T12:00
until_then 2026-04-21T09:00 "Tuesday, nine o'clock"
until_then 2026-04-21T09:20 "a little later"
sent 0
state | sort >now
equal "recorded twice" "$(uniq -d now)" ""
equal "recorded of those days" "$(sort want-state | comm -13 now - | head)" ""
never_again
sent 0

# The further stories take their time (the whole program has them as `run` in golden/run-clocks.sh).
[ -n "${PLANRUN_TEST_LONG-}" ] || exit $status

# Tuesday it is said to be, on Thursday: held, until somebody says so too. When that was wrong, nobody hears of it again.
begin ahead-accepted
start
until_then 2026-04-16T20:00 "Thursday evening"
happens "the clock goes to Tuesday" jump 109h jump 30m
happens "an hour" pass 1h
sent 0
accept
what="accepted"
happens "ten minutes" pass 10m
sent 1 3
told clock.accepted 1
happens "it is set back" jump -109h
until_then 2026-04-17T09:15 "Friday"
until_then 2026-04-21T15:20 "Tuesday"
sent 1 3
never_again

# The machine starts in 2098: phases and deadlines of then are recorded, and nobody is told until it is right.
begin start-in-2098
clocks boot june set 2098-01-01T10:00
start
happens "an hour" pass 1h
sent 0
told clock.doubt 1
happens "it is set right" set 2026-04-17T12:00
happens "Friday, three in the afternoon" pass 3h
happens "a quarter of an hour later" pass 15m
sent 1 3
never_again

# It goes to 1970 while the service runs: time goes on, and nothing comes twice.
begin to-1970
start
until_then 2026-04-17T09:00 "Friday, nine o'clock"
until_then 2026-04-17T09:15 "a little later"
sent 1 3
happens "the clock goes to 1970" set 1970-01-01T08:00
happens "three days" pass 72h
happens "it is set right" set 2026-04-20T09:16
sent 1 3
until_then 2026-04-21T09:00 "Tuesday, nine o'clock"
until_then 2026-04-21T09:20 "a little later"
sent 2 3
never_again

# The machine starts in 1970: nobody is told until somebody says what day it is.
begin start-in-1970
clocks boot june set 1970-01-01T08:00
start
happens "an hour" pass 1h
sent 0
told clock.doubt 1
happens "it is set right" set 2026-04-17T09:16
happens "Friday, three in the afternoon" pass 6h
sent 1 3
told clock.sure 1
never_again

exit $status
