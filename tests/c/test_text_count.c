/* Lengths of texts by the three rules; those marked W are what Word itself answers, from the sources
 * that the header names. */
#include "files/text_count.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *text;
    size_t word, characters, all;
} table[] = {
    {"", 0, 0, 0},
    {" \t\n　", 0, 0, 3},
    {"Hello World", 2, 10, 11},          /* W */
    {"こんにちは", 5, 5, 5},             /* W */
    {"カタカナ", 4, 4, 4},               /* W */
    {"ｱｲｳｴｵ", 5, 5, 5},                  /* W: half-width kana too */
    {"日本語", 3, 3, 3},                 /* W */
    {"안녕하세요", 5, 5, 5},             /* W */
    {"中文测试", 4, 4, 4},               /* W */
    {"Hello 世界", 3, 7, 8},             /* W */
    {"This is テスト", 5, 9, 11},        /* W */
    {"東京2024オリンピック", 9, 12, 12}, /* W */
    {"㈱テスト㈲", 5, 5, 5},             /* W */
    {"ＡＢＣＤＥ", 5, 5, 5},             /* W */
    {"１２３４５", 5, 5, 5},             /* W */
    {"⼀⼆⼃", 3, 3, 3},                 /* W: radicals */
    {"ㇰㇱㇲ", 3, 3, 3},                 /* W */
    {"「こんにちは」", 7, 7, 7},         /* W */
    {"Hello、World。", 4, 12, 12},       /* W */
    {"〽々〆", 3, 3, 3},                 /* W */
    {"👍👎👏", 1, 3, 3},                    /* W */
    {"Hello👍World", 1, 11, 11},          /* W */
    {"こんにちは👋", 6, 6, 6},            /* W */
    {"hello 🙂 world", 3, 11, 13},     /* W */
    {"1️⃣2️⃣3️⃣", 1, 6, 6},  /* W: selectors are not counted */
    {"\xef\xbb\xbfHello", 1, 5, 5},      /* W: byte order mark */
    {"foo\xe2\x80\x8b"
     "bar",
     1, 6, 6}, /* W: zero width space */
    {"foo\xe2\x80\x8d"
     "bar",
     1, 7, 7},                                                /* W: zero width joiner */
    {"สวัสดีครับ", 1, 10, 10},                                   /* W */
    {"مرحبا بالعالم", 2, 12, 13},                             /* W */
    {"नमस्ते दुनिया", 2, 12, 13},                                /* W */
    {"EXH.C-◇", 2, 7, 7},                                     /* W, WPS */
    {"Let's say ‘你好’ 100 times per day, 勤勉", 12, 29, 36}, /* W */
    {"①②③", 3, 3, 3},
    {"每一名干部职工撰写一篇心得体会，不少于1500字。", 22, 25, 25},
    {"2021年7月5日前", 7, 10, 10},
    {"3.5% 和 A/B,C", 3, 10, 12},
    {"“为民、务实、清廉”", 10, 10, 10},
    {"学习——讨论……总结", 10, 10, 10},
    {"don’t it’s 他’们", 5, 12, 14},
    {"“quoted”", 3, 8, 8},
    {"a’", 2, 2, 2},
    {"-- ** 1.", 3, 6, 8},
    {"𠮷野家𪚥", 4, 4, 4},             /* extension B */
    {"\xf0\xb0\x80\x80", 1, 1, 1},     /* extension G */
    {"葛\xf3\xa0\x84\x80城", 2, 2, 2}, /* a variant of a Hanzi */
    {"e\xcc\x81t\xc3\xa9", 1, 4, 4},   /* an accent of its own and one that is not */
    {"か\xe3\x82\x99", 1, 2, 2},       /* か and a voiced mark */
    {"ㄅㄆㄇ", 3, 3, 3},
    {"中　文\r\n第二段", 5, 5, 6},
    {"a\xc2\xa0"
     "b",
     2, 2, 3},
    {"Ж и Ω", 3, 3, 5},
    {"\xff\xfe坏", 2, 3, 3}, /* no UTF-8 */
    {"a\x01"
     "b\x7f",
     1, 2, 2},
};

static void test_texts(void **state)
{
    static const enum text_rule rules[] = {TEXT_WORD, TEXT_CHARACTERS, TEXT_ALL};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const size_t expected[] = {table[i].word, table[i].characters, table[i].all};
        for (size_t rule = 0; rule < 3; rule++) {
            size_t count = text_count(table[i].text, strlen(table[i].text), rules[rule]);
            if (count != expected[rule])
                fail_msg("%s, rule %zu: %zu, expected %zu", table[i].text, rule, count,
                         expected[rule]);
        }
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(text_rule_of("word"), TEXT_WORD);
    assert_int_equal(text_rule_of("characters"), TEXT_CHARACTERS);
    assert_int_equal(text_rule_of("all"), TEXT_ALL);
    assert_int_equal(text_rule_of(NULL), TEXT_WORD);
    assert_int_equal(text_rule_of("else"), TEXT_WORD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
