#!/bin/sh
# Each planted fault (mutants.cmake) must be found by a life: its seed and what it said are printed.
# Arguments: build directory, source directory.
set -eu
build=$1 source=$2
[ -x "$build/tests/planrun-sim-catch-up-from-now" ] || {
    echo "not built with this preset"
    exit 0
}
most=1000
missed=0
for name in $(sed -n 's/^mutant(\([a-z-]*\) .*/\1/p' "$source/tests/crash/mutants.cmake"); do
    if said=$("$build/tests/planrun-sim-$name" 1 "$most" first 2>&1); then
        echo "$name: NOT FOUND in $most seeds"
        missed=1
    else
        echo "$name: $said"
    fi
    case $said in
    seed\ *) ;;
    *) missed=1 ;;
    esac
done
exit "$missed"
