#include "engine/numbering.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum {
    SPARE = 1024,
    WIDE = 4
}; /* an array by number may have so many free entries, for each taken one */

struct entry {
    uint32_t number, place;
};

/* Least and greatest number, and how many there are. */
static uint32_t measure(struct numbering *numbering, uint32_t count)
{
    uint32_t given = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = numbering->numbers[i];
        if (!number)
            continue;
        if (!given++ || number < numbering->first)
            numbering->first = number;
        if (number > numbering->most)
            numbering->most = number;
    }
    return given;
}

static int by_number(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    return (a->number > b->number) - (a->number < b->number);
}

static void index_sparse(struct numbering *numbering, uint32_t count, uint32_t given)
{
    struct entry *entries = mem_resize(NULL, (size_t)given + 1, sizeof *entries);
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++)
        if (numbering->numbers[i])
            entries[found++] = (struct entry){numbering->numbers[i], i};
    qsort(entries, found, sizeof *entries, by_number);
    numbering->length = found;
    numbering->places = mem_resize(NULL, (size_t)found + 1, sizeof *numbering->places);
    for (uint32_t i = 0; i < found; i++)
        numbering->places[i] = entries[i].place;
    free(entries);
}

static void index_dense(struct numbering *numbering, uint32_t count)
{
    size_t length = (size_t)(numbering->most - numbering->first) + 1;
    numbering->length = (uint32_t)length;
    numbering->places = mem_resize_large(NULL, length, sizeof *numbering->places);
    memset(numbering->places, 0xff, length * sizeof *numbering->places);
    for (uint32_t i = 0; i < count; i++)
        if (numbering->numbers[i])
            numbering->places[numbering->numbers[i] - numbering->first] = i;
}

void numbering_make(struct numbering *numbering, const uint32_t *numbers, uint32_t count)
{
    *numbering = (struct numbering){.numbers = numbers};
    uint32_t given = measure(numbering, count);
    if (!given)
        return;
    uint64_t range = (uint64_t)numbering->most - numbering->first + 1;
    numbering->sparse = range > (uint64_t)given * WIDE + SPARE;
    if (numbering->sparse)
        index_sparse(numbering, count, given);
    else
        index_dense(numbering, count);
}

void numbering_free(struct numbering *numbering)
{
    free(numbering->places);
    *numbering = (struct numbering){0};
}

/* The first entry whose number is not below. */
static uint32_t search(const struct numbering *numbering, uint32_t number)
{
    uint32_t low = 0, high = numbering->length;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (numbering->numbers[numbering->places[middle]] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t numbering_find(const struct numbering *numbering, uint32_t number)
{
    if (number < numbering->first || number > numbering->most || !numbering->places)
        return NUMBERING_NONE;
    if (!numbering->sparse)
        return numbering->places[number - numbering->first];
    uint32_t place = numbering->places[search(numbering, number)];
    return numbering->numbers[place] == number ? place : NUMBERING_NONE;
}
