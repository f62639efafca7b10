#include "cli/events.h"

#include "base/json.h"
#include "cli/text.h"
#include "time/civil.h"

#include <string.h>

enum { KIND_COLUMNS_EN = 20, KIND_COLUMNS_ZH = 14, NAME_COLUMNS = 40, COUNTS = 64 };

/* Counting the members of a selector on a day costs its size, so the last answers are kept. */
struct count {
    const struct selector *selector;
    int32_t day;
    uint32_t count;
};

struct printer {
    const struct events_view *view;
    const struct agenda *agenda;
    struct count counts[COUNTS];
};

/* The number of units concerned, -1 = unknown. */
static int64_t subjects_of(struct printer *printer, const struct event *event)
{
    const struct selector *selector = agenda_audience(printer->agenda, event);
    if (!selector)
        return -1;
    struct count *kept = &printer->counts[((uintptr_t)selector >> 4) % COUNTS];
    if (kept->selector != selector || kept->day != event->day)
        *kept = (struct count){selector, event->day, selector_count_on(selector, event->day)};
    return kept->count;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void add_string(struct buf *out, const char *key, const char *text)
{
    buf_printf(out, "\"%s\":", key);
    json_write_string(out, text, strlen(text));
    buf_adds(out, ",");
}

/* Sealed ids are plain ASCII, so they stand here as they are. */
static void add_occurrence(struct buf *out, const struct event *event)
{
    const struct occasion *occurrence = &event->occurrence;
    char day[11];
    buf_adds(out, "\"occurrence\":\"");
    if (occurrence->phase != ITEM_NONE)
        buf_printf(out, "%s/", event->plan->items[occurrence->phase].id);
    else if (occurrence->period != DAY_NONE && occurrence->period != occurrence->due)
        buf_printf(out, "%s/", civil_format(occurrence->period, day));
    buf_printf(out, "%s\",", civil_format(occurrence->due, day));
}

static void add_tier(struct buf *out, const struct event *event)
{
    const struct reminder *reminder = &event->plan->reminders[event->reminder];
    struct buf tier = {0};
    if (event->tier == TIER_EVERY)
        buf_adds(&tier, "every");
    else
        buf_printf(&tier, "%+dd", event->tier);
    bool channel = strcmp(reminder->channel, "default") != 0;
    if (channel || strcmp(reminder->to, "contact") != 0)
        buf_printf(&tier, " %s", reminder->to);
    if (channel)
        buf_printf(&tier, " %s", reminder->channel);
    add_string(out, "tier", tier.bytes);
    buf_free(&tier);
}

void event_json(struct buf *out, const struct event *event, int64_t subjects)
{
    char day[11];
    int32_t minute;
    civil_format(civil_from_ms(event->at_ms, &minute), day);
    buf_printf(out, "{\"at\":\"%sT%02d:%02d:00+08:00\",", day, minute / 60, minute % 60);
    add_string(out, "event", event_name(event->kind));
    if (event->item != ITEM_NONE)
        add_string(out, "item", event->plan->items[event->item].id);
    add_occurrence(out, event);
    add_string(out, "plan", event->plan->id);
    if (subjects >= 0)
        buf_printf(out, "\"subjects\":%lld,", (long long)subjects);
    if (event->reminder != ITEM_NONE)
        add_tier(out, event);
    out->bytes[--out->length] = '\0'; /* the last comma */
    buf_adds(out, "}\n");
}

/* ---- text ----------------------------------------------------------------------------------- */

static const char *kind_text(const struct event *event, enum lang lang)
{
    static const char *const zh[EVENT_KINDS] = {
        [EVENT_TASK_DUE] = "任务到期",   [EVENT_QUOTA_LATE] = "指标逾期",
        [EVENT_PHASE_END] = "阶段结束",  [EVENT_PLAN_END] = "方案结束",
        [EVENT_PLAN_START] = "方案开始", [EVENT_PHASE_START] = "阶段开始",
        [EVENT_QUOTA_OPEN] = "指标开始", [EVENT_REVIEW] = "复核",
        [EVENT_REMINDER] = "提醒",
    };
    return lang == LANG_ZH ? zh[event->kind] : event_name(event->kind);
}

static void add_kind(struct buf *out, const struct event *event, enum lang lang)
{
    buf_adds(out, kind_text(event, lang));
    if (event->reminder == ITEM_NONE)
        return;
    int days = event->tier < 0 ? -event->tier : event->tier;
    if (event->tier == TIER_EVERY)
        buf_adds(out, TR(lang, " rhythm", " 定期"));
    else if (event->tier == 0)
        buf_adds(out, TR(lang, " on the day", " 当天"));
    else if (event->tier < 0)
        buf_printf(out, TR(lang, " %dd before", " 前%d天"), days);
    else
        buf_printf(out, TR(lang, " %dd after", " 后%d天"), days);
}

static void add_note(struct buf *out, enum lang lang, const char *note)
{
    buf_adds(out, out->length ? TR(lang, "; ", "；") : "");
    buf_adds(out, note);
}

static void note_day(struct buf *out, enum lang lang, const char *label, int32_t day)
{
    char text[TEXT_DAY];
    add_note(out, lang, label);
    buf_printf(out, " %s", text_day(text, day, lang));
}

/* What a due is judged by where that is not the event's own day. */
static void add_due_notes(struct buf *out, const struct event *event, enum lang lang)
{
    bool reminder = event->kind == EVENT_REMINDER;
    if (event->official == DAY_NONE ||
        (!reminder && event->kind != EVENT_TASK_DUE && event->kind != EVENT_QUOTA_LATE))
        return;
    if (event->flags & EVENT_RETROACTIVE) {
        note_day(out, lang, TR(lang, "retroactive, was due", "追溯补办，原定"),
                 event->occurrence.due);
        if (reminder)
            note_day(out, lang, TR(lang, "catch up by", "补办到"), event->official);
        return;
    }
    if (reminder)
        note_day(out, lang, TR(lang, "due", "期限"), event->official);
    if (event->official != event->occurrence.due)
        note_day(out, lang, TR(lang, "moved on from", "顺延，原定"), event->occurrence.due);
    else if (event->working != event->official)
        note_day(out, lang, TR(lang, "working due", "工作日期限"), event->working);
}

static void add_period_note(struct buf *out, const struct event *event, enum lang lang)
{
    const struct occasion *occurrence = &event->occurrence;
    char first[11], last[11], note[64];
    if (occurrence->phase != ITEM_NONE) {
        add_note(out, lang, TR(lang, "phase ", "阶段 "));
        buf_adds(out, event->plan->items[occurrence->phase].name);
    }
    if (occurrence->period == DAY_NONE || occurrence->period == occurrence->due ||
        occurrence->phase != ITEM_NONE)
        return;
    snprintf(note, sizeof note, TR(lang, "period %s – %s", "本期 %s～%s"),
             civil_format(occurrence->period, first), civil_format(occurrence->due, last));
    add_note(out, lang, note);
}

static void add_notes(struct buf *out, const struct event *event, enum lang lang)
{
    add_due_notes(out, event, lang);
    add_period_note(out, event, lang);
    if (event->flags & EVENT_EARLY)
        add_note(out, lang, TR(lang, "before the notice", "早于通知"));
    if (event->flags & EVENT_GATHERED)
        add_note(out, lang, TR(lang, "as the notice arrives", "通知到即提醒"));
    if (event->flags & EVENT_PROVISIONAL)
        add_note(out, lang, TR(lang, "holidays not announced yet", "放假安排尚未公布"));
}

static void print_row(struct printer *printer, const struct event *event)
{
    FILE *out = printer->view->out;
    enum lang lang = printer->view->lang;
    char day[TEXT_DAY], minute[6], count[24] = "";
    struct buf kind = {0}, notes = {0};
    int64_t subjects = subjects_of(printer, event);
    add_kind(&kind, event, lang);
    add_notes(&notes, event, lang);
    if (subjects >= 0)
        snprintf(count, sizeof count, "%lld", (long long)subjects);
    fprintf(out, "%s %s  ", text_day(day, event->day, lang),
            civil_format_minute(event->minute, minute));
    text_cell(out, kind.bytes, lang == LANG_ZH ? KIND_COLUMNS_ZH : KIND_COLUMNS_EN);
    fputc(' ', out);
    const char *name =
        event->item == ITEM_NONE ? event->plan->name : event->plan->items[event->item].name;
    text_cell(out, name, NAME_COLUMNS);
    fprintf(out, " %7s%s%s\n", count, notes.length ? "  " : "",
            notes.length ? notes.bytes : "");
    buf_free(&kind);
    buf_free(&notes);
}

static void print_event(struct printer *printer, const struct event *event)
{
    if (!printer->view->json) {
        print_row(printer, event);
        return;
    }
    struct buf line = {0};
    event_json(&line, event, subjects_of(printer, event));
    fwrite(line.bytes, 1, line.length, printer->view->out);
    buf_free(&line);
}

uint32_t events_print(const struct events_view *view, const struct agenda *agenda,
                      int32_t first, int32_t last, uint32_t most)
{
    struct printer printer = {.view = view, .agenda = agenda};
    struct walk *walk = walk_new(agenda, civil_ms(first, 0));
    struct event event;
    uint32_t count = 0;
    /* the end of `last` and the beginning of the day behind it are one instant */
    while (count < most && walk_next(walk, &event) &&
           (event.day <= last || event.at_ms <= civil_ms(last, MINUTES_A_DAY))) {
        if (event.day < first || event.day > last)
            continue;
        print_event(&printer, &event);
        count++;
    }
    walk_free(walk);
    return count;
}

void event_print(const struct events_view *view, const struct agenda *agenda,
                 const struct event *event)
{
    struct printer printer = {.view = view, .agenda = agenda};
    print_event(&printer, event);
}

void events_print_next(const struct events_view *view, const struct agenda *agenda,
                       int32_t from, uint32_t most)
{
    char day[TEXT_DAY];
    fprintf(view->out, TR(view->lang, "Next, from %s\n", "接下来（自 %s）\n"),
            text_day(day, from, view->lang));
    if (!events_print(view, agenda, from, DAY_OPEN, most))
        fprintf(view->out, "%s\n",
                TR(view->lang, "nothing any more: the plan has ended", "没有了：方案已经结束"));
}
