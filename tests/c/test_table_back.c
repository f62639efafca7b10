/* Tables out, read back: by our own readers, random texts of what readers stumble over; and, for
 * golden/run-office.sh, the same kind of table as files.
 *   test_table_back            the tests
 *   test_table_back FOLDER     writes awkward.csv and awkward.xlsx there */
#include "files/csv.h"
#include "files/xlsx.h"
#include "table_kit.h"

enum { RANDOM_ROWS = 400, RANDOM_TEXT = 64 };

/* Random texts of what readers stumble over, a number in front of each. */
struct random_table {
    char texts[RANDOM_ROWS][RANDOM_TEXT];
    bool guarded; /* as a CSV has them */
    uint32_t seen;
};

static void fill(struct random_table *table, unsigned seed)
{
    static const char *const pieces[] = {
        "=",   "+",   "-",   "@",  "\"",         ",",       "\n",   "\t",   " ",
        "'",   "007", "1e5", "好", "😀",          "_x0041_", "_x",   "&lt;", "<",
        "]]>", "#",   "%",   "＝", "2026-04-21", "TRUE",    "\"\"", ";"};
    srand(seed);
    for (int row = 0; row < RANDOM_ROWS; row++) {
        table->texts[row][0] = '\0';
        for (int i = rand() % 6; i > 0; i--)
            strcat(table->texts[row], pieces[rand() % (int)(sizeof pieces / sizeof *pieces)]);
    }
}

static void write_random(const struct table_file *file, const struct random_table *table)
{
    const struct table_column columns[] = {{.title = "n", .kind = TABLE_COUNT},
                                           {.title = "t", .kind = TABLE_TEXT}};
    const struct table_sheet sheet = {.name = "t", .columns = columns, .count = 2};
    struct table_out *out;
    struct err err = {0};
    assert_int_equal(table_out_new(file, &out, &err), 0);
    assert_int_equal(table_out_sheet(out, &sheet, &err), 0);
    for (int row = 0; row < RANDOM_ROWS; row++) {
        const struct table_cell cells[] = {{.number = row}, {.text = table->texts[row]}};
        assert_int_equal(table_out_row(out, cells, &err), 0);
    }
    assert_int_equal(table_out_close(out, &err), 0);
    table_out_free(out);
}

/* One row as a reader has it; `text` NULL = an empty cell. */
static void compare(struct random_table *table, long number, const char *text, size_t length)
{
    const char *wanted = table->texts[table->seen];
    bool guard = table->guarded && *wanted &&
                 (strchr("=+-@\t\n", *wanted) || strncmp(wanted, "＝", 3) == 0);
    assert_int_equal(number, table->seen);
    if (guard && (length == 0 || text[0] != '\''))
        fail_msg("row %u: no guard: %s", table->seen, wanted);
    if (length - guard != strlen(wanted) || memcmp(text + guard, wanted, length - guard) != 0)
        fail_msg("row %u: “%.*s”, not “%s”", table->seen, (int)length, text, wanted);
    table->seen++;
}

static int take_row(void *context, const struct xlsx_row *row, struct err *err)
{
    const struct xlsx_cell *text = row->count > 1 ? &row->cells[1] : NULL;
    (void)err;
    if (row->number == 1)
        return 0;
    assert_int_equal(row->cells[0].kind, XLSX_NUMBER);
    assert_true(!text || text->kind == XLSX_TEXT);
    compare(context, strtol(row->cells[0].bytes, NULL, 10), text ? text->bytes : "",
            text ? text->length : 0);
    return 0;
}

static void read_csv(struct random_table *table, const struct buf *bytes)
{
    struct csv *csv = malloc(sizeof *csv);
    csv_start(csv, bytes->bytes + 3, bytes->length - 3);
    assert_int_equal(csv_next(csv), CSV_ROW);
    while (csv_next(csv) == CSV_ROW)
        compare(table, strtol(csv->cells[0].bytes, NULL, 10), csv->cells[1].bytes,
                csv->cells[1].length);
    free(csv);
}

static void test_read_back(void **state)
{
    struct random_table *table = calloc(1, sizeof *table);
    struct buf bytes = {0};
    for (unsigned seed = 1; seed <= 10; seed++) {
        struct table_file xlsx = file_of(*state, TABLE_XLSX), csv = file_of(*state, TABLE_CSV);
        struct xlsx *book;
        struct err err = {0};
        fill(table, seed);
        write_random(&xlsx, table);
        read_all(xlsx.path, &bytes);
        assert_int_equal(xlsx_open(bytes.bytes, bytes.length, "t", LANG_EN, &book, &err), 0);
        table->seen = 0;
        table->guarded = false;
        if (xlsx_read(book, 0, take_row, table, &err) < 0)
            fail_msg("seed %u: %s", seed, err.message);
        xlsx_close(book);
        assert_int_equal(table->seen, RANDOM_ROWS);
        write_random(&csv, table);
        read_all(csv.path, &bytes);
        table->seen = 0;
        table->guarded = true;
        read_csv(table, &bytes);
        assert_int_equal(table->seen, RANDOM_ROWS);
    }
    buf_free(&bytes);
    free(table);
}

/* ---- for another program to read ------------------------------------------------------------ */

/* The same table in both forms, without a title: what an office makes of them is asked by
 * golden/run-office.sh. */
static int write_awkward(const char *folder)
{
    static const char *const texts[] = {
        "=1+1",
        "+86 571 8123",
        "-1",
        "@SUM(A1)",
        "=cmd|' /C calc'!A0",
        "007",
        "1e5",
        "1/2",
        "12:30",
        "2026-04-21",
        "110101199003071234",
        "TRUE",
        "两\n行",
        "说\"好\"，对",
        "a,b;c\td",
        " 前后空格 ",
        "_x0041_",
        "<b>&amp;</b>",
        "a\001b",
        "😀 emoji",
        "'撇号",
        "#REF!",
        "－5",
        "100%",
    };
    static const char *const choices[] = {"● on plan", "▲ near", "■ overdue", "✓ done", NULL};
    struct table_column columns[5];
    memcpy(columns, kinds, sizeof columns);
    columns[4].choices = choices;
    struct table_sheet sheet = {.name = "t", .columns = columns, .count = 5, .fixed = 1};
    for (int form = TABLE_CSV; form <= TABLE_XLSX; form++) {
        char path[512];
        struct err err = {0};
        struct table_out *out;
        snprintf(path, sizeof path, "%s/awkward.%s", folder,
                 form == TABLE_CSV ? "csv" : "xlsx");
        struct table_file file = {.form = (enum table_form)form, .path = path, .day = 20561};
        if (table_out_new(&file, &out, &err) < 0)
            return 1;
        int code = table_out_sheet(out, &sheet, &err);
        for (int i = 0; i < 1000 && code == 0; i++) {
            const struct table_cell cells[] = {{.text = texts[i % 24]},
                                               {.number = i % 7 ? i * 1234567 : TABLE_EMPTY},
                                               {.number = i * 97 - 20000},
                                               {.number = i, .whole = 1000},
                                               {.text = choices[i % 4]}};
            code = table_out_row(out, cells, &err);
        }
        if (code == 0)
            code = table_out_close(out, &err);
        table_out_free(out);
        if (code < 0)
            return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_read_back, make_place, drop_place),
    };
    return argc == 2 ? write_awkward(argv[1]) : cmocka_run_group_tests(tests, NULL, NULL);
}
