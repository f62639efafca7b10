# To be sourced by the tests that let a command fail in every way: a folder of their own to work in, a plan in
# two versions, the commands that write, and what became of them. $build is the caller's; $case names
# what fails in a complaint, $work is where all of it happens, $status the exit code.
planrun=$build/planrun
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
export LC_ALL=C PLANRUN_STATE="$work/state"
export ASAN_OPTIONS=verify_asan_link_order=0:exitcode=99 UBSAN_OPTIONS=exitcode=99
status=0 case=
cd "$work"

complain() {
    echo "$case: $1" >&2
    status=1
}

day() {
    TZ=CST-8 date -d "$1 days" +%Y年%-m月%-d日
}

# write_plans ID LINE: one.lua with a line more of what the plan has, two.lua that asks for more.
write_plans() {
    # Close to midnight a handler could become too late for its event amid the test: none then.
    handler='on("plan.start", function(event) notify(event.units, "开始") end)'
    case $(TZ=CST-8 date +%H%M) in 23[345]*) handler= ;; esac
    cat >one.lua <<PLAN
plan "$1" { "读书活动", issuer = "护理部", issued = "$(day 0)" }
unit "nursing" { "护理部" }
unit "ward" { "各病区", parent = "nursing", many = true }
unit "ward-1" { "一病区", kind = "ward" }
unit "ward-2" { "二病区", kind = "ward" }
$2
quota "notes" { "读书笔记", each = "ward", count = 2, due = "$(day 10)前", rest_day = "ignore" }
remind { before = { "13d", "1d" } }
$handler
PLAN
    sed 's/count = 2/count = 3/' one.lua >two.lua
}

# ---- operations: what they start from is in base-NAME, the script with it ------------------------

# write NAME: the operation of that name, of those that write.
write() {
    case $1 in
    first | once) timeout 30 "$planrun" plan.lua --once --channel jsonl:sent ;;
    submit) timeout 30 "$planrun" submit plan.lua --item notes --unit ward-2 --key k2 --at "$(date +%Y)-01-02" ;;
    apply) timeout 30 "$planrun" apply plan.lua ;;
    backup) timeout 30 "$planrun" backup plan.lua state/copy.db ;;
    esac
}

begin() {
    rm -rf state sent plan.lua
    cp -a "base-$1/." .
}

keep() {
    mkdir "base-$1"
    cp -a "$2" "base-$1/plan.lua"
    [ ! -e state ] || cp -a state "base-$1"
    [ ! -e sent ] || cp -a sent "base-$1"
}

# keep_all OTHER…: what each operation starts from; the others from what backup does.
keep_all() {
    cp one.lua plan.lua
    keep first one.lua
    "$planrun" submit plan.lua --item notes --unit ward-1 --key k1 >out 2>err
    keep once one.lua
    write once >out 2>err </dev/null
    keep apply two.lua
    for name in submit backup "$@"; do keep "$name" one.lua; done
}

# ---- what came of it ----------------------------------------------------------------------------

# Everything that is recorded, but for when it was; what has gone out, by whom it reached.
result() {
    [ -e state ] || return 0
    "$planrun" log plan.lua --json 2>log-err |
        sed -E 's/"(fired_at|recorded_at|taken_at)":"[^"]*",?//g; s/"at":"[^"]*","event":"(fact|plan.revision)/"event":"\1/' &&
        "$planrun" doctor plan.lua 2>>log-err | grep -E 'messages|handlers|problems' &&
        "$planrun" status plan.lua --json 2>>log-err &&
        sed -n 's/.*"unit":"\([^"]*\)".*/\1/p' sent 2>/dev/null | sort -u
}

# ---- cases: a line each in the file of that name ------------------------------------------------

# Neighbours last, so that whatever time allows is spread over all of them; of allocations, what libraries
# ask for first: our own code ends the process wherever it has no memory.
spread() {
    awk '{ printf "%d %s\n", (NR * 7919) % 1000003 + ($3 == "own") * 2000000, $0 }' cases |
        sort -n | cut -d' ' -f2- >spread
    end=$(($(date +%s) + ${PLANRUN_TEST_SECONDS:-20}))
    [ -z "${PLANRUN_TEST_LONG:-}" ] || end=$(($(date +%s) + 1000000))
}

has_time() {
    [ "$(date +%s)" -lt "$end" ]
}
