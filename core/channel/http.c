#include "channel/http.h"

#include "base/arena.h"
#include "channel/server.h"

#include <stdlib.h>
#include <string.h>

enum { WAIT_MOST_S = 24 * 60 * 60, SPARE_MOST = 16 };

/* One post on its way, or spare: easy handles cost too much to be made for each. */
struct flight {
    struct http *http;
    struct flight *next; /* of the spare ones */
    CURL *easy;
    struct curl_slist *headers;
    struct buf body;
    int64_t now_ms;
    channel_done done;
    void *context;
};

struct http {
    struct transfers *transfers;
    http_judge judge;
    void *channel; /* of `judge` */
    struct flight *spare;
    size_t spares;
    char *agent;
};

int http_new(uv_loop_t *loop, const struct http_options *options, http_judge judge,
             void *channel, struct http **out, struct err *err)
{
    struct transfers_options ways = {
        .url = options->url,
        .protocols = "http,https",
        .ca_file = options->ca_file,
        .private = options->private,
        .at_once = options->at_once,
        .whole_ms = options->within_ms,
    };
    struct server server;
    struct transfers *transfers;
    int code = server_read(options->url, ways.protocols, &server, err);
    if (code == 0 && strcmp(server.scheme, "http") == 0 && !options->private)
        code = err_set(err, ERR_INVALID, "%s: http:// only inside the house (private)",
                       server.name);
    if (code < 0 || (code = transfers_new(loop, &ways, &transfers, err)) < 0)
        return code;
    struct http *http = mem_resize(NULL, 1, sizeof *http);
    *http = (struct http){.transfers = transfers, .judge = judge, .channel = channel};
    http->agent = mem_string(options->agent ? options->agent : "planrun");
    *out = http;
    return 0;
}

static void free_flight(struct flight *flight)
{
    curl_easy_cleanup(flight->easy);
    free(flight);
}

static struct flight *take_flight(struct http *http)
{
    struct flight *flight = http->spare;
    if (flight) {
        http->spare = flight->next;
        http->spares--;
        return flight;
    }
    flight = mem_resize(NULL, 1, sizeof *flight);
    *flight = (struct flight){.http = http, .easy = curl_easy_init()};
    if (!flight->easy)
        mem_exhausted();
    return flight;
}

static void give_back(struct flight *flight)
{
    struct http *http = flight->http;
    curl_slist_free_all(flight->headers);
    flight->headers = NULL;
    buf_free(&flight->body);
    if (http->spares >= SPARE_MOST) {
        free_flight(flight);
        return;
    }
    flight->next = http->spare;
    http->spare = flight;
    http->spares++;
}

static void landed(void *context, const struct transfer_end *end)
{
    struct flight *flight = context;
    struct http_answer answer = {.end = end, .now_ms = flight->now_ms};
    struct channel_end said;
    if (end->status)
        said = flight->http->judge(flight->http->channel, &answer);
    else
        said = (struct channel_end){
            .result = CHANNEL_RETRY, .unsure = end->sent, .note = end->note};
    channel_done done = flight->done;
    context = flight->context;
    give_back(flight);
    done(context, &said);
}

static void add_header(struct flight *flight, const char *line)
{
    struct curl_slist *more = curl_slist_append(flight->headers, line);
    if (!more)
        mem_exhausted();
    flight->headers = more;
}

void http_post(struct http *http, struct http_post *post, channel_done done, void *context)
{
    struct flight *flight = take_flight(http);
    CURL *easy = flight->easy;
    flight->done = done;
    flight->context = context;
    flight->now_ms = post->now_ms;
    flight->body = post->body;
    post->body = (struct buf){0};
    for (const char *const *line = post->headers; *line; line++)
        add_header(flight, *line);
    add_header(flight, "Expect:"); /* a second round trip, which many servers answer wrongly */
    curl_easy_setopt(easy, CURLOPT_URL, post->url);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, http->agent);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, flight->headers);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)flight->body.length);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, flight->body.bytes);
    transfer_start(http->transfers, easy, landed, flight);
}

void http_stop(struct http *http)
{
    transfers_stop(http->transfers);
}

void http_close(struct http *http)
{
    if (!http)
        return;
    for (struct flight *flight = http->spare, *next; flight; flight = next) {
        next = flight->next;
        free_flight(flight);
    }
    transfers_close(http->transfers);
    free(http->agent);
    free(http);
}

/* Seconds, or a date (RFC 9110, 10.2.3); what is neither, or is over, says nothing. */
static int64_t retry_after_ms(const struct http_answer *answer)
{
    char value[64];
    int64_t wait_s = 0;
    if (!transfer_header(answer->end, "retry-after", value, sizeof value))
        return 0;
    if (value[0] && strspn(value, "0123456789") == strlen(value)) {
        wait_s = strtoll(value, NULL, 10); /* the greatest where it is greater */
    } else {
        time_t date = curl_getdate(value, NULL);
        wait_s = date < 0 ? 0 : (int64_t)date - answer->now_ms / 1000;
    }
    wait_s = wait_s < 0 ? 0 : wait_s;
    return (wait_s > WAIT_MOST_S ? WAIT_MOST_S : wait_s) * 1000;
}

struct channel_end http_again(struct http_answer *answer)
{
    long status = answer->end->status;
    snprintf(answer->note, sizeof answer->note, "answered %ld", status);
    return (struct channel_end){
        .result = CHANNEL_RETRY,
        .wait_ms = status == 429 || status == 503 ? retry_after_ms(answer) : 0,
        .unsure = status == 502 || status == 504,
        .note = answer->note,
    };
}
