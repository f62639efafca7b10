#!/bin/sh
# Lets one allocation fail for every distinct call stack that asks for memory, of every command. Each must
# end cleanly: done truthfully, or refused with a word of memory; no crash and no hang. Whatever came of
# it, the same command afterwards gives what an undisturbed one gives.
#   sh tests/crash/run-memory.sh BUILD SRC
# PLANRUN_TEST_SECONDS of all stacks, in a spread order; all of them with PLANRUN_TEST_LONG.
# PRELOAD_MALLOC_FRAMES=5 tells stacks apart by five callers: a release build has over ten times as many
# else. Stacks through getpwuid and uv_loop_init are not among them (find_ends of preload_malloc.c):
# glibc's name service and libuv abort there by themselves, before anything is written.
set -eu
build=$1
planrun=$build/planrun
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
export LC_ALL=C PLANRUN_STATE="$work/state"
export ASAN_OPTIONS=verify_asan_link_order=0:exitcode=99:detect_leaks=0 UBSAN_OPTIONS=exitcode=99
status=0
cd "$work"

complain() {
    echo "$case: $1" >&2
    status=1
}

day() {
    TZ=CST-8 date -d "$1 days" +%Y年%-m月%-d日
}
# Close to midnight a handler could become too late for its event amid the test: none then.
handler='on("plan.start", function(event) notify(event.units, "开始") end)'
case $(TZ=CST-8 date +%H%M) in 23[345]*) handler= ;; esac
cat >one.lua <<PLAN
plan "memory" { "读书活动", issuer = "护理部", issued = "$(day 0)" }
unit "nursing" { "护理部" }
unit "ward" { "各病区", parent = "nursing", many = true }
unit "ward-1" { "一病区", kind = "ward" }
unit "ward-2" { "二病区", kind = "ward" }
roster "memory.csv" { "bed" }
quota "notes" { "读书笔记", each = "ward", count = 2, due = "$(day 10)前", rest_day = "ignore" }
remind { before = { "13d", "1d" } }
$handler
PLAN
printf 'id,name,kind,parent\nbed-1,一床,bed,ward-1\n' >memory.csv
sed 's/count = 2/count = 3/' one.lua >two.lua
{ cat one.lua && echo 'quota "more" { "更多", each = "nobody", count = "许多" }'; } >broken.lua

# A program of the same name that starts the evaluator with the failing memory, not itself.
mkdir evaluated
cp "$planrun" evaluated/planrun
cat >evaluated/planrun-eval <<WRAPPER
#!/bin/sh
export ASAN_OPTIONS=$ASAN_OPTIONS
[ ! -s $work/eval-list ] || export PRELOAD_MALLOC_LIST=\$(cat $work/eval-list)
[ ! -s $work/eval-fail ] || export PRELOAD_MALLOC_FAIL=\$(cat $work/eval-fail)
export LD_PRELOAD=$build/tests/preload_malloc.so
exec $build/planrun-eval
WRAPPER
chmod +x evaluated/planrun-eval
: >eval-list
: >eval-fail

# ---- operations: what they start from is in base-NAME, the script with it ------------------------

operations="first once submit apply backup status status-json log why show-broken check explain doctor"
operate() {
    case $1 in
    first | once) timeout 30 "$planrun" plan.lua --once --channel jsonl:sent ;;
    submit) timeout 30 "$planrun" submit plan.lua --item notes --unit ward-2 --key k2 --at "$(date +%Y)-01-02" ;;
    apply) timeout 30 "$planrun" apply plan.lua ;;
    backup) timeout 30 "$planrun" backup plan.lua copy.db ;;
    status) timeout 30 "$planrun" status plan.lua ;;
    status-json) timeout 30 "$planrun" status plan.lua --json ;;
    log) timeout 30 "$planrun" log plan.lua --json ;;
    why) timeout 30 "$planrun" why plan.lua '#1' ;;
    show-broken) timeout 30 "$planrun" show plan.lua ;;
    check) timeout 30 "$planrun" check plan.lua ;;
    explain) timeout 30 "$planrun" explain feeds-late ;;
    doctor) timeout 30 "$planrun" doctor plan.lua ;;
    esac >"$work/out" 2>"$work/err" </dev/null
}

begin() {
    rm -rf state sent copy.db copy.db.new plan.lua
    cp -a "base-$1/." .
}

keep() {
    mkdir "base-$1"
    cp -a "$2" "base-$1/plan.lua"
    [ ! -e state ] || cp -a state "base-$1"
    [ ! -e sent ] || cp -a sent "base-$1"
}

cp one.lua plan.lua
keep first one.lua
keep show-broken broken.lua
"$planrun" submit plan.lua --item notes --unit ward-1 --key k1 >out 2>err
keep once one.lua
operate once
keep apply two.lua
for operation in submit backup status status-json log why check explain doctor; do keep $operation one.lua; done

# Everything that is recorded, but for when it was; what has gone out, by whom it reached.
result() {
    [ -e state ] || return 0
    "$planrun" log plan.lua --json 2>log-err |
        sed -E 's/"(fired_at|recorded_at|taken_at)":"[^"]*",?//g; s/"at":"[^"]*","event":"(fact|plan.revision)/"event":"\1/' &&
        "$planrun" doctor plan.lua 2>>log-err | grep -E 'messages|handlers|problems' &&
        sed -n 's/.*"unit":"\([^"]*\)".*/\1/p' sent 2>/dev/null | sort -u
}

# judge OPERATION EXIT-CODE WANTED-CODE
judge() {
    case $2 in
    # Lua takes a file that it has no memory to open for one that is not there
    70 | 1 | 2) [ "$2" = "$3" ] || cat err out | grep -qiE "memory|内存|module '[a-z]*' not found" || complain "exit code $2 without a word of memory: $(cat err out | head -c 1500)" ;;
    0) ;;
    *) complain "exit code $2: $(head -c 2000 err)" ;;
    esac
    [ "$2" != 0 ] || [ "$3" = 0 ] || complain "found nothing wrong"
    case $1 in status* | log | why | show-broken | check | explain | doctor) return ;; esac # they change nothing
    if [ "$2" = "$3" ] && [ "$2" = 0 ]; then
        result >now || complain "after success: $(cat log-err)"
        cmp -s "want-$1" now || complain "said to be done: $(diff "want-$1" now | head -5)"
    fi
    rm -f copy.db copy.db.new
    found=0
    operate "$1" || found=$?
    [ "$found" = "$3" ] || complain "not mended by itself: $found: $(head -c 600 err)"
    result >now || complain "afterwards: $(cat log-err)"
    cmp -s "want-$1" now || complain "not as undisturbed: $(diff "want-$1" now | head -5)"
}

# A line a stack: OPERATION STACK own|other WANTED-CODE
: >cases
for operation in $operations; do
    case=$operation
    begin "$operation"
    wanted=0
    rm -f list
    (
        export LD_PRELOAD="$build/tests/preload_malloc.so" PRELOAD_MALLOC_LIST="$work/list"
        operate "$operation"
    ) || wanted=$?
    result >"want-$operation"
    echo "$operation: $(wc -l <list) stacks"
    sed "s/.*/$operation & $wanted/" list >>cases
done
# The evaluator's own memory, by the command that needs it first. In a release build it is a static program,
# into which nothing can be preloaded: the one with the sanitizers is asked instead.
if ldd "$build/planrun-eval" 2>&1 | grep -q 'statically linked'; then
    echo "evaluator: left out, it is a static program in this build"
else
    begin first
    rm -f list
    echo "$work/list" >eval-list
    planrun=$work/evaluated/planrun operate first || :
    : >eval-list
    echo "evaluator: $(wc -l <list) stacks"
    sed "s/.*/evaluator & 0/" list >>cases
fi

end=$(($(date +%s) + ${PLANRUN_TEST_SECONDS:-20}))
[ -z "${PLANRUN_TEST_LONG:-}" ] || end=$(($(date +%s) + 1000000))
# What libraries ask for first: our own code ends the process wherever it has no memory.
all=$(wc -l <cases) done=0
awk '{ printf "%d %s\n", (NR * 7919) % 1000003 + ($3 == "own") * 2000000, $0 }' cases | sort -n | cut -d' ' -f2- >spread
while read -r operation stack asker wanted; do
    [ "$(date +%s)" -lt "$end" ] || break
    case="$operation, stack $stack ($asker)" found=0
    if [ "$operation" = evaluator ]; then
        operation=first
        begin first
        echo "$stack" >eval-fail
        planrun=$work/evaluated/planrun
        operate first || found=$?
        planrun=$build/planrun
        : >eval-fail
    else
        begin "$operation"
        (
            export LD_PRELOAD="$build/tests/preload_malloc.so" PRELOAD_MALLOC_FAIL="$stack"
            operate "$operation"
        ) || found=$?
    fi
    judge "$operation" "$found" "$wanted"
    done=$((done + 1))
done <spread
echo "memory: $done of $all stacks failed once, $(grep -c ' other ' cases) of them by libraries"
exit $status
