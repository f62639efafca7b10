/* What changes have come to, read from a sealed roster: who is on leave, who is in which group, who is
 * asked by heads; and how it gets there from the builder's order to that of the tree. */
#include "plan/roster_data.h"
#include "plan/roster_life.h"

#include <stdlib.h>
#include <string.h>

void roster_life_free(struct roster_life *life)
{
    void *blocks[] = {life->absences,  life->moves,        life->owns,
                      life->own_of.at, life->absent_of.at, life->heads};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        free(blocks[i]);
}

bool roster_is_single_group(const struct roster *roster, uint32_t unit)
{
    for (uint32_t i = 0; i < roster->group_count; i++)
        if (roster->groups[i] == unit)
            return true;
    return false;
}

bool roster_is_group(const struct roster *roster, uint32_t unit)
{
    bool single = unit >= roster->first_group && unit < roster->first_file_row;
    if (roster->groups) /* sealed: rows have other numbers */
        single = roster_is_single_group(roster, unit);
    return single || roster->kinds[roster->kind[unit]].group;
}

/* ---- groups and tags ------------------------------------------------------------------- */

static int by_row(const void *left, const void *right)
{
    const struct roster_own *a = left, *b = right;
    return (a->row > b->row) - (a->row < b->row);
}

static void add_pair(struct roster_pair **at, struct roster *roster, uint32_t row,
                     uint32_t label)
{
    *(*at)++ = (struct roster_pair){row, label};
    roster->labels[label].count++;
}

/* The pairs of rows that have none of their own, and those that have, merged in the order of rows. */
void roster_life_pairs(struct roster *roster)
{
    if (roster->life.own_count == 0)
        return;
    size_t room = roster->pair_count, own = 0;
    for (size_t i = 0; i < roster->life.own_count; i++)
        room += roster->life.owns[i].count;
    struct roster_pair *pairs = mem_resize(NULL, room + 1, sizeof *pairs), *at = pairs;
    for (uint32_t i = 0; i < roster->label_count; i++)
        roster->labels[i].count = 0;
    qsort(roster->life.owns, roster->life.own_count, sizeof *roster->life.owns, by_row);
    for (size_t i = 0; i <= roster->pair_count; i++) {
        uint32_t row = i < roster->pair_count ? roster->pairs[i].row : UINT32_MAX;
        for (; own < roster->life.own_count && roster->life.owns[own].row < row; own++)
            for (uint32_t k = 0; k < roster->life.owns[own].count; k++)
                add_pair(&at, roster, roster->life.owns[own].row,
                         roster->life.owns[own].labels[k]);
        bool taken = own < roster->life.own_count && roster->life.owns[own].row == row;
        if (i < roster->pair_count && !taken)
            add_pair(&at, roster, row, roster->pairs[i].label);
    }
    free(roster->pairs);
    roster->pairs = pairs;
    roster->pair_count = (size_t)(at - pairs);
}

bool roster_bears(const struct roster *roster, const struct roster_label *label, uint32_t row)
{
    const uint32_t *members = roster->members + label->first;
    uint32_t low = 0, high = label->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (members[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < label->count && members[low] == row;
}

static const char *ids_of(const struct roster *roster, uint32_t unit, bool tags,
                          struct arena *arena)
{
    const char *text = "";
    for (uint32_t i = 0; i < roster->label_count; i++) {
        const struct roster_label *label = &roster->labels[i];
        if ((label->key[0] == '#') != tags || !roster_bears(roster, label, unit))
            continue;
        text = arena_printf(arena, "%s%s%s", text, *text ? ";" : "", label->key + tags);
    }
    return text;
}

const char *roster_groups(const struct roster *roster, uint32_t unit, struct arena *arena)
{
    return ids_of(roster, unit, false, arena);
}

const char *roster_tags(const struct roster *roster, uint32_t unit, struct arena *arena)
{
    return ids_of(roster, unit, true, arena);
}

void roster_members(const struct roster *roster, uint32_t group, uint64_t *words)
{
    const char *id = roster_id(roster, group);
    uint32_t number = table_get(&roster->label_table, id, strlen(id));
    if (number == TABLE_NONE)
        return;
    const struct roster_label *label = &roster->labels[number];
    for (uint32_t i = 0; i < label->count; i++) {
        uint32_t unit = roster->members[label->first + i];
        words[unit / 64] |= UINT64_C(1) << unit % 64;
    }
}

/* ---- in the order of the tree ---------------------------------------------------------- */

static int by_absence(const void *left, const void *right)
{
    const struct roster_absence *a = left, *b = right;
    int order = (a->unit > b->unit) - (a->unit < b->unit);
    return order ? order : (a->from > b->from) - (a->from < b->from);
}

/* Of one day, the later of two stands behind: what lay before both is the first one's. */
static int by_move(const void *left, const void *right)
{
    const struct roster_move *a = left, *b = right;
    int order = (a->unit > b->unit) - (a->unit < b->unit);
    order = order ? order : (a->day > b->day) - (a->day < b->day);
    return order ? order : (a->number > b->number) - (a->number < b->number);
}

void roster_life_sorted(struct roster *roster, const uint32_t *position)
{
    for (size_t i = 0; i < roster->life.absence_count; i++)
        roster->life.absences[i].unit = position[roster->life.absences[i].unit];
    for (size_t i = 0; i < roster->life.move_count; i++) {
        struct roster_move *move = &roster->life.moves[i];
        move->unit = position[move->unit];
        if (move->parent != UNIT_NONE)
            move->parent = position[move->parent];
    }
    if (roster->life.absence_count)
        qsort(roster->life.absences, roster->life.absence_count, sizeof *roster->life.absences,
              by_absence);
    if (roster->life.move_count)
        qsort(roster->life.moves, roster->life.move_count, sizeof *roster->life.moves, by_move);
    free(roster->life.owns);
    free(roster->life.own_of.at);
    free(roster->life.absent_of.at);
    roster->life.owns = NULL;
    roster->life.own_of = roster->life.absent_of = (struct roster_map){0};
}

/* ---- heads ----------------------------------------------------------------------------- */

/* From behind, so that what lies below a unit has been seen before it. */
void roster_find_heads(struct roster *roster)
{
    uint32_t person = table_get(&roster->kind_table, ROSTER_PERSON, strlen(ROSTER_PERSON));
    uint32_t nearest = UINT32_MAX; /* row of a person or of heads, the first behind the unit */
    if (!roster->staff || person == TABLE_NONE)
        return;
    uint32_t *heads = mem_resize(NULL, roster->count + 1, sizeof *heads), count = 0;
    for (uint32_t unit = (uint32_t)roster->count; unit-- > 0;) {
        bool counts = roster->staff[unit] > 0 && nearest >= roster->end[unit] &&
                      !roster_is_group(roster, unit);
        if (roster->kind[unit] == person || counts)
            nearest = unit;
        if (roster->kind[unit] != person && counts)
            heads[count++] = unit;
    }
    for (uint32_t i = 0; i < count / 2; i++) {
        uint32_t other = heads[i];
        heads[i] = heads[count - 1 - i];
        heads[count - 1 - i] = other;
    }
    roster->life.heads = mem_resize(heads, (size_t)count + 1, sizeof *heads);
    roster->life.head_count = count;
}

bool roster_by_heads(const struct roster *roster, uint32_t unit)
{
    uint32_t low = 0, high = roster->life.head_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (roster->life.heads[middle] < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low < roster->life.head_count && roster->life.heads[low] == unit;
}

/* ---- absences -------------------------------------------------------------------------- */

bool roster_any_absent(const struct roster *roster)
{
    return roster->life.absence_count > 0;
}

bool roster_absent(const struct roster *roster, uint32_t unit, int32_t day, int32_t *from,
                   int32_t *until)
{
    size_t low = 0, high = roster->life.absence_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct roster_absence *absence = &roster->life.absences[middle];
        if (absence->unit < unit || (absence->unit == unit && absence->until < day))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == roster->life.absence_count || roster->life.absences[low].unit != unit ||
        roster->life.absences[low].from > day)
        return false;
    if (from)
        *from = roster->life.absences[low].from;
    if (until)
        *until = roster->life.absences[low].until;
    return true;
}

/* ---- who stays behind ------------------------------------------------------------------ */

static bool is_there(const struct roster *roster, uint32_t unit, int32_t day)
{
    return !roster->until || roster->until[unit] >= day;
}

/* Somebody directly below a unit or in a group who is there on that day or later. */
static uint32_t find_left_behind(const struct roster *roster, uint32_t unit, int32_t day)
{
    for (uint32_t below = unit + 1; below < roster->end[unit]; below = roster->end[below])
        if (is_there(roster, below, day))
            return below;
    const char *id = roster_id(roster, unit);
    uint32_t number = roster_is_group(roster, unit)
                          ? table_get(&roster->label_table, id, strlen(id))
                          : TABLE_NONE;
    for (uint32_t i = 0; number != TABLE_NONE && i < roster->labels[number].count; i++) {
        uint32_t member = roster->members[roster->labels[number].first + i];
        if (is_there(roster, member, day))
            return member;
    }
    return UNIT_NONE;
}

int roster_check_left(const struct roster *roster, const struct roster_change *change,
                      enum lang lang, struct err *err)
{
    uint32_t unit = roster_row_of(roster, change->unit);
    if ((change->event != ROSTER_LEAVE && change->event != ROSTER_CLOSE) || unit == UNIT_NONE ||
        is_there(roster, unit, change->day))
        return 0;
    uint32_t left = find_left_behind(roster, unit, change->day);
    if (left == UNIT_NONE)
        return 0;
    return err_set(err, ERR_INVALID,
                   TR(lang,
                      "%s (%s) still has %s (%s) in it: transfer those first, or merge it",
                      "%s（%s）里还有%s（%s）：请先调走，或用合并"),
                   roster_name(roster, unit), roster_id(roster, unit),
                   roster_name(roster, left), roster_id(roster, left));
}
