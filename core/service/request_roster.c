#include "service/request_roster.h"

#include "service/names.h"
#include "service/request.h"

#include <string.h>

/* One request on its way. */
struct asked {
    struct holding *holding;
    const struct value *request;
    struct arena *arena;
    enum lang lang;
    struct roster_change *changes;
    size_t count;
    struct err *err;
};

static int bad(const struct asked *asked, const char *field)
{
    return err_set(
        asked->err, ERR_INVALID,
        TR(asked->lang, "the request's “%s” is not as it should be", "请求中的“%s”不对"),
        field);
}

static int read_text(const struct asked *asked, const char *field, const char **text)
{
    const struct value *value = value_get(asked->request, field);
    if (value && (value->type != VALUE_STRING || strlen(value->string) != value->length))
        return bad(asked, field);
    *text = value && value->length ? value->string : NULL;
    return 0;
}

static int read_event(const struct asked *asked, const struct value *map,
                      enum roster_event *event)
{
    const char *said = value_get_string(map, "event");
    for (int i = 0; said && life_name((enum roster_event)i); i++)
        if (strcmp(life_name((enum roster_event)i), said) == 0) {
            *event = (enum roster_event)i;
            return 0;
        }
    return bad(asked, "event");
}

static int read_changes(struct asked *asked)
{
    const struct value *list = value_get(asked->request, "changes");
    if (!list || list->type != VALUE_LIST || list->count == 0)
        return bad(asked, "changes");
    if (list->count > REQUEST_CHANGES_MOST)
        return err_set(asked->err, ERR_LIMIT,
                       TR(asked->lang, "%u changes at once are more than %d",
                          "一次 %u 处变动，超过 %d 处"),
                       list->count, REQUEST_CHANGES_MOST);
    asked->changes = arena_array(asked->arena, list->count, sizeof *asked->changes);
    for (uint32_t i = 0; i < list->count; i++) {
        struct err why;
        struct roster_change *change = &asked->changes[i];
        if (list->items[i]->type != VALUE_MAP)
            return bad(asked, "changes");
        int code = read_event(asked, list->items[i], &change->event);
        if (code == 0 && life_change(list->items[i], change, &why) < 0)
            code = err_set(
                asked->err, ERR_INVALID,
                TR(asked->lang, "the request's %s is not as it should be", "请求中的%s不对"),
                why.message);
        if (code < 0)
            return code;
    }
    asked->count = list->count;
    return 0;
}

/* ---- names ------------------------------------------------------------------------------------ */

/* The id of whoever bears that name. */
static int find_id(const struct asked *asked, struct slice *said)
{
    const struct roster *roster = asked->holding->roster;
    uint32_t row;
    if (!said->length || roster_find(roster, said->bytes, said->length) != UNIT_NONE)
        return 0;
    const char *text = arena_copy(asked->arena, said->bytes, said->length);
    int code = names_unit(roster, text, asked->lang, &row, asked->err);
    if (code == 0)
        *said = (struct slice){roster_id(roster, row), strlen(roster_id(roster, row))};
    if (code == 0) /* the roster will be another one */
        said->bytes = arena_copy(asked->arena, said->bytes, said->length);
    return code;
}

/* How long the first of a list is, and how long the sign behind it. */
static size_t first_of(struct slice list, size_t *sign)
{
    static const char *const signs[] = {";", "；", "、", ",", "，"};
    for (size_t at = 0; at < list.length; at++)
        for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
            *sign = strlen(signs[i]);
            if (*sign <= list.length - at && memcmp(list.bytes + at, signs[i], *sign) == 0)
                return at;
        }
    *sign = 0;
    return list.length;
}

static int find_ids(const struct asked *asked, struct slice *list)
{
    struct slice rest = *list;
    const char *ids = "";
    int code = 0;
    while (rest.length && code == 0) {
        size_t sign, length = first_of(rest, &sign);
        struct slice one = {rest.bytes, length};
        code = find_id(asked, &one);
        if (one.length)
            ids = arena_printf(asked->arena, "%s%s%.*s", ids, *ids ? ";" : "", (int)one.length,
                               one.bytes);
        rest.bytes += length + sign;
        rest.length -= length + sign;
    }
    if (code == 0 && list->bytes)
        *list = (struct slice){ids, strlen(ids)};
    return code;
}

/* What a person types: of a file, ids are meant. */
static int find_names(const struct asked *asked)
{
    struct roster_change *change = asked->changes;
    bool new = change->event == ROSTER_JOIN || change->event == ROSTER_OPEN;
    int code = asked->count > 1 ? 1 : new ? 0 : find_id(asked, &change->unit);
    if (code == 0)
        code = find_id(asked, &change->parent);
    if (code == 0)
        code = find_id(asked, &change->into);
    if (code == 0)
        code = find_ids(asked, &change->groups);
    return code < 0 ? code : 0;
}

/* ---- recording -------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* The facts of an act while they are held against the changes that are said. */
struct comparison {
    const struct asked *asked;
    const struct store_fact *said;
    int64_t act;
    size_t count; /* so many are the same */
    bool other;   /* one is not */
};

static bool compare_fact(void *context, const struct store_fact *fact)
{
    struct comparison *comparison = context;
    const struct asked *asked = comparison->asked;
    if (fact->number != comparison->act && fact->act != comparison->act)
        return false;
    comparison->other = comparison->count == asked->count;
    if (comparison->other)
        return false;
    const struct roster_change *change = &asked->changes[comparison->count];
    comparison->other = fact->kind != life_kind(change->event) || fact->value != change->day ||
                        !same_text(fact->detail, life_detail(change, asked->arena)) ||
                        !same_text(fact->note, comparison->said->note);
    comparison->count += !comparison->other;
    return !comparison->other;
}

/* 1 = the key stands for the same, 0 = it is free. */
static int find_repeated(const struct asked *asked, const struct store_fact *said,
                         int64_t *number)
{
    struct store_fact fact;
    struct err none;
    if (!said->key)
        return 0;
    struct store *store = asked->holding->store;
    uint32_t plan = engine_plan_number(asked->holding->engine, 0);
    int code = store_fact_keyed(store, plan, said->key, asked->arena, &fact, &none);
    if (code == ERR_NOT_FOUND)
        return 0;
    if (code < 0)
        return err_set(asked->err, code, "%s", none.message);
    struct comparison comparison = {asked, said, fact.number, 0, false};
    struct store_fact_filter filter = {.plan = plan, .after = fact.number - 1};
    code = store_facts(store, &filter, compare_fact, &comparison, asked->err);
    if (code < 0)
        return code;
    if (comparison.other || comparison.count != asked->count)
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->lang, "the key “%s” stands for another fact (f%lld)",
                          "记号“%s”已用于另一次登记（f%lld）"),
                       said->key, (long long)fact.number);
    *number = fact.number;
    return 1;
}

static struct value *show(const struct asked *asked, int64_t number, bool repeated)
{
    struct arena *arena = asked->arena;
    struct value *answer = value_map(arena);
    const struct roster *roster = asked->holding->roster;
    struct slice id = asked->changes[0].unit;
    uint32_t unit = roster_find(roster, id.bytes, id.length);
    value_set(arena, answer, "ok", value_bool(arena, true));
    value_set_int(arena, answer, "number", number);
    value_set_int(arena, answer, "count", (int64_t)asked->count);
    if (repeated)
        value_set(arena, answer, "repeated", value_bool(arena, true));
    value_set_string(arena, answer, "id", arena_copy(arena, id.bytes, id.length));
    if (unit != UNIT_NONE)
        value_set_string(arena, answer, "name", roster_name(roster, unit));
    id = asked->changes[0].into;
    uint32_t into = id.length ? roster_find(roster, id.bytes, id.length) : UNIT_NONE;
    if (into != UNIT_NONE)
        value_set_string(arena, answer, "into_name", roster_name(roster, into));
    return answer;
}

struct value *request_roster(struct holding *holding, const struct value *request,
                             int64_t now_ms, struct arena *arena)
{
    struct err err = {0};
    const char *lang = value_get_string(request, "lang");
    struct asked asked = {.holding = holding,
                          .request = request,
                          .arena = arena,
                          .lang = lang && strncmp(lang, "zh", 2) == 0 ? LANG_ZH : LANG_EN,
                          .err = &err};
    struct store_fact said = {.period = DAY_NONE, .at_ms = now_ms, .recorded_ms = now_ms};
    enum lang own = holding->lang;
    int64_t number = 0;
    int code = read_changes(&asked);
    if (code == 0)
        code = read_text(&asked, "key", &said.key);
    if (code == 0)
        code = read_text(&asked, "actor", &said.actor);
    if (code == 0)
        code = read_text(&asked, "note", &said.note);
    if (code == 0)
        code = find_names(&asked);
    if (code == 0)
        code = find_repeated(&asked, &said, &number);
    bool repeated = code > 0;
    holding->lang = asked.lang; /* of what is refused */
    if (code == 0)
        code = holding_change(holding, asked.changes, asked.count, &said, &number, &err);
    holding->lang = own;
    return code < 0 ? request_error(arena, &err) : show(&asked, number, repeated);
}
