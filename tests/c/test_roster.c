/* Rosters: tree order, what a file may look like, what is told about wrong rows, and which files are
 * opened at all. */
#include "files/roster_load.h"
#include "roster_kit.h"

#include "time/civil.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD "id,name,kind,parent,groups,tags,staff,contact,from,until\n"

/* Units in order as "id<parent[end) …". */
static const char *tree(struct kit *kit)
{
    struct buf text = {0};
    buf_adds(&text, "");
    for (uint32_t unit = 0; unit < roster_count(kit->roster); unit++) {
        uint32_t parent = roster_parent(kit->roster, unit);
        buf_printf(&text, "%s%s<%s", unit ? " " : "", roster_id(kit->roster, unit),
                   parent == UNIT_NONE ? "" : roster_id(kit->roster, parent));
    }
    const char *copy = arena_string(kit->arena, text.bytes);
    buf_free(&text);
    return copy;
}

static void load_whole(struct kit *kit, const char *units, const char *file, size_t length)
{
    if (kit_open(kit, units, LANG_EN) < 0 || (file && kit_load(kit, file, length) < 0) ||
        roster_seal(kit->roster, &kit->err) < 0)
        fail_msg("%s\n%s", kit->err.message, kit_text(kit));
}

static void test_tree_order(void **state)
{
    static const struct {
        const char *rows, *tree;
    } table[] = {
        {"", "bureau< hospital<bureau office<hospital study<hospital member<"},
        {"er,急诊,department,,,,,,,\nicu,重症,department,,,,,,,\n",
         "bureau< hospital<bureau office<hospital study<hospital er<hospital icu<hospital "
         "member<"},
        /* children before parents, siblings in the order of the file */
        {"b,乙,person,er,,,,,,\na,甲,person,er,,,,,,\ner,急诊,department,hospital,,,,,,\n"
         "c,丙,person,office,,,,,,\n",
         "bureau< hospital<bureau office<hospital c<office study<hospital er<hospital b<er a<er "
         "member<"},
        /* a kind of the roster alone has no parent of its own; a class within a class takes
         * the unit above */
        {"x,某,person,,,,,,,\nw,病区,ward,,,,,,,\n",
         "bureau< hospital<bureau office<hospital study<hospital w<hospital member< x<"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct kit kit;
        char file[1024];
        int length = snprintf(file, sizeof file, HEAD "%s", table[i].rows);
        load_whole(&kit, kit_units, file, (size_t)length);
        assert_string_equal(tree(&kit), table[i].tree);
        kit_close(&kit);
    }
}

static void test_columns(void **state)
{
    static const char file[] =
        HEAD "er,\"急诊科（东，西）\",department,hospital,,\"icu;big\",86,er@x.example,,\n"
             "n1,急诊01号,person,er,member；b1,,,,2012-03-01,2012/9/5\n"
             "b1,第一支部,branch,,,,,b1@x.example,,\n";
    struct kit kit;
    (void)state;
    load_whole(&kit, kit_units, file, strlen(file));
    const struct roster *roster = kit.roster;
    uint32_t er = roster_find(roster, "er", 2), n1 = roster_find(roster, "n1", 2);
    assert_string_equal(roster_name(roster, er), "急诊科（东，西）");
    assert_string_equal(roster_kind(roster, er), "department");
    assert_string_equal(roster_contact(roster, er), "er@x.example");
    assert_string_equal(roster_contact(roster, n1), "");
    assert_int_equal(roster_staff(roster, er), 86);
    assert_int_equal(roster_staff(roster, n1), -1);
    assert_int_equal(roster_subtree_end(roster, er), er + 2);
    assert_true(roster_active(roster, n1, civil_day(2012, 3, 1)));
    assert_true(roster_active(roster, n1, civil_day(2012, 9, 5)));
    assert_false(roster_active(roster, n1, civil_day(2012, 2, 29)));
    assert_false(roster_active(roster, n1, civil_day(2012, 9, 6)));
    assert_true(roster_active(roster, er, civil_day(1950, 1, 1)));
    uint32_t hospital = roster_find(roster, "hospital", 8);
    assert_string_equal(roster_kind(roster, hospital), "");
    assert_string_equal(roster_contact(roster, hospital), "a@b.example");
    assert_int_equal(roster_staff(roster, hospital), 900);
    assert_string_equal(roster_kind(roster, roster_find(roster, "office", 6)), "department");
    assert_int_equal(roster_find(roster, "nobody", 6), UNIT_NONE);
    assert_int_equal(roster_find(roster, "er\0x", 4), UNIT_NONE);
    assert_int_equal(roster_find(roster, "", 0), UNIT_NONE);
    assert_true(roster_bytes(roster, true) > roster_bytes(roster, false));
    kit_close(&kit);
}

static void test_numbered_classes(void **state)
{
    static const char units[] =
        "\"units\":[{\"id\":\"h\",\"name\":\"医院\"},"
        "{\"id\":\"ward\",\"name\":\"病区\",\"parent\":\"h\",\"many\":3},"
        "{\"id\":\"clinic\",\"name\":\"门诊\",\"parent\":\"h\",\"many\":2}]";
    static const char file[] = "id,name,kind\nclinic-9,某门诊,clinic\n";
    struct kit kit;
    (void)state;
    load_whole(&kit, units, file, strlen(file));
    assert_string_equal(tree(&kit), "h< clinic-9<h ward-1<h ward-2<h ward-3<h");
    assert_string_equal(roster_name(kit.roster, 2), "病区 1");
    assert_string_equal(roster_kind(kit.roster, 2), "ward");
    kit_close(&kit);
}

static void test_several_files(void **state)
{
    struct kit kit;
    (void)state;
    assert_int_equal(kit_open(&kit, kit_units, LANG_ZH), 0);
    static const char first[] = "id,name,kind,parent\nn1,护士01,person,er\n";
    static const char second[] = "编号,名称,类别,上级\r\ner,急诊,department,hospital\r\n";
    static const char third[] = "id,name,kind,groups\nn2,护士02,person,brach-1\n";
    assert_int_equal(kit_load(&kit, first, strlen(first)), 0);
    assert_int_equal(kit_load(&kit, second, strlen(second)), 0);
    assert_int_equal(kit_load(&kit, third, strlen(third)), 0);
    assert_int_equal(roster_seal(kit.roster, &kit.err), ERR_INVALID);
    assert_non_null(strstr(kit_text(&kit), "r.csv:2:16: 错误: 未知的组织“brach-1”"));
    kit_close(&kit);
}

static void test_forms_of_files(void **state)
{
    /* one roster in many clothes */
    static const struct {
        const char *text;
        size_t length;
    } table[] = {
#define FORM(text) {text, sizeof text - 1}
        FORM("id,name,kind,parent\ner,急诊,department,hospital\n"),
        FORM("\xef\xbb\xbfid,name,kind,parent\ner,急诊,department,hospital"),
        FORM("id,name,kind,parent\r\ner,急诊,department,hospital\r\n"),
        FORM("kind,parent,name,id\ndepartment,hospital,急诊,er\n"),
        FORM("# 样例\n\nid,name,kind,parent\n# 注\ner,急诊,department,hospital\n,,,\n"),
        FORM("编号,名称,类别,上级\ner,急诊,department,hospital\n"),
        FORM("编号,姓名,类别,上级,小组,标签,人数,联系方式,起,止\n"
             "er,急诊,department,hospital,,,,,,\n"),
        FORM(
            "\"id\",\"name\",\"kind\",\"parent\"\n\"er\",\"急诊\",\"department\",\"hospital\""),
        /* GB18030: 编号,名称,类别,上级 / 急诊 */
        FORM("\xb1\xe0\xba\xc5,\xc3\xfb\xb3\xc6,\xc0\xe0\xb1\xf0,\xc9\xcf\xbc\xb6\r\n"
             "er,\xbc\xb1\xd5\xef,department,hospital\r\n"),
        FORM("id,name,kind,parent\r\ner,\xbc\xb1\xd5\xef,department,hospital\r\n"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct kit kit;
        load_whole(&kit, kit_units, table[i].text, table[i].length);
        uint32_t er = roster_find(kit.roster, "er", 2);
        if (er == UNIT_NONE || strcmp(roster_name(kit.roster, er), "急诊") != 0)
            fail_msg("form %zu", i);
        kit_close(&kit);
    }
}

struct wrong {
    const char *file;
    size_t length; /* 0 = strlen */
    const char *english, *chinese;
};

static const struct wrong wrong_files[] = {
    {"", 0, "r.csv: error: the file has no header", "文件没有表头"},
    {"# nothing\n", 0, "no header", "没有表头"},
    {"id,name\n", 0, "r.csv:1:1: error: the column kind is missing", "缺少 kind（类别）列"},
    {"id;name;kind\n", 0, "commas stand between columns", "各列之间用半角逗号隔开"},
    {HEAD "er，急诊科，department\n", 0, "commas stand between columns",
     "各列之间用半角逗号隔开"},
    {"PK\3\4\0x", 6, "a workbook of Excel", "不是 CSV"},
    {"id,nmae,kind\n", 0, "r.csv:1:4: error: unknown column: nmae", "未知的列"},
    {"id,nmae,kind\n", 0, "did you mean \"name\"?", "是否指“name”？"},
    {"id,name,kind,id\n", 0, "r.csv:1:14: error: this column stands twice: id", "这一列重复"},
    {HEAD "er,急诊,department\n", 0, "r.csv:2:1: error: the row has 3 cells, the header 10",
     "这一行有 3 个单元格，表头有 10 个"},
    {HEAD "er,急诊,departmnet,,,,,,,\n", 0, "r.csv:2:7: error: unknown kind \"departmnet\"",
     "未知的类别“departmnet”"},
    {HEAD "er,急诊,departmnet,,,,,,,\n", 0, "did you mean \"department\"?",
     "是否指“department”？"},
    {HEAD "er,急诊,,,,,,,,\n", 0, "unknown kind \"\"", "未知的类别“”"},
    {HEAD "ER,急诊,department,,,,,,,\n", 0, "r.csv:2:1: error: \"ER\" is no id",
     "“ER”不是合格的编号"},
    {HEAD "急诊,急诊,department,,,,,,,\n", 0, "\"急诊\" is no id", "“急诊”不是合格的编号"},
    {HEAD " er,急诊,department,,,,,,,\n", 0, "\" er\" is no id", "“ er”不是合格的编号"},
    {HEAD "department,急诊,department,,,,,,,\n", 0, "is the name of a class", "是类别的编号"},
    {HEAD "hospital,急诊,department,,,,,,,\n", 0, "\"hospital\" stands twice",
     "编号“hospital”重复"},
    {HEAD "hospital,急诊,department,,,,,,,\n", 0, "the plan itself declares it",
     "方案里已经声明了它"},
    {HEAD "er,急诊,department,,,,,,,\n\ner,急诊,department,,,,,,,\n", 0,
     "r.csv:4:1: error: \"er\" stands twice", "首次出现在第 2 行"},
    {HEAD "er,,department,,,,,,,\n", 0, "the name is missing", "缺少名称"},
    {HEAD "er,\"急\n诊\",department,,,,,,,\n", 0, "control characters", "控制字符"},
    {HEAD "er,急\x01诊,department,,,,,,,\n", 0, "r.csv:2:4: error: the name is too long or",
     "名称过长，或含有控制字符"},
    {HEAD "er,急\xe2\x80\xae诊,department,,,,,,,\n", 0, "control characters", "控制字符"},
    {HEAD "er,急诊,department,,,,,a\tb,,\n", 0, "the contact is too long", "联系方式过长"},
    {HEAD "er,急诊,department,hospitl,,,,,,\n", 0,
     "r.csv:2:18: error: unknown parent \"hospitl\"", "未知的上级“hospitl”"},
    {HEAD "er,急诊,department,hospitl,,,,,,\n", 0, "did you mean \"hospital\"?",
     "是否指“hospital”？"},
    {HEAD "er,急诊,department,,mebmer,,,,,\n", 0, "unknown group \"mebmer\"", "未知的组织"},
    {HEAD "er,急诊,department,,mebmer,,,,,\n", 0, "did you mean \"member\"?",
     "是否指“member”？"},
    {HEAD "er,急诊,department,,hospital,,,,,\n", 0, "\"hospital\" is a unit, not a group",
     "“hospital”是单位，不是组织"},
    {HEAD "er,急诊,department,,Mem ber,,,,,\n", 0, "r.csv:2:19: error: \"Mem ber\" is no id",
     "不是合格的编号"},
    {HEAD "er,急诊,department,,,,8x,,,\n", 0, "r.csv:2:21: error: not a number: 8x",
     "不是数字"},
    {HEAD "er,急诊,department,,,,-8,,,\n", 0, "not a number: -8", "不是数字"},
    {HEAD "er,急诊,department,,,,1234567890,,,\n", 0, "not a number", "不是数字"},
    {HEAD "er,急诊,department,,,,,,2012-02-30,\n", 0,
     "not a day such as 2012-03-01: 2012-02-30", "日期"},
    {HEAD "er,急诊,department,,,,,,2012年3月,\n", 0, "not a day", "日期"},
    {HEAD "er,急诊,department,,,,,,2012-03-01-,\n", 0, "not a day", "日期"},
    {HEAD "er,急诊,department,,,,,,2012-03-02,2012-03-01\n", 0, "from lies behind until",
     "起在止之后"},
    {HEAD "a,甲,department,b,,,,,,\nb,乙,department,a,,,,,,\n", 0,
     "parents go in a circle: ", "上级关系成环"},
    {HEAD "a,甲,department,a,,,,,,\n", 0, "circle: a → a", "成环：a → a"},
    {HEAD "er,\"急诊,department,,,,,,,\nx", 0, "r.csv:2:4: error: this quote is never closed",
     "这个双引号没有配对"},
    {HEAD "er,急\"诊\",department,,,,,,,\n", 0, "r.csv:2:5: error: a quote inside a cell",
     "单元格中间出现双引号"},
    {"id,name,kind\ner,\0,x\n", 21, "r.csv:2:4: error: a NUL byte", "NUL"},
    {"\xff\xfei\0d\0", 6, "UTF-16", "UTF-16"},
    {"id,name,kind\na,急诊科,x\nb,急\xe8\xaf,x\n", 0,
     "r.csv:3:6: error: bytes that are no UTF-8", "不是合格的 UTF-8"},
    {"\xef\xbb\xbfid\n\xbc\xb1\n", 0, "r.csv:2:1: error: bytes that are no UTF-8", "UTF-8"},
    {"id,name,kind\na,\xff\xff,x\n", 0, "r.csv:2:3: error: neither UTF-8 nor GB18030",
     "既不是 UTF-8 也不是 GB18030"},
};

static void check_wrong(const struct wrong *wrong, enum lang lang, const char *expected)
{
    struct kit kit;
    assert_int_equal(kit_open(&kit, kit_units, lang), 0);
    int code = kit_load(&kit, wrong->file, wrong->length ? wrong->length : strlen(wrong->file));
    int sealed = roster_seal(kit.roster, &kit.err);
    if (sealed != ERR_INVALID || (code != 0 && code != ERR_INVALID))
        fail_msg("%s: codes %d, %d", wrong->file, code, sealed);
    if (!strstr(kit_text(&kit), expected))
        fail_msg("%s: \"%s\" is not in\n%s", wrong->file, expected, kit_text(&kit));
    kit_close(&kit);
}

static void test_wrong_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong_files / sizeof *wrong_files; i++) {
        check_wrong(&wrong_files[i], LANG_EN, wrong_files[i].english);
        check_wrong(&wrong_files[i], LANG_ZH, wrong_files[i].chinese);
    }
}

/* The excerpt of a late line shows that line, with the caret below the word. */
static void test_excerpts(void **state)
{
    struct buf file = {0};
    struct kit kit;
    (void)state;
    buf_adds(&file, HEAD);
    for (int i = 0; i < 500; i++)
        buf_printf(&file, "n%d,护士%03d,person,%s,,,,,,\n", i, i,
                   i == 499 ? "offcie" : "office");
    assert_int_equal(kit_open(&kit, kit_units, LANG_ZH), 0);
    assert_int_equal(kit_load(&kit, file.bytes, file.length), 0);
    assert_int_equal(roster_seal(kit.roster, &kit.err), ERR_INVALID);
    assert_string_equal(kit_text(&kit),
                        "r.csv:501:19: 错误: 未知的上级“offcie” [unknown-parent]\n"
                        "  501 | n499,护士499,person,offcie,,,,,,\n"
                        "      |                     ^~~~~~\n"
                        "      = 建议: 是否指“office”？\n"
                        "1 个错误，0 个警告\n");
    buf_free(&file);
    kit_close(&kit);
}

/* All rows are looked at, but nobody reads thousands of findings. */
static void test_many_errors(void **state)
{
    struct buf file = {0};
    struct kit kit;
    (void)state;
    buf_adds(&file, HEAD);
    for (int i = 0; i < 5000; i++)
        buf_printf(&file, "n%d,护士,persn,office,,,,,,\n", i);
    assert_int_equal(kit_open(&kit, kit_units, LANG_EN), 0);
    assert_int_equal(kit_load(&kit, file.bytes, file.length), ERR_INVALID);
    assert_int_equal(kit.findings.count, FINDINGS_MOST);
    assert_int_equal(roster_seal(kit.roster, &kit.err), ERR_INVALID);
    buf_free(&file);
    kit_close(&kit);
}

static void test_wrong_plans(void **state)
{
    static const char *const table[] = {
        "\"units\":[{\"id\":\"a\",\"name\":\"x\"},{\"id\":\"a\",\"name\":\"y\"}]",
        "\"units\":[{\"id\":\"a\",\"name\":\"x\"},{\"id\":\"a\",\"name\":\"y\",\"many\":true}]",
        "\"units\":[{\"id\":\"a\",\"name\":\"x\",\"parent\":\"b\"}]",
        "\"units\":[{\"id\":\"a\",\"name\":\"x\",\"kind\":\"b\"}]",
        "\"units\":[{\"id\":\"A\",\"name\":\"x\"}]",
        "\"units\":[{\"name\":\"x\"}]",
        ("\"units\":[{\"id\":\"a\",\"name\":\"x\",\"many\":true,\"parent\":\"b\"},"
         "{\"id\":\"b\",\"name\":\"x\",\"many\":true,\"parent\":\"a\"}]"),
        "\"units\":[{\"id\":\"a\",\"name\":\"x\",\"tags\":[\"不行\"]}]",
        "\"units\":[{\"id\":\"a\",\"name\":\"x\"}],\"groups\":[{\"id\":\"a\",\"name\":\"x\"}]",
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct kit kit;
        if (kit_open(&kit, table[i], LANG_EN) == 0)
            fail_msg("accepted: %s", table[i]);
        assert_null(kit.roster);
        kit_close(&kit);
    }
}

static void write_file(int folder, const char *name, const char *text)
{
    int descriptor = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    close(descriptor);
}

static void test_opening(void **state)
{
    static const struct {
        const char *name;
        int code;
    } table[] = {
        {"good.csv", 0},
        {"sub/good.csv", 0},
        {"inside.csv", 0}, /* a link that stays in the folder */
        {"none.csv", ERR_NOT_FOUND},
        {"fifo.csv", ERR_INVALID},
        {"sub", ERR_INVALID},
        {"device.csv", ERR_INVALID},
        {"outside.csv", ERR_INVALID},
        {"../outside.csv", ERR_INVALID},
        {"/etc/hostname", ERR_INVALID},
        {"loop.csv", ERR_INVALID},
        {"", ERR_NOT_FOUND},
    };
    static const char good[] = HEAD "er,急诊,department,,,,,,,\n";
    char path[] = "/tmp/planrun-roster-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(path));
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(mkdirat(folder, "in", 0700), 0);
    int inner = openat(folder, "in", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(mkdirat(inner, "sub", 0700), 0);
    write_file(folder, "outside.csv", good);
    write_file(inner, "good.csv", good);
    write_file(inner, "sub/good.csv", good);
    assert_int_equal(mkfifoat(inner, "fifo.csv", 0600), 0);
    assert_int_equal(symlinkat("good.csv", inner, "inside.csv"), 0);
    assert_int_equal(symlinkat("../outside.csv", inner, "outside.csv"), 0);
    assert_int_equal(symlinkat("/dev/zero", inner, "device.csv"), 0);
    assert_int_equal(symlinkat("loop.csv", inner, "loop.csv"), 0);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct kit kit;
        assert_int_equal(kit_open(&kit, kit_units, LANG_EN), 0);
        int code = roster_load(kit.roster, inner, table[i].name, NULL, "r.csv", &kit.err);
        if (code != table[i].code)
            fail_msg("%s: %d %s", table[i].name, code, kit.err.message);
        assert_int_equal(kit.findings.count, 0);
        kit_close(&kit);
    }
    static const char *const made[] = {"in/good.csv",   "in/sub/good.csv", "in/fifo.csv",
                                       "in/inside.csv", "in/outside.csv",  "in/device.csv",
                                       "in/loop.csv",   "outside.csv"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        unlinkat(folder, made[i], 0);
    unlinkat(folder, "in/sub", AT_REMOVEDIR);
    unlinkat(folder, "in", AT_REMOVEDIR);
    close(inner);
    close(folder);
    assert_int_equal(rmdir(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree_order),       cmocka_unit_test(test_columns),
        cmocka_unit_test(test_numbered_classes), cmocka_unit_test(test_several_files),
        cmocka_unit_test(test_forms_of_files),   cmocka_unit_test(test_wrong_files),
        cmocka_unit_test(test_excerpts),         cmocka_unit_test(test_many_errors),
        cmocka_unit_test(test_wrong_plans),      cmocka_unit_test(test_opening),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
