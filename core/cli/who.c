#include "cli/who.h"

#include <string.h>

static void add_names(struct who *who, const struct value *list, uint32_t *count)
{
    for (uint32_t i = 0; list && i < list->count; i++) {
        const char *id = value_get_string(list->items[i], "id");
        who->names[*count] = value_get_string(list->items[i], "name");
        table_add(&who->rows, id, strlen(id), (*count)++);
    }
}

struct who who_new(struct arena *arena, const struct plan *plan, enum lang lang)
{
    struct who who = {.plan = plan, .arena = arena, .lang = lang};
    const struct value *units = value_get(plan->sealed, "units");
    const struct value *groups = value_get(plan->sealed, "groups");
    uint32_t count = 0;
    who.names =
        arena_array(arena, (units ? units->count : 0) + (groups ? groups->count : 0) + 1,
                    sizeof *who.names);
    add_names(&who, units, &count);
    add_names(&who, groups, &count);
    return who;
}

void who_free(struct who *who)
{
    table_free(&who->rows);
}

/* Kinds that rosters bring without a declaration. */
static const char *name_of(const struct who *who, const char *id)
{
    uint32_t row = table_get(&who->rows, id, strlen(id));
    if (row != TABLE_NONE && who->names[row])
        return who->names[row];
    if (strcmp(id, "person") == 0)
        return TR(who->lang, "every person", "每人");
    if (strcmp(id, "department") == 0)
        return TR(who->lang, "every department", "各科室");
    return id;
}

static void add_list(struct buf *text, const struct who *who, const struct value *ids,
                     const char *between)
{
    if (ids && ids->type == VALUE_STRING)
        buf_adds(text, name_of(who, ids->string));
    for (uint32_t i = 0; ids && ids->type == VALUE_LIST && i < ids->count; i++) {
        buf_adds(text, i ? between : "");
        buf_adds(text, name_of(who, ids->items[i]->string));
    }
}

static void add_term(struct buf *text, const struct who *who, const struct value *term)
{
    const struct value *in = value_get(term, "in"), *but = value_get(term, "but");
    if (in) {
        add_list(text, who, in, "、");
        buf_adds(text, TR(who->lang, ": ", "的"));
    }
    if (value_get(term, "id"))
        add_list(text, who, value_get(term, "id"), "");
    else
        buf_printf(text, "#%s", value_get_string(term, "tag"));
    if (but) {
        buf_adds(text, TR(who->lang, " but ", "（除"));
        add_list(text, who, but, "、");
        buf_adds(text, TR(who->lang, "", "外）"));
    }
}

const char *who_text(const struct who *who, const struct value *selector)
{
    const struct value *terms = value_get(selector, "terms");
    if (!terms)
        return "";
    struct buf text = {0};
    for (uint32_t i = 0; i < terms->count; i++) {
        buf_adds(&text, i ? "、" : "");
        add_term(&text, who, terms->items[i]);
    }
    const char *copy = arena_copy(who->arena, text.bytes, text.length);
    buf_free(&text);
    return copy;
}

const char *who_does(const struct who *who, const struct item *item)
{
    const struct value *actor =
        item->who[ROLE_EACH] ? item->who[ROLE_EACH] : item->who[ROLE_BY];
    const struct value *lead = item->who[ROLE_LEAD], *help = item->who[ROLE_HELP];
    if (actor)
        return who_text(who, actor);
    if (lead)
        return arena_printf(who->arena, TR(who->lang, "%s (lead)%s%s%s", "%s牵头%s%s%s"),
                            who_text(who, lead), help ? TR(who->lang, ", ", "，") : "",
                            who_text(who, help), help ? TR(who->lang, " (help)", "配合") : "");
    return who->plan->owner ? name_of(who, who->plan->owner) : "";
}
