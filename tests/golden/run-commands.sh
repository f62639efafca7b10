#!/bin/sh
# What the commands promise beside their texts: exit codes, clean standard output, the revision as
# the hash of what is printed, the same bytes anywhere, the operator's holiday files.
#   sh tests/golden/run-commands.sh BUILD SRC
set -eu

planrun=$1/planrun
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
export LC_ALL=C PLANRUN_STATE="$work/state"
status=0
count=0

complain() {
    echo "$1" >&2
    status=1
}

# code NUMBER ARGUMENTS…: the exit code; standard output stays empty unless it is 0.
code() {
    wanted=$1 found=0
    shift
    "$planrun" "$@" >"$work/out" 2>"$work/err" </dev/null || found=$?
    count=$((count + 1))
    [ "$found" = "$wanted" ] || complain "planrun $*: exit code $found, not $wanted"
    [ "$wanted" = 0 ] || [ ! -s "$work/out" ] || complain "planrun $*: refused, yet it printed data"
    [ "$wanted" = 0 ] || [ -s "$work/err" ] || complain "planrun $*: refused without a word"
}

# says TEXT: the last command said so on standard error.
says() {
    grep -qF -- "$1" "$work/err" || complain "missing: $1, in: $(cat "$work/err")"
}

plan=$source/scripts/nanping2021.lua
code 0 --help
code 0 --version
code 0 help words quota
code 0 show "$plan"
code 0 next --count 2 --json "$plan"
code 0 "$plan" --once
code 0 "$plan" --once --json
code 0 "$plan" --as-of 2022-03-01
code 0 status "$plan" --as-of 2022-03-01
code 0 log "$plan" --count 3
code 0 log "$plan" --event fact
code 0 why "$plan" '#1'
code 0 apply "$plan"
code 0 doctor "$plan"
code 0 "$plan" --simulate=2022-01-01.. --json
code 0 date --anchor 2012-03-20 3月22前
code 0 date 3月22前 --anchor 2012-03-20 --json
code 1 show "$work/nothing.lua"
code 1 date --anchor 2012-03-20 领导同意后
code 2 bogus
code 2 show
code 2 show "$plan" "$plan"
code 2 show "$plan" --jsn
says 'unknown option “--jsn”'
code 2 show "$plan" --as-of 2012-02-30
says '“2012-02-30” does not fit'
code 2 next "$plan" --count 0
code 2 next "$plan" --count
says 'unknown option “--count”, or its value is missing'
code 2 "$plan" --simulate=2022-02-01..2022-01-01
code 2 "$plan" --as-of tomorrow
code 2 "$plan" --speed 0
code 2 "$plan" --speed 100000000
code 2 "$plan" --until 2022-01-01
code 2 "$plan" --from 2022-02-01 --until 2022-01-01
code 2 "$plan" --from 2022-01-01 --once
code 2 "$plan" "$source/scripts/moh2012.lua" --speed 86400
code 2 "$plan" --channel mail
code 2 "$plan" --channel jsonl:
code 2 submit "$plan" --item notes
says 'submit needs --item and --unit'
code 2 submit "$plan" --item notes --unit x --until 2022-01-01
code 2 submit "$plan" --item notes --unit x --count 0
code 2 submit "$plan" --item notes --unit x --at 2022-01-01T25:00
code 2 excuse "$plan" --item notes --unit x
code 2 extend "$plan" --item notes --unit x --reason y
code 2 log "$plan" --event phase.strat
says "did you mean 'phase.start'"
code 2 log "$plan" --count 0
code 2 status
code 2 why "$plan"
code 2 backup "$plan"
code 2 doctor "$plan" --all
code 1 status "$plan" --item nothing
code 1 why "$plan" '#999999'
code 1 backup "$source/scripts/moh2012.lua" "$work/copy"
code 1 doctor "$source/scripts/moh2012.lua"
code 1 submit "$plan" --item nothing --unit x
code 2 date
code 2 date 7月 --anchor
code 2 help words nothing

# The revision is the SHA-256 of what show --json prints, to the last byte.
for name in moh2012 city2012 nanping2021 shaoxing2012 shashi2010; do
    "$planrun" show "$source/scripts/$name.lua" --json >"$work/$name.json" 2>"$work/err"
    hash=$(sha256sum <"$work/$name.json" | cut -c1-12)
    "$planrun" show "$source/scripts/$name.lua" 2>"$work/err" | grep -qF "$name @ $hash" ||
        complain "$name: $hash is not its revision"
    count=$((count + 1))
done

# Place, time zone, language and the rest of the environment change no byte.
mkdir "$work/else where"
cp "$source"/scripts/* "$work/else where"
cd "$work/else where"
for name in city2012 nanping2021; do
    env -i "$planrun" show ./$name.lua --json 2>"$work/err" | cmp -s - "$work/$name.json" ||
        complain "$name: other bytes without an environment"
    TZ=America/New_York LC_ALL=zh_CN.UTF-8 "$planrun" show $name.lua --as-of 2031-01-01 --json \
        2>"$work/err" | cmp -s - "$work/$name.json" || complain "$name: other bytes elsewhere"
    count=$((count + 2))
done

# A roster that cannot be read is told where the script names it, whatever is there.
rm nanping2021.csv
line=$(grep -n '^roster' nanping2021.lua | cut -d: -f1)
for make in true mkfifo mkdir 'ln -s /etc/passwd'; do
    $make nanping2021.csv
    code 1 show nanping2021.lua
    says "nanping2021.lua:$line:9: error: roster: nanping2021.csv: "
    says '[unreadable-roster]'
    rm -rf nanping2021.csv
done

# A table of phrases: one that cannot be read is a row and a problem.
found=0
printf '5月底前\t2012-03-20\n好几天\t2012-03-20\n6月\n' |
    "$planrun" date --tsv --anchor 2012-04-01 >"$work/found" || found=$?
[ $found = 1 ] || complain "date --tsv: exit code $found, not 1"
printf '%s\n' '5月底前	2012-03-20	deadline	-	2012-05-31	-' \
    '好几天	2012-03-20	error	-	-	unreadable:1' \
    '6月	2012-04-01	interval	2012-06-01	2012-06-30	-' | diff - "$work/found" || status=1

# The operator's holidays: a year that is not announced yet, and one that is announced anew.
workdays() {
    "$planrun" date --json --anchor "$1" "$2" | sed -n 's/.*"workdays":\([0-9]*\).*/\1/p'
}
mkdir "$work/first" "$work/second"
echo '[{"year": 2031, "source": "a test", "holidays":
  [{"name": "国庆节", "first": "2031-10-01", "last": "2031-10-08"}], "work": ["2031-09-28"]}]' \
    >"$work/first/2031.json"
echo '[{"year": 2012, "source": "a test", "holidays":
  [{"name": "国庆节", "first": "2012-10-01", "last": "2012-10-03"}], "work": []}]' \
    >"$work/second/2012.json"
before=$(workdays 2031-01-01 2031年10月) changed=$(workdays 2012-01-01 2012年10月)
export PLANRUN_HOLIDAYS="$work/first:$work/second"
[ "$before $(workdays 2031-01-01 2031年10月)" = "23 17" ] || complain "2031 is not taken over"
[ "$changed $(workdays 2012-01-01 2012年10月)" = "18 20" ] || complain "2012 is not replaced"
PLANRUN_HOLIDAYS=$work/nowhere code 1 date --anchor 2012-01-01 6月
says "$work/nowhere"

echo "commands: $count"
exit $status
