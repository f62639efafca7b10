#!/bin/sh
# What happens to a roster, told by the commands in both languages: events, a new file, taking it back.
#   sh tests/golden/run-roster.sh BUILD SRC           compare
#   sh tests/golden/run-roster.sh BUILD SRC update    write the golden files anew
set -eu

planrun=$1/planrun
golden=$2/tests/golden
mode=${3-compare}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
status=0

# The plan lies in the past whenever this runs, so that only the times of recording differ.
write_plan() {
    cat >plan.lua <<'END'
plan "reading" { "读书活动方案", issuer = "医院", issued = "2024年3月2日" }
unit "hospital" { "医院" }
unit "department" { "各科室", parent = "hospital", many = true }
unit "surgery" { "外科", parent = "hospital", kind = "department" }
group "branch" { "党支部", parent = "hospital", many = true }
roster "staff.csv" { "person" }
quota "notes" { "读书笔记", each = "person", count = "不少于2篇", when = "3月中旬至4月底", due = "4月20日前" }
quota "talks" { "外科心得", each = "person in surgery", count = 1, when = "3月中旬至4月底", due = "4月20日前" }
END
    cat >staff.csv <<'END'
id,name,kind,parent,groups,staff
inner,内科,department,,,
lab,检验科,department,,,30
b1,第一支部,branch,hospital,,
b2,第二支部,branch,hospital,,
n1,外科护士01,person,surgery,b1,
n2,外科护士02,person,surgery,b1,
n3,内科护士01,person,inner,b2,
n4,内科护士02,person,inner,,
END
    cat >new.csv <<'END'
id,name,kind,parent,groups,staff
inner,心内科,department,,,
lab,检验科,department,,,32
icu,重症科,department,,,
n1,外科护士01,person,icu,b1,
n2,外科护士02,person,surgery,b2,
n3,内科护士01,person,inner,b2,
n-4,内科护士02,person,inner,,
n9,新护士01,person,icu,b1,
END
    printf 'id,name,kind,parent\nN3,x,person,inner\nn4,,person,inner\n' >bad.csv
    printf 'id,name,kind,parent\nn1,外科护士01,person,surgery\nx2,外科护士02,person,surgery\n' >half.csv
}

settle() {
    sed -E -e "s|$work/[a-z]*|STATE|g" -e 's/"(fired_at|recorded_at|at)":"[^"]*"/"\1":"NOW"/g' \
        -e 's/^(f[0-9]+ +)20[0-9-]+ [^ ]+ [0-9:]+/\1NOW/' "$@"
}

# say ARGUMENTS…: one command with its output and, when it is not 0, its exit code.
say() {
    code=0
    echo "\$ planrun $*"
    "$planrun" "$@" >"$work/said" 2>&1 </dev/null || code=$?
    settle "$work/said"
    [ $code = 0 ] || echo "[$code]"
    echo
}

story() {
    write_plan
    say roster plan.lua --as-of 2024-03-11
    "$planrun" plan.lua --once >"$work/run" 2>&1
    say roster plan.lua join --unit n5 --name 内科护士03 --parent 内科 --groups 第二支部 --on 2024-04-01 --by clerk --key 5
    say roster plan.lua join --unit n5 --name 内科护士03 --parent 内科 --groups 第二支部 --on 2024-04-01 --by clerk --key 5
    say roster plan.lua join --unit n6 --name 内科护士04 --parent 内科 --on 2024-04-01 --by clerk --key 5
    say roster plan.lua join --unit n5 --name 内科护士03 --on 2024-04-02 --by clerk
    say roster plan.lua transfer --unit 内科护士01 --parent 外科 --on 2024-04-10 --reason 轮岗 --by clerk
    say roster plan.lua absent --unit n1 --on 2024-04-08 --until 2024-04-16 --by clerk
    say roster plan.lua absent --unit n1 --on 2024-04-16 --until 2024-04-18 --by clerk
    say roster plan.lua leave --unit n4 --on 2024-04-05 --by clerk --json
    say roster plan.lua leave --unit n4 --on 2024-04-06 --by clerk
    say roster plan.lua close --unit inner --on 2024-04-12 --by clerk
    say roster plan.lua merge --unit inner --into inner --on 2024-04-12 --by clerk
    say roster plan.lua change --unit lab --on 2024-04-02 --staff 31 --by clerk
    say roster plan.lua change --unit lab --on 2024-02-02 --staff 31 --by clerk
    say roster plan.lua transfer --unit n9 --parent inner --on 2024-04-02 --by clerk
    say roster plan.lua open --unit icu --name 重症科
    say roster plan.lua jion --unit n9
    say roster plan.lua leave --on 2024-04-02
    say roster plan.lua --apply
    say roster plan.lua --as-of 2024-04-01
    say roster plan.lua --as-of 2024-04-10
    say roster plan.lua --as-of 2024-04-10 --unit 外科
    say roster plan.lua --as-of 2024-04-10 --json
    say status plan.lua --as-of 2024-04-09 --units 0
    say status plan.lua --as-of 2024-04-19 --units 0
    say undo plan.lua --by clerk
    say roster plan.lua --from new.csv --on 2024-04-15
    say roster plan.lua --from new.csv --on 2024-04-15 --json
    say roster plan.lua --from new.csv --on 2024-04-15 --apply --by clerk
    say roster plan.lua --from new.csv --on 2024-04-15 --apply --by clerk
    say roster plan.lua --from half.csv --on 2024-04-16
    say roster plan.lua --from bad.csv --on 2024-04-16
    say roster plan.lua --from nowhere.csv
    say roster plan.lua --as-of 2024-04-15
    say log plan.lua --event fact
    say undo plan.lua --by clerk
    say roster plan.lua --as-of 2024-04-15
}

# What somebody typed or pasted as a reason is shown, never obeyed by the terminal.
escape() {
    sign=$(printf '\033')
    "$planrun" roster plan.lua change --unit lab --on 2024-04-03 --staff 32 --reason "a$sign[31mb" \
        >"$work/said" 2>&1
    "$planrun" roster plan.lua --as-of 2024-04-16 >>"$work/said" 2>&1
    if grep -q "$sign" "$work/said" || [ "$(grep -cF 'a\u001b[31mb' "$work/said")" != 2 ]; then
        echo "a reason with an escape sign:"
        cat -v "$work/said"
        status=1
    fi
}

for locale in C zh_CN.UTF-8; do
    name=${locale%%.*}
    [ "$name" = C ] && name=en || name=zh
    mkdir "$work/$name" "$work/state$name"
    cd "$work/$name"
    export PLANRUN_STATE="$work/state$name" LC_ALL=$locale
    story >"$work/roster-$name.txt"
    if [ "$mode" = update ]; then
        cp "$work/roster-$name.txt" "$golden/roster-$name.txt"
    else
        diff -u "$golden/roster-$name.txt" "$work/roster-$name.txt" || status=1
    fi
    escape
done
exit $status
