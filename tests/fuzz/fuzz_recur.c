/* Recurrence and calendar rules: any bytes parse or are refused; what parses has a canonical text
 * that parses to the same text, and its expansion is ascending. */
#include "base/arena.h"
#include "time/civil.h"
#include "time/recur.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(int holds)
{
    if (!holds)
        abort();
}

static void expand(const struct recur *rule, const struct calendar *calendar)
{
    struct recur_walk walk;
    struct occurrence next;
    int32_t days[366];
    recur_walk_start(&walk, rule, calendar, civil_day(2011, 12, 25));
    int32_t previous = civil_day(2011, 12, 24);
    for (int i = 0; i < 40 && recur_walk_next(&walk, &next); i++) {
        check(next.last >= previous && next.first <= next.last);
        previous = next.last;
    }
    int count = recur_days(rule, calendar, 2020, days);
    check(count >= 0 && count <= 366);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct calendar *calendar;
    if (!calendar && calendar_open(NULL, 0, &calendar, NULL) < 0)
        abort();
    struct arena *arena = arena_new();
    struct recur rule, again;
    struct buf first = {0}, second = {0};
    if (recur_parse(arena, (const char *)bytes, size, &rule, NULL) == 0) {
        recur_format(&first, &rule);
        check(recur_parse(arena, first.bytes, first.length, &again, NULL) == 0);
        recur_format(&second, &again);
        check(first.length == second.length &&
              memcmp(first.bytes, second.bytes, first.length) == 0);
        expand(&again, calendar);
    }
    char *text = arena_copy(arena, (const char *)bytes, size);
    int32_t from = 0, till = 0;
    if (calendar_resolve(calendar, text, &from, &till, NULL, NULL) == 0)
        check(from <= till);
    buf_free(&first);
    buf_free(&second);
    arena_free(arena);
    return 0;
}
