#include "service/texts.h"

#include "script/load.h"
#include "service/stored.h"
#include "time/civil.h"
#include "time/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBLEMS_MOST = 20, FUNCTIONS_MOST = 200, MUTE_MS = 3600000 };

/* An entry that a function has a say in. */
struct ask {
    size_t mail, entry;
    struct ask *next; /* of the same call */
};

/* Messages of one function. */
struct call {
    struct call *next;
    const char *plan;
    uint32_t function, count;
    struct ask *first, **last;
    struct value *messages;
};

struct texts_job {
    struct texts_job *next;
    struct arena *arena;
    const struct mail *mails;
    const char ***said; /* by mail and entry; NULL = no entry of that mail */
    struct call *calls; /* that have not ended */
};

/* A function that has failed. */
struct failure {
    char plan[65];
    uint32_t function, takes; /* takes: of the holding then */
    int64_t until_ms;         /* CLOCK_MONOTONIC: it is not asked before; 0 = it is */
};

struct texts {
    texts_find find;
    void *context;
    enum lang lang;
    struct texts_job *jobs; /* that are not over, in their order */
    struct eval *eval;      /* of the first call of the first job, NULL = none runs */
    struct arena *arena;    /* of that */
    struct stored_script stored;
    uint32_t takes;
    struct arena *words_arena;
    const struct eval_word *words;
    size_t word_count;
    struct failure failures[FUNCTIONS_MOST]; /* the oldest are overwritten */
    uint32_t failure_count;
    struct err problems[PROBLEMS_MOST];
    size_t problem_count;
};

struct texts *texts_new(texts_find find, void *context, enum lang lang)
{
    struct texts *texts = mem_resize(NULL, 1, sizeof *texts);
    memset(texts, 0, sizeof *texts);
    texts->find = find;
    texts->context = context;
    texts->lang = lang;
    return texts;
}

static void end_eval(struct texts *texts)
{
    eval_free(texts->eval);
    arena_free(texts->arena);
    texts->eval = NULL;
    texts->arena = NULL;
}

void texts_free(struct texts *texts)
{
    if (!texts)
        return;
    end_eval(texts);
    arena_free(texts->words_arena);
    free(texts);
}

/* ---- a message as plain data ------------------------------------------------------------------- */

static void set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
    if (text && *text)
        value_set_string(arena, map, key, text);
}

static struct value *named(struct arena *arena, const char *id, const char *name)
{
    struct value *map = value_map(arena);
    set_text(arena, map, "id", id);
    set_text(arena, map, "name", name);
    return map;
}

static void set_due(struct arena *arena, struct value *map, int32_t due, int32_t today)
{
    char day[11];
    if (due == DAY_NONE || due == DAY_OPEN)
        return;
    value_set_string(arena, map, "due", civil_format(due, day));
    value_set_int(arena, map, "days", (int64_t)due - today);
}

/* What stdlib/words.lua says of a message. */
static struct value *message_of(struct arena *arena, const struct mail *mail,
                                const struct mail_entry *entry)
{
    struct value *map = value_map(arena);
    struct value *unit = named(arena, entry->unit_id, entry->unit_name);
    set_text(arena, unit, "kind", entry->unit_kind);
    value_set(arena, map, "unit", unit);
    if (entry->item_id) {
        struct value *item = named(arena, entry->item_id, entry->item_name);
        set_text(arena, item, "clause", entry->clause);
        value_set(arena, map, "item", item);
    }
    value_set(arena, map, "plan", named(arena, entry->plan_id, entry->plan_name));
    set_text(arena, map, "phase", entry->phase);
    set_text(arena, map, "to", entry->to);
    set_text(arena, map, "role", mail->role);
    set_text(arena, map, "measure", entry->measure);
    value_set_int(arena, map, "need", entry->need);
    value_set_int(arena, map, "missing", entry->missing);
    value_set_int(arena, map, "step", entry->step);
    set_due(arena, map, entry->due, civil_from_ms(mail->told_ms, NULL));
    return map;
}

/* ---- jobs -------------------------------------------------------------------------------------- */

/* The call that takes another message of the function. */
static struct call *call_for(struct texts_job *job, const char *plan, uint32_t function)
{
    struct call **at = &job->calls;
    for (; *at; at = &(*at)->next)
        if ((*at)->function == function && (*at)->count < CALL_TEXTS_MOST &&
            strcmp((*at)->plan, plan) == 0)
            return *at;
    struct call *call = *at = arena_alloc(job->arena, sizeof *call);
    call->plan = arena_string(job->arena, plan);
    call->function = function;
    call->last = &call->first;
    call->messages = value_list(job->arena);
    return call;
}

static void add_ask(struct texts_job *job, size_t mail, size_t entry)
{
    const struct mail *from = &job->mails[mail];
    const struct mail_entry *about = &from->entries[entry];
    struct call *call = call_for(job, about->plan_id, about->function);
    struct ask *ask = arena_alloc(job->arena, sizeof *ask);
    ask->mail = mail;
    ask->entry = entry;
    *call->last = ask;
    call->last = &ask->next;
    call->count++;
    value_append(job->arena, call->messages, message_of(job->arena, from, about));
    if (!job->said[mail])
        job->said[mail] = arena_array(job->arena, from->entry_count, sizeof *job->said[mail]);
}

struct texts_job *texts_begin(struct texts *texts, const struct mail *mails, size_t count,
                              struct arena *arena)
{
    struct texts_job *job = NULL, **last = &texts->jobs;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; !mails[i].kept && k < mails[i].entry_count; k++) {
            if (!mails[i].entries[k].function)
                continue;
            if (!job) {
                job = arena_alloc(arena, sizeof *job);
                job->arena = arena;
                job->mails = mails;
                job->said = arena_array(arena, count, sizeof *job->said);
            }
            add_ask(job, i, k);
        }
    while (job && *last)
        last = &(*last)->next;
    if (job)
        *last = job;
    return job;
}

bool texts_over(const struct texts_job *job)
{
    return !job->calls;
}

const char *texts_said(const struct texts_job *job, size_t mail, size_t entry)
{
    return job->said[mail] ? job->said[mail][entry] : NULL;
}

void texts_drop(struct texts *texts, struct texts_job *job)
{
    struct texts_job **at = &texts->jobs;
    while (*at && *at != job)
        at = &(*at)->next;
    if (job && *at == job) {
        if (at == &texts->jobs)
            end_eval(texts);
        *at = job->next;
    }
}

/* ---- failures ---------------------------------------------------------------------------------- */

static struct failure *failure_of(struct texts *texts, const struct call *call)
{
    uint32_t count =
        texts->failure_count < FUNCTIONS_MOST ? texts->failure_count : FUNCTIONS_MOST;
    for (uint32_t i = 0; i < count; i++)
        if (texts->failures[i].function == call->function &&
            strcmp(texts->failures[i].plan, call->plan) == 0)
            return &texts->failures[i];
    return NULL;
}

static bool is_mute(struct texts *texts, const struct call *call, const struct holding *holding)
{
    const struct failure *failure = failure_of(texts, call);
    return failure && failure->takes == holding->takes && clock_monotonic() < failure->until_ms;
}

/* Tells of it once, and remembers it; `late` = it must not be waited for again. */
static void fail(struct texts *texts, const struct call *call, const char *why, bool late)
{
    struct failure *failure = failure_of(texts, call);
    bool told = failure && failure->takes == texts->takes;
    if (!failure) {
        failure = &texts->failures[texts->failure_count++ % FUNCTIONS_MOST];
        snprintf(failure->plan, sizeof failure->plan, "%s", call->plan);
        failure->function = call->function;
    }
    failure->takes = texts->takes;
    failure->until_ms = late ? clock_monotonic() + MUTE_MS : 0;
    if (told || texts->problem_count == PROBLEMS_MOST)
        return;
    err_set(&texts->problems[texts->problem_count++], ERR_INVALID,
            TR(texts->lang, "plan %s: a text function failed, the usual words are sent: %s",
               "方案 %s：文本函数出错，改用默认内容：%s"),
            call->plan, why);
}

bool texts_problem(struct texts *texts, struct err *out)
{
    if (texts->problem_count == 0)
        return false;
    *out = texts->problems[0];
    memmove(texts->problems, texts->problems + 1,
            --texts->problem_count * sizeof *texts->problems);
    return true;
}

/* ---- calls ------------------------------------------------------------------------------------- */

static int load_words(struct texts *texts, struct host *host, struct err *err)
{
    if (texts->words)
        return 0;
    struct arena *arena = arena_new();
    int code = load_eval_words(host, arena, &texts->words, &texts->word_count, err);
    if (code < 0)
        arena_free(arena);
    else
        texts->words_arena = arena;
    return code;
}

/* Starts the call; false when it cannot be asked, and is over. */
static bool start(struct texts *texts, const struct call *call)
{
    struct holding *holding = texts->find(texts->context, call->plan);
    struct err err = {0};
    if (!holding || is_mute(texts, call, holding))
        return false;
    texts->arena = arena_new();
    texts->takes = holding->takes;
    if (stored_script(holding, texts->arena, &texts->stored) &&
        load_words(texts, holding->host, &err) == 0) {
        struct call_request request = {
            .eval = {.script = &texts->stored.script,
                     .words = texts->words,
                     .word_count = texts->word_count,
                     .lang = texts->lang},
            .modules = texts->stored.modules,
            .module_count = texts->stored.module_count,
            .function = call->function,
            .messages = call->messages,
        };
        texts->eval = call_start(&request, texts->arena, &err);
    }
    if (texts->eval)
        return true;
    fail(texts, call, err.message[0] ? err.message : "?", false);
    end_eval(texts);
    return false;
}

static void keep(struct texts *texts, struct texts_job *job, const struct call *call)
{
    size_t count, i = 0;
    const struct call_text *said = call_texts(texts->eval, &count);
    for (const struct ask *ask = call->first; ask && i < count; ask = ask->next, i++)
        if (said[i].text)
            job->said[ask->mail][ask->entry] = arena_string(job->arena, said[i].text);
        else
            fail(texts, call, said[i].problem, false);
}

static void fail_call(struct texts *texts, const struct call *call, const struct err *why)
{
    char text[800];
    if (why->line)
        snprintf(text, sizeof text, "%s:%d: %s", why->file, why->line, why->message);
    else
        snprintf(text, sizeof text, "%s", why->message);
    fail(texts, call, text, why->code == ERR_LIMIT);
}

/* The first call of the first job has ended. */
static void end_call(struct texts *texts)
{
    struct texts_job *job = texts->jobs;
    end_eval(texts);
    job->calls = job->calls->next;
    if (!job->calls)
        texts->jobs = job->next;
}

void texts_step(struct texts *texts)
{
    struct err why = {0};
    while (texts->jobs) {
        const struct call *call = texts->jobs->calls;
        if (!texts->eval && !start(texts, call)) {
            end_call(texts);
            continue;
        }
        int answer = eval_read(texts->eval, &why);
        if (answer == EVAL_PENDING)
            return;
        if (answer == EVAL_DONE)
            keep(texts, texts->jobs, call);
        else
            fail_call(texts, call, &why);
        end_call(texts);
    }
}

int texts_fd(const struct texts *texts, short *events, int64_t *deadline_ms)
{
    if (!texts->eval)
        return -1;
    *events = eval_events(texts->eval);
    *deadline_ms = eval_deadline_ms(texts->eval);
    return eval_fd(texts->eval);
}
