#!/bin/sh
# A plan that runs in accelerated time is changed again and again through `planrun apply` – dues, amounts, reminders,
# words, items added, dropped and renamed – while others hand in, and holder and command are killed at random. After
# each change the store has the revision that was acknowledged or, if none was, the old or the new one, whole. In the
# end no event is recorded twice, every event of the last revision is there, what was met is met, and nobody was told
# one thing twice under different ids.
#   sh tests/crash/run-apply.sh BUILD SRC
# PLANRUN_TEST_SECONDS sets how long, PLANRUN_TEST_LONG makes it 100 changes.
set -eu
planrun=$1/planrun
work=$(mktemp -d)
runner= clerk= applying=
end() { # the clerk ends by itself: what it has started would go on without it
    touch "$work/stop"
    for pid in $runner $applying; do kill -9 "$pid" 2>/dev/null || true; done
    wait
    rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM
export PLANRUN_STATE="$work/state" LANG=C.UTF-8 LC_ALL=C.UTF-8
seconds=${PLANRUN_TEST_SECONDS:-8} changes=1000000
year=$seconds # seconds in which a year passes while it runs
if [ -n "${PLANRUN_TEST_LONG:-}" ]; then seconds=600 year=35 changes=100; fi
seed=${PLANRUN_TEST_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
until=2025-03-01
mkdir "$work/old"
script=$work/moving.lua

# draw FROM TO: a random number in $drawn, without a shell's own
drawing=$seed
draw() {
    drawing=$(((drawing * 1103515 + 12345) % 2147483647))
    drawn=$(awk -v from="$1" -v to="$2" -v seed="$drawing" \
        'BEGIN { srand(seed); rand(); printf "%.3f", from + rand() * (to - from) }')
}

# The plan is lines "id day count words", and one "remind before after": change makes one move, write the script.
change() {
    draw 1 1000000
    awk -v seed="$drawn" -v fresh="n$done" '
        BEGIN { srand(seed); kind = int(rand() * 8) }
        { line[NR] = $0 }
        END {
            do { at = 1 + int(rand() * NR) } while (line[at] ~ /^remind/)
            if (kind == 0) at = NR + 1
            for (i = 1; i <= NR; i++) {
                split(line[i], f, " ")
                if (f[1] == "remind") {
                    if (kind == 1) line[i] = "remind " 1 + int(rand() * 3) " " 4 + int(rand() * 9) " " int(rand() * 4)
                } else if (i == at) {
                    if (kind == 2 && NR > 4) continue
                    if (kind == 3) f[2] += 1 + int(rand() * 30)
                    if (kind == 4) f[2] -= 1 + int(rand() * 30)
                    if (kind == 5) f[3] = 1 + int(rand() * 3)
                    if (kind == 6) f[4]++
                    if (kind == 7) f[1] = fresh
                    line[i] = f[1] " " f[2] " " f[3] " " f[4]
                }
                print line[i]
            }
            if (kind == 0) print fresh, 20 + int(rand() * 320), 1 + int(rand() * 3), 0
        }' "$work/plan" >"$work/next"
    mv "$work/next" "$work/plan"
}

write() {
    {
        echo 'plan "moving" { "读书活动", issuer = "护理部", issued = "2024年1月1日", when = "2024年1月1日至2024年12月31日" }'
        echo 'unit "nursing" { "护理部" }'
        echo 'unit "ward" { "病区", parent = "nursing", many = 12 }'
        while read -r id day count words; do
            if [ "$id" = remind ]; then
                after=
                [ "$words" = 0 ] || after=", after = { \"${words}d\" }"
                echo "remind { before = { \"${count}d\", \"${day}d\" }$after }"
            else
                due=$(date -d "2024-01-01 +$((day < 10 ? 10 : day > 350 ? 350 : day)) days" +%Y年%-m月%-d日)
                echo "quota \"$id\" { \"事项$id-$words\", each = \"ward\", count = $count, due = \"${due}前\" }"
            fi
        done <"$work/plan"
        echo 'on("quota.late", function(event) notify(event.units, "逾期") end)'
    } >"$work/written"
    mv "$work/written" "$script"
}

# What runs: the first digits of the stored revision's hash; $work/shown has what the script is.
stored() {
    "$planrun" apply "$script" --fast --dry-run >"$work/shown" 2>&1 || { cat "$work/shown"; exit 1; }
    if grep -q 'nothing to do' "$work/shown"; then hash_of_script; else sed -n '1s/.*  \([0-9a-f]*\) → .*/\1/p' "$work/shown"; fi
}
hash_of_script() { "$planrun" show "$script" | sed -n 's/^  plan .* @ //p'; }

# Hands in what is there; keeps what was acknowledged, and what was complete by it.
hand_in() {
    turn=0
    while [ ! -e "$work/stop" ]; do
        turn=$((turn + 1))
        item=$(awk '$1 != "remind" { print $1 }' "$work/plan" 2>/dev/null | shuf -n 1)
        ward=ward-$(shuf -i 1-9 -n 1)
        [ -n "$item" ] || continue
        if "$planrun" submit "$script" --fast --item "$item" --unit "$ward" --key "k$turn" --by clerk --json \
            >"$work/answer" 2>>"$work/clerk"; then
            echo "$item $ward" >>"$work/acknowledged"
            ! grep -q '"met":true' "$work/answer" || echo "$item $ward" >>"$work/met"
        fi
    done
}

start() {
    "$planrun" "$script" --resume --until $until --speed "$speed" --channel "jsonl:$work/sent" \
        >>"$work/out" 2>>"$work/err" &
    runner=$!
}

printf '%s\n' 'a 40 1 0' 'b 100 2 0' 'c 170 1 0' 'd 240 3 0' 'e 320 1 0' 'remind 1 7 2' >"$work/plan"
write
: >"$work/met"
: >"$work/acknowledged"
speed=$(awk -v s="$year" 'BEGIN { v = 366 * 86400 / (s * 0.9); printf "%d", (v > 366 * 86400 ? 366 * 86400 : v) }')
"$planrun" "$script" --speed "$speed" --until 2024-01-02 --channel "jsonl:$work/sent" >>"$work/out" 2>&1
hand_in 2>/dev/null &
clerk=$!
status=0 done=0 kills=0 taken=0 lost=0 unsure=0 late=none ended=$(($(date +%s) + ${seconds%.*}))
start
now=$(stored)
while [ "$done" -lt "$changes" ] && [ "$(date +%s)" -lt "$ended" ]; do
    before=$now
    change
    write
    after=$(hash_of_script)
    kill -0 "$runner" 2>/dev/null || start
    code=0
    "$planrun" apply "$script" --fast >"$work/applied" 2>&1 &
    applying=$!
    draw 0.01 0.3
    if [ $((done % 5)) -eq 4 ]; then
        sleep "$drawn"
        kill -9 "$applying" 2>/dev/null || true
    fi
    if [ $((done % 2)) -eq 0 ]; then
        draw 0.0 0.25
        sleep "$drawn" # real processes and a real disk: nothing here to simulate
        kill -9 "$runner" 2>/dev/null || true
        wait "$runner" 2>/dev/null || true
        kills=$((kills + 1))
        start
    fi
    wait "$applying" 2>/dev/null || code=$?
    applying=
    now=$(stored)
    if [ "$code" -eq 0 ] && [ "$now" != "$after" ]; then
        echo "seed $seed, change $done: acknowledged, but $now runs, not $after"
        status=1
    elif [ "$now" != "$after" ] && [ "$now" != "$before" ] && [ "$now" != "$late" ]; then
        echo "seed $seed, change $done: $now runs, neither $before nor $after"
        status=1
    elif grep -q 'nothing was changed' "$work/applied" && [ "$now" = "$after" ] && [ "$before" != "$after" ]; then
        echo "seed $seed, change $done: refused, and taken"
        status=1
    fi
    late=none # what nobody has acknowledged may still come
    [ "$now" = "$after" ] || late=$after
    if [ "$now" = "$after" ]; then taken=$((taken + 1)); else lost=$((lost + 1)); fi
    [ "$code" -eq 0 ] || unsure=$((unsure + 1))
    done=$((done + 1))
done
kill -9 "$runner" 2>/dev/null || true
wait "$runner" 2>/dev/null || true
runner=
touch "$work/stop"
wait "$clerk" 2>/dev/null || true
clerk=
reached=$("$planrun" log "$script" --fast --json | tail -1 | sed 's/.*"at":"\([0-9-]*\)T.*/\1/')
"$planrun" apply "$script" --fast >"$work/applied" 2>&1 || { cat "$work/applied"; exit 1; }
speed=31622400
start
wait "$runner" || { tail -5 "$work/err"; exit 1; }
runner=

"$planrun" log "$script" --fast --json >"$work/log"
"$planrun" "$script" --simulate=2024-01-01..$until --json >"$work/simulated" 2>>"$work/err"
"$planrun" status "$script" --fast --as-of $until --json --units 1000 >"$work/status"
fail() {
    echo "seed $seed: $1"
    head -5 "$work/wrong"
    status=1
}

# ---- events: each once, and all of the last revision; a notice is said of an event, whatever it is called
for side in log simulated; do
    grep -v '"event":"\(fact\|notice\)' "$work/$side" | awk '{
        line = ""
        for (i = split("event item occurrence phase tier to", name, " "); i; i--)
            if (match($0, "\"" name[i] "\":\"[^\"]*\"")) line = substr($0, RSTART, RLENGTH) " " line
        print line }' | sort >"$work/$side.events"
done
uniq -d "$work/log.events" >"$work/wrong"
[ ! -s "$work/wrong" ] || fail 'recorded twice'
comm -13 "$work/log.events" "$work/simulated.events" >"$work/wrong"
[ ! -s "$work/wrong" ] || fail 'never recorded'

# ---- time: an accelerated clock does not go back, whatever a revision moves to where it has been
sed -n 's/.*"event":"fact.*"number":\([0-9]*\),.*"recorded_at":"\([^"]*\)".*/\1 \2/p' "$work/log" | sort -n |
    awk '$2 < before { print } { before = $2 }' >"$work/wrong"
[ ! -s "$work/wrong" ] || fail 'time went back'

# ---- facts: acknowledged ones are there, and what was met is met
awk '/"event":"fact/ { match($0, /"item":"[^"]*"/); item = substr($0, RSTART + 8, RLENGTH - 9)
    match($0, /"unit":"[^"]*"/); print item, substr($0, RSTART + 8, RLENGTH - 9) }' "$work/log" | sort >"$work/recorded"
sort "$work/acknowledged" | comm -13 "$work/recorded" - >"$work/wrong"
[ ! -s "$work/wrong" ] || fail 'acknowledged and lost'
awk '{ match($0, /"item":"[^"]*"/); item = substr($0, RSTART + 8, RLENGTH - 9)
    if (!match($0, /"behind":\[[^]]*\]/)) next
    for (i = split(substr($0, RSTART + 10, RLENGTH - 11), unit, ","); i; i--) { gsub(/"/, "", unit[i]); print item, unit[i] } }' \
    "$work/status" | sort >"$work/behind"
sort -u "$work/met" | comm -12 - "$work/behind" >"$work/wrong"
[ ! -s "$work/wrong" ] || fail 'met, and open again'

# ---- messages: one id for a unit and each firing
grep '}$' "$work/sent" | awk '{
    match($0, /"id":"[^"]*"/); id = substr($0, RSTART + 6, RLENGTH - 7)
    match($0, /"slot":"[^"]*"/); slot = substr($0, RSTART + 8, RLENGTH - 9)
    match($0, /"unit":"[^"]*"}$/); unit = substr($0, RSTART + 8, RLENGTH - 10)
    rest = $0
    while (match(rest, /"due":"[^"]*","item":"[^"]*","item_name":"[^"]*","kind":"[^"]*"/)) {
        split(substr(rest, RSTART, RLENGTH), part, "\"")
        print part[16], part[8], part[4], unit, slot, id
        rest = substr(rest, RSTART + RLENGTH)
    } }' | sort -u >"$work/told"
awk '{ match($0, /"event":"[^"]*"/); kind = substr($0, RSTART + 9, RLENGTH - 10)
    if (kind != "reminder" && kind != "notice" || /"fate"/) next
    match($0, /"item":"[^"]*"/); item = substr($0, RSTART + 8, RLENGTH - 9)
    match($0, /"occurrence":"[^"]*"/); print kind, item, substr($0, RSTART + 14, RLENGTH - 15) }' \
    "$work/log" >"$work/fired"
awk 'FILENAME ~ /fired$/ { most[$1 " " $2 " " $3]++; next }
    { key = $1 " " $2 " " $3; if (++ids[key " " $4] > most[key]) print }' "$work/fired" "$work/told" >"$work/wrong"
[ ! -s "$work/wrong" ] || fail 'told under two ids'
echo "seed $seed: $done changes up to $reached, $kills kills of the holder; $taken taken, $lost not, $unsure not acknowledged;" \
    "$(wc -l <"$work/log.events") events, $(wc -l <"$work/recorded") facts, $(sort -u "$work/met" | wc -l) met," \
    "$(cut -d' ' -f6 "$work/told" | sort -u | wc -l) messages"
if [ $status -ne 0 ] && [ -n "${PLANRUN_TEST_KEEP:-}" ]; then cp -r "$work" "$PLANRUN_TEST_KEEP"; fi
exit $status
