#include "sim_world.h"

#include "base/json.h"
#include "sim_check.h"

#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define SELDOM (12 * DAY) /* what wakes a process at the latest; the product's is a minute */

enum { ENDINGS_MOST = 400 };

/* Troubles that a life may have; each has some of them. */
enum mood { MOOD_KILLS = 1, MOOD_CUTS = 2, MOOD_FAULTS = 4, MOOD_STOPS = 8, MOOD_CLOCKS = 16 };

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- the clock -------------------------------------------------------------------------------- */

static void set_clock(struct sim_life *life, int64_t offset_ms)
{
    life->time.offset_ms = offset_ms;
    life->counts.jumps++;
    sim_trace(life, "the clock is set %lld ms off", (long long)offset_ms);
    if (offset_ms)
        life->right_ms = life->time.true_ms + sim_span(&life->faults, MINUTE, 12 * DAY);
}

/* Where a clock ends up that nobody trusts; 1970 is that of a battery that is dead. */
static int64_t wrong_offset(struct sim_life *life)
{
    switch (sim_below(&life->faults, 6)) {
    case 0: return sim_span(&life->faults, MINUTE, 2 * HOUR);
    case 1: return sim_span(&life->faults, HOUR, 28 * DAY);
    case 2: return sim_span(&life->faults, 32 * DAY, 3650 * DAY);
    case 3: return -sim_span(&life->faults, MINUTE, 2 * HOUR);
    case 4: return -sim_span(&life->faults, HOUR, 200 * DAY);
    default: return 5 * MINUTE - life->time.true_ms;
    }
}

/* It is set while the process runs, which hears of it at once; now and then again and again. */
static void jump(struct sim_life *life)
{
    uint32_t times = sim_chance(&life->faults, 20) ? 2 * sim_below(&life->faults, 15) : 0;
    int64_t offset_ms = wrong_offset(life), before_ms = life->time.offset_ms;
    for (uint32_t i = 0; i < times && life->up && !sim_is_dead(life); i++) {
        set_clock(life, i % 2 ? before_ms : offset_ms);
        sim_turns(life);
        life->time.true_ms += SECOND;
    }
    set_clock(life, offset_ms);
    if (life->up && !sim_is_dead(life))
        sim_turns(life);
}

/* A person says that the clock is right, though it may not be. */
static void accept_clock(struct sim_life *life)
{
    struct sim_attempt attempt = {0};
    struct value *request = value_map(life->arena);
    value_set_string(life->arena, request, "do", "accept-clock");
    attempt.request = request;
    sim_ask(life, &attempt);
    sim_turns(life);
}

/* Somebody looks at the clock: sets it right, or finds it right and says so. */
static void set_right(struct sim_life *life)
{
    life->right_ms = INT64_MAX;
    bool ask = life->doubt && (life->time.offset_ms == 0 || sim_chance(&life->faults, 25));
    if (ask && life->up)
        accept_clock(life);
    else
        set_clock(life, 0);
    if (life->up && !sim_is_dead(life))
        sim_turns(life);
    if (life->time.offset_ms || life->doubt)
        life->right_ms = life->time.true_ms + sim_span(&life->faults, 10 * MINUTE, 12 * DAY);
}

/* ---- death and disk --------------------------------------------------------------------------- */

static void boot(struct sim_life *life)
{
    life->time.start++;
    life->time.start_ms = life->time.true_ms;
    if (life->moods & MOOD_CLOCKS && sim_chance(&life->faults, 40))
        set_clock(life, wrong_offset(life));
    else if (life->time.offset_ms && sim_chance(&life->faults, 50))
        set_clock(life, 0);
}

/* The process has ended, or ends now; a machine without power starts anew. */
static void die(struct sim_life *life, bool cut)
{
    bool dead = sim_disk_dead(life->disk);
    if (!dead && cut)
        sim_disk_cut(life->disk);
    else if (!dead)
        sim_disk_kill(life->disk);
    sim_stop(life, false);
    sim_disk_restart(life->disk);
    life->counts.deaths++;
    life->heal_ms = INT64_MAX;
    life->start_ms = life->time.true_ms + sim_span(&life->faults, MINUTE, 21 * DAY);
    life->reboots = cut || sim_chance(&life->faults, 40);
}

static void heal(struct sim_life *life)
{
    sim_disk_fail(life->disk, 0, SIM_NONE, false);
    life->heal_ms = INT64_MAX;
    life->healed_ms = life->time.true_ms;
    sim_trace(life, "the disk is healed");
}

/* Something will fail before long. */
static void plan_fault(struct sim_life *life)
{
    static const enum sim_fault kinds[] = {SIM_EIO,  SIM_ENOSPC, SIM_SHORT,
                                           SIM_TORN, SIM_KILL,   SIM_CUT};
    if (life->heal_ms != INT64_MAX)
        return; /* it fails already */
    enum sim_fault fault = kinds[sim_below(&life->faults, sizeof kinds / sizeof *kinds)];
    uint64_t after = 1 + sim_below(&life->faults, sim_chance(&life->faults, 50) ? 8 : 60);
    bool for_good = fault <= SIM_SHORT && sim_chance(&life->faults, 40);
    sim_disk_fail(life->disk, after, fault, for_good);
    life->heal_ms =
        for_good ? life->time.true_ms + sim_span(&life->faults, MINUTE, 3 * DAY) : INT64_MAX;
    life->counts.faults++;
    sim_trace(life, "fault %d after %d%s", (int)fault, (int)after, for_good ? " for good" : "");
}

static void stop(struct sim_life *life)
{
    sim_stop(life, true);
    if (sim_disk_dead(life->disk)) {
        die(life, false);
        return;
    }
    life->start_ms = life->time.true_ms + sim_span(&life->faults, MINUTE, 21 * DAY);
    life->reboots = sim_chance(&life->faults, 40);
}

static void start(struct sim_life *life)
{
    life->start_ms = INT64_MAX;
    bool troubled = life->moods & MOOD_FAULTS && life->time.true_ms < life->end_ms;
    if (troubled && life->heal_ms == INT64_MAX && sim_chance(&life->faults, 25))
        sim_disk_fail(life->disk, 1 + sim_below(&life->faults, 16), SIM_EIO, false);
    if (life->reboots)
        boot(life);
    life->reboots = false;
    if (sim_start(life)) {
        sim_check(life, false);
    } else if (sim_disk_dead(life->disk)) {
        die(life, false);
    } else {
        life->start_ms = life->time.true_ms + sim_span(&life->faults, HOUR, 12 * HOUR);
    }
}

/* ---- trouble ---------------------------------------------------------------------------------- */

static void make_trouble(struct sim_life *life)
{
    enum mood mood = (enum mood)(1u << sim_below(&life->faults, 5));
    life->trouble_ms = life->time.true_ms + sim_span(&life->faults, 6 * HOUR, 96 * DAY);
    if (!(life->moods & mood))
        return;
    if (mood == MOOD_FAULTS)
        plan_fault(life);
    else if (mood == MOOD_CLOCKS)
        jump(life);
    else if (life->up && mood == MOOD_STOPS)
        stop(life);
    else if (life->up)
        die(life, mood == MOOD_CUTS);
}

/* ---- inputs ----------------------------------------------------------------------------------- */

/* All that has come is decided: a revision then takes the place of nothing that happened before. */
static bool has_caught_up(const struct sim_life *life)
{
    const struct turn *turn = &life->turn;
    return life->up && !turn_problem(turn) && !turn->plans[0]->broken && !turn->more &&
           !turn->calling && turn_next_event(turn) > turn->now_ms;
}

/* It lives by the right time, and never lived by a later one. */
static bool is_steady(const struct sim_life *life)
{
    return life->time.offset_ms == 0 && !life->doubt && life->most_ms <= life->time.true_ms;
}

static void ask_revision(struct sim_life *life)
{
    struct buf text = {0};
    struct sim_attempt attempt = {.plan = life->plan};
    attempt.plan.revision = (uint32_t)life->attempt_count;
    sim_plan_revise(&life->inputs, civil_from_ms(life->time.true_ms, NULL), &attempt.plan);
    sim_plan_text(&attempt.plan, &text);
    attempt.request = sim_plan_apply(&text, life->arena);
    attempt.hash = value_get_string(attempt.request, "hash");
    buf_free(&text);
    sim_ask(life, &attempt);
}

/* The same again, as one who has heard no answer. */
static bool ask_again(struct sim_life *life)
{
    if (!life->attempt_count)
        return false;
    const struct sim_attempt *before =
        &life->attempts[sim_below(&life->inputs, (uint32_t)life->attempt_count)];
    if (!before->key)
        return false;
    struct sim_attempt attempt = {.key = before->key, .again = true};
    struct value *request = value_copy(life->arena, before->request);
    attempt.actor = arena_printf(life->arena, "a%zu", life->attempt_count);
    value_set_string(life->arena, request, "actor", attempt.actor);
    attempt.request = request;
    sim_ask(life, &attempt);
    return true;
}

static void ask_fact(struct sim_life *life, bool steady)
{
    struct sim_attempt attempt = {0};
    attempt.request = sim_plan_fact(&life->inputs, &life->plan, (uint32_t)life->attempt_count,
                                    life->time.true_ms, !steady, life->arena);
    attempt.actor = value_get_string(attempt.request, "actor");
    attempt.key = value_get_string(attempt.request, "key");
    sim_ask(life, &attempt);
}

static void ask(struct sim_life *life)
{
    bool steady = is_steady(life);
    if (!has_caught_up(life)) {
        life->input_ms = life->time.true_ms + sim_span(&life->inputs, 10 * MINUTE, DAY);
        return;
    }
    life->input_ms = life->time.true_ms + sim_span(&life->inputs, 8 * HOUR, 45 * DAY);
    if (steady && sim_chance(&life->inputs, 12))
        ask_revision(life);
    else if (!steady || !sim_chance(&life->inputs, 15) || !ask_again(life))
        ask_fact(life, steady);
    sim_turns(life);
}

/* ---- time ------------------------------------------------------------------------------------- */

/* When the process wakes by itself, in true time. */
static int64_t next_wake(const struct sim_life *life)
{
    struct turn *turn = (struct turn *)(uintptr_t)&life->turn;
    int64_t wake = life->last_ms + SELDOM, start_ms = life->time.start_ms;
    const struct turn_failure *failure = sim_failure(life);
    if (failure)
        return least(wake, start_ms + failure->again_ms);
    if (turn->plans[0]->stuck.count)
        wake = least(wake, start_ms + turn->plans[0]->stuck.again_ms);
    int64_t event = turn_next_event(turn), mail = turn_next_mail(turn);
    int64_t next = mail == INT64_MIN ? turn->now_ms + MINUTE : INT64_MAX;
    if (mail > turn->now_ms)
        next = least(next, mail);
    if (event > turn->now_ms)
        next = least(next, event);
    if (next < turn->now_ms + SELDOM)
        wake = least(wake, life->last_ms + next - turn->now_ms);
    for (size_t i = 0; i < life->late_count; i++)
        wake = least(wake, life->late[i].true_ms);
    return wake;
}

static int64_t next_instant(const struct sim_life *life)
{
    int64_t next = least(life->trouble_ms, least(life->heal_ms, life->right_ms));
    next = least(next, life->up ? least(next_wake(life), life->input_ms) : life->start_ms);
    return least(next, life->end_ms);
}

static void pass_to(struct sim_life *life, int64_t true_ms)
{
    if (true_ms > life->time.true_ms)
        life->time.true_ms = true_ms;
}

/* What happens at one instant. */
static void step(struct sim_life *life)
{
    pass_to(life, next_instant(life));
    int64_t now_ms = life->time.true_ms;
    if (life->heal_ms <= now_ms)
        heal(life);
    if (!life->up && life->start_ms <= now_ms)
        start(life);
    if (life->up)
        sim_turns(life);
    if (life->right_ms <= now_ms && !(life->up && sim_is_dead(life)))
        set_right(life);
    if (life->doubt && life->right_ms == INT64_MAX)
        life->right_ms = now_ms + sim_span(&life->faults, 10 * MINUTE, 12 * DAY);
    if (life->up && !sim_is_dead(life) && life->input_ms <= now_ms)
        ask(life);
    if (life->up && !sim_is_dead(life) && !sim_failure(life) && sim_chance(&life->faults, 2))
        sim_check(life, false);
    if (life->up && sim_is_dead(life))
        die(life, false);
    if (life->trouble_ms <= now_ms && !*life->failure)
        make_trouble(life);
}

/* ---- the whole -------------------------------------------------------------------------------- */

/* What is left to be sent, retried and settled is, without trouble. */
static void finish(struct sim_life *life)
{
    for (int i = 0; i < ENDINGS_MOST && !*life->failure; i++) {
        sim_turns(life);
        int64_t next = turn_next_mail(&life->turn);
        bool late = life->late_count > 0;
        if (!late && next == INT64_MAX && !turn_problem(&life->turn))
            return;
        int64_t wake = next_wake(life);
        pass_to(life, wake > life->time.true_ms ? wake : life->time.true_ms + SECOND);
    }
    sim_fail(life, "messages do not come to an end");
}

static void make_well(struct sim_life *life)
{
    if (life->disk)
        heal(life);
    life->trouble_ms = life->input_ms = life->start_ms = INT64_MAX;
    if (!life->up)
        start(life);
    if (!life->up && !*life->failure) {
        sim_fail(life, "does not start on a disk that is well");
        return;
    }
    if (life->time.offset_ms)
        set_clock(life, 0);
    sim_turns(life);
    if (life->doubt)
        accept_clock(life);
    life->right_ms = INT64_MAX;
}

struct sim_disk *sim_world_image(struct err *err)
{
    static const struct sim_time time = {.true_ms = DAY};
    struct store *store = NULL;
    struct sim_disk *disk = sim_disk_new(1);
    sim_clock_use(&time);
    sim_disk_use(disk);
    if (store_open(sim_store, STORE_WRITE, &store, err) < 0) {
        sim_disk_free(disk);
        return NULL;
    }
    store_close(store);
    return disk;
}

static void hash_disk(struct sim_life *life)
{
    size_t length = 0;
    const unsigned char *bytes = sim_disk_file(life->disk, sim_store, &length);
    uint64_t hash = length;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    sim_trace(life, "disk %016llx", (unsigned long long)hash);
}

static void live(struct sim_life *life, const struct sim_disk *image)
{
    life->disk = sim_disk_copy(image, life->seed);
    sim_disk_use(life->disk);
    sim_clock_use(&life->time);
    life->moods = 1 + sim_below(&life->faults, 31);
    life->start_ms = life->time.true_ms;
    life->trouble_ms = life->time.true_ms + sim_span(&life->faults, MINUTE, 96 * DAY);
    life->input_ms = life->time.true_ms + sim_span(&life->inputs, 8 * HOUR, 45 * DAY);
    while (!*life->failure && life->time.true_ms < life->end_ms)
        step(life);
    if (!*life->failure)
        make_well(life);
    if (!*life->failure)
        finish(life);
    if (!*life->failure)
        sim_check(life, true);
}

/* The inputs whose time has come. */
static void replay(struct sim_life *twin, const struct sim_life *life)
{
    while (twin->replayed < life->attempt_count) {
        const struct sim_attempt *attempt = &life->attempts[twin->replayed];
        if (attempt->stands && attempt->true_ms > twin->time.true_ms)
            return;
        twin->replayed++;
        if (!attempt->stands)
            continue;
        sim_ask(twin, attempt);
        sim_turns(twin);
    }
}

static int64_t next_replay(const struct sim_life *twin, const struct sim_life *life)
{
    for (size_t i = twin->replayed; i < life->attempt_count; i++)
        if (life->attempts[i].stands)
            return life->attempts[i].true_ms;
    return INT64_MAX;
}

static void live_calm(struct sim_life *twin, const struct sim_life *life)
{
    twin->calm = true;
    sim_clock_use(&twin->time);
    if (!sim_start(twin))
        sim_fail(twin, "the twin does not start");
    while (!*twin->failure && twin->time.true_ms < twin->end_ms) {
        sim_turns(twin);
        replay(twin, life);
        int64_t next = least(next_wake(twin), next_replay(twin, life));
        pass_to(twin, least(next, twin->end_ms));
    }
    if (!*twin->failure)
        finish(twin);
}

static void compare(struct sim_life *life, struct sim_life *twin)
{
    struct sim_rows rows = {0}, twins = {0};
    if (!*life->failure) {
        sim_trace(twin, "the twin begins");
        live_calm(twin, life);
    }
    if (*twin->failure)
        sim_fail(life, "the twin: %s", twin->failure);
    if (!*life->failure && sim_rows_read(life, &rows) && sim_rows_read(twin, &twins))
        sim_check_twin(life, &rows, twin, &twins);
    sim_rows_free(&rows);
    sim_rows_free(&twins);
}

static void note_result(const struct sim_life *life, const struct sim_life *twin,
                        struct sim_result *result)
{
    *result = (struct sim_result){.trace = life->trace,
                                  .twin = twin->trace,
                                  .firings = life->told_count,
                                  .messages = life->sent_count,
                                  .turns = life->counts.turns,
                                  .deaths = life->counts.deaths,
                                  .faults = life->counts.faults,
                                  .jumps = life->counts.jumps,
                                  .checks = life->counts.checks};
    for (size_t i = 0; i < life->attempt_count; i++) {
        result->facts += life->attempts[i].stands && life->attempts[i].actor;
        result->revisions += life->attempts[i].stands && life->attempts[i].hash;
    }
    memcpy(result->failure, life->failure, sizeof result->failure);
}

bool sim_world_run(uint64_t seed, struct host *host, const struct sim_disk *image, FILE *out,
                   struct sim_result *result)
{
    struct sim_life life, twin;
    sim_life_new(&life, seed, host, out);
    sim_life_new(&twin, seed, host, out);
    live(&life, image);
    compare(&life, &twin);
    sim_disk_use(life.disk);
    sim_clock_use(&life.time);
    sim_stop(&life, true);
    hash_disk(&life);
    note_result(&life, &twin, result);
    sim_life_free(&twin);
    sim_life_free(&life);
    return !*result->failure;
}
