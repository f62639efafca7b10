#include "service/life.h"

#include "base/json.h"
#include "store/plans.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum fact_kind kind;
} events[] = {
    [ROSTER_JOIN] = {"join", FACT_JOINED},
    [ROSTER_OPEN] = {"open", FACT_OPENED},
    [ROSTER_LEAVE] = {"leave", FACT_LEFT},
    [ROSTER_CLOSE] = {"close", FACT_CLOSED},
    [ROSTER_TRANSFER] = {"transfer", FACT_TRANSFERRED},
    [ROSTER_ABSENT] = {"absent", FACT_ABSENT},
    [ROSTER_MERGE] = {"merge", FACT_MERGED},
    [ROSTER_CHANGE] = {"change", FACT_CHANGED},
};

enum { EVENTS = sizeof events / sizeof *events };

enum fact_kind life_kind(enum roster_event event)
{
    return events[event].kind;
}

bool life_event(enum fact_kind kind, enum roster_event *event)
{
    for (int i = 0; i < EVENTS; i++)
        if (events[i].kind == kind) {
            *event = (enum roster_event)i;
            return true;
        }
    return false;
}

const char *life_name(enum roster_event event)
{
    return (int)event < EVENTS ? events[event].name : NULL;
}

/* ---- from and to JSON ------------------------------------------------------------------ */

/* The texts of a change, by the names that a detail has. */
struct text {
    const char *name;
    struct slice *slice;
};

enum { TEXTS = 8 };

static void list_texts(struct roster_change *change, struct text texts[TEXTS])
{
    const struct text list[TEXTS] = {
        {"id", &change->unit},       {"into", &change->into},     {"name", &change->name},
        {"kind", &change->kind},     {"parent", &change->parent}, {"contact", &change->contact},
        {"groups", &change->groups}, {"tags", &change->tags},
    };
    memcpy(texts, list, sizeof list);
}

const char *life_detail(const struct roster_change *change, struct arena *arena)
{
    struct roster_change copy = *change;
    struct text texts[TEXTS];
    struct value *map = value_map(arena);
    struct buf text = {0};
    char day[11];
    list_texts(&copy, texts);
    for (int i = 0; i < TEXTS; i++)
        if (texts[i].slice->bytes)
            value_set_string(arena, map, texts[i].name,
                             arena_copy(arena, texts[i].slice->bytes, texts[i].slice->length));
    if (change->staff >= 0)
        value_set_int(arena, map, "staff", change->staff);
    if (change->until != DAY_OPEN)
        value_set_string(arena, map, "until", civil_format(change->until, day));
    json_write(&text, map);
    const char *detail = arena_copy(arena, text.bytes, text.length);
    buf_free(&text);
    return detail;
}

static int bad(const char *field, struct err *err)
{
    return err_set(err, ERR_INVALID, "“%s”", field);
}

static int read_day(const struct value *map, const char *field, int32_t *day, struct err *err)
{
    const struct value *value = value_get(map, field);
    if (!value)
        return 0;
    int32_t read =
        value->type == VALUE_STRING ? civil_parse(value->string, value->length) : CIVIL_NONE;
    if (read == CIVIL_NONE)
        return bad(field, err);
    *day = read;
    return 0;
}

int life_change(const struct value *map, struct roster_change *out, struct err *err)
{
    struct roster_change change = {.day = DAY_NONE, .until = DAY_OPEN, .staff = -1};
    struct text texts[TEXTS];
    list_texts(&change, texts);
    for (int i = 0; i < TEXTS; i++) {
        const struct value *value = value_get(map, texts[i].name);
        if (!value)
            continue;
        if (value->type != VALUE_STRING || strlen(value->string) != value->length)
            return bad(texts[i].name, err);
        *texts[i].slice = (struct slice){value->string, value->length};
    }
    int64_t staff = value_get_int(map, "staff", -1);
    if (value_get(map, "staff") && (staff < 0 || staff > 999999999))
        return bad("staff", err);
    change.staff = (int32_t)staff;
    int code = read_day(map, "on", &change.day, err);
    if (code == 0)
        code = read_day(map, "until", &change.until, err);
    if (code == 0 && change.unit.length == 0)
        code = bad("id", err);
    if (code == 0) {
        change.event = out->event;
        *out = change;
    }
    return code;
}

/* ---- all of a store -------------------------------------------------------------------- */

void life_free(struct life_list *life)
{
    if (!life)
        return;
    arena_free(life->arena);
    free(life->facts);
    *life = (struct life_list){0};
}

static struct life_fact *append(struct life_list *life)
{
    if (life->count == life->room) {
        life->room = life->room ? 2 * life->room : 64;
        life->facts = mem_resize(life->facts, life->room, sizeof *life->facts);
    }
    return &life->facts[life->count++];
}

struct reading {
    struct life_list life;
    int code;
    struct err *err;
};

static bool take_fact(void *context, const struct store_fact *fact)
{
    static const struct value_limits limits = {64, 4, 1 << 16};
    struct reading *reading = context;
    struct value *map = NULL;
    struct roster_change change;
    if (!life_event(fact->kind, &change.event))
        return true; /* of a later program */
    const char *detail = fact->detail ? fact->detail : "";
    reading->code =
        json_parse(reading->life.arena, detail, strlen(detail), &limits, &map, reading->err);
    if (reading->code == 0)
        reading->code = life_change(map, &change, reading->err);
    if (reading->code < 0) {
        err_set(reading->err, ERR_INVALID, "the detail of fact %lld is damaged",
                (long long)fact->number);
        return false;
    }
    change.day = (int32_t)fact->value;
    change.recorded = true;
    struct arena *arena = reading->life.arena;
    *append(&reading->life) =
        (struct life_fact){.change = change,
                           .number = fact->number,
                           .at_ms = fact->at_ms,
                           .actor = fact->actor ? arena_string(arena, fact->actor) : NULL,
                           .note = fact->note ? arena_string(arena, fact->note) : NULL};
    return true;
}

/* Of one day, as they were said; what is not recorded comes last. */
static int by_day(const void *left, const void *right)
{
    const struct life_fact *a = left, *b = right;
    int order = (a->change.day > b->change.day) - (a->change.day < b->change.day);
    if (order)
        return order;
    bool new_a = a->number <= 0, new_b = b->number <= 0;
    if (new_a != new_b)
        return new_a - new_b;
    return new_a ? (a->number < b->number) - (a->number > b->number)
                 : (a->number > b->number) - (a->number < b->number);
}

static void sort(struct life_list *life)
{
    if (life->count)
        qsort(life->facts, life->count, sizeof *life->facts, by_day);
}

int life_read(struct store *store, const char *plan, struct life_list *out, struct err *err)
{
    struct reading reading = {.life = {.arena = arena_new()}, .err = err};
    uint32_t number = 0;
    int code = store_plan_number(store, plan, &number, err);
    if (code == 0)
        code = store_roster_facts(store, number, 0, take_fact, &reading, err);
    code = reading.code < 0 ? reading.code : code;
    if (code < 0) {
        life_free(&reading.life);
        return code;
    }
    sort(&reading.life);
    *out = reading.life;
    return 0;
}

void life_add(struct life_list *life, const struct roster_change *change)
{
    int64_t last = life->count ? life->facts[life->count - 1].number : 0;
    if (!life->arena)
        life->arena = arena_new();
    *append(life) = (struct life_fact){.change = *change, .number = last < 0 ? last - 1 : -1};
}

void life_apply(struct life_list *life, struct roster *roster)
{
    sort(life);
    for (size_t i = 0; i < life->count; i++) {
        struct life_fact *fact = &life->facts[i];
        struct err err = {0};
        fact->refused = roster_change(roster, &fact->change, &err) < 0;
        fact->why = fact->refused ? arena_string(life->arena, err.message) : NULL;
    }
}

void life_mark(struct life_list *life, const struct life_list *other)
{
    for (size_t i = 0; i < life->count && i < other->count; i++) {
        life->facts[i].refused = other->facts[i].refused;
        life->facts[i].why =
            life->facts[i].refused ? arena_string(life->arena, other->facts[i].why) : NULL;
    }
}
