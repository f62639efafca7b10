#!/bin/sh
# A ministry's year: ten quotas over every institution of a nation, three tiers of reminders each,
# simulated by the engine that also runs for real. Beside it the same plan over a roster of a
# hundred institutions, so that the difference is what the units cost.
#   sh tests/bench/year.sh BUILD [UNITS] [TURNS]      BUILD: a release build
set -eu
build=${1:?usage: year.sh BUILD [UNITS] [TURNS]}
units=${2:-1000000}
turns=${3:-3}
cmake --build "$build" --target gen_roster >/dev/null
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/many" "$folder/few"

# plan FOLDER UNITS: the plan and its roster
plan() {
    "$build/tests/gen_roster" "$2" >"$1/nation.csv"
    {
        cat <<'PLAN'
plan "nation" { "全国卫生系统活动方案", issuer = "卫生部", owner = "ministry", issued = "2013年1月4日", when = "2013年" }
unit "ministry" { "卫生部" }
roster "nation.csv" { "province", "city", "county", "institution" }
PLAN
        for month in 2 3 4 5 6 7 8 9 10 11; do
            echo "quota \"q$month\" { \"工作总结$month\", each = \"institution\", count = \"不少于2篇\", when = \"$month月\", due = \"$month月20日前\", to = \"ministry\" }"
        done
        echo 'remind { before = { "7d", "3d", "1d" } }'
    } >"$1/nation.lua"
}

plan "$folder/many" "$units"
plan "$folder/few" 100

# least COMMAND…: the least wall time of some turns, in ms
least() {
    best=
    for turn in $(seq "$turns"); do
        began=$(date +%s%N)
        "$@" >"$folder/out" 2>"$folder/findings" || { cat "$folder/findings"; exit 1; }
        took=$((($(date +%s%N) - began) / 1000000))
        [ -n "$best" ] && [ "$best" -le "$took" ] || best=$took
    done
    echo "$best"
}

year=$(least "$build/planrun" "$folder/many/nation.lua" --simulate)
events=$(wc -l <"$folder/out")
show=$(least "$build/planrun" show "$folder/many/nation.lua")
few=$(least "$build/planrun" "$folder/few/nation.lua" --simulate)
echo "the year over $units institutions: $year ms, $events events (of them loading and showing the plan: $show ms)"
echo "the year over 100 institutions:     $few ms"
