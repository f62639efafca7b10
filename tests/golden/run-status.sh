#!/bin/sh
# Who has handed in what: status, its matrix over both trees, one cell's reasons and what is due next, over
# plans of the folder scripts/ with submissions, told in both languages word for word.
#   sh tests/golden/run-status.sh BUILD SRC           compare
#   sh tests/golden/run-status.sh BUILD SRC update    write the golden files anew
set -eu

planrun=$1/planrun
source=$2
golden=$2/tests/golden
mode=${3-compare}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
status=0
commands=0

settle() {
    sed -E -e "s|$work/[a-z]*|PLACE|g" "$@"
}

# say ARGUMENTS…: one command with its output and, when it is not 0, its exit code. What a script is found
# to be written oddly is told elsewhere.
say() {
    code=0
    commands=$((commands + 1))
    echo "\$ planrun $*"
    "$planrun" "$@" >"$work/said" 2>"$work/complained" </dev/null || code=$?
    settle "$work/said"
    [ $code = 0 ] || {
        settle "$work/complained"
        echo "[$code]"
    }
    echo
}

# hand ARGUMENTS…: what has to succeed and is not told.
hand() {
    commands=$((commands + 1))
    "$planrun" "$@" --by clerk >"$work/said" 2>&1 </dev/null || {
        echo "planrun $*"
        cat "$work/said"
    }
}

# A hospital of departments and persons, with Party branches across.
hospital() {
    script=shaoxing2012.lua
    for unit in nursing internal branch-1 surgery; do
        hand submit $script --item meeting --unit $unit --at 2012-04-18T15:00
    done
    hand submit $script --item meeting --unit acupuncture --at 2012-05-03
    hand excuse $script --item meeting --unit laboratory --reason 整体搬迁 --at 2012-04-10
    hand extend $script --item meeting --unit pharmacy --until 2012-05-31 --reason 盘点 --at 2012-04-20
    hand submit $script --item essay --unit internal --at 2012-04-28 --count 2
    for unit in nursing-01 internal-01 surgery-01; do
        hand submit $script --item lead-by-example --unit $unit --at 2012-05-01
    done
    say status $script --as-of 2012-05-18
    say status $script --as-of 2012-04-30 --quota meeting
    say status $script --as-of 2012-05-18 --quota meeting --behind
    say status $script --as-of 2012-05-18 --unit internal
    say status $script --as-of 2012-05-18 --unit branch-2
    say status $script --as-of 2012-05-18 --unit internal-01
    say status $script --as-of 2012-05-18 --unit 急诊科 --behind
    say status $script --as-of 2012-05-18 --unit internal --quota essay --why
    say status $script --as-of 2012-05-18 --unit pharmacy --quota meeting --why
    say status $script --as-of 2012-05-18 --unit laboratory --quota meeting --why
    say status $script --as-of 2012-05-18 --unit branch-2 --quota lead-by-example --why
    say status $script --as-of 2012-05-18 --unit surgery-02 --quota essay --why
    say status $script --as-of 2012-05-18 --quota meeting --json
    say status $script --as-of 2012-05-18 --unit internal --json
    say status $script --unit internal --why
    say status $script --unit nobody
    say next $script --unit internal --as-of 2012-05-18
    say next $script --unit internal --as-of 2012-04-20 --days 10
    say next $script --unit internal --as-of 2012-04-20 --days 60 --json
    say next $script --unit surgery-02 --as-of 2012-05-18
    say next $script --days 3
    say next $script --unit internal --count 3
}

# A ministry: its provinces, never those below.
ministry() {
    script=moh2012.lua
    for unit in fujian zhejiang beijing; do
        hand submit $script --item own-plan --unit $unit --at 2012-06-01
    done
    say status $script --as-of 2012-07-30 --quota own-plan
    say status $script --as-of 2012-07-30 --unit fujian
}

# Persons who each owe a text, in units that owe others.
city() {
    script=city2012.lua
    hand submit $script --item reflection --person county-01-medical-01 --chars 1620 --at 2012-06-05
    hand submit $script --item reflection --person county-01-medical-02 --chars 900 --at 2012-06-06
    hand submit $script --item reflection --person county-01-medical-03 --chars 1700 --at 2012-06-07
    hand return $script --piece f3 --reason 写成了工作总结 --at 2012-06-08
    hand roster $script absent --unit county-01-office-01 --on 2012-06-01 --until 2012-07-31 --reason 产假
    hand submit $script --item essays --unit county-01 --count 2 --at 2012-07-10
    say status $script --as-of 2012-07-12 --quota reflection
    say status $script --as-of 2012-07-12 --unit county-01
    say status $script --as-of 2012-07-12 --unit county-01 --quota reflection --behind
    say status $script --as-of 2012-07-12 --unit county-01-medical-02 --quota reflection --why
    say status $script --as-of 2012-07-12 --unit county-01-medical-03 --quota reflection --why
    say status $script --as-of 2012-06-07 --unit county-01-medical-03 --quota reflection --why
    say status $script --as-of 2012-07-12 --unit county-01-office-01 --quota reflection --why
    say status $script --as-of 2012-07-12 --unit county-01-medical-02 --quota reflection --json
    say next $script --unit county-01 --as-of 2012-07-12
}

# A district whose rally was due before the notice: never late, and undone in words of its own.
district() {
    script=shashi2010.lua
    hand submit $script --item rally --unit township-01 --at 2010-04-10
    say status $script --as-of 2010-03-18 --quota rally
    say status $script --as-of 2010-05-01 --quota rally
    say status $script --as-of 2010-05-01 --unit township-01 --quota rally --why
    say status $script --as-of 2010-05-01 --unit township-02 --quota rally --json
    say status $script --as-of 2010-05-01 --quota rally --ledger
    say next $script --unit township-02 --as-of 2010-03-20 --days 1
}

for locale in C zh_CN.UTF-8; do
    name=${locale%%.*}
    [ "$name" = C ] && name=en || name=zh
    mkdir "$work/$name" "$work/state$name"
    cp "$source"/scripts/* "$work/$name"
    cd "$work/$name"
    export PLANRUN_STATE="$work/state$name" LC_ALL=$locale
    for part in hospital ministry city district; do
        $part
    done >"$work/status-$name.txt"
    if [ "$mode" = update ]; then
        cp "$work/status-$name.txt" "$golden/status-$name.txt"
    else
        diff -u "$golden/status-$name.txt" "$work/status-$name.txt" || status=1
    fi
done
echo "commands: $commands"
exit $status
