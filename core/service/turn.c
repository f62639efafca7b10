#include "service/turn.h"

#include "service/intake.h"
#include "service/request.h"
#include "store/clocks.h"
#include "time/civil.h"
#include "time/clock.h"

#include <stdlib.h>
#include <string.h>

enum { REQUESTS_A_TURN = 200, REQUESTS_MS = 20, AGAIN_MS = 1000, AGAIN_MOST_MS = 60000 };

void turn_open(struct turn *turn, struct holding *holding, const struct loop_options *options)
{
    *turn =
        (struct turn){.holding = holding, .options = options, .accept = options->accept_clock};
    turn->post = post_single(options->channel);
    turn->courier = courier_new(turn->post, &holding->engine, 1, options->lang);
    turn->calls = calls_new(holding, options->lang);
}

void turn_close(struct turn *turn)
{
    calls_free(turn->calls);
    courier_free(turn->courier);
    post_close(turn->post);
    turn_report(&turn->fired, turn->holding, NULL, NULL);
}

/* ---- what fired ------------------------------------------------------------------------------- */

static struct store_firing copy_firing(struct arena *arena, const struct store_firing *from)
{
    struct store_firing copy = *from;
    if (from->subjects)
        copy.subjects = arena_copy(arena, from->subjects, from->subjects_length);
    if (from->text)
        copy.text = arena_string(arena, from->text);
    return copy;
}

bool turn_collect(struct turn_fired *fired, const struct engine *engine)
{
    size_t count;
    bool handler = false;
    const struct store_firing *list = engine_fired(engine, &count);
    if (count && !fired->arena)
        fired->arena = arena_new();
    if (fired->count + count > fired->room) {
        fired->room = 2 * (fired->count + count);
        fired->list = mem_resize(fired->list, fired->room, sizeof *fired->list);
    }
    for (size_t i = 0; i < count; i++) {
        fired->list[fired->count++] = copy_firing(fired->arena, &list[i]);
        handler |= list[i].handler == HANDLER_PENDING;
    }
    return handler;
}

void turn_report(struct turn_fired *fired, const struct holding *holding, loop_fired tell,
                 void *context)
{
    for (size_t i = 0; tell && i < fired->count; i++)
        tell(context, holding, &fired->list[i]);
    arena_free(fired->arena);
    free(fired->list);
    *fired = (struct turn_fired){0};
}

/* ---- commit and failure ----------------------------------------------------------------------- */

/* The memory may be ahead of the disk, and a handler may run for a firing that is not there. */
static void read_anew(struct turn *turn)
{
    struct err err;
    turn->broken = engine_renew(turn->holding->engine, &err) < 0;
    courier_engines(turn->courier, &turn->holding->engine, 1);
    calls_free(turn->calls);
    turn->calls = calls_new(turn->holding, turn->options->lang);
    turn->calling = turn->asked = false;
}

static void tell_trouble(struct turn *turn, const struct err *err)
{
    if (turn->options->trouble)
        turn->options->trouble(turn->options->context, turn->holding, err);
}

/* Keeps a failure, the `*count`th in a row; when to try again, a little later every time. True in `*known`
 * when the last one was the same. */
static int64_t put_off(struct turn *turn, uint32_t *count, const struct err *err, bool *known)
{
    int64_t wait = (int64_t)AGAIN_MS << (*count < 6 ? *count : 6);
    *known = *count > 0 && strcmp(turn->problem.message, err->message) == 0;
    turn->problem = *err;
    ++*count;
    return turn->reading.boot_ms + (wait < AGAIN_MOST_MS ? wait : AGAIN_MOST_MS);
}

static void fail(struct turn *turn, const struct err *err)
{
    struct err said;
    bool known;
    turn->again_ms = put_off(turn, &turn->failed, err, &known);
    turn->failed_ms = turn->reading.boot_ms;
    err_set(&said, err->code,
            TR(turn->options->lang, "nothing is recorded – %s", "暂时不能登记：%s"),
            err->message);
    if (!known)
        tell_trouble(turn, &said);
    read_anew(turn);
}

static void succeed(struct turn *turn)
{
    struct err said;
    err_set(&said, 0, "%s",
            TR(turn->options->lang, "what is asked and what is due is recorded again",
               "已恢复，照常登记"));
    if (turn->failed)
        tell_trouble(turn, &said);
    turn->failed = 0;
    turn->again_ms = 0;
}

/* Nobody else would ever hear of it. */
static void tell_lost(struct turn *turn)
{
    struct err said;
    err_set(&said, ERR_INVALID, "%s",
            TR(turn->options->lang,
               "whom an event is about cannot be read any more: it is not sent; 'planrun log' "
               "shows it as lost, and all else goes on",
               "有一条事件的对象已无法读出，不再发送；planrun log 中标为“丢失”，其余照常"));
    tell_trouble(turn, &said);
}

/* Ends the group: 0, or the failure that took it back. */
static int commit(struct turn *turn, struct err *err)
{
    int code = store_flush(turn->holding->store, err);
    if (code == 0 && turn->handler.code)
        tell_trouble(turn, &turn->handler);
    if (code == 0 && turn->lost)
        tell_lost(turn);
    turn->handler.code = 0;
    turn->lost = false;
    turn_report(&turn->fired, turn->holding, code == 0 ? turn->options->fired : NULL,
                turn->options->context);
    if (turn->control)
        control_answer(turn->control, code == 0 ? NULL : err);
    return code;
}

/* ---- the clock -------------------------------------------------------------------------------- */

static bool take_last(void *context, const struct store_doubt *doubt)
{
    enum clock_doubt *last = context;
    *last = doubt->accepted_by ? CLOCK_SURE : doubt->doubt;
    return false;
}

/* An end that nobody was there to tell of is told now. */
static int ask_noted(struct turn *turn, struct err *err)
{
    struct store_doubt_filter filter = {.latest = true};
    turn->noted = CLOCK_SURE;
    int code = store_doubts(turn->holding->store, &filter, take_last, &turn->noted, err);
    turn->asked = code == 0;
    if (code == 0 && turn->trust.doubt == CLOCK_SURE && turn->noted != CLOCK_SURE)
        turn->told = turn->noted;
    return code;
}

/* A row of what is believed now, or of `overruled`. */
static int note(struct turn *turn, const struct trust *trust, const char *accepted_by,
                struct err *err)
{
    struct store_doubt doubt = {.at_ms = turn->now_ms,
                                .wall_ms = turn->reading.wall_ms,
                                .jump_ms = trust->jump_ms,
                                .doubt = trust->doubt,
                                .accepted_by = accepted_by};
    return store_note_doubt(turn->holding->store, &doubt, accepted_by ? &turn->reading : NULL,
                            err);
}

/* Judged by what is in the store, so that a process that begins now judges alike. */
static int judge(struct turn *turn, struct err *err)
{
    struct clock_reading sure;
    bool any = false;
    int code = store_last_clock(turn->holding->store, &sure, &any, err);
    if (code < 0)
        return code;
    turn->trust = trust_judge(any ? &sure : NULL, &turn->reading);
    turn->now_ms = turn->trust.now_ms;
    if (!turn->asked)
        code = ask_noted(turn, err);
    if (code == 0 && turn->trust.doubt != turn->noted)
        code = note(turn, &turn->trust, NULL, err);
    if (code == 0)
        turn->noted = turn->trust.doubt;
    return code;
}

void turn_accept_clock(struct turn *turn, const char *actor)
{
    turn->accept = actor;
}

/* From here on the turn lives by the wall clock, and the next ones are judged by it. Where nothing is
 * to be overruled, nothing is done. */
static int take_clock(struct turn *turn, const char *actor, struct err *err)
{
    if (turn->trust.keep)
        return 0;
    turn->now_ms = turn->reading.wall_ms;
    int code = note(turn, &turn->trust, actor, err);
    if (code < 0)
        return code;
    turn->overruled = turn->trust;
    turn->accepted = true;
    turn->noted = CLOCK_SURE;
    turn->trust = (struct trust){CLOCK_SURE, turn->now_ms, 0, true};
    return 0;
}

/* Once the group is on the disk. */
static void tell_doubt(struct turn *turn)
{
    const struct loop_options *options = turn->options;
    if (options->doubt && (turn->accepted || turn->trust.doubt != turn->told))
        options->doubt(options->context, turn->holding,
                       turn->accepted ? &turn->overruled : &turn->trust, turn->accepted);
    turn->told = turn->trust.doubt;
    turn->accept = NULL;
}

bool turn_holds(struct turn *turn)
{
    struct err err;
    bool waits = true;
    return turn->trust.doubt != CLOCK_SURE &&
           (engine_waiting(turn->holding->engine, &waits, &err) < 0 || waits);
}

/* ---- steps ------------------------------------------------------------------------------------ */

/* A revision, or an import, is a group of its own: what was asked before it is committed first. */
static int do_request(struct turn *turn, struct control_request *request, struct err *err)
{
    const char *what = value_get_string(request->request, "do");
    bool alone = request_is_alone(request->request);
    if (what && strcmp(what, "accept-clock") == 0) {
        const char *actor = value_get_string(request->request, "actor");
        request->answer = request_accepted(request->arena, &turn->trust);
        int taken = take_clock(turn, actor ? actor : "", err);
        if (taken < 0)
            request->answer = request_error(request->arena, err);
        return taken;
    }
    const struct engine *before = turn->holding->engine;
    int code = alone ? commit(turn, err) : 0;
    request->answer =
        code == 0 ? request_do(turn->holding, request->request, turn->now_ms, request->arena)
                  : request_refused(request->request, NULL, request->arena, err);
    if (turn->holding->engine != before)
        courier_engines(turn->courier, &turn->holding->engine, 1);
    return alone && code == 0 ? commit(turn, err) : code;
}

static int do_requests(struct turn *turn, struct err *err)
{
    int code = 0;
    int64_t until_ms = clock_monotonic() + REQUESTS_MS;
    for (int i = 0; turn->control && i < REQUESTS_A_TURN && code == 0 &&
                    (i == 0 || clock_monotonic() < until_ms);
         i++) {
        struct control_request *request = control_next(turn->control);
        if (!request)
            break;
        code = do_request(turn, request, err);
    }
    return code;
}

/* Who holds the store can be said without it. */
static const struct value *refuse(const struct turn *turn,
                                  const struct control_request *request)
{
    const char *what = value_get_string(request->request, "do");
    const struct value *answer = NULL;
    if (what && strcmp(what, "who") == 0)
        answer = request_do(turn->holding, request->request, turn->now_ms, request->arena);
    return request_refused(request->request, answer, request->arena, &turn->problem);
}

/* While nothing can be written, whoever asks hears so at once, and why. */
static void refuse_requests(struct turn *turn)
{
    struct control_request *request;
    while (turn->control && (request = control_next(turn->control)))
        request->answer = refuse(turn, request);
    if (turn->control)
        control_answer(turn->control, NULL);
}

/* Handlers of firings that are committed; their notices are of this turn's group. One that cannot be
 * started stays pending: facts, reminders and requests do not wait for it. */
static void call(struct turn *turn, int64_t now_ms)
{
    struct err err = {0};
    uint64_t before = calls_ended(turn->calls);
    bool known;
    if (turn->call_ms > turn->reading.boot_ms)
        return;
    int code = calls_step(turn->calls, now_ms, &err);
    turn->calling = code > 0;
    if (calls_ended(turn->calls) != before) {
        turn_collect(&turn->fired, turn->holding->engine);
        const char *problem = calls_problem(turn->calls);
        if (*problem)
            err_set(&turn->handler, ERR_INVALID,
                    TR(turn->options->lang, "a handler failed: %s", "处理函数出错：%s"),
                    problem);
    }
    turn->call_ms = code < 0 ? put_off(turn, &turn->stuck, &err, &known) : 0;
    if (code < 0 && !known)
        tell_trouble(turn, &err);
    if (code >= 0)
        turn->stuck = 0;
}

/* The reading to be recorded, false = none. Far behind what was expected it is that, so that what was
 * recorded does not grow old while the machine runs for months: a restart is judged by how long ago
 * it is. Within one start nothing changes by it. */
static bool sure_reading(const struct turn *turn, struct clock_reading *sure)
{
    *sure = turn->reading;
    return turn->trust.keep ||
           (turn->trust.doubt == CLOCK_SURE &&
            !__builtin_sub_overflow(sure->wall_ms, turn->trust.jump_ms, &sure->wall_ms));
}

static int tick(struct turn *turn, struct err *err)
{
    struct clock_reading sure;
    bool any = sure_reading(turn, &sure);
    struct engine *engine = turn->holding->engine;
    int code = turn->trust.doubt == CLOCK_AWAY
                   ? engine_replay(engine, turn->now_ms, err)
                   : engine_tick(engine, turn->now_ms, any ? &sure : NULL, err);
    if (code >= 0 && turn_collect(&turn->fired, turn->holding->engine))
        turn->more = true;
    return code;
}

/* After a failure something is written whatever is to be done: that it can be is what ends it. */
static int prove(struct turn *turn, struct err *err)
{
    struct clock_reading sure;
    bool any = false;
    struct store_batch batch = {.clock = &sure};
    int code = store_last_clock(turn->holding->store, &sure, &any, err);
    return code < 0 || !any ? code : store_tick(turn->holding->store, &batch, NULL, err);
}

/* 0 or a negative code; 1 becomes `more`. */
static int note_more(struct turn *turn, int code)
{
    turn->more = turn->more || code > 0;
    return code < 0 ? code : 0;
}

static int fan(struct turn *turn, struct err *err)
{
    int code = engine_fan(turn->holding->engine, err);
    turn->lost = turn->lost || code == 2;
    return code;
}

/* The roster of the day that comes next: what a run lives through and what one catches up with is about
 * the same people. Under a clock in doubt nobody is told anything, and today's will do. */
static int follow_roster(struct turn *turn, struct err *err)
{
    struct holding *holding = turn->holding;
    uint32_t takes = holding->takes;
    int32_t day = civil_from_ms(turn->now_ms, NULL), due = day;
    if (turn->trust.doubt != CLOCK_AWAY && engine_due(holding->engine, turn->now_ms, &due))
        day = due;
    int code = holding_on(holding, day, err);
    if (takes != holding->takes)
        courier_engines(turn->courier, &holding->engine, 1);
    return code;
}

/* Messages are formed by the roster of today: not while a past one is caught up with. */
static int send_mail(struct turn *turn, struct err *err)
{
    const struct roster *roster = turn->holding->roster;
    if (roster && !roster_holds(roster, civil_from_ms(turn->now_ms, NULL)))
        return 1;
    return courier_step(turn->courier, turn->now_ms, turn->trust.doubt != CLOCK_SURE, err);
}

/* Nothing else is to be done at once, and there is a time until the next event to be used. */
static bool is_idle(const struct turn *turn)
{
    return !turn->more && !turn->options->once && turn->options->clock.speed == 0;
}

static int do_steps(struct turn *turn, struct err *err)
{
    struct engine *engine;
    intake_tidy(turn->holding);
    courier_send(turn->courier); /* before a revision, or a failure, takes it away */
    int code = judge(turn, err);
    if (code == 0 && turn->failed)
        code = prove(turn, err);
    if (code == 0 && turn->accept)
        code = take_clock(turn, turn->accept, err);
    if (code == 0)
        code = follow_roster(turn, err);
    if (code < 0)
        return code;
    call(turn, turn->now_ms);
    code = do_requests(turn, err);
    engine = turn->holding->engine;
    if (code == 0)
        code = note_more(turn, tick(turn, err));
    if (code == 0)
        code = note_more(turn, fan(turn, err));
    if (code == 0)
        code = note_more(turn, send_mail(turn, err));
    if (code == 0 && is_idle(turn))
        code = note_more(turn, engine_warm(engine, err));
    return code;
}

/* Whoever asks may be the first to learn that the cause is gone. */
static bool is_put_off(const struct turn *turn)
{
    bool asked = turn->control && control_waiting(turn->control);
    int64_t until_ms = asked && turn->again_ms > turn->failed_ms + AGAIN_MS
                           ? turn->failed_ms + AGAIN_MS
                           : turn->again_ms;
    return until_ms > turn->reading.boot_ms;
}

void turn_step(struct turn *turn, const struct clock_reading *reading)
{
    struct err err = {0}, flushed = {0};
    turn->more = turn->accepted = false;
    turn->reading = *reading;
    if (is_put_off(turn)) {
        refuse_requests(turn);
        return;
    }
    if (turn->broken)
        read_anew(turn);
    int code = turn->broken ? ERR_IO : do_steps(turn, &err);
    int commit_code = commit(turn, &flushed);
    if (turn->broken) {
        err_set(&err, ERR_IO, "%s", turn->problem.message);
        fail(turn, &err);
    } else if (code < 0 || commit_code < 0) {
        fail(turn, commit_code < 0 ? &flushed : &err);
    } else {
        succeed(turn);
        tell_doubt(turn);
        turn->more = turn->more || (turn->control && control_waiting(turn->control));
    }
}

void turn_end(struct turn *turn)
{
    struct err err = {0};
    if (turn->broken)
        return;
    if (courier_stop(turn->courier, turn->now_ms, &err) < 0 || commit(turn, &err) < 0)
        fail(turn, &err);
}

int64_t turn_next_event(const struct turn *turn)
{
    return engine_next(turn->holding->engine);
}

int64_t turn_next_mail(struct turn *turn)
{
    struct err err;
    int64_t at_ms = INT64_MAX;
    if (turn->trust.doubt != CLOCK_SURE)
        return INT64_MAX;
    if (engine_next_mail(turn->holding->engine, &at_ms, &err) < 0)
        return INT64_MIN; /* perhaps there is one: no reason to end */
    return at_ms;
}
