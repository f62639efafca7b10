#include "sim_life.h"

#include "base/json.h"
#include "sim_check.h"
#include "store/facts.h"
#include "store/plans.h"
#include "time/trust.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char sim_store[] = "p.db";

enum { TURNS_MOST = 1000, FAILED_MOST = 100, HOUR_MS = 3600000, YEAR_DAYS = 400 };

/* ---- telling ---------------------------------------------------------------------------------- */

void sim_trace(struct sim_life *life, const char *format, ...)
{
    char line[300];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    life->trace = sim_mix(life->trace ^ (uint64_t)life->time.true_ms);
    for (int i = 0; i < length && i < (int)sizeof line - 1; i++)
        life->trace = (life->trace ^ (unsigned char)line[i]) * UINT64_C(0x100000001b3);
    if (life->out) {
        char day[11];
        int32_t minute;
        civil_format(civil_from_ms(life->time.true_ms, &minute), day);
        fprintf(life->out, "%s %02d:%02d:%02d %s\n", day, minute / 60, minute % 60,
                (int)(life->time.true_ms / 1000 % 60), line);
    }
}

void sim_fail(struct sim_life *life, const char *format, ...)
{
    if (*life->failure)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(life->failure, sizeof life->failure, format, arguments);
    va_end(arguments);
    sim_trace(life, "FAILURE: %s", life->failure);
}

uint64_t sim_identity(const struct store_firing *firing)
{
    const uint64_t parts[] = {firing->item,
                              (uint64_t)firing->kind,
                              firing->route,
                              (uint64_t)(int64_t)firing->tier,
                              (uint64_t)(int64_t)firing->period,
                              (uint64_t)(int64_t)firing->due,
                              firing->phase,
                              (uint64_t)firing->cause};
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        hash = sim_mix(hash ^ parts[i]);
    return hash;
}

/* ---- what fires ------------------------------------------------------------------------------- */

static void note_fired(void *context, const struct holding *holding,
                       const struct store_firing *firing)
{
    struct sim_life *life = context;
    struct journal_row row;
    struct arena *arena = arena_new();
    struct err err;
    uint64_t identity = sim_identity(firing);
    int code = engine_row(holding->engine, firing, arena, &row, &err);
    if (code < 0 && !sim_disk_failed(life->disk)) /* names of what is no more are read */
        sim_fail(life, "a firing without its names: %s", err.message);
    else if (code == 0)
        sim_trace(life, "fired %" PRId64 " %s %s %d due %d fate %d units %u", firing->number,
                  firing_name(firing->kind), row.item_id ? row.item_id : "-", firing->tier,
                  firing->due, firing->fate, firing->units);
    arena_free(arena);
    /* what a handler says has the time of its event, which has come, whatever the clock shows now */
    if (firing->at_ms > life->turn.now_ms && !firing->cause)
        sim_fail(life, "firing %" PRId64 " is early", firing->number);
    for (size_t i = 0; i < life->told_count; i++)
        if (life->told[i].identity == identity || life->told[i].number == firing->number)
            sim_fail(life, "firing %" PRId64 " fired before as %" PRId64, firing->number,
                     life->told[i].number);
    if (life->told_count == life->told_room) {
        life->told_room = life->told_room ? 2 * life->told_room : 256;
        life->told = mem_resize(life->told, life->told_room, sizeof *life->told);
    }
    if (firing->number > life->told_most)
        life->told_most = firing->number;
    life->told[life->told_count++] =
        (struct sim_told){firing->number, identity, life->time.true_ms, life->turn.now_ms};
}

static void note_trouble(void *context, const struct holding *holding, const struct err *err)
{
    (void)holding;
    sim_trace(context, "trouble: %s", err->message);
}

/* ---- what is sent ----------------------------------------------------------------------------- */

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return sim_mix(hash);
}

static uint64_t content_of(const struct channel_message *message)
{
    const char *const texts[] = {message->unit,
                                 message->name,
                                 message->contact,
                                 message->role,
                                 message->subject,
                                 message->text,
                                 strstr(message->json, "\"channel\"")};
    uint64_t hash = sim_mix((uint64_t)message->slot_ms);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hash = hash_text(hash, texts[i]);
    return hash;
}

static struct sim_sent *keep_sent(struct sim_life *life, const struct channel_message *message)
{
    uint64_t id = hash_text(0, message->id);
    struct sim_sent *sent = NULL;
    for (size_t i = 0; i < life->sent_count && !sent; i++)
        if (life->sent[i].id == id)
            sent = &life->sent[i];
    if (sent)
        return sent;
    if (life->sent_count == life->sent_room) {
        life->sent_room = life->sent_room ? 2 * life->sent_room : 256;
        life->sent = mem_resize(life->sent, life->sent_room, sizeof *life->sent);
    }
    sent = &life->sent[life->sent_count++];
    *sent = (struct sim_sent){.id = id, .content = content_of(message)};
    return sent;
}

static void answer_later(struct sim_life *life, enum channel_result result, channel_done done,
                         void *context)
{
    if (life->late_count == life->late_room) {
        life->late_room = life->late_room ? 2 * life->late_room : 64;
        life->late = mem_resize(life->late, life->late_room, sizeof *life->late);
    }
    life->late[life->late_count++] = (struct sim_late){
        life->time.true_ms + sim_span(&life->sends, 1000, 900000), done, context, result};
}

static void send_message(struct channel *channel, const struct channel_message *message,
                         channel_done done, void *context)
{
    struct sim_life *life =
        (struct sim_life *)((char *)channel - offsetof(struct sim_life, channel));
    struct sim_sent *sent = keep_sent(life, message);
    uint32_t draw =
        life->calm || life->time.true_ms >= life->end_ms ? 0 : sim_below(&life->sends, 100);
    enum channel_result result = draw < 75   ? CHANNEL_SENT
                                 : draw < 85 ? CHANNEL_RETRY
                                 : draw < 87 ? CHANNEL_FAILED
                                 : draw % 2  ? CHANNEL_SENT
                                             : CHANNEL_RETRY;
    sim_trace(life, "sends %s to %s %s attempt %u: %d%s", message->id, message->unit,
              message->role, message->attempt, (int)result, draw >= 87 ? " later" : "");
    if (life->holds)
        sim_fail(life, "message %s is sent while the clock is in doubt", message->id);
    if (sent->content != content_of(message))
        sim_fail(life, "message %s is another one now", message->id);
    if (message->attempt <= sent->attempt)
        sim_fail(life, "message %s: attempt %u again", message->id, message->attempt);
    if (sent->arrived && !message->repeated)
        sim_fail(life, "message %s goes again and is not marked so", message->id);
    sent->attempt = message->attempt;
    sent->arrived |= result == CHANNEL_SENT;
    if (draw >= 87)
        answer_later(life, result, done, context);
    else
        done(context, &(struct channel_end){.result = result,
                                            .note = result == CHANNEL_SENT ? NULL : "not now"});
}

static const struct channel_kind channel_kind = {"simulated", send_message, NULL, NULL, NULL};

static void deliver_late(struct sim_life *life)
{
    size_t kept = 0;
    for (size_t i = 0; i < life->late_count; i++) {
        struct sim_late *late = &life->late[i];
        if (late->true_ms > life->time.true_ms)
            life->late[kept++] = *late;
        else
            late->done(late->context,
                       &(struct channel_end){.result = late->result, .note = "late"});
    }
    life->late_count = kept;
}

/* ---- what is asked ---------------------------------------------------------------------------- */

static void note_answer(void *context, uint32_t asked, const struct value *answer,
                        const struct err *problem)
{
    struct sim_life *life = context;
    struct sim_attempt *attempt = &life->attempts[asked];
    const char *error = value_get_string(answer, "error");
    bool ok = value_get(answer, "ok") != NULL;
    /* what is refused while nothing can be written comes as an error, too */
    bool denied = error && !problem && !sim_failure(life);
    attempt->answer = problem ? SIM_REFUSED : ok ? SIM_DONE : denied ? SIM_DENIED : SIM_REFUSED;
    attempt->fact = value_get_int(answer, "number", 0);
    sim_trace(life, "answer to %u: %s", asked,
              problem ? problem->message
              : error ? error
                      : "ok");
    if (attempt->answer == SIM_DONE && attempt->hash)
        life->plan = attempt->plan;
    if (life->calm && attempt->answer != SIM_DONE)
        sim_fail(life, "the twin refuses what was accepted: %s",
                 problem ? problem->message : error);
}

struct sim_attempt *sim_ask(struct sim_life *life, const struct sim_attempt *attempt)
{
    if (life->attempt_count == life->attempt_room) {
        life->attempt_room = life->attempt_room ? 2 * life->attempt_room : 64;
        life->attempts = mem_resize(life->attempts, life->attempt_room, sizeof *life->attempts);
    }
    uint32_t number = (uint32_t)life->attempt_count++;
    struct sim_attempt *kept = &life->attempts[number];
    *kept = *attempt;
    kept->true_ms = life->time.true_ms;
    kept->answer = SIM_ASKED;
    kept->process = life->processes;
    sim_trace(life, "asks %u %s %s %s %s", number,
              attempt->hash    ? "revision"
              : attempt->actor ? "fact"
                               : "accept",
              attempt->actor ? attempt->actor : "", attempt->key ? attempt->key : "",
              attempt->hash ? attempt->hash
              : value_get_string(attempt->request, "item")
                  ? value_get_string(attempt->request, "item")
                  : "");
    if (life->out && attempt->hash)
        fprintf(life->out, "    %s\n", value_get_string(attempt->request, "text"));
    sim_control_ask(life->control, number, kept->request);
    return kept;
}

/* ---- a process -------------------------------------------------------------------------------- */

static int take_first(struct sim_life *life, struct err *err)
{
    struct buf text = {0};
    char hash[SHA256_HEX];
    uint32_t number;
    struct store_source source = {"p.lua", "", "", 0};
    sim_plan_text(&life->plan, &text);
    sha256_hex(text.bytes, text.length, hash);
    struct store_revision revision = {.plan = "p",
                                      .hash = hash,
                                      .text = text.bytes,
                                      .length = text.length,
                                      .path = "p.lua",
                                      .sources = &source,
                                      .source_count = 1,
                                      .taken_ms = life->time.true_ms};
    int code = store_take_revision(life->holding.store, &revision, NULL, 0, &number, err);
    buf_free(&text);
    return code;
}

static int make_plan(struct holding *holding, struct err *err)
{
    static const struct value_limits limits = {100000, 64, 1 << 20};
    struct findings findings = findings_new(holding->plan_arena, LANG_EN);
    struct value *sealed = NULL;
    int code = json_parse(holding->plan_arena, holding->revision.text, holding->revision.length,
                          &limits, &sealed, err);
    if (code == 0)
        code = plan_compile(holding->plan_arena, sealed, host_calendar(holding->host),
                            &holding->plan, err);
    if (code == 0)
        code = roster_new(holding->plan, &findings, &holding->roster, err);
    if (code == 0)
        code = roster_seal(holding->roster, err);
    findings_free(&findings);
    return code;
}

/* What holding_open does of a plan that has no roster's file, on the simulated disk. */
static int open_holding(struct sim_life *life, struct err *err)
{
    struct holding *holding = &life->holding;
    uint32_t number;
    *holding = (struct holding){.arena = arena_new(),
                                .plan_arena = arena_new(),
                                .host = life->host,
                                .id = "p",
                                .name = "p",
                                .script = "p.lua",
                                .lang = LANG_EN};
    int code = store_open(life->calm ? NULL : sim_store, STORE_WRITE, &holding->store, err);
    if (code < 0)
        return code;
    code = store_revision(holding->store, "p", holding->plan_arena, &holding->revision, &number,
                          err);
    if (code == ERR_NOT_FOUND && (code = take_first(life, err)) == 0)
        code = store_revision(holding->store, "p", holding->plan_arena, &holding->revision,
                              &number, err);
    if (code == 0)
        code = make_plan(holding, err);
    struct engine_input input = {holding->plan, host_calendar(life->host), holding->roster};
    if (code == 0)
        code = engine_new(holding->store, &input, 1, &holding->engine, err);
    return code < 0 ? code : store_flush(holding->store, err);
}

static void close_holding(struct holding *holding)
{
    engine_free(holding->engine);
    store_close(holding->store);
    life_free(&holding->life);
    roster_free(holding->roster);
    arena_free(holding->plan_arena);
    arena_free(holding->arena);
    *holding = (struct holding){0};
}

/* The model of the revision that runs. */
static void find_plan(struct sim_life *life)
{
    for (size_t i = 0; i < life->attempt_count; i++)
        if (life->attempts[i].hash &&
            strcmp(life->attempts[i].hash, life->holding.revision.hash) == 0)
            life->plan = life->attempts[i].plan;
}

bool sim_start(struct sim_life *life)
{
    struct err err = {0};
    life->processes++;
    if (open_holding(life, &err) < 0) {
        sim_trace(life, "does not start: %s", err.message);
        close_holding(&life->holding);
        return false;
    }
    sim_trace(life, "starts, revision %.8s", life->holding.revision.hash);
    find_plan(life);
    life->options = (struct loop_options){.clock = clock_real(),
                                          .channel = &life->channel,
                                          .lang = LANG_EN,
                                          .fired = note_fired,
                                          .trouble = note_trouble,
                                          .context = life};
    life->channel.kind = &channel_kind;
    turn_open(&life->turn, life->holding.store, NULL, &life->options);
    turn_add(&life->turn, &life->holding);
    life->turn.control = life->control = sim_control_new(note_answer, life);
    life->up = life->unable = true;
    return true;
}

void sim_stop(struct sim_life *life, bool clean)
{
    if (!life->up)
        return;
    if (clean)
        turn_end(&life->turn);
    sim_trace(life, clean ? "stops" : "dies");
    turn_close(&life->turn);
    sim_control_free(life->control);
    close_holding(&life->holding);
    life->late_count = 0;
    life->up = false;
}

const struct turn_failure *sim_failure(const struct sim_life *life)
{
    const struct turn *turn = &life->turn;
    if (turn->failure.count)
        return &turn->failure;
    return turn->count && turn->plans[0]->own.count ? &turn->plans[0]->own : NULL;
}

/* ---- a turn ----------------------------------------------------------------------------------- */

bool sim_is_dead(const struct sim_life *life)
{
    return life->disk && sim_disk_dead(life->disk);
}

/* A turn that ends well, with a sure clock and nothing left to be done, lets go what waited behind a death,
 * a disk that failed or a doubt – as far as it is not stale by then. */
static void note_able(struct sim_life *life)
{
    const struct turn *turn = &life->turn;
    bool done = !sim_failure(life) && !turn->more && turn->trust.doubt == CLOCK_SURE;
    if (!done || sim_is_dead(life)) {
        life->unable = true;
        return;
    }
    if (life->release_count == life->release_room) {
        life->release_room = life->release_room ? 2 * life->release_room : 64;
        life->releases = mem_resize(life->releases, life->release_room, sizeof *life->releases);
    }
    if (life->unable)
        life->releases[life->release_count++] =
            (struct sim_release){life->formed, turn->now_ms};
    life->unable = false;
    life->formed = life->told_most;
}

/* Whether the clock is to be believed, by what the store has. */
static struct trust judge(struct sim_life *life, const struct clock_reading *reading)
{
    struct err err;
    life->any_sure = false;
    if (store_last_clock(life->holding.store, &life->sure, &life->any_sure, &err) < 0)
        return (struct trust){.doubt = CLOCK_UNSET};
    return trust_judge(life->any_sure ? &life->sure : NULL, reading);
}

/* Within one start of the machine time is what has passed, and an hour at most beside it, unless
 * somebody said otherwise. */
static void check_now(struct sim_life *life, const struct clock_reading *reading)
{
    int64_t now_ms = life->turn.now_ms;
    bool same = life->any_sure && strcmp(life->sure.boot_id, reading->boot_id) == 0;
    int64_t passed_ms = life->sure.wall_ms + reading->boot_ms - life->sure.boot_ms;
    if (same && !life->turn.accepted && now_ms > passed_ms + HOUR_MS)
        sim_fail(life, "lives %" PRId64 " ms ahead of the time that has passed",
                 now_ms - passed_ms);
    if (now_ms > reading->wall_ms && !same)
        sim_fail(life, "lives ahead of its clock");
    if (now_ms > life->most_ms)
        life->most_ms = now_ms;
}

static void take_turn(struct sim_life *life)
{
    struct clock_reading reading = {0};
    sim_clock_reading(&life->time, &reading);
    struct trust trust = judge(life, &reading);
    life->holds = trust.doubt != CLOCK_SURE;
    turn_step(&life->turn, &reading);
    life->counts.turns++;
    life->last_ms = life->time.true_ms;
    note_able(life);
    if (!life->turn.failure.again_ms) {
        check_now(life, &reading);
        life->doubt = life->turn.trust.doubt != CLOCK_SURE;
        if (life->holds != life->doubt && !life->turn.accepted)
            sim_fail(life, "believes its clock otherwise than trust.h");
    }
    const struct turn_failure *failure = sim_failure(life);
    if (failure && failure->count > FAILED_MOST && life->heal_ms == INT64_MAX &&
        life->time.true_ms > life->healed_ms + HOUR_MS)
        sim_fail(life, "goes on no more, though its disk is well: %s",
                 failure->problem.message);
    life->time.true_ms += 1 + sim_below(&life->sends, 20);
}

void sim_turns(struct sim_life *life)
{
    deliver_late(life);
    for (int i = 0; i < TURNS_MOST && !*life->failure; i++) {
        take_turn(life);
        if (sim_is_dead(life) || (!life->turn.more && !life->turn.calling))
            return;
    }
    sim_fail(life, "turns have no end");
}

/* ---- beginning and end ------------------------------------------------------------------------ */

void sim_life_new(struct sim_life *life, uint64_t seed, struct host *host, FILE *out)
{
    struct sim_random plans = sim_random_new(seed, 1);
    int32_t year = sim_between(&plans, 2010, 2024);
    int32_t day = civil_day(year, sim_between(&plans, 1, 12), 1);
    *life = (struct sim_life){.seed = seed, .out = out, .host = host, .arena = arena_new()};
    sim_plan_make(&plans, day, &life->plan);
    life->inputs = sim_random_new(seed, 2);
    life->faults = sim_random_new(seed, 3);
    life->sends = sim_random_new(seed, 4);
    life->time.true_ms = life->time.start_ms = civil_ms(day, sim_between(&plans, 0, 1439));
    life->end_ms = life->time.true_ms + YEAR_DAYS * INT64_C(86400000);
    life->most_ms = INT64_MIN;
    life->heal_ms = life->right_ms = INT64_MAX;
}

void sim_life_free(struct sim_life *life)
{
    sim_stop(life, false);
    if (life->disk)
        sim_disk_free(life->disk);
    arena_free(life->arena);
    free(life->attempts);
    free(life->told);
    free(life->sent);
    free(life->late);
    free(life->releases);
    *life = (struct sim_life){0};
}
