/*
 * Webhooks to a receiver that fails at random, goes down and comes up, while all sends are stopped now and
 * then. Whatever happens, each send ends once, is on the wire at most once, and what is said of it is true:
 * SENT only of what the receiver has in its log, "not sent, surely" only of what it has not.
 * PLANRUN_TEST_SECONDS sets how long.
 */
#include "channel/webhook.h"

#include "http_kit.h"

enum { AT_ONCE = 16, MOST = 200000 };

struct send {
    struct sent sent;
    uint32_t seen; /* requests in the receiver's log */
    char id[24];
};

struct chaos {
    struct site *site;
    struct channel *channel;
    struct send *sends;
    size_t started, most_files;
    uint64_t random;
};

static uint32_t roll(struct chaos *chaos, uint32_t sides)
{
    chaos->random = chaos->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(chaos->random >> 33) % sides;
}

static size_t under_way(const struct chaos *chaos)
{
    size_t count = 0;
    for (size_t i = chaos->started > 200 ? chaos->started - 200 : 0; i < chaos->started; i++)
        count += chaos->sends[i].sent.ends == 0;
    return count;
}

static void start_some(struct chaos *chaos)
{
    while (chaos->started < MOST && under_way(chaos) < AT_ONCE + 8) {
        struct send *send = &chaos->sends[chaos->started];
        snprintf(send->id, sizeof send->id, "c-%zu", chaos->started++);
        struct channel_message message = {
            .id = send->id, .attempt = 1, .sent_ms = 1614265330000, .json = "{}", .link = ""};
        chaos->channel->kind->send(chaos->channel, &message, note_end, &send->sent);
    }
}

static void live(struct chaos *chaos, uint64_t until_ns)
{
    bool up = true;
    uint64_t next_ns = uv_hrtime();
    while (uv_hrtime() < until_ns) {
        start_some(chaos);
        uv_run(&chaos->site->loop, UV_RUN_ONCE);
        size_t files = open_files();
        chaos->most_files = files > chaos->most_files ? files : chaos->most_files;
        if (uv_hrtime() < next_ns)
            continue;
        next_ns = uv_hrtime() + (up ? 300 : 100) * 1000000u;
        if (roll(chaos, 4) == 0)
            chaos->channel->kind->stop(chaos->channel);
        if (roll(chaos, 3) == 0) {
            order(&chaos->site->receiver, up ? "down" : "up");
            up = !up;
        }
    }
    if (!up)
        order(&chaos->site->receiver, "up");
    chaos->channel->kind->stop(chaos->channel);
}

/* Counts each id of the receiver's log. */
static void read_log(struct chaos *chaos)
{
    static const char key[] = "\"id\": \"c-";
    char *text = requests(&chaos->site->receiver, NULL);
    for (const char *at = text; (at = strstr(at, key)); at += sizeof key) {
        size_t number = strtoul(at + sizeof key - 1, NULL, 10);
        assert_true(number < chaos->started);
        chaos->sends[number].seen++;
    }
    free(text);
}

static void check(const struct chaos *chaos)
{
    size_t counts[2][2] = {{0}};
    for (size_t i = 0; i < chaos->started; i++) {
        const struct send *send = &chaos->sends[i];
        const struct channel_end *end = &send->sent.end;
        bool answered = strncmp(send->sent.note, "answered", 8) == 0;
        bool sent = end->result == CHANNEL_SENT;
        if (send->sent.ends != 1 || send->seen > 1 || ((sent || answered) && send->seen != 1) ||
            (!sent && !answered && !end->unsure && send->seen != 0))
            fail_msg("%s: %u ends, seen %u times, result %d, unsure %d, %s", send->id,
                     send->sent.ends, send->seen, end->result, end->unsure, send->sent.note);
        counts[sent][end->unsure]++;
    }
    print_message("sends under faults: %zu (%zu sent, %zu unsure, %zu surely not)\n",
                  chaos->started, counts[1][0], counts[0][1], counts[0][0]);
    assert_true(counts[1][0] > 0 && counts[0][1] > 0 && counts[0][0] > 0);
}

static void test_chaos(void **state)
{
    struct site *site = *state;
    const char *seconds = getenv("PLANRUN_TEST_SECONDS");
    struct chaos chaos = {.site = site, .random = 20210705};
    struct err err = {0};
    char url[64];
    size_t files = open_files();
    chaos.sends = calloc(MOST, sizeof *chaos.sends);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/chaos/7", site->receiver.port);
    struct webhook_options options = {.url = url,
                                      .secrets = TEST_SECRET,
                                      .private = true,
                                      .at_once = AT_ONCE,
                                      .within_ms = 3000};
    assert_int_equal(channel_webhook_new(&site->loop, &options, &chaos.channel, &err), 0);
    live(&chaos, uv_hrtime() + (uint64_t)(seconds ? atoi(seconds) : 4) * 1000000000u);
    assert_int_equal(under_way(&chaos), 0);
    close_channel(site, chaos.channel);
    usleep(300 * 1000); /* what the receiver has read but not yet noted */
    read_log(&chaos);
    check(&chaos);
    assert_in_range(chaos.most_files, files, files + AT_ONCE + 8);
    free(chaos.sends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_chaos)};
    return cmocka_run_group_tests(tests, open_site, close_site);
}
