/*
 * Pages: where a plan stands unit by unit, as data. A terminal, a workbook and JSON print the same page
 * and so cannot disagree. A page is the view of one unit – itself and what lies next below it, in the
 * order of the roster – against the duties of a board. A cell is the sum over a unit and all below it,
 * of a group over itself and its members.
 *   1. asked = met + excused + missing, in every cell.
 *   2. The rows of a section before its total add up to it; where `overlaps`, to more, since who is in
 *      two groups of a class counts in each, and once in the total.
 */
#ifndef ENGINE_PAGE_H
#define ENGINE_PAGE_H

#include "engine/board.h"

struct page_cell {
    struct progress_sum sum;
    enum light light;
};

enum page_row_kind {
    PAGE_SELF,    /* what the unit itself is asked */
    PAGE_UNIT,    /* one below it, or a group, or a member of one, with all below */
    PAGE_OTHER,   /* in groups of the class that are not listed */
    PAGE_NOWHERE, /* in no group of that class */
    PAGE_TOTAL,
};

struct page_row {
    enum page_row_kind kind;
    uint32_t unit;                 /* row of the roster; of a total that of the page */
    const struct page_cell *cells; /* by duty */
    uint32_t lacking;              /* duties of which something is missing */
    bool deeper;                   /* something is asked below it */
};

/* Rows in which nobody is asked for anything are left out, but for the total. */
struct page_section {
    const char *kind, *name; /* of the class of groups; NULL = the tree of units */
    const struct page_row *rows;
    uint32_t count; /* rows, the total the last */
    bool overlaps;  /* somebody is in two of the groups */
};

struct page {
    uint32_t unit; /* whose it is; UNIT_NONE = the roots */
    bool whole; /* of the whole plan: what lies above and beside the unit has its rows, too */
    const struct page_section *sections; /* the tree, then the classes of groups */
    uint32_t count;
};

/** The page of a unit (row), or with UNIT_NONE of the whole plan: the owner's, and what lies above and
 * beside it. The total covers the unit, or all. In the arena. */
void page_make(const struct board *board, uint32_t unit, struct arena *arena, struct page *out);

#endif
