#!/bin/sh
# A campaign year over a nation's roster, simulated: ten quotas, three tiers of reminders.
#   sh tests/bench/campaign.sh BUILD [UNITS] [TURNS]      BUILD: a release build
set -eu
build=${1:?usage: campaign.sh BUILD [UNITS] [TURNS]}
units=${2:-1000000} turns=${3:-3}
cmake --build "$build" --target gen_roster planrun planrun-eval >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
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
    print "remind { before = { \"7d\", \"3d\", \"1d\" } }"
}' >"$work/nation.lua"

best=
for _ in $(seq "$turns"); do
    began=$(date +%s%N)
    "$build/planrun" "$work/nation.lua" --simulate --json >"$work/out"
    took=$((($(date +%s%N) - began) / 1000000))
    [ -n "$best" ] && [ "$best" -le "$took" ] || best=$took
done
echo "$units institutions, $(wc -l <"$work/out") firings: $best ms, roster and plan read, store in memory"
