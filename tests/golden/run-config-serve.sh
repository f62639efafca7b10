#!/bin/sh
# A service under a configuration: messages reach whom the table of addresses names, by the channel that is bound;
# a changed configuration is taken while it runs, a wrong one is not, and no secret is in any log.
#   sh tests/golden/run-config-serve.sh BUILD SRC
set -eu

planrun=$(cd "$1" && pwd -P)/planrun
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || :; rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH NOTIFY_SOCKET WATCHDOG_USEC JOURNAL_STREAM
unset CREDENTIALS_DIRECTORY
export LC_ALL=C PLANRUN_STATE="$work/state"
cd "$work"
mkdir plans.d secrets one two
status=0
today=$(TZ=UTC-8 date +%Y-%m-%d)

complain() {
    echo "$1" >&2
    status=1
}

# plan NAME: tells both its wards as soon as it begins, one of them by another channel.
plan() {
    cat >"plans.d/$1.tmp" <<END
plan "$1" { "读书活动·$1", issuer = "护理部", issued = "$today" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward", parent = "nursing", contact = " Ward-One@Hospital.EXAMPLE " }
unit "ward-2"  { "二病区", kind = "ward" }
task "read" { "读书", each = "ward", due = "$today" }
remind { about = "read", after = { "300d" }, channel = "elsewhere" }
on("plan.start", function()
  notify({ "ward-1", "ward-2" }, "$1 开始")
  notify("ward-1", "$1 请阅", { to = "head" })
end)
END
    mv "plans.d/$1.tmp" "plans.d/$1.lua"
}

# config FOLDER: where spooled messages go
config() {
    cat >service.lua <<END
service { plans = "plans.d", contacts = "contacts.csv" }
channel "gate" { "spool", folder = "$1" }
channel "hook" { "webhook", url = "https://hook.hospital.example/", secret = "hook" }
channel "lines" { "jsonl", file = "lines.jsonl" }
bind "default" { "gate", head = "lines" }
bind "hooks" { "hook" }
END
}

# wait_for COUNT COMMAND…: until the command prints that number, at most twenty seconds.
wait_for() {
    wanted=$1 tries=0 found=
    shift
    while [ "$tries" -lt 100 ]; do
        found=$(eval "$*" 2>/dev/null) || found=
        [ "$found" != "$wanted" ] || return 0
        tries=$((tries + 1))
        sleep 0.2
    done
    complain "$*: $found, not $wanted"
    cat log >&2
}

printf '单位,角色,渠道,地址\n二病区,联系人,gate,ward-two\n护理部,负责人,lines,chief\n' >contacts.csv
(umask 077 && echo 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' >secrets/hook)
config one
plan first
"$planrun" serve --config service.lua >log 2>&1 </dev/null &
pid=$!

# Each by its address: the roster's, the table's, and the nearest head above.
wait_for 2 'ls one/*.json | wc -l'
wait_for 1 'wc -l <lines.jsonl'
cat one/*.json lines.jsonl >sent
for address in Ward-One@Hospital.EXAMPLE ward-two chief; do
    grep -q "$address" sent || complain "nothing for $address: $(cat sent)"
done

# A table with a wrong row is not taken, and the old configuration goes on.
config two
echo '三病区,联系人,nowhere,x' >>contacts.csv
kill -HUP "$pid"
wait_for 1 'grep -c "event=reload.done" log'
grep -q 'config=contacts.csv line=4 ' log || complain "the wrong row was not named"
grep -q 'event=channel.unbound plan=[a-z]* channel=elsewhere ' log || complain "nobody was told of a channel without a bind"
plan second
kill -HUP "$pid"
wait_for 4 'ls one/*.json | wc -l'

# Mended, it is: the next messages lie in the other folder.
sed -i '$d' contacts.csv
kill -HUP "$pid"
wait_for 3 'grep -c "event=reload.done" log'
plan third
kill -HUP "$pid"
wait_for 2 'ls two/*.json | wc -l'
wait_for 3 'wc -l <lines.jsonl'

# A configuration with an error, and one whose secret is open to others.
echo 'channel "gate" { "spol" }' >>service.lua
kill -HUP "$pid"
wait_for 5 'grep -c "event=reload.done" log'
grep -q 'config=service.lua.* line=7 ' log || complain "the error was not placed"
config one
chmod 644 secrets/hook
kill -HUP "$pid"
wait_for 6 'grep -c "event=reload.done" log'
grep -q 'chmod 600' log || complain "an open secret was taken"
plan fourth
kill -HUP "$pid"
wait_for 4 'ls two/*.json | wc -l'

kill -TERM "$pid"
code=0
wait "$pid" || code=$?
pid=
[ "$code" = 0 ] || complain "the service ended with $code: $(tail -3 log)"
! grep -F 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' log state/* one/* two/* || complain "the secret has got out"

# And it does not begin with a secret that others can read.
"$planrun" serve --config service.lua >log 2>&1 </dev/null && complain "it began with an open secret"
grep -q 'chmod 600' log || complain "it does not say why: $(cat log)"
echo "counts: $(cat one/*.json two/*.json lines.jsonl | wc -l) messages"
exit $status
