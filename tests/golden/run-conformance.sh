#!/bin/sh
# A pair of plans, a notice and what derives from it: each single change of the lower one is found under
# the right name, or is none. Then a chain of six levels, a diamond, and sixteen levels: a change above is found in
# every plan below that no longer keeps it. Arguments: build directory, source directory; UPDATE=1 writes the
# tables of the verdicts anew.
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
            sed "s/.*\"rule\":\"\([^\"]*\)\".*/\1/" | sort | tr "\n" " " | sed "s/ $//" >>"$folder/found"
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

# ---- the table -----------------------------------------------------------------------------------

# One plan with every verdict.
prepare table '/"essays"/s/5月31日前/6月14日前/;/"notes"/s/1500/2000/;/"video"/d;/"inspect"/s/"department"/{ "department", "office" }/
    /"visits"/s/fulfils/deviates = { from = "bureau:visits", reason = "人手不足" }, binding = "may", fulfils/
    $atask "own" { "自评", each = "d1", fulfils = "bureau:own" }'
echo 'task "own" { "自评", by = "bureau" }' >>"$work/changes/table/bureau.lua"
for locale in C zh_CN.UTF-8; do
    LC_ALL=$locale "$planrun" check --conformance "$work/changes/table/hospital.lua" 2>"$work/err" >"$work/table-$locale.txt" || [ $? = 1 ]
    [ -z "${UPDATE:-}" ] || cp "$work/table-$locale.txt" "$pair/table-$locale.txt"
    diff -u "$pair/table-$locale.txt" "$work/table-$locale.txt" >&2 || complain "the table is another ($locale)"
done

# ---- plans above plans ---------------------------------------------------------------------------

awk -v into="$work/chains" -v staff="$pair/staff.csv" '
    /^## case / {
        name = $3; sub(/:$/, "", name)
        folder = into "/" name
        system("mkdir -p " folder " && cp " staff " " folder)
        expected = $0; sub(/^[^:]*: /, "", expected)
        printf "%s\t%s\n", name, expected
        next
    }
    /^# like / { system("cp " into "/" $3 "/*.lua " folder); next }
    /^# [a-z]+\.lua$/ { close(file); file = folder "/" $2; printf "" >file; next }
    folder && NF { print >file }
' "$pair/chains.txt" >"$work/chains.tsv"
check_all "$work/chains" ours.lua
while IFS=$tab read -r id expected; do
    found=$(cat "$work/chains/$id/found")
    [ "$found" = "$expected" ] || complain "$id: expected $expected, found $found"
done <"$work/chains.tsv"
echo "chains: $(wc -l <"$work/chains.tsv")"

# ---- six levels ----------------------------------------------------------------------------------

# Every item of the plan $1 that does not conform, with its rules: plan:item=rule,rule or plan:missing.
impact() {
    plan=${1##*/} plan=${plan%.lua}
    "$planrun" check --conformance --json "$1" >"$work/out" 2>"$work/err" || [ $? = 1 ] || echo crash
    grep -q '"verdict"' "$work/out" || echo "no verdicts"
    sed -n 's/.*"verdict":"missing".*/missing/p
        s/.*"item":"\([^"]*\)".*"rules":\[\([^]]*\)\],"verdict":"violates".*/\1=\2/p' "$work/out" |
        tr -d '"' | sort -u | sed "s/^/$plan:/"
}

grep -v '^#' "$pair/six.tsv" >"$work/six.tsv"
while IFS=$tab read -r id changed edit expected; do
    rm -rf "$work/six"
    cp -r "$plans/six" "$work/six"
    sed "$edit" "$plans/six/$changed.lua" >"$work/six/$changed.lua"
    ! cmp -s "$plans/six/$changed.lua" "$work/six/$changed.lua" || complain "$id: the edit changes nothing"
    found=$(for level in province city county hospital department; do impact "$work/six/$level.lua"; done | tr '\n' ' ')
    [ "$found" = "${expected:+$expected }" ] || complain "$id: expected $expected, found $found"
done <"$work/six.tsv"
echo "changes above six levels: $(wc -l <"$work/six.tsv")"

# ---- sixteen levels ------------------------------------------------------------------------------

# Each plan but the first is under the one before and does the same.
mkdir "$work/deep"
cp "$pair/staff.csv" "$work/deep"
level=1
while [ $level -le 16 ]; do
    before=$((level - 1)) under='' fulfils=''
    [ $level = 1 ] || under=", under = \"p$before\"" fulfils=", fulfils = \"p$before:essay\""
    cat >"$work/deep/p$level.lua" <<EOF
plan "p$level" { "方案", issuer = "单位$level", issued = "2024-03-01"$under }
unit "ours" { "单位$level" } unit "person" { "职工", parent = "ours", many = true } roster "staff.csv" {}
quota "essay" { "征文", each = "person", count = 1, due = "6月28日前"$fulfils }
EOF
    level=$((level + 1))
done
[ -z "$(impact "$work/deep/p16.lua")" ] || complain "sixteen levels: $(impact "$work/deep/p16.lua")"
sed -i 's/6月28日前/6月21日前/' "$work/deep/p1.lua"
[ "$(impact "$work/deep/p16.lua")" = p16:essay=later-due ] || complain "sixteen levels, a change: $(impact "$work/deep/p16.lua")"
"$planrun" check --json "$work/deep/p16.lua" | grep -c '"rule":"later-due"' | grep -qx 1 || complain "sixteen levels: not said once"
exit $status
