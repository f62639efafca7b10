/* Dates: phrases in their context, and what containers give to what stands inside them. A phrase is
 * read once per context; ten thousand items with the same words cost one call of when.lua. */

#include "script/resolve_parts.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

struct cached {
    struct value *sealed; /* NULL = not understood */
    struct days days;
    struct when_date date;
    struct phrase_problem problem;
};

static const struct days no_days = {CIVIL_NONE, CIVIL_NONE, false};

bool time_field(const char *key)
{
    static const char *const fields[] = {"when", "due", "per", "after", "review", "every"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(fields[i], key) == 0)
            return true;
    return false;
}

/* ---- sealed form -------------------------------------------------------------------------------- */

static void set_day(struct resolver *r, struct value *date, const char *key, int32_t day)
{
    char text[11];
    if (day != CIVIL_NONE)
        value_set_string(r->arena, date, key, civil_format(day, text));
}

static void set_true(struct resolver *r, struct value *map, const char *key, bool truth)
{
    if (truth)
        value_set(r->arena, map, key, value_bool(r->arena, true));
}

/* A recurrence that counts working days starts on a day that the calendar decides. */
static bool is_moving(const struct when_date *date)
{
    return date->calendar ||
           (date->rule && (strstr(date->rule, "WORKDAY") || strstr(date->rule, "ROLL")));
}

static void set_warning(struct resolver *r, struct value *date, const char *name)
{
    struct value *list = value_get(date, "warnings");
    if (!list) {
        list = value_list(r->arena);
        value_set(r->arena, date, "warnings", list);
    }
    value_append(r->arena, list, value_string(r->arena, name));
}

static struct value *sealed_date(struct resolver *r, const char *phrase,
                                 const struct when_date *date)
{
    static const char *const kinds[] = {"interval", "deadline", "recurring", "standing"};
    struct value *sealed = value_map(r->arena);
    value_set_string(r->arena, sealed, "phrase", phrase);
    value_set_string(r->arena, sealed, "kind", kinds[date->kind]);
    if (!is_moving(date)) {
        if (date->kind != WHEN_DEADLINE)
            set_day(r, sealed, "start", date->first);
        if (date->kind != WHEN_RECURRING) /* there it is only the first occurrence's */
            set_day(r, sealed, "end", date->last);
    } else if (date->kind == WHEN_RECURRING) {
        set_day(r, sealed, "start", date->from);
    }
    if (date->kind == WHEN_RECURRING)
        set_day(r, sealed, "end", date->upto);
    if (date->minute != CIVIL_DAY_MINUTES)
        value_set_int(r->arena, sealed, "minute", date->minute);
    if (date->rule)
        value_set_string(r->arena, sealed, "rule", date->rule);
    if (date->calendar)
        value_set_string(r->arena, sealed, "calendar", date->calendar);
    set_true(r, sealed, "undated", date->undated);
    set_true(r, sealed, "soft", date->soft);
    for (size_t i = 0; i < date->warning_count; i++)
        if (strcmp(date->warnings[i], "calendar-unannounced") != 0) /* not the plan's affair */
            set_warning(r, sealed, date->warnings[i]);
    return sealed;
}

static struct days days_of(const struct when_date *date)
{
    if (date->undated || date->kind == WHEN_RECURRING || date->kind == WHEN_STANDING)
        return no_days;
    return (struct days){date->kind == WHEN_DEADLINE ? date->last : date->first, date->last,
                         is_moving(date)};
}

/* ---- reading ------------------------------------------------------------------------------------ */

static struct cached *cache_add(struct resolver *r)
{
    if (r->cached_count == r->cached_room) {
        r->cached_room = r->cached_room ? r->cached_room * 2 : 64;
        r->cached = mem_resize(r->cached, r->cached_room, sizeof *r->cached);
    }
    r->cached[r->cached_count] = (struct cached){.days = no_days};
    return &r->cached[r->cached_count++];
}

/* The phrase in its context, from the cache or from when.lua. Valid until the next call. */
static const struct cached *read_phrase(struct resolver *r, const char *phrase,
                                        const struct when_context *context)
{
    struct {
        int32_t numbers[6];
        char phrase[PHRASE_MOST];
    } key = {{context->anchor, context->year, context->from, context->till,
              (int32_t)context->role, context->after},
             ""};
    size_t length = strlen(phrase);
    length = length < PHRASE_MOST ? length : PHRASE_MOST;
    memcpy(key.phrase, phrase, length);
    length += sizeof key.numbers;
    uint32_t index = table_get(&r->phrases, (const char *)&key, length);
    if (index != TABLE_NONE)
        return &r->cached[index];
    struct cached *cached = cache_add(r);
    r->phrase_bytes += strlen(phrase);
    table_add(&r->phrases, arena_copy(r->arena, (const char *)&key, length), length,
              r->cached_count - 1);
    int code = host_when(r->input->host, r->arena, phrase, context, &cached->date,
                         &cached->problem, r->err);
    if (code == 0) {
        cached->sealed = sealed_date(r, phrase, &cached->date);
        cached->days = days_of(&cached->date);
    } else if (code != ERR_SYNTAX) {
        r->failed = code;
        cached->problem = (struct phrase_problem){"internal", "", "", 1};
    }
    return cached;
}

static void complain_phrase(struct resolver *r, const struct spot *spot,
                            const struct phrase_problem *problem)
{
    if (r->failed)
        return;
    size_t offset = problem->position ? problem->position - 1 : 0;
    if (offset >= spot->value->length)
        offset = 0;
    COMPLAIN(r, problem->name, place_inside(r, spot, offset, 0),
             TR(r->lang, "%s: “%.200s”: %s", "%s：“%.200s”：%s"), label_of(r, spot),
             spot->value->string, TR(r->lang, problem->message_en, problem->message_zh))
        ->help =
        TR(r->lang, "`planrun date` explains phrases; what it cannot read goes into text",
           "可用 `planrun date` 试读；读不懂的说法请写进 text，另给明确日期");
}

/* ---- warnings ------------------------------------------------------------------------------------ */

struct advice {
    const char *name, *en, *zh;
};

/* Warnings that ask the author to choose. The others stay with the date, for whoever asks why. */
static const struct advice advices[] = {
    {"before-month-ambiguous",
     "write …底前 when the month itself is meant to count, or name the day",
     "若包括当月，请写“……底前”，否则写明日期"},
    {"before-period-ambiguous",
     "write …末前 when the period itself is meant to count, or name the day",
     "若包括该时段，请写“……末前”，否则写明日期"},
    {"impossible-day", "there is no such day; the last day of the month was taken",
     "没有这一天，已按当月最后一天处理"},
    {"phrase-typo", "日 is missing behind the number", "数字后面缺“日”字"},
    {"weekday-mismatch", "the weekday does not belong to the date; write the right one",
     "星期与日期不符，请核对后改正"},
    {"note-mismatch", "the bracket names another day; write the right one",
     "括号里的说法与日期不符，请核对后改正"},
    {"range-wraps",
     "write 次年 before the end when it lies in the next year, else exchange the two",
     "若跨年请在后一个日期前写“次年”，否则起止写反了"},
    {"two-digit-year", "write the year with four digits", "请写四位数的年份"},
    {"count-in-date", "state how many as the item's count", "次数请写进 count"},
};

static const struct advice *advice_of(const char *name)
{
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (strcmp(advices[i].name, name) == 0)
            return &advices[i];
    return NULL;
}

/* True when the author gave a reason why this is not to be said about the node. */
static bool is_allowed(const struct spot *spot, const char *name)
{
    return value_get(value_get(spot->node->fields, "allow"), name) != NULL;
}

static void tell_warnings(struct resolver *r, const struct spot *spot,
                          const struct cached *cached)
{
    const struct when_date *date = &cached->date;
    for (size_t i = 0; i < date->warning_count; i++) {
        const struct advice *advice = advice_of(date->warnings[i]);
        if (!advice || is_allowed(spot, advice->name))
            continue;
        const char *reading = TR(r->lang, date->reading_en, date->reading_zh);
        finding_add(r->findings, SEVERITY_WARNING, advice->name, place_of(r, spot),
                    TR(r->lang, "%s: “%.200s” was read as: %s", "%s：“%.200s”读作：%s"),
                    label_of(r, spot), spot->value->string, reading ? reading : "-")
            ->help = TR(r->lang, advice->en, advice->zh);
    }
}

/* ---- context ------------------------------------------------------------------------------------- */

static enum when_role role_of(const char *key)
{
    if (strcmp(key, "when") == 0)
        return WHEN_ROLE_WHEN;
    if (strcmp(key, "due") == 0)
        return WHEN_ROLE_DUE;
    return strcmp(key, "per") == 0 ? WHEN_ROLE_PER : WHEN_ROLE_NONE;
}

static bool is_item(const struct node *node)
{
    return node->word->nests;
}

/* The latest day of what the node comes after; CIVIL_NONE = comes after nothing that has one. */
static int32_t anchor_of(struct resolver *r, const struct node *node, bool *after, bool *moving)
{
    const struct value *refs = value_get(node->sealed, "after");
    int32_t anchor = CIVIL_NONE;
    *after = refs != NULL;
    for (uint32_t i = 0; refs && i < refs->count; i++) {
        const char *ref = refs->items[i]->string;
        uint32_t index = table_get(&r->items, ref, strlen(ref));
        const struct value *above = ref_above(r, ref);
        struct days days = no_days;
        if (index != TABLE_NONE)
            days = r->nodes[index].due ? r->nodes[index].due_days : r->nodes[index].when_days;
        const struct value *date = above ? value_get(above, "due") : value_get(r->events, ref);
        const char *end = value_get_string(date, "end");
        if (index == TABLE_NONE && end)
            days.last = civil_parse(end, strlen(end));
        if (days.last != CIVIL_NONE && (anchor == CIVIL_NONE || days.last > anchor)) {
            anchor = days.last;
            *moving = days.moving;
        }
    }
    return anchor;
}

static struct when_context context_of(struct resolver *r, const struct node *node,
                                      const char *key)
{
    struct when_context context = {.anchor = r->issued,
                                   .year = r->year,
                                   .from = CIVIL_NONE,
                                   .till = CIVIL_NONE,
                                   .role = role_of(key)};
    if (!is_item(node))
        return context;
    const struct node *container = node->parent == NODE_NONE
                                       ? r->plan == NODE_NONE ? NULL : &r->nodes[r->plan]
                                       : &r->nodes[node->parent];
    bool own = context.role != WHEN_ROLE_WHEN && node->when;
    struct days days = own ? node->when_days : container ? container->when_days : no_days;
    context.from = days.first;
    context.till = days.last;
    return context;
}

/* What `after` something undated does to a phrase: one that would be another day under another
 * anchor has no day; one that stands by itself keeps it. */
static const struct cached *read_unanchored(struct resolver *r, const char *phrase,
                                            const struct when_context *context, bool *relative)
{
    struct when_context later = *context;
    later.anchor++;
    struct cached other = *read_phrase(r, phrase, &later);
    const struct cached *cached = read_phrase(r, phrase, context);
    *relative = cached->sealed && other.sealed && !value_equal(cached->sealed, other.sealed);
    return cached;
}

static struct value *with_warning(struct resolver *r, const struct value *date,
                                  const char *name, bool undated)
{
    struct value *copy = value_map(r->arena);
    for (uint32_t i = 0; i < date->pairs; i++)
        value_set(r->arena, copy, date->map[i].key, date->map[i].value);
    const struct value *warnings = value_get(date, "warnings");
    struct value *list = value_list(r->arena);
    for (uint32_t i = 0; warnings && i < warnings->count; i++)
        value_append(r->arena, list, warnings->items[i]);
    value_append(r->arena, list, value_string(r->arena, name));
    value_set(r->arena, copy, "warnings", list);
    if (!undated)
        return copy;
    struct value *bare = value_map(r->arena);
    value_set(r->arena, bare, "phrase", value_get(date, "phrase"));
    value_set_string(r->arena, bare, "kind", "standing");
    set_true(r, bare, "undated", true);
    value_set(r->arena, bare, "warnings", list);
    return bare;
}

static bool need_anchor(struct resolver *r, const struct spot *spot,
                        struct when_context *context)
{
    if (context->anchor != CIVIL_NONE)
        return true;
    if (r->year) {
        context->anchor = civil_day(r->year, 1, 1);
        return true;
    }
    COMPLAIN(r, "no-anchor", place_of(r, spot),
             TR(r->lang, "%s: “%.200s” needs the plan's day of issue",
                "%s：读“%.200s”需要先知道印发日期"),
             label_of(r, spot), spot->value->string)
        ->help =
        TR(r->lang,
           "give plan issued = \"2012-06-01\", and implied = { \"issued\" } when the "
           "notice bears no date",
           "在 plan 中写 issued = \"2012-06-01\"；通知没有日期时再写 implied = { \"issued\" }");
    return false;
}

/* One phrase. `days` (may be NULL) gets what others count from. */
static struct value *seal_phrase(struct resolver *r, const struct spot *spot,
                                 const struct when_context *given, struct days *days)
{
    struct when_context context = *given;
    bool after = false, moving = false, relative = false;
    if (!check_text(r, spot, spot->value, DATE_MOST, false) || !check_phrases(r, spot))
        return NULL;
    int32_t anchor =
        is_item(spot->node) ? anchor_of(r, spot->node, &after, &moving) : CIVIL_NONE;
    if (anchor != CIVIL_NONE) {
        context.anchor = anchor;
        context.year = 0;
        context.after = true;
    }
    if (!need_anchor(r, spot, &context))
        return NULL;
    const char *phrase = spot->value->string;
    const struct cached *cached = after && anchor == CIVIL_NONE
                                      ? read_unanchored(r, phrase, &context, &relative)
                                      : read_phrase(r, phrase, &context);
    if (!cached->sealed) {
        complain_phrase(r, spot, &cached->problem);
        return NULL;
    }
    tell_warnings(r, spot, cached);
    if (days)
        *days = relative ? no_days : cached->days;
    if (relative)
        return with_warning(r, cached->sealed, "unknown-anchor", true);
    return moving ? with_warning(r, cached->sealed, "anchor-moves-with-calendar", false)
                  : cached->sealed;
}

/* ---- fields -------------------------------------------------------------------------------------- */

static bool is_year(const char *key)
{
    return strlen(key) == 4 && strspn(key, "0123456789") == 4 && strcmp(key, "1901") >= 0 &&
           strcmp(key, "2200") <= 0;
}

static bool seal_year(struct resolver *r, const struct spot *spot, struct when_context context,
                      const struct value_pair *pair, struct value *years)
{
    struct spot inner = {spot->node, spot->key, pair->key, pair->value};
    if (!is_year(pair->key)) {
        COMPLAIN(r, "unknown-field", place_of_key(r, &inner),
                 TR(r->lang, "%s: “%.60s” is no year", "%s：“%.60s”不是年份"),
                 label_of(r, spot), pair->key)
            ->help = TR(
            r->lang, "for example: { \"9月10日前\", [2022] = \"9月20日前\", [2023] = false }",
            "例如：{ \"9月10日前\", [2022] = \"9月20日前\", [2023] = false }");
        return false;
    }
    context.year = (int32_t)strtol(pair->key, NULL, 10);
    struct value *date = NULL;
    if (pair->value->type == VALUE_BOOL && !pair->value->boolean)
        date = value_bool(r->arena, false);
    else if (pair->value->type == VALUE_STRING)
        date = seal_phrase(r, &inner, &context, NULL);
    else
        COMPLAIN(
            r, "wrong-type", place_of(r, &inner),
            TR(r->lang, "%s: a year has a phrase or false", "%s：每个年份应写日期说法或 false"),
            label_of(r, spot));
    if (date)
        value_set(r->arena, years, pair->key, date);
    return date != NULL;
}

/* { rule, [year] = phrase or false } */
static struct value *seal_years(struct resolver *r, const struct spot *spot,
                                const struct word_field *field,
                                const struct when_context *context, struct days *days)
{
    const struct value *map = spot->value;
    if (map->count != 1 || map->items[0]->type != VALUE_STRING) {
        complain_type(r, spot, field);
        return NULL;
    }
    struct spot inner = {spot->node, spot->key, NULL, map->items[0]};
    struct value *rule = seal_phrase(r, &inner, context, days), *years = value_map(r->arena);
    bool fine = rule != NULL;
    for (uint32_t i = 0; i < map->pairs; i++)
        fine &= seal_year(r, spot, *context, &map->map[i], years);
    if (!fine)
        return NULL;
    struct value *both = value_map(r->arena);
    value_set(r->arena, both, "default", rule);
    value_set(r->arena, both, "years", years);
    return both;
}

static struct value *seal_in(struct resolver *r, const struct spot *spot,
                             const struct word_field *field, struct days *days)
{
    struct when_context context = context_of(r, spot->node, field->name);
    if (spot->value->type == VALUE_STRING)
        return seal_phrase(r, spot, &context, days);
    if (spot->value->type == VALUE_MAP)
        return seal_years(r, spot, field, &context, days);
    complain_type(r, spot, field);
    return NULL;
}

struct value *seal_date(struct resolver *r, const struct spot *spot,
                        const struct word_field *field, const struct value *value)
{
    (void)value;
    return seal_in(r, spot, field, NULL);
}

static struct value *seal_per_phase(struct resolver *r, const struct spot *spot)
{
    if (!r->has_phase && !is_allowed(spot, "no-phase"))
        finding_add(r->findings, SEVERITY_WARNING, "no-phase", place_of(r, spot),
                    TR(r->lang, "%s: there is no phase in this plan", "%s：方案里没有阶段"),
                    label_of(r, spot))
            ->help = TR(r->lang, "give a period instead, for example per = \"每月\"",
                        "请写周期，例如 per = \"每月\"");
    return value_string(r->arena, "phase");
}

struct value *seal_dates(struct resolver *r, const struct spot *spot,
                         const struct word_field *field, const struct value *value)
{
    if (value->type == VALUE_STRING && strcmp(value->string, "phase") == 0)
        return seal_per_phase(r, spot);
    bool many = value->type == VALUE_LIST;
    if (many && (value->count == 0 || value->count > LIST_MOST)) {
        complain_type(r, spot, field);
        return NULL;
    }
    struct value *list = value_list(r->arena);
    bool fine = true;
    for (uint32_t i = 0; i < (many ? value->count : 1); i++) {
        const struct value *item = many ? value->items[i] : value;
        struct spot inner = {spot->node, spot->key, spot->inner, item};
        struct value *date = seal_in(r, &inner, field, NULL);
        if (date)
            value_append(r->arena, list, date);
        fine &= date != NULL;
    }
    return fine ? list : NULL;
}

struct value *seal_date_map(struct resolver *r, const struct spot *spot,
                            const struct word_field *field, const struct value *value)
{
    if (value->type != VALUE_MAP || value->count) {
        complain_type(r, spot, field);
        return NULL;
    }
    struct value *map = value_map(r->arena);
    bool fine = true;
    for (uint32_t i = 0; i < value->pairs; i++) {
        const struct value_pair *pair = &value->map[i];
        struct spot inner = {spot->node, spot->key, pair->key, pair->value};
        bool none = pair->value->type == VALUE_BOOL && !pair->value->boolean;
        uint32_t item = table_get(&r->items, pair->key, strlen(pair->key));
        if (item != TABLE_NONE) {
            struct finding *finding = COMPLAIN(
                r, "duplicate-id", place_of_key(r, &inner),
                TR(r->lang, "the event “%.64s” is named like an item", "事件“%.64s”与事项同名"),
                pair->key);
            finding->other = place_of_node(r, &r->nodes[item]);
            finding->other_text = TR(r->lang, "the item", "该事项");
        }
        struct value *date =
            none ? value_bool(r->arena, false) : seal_in(r, &inner, field, NULL);
        if (date)
            value_set(r->arena, map, pair->key, date);
        fine &= date != NULL;
    }
    return fine ? map : NULL;
}

/* ---- the plan ------------------------------------------------------------------------------------ */

struct value *time_seal(struct resolver *r, struct node *node, const char *key,
                        struct days *days)
{
    const struct word_field *field = words_field(&node->word->fields, key);
    const struct value *value = value_get(node->fields, key);
    if (!field || !value)
        return NULL;
    struct spot spot = {node, key, NULL, value};
    struct value *sealed = field->type == FIELD_DATE ? seal_in(r, &spot, field, days)
                                                     : seal_value(r, &spot, field, value);
    if (sealed)
        value_set(r->arena, node->sealed, key, sealed);
    return sealed;
}

/* Without an anchor: only a whole date can be read. */
static void read_issued(struct resolver *r, struct node *plan)
{
    const struct value *issued = value_get(plan->fields, "issued");
    if (!issued)
        return;
    r->issued = civil_day(r->year ? r->year : 2000, 1, 1);
    struct days days = no_days;
    struct value *sealed = time_seal(r, plan, "issued", &days);
    struct spot spot = {plan, "issued", NULL, issued};
    bool whole = days.first != CIVIL_NONE && days.first == days.last && !days.moving;
    if (whole && issued->type == VALUE_STRING && !r->year) {
        /* read again from elsewhere: a date with its year does not move */
        struct when_context later = {
            .anchor = civil_day(2050, 1, 1), .from = CIVIL_NONE, .till = CIVIL_NONE};
        const struct cached *other = read_phrase(r, issued->string, &later);
        whole = other->sealed && other->days.first == days.first;
    }
    r->issued = whole ? days.first : CIVIL_NONE;
    if (sealed && !whole)
        COMPLAIN(r, "bad-date", place_of(r, &spot),
                 TR(r->lang, "issued: “%.100s” is no whole day with its year",
                    "issued：“%.100s”不是写明年月日的一天"),
                 issued->type == VALUE_STRING ? issued->string : "")
            ->help = TR(r->lang, "for example: issued = \"2012-06-01\"",
                        "例如：issued = \"2012-06-01\"");
}

void time_plan(struct resolver *r)
{
    if (r->plan == NODE_NONE)
        return;
    struct node *plan = &r->nodes[r->plan];
    const struct value *year = time_seal(r, plan, "year", NULL);
    r->year = year ? (int32_t)year->integer : 0;
    read_issued(r, plan);
    if (!year && r->issued != CIVIL_NONE)
        value_set_int(r->arena, plan->sealed, "year", civil_from_day(r->issued).year);
    plan->when_days = plan->due_days = no_days; /* absent, and not the day 0 */
    plan->when = time_seal(r, plan, "when", &plan->when_days);
    time_seal(r, plan, "review", NULL);
    r->events = time_seal(r, plan, "dates", NULL);
}
