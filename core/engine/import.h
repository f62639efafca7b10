/*
 * Imports: very many submissions said at once, as one act – all of them, or none. Each row means
 * what engine_fact of the same row would mean, one after another in their order: the same duty, in
 * time or not, the same credits. Rows are gathered first, each checked for what it says itself; when
 * all are there, they are recorded in one intention, and what only the store can tell – a key that
 * stands for something else, a unit that is not asked – is found then; any bad row, and nothing is
 * recorded.
 *
 * A row without a key gets one from what it says and how many rows before it said the same (the first
 * 32 digits of a SHA-256): the same file once more records nothing. Where what stands under that key was
 * taken back, the next one is tried ("…#2"), and the row is recorded again, once. Under a key that
 * somebody gave, what was taken back stays so.
 *
 * In memory 60 bytes a row, its key and note, and 24 bytes for each without a key. A row whose item
 * moves one counter, and whose duty its time alone decides, goes to the store in bulk; the others take
 * the way of a single fact, in the same intention.
 */
#ifndef ENGINE_IMPORT_H
#define ENGINE_IMPORT_H

#include "base/lang.h"
#include "engine/engine.h"

enum { IMPORT_ROWS_MOST = 5000000 };

struct import;

/* A row with its names looked up; texts need not be NUL-terminated, and empty ones were not said. */
struct import_row {
    uint32_t line;         /* of the file, for what is wrong with it */
    uint32_t item;         /* index */
    uint32_t unit, person; /* rows, UNIT_NONE = not said: one of them is */
    uint32_t phase;        /* index, ITEM_NONE = not said */
    struct slice key, note;
    int64_t count;
    int64_t chars, minutes; /* -1 = not said */
    int64_t at_ms;          /* INT64_MIN = now */
    int32_t period;         /* DAY_NONE = not said */
};

/* What has come of it. */
struct import_sum {
    int64_t rows, recorded, repeated; /* repeated: the key stood already */
    int64_t late;                     /* of those recorded, behind their due */
    int64_t again;                    /* of those recorded, what had been taken back */
    int64_t taken_back;               /* of those repeated, what was */
    int64_t act;                      /* number of the first fact, 0 = none was recorded */
};

/** Begins to gather rows for plan number `plan` of the engine, which outlives it. `actor` is who says
 * all of it. The caller frees it. */
struct import *import_new(struct engine *engine, uint32_t plan, const char *actor,
                          enum lang lang);
void import_free(struct import *import);

/** Adds a row of what happened by `now_ms` (INT64_MAX: the clock was never set). ERR_INVALID like
 * engine_fact's when what it says cannot be: it is left out, and the next may follow. ERR_LIMIT when
 * there are too many. */
int import_add(struct import *import, const struct import_row *row, int64_t now_ms,
               struct err *err);

/** A row was left out: the import can only be checked from now on. */
void import_spoil(struct import *import);

/** Bytes of memory, for figures. */
size_t import_bytes(const struct import *import);

/* What of a row is wrong, as far as it can be told. */
enum import_part { IMPORT_ROW, IMPORT_UNIT, IMPORT_KEY, IMPORT_PHASE, IMPORT_PERIOD };

/** Told of a row that cannot be recorded. */
typedef void (*import_teller)(void *context, uint32_t line, enum import_part part,
                              const char *message);

/** Records all rows. The store must have no open group; store_flush commits. ERR_INVALID when any row
 * was, or is now, found to be wrong: those that are found now are told, and nothing is recorded. On
 * any failure the store's group is taken back and the engine is as before. */
int import_record(struct import *import, int64_t now_ms, import_teller tell, void *context,
                  struct import_sum *sum, struct err *err);

#endif
