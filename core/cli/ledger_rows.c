#include "cli/ledger_parts.h"

#include "cli/text.h"
#include "time/civil.h"

#include <string.h>

/* ---- words -------------------------------------------------------------------------------- */

static const char *const *light_choices(const struct ledger *ledger)
{
    static const enum light order[] = {LIGHT_ON_PLAN, LIGHT_NEAR, LIGHT_BEHIND, LIGHT_LATE,
                                       LIGHT_DONE};
    const char **list = arena_array(ledger->status.arena, LIGHTS, sizeof *list);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        list[i] = status_light(order[i], ledger->lang);
    return list;
}

const char *ledger_day(const struct ledger *ledger, int32_t day)
{
    struct civil date = civil_from_day(day);
    char text[11];
    if (ledger->lang == LANG_EN)
        return arena_string(ledger->status.arena, civil_format(day, text));
    return arena_printf(ledger->status.arena, "%d年%d月%d日", date.year, date.month, date.day);
}

/* The text so far as a string of the arena. */
static const char *keep(const struct ledger *ledger, struct buf *text)
{
    const char *copy =
        text->length ? arena_copy(ledger->status.arena, text->bytes, text->length) : "";
    buf_free(text);
    return copy;
}

static void add_occasion(struct buf *text, const struct ledger *ledger, const struct duty *duty)
{
    char first[11], last[11];
    const struct occasion *occasion = &duty->occasion;
    if (occasion->phase != ITEM_NONE)
        buf_printf(text, TR(ledger->lang, ", phase %s", "，%s"),
                   ledger->status.holding->plan->items[occasion->phase].name);
    else if (occasion->period != DAY_NONE && occasion->period != occasion->due)
        buf_printf(text, TR(ledger->lang, ", %s – %s", "，%s～%s"),
                   civil_format(occasion->period, first), civil_format(occasion->due, last));
}

const char *ledger_task(const struct ledger *ledger, const struct duty *duty)
{
    struct buf text = {0};
    buf_adds(&text, ledger->status.holding->plan->items[duty->item].name);
    add_occasion(&text, ledger, duty);
    return keep(ledger, &text);
}

/* ---- who ---------------------------------------------------------------------------------- */

static const char *units_of(const struct ledger *ledger, const struct item *item)
{
    const struct value *does = item->who[ROLE_EACH] ? item->who[ROLE_EACH] : item->who[ROLE_BY];
    const struct value *help = item->who[ROLE_HELP];
    if (!does && help) {
        does = help;
        help = NULL;
    }
    if (!does && item->who[ROLE_LEAD])
        return who_text(&ledger->who, item->who[ROLE_LEAD]);
    const char *doers = does ? who_text(&ledger->who, does) : who_does(&ledger->who, item);
    if (!help)
        return doers;
    return arena_printf(ledger->status.arena,
                        TR(ledger->lang, "%s (help: %s)", "%s（配合：%s）"), doers,
                        who_text(&ledger->who, help));
}

/* The post of who is in charge of what is declared under that id, NULL = not said. */
static const char *head_of(const struct plan *plan, const char *id)
{
    static const char *const lists[] = {"units", "groups"};
    for (size_t list = 0; id && list < 2; list++) {
        const struct value *declared = value_get(plan->sealed, lists[list]);
        for (uint32_t i = 0; declared && i < declared->count; i++)
            if (strcmp(value_get_string(declared->items[i], "id"), id) == 0)
                return value_get_string(declared->items[i], "head");
    }
    return NULL;
}

/* The posts of those who are named, each once; "" where a selector asks for nobody's. */
static const char *heads_of(const struct ledger *ledger, const struct value *selector)
{
    const struct value *terms = value_get(selector, "terms");
    const char *named[8];
    size_t count = 0;
    struct buf text = {0};
    for (uint32_t i = 0; terms && i < terms->count && count < 8; i++) {
        const char *head =
            head_of(ledger->status.holding->plan, value_get_string(terms->items[i], "id"));
        bool again = !head;
        for (size_t k = 0; k < count && !again; k++)
            again = strcmp(named[k], head) == 0;
        if (again)
            continue;
        buf_adds(&text, count ? TR(ledger->lang, ", ", "、") : "");
        buf_adds(&text, head);
        named[count++] = head;
    }
    return keep(ledger, &text);
}

static const char *person_of(const struct ledger *ledger, const struct item *item)
{
    static const enum role order[] = {ROLE_EACH, ROLE_BY, ROLE_LEAD};
    for (size_t i = 0; i < 3; i++)
        if (item->who[order[i]])
            return heads_of(ledger, item->who[order[i]]);
    const char *head =
        head_of(ledger->status.holding->plan, ledger->status.holding->plan->owner);
    return head ? head : "";
}

/* ---- how far ------------------------------------------------------------------------------ */

/* Of one that is asked alone: in words, and its pieces where there are several. */
static int add_single(struct buf *text, const struct ledger *ledger, uint32_t duty,
                      const struct progress_sum *sum, struct err *err)
{
    enum lang lang = ledger->lang;
    struct board_own own;
    uint32_t unit;
    if (!sum->missing) {
        buf_adds(text, sum->excused ? TR(lang, "excused", "免") : TR(lang, "done", "已完成"));
        return 0;
    }
    if (!status_units(&ledger->status, duty, BOARD_ANY, BOARD_MISSING, &unit, 1))
        return 0;
    int code = board_own(ledger->status.board, duty, unit, &own, err);
    if (code < 0)
        return code;
    bool pieces = own.need > 1;
    if (own.count.done > 0)
        buf_adds(text, TR(lang, "under way", "推进中"));
    else
        buf_adds(text, TR(lang, "not done", "未完成"));
    if (pieces)
        buf_printf(text, TR(lang, ", %lld/%u", "，%lld/%u"), (long long)own.count.done,
                   own.need);
    return 0;
}

static void add_sum(struct buf *text, const struct ledger *ledger,
                    const struct progress_sum *sum)
{
    enum lang lang = ledger->lang;
    buf_printf(text, "%u/%u", sum->met, sum->asked);
    if (sum->excused)
        buf_printf(text, TR(lang, ", excused %u", "，免 %u"), sum->excused);
    if (sum->missing)
        buf_printf(text, TR(lang, ", missing %u", "，缺 %u"), sum->missing);
}

/* Those who were given more time. */
static uint32_t extended(const struct board_duty *duty)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < duty->part_count; i++)
        if (duty->parts[i].duty.given)
            count += duty->parts[i].sum.asked;
    return count;
}

static int progress_of(const struct ledger *ledger, uint32_t duty, const struct page_cell *cell,
                       const char **out, struct err *err)
{
    struct buf text = {0};
    uint32_t more = extended(&ledger->status.duties[duty]);
    int code = 0;
    if (cell->sum.asked == 0)
        buf_adds(&text, TR(ledger->lang, "nobody is asked", "无应办单位"));
    else if (cell->sum.asked == 1 && ledger->status.unit == UNIT_NONE)
        code = add_single(&text, ledger, duty, &cell->sum, err);
    else
        add_sum(&text, ledger, &cell->sum);
    if (more && ledger->status.unit == UNIT_NONE)
        buf_printf(&text, TR(ledger->lang, ", extended %u", "，延期 %u"), more);
    if (ledger->earlier[duty])
        buf_printf(&text,
                   TR(ledger->lang, "; earlier rounds not done: %u", "；另有往期 %u 期未完成"),
                   ledger->earlier[duty]);
    *out = keep(ledger, &text);
    return code;
}

/* ---- rows --------------------------------------------------------------------------------- */

static struct ledger_row row_of(const struct ledger *ledger, const struct item *item)
{
    char amount[TEXT_SPAN];
    struct buf task = {0};
    const char *asked = text_amount(amount, &item->count, ledger->lang);
    buf_adds(&task, item->name);
    if (*asked && strcmp(asked, "1") != 0) /* a bare one says nothing */
        buf_printf(&task, TR(ledger->lang, ", %s", "，%s"), asked);
    return (struct ledger_row){
        .task = keep(ledger, &task),
        .lead = who_text(&ledger->who, item->who[ROLE_LEAD]),
        .units = units_of(ledger, item),
        .person = person_of(ledger, item),
        .progress = "",
        .light = "",
        .due = DAY_NONE,
    };
}

/* Puts time and clause behind the task's name. */
static void finish_task(const struct ledger *ledger, struct ledger_row *row,
                        const struct item *item, const struct duty *duty)
{
    struct buf task = {0};
    buf_adds(&task, row->task);
    if (duty)
        add_occasion(&task, ledger, duty);
    if (item->clause)
        buf_printf(&task, TR(ledger->lang, " (%s)", "（%s）"), item->clause);
    row->task = keep(ledger, &task);
}

static void set_due(const struct ledger *ledger, struct ledger_row *row,
                    const struct item *item, int32_t day, int16_t minute)
{
    char time[6];
    row->due = day == DAY_OPEN ? DAY_NONE : day;
    if (row->due == DAY_NONE) {
        row->when = text_time(ledger->status.arena, item, ledger->lang);
        row->when = *row->when ? row->when : TR(ledger->lang, "no due", "无期限");
    } else if (minute != MINUTES_A_DAY) {
        row->when = arena_printf(ledger->status.arena, "%s %s", ledger_day(ledger, day),
                                 civil_format_minute(minute, time));
    }
}

static int duty_row(const struct ledger *ledger, uint32_t duty, struct ledger_row *out,
                    struct err *err)
{
    const struct page_cell *cell = status_total(&ledger->status, duty);
    const struct duty *first = &ledger->status.duties[duty].duty;
    const struct item *item = &ledger->status.holding->plan->items[first->item];
    *out = row_of(ledger, item);
    finish_task(ledger, out, item, first);
    set_due(ledger, out, item, first->official, first->minute);
    out->light = cell->light == LIGHT_NONE ? "" : status_light(cell->light, ledger->lang);
    return progress_of(ledger, duty, cell, &out->progress, err);
}

/* An item of which nothing is due on the day: what comes first of it, or what is said of its time. */
static struct ledger_row idle_row(const struct ledger *ledger, uint32_t number)
{
    const struct item *item = &ledger->status.holding->plan->items[number];
    const struct agenda *agenda = engine_agenda(ledger->status.holding->engine, 0);
    struct ledger_row row = row_of(ledger, item);
    const struct duty *duties;
    size_t count;
    agenda_duties(agenda, number, ledger->status.wish->day, ledger->status.wish->day + 3660,
                  ledger->status.arena, &duties, &count);
    finish_task(ledger, &row, item, count ? &duties[0] : NULL);
    set_due(ledger, &row, item, count ? duties[0].official : DAY_NONE,
            count ? duties[0].minute : MINUTES_A_DAY);
    row.progress = count ? TR(ledger->lang, "not begun", "未到时间") : "";
    row.light = count ? status_light(LIGHT_ON_PLAN, ledger->lang) : "";
    return row;
}

/* True when anybody within the unit that is looked at is asked; of a group that is not known. */
static bool concerns(const struct ledger *ledger, uint32_t number)
{
    const struct roster *roster = ledger->status.holding->roster;
    const struct event event = {.item = number};
    const struct selector *asked =
        agenda_audience(engine_agenda(ledger->status.holding->engine, 0), &event);
    uint32_t unit = ledger->status.unit;
    if (unit == UNIT_NONE || !asked)
        return true;
    return selector_next(asked, unit) < roster_subtree_end(roster, unit);
}

/* Whether an item that has no duty on the day has a row all the same. */
static bool is_listed(const struct ledger *ledger, uint32_t number)
{
    const struct item *item = &ledger->status.holding->plan->items[number];
    return item->word != ITEM_PHASE && item->binding != BINDING_NEVER &&
           (ledger->item == ITEM_NONE || ledger->item == number) &&
           !ledger->status.wish->behind && concerns(ledger, number);
}

/* Whether a duty has a row. */
static bool is_shown(const struct ledger *ledger, uint32_t duty)
{
    const struct progress_sum *sum = &status_total(&ledger->status, duty)->sum;
    if (ledger->status.unit != UNIT_NONE && !sum->asked)
        return false;
    return ledger->shown[duty] && (sum->missing || !ledger->status.wish->behind);
}

int ledger_rows(const struct ledger *ledger, const struct ledger_row **rows, uint32_t *count,
                struct err *err)
{
    const struct status *status = &ledger->status;
    uint32_t items = status->holding->plan->item_count, made = 0, duty = 0;
    struct ledger_row *list =
        arena_array(status->arena, (size_t)items + status->count + 1, sizeof *list);
    int code = 0;
    for (uint32_t i = 0; i < items && code == 0; i++) {
        bool idle = true;
        for (; duty < status->count && status->duties[duty].duty.item == i && code == 0;
             duty++) {
            idle = false;
            if (is_shown(ledger, duty))
                code = duty_row(ledger, duty, &list[made++], err);
        }
        if (idle && is_listed(ledger, i))
            list[made++] = idle_row(ledger, i);
    }
    *rows = list;
    *count = made;
    return code;
}

int ledger_write_rows(const struct ledger *ledger, uint64_t *lines, struct err *err)
{
    enum lang lang = ledger->lang;
    const char *const states[] = {TR(lang, "not begun", "未启动"),
                                  TR(lang, "under way", "推进中"), TR(lang, "done", "已完成"),
                                  NULL};
    const struct table_column columns[] = {
        {.title = TR(lang, "No.", "序号"), .kind = TABLE_COUNT},
        {.title = TR(lang, "Task", "任务"), .kind = TABLE_TEXT, .widest = 38},
        {.title = TR(lang, "Lead", "牵头"), .kind = TABLE_TEXT, .widest = 16},
        {.title = TR(lang, "Responsible units", "责任单位"), .kind = TABLE_TEXT, .widest = 26},
        {.title = TR(lang, "Responsible person", "责任人"), .kind = TABLE_TEXT, .widest = 14},
        {.title = TR(lang, "Due", "完成时限"), .kind = TABLE_DAY, .widest = 16},
        {.title = TR(lang, "Progress", "进展"),
         .kind = TABLE_TEXT,
         .choices = states,
         .open = true,
         .widest = 24},
        {.title = TR(lang, "Light", "亮灯"),
         .kind = TABLE_LIGHT,
         .choices = light_choices(ledger),
         .widest = 12}};
    const struct ledger_row *rows;
    uint32_t count;
    int code = ledger_rows(ledger, &rows, &count, err);
    if (code == 0)
        code = ledger_sheet(ledger, TR(lang, "Ledger", "台账"),
                            TR(lang, ": ledger", "工作台账"), columns, 8, 2, err);
    for (uint32_t i = 0; i < count && code == 0; i++) {
        const struct ledger_row *row = &rows[i];
        code = table_out_row(
            ledger->out,
            (struct table_cell[]){
                {.number = i + 1},
                {.text = row->task},
                {.text = row->lead},
                {.text = row->units},
                {.text = row->person},
                {.text = row->when, .number = row->due == DAY_NONE ? TABLE_EMPTY : row->due},
                {.text = row->progress},
                {.text = row->light}},
            err);
    }
    *lines = count;
    if (code == 0)
        code = table_out_note(
            ledger->out,
            TR(lang,
               "● on plan  ▲ due within three days, or behind  ■ overdue  ✓ done. Progress: "
               "done/asked; excused with a reason, by leave; missing: not done.",
               "● 正常　▲ 临期（三天以内）或未补办　■ 逾期　✓ 办结。进展：完成数/应办数；"
               "免：经批准免办；缺：尚未完成。"),
            err);
    return code;
}
