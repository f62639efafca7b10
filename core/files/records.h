/*
 * Records: the rows of a file of submissions – CSV with a header in either language, or JSON Lines,
 * an object a line with the same names. It knows their form: columns, numbers, days, times. What the
 * texts mean in a plan, whoever asks finds out. It reads UTF-8 in pieces of whole rows, so that a
 * file may be sent elsewhere piece by piece and the same be found wrong there.
 *
 *   item 事项 · unit 单位 · person 人员 · count 件数 · at 时间 · key 记号 · note 备注 · chars 字数 ·
 *   minutes 分钟 · phase 阶段 · period 周期
 *
 * item is needed, and unit or person; the rest may be absent or empty. A time is 2026-04-10,
 * 2026/4/10, either with 15:30 or 15:30:00 behind a blank or T, or RFC 3339 with a zone; a day alone
 * is its 00:00. records_* and record_*.
 */
#ifndef FILES_RECORDS_H
#define FILES_RECORDS_H

#include "base/lang.h"
#include "plan/roster.h"

enum records_format { RECORDS_CSV, RECORDS_JSONL };

enum record_field {
    RECORD_ITEM,
    RECORD_UNIT,
    RECORD_PERSON,
    RECORD_PHASE,
    RECORD_KEY,
    RECORD_NOTE,
    RECORD_TEXTS, /* so many are texts */
    RECORD_COUNT = RECORD_TEXTS,
    RECORD_CHARS,
    RECORD_MINUTES,
    RECORD_AT,
    RECORD_PERIOD,
    RECORD_FIELDS
};

enum { RECORD_MESSAGE = 520 };

/* One row; texts last until the next, and are not NUL-terminated. */
struct record {
    uint32_t line;                    /* of the file, 1-based */
    struct slice texts[RECORD_TEXTS]; /* empty = not said */
    int64_t count;                    /* 1 when not said */
    int64_t chars, minutes;           /* -1 = not said */
    int64_t at_ms;                    /* INT64_MIN = not said */
    int32_t period;                   /* DAY_NONE = not said */
    const char *at[RECORD_FIELDS];    /* where each stands in the text, NULL = nowhere */
};

/* What is wrong with a row, and where. */
struct record_fault {
    const char *name;              /* stable: "bad-number" */
    uint32_t line, column, length; /* bytes, 1-based; column 0 = the whole line */
    char message[RECORD_MESSAGE];
    const char *help; /* NULL = none */
};

struct records;

/** A reader for one file; the caller's until records_free, which accepts NULL. */
struct records *records_new(enum records_format format, enum lang lang);
void records_free(struct records *records);

typedef void (*record_teller)(void *context, const struct record_fault *fault);

/** Reads a CSV's header, one row that begins in that line; JSON Lines have none. Tells each unknown,
 * double or missing column, and returns ERR_INVALID when there was any. */
int records_header(struct records *records, const char *text, size_t length, uint32_t line,
                   record_teller tell, void *context);

/** Begins to read a piece of whole rows, which stays the caller's. */
void records_start(struct records *records, const char *text, size_t length, uint32_t line);

/** 1 = the next row, 0 = the piece has no more, ERR_INVALID = what is wrong with the next one; the call
 * after goes on behind it. */
int records_next(struct records *records, struct record *out, struct record_fault *fault);

/** The place of a field of the row that was given last, or of the row where it has none. */
void records_place(const struct records *records, const struct record *record,
                   enum record_field field, struct record_fault *fault);

/** Where the reading goes on: bytes of the piece that are read, and the line there. */
size_t records_reached(const struct records *records, uint32_t *line);

/** The name of a field in the file's CSV: "unit" and "单位". */
const char *record_field_name(enum record_field field, enum lang lang);

/** A day or time as above; false when it is none. */
bool record_day(const char *text, size_t length, int32_t *day);
bool record_instant(const char *text, size_t length, int64_t *at_ms);

#endif
