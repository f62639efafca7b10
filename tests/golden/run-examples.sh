#!/bin/sh
# Each example loads without a finding and replays the same way twice; arguments: build directory, source directory.
set -eu

build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

complain() {
    echo "$1" >&2
    [ ! -s "$work/err" ] || cat "$work/err" >&2
    status=1
}

count=0
for script in "$source"/examples/*.lua; do
    name=${script##*/}
    count=$((count + 1))
    [ "$name" != service.lua ] || continue # no plan
    "$build/planrun" show "$script" --json >"$work/tree" 2>"$work/err" || complain "$name: show failed"
    [ -s "$work/tree" ] || complain "$name: show printed nothing"
    [ ! -s "$work/err" ] || complain "$name: has findings"
    for run in 1 2; do
        "$build/planrun" "$script" --simulate >"$work/run$run" 2>"$work/err" || complain "$name: simulation failed"
    done
    [ -s "$work/run1" ] || complain "$name: nothing happens in it"
    cmp -s "$work/run1" "$work/run2" || complain "$name: two runs differ"
done

# The service's configuration, with what it names beside it, has nothing to be warned of.
mkdir "$work/service" "$work/service/plans.d" "$work/service/secrets" "$work/service/spool"
cp "$source/examples/service.lua" "$source/examples/contacts.csv" "$work/service/"
for name in smtp-password wecom-key; do
    (umask 077 && echo "693a91f6" >"$work/service/secrets/$name")
done
"$build/planrun" check --strict "$work/service/service.lua" >"$work/out" 2>"$work/err" ||
    complain "service.lua: $(cat "$work/out")"
echo "count: $count examples"
exit $status
