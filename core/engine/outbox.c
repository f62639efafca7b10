#include "engine/outbox.h"

#include "plan/roster.h"
#include "time/civil.h"

#include <string.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

bool outbox_speaks(int kind)
{
    return kind == EVENT_REMINDER || kind == EVENT_NOTICE;
}

/* The 14 days count from the reminder's own day where that lies behind the due: a tier long after it is
 * wanted, and a turn of a rhythm has no due (DAY_NONE is before all days). */
static bool is_reminder_stale(int64_t at_ms, int32_t official, int64_t now_ms)
{
    int32_t own = civil_from_ms(at_ms, NULL), day = official > own ? official : own;
    return civil_from_ms(now_ms, NULL) > day + OUTBOX_STALE_DAYS;
}

enum firing_fate outbox_fate(int kind, int64_t at_ms, int32_t official, int64_t now_ms)
{
    bool stale = false;
    if (kind == EVENT_REMINDER)
        stale = is_reminder_stale(at_ms, official, now_ms);
    else if (kind == EVENT_NOTICE)
        stale = outbox_unheard(at_ms, now_ms);
    return stale ? FIRING_STALE : FIRING_FIRED;
}

bool outbox_unheard(int64_t at_ms, int64_t now_ms)
{
    return now_ms > at_ms + (int64_t)OUTBOX_STALE_HOURS * HOUR;
}

int64_t outbox_retry(uint32_t attempts, int64_t now_ms)
{
    static const int32_t delays[] = {5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR,
                                     10 * HOUR,  14 * HOUR,  20 * HOUR,   24 * HOUR};
    uint32_t failed = attempts ? attempts : 1;
    if (failed > sizeof delays / sizeof *delays)
        return INT64_MAX;
    return now_ms + delays[failed - 1];
}

/* ---- rules ------------------------------------------------------------------------------------ */

static int plain_address(void *context, const struct outbox_asked *asked,
                         struct outbox_address *out, struct arena *arena, struct err *err)
{
    const char *contact = roster_contact(asked->roster, asked->row);
    (void)context;
    (void)err;
    out->destination = asked->channel;
    out->address = contact && *contact
                       ? contact
                       : arena_printf(arena, "unit:%s", roster_id(asked->roster, asked->row));
    return 0;
}

const struct outbox_rules *outbox_rules_plain(void)
{
    static const struct outbox_rules plain = {.address = plain_address};
    return &plain;
}

struct outbox_destination outbox_limits(const struct outbox_rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->destination_count; i++)
        if (strcmp(rules->destinations[i].name, name) == 0)
            return rules->destinations[i];
    return (struct outbox_destination){.name = name};
}
