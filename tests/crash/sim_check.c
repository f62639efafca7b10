#include "sim_check.h"

#include "engine/engine_data.h"
#include "engine/handler.h"
#include "store/store_data.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { STALE_DAYS = 14, STALE_MS = 86400000 };

struct check {
    struct sim_life *life;
    const struct sim_rows *rows;
};

/* ---- firings ---------------------------------------------------------------------------------- */

/* What was told of was on the disk, and is there for good. */
static void check_told(const struct check *check)
{
    for (size_t i = 0; i < check->life->told_count; i++) {
        const struct sim_told *told = &check->life->told[i];
        const struct sim_firing *firing = sim_rows_firing(check->rows, told->number);
        if (!firing || sim_identity(&firing->row) != told->identity)
            sim_fail(check->life, "firing %" PRId64 " was told of and is lost", told->number);
    }
}

/* Too late to be said, by the words of outbox.h. */
static bool is_stale(const struct store_firing *row)
{
    if (row->kind == EVENT_NOTICE)
        return row->fired_ms > row->at_ms + STALE_MS;
    int32_t day = civil_from_ms(row->at_ms, NULL);
    if (row->official != DAY_NONE && row->official > day)
        day = row->official;
    return row->kind == EVENT_REMINDER && civil_from_ms(row->fired_ms, NULL) > day + STALE_DAYS;
}

/* True when `other` speaks for `row`: a nearer tier of the duty, a later turn of the rhythm. */
static bool speaks_for(const struct sim_firing *other, const struct sim_firing *firing)
{
    const struct store_firing *a = &other->row, *b = &firing->row;
    if (a->kind != EVENT_REMINDER || a->item != b->item || a->route != b->route)
        return false;
    if (b->tier == TIER_EVERY)
        return a->tier == TIER_EVERY && a->at_ms > b->at_ms;
    return a->tier != TIER_EVERY && other->duty == firing->duty && a->tier > b->tier;
}

static void check_merged(const struct check *check, const struct sim_firing *firing)
{
    for (size_t i = 0; i < check->rows->firing_count; i++) {
        const struct sim_firing *other = &check->rows->firings[i];
        if (other->row.fate != FIRING_MERGED && speaks_for(other, firing) &&
            other->row.fired_ms <= firing->row.fired_ms)
            return;
    }
    sim_fail(check->life, "firing %" PRId64 " is merged, and nothing speaks for it",
             firing->row.number);
}

static void check_firing(const struct check *check, size_t index)
{
    const struct sim_firing *firing = &check->rows->firings[index];
    const struct store_firing *row = &firing->row;
    const struct sim_firing *cause = sim_rows_firing(check->rows, row->cause);
    if (row->cause ? !cause || cause->row.at_ms != row->at_ms : row->at_ms > row->fired_ms)
        sim_fail(check->life, "firing %" PRId64 " was early", row->number);
    if (index && firing[-1].row.slot_ms > row->slot_ms)
        sim_fail(check->life, "the slot of firing %" PRId64 " goes back", row->number);
    if (row->fate == FIRING_MERGED)
        check_merged(check, firing);
    else if ((row->fate == FIRING_STALE) != is_stale(row))
        sim_fail(check->life, "firing %" PRId64 " is%s stale", row->number,
                 is_stale(row) ? " not, but should be" : "");
    for (size_t i = 0; i < index; i++)
        if (check->rows->firings[i].name == firing->name)
            sim_fail(check->life, "firings %" PRId64 " and %" PRId64 " are the same",
                     check->rows->firings[i].row.number, row->number);
}

/* ---- lines and messages ----------------------------------------------------------------------- */

static int by_firing(const void *left, const void *right)
{
    const struct sim_line *a = left, *b = right;
    return (a->firing > b->firing) - (a->firing < b->firing);
}

/* The first line of a firing, `*count` of them. */
static const struct sim_line *lines_of(const struct sim_rows *rows, int64_t firing,
                                       size_t *count)
{
    const struct sim_line wanted = {.firing = firing};
    *count = 0;
    const struct sim_line *found =
        rows->line_count
            ? bsearch(&wanted, rows->lines, rows->line_count, sizeof wanted, by_firing)
            : NULL;
    while (found && found > rows->lines && found[-1].firing == firing)
        found--;
    while (found && found + *count < rows->lines + rows->line_count &&
           found[*count].firing == firing)
        ++*count;
    return found;
}

/* Its lines are its subjects, once all of it is expanded. */
static void check_fanned(const struct check *check, const struct sim_firing *firing)
{
    const struct store_firing *row = &firing->row;
    struct bits subjects = {0};
    struct err err;
    size_t count, expected = 0;
    const struct sim_line *lines = lines_of(check->rows, row->number, &count);
    bool speaks = row->route && row->fate == FIRING_FIRED;
    if (speaks && bits_decode(row->subjects, row->subjects_length, &subjects, &err) < 0)
        sim_fail(check->life, "firing %" PRId64 ": %s", row->number, err.message);
    for (size_t i = 0; i < count; i++)
        if (!bits_has(&subjects, lines[i].unit) || lines[i].route != row->route ||
            lines[i].slot_ms != row->slot_ms)
            sim_fail(check->life, "a line of firing %" PRId64 " is none of its subjects",
                     row->number);
    if (speaks)
        expected = bits_count(&subjects);
    if (speaks && expected != row->units)
        sim_fail(check->life, "firing %" PRId64 " counts its subjects wrongly", row->number);
    if (!firing->fanning && count != expected)
        sim_fail(check->life, "firing %" PRId64 " has %zu lines for %zu units", row->number,
                 count, expected);
    bits_free(&subjects);
}

static bool same_message(const struct sim_message *message, const struct sim_line *line)
{
    return message->slot_ms == line->slot_ms && message->route == line->route &&
           message->unit == line->unit;
}

static void check_lines(const struct check *check)
{
    const struct sim_rows *rows = check->rows;
    for (size_t i = 0; i < rows->line_count; i++) {
        const struct sim_line *line = &rows->lines[i];
        size_t found = 0;
        if (!sim_rows_firing(rows, line->firing))
            sim_fail(check->life, "a line of firing %" PRId64 ", which is not there",
                     line->firing);
        for (size_t m = 0; m < rows->message_count; m++)
            found += same_message(&rows->messages[m], line);
        for (size_t p = 0; p < rows->part_count; p++)
            found += rows->parts[p].slot_ms == line->slot_ms &&
                     rows->parts[p].route == line->route && rows->parts[p].unit == line->unit;
        if (found > 1 || (line->formed && found != 1))
            sim_fail(check->life, "a line of firing %" PRId64 " has %zu messages", line->firing,
                     found);
    }
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return sim_mix(hash);
}

/* What was sent under the id of a message, NULL = nothing. */
static const struct sim_sent *sent_of(const struct check *check, int64_t number)
{
    char id[40];
    snprintf(id, sizeof id, "%s-%" PRId64, store_name(check->life->holding.store), number);
    uint64_t hash = hash_text(0, id);
    for (size_t i = 0; i < check->life->sent_count; i++)
        if (check->life->sent[i].id == hash)
            return &check->life->sent[i];
    return NULL;
}

/* A message that nothing can be said of any more is given up unsent. */
static bool has_nothing_to_say(const struct sim_message *message)
{
    return message->note && (strstr(message->note, "left the roster") ||
                             strstr(message->note, "does not know these items"));
}

static void check_messages(const struct check *check, bool last)
{
    size_t known = 0;
    for (size_t i = 0; i < check->rows->message_count; i++) {
        const struct sim_message *message = &check->rows->messages[i];
        const struct sim_sent *sent = sent_of(check, message->number);
        known += sent != NULL;
        if (message->state == MESSAGE_SENT && (!sent || !sent->arrived))
            sim_fail(check->life, "message %" PRId64 " is noted as sent and was not",
                     message->number);
        if (message->state == MESSAGE_FAILED && !sent && !has_nothing_to_say(message))
            sim_fail(check->life, "message %" PRId64 " is given up without an attempt",
                     message->number);
        if (sent && sent->attempt > message->attempts)
            sim_fail(check->life, "message %" PRId64 " forgot an attempt", message->number);
        if (last && message->state < MESSAGE_SENT)
            sim_fail(check->life, "message %" PRId64 " is not settled", message->number);
    }
    if (known != check->life->sent_count)
        sim_fail(check->life, "%zu messages were sent under ids that no message has",
                 check->life->sent_count - known);
}

/* ---- facts ------------------------------------------------------------------------------------ */

static const struct sim_fact *find_fact(const struct sim_rows *rows, const char *actor)
{
    for (size_t i = 0; i < rows->fact_count; i++)
        if (rows->facts[i].actor && strcmp(rows->facts[i].actor, actor) == 0)
            return &rows->facts[i];
    return NULL;
}

static const struct sim_fact *find_key(const struct sim_rows *rows, const char *key)
{
    for (size_t i = 0; key && i < rows->fact_count; i++)
        if (rows->facts[i].key && strcmp(rows->facts[i].key, key) == 0)
            return &rows->facts[i];
    return NULL;
}

static void check_attempt(const struct check *check, struct sim_attempt *attempt)
{
    const struct sim_fact *fact = find_fact(check->rows, attempt->actor);
    const struct sim_fact *keyed = find_key(check->rows, attempt->key);
    bool here = attempt->process == check->life->processes;
    attempt->stands = fact != NULL;
    if (attempt->answer == SIM_DONE) {
        const struct sim_fact *answered = attempt->key ? keyed : fact;
        if (!answered || answered->number != attempt->fact)
            sim_fail(check->life, "fact %s was acknowledged and is lost", attempt->actor);
    }
    if (attempt->answer == SIM_DENIED && fact)
        sim_fail(check->life, "fact %s was denied and is there", attempt->actor);
    if (attempt->answer == SIM_REFUSED && here && fact)
        sim_fail(check->life, "fact %s was refused and is seen", attempt->actor);
}

static void check_facts(const struct check *check)
{
    const struct sim_rows *rows = check->rows;
    for (size_t i = 0; i < check->life->attempt_count; i++)
        if (check->life->attempts[i].actor)
            check_attempt(check, &check->life->attempts[i]);
    for (size_t i = 0; i < rows->fact_count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(rows->facts[i].actor, rows->facts[k].actor) == 0)
                sim_fail(check->life, "fact %s is there twice", rows->facts[i].actor);
}

/* A revision that was taken back has the one before it again behind it. */
static void check_revisions(const struct check *check)
{
    const struct sim_rows *rows = check->rows;
    for (size_t a = 0; a < check->life->attempt_count; a++) {
        struct sim_attempt *attempt = &check->life->attempts[a];
        if (!attempt->hash)
            continue;
        attempt->stands = false;
        for (size_t i = 1; i < rows->revision_count; i++)
            if (strcmp(rows->revisions[i], attempt->hash) == 0)
                attempt->stands = i + 1 == rows->revision_count ||
                                  strcmp(rows->revisions[i + 1], rows->revisions[i - 1]) != 0;
        if (attempt->answer == SIM_DONE && !attempt->stands)
            sim_fail(check->life, "a revision was acknowledged and is lost");
    }
}

/* Counters are the sums of their facts; SQL that has nothing in common with the store's. */
static void check_counters(const struct check *check)
{
    static const char sql[] =
        "WITH standing AS (SELECT * FROM fact f WHERE kind < 4 AND NOT EXISTS"
        " (SELECT 1 FROM fact w WHERE w.kind = 4 AND w.value = f.number)),"
        " sums AS (SELECT item, period, phase, unit,"
        " sum(iif(kind = 1, value, 0)) AS done,"
        " sum(iif(kind = 1 AND in_time, value, 0)) AS in_time, max(kind = 2) AS excused,"
        " max(iif(kind = 3, number, NULL)) AS extension"
        " FROM standing GROUP BY item, period, phase, unit)"
        " SELECT (SELECT count(*) FROM counter c LEFT JOIN sums s USING"
        " (item, period, phase, unit) WHERE c.done <> coalesce(s.done, 0)"
        " OR c.in_time <> coalesce(s.in_time, 0) OR c.excused <> coalesce(s.excused, 0)"
        " OR c.due IS NOT (SELECT value FROM fact WHERE number = s.extension))"
        " + (SELECT count(*) FROM sums s WHERE NOT EXISTS (SELECT 1 FROM counter c WHERE"
        " (c.item, c.period, c.phase, c.unit) = (s.item, s.period, s.phase, s.unit)))";
    sqlite3 *db = check->life->holding.store->db;
    sqlite3_stmt *statement = NULL;
    sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (!statement || sqlite3_step(statement) != SQLITE_ROW)
        sim_fail(check->life, "counters: %s", sqlite3_errmsg(db));
    else if (sqlite3_column_int(statement, 0))
        sim_fail(check->life, "%d counters are not the sum of their facts",
                 sqlite3_column_int(statement, 0));
    sqlite3_finalize(statement);
}

/* ---- what is in memory ------------------------------------------------------------------------ */

/* The event of a due that a fact gave: what lay in the past when it was given is not made up for. */
static bool is_given(const struct bound *bound, const struct event *event)
{
    struct duty duty;
    return event->item != ITEM_NONE &&
           bound->input.plan->items[event->item].word != ITEM_PHASE &&
           agenda_duty_of(bound->agenda, event, &duty) && duty.given;
}

/* A plan has begun, or ended, once: that its first or last day lies further back now, since an item
 * came or went, is nothing that happens. */
static bool has_passed(const struct check *check, const struct event *event)
{
    bool whole = event->kind == EVENT_PLAN_START || event->kind == EVENT_PLAN_END;
    for (size_t i = 0; whole && i < check->rows->firing_count; i++)
        if (check->rows->firings[i].row.kind == (int)event->kind)
            return true;
    return false;
}

static bool stands(const struct check *check, const struct bound *bound,
                   const struct event *event)
{
    uint32_t item = event->item == ITEM_NONE ? bound->input.plan->item_count : event->item;
    uint32_t phase = event->occurrence.phase;
    const struct store_firing wanted = {
        .item = bound->items[item].number,
        .kind = (int)event->kind,
        .route = event->reminder == ITEM_NONE ? 0 : bound->routes[event->reminder],
        .tier = event->tier,
        .period = event->occurrence.period,
        .due = event->occurrence.due,
        .phase = phase == ITEM_NONE ? 0 : bound->items[phase].number};
    uint64_t identity = sim_identity(&wanted);
    for (size_t i = 0; i < check->rows->firing_count; i++)
        if (sim_identity(&check->rows->firings[i].row) == identity)
            return true;
    return false;
}

/* Before its item's cursor everything is decided, and so is all that has come when `last`. */
static void check_cursors(const struct check *check, bool last)
{
    const struct bound *bound = check->life->holding.engine->bounds;
    const struct plan *plan = bound->input.plan;
    struct walk *walk = walk_new(bound->agenda, AGENDA_START);
    struct event event;
    int64_t most_ms = INT64_MIN;
    for (uint32_t i = 0; i <= plan->item_count; i++)
        if (bound->items[i].cursor_ms > most_ms)
            most_ms = bound->items[i].cursor_ms;
    while (walk_next(walk, &event) &&
           (event.at_ms < most_ms || (last && event.at_ms <= check->life->turn.now_ms))) {
        uint32_t item = event.item == ITEM_NONE ? plan->item_count : event.item;
        bool decided = event.at_ms < bound->items[item].cursor_ms ||
                       (last && event.at_ms <= check->life->turn.now_ms);
        if (decided && !is_given(bound, &event) && !has_passed(check, &event) &&
            !stands(check, bound, &event))
            sim_fail(check->life, "%s of %s, period %d due %d tier %d, never fired",
                     event_name(event.kind),
                     event.item == ITEM_NONE ? "the plan" : plan->items[event.item].id,
                     event.occurrence.period, event.occurrence.due, event.tier);
    }
    walk_free(walk);
}

static void check_column(const struct check *check, struct engine *fresh,
                         const struct column *column)
{
    struct column *other;
    struct err err;
    int32_t day = civil_from_ms(check->life->turn.now_ms, NULL);
    uint32_t rows = roster_count(check->life->holding.roster);
    if (!progress_holds(column->progress, day))
        return;
    if (bound_column(fresh, fresh->bounds, &column->duty, day, &other, &err) < 0) {
        sim_fail(check->life, "column: %s", err.message);
        return;
    }
    for (uint32_t row = 0; row < rows; row++)
        if (progress_asked(column->progress, row) != progress_asked(other->progress, row) ||
            progress_missing(column->progress, row) != progress_missing(other->progress, row))
            sim_fail(check->life, "in memory %s, due %d, unit %s is not as its counter",
                     check->life->holding.plan->items[column->duty.item].id,
                     column->duty.official, roster_id(check->life->holding.roster, row));
}

/* What is in memory is what a new process would read. */
static void check_columns(const struct check *check)
{
    struct engine *fresh = NULL, *engine = check->life->holding.engine;
    struct err err;
    if (engine_new(check->life->holding.store, &engine->bounds->input, 1, &fresh, &err) < 0) {
        sim_fail(check->life, "engine: %s", err.message);
        return;
    }
    for (size_t i = 0; i < engine->bounds->column_count; i++)
        check_column(check, fresh, &engine->bounds->columns[i]);
    if (!engine->behind && engine_next(fresh) != engine_next(engine))
        sim_fail(check->life, "the next event is another one for a new process");
    engine_free(fresh);
}

/* ---- all of it -------------------------------------------------------------------------------- */

static void check_last(const struct check *check)
{
    struct err err;
    for (size_t i = 0; i < check->rows->firing_count; i++) {
        const struct sim_firing *firing = &check->rows->firings[i];
        if (firing->fanning || firing->row.handler == HANDLER_PENDING)
            sim_fail(check->life, "firing %" PRId64 " has not come to its end",
                     firing->row.number);
    }
    if (store_check(check->life->holding.store, &err) < 0)
        sim_fail(check->life, "%s", err.message);
}

void sim_check(struct sim_life *life, bool last)
{
    struct sim_rows rows;
    struct check check = {life, &rows};
    life->counts.checks++;
    if (sim_rows_read(life, &rows)) {
        check_told(&check);
        for (size_t i = 0; i < rows.firing_count; i++) {
            check_firing(&check, i);
            check_fanned(&check, &rows.firings[i]);
        }
        check_lines(&check);
        check_messages(&check, last);
        check_facts(&check);
        check_revisions(&check);
        check_counters(&check);
        check_cursors(&check, last);
        if (!life->turn.plans[0]->broken)
            check_columns(&check);
        if (last)
            check_last(&check);
    }
    sim_rows_free(&rows);
}
