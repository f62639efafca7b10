/*
 * Several plans in one store, and each beside it in a store of its own: three plans with the same ids of items
 * and units, the same keys, files and texts. Whatever is said and asked of both, at random, must have the same
 * answers; numbers alone differ, so that the n-th fact of a plan is written "<n>".
 */
#ifndef TESTS_SEVERAL_KIT_H
#define TESTS_SEVERAL_KIT_H

#include "fact_text.h"

#include "engine/board.h"
#include "engine/handler.h"
#include "engine/original.h"
#include "engine/undo.h"
#include "store/files.h"

enum { PLANS = 3, CASES = 24, STEPS = 90, WARDS_MOST = 5, SHINGLES = 40 };

#define ORIGINAL FIELD("where", "{\"original\":true}")

static const char items[] = PHASE("ph") WHEN(FROM_TO("2012-06-01", "2012-07-31")) END
    "," QUOTA("q") IN("ph") DUE(BY("2012-06-20")) EACH_WARD COUNT_OF("2") ORIGINAL END
    "," QUOTA("r") DUE(BY("2012-06-25")) EACH_WARD COUNT_OF("1") ORIGINAL END "," TASK("shared")
        DUE(BY("2012-06-15")) FIELD("by", "{\"terms\":[{\"id\":\"w1\"},{\"id\":\"w2\"}]}") END
    "," QUOTA("monthly") WHEN(FROM_TO("2012-05-01", "2012-12-31"))
        PER(RULE("FREQ=MONTHLY;BYMONTHDAY=-1;WINDOW=MONTH")) EACH_WARD COUNT_OF("1") END;

/* Of different sizes, and one that lacks an item: the numbers of one are not the other's. */
static const struct kit_plan plans[PLANS] = {
    {.id = "a",
     .head = ISSUED("2012-06-01"),
     .items = items,
     .remind = USUAL,
     .handlers = ON("phase.start") "," ON_ITEM("quota.late", "q"),
     .wards = 3},
    {.id = "b",
     .head = ISSUED("2012-06-02"),
     .items = QUOTA("r") DUE(BY("2012-06-22")) EACH_WARD COUNT_OF("1") ORIGINAL END
     "," QUOTA("q") DUE(BY("2012-06-20")) EACH_WARD COUNT_OF("1") ORIGINAL END,
     .remind = BEFORE("\"3d\""),
     .handlers = ON("quota.late"),
     .wards = WARDS_MOST},
    {.id = "c", .head = ISSUED("2012-06-01"), .items = items, .remind = USUAL, .wards = 2},
};

/* The same world twice. */
struct world {
    struct store *store;
    struct kit together[PLANS]; /* of that store */
    struct kit apart[PLANS];
    struct buf text, other; /* what is compared */
    uint32_t random;
    int64_t now_ms;
    struct err err;
};

static inline uint32_t next_random(struct world *world, uint32_t below)
{
    world->random = world->random * UINT32_C(1664525) + UINT32_C(1013904223);
    return (world->random >> 8) % below;
}

static inline struct kit *kit_of(struct world *world, int plan, bool apart)
{
    return apart ? &world->apart[plan] : &world->together[plan];
}

/* One plan more in the common store. */
static inline void join_world(struct world *world, int plan)
{
    struct kit *kit = &world->together[plan];
    kit->store = world->store;
    kit_revise(kit, &plans[plan], NULL);
}

static inline void open_world(struct world *world, uint32_t seed)
{
    *world = (struct world){.random = seed, .now_ms = instant("2012-06-01 08:00")};
    if (store_open(NULL, STORE_WRITE, &world->store, &world->err) < 0)
        fail_msg("%s", world->err.message);
    for (int i = 0; i < PLANS; i++) {
        kit_open(&world->apart[i], &plans[i], NULL);
        join_world(world, i);
    }
}

static inline void close_world(struct world *world)
{
    for (int i = PLANS; i-- > 0;) {
        kit_close(&world->apart[i]);
        world->together[i].store = NULL;
        kit_close(&world->together[i]);
    }
    store_close(world->store);
    buf_free(&world->text);
    buf_free(&world->other);
}

/* ---- numbers ----------------------------------------------------------------------------- */

struct ranks {
    int64_t numbers[4 * STEPS];
    size_t count;
};

static inline bool take_number(void *context, const struct store_fact *fact)
{
    struct ranks *ranks = context;
    assert_true(ranks->count < COUNT(ranks->numbers));
    ranks->numbers[ranks->count++] = fact->number;
    return true;
}

static inline struct ranks ranks_of(struct kit *kit)
{
    struct ranks ranks = {.count = 0};
    struct store_fact_filter filter = {.plan = engine_plan_number(kit->engine, 0)};
    kit_check(kit, store_facts(kit->store, &filter, take_number, &ranks, &kit->err));
    return ranks;
}

/* 0 = it is none of the plan's. */
static inline int rank_of(const struct ranks *ranks, int64_t number)
{
    for (size_t i = 0; i < ranks->count; i++)
        if (ranks->numbers[i] == number)
            return (int)i + 1;
    return 0;
}

/* The n-th fact's number; what is none of the plan's may be another's. */
static inline int64_t number_of(struct kit *kit, const struct ranks *ranks, uint32_t rank)
{
    (void)kit;
    return rank == 0 ? 0 : rank <= ranks->count ? ranks->numbers[rank - 1] : 900000;
}

/* "f12" becomes "f<3>". */
static inline void add_message(struct buf *out, const struct ranks *ranks, const char *message)
{
    for (const char *at = message; *at; at++) {
        if (at[0] != 'f' || at[1] < '0' || at[1] > '9') {
            buf_add(out, at, 1);
            continue;
        }
        char *end;
        buf_printf(out, "f<%d>", rank_of(ranks, strtoll(at + 1, &end, 10)));
        at = end - 1;
    }
}

/* ---- what is said ------------------------------------------------------------------------ */

static const char *const item_ids[] = {"q", "r", "shared", "monthly"};

static const char *const hashes[] = {
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
};

/* One thing to be said; `rank` names a fact of the plan. */
struct said {
    struct fact_request request;
    struct store_file file;
    int64_t shingles[SHINGLES];
    uint32_t rank;
    bool undo;
};

static inline void add_content(struct world *world, struct said *said)
{
    int64_t first = next_random(world, 4) * (SHINGLES / 4);
    for (int i = 0; i < SHINGLES; i++)
        said->shingles[i] = first + i;
    said->file = (struct store_file){hashes[next_random(world, 3)], "a.txt", 10, 7, true};
    said->request.files = &said->file;
    said->request.file_count = next_random(world, 2);
    said->request.shingles = said->shingles;
    said->request.shingle_count = next_random(world, 3) ? SHINGLES : 0;
}

static inline void name_fact(struct world *world, struct said *said)
{
    struct fact_request *request = &said->request;
    said->rank = 1 + next_random(world, 30);
    if (request->kind != FACT_WITHDRAWN)
        request->item = request->unit = NULL;
    else if (next_random(world, 2))
        said->rank = 0;
    else if (next_random(world, 2))
        request->item = request->unit = NULL;
}

static inline void random_said(struct world *world, struct said *said)
{
    static const enum fact_kind kinds[] = {FACT_SUBMITTED, FACT_SUBMITTED, FACT_SUBMITTED,
                                           FACT_EXCUSED,   FACT_EXTENDED,  FACT_WITHDRAWN,
                                           FACT_ACCEPTED,  FACT_RETURNED,  FACT_REWORKED};
    uint32_t key = next_random(world, 12);
    *said = (struct said){.undo = next_random(world, 12) == 0};
    said->request = (struct fact_request){
        .kind = kinds[next_random(world, COUNT(kinds))],
        .item = item_ids[next_random(world, COUNT(item_ids))],
        .unit = arena_printf(arena, "w%u", 1 + next_random(world, WARDS_MOST + 1)),
        .count = 1 + next_random(world, 2),
        .at_ms = world->now_ms,
        .period = DAY_NONE,
        .until = day_of("2012-06-28"),
        .key = key < 6 ? arena_printf(arena, "k%u", key) : NULL,
        .note = "r",
        .actor = "clerk",
        .chars = -1,
        .minutes = -1};
    if (said->request.kind == FACT_SUBMITTED || said->request.kind == FACT_REWORKED)
        add_content(world, said);
    if (said->request.kind >= FACT_WITHDRAWN)
        name_fact(world, said);
}

static inline void add_likes(struct buf *out, const struct ranks *ranks, const char *what,
                             const struct fact_like *likes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_printf(out, " %s <%d> %u", what, rank_of(ranks, likes[i].piece), likes[i].share);
}

static inline void add_given(struct buf *out, struct kit *kit, const struct fact_answer *answer)
{
    struct ranks ranks = ranks_of(kit);
    buf_printf(out, "<%d> ", rank_of(&ranks, answer->number));
    add_answer(out, kit, answer);
    buf_printf(out, " taken <%d> piece <%d> %d %d", rank_of(&ranks, answer->taken),
               rank_of(&ranks, answer->piece), answer->piece ? (int)answer->state : 0,
               answer->piece ? (int)answer->why : 0);
    add_likes(out, &ranks, "same", answer->same_file, answer->same_count);
    add_likes(out, &ranks, "near", answer->similar, answer->similar_count);
    for (size_t i = 0; i < answer->credit_count; i++)
        buf_printf(out, " credit %u %u %lld", answer->credits[i].item, answer->credits[i].unit,
                   (long long)answer->credits[i].done);
    buf_adds(out, "\n");
}

static inline void add_undone(struct buf *out, struct kit *kit, const struct undone *undone)
{
    struct ranks ranks = ranks_of(kit);
    buf_printf(out, "undone <%d> of <%d> %d: %u %u, %zu\n", rank_of(&ranks, undone->number),
               rank_of(&ranks, undone->fact.number), undone->outcome, undone->item,
               undone->unit, undone->facts);
}

static inline void say(struct world *world, int plan, bool apart, const struct said *said,
                       struct buf *out)
{
    struct kit *kit = kit_of(world, plan, apart);
    struct fact_request request = said->request;
    struct ranks ranks = ranks_of(kit);
    struct fact_answer answer;
    struct undone undone;
    struct err err = {0};
    int64_t named = number_of(kit, &ranks, said->rank);
    *(request.kind == FACT_WITHDRAWN ? &request.fact : &request.piece) = named;
    int code = said->undo
                   ? engine_undo(kit->engine, 0, &request, world->now_ms, arena, &undone, &err)
                   : engine_fact(kit->engine, 0, &request, world->now_ms, arena, &answer, &err);
    if (code < 0) {
        buf_printf(out, "%d ", code);
        add_message(out, &ranks, err.message);
        buf_adds(out, "\n");
    } else if (said->undo) {
        add_undone(out, kit, &undone);
    } else {
        add_given(out, kit, &answer);
    }
}

/* ---- what is asked ----------------------------------------------------------------------- */

struct journal {
    struct kit *kit;
    struct buf *out;
};

static inline bool add_firing(void *context, const struct store_firing *firing)
{
    struct journal *journal = context;
    struct kit_reader reader = {.kit = journal->kit};
    assert_true(kit_line(&reader, firing));
    buf_add(journal->out, reader.text.bytes, reader.text.length);
    buf_printf(journal->out, "  %d %d %lld\n", firing->fate, firing->handler,
               (long long)firing->fired_ms);
    buf_free(&reader.text);
    return true;
}

static inline void ask_journal(struct kit *kit, struct buf *out)
{
    struct journal journal = {kit, out};
    uint32_t plan = engine_plan_number(kit->engine, 0);
    struct store_filter filter = {.plan = plan};
    kit_check(kit, store_journal(kit->store, &filter, add_firing, &journal, &kit->err));
    filter = (struct store_filter){.plan = plan, .kinds = 1 << EVENT_REMINDER, .latest = true};
    kit_check(kit, store_journal(kit->store, &filter, add_firing, &journal, &kit->err));
}

static inline void ask_standing(struct kit *kit, int32_t day, struct buf *out)
{
    for (uint32_t item = 0; item < kit->plan->item_count; item++) {
        const struct standing *list;
        size_t count;
        if (kit->plan->items[item].word == ITEM_PHASE)
            continue;
        kit_check(kit,
                  engine_standing(kit->engine, 0, item, day, arena, &list, &count, &kit->err));
        for (size_t i = 0; i < count; i++)
            buf_printf(out, "%s %d%s %u+%u+%u/%u\n", kit->plan->items[item].id,
                       list[i].duty.official, list[i].duty.given ? " given" : "", list[i].met,
                       list[i].excused, list[i].missing, list[i].asked);
    }
}

static inline void add_pieces(struct kit *kit, uint32_t item, uint32_t unit, struct buf *out)
{
    const struct piece *pieces;
    size_t count;
    struct ranks ranks = ranks_of(kit);
    kit_check(kit, engine_pieces(kit->engine, 0, item, unit, NULL, arena, &pieces, &count,
                                 &kit->err));
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%u %u <%d> %d %d %lld copy <%d>\n", item, unit,
                   rank_of(&ranks, pieces[i].number), pieces[i].state, pieces[i].why,
                   (long long)pieces[i].moves, rank_of(&ranks, pieces[i].copy_of));
}

static inline void ask_pieces(struct kit *kit, struct buf *out)
{
    for (uint32_t item = 0; item < kit->plan->item_count; item++)
        for (uint32_t unit = 0; unit < roster_count(kit->roster); unit++)
            if (kit->plan->items[item].word != ITEM_PHASE)
                add_pieces(kit, item, unit, out);
}

static inline void ask_board(struct kit *kit, int32_t day, int64_t before_ms, struct buf *out)
{
    struct board_wish wish = {
        .day = day, .until = day, .met = true, .item = ITEM_NONE, .before_ms = before_ms};
    struct board *board;
    uint32_t count;
    kit_check(kit, board_new(kit->engine, 0, &wish, &board, &kit->err));
    const struct board_duty *duties = board_duties(board, &count);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t unit = 0; unit < roster_count(kit->roster); unit++) {
            struct board_own own;
            kit_check(kit, board_own(board, i, unit, &own, &kit->err));
            buf_printf(out, "%u %u %lld/%u %d %d\n", duties[i].duty.item, unit,
                       own.part ? (long long)own.count.done : -1, own.need, own.excused,
                       own.light);
        }
    board_free(board);
}

static inline void ask_alike(struct kit *kit, struct buf *out)
{
    struct original_report report;
    struct ranks ranks = ranks_of(kit);
    kit_check(kit,
              original_report(kit->engine, 0, ITEM_NONE, 0, 50, arena, &report, &kit->err));
    for (size_t i = 0; i < report.pair_count; i++)
        buf_printf(out, "<%d>%s<%d> %u/%u\n", rank_of(&ranks, report.pairs[i].first.piece),
                   report.pairs[i].sha256 ? "=" : "~",
                   rank_of(&ranks, report.pairs[i].second.piece), report.pairs[i].common,
                   report.pairs[i].of);
}

static inline void add_next(struct kit *kit, struct buf *out)
{
    buf_printf(out, "next %lld\n", (long long)engine_next(kit->engine));
}

static inline void ask(struct world *world, int plan, bool apart, struct buf *out)
{
    struct kit *kit = kit_of(world, plan, apart);
    int32_t day = civil_from_ms(world->now_ms, NULL);
    ask_journal(kit, out);
    ask_standing(kit, day, out);
    ask_pieces(kit, out);
    ask_board(kit, day, INT64_MAX, out);
    ask_board(kit, day - 3, world->now_ms - 3 * INT64_C(86400000), out);
    ask_alike(kit, out);
    add_next(kit, out);
}

/* ---- both -------------------------------------------------------------------------------- */

static inline void assert_equal(struct world *world, int plan, int step)
{
    bool same = world->text.length == world->other.length &&
                (!world->text.length ||
                 memcmp(world->text.bytes, world->other.bytes, world->text.length) == 0);
    if (!same)
        fail_msg("plan %s, step %d\n--- together\n%s\n--- apart\n%s", plans[plan].id, step,
                 world->text.bytes, world->other.bytes);
    world->text.length = world->other.length = 0;
}

static inline void run_handlers(struct world *world, int plan, bool apart, struct buf *out)
{
    struct kit *kit = kit_of(world, plan, apart);
    struct handler_call call;
    int code;
    while ((code = engine_handler_next(kit->engine, arena, &call, &kit->err)) == 0) {
        struct handler_notice notice = {&call.subjects, "说", NULL, NULL};
        buf_printf(out, "%s %u\n", call.event, bits_count(&call.subjects));
        kit_check(kit, engine_handled(kit->engine, &call, &notice, 1, NULL, world->now_ms,
                                      &kit->err));
        handler_call_free(&call);
    }
    assert_int_equal(code, ERR_NOT_FOUND);
}

/* Time goes on for all. */
static inline void go_on(struct world *world, int step)
{
    world->now_ms += (int64_t)next_random(world, 30) * 3600000;
    for (int i = 0; i < PLANS; i++) {
        buf_printf(&world->text, "%zu\n", kit_tick(&world->together[i], world->now_ms));
        buf_printf(&world->other, "%zu\n", kit_tick(&world->apart[i], world->now_ms));
        if (next_random(world, 3)) {
            run_handlers(world, i, false, &world->text);
            run_handlers(world, i, true, &world->other);
        }
        assert_equal(world, i, step);
    }
}

static inline void say_something(struct world *world, int plan, int step)
{
    struct said said;
    random_said(world, &said);
    say(world, plan, false, &said, &world->text);
    say(world, plan, true, &said, &world->other);
    assert_equal(world, plan, step);
}

static inline void ask_everything(struct world *world, int step)
{
    for (int i = 0; i < PLANS; i++) {
        ask(world, i, false, &world->text);
        ask(world, i, true, &world->other);
        assert_equal(world, i, step);
    }
}

static inline void renew(struct world *world)
{
    for (int i = 0; i < PLANS; i++) {
        kit_check(&world->together[i],
                  engine_renew(world->together[i].engine, &world->together[i].err));
        kit_check(&world->apart[i], engine_renew(world->apart[i].engine, &world->apart[i].err));
    }
}

static inline void live(struct world *world)
{
    for (int step = 0; step < STEPS; step++) {
        uint32_t what = next_random(world, 8);
        if (what == 0)
            go_on(world, step);
        else
            say_something(world, (int)next_random(world, PLANS), step);
        if (step % 15 == 14)
            ask_everything(world, step);
        if (step == STEPS / 2)
            renew(world);
    }
}

#endif
