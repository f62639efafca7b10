#!/bin/sh
# What `planrun explain` knows: every name that a finding can bear, in both languages, and what a date
# phrase of an example really leaves open.
#   sh tests/golden/run-explain.sh BUILD SRC
set -eu

build=$1 planrun=$1/planrun source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
export LC_ALL=C PLANRUN_STATE="$work/state"
lua=$(command -v lua5.4) || lua=$build/tests/planrun-lua
status=0

complain() {
    echo "$1" >&2
    status=1
}

# code NUMBER ARGUMENTS…
code() {
    wanted=$1 found=0
    shift
    "$planrun" "$@" >"$work/out" 2>"$work/err" </dev/null || found=$?
    [ "$found" = "$wanted" ] || complain "planrun $*: exit code $found, not $wanted"
}

# has FILE TEXT
has() {
    grep -qF -- "$2" "$work/$1" || complain "missing: $2, in: $(cat "$work/$1")"
}

# Every name that the sources can print is explained, and every explanation has all its parts.
"$lua" "$source/tests/lint/names.lua" "$source" >"$work/names"
code 0 explain --json
cp "$work/out" "$work/known.json"
sed -n -E 's/.*"name":"([a-z0-9-]+)".*/\1/p' "$work/known.json" | sort >"$work/known"
LC_ALL=C sort "$work/names" | comm -23 - "$work/known" >"$work/missing"
[ ! -s "$work/missing" ] || complain "no explanation of: $(tr '\n' ' ' <"$work/missing")"
uniq -d "$work/known" | grep . && complain "explained twice"
[ "$(wc -l <"$work/names")" -ge 170 ] || complain "only $(wc -l <"$work/names") names were found in the sources"
for part in title why example mend; do
    ! grep -E "\"$part\":\"\"" "$work/known.json" || complain "without $part"
done
LC_ALL=zh_CN.UTF-8 "$planrun" explain --json >"$work/zh.json"
[ "$(wc -l <"$work/zh.json")" = "$(wc -l <"$work/known.json")" ] || complain "not the same in Chinese"
! LC_ALL=C.UTF-8 grep -vP '"title":"[^"]*\p{Han}' "$work/zh.json" || complain "a Chinese title without Hanzi"

# A phrase that stands as an example leaves open what it is said to; the days of issue are tried in turn.
phrases=0
sed -n -E 's/.*"example":"([^"]*)","family":"phrases".*"name":"([a-z-]+)".*/\2 \1/p' "$work/known.json" >"$work/phrases"
while read -r name phrase; do
    case $name in unknown-anchor | anchor-moves-with-calendar) continue ;; esac
    phrases=$((phrases + 1))
    for day in 2012-03-20 2012-06-01 2012-12-10 2012-05-05 2012-02-15 2012-04-28 2012-01-20 \
        2012-06-15 2013-08-20 2026-09-07 2012-07-20 2013-01-10; do
        printf '%s\t%s\n' "$phrase" "$day"
    done | "$planrun" date --tsv 2>&1 | grep -qw -- "$name" || complain "“$phrase” is no example of $name"
done <"$work/phrases"
[ "$phrases" -ge 40 ] || complain "only $phrases phrases were tried"

# The command.
code 0 explain
has out 'feeds-late'
code 0 explain feeds-late
has out 'feeds-late (error)'
has out 'For example'
code 0 explain '[feeds-late]'
code 2 explain feed-late
has err 'did you mean “feeds-late”?'
code 2 explain zzzzzzzzz
has err 'planrun explain lists them'
code 2 explain feeds-late slack
code 2 explain --josn
code 1 explain --rules "$work/nothing.lua"
cat >"$work/rules.lua" <<'LUA'
local own = { en = "an own rule", zh = "自定的规则" }
return {
  { "own-one", level = "note", title = own, says = own, why = own, mend = own, example = "-- own" },
  { "slack", level = "warning", title = own, says = own, why = own, mend = own, example = "-- own" },
}
LUA
code 0 explain own-one --rules "$work/rules.lua"
has out 'own-one (note)'
code 0 explain --rules "$work/rules.lua" slack
has out 'slack (warning)'
echo 'return { { "bad", level = "fatal" } }' >"$work/rules.lua"
code 1 explain --rules "$work/rules.lua"
has err 'rules.lua:1: rule 1: bad: level is error, warning or note'

# Lines end in time, Hanzi and all; an example stays as it is.
cat >"$work/width.lua" <<'LUA'
for line in io.lines(arg[1]) do
  local columns = 0
  for _, code in utf8.codes(line) do columns = columns + (code >= 0x2e80 and 2 or 1) end
  if columns > 80 and line:sub(1, 4) ~= "    " then print("long: " .. line) end
end
LUA
for locale in C zh_CN.UTF-8; do
    for name in $(sed -n '1~7p' "$work/known"); do
        LC_ALL=$locale "$planrun" explain "$name"
    done >"$work/out"
    "$lua" "$work/width.lua" "$work/out" >"$work/long"
    [ ! -s "$work/long" ] || complain "$locale: $(cat "$work/long")"
done

echo "counts: $(wc -l <"$work/names") names, $phrases phrases"
exit $status
