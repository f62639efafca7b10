#!/bin/sh
# What `planrun check` finds. Arguments: build directory, source directory; UPDATE=1 writes the texts anew.
#
# 1. The example of every rule in stdlib/check/ (but for what is told while a plan is read: run-explain.sh)
#    has that rule and no other error or warning; what is told of it, English and Chinese, is check/RULE.txt.
#    A rule is taken in by standing in its family: run this with UPDATE=1 and read its text. An example that needs
#    plans above or a roster is set into check/RULE.plan, in place of its line `-- example`, and is given nothing
#    else; `-- beside: rule` in the first line of that file is a rule that comes with it.
# 2. Every case in check/*.cases has exactly the findings that it names:
#      == rule,rule: what the case shows        ("-" = no finding at all)
#      lines of a plan
# 3. check/seeds.tsv: what must be told of scripts/*.lua (script, rule, words of the Chinese text), and that no
#    other errors are found there than those which it names.
# 4. check/odd.tsv: the rule that finds each oddity of the five notices, or why none can. What a script allows on a
#    line of its own is not allowed here.
# 5. check-clean.lua, under check-clean-above.lua, has nothing but notes on the time that is left.
#
# Examples and cases are given what they lack: a head (issued 2011-05-03, where they name moh2012: under it,
# issued 2012-05-02), the unit that issues it, and, when no unit is declared, those of office, county, unit, department, ward and person that
# they name, with a roster of one of each. A line `-- name.lua` or `-- name.csv` begins another file of that
# name; the last script is the one to be checked.
set -eu

build=$1
golden=$2/tests/golden/check
planrun=$build/planrun
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
export PLANRUN_STATE="$work/state" PLANRUN_PATH=../scripts
tab=$(printf '\t')
status=0

complain() {
    echo "$1" >&2
    status=1
}

# check LOCALE ARGUMENTS…: exit code 0 and 1 are both answers.
check() {
    locale=$1 code=0
    shift
    LC_ALL=$locale "$planrun" check "$@" 2>&1 || code=$?
    [ "$code" -le 1 ] || echo "exit code $code"
}

# rules_of LEVELS FILE: the rules found at these levels, as a list; "-" = none.
rules_of() {
    found=$(grep -E "\"level\":\"($1)\"" "$2" | sed 's/.*"rule":"\([^"]*\)".*/\1/' | sort -u | tr '\n' ',')
    found=${found%,}
    echo "${found:--}"
}

cp -r "$2/scripts" "$work/scripts"
"$build/tests/planrun-lua" "$2/tests/lua/check_cases.lua" "$work" "$golden" "$golden"/*.cases >"$work/plans"

count=0
while IFS="$tab" read -r folder file rules what; do
    cd "$work/$folder"
    check C --json "$file" >json
    case $what in
    "example "*)
        beside=${what#example }
        found=$(rules_of 'error|warning' json | tr , '\n' | grep -vxF "$beside" | tr '\n' ',' || true)
        found=${found%,}
        grep -q "\"rule\":\"$rules\"" json || found="$found without it"
        [ "$found" != - ] || found=$rules # a note
        [ "$found" = "$rules" ] || complain "example of $rules: found $found"
        { check C "$file" && echo && check zh_CN.UTF-8 "$file"; } | sed 's/ *$//' >told
        [ -z "${UPDATE:-}" ] || cp told "$golden/$rules.txt"
        diff -u "$golden/$rules.txt" told >&2 || complain "example of $rules: told otherwise"
        ;;
    *)
        found=$(rules_of 'error|warning|note' json)
        [ "$found" = "$rules" ] || complain "$folder, $what: found $found, not $rules"
        ;;
    esac
    count=$((count + 1))
done <"$work/plans"
for text in "$golden"/*.txt; do
    rule=$(basename "$text" .txt)
    grep -q "^$rule$tab" "$work/plans" || complain "$text belongs to no rule"
done

cd "$2"
for script in scripts/*.lua; do
    name=$(basename "$script" .lua)
    check zh_CN.UTF-8 --json "$script" >"$work/$name.json"
    grep '"level":"error"' "$work/$name.json" | sed 's/.*"rule":"\([^"]*\)".*/\1/' | while read -r rule; do
        grep -q "^$name$tab$rule$tab" "$golden/seeds.tsv" || echo "$script has the error $rule"
    done >"$work/errors"
    [ ! -s "$work/errors" ] || complain "$(cat "$work/errors")"
done
while IFS="$tab" read -r name rule words; do
    grep "\"rule\":\"$rule\"" "$work/$name.json" | grep -qF -- "$words" || complain "$name: no $rule with $words"
    count=$((count + 1))
done <"$golden/seeds.tsv"
cd "$work/scripts"
for script in *.lua; do
    sed -i -E '/^ *allow = \{[^{}]*\} *\}?,?$/s/allow = \{[^{}]*\},?//' "$script"
    check zh_CN.UTF-8 --json "$script" >"$work/${script%.lua}.json"
done
cd "$2"
odd=$(grep -v '^#' "$golden/odd.tsv")
while IFS="$tab" read -r fact name rule words; do
    [ "$rule" = - ] || grep "\"rule\":\"$rule\"" "$work/$name.json" | grep -qF -- "$words" ||
        complain "$fact, $name: no $rule with $words"
    count=$((count + 1))
done <<EOF
$odd
EOF
facts=$(echo "$odd" | cut -f 1 | sort -u | wc -l)
[ "$facts" -eq 51 ] || complain "check/odd.tsv has $facts of 51 oddities"

for script in check-clean-above check-clean; do
    check zh_CN.UTF-8 --json --strict "tests/golden/$script.lua" | grep -v '"rule":"slack"' >"$work/clean" || true
    [ ! -s "$work/clean" ] || complain "$script is not clean: $(cat "$work/clean")"
done
echo "$count plans and findings"
exit $status
