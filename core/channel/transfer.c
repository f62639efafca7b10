/*
 * A transfer: waiting → running → ended. It waits, in order, for one of `at_once` turns and for the
 * server's addresses; running it is libcurl's. Invariants:
 *   1. a transfer is in exactly one of the two lists, and in neither once its end is being reported;
 *   2. whoever waits while no turn is free or no address is known has something that will wake it: a
 *      running transfer, or the lookup together with `patience`, which runs as long as the head of the
 *      queue waits for a name;
 *   3. libcurl is entered only from the loop or from a caller, never from its own callbacks.
 */
#include "channel/transfer.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "channel/address.h"
#include "channel/lookup.h"
#include "channel/server.h"
#include "channel/sockets.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    AT_ONCE = 16,
    CONNECT_MS = 10 * 1000,
    WHOLE_MS = 30 * 1000,
    NAME_FRESH_MS = 60 * 1000, /* how long an answer about a name is used */
    IDLE_MOST_S =
        4,       /* a kept connection is used again so long: servers close after 5 s and more */
    SLOW_S = 20, /* a transfer that stands still for so long is ended */
    ADDRESSES_MOST = 8, /* of an answer that are tried */
};

struct transfer {
    struct transfers *owner;
    struct transfer *next, *previous;
    CURL *easy;
    transfer_connected connected; /* NULL = called already, or not asked for */
    transfer_done done;
    void *context;
    bool running, full; /* full: the answer is longer than what is kept */
    bool again;         /* libcurl wanted to send the request a second time */
    unsigned requests;
    uint32_t answer;        /* the answer about the name that it goes by */
    uint64_t since_ms;      /* of the loop: in the queue */
    struct curl_slist *pin; /* the addresses, until libcurl keeps them */
    struct buf headers, body;
    char problem[CURL_ERROR_SIZE];
};

struct list {
    struct transfer *first, *last;
    size_t count;
};

struct transfers {
    uv_loop_t *loop;
    CURLM *multi;
    uv_timer_t timer;    /* libcurl's */
    uv_timer_t patience; /* of the queue's head with the lookup */
    unsigned open;       /* of both timers, once they are being closed */
    struct lookup *lookup;
    struct list waiting, running;
    size_t at_once;
    int64_t connect_ms, whole_ms;
    bool private, plain; /* plain: without TLS, which must not leave the house */
    struct server server;
    char *protocols, *ca_file;
    char *addresses; /* "HOST:PORT:ADDRESS,ADDRESS" of the last answer, or NULL */
    uint64_t known_ms, asked_ms;
    char refused[160]; /* why the last answer cannot be used, or why a socket was refused */
    uint32_t answer;   /* how many there were */
    bool pinned; /* libcurl keeps the last: every transfer would have it read the text again */
    struct sockets *sockets;
};

static void pump(struct transfers *transfers);
static void drain(struct transfers *transfers);

/* ---- lists ------------------------------------------------------------------------------------ */

static void list_add(struct list *list, struct transfer *transfer)
{
    transfer->next = NULL;
    transfer->previous = list->last;
    if (list->last)
        list->last->next = transfer;
    else
        list->first = transfer;
    list->last = transfer;
    list->count++;
}

static void list_remove(struct list *list, struct transfer *transfer)
{
    if (list->first == transfer)
        list->first = transfer->next;
    else
        transfer->previous->next = transfer->next;
    if (list->last == transfer)
        list->last = transfer->previous;
    else
        transfer->next->previous = transfer->previous;
    list->count--;
}

/* ---- what the other side says ------------------------------------------------------------------ */

/* Keeps what fits; what does not ends the transfer, since its meaning stands in what came first. */
static size_t keep(struct transfer *transfer, struct buf *buf, const char *bytes, size_t length)
{
    size_t room = TRANSFER_ANSWER_MOST - buf->length;
    buf_add(buf, bytes, length < room ? length : room);
    transfer->full = transfer->full || length > room;
    return length > room ? 0 : length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    return keep(transfer, &transfer->body, bytes, size * count);
}

/* An interim answer (1xx) is replaced by the one that follows. */
static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    if (size * count >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
        transfer->headers.length = 0;
    return keep(transfer, &transfer->headers, bytes, size * count);
}

/* Before each request of a transfer: a second one after some of the first has left is not made. */
static int before_request(void *context, char *to, char *from, int to_port, int from_port)
{
    struct transfer *transfer = context;
    long sent = 0;
    (void)to, (void)from, (void)to_port, (void)from_port;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
    transfer->again = transfer->requests++ > 0 && sent > 0;
    if (transfer->pin && transfer->answer == transfer->owner->answer)
        transfer->owner->pinned = true;
    return transfer->again ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* ---- sockets ------------------------------------------------------------------------------------ */

static bool may_call(void *context, const struct sockaddr *address)
{
    struct transfers *transfers = context;
    enum address_kind kind = address_kind(address);
    if (kind == ADDRESS_PUBLIC ? !transfers->plain
                               : kind == ADDRESS_PRIVATE && transfers->private)
        return true;
    char text[ADDRESS_TEXT];
    address_text(address, text);
    snprintf(transfers->refused, sizeof transfers->refused, "%s %s", text,
             kind == ADDRESS_PUBLIC    ? "is outside and may be called with TLS only"
             : kind == ADDRESS_PRIVATE ? "is a private address, which is not allowed"
                                       : "is no address that can be called");
    return false;
}

static void on_ready(void *context, curl_socket_t socket, int what)
{
    struct transfers *transfers = context;
    int running;
    curl_multi_socket_action(transfers->multi, socket, what, &running);
    drain(transfers);
}

static void on_timer(uv_timer_t *timer)
{
    struct transfers *transfers = timer->data;
    int running;
    curl_multi_socket_action(transfers->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    drain(transfers);
}

static int set_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct transfers *transfers = context;
    (void)multi;
    if (timeout_ms < 0)
        uv_timer_stop(&transfers->timer);
    else
        uv_timer_start(&transfers->timer, on_timer, (uint64_t)timeout_ms, 0);
    return 0;
}

/* ---- the end of a transfer ---------------------------------------------------------------------- */

static const char *limit_note(struct transfer *transfer, char *text, size_t size)
{
    const struct transfers *owner = transfer->owner;
    curl_off_t begun = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &begun);
    if (begun)
        snprintf(text, size, "no whole answer within %g s", (double)owner->whole_ms / 1000);
    else
        snprintf(text, size, "no connection within %g s", (double)owner->connect_ms / 1000);
    return text;
}

/* libcurl's words where they say more than ours could. */
static const char *fault(struct transfer *transfer, CURLcode code, char *text, size_t size)
{
    long number = 0;
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return limit_note(transfer, text, size);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY: return "the answer does not have the form of one";
    case CURLE_GOT_NOTHING: return "the connection was closed before an answer came";
    case CURLE_COULDNT_CONNECT:
        if (transfer->owner->refused[0])
            return transfer->owner->refused;
        curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &number);
        return number ? strerror((int)number) : "no connection";
    default: break;
    }
    return transfer->problem[0] ? transfer->problem : curl_easy_strerror(code);
}

static struct transfer *take_waiting(struct transfers *transfers)
{
    struct transfer *transfer = transfers->waiting.first;
    list_remove(&transfers->waiting, transfer);
    return transfer;
}

static struct transfer *take_running(struct transfers *transfers, struct transfer *transfer)
{
    curl_multi_remove_handle(transfers->multi, transfer->easy);
    list_remove(&transfers->running, transfer);
    return transfer;
}

static bool request_left(const struct transfer *transfer)
{
    long size = 0;
    if (transfer->running)
        curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &size);
    return size > 0;
}

static void free_transfer(struct transfer *transfer)
{
    curl_slist_free_all(transfer->pin);
    buf_free(&transfer->headers);
    buf_free(&transfer->body);
    free(transfer);
}

/* Reports one that was taken out of its list, and frees it. `why` NULL: what libcurl says. */
static void end_transfer(struct transfer *transfer, CURLcode code, const char *why)
{
    char text[96];
    struct buf note = {0};
    struct transfer_end end = {.code = transfer->full ? CURLE_OK : code,
                               .sent = request_left(transfer)};
    if (transfer->running)
        curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &end.status);
    if (end.code != CURLE_OK) {
        utf8_add_plain(&note, why ? why : fault(transfer, code, text, sizeof text));
        end.note = note.bytes;
    }
    buf_add(&transfer->headers, "", 0);
    buf_add(&transfer->body, "", 0);
    end.headers = transfer->headers.bytes;
    end.header_length = transfer->headers.length;
    end.body = transfer->body.bytes;
    end.body_length = transfer->body.length;
    transfer->done(transfer->context, &end);
    buf_free(&note);
    free_transfer(transfer);
}

/* The connection is its caller's from here on. */
static void hand_over(struct transfers *transfers, struct transfer *transfer)
{
    transfer_connected connected = transfer->connected;
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(transfer->easy, CURLINFO_ACTIVESOCKET, &socket);
    sockets_release(transfers->sockets, socket);
    transfer->connected = NULL;
    connected(transfer->context);
}

/* A connection that is there after an answer is one for the next request. */
static void keep_socket(struct transfers *transfers, struct transfer *transfer)
{
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(transfer->easy, CURLINFO_ACTIVESOCKET, &socket);
    if (socket != CURL_SOCKET_BAD)
        sockets_keep(transfers->sockets, socket);
}

static void drain(struct transfers *transfers)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(transfers->multi, &left)) != NULL) {
        struct transfer *transfer = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        CURLcode code = transfer->again ? CURLE_GOT_NOTHING : message->data.result;
        if (code == CURLE_OK)
            keep_socket(transfers, transfer);
        if (transfer->connected && code == CURLE_OK)
            hand_over(transfers, transfer);
        else
            end_transfer(take_running(transfers, transfer), code, NULL);
    }
    pump(transfers);
}

/* ---- the name and the queue ---------------------------------------------------------------------- */

/* Notes the addresses in the form that pins them, or why they cannot be used. */
static void judge(struct transfers *transfers, const struct addrinfo *answer)
{
    struct buf pin = {0};
    size_t count = 0;
    bool good = true;
    buf_printf(&pin, "%s:%u:", transfers->server.host, transfers->server.port);
    for (; answer && good; answer = answer->ai_next) {
        char text[ADDRESS_TEXT];
        good = may_call(transfers, answer->ai_addr);
        if (!good || count++ >= ADDRESSES_MOST)
            continue;
        address_text(answer->ai_addr, text);
        buf_printf(&pin, answer->ai_family == AF_INET6 ? "%s[%s]" : "%s%s",
                   count > 1 ? "," : "", text);
    }
    if (good && count) {
        transfers->addresses = pin.bytes;
        transfers->answer++;
        transfers->pinned =
            strchr(transfers->server.host, ':') != NULL; /* by itself, as IPv6 */
        transfers->known_ms = uv_now(transfers->loop);
        transfers->refused[0] = '\0';
    } else {
        buf_free(&pin);
    }
}

static void on_answer(void *context, int error, const struct addrinfo *answer)
{
    struct transfers *transfers = context;
    free(transfers->addresses);
    transfers->addresses = NULL;
    if (error)
        snprintf(transfers->refused, sizeof transfers->refused, "%.100s: %s",
                 transfers->server.host, gai_strerror(error));
    else
        judge(transfers, answer);
    size_t count = transfers->addresses ? 0 : transfers->waiting.count;
    for (size_t i = 0; i < count && transfers->waiting.first; i++)
        end_transfer(take_waiting(transfers), CURLE_COULDNT_RESOLVE_HOST, transfers->refused);
    pump(transfers);
}

/* When the head of the queue will have waited enough for the name. */
static uint64_t head_deadline(const struct transfers *transfers)
{
    uint64_t since = transfers->waiting.first->since_ms;
    since = since > transfers->asked_ms ? since : transfers->asked_ms;
    return since + (uint64_t)transfers->connect_ms;
}

static void on_patience(uv_timer_t *timer)
{
    struct transfers *transfers = timer->data;
    char note[96];
    snprintf(note, sizeof note, "no answer about the name within %g s",
             (double)transfers->connect_ms / 1000);
    while (transfers->waiting.first && lookup_busy(transfers->lookup) &&
           head_deadline(transfers) <= uv_now(transfers->loop))
        end_transfer(take_waiting(transfers), CURLE_COULDNT_RESOLVE_HOST, note);
    pump(transfers);
}

static void wait_for_name(struct transfers *transfers)
{
    if (!lookup_busy(transfers->lookup)) {
        transfers->asked_ms = uv_now(transfers->loop);
        lookup_start(transfers->lookup);
    }
    uint64_t now = uv_now(transfers->loop), due = head_deadline(transfers);
    uv_timer_start(&transfers->patience, on_patience, due > now ? due - now : 0, 0);
}

static bool name_known(const struct transfers *transfers)
{
    return transfers->addresses &&
           uv_now(transfers->loop) - transfers->known_ms < NAME_FRESH_MS;
}

/* What every transfer must hold to, whatever its caller has set. */
static void set_rules(struct transfer *transfer)
{
    const struct transfers *owner = transfer->owner;
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, owner->protocols);
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* none from the environment either */
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (owner->ca_file) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, owner->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)owner->connect_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)owner->whole_ms);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)SLOW_S);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_MOST_S);
}

static void set_callbacks(struct transfer *transfer)
{
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->problem);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, sockets_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer->owner->sockets);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, sockets_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, transfer->owner->sockets);
}

static void run(struct transfers *transfers, struct transfer *transfer)
{
    list_remove(&transfers->waiting, transfer);
    list_add(&transfers->running, transfer);
    transfers->refused[0] = '\0';
    transfer->running = true;
    transfer->answer = transfers->answer;
    set_rules(transfer);
    set_callbacks(transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_CONNECT_ONLY, transfer->connected ? 1L : 0L);
    if (!transfers->pinned && !(transfer->pin = curl_slist_append(NULL, transfers->addresses)))
        mem_exhausted();
    curl_easy_setopt(transfer->easy, CURLOPT_RESOLVE, transfer->pin);
    if (curl_multi_add_handle(transfers->multi, transfer->easy) != CURLM_OK)
        mem_exhausted();
}

static void pump(struct transfers *transfers)
{
    uv_timer_stop(&transfers->patience);
    while (transfers->waiting.first && transfers->running.count < transfers->at_once) {
        if (!name_known(transfers)) {
            wait_for_name(transfers);
            return;
        }
        run(transfers, transfers->waiting.first);
    }
}

/* ---- for the channels ---------------------------------------------------------------------------- */

static void free_texts(struct transfers *transfers)
{
    free(transfers->protocols);
    free(transfers->ca_file);
    free(transfers->addresses);
}

static struct transfers *new_transfers(uv_loop_t *loop, const struct transfers_options *options)
{
    struct transfers *transfers = mem_resize(NULL, 1, sizeof *transfers);
    *transfers = (struct transfers){
        .loop = loop,
        .at_once = options->at_once ? options->at_once : AT_ONCE,
        .connect_ms = options->connect_ms ? options->connect_ms : CONNECT_MS,
        .whole_ms = options->whole_ms ? options->whole_ms : WHOLE_MS,
        .private = options->private,
        .protocols = mem_string(options->protocols),
        .ca_file = mem_string(options->ca_file),
    };
    if (transfers->connect_ms > transfers->whole_ms)
        transfers->connect_ms = transfers->whole_ms;
    return transfers;
}

static void set_multi(struct transfers *transfers)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = transfers->multi = curl_multi_init();
    if (!multi)
        mem_exhausted();
    transfers->sockets =
        sockets_new(transfers->loop, &(struct sockets_owner){transfers, may_call, on_ready});
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, sockets_watch);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, transfers->sockets);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, transfers);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)transfers->at_once);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
}

int transfers_new(uv_loop_t *loop, const struct transfers_options *options,
                  struct transfers **out, struct err *err)
{
    struct server server;
    int code = server_read(options->url, options->protocols, &server, err);
    if (code < 0)
        return code;
    struct transfers *transfers = new_transfers(loop, options);
    transfers->server = server;
    transfers->plain = options->inside || strcmp(server.scheme, "http") == 0;
    set_multi(transfers);
    uv_timer_init(loop, &transfers->timer);
    uv_timer_init(loop, &transfers->patience);
    transfers->timer.data = transfers->patience.data = transfers;
    transfers->lookup = lookup_new(loop, transfers->server.host, on_answer, transfers);
    *out = transfers;
    return 0;
}

struct transfer *transfer_connect(struct transfers *transfers, CURL *easy,
                                  transfer_connected connected, transfer_done done,
                                  void *context)
{
    struct transfer *transfer = mem_resize(NULL, 1, sizeof *transfer);
    *transfer = (struct transfer){.owner = transfers,
                                  .easy = easy,
                                  .connected = connected,
                                  .done = done,
                                  .context = context,
                                  .since_ms = uv_now(transfers->loop)};
    list_add(&transfers->waiting, transfer);
    pump(transfers);
    return transfer;
}

struct transfer *transfer_start(struct transfers *transfers, CURL *easy, transfer_done done,
                                void *context)
{
    return transfer_connect(transfers, easy, NULL, done, context);
}

void transfer_cancel(struct transfer *transfer)
{
    struct transfers *transfers = transfer->owner;
    if (transfer->running)
        take_running(transfers, transfer);
    else
        list_remove(&transfers->waiting, transfer);
    end_transfer(transfer, CURLE_ABORTED_BY_CALLBACK, "stopped");
    pump(transfers);
}

void transfers_stop(struct transfers *transfers)
{
    size_t running = transfers->running.count, waiting = transfers->waiting.count;
    while (waiting-- > 0 && transfers->waiting.first)
        end_transfer(take_waiting(transfers), CURLE_ABORTED_BY_CALLBACK, "stopped");
    while (running-- > 0 && transfers->running.first)
        end_transfer(take_running(transfers, transfers->running.first),
                     CURLE_ABORTED_BY_CALLBACK, "stopped");
    pump(transfers);
}

size_t transfers_busy(const struct transfers *transfers)
{
    return transfers->waiting.count + transfers->running.count;
}

const char *transfers_server(const struct transfers *transfers)
{
    return transfers->server.name;
}

static void on_closed(uv_handle_t *handle)
{
    struct transfers *transfers = handle->data;
    if (--transfers->open == 0)
        free(transfers);
}

/* Sockets are shut first: libcurl would say goodbye on kept ones, and wait for an answer. */
void transfers_close(struct transfers *transfers)
{
    if (!transfers)
        return;
    sockets_shut(transfers->sockets);
    curl_multi_cleanup(transfers->multi);
    sockets_free(transfers->sockets);
    curl_global_cleanup();
    lookup_close(transfers->lookup);
    free_texts(transfers);
    /* both at once: whoever closes all that is left on the loop leaves these to us */
    transfers->open = 2;
    uv_close((uv_handle_t *)&transfers->timer, on_closed);
    uv_close((uv_handle_t *)&transfers->patience, on_closed);
}

bool transfer_header(const struct transfer_end *end, const char *name, char *value, size_t room)
{
    size_t length = strlen(name);
    for (const char *line = end->headers; *line; line += *line == '\n') {
        size_t size = strcspn(line, "\r\n");
        if (size > length && line[length] == ':' && strncasecmp(line, name, length) == 0) {
            const char *from = line + length + 1, *to = line + size;
            for (; from < to && (*from == ' ' || *from == '\t');)
                from++;
            for (; to > from && (to[-1] == ' ' || to[-1] == '\t');)
                to--;
            if ((size_t)(to - from) >= room)
                return false;
            memcpy(value, from, (size_t)(to - from));
            value[to - from] = '\0';
            return true;
        }
        line += strcspn(line, "\n");
    }
    return false;
}
