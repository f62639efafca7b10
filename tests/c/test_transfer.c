/* Transfers and what they stand on, with a name service of the test's own: getaddrinfo is replaced, the receiver
 * is real. */
#include "channel/transfer.h"

#include "http_kit.h"

#include "channel/address.h"
#include "channel/lookup.h"
#include "channel/server.h"

#include <arpa/inet.h>
#include <stdatomic.h>

/* ---- the name service ----------------------------------------------------------------------------- */

static atomic_uint asked;         /* questions so far */
static atomic_uint rebound;       /* "rebind.test" means another address from now on */
static atomic_uint answers_after; /* milliseconds that "slow.test" takes */

static const struct {
    const char *name, *addresses[3];
} names[] = {
    {"good.test", {"127.0.0.1"}},
    {"both.test", {"::1", "127.0.0.1"}},
    {"slow.test", {"127.0.0.1"}},
    {"rebind.test", {"127.0.0.1"}},
    {"ten.test", {"10.1.2.3"}},
    {"mixed.test", {"9.9.9.9", "10.1.2.3"}},
    {"mixed6.test", {"2400:3200::1", "fd00::1"}},
    {"mapped.test", {"::ffff:127.0.0.1"}},
    {"nat64.test", {"64:ff9b::7f00:1"}},
    {"metadata.test", {"169.254.169.254"}},
    {"shared.test", {"100.100.100.200"}},
    {"multicast.test", {"224.0.0.1"}},
    {"nowhere.test", {"0.0.0.0"}},
    {"public.test", {"9.9.9.9"}},
    {"none.test", {NULL}},
};

static struct addrinfo *new_answer(const char *text, struct addrinfo *next)
{
    struct answer {
        struct addrinfo info;
        struct sockaddr_in6 address;
    } *answer = calloc(1, sizeof *answer);
    bool six = strchr(text, ':') != NULL;
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)&answer->address;
    answer->info.ai_family = six ? AF_INET6 : AF_INET;
    answer->info.ai_addr = (struct sockaddr *)&answer->address;
    answer->info.ai_next = next;
    answer->info.ai_addr->sa_family = (sa_family_t)answer->info.ai_family;
    assert_int_equal(
        inet_pton(answer->info.ai_family, text,
                  six ? (void *)&answer->address.sin6_addr : (void *)&four->sin_addr),
        1);
    return &answer->info;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
    (void)service, (void)hints;
    atomic_fetch_add(&asked, 1);
    if (strcmp(name, "slow.test") == 0)
        usleep(1000 * atomic_load(&answers_after));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i].name) != 0)
            continue;
        *out = NULL;
        for (size_t a = 3; a-- > 0;)
            if (names[i].addresses[a])
                *out = new_answer(names[i].addresses[a], *out);
        if (strcmp(name, "rebind.test") == 0 && atomic_load(&rebound)) {
            freeaddrinfo(*out);
            *out = new_answer("10.9.9.9", NULL);
        }
        return *out ? 0 : EAI_NONAME;
    }
    return EAI_NONAME;
}

void freeaddrinfo(struct addrinfo *answer)
{
    while (answer) {
        struct addrinfo *next = answer->ai_next;
        free(answer);
        answer = next;
    }
}

/* ---- addresses -------------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    enum address_kind kind;
} judged[] = {
    {"1.1.1.1", ADDRESS_PUBLIC},
    {"9.255.255.255", ADDRESS_PUBLIC},
    {"10.0.0.0", ADDRESS_PRIVATE},
    {"10.255.255.255", ADDRESS_PRIVATE},
    {"11.0.0.0", ADDRESS_PUBLIC},
    {"0.0.0.0", ADDRESS_NEVER},
    {"0.1.2.3", ADDRESS_NEVER},
    {"100.63.255.255", ADDRESS_PUBLIC},
    {"100.64.0.0", ADDRESS_PRIVATE},
    {"100.127.255.255", ADDRESS_PRIVATE},
    {"100.128.0.0", ADDRESS_PUBLIC},
    {"126.255.255.255", ADDRESS_PUBLIC},
    {"127.0.0.1", ADDRESS_PRIVATE},
    {"127.255.255.254", ADDRESS_PRIVATE},
    {"128.0.0.0", ADDRESS_PUBLIC},
    {"169.253.255.255", ADDRESS_PUBLIC},
    {"169.254.169.254", ADDRESS_PRIVATE},
    {"172.15.255.255", ADDRESS_PUBLIC},
    {"172.16.0.0", ADDRESS_PRIVATE},
    {"172.31.255.255", ADDRESS_PRIVATE},
    {"172.32.0.0", ADDRESS_PUBLIC},
    {"192.0.0.8", ADDRESS_NEVER},
    {"192.0.2.1", ADDRESS_NEVER},
    {"192.88.99.1", ADDRESS_NEVER},
    {"192.167.255.255", ADDRESS_PUBLIC},
    {"192.168.0.1", ADDRESS_PRIVATE},
    {"192.169.0.0", ADDRESS_PUBLIC},
    {"198.18.0.1", ADDRESS_PRIVATE},
    {"198.19.255.255", ADDRESS_PRIVATE},
    {"198.20.0.0", ADDRESS_PUBLIC},
    {"198.51.100.1", ADDRESS_NEVER},
    {"203.0.113.1", ADDRESS_NEVER},
    {"223.255.255.255", ADDRESS_PUBLIC},
    {"224.0.0.1", ADDRESS_NEVER},
    {"240.0.0.1", ADDRESS_NEVER},
    {"255.255.255.255", ADDRESS_NEVER},
    {"::", ADDRESS_NEVER},
    {"::1", ADDRESS_PRIVATE},
    {"::2", ADDRESS_NEVER},
    {"::127.0.0.1", ADDRESS_PRIVATE},
    {"::ffff:127.0.0.1", ADDRESS_PRIVATE},
    {"::ffff:10.0.0.1", ADDRESS_PRIVATE},
    {"::ffff:0.0.0.0", ADDRESS_NEVER},
    {"::ffff:1.1.1.1", ADDRESS_PUBLIC},
    {"64:ff9b::10.0.0.1", ADDRESS_PRIVATE},
    {"64:ff9b::169.254.169.254", ADDRESS_PRIVATE},
    {"64:ff9b::1.1.1.1", ADDRESS_PUBLIC},
    {"64:ff9b:1::1.1.1.1", ADDRESS_PRIVATE},
    {"2002:a00:1::", ADDRESS_PRIVATE},
    {"2002:101:101::", ADDRESS_PUBLIC},
    {"2001::1", ADDRESS_NEVER},
    {"2001:db8::1", ADDRESS_NEVER},
    {"2001:4860::8888", ADDRESS_PUBLIC},
    {"2400:3200::1", ADDRESS_PUBLIC},
    {"100::1", ADDRESS_NEVER},
    {"4000::1", ADDRESS_NEVER},
    {"fc00::1", ADDRESS_PRIVATE},
    {"fdff::1", ADDRESS_PRIVATE},
    {"fe80::1", ADDRESS_PRIVATE},
    {"fec0::1", ADDRESS_PRIVATE},
    {"fe00::1", ADDRESS_NEVER},
    {"ff02::1", ADDRESS_NEVER},
};

static void test_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
        struct addrinfo *answer = new_answer(judged[i].text, NULL);
        char text[ADDRESS_TEXT];
        if (address_kind(answer->ai_addr) != judged[i].kind)
            fail_msg("%s: %d", judged[i].text, address_kind(answer->ai_addr));
        address_text(answer->ai_addr, text);
        assert_true(text[0] != '\0');
        freeaddrinfo(answer);
    }
    struct sockaddr local = {.sa_family = AF_UNIX};
    assert_int_equal(address_kind(&local), ADDRESS_NEVER);
    printf("addresses judged: %zu\n", sizeof judged / sizeof *judged);
}

static void test_servers(void **state)
{
    static const struct {
        const char *url, *host, *name; /* host NULL: refused */
        unsigned port;
    } rows[] = {
        {"https://a.example", "a.example", "https://a.example:443", 443},
        {"HTTPS://u:p@a.example:8443/p?q=secret#f", "a.example", "https://a.example:8443",
         8443},
        {"http://[::1]:80/", "::1", "http://[::1]:80", 80},
        {"http://127.1/", "127.0.0.1", "http://127.0.0.1:80", 80},
        {"https://a.example@b.example/", "b.example", "https://b.example:443", 443},
        {"ftp://a.example/", NULL, NULL, 0},
        {"http//a.example/", NULL, NULL, 0},
        {"https://", NULL, NULL, 0},
        {"https:///a", NULL, NULL, 0},
        {"https://a b/", NULL, NULL, 0},
        {"https://a.example/\n", NULL, NULL, 0},
        {"https://a.example:0x1/", NULL, NULL, 0},
        {"https://[::1/", NULL, NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct server server = {0};
        struct err err = {0};
        int code = server_read(rows[i].url, "http,https", &server, &err);
        if (code != (rows[i].host ? 0 : ERR_INVALID))
            fail_msg("%s: %d", rows[i].url, code);
        assert_string_equal(server.host, rows[i].host ? rows[i].host : "");
        assert_string_equal(server.name, rows[i].name ? rows[i].name : "");
        assert_int_equal(server.port, rows[i].port);
        assert_null(strstr(err.message, "a.example"));
    }
}

/* ---- transfers -------------------------------------------------------------------------------------- */

struct ended {
    unsigned ends;
    CURLcode code;
    long status;
    bool sent;
    char note[256], body[64];
    uint64_t at_ms;
    struct site *site;
};

static void note_transfer(void *context, const struct transfer_end *end)
{
    struct ended *ended = context;
    ended->ends++;
    ended->code = end->code;
    ended->status = end->status;
    ended->sent = end->sent;
    ended->at_ms = uv_now(&ended->site->loop);
    snprintf(ended->note, sizeof ended->note, "%s", end->note ? end->note : "");
    snprintf(ended->body, sizeof ended->body, "%s", end->body);
    assert_int_equal(strlen(end->headers), end->header_length);
    assert_in_range(end->body_length, 0, TRANSFER_ANSWER_MOST);
    assert_in_range(end->header_length, 0, TRANSFER_ANSWER_MOST);
}

static struct transfers *open_server(struct site *site, const char *scheme, const char *host,
                                     struct transfers_options options)
{
    char url[128];
    struct transfers *transfers = NULL;
    struct err err = {0};
    snprintf(url, sizeof url, "%s://%s:%u", scheme, host, site->receiver.port);
    options.url = url;
    options.protocols = "http,https";
    if (transfers_new(&site->loop, &options, &transfers, &err) < 0)
        fail_msg("%s: %s", url, err.message);
    return transfers;
}

static CURL *new_easy(const struct transfers *transfers, const char *path)
{
    char url[256];
    CURL *easy = curl_easy_init();
    snprintf(url, sizeof url, "%s%s", transfers_server(transfers), path);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L); /* which transfers take back */
    return easy;
}

static struct ended get_one(struct site *site, struct transfers *transfers, const char *path)
{
    struct ended ended = {.site = site};
    CURL *easy = new_easy(transfers, path);
    transfer_start(transfers, easy, note_transfer, &ended);
    assert_int_equal(ended.ends, 0);
    while (!ended.ends)
        uv_run(&site->loop, UV_RUN_ONCE);
    assert_int_equal(ended.ends, 1);
    curl_easy_cleanup(easy);
    return ended;
}

static void close_server(struct site *site, struct transfers *transfers)
{
    assert_int_equal(transfers_busy(transfers), 0);
    transfers_close(transfers);
    uv_run(&site->loop, UV_RUN_DEFAULT);
}

static void test_names(void **state)
{
    static const struct {
        const char *scheme, *host;
        bool private;
        const char *note; /* NULL: answered */
    } rows[] = {
        {"http", "good.test", true, NULL},
        {"http", "both.test", true, NULL}, /* nobody listens at its first address */
        {"https", "good.test", false, "127.0.0.1 is a private address, which is not allowed"},
        {"https", "ten.test", false, "10.1.2.3 is a private address, which is not allowed"},
        {"https", "mixed.test", false, "10.1.2.3 is a private address, which is not allowed"},
        {"https", "mixed6.test", false, "fd00::1 is a private address, which is not allowed"},
        {"https", "mapped.test", false, "private address"},
        {"https", "nat64.test", false, "private address"},
        {"https", "metadata.test", false, "private address"},
        {"https", "shared.test", false, "private address"},
        {"https", "multicast.test", true, "no address that can be called"},
        {"https", "nowhere.test", true, "no address that can be called"},
        {"http", "public.test", true, "9.9.9.9 is outside and may be called with TLS only"},
        {"http", "mixed.test", true, "9.9.9.9 is outside and may be called with TLS only"},
        {"http", "none.test", true, "none.test: "},
        {"http", "unknown.test", true, "unknown.test: "},
    };
    struct site *site = *state;
    size_t before = request_count(&site->receiver), good = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct transfers *transfers =
            open_server(site, rows[i].scheme, rows[i].host,
                        (struct transfers_options){.private = rows[i].private});
        for (int again = 0; again < 2; again++) {
            struct ended ended = get_one(site, transfers, "/ok");
            if (ended.code != (rows[i].note ? CURLE_COULDNT_RESOLVE_HOST : CURLE_OK) ||
                ended.sent != !rows[i].note ||
                !strstr(ended.note, rows[i].note ? rows[i].note : ""))
                fail_msg("%s: %d, %s", rows[i].host, ended.code, ended.note);
            good += !rows[i].note;
        }
        close_server(site, transfers);
    }
    assert_int_equal(request_count(&site->receiver), before + good);
}

/* One answer is used for a minute, whatever the name means by then. */
static void test_pinned(void **state)
{
    struct site *site = *state;
    struct transfers *transfers =
        open_server(site, "http", "rebind.test", (struct transfers_options){.private = true});
    unsigned before = atomic_load(&asked);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(get_one(site, transfers, "/ok").code, CURLE_OK);
        assert_int_equal(get_one(site, transfers, "/drop-late").code, CURLE_GOT_NOTHING);
        atomic_store(&rebound, 1);
    }
    assert_int_equal(atomic_load(&asked), before + 1);
    atomic_store(&rebound, 0);
    close_server(site, transfers);
}

/* The server of the options is called and no other, even where the easy handle says so. */
static void test_other_server(void **state)
{
    struct site *site = *state;
    char url[64];
    struct ended ended = {.site = site};
    struct transfers *transfers =
        open_server(site, "https", "public.test", (struct transfers_options){0});
    CURL *easy = new_easy(transfers, "/");
    snprintf(url, sizeof url, "http://127.0.0.1:%u/ok", site->receiver.port);
    size_t before = request_count(&site->receiver);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    transfer_start(transfers, easy, note_transfer, &ended);
    while (!ended.ends)
        uv_run(&site->loop, UV_RUN_ONCE);
    assert_int_equal(ended.code, CURLE_COULDNT_CONNECT);
    assert_string_equal(ended.note, "127.0.0.1 is a private address, which is not allowed");
    assert_int_equal(request_count(&site->receiver), before);
    curl_easy_cleanup(easy);
    close_server(site, transfers);
}

/* ---- names that are slow ------------------------------------------------------------------------------ */

static void test_slow_name(void **state)
{
    struct site *site = *state;
    struct transfers *slow =
        open_server(site, "http", "slow.test",
                    (struct transfers_options){.private = true, .connect_ms = 200});
    struct transfers *good =
        open_server(site, "http", "good.test", (struct transfers_options){.private = true});
    struct ended ended[3] = {{.site = site}, {.site = site}, {.site = site}};
    CURL *easy[3];
    atomic_store(&answers_after, 600);
    uv_update_time(&site->loop);
    uint64_t began = uv_now(&site->loop);
    for (size_t i = 0; i < 3; i++) {
        easy[i] = new_easy(slow, "/ok");
        transfer_start(slow, easy[i], note_transfer, &ended[i]);
    }
    assert_int_equal(get_one(site, good, "/ok").code, CURLE_OK); /* nobody waits for it */
    assert_int_equal(ended[0].ends, 0);
    while (!ended[2].ends)
        uv_run(&site->loop, UV_RUN_ONCE);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ended[i].ends, 1);
        assert_string_equal(ended[i].note, "no answer about the name within 0.2 s");
        assert_in_range(ended[i].at_ms - began, 195, 550);
        curl_easy_cleanup(easy[i]);
    }
    while (get_one(site, slow, "/ok").code != CURLE_OK) /* once the name is known */
        assert_in_range(uv_now(&site->loop) - began, 0, 5000);
    close_server(site, slow);
    close_server(site, good);
}

/* Nothing waits for a name that nobody needs any more: neither the stop nor the loop. */
static void test_stop_while_asking(void **state)
{
    struct site *site = *state;
    struct ended ended = {.site = site};
    struct transfers *slow =
        open_server(site, "http", "slow.test", (struct transfers_options){.private = true});
    CURL *easy = new_easy(slow, "/ok");
    atomic_store(&answers_after, 400);
    uint64_t began = uv_hrtime();
    transfer_start(slow, easy, note_transfer, &ended);
    uv_run(&site->loop, UV_RUN_NOWAIT);
    transfers_stop(slow);
    assert_int_equal(ended.ends, 1);
    assert_int_equal(ended.code, CURLE_ABORTED_BY_CALLBACK);
    assert_false(ended.sent);
    curl_easy_cleanup(easy);
    close_server(site, slow);
    assert_in_range((uv_hrtime() - began) / 1000000, 0, 300);
    usleep(500 * 1000); /* the thread ends by itself; a sanitizer sees to what it leaves */
}

/* ---- limits --------------------------------------------------------------------------------------------- */

static void test_bounded(void **state)
{
    struct site *site = *state;
    struct transfers *transfers =
        open_server(site, "http", "good.test", (struct transfers_options){.private = true});
    static const char *const paths[] = {"/big", "/big-headers"};
    for (size_t i = 0; i < 2; i++) {
        uint64_t began = uv_hrtime();
        struct ended ended = get_one(site, transfers, paths[i]);
        assert_int_equal(ended.code, CURLE_OK);
        assert_int_equal(ended.status, 200);
        assert_in_range((uv_hrtime() - began) / 1000000000, 0, 20); /* not for its whole time */
    }
    struct ended ended = get_one(site, transfers, "/redirect/http%3A%2F%2Fgood.test%2F");
    assert_int_equal(ended.code, CURLE_OK);
    assert_int_equal(ended.status, 302);
    close_server(site, transfers);
}

enum { MANY = 40 };

/* No more at once than was said; what waits for its turn has its whole time from then on. */
static void test_at_once(void **state)
{
    struct site *site = *state;
    struct transfers *transfers = open_server(
        site, "http", "good.test",
        (struct transfers_options){.private = true, .at_once = 4, .whole_ms = 1500});
    struct ended ended[MANY] = {0};
    CURL *easy[MANY];
    size_t done = 0, most = 0;
    get_one(site, transfers, "/ok");
    size_t files = open_files() - 1;
    for (size_t i = 0; i < MANY; i++) {
        easy[i] = new_easy(transfers, "/slow/200");
        ended[i].site = site;
        transfer_start(transfers, easy[i], note_transfer, &ended[i]);
    }
    while (done < MANY) {
        uv_run(&site->loop, UV_RUN_ONCE);
        most = open_files() - files > most ? open_files() - files : most;
        done = 0;
        for (size_t i = 0; i < MANY; i++)
            done += ended[i].ends;
    }
    assert_in_range(most, 2, 4);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(ended[i].code, CURLE_OK);
        curl_easy_cleanup(easy[i]);
    }
    close_server(site, transfers);
}

/* Waiting for a turn, for the name, for the answer: each can be cancelled, the others go on. */
static void test_cancel(void **state)
{
    struct site *site = *state;
    struct transfers *transfers = open_server(
        site, "http", "good.test", (struct transfers_options){.private = true, .at_once = 1});
    struct ended ended[4] = {{.site = site}, {.site = site}, {.site = site}, {.site = site}};
    struct transfer *transfer[4];
    CURL *easy[4];
    for (size_t i = 0; i < 4; i++) {
        easy[i] = new_easy(transfers, i == 1 ? "/hang" : "/ok");
        transfer[i] = transfer_start(transfers, easy[i], note_transfer, &ended[i]);
    }
    transfer_cancel(transfer[0]); /* waits for the name */
    transfer_cancel(transfer[2]);
    uint64_t until = uv_hrtime() + 200000000;
    while (uv_hrtime() < until)
        uv_run(&site->loop, UV_RUN_NOWAIT);
    assert_int_equal(ended[1].ends + ended[3].ends, 0);
    transfer_cancel(transfer[1]);
    assert_true(ended[1].sent);
    while (!ended[3].ends)
        uv_run(&site->loop, UV_RUN_ONCE);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(ended[i].ends, 1);
        assert_int_equal(ended[i].code, i == 3 ? CURLE_OK : CURLE_ABORTED_BY_CALLBACK);
        curl_easy_cleanup(easy[i]);
    }
    close_server(site, transfers);
}

/* A handle may be started again from the callback of its own end. */
struct chain {
    struct transfers *transfers;
    CURL *easy;
    unsigned left, good;
};

static void next_of_chain(void *context, const struct transfer_end *end)
{
    struct chain *chain = context;
    chain->good += end->code == CURLE_OK;
    if (chain->left-- > 0)
        transfer_start(chain->transfers, chain->easy, next_of_chain, chain);
}

static void test_chain(void **state)
{
    struct site *site = *state;
    struct transfers *transfers =
        open_server(site, "http", "good.test", (struct transfers_options){.private = true});
    struct chain chain = {transfers, new_easy(transfers, "/ok"), 50, 0};
    transfer_start(transfers, chain.easy, next_of_chain, &chain);
    uv_run(&site->loop, UV_RUN_DEFAULT);
    assert_int_equal(chain.good, 51);
    curl_easy_cleanup(chain.easy);
    close_server(site, transfers);
}

static void test_headers(void **state)
{
    static const char headers[] =
        "HTTP/1.1 429 Reason\r\nX-Retry-After: 1\r\nretry-AFTER: \t 7 \r\n"
        "Empty:\r\nLast: x";
    struct transfer_end end = {.headers = headers, .header_length = sizeof headers - 1};
    char value[8];
    (void)state;
    assert_true(transfer_header(&end, "Retry-After", value, sizeof value));
    assert_string_equal(value, "7");
    assert_true(transfer_header(&end, "empty", value, sizeof value));
    assert_string_equal(value, "");
    assert_true(transfer_header(&end, "last", value, sizeof value));
    assert_string_equal(value, "x");
    assert_false(transfer_header(&end, "Retry-After", value, 1));
    assert_false(transfer_header(&end, "Retry", value, sizeof value));
    assert_false(transfer_header(&end, "none", value, sizeof value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses), cmocka_unit_test(test_servers),
        cmocka_unit_test(test_headers),   cmocka_unit_test(test_names),
        cmocka_unit_test(test_pinned),    cmocka_unit_test(test_other_server),
        cmocka_unit_test(test_slow_name), cmocka_unit_test(test_stop_while_asking),
        cmocka_unit_test(test_bounded),   cmocka_unit_test(test_at_once),
        cmocka_unit_test(test_cancel),    cmocka_unit_test(test_chain),
    };
    return cmocka_run_group_tests(tests, open_site, close_site);
}
