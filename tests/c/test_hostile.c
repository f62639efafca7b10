/* The hostile set: tests/hostile/README.md says what is tried and what must come of it. */
#include "base/json.h"
#include "script/eval.h"
#include "script/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    MOST_MS = 2000,
    MOST_KIB = 256 * 1024,
    AT_ONCE = 4, /* on two processors, so that the clock matters as well */
};

static const struct eval_word words[] = {
    {"plan", EVAL_ID}, {"unit", EVAL_ID},     {"group", EVAL_ID},     {"phase", EVAL_ID},
    {"task", EVAL_ID}, {"quota", EVAL_ID},    {"remind", EVAL_BARE},  {"roster", EVAL_FILE},
    {"on", EVAL_ON},   {"notify", EVAL_LATE}, {"finding", EVAL_LATE},
};
enum { WORDS = sizeof words / sizeof *words };

/* One attempt: what is tried, what is expected, and the process that tries it. */
struct attempt {
    char folder[200], file[300];
    int first, last; /* lines that may be named; 0 = the file as a whole */
    char names[100];
    pid_t pid;
    int pipe;
    int64_t began;
};

struct totals {
    size_t count, failed, again;
    long worst_kib;
    int64_t worst_ms;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- in the process of an attempt ------------------------------------------------------------------ */

/* What came of a script, as "line name text"; the raw tree's JSON when it was evaluated. */
static void evaluate(struct buf *out, const struct source *script, const char *folder,
                     struct findings *findings, struct arena *arena)
{
    struct eval_request request = {.script = script,
                                   .folder = folder,
                                   .words = words,
                                   .word_count = WORDS,
                                   .findings = findings};
    struct err err = {0};
    struct eval *eval = eval_start(&request, arena, &err);
    if (eval && eval_run(eval, &err) == EVAL_DONE)
        json_write(out, eval_result(eval));
    else if (!findings->count)
        buf_printf(out, "0 none %s", err.message);
    eval_free(eval);
}

static void try_file(struct buf *out, const char *folder, const char *file)
{
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, LANG_EN);
    struct source *script;
    if (source_load(arena, folder, file, file, &findings, &script) == 0 &&
        source_scan(script, words, WORDS, &findings))
        evaluate(out, script, folder, &findings, arena);
    if (findings.count)
        buf_printf(out, "%u %s %.200s", findings.list[0].place.line, findings.list[0].name,
                   findings.list[0].message);
    findings_free(&findings);
    arena_free(arena);
}

static void try_good(struct buf *out)
{
    static const char text[] =
        "plan \"p\" { \"名\", x = (\"a\"):rep(3), y = math.pi > 3 }\n"
        "for k, v in pairs({ b = 2, a = 1 }) do task(k) { tostring(v) } end\n";
    struct arena *arena = arena_new();
    struct source script = {.name = "good.lua", .text = text, .length = sizeof text - 1};
    struct findings findings = findings_new(arena, LANG_EN);
    evaluate(out, &script, NULL, &findings, arena);
    findings_free(&findings);
    arena_free(arena);
}

/* ---- around it ------------------------------------------------------------------------------------- */

static void begin(struct attempt *attempt)
{
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    attempt->began = now_ms();
    attempt->pipe = pipes[0];
    attempt->pid = fork();
    if (attempt->pid != 0) {
        close(pipes[1]);
        return;
    }
    struct buf out = {0};
    try_file(&out, attempt->folder, attempt->file);
    buf_printf(&out, "\n%lld\n", (long long)(now_ms() - attempt->began));
    try_good(&out);
    for (size_t at = 0; at < out.length;) {
        ssize_t written = write(pipes[1], out.bytes + at, out.length - at);
        if (written <= 0)
            _exit(1);
        at += (size_t)written;
    }
    buf_free(&out);
    _exit(0);
}

static bool is_one_of(const char *name, size_t length, const char *names)
{
    while (*names) {
        size_t size = strcspn(names, "|");
        if (size == length && memcmp(name, names, size) == 0)
            return true;
        names += size + (names[size] == '|');
    }
    return false;
}

/* The line told lies where it should, and the name is one of those expected. */
static bool is_expected(const struct attempt *attempt, const char *told)
{
    char *end;
    long line = strtol(told, &end, 10);
    if (end == told || *end != ' ' || line < attempt->first || line > attempt->last)
        return false;
    return is_one_of(end + 1, strcspn(end + 1, " "), attempt->names);
}

/* True when it is as it must be; otherwise says why, unless there is another chance. */
static bool judge(const struct attempt *attempt, char *told, const struct rusage *usage,
                  const char *good, bool last, long long *ms)
{
    char *took = strchr(told, '\n');
    char *next = took ? strchr(took + 1, '\n') : NULL;
    *ms = took ? strtoll(took + 1, NULL, 10) : 0;
    bool fine = took && next && strcmp(next + 1, good) == 0;
    if (took)
        *took = '\0';
    if (fine && *ms < MOST_MS && usage->ru_maxrss < MOST_KIB && is_expected(attempt, told))
        return true;
    if (last)
        print_error("%s: %.200s (%lld ms, %ld KiB%s), expected %d-%d %s\n", attempt->file, told,
                    *ms, usage->ru_maxrss, fine ? "" : ", the next plan differs",
                    attempt->first, attempt->last, attempt->names);
    return false;
}

static bool end(struct attempt *attempt, const char *good, struct totals *totals, bool last)
{
    struct buf told = {0};
    char bytes[4096];
    ssize_t got;
    while ((got = read(attempt->pipe, bytes, sizeof bytes)) > 0 || (got < 0 && errno == EINTR))
        buf_add(&told, bytes, got > 0 ? (size_t)got : 0);
    close(attempt->pipe);
    struct rusage usage;
    assert_int_equal(wait4(attempt->pid, NULL, 0, &usage), attempt->pid);
    buf_adds(&told, "");
    long long ms;
    bool fine = judge(attempt, told.bytes, &usage, good, last, &ms);
    if (usage.ru_maxrss > totals->worst_kib)
        totals->worst_kib = usage.ru_maxrss;
    if (fine && ms > totals->worst_ms)
        totals->worst_ms = ms;
    buf_free(&told);
    return fine;
}

/* On a machine that is busy with other things an attempt may fail by the clock: it gets two more
 * chances, alone. */
static void finish(struct attempt *attempt, const char *good, struct totals *totals)
{
    totals->count++;
    if (end(attempt, good, totals, false))
        return;
    totals->again++;
    begin(attempt);
    if (end(attempt, good, totals, false))
        return;
    begin(attempt);
    totals->failed += !end(attempt, good, totals, true);
}

/* AT_ONCE attempts run side by side, the oldest is waited for first. */
static void try_all(struct attempt *attempts, size_t count, struct totals *totals)
{
    struct buf good = {0};
    try_good(&good);
    assert_non_null(strstr(good.bytes, "\"args\":[\"名\"]"));
    for (size_t i = 0; i < count + AT_ONCE; i++) {
        if (i >= AT_ONCE && i - AT_ONCE < count)
            finish(&attempts[i - AT_ONCE], good.bytes, totals);
        if (i < count)
            begin(&attempts[i]);
    }
    buf_free(&good);
    print_message("%zu refused, %zu not, %zu tried again; at worst %lld ms and %ld MiB\n",
                  totals->count - totals->failed, totals->failed, totals->again,
                  (long long)totals->worst_ms, totals->worst_kib / 1024);
    assert_int_equal(totals->failed, 0);
}

/* ---- scripts of the folder -------------------------------------------------------------------------- */

/* "-- refused: 3-5 name|name" */
static void read_expectation(struct attempt *attempt)
{
    char path[600], line[200];
    snprintf(path, sizeof path, "%s/%s", attempt->folder, attempt->file);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    static const char head[] = "-- refused: ";
    assert_memory_equal(line, head, sizeof head - 1);
    char *at = line + sizeof head - 1;
    attempt->first = attempt->last = (int)strtol(at, &at, 10);
    if (*at == '-')
        attempt->last = (int)strtol(at + 1, &at, 10);
    assert_int_equal(*at, ' ');
    at[strcspn(at, "\n")] = '\0';
    snprintf(attempt->names, sizeof attempt->names, "%s", at + 1);
}

static void scripts_are_refused(void **state)
{
    (void)state;
    static const char folder[] = PLANRUN_SOURCE_DIR "/tests/hostile/scripts";
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    assert_true(count > 60);
    struct attempt *attempts = calloc((size_t)count, sizeof *attempts);
    struct totals totals = {0};
    size_t used = 0;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (strlen(name) > 5 && strcmp(name + strlen(name) - 5, ".plan") == 0) {
            struct attempt *attempt = &attempts[used++];
            snprintf(attempt->folder, sizeof attempt->folder, "%s", folder);
            snprintf(attempt->file, sizeof attempt->file, "%s", name);
            read_expectation(attempt);
        }
        free(entries[i]);
    }
    free(entries);
    try_all(attempts, used, &totals);
    free(attempts);
}

/* ---- scripts that are made --------------------------------------------------------------------------- */

static char folder[] = "/tmp/planrun-hostile-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/planrun-hostile-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command); /* NOLINT(cert-env33-c): a fixed command on a folder of ours */
}

static void put(const char *name, const void *bytes, size_t length)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

/* head, then `part` so many times (a %d in it counts), then tail. */
static const struct made {
    const char *name, *head, *part;
    int times;
    const char *tail;
    int first, last;
    const char *names;
} made[] = {
    {"parens", "return ", "(", 100000, "1", 1, 1, "too-deep"},
    {"braces", "return ", "{", 2000000, "", 1, 1, "too-deep"},
    {"brackets", "return t", "[a", 190, "", 1, 1, "unclosed-bracket"},
    {"minus", "return ", "- ", 100000, "1", 1, 1, "syntax"},
    {"nots", "return ", "not ", 100000, "1", 1, 1, "syntax"},
    {"powers", "return 1", "^1", 100000, "", 1, 1, "syntax"},
    {"concats", "return \"a\"", "..\"a\"", 100000, "", 1, 1, "syntax"},
    {"functions", "", "return function() ", 190, "", 1, 1, "unclosed-bracket"},
    {"functions-closed", "local f = 1\n", "do local function f() ", 99, "", 2, 2,
     "unclosed-bracket"},
    {"ifs", "", "if true then ", 100000, "", 1, 1, "too-deep"},
    {"elseifs", "local x = 0\nif x == 1 then\n", "elseif x == %d then\n", 60000,
     "end\nerror(\"end\")", 2, 180000, "script-error|syntax|time-limit"},
    {"locals", "", "local x%d = 1\n", 1000, "", 200, 202, "syntax"},
    {"upvalues", "local function f() return ", "a%d, ", 300, "1 end f()", 1, 1,
     "undeclared-name|syntax"},
    {"constants", "local t = {\n", "\"constant %d\",\n", 100000, "}\nerror(\"end\")", 100003,
     100003, "script-error"},
    {"numbers", "local t = {\n", "%d.5,\n", 200000, "}\nerror(\"end\")", 200003, 200003,
     "script-error"},
    {"gotos", "", "goto l%d\n", 50000, "", 1, 50001, "syntax"},
    {"labels", "", "::l%d::\n", 30000, "error(\"end\")", 1, 30001,
     "script-error|syntax|time-limit"},
    {"keys", "plan \"p\" { \"n\",\n", "k%d = 1,\n", 100000, "x = nope }", 1, 100002,
     "undeclared-name"},
    {"keys-twice", "plan \"p\" { \"n\",\n", "k = 1,\n", 100000, "}", 3, 3, "key-twice"},
    {"wide-marks", "", "（", 600000, "", 1, 1, "full-width-bracket"},
    {"wide-quotes", "", "“", 600000, "", 1, 1, "full-width-quote"},
    {"quotes", "", "\"", 1999999, "", 1, 1, "unfinished-text|syntax"},
    {"half-quotes", "local t = {", "\"a”,", 300000, "}", 1, 1,
     "unfinished-text|full-width-quote|syntax|missing-comma|script-error|memory-limit"},
    {"spaces", "local x =", " ", 2000000, "\nerror(\"end\")", 2, 2, "syntax|script-error"},
    {"lines", "", "\n", 2000000, "error(\"end\")", 2000001, 2000001, "script-error"},
    {"long-name", "local ", "x", 2000000, " = 1\nerror(\"end\")", 2, 2, "script-error"},
    {"long-global", "return ", "x", 1000000, "", 1, 1, "undeclared-name"},
    {"comments", "", "--[[x]]", 280000, "error(\"end\")", 1, 1, "script-error"},
    {"long-brackets", "--[", "=", 2000000, "[", 1, 1, "unfinished-text|script-error"},
    {"escapes", "local s = \"", "\\z", 990000, "", 1, 1, "unfinished-text"},
    {"controls", "-- ", "\x01", 2000000, "", 1, 1, "control-character"},
    {"words", "", "task \"t%d\" {}\n", 60000, "error(\"end\")", 60001, 60001, "script-error"},
    {"bare-words", "", "task \"t%d\"\n", 100000, "", 1, 1, "braces-missing"},
    {"commas-missing", "plan \"p\" {", "{ a = 1 }\n", 100000, "}", 1, 1, "missing-comma"},
    {"requires", "", "pcall(require, \"m%d\")\n", 100, "", 1, 1, "module"},
};

static void make(const struct made *row)
{
    struct buf text = {0};
    char name[64];
    buf_adds(&text, row->head);
    for (int i = 0; i < row->times; i++) {
        if (strstr(row->part, "%d"))
            buf_printf(&text, "%.*s%d%s", (int)(strstr(row->part, "%d") - row->part), row->part,
                       i, strstr(row->part, "%d") + 2);
        else
            buf_adds(&text, row->part);
    }
    buf_adds(&text, row->tail);
    snprintf(name, sizeof name, "%s.lua", row->name);
    put(name, text.bytes, text.length);
    buf_free(&text);
}

static void made_scripts_are_refused(void **state)
{
    (void)state;
    enum { COUNT = sizeof made / sizeof *made };
    struct attempt *attempts = calloc(COUNT, sizeof *attempts);
    struct totals totals = {0};
    for (size_t i = 0; i < COUNT; i++) {
        make(&made[i]);
        struct attempt *attempt = &attempts[i];
        snprintf(attempt->folder, sizeof attempt->folder, "%s", folder);
        snprintf(attempt->file, sizeof attempt->file, "%s.lua", made[i].name);
        snprintf(attempt->names, sizeof attempt->names, "%s", made[i].names);
        attempt->first = made[i].first;
        attempt->last = made[i].last;
    }
    try_all(attempts, COUNT, &totals);
    free(attempts);
}

/* ---- files --------------------------------------------------------------------------------------------- */

static void put_special_files(void)
{
    char path[600];
    snprintf(path, sizeof path, "%s/pipe.lua", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(path, sizeof path, "%s/folder.lua", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    static const char *const links[][2] = {
        {"/etc/passwd", "out.lua"},
        {"/dev/zero", "zero.lua"},
        {"loop.lua", "loop.lua"},
        {"nowhere", "dangling.lua"},
        {"../../etc/passwd", "up.lua"},
        {"/proc/self/fd/0", "magic.lua"},
        {"folder.lua", "linked-folder.lua"},
        {"pipe.lua", "linked-pipe.lua"},
    };
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, links[i][1]);
        assert_int_equal(symlink(links[i][0], path), 0);
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket.lua", folder);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
    snprintf(path, sizeof path, "%s/large.lua", folder);
    fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_int_equal(ftruncate(fd, 64 << 20), 0);
    close(fd);
}

static void put_odd_texts(void)
{
    static const struct {
        const char *name, *bytes;
        size_t length;
    } rows[] = {
        {"bytecode.lua", "\x1bLuaT\0\x19\x93\r\n\x1a\n", 13},
        {"bom-bytecode.lua", "\xef\xbb\xbf\x1bLuaT\0\x19\x93", 12},
        {"bom-twice.lua", "\xef\xbb\xbf\xef\xbb\xbfplan \"p\" {}", 17},
        {"utf16.lua", "\xff\xfep\0l\0a\0n\0", 10},
        {"gb18030.lua", "\nplan \"p\" { \"\xb7\xbd\xb0\xb8\" }\n", 20},
        {"latin1.lua", "\n-- caf\xe9\n", 9},
        {"nul.lua", "\nplan \"p\" {}\0 = 1", 18},
        {"overlong.lua", "\n\n-- \xc0\xaf\n", 8},
        {"elf.lua",
         "\x7f"
         "ELF\x02\x01\x01\0\0\0",
         10},
        {"zip.lua", "PK\x03\x04\x14\0\x06\0", 8},
        {"shell.lua", "#!/bin/sh\nrm -rf /\n", 19},
        {"needs-pipe.lua", "\nrequire \"pipe\"", 15},
        {"needs-link.lua", "\nrequire \"out\"", 14},
        {"needs-folder.lua", "\nrequire \"folder\"", 17},
        {"needs-large.lua", "\nrequire \"large\"", 16},
        {"needs-bytecode.lua", "\nrequire \"bytecode\"", 19},
        {"needs-itself.lua", "\nrequire \"needs-itself\"", 23},
        {"odd name ;$(id).lua", "\nerror(\"x\")", 11},
        {"-rf.lua", "\nerror(\"x\")", 11},
        {"\xe5\x90\x8d.lua", "\nerror(\"x\")", 11},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        put(rows[i].name, rows[i].bytes, rows[i].length);
}

static const struct {
    const char *folder, *file; /* folder NULL = the one that is made */
    int first, last;
    const char *names;
} files[] = {
    {NULL, "pipe.lua", 0, 0, "unreadable-file"},
    {NULL, "folder.lua", 0, 0, "unreadable-file"},
    {NULL, "socket.lua", 0, 0, "unreadable-file"},
    {NULL, "out.lua", 0, 0, "unreadable-file"},
    {NULL, "up.lua", 0, 0, "unreadable-file"},
    {NULL, "zero.lua", 0, 0, "unreadable-file"},
    {NULL, "magic.lua", 0, 0, "unreadable-file"},
    {NULL, "loop.lua", 0, 0, "unreadable-file"},
    {NULL, "dangling.lua", 0, 0, "unreadable-file"},
    {NULL, "linked-folder.lua", 0, 0, "unreadable-file"},
    {NULL, "linked-pipe.lua", 0, 0, "unreadable-file"},
    {NULL, "none.lua", 0, 0, "unreadable-file"},
    {NULL, "", 0, 0, "unreadable-file"},
    {NULL, "..", 0, 0, "unreadable-file"},
    {NULL, "../../etc/passwd", 0, 0, "unreadable-file"},
    {NULL, "/etc/passwd", 0, 0, "unreadable-file"},
    {"/dev", "zero", 0, 0, "unreadable-file"},
    {"/dev", "tty", 0, 0, "unreadable-file"},
    {"/dev", "random", 0, 0, "unreadable-file"},
    {"/nonexistent", "x.lua", 0, 0, "unreadable-file"},
    {NULL, "large.lua", 0, 0, "file-too-long"},
    {NULL, "bytecode.lua", 1, 1, "bytecode"},
    {NULL, "bom-bytecode.lua", 1, 1, "bytecode"},
    {NULL, "bom-twice.lua", 1, 1, "odd-space"},
    {NULL, "utf16.lua", 1, 1, "not-utf8"},
    {NULL, "gb18030.lua", 2, 2, "gb18030-file"},
    {NULL, "latin1.lua", 2, 2, "not-utf8|gb18030-file"},
    {NULL, "nul.lua", 2, 2, "nul-in-text"},
    {NULL, "overlong.lua", 3, 3, "not-utf8|gb18030-file"},
    {NULL, "elf.lua", 1, 1, "not-utf8|nul-in-text"},
    {NULL, "zip.lua", 1, 1, "nul-in-text"},
    {NULL, "shell.lua", 1, 1, "syntax"},
    {NULL, "needs-pipe.lua", 2, 2, "module"},
    {NULL, "needs-link.lua", 2, 2, "module"},
    {NULL, "needs-folder.lua", 2, 2, "module"},
    {NULL, "needs-large.lua", 0, 0, "file-too-long"},
    {NULL, "needs-bytecode.lua", 1, 1, "bytecode"},
    {NULL, "needs-itself.lua", 2, 2, "module"},
    {NULL, "odd name ;$(id).lua", 2, 2, "script-error"},
    {NULL, "-rf.lua", 2, 2, "script-error"},
    {NULL, "\xe5\x90\x8d.lua", 2, 2, "script-error"},
    {NULL, "new\nline.lua", 0, 0, "strange-file-name"},
    {NULL, "\x1b[2J.lua", 0, 0, "strange-file-name"},
    {NULL, "turn\xe2\x80\xae.lua", 0, 0, "strange-file-name"},
    {NULL, "\xff\xfe.lua", 0, 0, "strange-file-name"},
};

static void files_are_refused(void **state)
{
    (void)state;
    enum { COUNT = sizeof files / sizeof *files };
    struct attempt *attempts = calloc(COUNT + 1, sizeof *attempts);
    struct totals totals = {0};
    put_special_files();
    put_odd_texts();
    for (size_t i = 0; i < COUNT; i++) {
        struct attempt *attempt = &attempts[i];
        snprintf(attempt->folder, sizeof attempt->folder, "%s",
                 files[i].folder ? files[i].folder : folder);
        snprintf(attempt->file, sizeof attempt->file, "%s", files[i].file);
        snprintf(attempt->names, sizeof attempt->names, "%s", files[i].names);
        attempt->first = files[i].first;
        attempt->last = files[i].last;
    }
    struct attempt *longest = &attempts[COUNT]; /* a name of 290 bytes */
    snprintf(longest->folder, sizeof longest->folder, "%s", folder);
    memset(longest->file, 'x', 290);
    snprintf(longest->names, sizeof longest->names, "unreadable-file");
    try_all(attempts, COUNT + 1, &totals);
    free(attempts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_are_refused),
        cmocka_unit_test_setup_teardown(made_scripts_are_refused, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(files_are_refused, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
