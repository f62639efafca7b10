/* Any bytes as a frame of the evaluator: decoding keeps its limits, and what is decoded is encoded
 * to a frame that decodes to the same tree. */
#include "base/value.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct value_limits limits = {10000, 16, 1 << 20};
    struct value *value = NULL, *again = NULL;
    struct err err = {0};
    if (value_decode(arena, data, size, &limits, &value, &err) == 0) {
        struct buf frame = {0};
        value_encode(&frame, value);
        if (value_decode(arena, frame.bytes, frame.length, &limits, &again, &err) < 0 ||
            !value_equal(value, again))
            abort();
        buf_free(&frame);
    } else if (err.code >= 0 || value) {
        abort();
    }
    arena_free(arena);
    return 0;
}
