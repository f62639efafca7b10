#include "service/holding_shared.h"
#include "service/intake.h"
#include "service/request_data.h"
#include "service/request_roster.h"

#include <string.h>

enum { ANSWER_SECONDS = 10, IMPORT_SECONDS = 600 };

struct value *request_error(struct arena *arena, const struct err *err)
{
    struct value *answer = value_map(arena);
    value_set_string(arena, answer, "error", err->message);
    return answer;
}

static enum lang lang_of(const struct value *request)
{
    const char *lang = value_get_string(request, "lang");
    return lang && strncmp(lang, "zh", 2) == 0 ? LANG_ZH : LANG_EN;
}

/* Who holds the store, and why it can record nothing (NULL = it can). */
static struct value *answer_who(struct arena *arena, const char *holder, const char *problem)
{
    struct value *answer = value_map(arena);
    value_set(arena, answer, "ok", value_bool(arena, true));
    value_set_string(arena, answer, "holder", holder);
    if (problem)
        value_set_string(arena, answer, "problem", problem);
    return answer;
}

struct value *request_refused(const struct value *request, const struct value *answer,
                              struct arena *arena, const struct err *why)
{
    struct err err;
    const char *holder = answer ? value_get_string(answer, "holder") : NULL;
    if (holder)
        return answer_who(arena, holder, why->message);
    err_set(&err, why->code, TR(lang_of(request), "nothing was recorded – %s", "未登记：%s"),
            why->message);
    return request_error(arena, &err);
}

/* ---- revisions -------------------------------------------------------------------------------- */

/* A text that may hold anything but is one. */
static int read_bytes(const struct asking *asking, const struct value *from, const char *field,
                      const char **text, size_t *length)
{
    const struct value *value = value_get(from, field);
    if (!value || value->type != VALUE_STRING)
        return request_bad(asking, field);
    *text = value->string;
    if (length)
        *length = value->length;
    return 0;
}

static int read_sources(const struct asking *asking, struct store_revision *revision)
{
    const struct value *list = value_get(asking->request, "sources");
    if (!list || list->type != VALUE_LIST || list->count == 0)
        return request_bad(asking, "sources");
    struct store_source *sources = arena_array(asking->arena, list->count, sizeof *sources);
    int code = 0;
    for (uint32_t i = 0; i < list->count && code == 0; i++) {
        code = read_bytes(asking, list->items[i], "file", &sources[i].file, NULL);
        if (code == 0)
            code = read_bytes(asking, list->items[i], "sha256", &sources[i].sha256, NULL);
        if (code == 0)
            code = read_bytes(asking, list->items[i], "text", &sources[i].text,
                              &sources[i].length);
    }
    revision->sources = sources;
    revision->source_count = list->count;
    return code;
}

int request_revision(const struct value *request, int64_t now_ms, struct arena *arena,
                     struct store_revision *out, struct err *err)
{
    struct asking asking = {NULL, request, now_ms, lang_of(request), arena, err};
    *out = (struct store_revision){.taken_ms = now_ms};
    int code = read_bytes(&asking, request, "hash", &out->hash, NULL);
    if (code == 0)
        code = read_bytes(&asking, request, "text", &out->text, &out->length);
    if (code == 0)
        code = read_bytes(&asking, request, "path", &out->path, NULL);
    return code == 0 ? read_sources(&asking, out) : code;
}

static struct value *do_apply(const struct asking *asking)
{
    struct store_revision revision;
    int code = request_revision(asking->request, asking->now_ms, asking->arena, &revision,
                                asking->err);
    if (code == 0)
        code = holding_take(asking->holding, &revision, asking->err);
    if (code < 0)
        return request_error(asking->arena, asking->err);
    struct value *answer = value_map(asking->arena);
    request_set_true(asking, answer, "ok", true);
    value_set_string(asking->arena, answer, "revision", asking->holding->revision.hash);
    return answer;
}

/* ---- all of them ------------------------------------------------------------------------------ */

static struct value *do_who(const struct asking *asking)
{
    const struct holder *holder = asking->holding->holder;
    return answer_who(asking->arena, holder ? holder_line(holder) : "", NULL);
}

struct value *request_accepted(struct arena *arena, const struct trust *before)
{
    struct value *answer = value_map(arena);
    value_set(arena, answer, "ok", value_bool(arena, true));
    value_set_string(arena, answer, "doubt", trust_name(before->doubt));
    value_set_int(arena, answer, "jump_ms", before->jump_ms);
    return answer;
}

struct value *request_do(struct holding *holding, const struct value *request, int64_t now_ms,
                         struct arena *arena)
{
    struct err err = {0};
    const char *what;
    struct asking asking = {holding, request, now_ms, lang_of(request), arena, &err};
    if (request->type == VALUE_MAP && request_text(&asking, "do", &what) == 0 && what) {
        if (strcmp(what, "fact") == 0)
            return request_fact(&asking);
        if (strcmp(what, "undo") == 0)
            return request_undo(&asking);
        if (strcmp(what, "apply") == 0)
            return do_apply(&asking);
        if (strcmp(what, "import") == 0)
            return intake_do(holding, request, now_ms, arena);
        if (strcmp(what, "roster") == 0)
            return request_roster(holding, request, now_ms, arena);
        if (strcmp(what, "who") == 0)
            return do_who(&asking);
    }
    request_bad(&asking, "do");
    return request_error(arena, &err);
}

bool request_is_of_store(const struct value *request)
{
    const char *what = value_get_string(request, "do");
    return what && (strcmp(what, "who") == 0 || strcmp(what, "outbox") == 0);
}

bool request_is_repeatable(const struct value *request)
{
    const char *what = value_get_string(request, "do");
    return value_get(request, "key") || (what && strcmp(what, "apply") == 0);
}

static bool is_import_end(const struct value *request)
{
    const char *what = value_get_string(request, "do");
    const char *stage = value_get_string(request, "stage");
    return what && stage && strcmp(what, "import") == 0 && strcmp(stage, "end") == 0;
}

bool request_is_alone(const struct value *request)
{
    const char *what = value_get_string(request, "do");
    bool anew = what && (strcmp(what, "apply") == 0 || strcmp(what, "roster") == 0 ||
                         strcmp(what, "undo") == 0);
    return anew || is_import_end(request);
}

int request_seconds(const struct value *request)
{
    const char *what = value_get_string(request, "do");
    bool roster = what && strcmp(what, "roster") == 0; /* many changes, of a million units */
    return roster || is_import_end(request) ? IMPORT_SECONDS : ANSWER_SECONDS;
}

/* ---- sending ---------------------------------------------------------------------------------- */

int request_now(const struct holding *holding, bool fast, int64_t *now_ms, struct err *err)
{
    struct trust trust;
    if (fast)
        return holding_reached(holding, now_ms, err);
    int code = holding_trust(holding, &trust, err);
    if (code == 0)
        *now_ms = trust.now_ms;
    return code;
}

/* `*taken` = the lock was ours: what failed then would fail again. */
static int do_here(const struct holding_options *options, const struct value *request,
                   struct arena *arena, struct value **answer, bool *taken, struct err *err)
{
    struct holding_options run = *options;
    struct holding holding;
    int64_t now_ms = 0;
    run.mode = HOLDING_RUN;
    run.anew = false;
    int code = holding_open(&run, &holding, err);
    *taken = holding.holder != NULL;
    if (code == 0)
        code = request_now(&holding, run.fast, &now_ms, err);
    if (code == 0) {
        struct value *said = request_do(&holding, request, now_ms, arena);
        code = store_flush(holding.store, err);
        if (code == 0)
            *answer = said;
    }
    holding_close(&holding);
    return code;
}

struct value *request_of(const struct value *request, const char *plan, struct arena *arena)
{
    struct value *copy = value_map(arena);
    for (uint32_t i = 0; i < request->pairs; i++)
        if (strcmp(request->map[i].key, "plan") != 0)
            value_set(arena, copy, request->map[i].key, request->map[i].value);
    value_set_string(arena, copy, "plan", plan);
    return copy;
}

int request_send(const struct holding_options *options, const struct value *request,
                 struct arena *arena, struct value **answer, struct err *err)
{
    char folder[HOLDER_PATH_MOST];
    const char *id;
    const char *name;
    for (int tries = 1;; tries++) {
        bool taken = false;
        int code = holding_store_of(options->script, options->folder, options->fast, arena, &id,
                                    &name, folder, err);
        if (code < 0)
            return code;
        const struct value *asked = request_of(request, id, arena);
        code = holder_ask(folder, name, asked, arena, answer, err);
        if (code != ERR_NOT_FOUND)
            return code;
        code = do_here(options, asked, arena, answer, &taken, err);
        /* between asking and taking another may take */
        if (code != ERR_LIMIT || taken || tries == REQUEST_TRIES)
            return code;
    }
}
