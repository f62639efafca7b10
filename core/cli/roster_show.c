/* Who there is: the tree and the groups with their numbers, who is on leave, what has changed. A number is
 * a sum over a column of progress: who belongs to the roster that day, one or so many heads each. */
#include "cli/roster.h"

#include "base/utf8.h"
#include "cli/text.h"
#include "plan/grouping.h"
#include "plan/roster_life.h"
#include "service/life.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

enum {
    KINDS_MOST = 12,  /* told apart */
    LINES_MOST = 100, /* of a tree that fits */
    NAMED_MOST = 20,  /* of those on leave, of changes */
    NAME_COLUMNS = 40,
    CLASSES_MOST = 16,
};

/* A kind of units and how many there are where. */
struct sort {
    const char *kind;
    struct progress *column;
    struct rollup *rollup;
};

struct view {
    struct cli *cli;
    const struct roster_wish *wish;
    const struct holding *holding;
    const struct roster *roster;
    struct arena *arena;
    int32_t day;
    struct sort counted[KINDS_MOST];
    int kinds;
    int person; /* of counted, -1 = the plan lists nobody */
    uint32_t depth;
};

/* ---- counting ----------------------------------------------------------------------------- */

/* Who of a kind belongs to the roster on the day. */
static int count_kind(struct view *view, const char *kind, struct err *err)
{
    static const struct amount one = {.min = 1, .max = -1, .stated = true};
    struct value *who = value_map(view->arena), *terms = value_list(view->arena);
    struct value *term = value_map(view->arena);
    struct selector *selector = NULL;
    value_set_string(view->arena, term, "id", kind);
    value_append(view->arena, terms, term);
    value_set(view->arena, who, "terms", terms);
    int code = selector_compile(view->roster, who, &selector, err);
    if (code < 0)
        return code;
    struct sort *counted = &view->counted[view->kinds];
    counted->kind = kind;
    counted->column =
        progress_new(view->roster, selector, &one, view->day, DAY_NONE, view->day);
    counted->rollup = rollup_new(view->roster, counted->column);
    if (strcmp(kind, ROSTER_PERSON) == 0)
        view->person = view->kinds;
    view->kinds++;
    selector_free(selector);
    return 0;
}

static bool is_known(const struct view *view, const char *kind)
{
    for (int i = 0; i < view->kinds; i++)
        if (strcmp(view->counted[i].kind, kind) == 0)
            return true;
    return !*kind;
}

/* The kinds of units in the order of the tree; "person" may have none and yet be asked by heads. */
static int count_all(struct view *view, struct err *err)
{
    const char *last = "";
    int code = 0;
    bool heads = false;
    for (uint32_t unit = 0; unit < roster_count(view->roster) && code == 0; unit++) {
        const char *kind = roster_kind(view->roster, unit);
        heads = heads || roster_by_heads(view->roster, unit);
        if (kind == last || view->kinds == KINDS_MOST || is_known(view, kind) ||
            roster_is_group(view->roster, unit))
            continue;
        code = count_kind(view, last = kind, err);
    }
    if (code == 0 && heads && view->person < 0 && view->kinds < KINDS_MOST)
        code = count_kind(view, ROSTER_PERSON, err);
    return code;
}

static void free_counts(struct view *view)
{
    for (int i = 0; i < view->kinds; i++) {
        rollup_free(view->counted[i].rollup);
        progress_free(view->counted[i].column);
    }
}

/* What a kind is called: the class's name, else its id. */
static const char *kind_name(const struct view *view, const char *kind)
{
    const struct value *units = value_get(view->holding->plan->sealed, "units");
    for (uint32_t i = 0; units && i < units->count; i++) {
        const char *id = value_get_string(units->items[i], "id");
        const char *name = value_get_string(units->items[i], "name");
        if (id && name && strcmp(id, kind) == 0)
            return name;
    }
    return strcmp(kind, ROSTER_PERSON) == 0 ? TR(view->cli->lang, "persons", "人员") : kind;
}

/* What lies in a unit, of a kind; a unit that is asked by its heads has those in it. */
static struct progress_sum sum_of(const struct view *view, int kind, uint32_t unit)
{
    struct progress_sum sum = {0};
    rollup_add(view->counted[kind].rollup, unit, roster_subtree_end(view->roster, unit), &sum);
    bool itself = strcmp(view->counted[kind].kind, roster_kind(view->roster, unit)) == 0;
    sum.asked -= itself && sum.asked;
    return sum;
}

static bool is_shown(const struct view *view, uint32_t unit)
{
    return strcmp(roster_kind(view->roster, unit), ROSTER_PERSON) != 0 &&
           !roster_is_group(view->roster, unit) && roster_active(view->roster, unit, view->day);
}

/* ---- lines -------------------------------------------------------------------------------- */

static void add_sum(struct buf *out, const struct view *view, const char *name,
                    const struct progress_sum *sum)
{
    if (sum->asked == 0)
        return;
    buf_printf(out, "%s%s %u", out->length ? TR(view->cli->lang, ", ", "，") : "", name,
               sum->asked);
    if (sum->away)
        buf_printf(out, TR(view->cli->lang, " (%u on leave)", "（请假 %u）"), sum->away);
}

static void print_line(const struct view *view, uint32_t indent, const char *name,
                       const struct buf *sums)
{
    fprintf(view->cli->out, "%*s", (int)(2 * indent), "");
    text_pad(view->cli->out, name, NAME_COLUMNS > 2 * indent ? NAME_COLUMNS - 2 * indent : 1);
    fprintf(view->cli->out, " %s\n", sums->length ? sums->bytes : "");
}

static void add_json_sums(const struct view *view, struct value *map, uint32_t unit)
{
    struct value *counts = value_map(view->arena);
    uint32_t away = 0;
    for (int i = 0; i < view->kinds; i++) {
        struct progress_sum sum = sum_of(view, i, unit);
        if (sum.asked)
            value_set_int(view->arena, counts, view->counted[i].kind, sum.asked);
        away += sum.away;
    }
    value_set(view->arena, map, "counts", counts);
    if (away)
        value_set_int(view->arena, map, "on_leave", away);
}

static void print_unit_json(const struct view *view, uint32_t unit)
{
    struct value *map = value_map(view->arena);
    uint32_t parent = roster_parent(view->roster, unit);
    value_set_string(view->arena, map, "unit", roster_id(view->roster, unit));
    value_set_string(view->arena, map, "name", roster_name(view->roster, unit));
    if (*roster_kind(view->roster, unit))
        value_set_string(view->arena, map, "kind", roster_kind(view->roster, unit));
    if (parent != UNIT_NONE)
        value_set_string(view->arena, map, "parent", roster_id(view->roster, parent));
    if (roster_staff(view->roster, unit) >= 0)
        value_set_int(view->arena, map, "staff", roster_staff(view->roster, unit));
    add_json_sums(view, map, unit);
    text_json(view->cli->out, map);
}

static void print_unit(const struct view *view, uint32_t unit, uint32_t level)
{
    struct buf sums = {0};
    if (view->wish->json) {
        print_unit_json(view, unit);
        return;
    }
    for (int i = 0; i < view->kinds; i++) {
        struct progress_sum sum = sum_of(view, i, unit);
        add_sum(&sums, view, kind_name(view, view->counted[i].kind), &sum);
    }
    if (roster_by_heads(view->roster, unit))
        buf_adds(&sums, TR(view->cli->lang, " (by heads)", "（按人数）"));
    print_line(view, level, roster_name(view->roster, unit), &sums);
    buf_free(&sums);
}

/* One who is listed by name, of a unit that was asked for. */
static void print_person(const struct view *view, uint32_t unit, uint32_t level)
{
    struct buf text = {0};
    char day[TEXT_DAY];
    int32_t from, until;
    enum lang lang = view->cli->lang;
    if (view->wish->json) {
        print_unit_json(view, unit);
        return;
    }
    buf_printf(&text, "%s", roster_id(view->roster, unit));
    roster_membership(view->roster, unit, &from, &until);
    if (from != DAY_NONE)
        buf_printf(&text, TR(lang, ", since %s", "，%s 起"), text_day(day, from, lang));
    if (until != DAY_OPEN)
        buf_printf(&text, TR(lang, ", until %s", "，到 %s"), text_day(day, until, lang));
    if (roster_absent(view->roster, unit, view->day, NULL, &until)) {
        buf_adds(&text, TR(lang, ", on leave", "，请假"));
        if (until != DAY_OPEN)
            buf_printf(&text, TR(lang, " until %s", "到 %s"), text_day(day, until, lang));
    }
    print_line(view, level, roster_name(view->roster, unit), &text);
    buf_free(&text);
}

/* ---- the tree ----------------------------------------------------------------------------- */

static uint32_t level_of(const struct view *view, uint32_t unit)
{
    uint32_t level = 0;
    while ((unit = roster_parent(view->roster, unit)) != UNIT_NONE)
        level++;
    return level;
}

/* As many levels as lines fit, at least the first two. */
static uint32_t fitting_depth(const struct view *view)
{
    uint32_t lines[64] = {0}, sum = 0, depth = 0;
    for (uint32_t unit = 0; unit < roster_count(view->roster); unit++)
        if (is_shown(view, unit)) {
            uint32_t level = level_of(view, unit);
            lines[level < 63 ? level : 63]++;
        }
    for (depth = 0; depth < 63; depth++) {
        sum += lines[depth];
        if (sum > LINES_MOST)
            break;
    }
    return depth < 2 ? 2 : depth;
}

static void print_tree(struct view *view, uint32_t top)
{
    uint32_t first = top == UNIT_NONE ? 0 : top;
    uint32_t end =
        top == UNIT_NONE ? roster_count(view->roster) : roster_subtree_end(view->roster, top);
    uint32_t base = top == UNIT_NONE ? 0 : level_of(view, top);
    uint32_t depth = view->wish->depth ? view->wish->depth : top == UNIT_NONE ? view->depth : 2;
    for (uint32_t unit = first; unit < end; unit++) {
        uint32_t level = level_of(view, unit) - base;
        bool near = top != UNIT_NONE && level <= 1;
        if (level >= depth) {
            unit = roster_subtree_end(view->roster, unit) - 1;
            continue;
        }
        if (is_shown(view, unit))
            print_unit(view, unit, level);
        else if (near && roster_active(view->roster, unit, view->day))
            print_person(view, unit, level);
    }
}

/* ---- groups ------------------------------------------------------------------------------- */

static void print_group(const struct view *view, const char *class, const char *id,
                        const char *name, const struct progress_sum *sum)
{
    struct buf sums = {0};
    if (view->wish->json) {
        struct value *map = value_map(view->arena);
        value_set_string(view->arena, map, "class", class);
        if (id)
            value_set_string(view->arena, map, "group", id);
        value_set_int(view->arena, map, "members", sum->asked);
        if (sum->away)
            value_set_int(view->arena, map, "on_leave", sum->away);
        text_json(view->cli->out, map);
        return;
    }
    add_sum(&sums, view, kind_name(view, view->counted[view->person].kind), sum);
    if (!sums.length)
        buf_adds(&sums, TR(view->cli->lang, "nobody", "无人"));
    print_line(view, 1, name, &sums);
    buf_free(&sums);
}

static void print_class(const struct view *view, const char *kind)
{
    struct grouping *grouping = grouping_new(view->roster, kind);
    const struct rollup *rollup = view->counted[view->person].rollup;
    uint32_t rows = roster_count(view->roster);
    struct progress_sum nowhere = {0};
    if (!grouping)
        return;
    const char *name = grouping_name(grouping);
    if (!view->wish->json)
        fprintf(view->cli->out, "\n%s\n", name ? name : kind);
    for (uint32_t i = 0; i < grouping_count(grouping); i++) {
        struct progress_sum sum = {0};
        uint32_t unit = grouping_unit(grouping, i);
        if (!roster_active(view->roster, unit, view->day))
            continue;
        grouping_add(grouping, i, rollup, 0, rows, &sum);
        print_group(view, kind, roster_id(view->roster, unit), roster_name(view->roster, unit),
                    &sum);
    }
    grouping_add_rest(grouping, rollup, 0, rows, NULL, NULL, &nowhere);
    if (nowhere.asked)
        print_group(view, kind, NULL, TR(view->cli->lang, "in none", "不在其中"), &nowhere);
    grouping_free(grouping);
}

static void print_groups(const struct view *view)
{
    const char *kinds[CLASSES_MOST];
    if (view->person < 0)
        return;
    uint32_t count = grouping_kinds(view->roster, kinds, CLASSES_MOST);
    for (uint32_t i = 0; i < count; i++)
        print_class(view, kinds[i]);
}

/* ---- leave and changes -------------------------------------------------------------------- */

static void print_away(const struct view *view)
{
    enum lang lang = view->cli->lang;
    char day[TEXT_DAY];
    uint32_t count = 0;
    int32_t until;
    if (!roster_any_absent(view->roster) || view->wish->json)
        return;
    for (uint32_t unit = 0; unit < roster_count(view->roster); unit++) {
        if (!roster_absent(view->roster, unit, view->day, NULL, &until) ||
            !roster_active(view->roster, unit, view->day))
            continue;
        if (count == 0)
            fprintf(view->cli->out, "\n%s\n", TR(lang, "On leave", "请假"));
        if (count++ < NAMED_MOST)
            fprintf(view->cli->out, TR(lang, "  %s (%s) %s%s\n", "  %s（%s）%s%s\n"),
                    roster_name(view->roster, unit), roster_id(view->roster, unit),
                    until == DAY_OPEN ? TR(lang, "open", "未定归期")
                                      : TR(lang, "until ", "到 "),
                    until == DAY_OPEN ? "" : text_day(day, until, lang));
    }
    if (count > NAMED_MOST)
        fprintf(view->cli->out, TR(lang, "  … and %u more\n", "  ……另有 %u 人\n"),
                count - NAMED_MOST);
}

static void print_change_json(const struct view *view, const struct life_fact *fact)
{
    struct value *map = value_map(view->arena);
    char day[11];
    const struct roster_change *change = &fact->change;
    value_set_string(view->arena, map, "change", life_name(change->event));
    value_set_string(view->arena, map, "unit",
                     arena_copy(view->arena, change->unit.bytes, change->unit.length));
    value_set_string(view->arena, map, "on", civil_format(change->day, day));
    if (change->until != DAY_OPEN)
        value_set_string(view->arena, map, "until", civil_format(change->until, day));
    value_set_int(view->arena, map, "fact", fact->number);
    if (fact->note)
        value_set_string(view->arena, map, "note", fact->note);
    if (fact->refused)
        value_set_string(view->arena, map, "refused", fact->why);
    text_json(view->cli->out, map);
}

static void print_change(const struct view *view, const struct life_fact *fact)
{
    struct buf line = {0};
    char day[TEXT_DAY];
    enum lang lang = view->cli->lang;
    roster_add_change(&line, &fact->change, view->roster, lang);
    if (fact->note) {
        buf_adds(&line, TR(lang, " (", "（"));
        utf8_add_plain(&line, fact->note);
        buf_adds(&line, TR(lang, ")", "）"));
    }
    fprintf(view->cli->out, "  %s  f%lld  %s", text_day(day, fact->change.day, lang),
            (long long)fact->number, line.bytes);
    if (fact->refused)
        fprintf(view->cli->out, TR(lang, " – does nothing: %s", "——不起作用：%s"), fact->why);
    fputc('\n', view->cli->out);
    buf_free(&line);
}

/* The last ones, in the order of their days. */
static void print_changes(const struct view *view)
{
    const struct life_list *life = &view->holding->life;
    size_t first = life->count > NAMED_MOST && !view->wish->json ? life->count - NAMED_MOST : 0;
    enum lang lang = view->cli->lang;
    if (life->count && !view->wish->json)
        fprintf(view->cli->out, "\n%s\n", TR(lang, "Changes", "变动"));
    if (first)
        fprintf(view->cli->out, TR(lang, "  … %zu before these\n", "  ……此前还有 %zu 处\n"),
                first);
    for (size_t i = first; i < life->count; i++)
        if (view->wish->json)
            print_change_json(view, &life->facts[i]);
        else
            print_change(view, &life->facts[i]);
}

/* ---- all ---------------------------------------------------------------------------------- */

static int print_all(struct cli *cli, const struct holding *holding,
                     const struct roster_wish *wish)
{
    struct view view = {.cli = cli,
                        .wish = wish,
                        .holding = holding,
                        .roster = holding->roster,
                        .arena = arena_new(),
                        .day = holding->day,
                        .person = -1};
    char day[TEXT_DAY];
    struct err err = {0};
    uint32_t top = UNIT_NONE;
    int code = wish->unit ? EXIT_PROBLEMS : EXIT_FINE;
    if (wish->unit && (top = hold_unit(cli, holding->roster, wish->unit)) != UNIT_NONE)
        code = EXIT_FINE;
    if (code == EXIT_FINE && count_all(&view, &err) < 0)
        code = cli_fail(cli, &err);
    if (code == EXIT_FINE) {
        if (!wish->json)
            fprintf(cli->out, TR(cli->lang, "%s: the roster on %s\n\n", "%s：%s 的名册\n\n"),
                    holding->plan->name, text_day(day, view.day, cli->lang));
        view.depth = fitting_depth(&view);
        print_tree(&view, top);
        if (top == UNIT_NONE) {
            print_groups(&view);
            print_away(&view);
            print_changes(&view);
        }
    }
    free_counts(&view);
    arena_free(view.arena);
    return code;
}

int roster_show(struct cli *cli, const struct roster_wish *wish)
{
    struct holding holding = {0};
    struct err err = {0};
    bool recorded;
    int code = hold_read(cli, wish->script, wish->fast, &holding, &recorded);
    if (code == EXIT_FINE && wish->day != DAY_NONE && holding_on(&holding, wish->day, &err) < 0)
        code = cli_fail(cli, &err);
    if (code == EXIT_FINE)
        code = print_all(cli, &holding, wish);
    holding_close(&holding);
    return code;
}
