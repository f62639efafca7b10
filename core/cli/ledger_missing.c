#include "cli/ledger_parts.h"

#include <stdlib.h>

/* The list as it is written. */
struct list {
    const struct ledger *ledger;
    uint32_t *units;  /* room for those of one duty */
    uint32_t room;    /* how many may be in it */
    const char *task; /* the name of that duty */
    uint64_t lines, cut;
};

/* What a unit lacks, by its own due. */
static const char *state_text(const struct board_own *own, bool excused, enum lang lang)
{
    if (excused)
        return TR(lang, "✓ excused", "✓ 免");
    switch (own->light) {
    case LIGHT_LATE:
    case LIGHT_BEHIND:
    case LIGHT_NEAR: return status_light(own->light, lang);
    default: return TR(lang, "● to do", "● 待办");
    }
}

static int write_unit(struct list *list, uint32_t duty, uint32_t unit, bool excused,
                      struct err *err)
{
    const struct ledger *ledger = list->ledger;
    enum lang lang = ledger->lang;
    const struct roster *roster = ledger->status.holding->roster;
    uint32_t above = roster_parent(roster, unit);
    struct board_grant excuse = {0};
    struct board_own own = {0};
    char pieces[48];
    int code = board_own(ledger->status.board, duty, unit, &own, err);
    if (code == 0 && excused)
        code = board_grant(ledger->status.board, duty, unit, FACT_EXCUSED, ledger->status.arena,
                           &excuse, err);
    if (code < 0)
        return code;
    int32_t due = own.part ? own.part->duty.official : DAY_NONE;
    bool away = board_away(ledger->status.board, duty, unit);
    const struct life_fact *leave = status_leave(&ledger->status, duty, unit);
    const char *reason = away ? TR(lang, "on leave", "请假") : excuse.reason;
    if (leave && leave->note)
        reason = arena_printf(ledger->status.arena, TR(lang, "on leave: %s", "请假：%s"),
                              leave->note);
    snprintf(pieces, sizeof pieces, "%lld/%u", (long long)own.count.done, own.need);
    const struct table_cell cells[] = {
        {.number = (int64_t)++list->lines},
        {.text = list->task},
        {.text = roster_name(roster, unit)},
        {.text = above == UNIT_NONE ? NULL : roster_name(roster, above)},
        {.text = state_text(&own, excused, lang)},
        {.text = own.need > 1 ? pieces : NULL},
        {.number = due == DAY_NONE || due == DAY_OPEN ? TABLE_EMPTY : due},
        {.text = excused ? reason : NULL},
        {.text = away ? NULL : excuse.approver}};
    return table_out_row(ledger->out, cells, err);
}

static int write_some(struct list *list, uint32_t duty, bool excused, struct err *err)
{
    const struct ledger *ledger = list->ledger;
    uint32_t count =
        status_units(&ledger->status, duty, BOARD_ANY, excused ? BOARD_EXCUSED : BOARD_MISSING,
                     list->units, list->room);
    int code = 0;
    for (uint32_t i = 0; i < count && code == 0; i++) {
        if (table_out_room(ledger->out))
            code = write_unit(list, duty, list->units[i], excused, err);
        else
            list->cut++;
    }
    return code;
}

static int write_duty(struct list *list, uint32_t duty, struct err *err)
{
    const struct board_duty *about = &list->ledger->status.duties[duty];
    int code = 0;
    list->task = ledger_task(list->ledger, &about->duty);
    if (about->sum.missing)
        code = write_some(list, duty, false, err);
    if (code == 0 && about->sum.excused)
        code = write_some(list, duty, true, err);
    return code;
}

static int write_notes(const struct list *list, struct err *err)
{
    const struct ledger *ledger = list->ledger;
    enum lang lang = ledger->lang;
    const char *text = NULL;
    if (!list->lines)
        text = TR(lang, "Nobody lacks anything.", "没有未完成的单位和人员。");
    else if (list->cut)
        text = arena_printf(ledger->status.arena,
                            TR(lang, "A sheet holds no more rows: %llu are left out here.",
                               "一张表放不下，另有 %llu 行未列入。"),
                            (unsigned long long)list->cut);
    return text ? table_out_note(ledger->out, text, err) : 0;
}

static int begin(const struct ledger *ledger, struct err *err)
{
    enum lang lang = ledger->lang;
    const struct table_column columns[] = {
        {.title = TR(lang, "No.", "序号"), .kind = TABLE_COUNT},
        {.title = TR(lang, "Task", "任务"), .kind = TABLE_TEXT, .widest = 36},
        {.title = TR(lang, "Unit or person", "单位或人员"), .kind = TABLE_TEXT, .widest = 26},
        {.title = TR(lang, "Belongs to", "所属"), .kind = TABLE_TEXT, .widest = 26},
        {.title = TR(lang, "State", "情况"), .kind = TABLE_LIGHT, .widest = 12},
        {.title = TR(lang, "Done/asked", "已交/应交"), .kind = TABLE_TEXT, .widest = 12},
        {.title = TR(lang, "Due", "完成时限"), .kind = TABLE_DAY},
        {.title = TR(lang, "Reason", "免办理由"), .kind = TABLE_TEXT, .widest = 24},
        {.title = TR(lang, "Approved by", "批准人"), .kind = TABLE_TEXT, .widest = 14}};
    return ledger_sheet(ledger, TR(lang, "Not done", "未完成"),
                        TR(lang, ": who has not done what", "未完成情况"), columns, 9, 3, err);
}

int ledger_write_missing(const struct ledger *ledger, uint64_t *lines, struct err *err)
{
    struct list list = {.ledger = ledger};
    int code = begin(ledger, err);
    list.room = roster_count(ledger->status.holding->roster);
    list.units = mem_resize(NULL, (size_t)list.room + 1, sizeof *list.units);
    for (uint32_t i = 0; i < ledger->status.count && code == 0; i++)
        code = write_duty(&list, i, err);
    if (code == 0)
        code = write_notes(&list, err);
    *lines = list.lines;
    free(list.units);
    return code;
}
