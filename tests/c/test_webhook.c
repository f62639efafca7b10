/* Webhooks against a real receiver, with every fault of a network that can be made on one machine. */
#include "channel/webhook.h"

#include "http_kit.h"

#include "base/base64.h"
#include "base/sha256.h"

static const struct channel_message plain = {
    .id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
    .attempt = 1,
    .sent_ms = 1614265330000,
    .unit = "w1",
    .name = "一病区",
    .contact = "",
    .role = "contact",
    .subject = "征文：还差2篇",
    .text = "征文：还差2篇",
    .json = "{\"test\": 2432232314}",
    .link = "",
};

static struct channel *open_to(struct site *site, const char *url, int64_t within_ms)
{
    struct webhook_options options = {.url = url,
                                      .secrets = TEST_SECRET,
                                      .agent = "planrun/1.2.3",
                                      .private = true,
                                      .within_ms = within_ms};
    struct channel *channel = NULL;
    struct err err = {0};
    if (channel_webhook_new(&site->loop, &options, &channel, &err) < 0)
        fail_msg("%s: %s", url, err.message);
    return channel;
}

static struct channel *open_path(struct site *site, const char *path, int64_t within_ms)
{
    char url[256];
    snprintf(url, sizeof url, "http://user:word@127.0.0.1:%u%s?token=hidden",
             site->receiver.port, path);
    return open_to(site, url, within_ms);
}

/* ---- what is said to whom ------------------------------------------------------------------------ */

static void test_signature(void **state)
{
    struct site *site = *state;
    struct arena *arena = arena_new();
    struct channel *channel = open_path(site, "/ok", 0);
    struct sent sent = send_one(site, channel, &plain);
    assert_int_equal(sent.end.result, CHANNEL_SENT);
    const struct value *request = last_request(&site->receiver, arena);
    assert_string_equal(value_get_string(request, "signature"),
                        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert_string_equal(value_get_string(request, "id"), plain.id);
    assert_string_equal(value_get_string(request, "timestamp"), "1614265330");
    assert_string_equal(value_get_string(request, "type"), "application/json");
    assert_string_equal(value_get_string(request, "agent"), "planrun/1.2.3");
    assert_string_equal(value_get_string(request, "body"), plain.json);
    assert_null(value_get(value_get(request, "headers"), "expect"));
    assert_null(value_get(value_get(request, "headers"), "cookie"));
    close_channel(site, channel);
    arena_free(arena);
}

/* Quotes, line ends and bytes of other alphabets go as they are, and the receiver's own hmac agrees. */
static void test_data(void **state)
{
    static const char *const bodies[] = {
        "{}",
        "{\"text\":\"第一行\\r\\n第二行 \\\"引号\\\" \\\\ \\u0007\"}",
        "{\"id\":\"x\\r\\nwebhook-id: forged\",\"四字节\":\"𠮷👨‍👩‍👧\"}",
    };
    struct site *site = *state;
    struct channel *channel = open_path(site, "/ok", 0);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct arena *arena = arena_new();
        struct channel_message message = plain;
        message.json = bodies[i];
        message.sent_ms = 1800000000999 + (int64_t)i;
        assert_int_equal(send_one(site, channel, &message).end.result, CHANNEL_SENT);
        const struct value *request = last_request(&site->receiver, arena);
        assert_string_equal(value_get_string(request, "body"), bodies[i]);
        assert_true(value_get(request, "verified")->boolean);
        arena_free(arena);
    }
    close_channel(site, channel);
}

/* An id that would break a header never leaves the house. */
static void test_ids(void **state)
{
    static const char *const ids[] = {"", "a b", "a\r\nx: y", "a.b", "标识"};
    struct site *site = *state;
    struct channel *channel = open_path(site, "/ok", 0);
    size_t before = request_count(&site->receiver);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct channel_message message = plain;
        message.id = ids[i];
        assert_int_equal(send_one(site, channel, &message).end.result, CHANNEL_FAILED);
    }
    assert_int_equal(request_count(&site->receiver), before);
    close_channel(site, channel);
}

static void test_rotation(void **state)
{
    struct site *site = *state;
    struct arena *arena = arena_new();
    struct err err = {0};
    struct channel *channel;
    char url[128];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/ok", site->receiver.port);
    struct webhook_options options = {
        .url = url,
        .secrets = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n" TEST_SECRET "\n",
        .private = true};
    assert_int_equal(channel_webhook_new(&site->loop, &options, &channel, &err), 0);
    assert_int_equal(send_one(site, channel, &plain).end.result, CHANNEL_SENT);
    const struct value *request = last_request(&site->receiver, arena);
    assert_true(value_get(request, "verified")->boolean);
    assert_non_null(strstr(value_get_string(request, "signature"),
                           " v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    close_channel(site, channel);
    arena_free(arena);
}

/* ---- faults ------------------------------------------------------------------------------------- */

static void test_faults(void **state)
{
    static const struct {
        const char *path;
        enum channel_result result;
        bool unsure;
        int64_t wait_s;
        const char *note;
    } rows[] = {
        {"/ok", CHANNEL_SENT, false, 0, ""},
        {"/status/204", CHANNEL_SENT, false, 0, ""},
        {"/slow/200", CHANNEL_SENT, false, 0, ""},
        {"/half", CHANNEL_SENT, false, 0, ""},
        {"/big", CHANNEL_SENT, false, 0, ""},
        {"/drip", CHANNEL_SENT, false, 0, ""},
        {"/status/400", CHANNEL_RETRY, false, 0, "answered 400"},
        {"/status/404", CHANNEL_RETRY, false, 0, "answered 404"},
        {"/status/410", CHANNEL_GONE, false, 0, "answered 410"},
        {"/status/500", CHANNEL_RETRY, false, 0, "answered 500"},
        {"/status/502", CHANNEL_RETRY, true, 0, "answered 502"},
        {"/status/504", CHANNEL_RETRY, true, 0, "answered 504"},
        {"/status/301", CHANNEL_RETRY, false, 0, "answered 301"},
        {"/retry-after/7", CHANNEL_RETRY, false, 7, "answered 429"},
        {"/retry-after/0", CHANNEL_RETRY, false, 0, "answered 429"},
        {"/retry-after/-5", CHANNEL_RETRY, false, 0, "answered 429"},
        {"/retry-after/soon", CHANNEL_RETRY, false, 0, "answered 429"},
        {"/retry-after/99999999999999999999", CHANNEL_RETRY, false, 86400, "answered 429"},
        {"/unavailable/3600", CHANNEL_RETRY, false, 3600, "answered 503"},
        {"/drop", CHANNEL_RETRY, true, 0, "the connection was closed before an answer came"},
        {"/drop-late", CHANNEL_RETRY, true, 0,
         "the connection was closed before an answer came"},
        {"/reset", CHANNEL_RETRY, true, 0, NULL},
        {"/garbage", CHANNEL_RETRY, true, 0, "the answer does not have the form of one"},
        {"/hang", CHANNEL_RETRY, true, 0, "no whole answer within 0.7 s"},
    };
    struct site *site = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool waits = strcmp(rows[i].path, "/hang") == 0 || strcmp(rows[i].path, "/drip") == 0;
        struct channel *channel = open_path(site, rows[i].path, waits ? 700 : 20000);
        for (int again = 0; again < (waits ? 1 : 2); again++) { /* on a kept connection too */
            struct sent sent = send_one(site, channel, &plain);
            if (sent.end.result != rows[i].result || sent.end.unsure != rows[i].unsure ||
                sent.end.wait_ms != rows[i].wait_s * 1000 ||
                (rows[i].note && strcmp(sent.note, rows[i].note) != 0))
                fail_msg("%s: result %d, unsure %d, wait %lld, %s", rows[i].path,
                         sent.end.result, sent.end.unsure, (long long)sent.end.wait_ms,
                         sent.note);
            assert_null(strstr(sent.note, "hidden"));
            assert_null(strstr(sent.note, "word"));
        }
        close_channel(site, channel);
    }
    printf("webhook faults: %zu\n", sizeof rows / sizeof *rows);
}

/* Dates of Retry-After are measured against the clock of the send. */
static void test_retry_date(void **state)
{
    struct site *site = *state;
    struct channel_message message = plain;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    message.sent_ms = (int64_t)now.tv_sec * 1000;
    struct channel *channel = open_path(site, "/retry-after/date-600", 0);
    struct sent sent = send_one(site, channel, &message);
    assert_int_equal(sent.end.result, CHANNEL_RETRY);
    assert_in_range(sent.end.wait_ms, 595000, 605000);
    close_channel(site, channel);
    channel = open_path(site, "/retry-after/date-0", 0);
    message.sent_ms += 3600 * 1000; /* our clock is ahead */
    assert_int_equal(send_one(site, channel, &message).end.wait_ms, 0);
    close_channel(site, channel);
}

/* A redirect is an answer like others: whom it names never hears of it. */
static void test_redirects(void **state)
{
    struct site *site = *state;
    struct receiver other = {0};
    char path[128];
    start_receiver(site, &other, NULL);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "/%s/http%%3A%%2F%%2F127.0.0.1%%3A%u%%2Fok",
                 i ? "redirect307" : "redirect", other.port);
        struct channel *channel = open_path(site, path, 0);
        struct sent sent = send_one(site, channel, &plain);
        assert_int_equal(sent.end.result, CHANNEL_RETRY);
        assert_string_equal(sent.note, i ? "answered 307" : "answered 302");
        close_channel(site, channel);
    }
    assert_int_equal(request_count(&other), 0);
    stop_receiver(&other);
}

static void test_down(void **state)
{
    struct site *site = *state;
    struct channel *channel = open_path(site, "/ok", 0);
    assert_int_equal(send_one(site, channel, &plain).end.result, CHANNEL_SENT);
    order(&site->receiver, "down");
    struct sent sent = send_one(site, channel, &plain);
    assert_int_equal(sent.end.result, CHANNEL_RETRY);
    assert_false(sent.end.unsure);
    assert_string_equal(sent.note, "Connection refused");
    order(&site->receiver, "up");
    assert_int_equal(send_one(site, channel, &plain).end.result, CHANNEL_SENT);
    close_channel(site, channel);
}

/* libcurl would send a request again by itself when a kept connection breaks before the answer. */
static void test_once_on_the_wire(void **state)
{
    struct site *site = *state;
    static const char *const faults[] = {"mode /drop-late", "mode /reset"};
    for (size_t i = 0; i < 2; i++) {
        struct channel *channel = open_path(site, "/ok", 0);
        assert_int_equal(send_one(site, channel, &plain).end.result, CHANNEL_SENT);
        order(&site->receiver, faults[i]);
        size_t before = request_count(&site->receiver);
        struct sent sent = send_one(site, channel, &plain);
        assert_int_equal(sent.end.result, CHANNEL_RETRY);
        assert_true(sent.end.unsure);
        assert_int_equal(request_count(&site->receiver), before + 1);
        order(&site->receiver, "mode");
        close_channel(site, channel);
    }
}

/* ---- TLS ---------------------------------------------------------------------------------------- */

static void run_shell(const char *format, ...)
{
    char command[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    if (system(command) != 0)
        fail_msg("%s", command);
}

/* NAME.pem and NAME.key, signed by itself. */
static void make_certificate(const struct site *site, const char *name, const char *subject,
                             int days)
{
    run_shell("cd %s && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
              " -subj /CN=test -addext subjectAltName=%s -keyout %s.key -out %s.csr"
              " 2>/dev/null && openssl x509 -req -in %s.csr -signkey %s.key -days %d"
              " -copy_extensions copy -out %s.pem 2>/dev/null",
              site->folder, subject, name, name, name, name, days, name);
}

static void test_tls(void **state)
{
    static const struct {
        const char *name, *subject;
        int days;
        bool trusted;
        const char *host, *note; /* NULL: sent */
    } rows[] = {
        {"good", "IP:127.0.0.1,DNS:localhost", 2, true, "127.0.0.1", NULL},
        {"name", "DNS:localhost", 2, true, "localhost", NULL},
        {"self", "IP:127.0.0.1", 2, false, "127.0.0.1", "self"},
        {"other", "DNS:other.example,IP:127.0.0.2", 2, true, "127.0.0.1", "127.0.0.1"},
        {"other2", "DNS:other.example", 2, true, "localhost", "localhost"},
        {"expired", "IP:127.0.0.1", -1, true, "127.0.0.1", "expired"},
    };
    struct site *site = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct receiver receiver = {0};
        struct channel *channel;
        struct err err = {0};
        char url[128], certificate[128], key[128];
        make_certificate(site, rows[i].name, rows[i].subject, rows[i].days);
        snprintf(certificate, sizeof certificate, "%s/%s.pem", site->folder, rows[i].name);
        snprintf(key, sizeof key, "%s/%s.key", site->folder, rows[i].name);
        start_receiver(site, &receiver, (const char *const[]){"--tls", certificate, key, NULL});
        snprintf(url, sizeof url, "https://%s:%u/ok", rows[i].host, receiver.port);
        struct webhook_options options = {.url = url,
                                          .secrets = TEST_SECRET,
                                          .ca_file = rows[i].trusted ? certificate : NULL,
                                          .private = true};
        assert_int_equal(channel_webhook_new(&site->loop, &options, &channel, &err), 0);
        struct sent sent = send_one(site, channel, &plain);
        if (sent.end.result != (rows[i].note ? CHANNEL_RETRY : CHANNEL_SENT) ||
            sent.end.unsure || (rows[i].note && !strstr(sent.note, rows[i].note)))
            fail_msg("%s: result %d, unsure %d, %s", rows[i].name, sent.end.result,
                     sent.end.unsure, sent.note);
        assert_int_equal(request_count(&receiver), rows[i].note ? 0 : 1);
        close_channel(site, channel);
        stop_receiver(&receiver);
    }
}

/* TLS towards a server that speaks none, and the other way round. */
static void test_tls_mixed(void **state)
{
    struct site *site = *state;
    char url[128];
    snprintf(url, sizeof url, "https://127.0.0.1:%u/ok", site->receiver.port);
    struct channel *channel = open_to(site, url, 400);
    struct sent sent = send_one(site, channel, &plain);
    assert_int_equal(sent.end.result, CHANNEL_RETRY);
    assert_false(sent.end.unsure);
    close_channel(site, channel);
}

/* ---- addresses ----------------------------------------------------------------------------------- */

static void test_private(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]",
                                        "127.1",     "0x7f.1",    "2130706433",
                                        "0.0.0.0",   "[::]",      "[::ffff:127.0.0.1]"};
    struct site *site = *state;
    size_t before = request_count(&site->receiver);
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        struct channel *channel;
        struct err err = {0};
        char url[128];
        snprintf(url, sizeof url, "https://%s:%u/ok", hosts[i], site->receiver.port);
        struct webhook_options options = {.url = url, .secrets = TEST_SECRET};
        assert_int_equal(channel_webhook_new(&site->loop, &options, &channel, &err), 0);
        struct sent sent = send_one(site, channel, &plain);
        if (sent.end.result != CHANNEL_RETRY || sent.end.unsure ||
            !(strstr(sent.note, "private") || strstr(sent.note, "no address")))
            fail_msg("%s: result %d, %s", hosts[i], sent.end.result, sent.note);
        close_channel(site, channel);
    }
    assert_int_equal(request_count(&site->receiver), before);
}

/* A literal IPv6 address, where the machine has any. */
static void test_six(void **state)
{
    struct site *site = *state;
    struct receiver receiver = {0};
    char url[64];
    FILE *known = fopen("/proc/net/if_inet6", "r");
    bool there = known && fgetc(known) != EOF;
    if (known)
        fclose(known);
    if (!there)
        skip();
    start_receiver(site, &receiver, (const char *const[]){"--host", "::1", NULL});
    snprintf(url, sizeof url, "http://[::1]:%u/ok", receiver.port);
    struct channel *channel = open_to(site, url, 0);
    for (int i = 0; i < 2; i++) {
        struct sent sent = send_one(site, channel, &plain);
        if (sent.end.result != CHANNEL_SENT)
            fail_msg("%s", sent.note);
    }
    close_channel(site, channel);
    stop_receiver(&receiver);
}

static void test_proxy_is_ignored(void **state)
{
    struct site *site = *state;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    struct channel *channel = open_path(site, "/ok", 0);
    assert_int_equal(send_one(site, channel, &plain).end.result, CHANNEL_SENT);
    close_channel(site, channel);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}

static void test_refusals(void **state)
{
    static const struct {
        const char *url, *secrets, *part;
    } rows[] = {
        {"http://example.com/", TEST_SECRET, "http:// only"},
        {"ftp://example.com/", TEST_SECRET, "https://"},
        {"file:///etc/passwd", TEST_SECRET, "https://"},
        {"https:example.com", TEST_SECRET, "https://"},
        {"https:///path", TEST_SECRET, "https://"},
        {"https://example.com/\r\nx: y", TEST_SECRET, "https://"},
        {"https://example.com:99999/", TEST_SECRET, "https://"},
        {"example.com", TEST_SECRET, "https://"},
        {"", TEST_SECRET, "https://"},
        {"https://example.com/", "", "needs a secret"},
        {"https://example.com/", NULL, "needs a secret"},
        {"https://example.com/", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_"},
        {"https://example.com/", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_"},
        {"https://example.com/", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La", "whsec_"}, /* 21 bytes */
        {"https://example.com/", TEST_SECRET " not_one", "whsec_"},
        {"https://example.com/",
         TEST_SECRET " " TEST_SECRET " " TEST_SECRET " " TEST_SECRET " " TEST_SECRET,
         "more than"},
    };
    struct site *site = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct webhook_options options = {.url = rows[i].url, .secrets = rows[i].secrets};
        struct channel *channel = NULL;
        struct err err = {0};
        if (channel_webhook_new(&site->loop, &options, &channel, &err) != ERR_INVALID ||
            !strstr(err.message, rows[i].part) || strstr(err.message, "MfKQ"))
            fail_msg("%s: %s", rows[i].url, err.message);
        assert_null(channel);
    }
}

/* ---- many ---------------------------------------------------------------------------------------- */

enum { MANY = 1000, AT_ONCE = 16 };

static size_t ended(const struct sent *sent, size_t count)
{
    size_t number = 0;
    for (size_t i = 0; i < count; i++) {
        assert_true(sent[i].ends <= 1);
        number += sent[i].ends;
    }
    return number;
}

static void send_many(struct site *site, struct channel *channel, struct sent *sent)
{
    size_t most = 0, before = open_files();
    memset(sent, 0, MANY * sizeof *sent);
    for (size_t i = 0; i < MANY; i++)
        channel->kind->send(channel, &plain, note_end, &sent[i]);
    while (ended(sent, MANY) < MANY) {
        uv_run(&site->loop, UV_RUN_ONCE);
        most = open_files() > most ? open_files() : most;
    }
    assert_in_range(most - before, 0, AT_ONCE);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(sent[i].end.result, CHANNEL_SENT);
}

static void test_many(void **state)
{
    static struct sent sent[MANY];
    struct site *site = *state;
    size_t files = open_files();
    struct channel *channel = open_path(site, "/ok", 0);
    send_many(site, channel, sent);
    size_t before = request_count(&site->receiver);
    long kilobytes = resident_kb();
    send_many(site, channel, sent);
    long grown = resident_kb() - kilobytes;
    assert_int_equal(request_count(&site->receiver), before + MANY);
    close_channel(site, channel);
    uv_run(&site->loop, UV_RUN_DEFAULT);
    assert_in_range(open_files(), 0, files + 3); /* what the loop opens once */
    print_message("webhooks sent: %d, memory grown by %ld kB\n", 2 * MANY, grown);
#ifndef PLANRUN_SANITIZE /* keeps what is freed for a while */
    assert_true(grown < 1024);
#endif
}

/* Whatever was under way, waiting or not, ends at once, and once. */
static void test_stop(void **state)
{
    static struct sent sent[MANY];
    struct site *site = *state;
    struct channel *channel = open_path(site, "/hang", 60000);
    memset(sent, 0, sizeof sent);
    for (size_t i = 0; i < 100; i++)
        channel->kind->send(channel, &plain, note_end, &sent[i]);
    uint64_t until = uv_hrtime() + 300000000;
    while (uv_hrtime() < until)
        uv_run(&site->loop, UV_RUN_NOWAIT);
    assert_int_equal(ended(sent, 100), 0);
    channel->kind->stop(channel);
    assert_int_equal(ended(sent, 100), 100);
    size_t unsure = 0;
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(sent[i].end.result, CHANNEL_RETRY);
        unsure += sent[i].end.unsure;
    }
    assert_int_equal(unsure, AT_ONCE);
    close_channel(site, channel);
    assert_int_equal(ended(sent, 100), 100);
}

/* ---- what it stands on ---------------------------------------------------------------------------- */

/* RFC 4231. */
static void test_hmac(void **state)
{
    unsigned char mac[SHA256_BYTES], key[131];
    struct buf hex = {0};
    (void)state;
    memset(key, 0xaa, sizeof key);
    sha256_hmac("Jefe", 4, "what do ya want for nothing?", 28, mac);
    for (size_t i = 0; i < 4; i++)
        buf_printf(&hex, "%02x", mac[i]);
    const char *text = "Test Using Larger Than Block-Size Key - Hash Key First";
    sha256_hmac(key, sizeof key, text, strlen(text), mac);
    for (size_t i = 0; i < 4; i++)
        buf_printf(&hex, "%02x", mac[i]);
    assert_string_equal(hex.bytes, "5bdcc14660e43159");
    buf_free(&hex);
}

static void test_base64(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xff\xfe", "//4="},
    };
    static const char *const bad[] = {
        "Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9v", "=Zg=", "Z===", "Zm9v\n"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf text = {0}, back = {0};
        base64_add(&text, rows[i][0], strlen(rows[i][0]));
        assert_string_equal(text.bytes ? text.bytes : "", rows[i][1]);
        assert_true(base64_read(&back, rows[i][1], strlen(rows[i][1])));
        assert_int_equal(back.length, strlen(rows[i][0]));
        assert_string_equal(back.bytes ? back.bytes : "", rows[i][0]);
        buf_free(&text);
        buf_free(&back);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buf back = {0};
        buf_adds(&back, "x");
        assert_false(base64_read(&back, bad[i], strlen(bad[i])));
        assert_string_equal(back.bytes, "x");
        buf_free(&back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_signature),
        cmocka_unit_test(test_data),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_retry_date),
        cmocka_unit_test(test_redirects),
        cmocka_unit_test(test_down),
        cmocka_unit_test(test_once_on_the_wire),
        cmocka_unit_test(test_tls),
        cmocka_unit_test(test_tls_mixed),
        cmocka_unit_test(test_private),
        cmocka_unit_test(test_six),
        cmocka_unit_test(test_proxy_is_ignored),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, open_site, close_site);
}
