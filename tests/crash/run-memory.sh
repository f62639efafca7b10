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
. "$2/tests/crash/fault_kit.sh"
export ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0"
write_plans memory 'roster "memory.csv" { "bed" }'
printf 'id,name,kind,parent\nbed-1,一床,bed,ward-1\n' >memory.csv
{ cat one.lua && echo 'quota "more" { "更多", each = "nobody", count = "许多" }'; } >broken.lua
keep show-broken broken.lua
keep_all status status-json log why check explain doctor
operations="first once submit apply backup status status-json log why show-broken check explain doctor"

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

operate() {
    case $1 in
    status) timeout 30 "$planrun" status plan.lua ;;
    status-json) timeout 30 "$planrun" status plan.lua --json ;;
    log) timeout 30 "$planrun" log plan.lua --json ;;
    why) timeout 30 "$planrun" why plan.lua '#1' ;;
    show-broken) timeout 30 "$planrun" show plan.lua ;;
    check) timeout 30 "$planrun" check plan.lua ;;
    explain) timeout 30 "$planrun" explain feeds-late ;;
    doctor) timeout 30 "$planrun" doctor plan.lua ;;
    *) write "$1" ;;
    esac >"$work/out" 2>"$work/err" </dev/null
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
    rm -f state/copy.db state/copy.db.new
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

all=$(wc -l <cases) done=0
spread
while read -r operation stack asker wanted; do
    has_time || break
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
