/* Workbooks: what cells say, how numbers and days are written, and that whatever an honest program
 * does not write is refused with its place. */
#include "files/xlsx_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>
#include <xlsxwriter.h>

#include "xlsx_kit.h"

#define ROW(cells) "<row r='1'>" cells "</row>"

static void check(size_t number, const struct xlsx_kit *kit, const char *sheet,
                  const char *rows)
{
    struct zip_kit zip = {0};
    struct buf out = {0};
    struct err err = {0};
    xlsx_kit_build(&zip, kit);
    if (xlsx_kit_read(&zip.bytes, sheet, &out, &err) < 0)
        fail_msg("row %zu, %s: %s", number, kit->data, err.message);
    if (strcmp(out.bytes, rows) != 0)
        fail_msg("row %zu, %s: %s, expected %s", number, kit->data, out.bytes, rows);
    buf_free(&out);
    zip_kit_free(&zip);
}

static const char strings[] =
    "<si><t>编号</t></si><si><t xml:space='preserve'> 姓 名 </t></si><si/><si><r><rPr><b/></rPr>"
    "<t>内</t></r><r><t>科</t></r><rPh sb='0' eb='1'><t>nèi</t></rPh><phoneticPr/></si>"
    "<si><t>a_x000D_b_x005F_x0041_</t></si><si><t>&lt;&#x20BB7;&gt;</t></si>";

static void test_cells(void **state)
{
    static const struct {
        const char *data, *rows;
    } table[] = {
        {"", ""},
        {ROW(""), ""},
        {ROW("<c r='A1'/>"), ""},
        {ROW("<c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c>"), "A1=编号 B1= 姓 名 "},
        {ROW("<c r='A1' t='s'><v>2</v></c><c r='B1' t='s'><v>3</v></c>"), "B1=内科"},
        {ROW("<c r='A1' t='s'><v>4</v></c><c r='B1' t='s'><v>5</v></c>"),
         "A1=a\rb_x0041_ B1=<𠮷>"},
        {ROW("<c r='B1' t='inlineStr'><is><t>外科</t></is></c>"), "B1=外科"},
        {ROW("<c r='B1' t='inlineStr'><is><r><t>外</t></r><r><t>科</t></r><rPh><t>x</t></rPh>"
             "<t>!</t></is></c>"),
         "B1=外科!"},
        {ROW("<c r='A1' t='inlineStr'><is><t/></is></c>"), ""},
        {ROW("<c r='A1' t='str'><f>B1&amp;\"x\"</f><v>5_x0041_</v></c>"), "A1=5A"},
        {ROW("<c r='A1'><f>1+1</f><v>2</v></c>"), "A1=2#"},
        {ROW("<c r='A1'><f>1+1</f></c>"), "A1=="},
        {ROW("<c r='A1' t='str'><f>x</f><v></v></c>"), ""},
        {ROW("<c r='A1' t='b'><v>1</v></c><c r='B1' t='b'><v>0</v></c>"), "A1=TRUE? B1=FALSE?"},
        {ROW("<c r='A1' t='e'><v>#N/A</v></c>"), "A1=#N/A!"},
        {ROW("<c r='A1' t='n'><v>12</v></c><c r='B1'><v>12.5</v></c>"), "A1=12# B1=12.5#"},
        {ROW("<c r='A1' t='d'><v>2012-03-01</v></c>"), "A1=2012-03-01@"},
        {ROW("<c r='A1' t='d'><v>2012-03-01T00:00:00.000</v></c>"), "A1=2012-03-01@"},
        {ROW("<c r='A1' t='d'><v>2012-03-01T08:30:00</v></c>"), "A1=2012-03-01 08:30:00@"},
        {ROW("<c><v>1</v></c><c><v>2</v></c><c r='E1'><v>3</v></c>"), "A1=1# B1=2# E1=3#"},
        {ROW("<c r='XFD1'><v>1</v></c>"), "XFD1=1#"},
        {"<row><c><v>1</v></c></row><row/><row><c><v>3</v></c></row>", "A1=1#|A3=3#"},
        {"<row r='2'><c r='B2'><v>1</v></c></row><row r='1048576'><c r='A1048576'><v>2</v></c>"
         "</row>",
         "B2=1#|A1048576=2#"},
        {ROW("<c r='A1'><v>1</v><extLst><x:ext><x:v>7</x:v></x:ext></extLst></c>"), "A1=1#"},
        {ROW("<x:c r='A1'><x:v>1</x:v></x:c><c r='B1'><v>2</v></c>"), "B1=2#"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct xlsx_kit kit = {
            .data = table[i].data,
            .strings = strings,
            .behind =
                "<mergeCells><mergeCell ref='A1:B2'/></mergeCells><c r='A9'><v>1</v></c>"};
        check(i, &kit, NULL, table[i].rows);
        kit.strict = true;
        check(i, &kit, NULL, table[i].rows);
    }
}

static void test_refusals(void **state)
{
    static const struct {
        struct xlsx_kit kit;
        int code;
        const char *message;
    } table[] = {
        {{.data = "<row r='2'/><row r='2'/>"}, ERR_INVALID, "row 2: not in its order"},
        {{.data = "<row r='2'/><row r='1'/>"}, ERR_INVALID, "row 1: not in its order"},
        {{.data = "<row r='x'/>"}, ERR_INVALID, "row 0: not in its order"},
        {{.data = "<row r='1048577'/>"}, ERR_LIMIT, "row 1048577: beyond the last row"},
        {{.data = "<row r='99999999'/>"}, ERR_INVALID, "not in its order"},
        {{.data = "<c r='A1'><v>1</v></c>"}, ERR_INVALID, "outside of a row"},
        {{.data = ROW("<c r='B1'/><c r='A1'/>")}, ERR_INVALID, "cell A1: not in its order"},
        {{.data = ROW("<c r='B1'/><c r='B1'/>")}, ERR_INVALID, "cell B1: not in its order"},
        {{.data = ROW("<c r='A2'/>")}, ERR_INVALID, "not in its order"},
        {{.data = ROW("<c r='1'/>")}, ERR_INVALID, "not in its order"},
        {{.data = ROW("<c r='XFE1'/>")}, ERR_LIMIT, "cell XFE1: beyond the last column"},
        {{.data = ROW("<c r='AAAAA1'/>")}, ERR_INVALID, "not in its order"},
        {{.data = ROW("<c r='C1'><v>x</v></c>")}, ERR_INVALID, "cell C1: not a number"},
        {{.data = ROW("<c r='C1'><v>0x10</v></c>")}, ERR_INVALID, "cell C1: not a number"},
        {{.data = ROW("<c r='C1'><v>nan</v></c>")}, ERR_INVALID, "cell C1: not a number"},
        {{.data = ROW("<c r='C1'><v>1e999</v></c>")}, ERR_INVALID, "cell C1: not a number"},
        {{.data = ROW("<c r='C1' t='s'><v>0</v></c>")},
         ERR_INVALID,
         "a text that is not there"},
        {{.data = ROW("<c r='C1' t='s'><v>-1</v></c>"), .strings = strings},
         ERR_INVALID,
         "a text that is not there"},
        {{.data = ROW("<c r='C1' t='s'><v>6</v></c>"), .strings = strings},
         ERR_INVALID,
         "a text that is not there"},
        {{.data = ROW("<c r='C1' t='s'><v>0</v></c>"),
          .strings = "<si><t>a</t><si><t>b</t></si></si>"},
         ERR_INVALID,
         "a text within a text"},
        {{.data = "", .head = "<!DOCTYPE worksheet>"}, ERR_INVALID, "has a DOCTYPE"},
        {{.data = ROW("<c r='A1' t='str'><v>&b;</v></c>"),
          .head = "<!DOCTYPE w [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"},
         ERR_INVALID,
         "has a DOCTYPE"},
        {{.data = ROW("<c r='A1'><v>&b;</v></c>")}, ERR_INVALID, "broken XML"},
        {{.data = ROW("<c r='A1'>")}, ERR_INVALID, "broken XML"},
        {{.data = "", .workbook = "<sheets/>"}, ERR_NOT_FOUND, "that is not hidden"},
        {{.data = "", .workbook = "<sheets><sheet name='a' state='hidden' r:id='a'/></sheets>"},
         ERR_NOT_FOUND,
         "that is not hidden"},
        {{.data = "", .workbook = "<sheets><sheet name='a' r:id='c'/></sheets>"},
         ERR_NOT_FOUND,
         "that is not hidden"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct zip_kit zip = {0};
        struct buf out = {0};
        struct err err = {0};
        xlsx_kit_build(&zip, &table[i].kit);
        int code = xlsx_kit_read(&zip.bytes, NULL, &out, &err);
        if (code != table[i].code || !strstr(err.message, table[i].message))
            fail_msg("row %zu, %s: %d %s", i, table[i].kit.data, code, err.message);
        buf_free(&out);
        zip_kit_free(&zip);
    }
}

/* Caps that need much text. */
static void test_bounds(void **state)
{
    static const struct {
        const char *before, *fill, *after, *message;
        size_t times;
        int code;
    } table[] = {
        {"<row r='1'><c r='B1' t='str'><v>", "字", "</v></c></row>", "longer than a cell",
         43700, ERR_LIMIT},
        {"", "<x:y>", "", "nested too deeply", 300, ERR_LIMIT},
        {"<row r='1'", " ", "/>", "an overlong tag", 3 << 20, ERR_LIMIT},
        {"<row r='1'><c r='A1' t='str'><v>", "字", "</v></c></row>", NULL, 40000, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct buf data = {0}, out = {0};
        struct zip_kit zip = {0};
        struct err err = {0};
        buf_adds(&data, table[i].before);
        for (size_t n = 0; n < table[i].times; n++)
            buf_adds(&data, table[i].fill);
        buf_adds(&data, table[i].after);
        xlsx_kit_build(&zip, &(struct xlsx_kit){.data = data.bytes});
        int code = xlsx_kit_read(&zip.bytes, NULL, &out, &err);
        if (code != table[i].code || (code < 0 && !strstr(err.message, table[i].message)))
            fail_msg("row %zu: %d %s", i, code, err.message);
        buf_free(&data);
        buf_free(&out);
        zip_kit_free(&zip);
    }
}

static void test_sheets(void **state)
{
    static const struct xlsx_kit kit = {
        .data = ROW("<c><v>1</v></c>"),
        .workbook = "<sheets><sheet name='图' r:id='d'/><sheet name='隐' state='veryHidden' "
                    "r:id='a'/><sheet name='乙' r:id='b' state='visible'/></sheets>"};
    struct zip_kit zip = {0};
    struct buf out = {0};
    struct err err = {0};
    (void)state;
    check(0, &kit, NULL, "A1=2#");
    check(1, &kit, "乙", "A1=2#");
    check(2, &kit, "隐", "A1=1#");
    xlsx_kit_build(&zip, &kit);
    assert_int_equal(xlsx_kit_read(&zip.bytes, "丙", &out, &err), ERR_NOT_FOUND);
    assert_string_equal(err.message, "a.xlsx: no sheet \"丙\"; there are: 图, 隐, 乙");
    buf_free(&out);
    zip_kit_free(&zip);
}

static void test_styles(void **state)
{
    static const struct xlsx_kit kit = {
        .styles =
            "<numFmts><numFmt numFmtId='164' formatCode='yyyy&quot;年&quot;m&quot;月&quot;d"
            "&quot;日&quot;'/><numFmt numFmtId='165' formatCode='00000'/></numFmts>"
            "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/>"
            "<xf numFmtId='164'/><xf numFmtId='165'/><xf numFmtId='31'/></cellXfs>",
        .data = ROW("<c s='0'><v>40969</v></c><c s='1'><v>40969</v></c><c s='2'><v>42</v></c>"
                    "<c s='3'><v>40969</v></c><c s='4'><v>40969</v></c>"),
        .workbook = "<workbookPr date1904='1'/><sheets><sheet name='a' r:id='a'/></sheets>",
    };
    struct xlsx_kit other = kit;
    (void)state;
    check(0, &kit, NULL, "A1=40969# B1=2016-03-02@ C1=00042# D1=2016-03-02@ E1=40969#");
    other.workbook = NULL;
    check(1, &other, NULL, "A1=40969# B1=2012-03-01@ C1=00042# D1=2012-03-01@ E1=40969#");
}

static void test_formats(void **state)
{
    static const struct {
        const char *code;
        enum xlsx_meaning meaning;
    } table[] = {
        {"General", XLSX_MEANS_NUMBER},
        {"G/通用格式", XLSX_MEANS_NUMBER},
        {"@", XLSX_MEANS_NUMBER},
        {"0.00E+00", XLSX_MEANS_NUMBER},
        {"#,##0.00_);[Red](#,##0.00)", XLSX_MEANS_NUMBER},
        {"0\"d\"", XLSX_MEANS_NUMBER},
        {"0\\d", XLSX_MEANS_NUMBER},
        {"[$-804]0", XLSX_MEANS_NUMBER},
        {"0;yyyy", XLSX_MEANS_NUMBER},
        {"0\"", XLSX_MEANS_NUMBER},
        {"0\\", XLSX_MEANS_NUMBER},
        {"[", XLSX_MEANS_NUMBER},
        {"yyyy\\-mm\\-dd", XLSX_MEANS_DAY},
        {"yyyy\"年\"m\"月\"d\"日\"", XLSX_MEANS_DAY},
        {"yyyy年m月d日", XLSX_MEANS_DAY},
        {"[DBNum1][$-804]yyyy\"年\"m\"月\"d\"日\";@", XLSX_MEANS_DAY},
        {"[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", XLSX_MEANS_DAY},
        {"m\"月\"d\"日\"", XLSX_MEANS_DAY},
        {"mmmm", XLSX_MEANS_DAY},
        {"aaaa", XLSX_MEANS_DAY},
        {"e\"年\"", XLSX_MEANS_DAY},
        {"yyyy/m/d\\ h:mm", XLSX_MEANS_DAY},
        {"h:mm", XLSX_MEANS_TIME},
        {"mm:ss", XLSX_MEANS_TIME},
        {"上午/下午h\"时\"mm\"分\"", XLSX_MEANS_TIME},
        {"h:mm AM/PM", XLSX_MEANS_TIME},
        {"[h]:mm:ss", XLSX_MEANS_ELAPSED},
        {"[mm]:ss", XLSX_MEANS_ELAPSED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (xlsx_custom(table[i].code).meaning != table[i].meaning)
            fail_msg("%s: %d", table[i].code, xlsx_custom(table[i].code).meaning);
}

static const struct xlsx_style plain = {0}, day = {.meaning = XLSX_MEANS_DAY},
                               hour = {.meaning = XLSX_MEANS_TIME},
                               hours = {.meaning = XLSX_MEANS_ELAPSED}, five = {.digits = 5};
static const struct {
    const char *number;
    const struct xlsx_style *style;
    bool from_1904;
    const char *text;
    enum xlsx_kind kind;
} numbers[] = {
    {"0", &plain, false, "0", XLSX_NUMBER},
    {"-0", &plain, false, "-0", XLSX_NUMBER},
    {"-17", &plain, false, "-17", XLSX_NUMBER},
    {"100", &plain, false, "100", XLSX_NUMBER},
    {"1E2", &plain, false, "100", XLSX_NUMBER},
    {"1.0", &plain, false, "1", XLSX_NUMBER},
    {"12.5", &plain, false, "12.5", XLSX_NUMBER},
    {"0.1", &plain, false, "0.1", XLSX_NUMBER},
    {"-0.05", &plain, false, "-0.05", XLSX_NUMBER},
    {"0.30000000000000004", &plain, false, "0.3", XLSX_NUMBER},
    {"1.1000000000000001", &plain, false, "1.1", XLSX_NUMBER},
    {"123456.789", &plain, false, "123456.789", XLSX_NUMBER},
    {"1.2E-5", &plain, false, "0.000012", XLSX_NUMBER},
    {"13800138000", &plain, false, "13800138000", XLSX_NUMBER},
    {"1.3800138E10", &plain, false, "13800138000", XLSX_NUMBER},
    {"123456789012345", &plain, false, "123456789012345", XLSX_NUMBER},
    {"110101199001011234", &plain, false, "110101199001011234", XLSX_NUMBER},
    {"1.10101199001011E+17", &plain, false, "110101199001011000", XLSX_CUT},
    {"1.1010119900101123E+17", &plain, false, "110101199001011000", XLSX_CUT},
    {"1E+99", &plain, false, "1e+99", XLSX_CUT},
    {"1E-99", &plain, false, "1e-99", XLSX_NUMBER},
    {"42", &five, false, "00042", XLSX_NUMBER},
    {"42.0", &five, false, "00042", XLSX_NUMBER},
    {"-42", &five, false, "-00042", XLSX_NUMBER},
    {"0", &five, false, "00000", XLSX_NUMBER},
    {"0.0", &five, false, "00000", XLSX_NUMBER},
    {"123456", &five, false, "123456", XLSX_NUMBER},
    {"1", &day, false, "1900-01-01", XLSX_DAY},
    {"59", &day, false, "1900-02-28", XLSX_DAY},
    {"60", &day, false, "1900-02-29", XLSX_DAY},
    {"61", &day, false, "1900-03-01", XLSX_DAY},
    {"40969", &day, false, "2012-03-01", XLSX_DAY},
    {"40969.0", &day, false, "2012-03-01", XLSX_DAY},
    {"40969.354166666664", &day, false, "2012-03-01 08:30", XLSX_DAY},
    {"40969.354340277778", &day, false, "2012-03-01 08:30:15", XLSX_DAY},
    {"40969.999999999", &day, false, "2012-03-02", XLSX_DAY},
    {"2958465", &day, false, "9999-12-31", XLSX_DAY},
    {"2958465.999999999", &day, false, "2958466", XLSX_NUMBER},
    {"2958466", &day, false, "2958466", XLSX_NUMBER},
    {"-1", &day, false, "-1", XLSX_NUMBER},
    {"0.5", &day, false, "12:00", XLSX_DAY},
    {"0", &day, true, "1904-01-01", XLSX_DAY},
    {"39507", &day, true, "2012-03-01", XLSX_DAY},
    {"2957003", &day, true, "9999-12-31", XLSX_DAY},
    {"2957004", &day, true, "2957004", XLSX_NUMBER},
    {"0.354166666666667", &hour, false, "08:30", XLSX_DAY},
    {"0.354166666666667", &hour, true, "08:30", XLSX_DAY},
    {"0", &hour, false, "00:00", XLSX_DAY},
    {"1.25", &hours, false, "30:00", XLSX_DAY},
    {"+5", &plain, false, "5", XLSX_NUMBER},
    {"", &plain, false, NULL, 0},
    {"1e", &plain, false, NULL, 0},
    {"--1", &plain, false, NULL, 0},
    {"1 2", &plain, false, NULL, 0},
    {"inf", &plain, false, NULL, 0},
    {"1e400", &plain, false, NULL, 0},
    {"000000000000000000000000000000000000000000000001", &plain, false, NULL, 0},
};

static void test_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[XLSX_VALUE_ROOM] = "";
        enum xlsx_kind kind = XLSX_TEXT;
        size_t length =
            xlsx_write(text, numbers[i].number, *numbers[i].style, numbers[i].from_1904, &kind);
        if (!numbers[i].text ? length != 0
                             : strcmp(text, numbers[i].text) != 0 || kind != numbers[i].kind ||
                                   length != strlen(text))
            fail_msg("row %zu, %s: %s, kind %d", i, numbers[i].number, text, kind);
    }
}

/* Writes a workbook by libxlsxwriter, its texts shared or in their cells, with or without ZIP64. */
static void write_book(const char *path, bool inline_texts)
{
    lxw_workbook_options options = {.constant_memory = inline_texts, .use_zip64 = inline_texts};
    lxw_workbook *book = workbook_new_opt(path, &options);
    lxw_worksheet *sheet = workbook_add_worksheet(book, "名册");
    lxw_format *format = workbook_add_format(book);
    lxw_datetime date = {.year = 2012, .month = 3, .day = 1};
    format_set_num_format(format, "yyyy\"年\"m\"月\"d\"日\"");
    worksheet_write_string(sheet, 0, 0, "编号 <&> 姓名", NULL);
    worksheet_write_string(sheet, 0, 1, " 两端 \t有空 ", NULL);
    worksheet_write_datetime(sheet, 1, 2, &date, format);
    worksheet_write_number(sheet, 2, 0, 110101199001011234.0, NULL);
    worksheet_write_number(sheet, 2, 1, 0.1, NULL);
    worksheet_write_boolean(sheet, 2, 2, 1, NULL);
    worksheet_write_formula_num(sheet, 3, 0, "=1+1", NULL, 2);
    worksheet_merge_range(sheet, 4, 0, 4, 2, "合并", format);
    assert_int_equal(workbook_close(book), LXW_NO_ERROR);
}

static void test_library(void **state)
{
    char folder[] = "/tmp/planrun-xlsx-XXXXXX", path[64];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.xlsx", folder);
    for (int inline_texts = 0; inline_texts < 2; inline_texts++) {
        char bytes[32 * 1024];
        write_book(path, inline_texts);
        FILE *file = fopen(path, "rb");
        struct buf archive = {.bytes = bytes, .length = fread(bytes, 1, sizeof bytes, file)},
                   out = {0};
        struct err err = {0};
        fclose(file);
        unlink(path);
        if (xlsx_kit_read(&archive, "名册", &out, &err) < 0)
            fail_msg("%s", err.message);
        assert_string_equal(out.bytes, "A1=编号 <&> 姓名 B1= 两端 \t有空 |C2=2012-03-01@|"
                                       "A3=110101199001011000~ B3=0.1# C3=TRUE?|A4=2#|A5=合并");
        buf_free(&out);
    }
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),   cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_bounds),  cmocka_unit_test(test_sheets),
        cmocka_unit_test(test_styles),  cmocka_unit_test(test_formats),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
