#include "files/text_count.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct range {
    uint32_t first, last;
};

/* Counted one by one; ascending. Blanks, accents and selectors among them were taken out before. */
static const struct range wide[] = {
    {0xa4, 0xa4}, /* ¤, and other symbols of GB 2312 and GBK that are two columns wide there */
    {0xa7, 0xa8}, /* §¨ */
    {0xb0, 0xb1}, /* °± */
    {0xb7, 0xb7}, /* · */
    {0xd7, 0xd7}, /* × */
    {0xf7, 0xf7}, /* ÷ */
    {0x1100, 0x115f},   /* leading consonants of Hangul */
    {0x2014, 0x2016},   /* —―‖ */
    {0x2018, 0x2019},   /* ‘’ */
    {0x201c, 0x201d},   /* “” */
    {0x2025, 0x2026},   /* ‥… */
    {0x2030, 0x2030},   /* ‰ */
    {0x2032, 0x2033},   /* ′″ */
    {0x203b, 0x203b},   /* ※ */
    {0x2103, 0x2103},   /* ℃ */
    {0x2116, 0x2116},   /* № */
    {0x2160, 0x217f},   /* Roman numerals */
    {0x2190, 0x2199},   /* arrows */
    {0x2200, 0x22ff},   /* mathematics */
    {0x2312, 0x2312},   /* ⌒ */
    {0x2460, 0x24ff},   /* circled and parenthesised numbers */
    {0x2500, 0x25ff},   /* frames, blocks, shapes */
    {0x2605, 0x2606},   /* ★☆ */
    {0x2640, 0x2642},   /* ♀♂ */
    {0x2e80, 0x2fff},   /* radicals, description characters */
    {0x3001, 0xa4cf},   /* marks, kana, bopomofo, enclosed, Hanzi and extension A, Yi */
    {0xa960, 0xa97f},   /* more consonants */
    {0xac00, 0xd7a3},   /* Hangul syllables */
    {0xf900, 0xfaff},   /* compatibility Hanzi */
    {0xfe10, 0xfe19},   /* vertical forms */
    {0xfe30, 0xfe6f},   /* compatibility and small forms */
    {0xff01, 0xffdc},   /* full-width ASCII, half-width kana */
    {0xffe0, 0xffee},   /* full-width signs */
    {0x16fe0, 0x18d8f}, /* Tangut, Khitan */
    {0x1aff0, 0x1b2ff}, /* rare kana, Nüshu */
    {0x1f200, 0x1f265}, /* enclosed Hanzi */
    {0x20000, 0x3fffd}, /* Hanzi beyond the basic plane */
};

static const struct range accents[] = {
    {0x300, 0x36f},   {0x483, 0x489},   {0x1160, 0x11ff}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
    {0x20d0, 0x20ff}, {0x302a, 0x302f}, {0x3099, 0x309a}, {0xfe20, 0xfe2f},
};

static const struct range unseen[] = {
    {0x00, 0x08},     {0x0e, 0x1f},     {0x7f, 0x84},     {0x86, 0x9f},       {0xad, 0xad},
    {0x200b, 0x200b}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xe0000, 0xe01ef},
};

static bool is_in(const struct range *ranges, size_t count, uint32_t code)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (code > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && code >= ranges[low].first;
}

#define IS_IN(ranges, code) is_in(ranges, sizeof(ranges) / sizeof *(ranges), code)

static bool is_line_end(uint32_t code)
{
    return (code >= 0x0a && code <= 0x0d) || code == 0x85 || code == 0x2028 || code == 0x2029;
}

static bool is_blank(uint32_t code)
{
    return code == ' ' || code == '\t' || code == 0xa0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200a) || code == 0x202f || code == 0x205f ||
           code == 0x3000;
}

enum class {
    CLASS_UNSEEN,
    CLASS_LINE_END,
    CLASS_BLANK,
    CLASS_ACCENT,
    CLASS_WIDE,
    CLASS_LETTER, /* or anything else that stands in a run */
};

static enum class class_of(uint32_t code) {
    if (code > ' ' && code < 0x7f) return CLASS_LETTER;
    if (code >= 0x4e00 && code <= 0x9fff) return CLASS_WIDE;
    if (is_line_end(code)) return CLASS_LINE_END;
    if (is_blank(code)) return CLASS_BLANK;
    if (IS_IN(unseen, code)) return CLASS_UNSEEN;
    if (IS_IN(accents, code)) return CLASS_ACCENT;
    return IS_IN(wide, code) ? CLASS_WIDE : CLASS_LETTER;
}

/* The character at `*at`, which moves behind it. */
static uint32_t take(const char **at, const char *end)
{
    uint32_t code = 0xfffd;
    size_t size = utf8_next(*at, (size_t)(end - *at), &code);
    *at += size ? size : 1;
    return code;
}

static bool is_letter_at(const char *at, const char *end)
{
    if (at == end)
        return false;
    uint32_t code = take(&at, end);
    return class_of(code) == CLASS_LETTER && (code >= 0x80 || (code | 0x20) - 'a' < 26);
}

static size_t count_words(const char *at, const char *end)
{
    size_t count = 0;
    bool run = false, letter = false; /* the character before is in a run, is a letter */
    while (at < end) {
        uint32_t code = take(&at, end);
        enum class class = class_of(code);
        if (code == 0x2019 && letter && is_letter_at(at, end))
            class = CLASS_LETTER;
        if (class == CLASS_UNSEEN || class == CLASS_ACCENT)
            continue;
        count += class == CLASS_WIDE || (class == CLASS_LETTER && !run);
        run = class == CLASS_LETTER;
        letter = run && (code >= 0x80 || (code | 0x20) - 'a' < 26);
    }
    return count;
}

static size_t count_characters(const char *at, const char *end, bool blanks)
{
    size_t count = 0;
    while (at < end) {
        enum class class = class_of(take(&at, end));
        count += class >= CLASS_ACCENT || (class == CLASS_BLANK && blanks);
    }
    return count;
}

enum text_rule text_rule_of(const char *name)
{
    if (name && strcmp(name, "characters") == 0)
        return TEXT_CHARACTERS;
    return name && strcmp(name, "all") == 0 ? TEXT_ALL : TEXT_WORD;
}

size_t text_count(const char *bytes, size_t length, enum text_rule rule)
{
    if (rule == TEXT_WORD)
        return count_words(bytes, bytes + length);
    return count_characters(bytes, bytes + length, rule == TEXT_ALL);
}
