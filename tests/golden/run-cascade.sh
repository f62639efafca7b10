#!/bin/sh
# How much time the dues leave, from the highest notice down: the trees, and what is found on the way.
#   sh tests/golden/run-cascade.sh BUILD SRC           compare
#   sh tests/golden/run-cascade.sh BUILD SRC update    write the golden files anew
set -eu

planrun=$1/planrun source=$2 mode=${3-compare}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
export LC_ALL=C PLANRUN_STATE="$work/state"
status=0
count=0

# tree NAME LOCALE SCRIPT [OPTION]: one golden file
tree() {
    name=$1 locale=$2 script=$3
    shift 3
    LC_ALL=$locale "$planrun" check "$source/$script.lua" --cascade "$@" >"$work/found" 2>"$work/err" || true
    count=$((count + 1))
    if [ "$mode" = update ]; then
        cp "$work/found" "$source/tests/golden/cascade-$name.txt"
    else
        diff -u "$source/tests/golden/cascade-$name.txt" "$work/found" || status=1
    fi
}

tree city2012-en C scripts/city2012
tree city2012-zh zh_CN.UTF-8 scripts/city2012
tree city2012-json C scripts/city2012 --json
tree six-en C tests/golden/six/department
tree six-zh zh_CN.UTF-8 tests/golden/six/department

# finds NAME PLAN EXPECTED: the plan's lines stand under up.lua, issued 2012-06-01; what is found in
# them by the rules of links, without places, in their order.
cat >"$work/up.lua" <<'LUA'
plan "up" { "上级方案", issuer = "市卫生局", issued = "2012-05-01" }
unit "bureau" { "市卫生局" }
quota "report" { "报告", by = "bureau", count = 1, due = "7月31日前" }
quota "early"  { "早报", by = "bureau", count = 1, due = "7月10日前" }
quota "early2" { "早报二", by = "bureau", count = 1, due = "7月10日前" }
quota "early3" { "早报三", by = "bureau", count = 1, due = "7月10日前" }
quota "early4" { "早报四", by = "bureau", count = 1, due = "7月10日前" }
task "open"    { "无期限", by = "bureau" }
LUA
finds() {
    count=$((count + 1))
    printf '%s\n' 'plan "ours" { "方案", issuer = "某医院", issued = "2012-06-01", under = "up" }' \
        'unit "hospital" { "某医院" }' 'unit "ward" { "病区", parent = "hospital" }' "$2" >"$work/ours.lua"
    "$planrun" check "$work/ours.lua" --as-of 2012-06-01 >"$work/out" 2>&1 || true
    sed -n -E 's/^.*(error|warning|note): (.*) \[(feeds-late|slack|over-tightened)\]$/\3: \2/p' \
        "$work/out" >"$work/found"
    printf '%s' "$3" | diff -u - "$work/found" >"$work/diff" || {
        echo "differs: $1"
        cat "$work/diff"
        status=1
    }
}

finds 'an input five days late' \
    'task "refine" { "提炼", by = "hospital", due = "6月30日前" }
quota "ideas" { "建议", each = "ward", count = 1, due = "7月5日前", feeds = "refine" }' \
    'feeds-late: “建议” is due 2012-07-05 Thu, 5 days after “提炼” (2012-06-30 Sat), which needs it
'
finds 'an input on the very day' \
    'task "refine" { "提炼", by = "hospital", due = "6月30日前" }
quota "ideas" { "建议", each = "ward", count = 1, due = "6月30日前", feeds = "refine" }' ''
finds 'an input some hours late' \
    'task "refine" { "提炼", by = "hospital", due = "6月30日12时前" }
quota "ideas" { "建议", each = "ward", count = 1, due = "6月30日17时前", feeds = "refine" }' \
    'feeds-late: “建议” is due 2012-06-30 Sat 17:00, hours after “提炼” (2012-06-30 Sat 12:00), which needs it
'
finds 'late by way of a step without a due' \
    'task "sort" { "整理", by = "hospital", feeds = "refine" }
task "refine" { "提炼", by = "hospital", due = "6月30日前" }
quota "ideas" { "建议", each = "ward", count = 1, due = "7月1日前", feeds = "sort" }' \
    'feeds-late: “建议” is due 2012-07-01 Sun, 1 day after “提炼” (2012-06-30 Sat), which needs it by way of “整理”
'
finds 'an input whose phase ends later than the step is due' \
    'phase "all" { "全程", when = "6月至8月",
  quota "ideas" { "建议", each = "ward", count = 1, feeds = "refine" },
}
task "refine" { "提炼", by = "hospital", due = "6月30日前" }' ''
finds 'an input whose phase begins after the step is due' \
    'phase "all" { "后段", when = "7月至8月",
  quota "ideas" { "建议", each = "ward", count = 1, feeds = "refine" },
}
task "refine" { "提炼", by = "hospital", due = "6月30日前" }' \
    'feeds-late: “建议” begins 2012-07-01 Sun, 1 day after “提炼” (2012-06-30 Sat), which needs it
'
finds 'a step above is due earlier' \
    'quota "ideas" { "建议", each = "ward", count = 1, due = "8月1日前", feeds = "up:report" }' \
    'feeds-late: “建议” is due 2012-08-01 Wed, 1 day after “报告” (2012-07-31 Tue), which needs it
'
finds 'slack, told once for the step that comes first' \
    'quota "ideas" { "建议", each = "ward", count = 1, due = "7月5日前", feeds = { "up:report", "up:early" } }' \
    'slack: “建议” is due 2012-07-05 Thu, 5 days (3 working days) before “早报” above (2012-07-10 Tue)
'
finds 'one step is missed, the other one is not' \
    'quota "ideas" { "建议", each = "ward", count = 1, due = "7月11日前", feeds = { "up:report", "up:early" } }' \
    'feeds-late: “建议” is due 2012-07-11 Wed, 1 day after “早报” (2012-07-10 Tue), which needs it
'
finds 'an input that leaves nothing' \
    'quota "ideas" { "建议", each = "ward", count = 1, due = "7月31日前", feeds = "up:report" }' \
    'slack: “建议” is due 2012-07-31 Tue, 0 days (0 working days) before “报告” above (2012-07-31 Tue)
'
finds 'done on the day that is asked for' \
    'quota "ours" { "报告", by = "hospital", count = 1, due = "7月31日前", fulfils = "up:report" }' ''
finds 'half of the time is left to others' \
    'quota "ours" { "报告", by = "hospital", count = 1, due = "7月1日前", fulfils = "up:report" }' \
    'slack: “报告” is due 2012-07-01 Sun, 30 days (22 working days) before “报告” above (2012-07-31 Tue)
'
finds 'more than half is taken' \
    'quota "ours" { "报告", by = "hospital", count = 1, due = "6月30日前", fulfils = "up:report" }' \
    'over-tightened: “报告” is due 2012-06-30 Sat, 31 days (22 working days) before “报告” above (2012-07-31 Tue): more than half of the 60 days from 2012-06-01 Fri on
'
finds 'the same, with a reason' \
    'quota "ours" { "报告", by = "hospital", count = 1, due = "6月30日前", fulfils = "up:report",
  allow = { ["over-tightened"] = "要先报院党委会审定" } }' ''
finds 'nothing above has a due' \
    'quota "ours" { "报告", by = "hospital", count = 1, due = "6月30日前", fulfils = "up:open" }' ''

finds 'a name with quotation marks, four steps above' \
    'quota "ideas" { "“我们的价值观”建议", each = "ward", count = 1, due = "7月5日前",
  feeds = { "up:early", "up:early2", "up:early3", "up:early4" } }' \
    'slack: “‘我们的价值观’建议” is due 2012-07-05 Thu, 5 days (3 working days) before “早报”, “早报二”, “早报三” and 1 more above (2012-07-10 Tue)
'

# A chain of sixty goes on below twice, a circle is refused or ends, and what feeds two is drawn once in full.
chain() {
    awk -v n="$1" 'BEGIN {
        print "plan \"chain\" { \"方案\", issuer = \"某医院\", issued = \"2012-06-01\" }\nunit \"h\" { \"某医院\" }"
        for (i = 1; i <= n; i++)
            printf "task \"t%d\" { \"任务%d\", by = \"h\", due = \"2013-06-03\"%s }\n", i, i,
                (i > 1 ? ", feeds = { \"t" (i - 1) "\"" (i > 2 ? ", \"t" (i - 2) "\"" : "") " }" : "") }' >"$work/chain.lua"
    "$planrun" check "$work/chain.lua" --cascade >"$work/found" 2>&1 || complain "a chain of $1: $(cat "$work/found")"
    count=$((count + 1))
}
complain() {
    echo "$1" >&2
    status=1
}
chain 60
[ "$(grep -c 'goes on below' "$work/found")" -ge 2 ] || complain 'a long chain does not go on below'
for i in 1 24 25 49 60; do
    grep -q "chain:t$i " "$work/found" || complain "t$i is not in the chain"
done
chain 2000
[ "$(wc -l <"$work/found")" -le 6000 ] || complain "a chain of 2,000 fills $(wc -l <"$work/found") lines"
printf '%s\n' 'plan "circle" { "方案", issuer = "某医院", issued = "2012-06-01" } unit "h" { "某医院" }' \
    'task "a" { "甲", by = "h", feeds = "b" }' 'task "b" { "乙", by = "h", due = "2012-07-05", feeds = { "a", "c" } }' \
    'task "c" { "丙", by = "h", due = "2012-07-06", feeds = "b" }' >"$work/circle.lua"
for view in --cascade --strict; do
    timeout 20 "$planrun" check "$work/circle.lua" $view >"$work/found" 2>&1 || [ $? -le 1 ] || complain "circle: $(cat "$work/found")"
done

[ "$mode" = update ] || echo "counts: $count trees and plans"
exit $status
