/* The inside of an import, for import.c and import_record.c: import_*. */
#ifndef ENGINE_IMPORT_DATA_H
#define ENGINE_IMPORT_DATA_H

#include "engine/engine_data.h"
#include "engine/import.h"

/* A row as it is kept; key and note are offsets in `texts`, 0 = none. */
struct import_kept {
    uint32_t line, item, unit, person;
    int64_t at_ms; /* INT64_MIN = when it is recorded */
    int32_t period;
    int32_t chars, minutes; /* -1 = not said */
    uint32_t count;
    uint32_t phase; /* index, ITEM_NONE = not said */
    uint32_t key, note;
    bool made; /* the key is: nobody gave one */
};

/* How often a content has been seen. */
struct import_seen {
    uint64_t hash; /* 0 = free */
    uint32_t times;
};

struct import {
    struct engine *engine;
    uint32_t plan;
    char *actor;
    enum lang lang;
    bool spoilt; /* a row was left out */
    struct import_kept *rows;
    size_t count, room;
    struct buf texts; /* NUL-terminated, one behind the other; begins with an empty one */
    struct buf said;  /* the content of one row */
    struct import_seen *seen;
    size_t seen_count, seen_room;
};

/** A text of a row, NULL = none. */
const char *import_text(const struct import *import, uint32_t at);

#endif
