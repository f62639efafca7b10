#include "engine/page.h"

#include "engine/board_data.h"
#include "engine/engine_data.h"
#include "plan/roster_life.h"

#include <string.h>

enum { GROUPS_LISTED = 200 }; /* in a section; more are one row */

/* ---- what a row sums up ---------------------------------------------------------------- */

enum scope_kind { SCOPE_RANGE, SCOPE_GROUP, SCOPE_OTHER, SCOPE_NOWHERE };

struct scope {
    enum scope_kind kind;
    uint32_t first, end; /* rows */
    const struct grouping *grouping;
    uint32_t group;
    const uint64_t *listed;
};

static void add_scope(const struct scope *scope, const struct rollup *rollup,
                      struct progress_sum *sum)
{
    uint32_t first = scope->first, end = scope->end;
    switch (scope->kind) {
    case SCOPE_RANGE: rollup_add(rollup, first, end, sum); break;
    case SCOPE_GROUP:
        grouping_add(scope->grouping, scope->group, rollup, first, end, sum);
        break;
    case SCOPE_OTHER:
        grouping_add_rest(scope->grouping, rollup, first, end, scope->listed, sum, NULL);
        break;
    case SCOPE_NOWHERE:
        grouping_add_rest(scope->grouping, rollup, first, end, NULL, NULL, sum);
        break;
    }
}

/* A duty's sum over a scope, each due judged by itself. */
static struct page_cell cell_of(const struct board *board, uint32_t duty,
                                const struct scope *scope)
{
    struct page_cell cell = {.light = LIGHT_NONE};
    for (uint32_t i = 0; i < board->duties[duty].part_count; i++) {
        struct progress_sum sum = {0};
        add_scope(scope, board->columns[duty][i].rollup, &sum);
        const struct duty *due = &board->duties[duty].parts[i].duty;
        cell.light = light_worse(cell.light, light_of(due, &sum, board->wish.day));
        progress_join(&cell.sum, &sum);
    }
    return cell;
}

static bool is_asked(const struct board *board, const struct scope *scope)
{
    for (uint32_t i = 0; i < board->count; i++)
        if (cell_of(board, i, scope).sum.asked)
            return true;
    return false;
}

/* ---- rows ------------------------------------------------------------------------------ */

struct rows {
    const struct board *board;
    struct arena *arena;
    struct page_row *list;
    uint32_t count, room;
    uint64_t *sums;          /* of those asked, by duty, over all rows */
    struct page_cell *spare; /* of a row that was not added */
};

static struct rows rows_new(const struct board *board, struct arena *arena)
{
    struct rows rows = {.board = board, .arena = arena};
    rows.sums = arena_array(arena, (size_t)board->count + 1, sizeof *rows.sums);
    return rows;
}

static struct page_row *append(struct rows *rows)
{
    if (rows->count == rows->room) {
        uint32_t room = rows->room ? 2 * rows->room : 16;
        struct page_row *list = arena_array(rows->arena, room, sizeof *list);
        if (rows->count)
            memcpy(list, rows->list, rows->count * sizeof *list);
        rows->list = list;
        rows->room = room;
    }
    return &rows->list[rows->count++];
}

/* Adds a row over a scope; nothing where nobody is asked, unless it is the total. */
static struct page_row *add_row(struct rows *rows, enum page_row_kind kind, uint32_t unit,
                                const struct scope *scope)
{
    const struct board *board = rows->board;
    struct page_row row = {.kind = kind, .unit = unit};
    struct page_cell *cells = rows->spare;
    bool asked = kind == PAGE_TOTAL;
    if (!cells)
        cells = arena_array(rows->arena, (size_t)board->count + 1, sizeof *cells);
    for (uint32_t i = 0; i < board->count; i++) {
        cells[i] = cell_of(board, i, scope);
        asked = asked || cells[i].sum.asked;
        row.lacking += cells[i].sum.missing > 0;
        if (kind != PAGE_TOTAL)
            rows->sums[i] += cells[i].sum.asked;
    }
    rows->spare = asked ? NULL : cells;
    if (!asked)
        return NULL;
    row.cells = cells;
    struct page_row *added = append(rows);
    *added = row;
    return added;
}

/* The unit and all below it. */
static void add_subtree(struct rows *rows, uint32_t unit)
{
    const struct roster *roster = rows->board->bound->input.roster;
    uint32_t end = roster_subtree_end(roster, unit);
    struct page_row *row =
        add_row(rows, PAGE_UNIT, unit, &(struct scope){SCOPE_RANGE, unit, end, NULL, 0, NULL});
    if (row)
        row->deeper =
            is_asked(rows->board, &(struct scope){SCOPE_RANGE, unit + 1, end, NULL, 0, NULL});
}

static void add_children(struct rows *rows, uint32_t first, uint32_t end)
{
    const struct roster *roster = rows->board->bound->input.roster;
    for (uint32_t unit = first; unit < end; unit = roster_subtree_end(roster, unit))
        add_subtree(rows, unit);
}

static void add_self(struct rows *rows, uint32_t unit)
{
    add_row(rows, PAGE_SELF, unit, &(struct scope){SCOPE_RANGE, unit, unit + 1, NULL, 0, NULL});
}

static struct page_section close_section(struct rows *rows, uint32_t unit,
                                         const struct scope *whole)
{
    const struct page_row *total = add_row(rows, PAGE_TOTAL, unit, whole);
    struct page_section section = {.rows = rows->list, .count = rows->count};
    for (uint32_t i = 0; i < rows->board->count; i++)
        section.overlaps = section.overlaps || rows->sums[i] > total->cells[i].sum.asked;
    return section;
}

/* ---- sections -------------------------------------------------------------------------- */

/* What is shown: rows first … end-1 of the tree. */
struct view {
    const struct board *board;
    struct arena *arena;
    uint32_t unit, first, end; /* `unit` UNIT_NONE: all roots */
    bool whole;
};

/* The one shown and what it lies in each by themselves, all else beside and below with what lies
 * below it: every row of first … end-1 once. */
static struct page_section tree_of(const struct view *view)
{
    const struct roster *roster = view->board->bound->input.roster;
    struct rows rows = rows_new(view->board, view->arena);
    for (uint32_t unit = view->first, end; unit < view->end; unit = end) {
        end = roster_subtree_end(roster, unit);
        if (view->unit >= unit && view->unit < end) {
            add_self(&rows, unit);
            end = unit + 1;
        } else {
            add_subtree(&rows, unit);
        }
    }
    return close_section(&rows, view->unit,
                         &(struct scope){SCOPE_RANGE, view->first, view->end, NULL, 0, NULL});
}

/* A group with what lies below it and those it names, each by itself. */
static struct page_section members_of(const struct view *view)
{
    const struct roster *roster = view->board->bound->input.roster;
    struct rows rows = rows_new(view->board, view->arena);
    struct grouping *grouping = grouping_new(roster, roster_id(roster, view->unit));
    struct scope all = {SCOPE_GROUP, 0, roster_count(roster), grouping, 0, NULL};
    uint32_t count;
    const uint32_t *members = grouping_members(grouping, 0, &count);
    add_self(&rows, view->unit);
    add_children(&rows, view->unit + 1, view->end);
    for (uint32_t i = 0; i < count; i++)
        add_row(&rows, PAGE_UNIT, members[i],
                &(struct scope){SCOPE_RANGE, members[i], members[i] + 1, NULL, 0, NULL});
    struct page_section section = close_section(&rows, view->unit, &all);
    grouping_free(grouping);
    return section;
}

/* The groups that are listed, and which rows lie within them. */
static void add_groups(struct rows *rows, const struct view *view,
                       const struct grouping *grouping, uint64_t *listed)
{
    uint32_t first = grouping_from(grouping, view->first);
    uint32_t end = grouping_from(grouping, view->end), members;
    for (uint32_t i = first; i < end && end - first <= GROUPS_LISTED; i++) {
        struct scope scope = {SCOPE_GROUP, view->first, view->end, grouping, i, NULL};
        struct page_row *row = add_row(rows, PAGE_UNIT, grouping_unit(grouping, i), &scope);
        grouping_members(grouping, i, &members);
        if (row)
            row->deeper = members > 0;
        grouping_mark(grouping, i, view->first, view->end, listed);
    }
}

static bool asks_members(const struct view *view, const struct grouping *grouping)
{
    const struct board *board = view->board;
    for (uint32_t i = 0; i < board->count; i++)
        for (uint32_t part = 0; part < board->duties[i].part_count; part++)
            if (grouping_asks_members(grouping, board->columns[i][part].progress, view->first,
                                      view->end))
                return true;
    return false;
}

/* Of a unit only the classes with a group in it. */
static bool is_seen(const struct view *view, const struct grouping *grouping)
{
    return view->whole ||
           grouping_from(grouping, view->first) < grouping_from(grouping, view->end);
}

static struct page_section groups_of(const struct view *view, const struct grouping *grouping)
{
    struct rows rows = rows_new(view->board, view->arena);
    struct scope all = {SCOPE_RANGE, view->first, view->end, grouping, 0, NULL};
    uint64_t *listed =
        arena_array(view->arena, (view->end - view->first) / 64 + 2, sizeof *listed);
    add_groups(&rows, view, grouping, listed);
    all.kind = SCOPE_OTHER;
    all.listed = listed;
    add_row(&rows, PAGE_OTHER, UNIT_NONE, &all);
    all.kind = SCOPE_NOWHERE;
    add_row(&rows, PAGE_NOWHERE, UNIT_NONE, &all);
    all.kind = SCOPE_RANGE;
    struct page_section section = close_section(&rows, view->unit, &all);
    section.kind = grouping_kind(grouping);
    section.name = grouping_name(grouping);
    return section;
}

/* ---- the page -------------------------------------------------------------------------- */

static uint32_t owner_of(const struct board *board)
{
    const char *owner = board->bound->input.plan->owner;
    return owner ? roster_find(board->bound->input.roster, owner, strlen(owner)) : UNIT_NONE;
}

void page_make(const struct board *board, uint32_t unit, struct arena *arena, struct page *out)
{
    const struct roster *roster = board->bound->input.roster;
    struct view view = {board, arena, unit, 0, roster_count(roster), unit == UNIT_NONE};
    struct page_section *sections =
        arena_array(arena, (size_t)board->grouping_count + 1, sizeof *sections);
    if (view.whole) {
        view.unit = owner_of(board);
    } else {
        view.first = unit;
        view.end = roster_subtree_end(roster, unit);
    }
    *out = (struct page){.unit = view.unit, .whole = view.whole, .sections = sections};
    if (!view.whole && roster_is_group(roster, unit)) {
        sections[out->count++] = members_of(&view);
        return;
    }
    sections[out->count++] = tree_of(&view);
    for (uint32_t i = 0; i < board->grouping_count; i++)
        if (is_seen(&view, board->groupings[i]) && asks_members(&view, board->groupings[i]))
            sections[out->count++] = groups_of(&view, board->groupings[i]);
}
