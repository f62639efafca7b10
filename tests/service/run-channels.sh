#!/bin/sh
# The whole program and real parts: a service whose messages go by mail to a server with STARTTLS and login, by a
# program and into a gateway's folder; each once, under one id, whatever the server says in between.
#   sh tests/service/run-channels.sh BUILD SRC
set -eu

planrun=$(cd "$1" && pwd -P)/planrun
source=$(cd "$2" && pwd -P)
work=$(mktemp -d)
pid=
trap 'exec 3>&-; [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || :; rm -rf "$work"' EXIT
unset LC_ALL LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH NOTIFY_SOCKET WATCHDOG_USEC JOURNAL_STREAM CREDENTIALS_DIRECTORY
export PLANRUN_STATE="$work/state" TZ=Asia/Shanghai LANG=zh_CN.UTF-8
status=0
cd "$work"

complain() {
    echo "$1" >&2
    status=1
}

# equal WHAT FOUND EXPECTED
equal() {
    [ "$2" = "$3" ] || complain "$1: found \"$2\", not \"$3\""
}

day() {
    date -d "$1" +%Y年%-m月%-d日
}

mkdir plans.d gate secrets
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test \
    -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem 2>/dev/null
printf 's3cret-密码\n' >secrets/smtp-password
chmod 600 secrets/smtp-password
mkfifo orders answers
"$source/tests/service/smtp_receiver.py" --log mails --tls cert.pem key.pem --auth planrun 's3cret-密码' \
    <orders >answers &
exec 3>orders 4<answers
read -r port <&4

order() {
    echo "$1" >&3
    read -r answer <&4
    equal "$1" "$answer" ok
}

cat >send-sms <<'END'
#!/bin/sh
echo "$*" >>"${0%/*}/sms-addresses"
cat >>"${0%/*}/sms-messages"
END
chmod 755 send-sms
cat >service.lua <<END
service { plans = "plans.d", contacts = "contacts.csv" }
channel "mail"    { "mail", server = "smtp://127.0.0.1:$port", from = "党政办公室 <dzb@hospital.example>",
                    user = "planrun", password = "smtp-password", ca = "$work/cert.pem", rate = 600 }
channel "phone"   { "exec", program = "$work/send-sms", arguments = { "--to" } }
channel "gateway" { "spool", folder = "$work/gate" }
bind "default" { "mail" }
bind "sms"     { "phone" }
bind "outside" { "gateway" }
END
cat >contacts.csv <<'END'
unit,role,channel,address
ward-1,contact,phone,13800000001
ward-2,contact,phone,13800000002
END
cat >plans.d/wards.csv <<'END'
id,name,kind,contact
ward-1,一病区,ward,ward1@hospital.example
ward-2,二病区,ward,ward2@hospital.example
END
cat >plans.d/reading.lua <<END
plan "reading" { "读书活动", issuer = "护理部", issued = "$(day '-30 days')" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
roster "wards.csv" { "ward" }
quota "notes" { "读书笔记", each = "ward", count = 1, due = "$(day '+3 days')" }
remind { about = "notes", before = { "10d" } }
remind { about = "notes", before = { "11d" }, channel = "sms" }
remind { about = "notes", before = { "12d" }, channel = "outside" }
END

serve() {
    "$planrun" serve --config service.lua 2>>log >>said </dev/null 3>&- 4<&- &
    pid=$!
}

# stop: within two seconds, and well.
stop() {
    began=$(date +%s)
    kill -TERM "$pid"
    wait "$pid" || complain "the service ends with $?: $(tail -n 3 log)"
    pid=
    [ $(($(date +%s) - began)) -le 3 ] || complain "the service takes too long to stop"
}

# until_true WHAT COMMAND…: waits until a command succeeds, at most half a minute.
until_true() {
    what=$1
    shift
    for _ in $(seq 300); do
        "$@" && return 0
        sleep 0.1
    done
    complain "$what: never; $(tail -n 3 log)"
}

outbox_says() {
    "$planrun" outbox >left && grep -q "$1" left
}

# lines FILE COUNT
lines() {
    [ "$(wc -l <"$1" 2>/dev/null)" -ge "$2" ]
}

# mails KEY: of every mail that came, in order.
mails() {
    "$source/tests/service/read_mail.py" mails | sed "s/.*\"$1\": \"\([^\"]*\)\".*/\1/" | sort
}

"$planrun" check service.lua >checked 2>&1 || complain "$(cat checked)"

# The server refuses for now: mails wait, nobody else does. All are attempted before the end, whatever the rate.
order "mode end-451"
timeout 60 "$planrun" serve --config service.lua --once >>said 2>>log || complain "$(tail -n 3 log)"
equal "refused mails" "$(mails to_address | uniq -c | tr -s ' \n' ' ')" \
    " 1 ward1@hospital.example 1 ward2@hospital.example "
equal "addresses of the program" "$(sort sms-addresses | tr '\n' ' ')" \
    "--to -- 13800000001 --to -- 13800000002 "
equal "messages of the program" "$(wc -l <sms-messages)" 2
equal "files" "$(cat gate/*.json | grep -c '"text":"[一二]*病区')" 2
until_true "the outbox" outbox_says 451

# It takes them now: under the same ids, each once.
order "mode"
serve
until_true "mails" lines mails 4
sleep 0.3
stop
equal "mails" "$(mails to_address | uniq -c | tr -s ' \n' ' ')" \
    " 2 ward1@hospital.example 2 ward2@hospital.example "
equal "ids of mails" "$(mails id | uniq | wc -l)" 2
equal "subjects" "$(mails subject | sed 's/：.*//' | uniq)" 读书笔记
equal "senders" "$(mails from_name | uniq)" 党政办公室
equal "logins" "$(grep -c '"tls": true, "user": "planrun"' mails)" 4
outbox_says '已发 6 条' || complain "$(cat left)"

# And that was all.
rm gate/*.json
serve
sleep 1.5
stop
equal "mails afterwards" "$(wc -l <mails)" 4
equal "messages of the program afterwards" "$(wc -l <sms-messages)" 2
equal "files afterwards" "$(find gate -type f | wc -l)" 0
grep -r 's3cret' state log said checked left && complain "a password where none may be"
exit $status
