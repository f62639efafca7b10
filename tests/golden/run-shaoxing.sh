#!/bin/sh
# Shaoxing's plan lived by a whole hospital: 40 departments, 12 branches and 600 people, three who join,
# two who leave, one on leave. What is handed in over the months counts in both trees; every coverage
# sums to what is asked, at every level; nobody is reminded twice, nor of what is handed in.
#   sh tests/golden/run-shaoxing.sh BUILD SRC           compare
#   sh tests/golden/run-shaoxing.sh BUILD SRC update    write the golden files anew
set -eu

build=$1 source=$2 golden=$2/tests/golden mode=${3-compare}
planrun=$build/planrun
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PLANRUN_STATE="$work/state" LC_ALL=C
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
cd "$work"
status=0

hospital() { # the part of the year that tests/lua/shaoxing.lua tells
    "$build/tests/planrun-lua" "$source/tests/lua/shaoxing.lua" "$@"
}

fail() {
    echo "$*" >&2
    status=1
}

run() { # OPTIONS…
    "$planrun" shaoxing2012.lua "$@" --speed 31622400 --channel jsonl:messages.part >run.out 2>&1 ||
        fail "planrun $*: $(tail -3 run.out)"
    [ ! -e messages.part ] || cat messages.part >>messages
    rm -f messages.part
}

say() { # COMMAND OPTIONS…
    command=$1
    shift
    "$planrun" "$command" shaoxing2012.lua "$@" --fast --by 党政办 >said 2>&1 || fail "$command $*: $(cat said)"
}

# Beside what the notice asks: one page of every person, so that both trees are asked down to people.
sed '/^remind/i quota "note" { "学习体会", each = "person", count = "不少于1篇", when = "2012年4月", due = "4月28日前" }' \
    "$source/scripts/shaoxing2012.lua" >shaoxing2012.lua
hospital roster >shaoxing2012.csv

roster() { # EVENT OPTIONS…
    event=$1
    shift
    "$planrun" roster shaoxing2012.lua "$event" "$@" --fast --by 党政办 >said 2>&1 ||
        fail "roster $event $*: $(cat said)"
}

people_of() { # DAY: who comes and goes, who is excused, who has more time
    case $1 in
    2012-04-03) roster join --unit d05-16 --name 科教科16号 --parent d05 --groups branch-02 --on 2012-04-02 ;;
    2012-04-10) roster absent --unit d12-13 --on 2012-04-09 --until 2012-06-20 --reason 产假 ;;
    2012-04-17) roster leave --unit d10-03 --on 2012-04-16 ;;
    2012-04-24)
        roster join --unit d09-16 --name 总务科16号 --parent d09 --groups branch-03 --on 2012-04-23
        say excuse --item essay --unit d15 --reason 抗疫值守 --approved-by 分管院长 --at 2012-04-23
        ;;
    2012-05-22) roster leave --unit d33-07 --on 2012-05-21 ;;
    2012-05-29) say extend --item core-words --unit d12 --until 2012-06-08 --reason 迎评 --at 2012-05-28 ;;
    2012-06-05) roster join --unit d21-16 --name 内三科16号 --parent d21 --groups branch-06 --on 2012-06-04 ;;
    esac
}

coverage() { # DAY
    echo "# $1 -" >>coverage.json
    "$planrun" status shaoxing2012.lua --fast --as-of "$1" --json >>coverage.json
    for unit in hospital $(hospital units); do
        echo "# $1 $unit" >>coverage.json
        "$planrun" status shaoxing2012.lua --fast --as-of "$1" --unit "$unit" --json >>coverage.json
    done
}

run --from 2012-03-01 --until 2012-03-19
for day in $(hospital days); do
    run --resume --until "$day"
    people_of "$day"
    hospital life "$day" >rows.csv
    say submit --from rows.csv
    case $day in
    2012-04-17 | 2012-05-04 | 2012-06-26) coverage "$day" ;;
    esac
done
run --resume --until 2012-07-10
hospital messages messages >proof.txt || status=1
hospital coverage <coverage.json >>proof.txt || status=1
cat proof.txt

for locale in C zh_CN.UTF-8; do
    name=${locale%%.*}
    [ "$name" = C ] && name=en || name=zh
    export LC_ALL=$locale
    while read -r words; do
        echo "\$ planrun $words"
        # shellcheck disable=SC2086
        "$planrun" $words --fast 2>&1 | sed "s|$work|WORK|g" || true
        echo
    done >"shaoxing-$name.txt" <<'END'
status shaoxing2012.lua --as-of 2012-05-04
status shaoxing2012.lua --as-of 2012-05-04 --unit d12
status shaoxing2012.lua --as-of 2012-05-04 --unit branch-05 --behind
status shaoxing2012.lua --as-of 2012-06-26 --quota core-words --behind
status shaoxing2012.lua --as-of 2012-05-04 --unit branch-05 --quota essay --why
roster shaoxing2012.lua --unit d12 --as-of 2012-05-04
log shaoxing2012.lua --event fact --unit d12-13
next shaoxing2012.lua --unit d40 --as-of 2012-04-20 --days 14
END
    cat proof.txt >>"shaoxing-$name.txt"
    if [ "$mode" = update ]; then
        cp "shaoxing-$name.txt" "$golden/shaoxing-$name.txt"
    else
        diff -u "$golden/shaoxing-$name.txt" "shaoxing-$name.txt" || status=1
    fi
done
exit $status
