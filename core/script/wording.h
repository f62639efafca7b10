/*
 * The words of messages, as stdlib/messages.lua makes them of plain data: subject, text, and the plan's
 * own words with their placeholders filled in. Many messages at once, since a call costs more than
 * a message. Knows no store, no roster and no channel: whoever sends gives all the names.
 */
#ifndef SCRIPT_WORDING_H
#define SCRIPT_WORDING_H

#include "script/host.h"

/* One duty, or one thing that a handler said. Texts may be NULL where that is said. */
struct wording_entry {
    bool notice; /* a handler's words, no reminder */
    const char *plan_id, *plan_name;
    const char *item_id, *item_name; /* NULL = the plan itself */
    const char *clause, *phase, *to; /* NULL = none */
    const char *unit_id, *unit_name; /* who owes it */
    const char *unit_kind,
        *unit_within;       /* its class, the name of what it belongs to; NULL = none */
    uint32_t need, missing; /* pieces; need 0 = not counted */
    const char *measure;    /* "篇", NULL = none */
    int32_t due;            /* the official day, CIVIL_NONE = none */
    uint32_t step;          /* of an escalation, 0 = none */
    const char *text;       /* the plan's template, NULL = none */
    const char *said;       /* what its text function gave, NULL = none */
};

struct wording_mail {
    const char *name, *role, *link; /* of the recipient; link "" = none */
    int32_t today;                  /* the day that the words are of */
    const struct wording_entry *entries;
    size_t entry_count;
};

struct wording {
    const char *subject;      /* one line, of any length */
    const char *text;         /* ends in a line feed */
    const char *const *texts; /* by entry: the plan's own words, NULL = none */
};

/** Makes the words of `count` messages, in the arena. They are the same for the same data, whatever
 * the time. ERR_INTERNAL when messages.lua fails; nothing is in `out` then. */
int wording_make(struct host *host, enum lang lang, const struct wording_mail *mails,
                 size_t count, struct arena *arena, struct wording *out, struct err *err);

#endif
