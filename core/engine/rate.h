/*
 * How fast a destination is written to, as a pure function of `now`: tokens drip at its rate into a bucket of a
 * ninth of a minute's, an attempt takes one, whatever comes of it. So at 18 a minute never more than 20 go
 * in any 60 s. A bucket begins empty, since nobody knows what was sent before. Rate 0 is no limit.
 */
#ifndef ENGINE_RATE_H
#define ENGINE_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rate_bucket {
    int64_t at_ms;    /* as of */
    int64_t level_ms; /* time that has dripped and was not taken; of one token 60,000 / rate */
    bool known;       /* it was asked before */
};

/** How many attempts may begin now; SIZE_MAX = no limit. A clock that was set back adds nothing. */
size_t rate_tokens(struct rate_bucket *bucket, uint32_t per_minute, int64_t now_ms);

/** Takes as many tokens as attempts begin, at most what rate_tokens gave. */
void rate_spend(struct rate_bucket *bucket, uint32_t per_minute, size_t count);

/** When the next may begin; `now_ms` = now. */
int64_t rate_next(const struct rate_bucket *bucket, uint32_t per_minute, int64_t now_ms);

#endif
