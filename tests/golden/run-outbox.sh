#!/bin/sh
# What was not sent, and what an operator does about it, in both languages: a plan whose messages go
# to a disk that is full, lived in faster time.
#   sh tests/golden/run-outbox.sh BUILD SRC           compare
#   sh tests/golden/run-outbox.sh BUILD SRC update    write the golden files anew
set -eu

planrun=$1/planrun
golden=$2/tests/golden
mode=${3-compare}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
status=0
commands=0

write_plan() {
    cat >plan.lua <<'END'
plan "reading" { "护理部读书活动方案", issuer = "护理部", issued = "2024年3月2日" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
unit "ward-2"  { "二病区", kind = "ward" }
phase "read" { "阅读阶段", when = "3月中旬至4月底", clause = "三(一)",
  quota "notes" { "读书笔记", each = "ward", count = "不少于2篇", due = "4月20日前", to = "nursing", clause = "三(一)1" },
}
remind { before = { "7d", "1d" } }
on("phase.start", function(event) notify(event.units, event.phase.name .. "开始") end)
END
}

# say ARGUMENTS…: one command with its output and, when it is not 0, its exit code.
say() {
    code=0
    commands=$((commands + 1))
    echo "\$ planrun $*"
    "$planrun" "$@" >"$work/said" 2>&1 </dev/null || code=$?
    sed -e "s|$PLANRUN_STATE|STATE|g" "$work/said"
    [ $code = 0 ] || echo "[$code]"
    echo
}

story() {
    write_plan
    say outbox
    say outbox plan.lua
    "$planrun" plan.lua --from 2024-03-01 --until 2024-04-14 --speed 31622400 \
        --channel jsonl:/dev/full >/dev/null 2>&1
    say outbox plan.lua --fast
    say outbox plan.lua --fast --json
    say outbox plan.lua --fast --state given-up --count 1
    say outbox plan.lua --fast --state lost
    say outbox plan.lua --fast retry
    say outbox plan.lua --fast retry seven
    say outbox plan.lua --fast retry 1 9
    say outbox plan.lua --fast retry '#1'
    say outbox plan.lua --fast cancel 2 3
    say outbox plan.lua --fast cancel 2
    say outbox plan.lua --fast cancel --failed
    say outbox plan.lua --fast retry --failed
    say outbox plan.lua --fast restore ward-1
    say outbox plan.lua --fast restore default:ward-1
    say outbox plan.lua --fast --release
    say outbox plan.lua --fast --cancel-held
    say outbox plan.lua --fast --state cancelled
    say outbox plan.lua --fast
    "$planrun" plan.lua --resume --until 2024-04-14 --speed 31622400 --channel jsonl:sent.jsonl \
        >/dev/null 2>&1
    say outbox plan.lua --fast --state sent
    say outbox plan.lua other.lua
    say help outbox
}

for locale in C zh_CN.UTF-8; do
    name=${locale%%.*}
    [ "$name" = C ] && name=en || name=zh
    mkdir "$work/$name" "$work/state$name"
    cd "$work/$name"
    export PLANRUN_STATE="$work/state$name" LC_ALL=$locale
    story >"$work/outbox-$name.txt"
    if [ "$mode" = update ]; then
        cp "$work/outbox-$name.txt" "$golden/outbox-$name.txt"
    else
        diff -u "$golden/outbox-$name.txt" "$work/outbox-$name.txt" || status=1
    fi
done
echo "commands: $commands"
exit $status
