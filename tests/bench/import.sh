#!/bin/sh
# A million submissions imported: the store's part beside bare SQLite, then the whole command – with a
# key in every row and without, alone and through a holder – and what taking it back costs.
#   sh tests/bench/import.sh BUILD [FOLDER] [ROWS] [UNITS]       BUILD: a release build
# FOLDER is where the files are made and removed (default: beside the build).
set -eu
build=$(cd "${1:?usage: import.sh BUILD [FOLDER] [ROWS] [UNITS]}" && pwd)
rows=${3:-1000000} units=${4:-100000}
cmake --build "$build" --target bench_store_import planrun planrun-eval >/dev/null
work=$(mktemp -d "${2:-$build}/import-XXXXXX")
holder=
trap '[ -z "$holder" ] || kill "$holder" 2>/dev/null || true; rm -rf "$work"' EXIT
export PLANRUN_STATE="$work/state" LANG=C.UTF-8 LC_ALL=C.UTF-8
uptime

mkdir "$work/store"
"$build/tests/bench_store_import" "$work/store" "$rows" $((units / 5))

{
    echo 'plan "reading" { "读书活动", issuer = "护理部", issued = "2024年1月2日" }'
    echo 'unit "nursing" { "护理部" }'
    echo "unit \"ward\" { \"各病区\", parent = \"nursing\", many = $units }"
    for i in 0 1 2 3 4 5 6 7 8 9; do
        echo "quota \"q$i\" { \"材料$i\", each = \"ward\", count = 2, due = \"2024年11月30日前\" }"
    done
} >"$work/plan.lua"
# file ROWS KEYED MIXED SEED: units one after another, or as they come
file() {
    awk -v rows="$1" -v units="$units" -v keyed="$2" -v mixed="$3" -v seed="$4" 'BEGIN { srand(seed)
        print "item,unit,at,key"
        for (i = 0; i < rows; i++)
            printf "q%d,ward-%d,2024-%02d-%02d,%s\n", int(i / units) % 10, 1 + (mixed ? int(rand() * units) : i % units),
                1 + i % 11, 1 + i % 28, keyed ? "form-" i : "" }' >"$work/file.csv"
}

# run NAME COMMAND…: seconds and memory
run() {
    name=$1
    shift
    /usr/bin/time -f '%e %M' -o "$work/time" "$@" >"$work/out" 2>"$work/err" || { cat "$work/err"; exit 1; }
    read -r seconds memory <"$work/time"
    echo "$name: $seconds s, $((memory / 1024)) MB; $(cat "$work/out")"
}

import() { run "$1" "$build/planrun" submit "$work/plan.lua" --from "$work/${2:-file.csv}"; }

anew() {
    rm -rf "$PLANRUN_STATE"
    "$build/planrun" "$work/plan.lua" --once >/dev/null 2>&1
}

head -2 >"$work/one.csv" <<END
item,unit,at
q0,ward-1,2024-01-03
END
anew
import "one row" one.csv
for kind in "1 0 by-unit,keys-given" "0 0 by-unit,keys-made" "0 1 mixed,keys-made"; do
    # shellcheck disable=SC2086 # three words
    set -- $kind
    file "$rows" "$1" "$2" 7
    anew
    import "$3"
    if [ "$3" = "mixed,keys-made" ]; then import "the same again"; fi
    echo "    on disk: $(du -m "$PLANRUN_STATE/reading.db" | cut -f1) MB"
done
run "taken back" "$build/planrun" undo "$work/plan.lua"

anew
"$build/planrun" "$work/plan.lua" >/dev/null 2>&1 &
holder=$!
until [ -S "$PLANRUN_STATE/reading.sock" ]; do sleep 0.1; done

# waits: the longest that somebody else waits for an answer meanwhile
waits() {
    longest=0 number=0
    while kill -0 "$1" 2>/dev/null; do
        number=$((number + 1))
        began=$(date +%s%N)
        "$build/planrun" submit "$work/plan.lua" --item q1 --unit ward-1 --key "$2-$number" >/dev/null
        took=$((($(date +%s%N) - began) / 1000000))
        [ "$took" -le "$longest" ] || longest=$took
    done
    echo "    somebody else waited at most $longest ms, of $number times"
}

for count in $((rows / 10)) "$rows"; do
    file "$count" 0 1 "$count"
    import "$count through a holder" >"$work/told" &
    asking=$!
    waits "$asking" "other-$count"
    wait "$asking"
    cat "$work/told"
done
