#!/bin/sh
# What run-systemd.sh does in its container, as an operator would: installs, configures, starts, reloads,
# breaks a plan, kills, hangs and stops the service, and looks at what systemd says. Not for a machine
# that is used: it writes to /etc/planrun.
export LC_ALL=C
checked=0

# is NAME COMMAND…: within ten seconds
is() {
    name=$1 tries=0
    shift
    checked=$((checked + 1))
    until "$@" >/opt/live/last 2>&1; do
        tries=$((tries + 1))
        if [ $tries -ge 100 ]; then
            echo "not so: $name: $*"
            cat /opt/live/last
            systemctl --no-pager --full status planrun
            journalctl --no-pager -o cat -u planrun | tail -n 60
            exit 1
        fi
        sleep 0.1
    done
    echo "$name"
}
logged() { journalctl --no-pager -o cat -u planrun | grep -E -- "$1"; }
property() { systemctl show -P "$1" planrun; }
status_of() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$(property MainPID)/status"; }
same() { [ "$1" = "$2" ] || { echo "$1, not $2" && false; }; }
spooled() { [ "$(find /var/spool/planrun -name '*.json' | wc -l)" -eq "$1" ]; }
restarted() { [ "$(property NRestarts)" -ge "$1" ] && [ "$(property ActiveState)" = active ]; }

systemd-sysusers
systemd-tmpfiles --create planrun.conf
today=$(TZ=CST-8 date +%Y-%m-%d) # the zone of every plan
cat >/etc/planrun/service.lua <<'END'
service { plans = "plans.d" }
channel "gate" { "spool", folder = "/var/spool/planrun" }
bind "default" { "gate" }
END
# write_plan ID COUNT: its beginning is told to every ward, today
write_plan() {
    cat >"/etc/planrun/plans.d/$1.lua" <<END
plan "$1" { "读书活动方案", issuer = "护理部", issued = "$today" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
unit "ward-2"  { "二病区", kind = "ward" }
quota "notes" { "读书笔记", each = "ward", count = $2, due = "30日后", to = "nursing" }
on("plan.start", function(event) notify("ward", "开始") end)
END
}
write_plan reading 2
chgrp -R planrun /etc/planrun
mkdir -p /etc/systemd/system/planrun.service.d
cat >/etc/systemd/system/planrun.service.d/live.conf <<'END'
[Service]
Environment=LANG=C.UTF-8 ASAN_OPTIONS=detect_leaks=0
RestartSec=200ms
WatchdogSec=2s
END
systemctl daemon-reload

is "starts" systemctl start planrun
is "is ready" same "$(property ActiveState)/$(property SubState)" active/running
is "sends" spooled 2
is "has no new privileges" same "$(status_of NoNewPrivs)" 1
is "has no capability" same "$(status_of CapEff)$(status_of CapBnd)" 00000000000000000000000000000000
is "has a filter of system calls" same "$(status_of Seccomp)" 2
is "is not root" same "$(stat -c %U "/proc/$(property MainPID)")" planrun
is "keeps its store to itself" same "$(stat -c %a /var/lib/planrun)" 700
! logged less-isolated || { echo "the evaluator has no filter of its own" && exit 1; }

write_plan reading 3
is "reloads" systemctl reload planrun
is "takes a changed plan" logged 'event=plan.taken.* plan=reading'
write_plan second 1
is "reloads" systemctl reload planrun
is "takes a new plan" logged 'plan=second'
is "sends what it says" spooled 4
echo 'quota "more" { "更多", each = "各科" }' >>/etc/planrun/plans.d/second.lua
is "reloads" systemctl reload planrun
is "tells what is wrong with a broken one" logged 'unknown-name'
is "goes on" systemctl is-active planrun

kill -9 "$(property MainPID)"
is "comes again after kill -9" restarted 1
kill -STOP "$(property MainPID)"
is "comes again after it hangs" restarted 2
is "has sent nothing twice" spooled 4
began=$(date +%s%3N)
is "stops" systemctl stop planrun
took=$(($(date +%s%3N) - began))
is "stops cleanly" same "$(property Result)" success
[ $took -lt 2500 ] || { echo "stopping took $took ms" && exit 1; }
systemd-analyze --no-pager security planrun.service | tail -n 1
echo "live: all of it, $checked looks, stopped in $took ms"
