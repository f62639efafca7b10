/* The duties of `planrun status`, numbered: their sums, who is missing, who is excused and why. */
#include "cli/status.h"

#include "cli/text.h"

enum { FEW = 5, NAME_COLUMNS = 36 };

struct names {
    const struct status *status;
    uint32_t *units;
    uint32_t count, all; /* at hand, and there are */
};

static struct names names_of(const struct status *status, uint32_t duty, uint32_t part,
                             enum board_whom whom)
{
    uint32_t most = status->wish->units;
    struct names names = {.status = status};
    names.units = arena_array(status->arena, (size_t)most + 1, sizeof *names.units);
    names.all = status_units(status, duty, part, whom, names.units, most);
    names.count = names.all < most ? names.all : most;
    return names;
}

/* Who stands deeper than what the page shows is told with the unit above: "内科：护士01、护士02". */
static uint32_t above_of(const struct names *names, uint32_t i)
{
    const struct status *status = names->status;
    uint32_t parent = roster_parent(status->holding->roster, names->units[i]);
    bool shown = parent == status->page.unit || names->units[i] == status->page.unit;
    return shown ? UNIT_NONE : parent;
}

static void print_above(const struct names *names, uint32_t i)
{
    FILE *out = names->status->cli->out;
    enum lang lang = names->status->cli->lang;
    const struct roster *roster = names->status->holding->roster;
    uint32_t above = above_of(names, i), before = i ? above_of(names, i - 1) : UNIT_NONE;
    bool same = i > 0 && above == before;
    if (i)
        fputs(same ? TR(lang, ", ", "、") : TR(lang, "; ", "；"), out);
    if (!same && above != UNIT_NONE)
        fprintf(out, TR(lang, "%s: ", "%s："), roster_name(roster, above));
}

static void print_more(const struct names *names)
{
    enum lang lang = names->status->cli->lang;
    if (names->all > names->count)
        fprintf(names->status->cli->out, TR(lang, " … and %u more", " 等 %u 个"),
                lang ? names->all : names->all - names->count);
    fputc('\n', names->status->cli->out);
}

static void print_missing(const struct status *status, uint32_t duty, uint32_t part,
                          const struct progress_sum *sum)
{
    FILE *out = status->cli->out;
    enum lang lang = status->cli->lang;
    if (!sum->missing || !status->wish->units)
        return;
    if (sum->missing == sum->asked && sum->missing > FEW && !status->wish->named &&
        !status->wish->behind) {
        fprintf(out, "    %s\n",
                TR(lang, "missing: all of them", "还缺：全部，还没有一个完成"));
        return;
    }
    struct names names = names_of(status, duty, part, BOARD_MISSING);
    fprintf(out, "    %s", TR(lang, "missing: ", "还缺："));
    for (uint32_t i = 0; i < names.count; i++) {
        print_above(&names, i);
        fputs(roster_name(status->holding->roster, names.units[i]), out);
    }
    print_more(&names);
}

static int print_excused(const struct status *status, uint32_t duty, uint32_t part,
                         const struct progress_sum *sum, struct err *err)
{
    FILE *out = status->cli->out;
    enum lang lang = status->cli->lang;
    int code = 0;
    if (!sum->excused || !status->wish->units)
        return 0;
    struct names names = names_of(status, duty, part, BOARD_EXCUSED);
    fprintf(out, "    %s", TR(lang, "excused: ", "免交："));
    for (uint32_t i = 0; i < names.count && code == 0; i++) {
        struct board_grant excuse;
        print_above(&names, i);
        fputs(roster_name(status->holding->roster, names.units[i]), out);
        code = board_grant(status->board, duty, names.units[i], FACT_EXCUSED, status->arena,
                           &excuse, err);
        if (code == 0)
            status_print_excuse(status, duty, names.units[i], &excuse);
    }
    print_more(&names);
    return code;
}

/* One line: the number where it is the duty's first, light, name, sums, due. */
static void print_line(const struct status *status, uint32_t duty, bool first,
                       const struct page_cell *cell, const char *due)
{
    FILE *out = status->cli->out;
    enum lang lang = status->cli->lang;
    const struct item *item = &status->holding->plan->items[status->duties[duty].duty.item];
    const struct progress_sum *sum = &cell->sum;
    char number[16] = "", late[32] = "";
    if (first)
        snprintf(number, sizeof number, "%u", duty + 1);
    if (sum->in_time < sum->met)
        snprintf(late, sizeof late, TR(lang, " (%u late)", "（逾期 %u）"),
                 sum->met - sum->in_time);
    fprintf(out, "%2s ", number);
    text_cell(out, status_light(cell->light, lang), 10);
    text_cell(out, item->name, NAME_COLUMNS);
    fprintf(out,
            TR(lang, "  asked %u = done %u%s + excused %u + missing %u  %s\n",
               "  应交 %u = 完成 %u%s + 免交 %u + 缺 %u  %s\n"),
            sum->asked, sum->met, late, sum->excused, sum->missing, due);
}

/* One due of a duty over all. */
static int print_part(const struct status *status, uint32_t duty, uint32_t part,
                      struct err *err)
{
    const struct board_part *one = &status->duties[duty].parts[part];
    struct page_cell cell = {one->sum, one->light};
    struct buf due = {0};
    status_add_due(&due, status, &one->duty);
    print_line(status, duty, part == 0, &cell, due.bytes);
    buf_free(&due);
    print_missing(status, duty, part, &one->sum);
    return print_excused(status, duty, part, &one->sum, err);
}

/* A duty of a unit: what it owes itself, else the sum of what lies below it. */
static int print_of_unit(const struct status *status, uint32_t duty, struct err *err)
{
    const struct board_duty *one = &status->duties[duty];
    const struct page_cell *total = status_total(status, duty);
    bool own = false;
    if (total->sum.asked == 1) {
        int code = status_print_own(status, duty, true, &own, err);
        if (code < 0 || own)
            return code;
    }
    struct buf due = {0};
    status_add_due(&due, status, &one->duty);
    if (one->part_count > 1)
        buf_adds(&due, TR(status->cli->lang, ", some have more time", "，其中有的已延期"));
    print_line(status, duty, true, total, due.bytes);
    buf_free(&due);
    int code = status_print_own(status, duty, false, &own, err);
    print_missing(status, duty, BOARD_ANY, &total->sum);
    return code < 0 ? code : print_excused(status, duty, BOARD_ANY, &total->sum, err);
}

static void print_total(const struct status *status, const uint32_t *lights)
{
    FILE *out = status->cli->out;
    uint32_t sum = 0;
    for (int i = 0; i < LIGHTS; i++)
        sum += lights[i];
    if (!sum) {
        fprintf(
            out, "%s\n",
            TR(status->cli->lang, "Nothing is owed on this day.", "这一天没有要办的事项。"));
        return;
    }
    static const enum light order[] = {LIGHT_ON_PLAN, LIGHT_NEAR, LIGHT_BEHIND, LIGHT_LATE,
                                       LIGHT_DONE};
    fprintf(out, TR(status->cli->lang, "\nduties %u:", "\n共 %u 项："), sum);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (order[i] != LIGHT_BEHIND || lights[LIGHT_BEHIND])
            fprintf(out, "  %s %u", status_light(order[i], status->cli->lang),
                    lights[order[i]]);
    fputc('\n', out);
}

bool status_shows(const struct status *status, uint32_t duty)
{
    const struct progress_sum *sum = &status_total(status, duty)->sum;
    return status->wish->behind ? sum->missing > 0
                                : sum->asked > 0 || status->unit == UNIT_NONE;
}

int status_print_duties(struct status *status, struct err *err)
{
    uint32_t lights[LIGHTS] = {0};
    int code = 0;
    for (uint32_t i = 0; i < status->count && code == 0; i++) {
        uint32_t parts = status->unit == UNIT_NONE ? status->duties[i].part_count : 0;
        if (!status_shows(status, i))
            continue;
        for (uint32_t part = 0; part < parts && code == 0; part++)
            code = print_part(status, i, part, err);
        if (!parts)
            code = print_of_unit(status, i, err);
        lights[status_total(status, i)->light]++;
    }
    if (code == 0)
        print_total(status, lights);
    return code;
}
