/*
 * A duty: a task or quota at one of its times. Facts count for a duty, lateness and reminders
 * are about one. Which duties an item has follows from the agenda; a fact may give some units a
 * due day of their own, and that is one more time at which things happen, for those units.
 * agenda_* and walk_* here are the agenda's side of it.
 */
#ifndef ENGINE_DUTY_H
#define ENGINE_DUTY_H

#include "engine/agenda.h"

struct duty {
    uint32_t item;            /* index */
    struct occasion occasion; /* `due` as the plan, or a fact, says it */
    int32_t open;             /* from when it can be met, DAY_NONE = always */
    int32_t official;         /* the day that lateness follows, DAY_NONE = no due */
    int32_t working;          /* the day that reminders follow */
    int16_t minute;           /* of `official` */
    bool retroactive;         /* was due before the notice was known */
    bool given;               /* its due day is a fact's */
};

/** The duties of an item whose time meets the days first … last – from the opening to the
 * official due – ascending by official due, those given by facts among them; in the arena.
 * An item without a due has one duty for all its time; a phase, or what must never be done,
 * has none. */
void agenda_duties(const struct agenda *agenda, uint32_t item, int32_t first, int32_t last,
                   struct arena *arena, const struct duty **duties, size_t *count);

/** The duty in which a piece handed in on `day` counts: of those open then the one that ends
 * first and that `lacks` (NULL = any) says yes to; else the last one that ended, if that
 * lacks something or nothing is open; else, a surplus, the open one that ends first; else
 * the first to come. A given due is found by `lacks` only. False when the item has no duty
 * at all. */
bool agenda_duty_on(const struct agenda *agenda, uint32_t item, int32_t day,
                    bool (*lacks)(void *context, const struct duty *duty), void *context,
                    struct duty *out);

/** The duty of an item with that occasion; where no due is that day any more, of the same
 * period and phase. False when there is none. */
bool agenda_duty_at(const struct agenda *agenda, uint32_t item, const struct occasion *occasion,
                    struct duty *out);

/** The duty to which an event belongs: of a rhythm, the one open then. False when none does. */
bool agenda_duty_of(const struct agenda *agenda, const struct event *event, struct duty *out);

/** Adds a due day that a fact gave: walks made afterwards have its events (quota.late,
 * task.due, reminders) with the occurrence (period, `due`, phase). A second time, a due that
 * is not behind the rule's, or an occasion that the item does not have, changes nothing.
 * `occasion->due` is not looked at. */
void agenda_add_due(struct agenda *agenda, uint32_t item, const struct occasion *occasion,
                    int32_t due);

/** The duty that such a due makes, without adding it. False when it makes none. */
bool agenda_duty_given(const struct agenda *agenda, uint32_t item,
                       const struct occasion *occasion, int32_t due, struct duty *out);

/** Takes all of them away again. Walks that stand are of no use afterwards. */
void agenda_drop_dues(struct agenda *agenda);

/** A walk in which every item begins at its own instant: `from_ms[item_count]` is the plan
 * itself. */
struct walk *walk_new_by_item(const struct agenda *agenda, const int64_t *from_ms);

#endif
