/* The robot of WeCom against a real receiver: what it says byte for byte, and how it takes every answer. */
#include "channel/wecom.h"

#include "http_kit.h"

#include "base/utf8.h"
#include "channel/robot.h"

static const struct channel_message plain = {
    .id = "msg-1",
    .attempt = 1,
    .sent_ms = 1614265330000,
    .unit = "w1",
    .name = "一病区",
    .contact = "",
    .role = "contact",
    .subject = "征文：还差2篇",
    .text = "征文：还差2篇\n截止7月31日",
    .json = "{}",
    .link = "",
};

static struct channel *open_robot(struct site *site, const char *path, bool markdown)
{
    char base[160];
    struct channel *channel = NULL;
    struct err err = {0};
    snprintf(base, sizeof base, "http://127.0.0.1:%u%s", site->receiver.port, path);
    struct wecom_options options = {.key = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa",
                                    .base = base,
                                    .agent = "planrun/1.2.3",
                                    .markdown = markdown,
                                    .private = true,
                                    .within_ms = strstr(path, "hang") ? 700 : 10000};
    if (channel_wecom_new(&site->loop, &options, &channel, &err) < 0)
        fail_msg("%s", err.message);
    return channel;
}

/* What the receiver read as the body of one message; the caller frees it. */
static char *body_of(struct site *site, const struct channel_message *message, bool markdown)
{
    struct arena *arena = arena_new();
    struct channel *channel = open_robot(site, "", markdown);
    struct sent sent = send_one(site, channel, message);
    assert_int_equal(sent.end.result, CHANNEL_SENT);
    const struct value *request = last_request(&site->receiver, arena);
    assert_string_equal(value_get_string(request, "path"),
                        "/cgi-bin/webhook/send?key=693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa");
    assert_string_equal(value_get_string(request, "type"), "application/json");
    char *body = strdup(value_get_string(request, "body"));
    close_channel(site, channel);
    arena_free(arena);
    return body;
}

static void test_bodies(void **state)
{
    static const struct {
        const char *text, *contact;
        bool markdown;
        const char *body;
    } rows[] = {
        {"征文：还差2篇\n截止7月31日", "", false,
         "{\"msgtype\":\"text\",\"text\":{\"content\":\"征文：还差2篇\\n截止7月31日\"}}"},
        {"“引号”\"\\ 𠮷\ttab\r\a", "", false,
         "{\"msgtype\":\"text\",\"text\":{\"content\":\"“引号”\\\"\\\\ 𠮷\\ttab\"}}"},
        {"x", "wangqing,@all", false,
         "{\"msgtype\":\"text\",\"text\":{\"content\":\"x\",\"mentioned_list\":[\"wangqing\","
         "\"@all\"]}}"},
        {"x", "13800001111", false,
         "{\"msgtype\":\"text\",\"text\":{\"content\":\"x\",\"mentioned_mobile_list\":["
         "\"13800001111\"]}}"},
        {"x", "13800001111, zhang_san-1.a , 13900002222,", false,
         "{\"msgtype\":\"text\",\"text\":{\"content\":\"x\",\"mentioned_list\":[\"zhang_san-1.a\"],"
         "\"mentioned_mobile_list\":[\"13800001111\",\"13900002222\"]}}"},
        {"x", "内科,\"],x", false, /* names for people are nobody's id */
         "{\"msgtype\":\"text\",\"text\":{\"content\":\"x\",\"mentioned_list\":[\"x\"]}}"},
        {"<@all> <b>", "", false,
         "{\"msgtype\":\"text\",\"text\":{\"content\":\"＜@all> <b>\"}}"},
        {"# 内科 [点此](http://evil.example) <@all> **x** `y` > z", "all", true,
         "{\"msgtype\":\"markdown\",\"markdown\":{\"content\":\"＃ 内科 ［点此］(http://evil.example)"
         " ＜@all＞ ＊＊x＊＊ ｀y｀ ＞ z\"}}"},
        {"\xe2\x80\xae反\xff向", "", false,
         "{\"msgtype\":\"text\",\"text\":{\"content\":\"反向\"}}"},
    };
    struct site *site = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct channel_message message = plain;
        message.text = rows[i].text;
        message.contact = rows[i].contact;
        char *body = body_of(site, &message, rows[i].markdown);
        assert_string_equal(body, rows[i].body);
        free(body);
    }
}

/* ---- what is too long ----------------------------------------------------------------------------- */

static const char mark[] = "…已截断";

/* A text of `count` pieces behind `start` bytes of ASCII. */
static char *long_text(const char *piece, size_t count, size_t start)
{
    struct buf text = {0};
    for (size_t i = 0; i < start; i++)
        buf_adds(&text, "a");
    for (size_t i = 0; i < count; i++)
        buf_adds(&text, piece);
    return text.bytes;
}

/* Whole pieces, the mark, the link, and as many bytes as can be. */
static void check_cut(const char *piece, size_t start, const char *link, size_t most)
{
    struct buf out = {0};
    char *text = long_text(piece, 5000, start);
    size_t tail = strlen(mark) + (link[0] ? 1 + strlen(link) : 0), size = strlen(piece);
    robot_add_text(&out, text, link, most, NULL);
    assert_int_equal(utf8_valid(out.bytes, out.length), out.length);
    assert_in_range(out.length, most - size + 1, most);
    size_t kept = out.length - tail;
    assert_memory_equal(out.bytes, text, kept);
    assert_int_equal((kept - start) % size, 0);
    assert_memory_equal(out.bytes + kept, mark, strlen(mark));
    if (link[0])
        assert_string_equal(out.bytes + kept + strlen(mark) + 1, link);
    free(text);
    buf_free(&out);
}

static void test_cut(void **state)
{
    static const char *const pieces[] = {
        "b", "é", "病", "𠮷", "e\xcc\x81", "👨‍👩‍👧", "🇨🇳"};
    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        for (size_t start = 0; start < 26; start++) {
            check_cut(pieces[i], start, "", 2048);
            check_cut(pieces[i], start, "https://plan.hospital.example/x?y=1", 2048);
            check_cut(pieces[i], start, "", 4096);
        }
}

/* What exactly fits is not cut; a link that is none, or is endless, is left out. */
static void test_cut_edges(void **state)
{
    static const char *const links[] = {"javascript:alert(1)", "https://a b", "https://a\nb",
                                        "https://a)<@all>", "//x"};
    struct buf out = {0};
    char *text = long_text("a", 2048, 0), *link = long_text("x", 600, 0);
    (void)state;
    memcpy(link, "https://", 8);
    robot_add_text(&out, text, "https://x.example", 2048, NULL);
    assert_string_equal(out.bytes, text);
    buf_free(&out);
    free(text);
    text = long_text("a", 2049, 0);
    for (size_t i = 0; i <= sizeof links / sizeof *links; i++) {
        robot_add_text(&out, text, i < sizeof links / sizeof *links ? links[i] : link, 2048,
                       NULL);
        assert_int_equal(out.length, 2048);
        assert_string_equal(out.bytes + out.length - strlen(mark), mark);
        buf_free(&out);
    }
    free(text);
    free(link);
}

/* Whatever is said, what is sent is UTF-8 within the limit. */
static void test_any_text(void **state)
{
    uint64_t seed = 20210705;
    (void)state;
    for (size_t turn = 0; turn < 20000; turn++) {
        static const char *const pieces[] = {
            "病",        "a",  "\xff",     "\xe7\x97", "<@",       "👨‍👩‍👧",
            "e\xcc\x81", "\n", "\x1b[31m", "[x](y)",   "\xcc\x81", "𠮷"};
        struct buf text = {0}, out = {0};
        for (size_t count = turn % 40; count > 0; count--) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            buf_adds(&text, pieces[(seed >> 33) % (sizeof pieces / sizeof *pieces)]);
        }
        robot_add_text(&out, text.bytes ? text.bytes : "", turn % 2 ? "https://x.example" : "",
                       40 + turn % 60, NULL);
        assert_in_range(out.length, 0, 40 + turn % 60);
        if (out.bytes) {
            assert_int_equal(utf8_valid(out.bytes, out.length), out.length);
            assert_false(utf8_has_control(out.bytes, out.length));
        }
        buf_free(&text);
        buf_free(&out);
    }
}

/* The limits hold for what arrives, in both forms, and signs that grow when they are changed are counted. */
static void test_limits(void **state)
{
    static const char *const pieces[] = {"病", "<@", "\"", "\n"};
    struct site *site = *state;
    for (size_t i = 0; i < 2 * sizeof pieces / sizeof *pieces; i++) {
        bool markdown = i % 2;
        struct arena *arena = arena_new();
        struct value *body;
        struct err err = {0};
        static const struct value_limits limits = {.bytes = 65536, .nodes = 100, .depth = 8};
        struct channel_message message = plain;
        char *text = long_text(pieces[i / 2], 5000, 1);
        message.text = text;
        message.link = "https://plan.hospital.example/x";
        char *json = body_of(site, &message, markdown);
        assert_int_equal(json_parse(arena, json, strlen(json), &limits, &body, &err), 0);
        const char *kind = markdown ? "markdown" : "text";
        const char *content = value_get_string(value_get(body, kind), "content");
        size_t most = markdown ? 4096 : 2048;
        assert_in_range(strlen(content), most - 8, most);
        assert_non_null(strstr(content, "…已截断\nhttps://plan.hospital.example/x"));
        free(json);
        free(text);
        arena_free(arena);
    }
}

/* ---- answers -------------------------------------------------------------------------------------- */

static void test_answers(void **state)
{
    static const struct {
        const char *path;
        enum channel_result result;
        bool unsure;
        int64_t wait_s;
        const char *note;
    } rows[] = {
        {"", CHANNEL_SENT, false, 0, ""},
        {"/errcode/0", CHANNEL_SENT, false, 0, ""},
        {"/errcode/45009", CHANNEL_RETRY, false, 60,
         "errcode 45009: as \\u001b asked, hint: [1]"},
        {"/errcode/45033", CHANNEL_RETRY, false, 60, NULL},
        {"/errcode/-1", CHANNEL_RETRY, false, 0, NULL},
        {"/errcode/93000", CHANNEL_FAILED, false, 0, NULL},
        {"/errcode/40058", CHANNEL_FAILED, false, 0, NULL},
        {"/errcode/44004", CHANNEL_FAILED, false, 0, NULL},
        {"/errcode/45002", CHANNEL_FAILED, false, 0, NULL},
        {"/errcode/1234567", CHANNEL_RETRY, false, 0, NULL},
        {"/slow/50", CHANNEL_RETRY, true, 0, "the answer is not the JSON that was expected"},
        {"/half", CHANNEL_RETRY, true, 0, NULL},
        {"/big", CHANNEL_RETRY, true, 0, NULL},
        {"/garbage", CHANNEL_RETRY, true, 0, NULL},
        {"/hang", CHANNEL_RETRY, true, 0, "no whole answer within 0.7 s"},
        {"/drop-late", CHANNEL_RETRY, true, 0, NULL},
        {"/status/204", CHANNEL_RETRY, false, 0, "answered 204"},
        {"/status/404", CHANNEL_RETRY, false, 0, "answered 404"},
        {"/status/500", CHANNEL_RETRY, false, 0, "answered 500"},
        {"/retry-after/9", CHANNEL_RETRY, false, 9, "answered 429"},
    };
    struct site *site = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct channel *channel = open_robot(site, rows[i].path, false);
        struct sent sent = send_one(site, channel, &plain);
        if (sent.end.result != rows[i].result || sent.end.unsure != rows[i].unsure ||
            sent.end.wait_ms != rows[i].wait_s * 1000 ||
            (rows[i].note && strcmp(sent.note, rows[i].note) != 0))
            fail_msg("%s: result %d, unsure %d, wait %lld, %s", rows[i].path, sent.end.result,
                     sent.end.unsure, (long long)sent.end.wait_ms, sent.note);
        assert_null(strstr(sent.note, "693axxx6"));
        close_channel(site, channel);
    }
    printf("robot answers: %zu\n", sizeof rows / sizeof *rows);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *key, *base, *part;
    } rows[] = {
        {"", NULL, "not a key"},
        {"a&key=b", NULL, "not a key"},
        {"a b", NULL, "not a key"},
        {"secretkey\n", NULL, "not a key"},
        {"secretkey", "http://qyapi.weixin.qq.com", "http:// only"},
        {"secretkey", "https://qyapi.weixin.qq.com/?x=", "base"},
        {"secretkey", "qyapi.weixin.qq.com", "https://"},
    };
    struct site *site = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct wecom_options options = {.key = rows[i].key, .base = rows[i].base};
        struct channel *channel = NULL;
        struct err err = {0};
        if (channel_wecom_new(&site->loop, &options, &channel, &err) != ERR_INVALID ||
            !strstr(err.message, rows[i].part) || strstr(err.message, "secretkey"))
            fail_msg("%s: %s", rows[i].key, err.message);
        assert_null(channel);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies),    cmocka_unit_test(test_cut),
        cmocka_unit_test(test_cut_edges), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_any_text),  cmocka_unit_test(test_answers),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, open_site, close_site);
}
