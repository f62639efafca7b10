/* The words of mails: a row is a message, and all that is said of it in both languages. */
#include "service/mail_words.h"
#include "time/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ENTRIES_MOST = 5 };

struct row {
    const char *name, *slot; /* the day on which the message is formed */
    struct mail_entry entries[ENTRIES_MOST];
    const char *due[ENTRIES_MOST]; /* NULL = none */
    const char *zh, *en;           /* subject, then text */
};

#define UNIT .unit_id = "ward-1", .unit_name = "一病区"
#define PLAN UNIT, .plan_id = "city2012", .plan_name = "职业精神工作方案"
#define ESSAYS                                                                                 \
    PLAN, .kind = EVENT_REMINDER, .item_id = "essays", .item_name = "优秀征文",                \
          .clause = "三(二)", .measure = "篇"

static const struct row rows[] = {
    {"a quota of several",
     "2012-07-28",
     {{ESSAYS, .need = 3, .missing = 2}},
     {"2012-07-31"},
     "优秀征文：应交3篇，还差2篇；7月31日（周二）截止，还有3天\n"
     "一病区：\n"
     "《职业精神工作方案》\n"
     "1. 优秀征文（三(二)）：应交3篇，还差2篇；7月31日（周二）截止，还有3天\n",
     "优秀征文: 2 of 3 missing; due Tuesday 2012-07-31, in 3 days\n"
     "一病区:\n"
     "职业精神工作方案\n"
     "1. 优秀征文 (三(二)): 2 of 3 missing; due Tuesday 2012-07-31, in 3 days\n"},
    {"one piece, the day itself",
     "2012-07-31",
     {{ESSAYS, .need = 1, .missing = 1}},
     {"2012-07-31"},
     "优秀征文：还差1篇；7月31日（周二）截止，就在今天\n"
     "一病区：\n"
     "《职业精神工作方案》\n"
     "1. 优秀征文（三(二)）：还差1篇；7月31日（周二）截止，就在今天\n",
     "优秀征文: 1 of 1 missing; due today, Tuesday 2012-07-31\n"
     "一病区:\n"
     "职业精神工作方案\n"
     "1. 优秀征文 (三(二)): 1 of 1 missing; due today, Tuesday 2012-07-31\n"},
    {"a day overdue, over the new year",
     "2013-01-01",
     {{ESSAYS, .need = 1, .missing = 1}},
     {"2012-12-31"},
     "优秀征文：还差1篇；2012年12月31日（周一）截止，已逾期1天\n"
     "一病区：\n"
     "《职业精神工作方案》\n"
     "1. 优秀征文（三(二)）：还差1篇；2012年12月31日（周一）截止，已逾期1天\n",
     "优秀征文: 1 of 1 missing; was due Monday 2012-12-31, 1 day overdue\n"
     "一病区:\n"
     "职业精神工作方案\n"
     "1. 优秀征文 (三(二)): 1 of 1 missing; was due Monday 2012-12-31, 1 day overdue\n"},
    {"a task, with the reminder's own words",
     "2012-06-23",
     {{PLAN, .kind = EVENT_REMINDER, .item_id = "refine", .item_name = "提炼内涵",
       .text = "请报党政办\n电话见通知"}},
     {"2012-06-30"},
     "提炼内涵：6月30日（周六）截止，还有7天\n"
     "一病区：\n"
     "《职业精神工作方案》\n"
     "1. 提炼内涵：6月30日（周六）截止，还有7天\n"
     "   请报党政办\n"
     "   电话见通知\n",
     "提炼内涵: due Saturday 2012-06-30, in 7 days\n"
     "一病区:\n"
     "职业精神工作方案\n"
     "1. 提炼内涵: due Saturday 2012-06-30, in 7 days\n"
     "   请报党政办\n"
     "   电话见通知\n"},
    {"a rhythm without a due",
     "2012-06-23",
     {{PLAN, .kind = EVENT_REMINDER, .item_id = "rounds", .item_name = "每周查房",
       .text = "本周查房"}},
     {NULL},
     "每周查房：本周查房\n"
     "一病区：\n"
     "《职业精神工作方案》\n"
     "1. 每周查房\n"
     "   本周查房\n",
     "每周查房: 本周查房\n"
     "一病区:\n"
     "职业精神工作方案\n"
     "1. 每周查房\n"
     "   本周查房\n"},
    {"a handler's notice about an item, and one about the plan",
     "2012-06-01",
     {{PLAN, .kind = EVENT_NOTICE, .item_id = "mobilise", .item_name = "学习动员阶段",
       .text = "学习动员阶段开始"}},
     {NULL},
     "学习动员阶段开始\n"
     "一病区：\n"
     "《职业精神工作方案》\n"
     "1. 学习动员阶段\n"
     "   学习动员阶段开始\n",
     "学习动员阶段开始\n"
     "一病区:\n"
     "职业精神工作方案\n"
     "1. 学习动员阶段\n"
     "   学习动员阶段开始\n"},
    {"a notice of the plan itself, of two lines",
     "2012-06-01",
     {{PLAN, .kind = EVENT_NOTICE, .text = "方案下发\n请组织学习"}},
     {NULL},
     "方案下发\n"
     "一病区：\n"
     "《职业精神工作方案》\n"
     "1. 方案下发\n"
     "   请组织学习\n",
     "方案下发\n"
     "一病区:\n"
     "职业精神工作方案\n"
     "1. 方案下发\n"
     "   请组织学习\n"},
    {"several, over two plans",
     "2012-07-28",
     {{ESSAYS, .need = 3, .missing = 3},
      {PLAN, .kind = EVENT_REMINDER, .item_id = "a", .item_name = "甲"},
      {PLAN, .kind = EVENT_REMINDER, .item_id = "b", .item_name = "乙", .need = 2,
       .missing = 1},
      {UNIT, .plan_id = "moh2012", .plan_name = "上级方案", .kind = EVENT_REMINDER,
       .item_id = "c", .item_name = "丙"}},
     {"2012-07-31", "2012-07-27", NULL, "2012-07-29"},
     "4项待办：优秀征文；甲；乙等\n"
     "一病区：\n"
     "《职业精神工作方案》\n"
     "1. 优秀征文（三(二)）：应交3篇，还差3篇；7月31日（周二）截止，还有3天\n"
     "2. 甲：7月27日（周五）截止，已逾期1天\n"
     "3. 乙：应交2，还差1\n"
     "《上级方案》\n"
     "4. 丙：7月29日（周日）截止，还有1天\n",
     "4 items: 优秀征文; 甲; 乙; …\n"
     "一病区:\n"
     "职业精神工作方案\n"
     "1. 优秀征文 (三(二)): 3 of 3 missing; due Tuesday 2012-07-31, in 3 days\n"
     "2. 甲: was due Friday 2012-07-27, 1 day overdue\n"
     "3. 乙: 1 of 2 missing\n"
     "上级方案\n"
     "4. 丙: due Sunday 2012-07-29, in 1 day\n"},
};

static int32_t day_of(const char *text)
{
    return text ? civil_parse(text, strlen(text)) : DAY_NONE;
}

/* The mail of a row; its entries are `entries`. */
static struct mail mail_of(const struct row *row, struct mail_entry entries[ENTRIES_MOST])
{
    struct mail mail = {.id = "0123456789abcdef-7",
                        .message = {.number = 7, .attempts = 2},
                        .unit_id = "ward-1",
                        .unit_name = "一病区",
                        .address = "",
                        .role = "contact",
                        .channel = "default",
                        .entries = entries};
    mail.told_ms = civil_ms(day_of(row->slot), 9 * 60) + 1;
    for (size_t i = 0; i < ENTRIES_MOST && row->entries[i].plan_id; i++) {
        entries[i] = row->entries[i];
        entries[i].due = day_of(row->due[i]);
        mail.entry_count = i + 1;
    }
    return mail;
}

struct fixture {
    struct arena *arena;
    struct host *host;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct host_options options = {.stdlib = PLANRUN_SOURCE_DIR "/stdlib"};
    struct err err = {0};
    fixture.arena = arena_new();
    *state = &fixture;
    return host_open(&options, &fixture.host, &err);
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    host_close(fixture->host);
    arena_free(fixture->arena);
    return 0;
}

static struct store_words words_of(struct fixture *fixture, const struct mail *mail,
                                   enum lang lang)
{
    struct mail_writer writer = {fixture->host, lang, NULL};
    struct store_words words;
    struct err err = {0};
    if (mail_words(&writer, mail, 1, NULL, NULL, fixture->arena, &words, &err) < 0)
        fail_msg("%s", err.message);
    return words;
}

static bool says(struct fixture *fixture, const struct row *row, enum lang lang,
                 const char *expected)
{
    struct mail_entry entries[ENTRIES_MOST];
    struct mail mail = mail_of(row, entries);
    struct store_words words = words_of(fixture, &mail, lang);
    const char *said = arena_printf(fixture->arena, "%s\n%s", words.subject, words.text);
    bool same = strcmp(said, expected) == 0;
    if (!same)
        print_error("%s:\n%s-- instead of\n%s", row->name, said, expected);
    return same;
}

static void words_are_a_clerks(void **state)
{
    size_t bad = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bad += !says(*state, &rows[i], LANG_ZH, rows[i].zh);
        bad += !says(*state, &rows[i], LANG_EN, rows[i].en);
    }
    assert_int_equal(bad, 0);
}

static struct mail one(const struct mail_entry *entry)
{
    return (struct mail){.unit_id = "u",
                         .unit_name = "u",
                         .address = "",
                         .role = "contact",
                         .channel = "default",
                         .entries = entry,
                         .entry_count = entry != NULL};
}

static void subjects_are_one_bounded_line(void **state)
{
    char text[3 * 400 + 1] = "";
    for (size_t i = 0; i < 400; i++)
        memcpy(text + 3 * i, "病", 4);
    struct mail_entry entry = {PLAN, .kind = EVENT_NOTICE, .due = DAY_NONE, .text = text};
    struct mail mail = one(&entry);
    struct store_words words = words_of(*state, &mail, LANG_ZH);
    assert_int_equal(strlen(words.subject), 3 * 60 + strlen("…"));
    assert_string_equal(words.subject + 3 * 59, "病…");
}

static void json_is_canonical(void **state)
{
    struct mail_entry entries[ENTRIES_MOST];
    struct mail mail = mail_of(&rows[0], entries);
    assert_string_equal(
        words_of(*state, &mail, LANG_ZH).json,
        "{\"channel\":\"default\",\"contact\":\"\",\"entries\":[{\"clause\":\"三(二)\","
        "\"due\":\"2012-07-31\",\"item\":\"essays\",\"item_name\":\"优秀征文\",\"kind\":\"reminder\","
        "\"measure\":\"篇\",\"missing\":2,\"need\":3,\"plan\":\"city2012\","
        "\"plan_name\":\"职业精神工作方案\"}],\"id\":\"0123456789abcdef-7\",\"name\":\"一病区\","
        "\"role\":\"contact\",\"slot\":\"2012-07-28T09:00:00+08:00\","
        "\"subject\":\"优秀征文：应交3篇，还差2篇；7月31日（周二）截止，还有3天\","
        "\"text\":\"一病区：\\n《职业精神工作方案》\\n1. 优秀征文（三(二)）：应交3篇，还差2篇；"
        "7月31日（周二）截止，还有3天\\n\",\"unit\":\"ward-1\"}");
}

/* What was kept is said again, an alarm is nobody's policy, and the rest of a batch is as without them. */
static void a_batch_has_all_kinds(void **state)
{
    struct fixture *fixture = *state;
    struct mail_entry entries[ENTRIES_MOST];
    struct mail mails[3] = {one(NULL), one(NULL), mail_of(&rows[0], entries)};
    struct store_words words[3];
    struct mail_writer writer = {fixture->host, LANG_EN, "https://plan.hospital.example/"};
    struct err err = {0};
    mails[0].kept = true;
    mails[0].words = (struct store_words){"u", "u", "contact", "kept", "kept\n", "{}"};
    mails[1].message.text = "message 7 is given up";
    assert_int_equal(mail_words(&writer, mails, 3, NULL, NULL, fixture->arena, words, &err), 0);
    assert_string_equal(words[0].subject, "kept");
    assert_string_equal(words[1].text, "message 7 is given up\n");
    assert_string_equal(words[1].subject, "planrun: messages are not delivered");
    assert_string_equal(words[2].subject,
                        "优秀征文: 2 of 3 missing; due Tuesday 2012-07-31, in 3 days");
}

static const char *say_said(void *context, size_t mail, size_t entry)
{
    (void)context;
    return mail == 0 && entry == 0 ? "甲\n{unit}" : NULL;
}

static void what_a_function_said_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct mail_entry entry = {PLAN,

                               .kind = EVENT_REMINDER,
                               .item_id = "a",
                               .item_name = "甲",
                               .due = DAY_NONE,
                               .text = "no"};
    struct mail mail = one(&entry);
    struct mail_writer writer = {fixture->host, LANG_ZH, NULL};
    struct store_words words;
    struct err err = {0};
    assert_int_equal(
        mail_words(&writer, &mail, 1, say_said, NULL, fixture->arena, &words, &err), 0);
    assert_non_null(strstr(words.text, "1. 甲\n   甲\n   {unit}\n"));
    assert_non_null(strstr(words.json, "\"text\":\"甲\\n{unit}\""));
}

/* Without a policy, or with one that fails, everybody is still told. */
static void plain_words_are_left(void **state)
{
    struct fixture *fixture = *state;
    struct mail_entry entries[2] = {
        {PLAN, .kind = EVENT_REMINDER, .item_id = "a", .item_name = "甲", .text = "{unit}"},
        {PLAN, .kind = EVENT_NOTICE, .due = DAY_NONE, .text = "通知"}};
    entries[0].due = day_of("2012-07-31");
    struct mail mail = one(entries);
    mail.entry_count = 2;
    struct mail_writer writer = {NULL, LANG_ZH, NULL};
    struct store_words words;
    struct err err = {0};
    assert_int_equal(mail_words(&writer, &mail, 1, NULL, NULL, fixture->arena, &words, &err),
                     0);
    assert_string_equal(words.subject, "2项待办：甲等");
    assert_string_equal(words.text,
                        "一病区：甲，2012-07-31截止\n一病区：职业精神工作方案\n通知\n");
    entries[1].text =
        "\xff"; /* what no message may hold: the answer of the policy is refused */
    writer.host = fixture->host;
    writer.lang = LANG_EN;
    assert_int_equal(mail_words(&writer, &mail, 1, NULL, NULL, fixture->arena, &words, &err),
                     ERR_INTERNAL);
    assert_string_equal(words.subject, "2 items: 甲; …");
    entries[1].text = "again";
    assert_int_equal(mail_words(&writer, &mail, 1, NULL, NULL, fixture->arena, &words, &err),
                     0);
    assert_string_equal(words.subject, "2 items: 甲; 职业精神工作方案");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_a_clerks),
        cmocka_unit_test(subjects_are_one_bounded_line),
        cmocka_unit_test(json_is_canonical),
        cmocka_unit_test(a_batch_has_all_kinds),
        cmocka_unit_test(what_a_function_said_is_told),
        cmocka_unit_test(plain_words_are_left),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
