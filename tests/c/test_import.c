/*
 * Imports: random files are recorded at once in one store and row by row in another, and both must
 * be equal – facts, counters and where every duty stands; a file with a bad row leaves nothing; the
 * same file again records nothing.
 */
#include "engine/import.h"
#include "engine/undo.h"
#include "engine_kit.h"
#include "store/files.h"

enum { CASES = 160, ROWS_MOST = 30, WARDS = 4 };

#define MONTHLY(id)                                                                            \
    QUOTA(id)                                                                                  \
    WHEN(FROM_TO("2012-04-01", "2012-12-31"))                                                  \
    PER(RULE("FREQ=MONTHLY;BYMONTHDAY=-1;WINDOW=MONTH")) EACH_WARD

/* A quota done once, one a month, one a phase, a quota in a quota, one that all do together, one that
 * measures, one that counts later, a phase, and what must not be done. */
static const char items[] = QUOTA("once") WHEN(FROM_TO("2012-05-01", "2012-06-30"))
    DUE(BY("2012-06-20")) EACH_WARD COUNT_OF("2") END "," MONTHLY("monthly") COUNT_OF("2") END
    "," PHASE("one") WHEN(FROM_TO("2012-04-01", "2012-07-31")) END "," PHASE("two")
        WHEN(FROM_TO("2012-05-01", "2012-06-30")) END "," QUOTA("phased")
            FIELD("per", "\"phase\"") EACH_WARD END "," QUOTA("outer") DUE(BY("2012-06-15"))
                EACH_WARD COUNT_OF("3") END "," QUOTA("inner") IN("outer") DUE(BY("2012-06-10"))
                    EACH_WARD COUNT_OF("1") END "," TASK("shared") DUE(BY("2012-06-20"))
                        FIELD("by", "{\"terms\":[{\"id\":\"w1\"},{\"id\":\"w2\"}]}") END
    "," QUOTA("long") DUE(BY("2012-06-20"))
        EACH_WARD FIELD("where", "{\"chars\":{\"min\":1000,\"stated\":true,\"unit\":\"字\"}}")
            END "," QUOTA("picked") DUE(BY("2012-06-20"))
                EACH_WARD FIELD("counts", "\"accepted\"") END "," TASK("never")
                    EACH_WARD FIELD("binding", "\"never\"") END;

static const char *const ids[] = {"once",   "monthly", "phased", "outer", "inner",
                                  "shared", "long",    "picked", "once",  "monthly"};

static uint32_t next_random(uint32_t *state)
{
    *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
    return *state >> 8;
}

static bool one_in(uint32_t *random, uint32_t n)
{
    return next_random(random) % n == 0;
}

/* ---- rows ---------------------------------------------------------------------------------- */

/* What a row says; `bad` ones are rare, since one spoils a file. */
static struct fact_request random_row(uint32_t *random, bool bad)
{
    struct fact_request row = {.kind = FACT_SUBMITTED,
                               .actor = "clerk",
                               .period = DAY_NONE,
                               .until = DAY_NONE,
                               .chars = -1,
                               .minutes = -1};
    row.item = ids[next_random(random) % COUNT(ids)];
    bool shared = strcmp(row.item, "shared") == 0;
    row.unit = arena_printf(arena, "w%u", 1 + next_random(random) % (shared ? 2 : WARDS));
    row.count = one_in(random, 3) ? 1 + next_random(random) % 3 : 1;
    row.at_ms = civil_ms(day_of("2012-04-20") + (int32_t)(next_random(random) % 100),
                         (int32_t)(next_random(random) % 1440));
    if (strcmp(row.item, "monthly") == 0 && one_in(random, 3))
        row.period = day_of("2012-05-10") + (int32_t)(next_random(random) % 40);
    if (strcmp(row.item, "phased") == 0 && one_in(random, 2))
        row.phase = one_in(random, 2) ? "one" : "two";
    if (one_in(random, 4))
        row.key = arena_printf(arena, "key %u", next_random(random) % (bad ? 40 : 100000));
    if (one_in(random, 5))
        row.note = one_in(random, 2) ? "备注" : "remark";
    if (one_in(random, 6))
        row.chars = one_in(random, 2) ? 500 : 1500;
    if (one_in(random, 9))
        row.minutes = 45;
    if (one_in(random, 8))
        row.person = arena_printf(arena, "w%u", 1 + next_random(random) % 2);
    if (row.person && one_in(random, 2))
        row.unit = NULL;
    if (bad && one_in(random, 30))
        row.item = one_in(random, 2) ? "never" : "one";
    if (bad && one_in(random, 30))
        row.count = 0;
    if (bad && one_in(random, 30))
        row.unit = "bureau";
    return row;
}

static struct slice slice_of(const char *text)
{
    return (struct slice){text, text ? strlen(text) : 0};
}

static uint32_t find_row(const struct kit *kit, const char *id)
{
    return id ? roster_find(kit->roster, id, strlen(id)) : UNIT_NONE;
}

static struct import_row import_row_of(const struct kit *kit, const struct fact_request *row,
                                       uint32_t line)
{
    return (struct import_row){.line = line,
                               .item = plan_find(kit->plan, row->item),
                               .unit = find_row(kit, row->unit),
                               .person = find_row(kit, row->person),
                               .phase =
                                   row->phase ? plan_find(kit->plan, row->phase) : ITEM_NONE,
                               .key = slice_of(row->key),
                               .note = slice_of(row->note),
                               .count = row->count,
                               .chars = row->chars,
                               .minutes = row->minutes,
                               .at_ms = row->at_ms,
                               .period = row->period};
}

/* ---- both ways ----------------------------------------------------------------------------- */

static const int64_t now_ms = INT64_C(1357000000000); /* behind all of it */

static bool say_one_by_one(struct kit *kit, const struct fact_request *rows, size_t count)
{
    struct fact_answer answer;
    bool fine = true;
    for (size_t i = 0; fine && i < count; i++)
        fine = engine_fact(kit->engine, 0, &rows[i], now_ms, arena, &answer, &kit->err) == 0;
    if (fine) {
        kit_check(kit, store_flush(kit->store, &kit->err));
    } else {
        store_undo(kit->store);
        kit_check(kit, engine_renew(kit->engine, &kit->err));
    }
    return fine;
}

static void count_refused(void *context, uint32_t line, enum import_part part,
                          const char *message)
{
    assert_true(line > 0 && *message && part <= IMPORT_PERIOD);
    ++*(size_t *)context;
}

static bool import_all(struct kit *kit, const struct fact_request *rows, size_t count,
                       struct import_sum *sum)
{
    struct import *import = import_new(kit->engine, 0, "clerk", LANG_EN);
    size_t refused = 0;
    for (size_t i = 0; i < count; i++) {
        struct import_row row = import_row_of(kit, &rows[i], (uint32_t)i + 1);
        struct err err = {0};
        if (import_add(import, &row, now_ms, &err) < 0) {
            assert_true(err.message[0]);
            import_spoil(import);
            refused++;
        }
    }
    int code = import_record(import, now_ms, count_refused, &refused, sum, &kit->err);
    if (code == 0 ? refused != 0 : code != ERR_INVALID || refused == 0)
        fail_msg("%d, %zu refused: %s", code, refused, kit->err.message);
    import_free(import);
    kit_check(kit, store_flush(kit->store, &kit->err));
    return code == 0;
}

/* ---- what there is then -------------------------------------------------------------------- */

static bool add_fact_line(void *context, const struct store_fact *fact)
{
    bool made = fact->key && strlen(fact->key) >= 32;
    buf_printf(context, "f%lld %d %u %u %d %u %lld %lld %d %lld %s %s %s piece %lld\n",
               (long long)fact->number, fact->kind, fact->item, fact->unit, fact->period,
               fact->phase, (long long)fact->value, (long long)fact->moves, fact->in_time,
               (long long)fact->at_ms, fact->key && !made ? fact->key : "-",
               fact->note ? fact->note : "-", fact->detail ? fact->detail : "-",
               (long long)fact->piece);
    return true;
}

static void add_standings(struct kit *kit, struct buf *text)
{
    for (uint32_t item = 0; item < kit->plan->item_count; item++) {
        const struct standing *list;
        size_t count;
        if (kit->plan->items[item].word == ITEM_PHASE)
            continue;
        kit_check(kit, engine_standing(kit->engine, 0, item, day_of("2012-06-18"), arena, &list,
                                       &count, &kit->err));
        for (size_t i = 0; i < count; i++)
            buf_printf(text, "%s %d: %u+%u+%u/%u\n", kit->plan->items[item].id,
                       list[i].duty.official, list[i].met, list[i].excused, list[i].missing,
                       list[i].asked);
    }
}

static const char *kept(struct buf *text)
{
    const char *copy = arena_string(arena, text->bytes);
    buf_free(text);
    return copy;
}

static const char *standings_of(struct kit *kit)
{
    struct buf text = {0};
    add_standings(kit, &text);
    return kept(&text);
}

static const char *state_of(struct kit *kit)
{
    struct buf text = {0};
    struct store_fact_filter filter = {0};
    buf_adds(&text, "\n");
    kit_check(kit, store_facts(kit->store, &filter, add_fact_line, &text, &kit->err));
    add_standings(kit, &text);
    return kept(&text);
}

static void begin(struct kit *kit)
{
    const struct kit_plan plan = {.head = ISSUED("2012-04-01"), .items = items, .wards = WARDS};
    kit_open(kit, &plan, NULL);
    kit_check(kit, store_flush(kit->store, &kit->err));
}

/* More time for somebody makes duties of their own. */
static void extend(struct kit *kit)
{
    struct fact_request request = {.kind = FACT_EXTENDED,
                                   .item = "once",
                                   .unit = "w2",
                                   .at_ms = instant("2012-05-20 09:00"),
                                   .until = day_of("2012-07-10"),
                                   .note = "leave",
                                   .actor = "clerk",
                                   .period = DAY_NONE,
                                   .chars = -1,
                                   .minutes = -1};
    struct fact_answer answer;
    kit_check(kit,
              engine_fact(kit->engine, 0, &request, request.at_ms, arena, &answer, &kit->err));
    kit_check(kit, store_flush(kit->store, &kit->err));
}

static void test_same_as_row_by_row(void **state)
{
    uint32_t random = 20120401;
    size_t taken = 0, files = 0;
    (void)state;
    for (int number = 0; number < CASES; number++) {
        struct kit one, all;
        struct fact_request rows[ROWS_MOST];
        begin(&one);
        begin(&all);
        if (number % 4 == 0) {
            extend(&one);
            extend(&all);
        }
        for (int file = 0; file < 3; file++, files++) {
            size_t count = 1 + next_random(&random) % ROWS_MOST;
            struct import_sum sum = {0};
            for (size_t i = 0; i < count; i++)
                rows[i] = random_row(&random, number % 3 == 0);
            bool fine = say_one_by_one(&one, rows, count);
            if (import_all(&all, rows, count, &sum) != fine)
                fail_msg("case %d: one by one %d: %s / %s", number, fine, one.err.message,
                         all.err.message);
            assert_string_equal(state_of(&all), state_of(&one));
            if (!fine)
                continue;
            taken++;
            assert_int_equal(sum.rows, count);
            assert_int_equal(sum.recorded + sum.repeated, count);
            const char *before = state_of(&all);
            assert_true(import_all(&all, rows, count, &sum));
            assert_int_equal(sum.repeated, count);
            assert_string_equal(state_of(&all), before);
        }
        kit_close(&one);
        kit_close(&all);
    }
    printf("counts: %zu files imported and said row by row, %zu of them taken\n", files, taken);
    assert_true(taken > files / 2 && taken < files);
}

static bool see_act(void *context, const struct store_fact *fact)
{
    int64_t *act = context;
    if (*act == 0)
        *act = fact->number;
    assert_int_equal(fact->act, fact->number == *act ? 0 : *act);
    return true;
}

static void test_one_act(void **state)
{
    uint32_t random = 5;
    struct kit kit;
    struct fact_request rows[ROWS_MOST];
    struct import_sum sum;
    int64_t act = 0;
    (void)state;
    begin(&kit);
    for (size_t i = 0; i < ROWS_MOST; i++)
        rows[i] = random_row(&random, false);
    assert_true(import_all(&kit, rows, ROWS_MOST, &sum));
    struct store_fact_filter filter = {0};
    kit_check(&kit, store_facts(kit.store, &filter, see_act, &act, &kit.err));
    assert_int_equal(act, sum.act);
    kit_close(&kit);
}

/* What is taken back in bulk leaves what taking back each piece alone leaves. */
static void test_taken_back(void **state)
{
    uint32_t random = 11;
    struct fact_request rows[200],
        undo = {.actor = "clerk", .at_ms = now_ms, .key = "undo", .period = DAY_NONE};
    struct kit kit;
    struct undone undone;
    struct import_sum sum;
    (void)state;
    begin(&kit);
    for (size_t i = 0; i < 10; i++)
        rows[i] = random_row(&random, false);
    assert_true(import_all(&kit, rows, 10, &sum));
    const char *before = standings_of(&kit);
    for (size_t i = 0; i < 200; i++)
        rows[i] = random_row(&random, false);
    for (size_t i = 0; i < 200; i++)
        rows[i].key = NULL;
    assert_true(import_all(&kit, rows, 200, &sum));
    assert_string_not_equal(standings_of(&kit), before);
    for (int again = 0; again < 2; again++) {
        kit_check(&kit, engine_undo(kit.engine, 0, &undo, now_ms, arena, &undone, &kit.err));
        kit_check(&kit, store_flush(kit.store, &kit.err));
        assert_int_equal(undone.outcome, again ? FACT_REPEATED : FACT_RECORDED);
        assert_string_equal(standings_of(&kit), before);
    }
    const struct piece *pieces;
    size_t count;
    for (uint32_t row = 0; row < roster_count(kit.roster); row++) {
        kit_check(&kit, engine_pieces(kit.engine, 0, plan_find(kit.plan, "outer"), row, NULL,
                                      arena, &pieces, &count, &kit.err));
        for (size_t i = 0; i < count; i++)
            assert_int_equal(pieces[i].state == PIECE_WITHDRAWN, pieces[i].number >= sum.act);
    }
    undo.key = NULL; /* one act further */
    kit_check(&kit, engine_undo(kit.engine, 0, &undo, now_ms, arena, &undone, &kit.err));
    assert_int_equal(undone.facts, 10);
    kit_check(&kit, store_flush(kit.store, &kit.err));
    kit_close(&kit);
}

/* ---- again, having been taken back --------------------------------------------------------- */

/* The fact of each row, as far as it was recorded. */
struct taken {
    const struct fact_request *rows;
    int64_t *facts;
    size_t count, next; /* the row that may be the next fact's */
    struct kit *kit;
};

static bool stands(struct taken *taken, size_t row)
{
    bool withdrawn = false;
    if (taken->facts[row])
        kit_check(taken->kit, store_fact_withdrawn(taken->kit->store, taken->facts[row],
                                                   &withdrawn, &taken->kit->err));
    return taken->facts[row] && !withdrawn;
}

/* What an import is to record of it now. */
static bool is_wanted(struct taken *taken, size_t row)
{
    return taken->rows[row].key ? !taken->facts[row] : !stands(taken, row);
}

static bool give_fact(void *context, const struct store_fact *fact)
{
    struct taken *taken = context;
    if (fact->kind != FACT_SUBMITTED)
        return true;
    while (!is_wanted(taken, taken->next))
        taken->next++;
    taken->facts[taken->next++] = fact->number;
    return true;
}

static void import_again(struct taken *taken)
{
    struct import_sum sum = {0};
    size_t wanted = 0, again = 0, back = 0;
    for (size_t i = 0; i < taken->count; i++) {
        wanted += is_wanted(taken, i);
        again += is_wanted(taken, i) && taken->facts[i];
        back += !is_wanted(taken, i) && !stands(taken, i);
    }
    assert_true(import_all(taken->kit, taken->rows, taken->count, &sum));
    assert_int_equal(sum.recorded, wanted);
    assert_int_equal(sum.repeated, taken->count - wanted);
    assert_int_equal(sum.again, again);
    assert_int_equal(sum.taken_back, back);
    if (!sum.act)
        return;
    struct store_fact_filter filter = {.after = sum.act - 1};
    taken->next = 0;
    kit_check(taken->kit,
              store_facts(taken->kit->store, &filter, give_fact, taken, &taken->kit->err));
    assert_true(taken->next <= taken->count);
}

/* The last act, or a row. */
static void take_back(struct taken *taken, uint32_t *random)
{
    struct fact_request request = {.kind = FACT_WITHDRAWN,
                                   .actor = "clerk",
                                   .at_ms = now_ms,
                                   .period = DAY_NONE,
                                   .until = DAY_NONE,
                                   .chars = -1,
                                   .minutes = -1};
    struct kit *kit = taken->kit;
    struct fact_answer answer;
    struct undone undone;
    size_t row = next_random(random) % taken->count;
    if (one_in(random, 2)) {
        int code = engine_undo(kit->engine, 0, &request, now_ms, arena, &undone, &kit->err);
        assert_true(code == 0 || code == ERR_NOT_FOUND);
    } else if (stands(taken, row)) {
        request.fact = taken->facts[row];
        kit_check(kit,
                  engine_fact(kit->engine, 0, &request, now_ms, arena, &answer, &kit->err));
    }
    kit_check(kit, store_flush(kit->store, &kit->err));
}

/* The same file after any of it was taken back: what has no key is there once, and all stands as after
 * the first time. */
static void test_again(void **state)
{
    uint32_t random = 17;
    (void)state;
    for (int number = 0; number < CASES / 4; number++) {
        struct fact_request rows[ROWS_MOST];
        int64_t facts[ROWS_MOST] = {0};
        struct kit kit;
        struct taken taken = {rows, facts, 1 + next_random(&random) % ROWS_MOST, 0, &kit};
        begin(&kit);
        for (size_t i = 0; i < taken.count; i++) {
            rows[i] = i && one_in(&random, 4) ? rows[i - 1] : random_row(&random, false);
            rows[i].key = rows[i].key && number % 2 ? arena_printf(arena, "key %zu", i) : NULL;
        }
        import_again(&taken);
        const char *first = standings_of(&kit);
        for (int step = 0; step < 8; step++) {
            if (one_in(&random, 3))
                import_again(&taken);
            else
                take_back(&taken, &random);
        }
        import_again(&taken);
        if (number % 2 == 0)
            assert_string_equal(standings_of(&kit), first);
        import_again(&taken);
        kit_close(&kit);
    }
}

/* A key that stands is the same row again, though whoever it is about is not asked any more when a row
 * that names no time is said again. */
static void test_said_again(void **state)
{
    const struct kit_plan plan = {.head = ISSUED("2012-04-01"),
                                  .items = items,
                                  .wards = WARDS,
                                  .until = day_of("2012-06-15")};
    struct kit kit;
    struct import_sum sum;
    struct fact_request rows[] = {{.item = "monthly", .unit = "w4", .key = "a", .note = "one"},
                                  {.item = "once", .unit = "w1", .key = "b", .note = "one"}};
    (void)state;
    kit_open(&kit, &plan, NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        rows[i].count = 1;
        rows[i].period = DAY_NONE;
        rows[i].chars = rows[i].minutes = -1;
        rows[i].at_ms = instant("2012-06-10 09:00");
    }
    kit_check(&kit, store_flush(kit.store, &kit.err));
    assert_true(import_all(&kit, rows, COUNT(rows), &sum));
    const char *before = state_of(&kit);
    rows[0].at_ms = INT64_MIN;
    assert_true(import_all(&kit, rows, COUNT(rows), &sum));
    assert_int_equal(sum.repeated, COUNT(rows));
    assert_string_equal(state_of(&kit), before);
    rows[0].key = "c";
    assert_false(import_all(&kit, rows, COUNT(rows), &sum));
    assert_string_equal(state_of(&kit), before);
    kit_close(&kit);
}

/* What a key stands for: a row of a file and a single saying are judged alike. */
static void test_keys(void **state)
{
    static const struct {
        const char *item, *note;
        int chars, minutes;
        bool same;
    } rows[] = {{"once", "a", 700, -1, true},     {"once", "b", 700, -1, false},
                {"once", NULL, 700, -1, false},   {"once", "a", 800, -1, false},
                {"once", "a", -1, -1, false},     {"once", "a", 700, 45, false},
                {"monthly", "a", 700, -1, false}, {"once", "a", 700, -1, true}};
    struct kit kit;
    struct import_sum sum;
    (void)state;
    begin(&kit);
    for (int way = 0; way < 4; way++)
        for (size_t i = 0; i < COUNT(rows); i++) {
            struct fact_request row = {.kind = FACT_SUBMITTED,
                                       .item = rows[i].item,
                                       .unit = "w1",
                                       .count = 1,
                                       .at_ms = instant("2012-05-20 09:00"),
                                       .actor = "clerk",
                                       .key = way < 2 ? "one" : "other",
                                       .note = rows[i].note,
                                       .chars = rows[i].chars,
                                       .minutes = rows[i].minutes,
                                       .period = DAY_NONE,
                                       .until = DAY_NONE};
            bool taken = way % 2 == way / 2 ? say_one_by_one(&kit, &row, 1)
                                            : import_all(&kit, &row, 1, &sum);
            if (taken != rows[i].same)
                fail_msg("way %d, row %zu: %d", way, i, taken);
        }
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken_back),
        cmocka_unit_test(test_said_again),
        cmocka_unit_test(test_same_as_row_by_row),
        cmocka_unit_test(test_one_act),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_keys),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
