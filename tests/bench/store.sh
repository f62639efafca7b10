#!/bin/sh
# The store beside bare SQLite, on the disk of FOLDER: lines of a fan-out, facts, a long journal.
#   sh tests/bench/store.sh BUILD [FOLDER] [ROWS]       BUILD: a release build
# FOLDER is where the files are made and removed (default: beside the build); ROWS of the journal
# (default 10,000,000: some gigabytes).
set -eu
build=${1:?usage: store.sh BUILD [FOLDER] [ROWS]}
rows=${3:-10000000}
cmake --build "$build" --target bench_store >/dev/null
folder=$(mktemp -d "${2:-$build}/store-XXXXXX")
trap 'rm -rf "$folder"' EXIT
for _ in 1 2 3; do
    "$build/tests/bench_store" lines "$folder"
    rm -f "$folder"/*
done
"$build/tests/bench_store" units "$folder"
rm -f "$folder"/*
"$build/tests/bench_store" submit "$folder"
rm -f "$folder"/*
"$build/tests/bench_store" journal "$folder" "$rows"
