/* Addresses: what a table says, what is wrong with one, who stands in for whom, and how fast. */
#include "roster_kit.h"

#include "service/addresses.h"

#include <fcntl.h>
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct config_channel channels[] = {
    {.name = "mail", .kind = CONFIG_MAIL},
    {.name = "robot", .kind = CONFIG_WECOM},
    {.name = "sms", .kind = CONFIG_EXEC},
};
static const struct config config = {.channels = channels, .channel_count = COUNT(channels)};

/* A table from text. */
struct table_load {
    struct arena *arena;
    struct findings findings;
    struct addresses *addresses;
    int code;
    char path[64];
};

static struct table_load load_bytes(const char *bytes, size_t length)
{
    struct table_load load = {.arena = arena_new(), .path = "/tmp/test-addresses-XXXXXX"};
    struct err err = {0};
    int fd = mkstemp(load.path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), (ssize_t)length);
    close(fd);
    load.findings = findings_new(load.arena, LANG_EN);
    load.code = addresses_load(load.path, &config, &load.findings, &load.addresses, &err);
    unlink(load.path);
    return load;
}

static struct table_load load_text(const char *text)
{
    return load_bytes(text, strlen(text));
}

static void load_free(struct table_load *load)
{
    addresses_free(load->addresses);
    findings_free(&load->findings);
    arena_free(load->arena);
}

/* ---- what is wrong ------------------------------------------------------------------------------ */

#define HEAD "unit,role,channel,address\n"

/* Each text with the number of addresses it gives (-1 = none at all) and its findings: name line:column. */
static const struct {
    const char *text;
    int count;
    const char *findings;
} tables[] = {
    {HEAD, 0, ""},
    {HEAD "er,contact,mail,a@b.example\n", 1, ""},
    {"\xef\xbb\xbf" HEAD "# a remark\n\n,,,\ner,,,a@b.example\n", 1, ""},
    {"地址,单位\na@b.example,急诊\n", 1, ""},
    {"单位,角色,渠道,联系方式\n急诊,负责人,mail,a@b.example\n急诊,联系人,,13800000000\n", 2,
     ""},
    {HEAD "er , head , mail , a@b.example \n\"er\",\"head\",\"robot\",\"a\"\"b\"\n", 2, ""},
    {HEAD "er,contact,mail,a@b.example\ner,contact,mail,a@b.example\n", 1, ""},
    {HEAD "er,contact,mail,a@b.example\ner,contact,mail,c@b.example\n", 1,
     "address-twice 3:17; "},
    {HEAD "er,contact,mail,a@b.example\ner,contact,sms,1\ner,head,mail,a@b.example\n", 3, ""},
    {HEAD ",contact,mail,a@b.example\n", 0, "bad-unit 2:1; "},
    {HEAD "er,Head,mail,a@b.example\n", 0, "bad-role 2:4; "},
    {HEAD "er,contact,mial,a@b.example\n", 0, "unknown-channel 2:12; "},
    {HEAD "er,contact,mail,a.b.example\n", 0, "bad-address 2:17; "},
    {HEAD "er,contact,mail,er <a@b.example>\n", 0, "bad-address 2:17; "},
    {HEAD "er,contact,mail,\n", 0, "bad-address 2:0; "},
    {HEAD "er,contact,sms,\"1\n2\"\n", 0, "bad-address 2:16; "},
    {HEAD "er,contact,mail\n", 0, "wrong-columns 2:0; "},
    {HEAD "er,contact,mail,a@b.example,x\ner,contact,robot,@all\n", 1, "wrong-columns 2:0; "},
    {HEAD "er,contact,\"mail,a@b.example\n", 0, "bad-csv 2:0; "},
    {"unit,role,chanel,address\n", -1, "unknown-column 1:11; "},
    {"unit,unit,channel,address\n", -1, "column-twice 1:6; "},
    {"unit,role,channel\n", -1, "missing-column 1:1; "},
    {"unit;role;channel;address\n", -1, "unknown-column 1:1; "},
    {"", -1, "missing-column 0:0; "},
    {"\n# nothing\n", -1, "missing-column 0:0; "},
};

static void test_tables(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(tables); i++) {
        struct table_load load = load_text(tables[i].text);
        struct buf got = {0};
        buf_adds(&got, "");
        findings_sort(&load.findings);
        for (size_t f = 0; f < load.findings.count; f++) {
            const struct finding *finding = &load.findings.list[f];
            buf_printf(&got, "%s %u:%u; ", finding->name, finding->place.line,
                       finding->place.column);
        }
        int count = load.addresses ? (int)addresses_count(load.addresses) : -1;
        const char *told = got.bytes ? got.bytes : "";
        if (count != tables[i].count || strcmp(told, tables[i].findings) != 0) {
            print_error("table %zu: %d addresses, %s\n", i, count, told);
            wrong++;
        }
        assert_int_equal(load.code, count < 0 ? ERR_INVALID : 0);
        buf_free(&got);
        load_free(&load);
    }
    assert_int_equal(wrong, 0);
}

static void test_encodings(void **state)
{
    (void)state;
    char text[] = "单位,角色,渠道,地址\n急诊,联系人,mail,er@b.example\n", bytes[256];
    char *from = text, *to = bytes;
    size_t left = strlen(text), room = sizeof bytes;
    iconv_t converter = iconv_open("GB18030", "UTF-8");
    assert_int_equal(iconv(converter, &from, &left, &to, &room), 0);
    iconv_close(converter);
    struct table_load load = load_bytes(bytes, (size_t)(to - bytes));
    assert_int_equal(load.code, 0);
    assert_int_equal(addresses_count(load.addresses), 1);
    load_free(&load);
    load = load_bytes("unit\0x", 6);
    assert_int_equal(load.code, ERR_INVALID);
    assert_string_equal(load.findings.list[0].name, "bad-encoding");
    load_free(&load);
}

static void test_no_file(void **state)
{
    (void)state;
    static const char *const paths[] = {"/nowhere/contacts.csv", "/tmp", "/dev/null"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct arena *arena = arena_new();
        struct findings findings = findings_new(arena, LANG_ZH);
        struct addresses *addresses = NULL;
        struct err err = {0};
        assert_int_equal(addresses_load(paths[i], &config, &findings, &addresses, &err),
                         ERR_INVALID);
        assert_null(addresses);
        assert_string_equal(findings.list[0].name, "unreadable-file");
        findings_free(&findings);
        arena_free(arena);
    }
}

/* ---- whose address ------------------------------------------------------------------------------ */

static const char rows[] = "id,name,kind,parent,contact\n"
                           "er,急诊,department,,er@roster.example\n"
                           "er1,急诊01,person,er,13800000001\n"
                           "icu,重症,department,,\n"
                           "icu1,重症01,person,icu, icu1@Roster.EXAMPLE \n";

static const char table[] = HEAD "er,contact,mail,er@table.example\n"
                                 "icu,head,mail,icu-head@table.example\n"
                                 "医院,head,mail,head@table.example\n"
                                 "医院,leader,robot,zhang\n"
                                 "医院,contact,,10000\n"
                                 "重症01,contact,sms,13900000001\n"
                                 "icu1,leader,mail,Own.Leader@TABLE.Example\n"
                                 "office,liaison,,liaison@table.example\n";

/* owner: the plan's own unit. */
static const struct {
    const char *unit, *role, *channel, *owner, *address; /* NULL = none */
} asked[] = {
    /* its own row, the table before the roster */
    {"er", "contact", "mail", NULL, "er@table.example"},
    {"icu1", "contact", "sms", NULL, "13900000001"},              /* by its name */
    {"icu1", "leader", "mail", NULL, "Own.Leader@table.example"}, /* the domain, not the box */
    /* the roster's contact, but not where it is no address of that channel */
    {"icu1", "contact", "mail", NULL, "icu1@roster.example"},
    {"er1", "contact", "sms", NULL, "13800000001"},
    {"er1", "contact", "mail", NULL, "er@table.example"}, /* of the unit that it is in */
    /* a row without a channel holds for all, where it is an address at all */
    {"icu", "contact", "sms", NULL, "10000"},
    {"icu", "contact", "mail", NULL, NULL},
    {"hospital", "contact", "mail", NULL, "a@b.example"},
    {"office", "liaison", "mail", NULL, "liaison@table.example"},
    {"office", "liaison", "sms", NULL, "liaison@table.example"},
    /* the nearest that has such a role */
    {"icu", "head", "mail", NULL, "icu-head@table.example"},
    {"icu1", "head", "mail", NULL, "icu-head@table.example"},
    {"er1", "head", "mail", NULL, "head@table.example"},
    {"er", "head", "sms", NULL, NULL},
    {"er1", "leader", "robot", NULL, "zhang"},
    {"bureau", "leader", "robot", NULL, NULL},
    /* the office is at last whoever made the plan */
    {"er1", "office", "mail", NULL, NULL},
    {"er1", "office", "mail", "hospital", "a@b.example"},
    {"er1", "office", "mail", "er", "er@table.example"},
    {"er1", "office", "mail", "icu", NULL},
    {"er1", "leader", "mail", "hospital", NULL},
};

static void open_roster(struct kit *kit)
{
    if (kit_open(kit, kit_units, LANG_EN) < 0 || kit_load(kit, rows, strlen(rows)) < 0 ||
        roster_seal(kit->roster, &kit->err) < 0)
        fail_msg("%s\n%s", kit->err.message, kit_text(kit));
}

static const char *ask(const struct kit *kit, const struct addresses *addresses, size_t i,
                       struct arena *arena)
{
    const char *owner = asked[i].owner;
    const struct addresses_asked question = {
        .roster = kit->roster,
        .row = roster_find(kit->roster, asked[i].unit, strlen(asked[i].unit)),
        .owner = owner ? roster_find(kit->roster, owner, strlen(owner)) : UNIT_NONE,
        .role = asked[i].role,
        .channel = asked[i].channel,
        .mail = strcmp(asked[i].channel, "mail") == 0};
    assert_int_not_equal(question.row, UNIT_NONE);
    return addresses_of(addresses, &question, arena);
}

static void test_asked(void **state)
{
    (void)state;
    struct kit kit;
    open_roster(&kit);
    struct table_load load = load_text(table);
    assert_int_equal(load.findings.count, 0);
    for (size_t i = 0; i < COUNT(asked); i++) {
        const char *address = ask(&kit, load.addresses, i, load.arena);
        bool fine = !address == !asked[i].address &&
                    (!address || strcmp(address, asked[i].address) == 0);
        if (!fine)
            fail_msg("%s, %s by %s: %s", asked[i].unit, asked[i].role, asked[i].channel,
                     address ? address : "none");
    }
    load_free(&load);
    kit_close(&kit);
}

static void test_without_a_table(void **state)
{
    (void)state;
    struct kit kit;
    open_roster(&kit);
    struct arena *arena = arena_new();
    assert_null(ask(&kit, NULL, 10, arena)); /* a role: nobody but the table knows it */
    assert_string_equal(ask(&kit, NULL, 0, arena), "er@roster.example");
    assert_string_equal(ask(&kit, NULL, 3, arena), "icu1@roster.example");
    assert_null(ask(&kit, NULL, 5, arena));
    arena_free(arena);
    kit_close(&kit);
}

/* ---- many --------------------------------------------------------------------------------------- */

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A lookup must not grow with the table: that of a large one costs about what that of a small one does. */
static void test_many(void **state)
{
    (void)state;
    enum { MANY = 200000, LOOKUPS = 200000 };
    struct kit kit;
    struct buf text = {0};
    open_roster(&kit);
    buf_adds(&text, HEAD);
    for (int i = 0; i < MANY; i++)
        buf_printf(&text, "unit-%d,contact,mail,unit-%d@b.example\n", i, i);
    buf_adds(&text, "icu,head,mail,icu-head@table.example\n");
    struct table_load load = load_bytes(text.bytes, text.length);
    assert_int_equal(addresses_count(load.addresses), MANY + 1);
    int64_t begun = now_us();
    struct arena *arena = arena_new();
    for (int i = 0; i < LOOKUPS; i++)
        assert_non_null(ask(&kit, load.addresses, 12, arena));
    int64_t each_ns = (now_us() - begun) * 1000 / LOOKUPS;
    print_message("%lld ns a lookup two levels up\n", (long long)each_ns);
    assert_true(each_ns < 100000); /* a scan of so many rows takes milliseconds */
    arena_free(arena);
    buf_free(&text);
    load_free(&load);
    kit_close(&kit);
}

/* What is wrong with very many rows is told of the first only, and keeps no more. */
static void test_many_wrong(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_adds(&text, HEAD);
    for (int i = 0; i < 50000; i++)
        buf_adds(&text, "er,contact,mail,nobody\n");
    struct table_load load = load_bytes(text.bytes, text.length);
    assert_int_equal(load.code, 0);
    assert_int_equal(load.findings.errors, 50000);
    assert_int_equal(load.findings.count, FINDINGS_MOST);
    buf_free(&text);
    load_free(&load);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),          cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_no_file),         cmocka_unit_test(test_asked),
        cmocka_unit_test(test_without_a_table), cmocka_unit_test(test_many),
        cmocka_unit_test(test_many_wrong),
    };
    return cmocka_run_group_tests_name("addresses", tests, NULL, NULL);
}
