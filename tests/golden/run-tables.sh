#!/bin/sh
# The tables of `planrun status`: ledger, matrix and list, for a terminal and as CSV, word for word in both
# languages; workbooks whose bytes repeat at any time and in any zone; what is refused.
#   sh tests/golden/run-tables.sh BUILD SRC           compare
#   sh tests/golden/run-tables.sh BUILD SRC update    write the golden files anew
set -eu

planrun=$1/planrun
golden=$2/tests/golden
mode=${3-compare}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH TZ
export PLANRUN_STATE="$work/state"
status=0

complain() {
    echo "$1" >&2
    status=1
}

cat >"$work/plan.lua" <<'END'
plan "reading" { "护理部读书活动方案", issuer = "护理部", issued = "2024年3月4日" }
unit "nursing" { "护理部", head = "护理部主任" }
unit "office"  { "党政办", parent = "nursing", head = "办公室主任" }
unit "ward"    { "各病区", parent = "nursing", many = true, head = "护士长" }
unit "nurse"   { "每名护士", parent = "ward", many = true }
group "branch" { "各支部", many = true }
roster "roster.csv" { "person" }
phase "read" { "阅读阶段", when = "3月中旬至4月底", clause = "三(一)",
  quota "notes"  { "读书笔记", each = "nurse", count = "不少于2篇", due = "4月20日前", to = "nursing", lead = "office" },
  task  "talk"   { "座谈会", each = "ward", due = "4月25日17:00前", clause = "三(一)2" },
  quota "pieces" { "优秀文章", each = "branch", count = "1~2篇", due = "4月底前" },
}
quota "monthly" { "活动信息", by = "office", per = "每月25日前", count = 1, when = "3月至6月" }
task "report"   { "活动总结", by = "nursing", due = "7月15日前", clause = "四" }
task "culture"  { "=文化园地", by = "nursing", due = "长期" }
END
cat >"$work/roster.csv" <<'END'
id,name,kind,parent,groups
branch-1,第一党支部,branch,,
branch-2,第二党支部,branch,,
ward-1,一病区,ward,nursing,
ward-2,二病区,ward,nursing,
n-11,一病区护士01,nurse,ward-1,branch-1
n-12,一病区护士02,nurse,ward-1,branch-1;branch-2
n-21,二病区护士01,nurse,ward-2,branch-2
n-22,二病区护士02,nurse,ward-2,
END

cd "$work"
run() {
    "$planrun" "$@" --by 党政办 >/dev/null
}
LC_ALL=C
export LC_ALL
run submit plan.lua --item notes --unit n-11 --count 2 --at 2024-04-10
run submit plan.lua --item notes --unit n-12 --count 1 --at 2024-04-10
run excuse plan.lua --item notes --unit n-21 --at 2024-04-11 --reason '=产假, "四个月"' --approved-by 护理部主任
run extend plan.lua --item notes --unit n-22 --at 2024-04-12 --until 2024-05-08 --reason 进修
run submit plan.lua --item talk --unit ward-1 --at 2024-04-18
run submit plan.lua --item monthly --unit office --at 2024-03-20

# tell LANGUAGE: all tables for a terminal and as CSV.
tell() {
    for arguments in '--ledger' '--ledger --unit ward-2' '--ledger --behind' '--ledger --quota monthly' \
        '--csv -' '--csv - --unit branch-1' '--csv - --ledger' '--csv - --behind'; do
        echo "\$ planrun status plan.lua --as-of 2024-04-28 $arguments"
        # shellcheck disable=SC2086 # words
        LC_ALL=$1 "$planrun" status plan.lua --as-of 2024-04-28 $arguments 2>&1 | tr -d '\r'
        echo
    done
    LC_ALL=$1 "$planrun" status plan.lua --as-of 2024-04-28 --xlsx all.xlsx --csv all.csv
    LC_ALL=$1 "$planrun" status plan.lua --as-of 2024-04-28 --xlsx ledger.xlsx --ledger
    LC_ALL=$1 "$planrun" status plan.lua --as-of 2024-04-28 --xlsx behind.xlsx --behind
}
for language in en zh; do
    locale=C
    [ $language = en ] || locale=zh_CN.UTF-8
    tell $locale >"tables-$language.txt"
    if [ "$mode" = update ]; then
        cp "tables-$language.txt" "$golden/tables-$language.txt"
    else
        diff -u "$golden/tables-$language.txt" "tables-$language.txt" || status=1
    fi
done

# The CSV of `-` and of a file are the same bytes, with mark and line ends.
"$planrun" status plan.lua --as-of 2024-04-28 --csv - >piped.csv
"$planrun" status plan.lua --as-of 2024-04-28 --csv filed.csv >/dev/null
cmp piped.csv filed.csv || status=1
[ "$(head -c 3 filed.csv | od -An -tx1 | tr -d ' ')" = efbbbf ] || complain "no byte order mark"
[ "$(grep -c "$(printf '\r')\$" filed.csv)" = "$(wc -l <filed.csv)" ] || complain "a line without CRLF"

# A workbook has the same bytes at another time, in another zone, in another folder.
"$planrun" status plan.lua --as-of 2024-04-28 --xlsx first.xlsx >/dev/null
mkdir elsewhere
ASAN_OPTIONS=verify_asan_link_order=0 TZ=America/New_York faketime '2031-07-08 09:10:11' \
    "$planrun" status plan.lua --as-of 2024-04-28 --xlsx elsewhere/second.xlsx >/dev/null
cmp first.xlsx elsewhere/second.xlsx || complain "a workbook differs from run to run"
[ "$(ls elsewhere)" = second.xlsx ] || complain "something is left beside the file: $(ls -A elsewhere)"

# refuse CODE ARGUMENTS…: the exit code, a word about it, no file changed.
refuse() {
    wanted=$1 found=0
    shift
    "$planrun" status plan.lua --as-of 2024-04-28 "$@" >out 2>err || found=$?
    [ "$found" = "$wanted" ] || complain "status $*: exit code $found, not $wanted"
    [ -s err ] || complain "status $*: refused without a word"
    cmp -s first.xlsx elsewhere/second.xlsx || complain "status $*: the old file is another"
}
refuse 2 --ledger --json
refuse 2 --csv x.csv --json
refuse 2 --xlsx x.xlsx --why --unit ward-1 --quota talk
refuse 2 --xlsx
refuse 1 --xlsx -
refuse 1 --xlsx elsewhere
refuse 1 --xlsx nowhere/x.xlsx
refuse 1 --csv plan.lua/x.csv
refuse 1 --ledger --unit nobody
refuse 1 --csv x.csv --quota nothing
[ ! -e x.csv ] || complain "a refused table left a file"
if "$planrun" status plan.lua --as-of 2024-04-28 --csv - >/dev/full 2>err; then
    complain "a full standard output is no error"
fi
(
    trap '' XFSZ
    ulimit -f 4
    ! "$planrun" status plan.lua --as-of 2024-04-28 --xlsx first.xlsx >out 2>err
) || complain "a full disk is no error"
cmp -s first.xlsx elsewhere/second.xlsx || complain "a full disk changed the old file"
[ "$(find . -name '.*.xlsx*' | wc -l)" = 0 ] || complain "a full disk left something behind"

echo "tables: 16 golden"
exit $status
