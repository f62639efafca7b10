#!/bin/sh
# What an author is told about each mistake, in both languages: mistakes/NAME.{en,zh}.txt.
# Arguments: build directory, source directory; UPDATE=1 writes the texts anew.
set -eu
driver=$1/tests/eval-driver
mistakes=$2/tests/hostile/mistakes
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$mistakes"/*.plan "$work"
cd "$work"
# the repository holds UTF-8 only
iconv -f UTF-8 -t GB18030 "$mistakes/undeclared.plan" >gb18030.plan
count=0 failed=0
for script in *.plan; do
    for lang in en zh; do
        expected=$mistakes/${script%.plan}.$lang.txt
        if "$driver" --lang=$lang "$script" >told 2>&1; then
            echo "$script is not refused"
            failed=1
        fi
        [ -z "${UPDATE:-}" ] || cp told "$expected"
        diff -u "$expected" told || failed=1
        count=$((count + 1))
    done
done
echo "$count texts"
exit $failed
