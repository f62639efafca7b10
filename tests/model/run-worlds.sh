#!/bin/sh
# Random worlds, the more the more seconds PLANRUN_TEST_SECONDS gives: what the engine answers is what the
# reference in Lua answers (model.lua). One that differs is told again, step by step, by
#   planrun-lua tests/model/run.lua BUILD/tests/model-driver FOLDER SEED
# Arguments: build directory, source directory.
set -eu
build=$1 source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$source"
worlds=$((200 + 10 * ${PLANRUN_TEST_SECONDS:-0}))
"$build/tests/planrun-lua" tests/model/run.lua "$build/tests/model-driver" "$folder" 1 "$worlds"
