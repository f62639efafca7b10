#include "cli/next_unit.h"

#include "cli/hold.h"
#include "cli/status.h"
#include "cli/text.h"
#include "cli/today.h"
#include "cli/who.h"
#include "time/civil.h"

#include <stdlib.h>

enum { NAME = 36 };

/* Something that is lacking. */
struct entry {
    uint32_t duty;               /* index */
    const struct board_own *own; /* NULL = it is about who lies below */
    struct page_cell below;
    int32_t due, open; /* DAY_NONE = none, always */
};

struct view {
    struct cli *cli;
    const struct next_wish *wish;
    const struct holding *holding;
    struct status status; /* the board and the page of the unit */
    struct who who;
    struct entry *entries;
    uint32_t count;
};

static const struct item *item_of(const struct view *view, const struct entry *entry)
{
    return &view->holding->plan->items[view->status.duties[entry->duty].duty.item];
}

/* By the due, nothing due last; what the unit itself owes before what lies below. */
static int by_due(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = (a->own == NULL) - (b->own == NULL);
    if (!order)
        order = (a->due == DAY_NONE) - (b->due == DAY_NONE);
    if (!order)
        order = (a->due > b->due) - (a->due < b->due);
    return order ? order : (a->duty > b->duty) - (a->duty < b->duty);
}

/* ---- what is lacking ---------------------------------------------------------------------- */

static bool is_due(const struct view *view, int32_t due)
{
    int32_t days = view->wish->days;
    return days < 0 || (due != DAY_NONE && due <= view->wish->day + days);
}

/* The unit's cell without what it owes itself: those below it, or the group's members. */
static struct page_cell below_of(const struct view *view, uint32_t duty)
{
    const struct page_section *tree = &view->status.page.sections[0];
    struct page_cell cell = {.sum = tree->rows[tree->count - 1].cells[duty].sum};
    for (uint32_t i = 0; i + 1 < tree->count; i++) {
        const struct page_cell *part = &tree->rows[i].cells[duty];
        if (tree->rows[i].kind == PAGE_SELF) {
            cell.sum.asked -= part->sum.asked;
            cell.sum.met -= part->sum.met;
            cell.sum.excused -= part->sum.excused;
            cell.sum.missing -= part->sum.missing;
        } else if (part->light > cell.light) {
            cell.light = part->light;
        }
    }
    return cell;
}

static void add(struct view *view, const struct entry *entry)
{
    if (is_due(view, entry->due))
        view->entries[view->count++] = *entry;
}

static int find_entries(struct view *view, struct err *err)
{
    const struct status *status = &view->status;
    view->entries =
        arena_array(status->arena, (size_t)status->count * 2 + 1, sizeof(struct entry));
    for (uint32_t i = 0; i < status->count; i++) {
        struct board_own *own = arena_alloc(status->arena, sizeof *own);
        int code = board_own(status->board, i, status->unit, own, err);
        if (code < 0)
            return code;
        const struct duty *duty = own->part ? &own->part->duty : &status->duties[i].duty;
        struct entry entry = {i, own, {{0}, LIGHT_NONE}, duty->official, duty->open};
        if (own->part && own->missing)
            add(view, &entry);
        entry = (struct entry){i, NULL, below_of(view, i), status->duties[i].duty.official,
                               status->duties[i].duty.open};
        if (entry.below.sum.missing && !status->duties[i].shared)
            add(view, &entry);
    }
    qsort(view->entries, view->count, sizeof *view->entries, by_due);
    return 0;
}

/* ---- text --------------------------------------------------------------------------------- */

/* "overdue by 3 days", "in 2 days" */
static void add_days(struct buf *out, const struct view *view, const struct entry *entry)
{
    enum lang lang = view->cli->lang;
    if (entry->due == DAY_NONE)
        return;
    int32_t left = entry->due - view->wish->day;
    if (left < 0)
        buf_printf(out, TR(lang, ", %d days ago", "，已过 %d 天"), -left);
    else if (left == 0)
        buf_adds(out, TR(lang, ", today", "，就在今天"));
    else
        buf_printf(out, TR(lang, ", in %d days", "，还有 %d 天"), left);
}

static void add_lacking(struct buf *out, const struct view *view, const struct entry *entry)
{
    enum lang lang = view->cli->lang;
    const struct item *item = item_of(view, entry);
    if (!entry->own) {
        buf_printf(out, TR(lang, "missing %u of %u", "缺 %u/%u"), entry->below.sum.missing,
                   entry->below.sum.asked);
        return;
    }
    buf_printf(out, TR(lang, "%u missing", "缺 %u"), entry->own->missing);
    text_add_measure(out, item->count.unit, lang);
    if (entry->own->count.done)
        buf_printf(out, TR(lang, ", %lld done", "，已交 %lld"),
                   (long long)entry->own->count.done);
    if (view->status.duties[entry->duty].shared)
        buf_adds(out, TR(lang, ", together with others", "，与其他单位共同完成"));
}

static enum light light_of_entry(const struct entry *entry)
{
    return entry->own ? entry->own->light : entry->below.light;
}

/* The channel by which reminders of an item go, NULL = there are none. */
static const char *channel_of(const struct view *view, const struct entry *entry)
{
    const struct plan *plan = view->holding->plan;
    uint32_t item = view->status.duties[entry->duty].duty.item;
    for (uint32_t i = 0; i < plan->reminder_count; i++) {
        const struct reminder *reminder = &plan->reminders[i];
        bool about = reminder->all && entry->due != DAY_NONE;
        for (uint32_t k = 0; k < reminder->about_count; k++)
            about = about || reminder->about[k] == item;
        if (about)
            return reminder->channel ? reminder->channel : "default";
    }
    return NULL;
}

static void print_entry(const struct view *view, const struct entry *entry)
{
    FILE *out = view->cli->out;
    enum lang lang = view->cli->lang;
    const struct item *item = item_of(view, entry);
    const struct duty *duty =
        entry->own ? &entry->own->part->duty : &view->status.duties[entry->duty].duty;
    const char *to = who_text(&view->who, item->who[ROLE_TO]);
    char day[TEXT_DAY];
    struct buf lacking = {0}, due = {0};
    add_lacking(&lacking, view, entry);
    status_add_due(&due, &view->status, duty);
    add_days(&due, view, entry);
    text_cell(out, status_light(light_of_entry(entry), lang), 10);
    text_cell(out, item->name, NAME);
    fprintf(out, TR(lang, "  %s; %s", "  %s；%s"), lacking.bytes, due.bytes);
    if (entry->open != DAY_NONE && entry->open > view->wish->day)
        fprintf(out, TR(lang, "; from %s", "；%s 起"), text_day(day, entry->open, lang));
    if (*to)
        fprintf(out, TR(lang, "; to %s", "；报 %s"), to);
    fputc('\n', out);
    buf_free(&lacking);
    buf_free(&due);
}

static void print_text(const struct view *view)
{
    FILE *out = view->cli->out;
    enum lang lang = view->cli->lang;
    char day[TEXT_DAY];
    bool below = false;
    fprintf(out, TR(lang, "%s, from %s on: %s\n", "%s  自 %s  %s\n"), view->holding->plan->name,
            text_day(day, view->wish->day, lang),
            roster_name(view->holding->roster, view->status.unit));
    for (uint32_t i = 0; i < view->count; i++) {
        if (!view->entries[i].own && !below)
            fprintf(out, "%s\n", TR(lang, "\nStill missing below", "\n下属还缺"));
        else if (i == 0)
            fputc('\n', out);
        below = !view->entries[i].own;
        print_entry(view, &view->entries[i]);
    }
    if (!view->count)
        fprintf(out, "\n%s\n", TR(lang, "Nothing is due.", "没有要办的。"));
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void set_counts(const struct view *view, struct value *map, const struct entry *entry)
{
    struct arena *arena = view->status.arena;
    if (entry->own) {
        value_set_int(arena, map, "need", entry->own->need);
        value_set_int(arena, map, "done", entry->own->count.done);
        value_set_int(arena, map, "missing", entry->own->missing);
        if (entry->own->part->duty.given)
            value_set(arena, map, "extended", value_bool(arena, true));
        return;
    }
    value_set_string(arena, map, "row", "below");
    value_set_int(arena, map, "expected", entry->below.sum.asked);
    value_set_int(arena, map, "actual", entry->below.sum.met);
    value_set_int(arena, map, "excused", entry->below.sum.excused);
    value_set_int(arena, map, "missing", entry->below.sum.missing);
}

static void set_time(const struct view *view, struct value *map, const struct entry *entry)
{
    struct arena *arena = view->status.arena;
    const struct occasion *occasion = &view->status.duties[entry->duty].duty.occasion;
    text_set_day(arena, map, "due", entry->due);
    if (entry->due != DAY_NONE)
        value_set_int(arena, map, "days", entry->due - view->wish->day);
    if (entry->open != DAY_NONE && entry->open > view->wish->day)
        text_set_day(arena, map, "opens", entry->open);
    if (occasion->phase != ITEM_NONE)
        value_set_string(arena, map, "phase", view->holding->plan->items[occasion->phase].id);
    else if (occasion->period != occasion->due)
        text_set_day(arena, map, "period", occasion->period);
}

static void print_json(const struct view *view, const struct entry *entry)
{
    struct arena *arena = view->status.arena;
    const struct item *item = item_of(view, entry);
    const char *to = who_text(&view->who, item->who[ROLE_TO]),
               *channel = channel_of(view, entry);
    struct value *map = value_map(arena);
    value_set_string(arena, map, "plan", view->holding->plan->id);
    value_set_string(arena, map, "item", item->id);
    value_set_string(arena, map, "item_name", item->name);
    value_set_string(arena, map, "unit", roster_id(view->holding->roster, view->status.unit));
    value_set_string(arena, map, "light", light_name(light_of_entry(entry)));
    set_time(view, map, entry);
    set_counts(view, map, entry);
    if (view->status.duties[entry->duty].shared)
        value_set(arena, map, "shared", value_bool(arena, true));
    if (*to)
        value_set_string(arena, map, "to", to);
    if (channel)
        value_set_string(arena, map, "channel", channel);
    text_json(view->cli->out, map);
}

/* ---- all of it ---------------------------------------------------------------------------- */

static int print_unit(struct view *view, int32_t today, bool recorded)
{
    struct status *status = &view->status;
    struct err err = {0};
    const struct next_wish *wish = view->wish;
    bool past = recorded && wish->day < today;
    struct board_wish asked = {.day = wish->day,
                               .until = wish->day + (wish->days > 0 ? wish->days : 0),
                               .item = ITEM_NONE,
                               .before_ms = past ? civil_ms(wish->day + 1, 0) : INT64_MAX};
    int code = board_new(view->holding->engine, 0, &asked, &status->board, &err);
    if (code == 0) {
        status->duties = board_duties(status->board, &status->count);
        page_make(status->board, status->unit, status->arena, &status->page);
        code = find_entries(view, &err);
    }
    if (code == 0 && !wish->json)
        print_text(view);
    for (uint32_t i = 0; code == 0 && wish->json && i < view->count; i++)
        print_json(view, &view->entries[i]);
    board_free(status->board);
    return code < 0 ? cli_fail(view->cli, &err) : EXIT_FINE;
}

int next_unit(struct cli *cli, const struct next_wish *wish)
{
    struct holding holding = {0};
    struct next_wish asked = *wish;
    struct status_wish none = {0};
    struct buf held = {0};
    bool recorded;
    struct err err = {0};
    int code = hold_read(cli, wish->script, wish->fast, &holding, &recorded);
    uint32_t unit = UNIT_NONE;
    if (code == EXIT_FINE && wish->on_day && holding_on(&holding, wish->day, &err) < 0)
        code = cli_fail(cli, &err);
    if (code == EXIT_FINE) {
        unit = hold_unit(cli, holding.roster, wish->unit);
        code = unit == UNIT_NONE ? EXIT_PROBLEMS : EXIT_FINE;
    }
    if (code == EXIT_FINE) {
        int32_t today = today_of(cli, &holding, recorded, wish->fast, &held);
        struct arena *arena = arena_new();
        struct view view = {.cli = cli, .wish = &asked, .holding = &holding};
        asked.day = wish->on_day ? wish->day : today;
        view.status = (struct status){
            .cli = cli, .holding = &holding, .wish = &none, .arena = arena, .unit = unit};
        view.who = who_new(arena, holding.plan, cli->lang);
        if (held.length)
            fprintf(cli->err, "planrun: %s\n", held.bytes);
        code = print_unit(&view, today, recorded);
        who_free(&view.who);
        arena_free(arena);
    }
    buf_free(&held);
    holding_close(&holding);
    return code;
}
