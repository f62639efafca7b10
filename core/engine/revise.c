#include "engine/revise.h"

#include "engine/series.h"

#include <string.h>

struct comparison {
    const struct plan *before, *after;
    struct arena *arena;
    struct revise_move *moves;
    size_t count, room;
    bool phases; /* the time of one has changed: so has what is owed in each */
};

static struct revise_move *add(struct comparison *comparison, enum revise_kind kind)
{
    if (comparison->count == comparison->room) {
        size_t room = comparison->room ? 2 * comparison->room : 16;
        struct revise_move *moves = arena_array(comparison->arena, room, sizeof *moves);
        if (comparison->count)
            memcpy(moves, comparison->moves, comparison->count * sizeof *moves);
        comparison->moves = moves;
        comparison->room = room;
    }
    struct revise_move *move = &comparison->moves[comparison->count++];
    *move = (struct revise_move){.kind = kind, .id = "", .name = comparison->after->name};
    return move;
}

/* ---- values ---------------------------------------------------------------------------- */

/* Where a thing stands in its script is no difference. */
static uint32_t next_key(const struct value *map, uint32_t at)
{
    while (at < map->pairs && strcmp(map->map[at].key, "line") == 0)
        at++;
    return at;
}

static bool same_maps(const struct value *a, const struct value *b)
{
    uint32_t i = next_key(a, 0), k = next_key(b, 0);
    for (; i < a->pairs && k < b->pairs; i = next_key(a, i + 1), k = next_key(b, k + 1))
        if (strcmp(a->map[i].key, b->map[k].key) != 0 ||
            !revise_same(a->map[i].value, b->map[k].value))
            return false;
    return i == a->pairs && k == b->pairs;
}

bool revise_same(const struct value *a, const struct value *b)
{
    if (!a || !b || a->type != b->type)
        return a == b;
    if (a->type == VALUE_MAP)
        return same_maps(a, b);
    if (a->type != VALUE_LIST)
        return value_equal(a, b);
    for (uint32_t i = 0; i < a->count && i < b->count; i++)
        if (!revise_same(a->items[i], b->items[i]))
            return false;
    return a->count == b->count;
}

/* ---- dates ----------------------------------------------------------------------------- */

static bool same_rule(const struct recur *a, const struct recur *b)
{
    if (!a || !b)
        return a == b;
    struct buf one = {0}, two = {0};
    recur_format(&one, a);
    recur_format(&two, b);
    bool same = one.length == two.length && memcmp(one.bytes, two.bytes, one.length) == 0;
    buf_free(&one);
    buf_free(&two);
    return same;
}

static bool same_years(const struct date *a, const struct date *b);

/* The same days; what the notice calls them does not matter. Whether they are the container's
 * matters to phases and reviews. */
static bool same_date(const struct date *a, const struct date *b)
{
    return a->kind == b->kind && a->first == b->first && a->last == b->last &&
           a->minute == b->minute && a->undated == b->undated && !a->from == !b->from &&
           same_rule(a->rule, b->rule) && same_years(a, b);
}

static bool same_years(const struct date *a, const struct date *b)
{
    if (a->year_count != b->year_count)
        return false;
    for (uint32_t i = 0; i < a->year_count; i++)
        if (a->years[i].year != b->years[i].year || a->years[i].none != b->years[i].none ||
            (!a->years[i].none && !same_date(&a->years[i].date, &b->years[i].date)))
            return false;
    return true;
}

static bool recurs(const struct item *item)
{
    return item->per_count || item->due.kind == DATE_RECURRING ||
           item->when.kind == DATE_RECURRING;
}

static bool same_per(const struct item *a, const struct item *b)
{
    if (a->per_count != b->per_count || a->per_phase != b->per_phase)
        return false;
    for (uint32_t i = 0; i < a->per_count; i++)
        if (!same_date(&a->per[i], &b->per[i]))
            return false;
    return true;
}

/* The date by which lateness is judged: of a phase, its time. */
static const struct date *due_of(const struct item *item)
{
    return item->word == ITEM_PHASE ? &item->when : &item->due;
}

/* The plan's own time bounds whatever recurs. */
static bool same_plan_time(const struct plan *a, const struct plan *b)
{
    return a->issued == b->issued && a->received == b->received &&
           same_date(&a->when, &b->when);
}

/* Another time than by a due day that moved. */
static bool is_timed(const struct comparison *comparison, const struct item *before,
                     const struct item *after, bool due_is_told)
{
    struct date a = *due_of(before), b = *due_of(after), when = before->when;
    if (due_is_told) {
        a.kind = b.kind;
        a.last = b.last;
        a.minute = b.minute;
        a.undated = b.undated;
        a.from = b.from;
        a.first = a.kind == DATE_DEADLINE ? b.first : a.first;
        when.last = after->when.last;
        when.minute = after->when.minute;
    }
    bool bounds = recurs(after) && !same_plan_time(comparison->before, comparison->after);
    return bounds || (after->per_phase && comparison->phases) || before->word != after->word ||
           before->rest_day != after->rest_day || before->binding != after->binding ||
           !same_date(&a, &b) || !same_date(&when, &after->when) || !same_per(before, after) ||
           !same_date(&before->review, &after->review);
}

/* ---- amounts and people ---------------------------------------------------------------- */

static const struct amount *own_amount(const struct amount *amount, const char *unit)
{
    const struct amount *own = amount_of_unit(amount, unit);
    return own == amount ? NULL : own;
}

/* Sets what somebody owes more, or less, among the units that `listed` names and all others. */
static void weigh(const struct amount *before, const struct amount *after,
                  const struct amount *listed, bool *more, bool *fewer)
{
    for (uint32_t i = 0; i <= listed->unit_count; i++) {
        const char *unit = i < listed->unit_count ? listed->units[i].unit : NULL;
        const struct amount *a = unit ? own_amount(before, unit) : before;
        const struct amount *b = unit ? own_amount(after, unit) : after;
        uint32_t was = amount_pieces(a ? a : before), is = amount_pieces(b ? b : after);
        *more |= is > was;
        *fewer |= is < was;
    }
}

static bool same_people(const struct item *a, const struct item *b)
{
    for (int role = ROLE_EACH; role <= ROLE_TO; role++)
        if (!revise_same(value_get(a->who[role], "terms"), value_get(b->who[role], "terms")))
            return false;
    return true;
}

/* ---- reminders ------------------------------------------------------------------------- */

static bool reaches(const struct plan *plan, const struct reminder *reminder, uint32_t index)
{
    const struct item *item = &plan->items[index];
    for (uint32_t i = 0; !reminder->all && i < reminder->about_count; i++)
        if (reminder->about[i] == index)
            return true;
    return reminder->all && item->word != ITEM_PHASE &&
           (item->binding == BINDING_MUST || item->binding == BINDING_SHOULD);
}

static bool same_reminder(const struct reminder *a, const struct reminder *b)
{
    if (a->tier_count != b->tier_count || a->minute != b->minute || strcmp(a->to, b->to) != 0 ||
        strcmp(a->channel, b->channel) != 0 || !same_date(&a->every, &b->every))
        return false;
    for (uint32_t i = 0; i < a->tier_count; i++)
        if (a->tiers[i] != b->tiers[i])
            return false;
    return true;
}

/* The first reminder at or behind `at` that reaches the item. */
static uint32_t next_reminder(const struct plan *plan, uint32_t item, uint32_t at)
{
    while (at < plan->reminder_count && !reaches(plan, &plan->reminders[at], item))
        at++;
    return at;
}

static bool same_reminders(const struct plan *before, uint32_t old, const struct plan *after,
                           uint32_t new)
{
    uint32_t i = next_reminder(before, old, 0), k = next_reminder(after, new, 0);
    while (i < before->reminder_count && k < after->reminder_count) {
        if (!same_reminder(&before->reminders[i], &after->reminders[k]))
            return false;
        i = next_reminder(before, old, i + 1);
        k = next_reminder(after, new, k + 1);
    }
    return i == before->reminder_count && k == after->reminder_count;
}

/* ---- texts ----------------------------------------------------------------------------- */

/* The fields of an item, or of a plan's head, that other kinds of moves are about. */
static bool is_told(const char *key)
{
    static const char *const keys[] = {"line",     "word",   "when",     "due",  "review",
                                       "per",      "count",  "each",     "by",   "lead",
                                       "help",     "from",   "attend",   "to",   "binding",
                                       "rest_day", "issued", "received", "owner"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static uint32_t next_text(const struct value *map, uint32_t at)
{
    while (at < map->pairs && is_told(map->map[at].key))
        at++;
    return at;
}

static bool same_texts(const struct value *a, const struct value *b)
{
    uint32_t i = next_text(a, 0), k = next_text(b, 0);
    for (; i < a->pairs && k < b->pairs; i = next_text(a, i + 1), k = next_text(b, k + 1))
        if (strcmp(a->map[i].key, b->map[k].key) != 0 ||
            !revise_same(a->map[i].value, b->map[k].value))
            return false;
    return i == a->pairs && k == b->pairs;
}

/* ---- the comparison -------------------------------------------------------------------- */

static void add_item(struct comparison *comparison, enum revise_kind kind,
                     const struct item *named, const struct item *before,
                     const struct item *after)
{
    struct revise_move *move = add(comparison, kind);
    move->id = named->id;
    move->name = named->name;
    move->before = before;
    move->after = after;
}

static void compare_items(struct comparison *comparison, uint32_t old, uint32_t new)
{
    const struct item *before = &comparison->before->items[old];
    const struct item *after = &comparison->after->items[new];
    size_t count = comparison->count;
    int moved = date_moved(due_of(before), due_of(after));
    bool more = false, fewer = false;
    if (moved)
        add_item(comparison, moved < 0 ? REVISE_EARLIER : REVISE_LATER, after, before, after);
    if (is_timed(comparison, before, after, moved != 0))
        add_item(comparison, REVISE_TIMED, after, before, after);
    weigh(&before->count, &after->count, &before->count, &more, &fewer);
    weigh(&before->count, &after->count, &after->count, &more, &fewer);
    if (more)
        add_item(comparison, REVISE_MORE, after, before, after);
    if (fewer)
        add_item(comparison, REVISE_FEWER, after, before, after);
    if (!same_people(before, after))
        add_item(comparison, REVISE_PEOPLE, after, before, after);
    if (!same_reminders(comparison->before, old, comparison->after, new))
        add_item(comparison, REVISE_REMIND, after, before, after);
    bool any = comparison->count > count;
    if (any ? !same_texts(before->sealed, after->sealed)
            : !revise_same(before->sealed, after->sealed))
        add_item(comparison, REVISE_REWORDED, after, before, after);
}

/* The units that a plan declares, and who "us" is. */
static bool same_units(const struct plan *a, const struct plan *b)
{
    static const char *const keys[] = {"units", "groups", "rosters"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!revise_same(value_get(a->sealed, keys[i]), value_get(b->sealed, keys[i])))
            return false;
    return revise_same(value_get(value_get(a->sealed, "plan"), "owner"),
                       value_get(value_get(b->sealed, "plan"), "owner"));
}

/* A handler's lines may stand elsewhere, but not become more or fewer; their words are not the
 * plan's, and whoever has the scripts compares them. */
static bool same_handler(const struct value *a, const struct value *b)
{
    return revise_same(value_get(a, "event"), value_get(b, "event")) &&
           revise_same(value_get(a, "ref"), value_get(b, "ref")) &&
           revise_same(value_get(a, "file"), value_get(b, "file")) &&
           value_get_int(a, "last_line", 0) - value_get_int(a, "line", 0) ==
               value_get_int(b, "last_line", 0) - value_get_int(b, "line", 0);
}

static bool same_handlers(const struct value *a, const struct value *b)
{
    uint32_t old = a ? a->count : 0, new = b ? b->count : 0;
    for (uint32_t i = 0; i < old && i < new; i++)
        if (!same_handler(a->items[i], b->items[i]))
            return false;
    return old == new;
}

/* What no item has: the head, handlers, words of reminders. */
static bool same_head(const struct plan *a, const struct plan *b, bool told)
{
    const struct value *one = value_get(a->sealed, "plan"), *two = value_get(b->sealed, "plan");
    if (told ? !same_texts(one, two) : !revise_same(one, two))
        return false;
    if (!same_handlers(value_get(a->sealed, "handlers"), value_get(b->sealed, "handlers")))
        return false;
    for (uint32_t i = 0; i < a->reminder_count && i < b->reminder_count; i++) {
        const char *old = a->reminders[i].text, *new = b->reminders[i].text;
        if (strcmp(old ? old : "", new ? new : "") != 0)
            return false;
    }
    return true;
}

static void compare_plans(struct comparison *comparison)
{
    const struct plan *before = comparison->before, *after = comparison->after;
    bool timed = !same_plan_time(before, after) || !same_date(&before->review, &after->review);
    bool people = !same_units(before, after);
    if (timed)
        add(comparison, REVISE_TIMED);
    if (people)
        add(comparison, REVISE_PEOPLE);
    if (!same_head(before, after, timed || people))
        add(comparison, REVISE_REWORDED);
}

/* True when a phase is new, gone or has another time. */
static bool phases_moved(const struct plan *before, const struct plan *after)
{
    uint32_t old = 0, new = 0;
    for (uint32_t i = 0; i < before->item_count; i++)
        old += before->items[i].word == ITEM_PHASE;
    for (uint32_t i = 0; i < after->item_count; i++) {
        const struct item *phase = &after->items[i];
        uint32_t other = phase->word == ITEM_PHASE ? plan_find(before, phase->id) : ITEM_NONE;
        if (phase->word != ITEM_PHASE)
            continue;
        new ++;
        if (other == ITEM_NONE || before->items[other].word != ITEM_PHASE ||
            !same_date(&before->items[other].when, &phase->when))
            return true;
    }
    return old != new;
}

void revise_compare(const struct plan *before, const struct plan *after, struct arena *arena,
                    const struct revise_move **moves, size_t *count)
{
    struct comparison comparison = {.before = before, .after = after, .arena = arena};
    comparison.phases = phases_moved(before, after);
    compare_plans(&comparison);
    for (uint32_t i = 0; i < after->item_count; i++) {
        uint32_t old = plan_find(before, after->items[i].id);
        if (old == ITEM_NONE)
            add_item(&comparison, REVISE_ADDED, &after->items[i], NULL, &after->items[i]);
        else
            compare_items(&comparison, old, i);
    }
    for (uint32_t i = 0; i < before->item_count; i++)
        if (plan_find(after, before->items[i].id) == ITEM_NONE)
            add_item(&comparison, REVISE_REMOVED, &before->items[i], &before->items[i], NULL);
    *moves = comparison.moves;
    *count = comparison.count;
}

bool revise_begins_anew(const struct revise_move *move)
{
    return move->kind == REVISE_ADDED || move->kind == REVISE_EARLIER ||
           move->kind == REVISE_LATER || move->kind == REVISE_TIMED ||
           move->kind == REVISE_REMIND;
}

const char *revise_name(enum revise_kind kind)
{
    static const char *const names[] = {
        [REVISE_ADDED] = "added",     [REVISE_REMOVED] = "removed",
        [REVISE_EARLIER] = "earlier", [REVISE_LATER] = "later",
        [REVISE_TIMED] = "timed",     [REVISE_MORE] = "more",
        [REVISE_FEWER] = "fewer",     [REVISE_PEOPLE] = "people",
        [REVISE_REMIND] = "remind",   [REVISE_REWORDED] = "reworded",
    };
    return names[kind];
}
