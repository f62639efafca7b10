/*
 * planrun's roster from the workbook that bench_xlsx_plain passes over: open, read, unpack, parse,
 * check, columns, tree order.
 *
 *   bench_xlsx FILE           prints: units, seconds, peak bytes beyond the program, bytes of the
 *                             roster with names
 *   bench_xlsx FILE rows      the rows alone, nothing kept: rows, seconds, peak bytes, 0
 */
#include "base/json.h"
#include "files/roster_load.h"
#include "files/xlsx.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const char sealed_text[] =
    "{\"format\":1,\"plan\":{\"id\":\"p\",\"name\":\"方案\"},\"units\":["
    "{\"id\":\"hospital\",\"name\":\"医院\"},"
    "{\"id\":\"ward\",\"name\":\"各病区\",\"parent\":\"hospital\",\"many\":true}],"
    "\"rosters\":[{\"file\":\"r.xlsx\",\"kinds\":[\"person\"]}]}";

static void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static long peak(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss * 1024;
}

static int on_row(void *context, const struct xlsx_row *row, struct err *err)
{
    (void)row, (void)err;
    ++*(unsigned long *)context;
    return 0;
}

static unsigned long read_rows(const char *path)
{
    struct err err = {0};
    struct xlsx *xlsx = NULL;
    unsigned long rows = 0;
    uint32_t sheet = 0;
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        die(path);
    size_t length = (size_t)ftell(file);
    char *bytes = mem_resize(NULL, length + 1, 1);
    rewind(file);
    if (fread(bytes, 1, length, file) != length)
        die(path);
    fclose(file);
    if (xlsx_open(bytes, length, path, LANG_EN, &xlsx, &err) < 0 ||
        xlsx_find(xlsx, NULL, &sheet, &err) < 0 ||
        xlsx_read(xlsx, sheet, on_row, &rows, &err) < 0)
        die(err.message);
    xlsx_close(xlsx);
    free(bytes);
    return rows;
}

static struct roster *load(const struct plan *plan, struct findings *findings, const char *path)
{
    struct err err = {0};
    struct roster *roster = NULL;
    char *slash = strrchr(path, '/'), *folder = strdup(path);
    folder[slash ? slash - path : 0] = '\0';
    int directory = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (roster_new(plan, findings, &roster, &err) < 0 ||
        roster_load(roster, directory, slash ? slash + 1 : path, NULL, path, &err) < 0 ||
        roster_seal(roster, &err) < 0) {
        struct buf text = {0};
        findings_render(&text, findings, 0);
        fprintf(stderr, "%s", text.bytes ? text.bytes : "");
        die(err.message);
    }
    free(folder);
    return roster;
}

int main(int argc, char **argv)
{
    static const struct value_limits limits = {1000, 16, 1 << 16};
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, LANG_EN);
    const struct plan *plan = NULL;
    struct value *sealed = NULL;
    struct err err;
    if (argc < 2)
        return 2;
    if (json_parse(arena, sealed_text, strlen(sealed_text), &limits, &sealed, &err) < 0 ||
        plan_compile(arena, sealed, NULL, &plan, &err) < 0)
        die(err.message);
    long before = peak();
    double start = now();
    if (argc > 2) {
        unsigned long rows = read_rows(argv[1]);
        printf("%lu %.4f %ld 0\n", rows, now() - start, peak() - before);
    } else {
        struct roster *roster = load(plan, &findings, argv[1]);
        printf("%u %.4f %ld %zu\n", roster_count(roster), now() - start, peak() - before,
               roster_bytes(roster, true));
        roster_free(roster);
    }
    findings_free(&findings);
    arena_free(arena);
    return 0;
}
