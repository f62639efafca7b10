/*
 * Several plans in one service's store, with what the tests of turn and loop need of them: scripts in a folder,
 * holdings that share a store, a journal for each.
 */
#ifndef TESTS_MANY_KIT_H
#define TESTS_MANY_KIT_H

#include "loop_kit.h"

#include "service/holding_shared.h"

enum { MANY_MOST = 16 };

/* All of it; `context` of the loop's callbacks. */
struct many {
    struct site *site;
    struct holding_shared shared;
    struct holding holdings[MANY_MOST];
    size_t count;
    struct {
        char id[64];
        struct buf text;
    } journals[MANY_MOST];
    size_t journal_count;
    struct buf troubles; /* "ID: message" a line */
    struct box box;
};

static inline struct buf *journal_of(struct many *many, const char *id)
{
    for (size_t i = 0; i < many->journal_count; i++)
        if (strcmp(many->journals[i].id, id) == 0)
            return &many->journals[i].text;
    assert_true(many->journal_count < MANY_MOST);
    snprintf(many->journals[many->journal_count].id, sizeof many->journals[0].id, "%s", id);
    return &many->journals[many->journal_count++].text;
}

static inline void note_one(void *context, const struct holding *holding,
                            const struct store_firing *firing)
{
    struct many *many = context;
    struct journal one = {.text = *journal_of(many, holding->id)};
    note_fired(&one, holding, firing);
    *journal_of(many, holding->id) = one.text;
}

static inline void note_failure(void *context, const struct holding *holding,
                                const struct err *err)
{
    struct many *many = context;
    buf_printf(&many->troubles, "%s: %s\n", holding ? holding->id : "all", err->message);
}

static inline struct loop_options many_options(struct many *many)
{
    return (struct loop_options){.clock = clock_real(),
                                 .channel = &many->box.channel,
                                 .lang = LANG_ZH,
                                 .fired = note_one,
                                 .trouble = note_failure,
                                 .context = many};
}

static inline void many_share(struct many *many)
{
    int code = holding_share(NULL, "planrun test", LANG_ZH, &many->shared, &many->site->err);
    if (code < 0)
        print_error("%s\n", many->site->err.message);
    assert_int_equal(code, 0);
}

static inline int many_try(struct many *many, const char *path, bool fast, struct holding *out)
{
    struct holding_options options = {.mode = HOLDING_RUN,
                                      .script = path,
                                      .lang = LANG_ZH,
                                      .shared = &many->shared,
                                      .fast = fast};
    int code = holding_open(&options, out, &many->site->err);
    if (code < 0)
        holding_close(out);
    return code;
}

static inline struct holding *many_open(struct many *many, const char *path, bool fast)
{
    struct holding *holding = &many->holdings[many->count++];
    int code = many_try(many, path, fast, holding);
    if (code < 0)
        print_error("%s: %s\n", path, many->site->err.message);
    assert_int_equal(code, 0);
    return holding;
}

/* `keep` = what was noted, for the next process. */
static inline void many_close(struct many *many, bool keep)
{
    for (size_t i = 0; i < many->count; i++)
        holding_close(&many->holdings[i]);
    many->count = 0;
    holding_unshare(&many->shared);
    if (keep)
        return;
    for (size_t i = 0; i < many->journal_count; i++)
        buf_free(&many->journals[i].text);
    many->journal_count = 0;
    buf_free(&many->troubles);
    buf_free(&many->box.text);
    many->troubles = many->box.text = (struct buf){0};
}

/* The path of a script in the site, which is the arena's. */
static inline const char *many_script(struct site *site, const char *id, const char *text)
{
    const char *name = arena_printf(site->arena, "%s.lua", id);
    write_file(site, name, text);
    return arena_printf(site->arena, "%s/%s", site->folder, name);
}

#endif
