#include "script/call.h"

#include "base/utf8.h"
#include "script/eval_state.h"
#include "script/luatext.h"

#include <stdio.h>
#include <string.h>

/* The child knows a set by its place in `sets`, so that it can only speak of those it was given. */
struct call {
    const struct call_request *request;
    uint32_t sets[CALL_UNITS_MOST]; /* the host's; the first is event.units */
    uint32_t set_count;
    uint32_t asks;
    struct call_notice *notices;
    size_t notice_count;
    struct call_finding *findings;
    size_t finding_count;
    struct call_text *texts;
    size_t text_count;
};

struct eval *call_start(const struct call_request *request, struct arena *arena,
                        struct err *err)
{
    struct call *call = arena_alloc(arena, sizeof *call);
    struct call_request *kept = arena_alloc(arena, sizeof *kept);
    *kept = *request;
    call->request = kept;
    call->set_count = 1;
    return eval_begin(&kept->eval, call, arena, err);
}

static void add_texts(const struct call_request *request, struct arena *arena,
                      struct value *payload)
{
    struct value *text = value_map(arena);
    value_set_int(arena, text, "function", request->function);
    value_set(arena, text, "messages", value_copy(arena, request->messages));
    value_set(arena, payload, "text", text);
}

void call_add_request(const struct call *call, struct arena *arena, struct value *payload)
{
    if (call->request->function) {
        add_texts(call->request, arena, payload);
        return;
    }
    struct value *handler = value_map(arena);
    value_set_string(arena, handler, "event", call->request->event);
    if (call->request->ref)
        value_set_string(arena, handler, "ref", call->request->ref);
    value_set(arena, payload, "handler", handler);
    value_set(arena, payload, "argument", value_copy(arena, call->request->argument));
}

const struct call_module *call_find_module(const struct call *call, const char *file)
{
    const struct call_request *request = call->request;
    for (size_t i = 0; i < request->module_count; i++)
        if (strcmp(request->modules[i].name, file) == 0)
            return &request->modules[i];
    return NULL;
}

/* ---- questions --------------------------------------------------------------------------------- */

/* A question of the child, checked: its set is one that it was given. */
struct ask {
    struct eval *eval;
    const struct call_host *host;
    uint32_t set; /* the host's */
    struct arena *arena;
    struct value *answer;
};

static bool read_set(const struct call *call, const struct value *value, uint32_t *set)
{
    if (!value || value->type != VALUE_INT || value->integer < 0 ||
        value->integer >= call->set_count)
        return false;
    *set = call->sets[value->integer];
    return true;
}

static void answer_count(struct ask *ask)
{
    ask->answer = value_int(ask->arena, ask->host->count(ask->host->context, ask->set));
}

static void answer_first(struct ask *ask, int64_t n)
{
    n = n < 0 ? 0 : n > EVAL_FIRST_MOST ? EVAL_FIRST_MOST : n;
    ask->answer = ask->host->first(ask->host->context, ask->set, (uint32_t)n, ask->arena);
}

/* What went wrong is the script's mistake: the child knows the line. */
static int refuse(struct ask *ask, const char *name, const char *message)
{
    struct value *payload = value_map(ask->arena);
    value_set_string(ask->arena, payload, "message", message);
    value_set_string(ask->arena, payload, "name", name);
    eval_add_frame(ask->eval, EVAL_REFUSED, payload);
    return EVAL_PENDING;
}

static int fail_set(struct ask *ask, int code, const struct err *err, const char *item,
                    const char *unit)
{
    enum lang lang = ask->eval->lang;
    char text[EVAL_TEXT_MOST];
    if (code == ERR_LIMIT)
        return refuse(ask, "units-limit", err->message);
    if (code != ERR_NOT_FOUND) {
        ask->eval->err = *err;
        return eval_end(ask->eval, code);
    }
    if (item)
        snprintf(text, sizeof text,
                 TR(lang, "behind: the plan has no item “%.64s” that is counted or done",
                    "behind：方案里没有需要完成的事项“%.64s”"),
                 item);
    else
        snprintf(text, sizeof text,
                 TR(lang, "notify: no unit “%.64s” in plan or roster",
                    "notify：方案和名册里没有单位“%.64s”"),
                 unit);
    return refuse(ask, item ? "unknown-item" : "unknown-unit", text);
}

/* A new set: a part of one by item, or one by the unit's id. */
static int answer_set(struct ask *ask, const char *item, const char *unit)
{
    struct call *call = ask->eval->call;
    struct err err = {0};
    if (call->set_count == CALL_UNITS_MOST)
        return refuse(ask, "units-limit",
                      TR(ask->eval->lang, "a handler speaks of more than 1000 sets of units",
                         "一个处理函数用到的单位集合超过 1000 个"));
    uint32_t *set = &call->sets[call->set_count];
    int code = item ? ask->host->behind(ask->host->context, ask->set, item, set, &err)
                    : ask->host->named(ask->host->context, unit, set, &err);
    if (code < 0)
        return fail_set(ask, code, &err, item, unit);
    ask->answer = value_int(ask->arena, call->set_count++);
    return EVAL_PENDING;
}

static int answer(struct ask *ask, const struct value *payload)
{
    const char *what = value_get_string(payload, "what");
    const char *item = value_get_string(payload, "item");
    const char *unit = value_get_string(payload, "unit");
    bool of_set = read_set(ask->eval->call, value_get(payload, "set"), &ask->set);
    int code = EVAL_PENDING;
    if (what && of_set && strcmp(what, "count") == 0)
        answer_count(ask);
    else if (what && of_set && strcmp(what, "first") == 0)
        answer_first(ask, value_get_int(payload, "n", 0));
    else if (what && of_set && item && strcmp(what, "behind") == 0)
        code = answer_set(ask, item, NULL);
    else if (what && unit && strcmp(what, "named") == 0)
        code = answer_set(ask, NULL, unit);
    else
        code = eval_break(ask->eval);
    if (ask->answer)
        eval_add_frame(ask->eval, EVAL_ANSWER, ask->answer);
    return code;
}

int call_take_ask(struct eval *eval, const struct value *payload)
{
    if (eval->call->request->function || eval->asked || ++eval->call->asks > EVAL_ASKS_MOST)
        return eval_break(eval); /* the child counts as well, and waits */
    eval->asked = true;
    struct ask ask = {.eval = eval, .host = &eval->call->request->host, .arena = arena_new()};
    int code = answer(&ask, payload);
    arena_free(ask.arena);
    return code;
}

/* ---- the result -------------------------------------------------------------------------------- */

static bool is_id(const char *text)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    size_t length = strlen(text);
    return length > 0 && length <= EVAL_NAME_MOST && strchr(first, text[0]) &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-") == length;
}

/* False when the field is there and no id. */
static bool read_id(const struct value *said, const char *key, const char **out)
{
    const struct value *value = value_get(said, key);
    *out = value_get_string(said, key);
    return !value || (*out && strlen(*out) == value->length && is_id(*out));
}

static bool read_text(const struct value *said, const char *key, size_t most, const char **out)
{
    const struct value *text = value_get(said, key);
    if (!text || text->type != VALUE_STRING || text->length == 0 || text->length > most ||
        memchr(text->string, 0, text->length) || utf8_has_control(text->string, text->length))
        return false;
    *out = text->string;
    return true;
}

static bool read_sets(const struct eval *eval, const struct value *notice,
                      struct call_notice *out)
{
    const struct value *list = value_get(notice, "sets");
    if (!list || list->type != VALUE_LIST || list->count < 1 || list->count > EVAL_TARGETS_MOST)
        return false;
    uint32_t *sets = arena_array(eval->arena, list->count, sizeof *sets);
    for (uint32_t i = 0; i < list->count; i++)
        if (!read_set(eval->call, list->items[i], &sets[i]))
            return false;
    out->sets = sets;
    out->set_count = list->count;
    return true;
}

static bool read_level(const struct value *said, enum severity *out)
{
    static const char *const levels[] = {"note", "warning", "error"};
    const char *level = value_get_string(said, "level");
    for (size_t i = 0; level && i < sizeof levels / sizeof *levels; i++)
        if (strcmp(level, levels[i]) == 0) {
            *out = (enum severity)i;
            return true;
        }
    return false;
}

static bool read_notice(const struct eval *eval, const struct value *said,
                        struct call_notice *out)
{
    return read_sets(eval, said, out) &&
           read_text(said, "text", EVAL_NOTICE_BYTES, &out->text) &&
           read_id(said, "to", &out->role) && read_id(said, "channel", &out->channel);
}

/* A text of one line. */
static bool read_line(const struct value *said, const char *key, const char **out)
{
    return read_text(said, key, EVAL_FINDING_BYTES, out) && !strpbrk(*out, "\n\t");
}

static bool read_finding(const struct value *said, struct call_finding *out)
{
    return read_id(said, "item", &out->item) && read_id(said, "name", &out->name) &&
           read_id(said, "field", &out->field) && read_level(said, &out->severity) &&
           read_line(said, "text", &out->text) &&
           (!value_get(said, "help") || read_line(said, "help", &out->help));
}

/* The list of what was said; NULL = it is not there, or too long. */
static const struct value *said_of(const struct value *payload, const char *key, uint32_t most)
{
    const struct value *list = value_get(payload, key);
    return list && list->type == VALUE_LIST && list->count <= most ? list : NULL;
}

static bool take_notices(const struct eval *eval, const struct value *list)
{
    struct call *call = eval->call;
    if (!list)
        return false;
    call->notices = arena_array(eval->arena, list->count, sizeof *call->notices);
    for (; call->notice_count < list->count; call->notice_count++)
        if (!read_notice(eval, list->items[call->notice_count],
                         &call->notices[call->notice_count]))
            return false;
    return true;
}

static bool take_findings(const struct eval *eval, const struct value *list)
{
    struct call *call = eval->call;
    if (!list)
        return false;
    call->findings = arena_array(eval->arena, list->count, sizeof *call->findings);
    for (; call->finding_count < list->count; call->finding_count++)
        if (!read_finding(list->items[call->finding_count],
                          &call->findings[call->finding_count]))
            return false;
    return true;
}

/* The length of "file:line: " at the beginning of one of Lua's messages. */
static size_t place_length(const char *text)
{
    for (const char *at = strchr(text, ':'); at; at = strchr(at + 1, ':')) {
        size_t digits = strspn(at + 1, "0123456789");
        if (digits && strncmp(at + 1 + digits, ": ", 2) == 0)
            return (size_t)(at + 3 + digits - text);
    }
    return 0;
}

/* Why a text function failed: from Lua, and so to be made fit for people. */
static const char *read_problem(const struct eval *eval, const struct value *said)
{
    const struct value *problem = value_get(said, "problem");
    struct buf clean = {0}, told = {0};
    if (!problem || problem->type != VALUE_STRING)
        return NULL;
    luatext_clean(&clean, problem->string, problem->length, EVAL_TEXT_MOST);
    size_t place = clean.bytes ? place_length(clean.bytes) : 0;
    buf_add(&told, clean.bytes ? clean.bytes : "", place);
    luatext_tell(&told, clean.bytes ? clean.bytes + place : "", eval->lang);
    const char *text = arena_string(eval->arena, told.bytes ? told.bytes : "");
    buf_free(&clean);
    buf_free(&told);
    return text;
}

static bool take_texts(const struct eval *eval, const struct value *list)
{
    struct call *call = eval->call;
    if (!list || list->count != call->request->messages->count)
        return false;
    call->texts = arena_array(eval->arena, list->count, sizeof *call->texts);
    for (; call->text_count < list->count; call->text_count++) {
        struct call_text *text = &call->texts[call->text_count];
        const struct value *said = list->items[call->text_count];
        text->problem = read_problem(eval, said);
        if (!text->problem && (!read_text(said, "text", EVAL_NOTICE_BYTES, &text->text) ||
                               strchr(text->text, '\t')))
            return false;
    }
    return true;
}

static bool take_said(const struct eval *eval, const struct value *payload)
{
    if (eval->call->request->function)
        return take_texts(eval, said_of(payload, "texts", CALL_TEXTS_MOST));
    if (eval_is_check(eval->call->request->event))
        return take_findings(eval, said_of(payload, "findings", EVAL_FINDINGS_MOST));
    return take_notices(eval, said_of(payload, "notices", CALL_NOTICES_MOST));
}

int call_take_result(struct eval *eval, struct value *payload)
{
    bool fine = take_said(eval, payload);
    if (!fine)
        return eval_break(eval);
    eval->result = payload;
    return eval_end(eval, EVAL_DONE);
}

const struct call_notice *call_notices(const struct eval *eval, size_t *count)
{
    bool done = eval->call && eval->answer == EVAL_DONE;
    *count = done ? eval->call->notice_count : 0;
    return done ? eval->call->notices : NULL;
}

const struct call_finding *call_findings(const struct eval *eval, size_t *count)
{
    bool done = eval->call && eval->answer == EVAL_DONE;
    *count = done ? eval->call->finding_count : 0;
    return done ? eval->call->findings : NULL;
}

const struct call_text *call_texts(const struct eval *eval, size_t *count)
{
    bool done = eval->call && eval->answer == EVAL_DONE;
    *count = done ? eval->call->text_count : 0;
    return done ? eval->call->texts : NULL;
}
