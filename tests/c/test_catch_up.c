/*
 * Catching up. A run that was down for a while records what one that was never down recorded, except where the rules
 * merge. Which rules those are, and that there are no others, is said here: `expect` makes of the journal of a life
 * without downtimes, the facts and the downtimes exactly the journal of a life with them, and `expect_told` who is
 * told what when. Each rule can be left out, and then some life must be another one.
 * PLANRUN_TEST_SECONDS sets how many lives are compared.
 */
#include "catch_up_life.h"

#include <time.h>

enum {
    HOUR_MS = 3600000,
    DAY_MS = 24 * HOUR_MS,
    SEED = 1085,
    SEED_ONE_LINE = 1139,
    LIVES_LEAST = 30
};

/* The rules, as the design has them. */
enum rule {
    RULE_SCHEDULED, /* what was missed is recorded with the time at which it should have come … */
    RULE_FOUND,     /* … and with that at which it was found: the end of the downtime */
    RULE_NEAREST,   /* of a duty's tiers that are found at once the last one speaks, */
    RULE_SPOKEN,    /* and none when a later one has been found before */
    RULE_LAST_TURN, /* of a rhythm's turns only the last one */
    RULE_STALE, /* a reminder is stale 14 days behind the due, or its own day if that is later */
    RULE_UNHEARD,  /* a handler does not run for what came more than 24 hours ago */
    RULE_NOTICE,   /* what a handler says is stale when its event came more than 24 hours ago */
    RULE_SUBJECTS, /* whom it concerns goes by the facts that are known when it is found */
    RULE_STILL_UNMET, /* who has met it when the message is formed is not told of it */
    RULE_STALE_LINE,  /* nor is anybody when it is stale by then */
    RULE_LEFT,        /* nor who has left */
    RULE_ONE_LINE,    /* nor who is told of it by a nearer one that was found before that */
    RULE_ONE_MESSAGE, /* one message a recipient for all that is found at once */
    RULE_COUNT
};

static const char *const rule_names[] = {
    "scheduled",  "found",   "nearest",  "spoken",      "last turn",
    "stale",      "unheard", "notice",   "subjects",    "still unmet",
    "stale line", "left",    "one line", "one message",
};

struct oracle {
    const struct life *steady; /* without downtimes */
    const struct life *torn;   /* only its facts and downtimes are looked at */
    int32_t until;             /* day on which the last ward leaves, 0 = never */
    unsigned without;          /* a set of rules */
};

static bool holds(const struct oracle *oracle, enum rule rule)
{
    return !(oracle->without >> rule & 1);
}

/* ---- when ------------------------------------------------------------------------------------- */

/* When what comes at `at_ms` is found. */
static int64_t found_at(const struct oracle *oracle, int64_t at_ms)
{
    const struct life *torn = oracle->torn;
    for (size_t i = 0; i < torn->down_count; i++)
        if (at_ms > torn->downs[i].from_ms && at_ms <= torn->downs[i].until_ms)
            return torn->downs[i].until_ms;
    return at_ms;
}

/* … and when, what the life without downtimes found late: a revision had added it. */
static int64_t found(const struct oracle *oracle, const struct store_firing *firing)
{
    return found_at(oracle, firing->fired_ms);
}

/* When a stage is reached for what was found at `ms`. */
static int64_t reached_at(const struct oracle *oracle, int64_t ms, enum stage stage)
{
    const struct life *torn = oracle->torn;
    for (size_t i = 0; i < torn->down_count; i++)
        if (ms == torn->downs[i].from_ms && torn->downs[i].cut <= stage)
            ms = torn->downs[i].until_ms;
    return ms;
}

/* ---- facts ------------------------------------------------------------------------------------ */

static bool same_duty(const struct occasion *occasion, uint32_t item,
                      const struct store_firing *firing)
{
    bool turn = firing->tier == TIER_EVERY; /* of something that is done once */
    return item == firing->item && (turn || occasion->period == firing->period) &&
           occasion->phase == firing->phase;
}

/* The units that have nothing left to do at `ms` although they had something at the time of the firing. */
static uint64_t content_by(const struct oracle *oracle, const struct store_firing *firing,
                           int64_t ms)
{
    uint64_t units = 0;
    for (size_t i = 0; i < oracle->torn->fact_count; i++) {
        const struct fact *fact = &oracle->torn->facts[i];
        int64_t said_ms = fact->request.at_ms;
        if (fact->taken && fact->content && said_ms > firing->fired_ms &&
            found_at(oracle, said_ms) <= ms && same_duty(&fact->occasion, fact->item, firing))
            units |= fact->unit ? UINT64_C(1) << fact->unit : ~UINT64_C(0);
    }
    return units;
}

/* ---- what is recorded ------------------------------------------------------------------------- */

static bool is_reminder(const struct row *row)
{
    return row->firing.kind == EVENT_REMINDER;
}

static bool asks(const struct row *row)
{
    return is_reminder(row) || row->firing.kind == EVENT_QUOTA_LATE;
}

/* True when `other` says to the same people what `row` would say at `now_ms`. */
static bool speaks_for(const struct oracle *oracle, const struct row *other,
                       const struct row *row, int64_t now_ms)
{
    const struct store_firing *a = &other->firing, *b = &row->firing;
    int64_t other_ms = found(oracle, a);
    if (!is_reminder(other) || a->item != b->item || a->route != b->route ||
        (a->tier == TIER_EVERY) != (b->tier == TIER_EVERY))
        return false;
    if (a->tier == TIER_EVERY)
        return a->at_ms > b->at_ms && other_ms == now_ms && holds(oracle, RULE_LAST_TURN);
    if (a->period != b->period || a->due != b->due || a->phase != b->phase ||
        a->tier <= b->tier || other_ms > now_ms)
        return false;
    return holds(oracle, other_ms == now_ms ? RULE_NEAREST : RULE_SPOKEN);
}

static bool is_stale(const struct store_firing *firing, int64_t now_ms)
{
    int32_t day = civil_from_ms(firing->at_ms, NULL);
    if (firing->official > day)
        day = firing->official;
    return civil_from_ms(now_ms, NULL) > day + 14;
}

static enum firing_fate fate_of(const struct oracle *oracle, const struct row *row,
                                int64_t now_ms)
{
    const struct life *steady = oracle->steady;
    if (!is_reminder(row))
        return FIRING_FIRED;
    for (size_t i = 0; i < steady->row_count; i++)
        if (speaks_for(oracle, &steady->rows[i], row, now_ms))
            return FIRING_MERGED;
    return holds(oracle, RULE_STALE) && is_stale(&row->firing, now_ms) ? FIRING_STALE
                                                                       : FIRING_FIRED;
}

static uint32_t count_units(uint64_t units)
{
    return (uint32_t)__builtin_popcountll(units);
}

/* An event of the life without downtimes, as the other one has to have it. */
static struct row expect_event(const struct oracle *oracle, const struct row *row)
{
    struct row out = *row;
    int64_t now_ms = found(oracle, &row->firing);
    bool had = row->firing.handler || row->firing.flags & FIRING_UNHEARD;
    bool old = now_ms > row->firing.at_ms + DAY_MS && holds(oracle, RULE_UNHEARD);
    out.firing.at_ms = holds(oracle, RULE_SCHEDULED) ? row->firing.at_ms : now_ms;
    out.firing.fired_ms = holds(oracle, RULE_FOUND) ? now_ms : row->firing.at_ms;
    out.firing.fate = fate_of(oracle, row, now_ms);
    if (out.firing.fate != FIRING_FIRED)
        out.units = 0;
    else if (asks(row) && holds(oracle, RULE_SUBJECTS))
        out.units &= ~content_by(oracle, &row->firing, now_ms);
    out.firing.units = count_units(out.units);
    bool heard = had && out.firing.fate == FIRING_FIRED && (!asks(row) || out.units);
    out.firing.flags &= ~(unsigned)FIRING_UNHEARD;
    if (heard && old)
        out.firing.flags |= FIRING_UNHEARD;
    if (!heard || old)
        out.firing.handler = HANDLER_NONE;
    return out;
}

/* … and a notice that came of one. */
static struct row expect_notice(const struct oracle *oracle, const struct row *row,
                                const struct row *cause)
{
    struct row out = *row;
    int64_t now_ms = reached_at(oracle, cause->firing.fired_ms, STAGE_HANDLE);
    bool stale = now_ms > row->firing.at_ms + DAY_MS && holds(oracle, RULE_NOTICE);
    out.firing.fired_ms = now_ms;
    out.firing.fate = stale ? FIRING_STALE : FIRING_FIRED;
    out.firing.flags = cause->firing.flags;
    out.units = cause->units;
    out.firing.units = count_units(out.units);
    return out;
}

static const struct row *find_row(const struct life *life, int64_t number)
{
    for (size_t i = 0; i < life->row_count; i++)
        if (life->rows[i].firing.number == number)
            return &life->rows[i];
    fail_msg("there is no row %lld", (long long)number);
    return NULL;
}

/* The journal: events in their order, and behind them the notices. Returns how many. */
static size_t expect(const struct oracle *oracle, struct row *out)
{
    const struct life *steady = oracle->steady;
    size_t count = 0;
    for (size_t i = 0; i < steady->row_count; i++)
        if (steady->rows[i].firing.kind != EVENT_NOTICE)
            out[count++] = expect_event(oracle, &steady->rows[i]);
    for (size_t i = 0; i < steady->row_count; i++) {
        const struct row *row = &steady->rows[i];
        if (row->firing.kind != EVENT_NOTICE)
            continue;
        struct row cause = expect_event(oracle, find_row(steady, row->firing.cause));
        if (cause.firing.handler)
            out[count++] = expect_notice(oracle, row, &cause);
    }
    return count;
}

/* ---- who is told ------------------------------------------------------------------------------ */

enum { ASKED_AGAIN_MS = 60000 };

struct line {
    int64_t sent_ms, slot; /* lines of one slot share a message */
    uint32_t route, unit;
    char *entry;
};

/* The units of an expected row that are told. */
static uint64_t told_units(const struct oracle *oracle, const struct row *row,
                           int64_t formed_ms)
{
    uint64_t units = row->units;
    if (is_reminder(row) && holds(oracle, RULE_STILL_UNMET))
        units &= ~content_by(oracle, &row->firing, formed_ms);
    if (is_reminder(row) && is_stale(&row->firing, formed_ms) && holds(oracle, RULE_STALE_LINE))
        return 0;
    uint32_t last = roster_find(oracle->torn->kit.roster, "w5", 2);
    bool left = oracle->until && civil_from_ms(formed_ms, NULL) > oracle->until;
    for (uint32_t unit = 1; left && unit < 64 && holds(oracle, RULE_LEFT); unit++)
        if (unit == last + 1) /* a store's first units are numbered as the roster has them */
            units &= ~(UINT64_C(1) << unit);
    return units;
}

/* Whom a nearer tier of the duty, or a later turn of the rhythm, tells that was found meanwhile. */
static uint64_t told_nearer(const struct oracle *oracle, const struct row *row,
                            const struct row *rows, size_t count, int64_t formed_ms)
{
    const struct store_firing *b = &row->firing;
    uint64_t units = 0;
    for (size_t i = 0; is_reminder(row) && holds(oracle, RULE_ONE_LINE) && i < count; i++) {
        const struct store_firing *a = &rows[i].firing;
        bool turn = a->tier == TIER_EVERY && b->tier == TIER_EVERY;
        bool nearer = a->tier != TIER_EVERY && a->tier > b->tier && a->period == b->period &&
                      a->due == b->due && a->phase == b->phase;
        if (is_reminder(&rows[i]) && a->fate == FIRING_FIRED && a->item == b->item &&
            a->route == b->route && a->fired_ms > b->fired_ms && a->fired_ms <= formed_ms &&
            (turn || nearer))
            units |= rows[i].units;
    }
    return units;
}

static size_t lines_of(const struct oracle *oracle, const struct row *row,
                       const struct row *rows, size_t row_count, int64_t slot, struct line *out)
{
    const struct store_firing *firing = &row->firing;
    size_t count = 0;
    if (!firing->route || firing->fate != FIRING_FIRED)
        return 0;
    int64_t formed_ms = reached_at(oracle, firing->fired_ms, STAGE_FORM);
    uint64_t units = told_units(oracle, row, formed_ms) &
                     ~told_nearer(oracle, row, rows, row_count, formed_ms);
    int64_t sent_ms = reached_at(oracle, formed_ms, STAGE_TAKE);
    if (sent_ms - formed_ms > ASKED_AGAIN_MS) /* what has waited is asked once more */
        units &= told_units(oracle, row, sent_ms) &
                 ~told_nearer(oracle, row, rows, row_count, sent_ms);
    for (uint32_t unit = 1; unit < 64; unit++)
        if (units >> unit & 1)
            out[count++] =
                (struct line){sent_ms, slot, firing->route, unit, entry_text(firing)};
    return count;
}

static int by_message(const void *left, const void *right)
{
    const struct line *a = left, *b = right;
    int order = (a->slot > b->slot) - (a->slot < b->slot);
    if (!order)
        order = (a->route > b->route) - (a->route < b->route);
    return order ? order : (a->unit > b->unit) - (a->unit < b->unit);
}

/* A message a line of text, sorted. What one tick finds is one slot, what one handler says another. */
static size_t expect_told(const struct oracle *oracle, const struct row *rows, size_t row_count,
                          char **out)
{
    static struct line lines[ROWS_MOST * WARDS];
    size_t count = 0, told = 0;
    for (size_t i = 0; i < row_count; i++) {
        bool notice = rows[i].firing.kind == EVENT_NOTICE;
        int64_t slot = notice ? -rows[i].firing.cause : rows[i].firing.fired_ms;
        slot = holds(oracle, RULE_ONE_MESSAGE) ? slot : (int64_t)i;
        count += lines_of(oracle, &rows[i], rows, row_count, slot, &lines[count]);
    }
    qsort(lines, count, sizeof *lines, by_message);
    for (size_t i = 0, next; i < count; i = next) {
        static char *entries[ROWS_MOST];
        for (next = i; next < count && by_message(&lines[i], &lines[next]) == 0; next++)
            entries[next - i] = lines[next].entry;
        out[told++] =
            told_text(lines[i].sent_ms, lines[i].route, lines[i].unit, entries, next - i);
    }
    qsort(out, told, sizeof *out, by_text);
    return told;
}

/* ---- two lives -------------------------------------------------------------------------------- */

static char *row_text(const struct row *row)
{
    const struct store_firing *f = &row->firing;
    char day[11], minute[6], fired[11];
    int32_t of_day, at = civil_from_ms(f->at_ms, &of_day);
    civil_format(civil_from_ms(f->fired_ms, NULL), fired);
    return arena_printf(
        arena,
        "%s %s %s item %u tier %d period %d due %d phase %u official %d working %d route %u: found %s "
        "(%lld) flags %u fate %d handler %d units %u %llx %s",
        civil_format(at, day), civil_format_minute(of_day, minute), firing_name(f->kind),
        f->item, f->tier, f->period, f->due, f->phase, f->official, f->working, f->route, fired,
        (long long)f->fired_ms, f->flags, f->fate, f->handler, f->units,
        (unsigned long long)row->units, f->text ? f->text : "");
}

/* NULL, or where the first difference is. */
static const char *compare(const struct life *torn, const struct row *rows, size_t row_count,
                           char *const *told, size_t told_count)
{
    size_t at = 0;
    for (int notices = 0; notices <= 1; notices++)
        for (size_t i = 0; i < torn->row_count; i++) {
            const char *has = row_text(&torn->rows[i]);
            if ((torn->rows[i].firing.kind == EVENT_NOTICE) != notices)
                continue;
            const char *wanted = at < row_count ? row_text(&rows[at++]) : "nothing";
            if (strcmp(wanted, has) != 0)
                return arena_printf(arena, "expected\n%s\nrecorded\n%s", wanted, has);
        }
    if (at < row_count)
        return arena_printf(arena, "not recorded\n%s", row_text(&rows[at]));
    for (size_t i = 0; i < told_count && i < torn->told_count; i++)
        if (strcmp(told[i], torn->told[i]) != 0)
            return arena_printf(arena, "expected\n%s\ntold\n%s", told[i], torn->told[i]);
    if (told_count != torn->told_count)
        return arena_printf(arena, "%zu messages expected, %zu sent", told_count,
                            torn->told_count);
    return NULL;
}

static const char *disagreement(const struct oracle *oracle)
{
    static struct row rows[ROWS_MOST];
    static char *told[ROWS_MOST * WARDS];
    size_t count = expect(oracle, rows);
    size_t told_count = expect_told(oracle, rows, count, told);
    return compare(oracle->torn, rows, count, told, told_count);
}

/* ---- many of them ----------------------------------------------------------------------------- */

/* The instant of one of the plan's events. */
static int64_t some_event(struct dice *dice, const struct kit_plan *plan)
{
    char *text;
    struct agenda *agenda = agenda_of(kit_compile(plan, &text));
    struct walk *walk = walk_new(agenda, AGENDA_START);
    struct event event;
    int64_t at_ms = civil_ms(civil_day(2012, 6, 4), 0);
    for (uint32_t steps = roll(dice, 60); steps && walk_next(walk, &event); steps--)
        at_ms = event.at_ms;
    walk_free(walk);
    agenda_free(agenda);
    return at_ms;
}

static int64_t some_length(struct dice *dice)
{
    uint32_t minutes = chance(dice, 30)   ? 2 * 60
                       : chance(dice, 50) ? 4 * 24 * 60
                                          : 60 * 24 * 60;
    return 60000 * (1 + (int64_t)roll(dice, minutes));
}

static void random_downtimes(struct dice *dice, const struct kit_plan *plan, struct life *torn)
{
    int64_t from_ms = civil_ms(civil_day(2012, 6, 1), (int32_t)roll(dice, MINUTES_A_DAY));
    size_t count = 1 + roll(dice, DOWNTIMES_MOST);
    for (size_t i = 0; i < count; i++) {
        int64_t at_ms = chance(dice, 70) ? some_event(dice, plan)
                                         : from_ms + DAY_MS * (int64_t)roll(dice, 60);
        if (i > 0 && chance(dice, 10))
            at_ms = from_ms; /* it dies again while it catches up */
        if (at_ms < from_ms)
            continue;
        from_ms = at_ms + some_length(dice);
        torn->downs[torn->down_count++] =
            (struct downtime){at_ms, from_ms, STAGE_HANDLE + roll(dice, STAGES)};
        from_ms += chance(dice, 50) ? 0 : 1;
    }
}

/* When all runs. At three quarters of a minute, when nothing else comes. */
static int64_t some_revision(struct dice *dice, const struct life *torn)
{
    const struct oracle oracle = {.torn = torn};
    int64_t at_ms = civil_ms(civil_day(2012, 6, 10) + (int32_t)roll(dice, 90),
                             (int32_t)roll(dice, MINUTES_A_DAY)) +
                    45000;
    return chance(dice, 50) && found_at(&oracle, at_ms) == at_ms ? at_ms : INT64_MAX;
}

/* Who is down can be handed in what is done, and who is excused: that waits. The rest is said while it runs. */
static void fit_facts(struct life *torn)
{
    const struct oracle oracle = {.torn = torn};
    for (size_t i = 0; i < torn->fact_count; i++) {
        struct fact_request *request = &torn->facts[i].request;
        if (found_at(&oracle, request->at_ms) != request->at_ms &&
            request->kind != FACT_EXCUSED)
            request->kind = FACT_SUBMITTED;
    }
}

struct tally {
    unsigned lives, rows, messages, downtimes;
    uint64_t differs[RULE_COUNT]; /* first seed that shows the rule, 0 = none */
};

static void find_rules(struct oracle *oracle, uint64_t seed, struct tally *tally)
{
    for (int rule = 0; rule < RULE_COUNT; rule++) {
        if (tally->differs[rule])
            continue;
        oracle->without = 1u << rule;
        if (disagreement(oracle))
            tally->differs[rule] = seed;
    }
    oracle->without = 0;
}

/* One plan lived twice; fails where the lives differ otherwise than the rules say. */
static void compare_lives(uint64_t seed, struct tally *tally)
{
    static struct life steady, torn;
    struct dice dice = {seed * UINT64_C(0x9e3779b97f4a7c15)};
    uint32_t items;
    steady.fact_count = steady.row_count = steady.told_count = steady.down_count = 0;
    struct kit_plan plan = random_plan(&dice, &items);
    torn.down_count = torn.row_count = torn.told_count = 0;
    random_downtimes(&dice, &plan, &torn);
    random_facts(&dice, items, &torn);
    fit_facts(&torn);
    steady.revise_ms = torn.revise_ms = some_revision(&dice, &torn);
    memcpy(steady.facts, torn.facts, sizeof torn.facts);
    steady.fact_count = torn.fact_count;
    live(&steady, &plan);
    live(&torn, &plan);
    struct oracle alone = {&steady, &steady, plan.until, 0};
    struct oracle oracle = {&steady, &torn, plan.until, 0};
    const char *problem = disagreement(&alone);
    if (problem)
        fail_msg("seed %llu, without downtimes: %s", (unsigned long long)seed, problem);
    problem = disagreement(&oracle);
    if (problem)
        fail_msg("seed %llu: %s", (unsigned long long)seed, problem);
    find_rules(&oracle, seed, tally);
    tally->lives++;
    tally->rows += (unsigned)torn.row_count;
    tally->messages += (unsigned)torn.told_count;
    tally->downtimes += (unsigned)torn.down_count;
    kit_close(&steady.kit);
    kit_close(&torn.kit);
}

/* What it takes is given back. */
static void compare_alone(uint64_t seed, struct tally *tally)
{
    struct arena *kept = arena;
    arena = arena_new();
    compare_lives(seed, tally);
    arena_free(arena);
    arena = kept;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void catching_up_is_a_life_but_for_the_rules(void **state)
{
    (void)state;
    const char *size = getenv("PLANRUN_TEST_SECONDS"), *only = getenv("PLANRUN_TEST_SEED");
    double end = now_s() + (getenv("PLANRUN_TEST_LONG") ? 600 : size ? strtod(size, NULL) : 2);
    static struct tally tally;
    uint64_t first = only ? strtoull(only, NULL, 10) : SEED;
    if (!only)
        compare_alone(SEED_ONE_LINE, &tally); /* a rule that few lives show */
    for (uint64_t seed = first; !only || seed == first; seed++) {
        if (tally.lives >= LIVES_LEAST && now_s() >= end)
            break;
        compare_alone(seed, &tally);
    }
    print_message("%u lives, %u downtimes, %u rows, %u messages\n", tally.lives,
                  tally.downtimes, tally.rows, tally.messages);
    for (int rule = 0; rule < RULE_COUNT; rule++) {
        print_message("without \"%s\": seed %llu differs\n", rule_names[rule],
                      (unsigned long long)tally.differs[rule]);
        assert_true(only || tally.differs[rule]);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(catching_up_is_a_life_but_for_the_rules),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
