#!/bin/sh
# The systemd files as they are installed: clean by systemd's own check, and exposed no more than stated
# (`systemd-analyze security`, 0 = not at all, 10 = wide open). A user's manager cannot take
# capabilities or the file system away, so the user's unit has a bound of its own.
# Arguments: build directory, source directory. Skipped where systemd-analyze is missing.
set -eu
build=$1
export LC_ALL=C

command -v systemd-analyze >/dev/null || { echo "systemd-analyze is not installed: skipped"; exit 0; }
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT INT TERM
export XDG_RUNTIME_DIR="$prefix" HOME="$prefix"
cmake --install "$build" --prefix "$prefix" >"$prefix/log" 2>&1 || { cat "$prefix/log" && exit 1; }

# exposed UNIT MOST OPTIONS…: both in tenths
exposed() {
    unit=$1 most=$2
    shift 2
    systemd-analyze "$@" --no-pager verify "$unit" >"$prefix/verify" 2>&1 || { cat "$prefix/verify" && exit 1; }
    # of other units on this machine it may complain
    if grep "planrun" "$prefix/verify"; then exit 1; fi
    systemd-analyze "$@" --no-pager security --offline=true "$unit" >"$prefix/exposure" 2>&1 || true
    tenths=$(sed -n 's/.*exposure level for planrun.service: \([0-9]*\)\.\([0-9]\).*/\1\2/p' "$prefix/exposure")
    [ -n "$tenths" ] || { cat "$prefix/exposure" && exit 1; }
    tenths=${tenths#0}
    echo "exposure of the $(basename "$(dirname "$unit")") unit, in tenths: $tenths"
    if [ "$tenths" -gt "$most" ]; then
        grep '✗' "$prefix/exposure"
        echo "$unit is exposed by more than $most tenths"
        exit 1
    fi
}

exposed "$prefix/lib/systemd/system/planrun.service" 20
exposed "$prefix/lib/systemd/user/planrun.service" 65 --user

# Account and folders, in a root of their own; only root can give files away.
mkdir -p "$prefix/root/etc"
systemd-sysusers --root="$prefix/root" "$prefix/lib/sysusers.d/planrun.conf" >"$prefix/log" 2>&1 ||
    { cat "$prefix/log" && exit 1; }
grep -q '^planrun:.*:/var/lib/planrun:/usr/sbin/nologin$' "$prefix/root/etc/passwd"
[ "$(id -u)" -eq 0 ] || exit 0
systemd-tmpfiles --create --root="$prefix/root" "$prefix/lib/tmpfiles.d/planrun.conf" >"$prefix/log" 2>&1 ||
    { cat "$prefix/log" && exit 1; }
[ "$(stat -c %a "$prefix/root/etc/planrun/secrets")" = 750 ]
[ "$(stat -c %a "$prefix/root/var/spool/planrun")" = 2770 ]
