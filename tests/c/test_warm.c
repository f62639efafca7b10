/*
 * What is loaded ahead of the next event is what would be loaded cold, whatever is said at any
 * stage of it; and once it is whole, nothing more is asked for.
 */
#include "fact_text.h"

#include "engine/column.h"

enum { WARDS = 40 };

#define MONTHLY                                                                                \
    WHEN(FROM_TO("2012-04-01", "2012-12-31"))                                                  \
    PER(RULE("FREQ=MONTHLY;BYMONTHDAY=-1;WINDOW=MONTH"))
#define ONCE   WHEN(FROM_TO("2012-04-01", "2012-12-31")) DUE(BY("2012-07-20"))
#define SHARED FIELD("by", "{\"terms\":[{\"id\":\"w1\"},{\"id\":\"w2\"},{\"id\":\"w40\"}]}")

static const char *const items[] = {
    QUOTA("q") MONTHLY EACH_WARD COUNT_OF("3") END,
    QUOTA("q") ONCE EACH_WARD COUNT_OF("9") END,
    QUOTA("q") MONTHLY SHARED COUNT_OF("20") END,
    TASK("q") ONCE EACH_WARD END,
};

static uint32_t below(uint64_t *seed, uint32_t limit)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*seed >> 33) % limit);
}

static void say(struct kit *kit, uint64_t *seed, int32_t day)
{
    static const char *const kinds[] = {"submit", "submit",   "submit",   "excuse",
                                        "extend", "withdraw", "withdraw", "withdraw"};
    char at[11], until[11];
    tell(kit,
         arena_printf(arena, "%s q w%u at=%s count=%u until=%s note=x", kinds[below(seed, 8)],
                      1 + below(seed, WARDS), civil_format(day, at), 1 + below(seed, 3),
                      civil_format(day + (int32_t)below(seed, 60), until)));
}

/* How each ward stands in the column that the next event asks for, NULL = it asks for none. */
static const char *stand(struct kit *kit, struct bound *bound)
{
    struct duty duty;
    struct column *column;
    struct buf out = {0};
    if (!bound->more || !bound_asks_column(bound, &bound->next, &duty))
        return NULL;
    kit_check(kit,
              bound_column(kit->engine, bound, &duty, bound->next.day, &column, &kit->err));
    for (uint32_t row = 0; row < roster_count(kit->roster); row++)
        buf_printf(&out, "%u%s%s ", progress_missing(column->progress, row),
                   progress_asked(column->progress, row) ? "" : "-",
                   progress_excused(column->progress, row) ? "x" : "");
    const char *text = arena_string(arena, out.bytes);
    buf_free(&out);
    return text;
}

/* True when what was loaded ahead was used. */
static bool check_cold(struct kit *kit, struct bound *bound)
{
    const struct load *ahead = bound->warm;
    const char *warm = stand(kit, bound);
    bool used = ahead && !bound->warm;
    bound_drop_columns(bound);
    if (warm)
        assert_string_equal(warm, stand(kit, bound));
    bound_drop_columns(bound);
    return used;
}

struct seen {
    int pieces, beside, checks; /* facts while a column was half loaded and stayed */
};

static void run(struct kit *kit, uint64_t *seed, struct seen *counts)
{
    struct bound *bound = &kit->engine->bounds[0];
    int32_t day = day_of("2012-05-01");
    for (int step = 0; step < 300; step++) {
        const struct load *before = bound->warm;
        size_t columns = bound->column_count;
        switch (below(seed, 12)) {
        case 0:
            day = bound->more && bound->next.day > day + 3 ? bound->next.day - 2 : day;
            kit_tick(kit, civil_ms(day, 0));
            break;
        case 1: counts->checks += check_cold(kit, bound); break;
        case 2:
        case 3:
        case 4:
            say(kit, seed, day);
            counts->beside += before && before == bound->warm;
            break;
        default:
            kit_check(kit, bound_warm(kit->engine, bound, 1 + below(seed, 9), &kit->err));
            assert_int_equal(bound->column_count, columns);
            counts->pieces++;
        }
    }
}

static void warm_is_as_cold(void **state)
{
    (void)state;
    uint64_t seed = 20120705;
    struct seen counts = {0};
    int rounds = getenv("PLANRUN_TEST_LONG") ? 400 : 12;
    for (int round = 0; round < rounds; round++) {
        /* with a ward that leaves, the column of today is not that of the next event */
        struct kit_plan input = {.head = ISSUED("2012-03-20"),
                                 .items = items[round % (int)COUNT(items)],
                                 .remind = BEFORE("\"7d\",\"1d\""),
                                 .wards = WARDS};
        struct kit kit;
        if (below(&seed, 2))
            input.until = day_of("2012-05-02") + (int32_t)below(&seed, 60);
        kit_open(&kit, &input, NULL);
        kit_run(&kit, at_of("2012-05-01"));
        run(&kit, &seed, &counts);
        kit_close(&kit);
    }
    print_message("%d pieces loaded, %d facts beside them, %d columns compared\n",
                  counts.pieces, counts.beside, counts.checks);
    assert_true(counts.beside > rounds && counts.checks > rounds);
}

/* One call makes the column, one takes what counters there are; then it is asked for in vain. */
static void whole_asks_for_nothing(void **state)
{
    (void)state;
    struct kit_plan input = {.head = ISSUED("2012-03-20"),
                             .items = QUOTA("q") ONCE EACH_WARD END,
                             .remind = BEFORE("\"7d\""),
                             .wards = WARDS};
    struct kit kit;
    struct bound *bound;
    int calls = 0, more;
    kit_open(&kit, &input, NULL);
    kit_run(&kit, at_of("2012-07-01"));
    for (int i = 1; i <= 20; i++)
        tell(&kit, arena_printf(arena, "submit q w%d at=2012-06-01", i));
    kit_check(&kit, engine_renew(kit.engine, &kit.err));
    bound = &kit.engine->bounds[0];
    do {
        kit_check(&kit, more = bound_warm(kit.engine, bound, 6, &kit.err));
        calls++;
    } while (more > 0);
    assert_int_equal(calls, 1 + 4); /* 6 + 6 + 6 + 2 */
    for (int i = 0; i < 3; i++)
        assert_int_equal(engine_warm(kit.engine, &kit.err), 0);
    assert_int_equal(bound->column_count, 0);
    kit_tick(&kit, engine_next(kit.engine));
    assert_null(bound->warm);
    assert_int_equal(bound->column_count, 1);
    assert_string_equal(kit_journal(&kit, 1 << EVENT_REMINDER),
                        "07-13 09:00 reminder q -7 20\n");
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(warm_is_as_cold),
                                       cmocka_unit_test(whole_asks_for_nothing)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
