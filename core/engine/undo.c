#include "engine/undo.h"

#include "engine/piece_data.h"

#include "store/bulk.h"

#include <stdlib.h>
#include <string.h>

enum { BULK_LEAST = 50 }; /* facts of an act */

/* Facts that are gathered, from the last one back. */
struct search {
    struct asked *asked;
    struct bits withdrawn; /* numbers; withdrawals come before what they take back */
    struct buf found;      /* struct store_fact: of one act, without texts */
    int64_t act;           /* 0 = none found yet */
};

static void keep(struct search *search, const struct store_fact *fact)
{
    struct store_fact copy = *fact;
    copy.actor = copy.key = copy.note = copy.detail = NULL; /* live until the reader returns */
    buf_add(&search->found, &copy, sizeof copy);
}

static bool look_at(void *context, const struct store_fact *fact)
{
    struct search *search = context;
    int64_t act = fact->act ? fact->act : fact->number;
    if (search->act && fact->number < search->act)
        return false;
    if (fact->kind == FACT_WITHDRAWN)
        bits_add(&search->withdrawn, (uint32_t)fact->value);
    else if (fact->kind != FACT_CREDITED && (!search->act || act == search->act) &&
             !bits_has(&search->withdrawn, (uint32_t)fact->number)) {
        search->act = act;
        keep(search, fact);
    }
    return true;
}

static int64_t piece_of(const struct store_fact *fact)
{
    return fact->kind == FACT_SUBMITTED ? fact->number : fact->piece;
}

/* Those of a piece side by side; the earliest fact without a piece first. */
static int by_piece(const void *left, const void *right)
{
    const struct store_fact *a = left, *b = right;
    int64_t of_a = piece_of(a), of_b = piece_of(b);
    if (of_a != of_b)
        return of_a < of_b ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static int find_act(struct search *search, struct store_fact **facts, size_t *count)
{
    struct asked *asked = search->asked;
    struct store_fact_filter filter = {.plan = asked->bound->number, .latest = true};
    int code = store_facts(asked->engine->store, &filter, look_at, search, asked->err);
    *count = search->found.length / sizeof **facts;
    if (code == 0 && !*count)
        code = err_set(asked->err, ERR_NOT_FOUND,
                       TR(asked->request->lang, "there is nothing to be taken back",
                          "没有可以撤销的登记"));
    if (code < 0)
        return code;
    *facts = arena_array(asked->arena, *count, sizeof **facts);
    memcpy(*facts, search->found.bytes, search->found.length);
    qsort(*facts, *count, sizeof **facts, by_piece);
    return 0;
}

/* ---- an act of many -------------------------------------------------------------------- */

static struct store_fact *add_withdrawal(struct asked *asked, struct fact_act *act,
                                         const struct store_fact *fact)
{
    const struct fact_request *request = asked->request;
    bool first = act->count == 0;
    fact_act_reserve(asked, act, 1);
    act->own = act->count++;
    act->facts[act->own] = (struct store_fact){
        .kind = FACT_WITHDRAWN,
        .plan = fact->plan,
        .item = fact->item,
        .unit = fact->unit,
        .period = fact->period,
        .phase = fact->phase,
        .value = fact->number,
        .in_time = fact->in_time,
        .piece = piece_of(fact),
        .act = first ? 0 : -1,
        .at_ms = request->at_ms,
        .recorded_ms = asked->now_ms,
        .actor = request->actor ? request->actor : "",
        .key = first && !fact_is_blank(request->key) ? request->key : NULL,
        .note = request->note,
    };
    return &act->facts[act->own];
}

/* The withdrawals of one piece, and what changes for it. */
static int take_back_piece(struct asked *asked, const struct store_fact *facts, size_t count,
                           struct fact_act *act)
{
    struct story *story = NULL;
    int code = piece_of(facts) ? story_read(asked, piece_of(facts), &story) : 0;
    for (size_t i = 0; code == 0 && i < count; i++) {
        const struct store_fact *row = add_withdrawal(asked, act, &facts[i]);
        if (story)
            story_add(asked, story, row);
    }
    return code == 0 && story ? credit_rows(asked, story, act) : code;
}

/* An act may have very many pieces: what one needs is given up before the next. */
static int make_rows(const struct asked *asked, const struct store_fact *facts, size_t count,
                     struct fact_act *act)
{
    struct asked one = *asked;
    int code = 0;
    act->arena = asked->arena;
    for (size_t i = 0, end; code == 0 && i < count; i = end) {
        for (end = i + 1; end < count && piece_of(&facts[end]) == piece_of(&facts[i]);)
            end++;
        one.arena = arena_new();
        code = take_back_piece(&one, &facts[i], end - i, act);
        arena_free(one.arena);
    }
    return code;
}

/* All columns are read anew when they are asked for. Whoever undoes a roster binds the engine anew. */
static int follow(struct asked *asked)
{
    struct bound *bound = asked->bound;
    bound_drop_columns(bound);
    int code = bound_dues(asked->engine->store, bound, asked->arena, asked->err);
    bound_walk(bound);
    return code;
}

/* An import, of whose pieces nothing was said since: none of them needs looking at. 1 = it was not
 * that. */
static int undo_in_bulk(struct asked *asked, const struct store_fact *facts, size_t count,
                        struct undone *out)
{
    const struct fact_request *request = asked->request;
    const struct store_fact like = {
        .at_ms = request->at_ms,
        .recorded_ms = asked->now_ms,
        .actor = request->actor ? request->actor : "",
        .key = fact_is_blank(request->key) ? NULL : request->key,
        .note = request->note,
    };
    int64_t act = facts[0].act ? facts[0].act : facts[0].number, rows;
    bool alone = false;
    int code = 0;
    if (count >= BULK_LEAST)
        code = store_act_is_alone(asked->engine->store, act, &alone, asked->err);
    if (code < 0 || !alone)
        return code < 0 ? code : 1;
    code =
        store_withdraw_act(asked->engine->store, act, &like, &out->number, &rows, asked->err);
    return code < 0 ? code : follow(asked);
}

static int undo_many(struct asked *asked, const struct store_fact *facts, size_t count,
                     struct undone *out)
{
    struct fact_act act = {0};
    int code = undo_in_bulk(asked, facts, count, out);
    if (code <= 0)
        return code;
    code = make_rows(asked, facts, count, &act);
    if (code < 0)
        return code;
    enum fact_outcome outcome;
    code = fact_append(asked, &act, &out->number, &outcome);
    if (code < 0)
        return code;
    return out->roster ? 0 : follow(asked);
}

/* ---- an act of one --------------------------------------------------------------------- */

static int undo_one(struct asked *asked, uint32_t plan, struct undone *out)
{
    struct fact_request request = *asked->request;
    struct fact_answer answer;
    request.kind = FACT_WITHDRAWN;
    request.item = request.unit = request.person = request.phase = request.approver = NULL;
    request.period = DAY_NONE;
    request.chars = request.minutes = -1;
    request.piece = 0;
    request.fact = out->fact.number;
    int code = engine_fact(asked->engine, plan, &request, asked->now_ms, asked->arena, &answer,
                           asked->err);
    out->number = code < 0 ? 0 : answer.number;
    return code;
}

/* ---- all of it ------------------------------------------------------------------------- */

static bool take_first(void *context, const struct store_fact *fact)
{
    struct search *search = context;
    keep(search, fact);
    return false;
}

static void place(const struct bound *bound, struct undone *out)
{
    uint32_t item = bound_item(bound, out->fact.item);
    out->item = item < bound->input.plan->item_count ? item : ITEM_NONE;
    out->unit = bound_row(bound, out->fact.unit);
    out->roster = out->fact.kind >= FACT_ROSTER;
}

/* What the withdrawal under the key took back. */
static int answer_repeated(struct search *search, const struct store_fact *keyed,
                           struct undone *out)
{
    struct asked *asked = search->asked;
    struct store_fact_filter filter = {.number = keyed->value};
    if (keyed->kind != FACT_WITHDRAWN)
        return err_set(asked->err, ERR_INVALID,
                       TR(asked->request->lang, "the key “%s” stands for another fact (f%lld)",
                          "记号“%s”已用于另一次登记（f%lld）"),
                       asked->request->key, (long long)keyed->number);
    int code = store_facts(asked->engine->store, &filter, take_first, search, asked->err);
    if (code < 0 || !search->found.length)
        return code;
    *out = (struct undone){.number = keyed->number, .outcome = FACT_REPEATED, .facts = 1};
    memcpy(&out->fact, search->found.bytes, sizeof out->fact);
    place(asked->bound, out);
    out->roster = false; /* nothing is new */
    return 0;
}

/* 1 = the key stood. */
static int look_for_key(struct search *search, struct undone *out)
{
    struct asked *asked = search->asked;
    struct store_fact keyed;
    struct err none;
    if (fact_is_blank(asked->request->key))
        return 0;
    int code = store_fact_keyed(asked->engine->store, asked->bound->number, asked->request->key,
                                asked->arena, &keyed, &none);
    if (code == ERR_NOT_FOUND)
        return 0;
    if (code < 0)
        return err_set(asked->err, code, "%s", none.message);
    code = answer_repeated(search, &keyed, out);
    return code < 0 ? code : 1;
}

static int undo_last(struct search *search, uint32_t plan, struct undone *out)
{
    struct store_fact *facts;
    size_t count;
    int code = find_act(search, &facts, &count);
    if (code < 0)
        return code;
    *out = (struct undone){.fact = facts[0], .facts = count};
    place(search->asked->bound, out);
    return count == 1 && !out->roster ? undo_one(search->asked, plan, out)
                                      : undo_many(search->asked, facts, count, out);
}

int engine_undo(struct engine *engine, uint32_t plan, const struct fact_request *request,
                int64_t now_ms, struct arena *arena, struct undone *out, struct err *err)
{
    if (plan >= engine->count)
        return err_set(err, ERR_INTERNAL, "there is no plan %u", plan);
    struct asked asked = fact_asked(engine, plan, request, now_ms, arena, err);
    struct search search = {.asked = &asked};
    struct undone made;
    int code = look_for_key(&search, &made);
    if (code == 0)
        code = undo_last(&search, plan, &made);
    if (code >= 0)
        *out = made;
    bits_free(&search.withdrawn);
    buf_free(&search.found);
    return code < 0 ? code : 0;
}
