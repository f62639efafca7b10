/*
 * The sealed plan as typed arrays: what the engine, the papers and the commands read. It is made
 * from the sealed tree alone – the canonical JSON that is the plan's revision – so that a run
 * restarts from stored text without Lua. It knows no roster (plan/roster.h) and no `now`; dates
 * that depend on the State Council's arrangement are worked out with the calendar given.
 * Read-only once compiled; all memory is the arena's.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "base/value.h"
#include "plan/date.h"
#include "plan/tier.h"
#include "time/calendar.h"

enum { PLAN_FORMAT = 1 }; /* of the sealed tree */
#define ITEM_NONE UINT32_MAX

enum item_word { ITEM_PHASE, ITEM_TASK, ITEM_QUOTA };
enum binding { BINDING_MUST, BINDING_SHOULD, BINDING_MAY, BINDING_NEVER };
enum rest_day { REST_KEEP, REST_NEXT, REST_IGNORE };
enum counts { COUNTS_SUBMITTED, COUNTS_ACCEPTED, COUNTS_RECOMMENDED, COUNTS_SELECTED };
enum keep { KEEP_FILE, KEEP_HASH };
enum counted { COUNTED_WORD, COUNTED_CHARACTERS, COUNTED_ALL };

struct item {
    enum item_word word;
    enum binding binding;
    enum rest_day rest_day;
    uint32_t parent; /* index of the containing item, ITEM_NONE at top level */
    uint32_t line;   /* of the script */
    const char *id, *name;
    const char *label;     /* "第三阶段", NULL = none */
    const char *clause;    /* the first one, NULL = none */
    struct date when, due; /* effective: the container's where none was said */
    struct date review;
    const struct date *per; /* recurrences; an item with several has several series */
    uint32_t per_count;
    bool per_phase; /* once in every phase of the plan */
    struct amount count;
    enum counts counts;           /* from which state on a piece counts */
    struct amount chars, minutes; /* what a piece must measure; not stated = anything */
    bool original;                /* no piece may be another's */
    enum keep keep;               /* of a piece's files */
    enum counted counted;         /* how their characters are counted */
    const uint32_t *reach;        /* items where a piece of this one counts: itself, what is the
                                      same, the quotas that contain those; in no order */
    uint32_t reach_count;
    const uint32_t *feeds; /* items of this plan that use what this one gives */
    uint32_t feed_count;
    const char *const *elsewhere; /* "plan:item": the same in other plans */
    uint32_t elsewhere_count;
    const struct value *who[7]; /* sealed selectors by enum role, NULL = none */
    const struct value *sealed; /* the whole item as sealed, for everything not typed above */
};

enum role { ROLE_EACH, ROLE_BY, ROLE_LEAD, ROLE_HELP, ROLE_ATTEND, ROLE_FROM, ROLE_TO };

struct reminder {
    const uint32_t *about; /* item indexes; NULL with all = true */
    uint32_t about_count;
    bool all;             /* every dated unmet item */
    const int32_t *tiers; /* tier.h's, ascending */
    uint32_t tier_count;
    struct date every; /* a recurrence of its own, DATE_NONE = none */
    int16_t minute;    /* of the day at which it fires, default 09:00 */
    const char *to, *channel;
    const char *text; /* a template, NULL = none */
    uint32_t
        function;  /* its text is what the script's function of that number says; 0 = none */
    uint32_t step; /* of an escalation, from 1 on; 0 = none */
    uint32_t line;
};

struct id_index;

struct plan {
    const char *id, *name, *issuer, *level;
    const char *owner;        /* unit id of "us", NULL = unknown */
    int32_t issued, received; /* DAY_NONE when absent */
    struct date when, review;
    const struct item
        *items; /* depth-first in the notice's order: an item's parent is before it */
    uint32_t item_count;
    const struct reminder *reminders;
    uint32_t reminder_count;
    const struct id_index *index; /* for plan_find */
    const struct value *sealed;   /* the whole tree */
};

/** Compiles a sealed tree (kept by reference) into `*out`. An error names the item and field: it
 * means a damaged store or a fault of ours, since authors' mistakes were found before sealing. */
int plan_compile(struct arena *arena, const struct value *sealed,
                 const struct calendar *calendar, const struct plan **out, struct err *err);

/** Index of the item with that id, or ITEM_NONE. */
uint32_t plan_find(const struct plan *plan, const char *id);

/** The working due of an item whose official due is `official_day`: the last working day on or
 * before it, or as `rest_day` says. False when `official_day` is no day (DAY_NONE,
 * DAY_OPEN) or lies outside the calendar. */
bool plan_working_due(const struct plan *plan, const struct item *item,
                      const struct calendar *calendar, int32_t official_day,
                      int32_t *working_day);

#endif
