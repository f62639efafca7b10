#!/bin/sh
# Two plans are run alone for days, are taken over by a service, live on, and go back to a backup: what log, status,
# why and outbox answer before and behind the taking over is the same; restore says what would be lost, changes
# nothing without --apply, and behind it nothing goes out a second time before the operator says so. Against
# restore-en.txt and restore-zh.txt.
#   sh tests/golden/run-restore.sh BUILD SRC           compare
#   sh tests/golden/run-restore.sh BUILD SRC update    write the golden files anew
set -eu

planrun=$1/planrun
golden=$2/tests/golden
mode=${3-compare}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C TZ=Asia/Shanghai PLANRUN_STATE="$work/state"
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
fake=$(find /usr/lib -name libfaketime.so.1 | head -1)
[ -n "$fake" ] || { echo "libfaketime is needed"; exit 1; }
status=0
mkdir "$work/plans.d"
cd "$work"

complain() {
    echo "$1" >&2
    status=1
}

cat >plans.d/reading.lua <<'END'
plan "reading" { "护理部读书活动方案", issuer = "护理部", issued = "2024年3月1日" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
unit "ward-2"  { "二病区", kind = "ward" }
phase "read" { "阅读阶段", when = "3月上旬至3月20日",
  quota "notes" { "读书笔记", each = "ward", count = 1, due = "3月8日前" },
}
task "rounds" { "业务查房", by = "nursing", per = "每周五" }
remind { before = { "7d", "3d", "1d" }, after = { "1d" } }
on("phase.start", function(event) notify(event.units, event.phase.name .. "开始") end)
END
sed -e 's/"reading"/"study"/' -e 's/读书活动/学习活动/' plans.d/reading.lua >plans.d/study.lua

# at DAY[:MINUTES] COMMAND…: at ten o'clock of a day in March, or so long behind it: no run begins before another ended
at() {
    case $1 in
    *:*) moment="@2024-03-${1%:*} 10:${1#*:}:00" ;;
    *) moment="@2024-03-$1 10:00:00" ;;
    esac
    shift
    LD_PRELOAD="$fake" FAKETIME="$moment" ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS-}" \
        "$planrun" "$@" </dev/null
}

quietly() {
    at "$@" >out 2>&1 || { cat out >&2; complain "planrun $*"; }
}

# What is answered about a plan up to the fourth; of the second one without numbers.
ask() {
    at 04:30 log plans.d/$1.lua
    at 04:30 log plans.d/$1.lua --json
    at 04:30 status plans.d/$1.lua
    at 04:30 compare plans.d/$1.lua
    at 04:30 outbox plans.d/$1.lua --state sent --json
}
numbers='s/[#f][0-9][0-9]* */N /g; s/"\(number\|value\|firing\|piece\|fact\)":[0-9]*/N/g'

# ---- two plans alone, then in a service ------------------------------------------------------------

for day in 02 03 04; do
    for plan in reading study; do
        quietly $day plans.d/$plan.lua --once --channel jsonl:sent
    done
done
for plan in reading study; do
    echo text >note-$plan.txt
    quietly 04 submit plans.d/$plan.lua --file note-$plan.txt --item notes --unit ward-1 --by clerk --key one
    quietly 04 submit plans.d/$plan.lua --item notes --unit ward-2 --by clerk --key two
    quietly 04 withdraw plans.d/$plan.lua --fact 2 --reason mistaken --by clerk
    ask $plan >$plan.before
done
at 04:30 why plans.d/reading.lua 4 >why.before
at 04 backup plans.d/reading.lua alone.db >out
quietly 04:10 serve plans.d --once --channel jsonl:sent
for plan in reading study; do
    [ -f "$PLANRUN_STATE/$plan.db.adopted" ] || complain "$plan was not taken over: $(ls "$PLANRUN_STATE")"
    ask $plan >$plan.behind
done
diff -u reading.before reading.behind || complain "reading answers otherwise"
for side in before behind; do sed "$numbers" study.$side >study.$side.plain; done
diff -u study.before.plain study.behind.plain || complain "study answers otherwise"
at 04:30 why plans.d/reading.lua 4 | diff -u why.before - || complain "why answers otherwise"
at 04 submit plans.d/study.lua --file note-study.txt --item notes --unit ward-1 --by clerk --key one >out
grep -q 'Recorded before' out || complain "the key is another's: $(cat out)"
code=0
at 04:20 plans.d/reading.lua --once >out 2>&1 || code=$?
[ $code = 1 ] || complain "run beside the service: $code $(cat out)"

# ---- back to a backup ------------------------------------------------------------------------------

backup_and_live_on() {
    quietly 05 serve plans.d --once --channel jsonl:sent
    at 05 backup backup.db >>"$1"
    for day in 06 07 08 09; do quietly $day serve plans.d --once --channel jsonl:sent; done
    quietly 09 submit plans.d/reading.lua --item notes --unit ward-2 --by clerk --key three
}

tell() {
    sed -e "s|$work/||g" -e 's/_restored\.[0-9]*/_restored.N/' "$1"
}

# refused ARGUMENTS…: and why
refused() {
    code=0
    at 10 restore "$@" >out 2>&1 || code=$?
    echo "-- restore $*: exit code $code"
    cat out
}

said=said.txt
: >$said
backup_and_live_on $said
before=$(at 09 log plans.d/reading.lua --json | cksum)
cp backup.db damaged.db
printf 'xxxxxxxx' | dd of=damaged.db bs=1 seek=60000 conv=notrunc 2>/dev/null
echo text >text.db
story() {
    echo "-- what it is"
    at 10 restore backup.db
    refused damaged.db
    refused text.db
    refused none.db
    refused alone.db
    refused alone.db --to reading
    refused backup.db --to reading
    refused
}
LC_ALL=C story >en.txt 2>&1
LC_ALL=zh_CN.UTF-8 story >zh.txt 2>&1
[ "$(at 09 log plans.d/reading.lua --json | cksum)" = "$before" ] || complain "restore has changed something"
sent=$(wc -l <sent)
echo "-- applied" >>en.txt
at 10 restore backup.db --apply | sed 1,8d >>en.txt
"$planrun" log plans.d/reading.lua --json >log.restored
grep -q '"key":"three"' log.restored && complain "what came after the backup is there still"
ls "$PLANRUN_STATE" | grep -q '^_service.db.before-20240310-1000' || complain "nothing was set aside: $(ls "$PLANRUN_STATE")"


# ---- nothing goes out again ------------------------------------------------------------------------

quietly 10:05 serve plans.d --once --channel jsonl:sent
[ "$(wc -l <sent)" = "$sent" ] || complain "sent again: $(tail -n +$((sent + 1)) sent)"
at 10:07 outbox --state held --json >held
[ -s held ] || complain "nothing is held"
held=$(wc -l <held)
cp -r state fenced
cp sent sent.fenced

# what fires later goes, and what is held stays so
PLANRUN_STATE="$work/fenced" quietly 14 serve plans.d --once --channel jsonl:sent.fenced
tail -n +$((sent + 1)) sent.fenced >new
grep -q '"due":"2024-03-15"' new || complain "what comes later is not sent: $(cat new)"
[ "$(PLANRUN_STATE="$work/fenced" at 14 outbox --state held --json | wc -l)" = "$held" ] ||
    complain "what was held is not held any more"

# the operator lets it go: all of it once, and no more
quietly 10:10 outbox --release
quietly 10:20 serve plans.d --once --channel jsonl:sent
quietly 10:30 serve plans.d --once --channel jsonl:sent
[ $(($(wc -l <sent) - sent)) = "$held" ] || complain "released $held, sent $(($(wc -l <sent) - sent))"
sed 's/.*"id":"\([^"]*\)".*/\1/' sent | sort | uniq -d | grep -q . && complain "an id came twice"
cut -d- -f1 <<END_OF_IDS | sort -u | wc -l | grep -qx 4 || complain "ids are not of four names"
$(sed 's/.*"id":"\([^"]*\)".*/\1/' sent)
END_OF_IDS
LC_ALL=C at 14 restore backup.db --to service >>en.txt
for side in en zh; do
    tell $side.txt >$side.plain
    if [ "$mode" = update ]; then cp $side.plain "$golden/restore-$side.txt"; fi
    diff -u "$golden/restore-$side.txt" $side.plain || status=1
done
[ $status = 0 ] && echo "counts: $(wc -l <sent) messages sent, $held were held, $(wc -l <reading.before) answers compared"
exit $status
