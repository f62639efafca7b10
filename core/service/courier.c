/*
 * A lane is a destination with its limits, and what is on its way to it. A batch of messages goes through
 * these states, a step at a time; between two steps the caller commits:
 *
 *   – → taken        leased, in the open group: nothing has left the house
 *   taken → worded   what each says is kept, in that same group
 *   worded → sent    each is with its channel; lease and words are on the disk
 *   sent → –         each has ended and was settled
 *
 * A crash before the commit leaves no lease; behind it the next opening ends the lease, and the same messages
 * are attempted again under their ids, with their words. A batch holds as many messages as may be under
 * way, so a slow destination has nothing that another one waits for.
 */
#include "service/courier.h"

#include "base/utf8.h"
#include "engine/rate.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH_MOST = 200, LANE_MOST = 800, ROW_MOST = 3 };

enum batch_state { BATCH_TAKEN, BATCH_WORDED, BATCH_SENT };

/* One message on its way. */
struct flight {
    struct courier *courier;
    struct lane *lane;
    struct store_message message;
    bool ended, settled;
    enum channel_result result;
    int64_t wait_ms;
    bool unsure;
    char note[200];
};

struct batch {
    struct batch *next;
    enum batch_state state;
    struct arena *arena; /* of mails and texts */
    const struct mail *mails;
    struct store_words *words;
    struct texts_job *job; /* NULL = no function of a plan has a say */
    bool asked;            /* whether one has is known */
    size_t count, settled;
    struct flight *flights;
};

struct lane {
    struct lane *next;
    struct store_destination destination;
    char *name; /* its name */
    struct outbox_destination limits;
    struct rate_bucket bucket;
    size_t busy; /* leased, sent and not ended yet */
    struct batch *batches;
    uint32_t refused;  /* attempts in a row that are to be tried again */
    bool failing;      /* … so many that it is told, … */
    bool told;         /* … and was */
    struct err reason; /* the last one's */
};

struct courier {
    struct mail_desk desk;
    struct engine **engines; /* the desk's */
    struct post *post;
    enum lang lang;
    struct mail_writer writer;
    struct texts *texts; /* NULL = no functions are asked */
    size_t asking;       /* messages that wait for functions */
    bool plain;          /* the policy of words failed the last time */
    bool unflushed;      /* a channel was given something since the last flush */
    int64_t
        forming_ms; /* the instant of messages whose lines are not all formed yet; 0 = none */
    size_t busy;    /* with their channels */
    bool freed;     /* a lane was full and is not any more, since the last taking */
    struct lane *lanes;
    struct err *troubles; /* to be told, which happens after every step */
    size_t trouble_count, trouble_room, told;
    struct buf lost; /* lines of an alarm that is to be made in this group */
};

/* ---- beginning and end ------------------------------------------------------------------------ */

/* The functions of plans are no more waited for. */
static void end_asking(struct courier *courier, struct batch *batch);

/* A message that failed before it was tried. */
static void on_lost(void *context, int64_t message, const char *note);

static void set_engines(struct courier *courier, struct engine *const *engines, size_t count)
{
    courier->engines = mem_resize(courier->engines, count + 1, sizeof *courier->engines);
    for (size_t i = 0; i < count; i++)
        courier->engines[i] = engines[i];
    courier->desk.engines = courier->engines;
    courier->desk.count = count;
}

struct courier *courier_new(struct store *store, struct post *post,
                            struct engine *const *engines, size_t count, enum lang lang)
{
    struct courier *courier = mem_resize(NULL, 1, sizeof *courier);
    memset(courier, 0, sizeof *courier);
    courier->desk.store = store;
    courier->desk.rules = post_rules(post);
    courier->desk.lost = on_lost;
    courier->desk.context = courier;
    courier->post = post;
    courier->lang = lang;
    courier->writer = (struct mail_writer){NULL, lang, NULL};
    set_engines(courier, engines, count);
    return courier;
}

static void free_batch(struct lane *lane, struct batch *batch)
{
    struct batch **at = &lane->batches;
    while (*at != batch)
        at = &(*at)->next;
    *at = batch->next;
    arena_free(batch->arena);
    free(batch->flights);
    free(batch);
}

void courier_free(struct courier *courier)
{
    struct lane *lane = courier ? courier->lanes : NULL;
    while (lane) {
        struct lane *next = lane->next;
        while (lane->batches) {
            end_asking(courier, lane->batches);
            free_batch(lane, lane->batches);
        }
        free(lane->name);
        free(lane);
        lane = next;
    }
    if (courier) {
        free(courier->engines);
        free(courier->troubles);
        buf_free(&courier->lost);
    }
    free(courier);
}

size_t courier_busy(const struct courier *courier)
{
    return courier->busy + courier->asking;
}

static void add_trouble(struct courier *courier, const char *text)
{
    if (courier->trouble_count == courier->trouble_room) {
        courier->trouble_room = 2 * courier->trouble_room + 8;
        courier->troubles =
            mem_resize(courier->troubles, courier->trouble_room, sizeof *courier->troubles);
    }
    err_set(&courier->troubles[courier->trouble_count++], ERR_IO, "%s", text);
}

static void clear_troubles(struct courier *courier)
{
    free(courier->troubles);
    courier->troubles = NULL;
    courier->trouble_count = courier->trouble_room = courier->told = 0;
}

bool courier_trouble(struct courier *courier, struct err *out)
{
    if (courier->told < courier->trouble_count) {
        *out = courier->troubles[courier->told++];
        return true;
    }
    clear_troubles(courier);
    return false;
}

void courier_forget(struct courier *courier)
{
    clear_troubles(courier);
    buf_free(&courier->lost);
    courier->lost = (struct buf){0};
    courier->plain = false;
}

/* One that is not taken may be its recipient's fault; several in a row are the destination's. */
static void watch(struct lane *lane, const struct flight *flight)
{
    if (flight->result == CHANNEL_SENT) {
        lane->refused = 0;
        lane->failing = false;
        return;
    }
    if (flight->result != CHANNEL_RETRY || lane->failing || ++lane->refused < ROW_MOST)
        return;
    lane->failing = true;
    err_set(&lane->reason, ERR_IO, "%s", flight->note);
}

bool courier_changed(struct courier *courier, const char **destination, struct err *out)
{
    for (struct lane *lane = courier->lanes; lane; lane = lane->next) {
        if (lane->told == lane->failing)
            continue;
        lane->told = lane->failing;
        *destination = lane->name;
        *out = lane->failing ? lane->reason : (struct err){0};
        return true;
    }
    return false;
}

static void on_lost(void *context, int64_t message, const char *note)
{
    struct courier *courier = context;
    struct buf line = {0};
    buf_printf(&line,
               TR(courier->lang, "message %lld is not sent: %s", "消息 %lld 无法发送：%s"),
               (long long)message, note);
    add_trouble(courier, line.bytes);
    buf_printf(&courier->lost, "%s%s", courier->lost.length ? "\n" : "", line.bytes);
    buf_free(&line);
}

/* What was lost in this group goes to whom the operator has named, in the same group. 1 = there was something. */
static int raise_alarm(struct courier *courier, int64_t now_ms, struct err *err)
{
    int code = 0;
    bool any = courier->lost.length > 0;
    if (any)
        code = mail_alarm(&courier->desk, courier->lost.bytes, now_ms, err);
    buf_free(&courier->lost);
    courier->lost = (struct buf){0};
    return code < 0 ? code : any;
}

/* An alarm that fails raises none. */
static void give_up(struct courier *courier, const struct flight *flight)
{
    struct buf line = {0};
    const struct store_message *message = &flight->message;
    buf_printf(&line,
               TR(courier->lang, "message %lld to %s (%s) is given up after %u attempts: %s",
                  "消息 %lld（发往 %s，%s）尝试 %u 次后放弃：%s"),
               (long long)message->number, message->address ? message->address : "-",
               flight->lane->destination.name, message->attempts,
               flight->note[0] ? flight->note : TR(courier->lang, "refused", "被拒绝"));
    add_trouble(courier, line.bytes);
    if (!message->text)
        buf_printf(&courier->lost, "%s%s", courier->lost.length ? "\n" : "", line.bytes);
    buf_free(&line);
}

/* ---- words ------------------------------------------------------------------------------------ */

void courier_writer(struct courier *courier, struct host *host, struct texts *texts)
{
    courier->writer.host = host;
    courier->texts = texts;
}

/* False while the functions of plans are not through. */
static bool is_said(struct courier *courier, struct batch *batch)
{
    if (!batch->asked && courier->texts) {
        batch->job = texts_begin(courier->texts, batch->mails, batch->count, batch->arena);
        courier->asking += batch->job ? batch->count : 0;
    }
    batch->asked = true;
    if (batch->job)
        texts_step(courier->texts);
    return !batch->job || texts_over(batch->job);
}

static void end_asking(struct courier *courier, struct batch *batch)
{
    if (!batch->job)
        return;
    courier->asking -= batch->count;
    texts_drop(courier->texts, batch->job);
    batch->job = NULL;
}

static const char *said_of(void *context, size_t mail, size_t entry)
{
    const struct batch *batch = context;
    return texts_said(batch->job, mail, entry);
}

/* A policy that fails is told of once in a row. */
static void note_plain(struct courier *courier, int code, const struct err *why)
{
    struct buf line = {0};
    if (code < 0 && !courier->plain) {
        buf_printf(&line,
                   TR(courier->lang, "messages get plain words: %s", "消息改用最简内容：%s"),
                   why->message);
        add_trouble(courier, line.bytes);
    }
    courier->plain = code < 0;
    buf_free(&line);
}

/* Gives each message of a batch its words, and keeps them. Words that take their time leave the batch as
 * it is, to be asked again in the next step: its lease runs meanwhile. */
static int word_batch(struct courier *courier, struct batch *batch, struct err *err)
{
    struct err why = {0};
    if (!is_said(courier, batch))
        return 0;
    batch->words = arena_array(batch->arena, batch->count, sizeof *batch->words);
    courier->writer.link = post_link(courier->post);
    note_plain(courier,
               mail_words(&courier->writer, batch->mails, batch->count,
                          batch->job ? said_of : NULL, batch, batch->arena, batch->words, &why),
               &why);
    end_asking(courier, batch);
    int code = 0;
    for (size_t i = 0; code == 0 && i < batch->count; i++)
        code = mail_keep(&courier->desk, &batch->mails[i], &batch->words[i], err);
    if (code == 0)
        batch->state = BATCH_WORDED;
    return code;
}

/* What differs between attempts stands before what they have in common. */
static const char *json_of(struct arena *arena, const struct mail *mail, const char *common)
{
    return arena_printf(arena, "{\"attempt\":%u,%s%s", mail->message.attempts,
                        mail->message.unsure ? "\"repeated\":true," : "", common + 1);
}

/* ---- sending ---------------------------------------------------------------------------------- */

static void end_flight(void *context, const struct channel_end *end)
{
    struct flight *flight = context;
    struct courier *courier = flight->courier;
    const char *note = end->note;
    size_t cut = note ? utf8_cut(note, strlen(note), sizeof flight->note - 1) : 0;
    flight->result = end->result;
    flight->wait_ms = end->wait_ms;
    flight->unsure = end->unsure;
    memcpy(flight->note, note ? note : "", cut);
    flight->note[cut] = '\0';
    flight->ended = true;
    courier->freed = courier->freed || flight->lane->busy == flight->lane->limits.at_once;
    flight->lane->busy--;
    courier->busy--;
}

static void refuse(struct flight *flight, const char *note)
{
    struct channel_end end = {.result = CHANNEL_RETRY, .note = note};
    end_flight(flight, &end);
}

static void send_mail(struct courier *courier, struct lane *lane, struct batch *batch,
                      size_t index)
{
    const struct mail *mail = &batch->mails[index];
    const struct store_words *words = &batch->words[index];
    struct arena *arena = batch->arena;
    struct flight *flight = &batch->flights[index];
    struct channel *channel = post_channel(courier->post, lane->destination.name);
    struct channel_message *message = arena_alloc(arena, sizeof *message);
    *message = (struct channel_message){
        .id = mail->id,
        .attempt = mail->message.attempts,
        .repeated = mail->message.unsure > 0,
        .slot_ms = mail->message.slot_ms,
        .sent_ms = mail->message.next_ms - OUTBOX_LEASE_MS,
        .unit = words->unit,
        .name = words->name,
        .contact = mail->address,
        .role = words->role,
        .subject = words->subject,
        .text = words->text,
        .json = json_of(arena, mail, words->json),
        .link = post_link(courier->post),
    };
    *flight = (struct flight){.courier = courier, .lane = lane, .message = mail->message};
    courier->busy++;
    courier->unflushed = true;
    if (channel)
        channel->kind->send(channel, message, end_flight, flight);
    else
        refuse(flight, TR(courier->lang, "the configuration has no such channel",
                          "配置中没有这个通道"));
}

static void send_batch(struct courier *courier, struct lane *lane, struct batch *batch)
{
    batch->state = BATCH_SENT;
    batch->flights = mem_resize(NULL, batch->count, sizeof *batch->flights);
    memset(batch->flights, 0, batch->count * sizeof *batch->flights);
    for (size_t i = 0; i < batch->count; i++)
        send_mail(courier, lane, batch, i);
}

void courier_send(struct courier *courier)
{
    for (struct lane *lane = courier->lanes; lane; lane = lane->next)
        for (struct batch *batch = lane->batches; batch; batch = batch->next)
            if (batch->state == BATCH_WORDED)
                send_batch(courier, lane, batch);
}

static void flush_channels(struct courier *courier)
{
    if (courier->unflushed)
        post_flush(courier->post);
    courier->unflushed = false;
}

/* ---- settling --------------------------------------------------------------------------------- */

static int settle(struct courier *courier, struct batch *batch, struct flight *flight,
                  int64_t now_ms, struct err *err)
{
    static const enum mail_result results[] = {[CHANNEL_SENT] = MAIL_SENT,
                                               [CHANNEL_RETRY] = MAIL_RETRY,
                                               [CHANNEL_FAILED] = MAIL_FAILED,
                                               [CHANNEL_GONE] = MAIL_GONE};
    struct mail_end end = {results[flight->result], flight->wait_ms, flight->unsure,
                           flight->note[0] ? flight->note : NULL};
    struct err own = {0};
    int code = mail_settle(&courier->desk, &flight->message, &end, now_ms, &own);
    if (code == ERR_NOT_FOUND) /* so late that another attempt has ended it meanwhile */
        code = 0;
    else if (code < 0 && err)
        *err = own;
    if (code > 0)
        give_up(courier, flight);
    if (code >= 0) {
        watch(flight->lane, flight);
        flight->settled = true;
        batch->settled++;
    }
    return code < 0 ? code : 0;
}

static int settle_batch(struct courier *courier, struct lane *lane, struct batch *batch,
                        int64_t now_ms, struct err *err)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < batch->count; i++) {
        struct flight *flight = &batch->flights[i];
        if (flight->ended && !flight->settled)
            code = settle(courier, batch, flight, now_ms, err);
    }
    if (code == 0 && batch->settled == batch->count)
        free_batch(lane, batch);
    return code;
}

/* Returns 1 when there is an alarm to be sent, 0, or a negative code. */
static int settle_all(struct courier *courier, int64_t now_ms, struct err *err)
{
    int code = 0;
    for (struct lane *lane = courier->lanes; lane; lane = lane->next)
        for (struct batch *batch = lane->batches, *next; code == 0 && batch; batch = next) {
            next = batch->next;
            if (batch->state == BATCH_SENT)
                code = settle_batch(courier, lane, batch, now_ms, err);
        }
    return code < 0 ? code : raise_alarm(courier, now_ms, err);
}

/* ---- taking ----------------------------------------------------------------------------------- */

/* Lanes lie in the order of their numbers: new destinations come last. */
static int find_lanes(struct courier *courier, struct err *err)
{
    struct lane **last = &courier->lanes;
    struct store_destination found = {0};
    struct arena *arena = arena_new();
    struct err none;
    int code = 0;
    for (; *last; last = &(*last)->next)
        found.number = (*last)->destination.number;
    while ((code = store_destination_next(courier->desk.store, found.number, arena, &found,
                                          &none)) == 0) {
        struct lane *lane = *last = mem_resize(NULL, 1, sizeof *lane);
        *lane = (struct lane){.name = mem_string(found.name)};
        lane->destination = (struct store_destination){found.number, lane->name};
        last = &lane->next;
    }
    arena_free(arena);
    for (struct lane *lane = courier->lanes; lane; lane = lane->next) /* they may be renewed */
        lane->limits = outbox_limits(courier->desk.rules, lane->name);
    if (code == ERR_NOT_FOUND)
        return 0;
    if (err)
        *err = none;
    return code;
}

/* How many may be taken by the lane's limits. */
static size_t room_of(struct lane *lane, int64_t now_ms)
{
    size_t most = lane->limits.at_once && lane->limits.at_once < LANE_MOST
                      ? lane->limits.at_once
                      : LANE_MOST;
    size_t room = lane->busy < most ? most - lane->busy : 0;
    size_t tokens = rate_tokens(&lane->bucket, lane->limits.per_minute, now_ms);
    room = tokens < room ? tokens : room;
    return room < BATCH_MOST ? room : BATCH_MOST;
}

static struct batch *add_batch(struct lane *lane)
{
    struct batch *batch = mem_resize(NULL, 1, sizeof *batch);
    *batch = (struct batch){.next = lane->batches, .arena = arena_new()};
    lane->batches = batch;
    return batch;
}

/* Returns 1 when something was done, 0, or a negative code. */
static int take_batch(struct courier *courier, struct lane *lane, int64_t now_ms,
                      struct err *err)
{
    size_t room = room_of(lane, now_ms);
    if (room == 0)
        return 0;
    struct batch *batch = add_batch(lane);
    int code = mail_take(&courier->desk, &lane->destination, now_ms, room, batch->arena,
                         &batch->mails, &batch->count, err);
    if (code > 0 && batch->count) {
        lane->busy += batch->count;
        rate_spend(&lane->bucket, lane->limits.per_minute, batch->count);
        int worded = word_batch(courier, batch, err);
        return worded < 0 ? worded : 1;
    }
    free_batch(lane, batch);
    return code;
}

/* Batches whose words were not ready in an earlier step. Returns 1 when there was one that the next step
 * sends, 0, or a negative code. */
static int word_batches(struct courier *courier, struct lane *lane, struct err *err)
{
    int code = 0, done = 0;
    for (struct batch *batch = lane->batches; code == 0 && batch; batch = batch->next) {
        bool waited = batch->state == BATCH_TAKEN;
        if (waited)
            code = word_batch(courier, batch, err);
        done = done || (waited && batch->state == BATCH_WORDED);
    }
    return code < 0 ? code : done;
}

/* A batch of each lane that has something and may send. */
static int take(struct courier *courier, int64_t now_ms, struct err *err)
{
    int code = find_lanes(courier, err), done = 0;
    if (code == 0)
        done = code = mail_address(&courier->desk, now_ms, BATCH_MOST, err);
    for (struct lane *lane = courier->lanes; code >= 0 && lane; lane = lane->next) {
        int worded = word_batches(courier, lane, err);
        code = worded < 0 ? worded : take_batch(courier, lane, now_ms, err);
        done = code > 0 || worded > 0 ? 1 : done;
    }
    return code < 0 ? code : done;
}

/* What waits together is formed at one instant, in however many steps: a recipient's lines meet. */
static int form(struct courier *courier, int64_t now_ms, struct err *err)
{
    int64_t at_ms = courier->forming_ms ? courier->forming_ms : now_ms;
    int code = mail_form(&courier->desk, at_ms, err);
    courier->forming_ms = code > 0 ? at_ms : 0;
    return code;
}

int courier_step(struct courier *courier, int64_t now_ms, bool hold, struct err *err)
{
    courier_send(courier);
    courier->freed = false;
    int more = hold ? 0 : form(courier, now_ms, err);
    int taken = hold || more != 0 ? more : take(courier, now_ms, err);
    if (taken == 0 && more == 0)
        flush_channels(courier);
    int code = settle_all(courier, now_ms, taken < 0 ? NULL : err);
    if (taken < 0 || code < 0)
        return taken < 0 ? taken : code;
    return more || taken || code || (courier->freed && !hold); /* code: there is an alarm */
}

/* What was leased and never left the house is no repeat when it goes. Where the group of the lease was taken
 * back there is none any more. */
static int keep_back(struct courier *courier, struct lane *lane, struct batch *batch,
                     struct err *err)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < batch->count; i++) {
        const struct store_message *message = &batch->mails[i].message;
        int64_t taken_ms = message->next_ms - OUTBOX_LEASE_MS;
        struct store_end end = {
            .state = MESSAGE_READY, .now_ms = taken_ms, .next_ms = taken_ms};
        code = store_settle(courier->desk.store, message->number, &end, err);
        code = code == ERR_NOT_FOUND ? 0 : code;
    }
    lane->busy -= batch->count;
    end_asking(courier, batch);
    free_batch(lane, batch);
    return code;
}

static int keep_all_back(struct courier *courier, struct err *err)
{
    int code = 0;
    for (struct lane *lane = courier->lanes; lane; lane = lane->next)
        for (struct batch *batch = lane->batches, *next; batch; batch = next) {
            next = batch->next;
            int kept = batch->state == BATCH_SENT ? 0 : keep_back(courier, lane, batch, err);
            code = code < 0 ? code : kept;
        }
    return code;
}

/* What cannot be given back waits until its lease has run out. */
void courier_engines(struct courier *courier, struct engine *const *engines, size_t count)
{
    struct err ignored;
    set_engines(courier, engines, count);
    keep_all_back(courier, &ignored);
}

int courier_stop(struct courier *courier, int64_t now_ms, struct err *err)
{
    int code = keep_all_back(courier, err);
    if (code < 0)
        return code;
    flush_channels(courier);
    code = settle_all(courier, now_ms, err);
    return code < 0 ? code : 0;
}

/* A lane that is full goes on when one of its sends ends: that wakes. */
static int next_of(struct courier *courier, struct lane *lane, int64_t now_ms, int64_t *at_ms,
                   struct err *err)
{
    int64_t token_ms;
    int code = mail_next(&courier->desk, lane->destination.number, INT64_MIN, at_ms, err);
    bool full = lane->limits.at_once && lane->busy >= lane->limits.at_once;
    if (code < 0 || *at_ms == INT64_MAX)
        return code;
    token_ms = rate_next(&lane->bucket, lane->limits.per_minute, now_ms);
    if (*at_ms < token_ms)
        *at_ms = token_ms;
    if (full)
        *at_ms = INT64_MAX;
    return 0;
}

int courier_next(struct courier *courier, int64_t now_ms, bool later, int64_t *at_ms,
                 struct err *err)
{
    int64_t next_ms = INT64_MAX, own_ms = INT64_MAX;
    int code = find_lanes(courier, err);
    if (code == 0)
        code = mail_next(&courier->desk, 0, later ? now_ms : INT64_MIN, &next_ms, err);
    for (struct lane *lane = courier->lanes; code == 0 && lane; lane = lane->next) {
        code = next_of(courier, lane, now_ms, &own_ms, err);
        if (code == 0 && later && own_ms <= now_ms)
            code = mail_next(&courier->desk, lane->destination.number, now_ms, &own_ms, err);
        next_ms = own_ms < next_ms ? own_ms : next_ms;
    }
    if (code == 0)
        *at_ms = next_ms;
    return code;
}

int courier_due(struct courier *courier, int64_t now_ms, bool *due, struct err *err)
{
    int64_t at_ms = INT64_MAX;
    int code = find_lanes(courier, err);
    *due = false;
    for (struct lane *lane = courier->lanes; code == 0 && lane; lane = lane->next) {
        code = mail_next(&courier->desk, lane->destination.number, INT64_MIN, &at_ms, err);
        *due = *due || (lane->limits.per_minute && at_ms <= now_ms);
    }
    return code;
}

int courier_waiting(struct courier *courier, bool *waits, struct err *err)
{
    return mail_waiting(&courier->desk, waits, err);
}

bool courier_behind(const struct courier *courier, int64_t at_ms)
{
    return mail_behind(&courier->desk, at_ms);
}
