#!/bin/sh
# Files that are handed in: measured, kept, found again, compared; what is refused leaves nothing; what the
# doctor and a backup make of them. Against content-en.txt and content-zh.txt.
#   sh tests/golden/run-content.sh BUILD SRC [--update]
set -eu

planrun=$1/planrun
golden=$(cd "$2/tests/golden" && pwd)
update=${3:-}
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
status=0

complain() {
    echo "$1" >&2
    status=1
}

write_papers() {
    cat >own.txt <<'TEXT'
我在急诊科值夜班的第三年，才明白老师说的那句话：病人把命交给你，你就得把心交给病人。
那天凌晨两点，一位老人被邻居背进来，手里攥着一张皱巴巴的处方，嘴里一直念着孙子的名字。
我们守到天亮，他终于认出了窗外的桂花树。敬佑生命、救死扶伤、甘于奉献、大爱无疆。
TEXT
    cp own.txt 别名.md
    # the same words with other marks, a new beginning and a new end, in another encoding
    cat >near.utf8 <<'TEXT'
从医多年，感触很深。那天凌晨两点  一位老人被邻居背进来；手里攥着一张皱巴巴的处方！
嘴里一直念着孙子的名字，我们守到天亮，他终于认出了窗外的桂花树！此后我常常想起他，想起那个秋天。
TEXT
    iconv -f UTF-8 -t GB18030 near.utf8 >near.txt
    # only the plan's own words in common
    echo '敬佑生命、救死扶伤、甘于奉献、大爱无疆，是我们写在门诊大厅墙上的十六个字，也是新来的护士第一天要背的十六个字。' >theme.txt
    echo '太短' >short.txt
    printf '\377\330\377\340 not a photo' >photo.jpg
    printf '\377\376t\000' >utf16.txt
    ln -s own.txt link.txt
    mkfifo pipe.txt
    : >empty.txt
    truncate -s 67108865 large.bin
}

# say ARGUMENTS…: a command with its answer; the hours of the day and the login are nobody's concern.
say() {
    code=0
    echo "\$ planrun $*"
    "$planrun" "$@" </dev/null >out 2>err || code=$?
    cat out err
    [ "$code" = 0 ] || echo "exit code $code"
    echo
}

hand_in() {
    what=$1 unit=$2
    shift 2
    say submit essays.lua --item "$what" --unit "$unit" --at 2024-05-01T09:00 --by 党政办 "$@"
}

story() {
    hand_in essay ward-1 --file own.txt
    hand_in essay ward-2 --file 别名.md --chars 200
    hand_in essay ward-3 --file near.txt
    hand_in essay ward-4 --file theme.txt
    hand_in essay ward-5 --file short.txt
    hand_in essay ward-5 --file link.txt
    hand_in essay ward-5 --file pipe.txt
    hand_in essay ward-5 --file .
    hand_in essay ward-5 --file empty.txt
    hand_in essay ward-5 --file large.bin
    hand_in essay ward-5 --file own.txt --file nowhere.txt
    hand_in essay ward-6 --file utf16.txt
    hand_in photo ward-1 --file photo.jpg --file own.txt --file own.txt
    hand_in letter ward-1 --file theme.txt
    hand_in letter ward-6 --file near.txt --json
    say compare essays.lua
    say compare essays.lua --item letter --json
    say return essays.lua --piece f2 --reason 与f1相同 --at 2024-05-02 --by 党政办
    say rework essays.lua --piece f2 --file theme.txt --at 2024-05-03 --by 党政办
    say accept essays.lua --piece f3 --reason 授权引用 --at 2024-05-03 --by 党政办
    say compare essays.lua --piece f3
    say compare essays.lua --piece f5 --count 1
    say compare essays.lua --piece f99
}

check_story() { # NAME
    story | sed 's/［[^］]*］//' >found
    if [ "$update" = --update ]; then
        cp found "$golden/$1"
    elif ! diff -u "$golden/$1" found >&2; then
        complain "$1 differs; --update takes what was found"
    fi
}

kept() {
    find state/essays.files -type f | sort
}

check_kept() {
    [ "$(kept | wc -l)" = 6 ] || complain "kept: $(kept)"
    kept | while read -r path; do
        [ "$(sha256sum <"$path" | cut -c1-64)" = "${path##*/}" ] || echo "$path"
        [ "$(stat -c %a "$path")" = 600 ] || echo "$path"
    done >bad
    [ ! -s bad ] || complain "bad: $(cat bad)"
    grep -q "$(sha256sum near.txt | cut -c1-64)" found || complain "the hash of near.txt is not told"
}

doctor() {
    "$planrun" doctor essays.lua >out 2>err || true
    sed -n "s/^\([! ] $1\) *\(.*\)/\1|\2/p" out
}

check_doctor_and_backup() {
    [ "$(doctor 'files handed in')" = '  files handed in|6' ] || complain "doctor: $(cat out err)"
    [ "$(doctor integrity)" = '  integrity|whole' ] || complain "doctor: $(cat out err)"
    "$planrun" backup essays.lua copy.db >out || complain "backup: $(cat out)"
    [ "$(cd copy.db.files && find . -type f | sort)" = "$(cd state/essays.files && find . -type f | sort)" ] ||
        complain "the backup has other files"
    one=$(kept | head -1) two=$(kept | tail -1)
    chmod u+w "$one"
    echo spoilt >"$one"
    rm "$two"
    mkdir -p state/essays.files/ab
    echo orphan >state/essays.files/ab/ab00000000000000000000000000000000000000000000000000000000000000
    [ "$(doctor 'files missing')$(doctor 'files damaged')$(doctor 'files of no record')" = \
        '! files missing|1! files damaged|1  files of no record|1' ] || complain "doctor: $(cat out)"
    code=0
    "$planrun" backup essays.lua second.db >out 2>err || code=$?
    [ "$code" = 1 ] && [ -f second.db ] && grep -q '1 files are missing, 1 damaged' err ||
        complain "backup of damaged files: $code $(cat err)"
    [ "$(find second.db.files -type f | wc -l)" = 4 ] || complain "second backup: $(find second.db.files)"
    # back to the first backup
    rm -rf state/essays.*
    cp copy.db state/essays.db
    cp -r copy.db.files state/essays.files
    [ "$(doctor 'files handed in')$(doctor 'files missing')" = '  files handed in|6' ] ||
        complain "after going back: $(cat out err)"
}

# A folder that cannot be written, or an end between file and fact: nothing is recorded, and nothing but a
# file that no fact knows is left.
check_faults() {
    before=$("$planrun" log essays.lua --event fact --json | wc -l)
    mv state/essays.files state/away
    : >state/essays.files
    code=0
    "$planrun" submit essays.lua --item photo --unit ward-2 --file own.txt >out 2>err || code=$?
    [ "$code" = 1 ] || complain "no folder: $code $(cat out err)"
    rm state/essays.files
    mv state/away state/essays.files
    echo 将被打断 >stray.txt
    code=0 # the file is kept before the request is refused
    "$planrun" submit essays.lua --item photo --unit nobody --file stray.txt >out 2>err || code=$?
    [ "$code" = 1 ] || complain "nobody: $code $(cat out err)"
    [ "$("$planrun" log essays.lua --event fact --json | wc -l)" = "$before" ] || complain "something was recorded"
    [ "$(doctor 'files of no record')" = '  files of no record|1' ] || complain "stray: $(cat out err)"
}

cd "$work"
cp "$golden/content/essays.lua" .
write_papers
LC_ALL=zh_CN.UTF-8 PLANRUN_STATE=$work/zh
export LC_ALL PLANRUN_STATE
check_story content-zh.txt
LC_ALL=C PLANRUN_STATE=$work/state
check_story content-en.txt
check_kept
check_doctor_and_backup
check_faults
exit "$status"
