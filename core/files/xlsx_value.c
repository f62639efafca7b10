#include "files/xlsx_value.h"

#include "time/civil.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    DIGITS = 15,           /* that Excel keeps of a number */
    LARGEST_EXPONENT = 30, /* beyond, a number is no longer written in full */
    LAST_SERIAL = 2958465, /* 9999-12-31 */
    SHIFT_1904 = 1462,     /* days between the two systems */
    PHANTOM = 60,          /* 1900-02-29 */
    DAY_SECONDS = 24 * 60 * 60,
};

/* ---- formats ---------------------------------------------------------------------------------- */

struct xlsx_style xlsx_builtin(uint32_t format)
{
    bool day = (format >= 14 && format <= 17) || format == 22 ||
               (format >= 27 && format <= 36) || (format >= 50 && format <= 58);
    bool time = (format >= 18 && format <= 21) || format == 45 || format == 47;
    uint8_t meaning = day            ? XLSX_MEANS_DAY
                      : time         ? XLSX_MEANS_TIME
                      : format == 46 ? XLSX_MEANS_ELAPSED
                                     : XLSX_MEANS_NUMBER;
    return (struct xlsx_style){.meaning = meaning};
}

struct seen {
    bool day, month, time, elapsed;
};

/* Behind a bracket: [h], [mm] and [s] are hours that add up; a colour, condition or locale is not
 * looked at. */
static const char *skip_bracket(const char *at, struct seen *seen)
{
    size_t letters = strspn(at + 1, "hHmMsS");
    if (letters && at[1 + letters] == ']')
        seen->elapsed = true;
    at += strcspn(at, "]");
    return *at ? at + 1 : at;
}

/* Behind what is no letter of a date: quoted, escaped, a bracket, words; `at` itself when it is one. */
static const char *skip_other(const char *at, struct seen *seen)
{
    static const char *const words[] = {"General", "G/", "E+", "E-"};
    if (*at == '"') {
        at += 1 + strcspn(at + 1, "\"");
        return *at ? at + 1 : at;
    }
    if (*at == '\\' || *at == '_' || *at == '*')
        return at[1] ? at + 2 : at + 1;
    if (*at == '[')
        return skip_bracket(at, seen);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncasecmp(at, words[i], strlen(words[i])) == 0)
            return at + strlen(words[i]);
    return at;
}

static size_t note_letters(const char *at, struct seen *seen)
{
    if (strncasecmp(at, "am/pm", 5) == 0 || strncasecmp(at, "a/p", 3) == 0) {
        seen->time = true;
        return at[1] == '/' ? 3 : 5;
    }
    seen->month |= *at == 'm' || *at == 'M';
    seen->time |= strchr("hHsS", *at) != NULL;
    seen->day |= strchr("yYdDeEgG", *at) != NULL || strncasecmp(at, "aaa", 3) == 0 ||
                 strncasecmp(at, "bb", 2) == 0;
    return 1;
}

struct xlsx_style xlsx_custom(const char *code)
{
    struct seen seen = {0};
    size_t zeros = strspn(code, "0");
    if (zeros > 1 && !code[zeros])
        return (struct xlsx_style){.digits = zeros < 30 ? (uint8_t)zeros : 30};
    for (const char *at = code; *at && *at != ';';) {
        const char *behind = skip_other(at, &seen);
        at = behind > at ? behind : at + note_letters(at, &seen);
    }
    bool day = seen.day || (seen.month && !seen.time && !seen.elapsed);
    uint8_t meaning = day            ? XLSX_MEANS_DAY
                      : seen.elapsed ? XLSX_MEANS_ELAPSED
                      : seen.time    ? XLSX_MEANS_TIME
                                     : XLSX_MEANS_NUMBER;
    return (struct xlsx_style){.meaning = meaning};
}

/* ---- numbers ---------------------------------------------------------------------------------- */

/* Digits with a sign, as programs other than Excel write integers. */
static bool is_plain(const char *number, size_t *digits)
{
    const char *at = number + (*number == '-');
    *digits = strspn(at, "0123456789");
    return *digits && !at[*digits] && *digits <= LARGEST_EXPONENT && (at[0] != '0' || !at[1]);
}

static size_t copy_plain(char *text, const char *number, size_t digits, size_t wanted)
{
    bool minus = *number == '-';
    size_t zeros = wanted > digits ? wanted - digits : 0;
    text[0] = '-';
    memset(text + minus, '0', zeros);
    memcpy(text + minus + zeros, number + minus, digits + 1);
    return minus + zeros + digits;
}

/* The digits of "d.dddddddddddddde±xx" set out in full: 15 are right, behind them are zeros. */
static size_t set_out(char *text, double value, size_t wanted)
{
    char digits[DIGITS + 1], sheet[40];
    snprintf(sheet, sizeof sheet, "%.*e", DIGITS - 1, fabs(value));
    int exponent = (int)strtol(strchr(sheet, 'e') + 1, NULL, 10);
    digits[0] = sheet[0];
    memcpy(digits + 1, sheet + 2, DIGITS - 1);
    int count = DIGITS;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    int place = exponent > 0 ? exponent : 0, last = exponent - count + 1;
    if (last >= 0 && place < (int)wanted - 1)
        place = (int)wanted - 1;
    size_t length = 0;
    if (value < 0)
        text[length++] = '-';
    for (; place >= 0 || place >= last; place--) { /* of the tens: 0 = ones, -1 = tenths */
        int at = exponent - place;
        if (place == -1)
            text[length++] = '.';
        text[length++] = at < 0 || at >= count ? '0' : digits[at];
    }
    text[length] = '\0';
    return length;
}

static size_t write_number(char *text, const char *number, double value, uint8_t wanted,
                           enum xlsx_kind *kind)
{
    size_t digits = 0;
    *kind = XLSX_NUMBER;
    if (is_plain(number, &digits))
        return copy_plain(text, number, digits, wanted);
    if (value == 0)
        return copy_plain(text, "0", 1, wanted);
    double size = fabs(value);
    if (size >= 1e15)
        *kind = XLSX_CUT;
    if (size >= 1e30 || size < 1e-20)
        return (size_t)snprintf(text, XLSX_VALUE_ROOM, "%.*g", DIGITS, value);
    return set_out(text, value, wanted);
}

/* ---- days ------------------------------------------------------------------------------------- */

static size_t write_clock(char *text, int64_t seconds)
{
    int hours = (int)(seconds / 3600), minutes = (int)(seconds / 60 % 60),
        rest = (int)(seconds % 60);
    if (rest)
        return (size_t)snprintf(text, XLSX_VALUE_ROOM / 2, "%02d:%02d:%02d", hours, minutes,
                                rest);
    return (size_t)snprintf(text, XLSX_VALUE_ROOM / 2, "%02d:%02d", hours, minutes);
}

/* The day of a serial number of the 1900 system, which counts a 29 February that never was. */
static void write_day(char *text, int64_t serial, bool from_1904)
{
    if (!from_1904 && serial == PHANTOM) {
        memcpy(text, "1900-02-29", 11);
        return;
    }
    int32_t origin = from_1904          ? civil_day(1904, 1, 1)
                     : serial < PHANTOM ? civil_day(1899, 12, 31)
                                        : civil_day(1899, 12, 30);
    civil_format(origin + (int32_t)serial, text);
}

/* False when the number is none of the days that Excel has. */
static bool write_time(char *text, size_t *length, double value, struct xlsx_style style,
                       bool from_1904)
{
    double last = LAST_SERIAL + 1.0 - (from_1904 ? SHIFT_1904 : 0);
    if (!(value >= 0) || value >= last)
        return false;
    int64_t seconds = llround(value * DAY_SECONDS), day = seconds / DAY_SECONDS,
            rest = seconds % DAY_SECONDS;
    if (style.meaning == XLSX_MEANS_ELAPSED) {
        *length = write_clock(text, seconds);
        return true;
    }
    bool dated = day > 0 || (from_1904 && style.meaning == XLSX_MEANS_DAY);
    if (!dated || (style.meaning == XLSX_MEANS_TIME && day == 0)) {
        *length = write_clock(text, rest);
        return true;
    }
    if ((double)day >= last)
        return false;
    write_day(text, day, from_1904);
    *length = 10;
    if (rest) {
        text[10] = ' ';
        *length = 11 + write_clock(text + 11, rest);
    }
    return true;
}

size_t xlsx_write(char text[XLSX_VALUE_ROOM], const char *number, struct xlsx_style style,
                  bool from_1904, enum xlsx_kind *kind)
{
    size_t length = strspn(number, "+-.0123456789eE");
    char *end = NULL;
    if (number[length] || length == 0 || length > XLSX_VALUE_ROOM / 2)
        return 0;
    double value = strtod(number, &end);
    if (*end || !isfinite(value))
        return 0;
    if (style.meaning != XLSX_MEANS_NUMBER &&
        write_time(text, &length, value, style, from_1904)) {
        *kind = XLSX_DAY;
        return length;
    }
    return write_number(text, number, value, style.digits, kind);
}

/* ---- strings ---------------------------------------------------------------------------------- */

/* The code of "_xHHHH_", 0 = it is something else (a NUL would end the text). */
static uint32_t escaped(const char *at, size_t length)
{
    uint32_t code = 0;
    if (length < 7 || at[0] != '_' || at[1] != 'x' || at[6] != '_')
        return 0;
    for (int i = 2; i < 6; i++) {
        const char *digits = "0123456789abcdef", *digit = strchr(digits, at[i] | 0x20);
        if (!digit || !*digit)
            return 0;
        code = code * 16 + (uint32_t)(digit - digits);
    }
    return code >= 0xd800 && code <= 0xdfff ? 0 : code;
}

static size_t put(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

size_t xlsx_unescape(char *text, size_t length)
{
    char *at = memchr(text, '_', length), *out = at;
    if (!at)
        return length;
    for (const char *end = text + length; at < end;) {
        uint32_t code = escaped(at, (size_t)(end - at));
        if (code) {
            out += put(out, code);
            at += 7;
        } else {
            *out++ = *at++;
        }
    }
    *out = '\0';
    return (size_t)(out - text);
}
