#!/bin/sh
# Lets every write, sync, truncation and name of a command fail in turn, once and for good, or ends the
# process there. The command must say so truthfully: exit code 0 = it is all there, else a message;
# whatever came of it, the same command afterwards gives what an undisturbed one gives.
#   sh tests/crash/run-faults.sh BUILD SRC
# PLANRUN_TEST_SECONDS of all cases, in a spread order; all of them with PLANRUN_TEST_LONG.
set -eu
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
export LC_ALL=C PLANRUN_STATE="$work/state"
export ASAN_OPTIONS=verify_asan_link_order=0:exitcode=99 UBSAN_OPTIONS=exitcode=99
status=0
end=$(($(date +%s) + ${PLANRUN_TEST_SECONDS:-20}))
[ -z "${PLANRUN_TEST_LONG:-}" ] || end=$(($(date +%s) + 1000000))
cd "$work"

complain() {
    echo "$case: $1" >&2
    status=1
}

day() {
    TZ=CST-8 date -d "$1 days" +%Y年%-m月%-d日
}
# Close to midnight a handler could become too late for its event amid the test: none then.
handler='on("plan.start", function(event) notify(event.units, "开始") end)'
case $(TZ=CST-8 date +%H%M) in 23[45]*) handler= ;; esac
cat >one.lua <<PLAN
plan "faults" { "读书活动", issuer = "护理部", issued = "$(day 0)" }
unit "nursing" { "护理部" }
unit "ward" { "各病区", parent = "nursing", many = true }
unit "ward-1" { "一病区", kind = "ward" }
unit "ward-2" { "二病区", kind = "ward" }
unit "ward-3" { "三病区", kind = "ward" }
quota "notes" { "读书笔记", each = "ward", count = 2, due = "$(day 10)前", rest_day = "ignore" }
remind { before = { "13d", "1d" } }
$handler
PLAN
sed 's/count = 2/count = 3/' one.lua >two.lua
planrun=$build/planrun

# ---- operations: what they start from is in base-NAME, the script with it ------------------------

operate() {
    case $1 in
    first | once) "$planrun" plan.lua --once --channel jsonl:sent ;;
    submit) "$planrun" submit plan.lua --item notes --unit ward-2 --key k2 --at "$(date +%Y)-01-02" ;;
    apply) "$planrun" apply plan.lua ;;
    backup) "$planrun" backup plan.lua state/copy.db ;;
    esac >"$work/out" 2>"$work/err" </dev/null
}

begin() {
    rm -rf state sent plan.lua
    cp -a "base-$1/." .
}

keep() {
    mkdir "base-$1"
    cp -a "$2" "base-$1/plan.lua"
    [ ! -e state ] || cp -a state "base-$1"
    [ ! -e sent ] || cp -a sent "base-$1"
}

cp one.lua plan.lua
keep first one.lua
"$planrun" submit plan.lua --item notes --unit ward-1 --key k1 >out 2>err
keep once one.lua
operate once
keep submit one.lua
keep backup one.lua
keep apply two.lua

# ---- what came of it ----------------------------------------------------------------------------

# Everything that is recorded, but for when it was; what has gone out, by whom it reached.
result() {
    "$planrun" log plan.lua --json 2>"$work/log-err" |
        sed -E 's/"(fired_at|recorded_at|taken_at)":"[^"]*",?//g; s/"at":"[^"]*","event":"(fact|plan.revision)/"event":"\1/' &&
        "$planrun" doctor plan.lua 2>>"$work/log-err" | grep -E 'messages|handlers|problems' &&
        "$planrun" status plan.lua --json 2>>"$work/log-err" &&
        sed -n 's/.*"unit":"\([^"]*\)".*/\1/p' sent 2>/dev/null | sort -u
}

# Nobody is told the same under two ids.
ids() {
    sed -n 's/.*"id":"\([^"]*\)".*}$/\1/p' sent 2>/dev/null | sort -u | wc -l
}

# The copy is whole, and there is none where there should be none.
check_copy() {
    if [ -e state/copy.db ]; then
        rm -rf restored
        mkdir restored
        cp state/copy.db restored/faults.db
        PLANRUN_STATE=$work/restored "$planrun" log plan.lua --json >restored/log 2>&1 &&
            "$planrun" log plan.lua --json 2>/dev/null | cmp -s - restored/log ||
            complain "the copy is not the store: $(tail -1 restored/log)"
    elif [ "$1" -eq 0 ]; then
        complain "it says that it copied, and did not"
    fi
    [ "$1" -eq 0 ] || [ "$1" -eq 137 ] || [ ! -e state/copy.db ] ||
        complain "it says that it did not copy, and did"
    [ "$1" -eq 137 ] || [ ! -e state/copy.db.new ] || grep -q '^!remove' trace ||
        complain "half a copy was left behind"
}

# judge OPERATION EXIT-CODE
judge() {
    case $2 in
    0) ;;
    137) grep -qE '^(KILL|TEAR)' control || complain "killed without being told to" ;;
    1) grep -q '^planrun: .' err || complain "no message: $(cat err)"
        [ "$(grep -c 'the store: the disk ' err)" -le 1 ] || complain "said twice: $(cat err)" ;;
    *) complain "exit code $2: $(head -c 3000 err)" ;;
    esac
    : >control
    if [ "$2" -eq 0 ]; then
        result >now || complain "after success: $(cat log-err)"
        [ "$1" = backup ] || cmp -s "want-$1" now || complain "said to be done: $(diff "want-$1" now | head -5)"
    fi
    [ "$1" != backup ] || check_copy "$2"
    [ "$1" != backup ] || rm -f state/copy.db
    operate "$1" || complain "not mended by itself: $(cat err)"
    result >now || complain "afterwards: $(cat log-err)"
    cmp -s "want-$1" now || complain "not as undisturbed: $(diff "want-$1" now | head -5)"
    [ "$(ids)" -eq "$(cat "ids-$1")" ] || complain "told under other ids: $(cat sent)"
}

export PRELOAD_DISK_FOLDER="$work/state" PRELOAD_DISK_CONTROL="$work/control"
preloaded() {
    found=0
    LD_PRELOAD="$build/tests/preload_disk.so" PRELOAD_DISK_TRACE="$work/trace" operate "$1" || found=$?
}

total=0
: >control
: >cases
for operation in first once submit apply backup; do
    case=$operation
    begin $operation
    rm -f trace
    preloaded $operation
    [ "$found" -eq 0 ] || complain "undisturbed: $found: $(cat err)"
    result >want-$operation
    ids >ids-$operation
    calls=$(wc -l <trace)
    total=$((total + calls))
    for fault in "EIO 1" "EIO 0" "ENOSPC 1" "ENOSPC 0" "SHORT 1" "SHORT 0" "TORN 1" "TORN 0" "KILL 1" "TEAR 1"; do
        seq "$calls" | sed "s/.*/$operation & $fault/" >>cases
    done
done

# Neighbours last: whatever time allows is spread over all operations, calls and faults.
all=$(wc -l <cases) done=0
awk '{ printf "%d %s\n", (NR * 7919) % 1000003, $0 }' cases | sort -n | cut -d' ' -f2- >spread
while read -r operation at fault times; do
    [ "$(date +%s)" -lt "$end" ] || break
    begin "$operation"
    echo "$fault $at $times wsln" >control
    rm -f trace
    preloaded "$operation"
    case="$operation, call $at ($(grep -m1 '^!' trace || echo none)) $fault times $times"
    judge "$operation" "$found"
    done=$((done + 1))
done <spread
echo "faults: $done of $all cases (5 operations, $total calls, 10 faults)"
exit $status
