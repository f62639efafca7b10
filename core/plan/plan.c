#include "plan/plan.h"

#include "plan/links.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

enum { NINE_O_CLOCK = 9 * 60 };

struct compiler {
    struct parts parts;
    struct plan *plan;
};

static const char *const role_fields[] = {"each", "by", "lead", "help", "attend", "from", "to"};

/* A list under `key`; an absent one is empty. */
static const struct value *list_of(const struct value *map, const char *key)
{
    static const struct value empty = {.type = VALUE_LIST};
    const struct value *list = value_get(map, key);
    return list && list->type == VALUE_LIST ? list : &empty;
}

static int need_string(struct parts *parts, const struct value *map, const char *field,
                       const char **out)
{
    *out = value_get_string(map, field);
    return *out && **out ? 0 : part_error(parts, field, "missing");
}

/* The number of a word in `words`, its default 0 when the field is absent. */
static int read_word(struct parts *parts, const struct value *map, const char *field,
                     const char *const *words, int count, int *out)
{
    *out = 0;
    const struct value *value = value_get(map, field);
    if (!value)
        return 0;
    const char *word = value->type == VALUE_STRING ? value->string : "";
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0) {
            *out = i;
            return 0;
        }
    return part_error(parts, field, "unknown word \"%s\"", word);
}

static int read_words(struct parts *parts, const struct value *sealed, struct item *item)
{
    static const char *const words[] = {"phase", "task", "quota"};
    static const char *const bindings[] = {"must", "should", "may", "never"};
    static const char *const rests[] = {"keep", "next", "ignore"};
    int word = 0, binding = 0, rest = 0;
    const char *said;
    int code = need_string(parts, sealed, "word", &said);
    if (code == 0)
        code = read_word(parts, sealed, "word", words, 3, &word);
    if (code == 0)
        code = read_word(parts, sealed, "binding", bindings, 4, &binding);
    if (code == 0)
        code = read_word(parts, sealed, "rest_day", rests, 3, &rest);
    if (code < 0)
        return code;
    item->word = (enum item_word)word;
    item->binding = (enum binding)binding;
    item->rest_day = (enum rest_day)rest;
    return 0;
}

static int read_per(struct parts *parts, const struct value *sealed, struct item *item)
{
    const struct value *per = value_get(sealed, "per");
    if (per && per->type == VALUE_STRING && strcmp(per->string, "phase") == 0) {
        item->per_phase = true;
        return 0;
    }
    if (per && per->type != VALUE_LIST)
        return part_error(parts, "per", "neither \"phase\" nor a list");
    uint32_t count = per ? per->count : 0;
    struct date *dates = arena_array(parts->arena, count, sizeof *dates);
    for (uint32_t i = 0; i < count; i++) {
        int code = part_date(parts, "per", per->items[i], &dates[i]);
        if (code < 0)
            return code;
    }
    item->per = dates;
    item->per_count = count;
    return 0;
}

static int read_dates(struct parts *parts, const struct value *sealed, struct item *item)
{
    int code = part_date(parts, "when", value_get(sealed, "when"), &item->when);
    if (code == 0)
        code = part_date(parts, "due", value_get(sealed, "due"), &item->due);
    if (code == 0)
        code = part_date(parts, "review", value_get(sealed, "review"), &item->review);
    if (code == 0)
        code = read_per(parts, sealed, item);
    return code;
}

static int read_who(struct parts *parts, const struct value *sealed, struct item *item)
{
    for (int role = ROLE_EACH; role <= ROLE_TO; role++) {
        const struct value *who = value_get(sealed, role_fields[role]);
        const struct value *terms = value_get(who, "terms");
        if (who && (!terms || terms->type != VALUE_LIST))
            return part_error(parts, role_fields[role], "a selector without terms");
        item->who[role] = who;
    }
    return 0;
}

/* The first of a `texts` field, NULL when there is none. */
static const char *first_text(const struct value *sealed, const char *field)
{
    const struct value *texts = list_of(sealed, field);
    if (texts->count && texts->items[0]->type == VALUE_STRING)
        return texts->items[0]->string;
    return value_get_string(sealed, field);
}

/* All of a `texts` field in one line, NULL when there is none. */
static const char *joined(struct arena *arena, const struct value *head, const char *field)
{
    const struct value *texts = list_of(head, field);
    if (!texts->count)
        return value_get_string(head, field);
    const char *text = "";
    for (uint32_t i = 0; i < texts->count; i++)
        if (texts->items[i]->type == VALUE_STRING)
            text =
                arena_printf(arena, "%s%s%s", text, *text ? "、" : "", texts->items[i]->string);
    return text;
}

static int read_item(struct parts *parts, const struct value *sealed, struct item *item)
{
    int code = need_string(parts, sealed, "id", &item->id);
    if (code < 0)
        return code;
    parts->owner = arena_printf(parts->arena, "item %s", item->id);
    item->sealed = sealed;
    item->line = (uint32_t)value_get_int(sealed, "line", 0);
    item->label = value_get_string(sealed, "label");
    item->clause = first_text(sealed, "clause");
    code = need_string(parts, sealed, "name", &item->name);
    if (code == 0)
        code = read_words(parts, sealed, item);
    if (code == 0)
        code = read_dates(parts, sealed, item);
    if (code == 0)
        code = part_amount(parts, "count", value_get(sealed, "count"), &item->count);
    if (code == 0)
        code = read_who(parts, sealed, item);
    return code;
}

struct id_index {
    const char *id;
    uint32_t index;
};

static int by_id(const void *left, const void *right)
{
    const struct id_index *a = left, *b = right;
    return strcmp(a->id, b->id);
}

/* The index that plan_find searches; ids are unique from here on. */
static int index_items(struct compiler *compiler)
{
    struct plan *plan = compiler->plan;
    struct id_index *index =
        arena_array(compiler->parts.arena, plan->item_count, sizeof *index);
    for (uint32_t i = 0; i < plan->item_count; i++)
        index[i] = (struct id_index){plan->items[i].id, i};
    qsort(index, plan->item_count, sizeof *index, by_id);
    for (uint32_t i = 1; i < plan->item_count; i++)
        if (by_id(&index[i - 1], &index[i]) == 0)
            return err_set(compiler->parts.err, ERR_INVALID,
                           "sealed plan: item %s stands twice", index[i].id);
    plan->index = index;
    return 0;
}

uint32_t plan_find(const struct plan *plan, const char *id)
{
    struct id_index wanted = {id, 0};
    if (!plan->item_count)
        return ITEM_NONE;
    const struct id_index *found =
        bsearch(&wanted, plan->index, plan->item_count, sizeof wanted, by_id);
    return found ? found->index : ITEM_NONE;
}

static int read_parent(struct compiler *compiler, struct item *item, uint32_t number)
{
    const char *parent = value_get_string(item->sealed, "parent");
    item->parent = parent ? plan_find(compiler->plan, parent) : ITEM_NONE;
    if (parent && item->parent >= number) {
        compiler->parts.owner = arena_printf(compiler->parts.arena, "item %s", item->id);
        return part_error(&compiler->parts, "parent", "\"%s\" does not stand before it",
                          parent);
    }
    return 0;
}

static int read_items(struct compiler *compiler, const struct value *sealed)
{
    const struct value *list = list_of(sealed, "items");
    struct item *items = arena_array(compiler->parts.arena, list->count, sizeof *items);
    int code = 0;
    for (uint32_t i = 0; code == 0 && i < list->count; i++) {
        compiler->parts.owner = "an item";
        code = read_item(&compiler->parts, list->items[i], &items[i]);
    }
    if (code < 0)
        return code;
    compiler->plan->items = items;
    compiler->plan->item_count = list->count;
    code = index_items(compiler);
    for (uint32_t i = 0; code == 0 && i < list->count; i++)
        code = read_parent(compiler, &items[i], i);
    return code < 0 ? code : links_compile(&compiler->parts, compiler->plan, items);
}

/* "item" or "plan:item" of this very plan, as an index. */
static int read_reference(struct compiler *compiler, const struct value *reference,
                          uint32_t *item)
{
    const char *text = reference->type == VALUE_STRING ? reference->string : "";
    const char *colon = strchr(text, ':');
    size_t length = strlen(compiler->plan->id);
    const char *id = text;
    if (colon && (size_t)(colon - text) == length &&
        strncmp(text, compiler->plan->id, length) == 0)
        id = colon + 1;
    *item = plan_find(compiler->plan, id);
    return *item == ITEM_NONE
               ? part_error(&compiler->parts, "about", "\"%s\" is no item of the plan", text)
               : 0;
}

static int read_about(struct compiler *compiler, const struct value *sealed,
                      struct reminder *reminder)
{
    const struct value *list = list_of(sealed, "about");
    uint32_t *about = arena_array(compiler->parts.arena, list->count, sizeof *about);
    for (uint32_t i = 0; i < list->count; i++) {
        int code = read_reference(compiler, list->items[i], &about[i]);
        if (code < 0)
            return code;
    }
    reminder->all = list->count == 0;
    reminder->about = list->count ? about : NULL;
    reminder->about_count = list->count;
    return 0;
}

static int by_number(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return (a > b) - (a < b);
}

static int read_tiers(struct compiler *compiler, const struct value *sealed,
                      struct reminder *reminder)
{
    const struct value *lists[] = {list_of(sealed, "before"), list_of(sealed, "after")};
    uint32_t count = 0, unique = 0;
    int32_t *tiers =
        arena_array(compiler->parts.arena, lists[0]->count + lists[1]->count, sizeof *tiers);
    for (int after = 0; after < 2; after++)
        for (uint32_t i = 0; i < lists[after]->count; i++, count++) {
            int code = part_tier(&compiler->parts, after ? "after" : "before",
                                 lists[after]->items[i], &tiers[count]);
            if (code < 0)
                return code;
        }
    if (count)
        qsort(tiers, count, sizeof *tiers, by_number);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || tiers[i] != tiers[i - 1])
            tiers[unique++] = tiers[i];
    reminder->tiers = tiers;
    reminder->tier_count = unique;
    return 0;
}

static int read_at(struct parts *parts, const struct value *sealed, int16_t *minute)
{
    const char *at = value_get_string(sealed, "at");
    int32_t number = at ? civil_parse_minute(at, strlen(at)) : NINE_O_CLOCK;
    if (number < 0 || number >= MINUTES_A_DAY)
        return part_error(parts, "at", "\"%s\" is no time of day", at);
    *minute = (int16_t)number;
    return 0;
}

static int read_reminder(struct compiler *compiler, const struct value *sealed,
                         struct reminder *reminder)
{
    reminder->line = (uint32_t)value_get_int(sealed, "line", 0);
    reminder->to = value_get_string(sealed, "to");
    reminder->channel = value_get_string(sealed, "channel");
    reminder->step = (uint32_t)value_get_int(sealed, "step", 0);
    reminder->function = (uint32_t)value_get_int(value_get(sealed, "text"), "function", 0);
    reminder->text = reminder->function ? NULL : joined(compiler->parts.arena, sealed, "text");
    if (!reminder->to)
        reminder->to = "contact";
    if (!reminder->channel)
        reminder->channel = "default";
    int code = read_about(compiler, sealed, reminder);
    if (code == 0)
        code = read_tiers(compiler, sealed, reminder);
    if (code == 0)
        code =
            part_date(&compiler->parts, "every", value_get(sealed, "every"), &reminder->every);
    if (code == 0)
        code = read_at(&compiler->parts, sealed, &reminder->minute);
    return code;
}

static int read_reminders(struct compiler *compiler, const struct value *sealed)
{
    const struct value *list = list_of(sealed, "reminders");
    struct reminder *reminders =
        arena_array(compiler->parts.arena, list->count, sizeof *reminders);
    for (uint32_t i = 0; i < list->count; i++) {
        compiler->parts.owner = arena_printf(compiler->parts.arena, "reminder %u", i + 1);
        int code = read_reminder(compiler, list->items[i], &reminders[i]);
        if (code < 0)
            return code;
    }
    compiler->plan->reminders = reminders;
    compiler->plan->reminder_count = list->count;
    return 0;
}

/* A day such as `issued`: a date whose last day counts, since a notice bears a single day. */
static int read_single_day(struct parts *parts, const char *field, const struct value *head,
                           int32_t *day)
{
    struct date date;
    const struct value *sealed = value_get(head, field);
    int code = part_date(parts, field, sealed, &date);
    if (code == 0 && sealed && (date.last == DAY_NONE || date.last == DAY_OPEN))
        return part_error(parts, field, "no day");
    if (code == 0)
        *day = date.last;
    return code;
}

static int read_head(struct compiler *compiler, const struct value *head)
{
    struct plan *plan = compiler->plan;
    struct parts *parts = &compiler->parts;
    parts->owner = "plan";
    plan->issued = plan->received = DAY_NONE;
    int code = need_string(parts, head, "id", &plan->id);
    if (code == 0)
        code = need_string(parts, head, "name", &plan->name);
    if (code == 0)
        code = read_single_day(parts, "issued", head, &plan->issued);
    parts->anchor = plan->issued;
    if (code == 0)
        code = read_single_day(parts, "received", head, &plan->received);
    if (code == 0)
        code = part_date(parts, "when", value_get(head, "when"), &plan->when);
    if (code == 0)
        code = part_date(parts, "review", value_get(head, "review"), &plan->review);
    plan->issuer = joined(parts->arena, head, "issuer");
    plan->level = value_get_string(head, "level");
    plan->owner = value_get_string(head, "owner");
    return code;
}

int plan_compile(struct arena *arena, const struct value *sealed,
                 const struct calendar *calendar, const struct plan **out, struct err *err)
{
    struct plan *plan = arena_alloc(arena, sizeof *plan);
    struct compiler compiler = {{arena, calendar, "plan", DAY_NONE, err}, plan};
    plan->sealed = sealed;
    if (value_get_int(sealed, "format", 0) != PLAN_FORMAT)
        return err_set(err, ERR_INVALID, "sealed plan: unknown format, %d is expected",
                       PLAN_FORMAT);
    int code = read_head(&compiler, value_get(sealed, "plan"));
    if (code == 0)
        code = read_items(&compiler, sealed);
    if (code == 0)
        code = read_reminders(&compiler, sealed);
    if (code == 0)
        *out = plan;
    return code;
}

bool plan_working_due(const struct plan *plan, const struct item *item,
                      const struct calendar *calendar, int32_t official_day,
                      int32_t *working_day)
{
    (void)plan;
    if (official_day == DAY_NONE || official_day == DAY_OPEN)
        return false;
    int32_t day = official_day;
    if (item->rest_day == REST_KEEP)
        day = calendar_workday_on_or_before(calendar, official_day, NULL);
    else if (item->rest_day == REST_NEXT)
        day = calendar_workday_on_or_after(calendar, official_day, NULL);
    if (day == DAY_NONE)
        return false;
    *working_day = day;
    return true;
}
