#!/bin/sh
# Loads a nation's roster with planrun and with the plain C program beside it, in turns, and
# compares the best of each: time, memory, bytes a unit.
#   sh tests/bench/roster.sh BUILD [UNITS] [mixed] [TURNS]      BUILD: a release build
set -eu
build=${1:?usage: roster.sh BUILD [UNITS] [mixed|grouped] [TURNS]}
units=${2:-1000000}
order=${3:-grouped}
turns=${4:-7}
cmake --build "$build" --target gen_roster bench_roster bench_roster_plain >/dev/null
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$build/tests/gen_roster" "$units" "$order" >"$folder/roster.csv"
turn=0
while [ "$turn" -lt "$turns" ]; do
    "$build/tests/bench_roster_plain" "$folder/roster.csv" >>"$folder/plain"
    "$build/tests/bench_roster" "$folder/roster.csv" >>"$folder/planrun"
    turn=$((turn + 1))
done
# The best of a column: other programs on the machine only make a run slower.
best() {
    sort -k"$2" -n "$folder/$1" | head -1 | cut -d' ' -f"$2"
}
tail -1 "$folder/planrun" >"$folder/last"
printf '%s %s %s %s %s %s %s\n' "$(best plain 2)" "$(best plain 3)" "$(best plain 4)" \
    "$(best planrun 2)" "$(best planrun 3)" "$(best planrun 4)" "$(cat "$folder/last")" |
    awk -v order="$order" -v turns="$turns" '{
        printf "%d rows, %s order, best of %d turns\n", $7, order, turns
        printf "plain C   %.3f s  %.3f s processor  peak %.0f MB\n", $1, $2, $3 / 1e6
        printf "planrun   %.3f s  %.3f s processor  peak %.0f MB\n", $4, $5, $6 / 1e6
        printf "ratio     %.2f    %.2f              %.2f\n", $4 / $1, $5 / $2, $6 / $3
        printf "a unit    %.1f bytes, %.1f with id, name and contact\n", $11, $12
        printf "selector  %.0f us a kind, %.0f us a kind in a unit but others\n", $13, $14
    }'
