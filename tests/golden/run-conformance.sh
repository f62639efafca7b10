#!/bin/sh
# A pair of plans, a notice and what derives from it: each single change of the lower one is found under
# the right name, or is none. Then a chain of six levels, a diamond, and sixteen levels: a change above is found in
# every plan below that no longer keeps it. Arguments: build directory, source directory.
set -eu

planrun=$1/planrun plans=$2/tests/golden
[ -x "$planrun" ] || { echo "planrun is not built"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES
export LC_ALL=C PLANRUN_STATE="$work/state"
status=0 rows=0 harmful=0

complain() {
    echo "$1" >&2
    status=1
}

# Checks the plan of each folder below $1, several at a time, into its folder's `found`: the names of
# errors, and of deviations that nobody approved; `fine` without any.
check_all() {
    find "$1" -name "$2" -print0 | xargs -0 -r -n 1 -P 4 sh -c '
        folder=${1%/*} code=0
        "$0" check --json "$1" >"$folder/out" 2>"$folder/found" || code=$?
        [ "$code" -le 1 ] || echo "exit $code" >>"$folder/found"
        sed -n "/\"level\":\"error\"/p;/\"rule\":\"unapproved\"/p" "$folder/out" |
            sed "s/.*\"rule\":\"\([^\"]*\)\".*/\1/" | sort -u | tr "\n" " " | sed "s/ $//" >>"$folder/found"
        [ -s "$folder/found" ] || printf fine >"$folder/found"
    ' "$planrun"
}

# ---- single changes ------------------------------------------------------------------------------

pair=$plans/conformance
tab=$(printf '\t')
grep -v '^#' "$pair/mutations.tsv" >"$work/mutations"
prepare() {
    mkdir -p "$work/changes/$1"
    cp "$pair/bureau.lua" "$pair"/*.csv "$work/changes/$1"
    sed "$2" "$pair/hospital.lua" >"$work/changes/$1/hospital.lua"
}

prepare unchanged ''
while IFS=$tab read -r id edit expected; do
    [ ! -d "$work/changes/$id" ] || complain "$id: stands there twice"
    prepare "$id" "$edit"
    ! cmp -s "$pair/hospital.lua" "$work/changes/$id/hospital.lua" || complain "$id: the edit changes nothing"
done <"$work/mutations"
check_all "$work/changes" hospital.lua
[ "$(cat "$work/changes/unchanged/found")" = fine ] || complain "the pair does not conform"
while IFS=$tab read -r id edit expected; do
    rows=$((rows + 1))
    [ "$expected" = fine ] || harmful=$((harmful + 1))
    found=$(cat "$work/changes/$id/found")
    [ "$found" = "$expected" ] || complain "$id: expected $expected, found $found"
done <"$work/mutations"
echo "single changes: $rows, harmful $harmful"
[ "$rows" -ge 60 ] || complain "too few single changes"
exit $status
