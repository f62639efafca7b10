/* The words of a mail. They say how a duty stands on the day of its slot, so that every attempt of one
 * message says the same. */
#include "base/json.h"
#include "base/utf8.h"
#include "service/courier.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

enum { SUBJECT_NAMES = 3, SUBJECT_COLUMNS = 120 };

static int32_t told_day(const struct mail *mail)
{
    return civil_from_ms(mail->told_ms, NULL);
}

/* "7月5日（周一）", with the year where it is not today's; "Monday 2021-07-05". */
static void add_day(struct buf *out, int32_t day, int32_t today, enum lang lang)
{
    static const char *const zh[] = {"一", "二", "三", "四", "五", "六", "日"};
    static const char *const en[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                     "Friday", "Saturday", "Sunday"};
    struct civil civil = civil_from_day(day);
    int32_t weekday = civil_weekday(day) - 1;
    char text[11];
    if (lang != LANG_ZH) {
        buf_printf(out, "%s %s", en[weekday], civil_format(day, text));
        return;
    }
    if (civil.year != civil_from_day(today).year)
        buf_printf(out, "%d年", civil.year);
    buf_printf(out, "%d月%d日（周%s）", civil.month, civil.day, zh[weekday]);
}

static void add_due(struct buf *out, int32_t due, int32_t today, enum lang lang)
{
    int32_t left = due - today;
    const char *plural = abs(left) == 1 ? "" : "s";
    if (lang == LANG_ZH) {
        add_day(out, due, today, lang);
        buf_adds(out, "截止，");
        if (left == 0)
            buf_adds(out, "就在今天");
        else
            buf_printf(out, left > 0 ? "还有%d天" : "已逾期%d天", abs(left));
        return;
    }
    buf_adds(out, left < 0 ? "was due " : left == 0 ? "due today, " : "due ");
    add_day(out, due, today, lang);
    if (left > 0)
        buf_printf(out, ", in %d day%s", left, plural);
    else if (left < 0)
        buf_printf(out, ", %d day%s overdue", -left, plural);
}

static void add_missing(struct buf *out, const struct mail_entry *entry, enum lang lang)
{
    const char *measure = entry->measure ? entry->measure : "";
    if (lang != LANG_ZH)
        buf_printf(out, "%u of %u missing", entry->missing, entry->need);
    else if (entry->need == 1 && !entry->measure)
        buf_adds(out, "尚未完成");
    else if (entry->need > entry->missing || entry->need > 1)
        buf_printf(out, "应交%u%s，还差%u%s", entry->need, measure, entry->missing, measure);
    else
        buf_printf(out, "还差%u%s", entry->missing, measure);
}

/* How a duty stands: "还差2篇；7月5日（周一）截止，还有3天"; false when there is nothing to say. */
static bool add_state(struct buf *out, const struct mail_entry *entry, int32_t today,
                      enum lang lang)
{
    bool missing = entry->kind == EVENT_REMINDER && entry->missing > 0,
         due =
             entry->kind == EVENT_REMINDER && entry->due != DAY_NONE && entry->due != DAY_OPEN;
    if (missing)
        add_missing(out, entry, lang);
    if (missing && due)
        buf_adds(out, TR(lang, "; ", "；"));
    if (due)
        add_due(out, entry->due, today, lang);
    return missing || due;
}

static const char *name_of(const struct mail_entry *entry)
{
    return entry->item_name ? entry->item_name : entry->plan_name;
}

static bool has_text(const struct mail_entry *entry)
{
    return entry->text && *entry->text;
}

/* ---- subject ---------------------------------------------------------------------------------- */

static void add_only(struct buf *out, const struct mail_entry *entry, int32_t today,
                     enum lang lang)
{
    struct buf state = {0};
    if (entry->kind == EVENT_NOTICE && has_text(entry)) {
        buf_add(out, entry->text, strcspn(entry->text, "\r\n"));
        return;
    }
    buf_adds(out, name_of(entry));
    if (add_state(&state, entry, today, lang))
        buf_printf(out, "%s%s", TR(lang, ": ", "："), state.bytes);
    else if (has_text(entry))
        buf_printf(out, "%s%.*s", TR(lang, ": ", "："), (int)strcspn(entry->text, "\r\n"),
                   entry->text);
    buf_free(&state);
}

static bool has_name_of(const struct mail_entry *entry, const struct mail_entry *other)
{
    return strcmp(name_of(entry), name_of(other)) == 0;
}

/* Each name once, with the number of its occurrences: "安全巡查记录（3期）；自查报告". */
static void add_several(struct buf *out, const struct mail *mail, enum lang lang)
{
    const struct mail_entry *entries = mail->entries;
    size_t names = 0;
    buf_printf(out, TR(lang, "%zu items: ", "%zu 项待办："), mail->entry_count);
    for (size_t i = 0; i < mail->entry_count; i++) {
        size_t before = 0, times = 1;
        while (before < i && !has_name_of(&entries[before], &entries[i]))
            before++;
        if (before < i || ++names > SUBJECT_NAMES)
            continue;
        for (size_t k = i + 1; k < mail->entry_count; k++)
            times += has_name_of(&entries[k], &entries[i]);
        buf_printf(out, "%s%s", names > 1 ? TR(lang, "; ", "；") : "", name_of(&entries[i]));
        if (times > 1)
            buf_printf(out, TR(lang, " (%zu times)", "（%zu期）"), times);
    }
    if (names > SUBJECT_NAMES)
        buf_adds(out, TR(lang, "; …", "等"));
}

void mail_subject(struct buf *out, const struct mail *mail, enum lang lang)
{
    struct buf line = {0};
    if (mail->message.text)
        buf_adds(&line,
                 TR(lang, "planrun: messages are not delivered", "planrun：有消息未送达"));
    else if (mail->entry_count == 1)
        add_only(&line, mail->entries, told_day(mail), lang);
    else
        add_several(&line, mail, lang);
    size_t fits = utf8_fit(line.bytes, line.length, SUBJECT_COLUMNS);
    buf_add(out, line.bytes, fits);
    if (fits < line.length)
        buf_adds(out, "…");
    buf_free(&line);
}

/* ---- text ------------------------------------------------------------------------------------- */

/* Every line of a text behind an indent of its own. */
static void add_indented(struct buf *out, const char *text, const char *indent)
{
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, "\n");
        buf_printf(out, "%s%.*s\n", indent, (int)length, at);
        at += length + (at[length] == '\n');
    }
}

static void add_entry(struct buf *out, const struct mail_entry *entry, size_t number,
                      int32_t today, enum lang lang)
{
    struct buf state = {0};
    bool notice = entry->kind == EVENT_NOTICE;
    buf_printf(out, "%zu. ", number);
    if (entry->item_name || !has_text(entry))
        buf_adds(out, name_of(entry));
    else
        buf_add(out, entry->text, strcspn(entry->text, "\n"));
    if (entry->item_name && entry->clause && *entry->clause)
        buf_printf(out, TR(lang, " (%s)", "（%s）"), entry->clause);
    if (add_state(&state, entry, today, lang))
        buf_printf(out, "%s%s", TR(lang, ": ", "："), state.bytes);
    buf_adds(out, "\n");
    if (has_text(entry) && (entry->item_name || !notice))
        add_indented(out, entry->text, "   ");
    else if (has_text(entry) && strchr(entry->text, '\n'))
        add_indented(out, strchr(entry->text, '\n') + 1, "   ");
    buf_free(&state);
}

void mail_text(struct buf *out, const struct mail *mail, enum lang lang)
{
    const char *plan = "", *unit = "";
    int32_t today = told_day(mail);
    if (mail->message.text)
        buf_printf(out, "%s\n", mail->message.text);
    for (size_t i = 0; i < mail->entry_count; i++) {
        const struct mail_entry *entry = &mail->entries[i];
        if (strcmp(entry->unit_id, unit) != 0) {
            buf_printf(out, TR(lang, "%s:\n", "%s：\n"), entry->unit_name);
            plan = "";
        }
        unit = entry->unit_id;
        if (strcmp(entry->plan_id, plan) != 0)
            buf_printf(out, TR(lang, "%s\n", "《%s》\n"), entry->plan_name);
        plan = entry->plan_id;
        add_entry(out, entry, i + 1, today, lang);
    }
}

/* ---- JSON ------------------------------------------------------------------------------------- */

static void set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
    if (text)
        value_set_string(arena, map, key, text);
}

static struct value *entry_value(struct arena *arena, const struct mail *mail,
                                 const struct mail_entry *entry)
{
    struct value *map = value_map(arena);
    char day[11];
    set_text(arena, map, "unit", mail->several ? entry->unit_id : NULL);
    set_text(arena, map, "name", mail->several ? entry->unit_name : NULL);
    value_set_string(arena, map, "plan", entry->plan_id);
    value_set_string(arena, map, "plan_name", entry->plan_name);
    set_text(arena, map, "item", entry->item_id);
    set_text(arena, map, "item_name", entry->item_name);
    set_text(arena, map, "clause", entry->clause);
    set_text(arena, map, "measure", entry->need ? entry->measure : NULL);
    set_text(arena, map, "text", entry->text);
    value_set_string(arena, map, "kind", firing_name(entry->kind));
    if (entry->due != DAY_NONE && entry->due != DAY_OPEN)
        value_set_string(arena, map, "due", civil_format(entry->due, day));
    if (entry->need) {
        value_set_int(arena, map, "need", entry->need);
        value_set_int(arena, map, "missing", entry->missing);
    }
    return map;
}

/* RFC 3339 at +08:00, to the second. */
static const char *instant(struct arena *arena, int64_t ms)
{
    int32_t minute;
    char day[11], time[6];
    civil_format(civil_from_ms(ms, &minute), day);
    int64_t second = (ms / 1000) % 60;
    return arena_printf(arena, "%sT%s:%02d+08:00", day, civil_format_minute(minute, time),
                        (int)(second < 0 ? second + 60 : second));
}

static void set_words(struct arena *arena, struct value *map, const char *key,
                      const struct mail *mail, enum lang lang,
                      void (*write)(struct buf *, const struct mail *, enum lang))
{
    struct buf text = {0};
    write(&text, mail, lang);
    value_set(arena, map, key, value_bytes(arena, text.bytes ? text.bytes : "", text.length));
    buf_free(&text);
}

void mail_json(struct buf *out, const struct mail *mail, enum lang lang)
{
    struct arena *arena = arena_new();
    struct value *map = value_map(arena), *entries = value_list(arena);
    value_set_string(arena, map, "id", mail->id);
    value_set_string(arena, map, "slot", instant(arena, mail->told_ms));
    value_set_string(arena, map, "unit", mail->unit_id);
    value_set_string(arena, map, "name", mail->unit_name);
    value_set_string(arena, map, "contact", mail->address);
    value_set_string(arena, map, "role", mail->role);
    value_set_string(arena, map, "channel", mail->channel);
    set_words(arena, map, "subject", mail, lang, mail_subject);
    set_words(arena, map, "text", mail, lang, mail_text);
    for (size_t i = 0; i < mail->entry_count; i++)
        value_append(arena, entries, entry_value(arena, mail, &mail->entries[i]));
    value_set(arena, map, "entries", entries);
    json_write(out, map);
    arena_free(arena);
}
