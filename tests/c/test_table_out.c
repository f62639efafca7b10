/* Tables out: the bytes of a CSV, what a workbook holds, names and lengths at their bounds, the same
 * bytes again, and a disk that does not take them. */
#include "files/table_out.h"

#include "files/table_out_data.h"
#include "table_kit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include <minizip/unzip.h>

/* A part of a workbook. */
static void read_part(const char *path, const char *part, struct buf *out)
{
    unzFile zip = unzOpen64(path);
    char piece[4096];
    assert_non_null(zip);
    out->length = 0;
    buf_adds(out, "");
    if (unzLocateFile(zip, part, 1) != UNZ_OK)
        fail_msg("%s has no %s", path, part);
    unzOpenCurrentFile(zip);
    for (int got; (got = unzReadCurrentFile(zip, piece, sizeof piece)) > 0;)
        buf_add(out, piece, (size_t)got);
    unzCloseCurrentFile(zip);
    unzClose(zip);
}

static const struct table_sheet plain_sheet = {.name = "台账",
                                               .title = "工作台账",
                                               .about = "截至今日",
                                               .columns = kinds,
                                               .count = 5,
                                               .fixed = 1};

/* Writes the sheet with these rows. */
static int write_rows(const struct table_file *file, const struct table_sheet *sheet,
                      const struct table_cell *cells, size_t rows, struct err *err)
{
    struct table_out *out = NULL;
    int code = table_out_new(file, &out, err);
    if (code == 0)
        code = table_out_sheet(out, sheet, err);
    for (size_t i = 0; i < rows && code == 0; i++)
        code = table_out_row(out, cells + i * sheet->count, err);
    if (code == 0)
        code = table_out_note(out, "● 正常", err);
    if (code == 0)
        code = table_out_close(out, err);
    table_out_free(out);
    return code;
}

static const struct table_cell some_cells[] = {
    {.text = "读书,笔记"},   {.number = 40},
    {.number = 20564},       {.number = 38, .whole = 40},
    {.text = "● 正常"},      {.text = "说\"好\""},
    {.number = TABLE_EMPTY}, {.number = TABLE_EMPTY},
    {.number = TABLE_EMPTY}, {0},
    {.text = "001"},         {.text = "若干"},
    {.text = "长期"},        {.number = 9999, .whole = 10000},
    {.text = "■ 逾期"},
};

static void test_csv(void **state)
{
    static const char wanted[] = "\xef\xbb\xbf"
                                 "\"事项\",\"件数\",\"期限\",\"完成率\",\"亮灯\"\r\n"
                                 "\"读书,笔记\",40,2026-04-21,95.0%,\"● 正常\"\r\n"
                                 "\"说\"\"好\"\"\",,,,\r\n"
                                 "\"001\",\"若干\",\"长期\",99.9%,\"■ 逾期\"\r\n";
    struct buf text = {0};
    struct err err = {0};
    struct table_file file = file_of(*state, TABLE_CSV);
    assert_int_equal(write_rows(&file, &plain_sheet, some_cells, 3, &err), 0);
    read_all(file.path, &text);
    assert_string_equal(text.bytes, wanted);
    assert_int_equal(entries(((struct place *)*state)->folder, false), 1);
    buf_free(&text);
}

/* ---- texts -------------------------------------------------------------------------------- */

static const struct table_column one_column[] = {{.title = "a", .kind = TABLE_TEXT}};
static const struct table_sheet one = {.name = "a", .columns = one_column, .count = 1};

static void write_text(const struct table_file *file, const char *text, int wanted)
{
    struct err err = {0};
    struct table_cell cell = {.text = text};
    int code = write_rows(file, &one, &cell, 1, &err);
    if (code != wanted)
        fail_msg("“%s”: %d %s", text, code, err.message);
}

static void test_texts(void **state)
{
    static const struct {
        const char *text, *csv, *xml; /* the cell in each; NULL = refused */
    } table[] = {
        {"=1+1", "\"'=1+1\"", "=1+1"},
        {"+8657186", "\"'+8657186\"", "+8657186"},
        {"-1", "\"'-1\"", "-1"},
        {"@SUM(A1)", "\"'@SUM(A1)\"", "@SUM(A1)"},
        {"\tx", "\"'\tx\"", "\tx"},
        {"\r=1", "\"'\n=1\"", "\n=1"},
        {"＝1", "\"'＝1\"", "＝1"},
        {"a=1", "\"a=1\"", "a=1"},
        {"1=", "\"1=\"", "1="},
        {"007", "\"007\"", "007"},
        {"110101199003071234", "\"110101199003071234\"", "110101199003071234"},
        {"两\n行", "\"两\n行\"", "两\n行"},
        {"两\r\n行\r", "\"两\n行\n\"", "两\n行\n"},
        {"<&>\"", "\"<&>\"\"\"", "&lt;&amp;&gt;\""},
        {"a\001b\033", "\"a\\u0001b\\u001b\"", "a\\u0001b\\u001b"},
        {"\x7f", "\"\\u007f\"", "\\u007f"},
        {"a\u202e"
         "b",
         "\"a\\u202eb\"", "a\\u202eb"},
        {"\xef\xbf\xbf", "\"\\uffff\"", "\\uffff"},
        {"_x0041_", "\"_x0041_\"", "_x005F_x0041_"},
        {"_x004", "\"_x004\"", "_x004"},
        {" 空 ", "\" 空 \"", " 空 "},
        {"😀", "\"😀\"", "😀"},
        {"\xff", NULL, NULL},
        {"\xc0\xaf", NULL, NULL},
        {"\xed\xa0\x80", NULL, NULL},
        {"好\xe5\xa5", NULL, NULL},
    };
    struct buf text = {0};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct table_file csv = file_of(*state, TABLE_CSV), xlsx = file_of(*state, TABLE_XLSX);
        write_text(&csv, table[i].text, table[i].csv ? 0 : ERR_INVALID);
        if (table[i].csv) {
            read_all(csv.path, &text);
            const char *row = strstr(text.bytes, "\r\n") + 2;
            if (strncmp(row, table[i].csv, strlen(table[i].csv)) != 0)
                fail_msg("row %zu: %s", i, row);
        }
        write_text(&xlsx, table[i].text, table[i].xml ? 0 : ERR_INVALID);
        if (!table[i].xml)
            continue;
        read_part(xlsx.path, "xl/worksheets/sheet1.xml", &text);
        assert_null(strstr(text.bytes, "<f>"));
        const char *cell = strstr(text.bytes, "r=\"A2\"");
        cell = cell ? strstr(cell, "<t") : NULL;
        cell = cell ? strchr(cell, '>') + 1 : "";
        if (strncmp(cell, table[i].xml, strlen(table[i].xml)) != 0 ||
            strncmp(cell + strlen(table[i].xml), "</t>", 4) != 0)
            fail_msg("row %zu: %.80s", i, cell);
    }
    buf_free(&text);
}

/* Excel counts UTF-16 units. */
static void test_long_texts(void **state)
{
    static const struct {
        const char *piece;
        int times;
        bool cut;
    } table[] = {{"a", 32767, false},     {"a", 32768, true},   {"_x0041_", 2521, true},
                 {"_x0041_", 4681, true}, {"好", 32767, false}, {"好", 32768, true},
                 {"😀", 16383, false},     {"😀", 16384, true}};
    struct buf text = {0}, found = {0};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct table_file file = file_of(*state, TABLE_XLSX);
        text.length = 0;
        for (int n = 0; n < table[i].times; n++)
            buf_adds(&text, table[i].piece);
        write_text(&file, text.bytes, 0);
        read_part(file.path, "xl/worksheets/sheet1.xml", &found);
        assert_int_equal(strstr(found.bytes, "此处截断") != NULL, table[i].cut);
        if (!table[i].cut)
            assert_non_null(strstr(found.bytes, text.bytes));
    }
    buf_free(&text);
    buf_free(&found);
}

/* ---- numbers and days ---------------------------------------------------------------------- */

static void test_numbers(void **state)
{
    static const struct {
        enum table_kind kind;
        struct table_cell cell;
        const char *xml;
    } table[] = {
        {TABLE_COUNT, {.number = 0}, "<v>0</v>"},
        {TABLE_COUNT, {.number = -7}, "<v>-7</v>"},
        {TABLE_COUNT, {.number = 999999999999999}, "<v>999999999999999</v>"},
        {TABLE_COUNT, {.number = 1000000000000000}, "<t>1000000000000000</t>"},
        {TABLE_COUNT, {.number = INT64_MAX}, "<t>9223372036854775807</t>"},
        {TABLE_PERCENT, {.number = 1, .whole = 1}, "<v>1</v>"},
        {TABLE_PERCENT, {.number = 999999, .whole = 1000000}, "<v>0.999</v>"},
        {TABLE_PERCENT, {.number = 1, .whole = 3}, "<v>0.333</v>"},
        {TABLE_DAY, {.number = 0}, "<v>25569</v>"},
        {TABLE_DAY, {.number = 20564}, "<v>46133</v>"},
        {TABLE_DAY, {.number = -25508}, "<v>61</v>"},
        {TABLE_DAY, {.number = -25509}, "<t>1900-02-28</t>"},
        {TABLE_TEXT, {.number = 5}, "r=\"A2\" s="},
    };
    struct buf found = {0};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct table_file file = file_of(*state, TABLE_XLSX);
        struct table_column column = {.title = "a", .kind = table[i].kind};
        struct table_sheet sheet = {.name = "a", .columns = &column, .count = 1};
        struct err err = {0};
        assert_int_equal(write_rows(&file, &sheet, &table[i].cell, 1, &err), 0);
        read_part(file.path, "xl/worksheets/sheet1.xml", &found);
        const char *cell = strstr(found.bytes, "r=\"A2\"");
        if (!cell || !strstr(cell, table[i].xml))
            fail_msg("row %zu: %.200s", i, cell ? cell : found.bytes);
    }
    buf_free(&found);
}

/* ---- what a sheet has ---------------------------------------------------------------------- */

static void test_sheet(void **state)
{
    static const char *const lights[] = {"● 正常", "▲ 临期", NULL};
    static const char *const wanted[] = {
        "<pane xSplit=\"1\" ySplit=\"3\"",
        "<pageSetup paperSize=\"9\" fitToHeight=\"0\" orientation=\"landscape\"",
        "fitToHeight=\"0\"",
        "<mergeCell ref=\"A1:E1\"/>",
        "<mergeCell ref=\"A7:E7\"/>",
        "<autoFilter ref=\"A3:E6\"/>",
        "<dataValidation type=\"list\"",
        "sqref=\"E4:E6\"",
        "beginsWith",
        "第 &amp;P 页，共 &amp;N 页",
        "&amp;LR&amp;&amp;D &lt;2&gt;"};
    struct table_column columns[5];
    struct table_sheet sheet = plain_sheet;
    struct table_file file = file_of(*state, TABLE_XLSX);
    struct buf found = {0};
    struct err err = {0};
    memcpy(columns, kinds, sizeof columns);
    columns[4].choices = lights;
    sheet.columns = columns;
    assert_int_equal(write_rows(&file, &sheet, some_cells, 3, &err), 0);
    read_part(file.path, "xl/worksheets/sheet1.xml", &found);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strstr(found.bytes, wanted[i]))
            fail_msg("no %s in %s", wanted[i], found.bytes);
    read_part(file.path, "xl/workbook.xml", &found);
    assert_non_null(
        strstr(found.bytes, "Print_Titles\" localSheetId=\"0\">'台账'!$A:$A,'台账'!$3:$3<"));
    assert_non_null(strstr(found.bytes, "Print_Area\" localSheetId=\"0\">'台账'!$A$1:$E$7<"));
    buf_free(&found);
}

static void test_names(void **state)
{
    static const struct {
        const char *name;
        bool fine;
    } table[] = {{"台账", true},
                 {"1234567890123456789012345678901", true},
                 {"12345678901234567890123456789012", false},
                 {"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一", true},
                 {"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二", false},
                 {"", false},
                 {"a[b", false},
                 {"a]b", false},
                 {"a:b", false},
                 {"a*b", false},
                 {"a?b", false},
                 {"a/b", false},
                 {"a\\b", false},
                 {"'a", false},
                 {"a'", false}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct table_file file = file_of(*state, TABLE_XLSX);
        struct table_sheet sheet = one;
        struct err err = {0};
        sheet.name = table[i].name;
        int code = write_rows(&file, &sheet, NULL, 0, &err);
        if (code != (table[i].fine ? 0 : ERR_INVALID))
            fail_msg("“%s”: %d %s", table[i].name, code, err.message);
    }
}

static void test_bounds(void **state)
{
    struct table_file xlsx = file_of(*state, TABLE_XLSX), csv = file_of(*state, TABLE_CSV);
    struct table_column *many = calloc(TABLE_COLUMNS_MOST + 1, sizeof *many);
    struct table_sheet sheet = {.name = "b", .columns = many};
    struct table_cell cell = {.text = "x"};
    struct table_out *out;
    struct err err = {0};
    for (int i = 0; i <= TABLE_COLUMNS_MOST; i++)
        many[i].title = "t";
    assert_int_equal(table_out_new(&xlsx, &out, &err), 0);
    sheet.count = 0;
    assert_int_equal(table_out_sheet(out, &sheet, &err), ERR_LIMIT);
    sheet.count = TABLE_COLUMNS_MOST + 1;
    assert_int_equal(table_out_sheet(out, &sheet, &err), ERR_LIMIT);
    sheet.count = TABLE_COLUMNS_MOST;
    assert_int_equal(table_out_sheet(out, &sheet, &err), 0);
    assert_int_equal(table_out_sheet(out, &one, &err), 0);
    assert_int_equal(table_out_sheet(out, &one, &err), ERR_INVALID); /* the name is taken */
    table_out_free(out);
    assert_int_equal(table_out_new(&xlsx, &out, &err), 0);
    assert_int_equal(table_out_sheet(out, &one, &err), 0);
    out->rows = TABLE_ROWS_MOST - 1;
    assert_int_equal(table_out_room(out), 1);
    assert_int_equal(table_out_row(out, &cell, &err), 0);
    assert_int_equal(table_out_row(out, &cell, &err), ERR_LIMIT);
    table_out_free(out);
    assert_int_equal(table_out_new(&csv, &out, &err), 0);
    assert_int_equal(table_out_sheet(out, &one, &err), 0);
    assert_int_equal(table_out_sheet(out, &one, &err), ERR_INVALID); /* a CSV is one table */
    table_out_free(out);
    assert_int_equal(entries(((struct place *)*state)->folder, false), 0);
    free(many);
}

/* ---- the same bytes again ------------------------------------------------------------------ */

static void write_much(const struct table_file *file, uint32_t rows)
{
    struct table_out *out;
    struct err err = {0};
    assert_int_equal(table_out_new(file, &out, &err), 0);
    for (int sheet = 0; sheet < 2; sheet++) {
        struct table_sheet asked = plain_sheet;
        asked.name = sheet ? "乙" : "甲";
        assert_int_equal(table_out_sheet(out, &asked, &err), 0);
        for (uint32_t i = 0; i < rows; i++)
            assert_int_equal(table_out_row(out, some_cells + i % 3 * 5, &err), 0);
    }
    assert_int_equal(table_out_close(out, &err), 0);
    table_out_free(out);
}

static void test_again(void **state)
{
    static const char *const zones[] = {"UTC", "Asia/Shanghai", "America/New_York"};
    struct table_file file = file_of(*state, TABLE_XLSX);
    struct buf first = {0}, next = {0};
    write_much(&file, 1000);
    read_all(file.path, &first);
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        setenv("TZ", zones[i], 1);
        tzset();
        write_much(&file, 1000);
        read_all(file.path, &next);
        assert_int_equal(next.length, first.length);
        assert_memory_equal(next.bytes, first.bytes, first.length);
    }
    unsetenv("TZ");
    buf_free(&first);
    buf_free(&next);
}

/* ---- the disk ------------------------------------------------------------------------------ */

static int open_files(void)
{
    return entries("/proc/self/fd", false);
}

static void test_nothing_left(void **state)
{
    struct place *place = *state;
    int before = open_files();
    for (int form = TABLE_CSV; form <= TABLE_XLSX; form++) {
        struct table_file file = file_of(place, (enum table_form)form);
        struct table_out *out;
        struct err err = {0};
        assert_int_equal(table_out_new(&file, &out, &err), 0);
        assert_int_equal(table_out_sheet(out, &plain_sheet, &err), 0);
        assert_int_equal(table_out_row(out, some_cells, &err), 0);
        table_out_free(out);
        assert_int_equal(entries(place->folder, false), 0);
    }
    table_out_free(NULL);
    assert_int_equal(open_files(), before);
}

static void test_targets(void **state)
{
    struct place *place = *state;
    char nowhere[160], beneath[160], link[160];
    snprintf(nowhere, sizeof nowhere, "%s/no/t", place->folder);
    snprintf(beneath, sizeof beneath, "%s/t/t", place->folder);
    snprintf(link, sizeof link, "%s/link", place->folder);
    struct table_file file = file_of(place, TABLE_XLSX);
    struct err err = {0};
    assert_int_equal(write_rows(&file, &plain_sheet, some_cells, 1, &err), 0);
    chmod(file.path, 0640);
    assert_int_equal(symlink("t", link), 0);
    const struct {
        const char *path;
        int code;
    } table[] = {{nowhere, ERR_IO},          {beneath, ERR_IO},  {place->folder, ERR_INVALID},
                 {"/dev/full", ERR_INVALID}, {"-", ERR_INVALID}, {link, 0}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        file.path = table[i].path;
        int code = write_rows(&file, &plain_sheet, some_cells, 3, &err);
        if (code != table[i].code)
            fail_msg("%s: %d %s", table[i].path, code, err.message);
    }
    struct stat status;
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode)); /* what it points to was replaced, with its rights */
    assert_int_equal(stat(link, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    assert_int_equal(entries(place->folder, false), 2);
}

/* What a child makes of a disk that takes `most` bytes of each file. */
static int write_on_little_room(const struct table_file *file, rlim_t most)
{
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {most, most};
        struct err err = {0};
        struct table_out *out;
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        fclose(stderr); /* the library's words */
        int code = table_out_new(file, &out, &err);
        if (code < 0)
            _exit(2);
        code = table_out_sheet(out, &plain_sheet, &err);
        for (uint32_t i = 0; i < 5000 && code == 0; i++)
            code = table_out_row(out, some_cells + i % 3 * 5, &err);
        if (code == 0)
            code = table_out_close(out, &err);
        table_out_free(out);
        _exit(code == ERR_IO && err.message[0] ? 1 : code != 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* However little there is, and wherever it ends: an error, and the old file stands. */
static void test_full_disk(void **state)
{
    static const rlim_t most[] = {0, 4096, 100000, 1000000};
    struct place *place = *state;
    struct buf before = {0}, after = {0};
    struct err err = {0};
    for (int form = TABLE_CSV; form <= TABLE_XLSX; form++) {
        struct table_file file = file_of(place, (enum table_form)form);
        assert_int_equal(write_rows(&file, &plain_sheet, some_cells, 3, &err), 0);
        read_all(file.path, &before);
        for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
            bool fits = form == TABLE_CSV ? most[i] >= 1000000 : false;
            int ended = fits ? 1 : write_on_little_room(&file, most[i]);
            if (ended != 1)
                fail_msg("form %d, %llu bytes: %d", form, (unsigned long long)most[i], ended);
            read_all(file.path, &after);
            assert_int_equal(after.length, before.length);
            assert_memory_equal(after.bytes, before.bytes, before.length);
            assert_int_equal(entries(place->folder, false), 1);
        }
        assert_int_equal(write_on_little_room(&file, RLIM_INFINITY), 0);
    }
    buf_free(&before);
    buf_free(&after);
}

static void test_standard_output(void **state)
{
    static const struct {
        const char *device;
        int code;
    } table[] = {{"/dev/null", 0}, {"/dev/full", ERR_IO}};
    struct err err = {0};
    for (size_t i = 0; i < 2; i++) {
        struct table_file file = file_of(*state, TABLE_CSV);
        file.path = "-";
        file.out = fopen(table[i].device, "w");
        assert_int_equal(write_rows(&file, &plain_sheet, some_cells, 3, &err), table[i].code);
        fclose(file.out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_csv, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_texts, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_long_texts, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_numbers, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_sheet, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_names, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_bounds, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_again, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_nothing_left, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_targets, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_full_disk, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_standard_output, make_place, drop_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
