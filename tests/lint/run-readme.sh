#!/bin/sh
# Proves that README.md says what the program says: runs its examples and compares the output.
#   sh tests/lint/run-readme.sh BUILD SRC
set -eu

build=$(cd "$1" && pwd -P)
src=$(cd "$2" && pwd -P)
here=$(cd "$(dirname "$0")" && pwd -P)
lua=$(command -v lua5.4) || lua=$build/tests/planrun-lua
[ -x "$build/planrun" ] || { echo "no planrun in this build; nothing to compare" && exit 0; }

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT INT TERM
cp -R "$src/scripts" "$src/examples" "$tree"
ln -s "$build/planrun" "$tree/planrun"

cd "$tree"
PLANRUN_STATE=$tree/state PATH=$tree:$PATH "$lua" "$here/readme.lua" "$src/README.md"
