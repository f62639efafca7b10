#!/bin/sh
# The installed service under a real systemd: a container over a read-only copy of this machine runs
# systemd as its first process, and live.sh is the operator in it. Skipped, with the reason, where no
# container can be started (no root, no overlay, no cgroups); lint.systemd checks the units anywhere.
# Arguments: build directory, source directory.
set -eu
build=$1 src=$2

skip() {
    echo "$1: skipped"
    exit 0
}
[ "$(id -u)" -eq 0 ] || skip "only root can start a container"
for tool in systemd-nspawn unshare systemd-sysusers python3; do
    command -v $tool >/dev/null || skip "$tool is not installed"
done
grep -q overlay /proc/filesystems || skip "the kernel has no overlay"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cat >"$work/boot.sh" <<'END'
set -e
work=$1 build=$2 here=$3
mount -t tmpfs tmpfs "$work"
mkdir "$work/upper" "$work/own" "$work/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/own" "$work/root"
root=$work/root
# nothing of this machine starts in it but the test
rm -rf "$root"/etc/systemd/system/*.wants/* "$root"/etc/systemd/system/planrun* "$root"/var/lib/planrun \
    "$root"/etc/planrun "$root"/usr/local/lib/systemd "$root"/lib/systemd/system/planrun.service
rm -f "$root/etc/machine-id" && echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
DESTDIR=$root cmake --install "$build" --prefix /usr >/dev/null
mkdir -p "$root/opt/live" "$root/etc/systemd/system/multi-user.target.wants"
cp "$here"/live.sh "$here"/*.py "$root/opt/live"
cat >"$root/etc/systemd/system/live.service" <<'UNIT'
[Unit]
After=basic.target
[Service]
Type=oneshot
TimeoutStartSec=100
StandardOutput=append:/opt/live/said
StandardError=append:/opt/live/said
ExecStart=/bin/sh /opt/live/live.sh
ExecStopPost=/bin/systemctl poweroff --force --no-block
UNIT
ln -s ../live.service "$root/etc/systemd/system/multi-user.target.wants/live.service"
timeout -k 5 120 systemd-nspawn --quiet --machine="planrun-$$" --directory="$root" --boot --private-network \
    --register=no --keep-unit --console=pipe systemd.unit=multi-user.target >"$root/opt/live/boot" 2>&1 || true
if [ -s "$root/opt/live/said" ]; then
    cat "$root/opt/live/said"
else
    echo "no container"
    cat "$root/opt/live/boot"
fi
END
unshare --mount --propagation private sh "$work/boot.sh" "$work" "$build" "$src/tests/service" >"$work.said" 2>&1 ||
    { echo "no container" >>"$work.said"; }
said=$work.said
trap 'rm -rf "$work" "$said"' EXIT INT TERM
cat "$said"
if grep -q '^no container' "$said"; then skip "systemd cannot be started here"; fi
grep -q '^live: all of it' "$said"
