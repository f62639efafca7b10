#!/bin/sh
# A run that stays while its disk is full, fails or can only be read: what is asked of it is refused
# with the reason, whatever only reads goes on, what is due meanwhile comes when the cause is gone –
# without a restart, nothing twice and nothing lost.
#   sh tests/crash/run-errors.sh BUILD SRC
set -eu
build=$1
planrun=$build/planrun
work=$(mktemp -d)
run=
trap '[ -z "$run" ] || kill -9 "$run" 2>/dev/null || :; rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
export LC_ALL=C PLANRUN_STATE="$work/state"
export ASAN_OPTIONS=verify_asan_link_order=0:exitcode=99 UBSAN_OPTIONS=exitcode=99
faketime=$(find /usr/lib /usr/local/lib -name libfaketime.so.1 2>/dev/null | head -1)
[ -n "$faketime" ] || { echo "libfaketime is not here (Debian: faketime)" >&2; exit 1; }
status=0 checks=0 folder=$PLANRUN_STATE/
cd "$work"

complain() {
    echo "$scene: $1" >&2
    status=1
}

# asks CODE TEXT ARGUMENTS…: a command in the run's time whose own calls do not fail: exit code, and
# what it says.
asks() {
    wanted=$1 text=$2 found=0
    shift 2
    checks=$((checks + 1))
    FAKETIME_TIMESTAMP_FILE="$work/time" LD_PRELOAD=$faketime "$planrun" "$@" >out 2>&1 </dev/null || found=$?
    [ "$found" = "$wanted" ] || complain "planrun $*: exit code $found, not $wanted: $(cat out)"
    grep -qF -- "$text" out || complain "planrun $*: no “$text” in: $(cat out)"
}

# wait_for FILE TEXT: until it stands there. The limit is for what never comes, not for a machine that is slow.
wait_for() {
    for _ in $(seq 1200); do
        grep -qF -- "$2" "$1" 2>/dev/null && return 0
        sleep 0.1
    done
    complain "no “$2” came into $1: $(cat "$1")"
}

# becomes FILE TEXT: at once. Whoever reads it meanwhile finds the old text or the new one.
becomes() {
    echo "$2" >"$1.next"
    mv "$1.next" "$1"
}

# Time passes for the run, as it does while a machine sleeps.
passes() {
    becomes time "+$1"
}

# disk [FAULT FIRST TIMES CALLS]: from now on; nothing = it is well again.
disk() {
    becomes control "$*"
}

start() {
    rm -f run.err # what the last one said is not yet said by this one
    PRELOAD_DISK_FOLDER="$folder" PRELOAD_DISK_CONTROL="$work/control" \
        FAKETIME_TIMESTAMP_FILE="$work/time" FAKETIME_NO_CACHE=1 \
        LD_PRELOAD="$build/tests/preload_disk.so $faketime" \
        "$planrun" plan.lua --channel jsonl:sent "$@" >run.out 2>run.err </dev/null &
    run=$!
}

# ends CODE
ends() {
    found=0
    kill -TERM "$run" 2>/dev/null || :
    wait "$run" || found=$?
    run=
    [ "$found" = "$1" ] || complain "the run ended with $found, not $1: $(cat run.err)"
}

day() {
    TZ=CST-8 date -d "$1 days" +%Y年%-m月%-d日
}

plan() {
    cat <<PLAN
plan "errors" { "读书活动", issuer = "护理部", issued = "$(day 0)" }
unit "nursing" { "护理部" }
unit "ward" { "各病区", parent = "nursing", many = true }
unit "ward-1" { "一病区", kind = "ward" }
unit "ward-2" { "二病区", kind = "ward" }
quota "notes" { "读书笔记", each = "ward", count = $1, due = "$(day 30)前", rest_day = "ignore" }
remind { before = { "20d", "10d" } }
PLAN
}

# What fired: a line each, sorted; nothing may stand there twice.
fired() {
    "$planrun" log plan.lua --json 2>log.err | sed -n 's/.*"event":"\([^"]*\)".*/\1/p' | sort
}

# Asks until it is recorded: for a second after a failure nobody asks the disk again.
recorded() {
    for _ in $(seq 600); do
        FAKETIME_TIMESTAMP_FILE="$work/time" LD_PRELOAD=$faketime \
            "$planrun" submit plan.lua --item notes --unit ward-2 --key amid >out 2>&1 </dev/null && return 0
        sleep 0.1
    done
}

# staying FAULT ORDER… – the reason in both languages stands in en and zh
staying() {
    rm -rf state sent
    plan 2 >plan.lua
    passes 0
    disk
    start
    wait_for run.err "Waiting for what comes"
    asks 0 "Recorded f1" submit plan.lua --item notes --unit ward-1 --key before

    disk "$@"
    asks 1 "nothing was recorded – the store: $en" submit plan.lua --item notes --unit ward-2 --key amid
    LC_ALL=zh_CN.UTF-8 asks 1 "未登记：" submit plan.lua --item notes --unit ward-2 --key amid
    passes 11d
    asks 1 "nothing was recorded – the store: $en" submit plan.lua --item notes --unit ward-2 --key amid
    plan 3 >plan.lua
    asks 1 "nothing was changed; the old revision goes on" apply plan.lua
    for command in "status plan.lua" "log plan.lua" "why plan.lua #1" "next plan.lua" "show plan.lua"; do
        # shellcheck disable=SC2086 # a list of words
        asks 0 "" $command
    done
    asks 1 "! records nothing         the store: $en" doctor plan.lua
    asks 0 "f1" log plan.lua
    grep -qF "f2" out && complain "what was refused stands in the log"
    [ "$(grep -c "nothing is recorded – the store: $en" run.err)" = 1 ] ||
        complain "said once it is not: $(cat run.err)"
    [ ! -e sent ] || [ ! -s sent ] || complain "sent what is not recorded: $(cat sent)"

    disk
    recorded
    grep -qF "Recorded f2" out || complain "recorded otherwise: $(cat out)"
    asks 0 "Recorded before as f2" submit plan.lua --item notes --unit ward-2 --key amid
    asks 0 "Taken" apply plan.lua
    wait_for run.err "is recorded again"
    wait_for sent ward-1
    wait_for sent ward-2
    asks 0 "no problems" doctor plan.lua
    ends 0
    [ "$(wc -l <sent)" = 2 ] || complain "not sent once each: $(cat sent)"
    printf '%s\n' fact.submitted fact.submitted plan.start quota.open reminder >want
    fired | grep -v revision >now
    cmp -s want now || complain "the log is another one: $(cat now)"
    asks 0 "no problems" doctor plan.lua
}

scene="a full disk" en="the disk is full"
staying FULL 1 0 wsln
scene="a disk that fails to sync" en="the disk fails (Input/output error)"
staying EIO 1 0 s
scene="a disk that fails to write" en="the disk fails (Input/output error)"
staying EIO 1 0 wl
scene="a disk beyond its quota" en="the disk is full (Disk quota exceeded)"
staying EDQUOT 1 0 wl
scene="a disk that can only be read" en="the disk fails (Read-only file system)"
staying EROFS 1 0 wln

# ---- what is sent to ----------------------------------------------------------------------------

# How many units were told, and under how many ids.
told() {
    grep '}$' sent | sed -n 's/.*"unit":"\([^"]*\)".*/\1/p' | sort -u | wc -l
    grep '}$' sent | sed -n 's/.*"id":"\([^"]*\)".*/\1/p' | sort -u | wc -l
}

# The file of the channel cannot be written: its messages are not sent, and go later under their ids.
sending() {
    rm -rf state sent
    plan 2 >plan.lua
    passes 0
    disk
    folder=$work/sent
    start
    wait_for run.err "Waiting for what comes"
    disk "$@"
    passes 11d
    asks 0 "Recorded f1" submit plan.lua --item notes --unit ward-1 --key amid
    wait_for_status "messages to send        2"
    asks 0 "messages sent           0" doctor plan.lua
    passes 12d
    asks 0 "Recorded f2" submit plan.lua --item notes --unit ward-1 --key again
    disk
    passes 13d
    asks 0 "" submit plan.lua --item notes --unit ward-1 --key later
    wait_for_status "messages to send        0"
    ends 0
    folder=$PLANRUN_STATE/
    [ "$(told | tr '\n' ' ')" = "1 1 " ] || [ "$(told | tr '\n' ' ')" = "2 2 " ] ||
        complain "told otherwise: $(told): $(cat sent)"
    fired >now
    [ "$(grep -c reminder now)" = 1 ] || complain "reminded otherwise: $(cat now)"
}

# Until doctor says so.
wait_for_status() {
    for _ in $(seq 600); do
        "$planrun" doctor plan.lua 2>&1 | grep -qF "$1" && return 0
        sleep 0.2
    done
    complain "doctor does not say “$1”: $("$planrun" doctor plan.lua 2>&1)"
}

scene="a full file of a channel"
sending ENOSPC 1 0 w
scene="a file of a channel that fails to sync"
sending EIO 1 0 s
scene="a file of a channel that takes half of a line"
sending SHORT 1 0 w
scene="a file of a channel that tears lines"
sending TORN 1 0 w

# What ends a run that does not stay is said once. From which write on the disk is full decides whether its
# start fails or what follows: one of those is looked for.
scene="a run that ends by a full disk"
folder=$PLANRUN_STATE/ first=40
passes 0
plan 2 >plan.lua
: >run.err
while [ "$first" -lt 200 ] && ! grep -qF "nothing is recorded" run.err; do
    rm -rf state sent
    disk ENOSPC "$first" 0 w
    start --once
    found=0
    wait "$run" || found=$?
    run=
    first=$((first + 3))
done
[ "$found" = 1 ] || complain "exit code $found"
[ "$(grep -c "the store: the disk is full" run.err)" = 1 ] || complain "not said once: $(cat run.err)"
disk

# Standard output that takes nothing: no success is said, and nothing of the plan is lost.
scene="a full standard output"
rm -rf state sent
plan 2 >plan.lua
for command in "plan.lua --once --json" "plan.lua --once" "submit plan.lua --item notes --unit ward-1 --key k" "status plan.lua" "log plan.lua" "next plan.lua" "doctor plan.lua"; do
    found=0
    # shellcheck disable=SC2086 # a list of words
    "$planrun" $command >/dev/full 2>err || found=$?
    [ "$found" = 1 ] || complain "planrun $command: exit code $found"
    grep -q "standard output could not be written" err || complain "planrun $command: $(cat err)"
done
asks 0 "Recorded before as f1" submit plan.lua --item notes --unit ward-1 --key k

# Whoever reads the run is gone: it ends, and what it could not say is not sent.
scene="a closed standard output"
rm -rf state sent
passes 0
mkfifo pipe
rm -f run.err
folder=
FAKETIME_TIMESTAMP_FILE="$work/time" FAKETIME_NO_CACHE=1 LD_PRELOAD="$faketime" \
    "$planrun" plan.lua >pipe 2>run.err </dev/null &
run=$!
cat pipe >heard &
reader=$!
wait_for run.err "Waiting for what comes"
kill "$reader"
wait "$reader" 2>/dev/null || :
passes 11d
asks 0 "Recorded f1" submit plan.lua --item notes --unit ward-1
found=0
wait "$run" || found=$?
run=
[ "$found" = 1 ] || complain "the run ended with $found: $(cat run.err)"
passes 12d
asks 0 "→ 二病区" plan.lua --once

echo "errors: $checks commands"
exit $status
