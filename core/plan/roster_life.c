/* Changes behind the files, one event after another. Invariants: what is refused has changed nothing;
 * `from`, `until` and absences hold on all days, whereas parents, groups, texts and heads are changed
 * only where the day of the roster has reached the change – else the roster knows until when it holds. */
#include "plan/roster_life.h"

#include "plan/roster_data.h"
#include "time/civil.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 80 }; /* bytes of what somebody said */

static enum lang lang_of(const struct roster *roster)
{
    return roster->findings->lang;
}

static int shown(struct slice text)
{
    return (int)(text.length < SHOWN ? text.length : SHOWN);
}

static bool said(struct slice text)
{
    return text.bytes != NULL;
}

void roster_set_day(struct roster *roster, int32_t day)
{
    roster->life.day = day;
}

bool roster_holds(const struct roster *roster, int32_t day)
{
    return roster->life.since <= day && day <= roster->life.until;
}

/* True when the day of the roster has reached the change; notes between which days it holds. */
static bool has_come(struct roster *roster, int32_t day)
{
    if (day > roster->life.day) {
        if (day - 1 < roster->life.until)
            roster->life.until = day - 1;
        return false;
    }
    if (day > roster->life.since)
        roster->life.since = day;
    return true;
}

static int32_t from_of(const struct roster *roster, uint32_t row)
{
    return roster->from ? roster->from[row] : DAY_NONE;
}

static int32_t until_of(const struct roster *roster, uint32_t row)
{
    return roster->until ? roster->until[row] : DAY_OPEN;
}

static void set_until(struct roster *roster, uint32_t row, int32_t until)
{
    roster_set(roster, &roster->until, row, until, DAY_OPEN);
}

/* ---- checks ---------------------------------------------------------------------------- */

static int find(const struct roster *roster, struct slice id, uint32_t *row, struct err *err)
{
    *row = roster_row_of(roster, id);
    return *row != UNIT_NONE ? 0
                             : err_set(err, ERR_NOT_FOUND,
                                       TR(lang_of(roster), "\"%.*s\" is not in the roster",
                                          "名册里没有“%.*s”"),
                                       shown(id), id.bytes ? id.bytes : "");
}

/* "内科护士01（n1）": who a message is about. */
#define WHO(roster, row) roster_name(roster, row), roster_id(roster, row)

static int check_there(const struct roster *roster, uint32_t row, int32_t day, struct err *err)
{
    char text[11];
    int32_t from = from_of(roster, row), until = until_of(roster, row);
    if (day < from)
        return err_set(err, ERR_INVALID,
                       TR(lang_of(roster), "%s (%s) joins on %s only", "%s（%s）%s 才加入"),
                       WHO(roster, row), civil_format(from, text));
    if (day > until)
        return err_set(
            err, ERR_INVALID,
            TR(lang_of(roster), "%s (%s) has left since %s", "%s（%s）%s 起已不在名册"),
            WHO(roster, row), civil_format(until + 1, text));
    return 0;
}

/* What ended before the notice is none of its business: it belongs into the file. */
static int check_day(const struct roster *roster, const struct roster_change *change,
                     struct err *err)
{
    char text[11], issued[11];
    int32_t first = roster->plan->issued;
    int32_t last = change->event == ROSTER_ABSENT ? change->until : change->day;
    if (change->day == DAY_NONE || change->day == DAY_OPEN)
        return err_set(err, ERR_INVALID,
                       TR(lang_of(roster), "a change needs its day", "要写明从哪天起"));
    if (change->until < change->day)
        return err_set(err, ERR_INVALID,
                       TR(lang_of(roster), "until %s lies before %s", "止日 %s 在 %s 之前"),
                       civil_format(change->until, text), civil_format(change->day, issued));
    if (change->recorded || first == DAY_NONE || last >= first)
        return 0;
    return err_set(err, ERR_INVALID,
                   TR(lang_of(roster),
                      "%s lies before the notice (%s): what was so then stands in the file",
                      "%s 早于通知发文日 %s：此前的情况请直接写在名册文件里"),
                   civil_format(last, text), civil_format(first, issued));
}

static int check_text(const struct roster *roster, struct slice text, size_t most,
                      struct err *err)
{
    if (roster_text_ok(text, most))
        return 0;
    return err_set(err, ERR_INVALID,
                   TR(lang_of(roster), "the text is too long or has control characters: %.*s",
                      "文字过长，或含有控制字符：%.*s"),
                   shown(text), text.bytes);
}

static int check_list(const struct roster *roster, struct slice list, bool groups,
                      struct err *err)
{
    struct slice id;
    while (roster_take_id(&list, &id)) {
        uint32_t row;
        if (!roster_id_ok(id))
            return err_set(err, ERR_INVALID,
                           TR(lang_of(roster), "\"%.*s\" is no id", "“%.*s”不是合格的编号"),
                           shown(id), id.bytes);
        int code = groups ? find(roster, id, &row, err) : 0;
        if (code < 0)
            return code;
        if (groups && !roster_is_group(roster, row))
            return err_set(err, ERR_INVALID,
                           TR(lang_of(roster), "\"%.*s\" is a unit, not a group",
                              "“%.*s”是单位，不是组织"),
                           shown(id), id.bytes);
    }
    return 0;
}

/* What is said of a unit, whoever it is. */
static int check_parts(const struct roster *roster, const struct roster_change *change,
                       struct err *err)
{
    int code = 0;
    if (said(change->name) && change->name.length == 0)
        code =
            err_set(err, ERR_INVALID, TR(lang_of(roster), "the name is missing", "缺少名称"));
    if (code == 0 && said(change->name))
        code = check_text(roster, change->name, ROSTER_MOST_NAME, err);
    if (code == 0 && said(change->contact))
        code = check_text(roster, change->contact, ROSTER_MOST_CONTACT, err);
    if (code == 0)
        code = check_list(roster, change->groups, true, err);
    return code < 0 ? code : check_list(roster, change->tags, false, err);
}

/* True when `row` lies in the subtree of `above`; a circle of the files ends it. */
static bool is_below(const struct roster *roster, uint32_t row, uint32_t above)
{
    for (size_t steps = 0; row != UNIT_NONE && steps <= roster->count; steps++) {
        if (row == above)
            return true;
        row = roster->parent[row];
    }
    return false;
}

/* The unit that is to be above `row` (UNIT_NONE = a new one) from a day on. */
static int find_above(const struct roster *roster, struct slice id, uint32_t row, int32_t day,
                      uint32_t *above, struct err *err)
{
    int code = find(roster, id, above, err);
    if (code == 0)
        code = check_there(roster, *above, day, err);
    if (code < 0 || row == UNIT_NONE || !is_below(roster, *above, row))
        return code;
    return err_set(err, ERR_INVALID,
                   *above == row ? TR(lang_of(roster), "%s (%s) cannot go into itself",
                                      "%s（%s）不能归入自己")
                                 : TR(lang_of(roster), "%s (%s) would go below itself",
                                      "%s（%s）不能归入自己的下级"),
                   WHO(roster, row));
}

/* ---- what changes of a row ------------------------------------------------------------- */

static uint32_t map_get(const struct roster_map *map, uint32_t row)
{
    return row < map->rows ? map->at[row] : UINT32_MAX;
}

static void map_set(struct roster_map *map, uint32_t row, size_t rows, uint32_t number)
{
    if (row >= map->rows) {
        size_t old = map->rows;
        map->rows = rows + rows / 8;
        map->at = mem_resize(map->at, map->rows, sizeof *map->at);
        memset(map->at + old, 0xff, (map->rows - old) * sizeof *map->at);
    }
    map->at[row] = number;
}

/* The first pair of a row, in the order in which the files' rows were added. */
static size_t first_pair(const struct roster *roster, uint32_t row)
{
    size_t low = 0, high = roster->pair_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (roster->pairs[middle].row < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The labels of a row, in the arena. */
static uint32_t *labels_of(const struct roster *roster, uint32_t row, uint32_t *count)
{
    uint32_t own = map_get(&roster->life.own_of, row);
    if (own != UINT32_MAX) {
        *count = roster->life.owns[own].count;
        return roster->life.owns[own].labels;
    }
    size_t first = first_pair(roster, row), end = first;
    while (end < roster->pair_count && roster->pairs[end].row == row)
        end++;
    *count = (uint32_t)(end - first);
    if (!*count)
        return NULL;
    uint32_t *labels = arena_array(roster->arena, end - first, sizeof *labels);
    for (size_t i = first; i < end; i++)
        labels[i - first] = roster->pairs[i].label;
    return labels;
}

static bool is_tag(const struct roster *roster, uint32_t label)
{
    return roster->labels[label].key[0] == '#';
}

static uint32_t count_ids(struct slice list)
{
    struct slice id;
    uint32_t count = 0;
    while (roster_take_id(&list, &id))
        count++;
    return count;
}

static void add_label(struct roster_own *own, uint32_t label)
{
    for (uint32_t i = 0; i < own->count; i++)
        if (own->labels[i] == label)
            return;
    own->labels[own->count++] = label;
}

static void add_labels(struct roster *roster, struct roster_own *own, struct slice list,
                       bool tags)
{
    char key[ROSTER_MOST_ID + 2] = "#";
    struct slice id;
    while (roster_take_id(&list, &id)) {
        memcpy(key + 1, id.bytes, id.length);
        add_label(own, roster_label(roster, tags ? key : key + 1, id.length + tags, own->row));
    }
}

static void keep_own(struct roster *roster, const struct roster_own *own)
{
    uint32_t number = map_get(&roster->life.own_of, own->row);
    if (number != UINT32_MAX) {
        roster->life.owns[number] = *own;
        return;
    }
    if (roster->life.own_count == roster->life.own_room) {
        roster->life.own_room = roster->life.own_room ? 2 * roster->life.own_room : 64;
        roster->life.owns =
            mem_resize(roster->life.owns, roster->life.own_room, sizeof *roster->life.owns);
    }
    map_set(&roster->life.own_of, own->row, roster->count, (uint32_t)roster->life.own_count);
    roster->life.owns[roster->life.own_count++] = *own;
}

/* Other groups or tags, where they are said. */
static void relabel(struct roster *roster, uint32_t row, struct slice groups, struct slice tags)
{
    uint32_t count;
    const uint32_t *old = labels_of(roster, row, &count);
    struct roster_own own = {.row = row};
    own.labels =
        arena_array(roster->arena, (size_t)count + count_ids(groups) + count_ids(tags) + 1,
                    sizeof *own.labels);
    for (uint32_t i = 0; i < count; i++)
        if (is_tag(roster, old[i]) ? !said(tags) : !said(groups))
            add_label(&own, old[i]);
    add_labels(roster, &own, groups, false);
    add_labels(roster, &own, tags, true);
    keep_own(roster, &own);
}

/* Notes the place that a row has now, before it gets another on that day. */
static void leave_place(struct roster *roster, uint32_t row, int32_t day, bool groups)
{
    struct roster_move move = {.unit = row,
                               .number = (uint32_t)roster->life.move_count,
                               .day = day,
                               .parent = roster->parent[row],
                               .group_count = UINT32_MAX};
    if (groups) {
        move.groups = labels_of(roster, row, &move.group_count);
        uint32_t kept = 0; /* tags are no place; what own has is another list by then */
        uint32_t *copy = arena_array(roster->arena, (size_t)move.group_count + 1, sizeof *copy);
        for (uint32_t i = 0; i < move.group_count; i++)
            if (!is_tag(roster, move.groups[i]))
                copy[kept++] = move.groups[i];
        move.groups = copy;
        move.group_count = kept;
    }
    if (roster->life.move_count == roster->life.move_room) {
        roster->life.move_room = roster->life.move_room ? 2 * roster->life.move_room : 64;
        roster->life.moves =
            mem_resize(roster->life.moves, roster->life.move_room, sizeof *roster->life.moves);
    }
    roster->life.moves[roster->life.move_count++] = move;
}

static struct slice slice_of(const char *text)
{
    return (struct slice){text, strlen(text)};
}

static int retext(struct roster *roster, uint32_t row, const struct roster_change *change,
                  struct err *err)
{
    if (!said(change->name) && !said(change->contact))
        return 0;
    struct slice name = said(change->name) ? change->name : slice_of(roster_name(roster, row));
    struct slice contact =
        said(change->contact) ? change->contact : slice_of(roster_contact(roster, row));
    return roster_retext(roster, row, name, contact)
               ? 0
               : err_set(err, ERR_LIMIT,
                         TR(lang_of(roster), "the roster is too large", "名册过大"));
}

/* ---- events ---------------------------------------------------------------------------- */

static int check_member(const struct roster *roster, const struct roster_change *change,
                        uint32_t kind, struct err *err)
{
    if (!roster_id_ok(change->unit))
        return err_set(err, ERR_INVALID,
                       TR(lang_of(roster), "\"%.*s\" is no id", "“%.*s”不是合格的编号"),
                       shown(change->unit), change->unit.bytes);
    if (table_get(&roster->kind_table, change->unit.bytes, change->unit.length) != TABLE_NONE)
        return err_set(err, ERR_INVALID,
                       TR(lang_of(roster), "\"%.*s\" is the name of a class, not of a unit",
                          "“%.*s”是类别的编号，不能用作单位的编号"),
                       shown(change->unit), change->unit.bytes);
    if (kind == TABLE_NONE && !said(change->kind))
        return err_set(err, ERR_INVALID,
                       TR(lang_of(roster), "a new unit needs its kind", "新单位要写明类别"));
    if (kind == TABLE_NONE)
        return err_set(err, ERR_NOT_FOUND,
                       TR(lang_of(roster), "unknown kind \"%.*s\"", "未知的类别“%.*s”"),
                       shown(change->kind), change->kind.bytes);
    if (!said(change->name))
        return err_set(err, ERR_INVALID,
                       TR(lang_of(roster), "a new unit needs its name", "新单位要写明名称"));
    return roster->count < ROSTER_MOST_UNITS
               ? 0
               : err_set(err, ERR_LIMIT,
                         TR(lang_of(roster), "the roster is too large", "名册过大"));
}

/* Who joins is a person where the plan knows persons and nothing else is said. */
static uint32_t kind_of(const struct roster *roster, const struct roster_change *change)
{
    struct slice kind = change->kind;
    if (!said(kind) && change->event == ROSTER_JOIN)
        kind = slice_of(ROSTER_PERSON);
    return said(kind) ? table_get(&roster->kind_table, kind.bytes, kind.length) : TABLE_NONE;
}

static int join_anew(struct roster *roster, const struct roster_change *change, struct err *err)
{
    uint32_t kind = kind_of(roster, change), above = UNIT_NONE;
    int code = check_member(roster, change, kind, err);
    if (code == 0 && change->parent.length)
        code = find_above(roster, change->parent, UNIT_NONE, change->day, &above, err);
    if (code < 0)
        return code;
    if (!change->parent.length)
        above = roster->kinds[kind].parent;
    struct roster_row row = {.id = change->unit,
                             .name = change->name,
                             .contact = change->contact,
                             .staff = change->staff,
                             .from = change->day,
                             .until = change->until};
    uint32_t hash = unit_index_hash(&roster->index, row.id.bytes, row.id.length);
    uint32_t number = roster_append(roster, &row, hash, kind, above);
    if (number == UNIT_NONE)
        return err_set(err, ERR_LIMIT,
                       TR(lang_of(roster), "the roster is too large", "名册过大"));
    if (change->groups.length || change->tags.length)
        relabel(roster, number, change->groups, change->tags);
    return 0;
}

/* Who comes back has a row: since that day it is as if it had not been there before. */
static int join_again(struct roster *roster, uint32_t row, const struct roster_change *change,
                      struct err *err)
{
    uint32_t above = roster->parent[row];
    int code = change->parent.length
                   ? find_above(roster, change->parent, row, change->day, &above, err)
                   : 0;
    if (code < 0 || !has_come(roster, change->day))
        return code;
    roster->parent[row] = above;
    roster_set(roster, &roster->from, row, change->day, DAY_NONE);
    set_until(roster, row, change->until);
    if (change->staff >= 0)
        roster_set(roster, &roster->staff, row, change->staff, -1);
    if (said(change->groups) || said(change->tags))
        relabel(roster, row, change->groups, change->tags);
    return retext(roster, row, change, err);
}

static int join(struct roster *roster, const struct roster_change *change, struct err *err)
{
    uint32_t row = roster_row_of(roster, change->unit);
    if (row == UNIT_NONE)
        return join_anew(roster, change, err);
    if (until_of(roster, row) < change->day)
        return join_again(roster, row, change, err);
    /* a later file has it as well */
    if (change->recorded && from_of(roster, row) == DAY_NONE) {
        roster_set(roster, &roster->from, row, change->day, DAY_NONE);
        return 0;
    }
    return err_set(
        err, ERR_INVALID,
        TR(lang_of(roster), "%s (%s) is in the roster already", "%s（%s）已经在名册里"),
        WHO(roster, row));
}

static int leave(struct roster *roster, const struct roster_change *change, struct err *err)
{
    uint32_t row;
    int code = find(roster, change->unit, &row, err);
    if (code == 0)
        code = check_there(roster, row, change->day - 1, err);
    if (code == 0 && until_of(roster, row) == change->day - 1)
        code = check_there(roster, row, change->day, err);
    if (code == 0)
        set_until(roster, row, change->day - 1);
    return code;
}

static int transfer(struct roster *roster, const struct roster_change *change, struct err *err)
{
    uint32_t row, above = UNIT_NONE;
    int code = find(roster, change->unit, &row, err);
    if (code == 0)
        code = check_there(roster, row, change->day, err);
    if (code == 0 && !change->parent.length && !said(change->groups))
        code = err_set(err, ERR_INVALID,
                       TR(lang_of(roster), "whoever moves needs another unit above or groups",
                          "调动要写明新的上级或小组"));
    if (code == 0 && change->parent.length)
        code = find_above(roster, change->parent, row, change->day, &above, err);
    if (code == 0 && above == roster->parent[row] && !said(change->groups) && !change->recorded)
        code = err_set(
            err, ERR_INVALID,
            TR(lang_of(roster), "%s (%s) belongs there already", "%s（%s）本来就在那里"),
            WHO(roster, row));
    if (code < 0 || !has_come(roster, change->day))
        return code;
    leave_place(roster, row, change->day, said(change->groups));
    if (change->parent.length)
        roster->parent[row] = above;
    if (said(change->groups))
        relabel(roster, row, change->groups, (struct slice){0});
    return 0;
}

/* The absence of a row that meets one, UINT32_MAX = none. */
static uint32_t find_absence(const struct roster *roster, uint32_t row, int32_t from,
                             int32_t until)
{
    uint32_t at = map_get(&roster->life.absent_of, row);
    while (roster->life.absences && at != UINT32_MAX &&
           (roster->life.absences[at].until < from || roster->life.absences[at].from > until))
        at = roster->life.absences[at].before;
    return at;
}

static int absent(struct roster *roster, const struct roster_change *change, struct err *err)
{
    char text[11];
    uint32_t row;
    int code = find(roster, change->unit, &row, err);
    if (code == 0)
        code = check_there(roster, row, change->day, err);
    if (code < 0)
        return code;
    uint32_t other = find_absence(roster, row, change->day, change->until);
    struct roster_absence *known =
        other == UINT32_MAX || !roster->life.absences ? NULL : &roster->life.absences[other];
    /* said again with its end, when that is known */
    if (known && known->from == change->day && known->until == DAY_OPEN &&
        change->until != DAY_OPEN) {
        known->until = change->until;
        return 0;
    }
    if (known)
        return err_set(err, ERR_INVALID,
                       TR(lang_of(roster), "%s (%s) is on leave since %s already",
                          "%s（%s）自 %s 起已经登记请假"),
                       WHO(roster, row), civil_format(known->from, text));
    if (roster->life.absence_count == roster->life.absence_room) {
        roster->life.absence_room =
            roster->life.absence_room ? 2 * roster->life.absence_room : 64;
        roster->life.absences = mem_resize(roster->life.absences, roster->life.absence_room,
                                           sizeof *roster->life.absences);
    }
    assert(roster->life.absences);
    uint32_t number = (uint32_t)roster->life.absence_count++;
    roster->life.absences[number] = (struct roster_absence){
        row, change->day, change->until, map_get(&roster->life.absent_of, row)};
    map_set(&roster->life.absent_of, row, roster->count, number);
    return 0;
}

static void move_children(struct roster *roster, uint32_t row, uint32_t into, int32_t day)
{
    for (uint32_t i = 0; i < roster->count; i++)
        if (roster->parent[i] == row && i != into) {
            leave_place(roster, i, day, false);
            roster->parent[i] = into;
        }
}

/* Who bears one label bears another; whether it is a group of the row, its place changes. */
static void move_members(struct roster *roster, uint32_t row, uint32_t into, int32_t day)
{
    const char *id = roster_id(roster, row), *other = roster_id(roster, into);
    uint32_t old = table_get(&roster->label_table, id, strlen(id));
    if (old == TABLE_NONE)
        return;
    uint32_t new = roster_label(roster, other, strlen(other), into);
    for (uint32_t member = 0; member < roster->count; member++) {
        uint32_t count, i = 0;
        const uint32_t *labels = labels_of(roster, member, &count);
        while (i < count && labels[i] != old)
            i++;
        if (i == count)
            continue;
        struct roster_own own = {.row = member};
        own.labels = arena_array(roster->arena, count, sizeof *own.labels);
        for (i = 0; i < count; i++)
            add_label(&own, labels[i] == old ? new : labels[i]);
        leave_place(roster, member, day, true);
        keep_own(roster, &own);
    }
}

static int merge(struct roster *roster, const struct roster_change *change, struct err *err)
{
    uint32_t row, into = UNIT_NONE;
    int code = find(roster, change->unit, &row, err);
    if (code == 0)
        code = check_there(roster, row, change->day - 1, err);
    if (code == 0 && until_of(roster, row) == change->day - 1)
        code = check_there(roster, row, change->day, err);
    if (code == 0)
        code = find_above(roster, change->into, row, change->day, &into, err);
    if (code == 0 && roster_is_group(roster, row) != roster_is_group(roster, into))
        code = err_set(
            err, ERR_INVALID,
            TR(lang_of(roster), "a unit and a group cannot be merged", "单位和组织不能合并"));
    if (code < 0)
        return code;
    set_until(roster, row, change->day - 1);
    if (!has_come(roster, change->day))
        return 0;
    move_children(roster, row, into, change->day);
    if (roster_is_group(roster, row))
        move_members(roster, row, into, change->day);
    return 0;
}

static int alter(struct roster *roster, const struct roster_change *change, struct err *err)
{
    uint32_t row;
    int code = find(roster, change->unit, &row, err);
    if (code == 0)
        code = check_there(roster, row, change->day, err);
    if (code == 0 && (said(change->kind) || said(change->parent) || said(change->groups)))
        code =
            err_set(err, ERR_INVALID,
                    TR(lang_of(roster),
                       "name, contact, tags and staff can change; a place changes by transfer",
                       "能改的是名称、联系方式、标签和人数；上级和小组用调动"));
    if (code == 0 && !said(change->name) && !said(change->contact) && !said(change->tags) &&
        change->staff < 0)
        code = err_set(err, ERR_INVALID,
                       TR(lang_of(roster), "what is to change?", "没有写明改什么"));
    if (code < 0 || !has_come(roster, change->day))
        return code;
    if (change->staff >= 0)
        roster_set(roster, &roster->staff, row, change->staff, -1);
    if (said(change->tags))
        relabel(roster, row, (struct slice){0}, change->tags);
    return retext(roster, row, change, err);
}

int roster_change(struct roster *roster, const struct roster_change *change, struct err *err)
{
    static int (*const events[])(struct roster *, const struct roster_change *,
                                 struct err *) = {
        [ROSTER_JOIN] = join,   [ROSTER_OPEN] = join,         [ROSTER_LEAVE] = leave,
        [ROSTER_CLOSE] = leave, [ROSTER_TRANSFER] = transfer, [ROSTER_ABSENT] = absent,
        [ROSTER_MERGE] = merge, [ROSTER_CHANGE] = alter,
    };
    int code = roster_close_files(roster, err);
    if (code < 0 || roster->broken)
        return code;
    code = check_day(roster, change, err);
    if (code == 0)
        code = check_parts(roster, change, err);
    return code < 0 ? code : events[change->event](roster, change, err);
}
