#!/bin/sh
# A small plan from its first run to a changed script, told by the commands in both languages: what
# they print, word for word, and how they end.
#   sh tests/golden/run-story.sh BUILD SRC           compare
#   sh tests/golden/run-story.sh BUILD SRC update    write the golden files anew
set -eu

planrun=$1/planrun
golden=$2/tests/golden
mode=${3-compare}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
status=0
commands=0

# The plan lies in the past whenever this runs, so that only the times of recording differ.
write_plan() {
    cat >plan.lua <<'END'
plan "reading" { "护理部读书活动方案", issuer = "护理部", issued = "2024年3月2日" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
unit "ward-2"  { "二病区", kind = "ward" }
unit "ward-3"  { "三病区", kind = "ward" }
phase "read" { "阅读阶段", when = "3月中旬至4月底", clause = "三(一)",
  quota "notes" { "读书笔记", each = "ward", count = "不少于2篇", due = "4月20日前", to = "nursing", clause = "三(一)1" },
}
task "report" { "活动总结", by = "nursing", due = "5月15日前", clause = "四" }
remind { before = { "7d", "1d" } }
on("phase.start", function(event) notify(event.units, event.phase.name .. "开始") end)
END
}

# What differs from run to run: times of recording, sizes, places.
settle() {
    sed -E -e "s|$work/[a-z]*|STATE|g" \
        -e 's/"(fired_at|recorded_at)":"[^"]*"/"\1":"NOW"/g' \
        -e 's/^(Next, from |接下来（自 )20[0-9-]+ [^ ）]+/\1TODAY/' \
        -e 's/^(  recorded +|  记录于 +)20[0-9-]+ [^ ]+ [0-9:]+/\1NOW/' "$@"
}

# say ARGUMENTS…: one command with its output and, when it is not 0, its exit code.
say() {
    code=0
    commands=$((commands + 1))
    echo "\$ planrun $*"
    "$planrun" "$@" >"$work/said" 2>&1 </dev/null || code=$?
    settle "$work/said"
    [ $code = 0 ] || echo "[$code]"
    echo
}

story() {
    write_plan
    say status plan.lua --as-of 2024-04-18
    say log plan.lua
    say plan.lua --once
    say plan.lua --once
    say submit plan.lua --item notes --unit ward-1 --count 2 --at 2024-04-10 --key 12 --by clerk
    say submit plan.lua --item notes --unit ward-1 --count 2 --at 2024-04-10 --key 12 --by clerk
    say submit plan.lua --item notes --unit ward-1 --count 1 --at 2024-04-10 --key 12 --by clerk
    say submit plan.lua --item note --unit ward-1 --by clerk
    say submit plan.lua --item notes --unit ward-9 --by clerk
    say submit plan.lua --item notes --unit nursing --by clerk
    say submit plan.lua --item notes --unit ward-1 --at 2199-01-01 --by clerk
    say submit plan.lua --item notes --unit 二病区 --at 2024-04-10T15:30 --by clerk
    say excuse plan.lua --item notes --unit ward-2 --by head
    say excuse plan.lua --item notes --unit ward-2 --at 2024-04-11 --reason 整体休整 --by head
    say extend plan.lua --item notes --unit ward-3 --at 2024-04-11 --until 2024-05-08 --reason 外派 --by head
    say status plan.lua --as-of 2024-04-18
    say submit plan.lua --item notes --unit ward-3 --at 2024-04-21 --by clerk --json
    say withdraw plan.lua --item notes --unit ward-1 --at 2024-04-22 --note 登错了 --by clerk
    say withdraw plan.lua --item notes --unit ward-1 --fact f1 --by clerk
    say withdraw plan.lua --item notes --unit ward-1 --fact f2 --by clerk
    say withdraw plan.lua --item notes --unit ward-1 --fact f99 --by clerk
    say withdraw plan.lua --item notes --unit ward-1 --by clerk
    say status plan.lua --as-of 2024-04-21 --item notes
    say status plan.lua --as-of 2024-05-20 --units 1
    say status plan.lua --as-of 2024-05-20 --json
    say log plan.lua
    say log plan.lua --event fact --json
    say log plan.lua --unit ward-3 --count 3
    say log plan.lua --from 2024-04-01 --to 2024-04-19 --event reminder
    say log plan.lua --event remindr
    say why plan.lua '#3'
    say why plan.lua '#99'
    say why plan.lua notes --as-of 2024-04-18
    say why plan.lua 活动总结 --as-of 2024-05-20
    say why plan.lua quota.late notes --as-of 2024-04-18
    say submit plan.lua --item notes --unit ward-1 --count 2 --at 2024-04-19 --by clerk
    say why plan.lua reminder
    say apply plan.lua
    sed -i -e 's/4月20日前/4月27日前/' -e 's/不少于2篇/不少于3篇/' -e '/^task/d' plan.lua
    echo 'task "talk" { "读书交流会", by = "nursing", due = "5月底前" }' >>plan.lua
    say apply plan.lua --dry-run
    say plan.lua --once
    say apply plan.lua
    say status plan.lua --as-of 2024-04-25
    echo 'quota "more" { "更多", each = "各科" }' >>plan.lua
    say apply plan.lua
    say backup plan.lua copy.db
    say backup plan.lua nowhere/copy.db
}

for locale in C zh_CN.UTF-8; do
    name=${locale%%.*}
    [ "$name" = C ] && name=en || name=zh
    mkdir "$work/$name" "$work/state$name"
    cd "$work/$name"
    export PLANRUN_STATE="$work/state$name" LC_ALL=$locale
    story >"$work/story-$name.txt"
    if [ "$mode" = update ]; then
        cp "$work/story-$name.txt" "$golden/story-$name.txt"
    else
        diff -u "$golden/story-$name.txt" "$work/story-$name.txt" || status=1
    fi
done
echo "commands: $commands"
exit $status
