#!/bin/sh
# A writing contest from the branches to the city, told by the commands in both languages: every branch
# hands in one, the hospital recommends two, the city selects one; a piece that is too short and one that
# comes back; what counts at several places and in the city's own plan; taking back.
#   sh tests/golden/run-pieces.sh BUILD SRC           compare
#   sh tests/golden/run-pieces.sh BUILD SRC update    write the golden files anew
set -eu

planrun=$1/planrun
golden=$2/tests/golden
mode=${3-compare}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
status=0
commands=0

write_plans() {
    cat >contest.lua <<'END_OF_PLAN'
plan "contest" { "“我们的价值观”征文活动方案", issuer = "市中医院党委", owner = "hospital", under = "city",
  issued = "2024年3月2日" }
unit "bureau"     { "市卫生局" }
unit "hospital"   { "市中医院", parent = "bureau" }
unit "department" { "各科室", parent = "hospital", many = true }
unit "person"     { "职工", parent = "hospital", many = true }
group "branch"    { "各支部", parent = "hospital", many = true }
roster "contest.csv" {}
phase "write" { "征文阶段", when = "3月中旬至4月底",
  quota "essay"    { "征文", each = "各支部", count = "不少于1篇", due = "4月20日前", feeds = "articles",
    where = { chars = "不少于1500字", records = "讨论记录" } },
  quota "articles" { "参评文章", by = "市中医院", count = "2篇", due = "4月30日前", to = "市卫生局",
    counts = "recommended", feeds = "chosen" },
  quota "notes"    { "学习体会", each = "各科室、各支部", count = "不少于1篇", due = "4月20日前",
    same = { "reading", "city:notes" } },
  quota "reading"  { "读书笔记", each = "person", count = "不少于1篇", due = "4月20日前" },
}
phase "judge" { "评选阶段", when = "5月",
  quota "chosen"   { "入选文章", by = "市卫生局", count = "1篇", due = "5月20日前", counts = "selected" },
}
END_OF_PLAN
    cat >city.lua <<'END_OF_PLAN'
plan "city" { "全市卫生系统学习活动方案", issuer = "市卫生局", issued = "2024年3月1日" }
unit "bureau"     { "市卫生局" }
unit "hospital"   { "市中医院", parent = "bureau" }
unit "department" { "各科室", parent = "hospital", many = true }
roster "city.csv" {}
quota "notes" { "学习体会", each = "各科室", count = "不少于2篇", due = "4月30日前" }
END_OF_PLAN
    printf '%s\n' id,name,kind,parent,groups d1,内科,department,, d2,外科,department,, \
        p1,内科护士01,person,d1,b1 p2,外科护士01,person,d2,b2 b1,第一支部,branch,, b2,第二支部,branch,, \
        b3,第三支部,branch,, >contest.csv
    printf '%s\n' id,name,kind d1,内科,department d2,外科,department >city.csv
}

# say ARGUMENTS…: one command with its output and, when it is not 0, its exit code.
say() {
    code=0
    commands=$((commands + 1))
    echo "\$ planrun $*"
    "$planrun" "$@" >"$work/said" 2>&1 </dev/null || code=$?
    sed -E -e "s|$work/[a-z]*|STATE|g" -e 's/"recorded_at":"[^"]*"/"recorded_at":"NOW"/g' "$work/said"
    [ $code = 0 ] || echo "[$code]"
    echo
}

# piece COMMAND NUMBER OPTIONS…
piece() {
    command=$1 number=$2
    shift 2
    say "$command" contest.lua --piece "$number" --by office "$@"
}

funnel() {
    say submit contest.lua --item essay --unit 第一支部 --chars 1600 --at 2024-04-10 --by b1
    say submit contest.lua --item essay --unit b2 --chars 900 --at 2024-04-11 --by b2
    say submit contest.lua --item essay --unit b3 --chars 1500 --at 2024-04-12 --key 7 --by b3
    say submit contest.lua --item essay --unit b3 --chars 1500 --at 2024-04-12 --key 7 --by b3
    piece recommend f2 --at 2024-04-22
    piece accept f2 --at 2024-04-22
    piece accept f2 --reason 诗歌体裁 --at 2024-04-22
    piece accept f2 --reason 诗歌体裁 --at 2024-04-22
    piece recommend f2 --at 2024-04-22
    piece recommend f1 --at 2024-04-23
    piece recommend f3 --at 2024-04-23
    piece return f3 --at 2024-04-24
    piece return f3 --reason 出处没有写明 --at 2024-04-24
    piece select f3 --at 2024-05-12
    piece rework f3 --chars 1550 --at 2024-04-26
    piece select f1 --at 2024-05-12
    piece select f1 --at 2024-05-12
    piece select f2 --item essay --at 2024-05-12
    piece accept f99
    say accept contest.lua --by office
    say status contest.lua --as-of 2024-05-13 --item articles
}

same() {
    say submit contest.lua --item notes --person 内科护士01 --at 2024-04-10 --by d1
    say submit contest.lua --item notes --unit d2 --at 2024-04-10 --by d2
    say status city.lua --as-of 2024-04-18
    mv city.lua gone.lua
    rm -rf "$PLANRUN_STATE"/city*
    say submit contest.lua --item notes --unit d2 --at 2024-04-11 --key 8 --by d2
    mv gone.lua city.lua
    say submit contest.lua --item notes --unit d2 --at 2024-04-11 --key 8 --by d2
    say withdraw contest.lua --fact f14 --at 2024-04-12 --by d1
}

back() {
    say extend contest.lua --item essay --unit b3 --at 2024-04-21 --until 2024-05-08 --reason 值班 --by office
    say extend contest.lua --item essay --unit b3 --at 2024-04-19 --until 2024-05-08 --reason 值班 \
        --approved-by 党政办主任 --by office
    say excuse contest.lua --item reading --unit p2 --at 2024-04-19 --reason 进修 --approved-by 党政办主任 --by office
    say undo contest.lua --at 2024-04-19 --by office
    say undo contest.lua --at 2024-04-19 --by office --key 9
    say undo contest.lua --at 2024-04-19 --by office --key 9
    say undo contest.lua --at 2024-04-19 --by office --json
    say log contest.lua --event fact
    say log contest.lua --event fact.credited --json
}

# An act of many is taken back as one, with what it counted for elsewhere.
many() {
    printf '%s\n' item,unit,person,at notes,d1,,2024-04-15 notes,,p2,2024-04-15 essay,b1,,2024-04-16 >many.csv
    say submit contest.lua --from many.csv --by office
    say recommend contest.lua --piece f26 --at 2024-04-17 --by office
    say undo contest.lua --at 2024-04-18 --by office
    say undo contest.lua --at 2024-04-18 --by office --json
    say undo contest.lua --at 2024-04-18 --by office
    say log contest.lua --event fact.withdrawn --json
}

for locale in C zh_CN.UTF-8; do
    name=${locale%%.*}
    [ "$name" = C ] && name=en || name=zh
    mkdir "$work/$name" "$work/state$name"
    cd "$work/$name"
    export PLANRUN_STATE="$work/state$name" LC_ALL=$locale
    write_plans
    { funnel; same; back; many; } >"$work/pieces-$name.txt"
    if [ "$mode" = update ]; then
        cp "$work/pieces-$name.txt" "$golden/pieces-$name.txt"
    else
        diff -u "$golden/pieces-$name.txt" "$work/pieces-$name.txt" || status=1
    fi
done
echo "commands: $commands"
exit $status
