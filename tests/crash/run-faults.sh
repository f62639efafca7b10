#!/bin/sh
# Lets every write, sync, truncation and name of a command fail in turn, once and for good, or ends the
# process there. The command must say so truthfully: exit code 0 = it is all there, else a message;
# whatever came of it, the same command afterwards gives what an undisturbed one gives.
#   sh tests/crash/run-faults.sh BUILD SRC
# PLANRUN_TEST_SECONDS of all cases, in a spread order; all of them with PLANRUN_TEST_LONG.
set -eu
build=$1
. "$2/tests/crash/fault_kit.sh"
write_plans faults 'unit "ward-3" { "三病区", kind = "ward" }'
keep_all

operate() {
    write "$1" >out 2>err </dev/null
}

# ---- what came of it ----------------------------------------------------------------------------

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
    # its name stays where the disk does not let it be taken back, either
    [ "$1" -eq 0 ] || [ "$1" -eq 137 ] || [ ! -e state/copy.db ] || grep -q '^!rename .*\.new$' trace ||
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

all=$(wc -l <cases) done=0
spread
while read -r operation at fault times; do
    has_time || break
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
