#include "engine/outbox.h"

#include "plan/roster.h"
#include "time/calendar.h"
#include "time/civil.h"

#include <string.h>

enum {
    SECOND = 1000,
    MINUTE = 60 * SECOND,
    TWO_MINUTES = 2 * MINUTE,
    HALF_HOUR = 30 * MINUTE,
    HOUR = 60 * MINUTE,
};

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

/* A number that looks like chance and is the same on every asking. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = a * UINT64_C(0x9e3779b97f4a7c15) ^ (b + UINT64_C(0xd6e8feb86659fd93));
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

int64_t outbox_retry(uint32_t attempts, int64_t message, int64_t now_ms)
{
    static const int32_t delays[] = {5 * SECOND, 5 * MINUTE, HALF_HOUR, 2 * HOUR, 5 * HOUR,
                                     10 * HOUR,  14 * HOUR,  20 * HOUR, 24 * HOUR};
    uint32_t failed = attempts ? attempts : 1;
    if (failed > sizeof delays / sizeof *delays)
        return INT64_MAX;
    int64_t delay = delays[failed - 1];
    int64_t part = (int64_t)(mix((uint64_t)message, failed) % 2001) - 1000; /* of 10,000 */
    return now_ms + delay + delay * part / 10000;
}

/* ---- when ------------------------------------------------------------------------------------- */

enum { DAYS_MOST = 60, JITTER_MS = 9 * MINUTE };

static bool is_quiet(const struct outbox_rules *rules, int32_t minute)
{
    int32_t from = rules->quiet_from, until = rules->quiet_until;
    return from < until ? minute >= from && minute < until
                        : from > until && (minute >= from || minute < until);
}

static bool is_held_day(const struct outbox_rules *rules, int32_t day)
{
    return rules->working_days && rules->calendar &&
           !calendar_is_workday(rules->calendar, day, NULL);
}

/* Behind the quiet hours in which a minute lies, by day and minute. */
static void leave_quiet(const struct outbox_rules *rules, int32_t *day, int32_t *minute)
{
    if (rules->quiet_from > rules->quiet_until && *minute >= rules->quiet_from)
        ++*day;
    *minute = rules->quiet_until;
}

/* By 1 to 9 minutes, and not to the hour or half hour. */
static int64_t jitter(uint64_t recipient, int64_t at_ms)
{
    const int64_t half = HALF_HOUR;
    uint64_t span = JITTER_MS - MINUTE;
    int64_t moved = at_ms + MINUTE + (int64_t)(mix(recipient, (uint64_t)at_ms) % span);
    int64_t into = moved % half; /* the zone is whole hours off */
    if (into < MINUTE)
        moved += MINUTE;
    else if (into > half - MINUTE)
        moved += TWO_MINUTES;
    return moved;
}

/* The slot that takes what is formed at an instant: one that is open, or the next. */
static bool find_slot(const struct outbox_rules *rules, int64_t from_ms, int64_t *at_ms)
{
    int32_t first = civil_from_ms(from_ms, NULL);
    for (int32_t day = first; day < first + DAYS_MOST; day++) {
        for (size_t i = 0; !is_held_day(rules, day) && i < rules->slot_count; i++) {
            int64_t slot_ms = civil_ms(day, rules->slots[i]);
            if (slot_ms + OUTBOX_OPEN_MS <= from_ms || is_quiet(rules, rules->slots[i]))
                continue;
            *at_ms = slot_ms;
            return true;
        }
    }
    return false;
}

/* The next instant that is not quiet, on a day that is not held unless `any_day`. */
static int64_t find_open(const struct outbox_rules *rules, int64_t from_ms, bool any_day)
{
    int32_t at, day = civil_from_ms(from_ms, &at);
    bool moved = false;
    for (int i = 0; i < DAYS_MOST; i++) {
        if (is_quiet(rules, at))
            leave_quiet(rules, &day, &at);
        else if (!any_day && is_held_day(rules, day)) {
            day++;
            at = 0;
        } else
            break;
        moved = true;
    }
    return moved ? civil_ms(day, at) : from_ms;
}

/* Where many go at once. */
static bool is_crowded(int64_t at_ms)
{
    int64_t into = at_ms % HALF_HOUR;
    return into < MINUTE || into > HALF_HOUR - MINUTE;
}

static int64_t spread(const struct outbox_rules *rules, uint64_t recipient, int64_t at_ms,
                      bool waited)
{
    if (!rules->jitter || !(waited || is_crowded(at_ms)))
        return at_ms;
    return jitter(recipient, at_ms - at_ms % MINUTE);
}

/* When what is not urgent goes. */
static int64_t usual(const struct outbox_rules *rules, const struct outbox_question *question)
{
    int64_t at_ms;
    if (rules->slot_count && find_slot(rules, question->from_ms, &at_ms))
        return rules->jitter ? jitter(question->recipient, at_ms) : at_ms + OUTBOX_GATHER_MS;
    at_ms = find_open(rules, question->from_ms, false);
    return spread(rules, question->recipient, at_ms, at_ms != question->from_ms);
}

static int64_t end_of(int32_t day)
{
    return day == DAY_NONE ? INT64_MAX : civil_ms(day + 1, 0);
}

/* The first end of a due that is still to come. */
static int64_t next_end(const struct outbox_question *question)
{
    int64_t working = end_of(question->working), official = end_of(question->official);
    return working > question->now_ms    ? working
           : official > question->now_ms ? official
                                         : INT64_MAX;
}

int64_t outbox_when(const struct outbox_rules *rules, const struct outbox_question *question,
                    bool *urgent)
{
    int64_t now_ms = question->now_ms, send_ms = usual(rules, question);
    bool waits = send_ms - now_ms > OUTBOX_OPEN_MS;
    bool hurries = end_of(question->official) <= now_ms || end_of(question->working) <= send_ms;
    if (urgent)
        *urgent = hurries;
    if (!hurries || !waits)
        return send_ms;
    int64_t open_ms = find_open(rules, now_ms, true);
    if (open_ms >= next_end(question))
        open_ms = now_ms;
    return spread(rules, question->recipient, open_ms, open_ms != now_ms);
}

int64_t outbox_after(const struct outbox_rules *rules, int64_t send_ms)
{
    int64_t slot_ms;
    if (rules->slot_count && find_slot(rules, send_ms - JITTER_MS - TWO_MINUTES, &slot_ms) &&
        slot_ms + OUTBOX_OPEN_MS > send_ms)
        return slot_ms + OUTBOX_OPEN_MS;
    return send_ms + MINUTE;
}

int64_t outbox_patience(const struct outbox_rules *rules)
{
    bool waits = rules->slot_count || rules->working_days || rules->weekly;
    return (waits ? 45 * 24 : 27) * (int64_t)HOUR;
}

void outbox_week(int64_t at_ms, int64_t *from_ms, int64_t *until_ms)
{
    int32_t day = civil_from_ms(at_ms, NULL), monday = day - (civil_weekday(day) - 1);
    *from_ms = civil_ms(monday, 0);
    *until_ms = civil_ms(monday + 7, 0);
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
