/*
 * One fact, from what somebody says to what is counted. The steps: read the request against the
 * plan, find the duty, append, then take the store's new counter into memory – in this order,
 * so that nothing in memory has changed when the store refuses.
 */
#include "engine/piece_data.h"

#include "base/json.h"
#include "engine/fact_content.h"
#include "time/civil.h"

#include <string.h>

enum { COUNT_MOST = STORE_PIECES_MOST }; /* pieces in one fact */

bool fact_is_blank(const char *text)
{
    return !text || !*text;
}

static int check_measure(struct asked *asked, int64_t said, const char *of)
{
    if (said >= -1 && said <= INT32_MAX) /* sums stay exact */
        return 0;
    return err_set(asked->err, ERR_INVALID,
                   TR(asked->request->lang, "%lld %s cannot be", "不能是 %lld %s"),
                   (long long)said, of);
}

static int check_measures(struct asked *asked)
{
    const struct fact_request *request = asked->request;
    const char *of_text = TR(request->lang, "characters", "字");
    int code = check_measure(asked, request->chars, of_text);
    for (size_t i = 0; code == 0 && i < request->file_count; i++)
        code = check_measure(asked, request->files[i].chars, of_text);
    return code < 0
               ? code
               : check_measure(asked, request->minutes, TR(request->lang, "minutes", "分钟"));
}

static int check(struct asked *asked)
{
    const struct fact_request *request = asked->request;
    char day[11], minute[6];
    int32_t of_day;
    civil_format(civil_from_ms(request->at_ms, &of_day), day);
    if (!request->timeless && request->at_ms > asked->now_ms)
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang, "%s %s has not come yet", "%s %s 还没有到"),
                       day, civil_format_minute(of_day, minute));
    if (request->kind == FACT_SUBMITTED && (request->count < 1 || request->count > COUNT_MOST))
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang, "%lld is no number of pieces (1 to %d)",
                          "件数不能是 %lld（1 到 %d）"),
                       (long long)request->count, COUNT_MOST);
    int code = check_measures(asked);
    if (code < 0)
        return code;
    if (request->kind == FACT_EXCUSED && fact_is_blank(request->note))
        return err_set(
            asked->err, ERR_INVALID,
            TR(asked->request->lang, "excusing a unit needs a reason", "免交要写明理由"));
    if (request->kind == FACT_EXTENDED && fact_is_blank(request->note))
        return err_set(
            asked->err, ERR_INVALID,
            TR(asked->request->lang, "giving more time needs a reason", "延期要写明理由"));
    return 0;
}

/* ---- the fact -------------------------------------------------------------------------- */

static bool is_before_due(const struct duty *duty, int64_t at_ms)
{
    if (duty->official == DAY_NONE)
        return true;
    int64_t due_ms = civil_ms(duty->official, duty->minute);
    return duty->minute == MINUTES_A_DAY ? at_ms < due_ms : at_ms <= due_ms;
}

static int check_until(struct asked *asked)
{
    const struct item *item = fact_item(asked);
    char old[11], until[11];
    if (asked->duty.official == DAY_NONE)
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang, "%s (%s) has no due day to be moved",
                          "%s（%s）没有期限，不用延期"),
                       item->id, item->name);
    if (!civil_in_range(asked->request->until))
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang, "giving more time needs the new due day",
                          "延期要写明新的期限"));
    if (!is_before_due(&asked->duty, asked->request->at_ms))
        return err_set(
            asked->err, ERR_INVALID,
            TR(asked->request->lang,
               "the due day of %s (%s), %s, has passed; more time is asked for before",
               "%s（%s）的期限 %s 已过，延期要在期限前提出"),
            item->id, item->name, civil_format(asked->duty.official, old));
    if (asked->request->until <= asked->duty.official)
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang,
                          "%s is not behind the due day of %s (%s), which is %s",
                          "%s 不晚于 %s（%s）的期限 %s"),
                       civil_format(asked->request->until, until), item->id, item->name,
                       civil_format(asked->duty.official, old));
    return 0;
}

bool fact_in_time(const struct duty *duty, int64_t at_ms)
{
    return duty->retroactive || is_before_due(duty, at_ms);
}

void fact_act_reserve(struct asked *asked, struct fact_act *act, size_t more)
{
    if (act->count + more <= act->room)
        return;
    size_t room = 2 * act->room + more;
    struct arena *arena = act->arena ? act->arena : asked->arena;
    struct store_fact *facts = arena_array(arena, room, sizeof *facts);
    if (act->count)
        memcpy(facts, act->facts, act->count * sizeof *facts);
    act->facts = facts;
    act->room = room;
}

/* Canonical JSON of what no column has, NULL when there is nothing. */
static const char *detail_of(struct asked *asked)
{
    const struct fact_request *request = asked->request;
    struct arena *arena = asked->arena;
    struct value *detail = value_map(arena);
    int64_t chars = fact_chars(request);
    char was[11];
    if (!fact_is_blank(request->approver))
        value_set_string(arena, detail, "approved_by", request->approver);
    if (chars >= 0)
        value_set_int(arena, detail, "chars", chars);
    if (chars != request->chars && request->chars >= 0) /* what was measured is what counts */
        value_set_int(arena, detail, "chars_said", request->chars);
    if (fact_copy_of(asked))
        value_set_int(arena, detail, "copy_of", fact_copy_of(asked));
    if (asked->everywhere)
        value_set(arena, detail, "everywhere", value_bool(arena, true));
    if (request->minutes >= 0)
        value_set_int(arena, detail, "minutes", request->minutes);
    if (asked->person != UNIT_NONE && request->kind == FACT_SUBMITTED)
        value_set_string(arena, detail, "person",
                         roster_id(asked->bound->input.roster, asked->person));
    if (request->kind == FACT_EXTENDED && asked->duty.official != DAY_NONE)
        value_set_string(arena, detail, "was", civil_format(asked->duty.official, was));
    if (!detail->pairs)
        return NULL;
    struct buf text = {0};
    json_write(&text, detail);
    const char *kept = arena_string(arena, text.bytes);
    buf_free(&text);
    return kept;
}

struct store_fact *fact_row(struct asked *asked, struct fact_act *act)
{
    const struct fact_request *request = asked->request;
    const struct bound *bound = asked->bound;
    fact_act_reserve(asked, act, 1);
    act->own = act->count++;
    act->facts[act->own] = (struct store_fact){
        .kind = request->kind,
        .plan = bound->number,
        .item = bound->items[asked->item].number,
        .unit = bound->numbers[asked->unit],
        .period = asked->duty.occasion.period,
        .phase = bound_phase(bound, &asked->duty),
        .in_time = fact_in_time(&asked->duty, request->at_ms),
        .at_ms = request->at_ms,
        .recorded_ms = asked->now_ms,
        .actor = request->actor ? request->actor : "",
        .key = fact_is_blank(request->key) ? NULL : request->key,
        .note = fact_is_blank(request->note) ? NULL : request->note,
        .detail = detail_of(asked),
    };
    return &act->facts[act->own];
}

static int make_submission(struct asked *asked, struct fact_act *act)
{
    int code = fact_look_alike(asked);
    if (code < 0)
        return code;
    struct store_fact *fact = fact_row(asked, act);
    fact->value = asked->request->count;
    asked->story = story_begin(asked, fact);
    return credit_rows(asked, asked->story, act);
}

static int make_withdrawal(struct asked *asked, struct fact_act *act)
{
    struct store_fact taken = {0};
    int code = fact_find_withdrawn(asked, &taken);
    if (code < 0)
        return code;
    struct store_fact *fact = fact_row(asked, act);
    fact->value = taken.number;
    fact->in_time = taken.in_time;
    fact->piece = taken.kind == FACT_SUBMITTED ? taken.number : taken.piece;
    if (!fact->piece)
        return 0;
    code = story_read(asked, fact->piece, &asked->story);
    if (code < 0)
        return code;
    story_add(asked, asked->story, fact);
    return credit_rows(asked, asked->story, act);
}

int fact_make(struct asked *asked, struct fact_act *act)
{
    enum fact_kind kind = asked->request->kind;
    *act = (struct fact_act){0};
    if (fact_is_about_piece(kind))
        return fact_make_about_piece(asked, act);
    if (kind == FACT_WITHDRAWN)
        return make_withdrawal(asked, act);
    int code = fact_find_duty(asked);
    if (code == 0)
        code = fact_check_asked(asked);
    if (code == 0 && kind == FACT_EXTENDED)
        code = check_until(asked);
    if (code < 0)
        return code;
    if (kind == FACT_SUBMITTED)
        return make_submission(asked, act);
    struct store_fact *fact = fact_row(asked, act);
    fact->value = kind == FACT_EXTENDED ? asked->request->until : 0;
    return 0;
}

int fact_append(struct asked *asked, const struct fact_act *act, int64_t *number,
                enum fact_outcome *outcome)
{
    int64_t *numbers = arena_array(asked->arena, act->count, sizeof *numbers);
    enum fact_outcome *outcomes = arena_array(asked->arena, act->count, sizeof *outcomes);
    int code = store_append(asked->engine->store, act->facts, act->count, numbers, outcomes,
                            asked->err);
    if (code < 0)
        return code;
    *number = numbers[0];
    *outcome = outcomes[0];
    return 0;
}

static int append(struct asked *asked, struct fact_answer *answer)
{
    struct fact_act act = {0};
    int code = fact_make(asked, &act);
    if (code == 0)
        code = fact_append(asked, &act, &answer->number, &answer->outcome);
    if (code == 0)
        code = fact_add_content(asked, answer->number);
    if (code < 0)
        return code;
    answer->late = act.facts[0].kind == FACT_SUBMITTED && !act.facts[0].in_time;
    answer->taken = act.facts[0].kind == FACT_WITHDRAWN ? act.facts[0].value : 0;
    if (act.facts[0].kind == FACT_SUBMITTED)
        asked->story->first.number = answer->number;
    return fact_follow(asked, &act);
}

struct asked fact_asked(struct engine *engine, uint32_t plan,
                        const struct fact_request *request, int64_t now_ms, struct arena *arena,
                        struct err *err)
{
    return (struct asked){.engine = engine,
                          .bound = &engine->bounds[plan],
                          .request = request,
                          .now_ms = now_ms,
                          .day = civil_from_ms(request->at_ms, NULL),
                          .arena = arena,
                          .err = err,
                          .unit = UNIT_NONE,
                          .person = UNIT_NONE};
}

int fact_read(struct asked *asked)
{
    const struct fact_request *request = asked->request;
    int code;
    if (fact_is_about_piece(request->kind)) {
        code = fact_find_piece(asked);
    } else if (request->kind == FACT_WITHDRAWN && !request->item && !request->unit) {
        code = fact_find_named(asked);
    } else {
        code = fact_find_item(asked);
        if (code == 0)
            code = fact_find_unit(asked);
    }
    return code == 0 ? check(asked) : code;
}

int engine_fact(struct engine *engine, uint32_t plan, const struct fact_request *request,
                int64_t now_ms, struct arena *arena, struct fact_answer *answer,
                struct err *err)
{
    if (plan >= engine->count)
        return err_set(err, ERR_INTERNAL, "there is no plan %u", plan);
    struct asked asked = fact_asked(engine, plan, request, now_ms, arena, err);
    struct fact_answer made = {0};
    bool known = false;
    int code = fact_read(&asked);
    if (code == 0)
        code = fact_repeated(&asked, &made, &known);
    if (code == 0 && !known)
        code = append(&asked, &made);
    if (code == 0)
        code = fact_answer(&asked, &made);
    if (code == 0)
        *answer = made;
    return code;
}
