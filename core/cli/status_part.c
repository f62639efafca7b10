/* What the printers of `planrun status` share: lights, rates, dues, whom it is about. */
#include "cli/status.h"

#include "base/utf8.h"
#include "cli/text.h"
#include "plan/grouping.h"
#include "plan/roster_life.h"
#include "time/civil.h"

#include <string.h>

const char *status_light(enum light light, enum lang lang)
{
    switch (light) {
    case LIGHT_ON_PLAN: return TR(lang, "● on plan", "● 正常");
    case LIGHT_NEAR: return TR(lang, "▲ near", "▲ 临期");
    case LIGHT_BEHIND: return TR(lang, "▲ behind", "▲ 未补办");
    case LIGHT_LATE: return TR(lang, "■ overdue", "■ 逾期");
    case LIGHT_DONE: return TR(lang, "✓ done", "✓ 办结");
    default: return TR(lang, "– nobody", "– 无人");
    }
}

const char *status_sign(enum light light)
{
    switch (light) {
    case LIGHT_ON_PLAN: return "●";
    case LIGHT_NEAR:
    case LIGHT_BEHIND: return "▲";
    case LIGHT_LATE: return "■";
    case LIGHT_DONE: return "✓";
    default: return "–";
    }
}

const char *status_percent(char buffer[STATUS_PERCENT], uint32_t part, uint32_t whole)
{
    if (!whole)
        return "–";
    uint64_t thousandths = (uint64_t)part * 1000 / whole;
    snprintf(buffer, STATUS_PERCENT, "%u.%u%%", (unsigned)(thousandths / 10),
             (unsigned)(thousandths % 10));
    return buffer;
}

void status_add_day(struct buf *out, const struct status *status, const struct duty *duty)
{
    enum lang lang = status->cli->lang;
    char day[TEXT_DAY], first[11], last[11], minute[6];
    if (duty->official == DAY_NONE)
        buf_adds(out, TR(lang, "no due", "无期限"));
    else
        buf_adds(out, text_day(day, duty->official, lang));
    if (duty->official != DAY_NONE && duty->minute != MINUTES_A_DAY)
        buf_printf(out, " %s", civil_format_minute(duty->minute, minute));
    if (duty->given)
        buf_adds(out, TR(lang, ", extended", "，经批准延期"));
    if (duty->retroactive)
        buf_adds(out, TR(lang, ", retroactive", "，追溯补办"));
    if (duty->occasion.phase != ITEM_NONE)
        buf_printf(out, TR(lang, ", phase %s", "，%s"),
                   status->holding->plan->items[duty->occasion.phase].name);
    else if (duty->occasion.period != DAY_NONE && duty->occasion.period != duty->occasion.due)
        buf_printf(out, TR(lang, ", period %s – %s", "，本期 %s～%s"),
                   civil_format(duty->occasion.period, first),
                   civil_format(duty->occasion.due, last));
}

void status_add_due(struct buf *out, const struct status *status, const struct duty *duty)
{
    if (duty->official != DAY_NONE)
        buf_adds(out, TR(status->cli->lang, "due ", "期限 "));
    status_add_day(out, status, duty);
}

const struct page_cell *status_total(const struct status *status, uint32_t duty)
{
    const struct page_section *tree = &status->page.sections[0];
    return &tree->rows[tree->count - 1].cells[duty];
}

/* Keeps those of `units` that lie within the group of the page. */
static uint32_t keep_members(const struct status *status, uint32_t *units, uint32_t count)
{
    const struct roster *roster = status->holding->roster;
    uint32_t all = roster_count(roster), kept = 0;
    struct grouping *grouping = grouping_new(roster, roster_id(roster, status->unit));
    uint64_t *within = arena_array(status->arena, all / 64 + 2, sizeof *within);
    grouping_mark(grouping, 0, 0, all, within);
    for (uint32_t i = 0; i < count; i++)
        if (within[units[i] / 64] >> units[i] % 64 & 1)
            units[kept++] = units[i];
    grouping_free(grouping);
    return kept;
}

uint32_t status_units(const struct status *status, uint32_t duty, uint32_t part,
                      enum board_whom whom, uint32_t *units, uint32_t most)
{
    const struct roster *roster = status->holding->roster;
    uint32_t all = roster_count(roster), unit = status->unit;
    if (unit == UNIT_NONE)
        return board_units(status->board, duty, part, whom, 0, all, units, most);
    if (!roster_is_group(roster, unit))
        return board_units(status->board, duty, part, whom, unit,
                           roster_subtree_end(roster, unit), units, most);
    uint32_t *found = arena_array(status->arena, (size_t)all + 1, sizeof *found);
    uint32_t count = board_units(status->board, duty, part, whom, 0, all, found, all);
    count = keep_members(status, found, count);
    memcpy(units, found, (count < most ? count : most) * sizeof *units);
    return count;
}

/* Whether a leave that began by the day excuses on it, or for good: it reaches into the last days. */
static bool excuses(const struct status *status, uint32_t duty, const struct life_fact *fact)
{
    enum { LAST_DAYS = 7 };
    const struct roster_change *change = &fact->change;
    int32_t due = status->duties[duty].duty.official;
    bool dated = due != DAY_NONE && due != DAY_OPEN;
    return change->event == ROSTER_ABSENT && !fact->refused &&
           change->day <= status->wish->day &&
           (change->until >= status->wish->day ||
            (dated && change->day <= due && change->until >= due - LAST_DAYS));
}

const struct life_fact *status_leave(const struct status *status, uint32_t duty, uint32_t unit)
{
    const struct life_list *life = &status->holding->life;
    const struct life_fact *found = NULL;
    const char *id = roster_id(status->holding->roster, unit);
    if (!board_away(status->board, duty, unit))
        return NULL;
    for (size_t i = 0; i < life->count; i++) {
        struct slice about = life->facts[i].change.unit;
        if (excuses(status, duty, &life->facts[i]) && about.length == strlen(id) &&
            memcmp(about.bytes, id, about.length) == 0)
            found = &life->facts[i];
    }
    return found;
}

/* "请假：产假，登记人 人事科" */
static void add_leave(struct buf *out, enum lang lang, const struct life_fact *leave)
{
    buf_adds(out, TR(lang, "on leave", "请假"));
    if (leave && leave->note) {
        buf_adds(out, TR(lang, ": ", "："));
        utf8_add_plain(out, leave->note);
    }
    if (leave && leave->actor) {
        buf_adds(out, TR(lang, ", recorded by ", "，登记人 "));
        utf8_add_plain(out, leave->actor);
    }
}

void status_print_excuse(const struct status *status, uint32_t duty, uint32_t unit,
                         const struct board_grant *grant)
{
    struct buf text = {0};
    if (!board_away(status->board, duty, unit)) {
        status_print_grant(status, grant);
        return;
    }
    add_leave(&text, status->cli->lang, status_leave(status, duty, unit));
    fprintf(status->cli->out, TR(status->cli->lang, " (%s)", "（%s）"), text.bytes);
    buf_free(&text);
}

void status_print_grant(const struct status *status, const struct board_grant *grant)
{
    struct buf text = {0};
    enum lang lang = status->cli->lang;
    if (grant->reason)
        utf8_add_plain(&text, grant->reason);
    if (grant->approver) {
        buf_adds(&text, grant->reason ? TR(lang, ", approved by ", "，批准人 ")
                                      : TR(lang, "approved by ", "批准人 "));
        utf8_add_plain(&text, grant->approver);
    }
    if (text.length)
        fprintf(status->cli->out, TR(lang, " (%s)", "（%s）"), text.bytes);
    buf_free(&text);
}
