#include "base/bits.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

/* Encodings, told apart by their first byte; an empty set has none.
 *   AS_RUNS   pairs of varints: numbers left out since the last run (at least 1 between runs),
 *             numbers in the run (at least 1)
 *   AS_WORDS  a varint, the index of the first word; then words, low byte first, of which the first
 *             and the last are not 0 */
enum { AS_RUNS = 1, AS_WORDS = 2, WORD = 64 };

void bits_free(struct bits *bits)
{
    if (!bits)
        return;
    free(bits->words);
    *bits = (struct bits){0};
}

void bits_reserve(struct bits *bits, uint32_t room)
{
    if (room <= bits->room)
        return;
    if (room > BITS_MOST)
        mem_exhausted();
    uint32_t had = bits->room / WORD, words = (room + WORD - 1) / WORD;
    bits->words = mem_resize(bits->words, words, sizeof *bits->words);
    memset(bits->words + had, 0, (words - had) * sizeof *bits->words);
    bits->room = words * WORD;
}

void bits_add(struct bits *bits, uint32_t number)
{
    if (number >= bits->room) {
        uint32_t twice = bits->room < BITS_MOST / 2 ? bits->room * 2 : BITS_MOST;
        bits_reserve(bits, number >= twice ? number + 1 : twice);
    }
    bits->words[number / WORD] |= UINT64_C(1) << number % WORD;
}

bool bits_has(const struct bits *bits, uint32_t number)
{
    return number < bits->room && (bits->words[number / WORD] >> number % WORD & 1);
}

/* The first number at or after `from` whose bit is `set`; the room when there is none. */
static uint32_t next_of(const struct bits *bits, uint32_t from, bool set)
{
    uint64_t flip = set ? 0 : UINT64_MAX;
    for (uint32_t at = from / WORD; at < bits->room / WORD; at++, from = at * WORD) {
        uint64_t word = (bits->words[at] ^ flip) & UINT64_MAX << from % WORD;
        if (word)
            return at * WORD + (uint32_t)__builtin_ctzll(word);
    }
    return bits->room;
}

uint32_t bits_next(const struct bits *bits, uint32_t from)
{
    uint32_t number = from < bits->room ? next_of(bits, from, true) : bits->room;
    return number < bits->room ? number : BITS_NONE;
}

uint32_t bits_count(const struct bits *bits)
{
    uint32_t count = 0;
    for (uint32_t at = 0; at < bits->room / WORD; at++)
        count += (uint32_t)__builtin_popcountll(bits->words[at]);
    return count;
}

/* Appends the runs, but gives up when they take more than `most` bytes. */
static bool encode_runs(struct buf *out, const struct bits *bits, size_t most)
{
    size_t begin = out->length;
    uint32_t end = 0;
    buf_add(out, &(uint8_t){AS_RUNS}, 1);
    for (uint32_t first = bits_next(bits, 0); first != BITS_NONE;
         first = bits_next(bits, end)) {
        buf_add_varint(out, first - end);
        end = next_of(bits, first, false);
        buf_add_varint(out, end - first);
        if (out->length - begin > most) {
            out->length = begin;
            return false;
        }
    }
    return true;
}

void bits_encode(struct buf *out, const struct bits *bits)
{
    uint32_t first = bits_next(bits, 0);
    if (first == BITS_NONE)
        return;
    uint32_t from = first / WORD, to = bits->room / WORD;
    while (bits->words[to - 1] == 0)
        to--;
    if (encode_runs(out, bits, 1 + (size_t)(to - from) * sizeof(uint64_t)))
        return;
    buf_add(out, &(uint8_t){AS_WORDS}, 1);
    buf_add_varint(out, from);
    for (uint32_t at = from; at < to; at++) {
        uint8_t bytes[sizeof(uint64_t)];
        for (unsigned i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)(bits->words[at] >> 8 * i);
        buf_add(out, bytes, sizeof bytes);
    }
}

struct reader {
    const uint8_t *at, *end;
};

/* A varint of at most BITS_MOST. */
static bool read_number(struct reader *reader, uint32_t *number)
{
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 28 && reader->at < reader->end; shift += 7) {
        uint8_t byte = *reader->at++;
        value |= (uint32_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *number = value;
            return value <= BITS_MOST && (byte || !shift); /* the shortest form only */
        }
    }
    return false;
}

static void add_run(struct bits *bits, uint32_t first, uint32_t end)
{
    bits_reserve(bits, end);
    for (uint32_t at = first; at < end;) {
        uint32_t stop = end - at < WORD - at % WORD ? end : at + WORD - at % WORD;
        uint64_t ones = stop - at == WORD ? UINT64_MAX : (UINT64_C(1) << (stop - at)) - 1;
        bits->words[at / WORD] |= ones << at % WORD;
        at = stop;
    }
}

static bool decode_runs(struct reader *reader, struct bits *out)
{
    uint32_t end = 0, skip = 0, length = 0;
    while (reader->at < reader->end) {
        if (!read_number(reader, &skip) || !read_number(reader, &length) || length == 0 ||
            (skip == 0 && end > 0) || skip > BITS_MOST - end || length > BITS_MOST - end - skip)
            return false;
        add_run(out, end + skip, end + skip + length);
        end += skip + length;
    }
    return end > 0;
}

static bool decode_words(struct reader *reader, struct bits *out)
{
    uint32_t from = 0;
    if (!read_number(reader, &from))
        return false;
    size_t length = (size_t)(reader->end - reader->at), count = length / sizeof(uint64_t);
    if (count == 0 || length % sizeof(uint64_t) || from > BITS_MOST / WORD ||
        count > BITS_MOST / WORD - from)
        return false;
    bits_reserve(out, (from + (uint32_t)count) * WORD);
    if (!out->words)
        return false; /* cannot be: count > 0 */
    for (size_t at = from; at < from + count; at++)
        for (unsigned i = 0; i < sizeof(uint64_t); i++)
            out->words[at] |= (uint64_t)*reader->at++ << 8 * i;
    return out->words[from] && out->words[from + count - 1];
}

int bits_decode(const void *bytes, size_t length, struct bits *out, struct err *err)
{
    struct reader reader = {bytes, (const uint8_t *)bytes + length};
    struct bits set = {0};
    if (length > 0) {
        uint8_t form = *reader.at++;
        bool sound = form == AS_RUNS    ? decode_runs(&reader, &set)
                     : form == AS_WORDS ? decode_words(&reader, &set)
                                        : false;
        if (!sound) {
            bits_free(&set);
            return err_set(err, ERR_INVALID, "these bytes are no set of numbers");
        }
    }
    *out = set;
    return 0;
}
