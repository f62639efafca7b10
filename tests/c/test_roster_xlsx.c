/* Rosters from workbooks: the same units as from CSV, the same findings with cells for places, and
 * what only a workbook can have. */
#include "files/roster_load.h"
#include "files/roster_xlsx.h"

#include "roster_kit.h"

#include "xlsx_kit.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

/* Rows of texts as a sheet's XML: cells end with ',' or LF, a row that begins with '<' is XML. */
static void sheet_of(struct buf *out, const char *text, unsigned row)
{
    for (; *text; row++) {
        size_t size = strcspn(text, "\n");
        char letter = 'A';
        buf_printf(out, "<row r='%u'>", row);
        if (*text == '<') {
            buf_add(out, text, size);
            text += size;
        }
        for (; *text && *text != '\n'; letter++, text += *text == ',') {
            size = strcspn(text, ",\n");
            if (size)
                buf_printf(out, "<c r='%c%u' t='inlineStr'><is><t>%.*s</t></is></c>", letter,
                           row, (int)size, text);
            text += size;
        }
        buf_adds(out, "</row>");
        text += *text == '\n';
    }
}

static int load(struct kit *kit, const char *text, const char *sheet)
{
    struct zip_kit zip = {0};
    struct buf data = {0};
    sheet_of(&data, text, 1);
    xlsx_kit_build(&zip, &(struct xlsx_kit){.data = data.bytes ? data.bytes : ""});
    int code = roster_load_xlsx_bytes(kit->roster, "r.xlsx", zip.bytes.bytes, zip.bytes.length,
                                      sheet, &kit->err);
    zip_kit_free(&zip);
    buf_free(&data);
    return code;
}

static void dump(struct buf *out, const struct roster *roster)
{
    for (uint32_t i = 0; i < roster_count(roster); i++) {
        int32_t from, until;
        roster_membership(roster, i, &from, &until);
        buf_printf(out, "%s|%s|%s|%u|%s|%d|%d|%d\n", roster_id(roster, i),
                   roster_name(roster, i), roster_kind(roster, i), roster_parent(roster, i),
                   roster_contact(roster, i), roster_staff(roster, i), from, until);
    }
}

static void test_equals_csv(void **state)
{
    static const char csv[] = "编号,姓名,类别,上级,人数,起,联系方式,小组\n"
                              "d1,内科,department,,12,,,\n"
                              "# a note\n"
                              "p1,护士01,person,d1,,2012-03-01,13800138000,study\n"
                              "\n"
                              "p2,护士02,person,d1,,2012/3/5,,\n";
    static const char rows[] =
        "名册\n\n编号,姓名,类别,上级,人数,起,联系方式,小组\n"
        "<c t='str'><v>d1</v></c><c t='str'><v>内科</v></c><c t='str'><v>department</v></c>"
        "<c/><c><v>12</v></c>\n"
        "# a note\n"
        "<c t='str'><v>p1</v></c><c t='str'><v>护士01</v></c><c t='str'><v>person</v></c>"
        "<c t='str'><v>d1</v></c><c/><c t='d'><v>2012-03-01T00:00:00</v></c>"
        "<c><v>13800138000</v></c><c t='str'><v>study</v></c>\n"
        "\n"
        "p2,护士02,person,d1,,2012/3/5\n";
    struct buf texts[2] = {{0}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct kit kit;
        assert_int_equal(kit_open(&kit, kit_units, LANG_EN), 0);
        int code = i ? load(&kit, rows, NULL) : kit_load(&kit, csv, strlen(csv));
        if (code < 0 || roster_seal(kit.roster, &kit.err) < 0)
            fail_msg("%s", kit_text(&kit));
        dump(&texts[i], kit.roster);
        kit_close(&kit);
    }
    assert_string_equal(texts[0].bytes, texts[1].bytes);
    buf_free(&texts[0]);
    buf_free(&texts[1]);
}

static void test_findings(void **state)
{
    static const char long_id[] = "<c t='str'><v>p1</v></c><c><v>1.10101199001011E+17</v></c>"
                                  "<c t='str'><v>person</v></c>\n";
    static const struct {
        const char *rows, *text;
    } table[] = {
        {"", "r.xlsx:名册: error: the file has no header [empty-file]"},
        {"title\n\n", "r.xlsx:名册: error: the file has no header [empty-file]"},
        {"编号,姓名,类型\n", "r.xlsx:名册!C1: error: unknown column: 类型 [unknown-column]\n"
                             "    1 | 编号 姓名 类型\n      |           ^~~~\n"},
        {"id,name,name,kind\n", "r.xlsx:名册!C1: error: this column stands twice: name"},
        {"title\nid,name\n",
         "r.xlsx:名册!2: error: the column kind is missing [missing-column]"},
        {"id,name,kind\nP 1,a,person\n", "r.xlsx:名册!A2: error: \"P 1\" is no id [bad-id]"},
        {"id,name,kind\np1,,person\n", "r.xlsx:名册!B2: error: the name is missing [bad-text]\n"
                                       "    2 | p1  person\n      |    ^\n"},
        {"id,name,kind\np1,a,persn\n", "r.xlsx:名册!C2: error: unknown kind \"persn\""},
        {"id,name,kind\np1,a,person\np1,b,person\n",
         "r.xlsx:名册!A3: error: \"p1\" stands twice [double-id]"},
        {"id,name,kind,staff\np1,a,person,x\n", "r.xlsx:名册!D2: error: not a number: x"},
        {"id,name,kind,from,until\np1,a,person,2012-03-02,2012-03-01\n",
         "r.xlsx:名册!2: error: from lies behind until [bad-day]"},
        {"id,name,kind,tags\np1,a,person,x;Y\n", "r.xlsx:名册!D2: error: \"Y\" is no id"},
        {"id,name,kind\np1,a,person,x\n",
         "r.xlsx:名册!2: error: the row has 4 cells, the header 3 [row-length]"},
        {",id,name,kind\nx,p1,a,person\n",
         "r.xlsx:名册!A2: error: the header has no column here [stray-cell]"},
        {"id,name,kind\n<c r='A2' t='str'><v>p1</v></c><c r='B2' t='e'><v>#REF!</v></c>\n",
         "r.xlsx:名册!B2: error: an error of Excel [bad-cell]\n    2 | #REF!\n      | ^~~~~\n"},
        {"id,name,kind\n<c r='A2'><f>1</f></c>\n",
         "r.xlsx:名册!A2: error: a formula whose result was not saved"},
        {"id,name,kind\n<c r='BZ2'><v>1</v></c>\n", "r.xlsx:名册!BZ2: error: too many cells"},
        {"id,name,kind\n<c r='A2' t='str'><v>p1</v></c><c r='B2' t='str'><v>a&#10;b</v></c>"
         "<c r='C2' t='str'><v>person</v></c>\n",
         "r.xlsx:名册!B2: error: the name is too long or has control characters [bad-text]\n"
         "    2 | p1 a b person\n      |    ^~~\n"},
        {"id,name,kind\n<c r='C2'/><c r='B2'/>\n",
         "r.xlsx:名册: error: cell B2: not in its order [bad-workbook]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct kit kit;
        assert_int_equal(kit_open(&kit, kit_units, LANG_EN), 0);
        assert_int_equal(load(&kit, table[i].rows, NULL), ERR_INVALID);
        const char *text = kit_text(&kit);
        if (!strstr(text, table[i].text))
            fail_msg("row %zu: %s\nexpected %s", i, text, table[i].text);
        assert_true(roster_seal(kit.roster, &kit.err) < 0);
        kit_close(&kit);
    }
    struct kit kit;
    struct buf rows = {0};
    assert_int_equal(kit_open(&kit, kit_units, LANG_EN), 0);
    buf_printf(&rows, "id,name,kind\n%s", long_id);
    assert_int_equal(load(&kit, rows.bytes, NULL), ERR_INVALID);
    assert_non_null(strstr(kit_text(&kit), "r.xlsx:名册!B2: error: a number of more than 15"));
    buf_free(&rows);
    kit_close(&kit);
}

/* What stands behind is found when the roster is sealed, and has its cell. */
static void test_parents(void **state)
{
    struct kit kit;
    (void)state;
    assert_int_equal(kit_open(&kit, kit_units, LANG_EN), 0);
    assert_int_equal(load(&kit,
                          "id,name,kind,parent,groups\nd1,a,department,nobody\n"
                          "d2,b,department,hospital,none\n",
                          NULL),
                     0);
    assert_true(roster_seal(kit.roster, &kit.err) < 0);
    assert_non_null(strstr(kit_text(&kit), "r.xlsx:名册!D2: error: unknown parent \"nobody\""));
    assert_non_null(strstr(kit_text(&kit), "r.xlsx:名册!E3: error: unknown group \"none\""));
    kit_close(&kit);
}

static void test_workbooks(void **state)
{
    static const struct {
        const char *bytes, *text;
    } table[] = {
        {"PK\3\4", "r.xlsx: error: the file is damaged or not complete [bad-workbook]"},
        {"id,name,kind\n",
         "r.xlsx: error: not a document of Excel, Word or WPS [bad-workbook]"},
        {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
         "r.xlsx: error: an old .xls or .doc, or protected"},
    };
    struct kit kit;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(kit_open(&kit, kit_units, LANG_EN), 0);
        assert_int_equal(roster_load_xlsx_bytes(kit.roster, "r.xlsx", table[i].bytes,
                                                strlen(table[i].bytes), NULL, &kit.err),
                         ERR_INVALID);
        assert_non_null(strstr(kit_text(&kit), table[i].text));
        kit_close(&kit);
    }
    assert_int_equal(kit_open(&kit, kit_units, LANG_EN), 0);
    assert_int_equal(load(&kit, "id,name,kind\n", "人员"), ERR_INVALID);
    assert_non_null(
        strstr(kit_text(&kit), "r.xlsx: error: no sheet \"人员\"; there are: 名册"));
    kit_close(&kit);
}

/* Where the kind of a file shows: by its name. */
static void test_loading(void **state)
{
    static const struct {
        const char *name, *sheet;
        int code;
    } table[] = {
        {"r.xlsx", NULL, 0},
        {"R.XLSX", "名册", 0},
        {"r.csv", NULL, ERR_INVALID},
        {"s.csv", "名册", ERR_INVALID},
        {"s.csv", NULL, 0},
        {"gone.xlsx", NULL, ERR_NOT_FOUND},
        {"../r.xlsx", NULL, ERR_INVALID},
    };
    static const char csv[] = "id,name,kind\nd1,a,department\n";
    char folder[] = "/tmp/planrun-roster-XXXXXX";
    struct zip_kit zip = {0};
    struct buf data = {0};
    (void)state;
    assert_non_null(mkdtemp(folder));
    int directory = open(folder, O_RDONLY | O_DIRECTORY);
    sheet_of(&data, csv, 1);
    xlsx_kit_build(&zip, &(struct xlsx_kit){.data = data.bytes});
    for (size_t i = 0; i < 5; i++) {
        int file = openat(directory, table[i].name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        const struct buf text = {.bytes = (char[sizeof csv]){0}, .length = sizeof csv - 1};
        memcpy(text.bytes, csv, sizeof csv);
        const struct buf *bytes = i < 3 ? &zip.bytes : &text;
        assert_int_equal(write(file, bytes->bytes, bytes->length), bytes->length);
        close(file);
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct kit kit;
        assert_int_equal(kit_open(&kit, kit_units, LANG_EN), 0);
        int code = roster_load(kit.roster, directory, table[i].name, table[i].sheet,
                               table[i].name, &kit.err);
        if (code != table[i].code)
            fail_msg("%s: %d %s %s", table[i].name, code, kit.err.message, kit_text(&kit));
        kit_close(&kit);
    }
    for (size_t i = 0; i < 4; i++)
        unlinkat(directory, table[i].name, 0);
    close(directory);
    rmdir(folder);
    buf_free(&data);
    zip_kit_free(&zip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_csv), cmocka_unit_test(test_findings),
        cmocka_unit_test(test_parents),    cmocka_unit_test(test_workbooks),
        cmocka_unit_test(test_loading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
