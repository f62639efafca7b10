/* From one revision to the next: a row is two plans and the moves between them. */
#include "agenda_text.h"

#include "engine/revise.h"

struct row {
    const char *name;
    const char *head[2], *items[2], *remind[2];
    const char *moves; /* "kind id" one a line, "!" where it begins anew */
};

#define ONE(text)                                                                              \
    {                                                                                          \
        text, text                                                                             \
    }
#define HEAD        ONE(ISSUED("2012-03-20"))
#define NAMED(name) "{\"word\":\"quota\",\"id\":\"q\",\"name\":\"" name "\",\"line\":1"
#define LEAST(n)    FIELD("count", "{\"min\":" n "}")
#define EACH(id)    FIELD("each", "{\"terms\":[{\"id\":\"" id "\"}],\"text\":\"" id "\"}")
#define LATE_JUNE   DUE(BY("2012-06-20"))
#define IN_MAY      WHEN(FROM_TO("2012-05-01", "2012-05-31"))

static const struct row rows[] = {
    {"nothing", HEAD, ONE(QUOTA("q") LATE_JUNE LEAST("3") EACH("a") END), ONE(USUAL), ""},
    {"another line of the script",
     HEAD,
     {QUOTA("q") LATE_JUNE END,
      "{\"word\":\"quota\",\"id\":\"q\",\"name\":\"q\",\"line\":77" LATE_JUNE END},
     {"", ""},
     ""},
    {"a new item",
     HEAD,
     {TASK("a") END, TASK("b") END "," TASK("a") END},
     {"", ""},
     "added b!\n"},
    {"an item less, another one new: removed ones come last",
     HEAD,
     {TASK("a") END "," TASK("b") END, TASK("b") END "," TASK("c") END},
     {"", ""},
     "added c!\nremoved a\n"},
    {"items in another order",
     HEAD,
     {TASK("a") END "," TASK("b") END, TASK("b") END "," TASK("a") END},
     {"", ""},
     ""},
    {"a due moves to an earlier day",
     HEAD,
     {QUOTA("q") LATE_JUNE END, QUOTA("q") DUE(BY("2012-06-19")) END},
     {"", ""},
     "earlier q!\n"},
    {"a due moves to a later minute",
     HEAD,
     {QUOTA("q") DUE(BY_AT("2012-06-20", "540")) END, QUOTA("q") LATE_JUNE END},
     {"", ""},
     "later q!\n"},
    {"a due where there was none is earlier than never",
     HEAD,
     {QUOTA("q") DUE(SOON) END, QUOTA("q") LATE_JUNE END},
     {"", ""},
     "earlier q!\n"},
    {"a due less",
     HEAD,
     {QUOTA("q") LATE_JUNE END, QUOTA("q") DUE(SOON) END},
     {"", ""},
     "later q!\n"},
    {"a due said in other words",
     HEAD,
     {QUOTA("q") DUE("{\"kind\":\"deadline\",\"end\":\"2012-06-20\",\"phrase\":\"6月20日前\"}")
          END,
      QUOTA("q") DUE("{\"kind\":\"deadline\",\"end\":\"2012-06-20\","
                     "\"phrase\":\"2012年6月20日前\"}") END},
     {"", ""},
     "reworded q\n"},
    {"it opens on another day",
     HEAD,
     {QUOTA("q") IN_MAY DUE(BY("2012-05-20")) END,
      QUOTA("q") WHEN(FROM_TO("2012-05-02", "2012-05-31")) DUE(BY("2012-05-20")) END},
     {"", ""},
     "timed q!\n"},
    {"another rhythm",
     HEAD,
     {QUOTA("q") PER(RULE("FREQ=MONTHLY;BYMONTHDAY=5")) END,
      QUOTA("q") PER(RULE("FREQ=MONTHLY;BYMONTHDAY=6")) END},
     {"", ""},
     "timed q!\n"},
    {"a rhythm within another time of the plan",
     {ISSUED("2012-03-20") WHEN(FROM_TO("2012-03-20", "2012-12-31")),
      ISSUED("2012-03-20") WHEN(FROM_TO("2012-03-20", "2013-12-31"))},
     ONE(QUOTA("q") PER(RULE("FREQ=MONTHLY;BYMONTHDAY=5")) END "," TASK("t") LATE_JUNE END),
     {"", ""},
     "timed !\ntimed q!\n"},
    {"another rest-day rule",
     HEAD,
     {QUOTA("q") LATE_JUNE END, QUOTA("q") LATE_JUNE FIELD("rest_day", "\"next\"") END},
     {"", ""},
     "timed q!\n"},
    {"no longer binding",
     HEAD,
     {QUOTA("q") LATE_JUNE END, QUOTA("q") LATE_JUNE FIELD("binding", "\"may\"") END},
     {"", ""},
     "timed q!\n"},
    {"a task became a quota",
     HEAD,
     {TASK("q") LATE_JUNE END, QUOTA("q") LATE_JUNE END},
     {"", ""},
     "timed q!\n"},
    {"another review",
     HEAD,
     {QUOTA("q") END, QUOTA("q") FIELD("review", BY("2012-12-01")) END},
     {"", ""},
     "timed q!\n"},
    {"a phase ends later, and with it what is owed in each",
     HEAD,
     {PHASE("p1") IN_MAY END "," QUOTA("q") FIELD("per", "\"phase\"") END,
      PHASE("p1") WHEN(FROM_TO("2012-05-01", "2012-06-15")) END "," QUOTA("q")
          FIELD("per", "\"phase\"") END},
     {"", ""},
     "later p1!\ntimed q!\n"},
    {"another year has a date of its own",
     HEAD,
     {QUOTA("q") LATE_JUNE END,
      QUOTA("q") DUE(
          "{\"default\":" BY("2012-06-20") ",\"years\":{\"2013\":" BY("2013-07-31") "}}") END},
     {"", ""},
     "timed q!\n"},
    {"more",
     HEAD,
     {QUOTA("q") LEAST("2") END, QUOTA("q") LEAST("3") END},
     {"", ""},
     "more q\n"},
    {"fewer", HEAD, {QUOTA("q") LEAST("3") END, QUOTA("q") END}, {"", ""}, "fewer q\n"},
    {"some owe more, some less",
     HEAD,
     {QUOTA("q") LEAST("3") END,
      QUOTA("q") FIELD("count", "{\"default\":{\"min\":2},\"units\":{\"a\":{\"min\":5}}}") END},
     {"", ""},
     "more q\nfewer q\n"},
    {"no exception any more",
     HEAD,
     {QUOTA("q") FIELD("count", "{\"default\":{\"min\":2},\"units\":{\"a\":{\"min\":5}}}") END,
      QUOTA("q") LEAST("2") END},
     {"", ""},
     "fewer q\n"},
    {"an amount said in other words",
     HEAD,
     {QUOTA("q") LEAST("1") END, QUOTA("q") FIELD("count", "{\"min\":1,\"unit\":\"篇\"}") END},
     {"", ""},
     "reworded q\n"},
    {"other units",
     HEAD,
     {QUOTA("q") EACH("a") END, QUOTA("q") EACH("b") END},
     {"", ""},
     "people q\n"},
    {"the same units said otherwise",
     HEAD,
     {QUOTA("q") EACH("a") END,
      QUOTA("q") FIELD("each", "{\"terms\":[{\"id\":\"a\"}],\"text\":\"各科室\"}") END},
     {"", ""},
     "reworded q\n"},
    {"who is us",
     {ISSUED("2012-03-20"), ISSUED("2012-03-20") FIELD("owner", "\"a\"")},
     ONE(QUOTA("q") END),
     {"", ""},
     "people \n"},
    {"reminders of all reach it",
     HEAD,
     ONE(QUOTA("q") LATE_JUNE END "," PHASE("p1") IN_MAY END),
     {"", USUAL},
     "remind q!\n"},
    {"another tier",
     HEAD,
     ONE(QUOTA("q") LATE_JUNE END),
     {USUAL, BEFORE("\"7d\",\"1d\"")},
     "remind q!\n"},
    {"another hour for one of two",
     HEAD,
     ONE(QUOTA("q") LATE_JUNE END "," TASK("t") LATE_JUNE END),
     {"{\"about\":[\"t\"],\"before\":[\"1d\"],\"at\":\"08:00\"}",
      "{\"about\":[\"t\"],\"before\":[\"1d\"],\"at\":\"15:00\"}"},
     "remind t!\n"},
    {"another channel",
     HEAD,
     ONE(QUOTA("q") LATE_JUNE END),
     {USUAL, "{\"before\":[\"7d\",\"3d\",\"1d\"],\"line\":9,\"channel\":\"sms\"}"},
     "remind q!\n"},
    {"other words of a reminder",
     HEAD,
     ONE(QUOTA("q") LATE_JUNE END),
     {"{\"before\":[\"1d\"],\"text\":\"a\"}", "{\"before\":[\"1d\"],\"text\":\"b\"}"},
     "reworded \n"},
    {"another name",
     HEAD,
     {NAMED("心得") LATE_JUNE END, NAMED("心得体会") LATE_JUNE END},
     {"", ""},
     "reworded q\n"},
    {"another name and another due",
     HEAD,
     {NAMED("心得") LATE_JUNE END, NAMED("心得体会") DUE(BY("2012-06-21")) END},
     {"", ""},
     "later q!\nreworded q\n"},
    {"issued on another day",
     {ISSUED("2012-03-20"), ISSUED("2012-03-21")},
     ONE(QUOTA("q") LATE_JUNE END),
     {"", ""},
     "timed !\n"},
    {"another word of the head",
     {ISSUED("2012-03-20"), ISSUED("2012-03-20") FIELD("theme", "\"x\"")},
     ONE(QUOTA("q") LATE_JUNE END),
     {"", ""},
     "reworded \n"},
};

static bool run_row(const struct row *row)
{
    const struct plan *before = compile(row->head[0], row->items[0], row->remind[0]);
    const struct plan *after = compile(row->head[1], row->items[1], row->remind[1]);
    const struct revise_move *moves;
    size_t count;
    struct buf out = {0};
    buf_adds(&out, "");
    revise_compare(before, after, arena, &moves, &count);
    for (size_t i = 0; i < count; i++) {
        buf_printf(&out, "%s %s%s\n", revise_name(moves[i].kind), moves[i].id,
                   revise_begins_anew(&moves[i]) ? "!" : "");
        bool item = *moves[i].id != '\0';
        assert_int_equal(moves[i].before != NULL, item && moves[i].kind != REVISE_ADDED);
        assert_int_equal(moves[i].after != NULL, item && moves[i].kind != REVISE_REMOVED);
        assert_string_equal(moves[i].name, !item            ? after->name
                                           : moves[i].after ? moves[i].after->name
                                                            : moves[i].before->name);
    }
    bool same = strcmp(out.bytes, row->moves) == 0;
    if (!same)
        print_error("%s:\n%s-- instead of\n%s", row->name, out.bytes, row->moves);
    buf_free(&out);
    return same;
}

static void revisions_differ_item_by_item(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(rows); i++)
        wrong += !run_row(&rows[i]);
    assert_int_equal(wrong, 0);
}

/* A plan has nothing to say to itself, and all of itself to say to an empty one. */
static void equal_plans_have_no_moves(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int side = 0; side < 2; side++) {
            const struct plan *plan =
                compile(rows[i].head[side], rows[i].items[side], rows[i].remind[side]);
            const struct plan *again =
                compile(rows[i].head[side], rows[i].items[side], rows[i].remind[side]);
            const struct plan *empty = compile(rows[i].head[side], "", "");
            const struct revise_move *moves;
            size_t count;
            revise_compare(plan, again, arena, &moves, &count);
            assert_int_equal(count, 0);
            revise_compare(empty, plan, arena, &moves, &count);
            assert_true(count >= plan->item_count);
            for (uint32_t k = 0; k < plan->item_count; k++)
                assert_int_equal(moves[count - plan->item_count + k].kind, REVISE_ADDED);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(revisions_differ_item_by_item),
        cmocka_unit_test(equal_plans_have_no_moves),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
