#!/bin/sh
# Installs the build under a prefix of its own and runs a plan from there: program, evaluator and
# stdlib are found beside each other, and an edited stdlib counts without a compiler.
#   sh tests/lint/run-install.sh BUILD SRC
set -eu

build=$1
src=$2
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT INT TERM
cmake --install "$build" --prefix "$prefix" >"$prefix/log" 2>&1 || { cat "$prefix/log" && exit 1; }

cp "$src/examples/department.lua" "$src/examples/department.csv" "$prefix"
LC_ALL=C "$prefix/bin/planrun" next "$prefix/department.lua" --as-of 2026-03-02 --count 1 >"$prefix/next"
grep -q '^2026-03-03 .*reminder' "$prefix/next" || { cat "$prefix/next" && exit 1; }

sed -i 's/the notice itself/the notice, edited/' "$prefix/share/planrun/words.lua"
LC_ALL=C "$prefix/bin/planrun" help words | grep "the notice, edited" >/dev/null || {
    echo "the installed stdlib was not read"
    exit 1
}
