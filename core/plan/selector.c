#include "plan/selector.h"

#include "plan/came.h"
#include "plan/roster_data.h"
#include "plan/roster_life.h"

#include <stdlib.h>
#include <string.h>

/* Units first … end-1. */
struct run {
    uint32_t first, end;
};

/* Either runs (bits NULL) or the words first_word … first_word + word_count - 1; all other words
 * are zero. */
struct selector {
    const struct roster *roster;
    uint32_t count;
    uint32_t run_count;
    struct run *runs;
    uint32_t first_word, word_count;
    uint64_t *bits;
    bool by_heads;     /* persons are asked */
    struct came *came; /* by unit, NULL = none */
    uint32_t came_count;
};

/* A set while it is built: one bit a unit. */
struct set {
    uint64_t *words;
    size_t count; /* of words */
};

static struct set set_new(const struct roster *roster)
{
    struct set set = {NULL, (roster->count + 63) / 64};
    set.words = mem_resize(NULL, set.count + 1, sizeof *set.words);
    memset(set.words, 0, (set.count + 1) * sizeof *set.words);
    return set;
}

static void set_clear(struct set *set)
{
    memset(set->words, 0, set->count * sizeof *set->words);
}

static void set_add(struct set *set, uint32_t unit)
{
    set->words[unit / 64] |= UINT64_C(1) << unit % 64;
}

static void set_add_range(struct set *set, uint32_t first, uint32_t end)
{
    if (first >= end)
        return;
    uint64_t head = UINT64_MAX << first % 64, tail = UINT64_MAX >> (63 - (end - 1) % 64);
    size_t from = first / 64, to = (end - 1) / 64;
    if (from == to) {
        set->words[from] |= head & tail;
        return;
    }
    set->words[from] |= head;
    for (size_t i = from + 1; i < to; i++)
        set->words[i] = UINT64_MAX;
    set->words[to] |= tail;
}

/* Union, intersection, difference: plain loops, so that the compiler can widen them. */
static void set_join(struct set *set, const struct set *other)
{
    for (size_t i = 0; i < set->count; i++)
        set->words[i] |= other->words[i];
}

static void set_keep(struct set *set, const struct set *other)
{
    for (size_t i = 0; i < set->count; i++)
        set->words[i] &= other->words[i];
}

static void set_drop(struct set *set, const struct set *other)
{
    for (size_t i = 0; i < set->count; i++)
        set->words[i] &= ~other->words[i];
}

struct compile {
    const struct roster *roster;
    struct set all, term, part; /* the union, the term at work, its `in` or `but` */
    struct err *err;
};

static const struct roster_label *label_of(const struct roster *roster, const char *key)
{
    uint32_t number = table_get(&roster->label_table, key, strlen(key));
    return number == TABLE_NONE ? NULL : &roster->labels[number];
}

static void add_members(const struct roster *roster, const char *key, struct set *set)
{
    const struct roster_label *label = label_of(roster, key);
    for (uint32_t i = 0; label && i < label->count; i++)
        set_add(set, roster->members[label->first + i]);
}

static void add_kind(const struct roster *roster, uint32_t kind, struct set *set)
{
    for (size_t word = 0; word < set->count; word++) {
        size_t first = word * 64, end = first + 64 < roster->count ? first + 64 : roster->count;
        uint64_t bits = 0;
        for (size_t unit = first; unit < end; unit++)
            bits |= (uint64_t)(roster->kind[unit] == kind) << (unit - first);
        set->words[word] |= bits;
    }
    /* where persons are not listed, their unit stands for them */
    bool person = strcmp(roster->kinds[kind].id, ROSTER_PERSON) == 0;
    for (uint32_t i = 0; person && i < roster->life.head_count; i++)
        set_add(set, roster->life.heads[i]);
}

static void add_unit(const struct roster *roster, uint32_t unit, struct set *set)
{
    const struct roster_label *label =
        roster_is_single_group(roster, unit) ? label_of(roster, roster_id(roster, unit)) : NULL;
    if (label && label->count)
        add_members(roster, label->key, set);
    else
        set_add(set, unit);
}

/* What lies within a unit: its subtree; within a group: also its members. */
static void add_within(const struct roster *roster, uint32_t unit, struct set *set)
{
    set_add_range(set, unit, roster->end[unit]);
    if (roster_is_group(roster, unit))
        add_members(roster, roster_id(roster, unit), set);
}

static void add_within_kind(const struct roster *roster, uint32_t kind, struct set *set)
{
    for (size_t unit = 0; unit < roster->count; unit++)
        if (roster->kind[unit] == kind)
            add_within(roster, (uint32_t)unit, set);
}

static int not_found(struct compile *compile, const char *id)
{
    return err_set(compile->err, ERR_NOT_FOUND,
                   "selector: \"%s\" is no class, unit, group or kind", id);
}

/* Adds what an id or "#tag" means by itself, or, with `within`, what lies in it. */
static int add_id(struct compile *compile, const char *id, bool within, struct set *set)
{
    const struct roster *roster = compile->roster;
    if (id[0] == '#') {
        add_members(roster, id, set);
        return 0;
    }
    uint32_t kind = table_get(&roster->kind_table, id, strlen(id));
    uint32_t unit = kind == TABLE_NONE ? roster_find(roster, id, strlen(id)) : UNIT_NONE;
    if (kind == TABLE_NONE && unit == UNIT_NONE)
        return not_found(compile, id);
    if (kind != TABLE_NONE && within)
        add_within_kind(roster, kind, set);
    else if (kind != TABLE_NONE)
        add_kind(roster, kind, set);
    else if (within)
        add_within(roster, unit, set);
    else
        add_unit(roster, unit, set);
    return 0;
}

/* Fills compile->part with what lies within an id or any of a list of them. */
static int fill_part(struct compile *compile, const struct value *ids)
{
    set_clear(&compile->part);
    if (ids->type == VALUE_STRING)
        return add_id(compile, ids->string, true, &compile->part);
    if (ids->type != VALUE_LIST)
        return not_found(compile, "?");
    for (uint32_t i = 0; i < ids->count; i++) {
        if (ids->items[i]->type != VALUE_STRING)
            return not_found(compile, "?");
        int code = add_id(compile, ids->items[i]->string, true, &compile->part);
        if (code < 0)
            return code;
    }
    return 0;
}

static int compile_term(struct compile *compile, const struct value *term)
{
    const char *id = value_get_string(term, "id"), *tag = value_get_string(term, "tag");
    const struct value *in = value_get(term, "in"), *but = value_get(term, "but");
    int code = 0;
    set_clear(&compile->term);
    if (tag) {
        char name[ROSTER_MOST_ID + 2] = "#";
        if (strlen(tag) > ROSTER_MOST_ID)
            return not_found(compile, tag);
        memcpy(name + 1, tag, strlen(tag) + 1);
        add_members(compile->roster, name, &compile->term);
    } else {
        code = id ? add_id(compile, id, false, &compile->term) : not_found(compile, "?");
    }
    if (code == 0 && in && (code = fill_part(compile, in)) == 0)
        set_keep(&compile->term, &compile->part);
    if (code == 0 && but && (code = fill_part(compile, but)) == 0)
        set_drop(&compile->term, &compile->part);
    if (code == 0)
        set_join(&compile->all, &compile->term);
    return code;
}

/* True when persons are among those who are meant. */
static bool asks_persons(const struct value *sealed)
{
    const struct value *terms = value_get(sealed, "terms");
    for (uint32_t i = 0; terms && i < terms->count; i++) {
        const char *id = value_get_string(terms->items[i], "id");
        if (id && strcmp(id, ROSTER_PERSON) == 0)
            return true;
    }
    return false;
}

/* Runs of set bits: a run begins where a bit is set and the one before it is not. */
static void measure(struct selector *selector, const struct set *set)
{
    uint64_t before = 0;
    uint32_t first = UINT32_MAX, last = 0;
    for (size_t i = 0; i < set->count; i++) {
        uint64_t word = set->words[i];
        selector->count += (uint32_t)__builtin_popcountll(word);
        selector->run_count += (uint32_t)__builtin_popcountll(word & ~(word << 1 | before));
        before = word >> 63;
        if (word) {
            first = first == UINT32_MAX ? (uint32_t)i : first;
            last = (uint32_t)i;
        }
    }
    if (first != UINT32_MAX) {
        selector->first_word = first;
        selector->word_count = last - first + 1;
    }
}

static void take_runs(struct selector *selector, const struct set *set)
{
    uint32_t count = 0;
    selector->runs = mem_resize(NULL, selector->run_count + 1, sizeof *selector->runs);
    for (uint32_t i = 0; i < selector->word_count; i++) {
        uint32_t base = (selector->first_word + i) * 64;
        uint64_t word = set->words[selector->first_word + i];
        while (word) {
            uint32_t from = (uint32_t)__builtin_ctzll(word);
            uint64_t above = ~(word >> from);
            uint32_t length = above ? (uint32_t)__builtin_ctzll(above) : 64;
            if (count && selector->runs[count - 1].end == base + from)
                selector->runs[count - 1].end += length;
            else
                selector->runs[count++] = (struct run){base + from, base + from + length};
            if (from + length >= 64)
                break;
            word &= UINT64_MAX << (from + length);
        }
    }
}

static struct selector *selector_of(const struct roster *roster, const struct set *set)
{
    struct selector *selector = mem_resize(NULL, 1, sizeof *selector);
    *selector = (struct selector){.roster = roster};
    measure(selector, set);
    if (selector->run_count <= selector->word_count) {
        take_runs(selector, set);
        return selector;
    }
    selector->bits = mem_resize(NULL, selector->word_count, sizeof *selector->bits);
    memcpy(selector->bits, set->words + selector->first_word,
           selector->word_count * sizeof *selector->bits);
    return selector;
}

int selector_compile(const struct roster *roster, const struct value *sealed,
                     struct selector **out, struct err *err)
{
    struct compile compile = {roster, set_new(roster), set_new(roster), set_new(roster), err};
    const struct value *terms = value_get(sealed, "terms");
    int code = 0;
    if (sealed && (!terms || terms->type != VALUE_LIST))
        code = err_set(err, ERR_INVALID, "selector: no terms");
    for (uint32_t i = 0; code == 0 && terms && i < terms->count; i++)
        code = compile_term(&compile, terms->items[i]);
    if (code == 0) {
        *out = selector_of(roster, &compile.all);
        (*out)->by_heads = asks_persons(sealed);
        (*out)->came = came_list(roster, sealed, *out, &(*out)->came_count);
    }
    free(compile.all.words);
    free(compile.term.words);
    free(compile.part.words);
    return code;
}

void selector_free(struct selector *selector)
{
    if (!selector)
        return;
    free(selector->runs);
    free(selector->bits);
    free(selector->came);
    free(selector);
}

bool selector_by_heads(const struct selector *selector)
{
    return selector->by_heads;
}

const struct came *selector_came(const struct selector *selector, uint32_t *count)
{
    *count = selector->came_count;
    return selector->came;
}

uint32_t selector_count(const struct selector *selector)
{
    return selector->count;
}

/* The first run that ends behind `unit`. */
static uint32_t run_behind(const struct selector *selector, uint32_t unit)
{
    uint32_t low = 0, high = selector->run_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (selector->runs[middle].end <= unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint64_t selector_word(const struct selector *selector, uint32_t number)
{
    if (number < selector->first_word || number - selector->first_word >= selector->word_count)
        return 0;
    if (selector->bits)
        return selector->bits[number - selector->first_word];
    uint64_t word = 0;
    uint32_t base = number * 64;
    for (uint32_t i = run_behind(selector, base);
         i < selector->run_count && selector->runs[i].first < base + 64; i++) {
        const struct run *run = &selector->runs[i];
        uint32_t from = run->first > base ? run->first - base : 0;
        uint32_t end = run->end < base + 64 ? run->end - base : 64;
        word |= UINT64_MAX >> (64 - (end - from)) << from;
    }
    return word;
}

static void copy_bits(const struct selector *selector, uint32_t number, uint64_t *words,
                      uint32_t count)
{
    uint32_t from = selector->first_word, end = from + selector->word_count;
    from = from > number ? from : number;
    end = end < number + count ? end : number + count;
    if (from < end)
        memcpy(words + (from - number), selector->bits + (from - selector->first_word),
               (end - from) * sizeof *words);
}

void selector_words(const struct selector *selector, uint32_t number, uint64_t *words,
                    uint32_t count)
{
    struct set set = {words, count};
    uint32_t base = number * 64, end = base + count * 64;
    set_clear(&set);
    if (selector->bits) {
        copy_bits(selector, number, words, count);
        return;
    }
    for (uint32_t i = run_behind(selector, base);
         i < selector->run_count && selector->runs[i].first < end; i++) {
        const struct run *run = &selector->runs[i];
        set_add_range(&set, run->first > base ? run->first - base : 0,
                      (run->end < end ? run->end : end) - base);
    }
}

bool selector_has(const struct selector *selector, uint32_t unit)
{
    return selector_word(selector, unit / 64) >> unit % 64 & 1;
}

bool selector_subset(const struct selector *part, const struct selector *whole,
                     uint32_t *missing)
{
    for (uint32_t i = 0; i < part->word_count; i++) {
        uint32_t number = part->first_word + i;
        uint64_t outside = selector_word(part, number) & ~selector_word(whole, number);
        if (!outside)
            continue;
        if (missing)
            *missing = number * 64 + (uint32_t)__builtin_ctzll(outside);
        return false;
    }
    return true;
}

static uint32_t next_bit(const struct selector *selector, uint32_t unit)
{
    uint32_t number = unit / 64, end = selector->first_word + selector->word_count;
    uint64_t mask = UINT64_MAX << unit % 64;
    if (number < selector->first_word) {
        number = selector->first_word;
        mask = UINT64_MAX;
    }
    for (; number < end; number++, mask = UINT64_MAX) {
        uint64_t word = selector->bits[number - selector->first_word] & mask;
        if (word)
            return number * 64 + (uint32_t)__builtin_ctzll(word);
    }
    return UNIT_NONE;
}

uint32_t selector_next(const struct selector *selector, uint32_t unit)
{
    if (selector->bits)
        return next_bit(selector, unit);
    uint32_t run = run_behind(selector, unit);
    if (run == selector->run_count)
        return UNIT_NONE;
    return unit > selector->runs[run].first ? unit : selector->runs[run].first;
}

uint32_t selector_first(const struct selector *selector, uint32_t *units, uint32_t n)
{
    uint32_t count = 0;
    for (uint32_t unit = 0; count < n; unit++) {
        unit = selector_next(selector, unit);
        if (unit == UNIT_NONE)
            break;
        units[count++] = unit;
    }
    return count;
}

uint32_t selector_count_on(const struct selector *selector, int32_t day)
{
    const struct roster *roster = selector->roster;
    if (!roster->from && !roster->until)
        return selector->count;
    uint32_t count = 0;
    for (uint32_t i = 0; i < selector->word_count; i++) {
        uint64_t word = selector_word(selector, selector->first_word + i);
        for (; word; word &= word - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(word);
            count += roster_active(roster, (selector->first_word + i) * 64 + bit, day);
        }
    }
    return count;
}

size_t selector_bytes(const struct selector *selector)
{
    return sizeof *selector + selector->came_count * sizeof *selector->came +
           selector->run_count * (selector->bits ? 0 : sizeof(struct run)) +
           (selector->bits ? selector->word_count * sizeof *selector->bits : 0);
}
