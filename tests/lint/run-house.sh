#!/bin/sh
# Checks a tree against the README's table of rooms and the house style.
#   sh tests/lint/run-house.sh BUILD SRC
# BUILD is where the compiler's flags come from (compile_commands.json). Offline, writes nothing.
set -eu

build=$1
src=$(cd "$2" && pwd -P)
here=$(cd "$(dirname "$0")" && pwd -P)
lua=$(command -v lua5.4) || lua=$build/tests/planrun-lua

# What is or may become part of the repository; an unpacked release has no index to ask.
list_files() {
    cd "$src"
    if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$src" ]; then
        git ls-files -z --cached --others --exclude-standard
    else
        find . \( -name 'build*' -prune \) -o -type f -print0 | sed -z 's,^\./,,'
    fi
}

list_files | "$lua" "$here/house.lua" "$build" "$src"
