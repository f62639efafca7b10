/*
 * What else has come: of several reminders of one duty that are found due together only the
 * nearest to the due speaks, of a rhythm only the last turn. Which one that is must not depend
 * on how many events one tick decides, so this looks at all that has come by an instant, and
 * keeps no more than one entry for each (item, occasion, route) among them. Pure, and goes with
 * a walk: begins where it begins.
 */
#ifndef ENGINE_AHEAD_H
#define ENGINE_AHEAD_H

#include "engine/agenda.h"

struct ahead;

/** Nothing looked at yet. `from_ms` by item index, as for walk_new_by_item; `routes` by
 * reminder. Agenda and routes outlive it; the caller frees it. */
struct ahead *ahead_new(const struct agenda *agenda, const int64_t *from_ms,
                        const uint32_t *routes);
void ahead_free(struct ahead *ahead);

/** Looks at all events at or before `now_ms`. */
void ahead_look(struct ahead *ahead, int64_t now_ms);

/** True when it remembers what is later than `now_ms`: the clock was set back, make it anew. */
bool ahead_beyond(const struct ahead *ahead, int64_t now_ms);

/** True when a reminder that has come too speaks for this one. */
bool ahead_speaks(const struct ahead *ahead, const struct event *event);

/** Everything that was looked at is decided. */
void ahead_forget(struct ahead *ahead);

#endif
