#include "service/serve_data.h"

#include "service/notify.h"
#include "service/request.h"
#include "service/sources.h"
#include "time/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- scripts ---------------------------------------------------------------------------------- */

struct served *serve_find(const struct serve *serve, const char *path)
{
    for (size_t i = 0; i < serve->count; i++)
        if (strcmp(serve->plans[i]->path, path) == 0)
            return serve->plans[i];
    return NULL;
}

struct served *serve_find_id(const struct serve *serve, const char *id)
{
    for (size_t i = 0; i < serve->count; i++)
        if (serve->plans[i]->open && strcmp(serve->plans[i]->holding.id, id) == 0)
            return serve->plans[i];
    return NULL;
}

struct served *serve_add(struct serve *serve, const char *path)
{
    struct served *served = mem_resize(NULL, 1, sizeof *served);
    size_t size = strlen(path) + 1;
    *served = (struct served){.path = mem_resize(NULL, size, 1)};
    memcpy(served->path, path, size);
    serve->plans = mem_resize(serve->plans, serve->count + 1, sizeof *serve->plans);
    serve->plans[serve->count++] = served;
    return served;
}

void serve_forget(struct serve *serve, struct served *served)
{
    size_t kept = 0;
    for (size_t i = 0; i < serve->count; i++)
        if (serve->plans[i] != served)
            serve->plans[kept++] = serve->plans[i];
    serve->count = kept;
    free(served->path);
    free(served);
}

bool serve_list(struct serve *serve, struct scripts *scripts, struct arena *arena)
{
    const struct serve_options *options = serve->options;
    bool own = options->path_count > 0;
    size_t count = own ? options->path_count : serve->config ? serve->config->plan_count : 0;
    const char *const *paths = own ? options->paths : count ? serve->config->plans : NULL;
    bool whole = true;
    for (size_t i = 0; i < count; i++) {
        struct err err;
        if (scripts_add(scripts, paths[i], arena, &err) == 0)
            continue;
        log_event(serve->log, LOG_ERROR, "plans.unreadable", "path", paths[i], "message",
                  err.message, NULL);
        whole = false;
    }
    return whole;
}

/* ---- plans ------------------------------------------------------------------------------------ */

/* Two files of one id would be one plan to the store. */
static int check_twice(const struct serve *serve, const struct served *served,
                       struct arena *arena, struct err *err)
{
    const char *id;
    int code = holding_plan_id(served->path, arena, &id, err);
    const struct served *other = code == 0 ? serve_find_id(serve, id) : NULL;
    if (other)
        code = err_set(
            err, ERR_INVALID,
            TR(serve->lang, "%s and %s are both the plan “%s”", "%s 与 %s 都是方案“%s”"),
            other->path, served->path, id);
    return code;
}

int serve_open(struct serve *serve, struct served *served, const struct store_revision *first,
               bool stored, struct err *err)
{
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, serve->lang);
    struct holding_options options = {.mode = HOLDING_RUN,
                                      .script = served->path,
                                      .lang = serve->lang,
                                      .findings = &findings,
                                      .shared = serve->options->shared,
                                      .fast = serve->options->clock.speed != 0,
                                      .first = first,
                                      .stored = stored};
    int code = check_twice(serve, served, arena, err);
    if (code == 0) {
        code = holding_open(&options, &served->holding, err);
        if (code == 0 && serve->loop)
            code = loop_add(serve->loop, &served->holding, err);
        if (code < 0)
            holding_close(&served->holding);
    }
    served->open = code == 0;
    if (code == 0 && served->holding.adopted)
        serve_log_plan(serve, LOG_NOTICE, "plan.adopted", served, NULL);
    if (code == 0) {
        serve_log_plan(serve, LOG_INFO, "plan.opened", served, NULL);
        serve_log_unbound(serve, &served->holding);
    } else if (code != ERR_NOT_FOUND || !stored) {
        const char *message = finding_first_error(&findings, arena);
        serve_log_plan(serve, LOG_ERROR, "plan.refused", served,
                       message ? message : err->message);
    }
    findings_free(&findings);
    arena_free(arena);
    return code;
}

void serve_close(struct serve *serve, struct served *served)
{
    if (!served->open)
        return;
    if (serve->loop)
        loop_remove(serve->loop, &served->holding);
    holding_close(&served->holding);
    served->open = false;
}

void serve_status(const struct serve *serve)
{
    char text[128];
    size_t open = 0;
    for (size_t i = 0; i < serve->count; i++)
        open += serve->plans[i]->open;
    snprintf(text, sizeof text,
             TR(serve->lang, "%zu plans run, %zu refused", "运行 %zu 个方案，%zu 个未能运行"),
             open, serve->count - open);
    notify_status(text);
}

/* ---- the configuration ------------------------------------------------------------------------ */

void serve_log_findings(struct serve *serve, const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        bool wrong = finding->severity == SEVERITY_ERROR;
        struct log_line line;
        log_begin(&line, serve->log, wrong ? LOG_ERROR : LOG_WARNING,
                  wrong ? "config.refused" : "config.warning");
        if (finding->place.source)
            log_text(&line, "config", finding->place.source->name);
        if (finding->place.line)
            log_number(&line, "line", finding->place.line);
        log_text(&line, "message", finding->message);
        log_text(&line, "help", finding->help);
        log_end(&line);
    }
}

int serve_configure(struct serve *serve, struct config **out, struct err *err)
{
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, serve->lang);
    const char *path = serve->options->config;
    int code = config_load(serve->options->shared->host, path, &findings, out, err);
    serve_log_findings(serve, &findings);
    if (code == ERR_INVALID)
        err_set(err, code, TR(serve->lang, "%s has errors", "%s 有错误"), path);
    findings_free(&findings);
    arena_free(arena);
    return code;
}

/* A service that begins does so without the addresses that are wrong, and says which. */
static int make_post(void *context, struct uv_loop_s *uv, struct post **out, struct err *err)
{
    struct serve *serve = context;
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, serve->lang);
    struct post_options options = {.lang = serve->lang,
                                   .calendar = host_calendar(serve->options->shared->host),
                                   .findings = &findings};
    int code = post_open(serve->config, uv, &options, out, err);
    if (code == 0)
        serve->post = *out;
    serve_log_findings(serve, &findings);
    findings_free(&findings);
    arena_free(arena);
    return code;
}

/* ---- what the loop asks ----------------------------------------------------------------------- */

static void on_watchdog(uv_timer_t *timer)
{
    (void)timer;
    notify("WATCHDOG=1");
}

/* From the loop itself: one that hangs is noticed. */
static void watch(struct serve *serve)
{
    uint64_t half = (uint64_t)notify_watchdog_ms() / 2;
    if (half && uv_timer_init(loop_uv(serve->loop), &serve->watchdog) == 0)
        uv_timer_start(&serve->watchdog, on_watchdog, half, half);
}

static void begin(void *context, struct loop *loop)
{
    struct serve *serve = context;
    struct err err;
    serve->loop = loop;
    for (size_t i = 0; i < serve->count; i++)
        if (serve->plans[i]->open && loop_add(loop, &serve->plans[i]->holding, &err) < 0)
            serve_log_plan(serve, LOG_ERROR, "plan.refused", serve->plans[i], err.message);
    watch(serve);
    notify("READY=1");
    serve_status(serve);
}

static void hang_up(void *context, struct loop *loop)
{
    (void)loop;
    serve_reload(context);
}

static void end(void *context, struct loop *loop)
{
    struct serve *serve = context;
    (void)loop;
    log_event(serve->log, LOG_NOTICE, "service.stopping", NULL);
    notify("STOPPING=1");
    serve_reload_stop(serve);
}

/* A script of ours that had no plan yet. */
static struct served *find_closed(const struct serve *serve, const char *path)
{
    for (size_t i = 0; i < serve->count; i++) {
        char *real = realpath(serve->plans[i]->path, NULL);
        bool same = real && !serve->plans[i]->open && strcmp(real, path) == 0;
        free(real);
        if (same)
            return serve->plans[i];
    }
    return NULL;
}

/* The child of a reload, or anybody, sends the first revision of a script of ours. */
static struct value *take_first(struct serve *serve, const struct value *request,
                                int64_t now_ms, struct arena *arena)
{
    struct store_revision revision;
    struct err err = {0};
    int code = request_revision(request, now_ms, arena, &revision, &err);
    struct served *served = code == 0 ? find_closed(serve, revision.path) : NULL;
    if (!served && code == 0)
        code = err_set(
            &err, ERR_NOT_FOUND,
            TR(serve->lang, "%s is no script of this service", "%s 不在本服务的方案之列"),
            revision.path);
    if (code == 0) {
        revision.plan = value_get_string(request, "plan");
        code = serve_open(serve, served, &revision, true, &err);
    }
    if (code < 0 || !served)
        return request_error(arena, &err);
    struct value *answer = value_map(arena);
    value_set(arena, answer, "ok", value_bool(arena, true));
    value_set_string(arena, answer, "revision", served->holding.revision.hash);
    serve_status(serve);
    return answer;
}

static struct value *ask(void *context, const struct value *request, int64_t now_ms,
                         struct arena *arena)
{
    struct serve *serve = context;
    struct err err;
    const char *what = value_get_string(request, "do"), *id = value_get_string(request, "plan");
    struct value *answer = value_map(arena);
    if (what && strcmp(what, "who") == 0)
        value_set_string(arena, answer, "holder", holder_line(serve->options->shared->holder));
    else if (what && strcmp(what, "reload") == 0)
        raise(SIGHUP); /* not within a turn, whose plans may be let go */
    else if (what && id && strcmp(what, "apply") == 0)
        return take_first(serve, request, now_ms, arena);
    else {
        err_set(&err, ERR_NOT_FOUND,
                TR(serve->lang, "the service does not run the plan %s now",
                   "服务现在没有运行方案 %s"),
                id ? id : "?");
        return request_error(arena, &err);
    }
    value_set(arena, answer, "ok", value_bool(arena, true));
    return answer;
}

/* ---- the whole -------------------------------------------------------------------------------- */

static int run(struct serve *serve, struct err *err)
{
    const struct serve_options *options = serve->options;
    struct loop_service service = {.shared = options->shared,
                                   .begin = begin,
                                   .hangup = hang_up,
                                   .taken = serve_log_taken,
                                   .ask = ask,
                                   .end = end};
    struct loop_options loop = {.clock = options->clock,
                                .channel = options->channel,
                                .make_post = serve->config ? make_post : NULL,
                                .lang = serve->lang,
                                .once = options->once,
                                .accept_clock = options->accept_clock,
                                .until_ms = options->until_ms,
                                .fired = serve_log_fired,
                                .trouble = serve_log_trouble,
                                .doubt = serve_log_doubt,
                                .unsent = serve_log_unsent,
                                .service = &service,
                                .end_fd = options->guard ? guard_fd(options->guard) : 0,
                                .context = serve};
    int code = loop_run(NULL, 0, &loop, err);
    serve->loop = NULL;
    serve->post = NULL;
    return code;
}

/* A script that was changed while nobody served it is not taken by a restart. */
static void tell_changed(const struct serve *serve, const struct served *served)
{
    if (served->open && !sources_stand(&served->holding.revision, served->path))
        serve_log_plan(serve, LOG_WARNING, "plan.changed", served,
                       TR(serve->lang,
                          "the script differs from the revision that runs; 'planrun apply' "
                          "takes it if it has no errors",
                          "脚本与正在运行的版本不同；用 planrun apply 检查，无误即采用"));
}

/* Whoever is to end does not open two hundred plans before. */
static bool is_to_end(const struct serve *serve)
{
    return serve->options->guard && guard_called(serve->options->guard);
}

static void open_all(struct serve *serve)
{
    struct arena *arena = arena_new();
    struct scripts scripts = {0};
    struct err err;
    serve_list(serve, &scripts, arena);
    for (size_t i = 0; i < scripts.count && !is_to_end(serve); i++) {
        struct served *served = serve_add(serve, scripts.paths[i]);
        serve_open(serve, served, NULL, false, &err);
        tell_changed(serve, served);
    }
    arena_free(arena);
}

static void close_all(struct serve *serve)
{
    while (serve->count) {
        serve_close(serve, serve->plans[serve->count - 1]);
        serve_forget(serve, serve->plans[serve->count - 1]);
    }
    free(serve->plans);
}

int serve_run(const struct serve_options *options, struct err *err)
{
    struct serve serve = {.options = options, .log = options->log, .lang = options->lang};
    struct log_line line;
    int code = options->config ? serve_configure(&serve, &serve.config, err) : 0;
    if (code == 0) {
        open_all(&serve);
        size_t open = 0;
        for (size_t i = 0; i < serve.count; i++)
            open += serve.plans[i]->open;
        log_begin(&line, serve.log, LOG_NOTICE, "service.started");
        log_number(&line, "plans", (int64_t)open);
        log_number(&line, "refused", (int64_t)(serve.count - open));
        log_text(&line, "state", options->shared->folder);
        log_end(&line);
        code = run(&serve, err);
    }
    close_all(&serve);
    config_free(serve.config);
    return code < 0 ? code : 0;
}
