/* The start of a roster: what the plan itself declares. Classes become kinds, single units and
 * groups become rows, and each class learns the row that its units belong to by default. */
#include "plan/roster_data.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { HINTS_MOST = 10, KINDS_MOST = UINT16_MAX };

static int refuse(struct err *err, const char *id, const char *what)
{
    return err_set(err, ERR_INVALID, "sealed plan: unit %s: %s", id ? id : "?", what);
}

/* A list under `key` of the sealed tree; an absent one is empty. */
static const struct value *list_of(const struct value *map, const char *key)
{
    static const struct value empty = {.type = VALUE_LIST};
    const struct value *list = value_get(map, key);
    return list && list->type == VALUE_LIST ? list : &empty;
}

static bool is_class(const struct value *member)
{
    const struct value *many = value_get(member, "many");
    return many && (many->type != VALUE_BOOL || many->boolean);
}

static struct slice slice_of(const char *string)
{
    return (struct slice){string ? string : "", string ? strlen(string) : 0};
}

static int add_kind(struct roster *roster, const char *id, const struct value *sealed,
                    bool group, struct err *err)
{
    if (!roster_id_ok(slice_of(id)) || roster->kind_count >= KINDS_MOST)
        return refuse(err, id, "bad id, or too many classes");
    if (table_add(&roster->kind_table, id, strlen(id), roster->kind_count) != TABLE_NONE)
        return sealed ? refuse(err, id, "stands twice") : 0;
    roster->kinds = mem_resize(roster->kinds, roster->kind_count + 1, sizeof *roster->kinds);
    roster->kinds[roster->kind_count++] = (struct roster_kind){id, sealed, UNIT_NONE, 0, group};
    return 0;
}

static int add_classes(struct roster *roster, const struct value *members, bool group,
                       struct err *err)
{
    int code = 0;
    for (uint32_t i = 0; code == 0 && i < members->count; i++)
        if (is_class(members->items[i]))
            code = add_kind(roster, value_get_string(members->items[i], "id"),
                            members->items[i], group, err);
    return code;
}

static int add_roster_kinds(struct roster *roster, struct err *err)
{
    const struct value *rosters = list_of(roster->plan->sealed, "rosters");
    int code = 0;
    for (uint32_t i = 0; i < rosters->count; i++) {
        const struct value *kinds = list_of(rosters->items[i], "kinds");
        for (uint32_t j = 0; code == 0 && j < kinds->count; j++)
            if (kinds->items[j]->type == VALUE_STRING)
                code = add_kind(roster, kinds->items[j]->string, NULL, false, err);
    }
    return code;
}

static int add_member(struct roster *roster, const struct value *member, struct err *err)
{
    const char *id = value_get_string(member, "id"), *kind = value_get_string(member, "kind");
    struct roster_row row = {
        .id = slice_of(id),
        .name = slice_of(value_get_string(member, "name")),
        .contact = slice_of(value_get_string(member, "contact")),
        .staff = (int32_t)value_get_int(member, "staff", -1),
        .from = DAY_NONE,
        .until = DAY_OPEN,
    };
    uint32_t number = kind ? table_get(&roster->kind_table, kind, strlen(kind)) : 0;
    if (!roster_id_ok(row.id))
        return refuse(err, id, "bad id");
    if (number == TABLE_NONE)
        return refuse(err, id, "its kind is no class");
    if (table_get(&roster->kind_table, row.id.bytes, row.id.length) != TABLE_NONE)
        return refuse(err, id, "stands twice");
    uint32_t hash = unit_index_hash(&roster->index, row.id.bytes, row.id.length);
    uint32_t unit = roster_append(roster, &row, hash, number, UNIT_NONE);
    if (unit == UNIT_NONE)
        return refuse(err, id, "stands twice");
    const struct value *tags = list_of(member, "tags");
    for (uint32_t i = 0; i < tags->count; i++) {
        const struct value *tag = tags->items[i];
        if (tag->type != VALUE_STRING ||
            !roster_id_ok((struct slice){tag->string, tag->length}))
            return refuse(err, id, "bad tag");
        roster_add_tag(roster, unit, (struct slice){tag->string, tag->length});
    }
    return 0;
}

static int add_singles(struct roster *roster, const struct value *members, struct err *err)
{
    int code = 0;
    for (uint32_t i = 0; code == 0 && i < members->count; i++)
        if (!is_class(members->items[i]))
            code = add_member(roster, members->items[i], err);
    return code;
}

/* The row of the unit that a member names as its parent. A class as parent has no single row: its
 * own parent stands for it. */
static int parent_row(const struct roster *roster, const struct value *member, uint32_t *row,
                      struct err *err)
{
    *row = UNIT_NONE;
    for (uint32_t steps = 0; member && steps <= roster->kind_count; steps++) {
        const char *parent = value_get_string(member, "parent");
        if (!parent)
            return 0;
        uint32_t kind = table_get(&roster->kind_table, parent, strlen(parent));
        if (kind == TABLE_NONE) {
            struct unit_ids ids = {roster->text, roster->at};
            *row = unit_index_find(&roster->index, ids, parent, strlen(parent));
            return *row == UNIT_NONE ? refuse(err, value_get_string(member, "id"),
                                              "its parent is not declared")
                                     : 0;
        }
        member = roster->kinds[kind].sealed;
    }
    return member ? refuse(err, value_get_string(member, "id"), "its parents go in a circle")
                  : 0;
}

static int set_parents(struct roster *roster, const struct value *members, struct err *err)
{
    struct unit_ids ids = {roster->text, roster->at};
    int code = 0;
    for (uint32_t i = 0; code == 0 && i < members->count; i++) {
        const char *id = value_get_string(members->items[i], "id");
        uint32_t kind = table_get(&roster->kind_table, id, strlen(id)), row = UNIT_NONE;
        code = parent_row(roster, members->items[i], &row, err);
        if (code < 0)
            break;
        if (kind != TABLE_NONE) {
            roster->kinds[kind].parent = row;
            continue;
        }
        assert(roster->parent); /* who is no class has been given a row */
        roster->parent[unit_index_find(&roster->index, ids, id, strlen(id))] = row;
    }
    return code;
}

int roster_new(const struct plan *plan, struct findings *findings, struct roster **out,
               struct err *err)
{
    struct roster *roster = mem_resize(NULL, 1, sizeof *roster);
    *roster = (struct roster){
        .plan = plan, .findings = findings, .arena = arena_new(), .hints = HINTS_MOST};
    roster->life.since = DAY_NONE;
    roster->life.day = roster->life.until = DAY_OPEN;
    const struct value *units = list_of(plan->sealed, "units");
    const struct value *groups = list_of(plan->sealed, "groups");
    roster->kinds = mem_resize(NULL, 1, sizeof *roster->kinds);
    roster->kinds[0] = (struct roster_kind){"", NULL, UNIT_NONE, 0, false};
    roster->kind_count = 1;
    int code = add_classes(roster, units, false, err);
    if (code == 0)
        code = add_classes(roster, groups, true, err);
    if (code == 0)
        code = add_roster_kinds(roster, err);
    if (code == 0)
        code = add_singles(roster, units, err);
    roster->first_group = (uint32_t)roster->count;
    if (code == 0)
        code = add_singles(roster, groups, err);
    roster->first_file_row = (uint32_t)roster->count;
    if (code == 0)
        code = set_parents(roster, units, err);
    if (code == 0)
        code = set_parents(roster, groups, err);
    if (code < 0)
        roster_free(roster);
    else
        *out = roster;
    return code;
}
