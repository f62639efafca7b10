#include "sim_plan.h"

#include "base/sha256.h"
#include "time/civil.h"

#include <string.h>

enum { DAYS = 365, TIERS = 6 };

static const int32_t tiers[TIERS] = {1, 2, 3, 7, 14, 30};

static const char *const rules[] = {
    "",
    "FREQ=MONTHLY;BYMONTHDAY=25",
    "FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=17",
    "FREQ=MONTHLY;BYDAY=1FR",
    "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=5",
    "FREQ=MONTHLY;WINDOW=QUARTER",
    "FREQ=YEARLY;WINDOW=HALF",
    "FREQ=YEARLY;TERM=清明;WINDOW=WEEK",
    "LUNAR=8-15",
    "FREQ=WEEKLY;INTERVAL=6;BYDAY=MO",
    "FREQ=MONTHLY;BYMONTHDAY=10;ROLL=NEXT",
    "FREQ=YEARLY;BYMONTH=2,4,6,8,10,12;WINDOW=MONTH",
};
enum { RULES = sizeof rules / sizeof *rules };

static const char *const events[] = {"task.due",   "quota.late", "phase.end",
                                     "plan.end",   "plan.start", "phase.start",
                                     "quota.open", "review",     "reminder"};
enum { EVENTS = sizeof events / sizeof *events };

/* ---- making ----------------------------------------------------------------------------------- */

static void make_phase(struct sim_random *random, const struct sim_plan *plan,
                       struct sim_item *item)
{
    int32_t first = sim_between(random, plan->issued - 20, plan->last - 60);
    *item = (struct sim_item){.there = true,
                              .word = SIM_PHASE,
                              .time = SIM_WINDOW,
                              .parent = -1,
                              .first = first,
                              .last = sim_between(random, first + 5, first + 120),
                              .minute = 1440};
}

static void make_time(struct sim_random *random, const struct sim_plan *plan,
                      struct sim_item *item)
{
    static const enum sim_when times[] = {SIM_DEADLINE, SIM_DEADLINE,  SIM_DEADLINE, SIM_WINDOW,
                                          SIM_RHYTHM,   SIM_PER_PHASE, SIM_UNDATED};
    item->time = times[sim_below(random, sizeof times / sizeof *times)];
    item->last = sim_between(random, plan->issued - 10, plan->last);
    item->first = item->last - sim_between(random, 0, 60);
    item->minute = sim_chance(random, 70) ? 1440 : sim_between(random, 8, 18) * 60;
    item->rule = 1 + sim_below(random, RULES - 1);
}

static int find_phase(struct sim_random *random, const struct sim_plan *plan)
{
    int place = (int)sim_below(random, 2 * SIM_PHASES);
    return place < SIM_PHASES && plan->items[place].there ? place : -1;
}

static void make_item(struct sim_random *random, const struct sim_plan *plan,
                      struct sim_item *item)
{
    *item = (struct sim_item){.there = true,
                              .word = sim_chance(random, 60) ? SIM_QUOTA : SIM_TASK,
                              .count = 1 + sim_below(random, 3)};
    item->parent = find_phase(random, plan);
    make_time(random, plan, item);
    if (item->time == SIM_PER_PHASE)
        item->parent = -1;
    item->units = sim_chance(random, 50) ? 0 : (uint32_t)sim_next(random);
    item->together = sim_chance(random, 20);
    item->binding = sim_chance(random, 80) ? 0 : sim_below(random, 4);
    item->rest_day = sim_chance(random, 60) ? 0 : sim_below(random, 3);
}

static void make_reminder(struct sim_random *random, struct sim_reminder *reminder)
{
    *reminder = (struct sim_reminder){
        .before = sim_below(random, 1 << TIERS) & sim_below(random, 1 << TIERS),
        .after = sim_chance(random, 30) ? 1u << sim_below(random, 4) : 0,
        .every = sim_chance(random, 20) ? 1 + sim_below(random, RULES - 1) : 0,
        .minute = sim_chance(random, 60) ? 540 : sim_between(random, 0, 95) * 15,
        .route = sim_below(random, 4),
        .about = sim_chance(random, 70) ? -1 : sim_between(random, SIM_PHASES, SIM_ITEMS - 1)};
    if (!reminder->before && !reminder->after && !reminder->every)
        reminder->before = 1u << sim_below(random, TIERS);
}

void sim_plan_make(struct sim_random *random, int32_t day, struct sim_plan *out)
{
    *out = (struct sim_plan){.issued = day + sim_between(random, -30, 30),
                             .last = day + DAYS - 20,
                             .wards = 1 + sim_below(random, SIM_UNITS)};
    if (sim_chance(random, 30))
        out->received = out->issued + sim_between(random, 0, 20);
    for (int i = 0; i < SIM_PHASES; i++)
        if (sim_chance(random, 60))
            make_phase(random, out, &out->items[i]);
    uint32_t count = 2 + sim_below(random, 5);
    for (uint32_t i = SIM_PHASES; i < SIM_PHASES + count; i++)
        make_item(random, out, &out->items[i]);
    out->reminder_count = sim_below(random, SIM_REMINDERS + 1);
    for (uint32_t i = 0; i < SIM_REMINDERS; i++)
        make_reminder(random, &out->reminders[i]);
    out->handler_count = sim_below(random, SIM_HANDLERS + 1);
    for (uint32_t i = 0; i < SIM_HANDLERS; i++)
        out->handlers[i] = (struct sim_handler){
            sim_below(random, EVENTS),
            sim_chance(random, 60) ? -1 : (int)sim_below(random, SIM_ITEMS)};
}

/* ---- revising --------------------------------------------------------------------------------- */

static void move_item(struct sim_random *random, struct sim_item *item)
{
    int32_t days = sim_between(random, -40, 40);
    if (item->word == SIM_PHASE && sim_chance(random, 50))
        item->first += days;
    item->last += days;
    if (item->first > item->last)
        item->first = item->last;
    if (item->time == SIM_RHYTHM)
        item->rule = 1 + sim_below(random, RULES - 1);
}

/* A phase that goes takes nothing with it: what was in it stands outside. */
static void drop_item(struct sim_plan *plan, int place)
{
    plan->items[place].there = false;
    for (int i = 0; i < SIM_ITEMS; i++)
        if (plan->items[i].parent == place)
            plan->items[i].parent = -1;
}

static void change_item(struct sim_random *random, struct sim_plan *plan, int place)
{
    struct sim_item *item = &plan->items[place];
    switch (sim_below(random, 8)) {
    case 0: drop_item(plan, place); break;
    case 1: item->count += 1 + sim_below(random, 2); break;
    case 2: item->count = 1; break;
    case 3: item->units = sim_chance(random, 30) ? 0 : (uint32_t)sim_next(random); break;
    case 4: item->wording++; break;
    default: move_item(random, item); break;
    }
}

static void change_plan(struct sim_random *random, int32_t today, struct sim_plan *plan)
{
    switch (sim_below(random, 4)) {
    case 0: plan->reminder_count = sim_below(random, SIM_REMINDERS + 1); break;
    case 1: make_reminder(random, &plan->reminders[sim_below(random, SIM_REMINDERS)]); break;
    case 2: plan->handler_count = sim_below(random, SIM_HANDLERS + 1); break;
    default:
        if (today > plan->issued)
            plan->received = sim_between(random, plan->issued, today);
        break;
    }
}

void sim_plan_revise(struct sim_random *random, int32_t today, struct sim_plan *plan)
{
    plan->revision++;
    for (uint32_t changes = 1 + sim_below(random, 3); changes; changes--) {
        int place = (int)sim_below(random, SIM_ITEMS);
        if (sim_chance(random, 15))
            change_plan(random, today, plan);
        else if (plan->items[place].there)
            change_item(random, plan, place);
        else if (place < SIM_PHASES)
            make_phase(random, plan, &plan->items[place]);
        else
            make_item(random, plan, &plan->items[place]);
    }
}

/* ---- the sealed text -------------------------------------------------------------------------- */

static const char *name_of(int place)
{
    static const char *const names[SIM_ITEMS] = {"ph0", "ph1", "ph2", "i3", "i4",
                                                 "i5",  "i6",  "i7",  "i8", "i9"};
    return names[place];
}

static void add_deadline(struct buf *out, const char *field, int32_t day, int32_t minute)
{
    char text[11];
    buf_printf(out, ",\"%s\":{\"kind\":\"deadline\",\"end\":\"%s\"", field,
               civil_format(day, text));
    if (minute != 1440)
        buf_printf(out, ",\"minute\":%d", minute);
    buf_adds(out, "}");
}

static void add_interval(struct buf *out, const char *field, int32_t first, int32_t last)
{
    char from[11], to[11];
    buf_printf(out, ",\"%s\":{\"kind\":\"interval\",\"start\":\"%s\",\"end\":\"%s\"}", field,
               civil_format(first, from), civil_format(last, to));
}

static void add_rhythm(struct buf *out, const char *field, uint32_t rule, int32_t from)
{
    char day[11];
    buf_printf(out, ",\"%s\":{\"kind\":\"recurring\",\"rule\":\"%s\",\"start\":\"%s\"}", field,
               rules[rule], civil_format(from, day));
}

static void add_time(struct buf *out, const struct sim_plan *plan, const struct sim_item *item)
{
    switch (item->time) {
    case SIM_DEADLINE: add_deadline(out, "due", item->last, item->minute); break;
    case SIM_WINDOW:
        add_interval(out, "when", item->first, item->last);
        if (item->word != SIM_PHASE)
            add_deadline(out, "due", item->last, item->minute);
        break;
    case SIM_RHYTHM: add_rhythm(out, "due", item->rule, plan->issued); break;
    case SIM_PER_PHASE: buf_adds(out, ",\"per\":\"phase\""); break;
    case SIM_UNDATED: buf_adds(out, ",\"due\":{\"kind\":\"standing\",\"undated\":true}"); break;
    }
}

/* What an item has from the phase around it is sealed with it. */
static void add_inherited(struct buf *out, const struct sim_plan *plan,
                          const struct sim_item *item)
{
    char from[11], to[11];
    if (item->parent < 0 || item->time == SIM_WINDOW)
        return;
    const struct sim_item *phase = &plan->items[item->parent];
    buf_printf(out,
               ",\"when\":{\"kind\":\"interval\",\"start\":\"%s\",\"end\":\"%s\","
               "\"from\":\"%s\"}",
               civil_format(phase->first, from), civil_format(phase->last, to),
               name_of(item->parent));
}

static void add_who(struct buf *out, const struct sim_plan *plan, const struct sim_item *item)
{
    uint32_t all = (1u << plan->wards) - 1, units = item->units & all;
    buf_printf(out, ",\"%s\":{\"terms\":[", item->together ? "by" : "each");
    if (!units)
        buf_adds(out, "{\"id\":\"ward\"}");
    for (uint32_t i = 0, any = 0; i < plan->wards; i++)
        if (units >> i & 1)
            buf_printf(out, "%s{\"id\":\"w%u\"}", any++ ? "," : "", i + 1);
    buf_adds(out, "]}");
}

static void add_item(struct buf *out, const struct sim_plan *plan, int place)
{
    static const char *const words[] = {"phase", "task", "quota"};
    static const char *const bindings[] = {"must", "should", "may", "never"};
    static const char *const rests[] = {"keep", "next", "ignore"};
    const struct sim_item *item = &plan->items[place];
    buf_printf(out, "{\"word\":\"%s\",\"id\":\"%s\",\"name\":\"事项%d第%u稿\"",
               words[item->word], name_of(place), place, item->wording + 1);
    if (item->parent >= 0)
        buf_printf(out, ",\"parent\":\"%s\"", name_of(item->parent));
    add_time(out, plan, item);
    add_inherited(out, plan, item);
    if (item->word != SIM_PHASE) {
        add_who(out, plan, item);
        buf_printf(out, ",\"binding\":\"%s\",\"rest_day\":\"%s\"", bindings[item->binding],
                   rests[item->rest_day]);
    }
    if (item->word == SIM_QUOTA)
        buf_printf(out, ",\"count\":{\"min\":%u,\"stated\":true,\"unit\":\"篇\"}", item->count);
    buf_adds(out, "}");
}

static void add_tiers(struct buf *out, const char *field, uint32_t set)
{
    buf_printf(out, "\"%s\":[", field);
    for (int i = 0, any = 0; i < TIERS; i++)
        if (set >> i & 1)
            buf_printf(out, "%s\"%dd\"", any++ ? "," : "", tiers[i]);
    buf_adds(out, "],");
}

static void add_reminder(struct buf *out, const struct sim_plan *plan,
                         const struct sim_reminder *reminder)
{
    static const char *const routes[] = {"", ",\"to\":\"head\"", ",\"channel\":\"sms\"",
                                         ",\"to\":\"head\",\"channel\":\"sms\""};
    buf_adds(out, "{");
    add_tiers(out, "before", reminder->before);
    add_tiers(out, "after", reminder->after);
    buf_printf(out, "\"at\":\"%02d:%02d\"%s", reminder->minute / 60, reminder->minute % 60,
               routes[reminder->route]);
    if (reminder->every)
        add_rhythm(out, "every", reminder->every, plan->issued);
    if (reminder->about >= 0)
        buf_printf(out, ",\"about\":[\"%s\"]", name_of(reminder->about));
    buf_adds(out, "}");
}

static void add_reminders(struct buf *out, const struct sim_plan *plan)
{
    buf_adds(out, "],\"reminders\":[");
    for (uint32_t i = 0, any = 0; i < plan->reminder_count; i++) {
        const struct sim_reminder *reminder = &plan->reminders[i];
        if (reminder->about >= 0 && !plan->items[reminder->about].there)
            continue;
        buf_adds(out, any++ ? "," : "");
        add_reminder(out, plan, reminder);
    }
}

static void add_handlers(struct buf *out, const struct sim_plan *plan)
{
    buf_adds(out, "],\"handlers\":[");
    for (uint32_t i = 0, any = 0; i < plan->handler_count; i++) {
        const struct sim_handler *handler = &plan->handlers[i];
        if (handler->item >= 0 && !plan->items[handler->item].there)
            continue;
        buf_printf(out, "%s{\"event\":\"%s\"", any++ ? "," : "", events[handler->event]);
        if (handler->item >= 0)
            buf_printf(out, ",\"ref\":\"%s\"", name_of(handler->item));
        buf_adds(out, "}");
    }
}

static void add_units(struct buf *out, const struct sim_plan *plan)
{
    buf_adds(out, "],\"units\":[{\"id\":\"bureau\",\"name\":\"市卫生局\"},{\"id\":\"ward\","
                  "\"name\":\"各病区\",\"parent\":\"bureau\",\"many\":true}");
    for (uint32_t i = 1; i <= plan->wards; i++)
        buf_printf(out,
                   ",{\"id\":\"w%u\",\"name\":\"%02u病区\",\"parent\":\"bureau\",\"kind\":"
                   "\"ward\",\"contact\":\"w%u@example.org\"}",
                   i, i, i);
    buf_adds(out, "]}");
}

void sim_plan_text(const struct sim_plan *plan, struct buf *out)
{
    buf_printf(
        out,
        "{\"format\":1,\"plan\":{\"id\":\"p\",\"name\":\"方案\",\"issuer\":[\"市卫生局\"],"
        "\"owner\":\"bureau\",\"theme\":\"第%u版\"",
        plan->revision);
    add_interval(out, "issued", plan->issued, plan->issued);
    if (plan->received)
        add_interval(out, "received", plan->received, plan->received);
    add_interval(out, "when", plan->issued, plan->last);
    buf_adds(out, "},\"items\":[");
    for (int i = 0, any = 0; i < SIM_ITEMS; i++)
        if (plan->items[i].there) {
            buf_adds(out, any++ ? "," : "");
            add_item(out, plan, i);
        }
    add_reminders(out, plan);
    add_handlers(out, plan);
    add_units(out, plan);
}

/* ---- requests --------------------------------------------------------------------------------- */

const struct value *sim_plan_apply(const struct buf *text, struct arena *arena)
{
    char hash[SHA256_HEX];
    struct value *request = value_map(arena), *sources = value_list(arena),
                 *source = value_map(arena);
    sha256_hex("", 0, hash);
    value_set_string(arena, source, "file", "p.lua");
    value_set_string(arena, source, "sha256", hash);
    value_set_string(arena, source, "text", "");
    value_append(arena, sources, source);
    sha256_hex(text->bytes, text->length, hash);
    value_set_string(arena, request, "do", "apply");
    value_set_string(arena, request, "hash", hash);
    value_set(arena, request, "text", value_bytes(arena, text->bytes, text->length));
    value_set_string(arena, request, "path", "p.lua");
    value_set(arena, request, "sources", sources);
    return request;
}

/* RFC 3339, to the millisecond. */
static const char *instant_text(int64_t at_ms, struct arena *arena)
{
    char day[11];
    int32_t minute;
    civil_format(civil_from_ms(at_ms, &minute), day);
    int64_t rest = ((at_ms % 60000) + 60000) % 60000;
    return arena_printf(arena, "%sT%02d:%02d:%02d.%03d+08:00", day, minute / 60, minute % 60,
                        (int)(rest / 1000), (int)(rest % 1000));
}

/* An item and, mostly, one of those who are asked for it. */
static void add_about(struct sim_random *random, const struct sim_plan *plan,
                      struct arena *arena, struct value *request)
{
    int place = 0;
    for (int tries = 0; tries < 20 && (place == 0 || !plan->items[place].there); tries++)
        place = sim_between(random, SIM_PHASES, SIM_ITEMS - 1);
    uint32_t unit = sim_below(random, plan->wards);
    uint32_t units = plan->items[place].units & ((1u << plan->wards) - 1);
    while (units && !(units >> unit & 1) && !sim_chance(random, 10))
        unit = sim_below(random, plan->wards);
    value_set_string(arena, request, "item", name_of(place));
    value_set_string(arena, request, "unit", arena_printf(arena, "w%u", unit + 1));
}

static void add_kind(struct sim_random *random, int64_t now_ms, bool steady,
                     struct arena *arena, struct value *request)
{
    static const char *const kinds[] = {"submit", "excuse", "extend", "withdraw"};
    uint32_t draw = sim_below(random, 100);
    uint32_t kind = draw < 70 ? 0 : draw < 78 ? 1 : steady ? 0 : draw < 90 ? 2 : 3;
    char day[11];
    value_set_string(arena, request, "kind", kinds[kind]);
    if (kind == 0)
        value_set_int(arena, request, "count", 1 + sim_below(random, 2));
    if (kind == 1 || kind == 2)
        value_set_string(arena, request, "note", "理由");
    if (kind == 2) {
        int32_t until = civil_from_ms(now_ms, NULL) + sim_between(random, -10, 40);
        value_set_string(arena, request, "until", civil_format(until, day));
    }
}

const struct value *sim_plan_fact(struct sim_random *random, const struct sim_plan *plan,
                                  uint32_t number, int64_t now_ms, bool steady,
                                  struct arena *arena)
{
    struct value *request = value_map(arena);
    int64_t before = sim_chance(random, 60) ? 0 : sim_span(random, 60000, INT64_C(864000000));
    value_set_string(arena, request, "do", "fact");
    add_about(random, plan, arena, request);
    value_set_string(arena, request, "at", instant_text(now_ms - before, arena));
    value_set_string(arena, request, "actor", arena_printf(arena, "a%u", number));
    if (sim_chance(random, 60))
        value_set_string(arena, request, "key", arena_printf(arena, "k%u", number));
    add_kind(random, now_ms, steady, arena, request);
    return request;
}
