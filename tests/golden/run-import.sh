#!/bin/sh
# What `planrun submit --from` says of files of submissions, in both languages, word for word: taken,
# taken again and taken back, alone and through a run, in either form and encoding, and all that a row
# can be refused for.
#   sh tests/golden/run-import.sh BUILD SRC           compare
#   sh tests/golden/run-import.sh BUILD SRC update    write the golden files anew
set -eu

planrun=$1/planrun
golden=$2/tests/golden
mode=${3-compare}
work=$(mktemp -d)
run=
trap '[ -z "$run" ] || kill "$run" 2>/dev/null || :; rm -rf "$work"' EXIT
export PLANRUN_STATE="$work/state"
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
status=0
commands=0

# say ARGUMENTS…: one command with its output and, when it is not 0, its exit code.
say() {
    code=0
    commands=$((commands + 1))
    echo "\$ planrun $*"
    "$planrun" "$@" >"$work/said" 2>&1 </dev/null || code=$?
    sed -e "s|$work|WORK|g" "$work/said"
    [ $code = 0 ] || echo "[$code]"
    echo
}

write_files() {
    cat >plan.lua <<'END'
plan "reading" { "读书活动", issuer = "护理部", issued = "2024年3月2日" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
unit "ward-2"  { "二病区", kind = "ward" }
phase "read" { "阅读阶段", when = "3月11日起" }
quota "notes"   { "读书笔记", each = "ward", count = 4, due = "4月20日前" }
quota "monthly" { "月报", each = "ward", count = 1, per = "每月25日前" }
task  "smoke"   { "病区吸烟", each = "ward", binding = "never" }
END
    cat >good.csv <<'END'
事项,单位,件数,时间,记号,备注,周期
notes,ward-1,2,2024-03-20,收文1号,,
# 只是说明
读书笔记,二病区,1,2024/4/2 15:30,,"手写，
两页",
读书笔记,二病区,1,2024/4/2 15:30,,"手写，
两页",
notes,ward-2,,2024-04-21,,,
monthly,ward-1,1,2024-05-02,,,2024-04-10
monthly,ward-1,1,2024-05-03,,,
END
    iconv -f UTF-8 -t GB18030 good.csv >excel.csv
    cat >more.jsonl <<'END'
{"item":"notes","unit":"ward-1","at":"2024-04-03T08:00:00+08:00","key":"form-1"}

{"事项":"月报","单位":"一病区","件数":"1","at":"2024-05-04","note":"补交"}
END
    sed 's/ward-1","at/ward-2","at/' more.jsonl >changed.jsonl
    cat >bad.csv <<'END'
item,unit,count,at,phase,period
notes,ward-1,1,2024-03-20,,
nots,ward-1,1,2024-03-20,,
notes,三病区,1,2024-03-20,,
notes,ward-1,0,2024-03-20,,
notes,ward-1,two,2024-03-20,,
notes,ward-1,1,20.3.2024,,
notes,ward-1,1,2150-03-20,,
notes,ward-1,1,2024-03-20,,2024-3
notes,ward-1,1,2024-03-20,nowhere,
notes,ward-1,1,2024-03-20,read,
monthly,ward-1,1,2024-03-20,,2020-01-01
,ward-1,1,2024-03-20,,
notes,,1,2024-03-20,,
notes,nursing,1,2024-03-20,,
read,ward-1,1,2024-03-20,,
smoke,ward-1,1,2024-03-20,,
notes,ward-1,1
notes,"ward-1"x,1,2024-03-20,,
notes,"ward-1,1,2024-03-20,,
notes,ward-2,1,2024-03-20,,
END
    cat >bad.jsonl <<'END'
{"item":"notes","unit":"ward-1","cnt":1}
{"item":"notes","unit":"ward-1","count":-1}
{"item":"notes","unit":["ward-1"]}
{"item":"notes","unit":"ward-1"
["notes","ward-1"]
END
    printf 'itm,unit,unit\nnotes,ward-1,ward-1\n' >header.csv
    printf 'item;unit\nnotes;ward-1\n' >semicolon.csv
    printf 'PK\3\4 a workbook' >book.xlsx
    : >empty.csv
}

wait_for_run() {
    for _ in $(seq 200); do
        [ ! -S "$PLANRUN_STATE/reading.sock" ] || return 0
        sleep 0.1
    done
    echo "no run listens"
}

say_all() {
    say submit plan.lua --from good.csv --by clerk
    say submit plan.lua --from good.csv --by clerk
    say submit plan.lua --from excel.csv --by clerk
    say submit plan.lua --from=more.jsonl --json --by clerk
    say submit plan.lua --from changed.jsonl
    say submit plan.lua --from bad.csv
    say submit plan.lua --from bad.jsonl
    say submit plan.lua --from header.csv
    say submit plan.lua --from semicolon.csv
    say submit plan.lua --from book.xlsx
    say submit plan.lua --from empty.csv
    say submit plan.lua --from nothing.csv
    say submit plan.lua --from good.csv --item notes
    say submit --from good.csv
    say log plan.lua --event fact
    say undo plan.lua --by clerk --reason 误登
    say submit plan.lua --from more.jsonl --by clerk
    say submit plan.lua --from more.jsonl --by clerk
    say withdraw plan.lua --fact f3 --by clerk
    say submit plan.lua --from excel.csv --by clerk
    say submit plan.lua --from excel.csv --by clerk
    say submit plan.lua --from more.jsonl --by clerk --json
    rm -rf "$PLANRUN_STATE"
    "$planrun" plan.lua >"$work/run" 2>&1 </dev/null &
    run=$!
    wait_for_run
    say submit plan.lua --from good.csv --by clerk
    say submit plan.lua --from good.csv --by clerk
    say submit plan.lua --from more.jsonl --by clerk
    say submit plan.lua --from bad.jsonl
    say log plan.lua --event fact
    kill "$run" || echo "the run has ended"
    wait "$run" 2>/dev/null || :
    run=
}

hold() {
    if [ "$mode" = update ]; then
        cp "$work/found" "$golden/import-$1.txt"
    elif ! diff -u "$golden/import-$1.txt" "$work/found"; then
        status=1
    fi
}

mkdir "$work/in"
cd "$work/in"
for language in en zh; do
    rm -rf "$PLANRUN_STATE"
    write_files
    locale=C
    [ $language = en ] || locale=zh_CN.UTF-8
    LC_ALL=$locale say_all >"$work/found"
    hold $language
done
echo "counts: $commands commands"
exit $status
