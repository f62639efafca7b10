#!/bin/sh
# A plan run every day with --once, and the same plan run for five days and then again after three weeks: the time in
# between has passed for the machine too. What is recorded is the same but for fired_at and for what the rules merge;
# tests/golden/catch-up.diff has all of that: the tiers that a nearer one spoke for, those that are stale, the turns of
# a rhythm before the last, what handlers did not say any more.
#   sh tests/golden/run-catch-up.sh BUILD SRC           compare
#   sh tests/golden/run-catch-up.sh BUILD SRC update    write the golden file anew
set -eu

planrun=$1/planrun
golden=$2/tests/golden/catch-up.diff
mode=${3-compare}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C TZ=Asia/Shanghai
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
fake=$(find /usr/lib -name libfaketime.so.1 | head -1)
[ -n "$fake" ] || { echo "libfaketime is needed"; exit 1; }
cd "$work"

cat >plan.lua <<'END'
plan "reading" { "护理部读书活动方案", issuer = "护理部", issued = "2024年3月1日" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
unit "ward-2"  { "二病区", kind = "ward" }
phase "read" { "阅读阶段", when = "3月上旬至3月20日",
  quota "notes" { "读书笔记", each = "ward", count = 1, due = "3月8日前" },
}
phase "talk" { "交流阶段", when = "3月21日至4月10日",
  quota "essay" { "征文", each = "ward", count = 1, due = "3月29日前" },
}
task "rounds" { "业务查房", by = "nursing", per = "每周五" }
task "report" { "活动总结", by = "nursing", due = "4月8日前" }
remind { before = { "7d", "3d", "1d" }, after = { "1d" } }
remind { about = "report", every = "每周一" }
on("phase.start", function(event) notify(event.units, event.phase.name .. "开始") end)
END

# at DAY COMMAND…: at ten o'clock of a day in March
at() {
    moment="@2024-03-$1 10:00:00"
    shift
    LD_PRELOAD="$fake" FAKETIME="$moment" ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS-}" \
        "$planrun" "$@" </dev/null >>out 2>&1
}

hand_in() { # DAY
    [ "$1" != 04 ] || at 04 submit plan.lua --item notes --unit ward-1 --by clerk --key one
    [ "$1" != 28 ] || at 28 submit plan.lua --item essay --unit ward-2 --by clerk --key two
}

live() { # STATE DAYS…
    export PLANRUN_STATE="$work/$1"
    shift
    for day; do
        at "$day" plan.lua --once --channel "jsonl:$PLANRUN_STATE.sent" || { tail -3 out; exit 1; }
        hand_in "$day"
    done
    "$planrun" log plan.lua --json >"$PLANRUN_STATE.log"
}

live daily $(seq -w 2 31)
live seldom 02 03 04 05 06 28 29 30 31
for side in daily seldom; do
    sed -e 's/"fired_at":"[^"]*",//' -e 's/"recorded_at":"[^"]*",//' $side.log >$side.rows
    grep -c '^{' $side.sent >>counts
done
diff -U 0 daily.rows seldom.rows | grep '^[-+][^-+]' | sed 's/"plan":"reading",\{0,1\}//' >catch-up.diff || true
if [ "$mode" = update ]; then cp catch-up.diff "$golden"; fi
diff -u "$golden" catch-up.diff
# what was missed was found when the run came back, and at no other time
grep '"at":"2024-03-\(0[7-9]\|1\|2[0-7]\)[^"]*","event"' seldom.log | grep -v '"event":"fact' |
    grep -v '"fired_at":"2024-03-28T10:00:' && exit 1
echo "counts: $(wc -l <daily.rows) rows, $(wc -l <catch-up.diff) lines of difference, messages $(tr '\n' ' ' <counts)"
