/*
 * A batch of messages goes through these states, a step at a time; between two steps the caller commits:
 *
 *   free → taken     leased, in the open group: nothing has left the house
 *   taken → sent     each is with its channel; the lease is on disk
 *   sent → free      each has ended and was settled
 *
 * A crash in `taken` gives the lease back, one in `sent` lets it run out: the same messages are
 * attempted again under their ids.
 */
#include "service/courier.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH_MOST = 200, BATCHES = 4 };

enum batch_state { BATCH_FREE, BATCH_TAKEN, BATCH_SENT };

/* One message on its way. */
struct flight {
    struct courier *courier;
    struct store_message message;
    bool ended, settled;
    enum channel_result result;
    char note[200];
};

struct batch {
    enum batch_state state;
    struct arena *arena; /* of mails and texts */
    const struct mail *mails;
    size_t count, settled;
    struct flight flights[BATCH_MOST];
};

struct courier {
    struct engine *engine;
    struct post *post;
    enum lang lang;
    bool unflushed; /* the channel was given something since its last flush */
    size_t busy;
    struct batch batches[BATCHES];
};

struct courier *courier_new(struct post *post, struct engine *const *engines, size_t count,
                            enum lang lang)
{
    struct courier *courier = mem_resize(NULL, 1, sizeof *courier);
    memset(courier, 0, sizeof *courier);
    courier->engine = count ? engines[0] : NULL;
    courier->post = post;
    courier->lang = lang;
    return courier;
}

static void free_batch(struct batch *batch)
{
    arena_free(batch->arena);
    batch->arena = NULL;
    batch->state = BATCH_FREE;
}

void courier_free(struct courier *courier)
{
    for (size_t i = 0; courier && i < BATCHES; i++)
        free_batch(&courier->batches[i]);
    free(courier);
}

size_t courier_busy(const struct courier *courier)
{
    return courier->busy;
}

void courier_engines(struct courier *courier, struct engine *const *engines, size_t count)
{
    courier->engine = count ? engines[0] : NULL;
    for (size_t i = 0; i < BATCHES; i++)
        if (courier->batches[i].state == BATCH_TAKEN)
            free_batch(&courier->batches[i]);
}

/* ---- sending ---------------------------------------------------------------------------------- */

static void end_flight(void *context, const struct channel_end *end)
{
    struct flight *flight = context;
    const char *note = end->note;
    size_t cut = note ? utf8_cut(note, strlen(note), sizeof flight->note - 1) : 0;
    flight->result = end->result;
    memcpy(flight->note, note ? note : "", cut);
    flight->note[cut] = '\0';
    flight->ended = true;
    flight->courier->busy--;
}

/* The text that `write` makes, in the arena. */
static const char *words(struct arena *arena, const struct mail *mail, enum lang lang,
                         void (*write)(struct buf *, const struct mail *, enum lang))
{
    struct buf text = {0};
    write(&text, mail, lang);
    const char *copy = arena_copy(arena, text.bytes ? text.bytes : "", text.length);
    buf_free(&text);
    return copy;
}

/* All texts become the batch's: the plan may be another one before the channel is done. */
static void send_mail(struct courier *courier, struct batch *batch, size_t index)
{
    const struct mail *mail = &batch->mails[index];
    struct arena *arena = batch->arena;
    struct flight *flight = &batch->flights[index];
    struct channel_message *message = arena_alloc(arena, sizeof *message);
    *message = (struct channel_message){
        .id = mail->id,
        .attempt = mail->message.attempts,
        .slot_ms = mail->message.slot_ms,
        .unit = arena_string(arena, mail->unit_id),
        .name = arena_string(arena, mail->unit_name),
        .contact = arena_string(arena, mail->contact),
        .role = arena_string(arena, mail->role),
        .subject = words(arena, mail, courier->lang, mail_subject),
        .text = words(arena, mail, courier->lang, mail_text),
        .json = words(arena, mail, courier->lang, mail_json),
    };
    *flight = (struct flight){.courier = courier, .message = mail->message};
    courier->busy++;
    courier->unflushed = true;
    struct channel *channel = post_channel(courier->post, mail->channel);
    channel->kind->send(channel, message, end_flight, flight);
}

void courier_send(struct courier *courier)
{
    for (size_t b = 0; b < BATCHES; b++) {
        struct batch *batch = &courier->batches[b];
        if (batch->state != BATCH_TAKEN)
            continue;
        batch->state = BATCH_SENT;
        for (size_t i = 0; i < batch->count; i++)
            send_mail(courier, batch, i);
    }
}

static void flush_channel(struct courier *courier)
{
    if (courier->unflushed)
        post_flush(courier->post);
    courier->unflushed = false;
}

/* ---- settling and taking ---------------------------------------------------------------------- */

static int settle(struct courier *courier, struct batch *batch, struct flight *flight,
                  int64_t now_ms, struct err *err)
{
    enum mail_result result = flight->result == CHANNEL_SENT    ? MAIL_SENT
                              : flight->result == CHANNEL_RETRY ? MAIL_RETRY
                                                                : MAIL_FAILED;
    struct err own = {0};
    int code = engine_settle(courier->engine, &flight->message, result,
                             flight->note[0] ? flight->note : NULL, now_ms, &own);
    if (code == ERR_NOT_FOUND) /* so late that another attempt has ended it meanwhile */
        code = 0;
    else if (code < 0 && err)
        *err = own;
    if (code == 0) {
        flight->settled = true;
        batch->settled++;
    }
    return code;
}

static int settle_batches(struct courier *courier, int64_t now_ms, struct err *err)
{
    for (size_t b = 0; b < BATCHES; b++) {
        struct batch *batch = &courier->batches[b];
        for (size_t i = 0; batch->state == BATCH_SENT && i < batch->count; i++) {
            struct flight *flight = &batch->flights[i];
            if (!flight->ended || flight->settled)
                continue;
            int code = settle(courier, batch, flight, now_ms, err);
            if (code < 0)
                return code;
        }
        if (batch->state == BATCH_SENT && batch->settled == batch->count)
            free_batch(batch);
    }
    return 0;
}

/* Returns 1 when a batch was taken, which the next step sends, 0, or a negative code. */
static int take_batch(struct courier *courier, int64_t now_ms, struct err *err)
{
    struct batch *batch = NULL;
    for (size_t b = 0; b < BATCHES && !batch; b++)
        if (courier->batches[b].state == BATCH_FREE)
            batch = &courier->batches[b];
    if (!batch)
        return 0;
    batch->arena = arena_new();
    batch->count = batch->settled = 0;
    int code = engine_take(courier->engine, now_ms, BATCH_MOST, batch->arena, &batch->mails,
                           &batch->count, err);
    if (code < 0 || batch->count == 0) {
        free_batch(batch);
        return code < 0 ? code : 0;
    }
    batch->state = BATCH_TAKEN;
    return 1;
}

int courier_step(struct courier *courier, int64_t now_ms, bool hold, struct err *err)
{
    courier_send(courier);
    int more = hold ? 0 : engine_form(courier->engine, now_ms, err);
    int taken = hold || more < 0 ? more : take_batch(courier, now_ms, err);
    if (taken == 0 && more == 0)
        flush_channel(courier);
    int code = settle_batches(courier, now_ms, taken < 0 ? NULL : err);
    if (taken < 0 || code < 0)
        return taken < 0 ? taken : code;
    return more || taken;
}

int courier_stop(struct courier *courier, int64_t now_ms, struct err *err)
{
    flush_channel(courier);
    return settle_batches(courier, now_ms, err);
}
