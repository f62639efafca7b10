#!/bin/sh
# Proves that each house rule can fail: breaks a small clean tree in one place after another and
# expects the finding there, by the same command that checks the real tree.
#   sh tests/lint/run-house-selftest.sh BUILD SRC
set -eu

build=$1
here=$(cd "$(dirname "$0")" && pwd -P)
lua=$(command -v lua5.4) || lua=$build/tests/planrun-lua

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT INT TERM
mkdir -p "$tree/tests/c" "$tree/stdlib" "$tree/scripts" "$tree/misc"
for room in base time plan store engine script cli attic; do
    mkdir -p "$tree/core/$room"
done

"$lua" "$here/house_selftest.lua" "$tree" "sh '$here/run-house.sh' '$tree/none' '$tree'"
