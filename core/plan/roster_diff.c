/* One pass over each roster: what is new in the order of the new tree, so that whoever is above comes
 * first; then what has another place or other texts; then who leaves. */
#include "plan/roster_diff.h"

#include "plan/roster_data.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOUBTS_MOST = 50 };

/* ---- labels by unit -------------------------------------------------------------------- */

/* Members by label, turned round. */
struct bearing {
    uint32_t *start;  /* count + 1 of them */
    uint32_t *labels; /* ascending in each */
};

static struct bearing bearing_of(const struct roster *roster)
{
    size_t count = roster->count, all = 0;
    struct bearing bearing = {mem_resize(NULL, count + 2, sizeof(uint32_t)), NULL};
    memset(bearing.start, 0, (count + 2) * sizeof *bearing.start);
    for (uint32_t i = 0; i < roster->label_count; i++)
        for (uint32_t k = 0; k < roster->labels[i].count; k++, all++)
            bearing.start[roster->members[roster->labels[i].first + k] + 2]++;
    for (size_t i = 2; i < count + 2; i++)
        bearing.start[i] += bearing.start[i - 1];
    bearing.labels = mem_resize(NULL, all + 1, sizeof *bearing.labels);
    for (uint32_t i = 0; i < roster->label_count; i++)
        for (uint32_t k = 0; k < roster->labels[i].count; k++) {
            uint32_t unit = roster->members[roster->labels[i].first + k];
            bearing.labels[bearing.start[unit + 1]++] = i;
        }
    return bearing;
}

static void bearing_free(struct bearing *bearing)
{
    free(bearing->start);
    free(bearing->labels);
}

/* Groups or tags of a unit, joined. */
static struct slice ids_of(const struct roster *roster, const struct bearing *bearing,
                           uint32_t unit, bool tags, struct arena *arena)
{
    struct buf text = {0};
    for (uint32_t i = bearing->start[unit]; i < bearing->start[unit + 1]; i++) {
        const char *key = roster->labels[bearing->labels[i]].key;
        if ((key[0] == '#') == tags)
            buf_printf(&text, "%s%s", text.length ? ";" : "", key + tags);
    }
    struct slice slice = {"", text.length};
    if (text.length)
        slice.bytes = arena_copy(arena, text.bytes, text.length);
    buf_free(&text);
    return slice;
}

/* ---- adopting -------------------------------------------------------------------------- */

static struct slice slice_of(const char *text)
{
    return (struct slice){text, strlen(text)};
}

static bool has_rows(const struct roster *after, const char *kind, const bool *filed)
{
    uint32_t number = table_get(&after->kind_table, kind, strlen(kind));
    return number != TABLE_NONE && filed[number];
}

static void adopt(struct roster *after, const struct roster *before,
                  const struct bearing *bearing, uint32_t unit)
{
    struct arena *arena = arena_new();
    uint32_t parent = before->parent[unit];
    struct roster_row row = {.id = slice_of(roster_id(before, unit)),
                             .name = slice_of(roster_name(before, unit)),
                             .kind = slice_of(roster_kind(before, unit)),
                             .contact = slice_of(roster_contact(before, unit)),
                             .staff = roster_staff(before, unit)};
    if (parent != UNIT_NONE)
        row.parent = slice_of(roster_id(before, parent));
    row.groups = ids_of(before, bearing, unit, false, arena);
    row.tags = ids_of(before, bearing, unit, true, arena);
    roster_membership(before, unit, &row.from, &row.until);
    roster_add(after, &row);
    arena_free(arena);
}

void roster_adopt(struct roster *after, const struct roster *before)
{
    struct bearing bearing = bearing_of(before);
    bool *filed = mem_resize(NULL, after->kind_count, sizeof *filed);
    memset(filed, 0, after->kind_count * sizeof *filed);
    for (size_t row = after->first_file_row; row < after->count; row++)
        filed[after->kind[row]] = true;
    for (uint32_t unit = 0; unit < before->count; unit++) {
        const char *kind = roster_kind(before, unit);
        if (*kind && !has_rows(after, kind, filed) &&
            roster_row_of(after, slice_of(roster_id(before, unit))) == UNIT_NONE)
            adopt(after, before, &bearing, unit);
    }
    free(after->filed);
    after->filed = filed;
    bearing_free(&bearing);
}

/* ---- comparing ------------------------------------------------------------------------- */

struct differ {
    const struct roster *before, *after;
    struct bearing old, new;
    int32_t day;
    struct arena *arena;
    struct roster_diff *out;
    size_t room;
    bool parents, groups, tags, contacts, staff; /* what some row of the files says */
    struct table own;                            /* ids that the plan itself declares */
    struct table leavers;                        /* rows by name */
    uint32_t *twin; /* by row of before: that of after, UNIT_NONE = gone */
};

static void declare(struct differ *differ, const char *list)
{
    const struct value *members = value_get(differ->after->plan->sealed, list);
    for (uint32_t i = 0; members && i < members->count; i++) {
        const char *id = value_get_string(members->items[i], "id");
        if (id)
            table_set(&differ->own, id, strlen(id), i);
    }
}

/* A unit of the files, of a kind that is compared. */
static bool is_compared(const struct differ *differ, const struct roster *roster, uint32_t unit)
{
    const char *kind = roster_kind(roster, unit), *id = roster_id(roster, unit);
    return *kind && has_rows(differ->after, kind, differ->after->filed) &&
           table_get(&differ->own, id, strlen(id)) == TABLE_NONE;
}

static void find_columns(struct differ *differ)
{
    const struct roster *after = differ->after;
    for (uint32_t unit = 0; unit < after->count; unit++) {
        if (!is_compared(differ, after, unit))
            continue;
        differ->parents =
            differ->parents || after->parent[unit] != after->kinds[after->kind[unit]].parent;
        differ->contacts = differ->contacts || *roster_contact(after, unit);
        differ->staff = differ->staff || roster_staff(after, unit) >= 0;
        for (uint32_t i = differ->new.start[unit]; i < differ->new.start[unit + 1]; i++)
            *(after->labels[differ->new.labels[i]].key[0] == '#' ? &differ->tags
                                                                 : &differ->groups) = true;
    }
}

static struct roster_change *add(struct differ *differ, enum roster_event event, uint32_t unit,
                                 const struct roster *roster, int32_t day)
{
    struct roster_diff *out = differ->out;
    if (out->count == differ->room) {
        size_t room = differ->room ? 2 * differ->room : 256;
        struct roster_change *changes = arena_array(differ->arena, room, sizeof *changes);
        if (out->count)
            memcpy(changes, out->changes, out->count * sizeof *changes);
        out->changes = changes;
        differ->room = room;
    }
    struct roster_change *change = &out->changes[out->count++];
    *change = (struct roster_change){.event = event,
                                     .day = day,
                                     .unit = slice_of(roster_id(roster, unit)),
                                     .staff = -1,
                                     .until = DAY_OPEN};
    return change;
}

static bool is_person(const struct roster *roster, uint32_t unit)
{
    return strcmp(roster_kind(roster, unit), ROSTER_PERSON) == 0;
}

/* From what the file says, if that is not before the notice. */
static int32_t first_day(const struct differ *differ, int32_t from)
{
    int32_t issued = differ->after->plan->issued;
    if (from == DAY_NONE)
        return differ->day;
    return issued != DAY_NONE && from < issued ? issued : from;
}

static bool is_there(const struct roster *roster, uint32_t unit, int32_t day)
{
    return !roster->until || roster->until[unit] >= day;
}

static void join(struct differ *differ, uint32_t unit)
{
    const struct roster *after = differ->after;
    int32_t from, until;
    roster_membership(after, unit, &from, &until);
    if (until < first_day(differ, from))
        return; /* was never there, as far as the plan goes */
    struct roster_change *change =
        add(differ, is_person(after, unit) ? ROSTER_JOIN : ROSTER_OPEN, unit, after,
            first_day(differ, from));
    struct slice groups = ids_of(after, &differ->new, unit, false, differ->arena);
    struct slice tags = ids_of(after, &differ->new, unit, true, differ->arena);
    change->name = slice_of(roster_name(after, unit));
    change->kind = slice_of(roster_kind(after, unit));
    if (after->parent[unit] != UNIT_NONE)
        change->parent = slice_of(roster_id(after, after->parent[unit]));
    if (*roster_contact(after, unit))
        change->contact = slice_of(roster_contact(after, unit));
    if (groups.length)
        change->groups = groups;
    if (tags.length)
        change->tags = tags;
    change->staff = roster_staff(after, unit);
    change->until = until;
}

/* The same groups, or tags, before and behind; `*ids` gets those behind where they differ. */
static bool same_ids(const struct differ *differ, uint32_t old, uint32_t new, bool tags,
                     struct slice *ids)
{
    const struct roster *a = differ->before, *b = differ->after;
    uint32_t before = 0, after = 0, both = 0;
    for (uint32_t i = differ->old.start[old]; i < differ->old.start[old + 1]; i++) {
        const char *key = a->labels[differ->old.labels[i]].key;
        if ((key[0] == '#') != tags)
            continue;
        uint32_t label = table_get(&b->label_table, key, strlen(key));
        before++;
        both += label != TABLE_NONE && roster_bears(b, &b->labels[label], new);
    }
    for (uint32_t i = differ->new.start[new]; i < differ->new.start[new + 1]; i++)
        after += (b->labels[differ->new.labels[i]].key[0] == '#') == tags;
    if (before == both && after == both)
        return true;
    *ids = ids_of(b, &differ->new, new, tags, differ->arena);
    return false;
}

static void move(struct differ *differ, uint32_t old, uint32_t new)
{
    const struct roster *before = differ->before, *after = differ->after;
    uint32_t was = before->parent[old], is = after->parent[new];
    struct slice groups = {0};
    bool moved =
        differ->parents && is != UNIT_NONE &&
        (was == UNIT_NONE || strcmp(roster_id(before, was), roster_id(after, is)) != 0);
    bool regrouped = differ->groups && !same_ids(differ, old, new, false, &groups);
    if (!moved && !regrouped)
        return;
    struct roster_change *change = add(differ, ROSTER_TRANSFER, new, after, differ->day);
    if (moved)
        change->parent = slice_of(roster_id(after, is));
    if (regrouped)
        change->groups = groups;
}

static void alter(struct differ *differ, uint32_t old, uint32_t new)
{
    const struct roster *before = differ->before, *after = differ->after;
    struct slice tags = {0};
    bool renamed = strcmp(roster_name(before, old), roster_name(after, new)) != 0;
    bool called = differ->contacts &&
                  strcmp(roster_contact(before, old), roster_contact(after, new)) != 0;
    bool tagged = differ->tags && !same_ids(differ, old, new, true, &tags);
    bool staffed = differ->staff && roster_staff(after, new) >= 0 &&
                   roster_staff(after, new) != roster_staff(before, old);
    if (!renamed && !called && !tagged && !staffed)
        return;
    struct roster_change *change = add(differ, ROSTER_CHANGE, new, after, differ->day);
    if (renamed)
        change->name = slice_of(roster_name(after, new));
    if (called)
        change->contact = slice_of(roster_contact(after, new));
    if (tagged)
        change->tags = tags;
    if (staffed)
        change->staff = roster_staff(after, new);
}

static void leave(struct differ *differ, uint32_t old, int32_t day)
{
    const struct roster *before = differ->before;
    const char *name = roster_name(before, old);
    add(differ, is_person(before, old) ? ROSTER_LEAVE : ROSTER_CLOSE, old, before, day);
    differ->out->leaves++;
    table_set(&differ->leavers, name, strlen(name), old);
}

/* ---- what looks wrong ------------------------------------------------------------------ */

static __attribute__((format(printf, 2, 3))) void doubt(struct differ *differ,
                                                        const char *format, ...)
{
    char text[512];
    struct roster_diff *out = differ->out;
    va_list arguments;
    if (out->doubt_count == DOUBTS_MOST)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!out->doubts)
        out->doubts = arena_array(differ->arena, DOUBTS_MOST, sizeof *out->doubts);
    out->doubts[out->doubt_count++] = arena_string(differ->arena, text);
}

/* An id without what people write differently. */
static size_t plain_id(const char *id, char plain[ROSTER_MOST_ID + 1])
{
    size_t length = 0;
    for (; *id; id++)
        if (*id != '-' && *id != '_' && *id != '.')
            plain[length++] = *id;
    plain[length] = '\0';
    return length;
}

/* Of all who leave and all who come: the same name, or nearly the same id. */
static void doubt_joiners(struct differ *differ)
{
    enum lang lang = differ->after->findings->lang;
    struct table ids = {0};
    char plain[ROSTER_MOST_ID + 1];
    for (size_t i = 0; i < differ->out->count; i++) {
        const struct roster_change *change = &differ->out->changes[i];
        if (change->event != ROSTER_LEAVE && change->event != ROSTER_CLOSE)
            continue;
        size_t length = plain_id(change->unit.bytes, plain);
        table_set(&ids, arena_copy(differ->arena, plain, length), length, (uint32_t)i);
    }
    for (size_t i = 0; ids.count && i < differ->out->count; i++) {
        const struct roster_change *change = &differ->out->changes[i];
        if (change->event != ROSTER_JOIN && change->event != ROSTER_OPEN)
            continue;
        uint32_t same = table_get(&differ->leavers, change->name.bytes, change->name.length);
        uint32_t near = table_get(&ids, plain, plain_id(change->unit.bytes, plain));
        if (near != TABLE_NONE)
            doubt(differ,
                  TR(lang, "%s goes and %s comes: the same id written differently?",
                     "%s 离开、%s 加入：是不是同一编号的两种写法？"),
                  differ->out->changes[near].unit.bytes, change->unit.bytes);
        else if (same != TABLE_NONE)
            doubt(
                differ,
                TR(lang,
                   "%s: %s goes and %s comes: the same under a new id? What has been handed in "
                   "stays with the old one",
                   "%s：%s 离开、%s 加入，是不是同一人换了编号？已交的仍记在旧编号上"),
                roster_name(differ->before, same), roster_id(differ->before, same),
                change->unit.bytes);
    }
    table_free(&ids);
}

static void doubt_all(struct differ *differ)
{
    const struct roster_diff *out = differ->out;
    enum lang lang = differ->after->findings->lang;
    if (out->leaves && 2 * (uint64_t)out->leaves >= out->units)
        doubt(differ,
              TR(lang, "%u of %u leave: is it the whole roster that the file has?",
                 "有 %u 个离开，原有 %u 个：这个文件是完整的名册吗？"),
              out->leaves, out->units);
    doubt_joiners(differ);
}

/* ---- all ------------------------------------------------------------------------------- */

static void doubt_kind(struct differ *differ, uint32_t old, uint32_t new)
{
    const char *was = roster_kind(differ->before, old), *is = roster_kind(differ->after, new);
    if (strcmp(was, is) != 0)
        doubt(differ,
              TR(differ->after->findings->lang,
                 "%s (%s) was of the kind %s and is of %s: a kind stays, give it a new id",
                 "%s（%s）的类别由 %s 变成 %s：类别不能改，请换一个新编号"),
              roster_name(differ->after, new), roster_id(differ->after, new), was, is);
}

static void compare_new(struct differ *differ)
{
    const struct roster *before = differ->before, *after = differ->after;
    for (uint32_t unit = 0; unit < after->count; unit++) {
        if (!is_compared(differ, after, unit))
            continue;
        uint32_t old = roster_row_of(before, slice_of(roster_id(after, unit)));
        if (old != UNIT_NONE)
            differ->twin[old] = unit;
        if (old == UNIT_NONE || !is_there(before, old, differ->day))
            join(differ, unit);
    }
}

static void compare_old(struct differ *differ,
                        void (*each)(struct differ *, uint32_t, uint32_t))
{
    const struct roster *before = differ->before;
    for (uint32_t old = 0; old < before->count; old++)
        if (differ->twin[old] != UNIT_NONE && is_there(before, old, differ->day))
            each(differ, old, differ->twin[old]);
}

/* Who is not in the files any more, or has an end there. From behind, whoever is below goes first. */
static void compare_gone(struct differ *differ)
{
    const struct roster *before = differ->before, *after = differ->after;
    for (uint32_t old = (uint32_t)before->count; old-- > 0;) {
        if (!is_compared(differ, before, old) || !is_there(before, old, differ->day))
            continue;
        uint32_t new = differ->twin[old];
        differ->out->units++;
        if (new == UNIT_NONE)
            leave(differ, old, differ->day);
        else if (after->until && after->until[new] != DAY_OPEN &&
                 is_there(before, old, after->until[new] + 1))
            leave(differ, old,
                  after->until[new] + 1 > differ->day ? after->until[new] + 1 : differ->day);
    }
}

void roster_differ(const struct roster *before, const struct roster *after, int32_t day,
                   struct arena *arena, struct roster_diff *out)
{
    struct differ differ = {.before = before,
                            .after = after,
                            .old = bearing_of(before),
                            .new = bearing_of(after),
                            .day = day,
                            .arena = arena,
                            .out = out};
    *out = (struct roster_diff){0};
    differ.twin = mem_resize(NULL, before->count + 1, sizeof *differ.twin);
    memset(differ.twin, 0xff, (before->count + 1) * sizeof *differ.twin);
    declare(&differ, "units");
    declare(&differ, "groups");
    find_columns(&differ);
    compare_new(&differ);
    compare_old(&differ, doubt_kind);
    compare_old(&differ, move);
    compare_old(&differ, alter);
    compare_gone(&differ);
    doubt_all(&differ);
    table_free(&differ.own);
    table_free(&differ.leavers);
    bearing_free(&differ.old);
    bearing_free(&differ.new);
    free(differ.twin);
}
