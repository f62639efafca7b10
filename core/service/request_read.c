/* The fields of a request, and of its answer. */
#include "service/request_data.h"

#include "time/civil.h"

#include <string.h>

int request_bad(const struct asking *asking, const char *field)
{
    return err_set(
        asking->err, ERR_INVALID,
        TR(asking->lang, "the request's “%s” is not as it should be", "请求中的“%s”不对"),
        field);
}

/* A text of the request or NULL; ERR_INVALID when it is something else. */
int request_text(const struct asking *asking, const char *field, const char **out)
{
    const struct value *value = value_get(asking->request, field);
    if (value && (value->type != VALUE_STRING || strlen(value->string) != value->length))
        return request_bad(asking, field);
    *out = value ? value->string : NULL;
    return 0;
}

int request_day(const struct asking *asking, const char *field, int32_t *day)
{
    const char *text;
    int code = request_text(asking, field, &text);
    if (code < 0 || !text)
        return code;
    *day = civil_parse(text, strlen(text));
    return *day == CIVIL_NONE ? request_bad(asking, field) : 0;
}

int request_number(const struct asking *asking, const char *field, int64_t *number)
{
    const struct value *value = value_get(asking->request, field);
    if (value && value->type != VALUE_INT)
        return request_bad(asking, field);
    if (value)
        *number = value->integer;
    return 0;
}

static bool digits(const char *text, const char *form)
{
    for (; *form; form++, text++)
        if (*form == '0' ? *text < '0' || *text > '9' : *text != *form)
            return false;
    return true;
}

static int two(const char *text)
{
    return (text[0] - '0') * 10 + text[1] - '0';
}

/* "Z" or "+08:00" behind the seconds, as minutes east; false when it is something else. */
static bool read_zone(const char *text, int *minutes)
{
    *minutes = 0;
    if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return true;
    if ((*text != '+' && *text != '-') || !digits(text + 1, "00:00") || text[6])
        return false;
    *minutes = (two(text + 1) * 60 + two(text + 4)) * (*text == '-' ? -1 : 1);
    return two(text + 1) < 24 && two(text + 4) < 60;
}

/* RFC 3339 with or without a fraction; a date alone is its 00:00, so that whoever knows the day only
 * is not late by it. */
bool request_instant(const char *text, int64_t *at_ms)
{
    int zone;
    int32_t day = strlen(text) < 10 ? CIVIL_NONE : civil_parse(text, 10);
    if (day == CIVIL_NONE)
        return false;
    if (!text[10]) {
        *at_ms = civil_ms(day, 0);
        return true;
    }
    if ((text[10] != 'T' && text[10] != 't' && text[10] != ' ') ||
        !digits(text + 11, "00:00:00"))
        return false;
    const char *rest = text + 19;
    int64_t ms = 0, unit = 100;
    if (*rest == '.')
        for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit /= 10)
            ms += (*rest - '0') * unit;
    int hour = two(text + 11), minute = two(text + 14), second = two(text + 17);
    if (hour > 23 || minute > 59 || second > 60 || !read_zone(rest, &zone))
        return false;
    int64_t minutes = (int64_t)day * CIVIL_DAY_MINUTES + (int64_t)hour * 60 + minute - zone;
    *at_ms = (minutes * 60 + second) * 1000 + ms;
    return true;
}

/* A field that nobody knows is a slip, and what it was to say would be lost. The plan was asked for by whoever
 * passed the request on. */
int request_fields(const struct asking *asking, const char *const *known, size_t count)
{
    for (uint32_t i = 0; i < asking->request->pairs; i++) {
        bool found = strcmp(asking->request->map[i].key, "plan") == 0;
        for (size_t k = 0; k < count && !found; k++)
            found = strcmp(asking->request->map[i].key, known[k]) == 0;
        if (!found)
            return request_bad(asking, asking->request->map[i].key);
    }
    return asking->request->count ? request_bad(asking, "") : 0;
}

void request_set_day(const struct asking *asking, struct value *answer, const char *field,
                     int32_t day)
{
    char text[11];
    if (day != DAY_NONE && day != DAY_OPEN)
        value_set_string(asking->arena, answer, field, civil_format(day, text));
}

void request_set_true(const struct asking *asking, struct value *answer, const char *field,
                      bool holds)
{
    if (holds)
        value_set(asking->arena, answer, field, value_bool(asking->arena, true));
}
