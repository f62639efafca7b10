/* Strict JSON: any bytes parse or are refused; what parses has a canonical text that parses to an
 * equal tree with the same text, and its frame decodes to an equal tree. The same bytes are read
 * as a frame, too. */
#include "base/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct value_limits limits = {10000, 200, 1 << 20};
/* An escape can triple a byte; the text of what was accepted is accepted. */
static const struct value_limits wider = {10000, 200, 1 << 23};

static void check(int holds)
{
    if (!holds)
        abort();
}

static void check_text(struct arena *arena, const struct value *value)
{
    struct buf first = {0}, second = {0};
    struct value *again = NULL;
    json_write(&first, value);
    check(json_parse(arena, first.bytes, first.length, &wider, &again, NULL) == 0);
    json_write(&second, again);
    check(value_equal(value, again) && first.length == second.length);
    buf_free(&first);
    buf_free(&second);
}

static void check_frame(struct arena *arena, const struct value *value)
{
    struct buf frame = {0};
    struct value *again = NULL;
    value_encode(&frame, value);
    check(value_decode(arena, frame.bytes, frame.length, &wider, &again, NULL) == 0);
    check(value_equal(value, again));
    buf_free(&frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new();
    struct value *value = NULL;
    struct err err;
    if (json_parse(arena, (const char *)bytes, size, &limits, &value, &err) == 0) {
        check_text(arena, value);
        check_frame(arena, value);
    }
    if (value_decode(arena, bytes, size, &limits, &value, &err) == 0)
        check_frame(arena, value);
    arena_free(arena);
    return 0;
}
