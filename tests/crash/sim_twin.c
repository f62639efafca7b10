/*
 * A life against its twin. What fired is the same, by names. What became of it may differ where the
 * life was down, in doubt or unable to write when it came due, and only as design's catching up says:
 *
 *   merged   a nearer tier or a later turn spoke for it, because both were found at once
 *   stale    found too late to be said, or too late when messages could be formed again
 *   unheard  its handler was not run, since it was found too late: no notices of it
 *   nobody   a reminder found later concerns fewer units; where none is left, no handler runs
 *
 * Whoever the twin told of an unmet duty is told in the life too, unless all tiers of the duty from
 * then on were merged and stale, or somebody handed in, was excused or revised meanwhile.
 */
#include "sim_check.h"

#include "engine/duty.h"

#include <inttypes.h>
#include <string.h>

enum {
    LATE_MS = 120000, /* a turn that was put off */
    STALE_DAYS = 14,  /* behind a due, or the reminder's own day if later */
};

struct pair {
    struct sim_life *life;
    const struct sim_life *twin;
    const struct sim_rows *rows, *twins;
};

static const struct sim_firing *find(const struct sim_rows *rows, uint64_t name)
{
    for (size_t i = 0; i < rows->firing_count; i++)
        if (rows->firings[i].name == name)
            return &rows->firings[i];
    return NULL;
}

static const char *describe(const struct sim_firing *firing, char text[160])
{
    char day[11];
    civil_format(civil_from_ms(firing->row.at_ms, NULL), day);
    snprintf(text, 160, "%s %s of %s, tier %d due %d", day, firing_name(firing->row.kind),
             firing->item && *firing->item ? firing->item : "the plan", firing->row.tier,
             firing->row.due);
    return text;
}

static bool is_late(const struct sim_firing *firing)
{
    return firing->row.fired_ms > firing->row.at_ms + LATE_MS;
}

/* True when a handler had no reason to speak in one of two lives: nobody was left to be asked, or it was
 * found too late. */
static bool is_mute(const struct sim_firing *cause)
{
    return cause->row.fate != FIRING_FIRED || cause->row.flags & FIRING_UNHEARD ||
           (cause->row.handler == HANDLER_NONE && cause->row.units == 0);
}

/* A notice is missing on one side: its cause, on that side, must say why. */
static bool is_excused(const struct pair *pair, const struct sim_firing *firing,
                       const struct sim_rows *own, const struct sim_rows *other)
{
    const struct sim_firing *cause = sim_rows_firing(own, firing->row.cause);
    const struct sim_firing *same = cause ? find(other, cause->name) : NULL;
    (void)pair;
    return firing->row.kind == EVENT_NOTICE && same && is_mute(same);
}

static void check_one_way(const struct pair *pair, const struct sim_rows *own,
                          const struct sim_rows *other, const char *problem)
{
    char text[160];
    for (size_t i = 0; i < own->firing_count; i++) {
        const struct sim_firing *firing = &own->firings[i];
        if (firing->row.at_ms <= pair->life->end_ms && !find(other, firing->name) &&
            !is_excused(pair, firing, own, other))
            sim_fail(pair->life, "%s: %s", problem, describe(firing, text));
    }
}

static void check_fates(const struct pair *pair)
{
    char text[160];
    for (size_t i = 0; i < pair->rows->firing_count; i++) {
        const struct sim_firing *firing = &pair->rows->firings[i];
        const struct sim_firing *twin = find(pair->twins, firing->name);
        if (twin && twin->row.fate != firing->row.fate && !is_late(firing))
            sim_fail(pair->life, "another fate (%d, not %d) in time: %s", firing->row.fate,
                     twin->row.fate, describe(firing, text));
    }
}

/* ---- who was told ----------------------------------------------------------------------------- */

/* Something was said of the item, or of the plan, at or after an instant. */
static bool was_reported(const struct pair *pair, const char *item, int64_t from_ms)
{
    for (size_t i = 0; i < pair->life->attempt_count; i++) {
        const struct sim_attempt *attempt = &pair->life->attempts[i];
        if (!attempt->stands || attempt->true_ms < from_ms)
            continue;
        if (attempt->hash || strcmp(value_get_string(attempt->request, "item"), item) == 0)
            return true;
    }
    return false;
}

/* Where it had not been formed before, it was stale at the first turn that was able to. Nothing else that is
 * dropped is excused by its age: not what could have been formed in time, and not by a day. */
static bool has_waited(const struct sim_life *life, const struct store_firing *row)
{
    int32_t own = civil_from_ms(row->at_ms, NULL);
    int32_t last = (row->official > own ? row->official : own) + STALE_DAYS;
    const struct sim_release *first = NULL;
    for (size_t i = 0; i < life->release_count; i++)
        if (life->releases[i].after < row->number)
            first = &life->releases[i];
    return first && first->now_ms >= row->fired_ms && civil_from_ms(first->now_ms, NULL) > last;
}

static bool is_told(const struct pair *pair, const struct sim_firing *firing, uint32_t unit)
{
    for (size_t i = 0; i < pair->rows->line_count; i++) {
        const struct sim_line *line = &pair->rows->lines[i];
        if (line->firing == firing->row.number && line->unit == unit &&
            (line->formed || (line->met && has_waited(pair->life, &firing->row))))
            return true;
    }
    return false;
}

/* The unit was told by some tier of the duty, or a rule says why not. */
static bool is_told_of(const struct pair *pair, const struct sim_firing *twin, uint32_t unit)
{
    for (size_t i = 0; i < pair->rows->firing_count; i++) {
        const struct sim_firing *firing = &pair->rows->firings[i];
        bool rhythm = twin->row.tier == TIER_EVERY;
        if (firing->row.kind != EVENT_REMINDER || strcmp(firing->item, twin->item) != 0 ||
            rhythm != (firing->row.tier == TIER_EVERY) ||
            (!rhythm && firing->duty != twin->duty))
            continue;
        if (firing->row.fate == FIRING_STALE || is_told(pair, firing, unit))
            return true;
    }
    return was_reported(pair, twin->item, twin->row.at_ms);
}

static void check_told(const struct pair *pair)
{
    char text[160];
    for (size_t i = 0; i < pair->twins->line_count; i++) {
        const struct sim_line *line = &pair->twins->lines[i];
        const struct sim_firing *twin = sim_rows_firing(pair->twins, line->firing);
        if (line->formed && twin->row.kind == EVENT_REMINDER &&
            twin->row.at_ms <= pair->life->end_ms && !is_told_of(pair, twin, line->unit))
            sim_fail(pair->life, "unit %u was not told: %s", line->unit, describe(twin, text));
    }
}

void sim_check_twin(struct sim_life *life, const struct sim_rows *rows,
                    const struct sim_life *twin, const struct sim_rows *twins)
{
    struct pair pair = {life, twin, rows, twins};
    if (*twin->failure)
        sim_fail(life, "the twin: %s", twin->failure);
    check_one_way(&pair, twins, rows, "lost");
    check_one_way(&pair, rows, twins, "fired, but not in the twin");
    check_fates(&pair);
    check_told(&pair);
}
