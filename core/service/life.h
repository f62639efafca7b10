/*
 * What happened to the roster of a plan, as its store knows it: facts about the roster to and from
 * the changes of plan/roster_life.h. A fact's detail is canonical JSON of what is said – id, name,
 * kind, parent, contact, groups, tags, staff, until, into – its value the day.
 */
#ifndef SERVICE_LIFE_H
#define SERVICE_LIFE_H

#include "plan/roster_life.h"
#include "store/facts.h"

/* A change that stands. */
struct life_fact {
    struct roster_change change; /* texts are the arena's */
    int64_t number;              /* less than 0 = not recorded yet */
    int64_t at_ms;
    const char *actor, *note; /* NULL = none */
    bool refused;    /* it was not possible when the roster was made: it does nothing … */
    const char *why; /* … because of this */
};

struct life_list {
    struct arena *arena;     /* owned; NULL while empty */
    struct life_fact *facts; /* by day, of one day as they were said */
    size_t count, room;
};

/** Frees it and leaves an empty one; NULL is accepted. */
void life_free(struct life_list *life);

/** Reads what stands in a store of a plan's roster; what was withdrawn does not. `*out` is left alone on
 * failure. */
int life_read(struct store *store, const char *plan, struct life_list *out, struct err *err);

/** Adds a change that is not recorded yet, its texts the caller's: it comes last of its day. */
void life_add(struct life_list *life, const struct roster_change *change);

/** Applies all to a roster behind its files, by day; notes which were refused, and why. */
void life_apply(struct life_list *life, struct roster *roster);

/** Notes of the changes of `life` what applying `other`, with the same ones in the same order, has come
 * to. */
void life_mark(struct life_list *life, const struct life_list *other);

/** The kind of fact that records an event, and the event of a kind from FACT_ROSTER on. */
enum fact_kind life_kind(enum roster_event event);
bool life_event(enum fact_kind kind, enum roster_event *event);

/** "join" … "change": what a request calls an event; NULL for none. */
const char *life_name(enum roster_event event);

/** What is new, as a fact's detail, in the arena. */
const char *life_detail(const struct roster_change *change, struct arena *arena);

/** A change from a map with those names and "on"; "event" is the caller's. Texts are the map's.
 * ERR_INVALID names the field. */
int life_change(const struct value *map, struct roster_change *out, struct err *err);

#endif
