#!/bin/sh
# Where a nation stands: roll-ups over both trees and the pages of units, beside a plain scan (bench_status.c); and
# the whole command over the roster of a nation, for all, a province and a county.
#   sh tests/bench/status.sh BUILD [UNITS] [TURNS]      BUILD: a release build
set -eu
build=${1:?usage: status.sh BUILD [UNITS] [TURNS]}
units=${2:-1000000} turns=${3:-20}
cmake --build "$build" --target bench_status gen_roster planrun planrun-eval >/dev/null
"$build/tests/bench_status" "$units" "$turns"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PLANRUN_STATE="$work/state"
"$build/tests/gen_roster" "$units" >"$work/nation.csv"
awk 'BEGIN {
    print "plan \"nation\" { \"全国方案\", issuer = \"卫生部\", owner = \"ministry\", issued = \"2012-01-05\" }"
    print "unit \"ministry\" { \"卫生部\" }"
    print "unit \"province\" { \"各省卫生厅\", parent = \"ministry\", many = true }"
    print "unit \"city\" { \"各市卫生局\", many = true }"
    print "unit \"county\" { \"各县卫生局\", many = true }"
    print "unit \"institution\" { \"各医疗卫生机构\", many = true }"
    print "roster \"nation.csv\" {}"
    for (i = 1; i <= 10; i++)
        printf "quota \"q%d\" { \"任务%d\", each = \"institution\", count = \"不少于%d篇\", due = \"%d月底前\" }\n",
            i, i, i % 3 + 1, i + 2
}' >"$work/nation.lua"
"$build/planrun" "$work/nation.lua" --once >/dev/null

# least NAME ARGUMENTS…: the least wall time of five turns of the command
least() {
    name=$1 best=
    shift
    for _ in 1 2 3 4 5; do
        began=$(date +%s%N)
        "$build/planrun" status "$work/nation.lua" --as-of 2012-06-01 --units 0 "$@" >"$work/out"
        took=$((($(date +%s%N) - began) / 1000000))
        [ -n "$best" ] && [ "$best" -le "$took" ] || best=$took
    done
    echo "planrun status, $name: $best ms, $(wc -l <"$work/out") lines"
}
province=$(grep ',province,' "$work/nation.csv" | head -1 | cut -d, -f1)
county=$(grep ',county,' "$work/nation.csv" | head -1 | cut -d, -f1)
least 'all' --json
least 'a province' --unit "$province"
least 'a county' --unit "$county"
