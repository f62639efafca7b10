#include "engine/rate.h"

enum { MINUTE = 60000 };

/* Rounded up: never a token too many. Of a clock of milliseconds the finest is one. */
static int64_t token_ms(uint32_t per_minute)
{
    return per_minute < MINUTE ? (MINUTE + per_minute - 1) / per_minute : 1;
}

static int64_t bucket_ms(uint32_t per_minute)
{
    uint32_t tokens = per_minute / 9 ? per_minute / 9 : 1;
    return tokens * token_ms(per_minute);
}

size_t rate_tokens(struct rate_bucket *bucket, uint32_t per_minute, int64_t now_ms)
{
    if (!per_minute)
        return SIZE_MAX;
    int64_t dripped = bucket->known && now_ms > bucket->at_ms ? now_ms - bucket->at_ms : 0;
    int64_t most_ms = bucket_ms(per_minute);
    bucket->known = true;
    bucket->at_ms = now_ms;
    bucket->level_ms =
        dripped < most_ms - bucket->level_ms ? bucket->level_ms + dripped : most_ms;
    return (size_t)(bucket->level_ms / token_ms(per_minute));
}

void rate_spend(struct rate_bucket *bucket, uint32_t per_minute, size_t count)
{
    if (per_minute)
        bucket->level_ms -= (int64_t)count * token_ms(per_minute);
}

int64_t rate_next(const struct rate_bucket *bucket, uint32_t per_minute, int64_t now_ms)
{
    if (!per_minute)
        return now_ms;
    int64_t lacks = token_ms(per_minute) - bucket->level_ms;
    int64_t at_ms = (bucket->known ? bucket->at_ms : now_ms) + lacks;
    return at_ms > now_ms ? at_ms : now_ms;
}
