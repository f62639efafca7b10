#include "engine/overlap.h"

#include "base/arena.h"
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

/* Marks that say something, in groups of one hash; and each text's groups. */
struct groups {
    uint32_t *texts;  /* of all groups, one behind the other */
    uint32_t *starts; /* of each group in `texts`, and the end of the last */
    uint32_t count;
    uint32_t *first; /* by text: where its groups begin in `of_text`, and the end of the last */
    uint32_t *of_text;
};

static void groups_free(struct groups *groups)
{
    free(groups->texts);
    free(groups->starts);
    free(groups->first);
    free(groups->of_text);
}

/* What one text alone has says something of it, too: that the others have not. */
static void make_groups(struct groups *groups, const struct overlap_mark *marks, size_t count,
                        uint32_t common_most)
{
    uint32_t length = 0;
    groups->texts = mem_resize(NULL, count + 1, sizeof *groups->texts);
    groups->starts = mem_resize(NULL, count + 1, sizeof *groups->starts);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && marks[end].hash == marks[i].hash;)
            end++;
        if (end - i > common_most)
            continue;
        groups->starts[groups->count++] = length;
        for (size_t k = i; k < end; k++)
            groups->texts[length++] = marks[k].text;
    }
    groups->starts[groups->count] = length;
}

static void turn_groups(struct groups *groups, uint32_t texts)
{
    uint32_t length = groups->starts[groups->count];
    groups->first = mem_resize(NULL, (size_t)texts + 2, sizeof *groups->first);
    groups->of_text = mem_resize(NULL, (size_t)length + 1, sizeof *groups->of_text);
    memset(groups->first, 0, ((size_t)texts + 2) * sizeof *groups->first);
    for (uint32_t i = 0; i < length; i++)
        groups->first[groups->texts[i] + 2]++;
    for (uint32_t text = 2; text < texts + 2; text++)
        groups->first[text] += groups->first[text - 1];
    for (uint32_t group = 0; group < groups->count; group++)
        for (uint32_t i = groups->starts[group]; i < groups->starts[group + 1]; i++)
            groups->of_text[groups->first[groups->texts[i] + 1]++] = group;
}

static uint32_t size_of(const struct groups *groups, uint32_t text)
{
    return groups->first[text + 1] - groups->first[text];
}

static int compare_texts(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* What a text has in common with those behind it. `common` is zero for all, and is again after it. */
static void add_pairs(const struct groups *groups, uint32_t text, uint32_t share,
                      uint32_t *common, uint32_t *met, struct buf *out)
{
    uint32_t count = 0;
    for (uint32_t i = groups->first[text]; i < groups->first[text + 1]; i++) {
        uint32_t group = groups->of_text[i];
        for (uint32_t k = groups->starts[group + 1]; k-- > groups->starts[group];) {
            uint32_t other = groups->texts[k];
            if (other <= text) /* a group ascends */
                break;
            if (common[other]++ == 0)
                met[count++] = other;
        }
    }
    if (count)
        qsort(met, count, sizeof *met, compare_texts);
    for (uint32_t i = 0; i < count; i++) {
        struct overlap_pair pair = {text, met[i], common[met[i]], size_of(groups, text)};
        if (size_of(groups, met[i]) < pair.of)
            pair.of = size_of(groups, met[i]);
        common[met[i]] = 0;
        if ((uint64_t)pair.common * 1000 >= (uint64_t)pair.of * share)
            buf_add(out, &pair, sizeof pair);
    }
}

void overlap_pairs(const struct overlap_mark *marks, size_t count, uint32_t texts,
                   uint32_t common_most, uint32_t share, struct overlap_pair **pairs,
                   size_t *pair_count, uint32_t *own)
{
    struct groups groups = {0};
    struct buf found = {0};
    uint32_t *common = mem_resize(NULL, (size_t)texts + 1, sizeof *common);
    uint32_t *met = mem_resize(NULL, (size_t)texts + 1, sizeof *met);
    memset(common, 0, ((size_t)texts + 1) * sizeof *common);
    make_groups(&groups, marks, count, common_most);
    turn_groups(&groups, texts);
    for (uint32_t text = 0; text < texts; text++)
        add_pairs(&groups, text, share, common, met, &found);
    for (uint32_t text = 0; own && text < texts; text++)
        own[text] = size_of(&groups, text);
    groups_free(&groups);
    free(common);
    free(met);
    *pair_count = found.length / sizeof **pairs;
    *pairs = (struct overlap_pair *)(void *)found.bytes;
}
