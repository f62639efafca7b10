#!/bin/sh
# The service's configuration as an operator meets it: its help, and what is wrong with one, in both languages.
#   sh tests/golden/run-config.sh BUILD SRC [update]
set -eu

planrun=$1/planrun source=$2 mode=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH CREDENTIALS_DIRECTORY
export LC_ALL=C PLANRUN_STATE="$work/state"
cd "$work"

# tell ARGUMENTS…: the command, all that it prints, its code
tell() {
    echo "\$ planrun $*"
    code=0
    "$planrun" "$@" 2>&1 </dev/null || code=$?
    echo "[$code]"
    echo
}

mkdir -p good/plans.d good/secrets good/spool bad
cp "$source/examples/service.lua" "$source/examples/contacts.csv" good/
(umask 077 && echo "hunter2" >good/secrets/smtp-password && echo "693a91f6" >good/secrets/wecom-key)

cat >bad/service.lua <<'LUA'
service { plans = "plans.d", slots = { "9:00" }, quiet = "20:00", weekley = 5, alarm = { "mial", "x" } }
channel "mail" { "mail", server = "mx.hospital.example", user = "planrun", password = "pa ss w0rd" }
channel "robot" { "wechat", key = "wecom-key" }
channel "hook" { "webhook", url = "http://oa.hospital.example/", secret = "hook-secret", rate = 0 }
channel "sms" { "exec", program = "send-sms", within = "1h" }
bind "default" { leader = "robott" }
bind "default" { "mail", leeder = "mail" }
LUA
cat >bad/secret.lua <<'LUA'
channel "hook" { "webhook", url = "https://planrun:hunter2@oa.hospital.example/hook", secret = "whsec_aHVudGVyMmh1bnRlcjI=" }
-- https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hunter2-hunter2
bind "default" { "hook" }
LUA
printf 'servise { weekly = 5 }\nchannel "gate" { "console" }\n' >bad/word.lua
echo 'service { weekly = 5, weekly = 6 }' >bad/twice.lua
echo 'channel "mail" { "mail" user = "u", password = "pa ss w0rd", servr = "x" }' >bad/comma.lua
printf 'channel "gate" { "console" }\nwhile true do end\n' >bad/endless.lua
printf 'channel "gate" { "spool", folder = "spool" }\nlocal f = io.open("/etc/passwd")\n' >bad/open.lua
cat >bad/contacts.csv <<'CSV'
单位,角色,渠道,地址
内科,联系人,mail,nk.hospital.example
外科,主任,mail,wk@hospital.example
,联系人,mail,a@hospital.example
儿科,负责人,mali,ek@hospital.example
内科,负责人,mail,nk1@hospital.example
内科,负责人,mail,nk2@hospital.example
急诊,联系人,mail
CSV
cat >bad/addresses.lua <<'LUA'
service { contacts = "contacts.csv" }
channel "mail" { "mail", server = "smtp://mx.hospital.example", from = "dzb@hospital.example", plain = true }
channel "gate" { "spool", folder = "nowhere" }
bind "default" { "mail" }
LUA

mkdir bad/secrets
(umask 077 && echo "hunter2" >bad/secrets/hook && echo "key=hunter2" >bad/secrets/robot)
cat >bad/keys.lua <<'LUA'
channel "hook" { "webhook", url = "https://oa.hospital.example/hook", secret = "hook" }
channel "robot" { "wecom", key = "robot" }
channel "mail" { "mail", server = "smtp://mx", from = "<a@b..example>", ca = "none.pem" }
bind "default" { "mail", head = "hook", leader = "robot" }
LUA

run() {
    tell help service
    tell help service channel
    tell help service mail
    tell help service service
    tell help service bind
    tell help service chanel
    tell check good/service.lua --strict
    for name in service secret word twice comma endless open addresses; do
        tell check "bad/$name.lua"
    done
    tell check bad/keys.lua
    tell check bad/service.lua --json
    tell check good/service.lua --cascade
    chmod 644 good/secrets/wecom-key
    mv good/secrets/smtp-password good/secrets/smtp-file
    ln -s smtp-file good/secrets/smtp-password
    tell check good/service.lua
    rm good/secrets/smtp-password
    mv good/secrets/smtp-file good/secrets/smtp-password
    chmod 600 good/secrets/wecom-key
}

status=0
for locale in C:en zh_CN.UTF-8:zh; do
    LC_ALL=${locale%:*} run >"$work/out" 2>&1
    if grep -E 'hunter2|w0rd|693a91f6' "$work/out"; then
        echo "a secret was shown" >&2
        status=1
    fi
    golden=$source/tests/golden/config-${locale#*:}.txt
    if [ "$mode" = update ]; then
        cp "$work/out" "$golden"
    elif ! diff -u "$golden" "$work/out"; then
        status=1
    fi
done
exit $status
