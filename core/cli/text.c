#include "cli/text.h"

#include "base/json.h"
#include "base/utf8.h"
#include "time/civil.h"

#include <string.h>

void text_json(FILE *out, const struct value *value)
{
    struct buf line = {0};
    json_write(&line, value);
    fprintf(out, "%s\n", line.bytes);
    buf_free(&line);
}

void text_pad(FILE *out, const char *text, size_t columns)
{
    size_t width = utf8_width(text, strlen(text));
    fprintf(out, "%s%*s", text, (int)(width < columns ? columns - width : 0), "");
}

void text_cell(FILE *out, const char *text, size_t columns)
{
    size_t length = strlen(text);
    if (utf8_width(text, length) <= columns) {
        text_pad(out, text, columns);
        return;
    }
    size_t cut = utf8_fit(text, length, columns - 1);
    fprintf(out, "%.*s…%*s", (int)cut, text, (int)(columns - 1 - utf8_width(text, cut)), "");
}

/* A Hanzi or a mark among them: lines may break beside it. */
static bool is_wide(uint32_t code)
{
    return code >= 0x2e80 || (code >= 0x2014 && code <= 0x2026);
}

static bool is_among(uint32_t code, const char *marks)
{
    uint32_t mark = 0;
    for (size_t size, left = strlen(marks); left; left -= size, marks += size) {
        size = utf8_next(marks, left, &mark);
        if (mark == code)
            return true;
    }
    return false;
}

static bool may_break(uint32_t before, uint32_t after)
{
    if (after == ' ')
        return true;
    return (is_wide(before) || is_wide(after)) && before != ' ' &&
           !is_among(after, "，。、；：？！）”’》」』】…—,.;:?!)") &&
           !is_among(before, "（“‘《「『【(");
}

/* Bytes of the next line of `text`, which ends before `length`. */
static size_t line_of(const char *text, size_t length, size_t columns)
{
    size_t most = utf8_fit(text, length, columns), best = 0;
    uint32_t before = 0, code = 0;
    if (most == length)
        return length;
    for (size_t at = 0, size; at <= most; at += size, before = code) {
        size = utf8_next(text + at, length - at, &code);
        if (!size)
            break;
        if (at && may_break(before, code))
            best = at;
    }
    return best ? best : most ? most : length;
}

void text_wrap(FILE *out, const char *text, size_t indent, size_t columns)
{
    while (*text) {
        size_t end = strcspn(text, "\n");
        size_t length = line_of(text, end, columns);
        fprintf(out, "%*s%.*s\n", (int)indent, "", (int)length, text);
        text += length;
        text += strspn(text, " ");
        text += *text == '\n';
    }
}

void text_set_day(struct arena *arena, struct value *map, const char *key, int32_t day)
{
    char text[11];
    if (day != DAY_NONE)
        value_set_string(arena, map, key, civil_format(day, text));
}

const char *text_day(char buffer[TEXT_DAY], int32_t day, enum lang lang)
{
    static const char *const names[][7] = {
        [LANG_EN] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
        [LANG_ZH] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"},
    };
    if (day == DAY_NONE || day == DAY_OPEN)
        return day == DAY_NONE ? "–" : TR(lang, "open", "长期");
    char text[11];
    civil_format(day, text);
    snprintf(buffer, TEXT_DAY, "%s %s", text, names[lang][civil_weekday(day) - 1]);
    return buffer;
}

static const char *text_span(char buffer[TEXT_SPAN], const struct date *date, enum lang lang)
{
    char first[11], last[11];
    civil_format(date->first, first);
    if (date->last == DAY_OPEN) {
        snprintf(buffer, TEXT_SPAN, TR(lang, "from %s", "%s 起"), first);
        return buffer;
    }
    civil_format(date->last, last);
    if (date->first == date->last)
        snprintf(buffer, TEXT_SPAN, "%s", first);
    else
        snprintf(buffer, TEXT_SPAN, "%s ~ %s", first, last);
    return buffer;
}

static const char *text_deadline(char buffer[TEXT_SPAN], const struct date *date,
                                 enum lang lang)
{
    char last[11], time[16] = "";
    civil_format(date->last, last);
    if (date->minute != MINUTES_A_DAY)
        snprintf(time, sizeof time, " %02d:%02d", date->minute / 60, date->minute % 60);
    snprintf(buffer, TEXT_SPAN, TR(lang, "by %s%s", "截至 %s%s"), last, time);
    return buffer;
}

const char *text_date(char buffer[TEXT_SPAN], const struct date *date, enum lang lang)
{
    if (date->undated)
        return date->phrase ? date->phrase : TR(lang, "undated", "未定日期");
    switch (date->kind) {
    case DATE_NONE: return "";
    case DATE_RECURRING: return date->phrase ? date->phrase : TR(lang, "recurring", "周期");
    case DATE_DEADLINE: return text_deadline(buffer, date, lang);
    case DATE_INTERVAL:
    case DATE_STANDING: return text_span(buffer, date, lang);
    }
    return "";
}

const char *text_time(struct arena *arena, const struct item *item, enum lang lang)
{
    char span[TEXT_SPAN];
    if (item->per_phase)
        return TR(lang, "once in every phase", "每阶段一次");
    if (!item->per_count) {
        bool due = item->due.kind != DATE_NONE && item->word != ITEM_PHASE;
        return arena_string(arena, text_date(span, due ? &item->due : &item->when, lang));
    }
    struct buf text = {0};
    for (uint32_t i = 0; i < item->per_count; i++) {
        buf_adds(&text, i ? "、" : "");
        buf_adds(&text, text_date(span, &item->per[i], lang));
    }
    const char *copy = arena_copy(arena, text.bytes, text.length);
    buf_free(&text);
    return copy;
}

const char *text_amount(char buffer[TEXT_SPAN], const struct amount *amount, enum lang lang)
{
    if (!amount->stated)
        return "";
    if (amount->phrase)
        return amount->phrase;
    const char *unit = amount->unit ? amount->unit : amount->percent ? "%" : "";
    if (amount->min >= 0 && amount->max >= 0 && amount->min < amount->max)
        snprintf(buffer, TEXT_SPAN, "%g–%g%s", amount->min, amount->max, unit);
    else if (amount->min >= 0 && amount->max < 0)
        snprintf(buffer, TEXT_SPAN, TR(lang, "at least %g%s", "不少于%g%s"), amount->min, unit);
    else if (amount->min < 0 && amount->max >= 0)
        snprintf(buffer, TEXT_SPAN, TR(lang, "at most %g%s", "不超过%g%s"), amount->max, unit);
    else if (amount->min >= 0)
        snprintf(buffer, TEXT_SPAN, "%g%s", amount->min, unit);
    else
        return TR(lang, "some", "若干");
    return buffer;
}

void text_add_measure(struct buf *out, const char *measure, enum lang lang)
{
    if (lang == LANG_ZH)
        buf_printf(out, " %s", measure ? measure : "件");
}

const char *text_instant(char buffer[TEXT_SPAN], int64_t ms, enum lang lang)
{
    char day[TEXT_DAY], time[6];
    int32_t minute, number = civil_from_ms(ms, &minute);
    snprintf(buffer, TEXT_SPAN, "%s %s", text_day(day, number, lang),
             civil_format_minute(minute, time));
    return buffer;
}
