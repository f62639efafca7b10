/* The mail channel against a real server: every fault at every step, TLS, login, kept connections, stopping. */
#include "mail_kit.h"

enum { SHORT_MS = 1200 };

static bool holds(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* ---- faults ------------------------------------------------------------------------------------ */

struct row {
    const char *what;
    enum channel_result result;
    bool unsure;
    const char *note; /* a part of it */
};

static void check_row(const struct row *row, const struct sent *sent)
{
    if (sent->ends != 1 || sent->end.result != row->result || sent->end.unsure != row->unsure ||
        !holds(sent->note, row->note) || (row->result == CHANNEL_SENT && sent->note[0]))
        fail_msg("%s: %u ends, result %d, unsure %d, \"%s\"", row->what, sent->ends,
                 sent->end.result, sent->end.unsure, sent->note);
}

static const struct row to_one[] = {
    {"a", CHANNEL_SENT, false, ""},
    {"rcpt-550", CHANNEL_FAILED, false, "to the recipient: 550 5.0.0 as \\u001b asked"},
    {"rcpt-551", CHANNEL_FAILED, false, "551"},
    {"rcpt-553", CHANNEL_FAILED, false, "553"},
    {"rcpt-501", CHANNEL_RETRY, false, "to the recipient: 501"},
    {"rcpt-530", CHANNEL_RETRY, false, "530"},
    {"rcpt-421", CHANNEL_RETRY, false, "421"},
    {"rcpt-450", CHANNEL_RETRY, false, "450"},
    {"rcpt-200", CHANNEL_RETRY, false, ""}, /* a recipient that the server does not know then */
    {"rcpt-354", CHANNEL_RETRY, false, "354"},
    {"rcpt-hang", CHANNEL_RETRY, false, "not over within 1.2 s"},
    {"rcpt-drop", CHANNEL_RETRY, false, "the connection was closed"},
    {"rcpt-close", CHANNEL_RETRY, false, "the connection was closed"},
    {"rcpt-slow", CHANNEL_SENT, false, ""},
    {"rcpt-garbage", CHANNEL_RETRY, false, "does not have the form"},
    {"rcpt-endless", CHANNEL_RETRY, false, "does not have the form"},
    {"rcpt-nul", CHANNEL_RETRY, false, "does not have the form"},
    {"data-554", CHANNEL_FAILED, false, "to the mail: 554"},
    {"data-503", CHANNEL_RETRY, false, "503"},
    {"data-451", CHANNEL_RETRY, false, "451"},
    {"data-250", CHANNEL_RETRY, false, "250"},
    {"data-hang", CHANNEL_RETRY, false, "not over"},
    {"data-drop", CHANNEL_RETRY, false, "closed"},
    {"text-552", CHANNEL_FAILED, false, "552"},
    {"text-451", CHANNEL_RETRY, false, "451"},
    {"text-drop", CHANNEL_RETRY, true, "closed"},
    {"text-hang", CHANNEL_RETRY, true, "not over"},
    {"end-550", CHANNEL_FAILED, false, "550"},
    {"end-554", CHANNEL_FAILED, false, "to the mail: 554"},
    {"end-503", CHANNEL_RETRY, false, "503"},
    {"end-452", CHANNEL_RETRY, false, "452"},
    {"end-421", CHANNEL_RETRY, false, "421"},
    {"end-hang", CHANNEL_RETRY, true, "not over"},
    {"end-drop", CHANNEL_RETRY, true, "closed"},
    {"end-close", CHANNEL_RETRY, true, "closed"},
    {"end-slow", CHANNEL_SENT, false, ""},
    {"end-garbage", CHANNEL_RETRY, true, "does not have the form"},
};

enum { TO_ONE = sizeof to_one / sizeof *to_one };

/* Shows that the loop goes on meanwhile. */
struct ticker {
    uv_timer_t timer;
    uint64_t last, longest;
};

static void on_tick(uv_timer_t *timer)
{
    struct ticker *ticker = timer->data;
    uint64_t now = uv_hrtime() / 1000000;
    if (ticker->last && now - ticker->last > ticker->longest)
        ticker->longest = now - ticker->last;
    ticker->last = now;
}

static void start_ticker(struct site *site, struct ticker *ticker)
{
    *ticker = (struct ticker){.timer.data = ticker};
    uv_timer_init(&site->loop, &ticker->timer);
    ticker->timer.data = ticker;
    uv_timer_start(&ticker->timer, on_tick, 5, 5);
}

static size_t count_ends(const struct sent *sents, size_t count)
{
    size_t ends = 0;
    for (size_t i = 0; i < count; i++)
        ends += sents[i].ends > 0;
    return ends;
}

static void wait_for(struct site *site, const struct sent *sents, size_t count)
{
    while (count_ends(sents, count) < count)
        uv_run(&site->loop, UV_RUN_ONCE);
}

/* All faults at once through a few connections: none is any business of another mail. */
static void ends_as_the_server_says(void **state)
{
    struct site *site = *state;
    struct sent sents[2 * TO_ONE] = {{0}};
    char addresses[2 * TO_ONE][64];
    struct ticker ticker;
    struct mail_options options = {.within_ms = SHORT_MS, .at_once = 6};
    size_t files = open_files();
    struct channel *channel = open_mail(site, NULL, options);
    start_ticker(site, &ticker);
    for (size_t i = 0; i < 2 * TO_ONE; i++) {
        snprintf(addresses[i], sizeof *addresses, "%s.%zu@hospital.example",
                 i % 2 ? "fine" : to_one[i / 2].what, i);
        struct channel_message message = mail_to(addresses[i]);
        channel->kind->send(channel, &message, note_end, &sents[i]);
    }
    wait_for(site, sents, 2 * TO_ONE);
    for (size_t i = 0; i < TO_ONE; i++) {
        static const struct row fine = {"fine", CHANNEL_SENT, false, ""};
        check_row(&to_one[i], &sents[2 * i]);
        check_row(&fine, &sents[2 * i + 1]);
    }
    assert_in_range(ticker.longest, 0, 900); /* a wait of libcurl's would be SHORT_MS */
    uv_close((uv_handle_t *)&ticker.timer, NULL);
    close_channel(site, channel);
    assert_int_equal(open_files(), files);
}

/* What befalls everybody. */
static const struct row to_all[] = {
    {"greeting-554", CHANNEL_RETRY, false, "to us: 554 5.0.0 as"},
    {"greeting-421", CHANNEL_RETRY, false, "to us: 421"},
    {"greeting-hang", CHANNEL_RETRY, false, "within"},
    {"greeting-drop", CHANNEL_RETRY, false, ""},
    {"greeting-garbage", CHANNEL_RETRY, false, ""},
    {"ehlo-500", CHANNEL_SENT, false, ""}, /* HELO then */
    {"ehlo-421", CHANNEL_SENT, false, ""},
    {"ehlo-drop", CHANNEL_RETRY, false, ""},
    {"ehlo-hang", CHANNEL_RETRY, false, "within"},
    {"mail-550", CHANNEL_RETRY, false, "to the sender: 550"},
    {"mail-451", CHANNEL_RETRY, false, "to the sender: 451"},
    {"mail-530", CHANNEL_RETRY, false, "to the sender: 530"},
    {"mail-hang", CHANNEL_RETRY, false, "not over within 0.4 s"},
    {"mail-drop", CHANNEL_RETRY, false, "closed"},
    {"", CHANNEL_SENT, false, ""},
};

static void tries_again_what_is_no_fault_of_a_mail(void **state)
{
    struct site *site = *state;
    char text[64];
    for (size_t i = 0; i < sizeof to_all / sizeof *to_all; i++) {
        struct sent sents[6] = {{0}};
        struct mail_options options = {.within_ms = holds(to_all[i].what, "hang") ? 400 : 20000,
                                       .at_once = 2};
        struct channel *channel = open_mail(site, NULL, options);
        struct channel_message message = mail_to("a@hospital.example");
        snprintf(text, sizeof text, "mode %s", to_all[i].what);
        order(&site->receiver, text);
        for (size_t j = 0; j < 6; j++)
            channel->kind->send(channel, &message, note_end, &sents[j]);
        wait_for(site, sents, 6);
        for (size_t j = 0; j < 6; j++)
            check_row(&to_all[i], &sents[j]);
        close_channel(site, channel);
    }
}

static void says_when_there_is_no_server(void **state)
{
    struct site *site = *state;
    struct channel_message message = mail_to("a@hospital.example");
    static const struct row refused = {"down", CHANNEL_RETRY, false, "Connection refused"},
                            unknown = {"unknown", CHANNEL_RETRY, false, "invalid"},
                            back = {"up", CHANNEL_SENT, false, ""};
    struct channel *channel = open_mail(site, NULL, (struct mail_options){0});
    order(&site->receiver, "down");
    struct sent sent = send_one(site, channel, &message);
    check_row(&refused, &sent);
    order(&site->receiver, "up");
    sent = send_one(site, channel, &message);
    check_row(&back, &sent);
    close_channel(site, channel);
    channel = open_mail(site, "smtp://nowhere.invalid:25", (struct mail_options){0});
    sent = send_one(site, channel, &message);
    check_row(&unknown, &sent);
    close_channel(site, channel);
}

/* ---- connections -------------------------------------------------------------------------------- */

static void keeps_a_connection(void **state)
{
    struct site *site = *state;
    struct channel *channel = open_mail(site, NULL, (struct mail_options){.at_once = 1});
    struct channel_message message = mail_to("a@hospital.example"),
                           refused = mail_to("rcpt-550.a@hospital.example");
    for (int i = 0; i < 60; i++)
        assert_int_equal(send_one(site, channel, &message).end.result, CHANNEL_SENT);
    assert_int_equal(send_one(site, channel, &refused).end.result, CHANNEL_FAILED);
    assert_int_equal(send_one(site, channel, &message).end.result, CHANNEL_SENT);
    assert_int_equal(connections(&site->receiver), 1);
    close_channel(site, channel);
}

/* A server that ends what was kept costs a connection, never a mail. */
static void begins_anew_when_a_kept_one_has_ended(void **state)
{
    struct site *site = *state;
    static const char *const modes[] = {"idle-421", "idle-drop", "idle-close",
                                        "rset-421", "rset-hang", "rset-drop"};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct mail_options options = {.at_once = 2};
        struct channel *channel = open_mail(site, NULL, options);
        struct channel_message message = mail_to("a@hospital.example"),
                               refused = mail_to("rcpt-550.a@hospital.example");
        char text[32];
        snprintf(text, sizeof text, "mode %s", modes[i]);
        order(&site->receiver, text);
        for (int j = 0; j < 3; j++) {
            struct row row = {modes[i], CHANNEL_SENT, false, ""};
            struct sent sent = send_one(site, channel, &message);
            check_row(&row, &sent);
            if (j == 0)
                assert_int_equal(send_one(site, channel, &refused).end.result, CHANNEL_FAILED);
        }
        close_channel(site, channel);
    }
    assert_int_equal(request_count(&site->receiver), 3 * sizeof modes / sizeof *modes);
}

/* What the server does not take waits for the connections that it takes. */
static void makes_do_with_fewer_connections(void **state)
{
    struct site *site = *state;
    struct sent sents[60] = {{0}};
    static const char *const more[] = {"--most", "1", NULL};
    struct receiver receiver;
    char url[64];
    start_smtp(site, &receiver, more);
    snprintf(url, sizeof url, "smtp://127.0.0.1:%u", receiver.port);
    struct channel *channel = open_mail(site, url, (struct mail_options){.plain = true});
    struct channel_message message = mail_to("a@hospital.example");
    send_one(site, channel, &message);
    for (size_t i = 0; i < 60; i++)
        channel->kind->send(channel, &message, note_end, &sents[i]);
    wait_for(site, sents, 60);
    for (size_t i = 0; i < 60; i++) {
        static const struct row fine = {"fine", CHANNEL_SENT, false, ""};
        check_row(&fine, &sents[i]);
    }
    assert_int_equal(connections(&receiver), 4); /* each other one was tried once */
    close_channel(site, channel);
    stop_receiver(&receiver);
}

static void stops_at_once(void **state)
{
    struct site *site = *state;
    struct sent sents[8] = {{0}};
    struct mail_options options = {.at_once = 2};
    struct channel *channel = open_mail(site, NULL, options);
    struct channel_message message = mail_to("end-hang.a@hospital.example"),
                           fine = mail_to("a@hospital.example");
    size_t unsure = 0, files = open_files();
    for (size_t i = 0; i < 8; i++)
        channel->kind->send(channel, &message, note_end, &sents[i]);
    while (request_count(&site->receiver) < 2)
        uv_run(&site->loop, UV_RUN_NOWAIT);
    channel->kind->stop(channel);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(sents[i].ends, 1);
        assert_int_equal(sents[i].end.result, CHANNEL_RETRY);
        assert_string_equal(sents[i].note, "stopped");
        unsure += sents[i].end.unsure;
    }
    assert_int_equal(unsure, 2);
    assert_int_equal(send_one(site, channel, &fine).end.result, CHANNEL_SENT);
    close_channel(site, channel);
    assert_true(open_files() <= files);
}

/* ---- TLS and login ------------------------------------------------------------------------------ */

static void make_certificate(const struct site *site, const char *name, const char *subject)
{
    char command[600];
    snprintf(
        command, sizeof command,
        "cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        " -subj /CN=test -addext subjectAltName=%s -keyout %s.key -out %s.pem 2>/dev/null",
        site->folder, subject, name, name);
    assert_int_equal(system(command), 0);
}

static void takes_only_a_server_that_it_trusts(void **state)
{
    struct site *site = *state;
    static const struct {
        const char *scheme;
        bool smtps, wrong_name, trusted;
        struct row row;
    } rows[] = {
        {"smtp", false, false, true, {"STARTTLS", CHANNEL_SENT, false, ""}},
        {"smtps", true, false, true, {"smtps", CHANNEL_SENT, false, ""}},
        {"smtp", false, false, false, {"unknown", CHANNEL_RETRY, false, "certificate"}},
        {"smtps", true, false, false, {"unknown, smtps", CHANNEL_RETRY, false, "certificate"}},
        {"smtp", false, true, true, {"another's", CHANNEL_RETRY, false, "certificate"}},
        {"smtps", true, true, true, {"another's, smtps", CHANNEL_RETRY, false, "certificate"}},
        {"smtps", false, false, true, {"no TLS at all", CHANNEL_RETRY, false, ""}},
        {"smtp", true, false, true, {"TLS unasked", CHANNEL_RETRY, false, ""}},
    };
    make_certificate(site, "right", "IP:127.0.0.1");
    make_certificate(site, "wrong", "DNS:elsewhere.example");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *name = rows[i].wrong_name ? "wrong" : "right";
        char pem[128], key[128], url[64];
        snprintf(pem, sizeof pem, "%s/%s.pem", site->folder, name);
        snprintf(key, sizeof key, "%s/%s.key", site->folder, name);
        const char *const more[] = {"--tls", pem, key, rows[i].smtps ? "--smtps" : NULL, NULL};
        struct receiver receiver;
        start_smtp(site, &receiver, more);
        snprintf(url, sizeof url, "%s://127.0.0.1:%u", rows[i].scheme, receiver.port);
        struct mail_options options = {.ca_file = rows[i].trusted ? pem : NULL,
                                       .within_ms = SHORT_MS};
        struct channel *channel = open_mail(site, url, options);
        struct channel_message message = mail_to("a@hospital.example");
        struct sent sent = send_one(site, channel, &message);
        check_row(&rows[i].row, &sent);
        char *log = requests(&receiver, NULL);
        assert_int_equal(holds(log, "\"tls\": true"), rows[i].row.result == CHANNEL_SENT);
        free(log);
        close_channel(site, channel);
        stop_receiver(&receiver);
    }
}

static char *great_text(size_t lines)
{
    struct buf text = {0};
    for (size_t i = 0; i < lines; i++)
        buf_printf(&text, ".%zu 心得体会还差2篇\n", i);
    return text.bytes;
}

/* More than a socket takes at once, with TLS and without. */
static void sends_a_great_mail(void **state)
{
    struct site *site = *state;
    enum { LINES = 200000 };
    char pem[128], key[128], url[64], *text = great_text(LINES);
    struct arena *arena = arena_new();
    struct receiver receiver;
    struct channel_message message = mail_to("a@hospital.example");
    message.text = text;
    make_certificate(site, "right", "IP:127.0.0.1");
    snprintf(pem, sizeof pem, "%s/right.pem", site->folder);
    snprintf(key, sizeof key, "%s/right.key", site->folder);
    const char *const more[] = {"--tls", pem, key, NULL};
    start_smtp(site, &receiver, more);
    snprintf(url, sizeof url, "smtp://127.0.0.1:%u", receiver.port);
    for (int tls = 0; tls < 2; tls++) {
        struct channel *channel =
            open_mail(site, tls ? url : NULL, (struct mail_options){.ca_file = pem});
        assert_int_equal(send_one(site, channel, &message).end.result, CHANNEL_SENT);
        struct value *list = read_mails(tls ? receiver.log : site->receiver.log, arena);
        assert_int_equal(list->count, 1);
        assert_string_equal(value_get_string(list->items[0], "body"), text);
        close_channel(site, channel);
    }
    stop_receiver(&receiver);
    arena_free(arena);
    free(text);
}

static void does_not_speak_plainly_where_it_must_not(void **state)
{
    struct site *site = *state;
    char url[64];
    static const struct row row = {"no STARTTLS", CHANNEL_RETRY, false, "STARTTLS"};
    struct channel_message message = mail_to("a@hospital.example");
    snprintf(url, sizeof url, "smtp://127.0.0.1:%u", site->receiver.port);
    struct channel *channel = open_mail(site, url, (struct mail_options){0});
    struct sent sent = send_one(site, channel, &message);
    check_row(&row, &sent);
    close_channel(site, channel);
    assert_int_equal(request_count(&site->receiver), 0);
    static const struct row outside = {"outside", CHANNEL_RETRY, false, "TLS only"};
    channel = open_mail(site, "smtp://8.8.8.8:25", (struct mail_options){.plain = true});
    sent = send_one(site, channel, &message);
    check_row(&outside, &sent);
    close_channel(site, channel);
}

static void logs_in(void **state)
{
    struct site *site = *state;
    static const struct {
        const char *user, *password, *mode;
        struct row row;
    } rows[] = {
        {"planrun", "s3cret-密码", "mode", {"right", CHANNEL_SENT, false, ""}},
        {"planrun", "wr0ng-word", "mode", {"wrong", CHANNEL_RETRY, false, "to the login: 535"}},
        {"planrun", "s3cret-密码", "mode auth-454", {"busy", CHANNEL_RETRY, false, ""}},
        {"planrun", "s3cret-密码", "mode auth-drop", {"dropped", CHANNEL_RETRY, false, ""}},
        {NULL, NULL, "mode", {"nobody", CHANNEL_RETRY, false, "to the sender: 530"}},
        {"planrun", "s3cret-密码", "mode ehlo-500", {"HELO", CHANNEL_RETRY, false, "no login"}},
    };
    static const char *const more[] = {"--auth", "planrun", "s3cret-密码", NULL};
    struct receiver receiver;
    char url[64];
    start_smtp(site, &receiver, more);
    snprintf(url, sizeof url, "smtp://127.0.0.1:%u", receiver.port);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mail_options options = {
            .user = rows[i].user, .password = rows[i].password, .plain = true};
        struct channel *channel = open_mail(site, url, options);
        struct channel_message message = mail_to("a@hospital.example");
        order(&receiver, rows[i].mode);
        struct sent sent = send_one(site, channel, &message);
        check_row(&rows[i].row, &sent);
        assert_false(rows[i].password && holds(sent.note, rows[i].password));
        close_channel(site, channel);
    }
    stop_receiver(&receiver);
}

/* ---- what cannot be ----------------------------------------------------------------------------- */

static void refuses_what_cannot_be(void **state)
{
    struct site *site = *state;
    static const struct {
        struct mail_options options;
        const char *why;
    } rows[] = {
        {{.server = "http://a.example", .from = "a@b.example"}, "smtp"},
        {{.server = "smtp://", .from = "a@b.example"}, ""},
        {{.server = "a.example:25", .from = "a@b.example"}, "not of the form"},
        {{.server = "smtp://u:p4ss@a.example", .from = "a@b.example"}, "not of the form"},
        {{.server = "smtp://a.example/x", .from = "a@b.example"}, "not of the form"},
        {{.server = "smtp://a.example\r\nQUIT", .from = "a@b.example"}, "not of the form"},
        {{.server = "smtps://a.example", .from = "a@b.example", .plain = true}, "only smtp://"},
        {{.server = "smtp://a.example", .from = "a@b"}, "not of the form"},
        {{.server = "smtp://a.example", .from = "x <a@b.example>, c@d.example"}, "the sender"},
        {{.server = "smtp://a.example", .from = "x\r\nBcc: c@d.example <a@b.example>"}, "form"},
        {{.server = "smtp://a.example", .from = "a@b.example", .hello = "a b"}, "EHLO"},
        {{.server = "smtp://a.example", .from = "a@b.example", .hello = "a\r\nb"}, "EHLO"},
        {{.server = "smtp://a.example", .from = "a@b.example", .at_once = 1000}, "connections"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct channel *channel;
        struct err err = {0};
        assert_int_equal(channel_mail_new(&site->loop, &rows[i].options, &channel, &err),
                         ERR_INVALID);
        if (!holds(err.message, rows[i].why) || holds(err.message, "p4ss"))
            fail_msg("%s, %s: %s", rows[i].options.server, rows[i].options.from, err.message);
    }
    uv_run(&site->loop, UV_RUN_DEFAULT);
}

int main(void)
{
#define MAIL_TEST(name) cmocka_unit_test_setup_teardown(name, open_mail_site, close_site)
    const struct CMUnitTest tests[] = {
        MAIL_TEST(ends_as_the_server_says),
        MAIL_TEST(tries_again_what_is_no_fault_of_a_mail),
        MAIL_TEST(says_when_there_is_no_server),
        MAIL_TEST(keeps_a_connection),
        MAIL_TEST(begins_anew_when_a_kept_one_has_ended),
        MAIL_TEST(makes_do_with_fewer_connections),
        MAIL_TEST(stops_at_once),
        MAIL_TEST(takes_only_a_server_that_it_trusts),
        MAIL_TEST(sends_a_great_mail),
        MAIL_TEST(does_not_speak_plainly_where_it_must_not),
        MAIL_TEST(logs_in),
        MAIL_TEST(refuses_what_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
