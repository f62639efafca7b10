/* Any bytes as a stored set of numbers: decoding keeps its bounds, and what is decoded is encoded to
 * bytes that decode to the same set. */
#include "base/bits.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bits set = {0}, again = {0};
    struct err err = {0};
    if (bits_decode(data, size, &set, &err) == 0) {
        struct buf bytes = {0};
        bits_encode(&bytes, &set);
        if (bits_decode(bytes.bytes, bytes.length, &again, &err) < 0 ||
            bits_count(&set) != bits_count(&again))
            abort();
        for (uint32_t number = bits_next(&set, 0); number != BITS_NONE;
             number = bits_next(&set, number + 1))
            if (!bits_has(&again, number))
                abort();
        buf_free(&bytes);
    } else if (err.code >= 0 || set.words) {
        abort();
    }
    bits_free(&set);
    bits_free(&again);
    return 0;
}
