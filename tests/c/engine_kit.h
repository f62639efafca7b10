/*
 * A plan bound to a store, for the tests of the engine: sealed JSON, the real calendar, a bureau with as many
 * wards as asked for, a store in memory or in a folder of its own, and the journal as text.
 */
#ifndef TESTS_ENGINE_KIT_H
#define TESTS_ENGINE_KIT_H

#include "agenda_text.h"

#include "engine/engine.h"
#include "engine/fact.h"
#include "engine/mail.h"
#include "store/lines.h"
#include "store/plans.h"

#include <unistd.h>

#define EACH_WARD            FIELD("each", "{\"terms\":[{\"id\":\"ward\"}]}")
#define COUNT_OF(n)          FIELD("count", "{\"min\":" n ",\"stated\":true,\"unit\":\"篇\"}")
#define ON(event)            "{\"event\":\"" event "\",\"line\":1}"
#define ON_ITEM(event, item) "{\"event\":\"" event "\",\"ref\":\"" item "\",\"line\":1}"

struct kit {
    struct findings findings;
    const struct plan *plan;
    struct roster *roster;
    struct store *store;
    struct engine *engine;
    char path[64]; /* of the store; "" = memory */
    struct err err;
};

/* What a kit is made of; NULL texts are empty. */
struct kit_plan {
    const char *head, *items, *remind, *handlers;
    const char *id; /* NULL = "p" */
    uint32_t wards;
    int32_t until; /* of the last ward, 0 = it stays */
};

/* A desk of the kit's engine, under the rules of whoever has given none. */
static inline struct mail_desk kit_desk(const struct kit *kit)
{
    return (struct mail_desk){.store = kit->store,
                              .engines = &kit->engine,
                              .count = 1,
                              .rules = outbox_rules_plain()};
}

static inline int kit_form(struct kit *kit, int64_t now_ms)
{
    struct mail_desk desk = kit_desk(kit);
    return mail_form(&desk, now_ms, &kit->err);
}

/* Takes from the one destination there is, until something comes. */
static inline int kit_lease(struct kit *kit, int64_t now_ms, size_t most, struct arena *texts,
                            const struct mail **mails, size_t *count)
{
    struct mail_desk desk = kit_desk(kit);
    struct store_destination destination = {.number = 1, .name = "default"};
    int code;
    do
        code = mail_take(&desk, &destination, now_ms, most, texts, mails, count, &kit->err);
    while (code > 0 && *count == 0);
    return code < 0 ? code : 0;
}

static inline int kit_settle(struct kit *kit, const struct mail *mail, enum mail_result result,
                             const char *note, int64_t now_ms)
{
    struct mail_desk desk = kit_desk(kit);
    struct mail_end end = {.result = result, .note = note};
    int code = mail_settle(&desk, &mail->message, &end, now_ms, &kit->err);
    return code < 0 ? code : 0;
}

static inline void kit_check(struct kit *kit, int code)
{
    if (code < 0)
        fail_msg("%d: %s", code, kit->err.message);
}

static inline void kit_roster(struct kit *kit, const struct kit_plan *input)
{
    kit->findings = findings_new(arena, LANG_EN);
    kit_check(kit, roster_new(kit->plan, &kit->findings, &kit->roster, &kit->err));
    roster_begin_file(kit->roster, "wards.csv", strdup(""), 0);
    for (uint32_t i = 1; i <= input->wards; i++) {
        char id[16], name[32], contact[32];
        struct roster_row row = {.staff = -1, .from = DAY_NONE, .until = DAY_OPEN, .line = i};
        row.id.length = (size_t)snprintf(id, sizeof id, "w%u", i);
        row.name.length = (size_t)snprintf(name, sizeof name, "病区%u", i);
        row.id.bytes = id;
        row.name.bytes = name;
        row.kind = (struct slice){"ward", 4};
        row.contact.length = (size_t)snprintf(contact, sizeof contact, "w%u@b.example", i);
        row.contact.bytes = contact;
        if (input->until && i == input->wards)
            row.until = input->until;
        assert_int_equal(roster_add(kit->roster, &row), 0);
    }
    kit_check(kit, roster_seal(kit->roster, &kit->err));
}

static inline const struct plan *kit_compile(const struct kit_plan *input, char **text)
{
    static const struct value_limits limits = {10000000, 64, 1 << 30};
    const struct plan *plan = NULL;
    struct value *sealed = NULL;
    struct err err = {0};
    *text = arena_printf(
        arena,
        "{\"format\":1,\"plan\":{\"id\":\"%s\",\"name\":\"P\",\"issuer\":[\"I\"],"
        "\"owner\":\"bureau\"%s},\"items\":[%s],\"reminders\":[%s],\"handlers\":[%s],"
        "\"units\":[{\"id\":\"bureau\",\"name\":\"市卫生局\"},"
        "{\"id\":\"ward\",\"name\":\"各病区\",\"parent\":\"bureau\",\"many\":true}]}",
        input->id ? input->id : "p", input->head ? input->head : "",
        input->items ? input->items : "", input->remind ? input->remind : "",
        input->handlers ? input->handlers : "");
    if (json_parse(arena, *text, strlen(*text), &limits, &sealed, &err) < 0 ||
        plan_compile(arena, sealed, calendar, &plan, &err) < 0)
        fail_msg("%s", err.message);
    return plan;
}

static inline void kit_engine(struct kit *kit)
{
    struct engine_input input = {kit->plan, calendar, kit->roster};
    kit_check(kit, engine_new(kit->store, &input, 1, &kit->engine, &kit->err));
}

/* Takes another revision into the store; `anew` names the items whose cursors are set back. */
static inline void kit_take_anew(struct kit *kit, const struct kit_plan *input,
                                 const char *const *anew, size_t anew_count)
{
    char *text;
    uint32_t number;
    kit->plan = kit_compile(input, &text);
    roster_free(kit->roster);
    findings_free(&kit->findings);
    kit_roster(kit, input);
    struct store_revision revision = {.plan = kit->plan->id,
                                      .hash = arena_printf(arena, "%064zx", strlen(text)),
                                      .text = text,
                                      .length = strlen(text),
                                      .path = "p.lua"};
    kit_check(kit,
              store_take_revision(kit->store, &revision, anew, anew_count, &number, &kit->err));
}

/* The same with one item at most. */
static inline void kit_take(struct kit *kit, const struct kit_plan *input, const char *anew)
{
    kit_take_anew(kit, input, &anew, anew ? 1 : 0);
}

/* … and binds it. */
static inline void kit_revise(struct kit *kit, const struct kit_plan *input, const char *anew)
{
    kit_take(kit, input, anew);
    engine_free(kit->engine);
    kit_engine(kit);
}

/* `path` NULL = memory. */
static inline void kit_open(struct kit *kit, const struct kit_plan *input, const char *path)
{
    *kit = (struct kit){0};
    if (path)
        snprintf(kit->path, sizeof kit->path, "%s", path);
    kit_check(kit, store_open(path, STORE_WRITE, &kit->store, &kit->err));
    kit_revise(kit, input, NULL);
}

/* Ends the process without a commit, as far as the store can tell, and begins another. */
static inline void kit_crash(struct kit *kit)
{
    engine_free(kit->engine);
    store_close(kit->store);
    kit_check(kit, store_open(kit->path, STORE_WRITE, &kit->store, &kit->err));
    kit_engine(kit);
}

static inline void kit_close(struct kit *kit)
{
    engine_free(kit->engine);
    store_close(kit->store);
    roster_free(kit->roster);
    findings_free(&kit->findings);
}

/* "2012-07-05 09:00" as an instant. */
static inline int64_t instant(const char *text)
{
    char day[11];
    snprintf(day, sizeof day, "%.10s", text);
    return civil_ms(day_of(day), civil_parse_minute(text + 11, 5));
}

/* Ticks until all that has come is decided; returns how many firings were recorded. */
static inline size_t kit_tick(struct kit *kit, int64_t now_ms)
{
    size_t count, all = 0;
    int more;
    do {
        kit_check(kit, more = engine_tick(kit->engine, now_ms, NULL, &kit->err));
        engine_fired(kit->engine, &count);
        all += count;
    } while (more > 0);
    return all;
}

static inline void kit_fan(struct kit *kit)
{
    int more;
    do {
        kit_check(kit, more = engine_fan(kit->engine, &kit->err));
    } while (more > 0);
}

/* Each event at its own instant, as a simulation does. */
static inline void kit_run(struct kit *kit, int64_t until_ms)
{
    for (int64_t next; (next = engine_next(kit->engine)) <= until_ms && next != INT64_MAX;)
        kit_tick(kit, next);
}

struct kit_reader {
    struct kit *kit;
    struct buf text;
};

static inline bool kit_line(void *context, const struct store_firing *firing)
{
    static const char *const fates[] = {"", " merged", " stale"};
    struct kit_reader *reader = context;
    struct journal_row row;
    struct arena *names = arena_new();
    char day[11], minute[6];
    int32_t of_day, at = civil_from_ms(firing->at_ms, &of_day);
    kit_check(reader->kit,
              engine_row(reader->kit->engine, firing, names, &row, &reader->kit->err));
    buf_printf(&reader->text, "%s %s %s %s", civil_format(at, day) + 5,
               civil_format_minute(of_day, minute), firing_name(firing->kind),
               row.item_id ? row.item_id : "-");
    if (firing->tier)
        buf_printf(&reader->text, firing->tier == INT32_MAX ? " every" : " %d", firing->tier);
    buf_printf(&reader->text, " %u%s", firing->units, fates[firing->fate]);
    if (firing->text)
        buf_printf(&reader->text, " '%s'", firing->text);
    buf_adds(&reader->text, "\n");
    arena_free(names);
    return true;
}

/* The journal, a line a firing; `kinds` 0 = all. */
static inline const char *kit_journal(struct kit *kit, int kinds)
{
    struct kit_reader reader = {.kit = kit};
    struct store_filter filter = {.kinds = kinds};
    kit_check(kit, store_journal(kit->store, &filter, kit_line, &reader, &kit->err));
    const char *text = arena_string(arena, reader.text.bytes ? reader.text.bytes : "");
    buf_free(&reader.text);
    return text;
}

/* Something of an item is handed in. */
static inline void kit_submit(struct kit *kit, const char *item, const char *unit,
                              const char *at)
{
    struct fact_request request = {.kind = FACT_SUBMITTED,
                                   .item = item,
                                   .unit = unit,
                                   .count = 1,
                                   .at_ms = instant(at),
                                   .period = DAY_NONE,
                                   .chars = -1,
                                   .minutes = -1,
                                   .actor = "test"};
    struct fact_answer answer;
    kit_check(kit,
              engine_fact(kit->engine, 0, &request, instant(at), arena, &answer, &kit->err));
}

#endif
