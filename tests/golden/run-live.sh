#!/bin/sh
# A run that stays: others read beside it and write through it, a second one is refused with its
# name, a changed script is taken while it runs, a signal ends it cleanly.
#   sh tests/golden/run-live.sh BUILD SRC
set -eu

planrun=$1/planrun
work=$(mktemp -d)
pids=
trap 'for pid in $pids; do kill "$pid" 2>/dev/null || :; done; rm -rf "$work"' EXIT
export PLANRUN_STATE="$work/state" LC_ALL=C
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
status=0
count=0

complain() {
    echo "$1" >&2
    status=1
}

# code NUMBER TEXT ARGUMENTS…: exit code, and what stands in the output.
code() {
    wanted=$1 text=$2 found=0
    shift 2
    count=$((count + 1))
    "$planrun" "$@" >"$work/out" 2>&1 </dev/null || found=$?
    [ "$found" = "$wanted" ] || complain "planrun $*: exit code $found, not $wanted: $(cat "$work/out")"
    grep -qF -- "$text" "$work/out" || complain "planrun $*: no “$text” in: $(cat "$work/out")"
}

# wait_for FILE TEXT: until it stands there, at most twenty seconds.
wait_for() {
    for _ in $(seq 200); do
        grep -qF -- "$2" "$1" 2>/dev/null && return 0
        sleep 0.1
    done
    complain "no “$2” came into ${1##*/}: $(cat "$1")"
}

ends() {
    found=0
    wait "$2" || found=$?
    [ "$found" = "$1" ] || complain "process ended with $found, not $1"
}

cd "$work"
cat >plan.lua <<'END'
plan "reading" { "读书活动", issuer = "护理部", issued = "2020年3月2日" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
unit "ward-2"  { "二病区", kind = "ward" }
quota "notes" { "读书笔记", each = "ward", count = 2, per = "每年12月" }
END

"$planrun" plan.lua >"$work/run" 2>&1 </dev/null &
run=$!
pids=$run
wait_for "$work/run" "Waiting for what comes"
"$planrun" log plan.lua --follow --json >"$work/followed" 2>&1 </dev/null &
follow=$!
pids="$run $follow"
wait_for "$work/followed" '"event":"plan.start"'

code 0 "pid $run" doctor plan.lua
code 1 "pid $run" plan.lua --once
code 0 "Recorded f1: 一病区" submit plan.lua --item notes --unit ward-1 --period 2020-12-10 --at 2020-12-05
wait_for "$work/followed" '"event":"fact.submitted"'
code 1 "did you mean" submit plan.lua --item note --unit ward-1
code 0 "1 of 2" submit plan.lua --item notes --unit ward-2 --period 2020-12-10 --at 2020-12-05
sed -i 's/count = 2/count = 3/' plan.lua
code 0 "more is asked" apply plan.lua
code 0 "is what runs" doctor plan.lua
code 0 "copied" backup plan.lua "$work/copy.db"
code 0 "2 of 3" submit plan.lua --item notes --unit ward-2 --period 2020-12-10 --at 2020-12-05

kill -TERM "$run"
ends 0 "$run"
kill -INT "$follow" 2>/dev/null || :
kill -TERM "$follow" 2>/dev/null || :
ends 0 "$follow"
pids=
code 0 "nobody runs" doctor plan.lua
code 0 "3 of 3, complete" submit plan.lua --item notes --unit ward-2 --period 2020-12-10 --at 2020-12-05
code 0 "asked 2 = done 1 + excused 0 + missing 1" status plan.lua --as-of 2020-12-06
code 0 "4 of 3, complete; due 2020-12-31 Thu, this one late" submit plan.lua --item notes --unit ward-2 --period 2020-12-10 --at 2021-01-02
code 0 "2 of 3; due 2020-12-31 Thu, late" submit plan.lua --item notes --unit ward-1 --period 2020-12-10 --at 2021-01-02
code 0 "3 of 3, complete; due 2020-12-31 Thu, done late" submit plan.lua --item notes --unit ward-1 --period 2020-12-10 --at 2021-01-02

# Two files of one id are one plan to the store: that is told, not guessed.
mkdir other
cp plan.lua other/plan.lua
code 0 "belongs to $(pwd -P)/plan.lua" status other/plan.lua
code 2 "are both the plan “reading”" plan.lua other/plan.lua --once
code 0 "belongs to $(pwd -P)/plan.lua" doctor other/plan.lua

# A killed holder leaves its files and no lock.
"$planrun" plan.lua >"$work/run" 2>&1 </dev/null &
run=$!
pids=$run
wait_for "$work/run" "Waiting for what comes"
kill -KILL "$run"
wait "$run" 2>/dev/null || :
pids=
code 0 "Recorded" excuse plan.lua --item notes --unit ward-1 --period 2020-12-10 --at 2020-12-05 --reason rest
code 0 "no problems" doctor plan.lua

# Who has handed in is not reminded, who was reminded is not reminded again.
day() {
    TZ=CST-8 date -d "$1 days" +%Y年%-m月%-d日
}
iso() {
    TZ=CST-8 date -d "$1 days" +%Y-%m-%d
}
cat >now.lua <<END
plan "now" { "读书活动", issuer = "护理部", issued = "$(day -9)" }
unit "ward"    { "各病区", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
unit "ward-2"  { "二病区", kind = "ward" }
unit "ward-3"  { "三病区", kind = "ward" }
quota "notes" { "读书笔记", each = "ward", count = 2, due = "$(day 10)前", rest_day = "ignore" }
remind { before = { "13d", "1d" } }
END
code 0 "2 of 2, complete" submit now.lua --item notes --unit ward-2 --count 2
code 0 "reminder 13d before" now.lua --once
grep -qF "→ 一病区" "$work/out" || complain "ward-1 was not reminded: $(cat "$work/out")"
grep -qF "→ 三病区" "$work/out" || complain "ward-3 was not reminded"
grep -qF "→ 二病区" "$work/out" && complain "ward-2 was reminded of what it has done"
code 0 "reminder 13d before" now.lua --once
grep -qF "→" "$work/out" && complain "reminded again: $(cat "$work/out")"
code 0 "2 units had not met it" why now.lua '#3'

# What comes next concerns those whom it would concern as things stand.
# coming KIND NUMBER NOTE: a row of the last output with that number behind its name, then the note.
coming() {
    grep -qE "$1 +读书笔记 +$2( |\$).*$3" "$work/out" || complain "no “$1 … $2 … $3” in: $(cat "$work/out")"
}
code 0 "has until" extend now.lua --item notes --unit ward-3 --until "$(iso 20)" --reason away
code 0 "Next, from" now.lua --once
coming "reminder 1d before" 1 "due $(iso 10)"
coming "quota.late" 1 ""
coming "reminder 1d before" 1 "due $(iso 20)"
code 0 "What comes next" why now.lua quota.late notes
coming "quota.late" 1 ""
code 0 "2 of 2, complete" submit now.lua --item notes --unit ward-1 --count 2
code 0 "Next, from" now.lua --once
coming "reminder 1d before" 0 "due $(iso 10)"
coming "reminder 1d before" 1 "due $(iso 20)"
code 0 "Next, from" now.lua --as-of "$(iso 0)"
coming "reminder 1d before" 3 "due $(iso 10)"
code 0 '"light":"on-plan"' status now.lua --json
code 0 "messages sent           2" doctor now.lua

# A roster that is gone is no store that is gone.
cat >listed.lua <<'END'
plan "listed" { "读书活动", issuer = "护理部", issued = "2020年3月2日" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
roster "listed.csv" { "ward" }
quota "notes" { "读书笔记", each = "ward", count = 1, due = "4月20日前" }
END
printf 'id,name,kind,parent\nward-1,一病区,ward,nursing\n' >listed.csv
code 0 "the plan has ended" listed.lua --once
rm listed.csv
code 1 "there is no such file" status listed.lua
grep -qF "nothing is recorded" "$work/out" && complain "a missing roster passes for a missing store"
code 1 "! roster" doctor listed.lua
code 0 "whole and checked" backup listed.lua listed-copy.db
printf 'id,name,kind,parent\nward-1,一病区,ward,nursing\n' >listed.csv

# A script that is gone leaves its plan in the store; one that never was makes none.
mv listed.lua elsewhere.lua
code 0 "missing: 一病区" status listed.lua
code 0 "the plan has ended" listed.lua --once
code 1 "there is no such file" never.lua --once
[ ! -e "$PLANRUN_STATE/never.db" ] || complain "a script that is not there made a store"

# A handler that fails is told, and recorded.
cat >fails.lua <<END
plan "fails" { "读书活动", issuer = "护理部", issued = "$(day 0)", when = "$(day 0)至$(day 30)" }
unit "ward" { "各病区", many = 2 }
quota "notes" { "读书笔记", each = "ward", count = 1 }
on("plan.start", function() error("no such luck") end)
END
code 0 "fails: a handler failed: fails.lua:4: no such luck" fails.lua --once
code 0 "handlers that failed    1" doctor fails.lua
echo "commands: $count"
exit $status
