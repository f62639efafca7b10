/*
 * Facts as text, for the tests of the engine: what is said to a plan, a line a fact:
 *
 *   submit ITEM UNIT [at=DAYTHH:MM] [now=…] [count= period= phase= until= fact= key= note= person=
 *   chars= minutes= piece= approver=]      "-" for an item or unit that is not said
 *
 * and what is answered: pieces done of those owed, the official due of the duty, then marks; or
 * what is wrong. "? DAY" tells where the item "q" stands.
 */
#ifndef TESTS_FACT_TEXT_H
#define TESTS_FACT_TEXT_H

#include "engine_kit.h"

/* ---- what is said ---------------------------------------------------------------------- */

/* "2012-06-10T09:00", or a day's 12:00. */
static inline int64_t at_of(const char *text)
{
    char copy[24];
    snprintf(copy, sizeof copy, "%.10s %s", text, text[10] ? text + 11 : "12:00");
    return instant(copy);
}

static inline void set_field(struct fact_request *request, int64_t *now_ms, const char *field)
{
    const char *value = strchr(field, '=');
    assert_non_null(value);
    value++;
    if (strncmp(field, "at=", 3) == 0)
        request->at_ms = at_of(value);
    else if (strncmp(field, "now=", 4) == 0)
        *now_ms = at_of(value);
    else if (strncmp(field, "count=", 6) == 0)
        request->count = atoi(value);
    else if (strncmp(field, "period=", 7) == 0)
        request->period = day_of(value);
    else if (strncmp(field, "phase=", 6) == 0)
        request->phase = value;
    else if (strncmp(field, "until=", 6) == 0)
        request->until = day_of(value);
    else if (strncmp(field, "fact=", 5) == 0)
        request->fact = atoi(value);
    else if (strncmp(field, "key=", 4) == 0)
        request->key = value;
    else if (strncmp(field, "note=", 5) == 0)
        request->note = value;
    else if (strncmp(field, "person=", 7) == 0)
        request->person = value;
    else if (strncmp(field, "chars=", 6) == 0)
        request->chars = atoi(value);
    else if (strncmp(field, "minutes=", 8) == 0)
        request->minutes = atoi(value);
    else if (strncmp(field, "piece=", 6) == 0)
        request->piece = atoi(value);
    else if (strncmp(field, "approver=", 9) == 0)
        request->approver = value;
    else
        fail_msg("%s", field);
}

static inline enum fact_kind kind_of(const char *word)
{
    static const char *const words[] = {
        [FACT_SUBMITTED] = "submit", [FACT_EXCUSED] = "excuse",
        [FACT_EXTENDED] = "extend",  [FACT_WITHDRAWN] = "withdraw",
        [FACT_ACCEPTED] = "accept",  [FACT_RETURNED] = "return",
        [FACT_REWORKED] = "rework",  [FACT_RECOMMENDED] = "recommend",
        [FACT_SELECTED] = "select",
    };
    for (int i = FACT_SUBMITTED; i <= FACT_SELECTED; i++)
        if (words[i] && strcmp(words[i], word) == 0)
            return (enum fact_kind)i;
    fail_msg("%s", word);
    return FACT_SUBMITTED;
}

/* "-" = not said. */
static inline const char *word_or_none(const char *word)
{
    return word && strcmp(word, "-") != 0 ? word : NULL;
}

/* Without `now=` it is said when it happens; without `at=`, on 2012-06-10. */
static inline struct fact_request parse(const char *line, int64_t *now_ms)
{
    struct fact_request request = {.count = 1,
                                   .chars = -1,
                                   .minutes = -1,
                                   .period = DAY_NONE,
                                   .until = DAY_NONE,
                                   .actor = "clerk",
                                   .at_ms = at_of("2012-06-10")};
    char *copy = arena_string(arena, line), *rest = NULL, *word = strtok_r(copy, " ", &rest);
    request.kind = kind_of(word);
    request.item = word_or_none(strtok_r(NULL, " ", &rest));
    request.unit = word_or_none(strtok_r(NULL, " ", &rest));
    *now_ms = INT64_MIN;
    while ((word = strtok_r(NULL, " ", &rest)))
        set_field(&request, now_ms, word);
    if (*now_ms == INT64_MIN)
        *now_ms = request.at_ms;
    return request;
}

/* ---- what is answered ------------------------------------------------------------------ */

static inline void add_answer(struct buf *out, const struct kit *kit,
                              const struct fact_answer *answer)
{
    char due[11] = "…";
    if (answer->duty.official != DAY_NONE)
        civil_format(answer->duty.official, due);
    buf_printf(out, "%lld/%u %s", (long long)answer->done, answer->need, due);
    if (answer->duty.occasion.phase != ITEM_NONE)
        buf_printf(out, " in:%s", kit->plan->items[answer->duty.occasion.phase].id);
    buf_adds(out, answer->duty.given ? " given" : "");
    buf_adds(out, answer->met ? " met" : "");
    buf_adds(out, answer->excused ? " excused" : "");
    buf_adds(out, answer->late ? " late" : "");
    buf_adds(out, answer->outcome == FACT_REPEATED ? " repeated" : "");
}

static inline void add_standing(struct buf *out, struct kit *kit, const char *day)
{
    const struct standing *list;
    size_t count;
    char due[11];
    kit_check(kit, engine_standing(kit->engine, 0, plan_find(kit->plan, "q"), day_of(day),
                                   arena, &list, &count, &kit->err));
    for (size_t i = 0; i < count; i++) {
        const struct standing *one = &list[i];
        assert_int_equal(one->asked, one->met + one->excused + one->missing);
        buf_printf(out, "%s%s%s: %u+%u+%u/%u%s", i ? "; " : "",
                   one->duty.official == DAY_NONE ? "…" : civil_format(one->duty.official, due),
                   one->duty.given ? " given" : "", one->met, one->excused, one->missing,
                   one->asked, one->late ? " late" : "");
    }
    if (!count)
        buf_adds(out, "-");
}

static inline const char *tell(struct kit *kit, const char *line)
{
    struct buf out = {0};
    if (line[0] == '?') {
        add_standing(&out, kit, line + 2);
    } else {
        int64_t now_ms;
        struct fact_request request = parse(line, &now_ms);
        struct fact_answer answer;
        struct err err = {0};
        if (engine_fact(kit->engine, 0, &request, now_ms, arena, &answer, &err) < 0)
            buf_printf(&out, "%d: %s", err.code, err.message);
        else
            add_answer(&out, kit, &answer);
    }
    const char *text = arena_string(arena, out.bytes);
    buf_free(&out);
    return text;
}

#endif
