#!/bin/sh
# The evaluator seen from outside: once a script may run, it opens, connects and executes nothing.
# Arguments: build directory, source directory. Skipped where ptrace is not permitted.
set -eu
build=$1 source=$2
trace=$(mktemp -d)
trap 'rm -rf "$trace"' EXIT

command -v strace >/dev/null || { echo "strace is not installed: skipped"; exit 0; }
if ! strace -o /dev/null true 2>/dev/null; then
    echo "ptrace is not permitted here: skipped"
    exit 0
fi

# From the evaluator's seccomp filter on, these calls and no others.
allowed='read|write|mmap|munmap|mprotect|mremap|madvise|brk|setitimer|rt_sigreturn|restart_syscall|exit_group'
checked=0
for script in "$source"/scripts/city2012.lua "$source"/tests/hostile/scripts/reach-*.plan \
    "$source"/tests/hostile/scripts/loop-plain.plan "$source"/tests/hostile/scripts/rep-bomb.plan; do
    strace -ff -o "$trace/t" "$build/tests/eval-driver" "$script" >/dev/null 2>&1 || true
    for file in "$trace"/t.*; do
        grep -q 'execve(.*planrun-eval"' "$file" || continue
        # a sanitizer asks for a little more, and is refused: only what succeeded counts
        sed -n '/^seccomp(SECCOMP_SET_MODE_FILTER, 0,/,$p' "$file" | sed 1d |
            grep -E '^[a-z_0-9]+\(' | grep -v ' = -1 EPERM' |
            grep -vE "^($allowed)\(" | grep -v '^sigaltstack(NULL' >"$trace/odd" || true
        if ! grep -q '^seccomp(SECCOMP_SET_MODE_FILTER, 0,' "$file"; then
            echo "the kernel refuses seccomp here: skipped"
            exit 0
        fi
        if [ -s "$trace/odd" ]; then
            echo "$script: calls that no script may cause:"
            cat "$trace/odd"
            exit 1
        fi
        checked=$((checked + 1))
    done
    rm -f "$trace"/t.*
done
[ "$checked" -gt 10 ] || { echo "only $checked evaluations were seen"; exit 1; }
echo "$checked evaluations: no open, socket or exec"
