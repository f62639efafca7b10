/* Letters: addresses, and mails that a real server delivered and a mail program's library reads back. */
#include "channel/letter.h"
#include "mail_kit.h"

#include "channel/smtp_text.h"

#include <sys/stat.h>

/* ---- addresses ---------------------------------------------------------------------------------- */

#define A10 "aaaaaaaaaa"
#define A63 A10 A10 A10 A10 A10 A10 "aaa"

static const char *const good[] = {
    "a@b.c",
    "dzb@hospital.example",
    "first.last+tag@mx-1.hospital.example",
    "root@localhost",
    "!#$%&'*+-/=?^_`{|}~@hospital.example",
    "1@2.3",
    "a@xn--fiqs8s.example",
    A63 "a@hospital.example",
    "a@" A63 "." A63 "." A63 ".example",
    "a@" A63 "." A63 "." A63 "." A10 A10 A10 A10 A10 A10, /* 254 */
};

static const char *const bad[] = {
    "",
    "a",
    "@",
    "a@",
    "@b.c",
    "a@b",
    "a@b.c ",
    " a@b.c",
    "a b@c.d",
    "a@b.c\r\nBcc: x@y.z",
    "a@b.c\n",
    "a\r\n@b.c",
    "a\t@b.c",
    "a@b.c>",
    "<a@b.c>",
    "x <a@b.c>",
    "a@b.c, d@e.f",
    "a@b.c;d@e.f",
    "a@b.c d@e.f",
    "a@b@c.d",
    "\"a b\"@c.d",
    "\"a\"@c.d",
    "a(comment)@b.c",
    "a@b.c(comment)",
    "a\\@b.c",
    ".a@b.c",
    "a.@b.c",
    "a..b@c.d",
    "a@.b.c",
    "a@b..c",
    "a@b.c.",
    "a@-b.c",
    "a@b-.c",
    "a@b.-c",
    "a@b.c-",
    "a@b_c.d",
    "a@[127.0.0.1]",
    "a@b.c:25",
    "a@b.c> SIZE=1",
    "张三@hospital.example",
    "a@医院.example",
    "a\x7f@b.c",
    "a\x01@b.c",
    "a\xff@b.c",
    A63 "aa@hospital.example",
    "a@" A63 "a.example",
    "a@" A63 "." A63 "." A63 "." A10 A10 A10 A10 A10 A10 "a", /* 255 */
};

static void addresses_have_one_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!letter_address(good[i]))
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (letter_address(bad[i]))
            fail_msg("taken: %s", bad[i]);
}

static void mailboxes_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name, *address; /* NULL = refused */
    } rows[] = {
        {"a@b.c", "", "a@b.c"},
        {"  a@b.c ", "", "a@b.c"},
        {"<a@b.c>", "", "a@b.c"},
        {"党政办公室 <dzb@b.c>", "党政办公室", "dzb@b.c"},
        {"\"办公室, 党政\" <dzb@b.c>", "办公室, 党政", "dzb@b.c"},
        {"党政办公室<dzb@b.c>", "党政办公室", "dzb@b.c"},
        {"x < a@b.c >", "x", "a@b.c"},
        {"x <a@b.c", NULL, NULL},
        {"x a@b.c>", NULL, NULL},
        {"x <a@b.c>, y <d@e.f>", NULL, NULL},
        {"x <a@b.c> y", NULL, NULL},
        {"x <<a@b.c>>", NULL, NULL},
        {"x\r\nBcc: y@z.z <a@b.c>", NULL, NULL},
        {"x\ny <a@b.c>", NULL, NULL},
        {"\xff <a@b.c>", NULL, NULL},
        {"", NULL, NULL},
        {"<>", NULL, NULL},
        {"\"", NULL, NULL},
        {"x <a@b>", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mailbox box = {.name = "before", .address = "before"};
        struct err err;
        int code = letter_mailbox(rows[i].text, &box, &err);
        if (code != (rows[i].address ? 0 : ERR_INVALID) ||
            strcmp(box.address, rows[i].address ? rows[i].address : "before") != 0 ||
            strcmp(box.name, rows[i].address ? rows[i].name : "before") != 0)
            fail_msg("%s: %d, \"%s\" <%s>", rows[i].text, code, box.name, box.address);
    }
}

/* ---- what arrives ------------------------------------------------------------------------------- */

struct row {
    const char *what;
    const char *subject, *read_subject; /* NULL = the same */
    const char *name, *read_name;
    const char *text, *read_text;
    size_t times; /* that the subject is repeated; 0 = once */
};

static const struct row rows[] = {
    {"Chinese", "心得体会还差2篇", NULL, "内科", NULL, "内科：\n还差2篇。\n", NULL, 0},
    {"English", "Report due 2026-12-01: 3 missing", NULL, "Department 3", NULL, "Hello.\n",
     NULL, 0},
    {"long", "心得体会", NULL, "内科", NULL, "a\n", NULL, 75},
    {"long ASCII", "abcdefghij", NULL, "a", NULL, "a\n", NULL, 30},
    {"emoji", "👩‍⚕️👨‍👩‍👧‍👦🇨🇳", NULL, "👩‍⚕️", NULL,
     "👩‍⚕️\n", NULL, 20},
    {"combining", "e\u0301o\u0308", NULL, "Zoe\u0308", NULL, "a\n", NULL, 100},
    {"one cluster",
     "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301"
     "\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301"
     "\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
     NULL, "a", NULL, "a\n", NULL, 0},
    {"8 bit", "naïve Größe", NULL, "Zoë", NULL, "ÿ\n", NULL, 0},
    {"empty", "", NULL, "", NULL, "", NULL, 0},
    {"spaces", "  a  b  ", NULL, " c ", NULL, " \n \n", NULL, 0},
    {"encoded word", "=?UTF-8?B?aGFja2Vk?=", NULL, "=?UTF-8?Q?hacked?=", NULL, "=?a?=\n", NULL,
     0},
    {"header", "x\r\nBcc: evil@hospital.example", "x\\u000d Bcc: evil@hospital.example",
     "y\r\nBcc: evil@hospital.example", "y\\u000d Bcc: evil@hospital.example",
     "z\r\nBcc: evil@hospital.example\n", "z\nBcc: evil@hospital.example\n", 0},
    {"end of headers", "x\n\nbody", "x  body", "y\nbody", "y body", "\n\nbody\n", NULL, 0},
    {"two addresses", "a, b", NULL, "evil@hospital.example>, <a", NULL, "a\n", NULL, 0},
    {"quotes", "\"a\" \\ (b)", NULL, "\"内科\", (x) <y@z.example>;", NULL, "a\n", NULL, 0},
    {"dots", ".", NULL, ".", NULL, ".\n..\n.a\n\n.\n", NULL, 0},
    {"end of data", "a\r\n.\r\nQUIT", "a\\u000d .\\u000d QUIT", "a", NULL,
     "a\r\n.\r\nMAIL FROM:<x@y.z>\r\n", "a\n.\nMAIL FROM:<x@y.z>\n", 0},
    {"controls", "\x1b[31m\x07\x7f", "\\u001b[31m\\u0007\\u007f", "\xe2\x80\xae反向",
     "\\u202e反向", "\x1b\x07\n", NULL, 0},
    {"no UTF-8", "\xff\xe4\xb8", "\\xff\\xe4\\xb8", "a", NULL, "a\n", NULL, 0},
    {"no last line end", "a", NULL, "a", NULL, "a", "a\n", 0},
    {"From line", "From a", NULL, "From ", NULL, "From a\n>From b\n", NULL, 0},
};

enum { ROWS = sizeof rows / sizeof *rows };

static char *repeated(const char *text, size_t times)
{
    struct buf all = {0};
    for (size_t i = 0; i < (times ? times : 1); i++)
        buf_adds(&all, text);
    buf_add(&all, "", 0);
    return all.bytes;
}

static void send_rows(struct site *site, struct channel *channel)
{
    for (size_t i = 0; i < ROWS; i++) {
        struct channel_message message = mail_to("liaison@hospital.example");
        char id[32], *subject = repeated(rows[i].subject, rows[i].times);
        snprintf(id, sizeof id, "0123456789abcdef-%zu", i);
        message.id = id;
        message.subject = subject;
        message.name = rows[i].name;
        message.text = rows[i].text;
        struct sent sent = send_one(site, channel, &message);
        if (sent.end.result != CHANNEL_SENT)
            fail_msg("%s: %s", rows[i].what, sent.note);
        free(subject);
    }
}

static void assert_said(const struct row *row, const struct value *mail, const char *key,
                        const char *expected)
{
    const char *found = value_get_string(mail, key);
    if (!found || strcmp(found, expected) != 0)
        fail_msg("%s: %s is \"%s\", not \"%s\"", row->what, key, found ? found : "none",
                 expected);
}

static void check_mail(const struct row *row, const struct value *mail)
{
    char *subject = repeated(row->read_subject ? row->read_subject : row->subject, row->times);
    assert_said(row, mail, "subject", subject);
    assert_said(row, mail, "to_name", row->read_name ? row->read_name : row->name);
    assert_said(row, mail, "to_address", "liaison@hospital.example");
    assert_said(row, mail, "from_name", "党政办公室");
    assert_said(row, mail, "from_address", "dzb@hospital.example");
    assert_said(row, mail, "body", row->read_text ? row->read_text : row->text);
    assert_said(row, mail, "date", "Mon, 23 Nov 2026 09:00:00 +0800");
    assert_said(row, mail, "auto", "auto-generated");
    assert_said(row, mail, "type", "text/plain; charset=\"UTF-8\"");
    assert_said(row, mail, "headers",
                "Date From To Subject Message-ID Auto-Submitted MIME-Version Content-Type "
                "Content-Transfer-Encoding");
    assert_said(row, mail, "defects", "");
    assert_in_range(value_get_int(mail, "longest", 0), 1, 76);
    assert_true(value_get(mail, "plain")->boolean);
    free(subject);
}

/* Mails may be delivered in another order than they were taken in. */
static void check_mails(const struct value *list)
{
    assert_int_equal(list->count, ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        char id[64];
        size_t at = 0;
        snprintf(id, sizeof id, "<0123456789abcdef-%zu@hospital.example>", i);
        while (at < ROWS && strcmp(value_get_string(list->items[at], "id"), id) != 0)
            at++;
        assert_true(at < ROWS);
        check_mail(&rows[i], list->items[at]);
    }
}

static void arrive_as_they_were_said(void **state)
{
    struct site *site = *state;
    struct arena *arena = arena_new();
    struct channel *channel = open_mail(site, NULL, (struct mail_options){0});
    send_rows(site, channel);
    check_mails(read_mails(site->receiver.log, arena));
    close_channel(site, channel);
    arena_free(arena);
}

static void keep_their_id_over_attempts(void **state)
{
    struct site *site = *state;
    struct arena *arena = arena_new();
    struct channel *channel = open_mail(site, NULL, (struct mail_options){0});
    struct channel_message message = mail_to("end-451.a@hospital.example");
    for (uint32_t attempt = 1; attempt <= 3; attempt++) {
        message.attempt = attempt;
        message.sent_ms += 3600 * 1000;
        assert_int_equal(send_one(site, channel, &message).end.result, CHANNEL_RETRY);
    }
    const struct value *list = read_mails(site->receiver.log, arena);
    assert_int_equal(list->count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(value_get_string(list->items[i], "id"),
                            "<0123456789abcdef-7@hospital.example>");
    assert_string_equal(value_get_string(list->items[2], "date"),
                        "Mon, 23 Nov 2026 12:00:00 +0800");
    close_channel(site, channel);
    arena_free(arena);
}

/* Without a word to the server. */
static void go_to_nobody_without_an_address(void **state)
{
    struct site *site = *state;
    struct channel *channel = open_mail(site, NULL, (struct mail_options){0});
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct channel_message message = mail_to(bad[i]);
        struct sent sent = send_one(site, channel, &message);
        assert_int_equal(sent.end.result, CHANNEL_FAILED);
        assert_string_equal(sent.note, "the address is not a mail address");
    }
    struct channel_message message = mail_to("a@hospital.example");
    message.id = "a\r\nb";
    assert_int_equal(send_one(site, channel, &message).end.result, CHANNEL_FAILED);
    assert_int_equal(connections(&site->receiver), 0);
    close_channel(site, channel);
}

/* ---- whatever is said --------------------------------------------------------------------------- */

enum { LETTERS = 20000, PIECES = 24 };

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Pieces that mean something to somebody, and bytes that mean nothing. */
static const char *random_text(uint32_t *seed, char text[PIECES * 16])
{
    static const char *const pieces[] = {
        "\r\n",       "\n",         "\r",      ".\r\n",    "\r\n.\r\n",
        "Bcc: x@y.z", "=?UTF-8?B?", "?=",      "<",        ">",
        ",",          ":",          ";",       "\"",       "\\",
        "(",          " ",          "\t",      "病",       "👩‍⚕️",
        "e\u0301",    "\u0301",     "\u202e",  "\x80",     "\xff",
        "\xe4\xb8",   "\x1b",       "a",       "abcdefgh", "=",
        "@",          "\u2028",     "\xc2\x85"};
    enum { COUNT = sizeof pieces / sizeof *pieces };
    size_t length = next_random(seed) % PIECES;
    text[0] = '\0';
    for (size_t i = 0; i < length; i++)
        strcat(text, pieces[next_random(seed) % COUNT]);
    return text;
}

/* Printable ASCII in lines of at most 76, each ended by CRLF; the headers are ours, in our order. */
static void check_form(const struct buf *text)
{
    static const char *const headers[] = {
        "Date: ",         "From: ",         "To: ",
        "Subject: ",      "Message-ID: ",   "Auto-Submitted: ",
        "MIME-Version: ", "Content-Type: ", "Content-Transfer-Encoding: "};
    enum { HEADERS = sizeof headers / sizeof *headers };
    size_t header = 0;
    bool body = false;
    for (const char *line = text->bytes, *end; *line; line = end + 2) {
        end = strstr(line, "\r\n");
        assert_non_null(end);
        assert_in_range(end - line, 0, 76);
        for (const char *at = line; at < end; at++)
            assert_in_range(*at, ' ', '~');
        if (body || *line == ' ')
            continue;
        body = line == end;
        assert_true(body ? header == HEADERS
                         : header < HEADERS &&
                               strncmp(line, headers[header], strlen(headers[header])) == 0);
        header++;
    }
    assert_true(body);
}

static void have_one_form_whatever_they_say(void **state)
{
    static const struct mailbox from = {"党政办公室", "dzb@hospital.example"};
    uint32_t seed = 7;
    (void)state;
    for (int i = 0; i < LETTERS; i++) {
        char name[PIECES * 16], subject[PIECES * 16], body[PIECES * 16];
        struct letter letter = {.from = &from,
                                .to_name = random_text(&seed, name),
                                .to = "a@b.c",
                                .subject = random_text(&seed, subject),
                                .text = random_text(&seed, body),
                                .id = "a-1",
                                .sent_ms = next_random(&seed) * INT64_C(100000)};
        struct buf text = {0};
        struct err err;
        assert_int_equal(letter_write(&text, &letter, &err), 0);
        check_form(&text);
        buf_free(&text);
    }
}

static void replies_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int reply;
        const char *last, *behind; /* of a whole one */
    } replies[] = {
        {"", 0, NULL, NULL},
        {"2", 0, NULL, NULL},
        {"250 ok", 0, NULL, NULL},
        {"250 ok\r\n", 250, "250 ok\r\n", ""},
        {"250\r\n", 250, "250\r\n", ""},
        {"250 ok\n", 250, "250 ok\n", ""},
        {"250-a\r\n", 0, NULL, NULL},
        {"250-a\r\n250 b\r\n", 250, "250 b\r\n", ""},
        {"250-a\r\n550 b\r\n", 550, "550 b\r\n", ""},
        {"250 a\r\n421 b\r\n", 250, "250 a\r\n421 b\r\n", "421 b\r\n"},
        {"hello\r\n", -1, NULL, NULL},
        {"25\r\n", -1, NULL, NULL},
        {"250x\r\n", -1, NULL, NULL},
        {"\r\n", -1, NULL, NULL},
        {"250-a\r\nb\r\n", -1, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        const char *last = NULL, *behind = NULL;
        assert_int_equal(smtp_reply(replies[i].text, &last, &behind), replies[i].reply);
        if (!replies[i].last)
            continue;
        assert_string_equal(last, replies[i].last);
        assert_string_equal(behind, replies[i].behind);
    }
}

static void dots_are_stuffed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *stuffed;
    } texts[] = {
        {"", ".\r\n"},
        {"a\r\n", "a\r\n.\r\n"},
        {"a", "a\r\n.\r\n"},
        {".", "..\r\n.\r\n"},
        {".\r\n", "..\r\n.\r\n"},
        {"..\r\n.a\r\nb.\r\n", "...\r\n..a\r\nb.\r\n.\r\n"},
        {"a\r\n\r\n.\r\n\r\n", "a\r\n\r\n..\r\n\r\n.\r\n"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct buf text = {0};
        buf_adds(&text, texts[i].text);
        struct buf stuffed = smtp_stuffed(&text);
        assert_string_equal(stuffed.bytes, texts[i].stuffed);
        buf_free(&text);
        buf_free(&stuffed);
    }
}

/* ---- Debian's exim ------------------------------------------------------------------------------ */

static void start_mta(struct site *site, struct receiver *receiver, char mailbox[128])
{
    static char folder[96];
    snprintf(folder, sizeof folder, "%s/mta", site->folder);
    snprintf(mailbox, 128, "%s/mailbox", folder);
    assert_int_equal(chmod(site->folder, 0711), 0); /* run by root, it is nobody's */
    const char *const arguments[] = {PLANRUN_SOURCE_DIR "/tests/service/mta.py", folder, NULL};
    start_server(receiver, arguments);
}

static void wait_for_mails(struct receiver *mta, size_t count)
{
    char text[32];
    snprintf(text, sizeof text, "wait %zu", count);
    order(mta, text);
}

static void are_delivered_by_a_real_server(void **state)
{
    struct site *site = *state;
    if (access("/usr/sbin/exim4", X_OK) < 0) {
        print_message("skipped: exim4-daemon-light is not installed\n");
        skip();
    }
    struct arena *arena = arena_new();
    struct receiver mta;
    char mailbox[128], url[64];
    start_mta(site, &mta, mailbox);
    snprintf(url, sizeof url, "smtp://127.0.0.1:%u", mta.port);
    struct channel *channel = open_mail(site, url, (struct mail_options){.plain = true});
    static const struct {
        const char *address;
        enum channel_result result;
        const char *note;
    } others[] = {
        {"nobody@hospital.example", CHANNEL_FAILED, "to the recipient: 550 no such user here"},
        {"full@hospital.example", CHANNEL_RETRY, "to the recipient: 452 the mailbox is full"},
        {"a@elsewhere.example", CHANNEL_FAILED, "to the recipient: 550 relay not permitted"},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct channel_message message = mail_to(others[i].address);
        struct sent sent = send_one(site, channel, &message);
        assert_int_equal(sent.end.result, others[i].result);
        assert_string_equal(sent.note, others[i].note);
    }
    send_rows(site, channel);
    wait_for_mails(&mta, ROWS);
    check_mails(read_mails(mailbox, arena));
    close_channel(site, channel);
    stop_receiver(&mta);
    arena_free(arena);
}

int main(void)
{
#define LETTER_TEST(name) cmocka_unit_test_setup_teardown(name, open_mail_site, close_site)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_have_one_form),
        cmocka_unit_test(mailboxes_are_read),
        cmocka_unit_test(have_one_form_whatever_they_say),
        cmocka_unit_test(replies_are_read),
        cmocka_unit_test(dots_are_stuffed),
        LETTER_TEST(arrive_as_they_were_said),
        LETTER_TEST(keep_their_id_over_attempts),
        LETTER_TEST(go_to_nobody_without_an_address),
        LETTER_TEST(are_delivered_by_a_real_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
