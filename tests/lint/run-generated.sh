#!/bin/sh
# The files generated from stdlib/words.lua and service.lua are what the program prints: editor definitions and
# luacheck settings cannot lag behind the language. Arguments: build directory, source directory.
set -eu
planrun=$1/planrun
if [ ! -x "$planrun" ]; then
  echo "no planrun in $1: left to c.test_words"
  exit 0
fi
stale=0
check() {
  "$planrun" help "$3" --emit "$1" | cmp -s - "$2" || {
    echo "$2 is stale: planrun help $3 --emit $1 > $2"
    stale=1
  }
}
check meta "$2/stdlib/meta/planrun.lua" words
check meta "$2/stdlib/meta/service.lua" service
check luarc "$2/.luarc.json" words
check luacheck "$2/.luacheckrc" words
exit $stale
