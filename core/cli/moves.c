#include "cli/moves.h"

#include "base/utf8.h"
#include "cli/text.h"

#include <string.h>

enum { LINE_COLUMNS = 96, IDS_INDENT = 6 };

/* True when it is told already that the plan has other words. */
static bool is_reworded(const struct moves *moves)
{
    for (size_t i = 0; i < moves->count; i++)
        if (*moves->list[i].id == '\0' && moves->list[i].kind == REVISE_REWORDED)
            return true;
    return false;
}

/* Puts the move of the handlers before those of the items. */
static void add_handlers(struct moves *moves, const struct plan *after)
{
    struct revise_move *list = arena_array(moves->arena, moves->count + 1, sizeof *list);
    size_t own = 0;
    while (own < moves->count && *moves->list[own].id == '\0')
        own++;
    if (moves->count) {
        memcpy(list, moves->list, own * sizeof *list);
        memcpy(list + own + 1, moves->list + own, (moves->count - own) * sizeof *list);
    }
    list[own] = (struct revise_move){.kind = REVISE_REWORDED, .id = "", .name = after->name};
    moves->list = list;
    moves->count++;
}

struct moves moves_between(const struct difference_side *before,
                           const struct difference_side *after, struct arena *arena,
                           enum lang lang)
{
    struct moves moves = {.arena = arena, .lang = lang};
    revise_compare(before->plan, after->plan, arena, &moves.list, &moves.count);
    if (!is_reworded(&moves) && difference_of_handlers(before, after, arena))
        add_handlers(&moves, after->plan);
    return moves;
}

static const char *kind_text(enum revise_kind kind, enum lang lang)
{
    switch (kind) {
    case REVISE_ADDED: return TR(lang, "added", "新增");
    case REVISE_REMOVED: return TR(lang, "removed", "取消");
    case REVISE_EARLIER: return TR(lang, "due earlier", "期限提前");
    case REVISE_LATER: return TR(lang, "due later", "期限推后");
    case REVISE_TIMED: return TR(lang, "timed anew", "时间改动");
    case REVISE_MORE: return TR(lang, "more is asked", "数量增加");
    case REVISE_FEWER: return TR(lang, "less is asked", "数量减少");
    case REVISE_PEOPLE: return TR(lang, "other units", "对象改动");
    case REVISE_REMIND: return TR(lang, "reminded otherwise", "提醒改动");
    case REVISE_REWORDED: return TR(lang, "reworded", "文字改动");
    }
    return "";
}

/* What changes mean for a plan that runs, in the order in which they are told. */
enum meaning {
    BEGINS,
    ENDS,
    NEW_DUE,
    NEW_TIME,
    MORE,
    FEWER,
    OTHER_UNITS,
    OTHER_ROLES,
    OTHER_REMINDERS,
    OTHER_WORDS,
    MEANINGS
};

static bool same_role(const struct revise_move *move, enum role role)
{
    return revise_same(value_get(move->before->who[role], "terms"),
                       value_get(move->after->who[role], "terms"));
}

static enum meaning meaning_of(const struct revise_move *move)
{
    switch (move->kind) {
    case REVISE_ADDED: return BEGINS;
    case REVISE_REMOVED: return ENDS;
    case REVISE_EARLIER:
    case REVISE_LATER: return NEW_DUE;
    case REVISE_TIMED: return NEW_TIME;
    case REVISE_MORE: return MORE;
    case REVISE_FEWER: return FEWER;
    case REVISE_PEOPLE:
        return move->before && same_role(move, ROLE_EACH) && same_role(move, ROLE_BY)
                   ? OTHER_ROLES
                   : OTHER_UNITS;
    case REVISE_REMIND: return OTHER_REMINDERS;
    case REVISE_REWORDED: return OTHER_WORDS;
    }
    return OTHER_WORDS;
}

static const char *meaning_text(enum meaning meaning, enum lang lang)
{
    static const char *const texts[MEANINGS][2] = {
        [BEGINS] = {"begins with its own events", "从它自己的事件开始"},
        [ENDS] = {"nothing more comes of it; what is recorded stays",
                  "今后不再有事件，已有记录保留"},
        [NEW_DUE] = {"reminds anew; what is met stays met", "按新期限重新提醒，已完成的不变"},
        [NEW_TIME] = {"goes by the new time; what has come does not come again",
                      "今后按新时间执行，已发生的不再发生"},
        [MORE] = {"who was complete stays complete", "原来已完成的仍算完成"},
        [FEWER] = {"who has handed in as many is complete", "已交够新数量的算完成"},
        [OTHER_UNITS] = {"who is new is asked from now on, who is out no longer",
                         "新增的对象今后要办，去掉的今后不再催"},
        [OTHER_ROLES] = {"the same units do it; others lead, help or receive",
                         "办理对象不变，牵头、配合、参加或报送按新的"},
        [OTHER_REMINDERS] = {"reminds by the new rule", "今后按新规则提醒"},
        [OTHER_WORDS] = {"the new words hold from now on", "今后以新文字为准"},
    };
    return TR(lang, texts[meaning][0], texts[meaning][1]);
}

/* ---- a line a move -------------------------------------------------------------------------- */

static void add_change(struct buf *out, const struct revise_move *move, struct arena *arena,
                       enum lang lang)
{
    char before[TEXT_SPAN], after[TEXT_SPAN];
    if (!move->before || !move->after)
        return;
    switch (move->kind) {
    case REVISE_EARLIER:
    case REVISE_LATER:
    case REVISE_TIMED: {
        const char *old = text_time(arena, move->before, lang);
        const char *new = text_time(arena, move->after, lang);
        if (strcmp(old, new) != 0)
            buf_printf(out, "%s → %s", *old ? old : "–", *new ? new : "–");
        return;
    }
    case REVISE_MORE:
    case REVISE_FEWER:
        buf_printf(out, "%s → %s", text_amount(before, &move->before->count, lang),
                   text_amount(after, &move->after->count, lang));
        return;
    case REVISE_REWORDED:
        if (strcmp(move->before->name, move->after->name) != 0)
            buf_printf(out, "%s → %s", move->before->name, move->after->name);
        return;
    default: return;
    }
}

static void print_move(const struct moves *moves, const struct revise_move *move, FILE *out)
{
    struct buf change = {0};
    add_change(&change, move, moves->arena, moves->lang);
    fputs("  ", out);
    text_pad(out, kind_text(move->kind, moves->lang), moves->lang == LANG_ZH ? 10 : 20);
    fprintf(out, "%s%s%s%s", move->name, *move->id ? " (" : "", move->id, *move->id ? ")" : "");
    if (change.length)
        fprintf(out, "  %s", change.bytes);
    fprintf(out, TR(moves->lang, "; %s\n", "；%s\n"),
            meaning_text(meaning_of(move), moves->lang));
    buf_free(&change);
}

void moves_print(const struct moves *moves, FILE *out)
{
    for (size_t i = 0; i < moves->count; i++)
        print_move(moves, &moves->list[i], out);
}

/* ---- by what they mean ------------------------------------------------------------------------ */

static void print_id(const struct moves *moves, const char *id, size_t *column, FILE *out)
{
    const char *name = *id ? id : TR(moves->lang, "the plan", "方案本身");
    size_t width = utf8_width(name, strlen(name));
    if (*column == 0)
        *column = (size_t)fprintf(out, "%*s", IDS_INDENT, "");
    else if (*column + 2 + width > LINE_COLUMNS)
        *column = (size_t)fprintf(out, ",\n%*s", IDS_INDENT, "") - 2;
    else
        *column += (size_t)fprintf(out, ", ");
    fputs(name, out);
    *column += width;
}

/* True when an earlier move already means the same for the same item. */
static bool is_told(const struct moves *moves, size_t at)
{
    for (size_t i = at; i-- > 0 && strcmp(moves->list[i].id, moves->list[at].id) == 0;)
        if (meaning_of(&moves->list[i]) == meaning_of(&moves->list[at]))
            return true;
    return false;
}

void moves_print_meanings(const struct moves *moves, FILE *out)
{
    for (enum meaning meaning = 0; meaning < MEANINGS; meaning++) {
        size_t column = 0;
        for (size_t i = 0; i < moves->count; i++) {
            if (meaning_of(&moves->list[i]) != meaning || is_told(moves, i))
                continue;
            if (column == 0)
                fprintf(out, "  %s\n", meaning_text(meaning, moves->lang));
            print_id(moves, moves->list[i].id, &column, out);
        }
        if (column)
            fputc('\n', out);
    }
}

void moves_print_json(const struct moves *moves, const char *kind, FILE *out)
{
    for (size_t i = 0; i < moves->count; i++) {
        const struct revise_move *move = &moves->list[i];
        struct value *map = value_map(moves->arena);
        if (kind)
            value_set_string(moves->arena, map, "kind", kind);
        value_set_string(moves->arena, map, "change", revise_name(move->kind));
        value_set_string(moves->arena, map, "item", move->id);
        value_set_string(moves->arena, map, "name", move->name);
        value_set_string(moves->arena, map, "then",
                         meaning_text(meaning_of(move), moves->lang));
        text_json(out, map);
    }
}
