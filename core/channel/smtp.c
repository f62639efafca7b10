/*
 * A wire, one connection, goes through these stages; what stands at an arrow is what was read or done:
 *
 *   DOWN → (a parcel) CONNECTING → connected IDLE → (a parcel) SENDER → 2xx RECIPIENT → 2xx DATA → 3xx
 *   TEXT → all written END → 2xx, reported IDLE
 *   RECIPIENT, DATA, END → refused, reported RESET → 2xx IDLE
 *   any → broken, 421 or too late DOWN; from CONNECTING, while others are up, RESTING → DOWN
 *
 * Invariants:
 *   1. A wire has a parcel from CONNECTING to END but for IDLE, RESET and RESTING, and a parcel is in one wire
 *      or in the queue; when its end is reported it is in neither.
 *   2. `poll` is there exactly while the connection is ours: not DOWN, CONNECTING or RESTING.
 *   3. Whatever waits has a wire that will ask for it: pump is called whenever one becomes free.
 *   4. Nothing is read from the server but replies that were asked for; what else it says ends the wire.
 */
#include "channel/smtp.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "channel/smtp_text.h"
#include "channel/transfer.h"

#include <stdlib.h>
#include <string.h>

enum {
    IDLE_MS = 30 * 1000,
    RESET_MS = 10 * 1000,
    REST_MS = 30 * 1000, /* when the server takes no further connection */
    REPLY_MOST = 4096,
    NOTE_MOST = 400,
};

enum stage { DOWN, CONNECTING, RESTING, IDLE, SENDER, RECIPIENT, DATA, TEXT, END, RESET };

struct parcel {
    struct parcel *next;
    char *from, *to;
    struct buf text; /* stuffed, with its end */
    smtp_done done;
    void *context;
};

struct wire {
    struct smtp *smtp;
    struct transfers *transfers;
    struct transfer *transfer; /* NULL while DOWN or RESTING */
    CURL *easy;
    enum stage stage;
    struct parcel *parcel;
    bool used;       /* a parcel has ended on this connection */
    uv_poll_t *poll; /* NULL = none; freed when it is closed */
    uv_timer_t timer;
    const struct buf *writing; /* `out` or the parcel's text; NULL = all is written */
    size_t written;
    struct buf out; /* a command */
    size_t reply_length;
    char reply[REPLY_MOST];
};

struct smtp {
    uv_loop_t *loop;
    char *url, *user, *password;
    bool plain;
    int64_t within_ms;
    size_t handles; /* that are not closed */
    struct parcel *first, **last;
    size_t count; /* of wires */
    struct wire *wires;
};

static void pump(struct smtp *smtp);

/* ---- parcels ---------------------------------------------------------------------------------- */

static void free_parcel(struct parcel *parcel)
{
    buf_free(&parcel->text);
    free(parcel->from);
    free(parcel->to);
    free(parcel);
}

static void put_last(struct smtp *smtp, struct parcel *parcel)
{
    parcel->next = NULL;
    *smtp->last = parcel;
    smtp->last = &parcel->next;
}

static void put_first(struct smtp *smtp, struct parcel *parcel)
{
    parcel->next = smtp->first;
    smtp->first = parcel;
    if (!parcel->next)
        smtp->last = &parcel->next;
}

static struct parcel *take_first(struct smtp *smtp)
{
    struct parcel *parcel = smtp->first;
    if (!parcel)
        return NULL;
    smtp->first = parcel->next;
    if (!smtp->first)
        smtp->last = &smtp->first;
    return parcel;
}

static void report(struct parcel *parcel, const struct smtp_end *end)
{
    parcel->done(parcel->context, end);
    free_parcel(parcel);
}

static enum smtp_step step_of(enum stage stage)
{
    switch (stage) {
    case SENDER: return SMTP_SENDER;
    case RECIPIENT: return SMTP_RECIPIENT;
    case DATA:
    case TEXT: return SMTP_DATA;
    case END: return SMTP_END;
    default: return SMTP_CONNECT;
    }
}

/* ---- the connection --------------------------------------------------------------------------- */

static void count_closed(struct smtp *smtp)
{
    if (--smtp->handles > 0)
        return;
    free(smtp->wires);
    free(smtp);
}

static void on_poll_closed(uv_handle_t *handle)
{
    struct wire *wire = handle->data;
    free(handle);
    count_closed(wire->smtp);
}

static void on_timer_closed(uv_handle_t *handle)
{
    count_closed(((struct wire *)handle->data)->smtp);
}

static void on_timer(uv_timer_t *timer);

static void set_timer(struct wire *wire, int64_t after_ms)
{
    uv_update_time(wire->smtp->loop);
    uv_timer_start(&wire->timer, on_timer, (uint64_t)after_ms, 0);
}

/* Closes what there is of the connection, without a word. */
static void drop(struct wire *wire)
{
    struct transfer *transfer = wire->transfer;
    if (wire->poll)
        uv_close((uv_handle_t *)wire->poll, on_poll_closed);
    wire->poll = NULL;
    wire->transfer = NULL;
    wire->stage = DOWN;
    wire->used = false;
    wire->writing = NULL;
    wire->reply_length = 0;
    uv_timer_stop(&wire->timer);
    if (transfer)
        transfer_cancel(transfer);
}

static void quit(struct wire *wire)
{
    size_t count;
    if (wire->stage == IDLE)
        curl_easy_send(wire->easy, "QUIT\r\n", 6, &count);
    drop(wire);
}

/* The parcel leaves the wire, and is still to be reported. */
static struct parcel *take_off(struct wire *wire, struct smtp_end *end, int reply,
                               const char *note)
{
    struct parcel *parcel = wire->parcel;
    *end = (struct smtp_end){.step = step_of(wire->stage), .reply = reply, .note = note};
    wire->parcel = NULL;
    return parcel;
}

/* The end of a parcel with its connection. */
static void give_up(struct wire *wire, int reply, const char *note)
{
    struct smtp *smtp = wire->smtp;
    struct smtp_end end;
    struct parcel *parcel = take_off(wire, &end, reply, note);
    drop(wire);
    if (parcel)
        report(parcel, &end);
    pump(smtp);
}

/* The server may have closed a kept connection meanwhile: as long as the mail has not gone out whole, that is
 * none of its business. */
static void broken(struct wire *wire, const char *note)
{
    if (wire->used && wire->stage >= SENDER && wire->stage <= TEXT) {
        put_first(wire->smtp, wire->parcel);
        wire->parcel = NULL;
    }
    give_up(wire, 0, note);
}

static bool others_up(const struct wire *wire)
{
    const struct smtp *smtp = wire->smtp;
    for (size_t i = 0; i < smtp->count; i++)
        if (&smtp->wires[i] != wire && smtp->wires[i].poll)
            return true;
    return false;
}

/* Where others are up, the server only takes no more of us. Else all that wait are told, for each would
 * meet the same. */
static void unreachable(struct wire *wire, int reply, const char *note)
{
    struct smtp *smtp = wire->smtp;
    struct smtp_end end;
    if (others_up(wire)) {
        put_first(smtp, wire->parcel);
        wire->parcel = NULL;
        drop(wire);
        wire->stage = RESTING;
        set_timer(wire, REST_MS);
        return;
    }
    struct parcel *own = take_off(wire, &end, reply, note), *waiting = smtp->first;
    smtp->first = NULL; /* who hears of an end may send again */
    smtp->last = &smtp->first;
    drop(wire);
    report(own, &end);
    while (waiting) {
        struct parcel *next = waiting->next;
        report(waiting, &end);
        waiting = next;
    }
    pump(smtp);
}

static void on_timer(uv_timer_t *timer)
{
    struct wire *wire = timer->data;
    struct smtp *smtp = wire->smtp;
    char note[64];
    snprintf(note, sizeof note, "not over within %g s", (double)smtp->within_ms / 1000);
    switch (wire->stage) {
    case IDLE: quit(wire); break;
    case RESTING:
    case RESET:
        drop(wire);
        pump(smtp);
        break;
    case CONNECTING: unreachable(wire, 0, note); break;
    default: give_up(wire, 0, note);
    }
}

/* ---- the conversation ------------------------------------------------------------------------- */

static void on_ready(uv_poll_t *poll, int status, int events);

static void watch(struct wire *wire)
{
    if (uv_poll_start(wire->poll, UV_READABLE | (wire->writing ? UV_WRITABLE : 0), on_ready) <
        0)
        broken(wire, "the connection cannot be watched");
}

/* Writes what it can. False when the wire has broken. */
static bool push(struct wire *wire)
{
    while (wire->writing) {
        const struct buf *from = wire->writing;
        size_t count = 0;
        CURLcode code = curl_easy_send(wire->easy, from->bytes + wire->written,
                                       from->length - wire->written, &count);
        if (code == CURLE_AGAIN)
            break;
        if (code != CURLE_OK) {
            broken(wire, "the connection was closed");
            return false;
        }
        wire->written += count;
        if (wire->written < from->length)
            continue;
        wire->writing = NULL;
        if (wire->stage == TEXT)
            wire->stage = END;
    }
    watch(wire);
    return true;
}

static void write_out(struct wire *wire, enum stage stage, const struct buf *what)
{
    wire->stage = stage;
    wire->writing = what;
    wire->written = 0;
    push(wire);
}

static void command(struct wire *wire, enum stage stage, const char *verb, const char *address)
{
    wire->out.length = 0;
    buf_printf(&wire->out, address ? "%s:<%s>\r\n" : "%s\r\n", verb, address);
    write_out(wire, stage, &wire->out);
}

static void rest(struct wire *wire)
{
    wire->stage = IDLE;
    wire->used = true;
    set_timer(wire, IDLE_MS);
    pump(wire->smtp);
}

static void accepted(struct wire *wire)
{
    struct smtp_end end;
    struct parcel *parcel = take_off(wire, &end, 250, NULL);
    end.sent = true;
    wire->stage = IDLE;
    wire->used = true;
    set_timer(wire, IDLE_MS);
    report(parcel, &end);
    pump(wire->smtp);
}

static const char *what_for(enum stage stage)
{
    switch (stage) {
    case SENDER: return "to the sender";
    case RECIPIENT: return "to the recipient";
    default: return "to the mail";
    }
}

/* The server's own words, for people. */
static void write_note(struct buf *note, const char *to, const char *text)
{
    struct buf plain = {0};
    utf8_add_plain(&plain, text);
    buf_printf(note, "%s: ", to);
    buf_add(note, plain.bytes, utf8_cut(plain.bytes, plain.length, NOTE_MOST));
    buf_free(&plain);
}

/* The mail was refused; the connection is as good as before, unless the server ends it. */
static void refused(struct wire *wire, int reply, const char *text)
{
    struct smtp *smtp = wire->smtp;
    struct smtp_end end;
    struct buf note = {0};
    bool ends = reply == 421 || reply < 400 || wire->stage == TEXT;
    write_note(&note, what_for(wire->stage), text);
    struct parcel *parcel = take_off(wire, &end, reply, note.bytes);
    if (ends) {
        drop(wire);
    } else {
        set_timer(wire, RESET_MS);
        command(wire, RESET, "RSET", NULL);
    }
    report(parcel, &end);
    buf_free(&note);
    pump(smtp);
}

static void on_reply(struct wire *wire, int reply, const char *text)
{
    bool good = reply >= 200 && reply < 300;
    if (reply == 421 && wire->used && wire->stage < END)
        broken(wire, "the server closed the connection");
    else if (wire->stage == DATA && reply == 354)
        write_out(wire, TEXT, &wire->parcel->text);
    else if (wire->stage == SENDER && good)
        command(wire, RECIPIENT, "RCPT TO", wire->parcel->to);
    else if (wire->stage == RECIPIENT && good)
        command(wire, DATA, "DATA", NULL);
    else if (wire->stage == END && good)
        accepted(wire);
    else if (wire->stage == RESET && good)
        rest(wire);
    else if (wire->parcel)
        refused(wire, reply, text);
    else
        give_up(wire, 0, NULL);
}

static void take_reply(struct wire *wire)
{
    const char *last, *end;
    char text[REPLY_MOST];
    wire->reply[wire->reply_length] = '\0';
    if (strlen(wire->reply) != wire->reply_length) {
        broken(wire, "the answer does not have the form of one");
        return;
    }
    int reply = smtp_reply(wire->reply, &last, &end);
    if (reply == 0 && wire->reply_length < REPLY_MOST - 1)
        return;
    if (reply <= 0) {
        broken(wire, "the answer does not have the form of one");
        return;
    }
    bool more =
        *end !=
        '\0'; /* which nobody has asked for: perhaps 421, behind a mail that was taken */
    snprintf(text, sizeof text, "%.*s", (int)strcspn(last, "\r\n"), last);
    wire->reply_length = 0;
    on_reply(wire, reply, text);
    if (more && wire->poll)
        broken(wire, "the server closed the connection");
}

/* Until there is nothing more: TLS may hold what the socket does not show. */
static void read_replies(struct wire *wire)
{
    while (wire->poll) {
        size_t count = 0;
        CURLcode code = curl_easy_recv(wire->easy, wire->reply + wire->reply_length,
                                       REPLY_MOST - 1 - wire->reply_length, &count);
        if (code == CURLE_AGAIN)
            return;
        if (code != CURLE_OK || count == 0) {
            broken(wire, "the connection was closed");
            return;
        }
        wire->reply_length += count;
        take_reply(wire);
    }
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct wire *wire = poll->data;
    (void)status;
    (void)events;
    if (!wire->writing || push(wire))
        read_replies(wire);
}

/* ---- connecting ------------------------------------------------------------------------------- */

static void on_connected(void *context)
{
    struct wire *wire = context;
    curl_socket_t socket = CURL_SOCKET_BAD;
    long reply = 0;
    curl_easy_getinfo(wire->easy, CURLINFO_RESPONSE_CODE, &reply);
    curl_easy_getinfo(wire->easy, CURLINFO_ACTIVESOCKET, &socket);
    if (wire->smtp->user && reply != 235) {
        unreachable(wire, 0, "the server offers no login by password (PLAIN or LOGIN)");
        return;
    }
    wire->poll = mem_resize(NULL, 1, sizeof *wire->poll);
    if (uv_poll_init_socket(wire->smtp->loop, wire->poll, socket) < 0)
        mem_exhausted(); /* the descriptor is fresh, so nothing else can be missing */
    wire->poll->data = wire;
    wire->smtp->handles++;
    command(wire, SENDER, "MAIL FROM", wire->parcel->from);
}

/* The last line that the server said. */
static struct buf last_line(const struct transfer_end *end)
{
    struct buf line = {0};
    size_t to = end->header_length, from;
    while (to && strchr("\r\n", end->headers[to - 1]))
        to--;
    for (from = to; from && end->headers[from - 1] != '\n';)
        from--;
    buf_add(&line, end->headers + from, to - from);
    buf_add(&line, "", 0);
    return line;
}

/* Of our own cancelling nothing is heard here. */
static void on_end(void *context, const struct transfer_end *end)
{
    struct wire *wire = context;
    if (!wire->transfer)
        return;
    wire->transfer = NULL;
    if (end->status < 400) {
        unreachable(wire, 0, end->note);
        return;
    }
    struct buf note = {0}, line = last_line(end);
    write_note(&note, end->code == CURLE_LOGIN_DENIED ? "to the login" : "to us", line.bytes);
    unreachable(wire, (int)end->status, note.bytes);
    buf_free(&line);
    buf_free(&note);
}

/* The wire has a new parcel. */
static void begin(struct wire *wire)
{
    set_timer(wire, wire->smtp->within_ms);
    if (wire->stage == IDLE) {
        command(wire, SENDER, "MAIL FROM", wire->parcel->from);
        return;
    }
    wire->stage = CONNECTING;
    wire->transfer = transfer_connect(wire->transfers, wire->easy, on_connected, on_end, wire);
}

static struct wire *free_wire(struct smtp *smtp)
{
    struct wire *down = NULL;
    for (size_t i = 0; i < smtp->count; i++) {
        if (smtp->wires[i].stage == IDLE)
            return &smtp->wires[i];
        if (smtp->wires[i].stage == DOWN && !down)
            down = &smtp->wires[i];
    }
    return down;
}

static void pump(struct smtp *smtp)
{
    struct wire *wire;
    while (smtp->first && (wire = free_wire(smtp))) {
        wire->parcel = take_first(smtp);
        begin(wire);
    }
}

/* ---- for mail.c ------------------------------------------------------------------------------- */

void smtp_send(struct smtp *smtp, const char *from, const char *to, struct buf *text,
               smtp_done done, void *context)
{
    struct parcel *parcel = mem_resize(NULL, 1, sizeof *parcel);
    *parcel = (struct parcel){.from = mem_string(from),
                              .to = mem_string(to),
                              .text = smtp_stuffed(text),
                              .done = done,
                              .context = context};
    buf_free(text);
    put_last(smtp, parcel);
    pump(smtp);
}

void smtp_stop(struct smtp *smtp)
{
    struct parcel *waiting = smtp->first;
    struct smtp_end end = {.step = SMTP_CONNECT, .note = "stopped"};
    smtp->first = NULL;
    smtp->last = &smtp->first;
    while (waiting) {
        struct parcel *next = waiting->next;
        report(waiting, &end);
        waiting = next;
    }
    for (size_t i = 0; i < smtp->count; i++)
        if (smtp->wires[i].parcel)
            give_up(&smtp->wires[i], 0, "stopped");
}

static void wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void smtp_close(struct smtp *smtp)
{
    if (!smtp)
        return;
    for (size_t i = 0; i < smtp->count; i++) {
        struct wire *wire = &smtp->wires[i];
        quit(wire);
        transfers_close(wire->transfers);
        curl_easy_cleanup(wire->easy);
        buf_free(&wire->out);
        uv_close((uv_handle_t *)&wire->timer, on_timer_closed);
    }
    free(smtp->url);
    free(smtp->user);
    wipe(smtp->password);
}

/* ---- opening ---------------------------------------------------------------------------------- */

static void set_easy(const struct smtp *smtp, CURL *easy)
{
    bool smtps = strncmp(smtp->url, "smtps:", 6) == 0;
    curl_easy_setopt(easy, CURLOPT_URL, smtp->url);
    curl_easy_setopt(easy, CURLOPT_USE_SSL,
                     (long)(smtp->plain && !smtps ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (!smtp->user)
        return;
    curl_easy_setopt(easy, CURLOPT_USERNAME, smtp->user);
    curl_easy_setopt(easy, CURLOPT_PASSWORD, smtp->password);
    curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
}

static int open_wire(struct smtp *smtp, const struct smtp_options *options, struct err *err)
{
    struct wire *wire = &smtp->wires[smtp->count];
    enum { CONNECT_MS = 30 * 1000 };
    struct transfers_options limits = {
        .url = smtp->url,
        .protocols = "smtp,smtps",
        .ca_file = options->ca_file,
        .private = true,
        .inside = options->plain,
        .at_once = 1,
        .connect_ms = smtp->within_ms < CONNECT_MS ? smtp->within_ms : CONNECT_MS,
        .whole_ms = smtp->within_ms,
    };
    *wire = (struct wire){.smtp = smtp};
    int code = transfers_new(smtp->loop, &limits, &wire->transfers, err);
    if (code < 0)
        return code;
    wire->easy = curl_easy_init();
    if (!wire->easy)
        mem_exhausted();
    set_easy(smtp, wire->easy);
    uv_timer_init(smtp->loop, &wire->timer);
    wire->timer.data = wire;
    smtp->handles++;
    smtp->count++;
    return 0;
}

int smtp_new(uv_loop_t *loop, const struct smtp_options *options, struct smtp **out,
             struct err *err)
{
    char *url = NULL;
    int code = smtp_url(options, &url, err);
    if (code < 0)
        return code;
    struct smtp *smtp = mem_resize(NULL, 1, sizeof *smtp);
    *smtp = (struct smtp){.loop = loop,
                          .url = url,
                          .user = mem_string(options->user),
                          .password = mem_string(options->password ? options->password : ""),
                          .plain = options->plain,
                          .within_ms = options->within_ms};
    smtp->last = &smtp->first;
    smtp->wires = mem_resize(NULL, options->at_once, sizeof *smtp->wires);
    while (code == 0 && smtp->count < options->at_once)
        code = open_wire(smtp, options, err);
    if (code == 0) {
        *out = smtp;
        return 0;
    }
    smtp->handles++; /* of ours, so that it is freed where there is nothing to close */
    smtp_close(smtp);
    count_closed(smtp);
    return code;
}
