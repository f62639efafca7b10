/*
 * A table of 100,000 rows and 12 columns as a workbook and as CSV, beside the same cells given straight to
 * libxlsxwriter and to fprintf.
 *
 *   bench_table [ROWS] [TURNS]     each writer in a process of its own, in turns; the least times and
 *                                  the greatest memory of each
 */
#include "files/table_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <xlsxwriter.h>

enum { COLUMNS = 12, DAY = 20561, SERIAL = 46130 };

static const char *const lights[] = {"● 正常", "▲ 临期", "■ 逾期", "✓ 办结", NULL};

static const struct table_column columns[COLUMNS] = {
    {.title = "序号", .kind = TABLE_COUNT},
    {.title = "任务", .kind = TABLE_TEXT},
    {.title = "牵头", .kind = TABLE_TEXT},
    {.title = "责任单位", .kind = TABLE_TEXT},
    {.title = "责任人", .kind = TABLE_TEXT},
    {.title = "编号", .kind = TABLE_TEXT},
    {.title = "完成时限", .kind = TABLE_DAY},
    {.title = "应交", .kind = TABLE_COUNT},
    {.title = "已交", .kind = TABLE_COUNT},
    {.title = "完成率", .kind = TABLE_PERCENT},
    {.title = "备注", .kind = TABLE_TEXT},
    {.title = "亮灯", .kind = TABLE_LIGHT, .choices = lights}};

static const char *person(uint32_t row, char text[32])
{
    snprintf(text, 32, "第%u病区护士%02u", row / 40, row % 40);
    return text;
}

static int write_ours(const char *path, enum table_form form, uint32_t rows)
{
    struct table_file file = {.form = form, .path = path, .day = DAY, .lang = LANG_ZH};
    struct table_sheet sheet = {
        .name = "台账", .title = "工作台账", .columns = columns, .count = COLUMNS, .fixed = 2};
    struct table_out *out = NULL;
    struct err err = {0};
    char name[32];
    int code = table_out_new(&file, &out, &err);
    if (code == 0)
        code = table_out_sheet(out, &sheet, &err);
    for (uint32_t i = 0; i < rows && code == 0; i++) {
        const struct table_cell cells[COLUMNS] = {{.number = i + 1},
                                                  {.text = "读书笔记，不少于2篇（三(一)1）"},
                                                  {.text = "党政办公室"},
                                                  {.text = "各支部、各科室"},
                                                  {.text = person(i, name)},
                                                  {.text = "110101199003071234"},
                                                  {.number = DAY + i % 90},
                                                  {.number = 40},
                                                  {.number = i % 41},
                                                  {.number = i % 41, .whole = 40},
                                                  {.text = "=1+1 之类也只是文字"},
                                                  {.text = lights[i % 4]}};
        code = table_out_row(out, cells, &err);
    }
    if (code == 0)
        code = table_out_close(out, &err);
    table_out_free(out);
    return code;
}

static int write_book(const char *path, uint32_t rows)
{
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    lxw_workbook *book = workbook_new_opt(path, &options);
    lxw_worksheet *sheet = workbook_add_worksheet(book, "台账");
    lxw_format *text = workbook_add_format(book);
    char name[32];
    format_set_border(text, LXW_BORDER_THIN);
    for (uint32_t i = 0; i < rows; i++) {
        worksheet_write_number(sheet, i, 0, i + 1, text);
        worksheet_write_string(sheet, i, 1, "读书笔记，不少于2篇（三(一)1）", text);
        worksheet_write_string(sheet, i, 2, "党政办公室", text);
        worksheet_write_string(sheet, i, 3, "各支部、各科室", text);
        worksheet_write_string(sheet, i, 4, person(i, name), text);
        worksheet_write_string(sheet, i, 5, "110101199003071234", text);
        worksheet_write_number(sheet, i, 6, SERIAL + i % 90, text);
        worksheet_write_number(sheet, i, 7, 40, text);
        worksheet_write_number(sheet, i, 8, i % 41, text);
        worksheet_write_number(sheet, i, 9, i % 41 / 40.0, text);
        worksheet_write_string(sheet, i, 10, "=1+1 之类也只是文字", text);
        worksheet_write_string(sheet, i, 11, lights[i % 4], text);
    }
    return workbook_close(book) ? -1 : 0;
}

static int write_plain(const char *path, uint32_t rows)
{
    FILE *out = fopen(path, "w");
    char name[32];
    if (!out)
        return -1;
    for (uint32_t i = 0; i < rows; i++)
        fprintf(
            out,
            "%u,\"读书笔记，不少于2篇（三(一)1）\",\"党政办公室\",\"各支部、各科室\",\"%s\","
            "\"110101199003071234\",2026-%02u-%02u,40,%u,%.1f%%,\"'=1+1 之类也只是文字\","
            "\"%s\"\r\n",
            i + 1, person(i, name), i % 12 + 1, i % 28 + 1, i % 41, i % 41 / 0.4,
            lights[i % 4]);
    int code = fflush(out) != 0 || fsync(fileno(out)) != 0 ? -1 : 0;
    return fclose(out) != 0 ? -1 : code;
}

static int write_as(int writer, const char *path, uint32_t rows)
{
    switch (writer) {
    case 0: return write_ours(path, TABLE_XLSX, rows);
    case 1: return write_book(path, rows);
    case 2: return write_ours(path, TABLE_CSV, rows);
    default: return write_plain(path, rows);
    }
}

struct figure {
    double seconds, processor;
    long kib;
    off_t bytes;
};

static void measure(int writer, const char *path, uint32_t rows, struct figure *best)
{
    struct timespec from, to;
    struct rusage used;
    struct stat file;
    int status;
    clock_gettime(CLOCK_MONOTONIC, &from);
    pid_t child = fork();
    if (child == 0)
        _exit(write_as(writer, path, rows) < 0);
    if (child < 0 || wait4(child, &status, 0, &used) < 0 || status != 0) {
        fprintf(stderr, "bench_table: writer %d failed\n", writer);
        exit(1);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    double seconds =
        (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    if (best->seconds == 0 || seconds < best->seconds)
        best->seconds = seconds;
    double processor = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    if (best->processor == 0 || processor < best->processor)
        best->processor = processor;
    best->kib = used.ru_maxrss > best->kib ? used.ru_maxrss : best->kib;
    best->bytes = stat(path, &file) == 0 ? file.st_size : 0;
    unlink(path);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"workbook", "libxlsxwriter alone", "CSV",
                                        "fprintf alone"};
    uint32_t rows = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    int turns = argc > 2 ? atoi(argv[2]) : 5;
    struct figure best[4] = {{0}};
    char path[] = "/tmp/planrun-bench-XXXXXX";
    int file = mkstemp(path);
    if (file < 0)
        return 1;
    close(file);
    for (int turn = 0; turn < turns; turn++)
        for (int writer = 0; writer < 4; writer++)
            measure(writer, path, rows, &best[writer]);
    printf("%u rows x %d columns, best of %d turns\n", rows, COLUMNS, turns);
    for (int i = 0; i < 4; i++)
        printf("%-20s %6.3f s  %6.3f s processor  peak %5.1f MiB  %5.1f MB\n", names[i],
               best[i].seconds, best[i].processor, (double)best[i].kib / 1024,
               (double)best[i].bytes / 1e6);
    printf("ratio of processor   workbook %.2f, CSV %.2f\n",
           best[0].processor / best[1].processor, best[2].processor / best[3].processor);
    return 0;
}
