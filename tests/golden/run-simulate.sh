#!/bin/sh
# What the five notices make happen, against what was read line by line once.
#   sh tests/golden/run-simulate.sh BUILD SRC           compare; every simulation runs twice
#   sh tests/golden/run-simulate.sh BUILD SRC update    write the golden files anew
set -eu

build=$1 source=$2 mode=${3-compare}
golden=$source/tests/golden
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

# simulate NAME LOCALE SCRIPT [OPTION…]: one golden file
simulate() {
    name=$1 locale=$2 script=$3
    shift 3
    for run in 1 2; do
        LC_ALL=$locale "$build/planrun" "$source/scripts/$script.lua" --simulate "$@" \
            >"$work/$name.$run" 2>"$work/findings" || {
            echo "simulating $script failed:" >&2
            cat "$work/findings" >&2
            exit 1
        }
    done
    cmp "$work/$name.1" "$work/$name.2" || status=1
    if [ "$mode" = update ]; then
        cp "$work/$name.1" "$golden/simulate-$name.txt"
    else
        diff -u "$golden/simulate-$name.txt" "$work/$name.1" || status=1
    fi
}

for plan in moh2012 city2012 nanping2021 shaoxing2012 shashi2010; do
    simulate "$plan" zh_CN.UTF-8 "$plan"
done
simulate nanping2021-en C nanping2021
simulate shaoxing2012-json C shaoxing2012 --json

# A range cuts the same events out of the whole: days at both ends belong to it.
LC_ALL=zh_CN.UTF-8 "$build/planrun" "$source/scripts/shaoxing2012.lua" \
    --simulate=2012-05-11..2012-05-20 >"$work/part" 2>/dev/null
awk '$1 >= "2012-05-11" && $1 <= "2012-05-20"' "$work/shaoxing2012.1" | cmp - "$work/part" || {
    echo "a range of Shaoxing's campaign is not a part of the whole" >&2
    status=1
}
for range in 2012-05-20..2012-05-11 2012-02-30.. 2012-05-20 yesterday..; do
    code=0
    "$build/planrun" "$source/scripts/shaoxing2012.lua" "--simulate=$range" >"$work/out" 2>&1 || code=$?
    [ "$code" -eq 2 ] || {
        echo "range $range: exit code $code instead of 2" >&2
        status=1
    }
done
[ "$mode" = update ] || echo "counts: 7 simulations, $(cat "$golden"/simulate-*.txt | wc -l) events, each twice"
exit "$status"
