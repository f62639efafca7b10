/*
 * What stdlib/when.lua and stdlib/amount.lua make of a phrase, as C structs. Days are day numbers of
 * time/civil.h, CIVIL_NONE where there is none; every string lives in the arena that was given
 * to host_when or host_amount, and is NULL where there is none.
 */
#ifndef SCRIPT_PHRASE_H
#define SCRIPT_PHRASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PHRASE_MOST = 1024 }; /* bytes of a phrase; none of a real notice has 100 */

enum when_kind { WHEN_INTERVAL, WHEN_DEADLINE, WHEN_RECURRING, WHEN_STANDING };

enum when_role { WHEN_ROLE_NONE, WHEN_ROLE_WHEN, WHEN_ROLE_DUE, WHEN_ROLE_PER };

/* What a phrase is read against. */
struct when_context {
    int32_t anchor;     /* issue day, or the day of the event that the phrase hangs on */
    int32_t year;       /* 0 = the anchor's */
    int32_t from, till; /* the container's interval; CIVIL_NONE = none */
    enum when_role role;
    bool after; /* the anchor is the end of what this comes after, not a day of issue */
};

struct when_date {
    enum when_kind kind;
    int32_t first, last; /* closed; a deadline has last only */
    int32_t from, upto;  /* a recurrence holds only between these; CIVIL_NONE = not bounded */
    int32_t minute;      /* of `last`; 1440 unless the phrase has a time of day */
    const char *rule;    /* recurrence rule, time/recur.h */
    const char
        *calendar; /* calendar rule, time/calendar.h; first and last as of this calendar */
    bool undated;  /* 及时, 适时: nothing to compute */
    bool soft;     /* a convention was needed: 前后, 暑假 */
    const char *const *warnings; /* names: "before-month-ambiguous" */
    size_t warning_count;
    const char *reading_en, *reading_zh; /* one line that explains */
    const char *grammar;                 /* "F07" */
};

struct phrase_amount {
    double min, max; /* meant only with has_min, has_max */
    double percent;  /* meant only with has_percent */
    bool has_min, has_max, has_percent;
    bool exact, about, some, each; /* 约, 若干, 各一场 */
    const char *unit;              /* "篇" */
};

/* Why a phrase could not be read; for a finding. */
struct phrase_problem {
    const char *name; /* readable, stable: "unknown-phrase" */
    const char *message_en, *message_zh;
    size_t position; /* byte offset in the phrase, 1-based */
};

#endif
