#!/bin/sh
# sh tests/bench/recur.sh BUILD [RULES]: recurrence rules expanded over the year 2012 by planrun, by
# libical and by remind, in one run. All three must find the same days; remind, which works through its
# file anew for every day, gets a tenth of the rules.
set -eu

build=$1
rules=${2:-100000}
few=$((rules / 10))
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --build "$build" --target bench_recur bench_recur_ical >/dev/null
lua5.4 "$here/gen_recur.lua" "$rules" "$work/rules" "$work/all.rem"
head -n "$few" "$work/rules" >"$work/few"
{
    echo "banner %"
    head -n "$few" "$work/all.rem"
} >"$work/few.rem"

ours=$("$build/tests/bench_recur" "$work/rules" 2012 50)
ical=$("$build/tests/bench_recur_ical" "$work/rules" 2012 1)
ours_few=$("$build/tests/bench_recur" "$work/few" 2012 200)
start=$(date +%s%N)
remind -s12 "$work/few.rem" 2012-01-01 >"$work/out"
end=$(date +%s%N)
remind_few=$(awk -v few="$few" -v ns=$((end - start)) '
    BEGIN { split("0 31 60 91 121 152 182 213 244 274 305 335", before, " ") }
    { split($1, d, "/"); n++; sum += $NF * (15340 + before[d[2] + 0] + d[3] - 1) }
    END { printf "%d %d %.0f 0 %.3f\n", few, n, sum, ns / 1e6 }' "$work/out")

report() {
    printf '%-8s %7s rules %9s occurrences  checksum %-18s parse %8s ms  expand %10s ms\n' "$@"
}
# shellcheck disable=SC2086
{
    report planrun $ours
    report libical $ical
    report planrun $ours_few
    report remind $remind_few
}
echo "$ours|$ical|$ours_few|$remind_few" | awk -F'|' '{
    split($1, a, " "); split($2, b, " "); split($3, c, " "); split($4, d, " ")
    if (a[2] != b[2] || a[3] != b[3]) { print "libical finds other days"; exit 1 }
    if (c[2] != d[2] || c[3] != d[3]) { print "remind finds other days"; exit 1 }
    printf "ratio libical/planrun %.0f (with parsing %.0f), remind/planrun %.0f\n",
        b[5] / a[5], (b[4] + b[5]) / (a[4] + a[5]), d[5] / c[5] }'
