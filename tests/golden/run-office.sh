#!/bin/sh
# What an office makes of our tables: LibreOffice opens workbooks and CSV and says what it sees. Every
# cell must come back as it was written, texts as texts, numbers and days as such, whatever they look
# like; drop-downs, lights, fixed rows and pages must be there.
#   sh tests/golden/run-office.sh BUILD SRC
set -eu

build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_RUNTIME_DIR
export LC_ALL=C.UTF-8 HOME="$work" PLANRUN_STATE="$work/state" SAL_USE_VCLPLUGIN=svp
status=0 tables=0
command -v soffice >/dev/null || { echo "soffice is not here (Debian: libreoffice-calc-nogui)" >&2; exit 1; }

complain() {
    echo "$1" >&2
    status=1
}

# office FROM TO FILE…: converts into the folder `back`, FROM an input filter or "".
office() {
    from=$1 to=$2
    shift 2
    timeout 120 soffice --headless --norestore --nolockcheck "-env:UserInstallation=file://$work/profile" \
        ${from:+"--infilter=$from"} --convert-to "$to" --outdir back "$@" >office.log 2>&1 || {
        cat office.log >&2
        exit 1
    }
}

# Texts in quotes, numbers and days not, as they are shown; every sheet a file.
say='csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,true,false,false,-1'
# "Quoted field as text", special numbers such as percents and days are looked for.
read='Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false,false,false'

# plain FILE: a CSV of ours without mark and CR.
plain() {
    sed -e '1s/^\xef\xbb\xbf//' -e 's/\r$//' "$1"
}

# unguarded: the same without the apostrophe in front of what looks like a formula.
unguarded() {
    sed -E "s/(^|,)\"'([-=+@	]|＝|＋|－|＠)/\1\"\2/g"
}

# same NAME WANTED FOUND
same() {
    tables=$((tables + 1))
    cmp -s "$2" "$3" && return
    complain "$1: LibreOffice sees other cells"
    diff "$2" "$3" | head -20 >&2
}

cd "$work"
"$build/tests/test_table_back" "$work"
cat >plan.lua <<'END'
plan "reading" { "护理部读书活动方案", issuer = "护理部", issued = "2024年3月4日" }
unit "nursing" { "护理部", head = "护理部主任" }
unit "ward"    { "各病区", parent = "nursing", many = true, head = "护士长" }
group "branch" { "各支部", many = true }
roster "roster.csv" { "person" }
phase "read" { "阅读阶段", when = "3月中旬至4月底", clause = "三(一)",
  quota "notes"  { "=1+1", each = "person", count = "不少于2篇", due = "4月20日前" },
  task  "talk"   { "+86座谈会", each = "ward", due = "4月25日17:00前" },
  quota "pieces" { "007", each = "branch", count = "1~2篇", due = "4月底前" },
}
END
printf 'id,name,kind,parent,groups\nb1,110101199003071234,branch,,\nw1,一病区,ward,nursing,\nw2,@二病区,ward,nursing,\n' >roster.csv
printf 'n%s,护士%s,person,w1,b1\n' 1 01 2 02 3 03 >>roster.csv
"$build/planrun" submit plan.lua --item notes --unit n1 --count 2 --at 2024-04-10 --by clerk >/dev/null
"$build/planrun" excuse plan.lua --item notes --unit n2 --at 2024-04-10 --reason '-5, "产假"' --by =clerk >/dev/null
"$build/planrun" status plan.lua --as-of 2024-04-28 --xlsx status.xlsx >/dev/null
"$build/planrun" status plan.lua --as-of 2024-04-28 --csv - --ledger >ledger.csv
"$build/planrun" status plan.lua --as-of 2024-04-28 --csv - --behind >behind.csv

# A plan that is more than anybody reads: 110 tasks, 2,100 units.
{
    echo 'plan "wide" { "大方案", issuer = "局", issued = "2024年3月4日" }'
    echo 'unit "office" { "局" }'
    echo 'unit "ward" { "各科", parent = "office", many = 2100 }'
    seq 109 | sed 's/.*/task "t&" { "任务&", by = "office", due = "2024年5月1日前" }/'
    echo 'task "all" { "总结", each = "ward", due = "2024年5月1日前" }'
} >wide.lua
"$build/planrun" status wide.lua --as-of 2024-04-28 --xlsx wide.xlsx 2>/dev/null >/dev/null
"$build/planrun" status wide.lua --as-of 2024-04-28 --csv wide.csv 2>/dev/null >/dev/null
[ "$(wc -l <wide.csv)" = 2103 ] || complain "a CSV of $(wc -l <wide.csv) lines, not of all units"
[ "$(sed -n 2p wide.csv | tr -cd , | wc -c)" = 112 ] || complain "a CSV that lacks tasks"

# One: workbooks. Above a sheet of `status` stand title and a line, below it notes.
office '' "$say" awkward.xlsx status.xlsx wide.xlsx
plain awkward.csv | unguarded >wanted
same 'awkward.xlsx' wanted back/awkward-t.csv
for sheet in 'Ledger:ledger' 'Not done:behind'; do
    plain "${sheet#*:}.csv" | unguarded >wanted
    tail -n +3 "back/status-${sheet%:*}.csv" | head -n "$(wc -l <wanted)" >found
    same "status.xlsx, ${sheet%:*}" wanted found
done
[ -s back/status-Progress.csv ] || complain "status.xlsx has no sheet Progress"
for note in '101 rows are left out here; the totals have them.' '10 tasks are left out here; the ledger has them.'; do
    grep -qF "$note" back/wide-Progress.csv || complain "wide.xlsx does not say: $note"
done

# Two: a CSV, guarded as it stands; LibreOffice shows percents with one more digit.
rm -rf back
office "$read" "$say" awkward.csv
plain awkward.csv >wanted
sed -E 's/,([0-9]+\.[0-9])0%,/,\1%,/' back/awkward-*.csv >found
same 'awkward.csv' wanted found

# Three: all that is not a cell.
office '' fods awkward.xlsx
grep -q 'table:formula=' back/awkward.fods && complain "a formula has come of a text"
for there in 'office:value-type="date" office:date-value="1915-03-31"' \
    'cell-content-is-in-list(&quot;● on plan&quot;;&quot;▲ near&quot;;&quot;■ overdue&quot;;&quot;✓ done&quot;)' \
    'calcext:value="begins-with(&quot;■&quot;)"' '<table:table-header-rows' '<table:table-header-columns' \
    'style:print-orientation="landscape"' 'style:scale-to-X="1"' 'table:print-ranges="t.A1:t.E1001"' \
    'table:display-filter-buttons="true"' '<text:page-number>'; do
    grep -qF "$there" back/awkward.fods || complain "the workbook lacks $there"
done

echo "tables read by LibreOffice: $tables"
exit $status
