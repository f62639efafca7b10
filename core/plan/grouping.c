#include "plan/grouping.h"

#include "plan/roster_data.h"
#include "plan/roster_life.h"

#include <stdlib.h>
#include <string.h>

struct group {
    uint32_t unit, end;    /* its own subtree */
    uint32_t first, count; /* its members outside of that, of `members` */
};

struct grouping {
    const struct roster *roster;
    const char *kind, *name;
    struct group *groups;
    uint32_t count, room;
    uint32_t *members;
    size_t member_count, member_room;
    uint64_t *bits;  /* by row: lies within one of them */
    uint64_t *named; /* … as a member */
};

uint32_t grouping_kinds(const struct roster *roster, const char **kinds, uint32_t most)
{
    uint32_t found = 0;
    for (uint32_t i = 1; i < roster->kind_count; i++) {
        if (!roster->kinds[i].group || !roster->kinds[i].count)
            continue;
        if (found < most)
            kinds[found] = roster->kinds[i].id;
        found++;
    }
    return found;
}

static void add_group(struct grouping *grouping, uint32_t unit)
{
    if (grouping->count == grouping->room) {
        grouping->room = grouping->room ? 2 * grouping->room : 16;
        grouping->groups =
            mem_resize(grouping->groups, grouping->room, sizeof *grouping->groups);
    }
    uint32_t end = roster_subtree_end(grouping->roster, unit);
    grouping->groups[grouping->count++] = (struct group){.unit = unit, .end = end};
}

static void add_of_kind(struct grouping *grouping, uint32_t kind)
{
    const struct roster *roster = grouping->roster;
    for (uint32_t unit = 0; unit < roster->count;) {
        bool found = roster->kind[unit] == kind;
        if (found)
            add_group(grouping, unit);
        unit = found ? roster_subtree_end(roster, unit) : unit + 1;
    }
}

/* Appends the members that a group names and that do not lie in `group` anyway. */
static void add_members(struct grouping *grouping, const struct group *group, uint32_t unit)
{
    const struct roster *roster = grouping->roster;
    const char *id = roster_id(roster, unit);
    uint32_t number = table_get(&roster->label_table, id, strlen(id));
    if (number == TABLE_NONE)
        return;
    const struct roster_label *label = &roster->labels[number];
    size_t most = grouping->member_count + label->count;
    if (most > grouping->member_room) {
        grouping->member_room = 2 * most;
        grouping->members =
            mem_resize(grouping->members, grouping->member_room, sizeof *grouping->members);
    }
    for (uint32_t i = 0; i < label->count; i++) {
        uint32_t member = roster->members[label->first + i];
        if (member < group->unit || member >= group->end)
            grouping->members[grouping->member_count++] = member;
    }
}

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* Whoever is named by two groups within one, once. */
static void join_members(struct grouping *grouping, struct group *group)
{
    uint32_t *members = grouping->members + group->first, kept = 0;
    qsort(members, group->count, sizeof *members, by_number);
    for (uint32_t i = 0; i < group->count; i++)
        if (i == 0 || members[i] != members[i - 1])
            members[kept++] = members[i];
    group->count = kept;
    grouping->member_count = group->first + kept;
}

static void gather(struct grouping *grouping, struct group *group)
{
    uint32_t lists = 0;
    group->first = (uint32_t)grouping->member_count;
    for (uint32_t unit = group->unit; unit < group->end; unit++)
        if (unit == group->unit || roster_is_group(grouping->roster, unit)) {
            size_t before = grouping->member_count;
            add_members(grouping, group, unit);
            lists += grouping->member_count > before;
        }
    group->count = (uint32_t)(grouping->member_count - group->first);
    if (lists > 1)
        join_members(grouping, group);
}

static void mark_range(uint64_t *words, uint32_t base, uint32_t first, uint32_t end)
{
    for (uint32_t unit = first; unit < end; unit++)
        words[unit / 64 - base] |= UINT64_C(1) << unit % 64;
}

static uint32_t later(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t earlier(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* The members of a group in first … end-1, as a range of its list. */
static void members_within(const struct grouping *grouping, const struct group *group,
                           uint32_t first, uint32_t end, uint32_t *from, uint32_t *to)
{
    const uint32_t *members = grouping->members + group->first;
    uint32_t bounds[2] = {first, end}, found[2];
    for (int i = 0; i < 2; i++) {
        uint32_t low = 0, high = group->count;
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (members[middle] < bounds[i])
                low = middle + 1;
            else
                high = middle;
        }
        found[i] = low;
    }
    *from = found[0];
    *to = later(found[0], found[1]);
}

void grouping_mark(const struct grouping *grouping, uint32_t group, uint32_t first,
                   uint32_t end, uint64_t *words)
{
    const struct group *one = &grouping->groups[group];
    uint32_t from, to, base = first / 64;
    mark_range(words, base, later(first, one->unit), earlier(end, one->end));
    members_within(grouping, one, first, end, &from, &to);
    for (uint32_t i = from; i < to; i++) {
        uint32_t unit = grouping->members[one->first + i];
        words[unit / 64 - base] |= UINT64_C(1) << unit % 64;
    }
}

/* The row of a group with that id, or UNIT_NONE. */
static uint32_t find_group(const struct roster *roster, const char *id)
{
    uint32_t unit = roster_find(roster, id, strlen(id));
    return unit != UNIT_NONE && roster_is_group(roster, unit) ? unit : UNIT_NONE;
}

static void fill(struct grouping *grouping)
{
    uint32_t count = roster_count(grouping->roster);
    size_t words = count / 64 + 2;
    grouping->bits = mem_resize(NULL, words, sizeof *grouping->bits);
    grouping->named = mem_resize(NULL, words, sizeof *grouping->named);
    memset(grouping->bits, 0, words * sizeof *grouping->bits);
    memset(grouping->named, 0, words * sizeof *grouping->named);
    grouping->members = mem_resize(NULL, 1, sizeof *grouping->members);
    for (uint32_t i = 0; i < grouping->count; i++) {
        gather(grouping, &grouping->groups[i]);
        grouping_mark(grouping, i, 0, count, grouping->bits);
    }
    grouping->member_room = grouping->member_count + 1;
    grouping->members =
        mem_resize(grouping->members, grouping->member_room, sizeof *grouping->members);
    for (size_t i = 0; i < grouping->member_count; i++)
        grouping->named[grouping->members[i] / 64] |= UINT64_C(1) << grouping->members[i] % 64;
}

struct grouping *grouping_new(const struct roster *roster, const char *kind)
{
    uint32_t number = table_get(&roster->kind_table, kind, strlen(kind));
    bool class = number != TABLE_NONE && roster->kinds[number].group;
    uint32_t single = class ? UNIT_NONE : find_group(roster, kind);
    if (!class && single == UNIT_NONE)
        return NULL;
    struct grouping *grouping = mem_resize(NULL, 1, sizeof *grouping);
    *grouping = (struct grouping){.roster = roster};
    if (class) {
        grouping->kind = roster->kinds[number].id;
        grouping->name = value_get_string(roster->kinds[number].sealed, "name");
        add_of_kind(grouping, number);
    } else {
        grouping->kind = roster_id(roster, single);
        grouping->name = roster_name(roster, single);
        add_group(grouping, single);
    }
    fill(grouping);
    return grouping;
}

void grouping_free(struct grouping *grouping)
{
    if (!grouping)
        return;
    free(grouping->groups);
    free(grouping->members);
    free(grouping->bits);
    free(grouping->named);
    free(grouping);
}

const char *grouping_kind(const struct grouping *grouping)
{
    return grouping->kind;
}

const char *grouping_name(const struct grouping *grouping)
{
    return grouping->name ? grouping->name : grouping->kind;
}

uint32_t grouping_count(const struct grouping *grouping)
{
    return grouping->count;
}

uint32_t grouping_unit(const struct grouping *grouping, uint32_t group)
{
    return grouping->groups[group].unit;
}

uint32_t grouping_from(const struct grouping *grouping, uint32_t unit)
{
    uint32_t low = 0, high = grouping->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (grouping->groups[middle].unit < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const uint32_t *grouping_members(const struct grouping *grouping, uint32_t group,
                                 uint32_t *count)
{
    *count = grouping->groups[group].count;
    return grouping->members + grouping->groups[group].first;
}

void grouping_add(const struct grouping *grouping, uint32_t group, const struct rollup *rollup,
                  uint32_t first, uint32_t end, struct progress_sum *sum)
{
    const struct group *one = &grouping->groups[group];
    uint32_t from, to;
    rollup_add(rollup, later(first, one->unit), earlier(end, one->end), sum);
    members_within(grouping, one, first, end, &from, &to);
    progress_add_units(rollup_progress(rollup), grouping->members + one->first + from,
                       to - from, sum);
}

/* The bits of word number `word` that stand for first … end-1. */
static uint64_t mask_of(uint32_t word, uint32_t first, uint32_t end)
{
    uint32_t base = word * 64;
    uint64_t mask = first > base ? UINT64_MAX << (first - base) : UINT64_MAX;
    return end < base + 64 ? mask & ~(UINT64_MAX << (end - base)) : mask;
}

bool grouping_asks_members(const struct grouping *grouping, const struct progress *progress,
                           uint32_t first, uint32_t end)
{
    for (uint32_t word = first / 64; first < end && word <= (end - 1) / 64; word++) {
        struct progress_sum sum = {0};
        uint64_t named = grouping->named[word] & mask_of(word, first, end);
        if (named)
            progress_add_word(progress, word * 64, named, &sum);
        if (sum.asked)
            return true;
    }
    return false;
}

static void add_word(const struct rollup *rollup, uint32_t word, uint64_t bits,
                     struct progress_sum *sum)
{
    if (!sum || !bits)
        return;
    if (bits == UINT64_MAX)
        progress_add(rollup_progress(rollup), word * 64, word * 64 + 64, sum);
    else
        progress_add_word(rollup_progress(rollup), word * 64, bits, sum);
}

void grouping_add_rest(const struct grouping *grouping, const struct rollup *rollup,
                       uint32_t first, uint32_t end, const uint64_t *listed,
                       struct progress_sum *other, struct progress_sum *nowhere)
{
    for (uint32_t word = first / 64; first < end && word <= (end - 1) / 64; word++) {
        uint64_t mask = mask_of(word, first, end), in = grouping->bits[word] & mask;
        add_word(rollup, word, in & ~(listed ? listed[word - first / 64] : 0), other);
        add_word(rollup, word, mask & ~in, nowhere);
    }
}

size_t grouping_bytes(const struct grouping *grouping)
{
    return sizeof *grouping + grouping->room * sizeof *grouping->groups +
           grouping->member_room * sizeof *grouping->members +
           2 * (grouping->roster->count / 64 + 2) * sizeof *grouping->bits;
}
