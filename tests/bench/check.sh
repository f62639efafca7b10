#!/bin/sh
# A plan of many items over a nation's roster, checked by all rules: one in which little is wrong, and
# one whose days are set blindly, so that every second item has a finding; beside them what loading
# and showing the plan costs, without its roster.
#   sh tests/bench/check.sh BUILD [ITEMS] [UNITS] [TURNS]      BUILD: a release build
set -eu
build=${1:?usage: check.sh BUILD [ITEMS] [UNITS] [TURNS]}
items=${2:-10000} units=${3:-1000000} turns=${4:-5}
cmake --build "$build" --target gen_roster planrun planrun-eval >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/tests/gen_roster" "$units" >"$work/nation.csv"

# generate ID ROSTER SOUND: phases of a hundred items under a notice above; every tenth item fulfils
# one of its mandates, every seventh feeds another. Sound days are Mondays to Fridays from the 9th on.
generate() {
    awk -v items="$items" -v id="$1" -v roster="$2" -v sound="$3" '
    function weekday(month, day,    days, m) { # 2012; 0 = Sunday, which 1 January was
        split("31 29 31 30 31 30 31 31 30 31 30 31", length_of, " ")
        days = day - 1
        for (m = 1; m < month; m++) days += length_of[m]
        return days % 7
    }
    BEGIN {
        print "plan \"" id "\" { \"全国方案\", issuer = \"卫生部\", owner = \"ministry\", level = \"ministry\","
        print "  issued = \"2012-01-05\", under = { \"state\", as = \"ministries\" }, burden = 1000 }"
        print "unit \"ministry\" { \"卫生部\" }"
        print "unit \"province\" { \"各省卫生厅\", parent = \"ministry\", many = true }"
        print "unit \"city\" { \"各市卫生局\", many = true }"
        print "unit \"county\" { \"各县卫生局\", many = true }"
        print "unit \"institution\" { \"各医疗卫生机构\", many = true }"
        if (roster) print "roster \"nation.csv\" {}"
        split("institution county city province institution", who, " ")
        for (i = 0; i < items; i++) {
            month = sound ? i % 10 + 3 : i % 12 + 1
            day = sound ? int(i / 10) % 8 + 9 : i % 28 + 1
            while (sound && (weekday(month, day) == 0 || weekday(month, day) == 6)) day++
            if (i % 100 == 0)
                printf "phase \"p%d\" { \"第%d阶段\", when = \"1月5日至12月31日\",\n", i, i / 100 + 1
            printf "  quota \"q%d\" { \"材料%d\", each = \"%s\", count = \"不少于%d篇\", due = \"%d月%d日前\", to = \"ministry\"",
                i, i, who[i % 5 + 1], i % 5 + 1, month, day
            if (i % 10 == 0) printf ", fulfils = \"state:m%d\"", i / 10 % 100
            if (i % 7 == 0 && i + 80 < items) printf ", feeds = \"q%d\"", i + 80
            print " },"
            if (i % 100 == 99 || i == items - 1) print "}"
        }
        print "remind { before = { \"7d\", \"3d\", \"1d\" } }"
    }' >"$work/$1.lua"
}

awk 'BEGIN {
    print "plan \"state\" { \"国务院通知\", issuer = \"国务院\", issued = \"2012-01-01\" }"
    print "unit \"state\" { \"国务院\" }"
    print "unit \"ministries\" { \"各部委\", parent = \"state\", many = true }"
    print "unit \"institution\" { \"各医疗卫生机构\", many = true }"
    for (i = 0; i < 100; i++)
        printf "quota \"m%d\" { \"任务%d\", each = \"institution\", count = 1, due = \"12月底前\" }\n", i, i
}' >"$work/state.lua"
generate sound 1 1
generate blind 1 ""
generate alone "" 1

# least COMMAND…: the least wall time of some turns, in ms
least() {
    best=
    for _ in $(seq "$turns"); do
        began=$(date +%s%N)
        "$@" >"$work/out" 2>"$work/findings" || [ $? -eq 1 ]
        took=$((($(date +%s%N) - began) / 1000000))
        [ -n "$best" ] && [ "$best" -le "$took" ] || best=$took
    done
    echo "$best"
}

for plan in sound blind; do
    echo "check, $items items, $units units, $plan: $(least "$build/planrun" check "$work/$plan.lua") ms; $(tail -n 1 "$work/out")"
done
echo "check, $items items, no roster: $(least "$build/planrun" check "$work/alone.lua") ms"
echo "show --json, no roster: $(least "$build/planrun" show --json "$work/alone.lua") ms"
