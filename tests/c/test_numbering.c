/* Places by number, close together or far apart: each is found, and nothing else, in little memory. */
#include "engine/numbering.h"

#include "base/bits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 400, PLACES_MOST = 300 };

static uint32_t next_random(uint32_t *state)
{
    *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
    return *state >> 8;
}

static uint32_t place_of(const uint32_t *numbers, uint32_t count, uint32_t number)
{
    for (uint32_t i = 0; number && i < count; i++)
        if (numbers[i] == number)
            return i;
    return NUMBERING_NONE;
}

static bool is_taken(const uint32_t *numbers, uint32_t count, uint32_t number)
{
    return place_of(numbers, count, number) != NUMBERING_NONE;
}

/* Each number once, 0 = none, in any order, below `room`. */
static void fill(uint32_t *numbers, uint32_t count, uint32_t room, uint32_t *random)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = next_random(random) % 5 ? 1 + next_random(random) % room : 0;
        numbers[i] = is_taken(numbers, i, number) ? 0 : number;
    }
}

static void every_number_has_its_place(void **state)
{
    static const uint32_t rooms[] = {PLACES_MOST, 5000, 100000, BITS_MOST - 1};
    uint32_t numbers[PLACES_MOST], random = 7;
    (void)state;
    for (int i = 0; i < CASES; i++) {
        uint32_t count = next_random(&random) % PLACES_MOST, room = rooms[i % 4];
        struct numbering numbering;
        fill(numbers, count, room, &random);
        numbering_make(&numbering, numbers, count);
        for (uint32_t k = 0; k < 2 * count + 5; k++) {
            uint32_t near = k < count ? numbers[k] + next_random(&random) % 3 : k;
            uint32_t asked = near ? near - 1 : 0;
            assert_int_equal(numbering_find(&numbering, asked),
                             place_of(numbers, count, asked));
        }
        assert_int_equal(numbering_find(&numbering, UINT32_MAX), NUMBERING_NONE);
        assert_true(numbering.length <= 4 * count + 1024);
        numbering_free(&numbering);
    }
}

static void what_is_empty_has_no_place(void **state)
{
    static const uint32_t none[3] = {0};
    struct numbering empty = {0}, numbering;
    (void)state;
    assert_int_equal(numbering_find(&empty, 0), NUMBERING_NONE);
    assert_int_equal(numbering_find(&empty, 1), NUMBERING_NONE);
    numbering_make(&numbering, none, 3);
    assert_int_equal(numbering_find(&numbering, 0), NUMBERING_NONE);
    assert_int_equal(numbering_find(&numbering, 1), NUMBERING_NONE);
    numbering_free(&numbering);
    numbering_free(&empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_has_its_place),
        cmocka_unit_test(what_is_empty_has_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
