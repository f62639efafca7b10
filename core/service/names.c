#include "service/names.h"

#include "base/arena.h"
#include "base/finding.h"

#include <string.h>

enum { NEAR_MOST = 20000 }; /* more words than that are not searched for a near one */

static const char *nearest_item(const struct plan *plan, const char *text, struct arena *arena)
{
    const char **words = arena_array(arena, 2 * (size_t)plan->item_count + 1, sizeof *words);
    for (uint32_t i = 0; i < plan->item_count; i++) {
        words[i] = plan->items[i].id;
        words[plan->item_count + i] = plan->items[i].name;
    }
    return nearest_word(text, words, 2 * (size_t)plan->item_count);
}

static int unknown_item(const struct plan *plan, const char *text, enum lang lang,
                        struct err *err)
{
    struct arena *arena = arena_new();
    const char *near = nearest_item(plan, text, arena);
    int code = near ? err_set(err, ERR_NOT_FOUND,
                              TR(lang, "the plan has no item “%s”; did you mean “%s”?",
                                 "方案里没有事项“%s”，是不是“%s”？"),
                              text, near)
                    : err_set(err, ERR_NOT_FOUND,
                              TR(lang, "the plan has no item “%s”; “planrun show” lists them",
                                 "方案里没有事项“%s”；全部事项见 planrun show，名称要写全"),
                              text);
    arena_free(arena);
    return code;
}

static int shared_item(const char *text, const char *one, const char *other, enum lang lang,
                       struct err *err)
{
    return err_set(err, ERR_NOT_FOUND,
                   TR(lang, "several items are named “%s”; say the id, such as “%s” or “%s”",
                      "不止一个事项叫“%s”；请写编号，如“%s”或“%s”"),
                   text, one, other);
}

int names_item(const struct plan *plan, const char *text, enum lang lang, uint32_t *item,
               struct err *err)
{
    *item = plan_find(plan, text);
    if (*item != ITEM_NONE)
        return 0;
    for (uint32_t i = 0; i < plan->item_count; i++) {
        if (strcmp(plan->items[i].name, text) != 0)
            continue;
        if (*item != ITEM_NONE)
            return shared_item(text, plan->items[*item].id, plan->items[i].id, lang, err);
        *item = i;
    }
    return *item == ITEM_NONE ? unknown_item(plan, text, lang, err) : 0;
}

static const char *nearest_unit(const struct roster *roster, const char *text,
                                struct arena *arena)
{
    size_t count = roster_count(roster), filled = 0;
    if (count > NEAR_MOST / 2)
        return NULL;
    const char **words = arena_array(arena, 2 * count + 1, sizeof *words);
    for (uint32_t row = 0; row < count; row++)
        words[filled++] = roster_name(roster, row);
    for (uint32_t row = 0; row < count; row++)
        words[filled++] = roster_id(roster, row);
    return nearest_word(text, words, filled);
}

static int unknown_unit(const struct roster *roster, const char *text, enum lang lang,
                        struct err *err)
{
    struct arena *arena = arena_new();
    const char *near = nearest_unit(roster, text, arena);
    int code =
        near ? err_set(err, ERR_NOT_FOUND,
                       TR(lang, "the roster has no unit “%s”; did you mean “%s”?",
                          "名册里没有“%s”，是不是“%s”？"),
                       text, near)
             : err_set(err, ERR_NOT_FOUND,
                       TR(lang, "the roster has no unit “%s”; say one id or one whole name",
                          "名册里没有“%s”；一次写一个单位，写名册里的编号或全名"),
                       text);
    arena_free(arena);
    return code;
}

int names_unit(const struct roster *roster, const char *text, enum lang lang, uint32_t *row,
               struct err *err)
{
    *row = roster_find(roster, text, strlen(text));
    if (*row != UNIT_NONE)
        return 0;
    for (uint32_t i = 0; i < roster_count(roster); i++) {
        if (strcmp(roster_name(roster, i), text) != 0)
            continue;
        if (*row != UNIT_NONE)
            return err_set(err, ERR_NOT_FOUND,
                           TR(lang,
                              "several units are named “%s”; say the id, such as “%s” or “%s”",
                              "不止一个单位叫“%s”；请写编号，如“%s”或“%s”"),
                           text, roster_id(roster, *row), roster_id(roster, i));
        *row = i;
    }
    return *row == UNIT_NONE ? unknown_unit(roster, text, lang, err) : 0;
}
