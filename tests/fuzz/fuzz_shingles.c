/* Fingerprints of any bytes: the input is cut in two at its first NUL; places lie within the text, what the
 * two have in common is the same there and there, and a common passage as long as promised has a common
 * fingerprint. */
#include "files/shingles.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(int holds)
{
    if (!holds)
        abort();
}

static void check_letters(const struct letters *letters, size_t length)
{
    for (size_t i = 0; i < letters->count; i++)
        check(letters->places[i] <= letters->places[i + 1] && letters->places[i] < length);
    check(letters->places[letters->count] <= length);
}

static void check_shingles(const struct shingles *shingles, const struct letters *letters)
{
    check((shingles->count > 0) == (letters->count > 0));
    for (size_t i = 0; i < shingles->count; i++)
        check(shingles->hashes[i] >= 0 && shingles->hashes[i] < 1LL << 48 &&
              (i == 0 || shingles->hashes[i - 1] < shingles->hashes[i]));
}

static size_t count_common(const struct shingles *a, const struct shingles *b)
{
    size_t common = 0;
    for (size_t i = 0, k = 0; i < a->count && k < b->count;) {
        common += a->hashes[i] == b->hashes[k];
        if (a->hashes[i] < b->hashes[k])
            i++;
        else
            k++;
    }
    return common;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    const char *middle = size ? memchr(text, 0, size) : NULL;
    size_t lengths[2] = {middle ? (size_t)(middle - text) : size, 0};
    const char *texts[2] = {text, middle ? middle + 1 : text + size};
    lengths[1] = size - (size_t)(texts[1] - text);
    struct letters letters[2];
    struct shingles shingles[2] = {{0}, {0}};
    struct passage passages[8];
    for (int i = 0; i < 2; i++) {
        letters_read(texts[i], lengths[i], &letters[i]);
        check_letters(&letters[i], lengths[i]);
        shingles_add(&shingles[i], &letters[i]);
        shingles_sort(&shingles[i]);
        check_shingles(&shingles[i], &letters[i]);
    }
    size_t count = shingles_passages(&letters[0], &letters[1], passages, 8);
    for (size_t i = 0; i < count; i++)
        check(memcmp(&letters[0].codes[passages[i].first],
                     &letters[1].codes[passages[i].second],
                     passages[i].letters * sizeof(uint32_t)) == 0);
    check(!count || passages[0].letters < SHINGLE_PROMISE ||
          count_common(&shingles[0], &shingles[1]) > 0);
    shingles_drop(&shingles[0], &letters[0]);
    check(letters[0].count < SHINGLE_LETTERS || shingles[0].count == 0);
    for (int i = 0; i < 2; i++) {
        letters_free(&letters[i]);
        shingles_free(&shingles[i]);
    }
    return 0;
}
