/* Closing a roster: parents and groups that stood further down, anonymous units, tree order.
 * Invariant of the order: a unit stands before its subtree, siblings keep the order in which they
 * were added, and what has no parent is a root. Linear in rows and memberships. */
#include "plan/roster_data.h"
#include "plan/roster_life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t row_of(const struct roster *roster, const char *id)
{
    struct unit_ids ids = {roster->text, roster->at};
    return unit_index_find(&roster->index, ids, id, strlen(id));
}

/* True when one letter was left out, added, replaced or swapped with its neighbour. */
static bool near(const char *a, const char *b)
{
    size_t a_length = strlen(a), b_length = strlen(b), head = 0, tail = 0;
    size_t longer = a_length > b_length ? a_length : b_length;
    size_t shorter = a_length + b_length - longer;
    if (longer - shorter > 1)
        return false;
    while (head < shorter && a[head] == b[head])
        head++;
    while (tail < shorter - head && a[a_length - 1 - tail] == b[b_length - 1 - tail])
        tail++;
    if (head + tail + 1 >= longer)
        return true;
    return a_length == b_length && head + tail + 2 == a_length && a[head] == b[head + 1] &&
           a[head + 1] == b[head];
}

/* A scan over all ids: done for the first findings only. */
static void hint(struct roster *roster, struct finding *finding, const char *word)
{
    enum lang lang = roster->findings->lang;
    if (roster->hints == 0)
        return;
    roster->hints--;
    for (size_t i = 0; i < roster->count; i++)
        if (near(word, roster->text + roster->at[i])) {
            finding->help = arena_printf(roster->findings->arena,
                                         TR(lang, "did you mean \"%s\"?", "是否指“%s”？"),
                                         roster->text + roster->at[i]);
            return;
        }
}

static void solve_orphans(struct roster *roster)
{
    enum lang lang = roster->findings->lang;
    for (size_t i = 0; i < roster->orphan_count; i++) {
        const struct roster_orphan *orphan = &roster->orphans[i];
        uint32_t parent = row_of(roster, orphan->parent);
        roster->parent[orphan->row] = parent;
        if (parent != UNIT_NONE)
            continue;
        struct finding *finding = roster_row_error(
            roster, "unknown-parent", orphan->row, orphan->parent,
            TR(lang, "unknown parent \"%s\"", "未知的上级“%s”"), orphan->parent);
        finding->place.cell = orphan->cell;
        hint(roster, finding, orphan->parent);
    }
}

static void check_groups(struct roster *roster)
{
    enum lang lang = roster->findings->lang;
    for (uint32_t i = 0; i < roster->label_count; i++) {
        const struct roster_label *label = &roster->labels[i];
        uint32_t row = label->key[0] == '#' ? 0 : row_of(roster, label->key);
        if (label->key[0] == '#' || (row != UNIT_NONE && roster_is_group(roster, row)))
            continue;
        struct finding *finding = roster_row_error(
            roster, "unknown-group", label->row, label->key,
            row == UNIT_NONE
                ? TR(lang, "unknown group \"%s\"", "未知的组织“%s”")
                : TR(lang, "\"%s\" is a unit, not a group", "“%s”是单位，不是组织"),
            label->key);
        finding->place.cell = label->cell;
        if (row == UNIT_NONE)
            hint(roster, finding, label->key);
    }
}

/* A class of a stated number that no row belongs to: class-1, class-2 … */
static int add_anonymous(struct roster *roster, uint32_t kind, int64_t count, struct err *err)
{
    const struct roster_kind *class = &roster->kinds[kind];
    const char *name = value_get_string(class->sealed, "name");
    if (count < 0 || roster->count + (size_t)count > ROSTER_MOST_UNITS)
        return err_set(err, ERR_LIMIT, "unit %s: %lld units are too many", class->id,
                       (long long)count);
    roster_reserve(roster, (size_t)count);
    for (int64_t i = 1; i <= count; i++) {
        char id[ROSTER_MOST_ID + 24], title[ROSTER_MOST_NAME + 24];
        int id_length = snprintf(id, sizeof id, "%s-%lld", class->id, (long long)i);
        int name_length = snprintf(title, sizeof title, "%.*s %lld", ROSTER_MOST_NAME,
                                   name ? name : class->id, (long long)i);
        struct roster_row row = {.id = {id, (size_t)id_length},
                                 .name = {title, (size_t)name_length},
                                 .staff = -1,
                                 .from = DAY_NONE,
                                 .until = DAY_OPEN};
        uint32_t hash = unit_index_hash(&roster->index, row.id.bytes, row.id.length);
        if (roster_append(roster, &row, hash, kind, roster->kinds[kind].parent) == UNIT_NONE)
            return err_set(err, ERR_INVALID, "unit %s: the id %s is taken", class->id, id);
    }
    return 0;
}

static int add_numbered(struct roster *roster, struct err *err)
{
    int code = 0;
    for (uint32_t i = 1; code == 0 && i < roster->kind_count; i++) {
        int64_t many = value_get_int(roster->kinds[i].sealed, "many", 0);
        if (many && roster->kinds[i].count == 0)
            code = add_anonymous(roster, i, many, err);
    }
    return code;
}

/* A row's place among its kin; side by side because the walk wants both. */
struct kin {
    uint32_t child, sibling; /* the first and the next one, UNIT_NONE = none */
};

/* Children as lists in order of their addition; roots hang on the last element, `count`. */
static void link_children(const struct roster *roster, struct kin *kin)
{
    memset(kin, 0xff, (roster->count + 1) * sizeof *kin);
    for (size_t i = roster->count; i-- > 0;) {
        uint32_t parent = roster->parent[i];
        uint32_t *head = &kin[parent == UNIT_NONE ? roster->count : parent].child;
        kin[i].sibling = *head;
        *head = (uint32_t)i;
    }
}

/* Writes rows in preorder into `order` and the end of each subtree, as a position, into `end`;
 * returns how many were reached – fewer than all when parents go in a circle. */
static size_t walk(const struct roster *roster, const struct kin *kin, uint32_t *order,
                   uint32_t *position, uint32_t *end)
{
    size_t done = 0;
    uint32_t row = kin[roster->count].child;
    while (row != UNIT_NONE) {
        position[row] = (uint32_t)done;
        order[done++] = row;
        if (kin[row].child != UNIT_NONE) {
            row = kin[row].child;
            continue;
        }
        for (;;) {
            end[position[row]] = (uint32_t)done;
            if (kin[row].sibling != UNIT_NONE || roster->parent[row] == UNIT_NONE)
                break;
            row = roster->parent[row];
        }
        row = kin[row].sibling;
    }
    return done;
}

/* Names a circle: from any row that was not reached, parents lead into one. */
static void report_circle(struct roster *roster, const uint32_t *position)
{
    enum lang lang = roster->findings->lang;
    char chain[320] = "";
    uint32_t row = 0;
    while (position[row] != UNIT_NONE)
        row++;
    for (size_t i = 0; i < roster->count; i++)
        row = roster->parent[row];
    uint32_t start = row;
    size_t length = 0;
    do {
        length += (size_t)snprintf(chain + length, sizeof chain - length, "%s → ",
                                   roster->text + roster->at[row]);
        row = roster->parent[row];
    } while (row != start && length < sizeof chain - (size_t)2 * ROSTER_MOST_ID - 16);
    snprintf(chain + length, sizeof chain - length, "%s",
             row == start ? roster->text + roster->at[row] : "…");
    roster_row_error(roster, "parent-circle", start, roster->text + roster->at[start],
                     TR(lang, "parents go in a circle: %s", "上级关系成环：%s"), chain);
}

/* A column sorted into the spare block of four bytes a row; the old column is the next spare, so
 * that no fresh memory is touched. */
static void *permuted(void *column, uint32_t **spare, const uint32_t *order, size_t count)
{
    uint32_t *old = column, *sorted = *spare;
    if (!old)
        return NULL;
    for (size_t i = 0; i < count; i++)
        sorted[i] = old[order[i]];
    *spare = old;
    return sorted;
}

static void permute_kinds(struct roster *roster, const uint32_t *order)
{
    uint16_t *sorted = mem_resize(NULL, roster->count + 1, sizeof *sorted);
    for (size_t i = 0; i < roster->count; i++)
        sorted[i] = roster->kind[order[i]];
    free(roster->kind);
    roster->kind = sorted;
}

/* The rows of each label one behind the other, each ascending because units are visited in
 * order. */
static void gather_members(struct roster *roster, const uint32_t *order)
{
    size_t count = roster->count;
    uint32_t *start = mem_resize(NULL, count + 1, sizeof *start), at = 0;
    for (size_t row = 0, pair = 0; row <= count; row++) {
        while (pair < roster->pair_count && roster->pairs[pair].row < row)
            pair++;
        start[row] = (uint32_t)pair;
    }
    for (uint32_t i = 0; i < roster->label_count; i++) {
        roster->labels[i].first = at;
        at += roster->labels[i].count;
        roster->labels[i].count = 0;
    }
    roster->members = mem_resize(NULL, roster->pair_count + 1, sizeof *roster->members);
    for (size_t unit = 0; unit < count; unit++)
        for (size_t i = start[order[unit]]; i < start[order[unit] + 1]; i++) {
            struct roster_label *label = &roster->labels[roster->pairs[i].label];
            roster->members[label->first + label->count++] = (uint32_t)unit;
        }
    free(start);
}

static void gather_groups(struct roster *roster, const uint32_t *position)
{
    roster->group_count = roster->first_file_row - roster->first_group;
    roster->groups = mem_resize(NULL, roster->group_count + 1, sizeof *roster->groups);
    for (uint32_t i = 0; i < roster->group_count; i++)
        roster->groups[i] = position[roster->first_group + i];
}

/* Everything that was by row becomes by position. The column of lines, now at its end, is the
 * first spare block. */
static void reorder(struct roster *roster, const uint32_t *order, const uint32_t *position)
{
    size_t count = roster->count;
    for (size_t i = 0; i < count; i++)
        if (roster->parent[i] != UNIT_NONE)
            roster->parent[i] = position[roster->parent[i]];
    roster->parent = permuted(roster->parent, &roster->line, order, count);
    roster->at = permuted(roster->at, &roster->line, order, count);
    roster->staff = permuted(roster->staff, &roster->line, order, count);
    roster->from = permuted(roster->from, &roster->line, order, count);
    roster->until = permuted(roster->until, &roster->line, order, count);
    permute_kinds(roster, order);
    unit_index_permute(&roster->index, position);
    gather_members(roster, order);
    gather_groups(roster, position);
    roster_life_sorted(roster, position);
}

static void *shrunk(void *column, size_t count)
{
    return column ? mem_resize(column, count + 1, sizeof(uint32_t)) : NULL;
}

/* Frees what only the building needed, and the room for rows that never came. */
static void drop_building(struct roster *roster)
{
    roster->at = shrunk(roster->at, roster->count);
    roster->parent = shrunk(roster->parent, roster->count);
    roster->staff = shrunk(roster->staff, roster->count);
    roster->from = shrunk(roster->from, roster->count);
    roster->until = shrunk(roster->until, roster->count);
    for (uint32_t i = 0; i < roster->file_count; i++) {
        free(roster->files[i].text);
        roster->files[i].text = NULL;
    }
    free(roster->line);
    free(roster->pairs);
    free(roster->orphans);
    roster->line = NULL;
    roster->pairs = NULL;
    roster->orphans = NULL;
    roster->text = mem_resize(roster->text, roster->text_length + 1, 1);
    roster->text_room = roster->text_length + 1;
    roster->room = roster->count;
}

static int sort_rows(struct roster *roster)
{
    size_t count = roster->count;
    struct kin *kin = mem_resize_large(NULL, count + 1, sizeof *kin);
    uint32_t *order = mem_resize_large(NULL, count + 1, sizeof *order);
    uint32_t *position = mem_resize_large(NULL, count + 1, sizeof *position);
    roster->end = mem_resize_large(NULL, count + 1, sizeof *roster->end);
    memset(position, 0xff, (count + 1) * sizeof *position);
    link_children(roster, kin);
    size_t reached = walk(roster, kin, order, position, roster->end);
    free(kin);
    if (reached == count)
        reorder(roster, order, position);
    else
        report_circle(roster, position);
    free(order);
    free(position);
    return reached == count ? 0 : ERR_INVALID;
}

int roster_close_files(struct roster *roster, struct err *err)
{
    int code = roster->broken || roster->closed ? 0 : add_numbered(roster, err);
    if (code < 0 || roster->closed)
        return code;
    solve_orphans(roster);
    roster->closed = true;
    return 0;
}

int roster_seal(struct roster *roster, struct err *err)
{
    int code = roster_close_files(roster, err);
    if (code < 0)
        return code;
    check_groups(roster);
    roster_life_pairs(roster);
    if (sort_rows(roster) < 0 || roster->broken)
        return err_set(err, ERR_INVALID, "the roster has errors");
    drop_building(roster);
    roster_find_heads(roster);
    return 0;
}
