#!/bin/sh
# What `planrun diff` says of a new version of a plan, in both languages, word for word.
#   sh tests/golden/run-diff.sh BUILD SRC           compare
#   sh tests/golden/run-diff.sh BUILD SRC update    write the golden files anew
set -eu

planrun=$1/planrun
source=$2
golden=$2/tests/golden
mode=${3-compare}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
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

# A notice, and what became of it a month later: each kind of difference once.
write_versions() {
    cat >old.lua <<'END'
plan "reading" { "护理部读书活动方案", issuer = "护理部", issued = "2024年3月2日", number = "护〔2024〕1号",
  dates = { expo = "5月12日" }, keywords = { "读书", "护理" } }
unit "nursing" { "护理部" }
unit "office"  { "党政办", parent = "nursing" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
group "jury"   { "评审组", parent = "nursing", members = { { name = "护士长" } } }
roster "people.csv" { "person" }
phase "read" { "阅读阶段", when = "3月中旬至4月底", clause = "三(一)",
  quota "notes" { "读书笔记", each = "ward", count = "不少于2篇", due = "4月20日前", to = "nursing", clause = "三(一)1",
    where = { chars = "不少于1500字", contains = { "目标", { "体会", 1 } } } },
  task "course" { "导读讲座", by = "nursing", due = "4月10日17:00前" },
  quota "share" { "分享会", each = "ward", count = 1 },
  task "wall" { "读书墙", each = "ward", rest_day = "next", due = "4月20日前", text = "各病区在护士站设一面读书墙，每周更新一次，由护士长负责，内容由全体护士轮流提供" },
}
phase "sum" { "总结阶段", when = "5月",
  quota "talks" { "交流", each = "ward", count = { "2~3次", ["ward-1"] = "1次" }, per = "每月" },
  quota "part" { "参与", each = "person", count = "40%" },
  task "report" { "活动总结", by = "nursing", due = "5月15日前", feeds = "print", binding = "should" },
  task "print" { "汇编", by = "office", due = "及时" },
}
task "gone" { "板报", each = "ward", due = "3月底前" }
remind { before = { "7d", "1d" } }
remind { before = "3d", about = "report", text = "请交总结" }
remind { every = "每周一", about = "talks" }
on("phase.start", function(event) notify(event.units, event.phase.name .. "开始") end)
on("phase.end", "read", function(event) notify(event.units, "阅读阶段结束") end)
END
    cat >new.lua <<'END'
-- 第二版
plan "reading" { "护理部读书活动方案（修订）", issuer = "护理部", issued = "2024年3月2日", number = "护〔2024〕2号",
  dates = { expo = "5月19日" }, keywords = { "读书" }, theme = "书香" }
unit "nursing" { "护理部" }
unit "office"  { "党政办公室", parent = "nursing", alias = "党政办" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
unit "ward-2"  { "二病区", kind = "ward" }
group "jury"   { "评审组", parent = "nursing", members = { { name = "护士长" }, { name = "带教老师" } } }
roster "people.csv" { "person", "student" }
phase "read" { "阅读阶段", when = "3月中旬至4月25日", clause = "三(一)",
  task "course" { "导读讲座", by = "nursing", due = "4月10日12:00前" },
  quota "notes" { "读书笔记本", each = "ward but ward-1", count = "不少于3篇", due = "4月27日前", to = "office", clause = "三(一)2",
    where = { chars = "不少于1000字", contains = { "目标", { "体会", 2 } }, original = true } },
  quota "share" { "分享会", each = "ward", count = 1 },
  task "wall" { "读书墙", each = "各病区", due = "4月20日以前", text = "各病区在护士站设一面读书墙，每月更新一次，由护士长负责，内容由全体护士轮流提供" },
}
phase "sum" { "总结阶段", when = "5月",
  quota "talks" { "交流", each = "ward", count = { "1~3次", ["ward-1"] = "2次" }, per = { "每月", "每季度末" } },
  quota "part" { "参与", each = "person", count = "60%" },
  quota "report" { "活动总结", by = "nursing", count = 1, due = "5月20日前", feeds = { "print", "fair" } },
  task "fair" { "书市", by = "nursing", due = "5月底前" },
}
task "print" { "汇编", by = "office", due = "6月底前" }
remind { before = { "7d", "3d" } }
remind { before = "3d", about = "report", text = "请交活动总结" }
remind { before = "5d", about = "fair" }
on("phase.start", function(event) notify(event.units, event.phase.name .. "今天开始") end)
on("plan.end", function(event) notify(event.units, "活动结束") end)
END
}

# The roster's file is not read by diff.
two_scripts() {
    write_versions
    say diff old.lua new.lua
    say diff old.lua new.lua --json
    say diff new.lua old.lua
    say diff old.lua old.lua
    { echo "-- a remark"; sed 's/^remind/ remind/' old.lua; } >remark.lua
    say diff old.lua remark.lua
    sed -e 's/"reading"/"reading2025"/' -e 's/2024年/2025年/' old.lua >next.lua
    say diff old.lua next.lua
    say diff old.lua absent.lua
    echo 'task "a" { "x", by = "nobody" }' | cat old.lua - >broken.lua
    say diff old.lua broken.lua
    say diff
    say diff old.lua new.lua --dry
}

# A script against what its store runs.
a_store() {
    sed -e '/^roster/d' -e '/"part"/d' -e 's/^unit "ward-1".*/&\nunit "ward-2" { "二病区", kind = "ward" }/' \
        old.lua >plan.lua
    say diff plan.lua
    "$planrun" plan.lua --once >"$work/said" 2>&1
    say diff plan.lua
    sed -i -e '/^task "gone"/d' -e 's/"4月20日前", to/"4月18日前", to/' -e 's/"活动总结"/"读书活动总结"/' plan.lua
    say diff plan.lua
    say diff plan.lua --json
    say diff plan.lua --fast
    echo 'task "a" { "x", by = "nobody" }' >broken.tail
    cat plan.lua broken.tail >broken.lua
    mv plan.lua plan.keep
    mv broken.lua plan.lua
    say diff plan.lua
    mv plan.keep plan.lua
}

# A notice, the plan of a hospital below it, and the plan of a department below that.
write_chain() {
    cat >city.lua <<'END'
plan "city" { "读书活动通知", issuer = "市卫生局", issued = "2024年3月2日", level = "city" }
unit "bureau" { "市卫生局" }
unit "hospital" { "各医院", parent = "bureau", level = "hospital", many = true }
quota "essays" { "征文", each = "hospital", count = "不少于3篇", due = "7月底前", to = "bureau", where = { chars = "不少于1500字" } }
task "fair" { "书市", each = "hospital", due = "10月底前" }
task "book" { "汇编", by = "bureau", due = "12月底前" }
END
    cat >hospital.lua <<'END'
plan "hospital" { "医院读书活动方案", issuer = "市第一医院", issued = "2024年3月20日", level = "hospital",
  under = { "city", as = "hospital" } }
unit "bureau" { "市卫生局" }
unit "own"    { "市第一医院", parent = "bureau" }
unit "dept"   { "各科室", parent = "own", many = true }
unit "dept-1" { "内科", kind = "dept" }
unit "dept-2" { "外科", kind = "dept" }
quota "essays" { "征文", each = "dept", count = "不少于2篇", due = "7月20日前", to = "bureau", fulfils = "city:essays",
  where = { chars = "不少于1800字" } }
task "fair" { "书市", by = "own", due = "10月20日前", fulfils = "city:fair" }
task "best" { "优秀作品", by = "own", due = "12月10日前", feeds = "city:book" }
END
    cat >department.lua <<'END'
plan "department" { "内科读书活动方案", issuer = "内科", issued = "2024年3月25日", level = "department",
  under = { "hospital", as = "dept" } }
unit "dept"  { "内科" }
unit "nurse" { "护士", parent = "dept", many = 12 }
quota "essays" { "征文", each = "nurse", count = 2, due = "7月18日前", to = "dept", fulfils = "hospital:essays",
  where = { chars = "不少于1800字" } }
task "fair" { "书市", by = "dept", due = "10月10日前", fulfils = { "hospital:fair", "city:fair" } }
END
}

# What a new version of the notice means for the plans below it.
below() {
    write_chain
    mkdir drafts
    sed '/^task "fair"/d' city.lua >drafts/gone.lua
    say diff city.lua drafts/gone.lua department.lua hospital.lua
    say diff city.lua drafts/gone.lua department.lua hospital.lua --json
    sed -e 's/读书活动通知/读书活动的通知/' city.lua >drafts/words.lua
    say diff city.lua drafts/words.lua department.lua hospital.lua plan.lua absent.lua
    sed -e 's/12月底前/11月底前/' city.lua >drafts/sooner.lua
    say diff city.lua drafts/sooner.lua hospital.lua department.lua
    sed -e '/^unit "hospital"/d' -e 's/each = "hospital"/by = "bureau"/' city.lua >drafts/broken.lua
    say diff city.lua drafts/broken.lua hospital.lua
    sed -e 's/"city"/"city2025"/' city.lua >drafts/other.lua
    say diff city.lua drafts/other.lua hospital.lua
}

# The ministry changes its notice: what that means down to the department, six levels below one
# another, and what a level between them changes for those below it.
six_levels() {
    cp "$source"/tests/golden/six/*.lua "$source"/tests/golden/six/*.csv .
    cp ministry.csv city.csv drafts
    sed -e 's/6月28日前/6月19日前/' -e 's/不少于1000字/不少于1200字/' -e 's/count = "一场"/count = "两场"/' \
        -e 's/7月31日前/7月20日前/' -e '/^task "column"/d' ministry.lua >drafts/ministry.lua
    echo 'quota "survey" { "调查表", each = "hospital", count = 1, due = "5月底前", to = "ministry" }' \
        >>drafts/ministry.lua
    say diff ministry.lua drafts/ministry.lua province.lua city.lua county.lua hospital.lua department.lua
    say diff ministry.lua drafts/ministry.lua department.lua --json
    sed -e 's/7月12日前", to = "city"/7月10日前", to = "province"/' -e '/"county-reports"/,/"report"/s/, "成效"/, "成效", "问题"/' \
        city.lua >drafts/city.lua
    say diff city.lua drafts/city.lua province.lua county.lua hospital.lua department.lua
}

# What diff says of plans below is what check finds once the new version lies beside them: SED changes
# the notice of the ministry.
agree() {
    sed -e "$1" ministry.lua >drafts/ministry.lua
    cmp -s ministry.lua drafts/ministry.lua && { echo "nothing changed by $1"; return 1; }
    cp drafts/ministry.lua swapped/
    "$planrun" diff ministry.lua drafts/ministry.lua province.lua city.lua county.lua hospital.lua \
        department.lua --json >"$work/said" || true
    for plan in province city county hospital department; do
        found=conforms
        "$planrun" check "swapped/$plan.lua" >"$work/found" || found=offends
        said=conforms
        grep -q "\"kind\":\"impact\",.*\"plan\":\"$plan\"" "$work/said" && said=offends
        agreements=$((agreements + 1))
        [ $found = conforms ] || offences=$((offences + 1))
        [ $found = $said ] || { echo "$1: $plan: check $found, diff $said"; return 1; }
    done
}

agreements=0
offences=0
check_agreement() {
    mkdir "$work/agree"
    cd "$work/agree"
    mkdir drafts swapped
    cp "$source"/tests/golden/six/*.lua "$source"/tests/golden/six/*.csv .
    cp ministry.csv drafts
    cp ./*.lua ./*.csv swapped
    for change in 's/5月31日前/5月23日前/' 's/6月28日前/6月15日前/' 's/6月28日前/7月15日前/' \
        's/7月31日前/7月29日前/' 's/"不少于1次"/"不少于2次"/' 's/4月至12月/3月至12月/' \
        's/不少于1000字/不少于800字/' 's/original = true/zero = true/' 's/"做法"/"问题"/' \
        's/"大讨论"/"讨论"/' 's/"讨论记录"/"照片"/' 's/binding = "never"/binding = "should"/'; do
        agree "$change" || status=1
    done
    echo "agreements: $agreements, on $offences plans that no longer conform"
}

for locale in C zh_CN.UTF-8; do
    name=${locale%%.*}
    [ "$name" = C ] && name=en || name=zh
    mkdir "$work/$name" "$work/state$name"
    cd "$work/$name"
    export PLANRUN_STATE="$work/state$name" LC_ALL=$locale
    { two_scripts; a_store; below; six_levels; } >"$work/diff-$name.txt"
    if [ "$mode" = update ]; then
        cp "$work/diff-$name.txt" "$golden/diff-$name.txt"
    else
        diff -u "$golden/diff-$name.txt" "$work/diff-$name.txt" || status=1
    fi
done
export LC_ALL=C
check_agreement
echo "commands: $commands"
exit $status
