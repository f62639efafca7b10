#!/bin/sh
# `planrun date --tsv` reads the worked examples and gives back their columns 1 to 5; a phrase that it
# cannot read is a problem with its place.
#   sh tests/golden/run-dates.sh BUILD SRC
set -eu

build=$1
table=$2/tests/golden/dates.tsv
[ -x "$build/planrun" ] || { echo "planrun is not built"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

grep -v '^#' "$table" | cut -f 1-5 > "$work/wanted"
cut -f 1,2 "$table" | "$build/planrun" date --tsv > "$work/found"
cut -f 1-5 "$work/found" | diff "$work/wanted" -
awk -F '\t' 'NF != 6 { print "columns: " $0; bad = 1 } END { exit bad }' "$work/found"
echo "phrases: $(wc -l < "$work/found")"

code=0
printf '7月5日钱\t2012-06-01\n' | "$build/planrun" date --tsv > "$work/found" || code=$?
[ "$code" = 1 ]
printf '7月5日钱\t2012-06-01\terror\t-\t-\tunreadable:9\n' | diff - "$work/found"

code=0
LC_ALL=C "$build/planrun" date --anchor 2012-06-01 7月5日钱 > "$work/out" 2> "$work/err" || code=$?
[ "$code" = 1 ] && [ ! -s "$work/out" ] && grep -q 'unreadable' "$work/err"

LC_ALL=C "$build/planrun" date --anchor 2012-03-20 3月22前 > "$work/out"
grep -q 'phrase-typo' "$work/out"
LC_ALL=C "$build/planrun" date --json --anchor 2012-06-01 每周五 | grep -q '"rule":"FREQ=WEEKLY;BYDAY=FR"'
code=0
"$build/planrun" date --anchor 7月 7月5日 > "$work/out" 2>&1 || code=$?
[ "$code" = 2 ]
