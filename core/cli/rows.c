#include "cli/rows.h"

#include "base/json.h"
#include "base/utf8.h"
#include "cli/doubt.h"
#include "cli/text.h"
#include "engine/fact.h"
#include "time/civil.h"

#include <string.h>

enum { KIND_COLUMNS_EN = 20, KIND_COLUMNS_ZH = 14, NAME_COLUMNS = 40 };

struct row row_of_event(const struct event *event, int64_t units)
{
    const struct plan *plan = event->plan;
    struct row row = {
        .at_ms = event->at_ms,
        .day = event->day,
        .minute = event->minute,
        .kind = (int)event->kind,
        .plan_id = plan->id,
        .plan_name = plan->name,
        .tier = event->tier,
        .period = event->occurrence.period,
        .due = event->occurrence.due,
        .official = event->official,
        .working = event->working,
        .flags = event->flags,
        .units = units,
    };
    if (event->item != ITEM_NONE) {
        row.item_id = plan->items[event->item].id;
        row.item_name = plan->items[event->item].name;
    }
    if (event->occurrence.phase != ITEM_NONE) {
        row.phase_id = plan->items[event->occurrence.phase].id;
        row.phase_name = plan->items[event->occurrence.phase].name;
    }
    if (event->reminder != ITEM_NONE) {
        row.role = plan->reminders[event->reminder].to;
        row.channel = plan->reminders[event->reminder].channel;
    }
    return row;
}

struct row row_of_firing(const struct journal_row *journal)
{
    const struct store_firing *firing = &journal->firing;
    bool failed = firing->handler == HANDLER_FAILED;
    struct row row = {
        .number = firing->number,
        .at_ms = firing->at_ms,
        .fired_ms = firing->fired_ms,
        .kind = firing->kind,
        .plan_id = journal->plan_id,
        .plan_name = journal->plan_name,
        .item_id = journal->item_id,
        .item_name = journal->item_name,
        .phase_id = journal->phase_id,
        .phase_name = journal->phase_name,
        .role = journal->role,
        .channel = journal->channel,
        .tier = firing->tier,
        .period = firing->period,
        .due = firing->due,
        .official = firing->official,
        .working = firing->working,
        .flags = firing->flags,
        .fate = firing->fate,
        .units = firing->units,
        .text = failed ? NULL : firing->text,
        .problem = failed ? firing->text : NULL,
    };
    if (firing->flags & FIRING_UNKNOWN || firing->fate != FIRING_FIRED)
        row.units = -1; /* what does not speak is not worked out */
    row.day = firing_day(firing->kind, firing->at_ms, &row.minute);
    return row;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void add_string(struct buf *out, const char *key, const char *text)
{
    if (!text)
        return;
    buf_printf(out, "\"%s\":", key);
    json_write_string(out, text, strlen(text));
    buf_adds(out, ",");
}

static void add_number(struct buf *out, const char *key, int64_t number)
{
    buf_printf(out, "\"%s\":%lld,", key, (long long)number);
}

void row_add_instant(struct buf *out, int64_t ms)
{
    char day[11];
    int32_t minute;
    civil_format(civil_from_ms(ms, &minute), day);
    int64_t within = ms % 60000;
    buf_printf(out, "%sT%02d:%02d:%02d+08:00", day, minute / 60, minute % 60,
               (int)((within < 0 ? within + 60000 : within) / 1000));
}

static void add_instant(struct buf *out, const char *key, int64_t ms)
{
    buf_printf(out, "\"%s\":\"", key);
    row_add_instant(out, ms);
    buf_adds(out, "\",");
}

static void add_day(struct buf *out, const char *key, int32_t day)
{
    char text[11];
    if (day != DAY_NONE)
        buf_printf(out, "\"%s\":\"%s\",", key, civil_format(day, text));
}

static void add_occurrence(struct buf *out, const struct row *row)
{
    char day[11];
    if (row->due == DAY_NONE)
        return;
    buf_adds(out, "\"occurrence\":\"");
    if (row->phase_id)
        buf_printf(out, "%s/", row->phase_id); /* ids are plain ASCII */
    else if (row->period != DAY_NONE && row->period != row->due)
        buf_printf(out, "%s/", civil_format(row->period, day));
    buf_printf(out, "%s\",", civil_format(row->due, day));
}

static const char *unless(const char *text, const char *usual)
{
    return text && strcmp(text, usual) == 0 ? NULL : text;
}

static void add_tier(struct buf *out, const struct row *row)
{
    const char *role = unless(row->role, "contact"), *channel = unless(row->channel, "default");
    struct buf tier = {0};
    if (row->tier == TIER_EVERY)
        buf_adds(&tier, "every");
    else if (tier_is_working(row->tier))
        buf_printf(&tier, "+%dwd", row->tier - TIER_WORKING);
    else
        buf_printf(&tier, "%+dd", row->tier);
    if (role || channel)
        buf_printf(&tier, " %s", row->role);
    if (channel)
        buf_printf(&tier, " %s", channel);
    add_string(out, "tier", tier.bytes);
    buf_free(&tier);
}

static const char *fate_name(enum firing_fate fate)
{
    return fate == FIRING_MERGED  ? "merged"
           : fate == FIRING_STALE ? "stale"
           : fate == FIRING_LOST  ? "lost"
                                  : NULL;
}

static void end_object(struct buf *out)
{
    out->bytes[--out->length] = '\0'; /* the last comma */
    buf_adds(out, "}\n");
}

static void add_json(struct buf *out, const struct row *row)
{
    bool notice = row->kind == EVENT_NOTICE;
    buf_adds(out, "{");
    add_instant(out, "at", row->at_ms);
    add_string(out, "channel", notice ? unless(row->channel, "default") : NULL);
    add_string(out, "event", firing_name(row->kind));
    if (row->number) {
        add_string(out, "fate", fate_name(row->fate));
        add_instant(out, "fired_at", row->fired_ms);
    }
    add_string(out, "item", row->item_id);
    add_occurrence(out, row);
    add_string(out, "plan", row->plan_id);
    add_string(out, "problem", row->problem);
    if (row->units >= 0)
        add_number(out, "subjects", row->units);
    add_string(out, "text", row->text);
    if (row->kind == EVENT_REMINDER)
        add_tier(out, row);
    add_string(out, "to", notice ? unless(row->role, "contact") : NULL);
    end_object(out);
}

static const struct {
    const char *name, *en, *zh;
} fact_words[FACT_KINDS] = {
    [FACT_SUBMITTED] = {"fact.submitted", "handed in", "已交"},
    [FACT_EXCUSED] = {"fact.excused", "excused", "免交"},
    [FACT_EXTENDED] = {"fact.extended", "extended", "延期"},
    [FACT_WITHDRAWN] = {"fact.withdrawn", "withdrawn", "撤回"},
    [FACT_CREDITED] = {"fact.credited", "credited", "计入"},
    [FACT_ACCEPTED] = {"fact.accepted", "accepted", "采用"},
    [FACT_RETURNED] = {"fact.returned", "returned", "退回"},
    [FACT_REWORKED] = {"fact.reworked", "reworked", "改后再交"},
    [FACT_RECOMMENDED] = {"fact.recommended", "recommended", "推荐"},
    [FACT_SELECTED] = {"fact.selected", "selected", "入选"},
    [FACT_JOINED] = {"fact.joined", "joined", "入册"},
    [FACT_LEFT] = {"fact.left", "left", "离册"},
    [FACT_TRANSFERRED] = {"fact.transferred", "transferred", "调动"},
    [FACT_ABSENT] = {"fact.absent", "on leave", "请假"},
    [FACT_OPENED] = {"fact.opened", "opened", "设立"},
    [FACT_CLOSED] = {"fact.closed", "closed", "撤销"},
    [FACT_MERGED] = {"fact.merged", "merged", "并入"},
    [FACT_CHANGED] = {"fact.changed", "changed", "变更"},
};

const char *row_fact_name(enum fact_kind kind)
{
    return kind > 0 && kind < FACT_KINDS ? fact_words[kind].name : NULL;
}

static void add_detail_number(struct buf *out, const struct value *detail, const char *field)
{
    int64_t number = value_get_int(detail, field, -1);
    if (number >= 0)
        add_number(out, field, number);
}

/* Of a fact that counts, or moves a counter because another does. */
static void add_counted(struct buf *out, const struct store_fact *fact)
{
    if (fact->kind == FACT_EXTENDED)
        add_day(out, "until", (int32_t)fact->value);
    if (fact->kind == FACT_SUBMITTED)
        add_number(out, "value", fact->value);
}

static void add_fact_json(struct buf *out, const struct row_fact *row)
{
    const struct store_fact *fact = row->fact;
    struct arena *arena = arena_new();
    const struct value *detail = fact_detail(fact, arena);
    buf_adds(out, "{");
    if (fact->act)
        add_number(out, "act", fact->act);
    add_string(out, "actor", fact->actor);
    add_string(out, "approved_by", value_get_string(detail, "approved_by"));
    add_instant(out, "at", fact->at_ms);
    add_detail_number(out, detail, "chars");
    add_string(out, "event", row_fact_name(fact->kind));
    if (fact->kind == FACT_WITHDRAWN)
        add_number(out, "fact", fact->value);
    add_string(out, "item", row->item_id);
    add_string(out, "key", fact->key);
    add_detail_number(out, detail, "minutes");
    if (fact->kind == FACT_CREDITED)
        add_number(out, "moves", fact->moves);
    add_string(out, "note", fact->note);
    add_number(out, "number", fact->number);
    add_day(out, "period", fact->period);
    add_string(out, "person", value_get_string(detail, "person"));
    add_string(out, "phase", row->phase_id);
    if (fact->piece)
        add_number(out, "piece", fact->piece);
    add_string(out, "plan", row->plan_id);
    add_instant(out, "recorded_at", fact->recorded_ms);
    add_string(out, "unit", row->unit_id);
    add_counted(out, fact);
    add_string(out, "was", value_get_string(detail, "was"));
    end_object(out);
    arena_free(arena);
}

static void add_doubt_json(struct buf *out, const struct store_doubt *doubt,
                           const char *plan_id)
{
    buf_adds(out, "{");
    add_string(out, "actor", doubt->accepted_by);
    add_instant(out, "at", doubt->at_ms);
    add_string(out, "doubt", doubt->accepted_by ? trust_name(doubt->doubt) : NULL);
    add_string(out, "event", doubt_event(doubt->doubt, doubt->accepted_by != NULL));
    if (doubt->jump_ms / 1000)
        add_number(out, "jump", doubt->jump_ms / 1000);
    add_number(out, "number", doubt->number);
    add_string(out, "plan", plan_id);
    add_instant(out, "wall", doubt->wall_ms);
    end_object(out);
}

/* ---- text ----------------------------------------------------------------------------------- */

static const char *kind_text(int kind, enum lang lang)
{
    static const char *const zh[] = {
        [EVENT_TASK_DUE] = "任务到期",   [EVENT_QUOTA_LATE] = "指标逾期",
        [EVENT_PHASE_END] = "阶段结束",  [EVENT_PLAN_END] = "方案结束",
        [EVENT_PLAN_START] = "方案开始", [EVENT_PHASE_START] = "阶段开始",
        [EVENT_QUOTA_OPEN] = "指标开始", [EVENT_REVIEW] = "复核",
        [EVENT_REMINDER] = "提醒",       [EVENT_NOTICE] = "通知",
    };
    return lang == LANG_ZH ? zh[kind] : firing_name(kind);
}

void row_add_kind(struct buf *out, const struct row *row, enum lang lang)
{
    buf_adds(out, kind_text(row->kind, lang));
    if (row->kind != EVENT_REMINDER)
        return;
    int days = row->tier < 0 ? -row->tier : row->tier;
    if (row->tier == TIER_EVERY)
        buf_adds(out, TR(lang, " rhythm", " 定期"));
    else if (row->tier == TIER_WORKING)
        buf_adds(out, TR(lang, " at the due", " 到期"));
    else if (tier_is_working(row->tier))
        buf_printf(out, TR(lang, " %dwd after", " 后%d工作日"), row->tier - TIER_WORKING);
    else if (row->tier == 0)
        buf_adds(out, TR(lang, " on the day", " 当天"));
    else if (row->tier < 0)
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
static void add_due_notes(struct buf *out, const struct row *row, enum lang lang)
{
    bool reminder = row->kind == EVENT_REMINDER;
    if (row->official == DAY_NONE ||
        (!reminder && row->kind != EVENT_TASK_DUE && row->kind != EVENT_QUOTA_LATE))
        return;
    if (row->flags & EVENT_RETROACTIVE) {
        note_day(out, lang, TR(lang, "retroactive, was due", "追溯补办，原定"), row->due);
        if (reminder)
            note_day(out, lang, TR(lang, "catch up by", "补办到"), row->official);
        return;
    }
    if (reminder)
        note_day(out, lang, TR(lang, "due", "期限"), row->official);
    if (row->official != row->due)
        note_day(out, lang, TR(lang, "moved on from", "顺延，原定"), row->due);
    else if (row->working != row->official)
        note_day(out, lang, TR(lang, "working due", "工作日期限"), row->working);
}

static void add_period_note(struct buf *out, const struct row *row, enum lang lang)
{
    char first[11], last[11], note[64];
    if (row->phase_name) {
        add_note(out, lang, TR(lang, "phase ", "阶段 "));
        buf_adds(out, row->phase_name);
    }
    if (row->period == DAY_NONE || row->period == row->due || row->phase_name)
        return;
    snprintf(note, sizeof note, TR(lang, "period %s – %s", "本期 %s～%s"),
             civil_format(row->period, first), civil_format(row->due, last));
    add_note(out, lang, note);
}

static void add_flag_notes(struct buf *out, const struct row *row, enum lang lang)
{
    if (row->flags & EVENT_EARLY)
        add_note(out, lang, TR(lang, "before the notice", "早于通知"));
    if (row->flags & EVENT_GATHERED)
        add_note(out, lang, TR(lang, "as the notice arrives", "通知到即提醒"));
    if (row->flags & EVENT_PROVISIONAL)
        add_note(out, lang, TR(lang, "holidays not announced yet", "放假安排尚未公布"));
}

/* What a handler made of it, and what became of it. */
static void add_fate_notes(struct buf *out, const struct row *row, enum lang lang)
{
    if (row->text) {
        add_note(out, lang, "");
        utf8_add_plain(out, row->text);
    }
    if (row->number && row->fate == FIRING_MERGED)
        add_note(out, lang, TR(lang, "merged", "已并入"));
    if (row->number && row->fate == FIRING_STALE)
        add_note(out, lang, TR(lang, "stale, not sent", "过时未发"));
    if (row->number && row->fate == FIRING_LOST)
        add_note(out, lang, TR(lang, "lost, not sent", "丢失未发"));
    if (row->number && row->flags & FIRING_UNHEARD)
        add_note(out, lang, TR(lang, "too late for its handler", "过时，未运行处理函数"));
    if (row->problem) {
        add_note(out, lang, TR(lang, "the handler failed: ", "处理函数出错："));
        utf8_add_plain(out, row->problem);
    }
}

/* One line of the table. */
struct line {
    int64_t number; /* 0 = none */
    char mark;      /* in front of it */
    int32_t day;
    int32_t minute;
    const char *kind, *name, *count, *notes;
};

static void print_line(const struct rows_view *view, const struct line *line)
{
    char day[TEXT_DAY], minute[6], number[24] = "";
    FILE *out = view->out;
    if (view->numbered) {
        if (line->number)
            snprintf(number, sizeof number, "%c%lld", line->mark, (long long)line->number);
        fprintf(out, "%-6s ", number);
    }
    fprintf(out, "%s %s  ", text_day(day, line->day, view->lang),
            civil_format_minute(line->minute, minute));
    text_cell(out, line->kind, view->lang == LANG_ZH ? KIND_COLUMNS_ZH : KIND_COLUMNS_EN);
    fputc(' ', out);
    text_cell(out, line->name, NAME_COLUMNS);
    fprintf(out, " %7s%s%s\n", line->count, line->notes ? "  " : "",
            line->notes ? line->notes : "");
}

static void print_text(const struct rows_view *view, const struct row *row)
{
    char count[24] = "";
    struct buf kind = {0}, notes = {0};
    row_add_kind(&kind, row, view->lang);
    /* a notice says what its handler wrote; the rest is its cause's */
    if (row->kind != EVENT_NOTICE) {
        add_due_notes(&notes, row, view->lang);
        add_period_note(&notes, row, view->lang);
        add_flag_notes(&notes, row, view->lang);
    }
    add_fate_notes(&notes, row, view->lang);
    if (view->plans)
        add_note(&notes, view->lang, row->plan_name);
    if (row->units >= 0)
        snprintf(count, sizeof count, "%lld", (long long)row->units);
    print_line(view, &(struct line){
                         .number = row->number,
                         .mark = '#',
                         .day = row->day,
                         .minute = row->minute,
                         .kind = kind.bytes,
                         .name = row->item_name ? row->item_name : row->plan_name,
                         .count = count,
                         .notes = notes.length ? notes.bytes : NULL,
                     });
    buf_free(&kind);
    buf_free(&notes);
}

void row_print(const struct rows_view *view, const struct row *row)
{
    if (!view->json) {
        print_text(view, row);
        return;
    }
    struct buf line = {0};
    add_json(&line, row);
    fwrite(line.bytes, 1, line.length, view->out);
    buf_free(&line);
}

static const char *fact_text(enum fact_kind kind, enum lang lang)
{
    return row_fact_name(kind) ? TR(lang, fact_words[kind].en, fact_words[kind].zh) : "";
}

/* What the fact says: of which piece, how many, until when. */
static void add_value(struct buf *out, const struct row_fact *row, enum lang lang)
{
    const struct store_fact *fact = row->fact;
    char day[TEXT_DAY];
    bool credited = fact->kind == FACT_CREDITED;
    if (fact->piece && fact->kind != FACT_WITHDRAWN)
        buf_printf(out, " f%lld", (long long)fact->piece);
    if (fact->kind == FACT_SUBMITTED || credited)
        buf_printf(out, credited ? " %+lld" : " %lld",
                   (long long)(credited ? fact->moves : fact->value));
    if (fact->kind == FACT_SUBMITTED || credited)
        text_add_measure(out, row->measure, lang);
    if (fact->kind == FACT_EXTENDED)
        buf_printf(out, TR(lang, " until %s", " 到 %s"),
                   text_day(day, (int32_t)fact->value, lang));
    if (fact->kind == FACT_WITHDRAWN)
        buf_printf(out, " f%lld", (long long)fact->value);
    if (fact->kind >= FACT_ROSTER)
        buf_printf(out, TR(lang, " as of %s", " 自 %s 起"),
                   text_day(day, (int32_t)fact->value, lang));
}

static void note_text(struct buf *out, enum lang lang, const char *label, const char *text)
{
    if (!text)
        return;
    add_note(out, lang, label);
    utf8_add_plain(out, text);
}

static void note_length(struct buf *out, enum lang lang, const struct value *detail,
                        const char *field, const char *unit)
{
    int64_t said = value_get_int(detail, field, -1);
    if (said < 0)
        return;
    add_note(out, lang, "");
    buf_printf(out, "%lld %s", (long long)said, unit);
}

static void add_detail_notes(struct buf *out, const struct row_fact *row, enum lang lang)
{
    const struct store_fact *fact = row->fact;
    char text[TEXT_DAY];
    struct arena *arena = arena_new();
    const struct value *detail = fact_detail(fact, arena);
    const char *was = value_get_string(detail, "was");
    const char *until = value_get_string(detail, "until");
    if (until)
        note_text(out, lang, TR(lang, "until ", "到 "),
                  text_day(text, civil_parse(until, strlen(until)), lang));
    if (was)
        note_text(out, lang, TR(lang, "was due ", "原期限 "),
                  text_day(text, civil_parse(was, strlen(was)), lang));
    note_text(out, lang, "", row->person);
    note_length(out, lang, detail, "chars", TR(lang, "characters", "字"));
    note_length(out, lang, detail, "minutes", TR(lang, "minutes", "分钟"));
    note_text(out, lang, "", fact->note);
    note_text(out, lang, TR(lang, "approved by ", "批准人 "),
              value_get_string(detail, "approved_by"));
    arena_free(arena);
}

static void add_fact_notes(struct buf *out, const struct row_fact *row, enum lang lang)
{
    const struct store_fact *fact = row->fact;
    char day[TEXT_DAY];
    buf_adds(out,
             row->unit_name ? row->unit_name : TR(lang, "a unit that left", "已离册的单位"));
    add_value(out, row, lang);
    if (fact->kind < FACT_ROSTER && fact->period != DAY_NONE && fact->period != DAY_OPEN)
        note_text(out, lang, TR(lang, "period to ", "本期至 "),
                  text_day(day, fact->period, lang));
    add_detail_notes(out, row, lang);
    note_text(out, lang, TR(lang, "by ", "登记人 "), fact->actor);
}

void row_print_fact(const struct rows_view *view, const struct row_fact *row)
{
    struct buf text = {0};
    if (view->json) {
        add_fact_json(&text, row);
        fwrite(text.bytes, 1, text.length, view->out);
    } else {
        int32_t minute, day = civil_from_ms(row->fact->at_ms, &minute);
        add_fact_notes(&text, row, view->lang);
        print_line(view, &(struct line){
                             .number = row->fact->number,
                             .mark = 'f',
                             .day = day,
                             .minute = minute,
                             .kind = fact_text(row->fact->kind, view->lang),
                             .name = row->item_name ? row->item_name : row->item_id,
                             .count = "1",
                             .notes = text.bytes,
                         });
    }
    buf_free(&text);
}

static const char *doubt_kind(const struct store_doubt *doubt, enum lang lang)
{
    static const char *const zh[] = {"时钟恢复", "时钟超前", "时钟隔久", "时钟倒退",
                                     "时钟未设"};
    if (lang == LANG_ZH)
        return doubt->accepted_by ? "时钟认可" : zh[doubt->doubt];
    return doubt_event(doubt->doubt, doubt->accepted_by != NULL);
}

static void add_doubt_notes(struct buf *out, const struct store_doubt *doubt, enum lang lang)
{
    char at[TEXT_SPAN];
    if (doubt->accepted_by) {
        buf_adds(out, TR(lang, "by ", "认可人 "));
        utf8_add_plain(out, doubt->accepted_by);
    } else {
        buf_adds(out, doubt->doubt == CLOCK_SURE ? TR(lang, "messages go out again", "恢复发送")
                                                 : TR(lang, "messages are held", "暂停发送"));
    }
    if (doubt->doubt == CLOCK_SURE && !doubt->accepted_by)
        return;
    add_note(out, lang, TR(lang, "the clock shows ", "时钟显示 "));
    buf_adds(out, text_instant(at, doubt->wall_ms, lang));
}

/* "1 day ahead" */
static void add_doubt_name(struct buf *out, const struct store_doubt *doubt, enum lang lang)
{
    struct buf amount = {0};
    doubt_add_amount(&amount, doubt->jump_ms, lang);
    bool told = doubt->jump_ms / 1000 && (doubt->doubt != CLOCK_SURE || doubt->accepted_by);
    if (told && doubt->jump_ms > 0)
        buf_printf(out, TR(lang, "%s ahead", "超前%s"), amount.bytes);
    else if (told)
        buf_printf(out, TR(lang, "%s behind", "落后%s"), amount.bytes);
    buf_free(&amount);
}

void row_print_doubt(const struct rows_view *view, const struct store_doubt *doubt,
                     const char *plan_id)
{
    struct buf text = {0}, name = {0};
    if (view->json) {
        add_doubt_json(&text, doubt, plan_id);
        fwrite(text.bytes, 1, text.length, view->out);
    } else {
        int32_t minute, day = civil_from_ms(doubt->at_ms, &minute);
        add_doubt_notes(&text, doubt, view->lang);
        add_doubt_name(&name, doubt, view->lang);
        print_line(view, &(struct line){
                             .number = doubt->number,
                             .mark = 'c',
                             .day = day,
                             .minute = minute,
                             .kind = doubt_kind(doubt, view->lang),
                             .name = name.bytes ? name.bytes : "",
                             .count = "",
                             .notes = text.bytes,
                         });
    }
    buf_free(&text);
    buf_free(&name);
}
