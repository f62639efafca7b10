#!/bin/sh
# A duty that nobody does, over a holiday with make-up days: who is told when, in what words, and what
# ends it. Real processes of a service with the operator's table of addresses; their clocks are moved by
# hand (tests/crash/clocks.h). The whole is escalation-en.txt and escalation-zh.txt.
#   sh tests/golden/run-escalation.sh BUILD SRC           compare
#   sh tests/golden/run-escalation.sh BUILD SRC update    write the golden files anew
set -eu

build=$(cd "$1" && pwd -P)
golden=$(cd "$2" && pwd -P)/tests/golden
mode=${3-compare}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
export ASAN_OPTIONS=verify_asan_link_order=0 PRELOAD_CLOCK="$work/clocks" PLANRUN_STATE="$work/state"
cd "$work"

# Due on 28 September 2021, a Tuesday; working days behind it: 29, 30 September, 8, 9 (a Saturday), 11, 12 October.
cat >notes.lua <<'END'
plan "notes" { "读书活动方案", issuer = "市医院", issued = "2021-09-01", owner = "hospital" }
unit "hospital" { "市医院" }
unit "internal" { "内科", parent = "hospital" }
unit "surgery" { "外科", parent = "hospital" }
roster "notes.csv" { "person" }
quota "essay" { "心得体会", each = "person", count = "一篇", due = "9月28日前", to = "hospital", clause = "三(一)" }
task "meeting" { "学习会", each = "内科、外科", due = "9月28日前", clause = "三(二)" }
remind { before = { "1d" }, text = "{unit}：{item}还差{missing}，{due}前报{to}" }
escalate { about = { "essay", "meeting" } }
END
{
    echo 'id,name,kind,parent'
    for number in 1 2 3 4 5; do echo "n$number,内科护士0$number,person,internal"; done
} >notes.csv
cat >contacts.csv <<'END'
unit,role,channel,address
n1,contact,file,n1
n2,contact,file,n2
n3,contact,file,n3
n4,contact,file,n4
n5,contact,file,n5
internal,contact,file,internal
internal,head,file,head-of-internal
surgery,contact,file,surgery
surgery,head,file,head-of-surgery
hospital,office,file,office
hospital,leader,file,leader
END
cat >service.lua <<'END'
service { contacts = "contacts.csv", link = "https://plan.hospital.example/" }
channel "file" { "jsonl", file = "sent", at_once = 256 }
bind "default" { "file" }
END

planrun() {
    LD_PRELOAD=$build/tests/preload_clock.so LC_ALL=$locale timeout 20 "$build/planrun" "$@"
}
# pass DAY: time goes on to noon of that day.
pass() {
    days=$((($(date -ud "$1" +%s) - $(date -ud "$today" +%s)) / 86400))
    "$build/tests/set-clocks" clocks pass "${days}d"
    today=$1
}

# A message: to whom, what it is called, what it says.
told='
function text(key, from) {
    if (!match(from, "\"" key "\":\"([^\"\\\\]|\\\\.)*\"")) return ""
    return substr(from, RSTART + length(key) + 4, RLENGTH - length(key) - 5)
}
{
    behind = $0; sub(/.*"id":/, "", behind)
    body = text("text", behind); sub(/\\n$/, "", body); gsub(/\\n/, "\n      ", body)
    printf "%s (%s)\n   %s\n      %s\n", text("contact", $0), text("role", behind), text("subject", behind), body
}
'
# In the order of their addresses.
tell() {
    sed 's/.*"contact":"\([^"]*\)".*/\1 &/' sent | LC_ALL=C sort | sed 's/^[^ ]* //' | LC_ALL=C awk "$told"
}
begin() {
    printf '\n==== %s\n' "$1"
    rm -rf state sent
    : >sent
    today=2021-09-26
    "$build/tests/set-clocks" clocks boot a set "${today}T12:00"
    planrun serve --config service.lua --once notes.lua >/dev/null 2>err || { echo "exit code $?" && cat err; }
}
# day DAY: a look at noon of that day.
day() {
    pass "$1"
    : >sent
    planrun serve --config service.lua --once notes.lua >/dev/null 2>err || { echo "exit code $?" && cat err; }
    printf -- '-- %s: %s\n' "$1" "$(wc -l <sent)"
    [ "${2-}" = count ] || tell
}

stories() {
    begin "nobody does anything"
    for day in 2021-09-27 2021-09-28 2021-09-29 2021-09-30 2021-10-07 2021-10-08 2021-10-09 2021-10-11 2021-10-12 2021-10-13 2021-10-14; do
        day $day
    done
    begin "three hand in, one is excused, a meeting is held: the rest goes on"
    day 2021-09-30 count
    planrun submit notes.lua --item essay --unit n1 >/dev/null
    planrun submit notes.lua --item essay --unit n2 >/dev/null
    planrun submit notes.lua --item essay --unit n3 >/dev/null
    planrun excuse notes.lua --item essay --unit n4 --reason 产假 --approved-by 护理部 >/dev/null
    planrun submit notes.lua --item meeting --unit internal >/dev/null
    day 2021-10-09
    planrun submit notes.lua --item essay --unit n5 >/dev/null
    planrun submit notes.lua --item meeting --unit surgery >/dev/null
    day 2021-10-12
}

status=0
for locale in C zh_CN.UTF-8; do
    name=escalation-$([ "$locale" = C ] && echo en || echo zh).txt
    stories >"$name" 2>&1 || { cat "$name"; exit 1; }
    if [ "$mode" = update ]; then
        cp "$name" "$golden/$name"
    elif ! diff -u "$golden/$name" "$name"; then
        status=1
    fi
done
exit $status
