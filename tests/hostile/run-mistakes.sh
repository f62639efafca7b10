#!/bin/sh
# What an author is told about each mistake, in both languages: mistakes/NAME.{en,zh}.txt.
# Arguments: build directory, source directory; UPDATE=1 writes the texts anew.
set -eu
driver=$1/tests/eval-driver
cd "$2/tests/hostile/mistakes"
told=$(mktemp)
trap 'rm -f "$told"' EXIT
count=0 failed=0
for script in *.plan; do
    for lang in en zh; do
        expected=${script%.plan}.$lang.txt
        "$driver" --lang=$lang "$script" >"$told" 2>&1 && { echo "$script is not refused"; failed=1; }
        [ -z "${UPDATE:-}" ] || cp "$told" "$expected"
        diff -u "$expected" "$told" || failed=1
        count=$((count + 1))
    done
done
echo "$count texts"
exit $failed
