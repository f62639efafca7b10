#!/bin/sh
# tests/facts.tsv against `planrun show scripts/X.lua --json`; arguments: build directory, source directory.
set -eu

build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for plan in moh2012 city2012 nanping2021 shaoxing2012 shashi2010; do
    "$build/planrun" show "$source/scripts/$plan.lua" --json >"$work/$plan.json" || {
        echo "planrun show scripts/$plan.lua --json failed" >&2
        exit 1
    }
done
"$build/tests/planrun-lua" "$source/tests/lua/facts.lua" "$source" "$work"
