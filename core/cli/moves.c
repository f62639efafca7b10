#include "cli/moves.h"

#include "base/json.h"
#include "base/utf8.h"
#include "cli/text.h"

#include <string.h>

enum { LINE_COLUMNS = 96, IDS_INDENT = 6 };

struct moves moves_between(const struct plan *before, const struct plan *after,
                           struct arena *arena, enum lang lang)
{
    struct moves moves = {.arena = arena, .lang = lang};
    revise_compare(before, after, arena, &moves.list, &moves.count);
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

/* What the change means for a plan that runs. */
static const char *meaning(enum revise_kind kind, enum lang lang)
{
    switch (kind) {
    case REVISE_ADDED: return TR(lang, "begins with its own events", "从它自己的事件开始");
    case REVISE_REMOVED:
        return TR(lang, "nothing more comes of it; what is recorded stays",
                  "今后不再有事件，已有记录保留");
    case REVISE_EARLIER:
    case REVISE_LATER:
        return TR(lang, "reminds anew; what is met stays met",
                  "按新期限重新提醒，已完成的不变");
    case REVISE_TIMED:
        return TR(lang, "goes by the new time; what has come does not come again",
                  "今后按新时间执行，已发生的不再发生");
    case REVISE_MORE:
        return TR(lang, "who was complete stays complete", "原来已完成的仍算完成");
    case REVISE_FEWER:
        return TR(lang, "who has handed in as many is complete", "已交够新数量的算完成");
    case REVISE_PEOPLE:
        return TR(lang, "who is new is asked from now on, who is out no longer",
                  "新增的对象今后要办，去掉的今后不再催");
    case REVISE_REMIND: return TR(lang, "reminds by the new rule", "今后按新规则提醒");
    case REVISE_REWORDED: return TR(lang, "the new words hold from now on", "今后以新文字为准");
    }
    return "";
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
    fprintf(out, TR(moves->lang, "; %s\n", "；%s\n"), meaning(move->kind, moves->lang));
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
static bool is_told(const struct moves *moves, size_t at, const char *text)
{
    for (size_t i = at; i-- > 0 && strcmp(moves->list[i].id, moves->list[at].id) == 0;)
        if (meaning(moves->list[i].kind, moves->lang) == text)
            return true;
    return false;
}

void moves_print_meanings(const struct moves *moves, FILE *out)
{
    const char *last = NULL;
    for (int kind = REVISE_ADDED; kind <= REVISE_REWORDED; kind++) {
        const char *text = meaning((enum revise_kind)kind, moves->lang);
        size_t column = 0;
        for (size_t i = 0; i < moves->count && text != last; i++) {
            if (meaning(moves->list[i].kind, moves->lang) != text || is_told(moves, i, text))
                continue;
            if (column == 0)
                fprintf(out, "  %s\n", text);
            print_id(moves, moves->list[i].id, &column, out);
        }
        if (column)
            fputc('\n', out);
        last = text;
    }
}

void moves_print_json(const struct moves *moves, const char *kind, FILE *out)
{
    for (size_t i = 0; i < moves->count; i++) {
        const struct revise_move *move = &moves->list[i];
        struct value *map = value_map(moves->arena);
        struct buf line = {0};
        if (kind)
            value_set_string(moves->arena, map, "kind", kind);
        value_set_string(moves->arena, map, "change", revise_name(move->kind));
        value_set_string(moves->arena, map, "item", move->id);
        value_set_string(moves->arena, map, "name", move->name);
        value_set_string(moves->arena, map, "then", meaning(move->kind, moves->lang));
        json_write(&line, map);
        fprintf(out, "%s\n", line.bytes);
        buf_free(&line);
    }
}
