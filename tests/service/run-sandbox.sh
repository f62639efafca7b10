#!/bin/sh
# The service under the rules of its unit, without systemd: its system calls and no others, no capability,
# no new privileges, an empty environment, another user where root calls – and a manager that listens. What
# systemd does with mounts and cgroups is tried by run-systemd.sh alone.
# Arguments: build directory, source directory. Skipped where systemd-analyze does not say what the
# unit's sets of system calls are.
set -eu
build=$1 src=$2
here=$src/tests/service

command -v systemd-analyze >/dev/null || { echo "systemd-analyze is not installed: skipped"; exit 0; }
work=$(mktemp -d)
chmod 755 "$work"
end() {
    [ -z "${service-}" ] || kill -9 "$service" 2>/dev/null || true
    exec 3>&-
    wait
    rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM

# What the unit's SystemCallFilter= lines leave, a name a line.
calls_of() {
    for word in "$@"; do
        case $word in
        @*) calls_of $(systemd-analyze syscall-filter "$word" 2>/dev/null | sed '1d;/#/d') ;;
        *) echo "$word" ;;
        esac
    done
}
unit=$src/core/service/systemd/planrun.service.in
calls_of @default $(sed -n 's/^SystemCallFilter=\([^~]\)/\1/p' "$unit") | sort -u >"$work/allowed"
calls_of $(sed -n 's/^SystemCallFilter=~//p' "$unit") | sort -u >"$work/denied"
comm -23 "$work/allowed" "$work/denied" >"$work/calls"
[ "$(wc -l <"$work/calls")" -gt 200 ] || { echo "the sets of system calls are not known: skipped"; exit 0; }

user=$(id -u)
if [ "$user" -eq 0 ] && setpriv --reuid 65534 --clear-groups test -x "$build/planrun" 2>/dev/null; then
    user=65534
fi
mkdir -p "$work/plans.d" "$work/spool" "$work/state"
today=$(TZ=CST-8 date +%Y-%m-%d)
cat >"$work/service.lua" <<'END'
service { plans = "plans.d" }
channel "gate" { "spool", folder = "spool" }
bind "default" { "gate" }
END
write_plan() {
    cat >"$work/plans.d/reading.lua" <<END
plan "reading" { "读书活动方案", issuer = "护理部", issued = "$today" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
quota "notes"  { "读书笔记", each = "ward", count = $1, due = "30日后", to = "nursing" }
on("plan.start", function(event) notify("ward", "开始") end)
END
}
write_plan 1
[ "$user" = "$(id -u)" ] || chown -R "$user" "$work/plans.d" "$work/spool" "$work/state"

# within SECONDS COMMAND…
within() {
    tries=$(($1 * 20))
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        if [ $tries -le 0 ]; then
            echo "not within its time: $*"
            cat "$work/log" "$work/told"
            exit 1
        fi
        sleep 0.05
    done
}
told() { grep -q "$1" "$work/told"; }
logged() { grep -q "$1" "$work/log"; }
sent() { [ "$(find "$work/spool" -name '*.json' | wc -l)" -eq "$1" ]; }
gone() { ! kill -0 "$service" 2>/dev/null; }

mkfifo "$work/end"
python3 "$here/notify_listener.py" "$work/notify" <"$work/end" >"$work/told" &
exec 3>"$work/end"
within 10 told listening
env -i NOTIFY_SOCKET="$work/notify" WATCHDOG_USEC=1000000 STATE_DIRECTORY="$work/state" LANG=C.UTF-8 \
    ASAN_OPTIONS=detect_leaks=0 "$build/tests/sandbox" "$work/calls" "$user" \
    "$build/planrun" serve --config "$work/service.lua" >"$work/log" 2>&1 &
service=$!
within 20 told READY=1
within 10 told WATCHDOG=1
within 10 logged 'event=plan.opened plan=reading'
within 20 sent 1

# the kernel runs two filters for the evaluator: its own is not refused
! logged less-isolated || { echo "the evaluator has no filter of its own" && exit 1; }
! logged "refuses seccomp" || { echo "the evaluator has no filter of its own" && exit 1; }
grep -q '^Seccomp:[[:space:]]*2$' "/proc/$service/status"
grep -q '^NoNewPrivs:[[:space:]]*1$' "/proc/$service/status"

write_plan 2
kill -HUP "$service"
within 20 told 'RELOADING=1 MONOTONIC_USEC=[0-9]'
within 20 logged 'event=plan.taken.* plan=reading'

kill -TERM "$service"
within 3 gone
code=0
wait "$service" || code=$?
service=
told STOPPING=1
[ $code -eq 0 ] || { echo "it ended with $code" && cat "$work/log" && exit 1; }
echo "system calls allowed: $(wc -l <"$work/calls")"
