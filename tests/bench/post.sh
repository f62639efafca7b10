#!/bin/sh
# Posts to a local receiver by libcurl alone and by the webhook channel, in turn.
#   sh tests/bench/post.sh BUILD [POSTS] [AT_ONCE] [TURNS]      BUILD: a release build
set -eu
build=${1:?usage: post.sh BUILD [POSTS] [AT_ONCE] [TURNS]}
posts=${2:-100000} at_once=${3:-16} turns=${4:-3}
cmake --build "$build" --target bench_post bench_receiver >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# one KIND: a receiver of its own, which ends with the pipe's other end
one() {
    rm -f "$work/out"
    mkfifo "$work/in"
    "$build/tests/bench_receiver" <"$work/in" >"$work/out" &
    exec 3>"$work/in"
    while ! [ -s "$work/out" ]; do sleep 0.05; done
    "$build/tests/bench_post" "$1" "$(head -n 1 "$work/out")" "$posts" "$at_once"
    exec 3>&-
    wait
    sed 1d "$work/out"
    rm "$work/in"
}

i=0
while [ $i -lt "$turns" ]; do
    one bare
    one channel
    i=$((i + 1))
done | tee "$work/all"

awk '/^(bare|channel):/ { if ($9 > best[$1]) best[$1] = $9 }
     END { printf "best: bare %d, channel %d posts/s, ratio %.2f\n", best["bare:"], best["channel:"],
           best["channel:"] / best["bare:"] }' "$work/all"
