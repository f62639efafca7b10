/* The rules that a plan brings: its handler of the event check, run in the evaluator like any other
 * handler. It is told the items as texts and numbers, and asks about units through a handle. */
#include "script/check_state.h"

#include "base/bits.h"
#include "script/call.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

enum { SETS_BYTES_MOST = 64 << 20 }; /* all sets of a call together */

/* One call. */
struct own {
    struct check *check;
    struct arena *arena; /* scratch */
    struct call_request request;
    struct bits sets[CALL_UNITS_MOST]; /* rows of the roster; the first is all of them */
    uint32_t set_count;
    size_t sets_bytes;
};

/* ---- what the script asks ----------------------------------------------------------------------- */

/* Adds the set of those in `within` (NULL = everybody) that the selector meets (NULL = all). */
static int add_set(struct own *own, const struct bits *within, const struct selector *selector,
                   uint32_t *out, struct err *err)
{
    uint32_t rows = roster_count(own->check->input->roster), words = (rows + 63) / 64;
    size_t bytes = (size_t)words * sizeof(uint64_t);
    if (own->set_count == CALL_UNITS_MOST || bytes > SETS_BYTES_MOST - own->sets_bytes)
        return err_set(err, ERR_LIMIT, "%s",
                       TR(own->check->findings->lang, "a handler speaks of too many units",
                          "一个处理函数涉及的单位过多"));
    struct bits *set = &own->sets[own->set_count];
    bits_reserve(set, rows);
    for (uint32_t i = 0; i < words; i++) {
        uint64_t all =
            i + 1 < words || rows % 64 == 0 ? UINT64_MAX : UINT64_MAX >> (64 - rows % 64);
        set->words[i] = (within ? within->words[i] : all) &
                        (selector ? selector_word(selector, i) : UINT64_MAX);
    }
    own->sets_bytes += bytes;
    *out = own->set_count++;
    return 0;
}

static uint32_t host_count(void *context, uint32_t set)
{
    const struct own *own = context;
    return bits_count(&own->sets[set]);
}

static struct value *host_first(void *context, uint32_t set, uint32_t n, struct arena *arena)
{
    const struct own *own = context;
    const struct roster *roster = own->check->input->roster;
    struct value *list = value_list(arena);
    for (uint32_t row = bits_next(&own->sets[set], 0); row != BITS_NONE && list->count < n;
         row = bits_next(&own->sets[set], row + 1)) {
        struct value *unit = value_map(arena);
        value_set_string(arena, unit, "id", roster_id(roster, row));
        value_set_string(arena, unit, "name", roster_name(roster, row));
        value_append(arena, list, unit);
    }
    return list;
}

static void add_terms(struct arena *arena, struct value *terms, const struct value *sealed)
{
    const struct value *more = value_get(sealed, "terms");
    for (uint32_t i = 0; more && i < more->count; i++)
        value_append(arena, terms, more->items[i]);
}

/* Whose duty the item is, as in a run: `each`; else `by` with those who lead; where nobody is named
 * to do it, those who lead and help, else the owner. */
static struct value *audience_of(const struct own *own, const struct item *item)
{
    const struct value *by = item->who[ROLE_BY], *lead = item->who[ROLE_LEAD];
    const char *owner = own->check->input->plan->owner;
    struct value *sealed = value_map(own->arena), *terms = value_list(own->arena);
    if (item->who[ROLE_EACH]) {
        add_terms(own->arena, terms, item->who[ROLE_EACH]);
    } else if (by || lead) {
        add_terms(own->arena, terms, by ? by : lead);
        add_terms(own->arena, terms, by ? lead : item->who[ROLE_HELP]);
    } else if (owner) {
        struct value *term = value_map(own->arena);
        value_set_string(own->arena, term, "id", owner);
        value_append(own->arena, terms, term);
    }
    value_set(own->arena, sealed, "terms", terms);
    return sealed;
}

/* Nothing was handed in yet: all whose duty it is are behind. */
static int host_behind(void *context, uint32_t set, const char *item, uint32_t *out,
                       struct err *err)
{
    struct own *own = context;
    const struct plan *plan = own->check->input->plan;
    const struct roster *roster = own->check->input->roster;
    uint32_t index = plan_find(plan, item);
    if (index == ITEM_NONE || plan->items[index].word == ITEM_PHASE)
        return err_set(err, ERR_NOT_FOUND, "%s", item);
    struct selector *selector = NULL;
    struct err why = {0};
    int code = selector_compile(roster, audience_of(own, &plan->items[index]), &selector, &why);
    if (code < 0) /* it names whom nobody knows */
        code = selector_compile(roster, NULL, &selector, err);
    if (code == 0)
        code = add_set(own, &own->sets[set], selector, out, err);
    selector_free(selector);
    return code;
}

/* Only notify names units. */
static int host_named(void *context, const char *unit, uint32_t *out, struct err *err)
{
    (void)context;
    (void)out;
    return err_set(err, ERR_NOT_FOUND, "%s", unit);
}

/* ---- what it is told ---------------------------------------------------------------------------- */

static void set_text(struct own *own, struct value *map, const char *key, const char *text)
{
    if (text)
        value_set_string(own->arena, map, key, text);
}

static void set_day(struct own *own, struct value *map, const char *key, int32_t day)
{
    char text[11];
    if (day != DAY_NONE && day != DAY_OPEN)
        value_set_string(own->arena, map, key, civil_format(day, text));
}

static void set_bound(struct own *own, struct value *map, const char *key, double bound)
{
    if (bound >= 0 && bound < (double)INT64_MAX && bound == (double)(int64_t)bound)
        value_set_int(own->arena, map, key, (int64_t)bound);
    else if (bound >= 0)
        value_set(own->arena, map, key, value_number(own->arena, bound));
}

static void set_refs(struct own *own, struct value *map, const char *key,
                     const struct value *sealed)
{
    const struct value *refs = value_get(sealed, key);
    value_set(own->arena, map, key,
              refs ? value_copy(own->arena, refs) : value_list(own->arena));
}

static struct value *make_item(struct own *own, const struct item *item)
{
    static const char *const words[] = {"phase", "task", "quota"};
    const struct plan *plan = own->check->input->plan;
    struct value *map = value_map(own->arena);
    set_text(own, map, "id", item->id);
    set_text(own, map, "name", item->name);
    set_text(own, map, "word", words[item->word]);
    set_text(own, map, "clause", item->clause);
    if (item->parent != ITEM_NONE)
        set_text(own, map, "parent", plan->items[item->parent].id);
    if (item->due.kind == DATE_INTERVAL || item->due.kind == DATE_DEADLINE)
        set_day(own, map, "due", item->due.last);
    if (item->when.kind != DATE_NONE) {
        set_day(own, map, "first", item->when.first);
        set_day(own, map, "last", item->when.last);
    }
    if (item->count.stated) {
        set_bound(own, map, "min", item->count.min);
        set_bound(own, map, "max", item->count.max);
    }
    set_text(own, map, "each", value_get_string(item->who[ROLE_EACH], "text"));
    set_text(own, map, "by", value_get_string(item->who[ROLE_BY], "text"));
    set_text(own, map, "to", value_get_string(item->who[ROLE_TO], "text"));
    set_refs(own, map, "fulfils", item->sealed);
    set_refs(own, map, "feeds", item->sealed);
    return map;
}

static struct value *make_argument(struct own *own)
{
    const struct plan *plan = own->check->input->plan;
    struct value *event = value_map(own->arena), *items = value_list(own->arena);
    struct value *head = value_map(own->arena);
    char day[11];
    set_text(own, head, "id", plan->id);
    set_text(own, head, "name", plan->name);
    for (uint32_t i = 0; i < plan->item_count; i++)
        value_append(own->arena, items, make_item(own, &plan->items[i]));
    value_set_string(own->arena, event, "name", "check");
    value_set_string(
        own->arena, event, "at",
        arena_printf(own->arena, "%sT00:00", civil_format(own->check->input->today, day)));
    value_set(own->arena, event, "plan", head);
    value_set(own->arena, event, "items", items);
    return event;
}

/* ---- what it says ------------------------------------------------------------------------------- */

static struct value *place_of(const struct own *own, const struct item *item, const char *field)
{
    struct arena *arena = own->check->arena;
    const struct plan *plan = own->check->input->plan;
    const struct value *head = value_get(plan->sealed, "plan");
    const struct value *file = value_get(item ? item->sealed : head, "file");
    struct value *at = value_map(arena);
    value_set_string(arena, at, "plan", plan->id);
    value_set_string(arena, at, "word", item ? value_get_string(item->sealed, "word") : "plan");
    value_set_string(arena, at, "id", item ? item->id : plan->id);
    value_set_int(arena, at, "line", item ? item->line : value_get_int(head, "line", 0));
    if (file)
        value_set(arena, at, "file", value_copy(arena, file));
    if (field)
        value_set_string(arena, at, "field", field);
    return at;
}

/* What is said of no item is allowed at the plan's head. */
static bool is_allowed(const struct plan *plan, const struct item *item, const char *name)
{
    const struct value *node = item ? item->sealed : value_get(plan->sealed, "plan");
    return value_get(value_get(node, "allow"), name) != NULL;
}

static void add_finding(const struct own *own, const struct call_finding *said,
                        struct value *list, size_t *allowed)
{
    static const char *const levels[] = {"note", "warning", "error"};
    struct arena *arena = own->check->arena;
    const struct plan *plan = own->check->input->plan;
    uint32_t index = said->item ? plan_find(plan, said->item) : ITEM_NONE;
    const struct item *item = index == ITEM_NONE ? NULL : &plan->items[index];
    const char *name = said->name ? said->name : "own-rule";
    if (is_allowed(plan, item, name)) {
        ++*allowed;
        return;
    }
    struct value *told = value_map(arena);
    value_set_string(arena, told, "rule", name);
    value_set_string(arena, told, "level", levels[said->severity]);
    value_set_string(arena, told, "message", said->text);
    if (said->help)
        value_set_string(arena, told, "help", said->help);
    value_set(arena, told, "at",
              place_of(own, item,
                       said->field ? said->field
                       : item      ? "due"
                                   : NULL));
    value_append(arena, list, told);
}

/* A module that failed is one of the plan's sources: that is how the author knows it. */
static void name_sources(const struct own *own, size_t from)
{
    const struct loaded *loaded = own->check->input->loaded;
    struct findings *findings = own->check->findings;
    for (size_t i = from; i < findings->count; i++) {
        struct place *place = &findings->list[i].place;
        for (size_t s = 0; place->source && s < loaded->source_count; s++)
            if (place->source->text == loaded->sources[s].text->text)
                place->source = loaded->sources[s].text;
    }
}

/* ---- the call ----------------------------------------------------------------------------------- */

static const struct call_module *list_modules(const struct own *own)
{
    const struct loaded *loaded = own->check->input->loaded;
    struct call_module *modules =
        arena_array(own->arena, loaded->source_count, sizeof *modules);
    for (size_t i = 1; i < loaded->source_count; i++) {
        const struct source *source = loaded->sources[i].text;
        modules[i - 1] =
            (struct call_module){loaded->sources[i].file, source->text, source->length};
    }
    return modules;
}

static void prepare(struct own *own)
{
    const struct check *check = own->check;
    const struct loaded *loaded = check->input->loaded;
    own->request = (struct call_request){
        .eval = {.script = loaded->sources[0].text,
                 .words = check->names,
                 .word_count = check->name_count,
                 .findings = check->findings,
                 .lang = check->findings->lang},
        .modules = list_modules(own),
        .module_count = loaded->source_count - 1,
        .event = "check",
        .argument = make_argument(own),
        .host = {own, host_count, host_first, host_behind, host_named},
    };
}

/* What is wrong with the handler is a finding. */
static int call(struct own *own, size_t *allowed, struct err *err)
{
    struct findings *findings = own->check->findings;
    size_t before = findings->count, errors = findings->errors, count;
    struct eval *eval = call_start(&own->request, own->check->arena, err);
    if (!eval)
        return err->code;
    int code = eval_run(eval, err);
    if (code < 0) {
        name_sources(own, before);
    } else {
        const struct call_finding *said = call_findings(eval, &count);
        struct value *list = value_list(own->check->arena);
        for (size_t i = 0; i < count; i++)
            add_finding(own, &said[i], list, allowed);
        check_add_findings(own->check, list);
    }
    eval_free(eval);
    return code < 0 && findings->errors == errors ? code : 0;
}

static bool has_handler(const struct plan *plan)
{
    const struct value *handlers = value_get(plan->sealed, "handlers");
    for (uint32_t i = 0; handlers && i < handlers->count; i++) {
        const char *event = value_get_string(handlers->items[i], "event");
        if (event && eval_is_check(event))
            return true;
    }
    return false;
}

int check_own_run(struct check *check, size_t *allowed, struct err *err)
{
    *allowed = 0;
    if (!has_handler(check->input->plan))
        return 0;
    struct own *own = mem_resize(NULL, 1, sizeof *own);
    *own = (struct own){.check = check, .arena = arena_new()};
    uint32_t all;
    int code = add_set(own, NULL, NULL, &all, err);
    if (code == 0) {
        prepare(own);
        code = call(own, allowed, err);
    }
    for (uint32_t i = 0; i < own->set_count; i++)
        bits_free(&own->sets[i]);
    arena_free(own->arena);
    free(own);
    return code;
}
