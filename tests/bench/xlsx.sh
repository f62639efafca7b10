#!/bin/sh
# Loads a roster from a workbook, with shared strings and with texts in the cells, beside a bare pass of
# expat over the same XML, in turns, and tells the best of each.
#   sh tests/bench/xlsx.sh BUILD [ROWS] [TURNS]      BUILD: a release build
set -eu
build=${1:?usage: xlsx.sh BUILD [ROWS] [TURNS]} rows=${2:-100000} turns=${3:-7}
cmake --build "$build" --target gen_xlsx bench_xlsx bench_xlsx_plain >/dev/null
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The best of a column: other programs on the machine only make a run slower.
best() {
    sort -k"$2" -n "$folder/$1" | head -1 | cut -d' ' -f"$2"
}

for kind in shared inline; do
    "$build/tests/gen_xlsx" "$folder/$kind.xlsx" "$rows" "$kind"
    rm -f "$folder/plain" "$folder/rows" "$folder/roster"
    for _ in $(seq "$turns"); do
        "$build/tests/bench_xlsx_plain" "$folder/$kind.xlsx" >>"$folder/plain"
        "$build/tests/bench_xlsx" "$folder/$kind.xlsx" rows >>"$folder/rows"
        "$build/tests/bench_xlsx" "$folder/$kind.xlsx" >>"$folder/roster"
    done
    printf '%s %s %s %s %s %s %s %s\n' "$(best plain 2)" "$(best rows 2)" "$(best rows 3)" \
        "$(best roster 2)" "$(best roster 3)" "$(best roster 4)" "$(best plain 3)" \
        "$(wc -c <"$folder/$kind.xlsx")" |
        awk -v kind="$kind" -v rows="$rows" -v turns="$turns" '{
            printf "%d rows, %s, %.1f MB of XML in %.1f MB, best of %d turns\n", rows, kind,
                $7 / 1e6, $8 / 1e6, turns
            printf "expat     %.3f s\n", $1
            printf "rows      %.3f s  %.2f of it  %.1f MiB\n", $2, $2 / $1, $3 / 1048576
            printf "roster    %.3f s  %.2f of it  %.1f MiB, of which the roster %.1f MiB\n", $4,
                $4 / $1, $5 / 1048576, $6 / 1048576
        }'
done
