/*
 * The inside of requests, for request*.c of service/ alone: one request on its way, its fields and
 * those of its answer. request_*.
 */
#ifndef SERVICE_REQUEST_DATA_H
#define SERVICE_REQUEST_DATA_H

#include "service/request.h"

struct asking {
    struct holding *holding;
    const struct value *request;
    int64_t now_ms;
    enum lang lang; /* of the asker */
    struct arena *arena;
    struct err *err;
};

/** ERR_INVALID: the field is not as it should be. */
int request_bad(const struct asking *asking, const char *field);

/** A field that nobody knows is a slip, and what it was to say would be lost: ERR_INVALID. */
int request_fields(const struct asking *asking, const char *const *known, size_t count);

/** A text, NULL when the request has none; a number or day, left alone when it has none; ERR_INVALID
 * when it is something else. */
int request_text(const struct asking *asking, const char *field, const char **out);
int request_number(const struct asking *asking, const char *field, int64_t *number);
int request_day(const struct asking *asking, const char *field, int32_t *day);

/** RFC 3339 with or without a fraction; a date alone is its 00:00, so that whoever knows the day only
 * is not late by it. */
bool request_instant(const char *text, int64_t *at_ms);

/** A field of an answer: a day unless it is DAY_NONE or DAY_OPEN, true where it holds. */
void request_set_day(const struct asking *asking, struct value *answer, const char *field,
                     int32_t day);
void request_set_true(const struct asking *asking, struct value *answer, const char *field,
                      bool holds);

/** Carries out {"do":"fact"} and {"do":"undo"}. */
struct value *request_fact(const struct asking *asking);
struct value *request_undo(const struct asking *asking);

#endif
