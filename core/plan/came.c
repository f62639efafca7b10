/* A place on an earlier day is found by climbing: at each unit the moves behind that day are taken back.
 * Only units below somebody who moved are looked at. */
#include "plan/came.h"

#include "plan/roster_data.h"
#include "plan/roster_life.h"

#include <stdlib.h>
#include <string.h>

/* The first move of a unit, or where it would stand. */
static size_t first_move(const struct roster *roster, uint32_t unit)
{
    size_t low = 0, high = roster->life.move_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (roster->life.moves[middle].unit < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first move behind a day: what it left is the place of that day. NULL = the place of now. */
static const struct roster_move *move_behind(const struct roster *roster, uint32_t unit,
                                             int32_t day, bool groups)
{
    for (size_t i = first_move(roster, unit);
         i < roster->life.move_count && roster->life.moves[i].unit == unit; i++)
        if (roster->life.moves[i].day > day &&
            (!groups || roster->life.moves[i].group_count != UINT32_MAX))
            return &roster->life.moves[i];
    return NULL;
}

static uint32_t parent_on(const struct roster *roster, uint32_t unit, int32_t day)
{
    const struct roster_move *move = move_behind(roster, unit, day, false);
    return move ? move->parent : roster->parent[unit];
}

static bool bears_on(const struct roster *roster, uint32_t unit, uint32_t label, int32_t day)
{
    const struct roster_move *move = move_behind(roster, unit, day, true);
    if (!move)
        return roster_bears(roster, &roster->labels[label], unit);
    for (uint32_t i = 0; i < move->group_count; i++)
        if (move->groups[i] == label)
            return true;
    return false;
}

/* The last move up to a day that made the unit's place of that day, DAY_NONE = none. */
static int32_t last_change(const struct roster *roster, uint32_t unit, int32_t day)
{
    int32_t last = DAY_NONE;
    for (uint32_t above = unit; above != UNIT_NONE; above = parent_on(roster, above, day))
        for (size_t i = first_move(roster, above);
             i < roster->life.move_count && roster->life.moves[i].unit == above; i++)
            if (roster->life.moves[i].day <= day && roster->life.moves[i].day > last)
                last = roster->life.moves[i].day;
    return last;
}

/* ---- a selector on a day --------------------------------------------------------------- */

static bool in_kind(const struct roster *roster, uint32_t unit, uint32_t kind, int32_t day)
{
    for (uint32_t above = unit; above != UNIT_NONE; above = parent_on(roster, above, day))
        if (roster->kind[above] == kind)
            return true;
    for (uint32_t i = 0; roster->kinds[kind].group && i < roster->label_count; i++) {
        const char *key = roster->labels[i].key;
        uint32_t row = key[0] == '#' ? UNIT_NONE : roster_find(roster, key, strlen(key));
        if (row != UNIT_NONE && roster->kind[row] == kind && bears_on(roster, unit, i, day))
            return true;
    }
    return false;
}

static bool in_unit(const struct roster *roster, uint32_t unit, uint32_t place, int32_t day)
{
    for (uint32_t above = unit; above != UNIT_NONE; above = parent_on(roster, above, day))
        if (above == place)
            return true;
    const char *id = roster_id(roster, place);
    uint32_t label = roster_is_group(roster, place)
                         ? table_get(&roster->label_table, id, strlen(id))
                         : TABLE_NONE;
    return label != TABLE_NONE && bears_on(roster, unit, label, day);
}

static bool bears_tag(const struct roster *roster, uint32_t unit, const char *key)
{
    uint32_t label = table_get(&roster->label_table, key, strlen(key));
    return label != TABLE_NONE && roster_bears(roster, &roster->labels[label], unit);
}

static bool is_within(const struct roster *roster, uint32_t unit, const char *id, int32_t day)
{
    size_t length = strlen(id);
    if (id[0] == '#')
        return bears_tag(roster, unit, id);
    uint32_t kind = table_get(&roster->kind_table, id, length);
    if (kind != TABLE_NONE)
        return in_kind(roster, unit, kind, day);
    uint32_t place = roster_find(roster, id, length);
    return place != UNIT_NONE && in_unit(roster, unit, place, day);
}

static bool is_within_any(const struct roster *roster, uint32_t unit, const struct value *ids,
                          int32_t day)
{
    if (ids->type == VALUE_STRING)
        return is_within(roster, unit, ids->string, day);
    for (uint32_t i = 0; ids->type == VALUE_LIST && i < ids->count; i++)
        if (ids->items[i]->type == VALUE_STRING &&
            is_within(roster, unit, ids->items[i]->string, day))
            return true;
    return false;
}

/* A single group that has members, or has had: the label; TABLE_NONE = another sort of id. */
static uint32_t group_label(const struct roster *roster, const char *id)
{
    size_t length = strlen(id);
    uint32_t unit = table_get(&roster->kind_table, id, length) == TABLE_NONE
                        ? roster_find(roster, id, length)
                        : UNIT_NONE;
    return roster_is_single_group(roster, unit) ? table_get(&roster->label_table, id, length)
                                                : TABLE_NONE;
}

/* What a term means by itself, without `in` and `but`; ids of kinds and units stay what they are. */
static bool is_meant(const struct roster *roster, uint32_t unit, const char *id, int32_t day)
{
    size_t length = strlen(id);
    uint32_t kind = table_get(&roster->kind_table, id, length);
    if (kind != TABLE_NONE)
        return roster->kind[unit] == kind ||
               (strcmp(id, ROSTER_PERSON) == 0 && roster_by_heads(roster, unit));
    uint32_t label = group_label(roster, id);
    if (label != TABLE_NONE)
        return bears_on(roster, unit, label, day);
    return roster_find(roster, id, length) == unit;
}

static bool meets_term(const struct roster *roster, uint32_t unit, const struct value *term,
                       int32_t day)
{
    const char *id = value_get_string(term, "id"), *tag = value_get_string(term, "tag");
    const struct value *in = value_get(term, "in"), *but = value_get(term, "but");
    char key[ROSTER_MOST_ID + 2] = "#";
    bool meant = false;
    if (tag && strlen(tag) <= ROSTER_MOST_ID) {
        memcpy(key + 1, tag, strlen(tag) + 1);
        meant = bears_tag(roster, unit, key);
    } else if (id) {
        meant = is_meant(roster, unit, id, day);
    }
    return meant && (!in || is_within_any(roster, unit, in, day)) &&
           (!but || !is_within_any(roster, unit, but, day));
}

static bool meets(const struct roster *roster, uint32_t unit, const struct value *terms,
                  int32_t day)
{
    for (uint32_t i = 0; i < terms->count; i++)
        if (meets_term(roster, unit, terms->items[i], day))
            return true;
    return false;
}

/* ---- the list -------------------------------------------------------------------------- */

static bool has_place(const struct roster *roster, const struct value *terms)
{
    for (uint32_t i = 0; i < terms->count; i++) {
        const struct value *term = terms->items[i];
        const char *id = value_get_string(term, "id");
        if (value_get(term, "in") || value_get(term, "but") ||
            (id && group_label(roster, id) != TABLE_NONE))
            return true;
    }
    return false;
}

/* Since when the unit has been met without a break, DAY_NONE = always. */
static int32_t since(const struct roster *roster, uint32_t unit, const struct value *terms)
{
    int32_t day = last_change(roster, unit, DAY_OPEN);
    while (day != DAY_NONE && meets(roster, unit, terms, day - 1))
        day = last_change(roster, unit, day - 1);
    return day;
}

static int by_unit(const void *left, const void *right)
{
    const struct came *a = left, *b = right;
    return (a->unit > b->unit) - (a->unit < b->unit);
}

struct came *came_list(const struct roster *roster, const struct value *sealed,
                       const struct selector *selector, uint32_t *count)
{
    const struct value *terms = value_get(sealed, "terms");
    struct came *list = NULL;
    uint32_t found = 0, room = 0, done = 0; /* rows below `done` are looked at */
    *count = 0;
    if (roster->life.move_count == 0 || !terms || !has_place(roster, terms))
        return NULL;
    for (size_t i = 0; i < roster->life.move_count;
         i++) { /* by unit: an outer range before an inner */
        uint32_t unit = roster->life.moves[i].unit, end = roster->end[unit];
        for (unit = unit > done ? unit : done; unit < end; unit++) {
            int32_t day = selector_has(selector, unit) ? since(roster, unit, terms) : DAY_NONE;
            if (day == DAY_NONE)
                continue;
            if (found == room) {
                room = room ? 2 * room : 64;
                list = mem_resize(list, room, sizeof *list);
            }
            list[found++] = (struct came){unit, day};
        }
        done = end > done ? end : done;
    }
    if (found)
        qsort(list, found, sizeof *list, by_unit);
    *count = found;
    return list;
}
