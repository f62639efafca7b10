#!/bin/sh
# A service with a folder of plans: what it says of its life, from the first start over reloads to its end,
# and that commands reach each plan through it.
#   sh tests/golden/run-serve.sh BUILD SRC           compare
#   sh tests/golden/run-serve.sh BUILD SRC update    write the golden files anew
set -eu

planrun=$(cd "$1" && pwd -P)/planrun
source=$(cd "$2" && pwd -P)
mode=${3-compare}
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || :; rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH NOTIFY_SOCKET WATCHDOG_USEC JOURNAL_STREAM
export PLANRUN_STATE="$work/state"
status=0

complain() {
    echo "$story: $1" >&2
    status=1
}

# plan NAME COUNT: a plan that has something due long ago.
plan() {
    cat >"plans.d/$1.lua" <<END
plan "$1" { "读书活动·$1", issuer = "护理部", issued = "2020年3月2日" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
unit "ward-2"  { "二病区", kind = "ward" }
quota "notes" { "读书笔记", each = "ward", count = $2, due = "2020年4月20日" }
END
}

# roster COUNT: the wards of the plan r.
roster() {
    {
        echo id,name,kind
        seq "$1" | sed 's/.*/w&,第&病区,ward/'
    } >plans.d/r.csv
}

# tell TEXT: a line of the story.
tell() {
    echo "-- $*" >>"$out"
}

# say ARGUMENTS…: a command, what it says, and how it ends.
say() {
    tell "planrun $*"
    code=0
    "$planrun" "$@" >"$work/said" 2>&1 </dev/null || code=$?
    sed "s|$work|WORK|g; s/pid [0-9]*, [0-9-]* [0-9:]*/pid N, WHEN/
        s/; by .*/; by WHO/; s/登记人 .*/登记人 WHO/" "$work/said" >>"$out"
    [ "$code" = 0 ] || echo "exit code $code" >>"$out"
}

# news: what the log has got since the last time: of firings only how many of each plan.
news() {
    tail -n "+$((heard + 1))" "$work/log" >"$work/new"
    heard=$(wc -l <"$work/log")
    sed -n 's/^at=[^ ]* //; /event=firing/!p' "$work/new" |
        sed "s|$work|WORK|g; s/revision=[0-9a-f]*/revision=HASH/" >>"$out"
    sed -n 's/.*event=firing plan=\([^ ]*\) .*/\1/p' "$work/new" | sort | uniq -c |
        awk '{ print "   " $1 " firings of " $2 }' >>"$out"
}

# wait_for EVENT: until the log has it behind what was heard, at most twenty seconds.
wait_for() {
    for _ in $(seq 200); do
        tail -n "+$((heard + 1))" "$work/log" 2>/dev/null | grep -q "event=$1" && return 0
        sleep 0.1
    done
    complain "no event $1: $(tail -n 3 "$work/log")"
}

start() {
    tell "the service starts"
    : >"$work/log"
    heard=0
    "$planrun" serve plans.d --channel "jsonl:$work/sent" 2>"$work/log" &
    pid=$!
    wait_for service.started
    sleep 0.5
    news
}

hang_up() {
    tell "SIGHUP"
    kill -HUP "$pid"
    wait_for reload.done
    news
}

ends() {
    tell "SIGTERM"
    before=$(date +%s%N)
    kill -TERM "$pid"
    code=0
    wait "$pid" || code=$?
    pid=
    took=$((($(date +%s%N) - before) / 1000000))
    [ "$took" -lt 2000 ] || complain "it took $took ms to end"
    news
    echo "exit code $code" >>"$out"
}

story() {
    story=$1
    export LC_ALL="$2"
    out=$work/$story.txt
    rm -rf "$work/state" "$work/life"
    mkdir -p "$work/life/plans.d"
    cd "$work/life"
    : >"$out"
    plan a 2
    plan b 1
    echo 'plan "broken" { "坏", ' >plans.d/c.lua
    echo 'not Lua at all' >plans.d/.hidden.lua
    echo 'nor this' >plans.d/a.lua~
    start
    say submit plans.d/a.lua --item notes --unit ward-1 --at 2020-04-01
    say submit plans.d/b.lua --item notes --unit ward-2 --at 2020-04-01
    say status plans.d/b.lua --quota notes --as-of 2020-04-02
    say log plans.d/a.lua --event fact
    say undo plans.d/a.lua
    say plans.d/a.lua --once
    say serve plans.d --once
    tell "one script changes, one breaks, one is new, one is mended"
    plan a 3
    plan d 1
    echo 'this is not Lua' >>plans.d/b.lua
    plan c 1
    hang_up
    say status plans.d/a.lua --quota notes --as-of 2020-04-02
    say submit plans.d/b.lua --item notes --unit ward-1 --at 2020-04-01
    say submit plans.d/d.lua --item notes --unit ward-1 --at 2020-04-01
    tell "one script goes, another plan stands in one"
    rm plans.d/c.lua
    sed -i 's/plan "d"/plan "e"/' plans.d/d.lua
    hang_up
    say log plans.d/c.lua --count 1
    say submit plans.d/c.lua --item notes --unit ward-1 --at 2020-04-01
    tell "a roster changes, has an error, and is mended"
    roster 1
    plan r 1
    echo 'roster "r.csv" {}' >>plans.d/r.lua
    hang_up
    roster 2
    hang_up
    say submit plans.d/r.lua --item notes --unit w2 --at 2020-04-01
    echo 'w2,又一病区,ward' >>plans.d/r.csv
    hang_up
    say submit plans.d/r.lua --item notes --unit w2 --at 2020-04-01
    roster 3
    hang_up
    tell "a script changes while nobody serves it"
    ends
    plan a 4
    plan b 1
    start
    say apply
    wait_for reload.done
    news
    tell "who holds it: $("$planrun" doctor plans.d/a.lua | sed -n 's/.*\(planrun serve\) (.*/\1/p')"
    ends
    cd "$work"
    golden=$source/tests/golden/$story.txt
    if [ "$mode" = update ]; then
        cp "$out" "$golden"
    elif ! diff -u "$golden" "$out"; then
        complain "differs from tests/golden/$story.txt"
    fi
}

story serve-en C
story serve-zh zh_CN.UTF-8
exit "$status"
