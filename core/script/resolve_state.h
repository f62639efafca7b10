/*
 * The state of one run of the resolver, and where a value stands. Included by resolve*.c and
 * config*.c only; the functions they share are in resolve_parts.h.
 */
#ifndef SCRIPT_RESOLVE_STATE_H
#define SCRIPT_RESOLVE_STATE_H

#include "script/resolve.h"

#define NODE_NONE UINT32_MAX

enum {
    NODES_MOST = 100000,
    DEPTH_MOST = 16,       /* containers within containers */
    TEXT_MOST = 4096,      /* bytes of one text */
    NAME_MOST = 512,       /* bytes of a name */
    LIST_MOST = 1000,      /* entries of a list */
    DATE_MOST = 400,       /* bytes of a phrase */
    PHRASES_MOST = 600000, /* bytes of different phrases: each costs a call of Lua */
    GUESSES_MOST = 400000, /* words compared for suggestions: an author reads a few */
    ID_MOST = 64,
};

/* The days of a date, for what counts from it; DAY_NONE-like CIVIL_NONE = unknown. */
struct days {
    int32_t first, last;
    bool moving; /* depends on the State Council calendar */
};

struct source_index;

struct node {
    const struct value *raw, *fields;
    const struct word *word;
    const char *id;        /* NULL for remind */
    uint32_t parent, line; /* parent: index of the container, NODE_NONE at top level */
    const struct source *source;
    struct value *sealed;
    uint32_t *after; /* local items that this one comes after */
    uint32_t after_count;
    struct value *when, *due; /* effective, NULL = none; due only when it was said somewhere */
    struct days when_days, due_days;
    struct value *given_when, *given_due; /* what children inherit; made on demand */
};

struct resolver {
    const struct resolve_input *input;
    struct arena *arena;
    struct findings *findings;
    enum lang lang;
    const struct words *words;
    struct node *nodes; /* depth-first in source order */
    uint32_t count, room;
    struct table items, units, names,
        kinds; /* names: ids, names and aliases of units and groups */
    bool has_phase;
    uint32_t plan;              /* index, NODE_NONE = none */
    int32_t issued;             /* day, CIVIL_NONE = unknown */
    int32_t year;               /* as stated, 0 = not */
    const struct value *events; /* the plan's sealed `dates` */
    struct table phrases; /* key → index into cached: a phrase is read once per context */
    struct cached *cached;
    uint32_t cached_count, cached_room;
    size_t phrase_bytes;  /* of the different phrases so far */
    struct table amounts; /* phrase → index into amount_list: sealed amounts are shared */
    struct value *amount_list;
    const struct source_index **indices; /* per source, made on first use */
    struct table *above;                 /* per parent: its items by id, filled on first use */
    const char **known;                  /* names for suggestions, made on first use */
    size_t known_count;
    size_t guesses; /* words compared for suggestions so far */
    struct err *err;
    int failed; /* < 0: stdlib is broken, give up */
};

/* Where a value stands: a node, its field, a key inside that field, and the value itself. */
struct spot {
    const struct node *node;
    const char *key, *inner;
    const struct value *value;
};

/** Makes the nodes of all that was declared, with their words, ids and names. */
void resolve_collect(struct resolver *r);

/** Frees what is not the arena's. */
void resolve_free(struct resolver *r);

#endif
