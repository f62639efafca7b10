#include "service/turn_data.h"

#include "service/request.h"
#include "service/request_outbox.h"
#include "store/clocks.h"
#include "store/journal.h"
#include "store/plans.h"
#include "store/recipients.h"
#include "time/clock.h"

#include <stdlib.h>
#include <string.h>

enum {
    REQUESTS_A_TURN = 200,
    REQUESTS_MS = 20,
    TICKS_MS = 200,
    AGAIN_MOST_MS = 60000,
    GATHER_MOST_MS = 10000
};

static struct holding *find_holding(void *context, const char *plan)
{
    const struct turn_plan *found = turn_find(context, plan);
    return found ? found->holding : NULL;
}

void turn_open(struct turn *turn, struct store *store, struct post *post,
               const struct loop_options *options)
{
    *turn = (struct turn){.store = store, .options = options, .accept = options->accept_clock};
    turn->own_post = post ? NULL : post_single(options->channel);
    turn->post = post ? post : turn->own_post;
    turn->courier = courier_new(store, turn->post, NULL, 0, options->lang);
    turn->texts = texts_new(find_holding, turn, options->lang);
}

void turn_engines(struct turn *turn)
{
    struct engine **engines = mem_resize(NULL, turn->count + 1, sizeof *engines);
    for (size_t i = 0; i < turn->count; i++)
        engines[i] = turn->plans[i]->holding->engine;
    courier_engines(turn->courier, engines, turn->count);
    courier_writer(turn->courier, turn->count ? turn->plans[0]->holding->host : NULL,
                   turn->texts);
    free(engines);
}

static void free_plan(struct turn_plan *plan)
{
    calls_free(plan->calls);
    turn_report(&plan->fired, plan->holding, NULL, NULL);
    free(plan);
}

void turn_close(struct turn *turn)
{
    for (size_t i = 0; i < turn->count; i++)
        free_plan(turn->plans[i]);
    free(turn->plans);
    turn->plans = NULL;
    turn->count = 0;
    courier_free(turn->courier);
    texts_free(turn->texts);
    post_close(turn->own_post);
}

void turn_add(struct turn *turn, struct holding *holding)
{
    struct turn_plan *plan = mem_resize(NULL, 1, sizeof *plan);
    courier_send(turn->courier);
    *plan = (struct turn_plan){
        .holding = holding, .calls = calls_new(holding, turn->options->lang), .pending = true};
    turn->plans = mem_resize(turn->plans, turn->count + 1, sizeof *turn->plans);
    turn->plans[turn->count++] = plan;
    turn_engines(turn);
}

void turn_remove(struct turn *turn, const struct holding *holding)
{
    size_t kept = 0;
    courier_send(turn->courier);
    for (size_t i = 0; i < turn->count; i++)
        if (turn->plans[i]->holding == holding)
            free_plan(turn->plans[i]);
        else
            turn->plans[kept++] = turn->plans[i];
    turn->count = kept;
    turn->first = 0;
    turn_engines(turn);
}

struct turn_plan *turn_find(const struct turn *turn, const char *id)
{
    if (!id)
        return turn->count == 1 ? turn->plans[0] : NULL;
    for (size_t i = 0; i < turn->count; i++)
        if (strcmp(turn->plans[i]->holding->id, id) == 0)
            return turn->plans[i];
    return NULL;
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

bool turn_put_off(struct turn_failure *failure, const struct clock_reading *reading,
                  const struct err *err)
{
    int64_t wait = (int64_t)TURN_AGAIN_MS << (failure->count < 6 ? failure->count : 6);
    bool known = failure->count > 0 && strcmp(failure->problem.message, err->message) == 0;
    failure->problem = *err;
    failure->count++;
    failure->failed_ms = reading->boot_ms;
    failure->again_ms = reading->boot_ms + (wait < AGAIN_MOST_MS ? wait : AGAIN_MOST_MS);
    return known;
}

bool turn_is_due(const struct turn_failure *failure, const struct clock_reading *reading,
                 bool asks)
{
    int64_t until_ms = asks && failure->again_ms > failure->failed_ms + TURN_AGAIN_MS
                           ? failure->failed_ms + TURN_AGAIN_MS
                           : failure->again_ms;
    return until_ms <= reading->boot_ms;
}

void turn_tell(const struct turn *turn, const struct holding *holding, const struct err *err)
{
    if (turn->options->trouble)
        turn->options->trouble(turn->options->context, holding, err);
}

void turn_tell_failed(const struct turn *turn, const struct holding *holding,
                      const struct err *why)
{
    struct err said;
    err_set(&said, why->code,
            TR(turn->options->lang, "nothing is recorded – %s", "暂时不能登记：%s"),
            why->message);
    turn_tell(turn, holding, &said);
}

void turn_tell_over(const struct turn *turn, const struct holding *holding)
{
    struct err said;
    err_set(&said, 0, "%s",
            TR(turn->options->lang, "what is asked and what is due is recorded again",
               "已恢复，照常登记"));
    turn_tell(turn, holding, &said);
}

/* Of whom the store is, as far as that can be said. */
static const struct holding *only(const struct turn *turn)
{
    return turn->count == 1 ? turn->plans[0]->holding : NULL;
}

static void fail(struct turn *turn, const struct err *err)
{
    struct err ignored;
    bool known = turn_put_off(&turn->failure, &turn->reading, err);
    if (!known)
        turn_tell_failed(turn, only(turn), err);
    turn->asked = false;
    for (size_t i = 0; i < turn->count; i++) {
        struct turn_plan *plan = turn->plans[i];
        if (plan->failing && !plan->known) /* it was the store's failure */
            plan->own = (struct turn_failure){0};
        plan->failing = false;
        turn_plan_renew(turn, plan, &ignored);
    }
}

static void succeed(struct turn *turn)
{
    if (turn->failure.count)
        turn_tell_over(turn, only(turn));
    turn->failure = (struct turn_failure){0};
    for (size_t i = 0; i < turn->count; i++)
        turn_plan_end(turn, turn->plans[i]);
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
    turn_tell(turn, only(turn), &said);
}

static void tell_given_up(struct turn *turn)
{
    struct err said;
    const char *destination;
    loop_unsent unsent = turn->options->unsent;
    while (courier_trouble(turn->courier, &said))
        if (unsent)
            unsent(turn->options->context, NULL, &said);
        else
            turn_tell(turn, only(turn), &said);
    while (texts_problem(turn->texts, &said))
        turn_tell(turn, only(turn), &said);
    while (unsent && courier_changed(turn->courier, &destination, &said))
        unsent(turn->options->context, destination, &said);
}

/* Ends the group: 0, or the failure that took it back. */
static int commit(struct turn *turn, struct err *err)
{
    int code = store_flush(turn->store, err);
    if (code == 0 && turn->lost)
        tell_lost(turn);
    turn->lost = false;
    if (code < 0)
        courier_forget(turn->courier);
    tell_given_up(turn);
    for (size_t i = 0; i < turn->count; i++)
        turn_plan_commit(turn, turn->plans[i], code == 0);
    if (turn->control)
        control_answer(turn->control, code == 0 ? NULL : err);
    return code;
}

/* After a failure something is written whatever is to be done: that it can be is what ends it. */
static int prove(struct turn *turn, struct err *err)
{
    struct clock_reading sure;
    bool any = false;
    struct store_batch batch = {.clock = &sure};
    int code = store_last_clock(turn->store, &sure, &any, err);
    return code < 0 || !any ? code : store_tick(turn->store, &batch, NULL, err);
}

void turn_accept_clock(struct turn *turn, const char *actor)
{
    turn->accept = actor;
}

bool turn_holds(struct turn *turn)
{
    struct err err;
    bool waits = true;
    return turn->trust.doubt != CLOCK_SURE &&
           (courier_waiting(turn->courier, &waits, &err) < 0 || waits);
}

/* ---- requests --------------------------------------------------------------------------------- */

/* About the store, whatever plans it has. */
static int accept_clock(struct turn *turn, struct control_request *request, struct err *err)
{
    const char *actor = value_get_string(request->request, "actor");
    request->answer = request_accepted(request->arena, &turn->trust);
    int code = turn_take_clock(turn, actor ? actor : "", err);
    if (code < 0)
        request->answer = request_error(request->arena, err);
    return code;
}

/* Of a plan that nobody has here. */
static const struct value *answer_stranger(struct turn *turn,
                                           const struct control_request *request)
{
    struct err err;
    const struct loop_service *service = turn->options->service;
    const char *id = value_get_string(request->request, "plan");
    if (service && service->ask)
        return service->ask(turn->options->context, request->request, turn->now_ms,
                            request->arena);
    err_set(&err, ERR_NOT_FOUND,
            TR(turn->options->lang, "the plan %s is not run here", "这里没有运行方案 %s"),
            id ? id : "?");
    return request_error(request->arena, &err);
}

/* Who asks a plan that is put off may be the first to learn that the cause is gone. */
static bool is_refused(struct turn *turn, struct turn_plan *plan)
{
    if (turn_plan_is_well(turn, plan))
        return false;
    if (!plan->failing && turn_is_due(&plan->own, &turn->reading, true)) {
        plan->own.again_ms = 0;
        turn_plan_begin(turn, plan);
        turn_plan_follow(turn, plan);
    }
    return !turn_plan_is_well(turn, plan);
}

static bool is_who(const struct control_request *request)
{
    const char *what = value_get_string(request->request, "do");
    return what && strcmp(what, "who") == 0;
}

/* Who holds the store can be said without it. */
static const struct value *refuse(const struct turn *turn,
                                  const struct control_request *request,
                                  const struct err *problem)
{
    const struct value *answer = NULL;
    if (is_who(request) && turn->count)
        answer =
            request_do(turn->plans[0]->holding, request->request, turn->now_ms, request->arena);
    return request_refused(request->request, answer, request->arena, problem);
}

static void do_plan_request(struct turn *turn, struct turn_plan *plan,
                            struct control_request *request)
{
    struct holding *holding = plan->holding;
    const struct engine *before = holding->engine;
    const struct plan *revision = holding->plan;
    turn_plan_use(turn, plan);
    request->answer = request_do(holding, request->request, turn->now_ms, request->arena);
    if (holding->engine == before)
        return;
    turn_engines(turn);
    plan->pending = turn->more = true;
    if (holding->plan != revision && turn->options->service && turn->options->service->taken)
        turn->options->service->taken(turn->options->context, holding);
}

/* Nothing that fired by the instant of a restore is recorded any more: each plan of the store is here, was not
 * put off, and has decided what had come by then. */
static bool is_settled(const struct turn *turn, struct arena *arena)
{
    const char *const *ids;
    size_t count;
    int64_t restored_ms;
    struct err err;
    if (store_restored(turn->store, &restored_ms, &err) < 0 ||
        store_plans(turn->store, arena, &ids, &count, &err) < 0 ||
        courier_behind(turn->courier, restored_ms))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct turn_plan *plan = turn_find(turn, ids[i]);
        if (!plan || plan->own.count)
            return false;
    }
    return true;
}

/* A revision, or an import, is a group of its own: what was asked before it is committed first. */
static int do_request(struct turn *turn, struct control_request *request, struct err *err)
{
    const char *what = value_get_string(request->request, "do");
    if (what && strcmp(what, "accept-clock") == 0)
        return accept_clock(turn, request, err);
    if (what && strcmp(what, "outbox") == 0) {
        request->answer =
            request_outbox(turn->store, request->request, is_settled(turn, request->arena),
                           turn->now_ms, request->arena);
        return 0;
    }
    struct turn_plan *plan = turn_find(turn, value_get_string(request->request, "plan"));
    if (!plan && request_is_of_store(request->request) && turn->count)
        plan = turn->plans[0];
    if (plan && is_refused(turn, plan)) {
        request->answer = refuse(turn, request, &plan->own.problem);
        return 0;
    }
    bool alone = !plan || request_is_alone(request->request);
    int code = alone ? commit(turn, err) : 0;
    if (code < 0)
        request->answer = request_refused(request->request, NULL, request->arena, err);
    else if (!plan)
        request->answer = answer_stranger(turn, request);
    else
        do_plan_request(turn, plan, request);
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

/* While nothing can be written, whoever asks hears so at once, and why. */
static void refuse_requests(struct turn *turn)
{
    struct control_request *request;
    while (turn->control && (request = control_next(turn->control)))
        request->answer = refuse(turn, request, &turn->failure.problem);
    if (turn->control)
        control_answer(turn->control, NULL);
}

/* ---- steps ------------------------------------------------------------------------------------ */

static void each(struct turn *turn, void (*step)(struct turn *, struct turn_plan *))
{
    for (size_t i = 0; i < turn->count; i++)
        step(turn, turn->plans[i]);
}

/* What has come of many plans at once is decided in several turns: whoever asks is not kept waiting, and
 * no plan is always the last. */
static void tick(struct turn *turn)
{
    int64_t until_ms = clock_monotonic() + TICKS_MS;
    for (size_t i = 0; i < turn->count; i++) {
        if (i > 0 && clock_monotonic() >= until_ms) {
            turn->first = (turn->first + i) % turn->count;
            turn->more = true;
            return;
        }
        turn_plan_tick(turn, turn->plans[(turn->first + i) % turn->count]);
    }
}

/* 0 or a negative code; 1 becomes `more`. */
static int note_more(struct turn *turn, int code)
{
    turn->more = turn->more || code > 0;
    return code < 0 ? code : 0;
}

/* One engine does it for all: only it has a firing in hand. */
static int fan(struct turn *turn, struct err *err)
{
    for (size_t i = 0; i < turn->count; i++) {
        if (turn->plans[i]->broken)
            continue;
        int code = engine_fan(turn->plans[i]->holding->engine, err);
        turn->lost = turn->lost || code == 2;
        return code;
    }
    return 0;
}

/* What has come at once, of all plans, is fanned out before a message is formed of it: one to a recipient,
 * not one of each plan. A stream that never ends is not waited for. */
static bool gathers(struct turn *turn)
{
    int64_t boot_ms = turn->reading.boot_ms;
    if (!turn->more)
        turn->gathers_ms = 0;
    else if (!turn->gathers_ms)
        turn->gathers_ms = boot_ms;
    return turn->more && boot_ms - turn->gathers_ms < GATHER_MOST_MS;
}

/* Messages are formed by the roster of today: not while a past one is caught up with. Who fails does
 * not catch up; where all do, nothing is formed. */
static int send_mail(struct turn *turn, struct err *err)
{
    bool any = false;
    for (size_t i = 0; i < turn->count; i++) {
        bool well = turn_plan_is_well(turn, turn->plans[i]);
        if (well && !turn_plan_is_today(turn, turn->plans[i]))
            return 1;
        any = any || well;
    }
    bool hold = gathers(turn) || turn->trust.doubt != CLOCK_SURE;
    return any ? courier_step(turn->courier, turn->now_ms, hold, err) : 0;
}

/* Nothing else is to be done at once, and there is a time until the next event to be used. */
static bool is_idle(const struct turn *turn)
{
    return !turn->more && !turn->options->once && turn->options->clock.speed == 0;
}

static int do_steps(struct turn *turn, struct err *err)
{
    courier_send(turn->courier); /* before a revision, or a failure, takes it away */
    int code = turn_judge(turn, err);
    if (code == 0 && turn->failure.count)
        code = prove(turn, err);
    if (code == 0 && turn->accept)
        code = turn_take_clock(turn, turn->accept, err);
    if (code < 0)
        return code;
    each(turn, turn_plan_begin);
    each(turn, turn_plan_follow);
    each(turn, turn_plan_call);
    code = do_requests(turn, err);
    if (code < 0)
        return code;
    tick(turn);
    code = note_more(turn, fan(turn, err));
    if (code == 0)
        code = note_more(turn, send_mail(turn, err));
    if (code == 0 && is_idle(turn))
        each(turn, turn_plan_warm);
    return code;
}

static void note_calling(struct turn *turn)
{
    turn->calling = false;
    for (size_t i = 0; i < turn->count; i++)
        turn->calling = turn->calling || turn->plans[i]->calling;
}

void turn_step(struct turn *turn, const struct clock_reading *reading)
{
    struct err err = {0}, flushed = {0};
    bool asked = turn->control && control_waiting(turn->control);
    turn->more = turn->accepted = false;
    turn->reading = *reading;
    if (!turn_is_due(&turn->failure, reading, asked)) {
        refuse_requests(turn);
        return;
    }
    int code = do_steps(turn, &err);
    int commit_code = commit(turn, &flushed);
    if (code < 0 || commit_code < 0) {
        fail(turn, commit_code < 0 ? &flushed : &err);
    } else {
        succeed(turn);
        turn_tell_doubt(turn);
        turn->more = turn->more || (turn->control && control_waiting(turn->control));
    }
    note_calling(turn);
}

void turn_end(struct turn *turn)
{
    struct err err = {0};
    post_stop(turn->post); /* whatever is under way ends now, and is tried again */
    if (courier_stop(turn->courier, turn->now_ms, &err) < 0 || commit(turn, &err) < 0)
        fail(turn, &err);
}

/* ---- what comes ------------------------------------------------------------------------------- */

const struct err *turn_problem(const struct turn *turn)
{
    if (turn->failure.count)
        return &turn->failure.problem;
    for (size_t i = 0; i < turn->count; i++) {
        const struct turn_plan *plan = turn->plans[i];
        if (plan->own.count || plan->stuck.count)
            return plan->own.count ? &plan->own.problem : &plan->stuck.problem;
    }
    return NULL;
}

int64_t turn_next_event(const struct turn *turn)
{
    int64_t next_ms = INT64_MAX;
    for (size_t i = 0; i < turn->count; i++) {
        int64_t at_ms = engine_next(turn->plans[i]->holding->engine);
        bool waits = turn->count > 1 && turn->plans[i]->own.count;
        next_ms = at_ms < next_ms && !waits ? at_ms : next_ms;
    }
    return next_ms;
}

int64_t turn_next_mail(struct turn *turn)
{
    struct err err;
    int64_t at_ms = INT64_MAX;
    if (turn->trust.doubt != CLOCK_SURE || !turn->count)
        return INT64_MAX;
    if (courier_next(turn->courier, turn->now_ms, false, &at_ms, &err) < 0)
        return INT64_MIN; /* perhaps there is one: no reason to end */
    return at_ms;
}

int64_t turn_later_mail(struct turn *turn, int64_t now_ms)
{
    struct err err;
    int64_t at_ms = INT64_MAX;
    if (turn->trust.doubt != CLOCK_SURE || !turn->count ||
        courier_next(turn->courier, now_ms, true, &at_ms, &err) < 0)
        return INT64_MAX;
    return at_ms;
}
