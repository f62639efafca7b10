#!/bin/sh
# A plan of many items: loaded, checked, sealed and shown, beside a plan of one item, so that the
# difference is what the items cost.
#   sh tests/bench/plan.sh BUILD [ITEMS] [TURNS]
set -eu

build=$1 items=${2-10000} turns=${3-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# generate ITEMS FILE: phases of a hundred quotas, each with a phrase, an amount and a class.
generate() {
    awk -v items="$1" 'BEGIN {
        print "plan \"bench\" { \"大方案\", issuer = \"市卫生局\", issued = \"2012-06-01\" }"
        print "unit \"bureau\" { \"市卫生局\" }"
        print "unit \"county\" { \"各县区卫生局\", parent = \"bureau\", many = 12 }"
        for (i = 0; i < items; i++) {
            month = i % 6 + 6
            if (i % 100 == 0)
                printf "phase \"p%d\" { \"第%d阶段\", when = \"%d月上旬至%d月底\",\n", i, i / 100 + 1, 6, 12
            printf "  quota \"q%d\" { \"心得体会%d\", each = \"各县区卫生局\", count = \"不少于%d篇\", due = \"%d月%d日前\", clause = \"三(%d)\" },\n",
                i, i, i % 5 + 1, month, i % 28 + 1, i % 9 + 1
            if (i % 100 == 99 || i == items - 1)
                print "}"
        }
        print "remind { before = { \"7d\", \"3d\", \"1d\" } }"
    }' >"$2"
}

generate "$items" "$work/many.lua"
generate 1 "$work/one.lua"

# least COMMAND…: the least wall time of some turns, in ms
least() {
    best=
    for turn in $(seq "$turns"); do
        began=$(date +%s%N)
        "$@" >"$work/out" 2>"$work/findings"
        took=$((($(date +%s%N) - began) / 1000000))
        [ -n "$best" ] && [ "$best" -le "$took" ] || best=$took
    done
    echo "$best"
}

echo "show, $items items:        $(least "$build/planrun" show "$work/many.lua") ms"
echo "show --json, $items items: $(least "$build/planrun" show --json "$work/many.lua") ms"
echo "simulate, $items items:    $(least "$build/planrun" "$work/many.lua" --simulate) ms"
echo "show, 1 item:              $(least "$build/planrun" show "$work/one.lua") ms"
