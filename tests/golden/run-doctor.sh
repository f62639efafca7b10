#!/bin/sh
# The doctor of a service: its plans – one that has ended, one whose script was changed and not taken, one whose script
# is gone, one whose roster is – its channels and what was given up. Against doctor-en.txt and doctor-zh.txt.
#   sh tests/golden/run-doctor.sh BUILD SRC           compare
#   sh tests/golden/run-doctor.sh BUILD SRC update    write the golden files anew
set -eu

planrun=$1/planrun
golden=$2/tests/golden
mode=${3-compare}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C PLANRUN_STATE="$work/state"
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH CREDENTIALS_DIRECTORY
status=0
cd "$work"
mkdir plans.d

# plan ID WORDS: a plan that goes on for ever, with what else it has
plan() {
    cat >"plans.d/$1.lua" <<END
plan "$1" { "$1活动方案", issuer = "护理部", issued = "2020年3月2日" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
$2
END
}
forever='quota "notes" { "读书笔记", each = "ward", count = 2, per = "每年12月" }'
plan changed "$forever"
plan gone "$forever"
plan rostered "roster \"wards.csv\" { \"ward\" }
$forever"
plan sound "$forever"
plan past 'quota "notes" { "读书笔记", each = "ward", count = 2, due = "2020年4月8日前" }'
printf 'id,name,kind,parent\nward-2,二病区,ward,nursing\n' >plans.d/wards.csv
cat >service.lua <<'END'
service { plans = "plans.d" }
channel "gate" { "spool", folder = "nowhere" }
channel "mail" { "mail", server = "smtp://localhost:2525", from = "党政办公室 <a@hospital.example>", user = "planrun", password = "smtp-password" }
bind "default" { "gate" }
END

# tell: what differs from machine to machine, left out
tell() {
    sed -e "s|$work|WORK|g" -e 's/^\(. \(size in bytes\|大小（字节）\) *\)[0-9]*/\1N/' \
        -e 's/^\(. \(events recorded\|已记事件\) *\)[0-9]*/\1N/' -e '/last tick/s/[0-9-]* [A-Z].* [0-9:]*/THEN/' -e '/上次处理/s/[0-9-]* 周.* [0-9:]*/THEN/' "$1"
}

ask() {
    echo "-- doctor${1+ $*}"
    code=0
    "$planrun" doctor "$@" 2>&1 || code=$?
    echo "exit code $code"
}

ask >none
grep -q 'there is no store' none || { cat none >&2; status=1; }
"$planrun" serve plans.d --once --channel jsonl:sent 2>log || { cat log >&2; exit 1; }
for side in en zh; do
    [ $side = en ] || export LC_ALL=zh_CN.UTF-8
    {
        ask
        echo '-- later' >>plans.d/changed.lua
        touch -d '5 days ago' plans.d/changed.lua
        mv plans.d/gone.lua plans.d/wards.csv .
        ask --config service.lua
        ask --all
    } >$side.out
    mv gone.lua wards.csv plans.d
    sed -i '/^-- later/d' plans.d/changed.lua
    tell $side.out >$side.plain
    if [ "$mode" = update ]; then cp $side.plain "$golden/doctor-$side.txt"; fi
    diff -u "$golden/doctor-$side.txt" $side.plain || status=1
done
echo "counts: $(grep -c '^!' en.plain) problems found"
exit $status
