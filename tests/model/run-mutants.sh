#!/bin/sh
# Each planted fault (mutants.cmake) must be found by a world: its seed and what differed are printed.
# Arguments: build directory, source directory.
set -eu
build=$1 source=$2
[ -x "$build/tests/model-driver-leavers-stay" ] || {
    echo "not built with this preset"
    exit 0
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$source"
missed=0
for name in $(sed -n 's/^model_mutant(\([a-z-]*\) .*/\1/p' tests/model/mutants.cmake); do
    if "$build/tests/planrun-lua" tests/model/run.lua "$build/tests/model-driver-$name" "$folder" \
        1 200 first >"$folder/said" 2>&1; then
        echo "$name: NOT FOUND: $(tail -1 "$folder/said")"
        missed=1
    else
        echo "$name: $(sed -n 's/^\(seed [0-9]*\), .*/\1/p' "$folder/said"),$(sed -n 2p "$folder/said")"
        grep -q '^seed ' "$folder/said" || missed=1
    fi
done
exit "$missed"
