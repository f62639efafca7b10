/*
 * A holding: one plan with all that running or reading it takes – store, stored revision, calendar,
 * roster, engine. It runs the revision that the store has, from stored text, without Lua; the script
 * is read to find the plan, to take it for the first time, and to say that it has changed.
 */
#ifndef SERVICE_HOLDING_H
#define SERVICE_HOLDING_H

#include "base/finding.h"
#include "engine/engine.h"
#include "script/load.h"
#include "service/holder.h"
#include "service/life.h"
#include "store/plans.h"
#include "store/store.h"
#include "time/trust.h"

struct intake;
struct holding_shared;

enum holding_mode {
    HOLDING_RUN,    /* takes the lock; a plan that is not in the store yet is taken */
    HOLDING_READ,   /* opens read-only; ERR_NOT_FOUND when there is no store yet */
    HOLDING_MEMORY, /* no file and no lock: the script as it is now, for simulations */
};

struct holding_options {
    enum holding_mode mode;
    const char *script;
    const char *who;    /* the command, for the lock */
    const char *folder; /* of the store; NULL = holder_folder */
    enum lang lang;
    struct findings *findings; /* gets what is wrong with script or roster; NULL = the
                                  err alone says so */
    bool
        compare; /* load the script as it is now, too: `loaded` and `changed`. That it does not load
                     is no obstacle: its errors are warnings then */
    bool no_roster; /* for readers of journals: subjects are unknown */
    bool fast;      /* an accelerated run: the store ID.fast, … */
    bool anew;      /* … which HOLDING_RUN empties first; else it has to be there */
    bool alone;     /* HOLDING_RUN: refused with ERR_LIMIT where a service has the plan */
    struct holding_shared *shared; /* of a service, which has it open; outlives the holding */
    const struct store_revision
        *first;  /* taken where the store has none; NULL = the script's … */
    bool stored; /* … or none: nothing is evaluated, and it is ERR_NOT_FOUND */
    int32_t day; /* of the roster; 0 = today, or what an accelerated run has reached */
};

struct holding {
    struct arena *arena;      /* of the holding */
    struct arena *plan_arena; /* of revision and plan: another one after holding_take */
    struct host *host;
    bool shared;           /* host, holder and store are a service's, … */
    bool adopted;          /* … which took it over now from a store of its own */
    struct holder *holder; /* NULL unless HOLDING_RUN */
    char folder[HOLDER_PATH_MOST];
    const char *id;     /* the plan's */
    const char *name;   /* the store's: the id, ID.fast, or the service's */
    const char *script; /* path, as given; its folder has the rosters */
    enum lang lang;
    struct store *store;
    struct store_revision revision; /* the one that runs */
    const struct plan *plan;
    struct roster *roster;
    uint64_t roster_print; /* of its files, when they were read */
    struct engine *engine;
    struct intake *intake; /* an import that comes in pieces; NULL = none */
    uint32_t intakes;      /* so many have begun */
    struct life_list life; /* what happened to the roster, as of `day` */
    int32_t day;           /* of the roster */
    uint32_t takes; /* how often plan, roster or engine were exchanged since the opening */
    struct loaded *loaded; /* the script as it is now; NULL = not asked for, or broken */
    bool changed;          /* its revision is another one */
};

/** Opens all of it. The caller gives `out` to holding_close, also on failure. */
int holding_open(const struct holding_options *options, struct holding *out, struct err *err);
void holding_close(struct holding *holding);

/** The id of the plan that a script declares, by its text alone, in the arena: commands find the
 * store of a script that does not load at the moment. Of a script that is gone it is the file's
 * name, since the store has all that a run takes. */
int holding_plan_id(const char *script, struct arena *arena, const char **id, struct err *err);

/** The texts of a loaded plan as a store keeps them: the arena's list, one each; the texts are the load's. */
const struct store_source *holding_sources(const struct loaded *loaded, struct arena *arena);

/** What a turn of the holding would believe of the clocks now, by its store. */
int holding_trust(const struct holding *holding, struct trust *out, struct err *err);

/** The instant that an accelerated run has reached; the beginning of the plan's first day when it has none. */
int holding_reached(const struct holding *holding, int64_t *at_ms, struct err *err);

/** True for a machine that does not know the year, and never did: its now is no time of anything. */
bool holding_is_timeless(const struct holding *holding, int64_t now_ms);

/** Makes another revision the one that runs: store, plan, roster and engine move together, after
 * the flush; on failure the old one goes on. One that runs already is checked and changes nothing. */
int holding_take(struct holding *holding, const struct store_revision *revision,
                 struct err *err);

/** Makes the roster, and with it the engine, that of another day where it is not the same. Reads files
 * and facts anew; on failure the old ones go on. */
int holding_on(struct holding *holding, int32_t day, struct err *err);

/** Makes both anew: a fact about the roster was recorded, or withdrawn, in the open group, or a file
 * changed. Commits it; on failure the old ones go on, and the caller takes back what is open. */
int holding_renew(struct holding *holding, struct err *err);

/** Whether a file of the roster is another than the one that was read. */
bool holding_roster_changed(const struct holding *holding);

/** Records changes of the roster as one act and makes roster and engine anew; commits what is open,
 * before and with it. `said` has key, times, actor and note. ERR_INVALID or ERR_NOT_FOUND when one
 * is not possible or would upset one that is recorded: nothing is done then. `*number` is the first
 * fact's. */
int holding_change(struct holding *holding, const struct roster_change *changes, size_t count,
                   const struct store_fact *said, int64_t *number, struct err *err);

#endif
