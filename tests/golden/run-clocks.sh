#!/bin/sh
# A plan's life while the clocks of its machine do what clocks do: what it fires, sends, holds and says,
# each a story of its own in clocks-NAME.txt. Real processes; their clocks are moved by hand
# (tests/crash/clocks.h), so nothing here waits for time.
#   sh tests/golden/run-clocks.sh BUILD SRC           compare
#   sh tests/golden/run-clocks.sh BUILD SRC update    write the golden files anew
# In a story, "--" is what happens, behind the time that has truly passed; "|" is what the program says;
# "fired" and "sent" is what it does. Behind it stands the journal of the whole.
set -eu

build=$(cd "$1" && pwd -P)
source=$(cd "$2" && pwd -P)
mode=${3-compare}
golden=$source/tests/golden
work=$(mktemp -d)
run='' follow=''
trap 'for pid in $run $follow; do kill -KILL "$pid" 2>/dev/null || :; done; rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
export LC_ALL=C ASAN_OPTIONS=verify_asan_link_order=0
status=0 stories=0
cd "$work"

cat >reading.lua <<'END_PLAN'
plan "reading" { "读书活动方案", issuer = "护理部", issued = "2026年3月2日", when = "3月2日至6月30日" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
unit "ward-2"  { "二病区", kind = "ward" }
phase "read"   { "阅读阶段", when = "3月中旬至4月底",
  quota "notes" { "读书笔记", each = "ward", count = 1, due = "4月20日前", to = "nursing" },
}
remind { before = { "7d", "1d" }, after = { "2d" } }
END_PLAN

complain() {
    echo "$story: $1" >&2
    status=1
}

# ---- two machines: the one whose clocks the program sees, and the one that knows the time --------

clocks() {
    "$build/tests/set-clocks" "$work/clocks" "$@" || {
        complain "set-clocks $*"
        exit 1
    }
}
truth() {
    "$build/tests/set-clocks" "$work/truth" "$@"
}
export PLANRUN_STATE="$work/state" PRELOAD_CLOCK="$work/clocks"
preload=$build/tests/preload_clock.so
planrun() {
    LD_PRELOAD=$preload "$build/planrun" "$@"
}

# ---- telling -------------------------------------------------------------------------------------

# What is new since the last time: of the run's words, its events, its messages.
news='
function text(key) {
    if (!match($0, "\"" key "\":\"[^\"]*\"")) return ""
    return substr($0, RSTART + length(key) + 4, RLENGTH - length(key) - 5)
}
function minute(key) { return substr(text(key), 1, 10) " " substr(text(key), 12, 5) }
/"event"/ {
    printf "   fired  %s  %s%s%s%s\n", minute("at"), text("event"),
        text("tier") == "" ? "" : " " text("tier"), text("item") == "" ? "" : " " text("item"),
        text("fate") == "" ? "" : " (" text("fate") ")"
}
/"attempt"/ { id = text("id"); sub(/^[0-9a-f]*-/, "m", id); printf "   sent   %s to %s\n", id, text("unit") }
'
# What is said again and again is shown once.
fold_same() {
    awk '{ if (!count[$0]++) order[++lines] = $0 }
         END { for (i = 1; i <= lines; i++)
                   print order[i] (count[order[i]] > 1 ? " (" count[order[i]] " times)" : "") }'
}
tell() {
    if [ "$(wc -l <sent)" != "$(cat seen-sent)" ] &&
        grep 'messages are held\|messages go out' err | tail -n 1 | grep -q 'messages are held'; then
        complain "sent in doubt"
    fi
    for part in err out sent; do
        seen=$(cat "seen-$part")
        whole=$(wc -l <"$part")
        if [ "$part" = err ]; then
            tail -n "+$((seen + 1))" err | sed -e 's/^planrun: /   |  /' -e '/Ctrl-C/d' | fold_same
        else
            tail -n "+$((seen + 1))" "$part" | awk "$news"
        fi >>"$story.txt"
        if [ "$part" = out ] && [ -z "$early" ]; then
            tail -n "+$((seen + 1))" out | awk "$news" |
                awk -v now="$(truth show)" '$1 == "fired" && $2 " " $3 > now' >"$work/early-ones"
            [ ! -s "$work/early-ones" ] || complain "before its time: $(cat "$work/early-ones")"
        fi
        echo "$whole" >"seen-$part"
    done
}
say() {
    echo "-- $(truth show)  $1" >>"$story.txt"
}

# ---- living --------------------------------------------------------------------------------------

# begin NAME ABOUT [early]: everybody was told on 13 April; it is Thursday the 16th. With `early` a story
# may have events before their time: it lives by a clock that nobody can know to be wrong.
begin() {
    story=$1 early=${3-}
    stories=$((stories + 1))
    rm -rf state clocks truth out err sent
    cp -R base-state state
    cp base-clocks clocks
    clocks pass 3d pass 3h
    truth set 2026-04-16T12:00
    for part in err out sent; do
        : >"$part"
        echo 0 >"seen-$part"
    done
    printf '%s\n\n' "$2" >"$story.txt"
}
# start: the program begins, and has done what is to be done at once.
start() {
    clocks start
    LD_PRELOAD=$preload "$build/planrun" reading.lua --json --channel jsonl:sent >>out 2>>err </dev/null &
    run=$!
    clocks ready
    tell
}
stop() {
    kill -TERM "$run"
    wait "$run" || complain "the run ended with $?"
    run=
    tell
}
# happens WORDS COMMAND…: what the clocks do while the program runs.
happens() {
    say "$1"
    shift
    clocks "$@" ring
    tell
}
# sleeps TIME: no longer, no shorter, and without waking in vain.
sleeps() {
    clocks waits "$1"
}
# passes TIME WORDS: time passes, for everybody.
passes() {
    truth pass "$1"
    happens "$2" pass "$1"
}
# ask COMMAND…: another process asks beside it.
ask() {
    say "planrun $*"
    code=0
    planrun "$@" >answer 2>&1 || code=$?
    [ "$1" != doctor ] || sed -i '/clock  \|时钟  \|problem\|问题/!d' answer
    sed -e 's/^planrun: //' -e 's/(pid .*)/(pid …)/' -e 's/^/   >  /' -e 's/ *$//' \
        -e "s/\(by \|认可人 \)$(id -un)/\1clerk/" answer >>"$story.txt"
    [ "$code" = 0 ] || echo "   >  (exit code $code)" >>"$story.txt"
    tell
}

# Of many rows of the clock the first two and the last.
few='
{ if (/"event":"clock/) { if (++n > 2) { last = $0; next } } else if (last) flush_rows(); print }
END { if (last) flush_rows() }
function flush_rows() { if (n > 3) print "… " n - 3 " more"; print last; last = ""; n = 0 }
'
# finish EVENTS MESSAGES: every event is there once, every message was sent once.
finish() {
    [ -z "$run" ] || stop
    planrun log reading.lua --json >log 2>&1 || complain "no log"
    {
        echo
        sed -e 's/,"plan":"reading"//' -e '/"at":"2026-0[34]-\(02\|11\|13\)T/d' \
            -e 's/"actor":"[^"]*"/"actor":"clerk"/' log | awk "$few"
    } >>"$story.txt"
    grep -v '"event":"\(clock\|fact\)\.' log | sed 's/"\(fired_at\|fate\|subjects\)":[^,}]*,*//g' >events
    [ -z "$(sort events | uniq -d)" ] || complain "an event is there twice"
    [ "$(wc -l <events)" = "$1" ] || complain "$(wc -l <events) events instead of $1"
    [ -z "$(sed -n 's/.*"id":"\([^"]*\)".*/\1/p' sent | sort | uniq -d)" ] ||
        complain "a message was sent twice"
    [ "$(wc -l <sent)" = "$2" ] || complain "$(wc -l <sent) messages instead of $2"
    if [ "$mode" = update ]; then
        cp "$story.txt" "$golden/clocks-$story.txt"
    else
        diff -u "$golden/clocks-$story.txt" "$story.txt" || status=1
    fi
}

# ---- the base ------------------------------------------------------------------------------------

story=base
clocks boot may set 2026-03-02T10:00
planrun reading.lua --once >/dev/null 2>err || complain "$(cat err)"
clocks pass 41d pass 23h
planrun reading.lua --once --channel jsonl:/dev/null >/dev/null 2>err || complain "$(cat err)"
cp -R state base-state
cp clocks base-clocks

# ---- the stories ---------------------------------------------------------------------------------

begin quiet "Nothing is wrong."
start
passes 21h "Friday, nine o'clock"
passes 4d "Tuesday: the 20th is over"
passes 1d "Wednesday, nine o'clock"
finish 7 4

begin down "Off from Saturday to Tuesday: what came meanwhile is recorded, with its time; nobody is told too much."
start
passes 21h "Friday, nine o'clock"
passes 24h "Saturday: the machine is switched off"
stop
truth pass 3d
clocks boot june pass 3d
say "it is switched on again"
start
passes 1d "a day later"
finish 7 4

begin weekend "Off from Friday evening to Monday morning."
start
passes 29h "Friday, five o'clock: the machine is switched off"
stop
truth pass 63h
clocks boot june pass 63h
say "Monday, eight o'clock: it is switched on"
start
passes 25h "Tuesday: the 20th is over"
passes 24h "Wednesday, nine o'clock"
finish 7 4

begin suspended "Suspended on Monday evening, for the night."
start
passes 21h "Friday, nine o'clock"
passes 81h "Monday, six in the evening: the machine is suspended"
kill -STOP "$run"
truth pass 14h
say "Tuesday, eight in the morning: it wakes"
clocks sleep 14h
kill -CONT "$run"
clocks ring
tell
passes 25h "Wednesday, nine o'clock"
finish 7 4

begin hour-ahead "An hour is followed, forward and back: a reminder may come an hour early." early
start
passes 20h "Friday, eight o'clock"
happens "the clock is set an hour ahead" jump 1h
ask doctor reading.lua
passes 1h "Friday, nine o'clock"
happens "it is set right" jump -1h
passes 5d "Wednesday, nine o'clock"
finish 7 4

begin day-ahead "A day ahead while the machine runs: time goes on from before, what it has to say waits."
start
sleeps 60s
passes 20h "Friday, eight o'clock"
happens "the clock jumps a day ahead" jump 1d
sleeps 60s
passes 3580s "twenty seconds before nine"
sleeps 20s
passes 20s "Friday, nine o'clock: the reminder has its time, and waits"
sleeps 60s
ask status reading.lua
ask submit reading.lua --item notes --unit ward-1
ask reading.lua --once
stop
say "the program is started again, and doubts alike"
start
passes 87h "Tuesday, midnight: ward-1 has handed in"
happens "the clock is set right: ward-2 alone is told, once" jump -1d
passes 33h "Wednesday, nine o'clock"
finish 7 2

begin ten-years-ahead "Ten years ahead while the machine runs."
start
happens "the clock jumps ten years ahead" jump 3652d
passes 21h "Friday, nine o'clock"
stop
ask submit reading.lua --item notes --unit ward-1
ask reading.lua --once --json --channel jsonl:sent
start
passes 4d "Tuesday, nine o'clock"
happens "the clock is set right" jump -3652d
passes 1d "Wednesday, nine o'clock"
finish 7 2

begin hour-behind "Behind: what has come does not come again, what is to come waits for its time by the clock."
start
passes 21h "Friday, nine o'clock"
happens "the clock is set an hour back" jump -1h
passes 1h "an hour later it shows nine again"
happens "it is set right" jump 1h
passes 119h "Wednesday, nine o'clock"
finish 7 4

begin day-behind "A day behind: what comes meanwhile is late by it, or comes when the clock is set right."
start
passes 21h "Friday, nine o'clock"
happens "the clock is set a day back" jump -1d
passes 1d "Saturday; it shows Friday, nine o'clock again"
passes 63h "Tuesday, midnight by the time that has passed"
happens "it is set right" jump 1d
passes 33h "Wednesday, nine o'clock"
finish 7 4

begin to-1970 "To 1970 while the machine runs, which is no doubt, but worth a look."
start
passes 21h "Friday, nine o'clock"
happens "the clock is set to 1970" set 1970-01-01T08:00
sleeps 60s
ask doctor reading.lua
passes 4d "Tuesday, nine o'clock"
happens "it is set right" set 2026-04-21T09:00
passes 1d "Wednesday, nine o'clock"
finish 7 4

begin accepted "The clock was a day behind, and is right now: somebody says so."
start
passes 20h "it shows Friday, eight o'clock, and is in truth a day behind"
truth pass 1d
LD_PRELOAD=$preload "$build/planrun" log reading.lua --follow --json --event clock >followed 2>&1 </dev/null &
follow=$!
happens "the clock is set right, a day ahead of what was believed" jump 1d
ask doctor reading.lua
ask reading.lua --accept-clock
ask doctor reading.lua
ask log reading.lua --event clock
for _ in $(seq 200); do
    ! grep -q clock.accepted followed || break
    sleep 0.1 # whoever follows looks once a second of the machine's own
done
[ "$(grep -c '"clock\.' followed)" = 2 ] || complain "who follows the log saw $(cat followed)"
kill -TERM "$follow"
wait "$follow" || complain "log --follow ended with $?"
follow=
ask reading.lua --accept-clock
passes 4d "Wednesday, eight o'clock"
passes 1h "Wednesday, nine o'clock"
finish 7 4

begin shaking "For a minute somebody sets the clock back and forth every second."
start
passes 20h "Friday, eight o'clock"
passes 3570s "half a minute before nine"
say "an hour ahead and back, thirty times, a second each"
for _ in $(seq 30); do
    truth pass 1s
    clocks pass 1s jump 1h ring
    truth pass 1s
    clocks pass 1s jump -1h ring
done
tell
say "a day ahead and back, thirty times"
for _ in $(seq 30); do
    truth pass 1s
    clocks pass 1s jump 1d ring
    truth pass 1s
    clocks pass 1s jump -1d ring
done
tell
passes 120h "Wednesday"
finish 7 4

begin day-ahead-zh "The same in Chinese, for its words." early
LC_ALL=zh_CN.UTF-8
start
passes 20h "Friday, eight o'clock"
happens "the clock jumps a day ahead" jump 1d
ask doctor reading.lua
stop
say "the program is started again"
start
ask log reading.lua --event clock
ask reading.lua --accept-clock
ask log reading.lua --event clock
happens "the clock is set back: that was no good idea" jump -1d
passes 2d "Sunday"
LC_ALL=C
finish 5 2

# ---- restarts: nobody knows how long a machine was off --------------------------------------------

# off NAME TIME WORDS COMMAND…: switched off on Friday after nine for a time, and on again with that clock.
off() {
    begin "$1" "Switched off for $2, and on again; $3." early
    start
    passes 21h "Friday, nine o'clock"
    stop
    truth pass "$2"
    say "the machine is switched on again"
    shift 3
    clocks boot june "$@"
}

off restart-29-days 29d "the clock says that 29 days have passed" pass 29d
start
finish 8 2

off restart-31-days 31d "the clock says that 31 days have passed" pass 31d
start
ask submit reading.lua --item notes --unit ward-1
ask reading.lua --accept-clock
finish 8 2

off restart-a-day-behind 1h "its clock is a day behind" jump -1d pass 1h
start
passes 1h "an hour later"
happens "the clock is set right" jump 1d
passes 118h "Wednesday, nine o'clock"
finish 7 4

off restart-accepted 1h "its clock is a day behind, and somebody takes it as it is" jump -1d pass 1h
ask reading.lua --accept-clock --once --json --channel jsonl:sent
ask reading.lua --accept-clock --once --json --channel jsonl:sent
start
passes 119h "Wednesday, nine o'clock, by the clock a day before"
passes 1d "a day later"
finish 7 4

# State is replayed, what speaks to people is not: it comes when its day has come.
off restart-in-2098 1h "its clock shows 2098" set 2098-01-01T00:00
ask reading.lua --once --json --channel jsonl:sent
clocks set 2026-04-17T10:00
say "the clock is set right"
start
passes 119h "Wednesday, nine o'clock"
finish 9 4

begin first-boot "A first start with a dead clock battery, then a time server speaks."
rm -rf state
clocks boot may set 1970-01-01T08:00
start
ask submit reading.lua --item notes --unit ward-1
printf 'item,unit,at\nnotes,ward-1,\n' >rows.csv
ask submit reading.lua --from rows.csv
ask submit reading.lua --item notes --unit ward-1 --at 2026-04-14
printf 'item,unit,at\nnotes,ward-2,2026-04-15\n' >rows.csv
ask submit reading.lua --from rows.csv
ask undo reading.lua --at 2026-04-15
passes 60s "a minute later"
happens "a time server sets the clock" set 2026-04-16T12:01
passes 21h "Friday"
finish 5 2

echo "stories: $stories"
exit "$status"
