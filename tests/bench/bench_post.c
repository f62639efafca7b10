/*
 * Posts to a local receiver: by libcurl alone, and by the webhook channel, which signs each.
 *
 *   bench_post bare PORT [POSTS] [AT_ONCE]      curl_multi_perform and curl_multi_poll over kept handles
 *   bench_post channel PORT [POSTS] [AT_ONCE]   channel/webhook on a loop
 *
 * Both send the same bytes but for the signature, to 127.0.0.1, over as many kept connections.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "channel/webhook.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { POSTS = 100000, AT_ONCE = 16, AT_ONCE_MOST = 256 };

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_post: %s\n", what);
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double processor(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* What a reminder looks like: about 400 bytes. */
static const char body[] =
    "{\"attempt\":1,\"entries\":[{\"due\":\"2012-07-31\",\"item\":\"essays\",\"late\":false,\"missing\":2,"
    "\"name\":\"优秀征文\",\"plan\":\"city2012\",\"tier\":\"before-3d\"}],\"id\":\"0123456789abcdef\","
    "\"recipient\":{\"contact\":\"内科护士01\",\"role\":\"contact\",\"unit\":\"w000001\"},\"repeated\":false,"
    "\"subject\":\"优秀征文：还差2篇，7月31日截止\",\"text\":\"一病区：优秀征文还差2篇，7月31日截止。\"}";

static char url[64];

/* ---- libcurl alone -------------------------------------------------------------------------------- */

static size_t ignore(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes, (void)context;
    return size * count;
}

struct bare {
    CURL *easy;
    struct curl_slist *headers;
};

static void start_bare(CURLM *multi, struct bare *bare, size_t number)
{
    char id[64];
    snprintf(id, sizeof id, "webhook-id: msg_%zu", number);
    curl_slist_free_all(bare->headers);
    bare->headers = curl_slist_append(NULL, "content-type: application/json");
    bare->headers = curl_slist_append(bare->headers, id);
    bare->headers = curl_slist_append(bare->headers, "webhook-timestamp: 1614265330");
    bare->headers = curl_slist_append(
        bare->headers, "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    curl_easy_setopt(bare->easy, CURLOPT_HTTPHEADER, bare->headers);
    curl_multi_add_handle(multi, bare->easy);
}

static void open_bare(struct bare *bare)
{
    bare->easy = curl_easy_init();
    curl_easy_setopt(bare->easy, CURLOPT_URL, url);
    curl_easy_setopt(bare->easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(bare->easy, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(bare->easy, CURLOPT_PRIVATE, bare);
}

static size_t post_bare(size_t posts, size_t at_once)
{
    struct bare bare[AT_ONCE_MOST] = {0};
    CURLM *multi = curl_multi_init();
    size_t started = 0, good = 0, ended = 0;
    for (; started < at_once && started < posts; started++) {
        open_bare(&bare[started]);
        start_bare(multi, &bare[started], started);
    }
    while (ended < posts) {
        int running, left;
        CURLMsg *message;
        curl_multi_perform(multi, &running);
        while ((message = curl_multi_info_read(multi, &left)) != NULL) {
            struct bare *done = NULL;
            long status = 0;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&done);
            curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
            good += status == 200;
            ended++;
            curl_multi_remove_handle(multi, done->easy);
            if (started < posts)
                start_bare(multi, done, started++);
        }
        if (ended < posts)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    for (size_t i = 0; i < at_once; i++) {
        curl_easy_cleanup(bare[i].easy);
        curl_slist_free_all(bare[i].headers);
    }
    curl_multi_cleanup(multi);
    return good;
}

/* ---- the channel ---------------------------------------------------------------------------------- */

struct run {
    struct channel *channel;
    size_t started, posts, good, ended;
    char (*ids)[24]; /* of those under way, as a ring */
};

static void count_end(void *context, const struct channel_end *end)
{
    struct run *run = context;
    run->good += end->result == CHANNEL_SENT;
    run->ended++;
}

static void start_some(struct run *run, size_t at_once)
{
    for (; run->started < run->posts && run->started - run->ended < 2 * at_once;
         run->started++) {
        char *id = run->ids[run->started % (4 * at_once)];
        snprintf(id, sizeof run->ids[0], "msg_%zu", run->started);
        struct channel_message message = {
            .id = id, .attempt = 1, .sent_ms = 1614265330000, .json = body, .link = ""};
        run->channel->kind->send(run->channel, &message, count_end, run);
    }
}

static size_t post_by_channel(size_t posts, size_t at_once)
{
    uv_loop_t loop;
    struct err err = {0};
    struct run run = {.posts = posts};
    struct webhook_options options = {.url = url,
                                      .secrets = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                      .agent = "planrun",
                                      .private = true,
                                      .at_once = at_once};
    uv_loop_init(&loop);
    if (channel_webhook_new(&loop, &options, &run.channel, &err) < 0)
        die(err.message);
    run.ids = mem_resize(NULL, 4 * at_once, sizeof *run.ids);
    while (run.ended < posts) {
        start_some(&run, at_once);
        uv_run(&loop, UV_RUN_ONCE);
    }
    run.channel->kind->close(run.channel);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    free(run.ids);
    return run.good;
}

int main(int argc, char **argv)
{
    size_t posts = argc > 3 ? strtoul(argv[3], NULL, 10) : POSTS;
    size_t at_once = argc > 4 ? strtoul(argv[4], NULL, 10) : AT_ONCE;
    if (argc < 3 || at_once < 1 || at_once > AT_ONCE_MOST)
        die("arguments: bare|channel PORT [POSTS] [AT_ONCE]");
    snprintf(url, sizeof url, "http://127.0.0.1:%s/hook", argv[2]);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    double began = now(), spent = processor();
    size_t good = strcmp(argv[1], "bare") == 0 ? post_bare(posts, at_once)
                                               : post_by_channel(posts, at_once);
    double seconds = now() - began;
    printf("%s: %zu posts, %zu at once, %.2f s, %.0f posts/s, %.1f us of processor each\n",
           argv[1], good, at_once, seconds, (double)good / seconds,
           (processor() - spent) / (double)posts * 1e6);
    return good == posts ? 0 : 1;
}
