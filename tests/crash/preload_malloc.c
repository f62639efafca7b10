/*
 * A memory that is exhausted at one place of a whole program: a library to be preloaded in which an
 * allocation fails that is asked for by one call stack. Stacks are known by a number that is the same
 * in every process: of return addresses, each counted from where its library begins.
 *
 *   PRELOAD_MALLOC_LIST  gets a line for every stack when it first asks: its number, and "own" when the
 *                        program itself asks, "other" when a library does; none for those that
 *                        pass through functions which end the process themselves (find_ends)
 *   PRELOAD_MALLOC_FAIL  the number of the stack whose first allocation fails
 *   PRELOAD_MALLOC_FRAMES  how many callers tell stacks apart; all of them unless it is set
 *
 * What does not fail goes to the sanitizer's allocator where there is one: it sees what becomes of a
 * failure. Not safe with threads; the program has none that allocate.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

enum { LIBRARIES_MOST = 64, STACKS_MOST = 1 << 16, FRAMES_MOST = 100 };

extern void *__interceptor_malloc(size_t size) __attribute__((weak));
extern void *__interceptor_calloc(size_t count, size_t size) __attribute__((weak));
extern void *__interceptor_realloc(void *block, size_t size) __attribute__((weak));
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);

struct library {
    uintptr_t from, to;
    uint64_t name;
};

/* The one state of a preloaded library. */
static struct {
    bool ready, inside;
    const char *list;
    uint64_t fail; /* 0 = none, or none any more */
    int frames;
    struct library libraries[LIBRARIES_MOST];
    size_t count, self;
    struct library ends[2];       /* functions of libraries that end the process themselves */
    uint64_t stacks[STACKS_MOST]; /* those that were seen, hashed */
} now;

struct trace {
    uint64_t number;
    int frames;
    bool ends;
    size_t asker; /* the library of the first frame behind this one's */
};

static uint64_t mix(uint64_t number, uint64_t with)
{
    number = (number ^ with) * 0x9e3779b97f4a7c15u;
    return number ^ number >> 29;
}

static int add_library(struct dl_phdr_info *info, size_t size, void *unused)
{
    struct library library = {.from = UINTPTR_MAX, .name = now.count};
    (void)size;
    (void)unused;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        uintptr_t from = info->dlpi_addr + part->p_vaddr;
        if (part->p_type != PT_LOAD)
            continue;
        library.from = from < library.from ? from : library.from;
        if ((uintptr_t)&now >= from && (uintptr_t)&now < from + part->p_memsz)
            now.self = now.count;
        library.to = from + part->p_memsz > library.to ? from + part->p_memsz : library.to;
    }
    if (now.count < LIBRARIES_MOST)
        now.libraries[now.count++] = library;
    return 0;
}

/* glibc's name service and libuv's signals abort, or worse, without memory: nobody can mend that here. */
static void find_ends(void)
{
    static const char *const names[] = {"getpwuid", "uv_loop_init"};
    for (int i = 0; i < 2; i++) {
        Dl_info info;
        ElfW(Sym) *symbol = NULL;
        void *at = dlsym(RTLD_DEFAULT, names[i]);
        if (at && dladdr1(at, &info, (void **)&symbol, RTLD_DL_SYMENT) && symbol)
            now.ends[i] =
                (struct library){(uintptr_t)at, (uintptr_t)at + symbol->st_size, (uint64_t)i};
    }
}

static __attribute__((constructor)) void begin(void)
{
    const char *fail = getenv("PRELOAD_MALLOC_FAIL"), *frames = getenv("PRELOAD_MALLOC_FRAMES");
    now.list = getenv("PRELOAD_MALLOC_LIST");
    now.fail = fail ? strtoull(fail, NULL, 16) : 0;
    now.frames = frames ? atoi(frames) : FRAMES_MOST;
    dl_iterate_phdr(add_library, NULL);
    find_ends();
    now.ready = now.list || now.fail;
}

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *to)
{
    struct trace *trace = to;
    uintptr_t at = _Unwind_GetIP(context);
    for (int i = 0; i < 2; i++)
        trace->ends |= at > now.ends[i].from && at <= now.ends[i].to;
    for (size_t i = 0; i < now.count && trace->frames < now.frames; i++)
        if (at >= now.libraries[i].from && at < now.libraries[i].to) {
            trace->number = mix(trace->number, at - now.libraries[i].from + (i << 40));
            if (trace->asker == LIBRARIES_MOST && i != now.self)
                trace->asker = i;
        }
    return ++trace->frames < FRAMES_MOST ? _URC_NO_REASON : _URC_END_OF_STACK;
}

/* True the first time. */
static bool is_new(uint64_t number)
{
    size_t at = number % STACKS_MOST;
    for (int tries = 0; tries < 64 && now.stacks[at]; tries++, at = (at + 1) % STACKS_MOST)
        if (now.stacks[at] == number)
            return false;
    now.stacks[at] = number;
    return true;
}

static void write_line(uint64_t number, bool own)
{
    char line[32];
    long file = syscall(SYS_openat, AT_FDCWD, now.list,
                        O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    int length = snprintf(line, sizeof line, "%016llx %s\n", (unsigned long long)number,
                          own ? "own" : "other");
    if (file >= 0) {
        syscall(SYS_write, file, line, length);
        syscall(SYS_close, file);
    }
}

static __attribute__((noinline)) bool may_have(void)
{
    struct trace trace = {.number = 1, .asker = LIBRARIES_MOST};
    if (!now.ready || now.inside)
        return true;
    now.inside = true;
    _Unwind_Backtrace(add_frame, &trace);
    if (now.list && !trace.ends && is_new(trace.number))
        write_line(trace.number, trace.asker == 0);
    now.inside = false;
    if (trace.number != now.fail || trace.ends) /* few frames may be those of another stack */
        return true;
    now.fail = 0;
    errno = ENOMEM;
    return false;
}

static void *resize(void *block, size_t size)
{
    return __interceptor_realloc ? __interceptor_realloc(block, size)
                                 : __libc_realloc(block, size);
}

void *malloc(size_t size)
{
    if (!may_have())
        return NULL;
    return __interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    if (!may_have())
        return NULL;
    return __interceptor_calloc ? __interceptor_calloc(count, size)
                                : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return may_have() ? resize(block, size) : NULL;
}

void *reallocarray(void *block, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return may_have() ? resize(block, bytes) : NULL;
}

/* A sanitizer's own would not ask malloc. */
char *strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}
