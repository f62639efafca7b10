#!/bin/sh
# What `planrun check` promises beside its findings: exit codes, the last line, --json, --strict, --rules, and
# that what is odd in a plan above is left to its author.
#   sh tests/golden/run-check-command.sh BUILD SRC
set -eu

planrun=$1/planrun source=$2
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

# code NUMBER ARGUMENTS…: the exit code of planrun check
code() {
    wanted=$1 found=0
    shift
    "$planrun" check "$@" >"$work/out" 2>"$work/err" </dev/null || found=$?
    count=$((count + 1))
    [ "$found" = "$wanted" ] || complain "planrun check $*: exit code $found, not $wanted: $(cat "$work/err")"
}

# has FILE TEXT, lacks FILE TEXT, last TEXT: what the command said
has() {
    grep -qF -- "$2" "$work/$1" || complain "missing: $2, in: $(cat "$work/$1")"
}
lacks() {
    ! grep -qF -- "$2" "$work/$1" || complain "unexpected: $2, in: $(cat "$work/$1")"
}
last() {
    [ "$(tail -n 1 "$work/out")" = "$1" ] || complain "the last line is “$(tail -n 1 "$work/out")”, not “$1”"
}

cd "$work"
cat >up.lua <<'LUA'
plan "up" { "上级方案", issuer = "市卫生局", issued = "2012-06-01" }
unit "bureau" { "市卫生局" }
quota "report" { "报告", by = "bureau", count = 1, due = "2012年10月前", to = "bureau", binding = "should" }
LUA
cat >sound.lua <<'LUA'
plan "sound" { "方案", issuer = "某医院", issued = "2012-06-01" }
unit "hospital" { "某医院" }
unit "ward-1" { "一病区", parent = "hospital" }
quota "notes" { "读书笔记", each = "ward-1", count = 2, due = "2012年7月5日前", to = "hospital" }
LUA
cat >late.lua <<'LUA'
plan "late" { "方案", issuer = "某医院", issued = "2012-06-01", under = "up" }
unit "hospital" { "某医院" }
unit "ward-1" { "一病区", parent = "hospital" }
task "refine" { "提炼", by = "hospital", due = "2012年6月29日前" }
quota "ideas" { "建议", each = "ward-1", count = 1, due = "2012年7月5日前", to = "hospital", feeds = "refine" }
LUA
sed 's/feeds = "refine"/feeds = "refine", allow = { ["feeds-late"] = "边收边改" }/' late.lua >allowed.lua
echo 'plan "broken" { "方案", issuer = "某医院", issued = "2012-06-01" } task "a" { "任务", due = "好几天" }' >broken.lua

code 0 sound.lua --as-of 2012-06-01
last 'sound.lua: nothing wrong was found'
[ "$(wc -l <out)" = 1 ] || complain 'a sound plan is said to be sound in one line'
code 0 sound.lua --json
[ ! -s out ] || complain 'a sound plan has no findings in JSON'
code 1 late.lua --as-of 2012-06-01
last '1 error, 0 warnings, 0 notes; 1 in plans above'
[ ! -s err ] || complain 'findings are what was asked for: they go to standard output'
lacks out before-month-ambiguous
code 0 allowed.lua --as-of 2012-06-01
last 'allowed.lua: nothing wrong was found; 1 allowed; 1 in plans above'
code 0 up.lua --as-of 2012-06-01
last '0 errors, 1 warning, 0 notes'
code 1 up.lua --strict --as-of 2012-06-01
code 0 sound.lua --strict --as-of 2012-06-01
code 1 broken.lua
has out 'broken.lua:1:'
last '1 error, 1 warning, 0 notes'
code 1 nothing.lua
LC_ALL=zh_CN.UTF-8 code 1 late.lua --as-of 2012-06-01
last '1 个错误，0 个警告，0 个提示；上级方案里另有 1 个'
LC_ALL=zh_CN.UTF-8 code 0 sound.lua --as-of 2012-06-01
last 'sound.lua：没有发现问题'

# One object a line: rule, level, message, file, line, column, related, help.
code 1 late.lua --json --as-of 2012-06-01
[ "$(wc -l <out)" = 1 ] || complain 'a finding is one line'
for key in '"rule":"feeds-late"' '"level":"error"' '"message":"“建议” is due' '"file":"late.lua"' '"line":5' \
    '"column":' '"related":[{"column":' '"help":"'; do
    has out "$key"
done
code 1 broken.lua --json
has out '"rule":"unreadable"'
has out '"related":[]'

# A view shows no findings, but says why it ends with 1.
code 1 late.lua --cascade
has err '1 error, 0 warnings, 0 notes; `planrun check late.lua` shows them'
code 0 sound.lua --cascade
[ ! -s err ] || complain 'nothing is wrong with it'
code 0 sound.lua --conformance

# Rules of the operator's: another finding, one that stands in for ours, one that fails; files that are no rules.
own='local t = { en = "own", zh = "自定" } local function rule(name, check)
  return { name, level = "warning", title = t, says = { en = "{n} items", zh = "{n} 项" }, why = t, mend = t, example = "--",
    check = check } end'
printf '%s\nreturn { rule("too-many-items", function(plan, report)
  report { item = plan.items[1], n = #plan.items } end) }\n' "$own" >rules.lua
code 0 sound.lua --rules rules.lua
has out 'sound.lua:4:1: warning: 1 items [too-many-items]'
code 1 sound.lua --rules rules.lua --strict
printf '%s\nreturn { rule("feeds-late", function() end) }\n' "$own" >mild.lua
code 0 late.lua --rules mild.lua --as-of 2012-06-01
printf '%s\nreturn { rule("crash", function(plan)\n  return plan.nothing.there\nend) }\n' "$own" >crash.lua
code 1 late.lua --rules crash.lua --rules rules.lua --as-of 2012-06-01
has err "planrun: crash: crash.lua:5: attempt to index a nil value (field 'nothing')"
has out '[feeds-late]'
has out '[too-many-items]'
echo 'return {' >wrong.lua
code 1 sound.lua --rules wrong.lua
has err 'wrong.lua:2: unexpected symbol'
echo 'return 3' >wrong.lua
code 1 sound.lua --rules wrong.lua
has err 'wrong.lua: returns no list of rules'
code 2 sound.lua --cascade --conformance
has err 'one of --cascade and --conformance'
printf 'return {\n\n  { "half", level = "note" } }' >wrong.lua
code 1 sound.lua --rules wrong.lua
has err 'wrong.lua:3: rule 1: half: title is { en = …, zh = … }'
code 1 sound.lua --rules nothing.lua
has err 'nothing.lua'

code 2
code 2 sound.lua late.lua
code 2 sound.lua --as-of yesterday
code 2 sound.lua --strickt
code 2 sound.lua --rules

# Plans that stand above one another by ten million ways, each of them with something odd: every plan is
# looked at once. The mandate of one at the top, and a due of another year than ours, make the rules walk.
level=10
while [ "$level" -ge 0 ]; do
    for number in 1 2 3 4 5; do
        under=
        [ "$level" = 10 ] || for above in 1 2 3 4 5; do under="$under\"p$((level + 1))-$above\", "; done
        cat >"p$level-$number.lua" <<LUA
plan "p$level-$number" { "方案", issuer = "某局$level-$number", issued = "2012-06-01", under = { $under } }
unit "bureau" { "某局$level-$number" }
unit "ward" { "各病区", parent = "bureau", many = true }
unit "ward-1" { "一病区", kind = "ward" }
quota "ideas" { "建议$level", each = "ward", count = 1, due = "2011年10月前" }
LUA
        [ "$level" != 0 ] || break
    done
    level=$((level - 1))
done
code 1 p0-1.lua --as-of 2012-06-01
has out '[missing]'
case $(tail -n 1 out) in
*'; 50 in plans above') ;;
*) complain "what is odd in 50 plans above is counted: $(tail -n 1 out)" ;;
esac

# Colour is for a terminal, not for a file.
script -qec "$planrun check late.lua" "$work/terminal" >/dev/null 2>&1 || true
if [ -s terminal ]; then
    grep -q "$(printf '\033')" terminal || complain 'no colour on a terminal'
    NO_COLOR=1 script -qec "$planrun check late.lua" "$work/plain" >/dev/null 2>&1 || true
    ! grep -q "$(printf '\033\[1')" plain || complain 'colour in spite of NO_COLOR'
fi

echo "commands: $count"
exit $status
