#!/bin/sh
# A year of a plan lived in accelerated time, killed at random moments and resumed, while others hand in and are
# killed too. In the end: what was acknowledged is there once and counted once, what was not at most once; every
# line of a reminder was attempted, repeats under the same id; and the journal is that of a year without a kill.
#   sh tests/crash/run-kill-fast.sh BUILD SRC
# PLANRUN_TEST_SECONDS sets how long, PLANRUN_TEST_LONG makes it 1,000 kills.
set -eu
planrun=$1/planrun
work=$(mktemp -d)
runner= clerks=
end() { # the clerks end by themselves: what they have started would go on without them
    touch "$work/stop"
    [ -z "$runner" ] || kill -9 "$runner" 2>/dev/null || true
    wait
    rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM
export PLANRUN_STATE="$work/state" LANG=C.UTF-8 LC_ALL=C.UTF-8
seconds=${PLANRUN_TEST_SECONDS:-6} kills=1000000
if [ -n "${PLANRUN_TEST_LONG:-}" ]; then seconds=400 kills=1000; fi
wards=12 until=2025-01-10
year=$(awk -v s="$seconds" 'BEGIN { printf "%.2f", (s * 0.25 < 1 ? 1 : s * 0.25) }') # seconds of it, alive
[ -z "${PLANRUN_TEST_LONG:-}" ] || year=25
speed=$(awk -v year="$year" 'BEGIN { printf "%d", 366 * 86400 / year }')

# Twelve quotas of which reminders speak, one a month; nobody hands in for wards divisible by three.
{
    echo 'plan "year" { "读书活动", issuer = "护理部", issued = "2024年1月1日" }'
    echo 'unit "nursing" { "护理部" }'
    echo "unit \"ward\" { \"病区\", parent = \"nursing\", many = $wards }"
    for month in 1 2 3 4 5 6 7 8 9 10 11 12; do
        echo "quota \"q$month\" { \"${month}月笔记\", each = \"ward\", count = 1, due = \"2024年${month}月25日前\" }"
    done
    echo 'quota "daily" { "每日读报", each = "ward", count = 1, due = "2024年12月31日前" }'
    echo 'remind { about = "daily", every = "每天" }' # something happens in every life
    echo 'remind { before = { "10d", "5d", "1d" }, after = { "2d" } }'
    echo 'on("quota.late", function(event) notify(event.units, "逾期") end)'
} >"$work/year.lua"

run() { "$planrun" "$work/year.lua" "$@" --speed "$speed" --channel "jsonl:$work/sent" >>"$work/out" 2>>"$work/err"; }

# random FROM TO: a number, without a shell's own
random() {
    awk -v from="$1" -v to="$2" -v seed="$(od -An -N4 -tu4 /dev/urandom)" \
        'BEGIN { srand(seed); printf "%.3f", from + rand() * (to - from) }'
}

# clerk NUMBER: hands in its share, once or again after a refusal; is killed itself now and then.
clerk() {
    count=0
    awk -v n="$1" -v wards="$wards" -v seed="$1" 'BEGIN { srand(seed)
        for (month = 1; month <= 12; month++) for (ward = 1; ward <= wards; ward++)
            if (ward % 3 && (month + ward) % 3 == n) print rand(), "q" month, "ward-" ward }' |
        sort -n | while read -r _ item unit; do
        [ ! -e "$work/stop" ] || break
        count=$((count + 1))
        mortal=
        [ $((count % 4)) -ne 0 ] || mortal="timeout --foreground -s KILL $(random 0.01 0.2)"
        for try in 1 2 3; do
            echo "$item $unit" >>"$work/said$1"
            if $mortal "$planrun" submit "$work/year.lua" --fast --item "$item" --unit "$unit" \
                --key "$item.$unit" --by "clerk$1" >>"$work/clerk$1" 2>&1; then
                echo "$item $unit" >>"$work/acknowledged$1"
                break
            fi
            [ $((count % 2)) -eq 0 ] || break
        done
    done
}

run --until 2024-01-02 # from here on there is something to be resumed
for number in 0 1 2; do
    clerk $number 2>/dev/null &
    clerks="$clerks $!"
done
cut=0 ended=$(($(date +%s) + ${seconds%.*}))
while [ "$cut" -lt "$kills" ] && [ "$(date +%s)" -lt "$ended" ]; do
    "$planrun" "$work/year.lua" --resume --until $until --speed "$speed" --channel "jsonl:$work/sent" \
        >>"$work/out" 2>>"$work/err" &
    runner=$!
    # every third dies on its way, the others at work
    while [ $((cut % 3)) -ne 0 ] && kill -0 "$runner" 2>/dev/null &&
        ! grep -qs "pid $runner," "$PLANRUN_STATE/year.fast.lock"; do sleep 0.01; done
    sleep "$(random 0.02 0.25)" # real processes and a real disk: nothing here to simulate
    kill -9 "$runner" 2>/dev/null || true
    wait "$runner" 2>/dev/null || true
    runner=
    cut=$((cut + 1))
done
reached=$("$planrun" log "$work/year.lua" --fast --json | tail -1 | sed 's/.*"at":"\([0-9-]*\)T.*/\1/')
touch "$work/stop"
wait $clerks 2>/dev/null || true
clerks=
speed=31622400
run --resume --until $until || { tail -5 "$work/err"; exit 1; }

"$planrun" log "$work/year.lua" --fast --json >"$work/log"
"$planrun" status "$work/year.lua" --fast --as-of $until --json >"$work/status"
"$planrun" "$work/year.lua" --simulate=2024-01-01..$until --json >"$work/simulated" 2>>"$work/err"
cat "$work"/acknowledged? | sort >"$work/acknowledged"
status=0
fail() {
    echo "$1"
    head -5 "$work/wrong"
    status=1
}

# field NAME: its text in lines of JSON
field() { sed 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/'; }

# ---- facts: each once, whoever was told so
grep '"event":"fact' "$work/log" >"$work/facts"
awk '{ match($0, /"item":"[^"]*"/); item = substr($0, RSTART + 8, RLENGTH - 9)
       match($0, /"unit":"[^"]*"/); unit = substr($0, RSTART + 8, RLENGTH - 9)
       match($0, /"recorded_at":"[^"]*"/); print item, unit, substr($0, RSTART + 15, RLENGTH - 16) }' \
    "$work/facts" >"$work/recorded"
cut -d' ' -f1,2 "$work/recorded" | sort >"$work/pairs"
uniq -d "$work/pairs" >"$work/wrong"
[ ! -s "$work/wrong" ] || fail 'recorded twice'
comm -13 "$work/pairs" "$work/acknowledged" >"$work/wrong"
[ ! -s "$work/wrong" ] || fail 'acknowledged and lost'
cat "$work"/said? | sort -u | comm -23 "$work/pairs" - >"$work/wrong"
[ ! -s "$work/wrong" ] || fail 'never said'
for month in 1 2 3 4 5 6 7 8 9 10 11 12; do
    counted=$(grep "\"item\":\"q$month\".*\"row\":\"duty\"" "$work/status" | field met)
    facts=$(grep -c "^q$month " "$work/pairs" || true)
    [ "$counted" = "$facts" ] || echo "q$month: $counted counted, $facts recorded"
done >"$work/wrong"
[ ! -s "$work/wrong" ] || fail 'counted otherwise than recorded'

# ---- the journal: that of a year without a kill, but for who had handed in by then
for side in simulated log; do
    grep -v '"event":"fact' "$work/$side" |
        sed -e 's/"fired_at":"[^"]*",//' -e 's/"subjects":[0-9]*,\{0,1\}//' -e 's/,}/}/' >"$work/$side.rows"
done
diff "$work/simulated.rows" "$work/log.rows" >"$work/wrong" || fail 'another journal'

# ---- messages: one id a unit and slot; every line attempted, unless it was met by then
grep '}$' "$work/sent" | grep -c . >"$work/count" # a killed writer may leave half a line
grep '}$' "$work/sent" | awk '{
    match($0, /"id":"[^"]*"/); id = substr($0, RSTART + 6, RLENGTH - 7)
    match($0, /"slot":"[^"]*"/); slot = substr($0, RSTART + 8, RLENGTH - 9)
    match($0, /"unit":"[^"]*"}$/); unit = substr($0, RSTART + 8, RLENGTH - 10)
    rest = $0
    while (match(rest, /"item":"[^"]*","item_name":"[^"]*","kind":"[^"]*"/)) {
        split(substr(rest, RSTART, RLENGTH), part, "\"")
        kind = part[12]
        print kind, part[4], unit, kind == "notice" ? "-" : slot, id
        rest = substr(rest, RSTART + RLENGTH)
    } }' | sort -u >"$work/told"
cut -d' ' -f1-4 "$work/told" | uniq -d >"$work/wrong"
[ ! -s "$work/wrong" ] || fail 'told under two ids'
awk '{ print $5, $3, $4 }' "$work/told" | grep -v ' -$' | sort -u | cut -d' ' -f1 | uniq -d >"$work/wrong"
[ ! -s "$work/wrong" ] || fail 'one id for two'
awk -v wards="$wards" '
    FILENAME ~ /recorded$/ { at[$1 " " $2] = $3; next }
    FILENAME ~ /told$/ { told[$1 " " $2 " " $3 " " $4] = 1; next }
    {
        match($0, /"event":"[^"]*"/); kind = substr($0, RSTART + 9, RLENGTH - 10)
        if (kind != "reminder" && kind != "notice") next
        match($0, /"at":"[^"]*"/); when = substr($0, RSTART + 6, RLENGTH - 7)
        match($0, /"item":"[^"]*"/); item = substr($0, RSTART + 8, RLENGTH - 9)
        match($0, /"subjects":[0-9]*/); subjects = substr($0, RSTART + 11, RLENGTH - 11) + 0
        least = most = 0
        for (ward = 1; ward <= wards; ward++) {
            pair = item " ward-" ward
            given = (pair in at) ? at[pair] : "9"
            line = kind " " pair " " (kind == "notice" ? "-" : when)
            most += given >= when
            least += given > when
            if (kind == "reminder" && given < when && (line in told)) print "told although met: " line
            if (kind == "reminder" ? given == "9" : given > when) if (!(line in told)) print "not told: " line
            if (kind == "reminder" && given > when && given != "9" && !(line in told)) late++
        }
        if (subjects < least || subjects > most) print "subjects: " $0
        lines += subjects
    }
    END { print lines + 0, late + 0 >"/dev/stderr" }' "$work/recorded" "$work/told" "$work/log" \
    >"$work/wrong" 2>"$work/lines"
[ ! -s "$work/wrong" ] || fail 'lines'
read -r lines late <"$work/lines"
# a line is met while its message is formed only if the fact came in the same instants: next to never
echo "$cut kills up to $reached, $(wc -l <"$work/acknowledged") facts acknowledged of $(cat "$work"/said? | wc -l) attempts," \
    "$(wc -l <"$work/pairs") recorded; $lines lines, $(cat "$work/count") messages written," \
    "$(cut -d' ' -f5 "$work/told" | sort -u | wc -l) ids, $late lines met before they were formed"
exit $status
