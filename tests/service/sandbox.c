/* Runs a program as the systemd unit would: `sandbox CALLS UID PROGRAM ARGUMENTS…`. CALLS is a file of the
 * system calls that are allowed, a name a line; all others fail with EPERM, and so do memory that is
 * writable and executable, sockets but local and Internet ones, and new namespaces. No new privileges, no
 * capability, another user where root calls. What systemd does with mounts is not done. */
#include <errno.h>
#include <grp.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                 CLONE_NEWPID | CLONE_NEWNET
};

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "sandbox: %s: %s\n", what, strerror(errno));
    exit(125);
}

/* One rule: allowed when the masked argument has this value. */
static int allow_when(scmp_filter_ctx filter, const char *call, unsigned argument,
                      scmp_datum_t mask, scmp_datum_t value)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, seccomp_syscall_resolve_name(call), 1,
                            SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, mask, value));
}

/* The calls of which only some arguments are allowed; false = not one of them. */
static bool allow_some(scmp_filter_ctx filter, const char *call)
{
    static const int families[] = {AF_UNIX, AF_INET, AF_INET6};
    if (strcmp(call, "mmap") == 0) {
        allow_when(filter, call, 2, PROT_EXEC, 0);
        allow_when(filter, call, 2, PROT_WRITE, 0);
    } else if (strcmp(call, "mprotect") == 0 || strcmp(call, "pkey_mprotect") == 0) {
        allow_when(filter, call, 2, PROT_EXEC, 0);
    } else if (strcmp(call, "socket") == 0) {
        for (size_t i = 0; i < sizeof families / sizeof *families; i++)
            allow_when(filter, call, 0, UINT32_MAX, (scmp_datum_t)families[i]);
    } else if (strcmp(call, "clone") == 0 || strcmp(call, "unshare") == 0) {
        allow_when(filter, call, 0, NAMESPACES, 0);
    } else {
        return strcmp(call, "setns") == 0 || strcmp(call, "clone3") == 0;
    }
    return true;
}

static void load_filter(const char *path)
{
    char call[64];
    FILE *file = fopen(path, "r");
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!file || !filter)
        fail(path);
    /* glibc falls back to clone only then; its flags lie in memory, where no filter can look */
    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    while (fscanf(file, "%63s", call) == 1)
        if (!allow_some(filter, call) && seccomp_syscall_resolve_name(call) >= 0)
            seccomp_rule_add(filter, SCMP_ACT_ALLOW, seccomp_syscall_resolve_name(call), 0);
    fclose(file);
    if (seccomp_load(filter) != 0)
        fail("the filter");
    seccomp_release(filter);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 125;
    if (getuid() == 0) {
        uid_t user = (uid_t)atoi(argv[2]);
        for (unsigned long capability = 0; capability < 64; capability++)
            prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
        if (setgroups(0, NULL) || setresgid(user, user, user) || setresuid(user, user, user))
            fail("another user");
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        fail("no new privileges");
    load_filter(argv[1]);
    execv(argv[3], argv + 3);
    fail(argv[3]);
}
