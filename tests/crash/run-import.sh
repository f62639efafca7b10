#!/bin/sh
# Imports a file and kills whoever is at it – the command, or the holder that records it – at random
# moments: afterwards the store has all of the file or nothing, and importing the same file again gives
# what one import without a kill gives, nothing twice.
#   sh tests/crash/run-import.sh BUILD SRC
# PLANRUN_TEST_LONG makes it 100 kills.
set -eu
planrun=$1/planrun
work=$(mktemp -d)
holder='' client=''
end() {
    for pid in $holder $client; do kill -9 "$pid" 2>/dev/null || true; done
    wait
    rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM
export PLANRUN_STATE="$work/state" LANG=C.UTF-8 LC_ALL=C.UTF-8
rows=6000 kills=8
if [ -n "${PLANRUN_TEST_LONG:-}" ]; then rows=30000 kills=100; fi

# Rows that go in bulk, and rows whose duty depends on what the unit has handed in before.
cat >"$work/plan.lua" <<PLAN
plan "reading" { "读书活动", issuer = "护理部", issued = "2024年1月2日" }
unit "nursing" { "护理部" }
unit "ward" { "各病区", parent = "nursing", many = 500 }
quota "notes" { "读书笔记", each = "ward", count = 20, due = "2024年11月30日前" }
quota "monthly" { "月报", each = "ward", count = 1, per = "每月25日前" }
PLAN
awk -v rows="$rows" 'BEGIN { srand(7)
    print "item,unit,count,at,key,note"
    for (i = 0; i < rows; i++)
        printf "%s,ward-%d,%d,2024-%02d-%02d,%s,%s\n", rand() < 0.8 ? "notes" : "monthly", 1 + int(rand() * 500),
            1 + int(rand() * 2), 1 + int(rand() * 11), 1 + int(rand() * 28), i % 3 ? "" : "form-" i, i % 5 ? "" : "补交"
}' >"$work/file.csv"

# random FROM TO: a number, without a shell's own
random() {
    awk -v from="$1" -v to="$2" -v seed="$(od -An -N4 -tu4 /dev/urandom)" \
        'BEGIN { srand(seed); printf "%.3f", from + rand() * (to - from) }'
}

import() { "$planrun" submit "$work/plan.lua" --from "$work/file.csv" --by clerk "$@"; }

# facts: what the store has of the file, without what differs between two imports
facts() {
    "$planrun" log "$work/plan.lua" --json 2>>"$work/err" | grep '"event":"fact' |
        sed 's/"recorded_at":"[^"]*"//'
}

complain() {
    echo "$1"
    tail -5 "$work/err"
    exit 1
}

"$planrun" "$work/plan.lua" --once >>"$work/out" 2>>"$work/err"
began=$(date +%s%N)
import >"$work/first" 2>>"$work/err" || complain "the import fails"
took=$((($(date +%s%N) - began) / 1000000))
facts >"$work/facts"
"$planrun" status "$work/plan.lua" --as-of 2024-12-31 >"$work/status"
[ "$(wc -l <"$work/facts")" -eq "$rows" ] || complain "not every row was recorded"
seconds=$(awk -v ms="$took" 'BEGIN { printf "%.3f", ms / 1000 * 1.1 }')

# start: a holder that listens
start() {
    "$planrun" "$work/plan.lua" >"$work/run" 2>>"$work/err" &
    holder=$!
    for _ in $(seq 400); do
        [ ! -S "$PLANRUN_STATE/reading.sock" ] || return 0
        sleep 0.02
    done
    complain "no holder listens"
}

stop() {
    [ -z "$holder" ] || kill -9 "$holder" 2>/dev/null || true
    [ -z "$holder" ] || wait "$holder" 2>/dev/null || true
    holder=
}

nothing=0 all=0 cut=0
while [ "$cut" -lt "$kills" ]; do
    rm -rf "$PLANRUN_STATE"
    "$planrun" "$work/plan.lua" --once >>"$work/out" 2>>"$work/err"
    way=$((cut % 4)) # 0, 1: alone; 2: the holder of it is killed; 3: whoever asks it
    if [ "$way" -ge 2 ]; then start; fi
    import >"$work/told" 2>>"$work/err" &
    client=$!
    sleep "$(random 0 "$seconds")" # real processes and a real disk: nothing here to simulate
    if [ "$way" -eq 2 ]; then
        stop
        wait "$client" 2>/dev/null || true # it begins anew by itself
    else
        kill -9 "$client" 2>/dev/null || true
        wait "$client" 2>/dev/null || true
    fi
    client=
    [ "$way" -ne 3 ] || [ $((cut % 8)) -eq 3 ] || stop
    found=$(facts | wc -l)
    case $found in
    0) nothing=$((nothing + 1)) ;;
    "$rows") all=$((all + 1)) ;;
    *) complain "$found of $rows rows were left by kill $cut" ;;
    esac
    import >"$work/told" 2>>"$work/err" || complain "the import after kill $cut fails"
    facts >"$work/now"
    cmp -s "$work/facts" "$work/now" || complain "kill $cut: the facts are others"
    "$planrun" status "$work/plan.lua" --as-of 2024-12-31 >"$work/now"
    cmp -s "$work/status" "$work/now" || complain "kill $cut: the status is another"
    import --json >"$work/told" 2>>"$work/err"
    grep -q "\"recorded\":0,\"repeated\":$rows" "$work/told" || complain "kill $cut: recorded twice: $(cat "$work/told")"
    stop
    cut=$((cut + 1))
done
echo "$cut kills of an import of $rows rows ($took ms): $nothing left nothing, $all all of it; then each was as without a kill"
