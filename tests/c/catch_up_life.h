/*
 * Random plans lived from beginning to end, with or without downtimes: what was recorded and who was told, as rows
 * of plain numbers. For test_catch_up.c, which says what a life with downtimes has to be from one without.
 *
 * A life is a function of its plan, its facts and its downtimes. The process dies at the beginning of a downtime,
 * `cut` says amid which work; at its end a new one takes what was handed in meanwhile, then catches up.
 */
#ifndef TESTS_CATCH_UP_LIFE_H
#define TESTS_CATCH_UP_LIFE_H

#include "engine_kit.h"

#include "engine/handler.h"
#include "engine/mail.h"

enum { ITEMS_MOST = 10, FACTS_MOST = 48, ROWS_MOST = 1000, DOWNTIMES_MOST = 4, WARDS = 5 };

/* What is done at an instant, in this order. */
enum stage { STAGE_TICK, STAGE_HANDLE, STAGE_FAN, STAGE_FORM, STAGE_TAKE, STAGES };

/* What comes at `from_ms` is still ticked, what comes at `until_ms` is found then. */
struct downtime {
    int64_t from_ms, until_ms;
    enum stage cut; /* the first stage that is not reached at from_ms; STAGES = none */
};

/* One that was handed in, and what it did. */
struct fact {
    struct fact_request request; /* at_ms: when it was said */
    bool taken;
    uint32_t unit;            /* number; 0 = all, since they do it together */
    uint32_t item;            /* number */
    struct occasion occasion; /* of the duty; phase as a number */
    bool content;             /* the unit has nothing left to do */
};

struct row {
    struct store_firing firing; /* its text in the arena */
    uint64_t units;             /* a set of unit numbers */
};

struct life {
    struct kit kit;
    struct fact facts[FACTS_MOST];
    struct downtime downs[DOWNTIMES_MOST];
    struct row rows[ROWS_MOST];
    char *told[ROWS_MOST * WARDS]; /* a message a line */
    size_t fact_count, down_count, row_count, told_count;
    int64_t revise_ms; /* when more tiers are added; INT64_MAX = never */
};

/* ---- random choices --------------------------------------------------------------------------- */

struct dice {
    uint64_t state; /* not 0 */
};

static inline uint32_t roll(struct dice *dice, uint32_t sides)
{
    dice->state ^= dice->state << 13;
    dice->state ^= dice->state >> 7;
    dice->state ^= dice->state << 17;
    return (uint32_t)(dice->state >> 33) % sides;
}

static inline bool chance(struct dice *dice, uint32_t percent)
{
    return roll(dice, 100) < percent;
}

/* ---- a plan ----------------------------------------------------------------------------------- */

static inline const char *day_text(int32_t day)
{
    char text[11];
    return arena_string(arena, civil_format(day, text));
}

/* One of the days from 2012-06-05 on. */
static inline const char *some_day(struct dice *dice, uint32_t days)
{
    return day_text(civil_day(2012, 6, 5) + (int32_t)roll(dice, days));
}

static inline const char *random_item(struct dice *dice, uint32_t number)
{
    static const char *const shapes[] = {
        TASK("%s") DUE(BY("%s")) EACH_WARD END,
        TASK("%s") DUE(BY_AT("%s", "1020")) END,
        QUOTA("%s") IN("ph1") DUE(BY("%s")) EACH_WARD COUNT_OF("2") END,
        QUOTA("%s") DUE(BY("%s")) EACH_WARD END,
        QUOTA("%s") DUE(BY("%s")) FIELD("by", "{\"terms\":[{\"id\":\"w1\"},{\"id\":\"w2\"}]}")
            COUNT_OF("2") END,
        QUOTA("%s") WHEN(FROM_TO("2012-06-01", "%s"))
            PER(RULE("FREQ=MONTHLY;BYMONTHDAY=-1;WINDOW=MONTH")) EACH_WARD END,
        TASK("%s") WHEN(FROM_TO("2012-06-01", "%s")) PER(RULE("FREQ=MONTHLY;BYMONTHDAY=5,20"))
            EACH_WARD END,
        QUOTA("%s") FIELD("text", "\"%s\"") FIELD("per", "\"phase\"") EACH_WARD END,
        TASK("%s") FIELD("text", "\"%s\"") DUE(BY("2012-03-01")) EACH_WARD END,
        TASK("%s") DUE(BY("%s")) FIELD("rest_day", "\"next\"") EACH_WARD COUNT_OF("1") END,
    };
    const char *id = arena_printf(arena, "i%u", number);
    const char *shape = shapes[number == 0 ? 3 * roll(dice, 2) : roll(dice, COUNT(shapes))];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    return arena_printf(arena, shape, id, id, some_day(dice, 100)); /* the name is the id */
#pragma GCC diagnostic pop
}

static inline const char *random_items(struct dice *dice, uint32_t *count)
{
    char *text = arena_printf(arena,
                              PHASE("ph1") WHEN(FROM_TO("2012-06-10", "%s")) END
                              "," PHASE("ph2") WHEN(FROM_TO("2012-07-20", "2012-08-20")) END,
                              day_text(civil_day(2012, 6, 20) + (int32_t)roll(dice, 60)));
    *count = 2 + roll(dice, ITEMS_MOST - 2);
    for (uint32_t i = 0; i < *count; i++)
        text = arena_printf(arena, "%s,%s", text, random_item(dice, i));
    return text;
}

/* Some of the words of a list, with commas between them. */
static inline const char *some_of(struct dice *dice, const char *const *words, size_t count)
{
    char *text = arena_string(arena, "");
    for (size_t i = 0; i < count; i++)
        if (chance(dice, 50))
            text = arena_printf(arena, "%s%s%s", text, *text ? "," : "", words[i]);
    return text;
}

/* The same plan with more tiers, of which earlier ones have spoken for some. */
static inline struct kit_plan with_more_tiers(const struct kit_plan *plan)
{
    struct kit_plan more = *plan;
    more.remind = arena_printf(
        arena, "%s,{\"before\":[\"21d\",\"10d\",\"5d\"],\"after\":[\"3d\"],\"line\":9}",
        plan->remind);
    return more;
}

static inline void revise(struct kit *kit, const struct kit_plan *plan)
{
    struct kit_plan more = with_more_tiers(plan);
    const char *ids[ITEMS_MOST];
    for (int i = 0; i < ITEMS_MOST; i++)
        ids[i] = arena_printf(arena, "i%d", i);
    engine_free(kit->engine);
    kit_take_anew(kit, &more, ids, ITEMS_MOST);
    kit_engine(kit);
}

static inline struct kit_plan random_plan(struct dice *dice, uint32_t *items)
{
    static const char *const tiers[] = {"\"14d\"", "\"7d\"", "\"3d\"", "\"1d\""};
    static const char *const after[] = {"\"1d\"", "\"5d\"", "\"20d\""};
    static const char *const more[] = {
        "{\"about\":[\"i0\"],\"every\":" RULE("FREQ=WEEKLY;BYDAY=MO") ",\"line\":9}",
        "{\"about\":[\"i1\"],\"before\":[\"10d\",\"2d\"],\"to\":\"head\",\"line\":9}",
        "{\"about\":[\"i1\"],\"before\":[\"4d\"],\"at\":\"15:00\",\"line\":9}",
    };
    static const char *const handlers[] = {
        ON("phase.start"), ON("phase.end"), ON("quota.late"),          ON("task.due"),
        ON("quota.open"),  ON("reminder"),  ON_ITEM("reminder", "i0"), ON("plan.end")};
    const char *extra = some_of(dice, more, COUNT(more));
    struct kit_plan plan = {.head = ISSUED("2012-06-04"),
                            .items = random_items(dice, items),
                            .handlers = some_of(dice, handlers, COUNT(handlers)),
                            .wards = WARDS};
    plan.remind = arena_printf(arena, "{\"before\":[%s],\"after\":[%s],\"line\":9}%s%s",
                               some_of(dice, tiers, COUNT(tiers)),
                               some_of(dice, after, COUNT(after)), *extra ? "," : "", extra);
    if (chance(dice, 50))
        plan.until = day_of(some_day(dice, 100));
    return plan;
}

/* ---- facts ------------------------------------------------------------------------------------ */

static inline int by_time(const void *left, const void *right)
{
    const struct fact *a = left, *b = right;
    return (a->request.at_ms > b->request.at_ms) - (a->request.at_ms < b->request.at_ms);
}

/* At half minutes: nothing else comes then. */
static inline struct fact_request random_fact(struct dice *dice, uint32_t items, size_t number)
{
    uint32_t unit = 1 + roll(dice, WARDS + 1), kind = roll(dice, 10);
    int32_t day = civil_day(2012, 6, 5) + (int32_t)roll(dice, 110);
    struct fact_request request = {
        .kind = kind < 6   ? FACT_SUBMITTED
                : kind < 7 ? FACT_EXCUSED
                : kind < 8 ? FACT_EXTENDED
                           : FACT_WITHDRAWN,
        .item = arena_printf(arena, "i%u", roll(dice, items)),
        .unit = unit > WARDS ? "bureau" : arena_printf(arena, "w%u", unit),
        .count = 1 + roll(dice, 2),
        .at_ms = civil_ms(day, (int32_t)roll(dice, MINUTES_A_DAY)) + 30000,
        .period = DAY_NONE,
        .until = day + 1 + (int32_t)roll(dice, 20),
        .key = arena_printf(arena, "k%zu", number),
        .actor = "clerk",
        .note = "reason",
    };
    return request;
}

static inline void random_facts(struct dice *dice, uint32_t items, struct life *life)
{
    life->fact_count = roll(dice, FACTS_MOST);
    for (size_t i = 0; i < life->fact_count; i++)
        life->facts[i] = (struct fact){.request = random_fact(dice, items, i)};
    qsort(life->facts, life->fact_count, sizeof *life->facts, by_time);
}

static inline void hand_in(struct life *life, struct fact *fact, int64_t now_ms)
{
    struct kit *kit = &life->kit;
    struct fact_answer answer;
    struct store_fact stored;
    fact->taken =
        engine_fact(kit->engine, 0, &fact->request, now_ms, arena, &answer, &kit->err) == 0;
    if (!fact->taken)
        return;
    kit_check(kit,
              store_fact_keyed(kit->store, 1, fact->request.key, arena, &stored, &kit->err));
    bool shared = !kit->plan->items[answer.duty.item].who[ROLE_EACH];
    fact->unit = shared && !answer.excused ? 0 : stored.unit;
    fact->item = stored.item;
    fact->occasion = (struct occasion){stored.period, DAY_NONE, stored.phase};
    fact->content = answer.met || answer.excused;
}

/* ---- a life ----------------------------------------------------------------------------------- */

static inline bool answer_one(struct kit *kit, int64_t now_ms)
{
    struct handler_call call;
    int code = engine_handler_next(kit->engine, arena, &call, &kit->err);
    if (code == ERR_NOT_FOUND)
        return false;
    kit_check(kit, code);
    const char *text = arena_printf(arena, "%s!", call.event);
    struct handler_notice notices[] = {{&call.subjects, text, NULL, NULL},
                                       {&call.subjects, "please", "head", NULL}};
    bool both = call.firing.kind == EVENT_PHASE_START;
    kit_check(kit, engine_handled(kit->engine, &call, notices, both ? 2 : 1, NULL, now_ms,
                                  &kit->err));
    handler_call_free(&call);
    return true;
}

static inline int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* One message: when, to whom, and what of, in no order. */
static inline char *told_text(int64_t sent_ms, uint32_t route, uint32_t unit, char **entries,
                              size_t count)
{
    struct buf text = {0};
    buf_printf(&text, "%lld to %u %u:", (long long)(sent_ms / 1000), route, unit);
    qsort(entries, count, sizeof *entries, by_text);
    for (size_t i = 0; i < count; i++)
        buf_printf(&text, " %s", entries[i]);
    char *copy = arena_string(arena, text.bytes);
    buf_free(&text);
    return copy;
}

static inline char *entry_text(const struct store_firing *firing)
{
    return arena_printf(arena, "[%s %u %d %d %d %u %s]", firing_name(firing->kind),
                        firing->item, firing->tier, firing->due, firing->period, firing->phase,
                        firing->text ? firing->text : "");
}

/* What a message tells, group by group: roles that share an address, and slots, may be in one. */
static inline void tell_groups(struct life *life, const struct store_told *list, size_t count,
                               int64_t now_ms)
{
    char *entries[ROWS_MOST];
    for (size_t i = 0, lines = 0; i < count; i++) {
        entries[lines++] = entry_text(&list[i].firing);
        if (i + 1 < count && store_same_group(&list[i].line, &list[i + 1].line))
            continue;
        assert_true(life->told_count < COUNT(life->told));
        life->told[life->told_count++] =
            told_text(now_ms, list[i].line.route, list[i].line.unit, entries, lines);
        lines = 0;
    }
}

static inline size_t send_some(struct life *life, int64_t now_ms)
{
    struct kit *kit = &life->kit;
    const struct mail *mails;
    size_t count;
    kit_check(kit, kit_lease(kit, now_ms, 50, arena, &mails, &count));
    for (size_t i = 0; i < count; i++) {
        struct buf told = {0};
        kit_check(kit,
                  store_message_lines(kit->store, &mails[i].message, arena, &told, &kit->err));
        size_t lines = told.length / sizeof(struct store_told);
        assert_true(mails[i].entry_count > 0 && lines >= mails[i].entry_count);
        tell_groups(life, (const void *)told.bytes, lines, now_ms);
        buf_free(&told);
        kit_check(kit, kit_settle(kit, &mails[i], MAIL_SENT, NULL, now_ms));
    }
    return count;
}

static inline int tick_once(struct kit *kit, int64_t now_ms)
{
    struct clock_reading reading = {.boot_ms = now_ms, .wall_ms = now_ms};
    return engine_tick(kit->engine, now_ms, &reading, &kit->err);
}

static inline void live_instant(struct life *life, int64_t now_ms, enum stage cut)
{
    struct kit *kit = &life->kit;
    int more;
    do
        kit_check(kit, more = tick_once(kit, now_ms));
    while (more);
    while (cut > STAGE_HANDLE && answer_one(kit, now_ms))
        continue;
    if (cut > STAGE_FAN)
        kit_fan(kit);
    if (cut > STAGE_FORM)
        do
            kit_check(kit, more = kit_form(kit, now_ms));
        while (more);
    while (cut > STAGE_TAKE && send_some(life, now_ms))
        continue;
    kit_check(kit, store_flush(kit->store, &kit->err));
}

static inline bool take_row(void *context, const struct store_firing *firing)
{
    struct life *life = context;
    struct bits set = {0};
    struct err err;
    assert_true(life->row_count < ROWS_MOST);
    struct row *row = &life->rows[life->row_count++];
    *row = (struct row){.firing = *firing};
    row->firing.text = firing->text ? arena_string(arena, firing->text) : NULL;
    assert_int_equal(bits_decode(firing->subjects, firing->subjects_length, &set, &err), 0);
    for (uint32_t unit = bits_next(&set, 0); unit != BITS_NONE;
         unit = bits_next(&set, unit + 1)) {
        assert_in_range(unit, 1, 63);
        row->units |= UINT64_C(1) << unit;
    }
    bits_free(&set);
    return true;
}

/* The rows in the order of recording; messages by text. */
static inline void read_life(struct life *life)
{
    struct store_filter filter = {.after = -1};
    kit_check(&life->kit,
              store_journal(life->kit.store, &filter, take_row, life, &life->kit.err));
    qsort(life->told, life->told_count, sizeof *life->told, by_text);
}

static inline int64_t earliest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* `plan`, facts, downtimes and the time of the revision are given; the rest is lived. */
static inline void live(struct life *life, const struct kit_plan *plan)
{
    kit_open(&life->kit, plan, NULL);
    size_t fact = 0, down = 0;
    int64_t revise_ms = life->revise_ms, lived_ms = INT64_MIN;
    for (;;) {
        int64_t fact_ms = fact < life->fact_count ? life->facts[fact].request.at_ms : INT64_MAX;
        int64_t next_ms = earliest(earliest(engine_next(life->kit.engine), fact_ms), revise_ms);
        const struct downtime *next = &life->downs[down];
        if (down < life->down_count && next_ms > next->from_ms) {
            engine_free(life->kit.engine);
            kit_engine(&life->kit);
            for (; fact < life->fact_count && life->facts[fact].request.at_ms <= next->until_ms;
                 fact++)
                hand_in(life, &life->facts[fact], next->until_ms);
            next_ms = next->until_ms;
            down++;
        } else if (next_ms == INT64_MAX) {
            break;
        } else if (revise_ms == next_ms) {
            revise(&life->kit, plan);
            revise_ms = INT64_MAX;
        } else if (fact_ms == next_ms) {
            hand_in(life, &life->facts[fact++], next_ms);
            continue;
        }
        assert_true(next_ms >= lived_ms); /* what was decided leaves nothing behind */
        lived_ms = next_ms;
        bool dies = down < life->down_count && life->downs[down].from_ms == next_ms;
        live_instant(life, next_ms, dies ? life->downs[down].cut : STAGES);
    }
    read_life(life);
}

#endif
