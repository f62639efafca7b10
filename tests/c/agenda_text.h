/*
 * Plans for the agenda's tests: sealed JSON, shortened, and the real calendar. It has the one
 * fixture of a test program; compile and agenda_of fail the running test.
 */
#ifndef TESTS_AGENDA_TEXT_H
#define TESTS_AGENDA_TEXT_H

#include "base/json.h"
#include "engine/agenda.h"
#include "time/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct calendar *calendar;
static struct arena *arena;

static inline int set_up(void **state)
{
    (void)state;
    static const char *const directories[] = {PLANRUN_SOURCE_DIR "/stdlib/holidays.d"};
    struct err err = {0};
    if (calendar_open(directories, 1, &calendar, &err) < 0)
        fail_msg("%s: %s", err.file, err.message);
    arena = arena_new();
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    calendar_close(calendar);
    arena_free(arena);
    return 0;
}

/* ---- sealed text, shortened ---------------------------------------------------------------- */

#define ID(word, id)       "{\"word\":\"" word "\",\"id\":\"" id "\",\"name\":\"" id "\",\"line\":1"
#define TASK(id)           ID("task", id)
#define QUOTA(id)          ID("quota", id)
#define PHASE(id)          ID("phase", id)
#define IN(parent)         ",\"parent\":\"" parent "\""
#define FIELD(name, value) ",\"" name "\":" value
#define BY(day)            "{\"kind\":\"deadline\",\"end\":\"" day "\"}"
#define BY_AT(day, minute) "{\"kind\":\"deadline\",\"end\":\"" day "\",\"minute\":" minute "}"
#define FROM_TO(a, b)      "{\"kind\":\"interval\",\"start\":\"" a "\",\"end\":\"" b "\"}"
#define RULE(text)         "{\"kind\":\"recurring\",\"rule\":\"" text "\"}"
#define RULE_FROM(text, day)                                                                   \
    "{\"kind\":\"recurring\",\"rule\":\"" text "\",\"start\":\"" day "\"}"
#define OPEN(a)       "{\"kind\":\"standing\",\"start\":\"" a "\"}"
#define SOON          "{\"kind\":\"standing\",\"undated\":true}"
#define DUE(date)     FIELD("due", date)
#define WHEN(date)    FIELD("when", date)
#define PER(list)     FIELD("per", "[" list "]")
#define END           "}"
#define BEFORE(tiers) "{\"before\":[" tiers "],\"line\":9}"
#define USUAL         BEFORE("\"7d\",\"3d\",\"1d\"")

#define ISSUED(day)   ",\"issued\":" FROM_TO(day, day)
#define RECEIVED(day) ",\"received\":" FROM_TO(day, day)

static inline const struct plan *compile(const char *head, const char *items,
                                         const char *remind)
{
    static const struct value_limits limits = {10000000, 64, 1 << 30};
    const struct plan *plan = NULL;
    struct value *sealed = NULL;
    struct err err = {0};
    char *json = arena_printf(
        arena,
        "{\"format\":1,\"plan\":{\"id\":\"p\",\"name\":\"P\",\"issuer\":[\"I\"]%s},"
        "\"items\":[%s],\"reminders\":[%s]}",
        head, items, remind);
    if (json_parse(arena, json, strlen(json), &limits, &sealed, &err) < 0 ||
        plan_compile(arena, sealed, calendar, &plan, &err) < 0)
        fail_msg("%s", err.message);
    return plan;
}

static inline struct agenda *agenda_of(const struct plan *plan)
{
    struct agenda *agenda = NULL;
    struct err err = {0};
    assert_int_equal(agenda_new(plan, calendar, NULL, &agenda, &err), 0);
    return agenda;
}

static inline int32_t day_of(const char *text)
{
    int32_t day = civil_parse(text, strlen(text));
    assert_int_not_equal(day, CIVIL_NONE);
    return day;
}

#endif
