#!/bin/sh
# A plan whose roster is a workbook is told, checked and run as the one whose roster is the CSV that it
# was made of; what is wrong in it has its sheet and cell. Arguments: build directory, source directory.
set -eu

build=$1 planrun=$1/planrun source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
export LC_ALL=C PLANRUN_STATE="$work/state"
lua=$(command -v lua5.4) || lua=$build/tests/planrun-lua
status=0 count=0

complain() {
    echo "$1" >&2
    status=1
}

workbook() {
    "$lua" "$source/tests/lua/workbook.lua" "$1" "$2"
}

# same WHAT ARGUMENTS… – of plan.lua in both folders
same() {
    what=$1
    shift
    count=$((count + 1))
    for folder in csv xlsx; do
        (cd "$work/$folder" && "$planrun" "$@") >"$work/$folder.out" 2>&1 || echo "exit code $?" >>"$work/$folder.out"
        sed 's/staff\.xlsx/staff.csv/g' "$work/$folder.out" >"$work/$folder.text"
    done
    [ -s "$work/csv.text" ] || complain "$what says nothing"
    diff -u "$work/csv.text" "$work/xlsx.text" >&2 || complain "$name: $what differs"
}

for script in "$source"/examples/*.lua; do
    name=$(basename "$script" .lua)
    [ -f "$source/examples/$name.csv" ] || continue
    rm -rf "$work/csv" "$work/xlsx"
    mkdir "$work/csv" "$work/xlsx"
    sed "s/\"$name\.csv\"/\"staff.csv\"/" "$script" >"$work/csv/plan.lua"
    sed "s/\"$name\.csv\"/\"staff.xlsx\"/" "$script" >"$work/xlsx/plan.lua"
    cp "$source/examples/$name.csv" "$work/csv/staff.csv"
    workbook "$work/csv/staff.csv" "$work/xlsx/staff.xlsx"
    for other in "$source"/examples/*.lua "$source"/examples/*.csv; do
        cp "$other" "$work/csv" && cp "$other" "$work/xlsx"
    done
    same "the check" check plan.lua
    same "a replay" plan.lua --simulate
    same "what is next" next plan.lua --as-of 2026-03-02
done
[ "$count" -ge 9 ] || complain "only $count comparisons"

# What is wrong has its cell; another sheet is another roster, of the same file too.
mkdir "$work/bad"
cd "$work/bad"
cat >plan.lua <<'END'
plan "p" { "方案", issuer = "医院", issued = "2012-03-01" }
unit "hospital" { "医院" }
unit "ward" { "各病区", parent = "hospital", many = true }
roster "staff.xlsx" { "person", sheet = "名册" }
quota "essay" { "心得体会", each = "person", count = 1, due = "7月5日前", to = "hospital" }
END
printf '医院职工名册\n编号,姓名,类别,上级,起\nw1,一病区,ward\np1,护士01,person,w1,2012-03-05\np2,护士02,persn,w1\np3,护士03,person,w1,三月\n' >staff.csv
workbook staff.csv staff.xlsx
LC_ALL=zh_CN.UTF-8 "$planrun" check plan.lua >out 2>&1 && complain "a bad workbook is checked without a word"
sed 's/ *$//' out >told
cat >expected <<'END'
staff.xlsx:名册!C5: 错误: 未知的类别“persn” [unknown-kind]
    5 | p2 护士02 persn w1
      |           ^~~~~
      = 建议: 是否指“person”？
staff.xlsx:名册!E6: 错误: 不是 2012-03-01 这样的日期：三月 [bad-day]
    6 | p3 护士03 person w1 三月
      |                     ^~~~
2 个错误，0 个警告，0 个提示
END
diff -u expected told >&2 || complain "findings of a workbook"
"$planrun" check --json plan.lua >json 2>&1 || true
grep -q '"column":3,"file":"staff.xlsx".*"line":5.*"sheet":"名册"' json || complain "no cell in: $(cat json)"

sed -i 's/sheet = "名册"/sheet = "人员"/' plan.lua
LC_ALL=zh_CN.UTF-8 "$planrun" check plan.lua >out 2>&1 && complain "a sheet that is not there is read"
grep -qF 'staff.xlsx: 错误: 没有工作表“人员”，现有：说明、名册 [bad-workbook]' out || complain "no sheet: $(cat out)"

sed -i 's/staff.xlsx" { "person", sheet = "人员"/staff.csv" { "person", sheet = "名册"/' plan.lua
LC_ALL=zh_CN.UTF-8 "$planrun" check plan.lua >out 2>&1 && complain "a sheet of a CSV is read"
grep -qF '只有工作簿（.xlsx）才有工作表' out || complain "a sheet of a CSV: $(cat out)"

printf '编号,姓名,类别,上级,起\nw1,一病区,ward\np1,护士01,person,w1,2012-03-05\n' >staff.csv
workbook staff.csv staff.xlsx
sed -i 's/^roster.*/roster "staff.xlsx" { "person", sheet = "名册" }\nroster "staff.xlsx" { sheet = "名册" }/' plan.lua
"$planrun" check plan.lua >out 2>&1 && complain "one sheet twice"
grep -q 'duplicate-id' out || complain "one sheet twice: $(cat out)"
sed -i 's/^roster "staff.xlsx" { sheet.*/roster "staff.xlsx" { }/' plan.lua
"$planrun" check plan.lua >out 2>&1 && complain "the units of one sheet twice"
grep -q 'staff.xlsx:名册!A2: error: "w1" stands twice \[double-id\]' out || complain "units twice: $(cat out)"

echo "count: $count comparisons"
exit $status
