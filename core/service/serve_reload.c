/* A reload: what is there is looked at here, what it says is evaluated by a child. */
#include "service/serve_data.h"

#include "base/json.h"
#include "service/notify.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIMIT_MS = 600 * 1000, /* of the child, over all plans */
    SAID_MOST = 1 << 20,   /* bytes of what it says */
};

extern char **environ;

/* ---- what it says ----------------------------------------------------------------------------- */

/* A line of the child: {"event","script","plan"?,"message"?}. */
static void tell(struct serve *serve, const char *text, size_t length)
{
    static const struct value_limits limits = {100, 4, 1 << 16};
    struct arena *arena = arena_new();
    struct value *said = NULL;
    if (json_parse(arena, text, length, &limits, &said, NULL) == 0) {
        const char *event = value_get_string(said, "event");
        bool refused = event && strcmp(event, "plan.refused") == 0;
        serve->reload.refused += refused;
        log_event(serve->log, refused ? LOG_ERROR : LOG_INFO, event ? event : "plan.told",
                  "plan", value_get_string(said, "plan"), "script",
                  value_get_string(said, "script"), "message",
                  value_get_string(said, "message"), NULL);
    }
    arena_free(arena);
}

static void tell_lines(struct serve *serve)
{
    struct buf *said = &serve->reload.said;
    size_t at = 0;
    for (size_t i = 0; i < said->length; i++)
        if (said->bytes[i] == '\n') {
            tell(serve, said->bytes + at, i - at);
            at = i + 1;
        }
    memmove(said->bytes, said->bytes + at, said->length - at);
    said->length -= at;
}

/* ---- the child -------------------------------------------------------------------------------- */

static void finish(struct serve *serve)
{
    struct reload *reload = &serve->reload;
    struct log_line line;
    log_begin(&line, serve->log, LOG_NOTICE, "reload.done");
    log_number(&line, "plans", (int64_t)serve->count);
    log_number(&line, "refused", reload->refused);
    log_end(&line);
    buf_free(&reload->said);
    reload->said = (struct buf){0};
    reload->runs = false;
    serve_status(serve);
    if (reload->again)
        serve_reload(serve);
    else
        notify("READY=1");
}

static void on_closed(uv_handle_t *handle)
{
    struct serve *serve = handle->data;
    if (--serve->reload.open == 0 && serve->reload.runs)
        finish(serve);
}

static void close_one(struct serve *serve, uv_handle_t *handle)
{
    handle->data = serve;
    if (!uv_is_closing(handle))
        uv_close(handle, on_closed);
}

static void on_ended(uv_process_t *process, int64_t status, int signal)
{
    struct serve *serve = process->data;
    if (signal || status > 1)
        log_event(serve->log, LOG_ERROR, "reload.failed", "message",
                  signal ? "the process that looks for changes was killed"
                         : "the process that looks for changes has failed",
                  NULL);
    close_one(serve, (uv_handle_t *)&serve->reload.limit);
    close_one(serve, (uv_handle_t *)process);
}

static void on_limit(uv_timer_t *timer)
{
    struct serve *serve = timer->data;
    uv_process_kill(&serve->reload.process, SIGKILL);
}

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *out)
{
    (void)handle;
    *out = uv_buf_init(mem_resize(NULL, wanted, 1), (unsigned)wanted);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *bytes)
{
    struct serve *serve = stream->data;
    if (got > 0 && serve->reload.said.length + (size_t)got <= SAID_MOST)
        buf_add(&serve->reload.said, bytes->base, (size_t)got);
    free(bytes->base);
    if (got > 0)
        tell_lines(serve);
    if (got < 0)
        close_one(serve, (uv_handle_t *)stream);
}

/* The environment with the folder of our stores. */
static char **environment(const struct serve *serve, struct arena *arena)
{
    static const char name[] = "PLANRUN_STATE=";
    size_t count = 0, used = 0;
    while (environ[count])
        count++;
    char **list = arena_array(arena, count + 2, sizeof *list);
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], name, sizeof name - 1) != 0)
            list[used++] = environ[i];
    list[used++] = arena_printf(arena, "%s%s", name, serve->options->shared->folder);
    list[used] = NULL;
    return list;
}

static char **arguments(const struct serve *serve, struct arena *arena)
{
    char **list = arena_array(arena, serve->count + 5, sizeof *list);
    size_t used = 0;
    list[used++] = arena_string(arena, "planrun");
    list[used++] = arena_string(arena, "apply");
    list[used++] = arena_string(arena, "--changed");
    list[used++] = arena_string(arena, "--");
    for (size_t i = 0; i < serve->count; i++)
        list[used++] = serve->plans[i]->path;
    list[used] = NULL;
    return list;
}

static int spawn(struct serve *serve, struct arena *arena)
{
    struct reload *reload = &serve->reload;
    uv_stdio_container_t streams[3] = {
        {.flags = UV_IGNORE},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
         .data.stream = (uv_stream_t *)&reload->pipe},
        {.flags = UV_INHERIT_FD, .data.fd = 2},
    };
    uv_process_options_t options = {
        .exit_cb = on_ended,
        .file = serve->options->program ? serve->options->program : "/proc/self/exe",
        .args = arguments(serve, arena),
        .env = environment(serve, arena),
        .stdio = streams,
        .stdio_count = 3,
    };
    reload->process.data = reload->pipe.data = reload->limit.data = serve;
    int code = uv_spawn(loop_uv(serve->loop), &reload->process, &options);
    if (code == 0)
        code = uv_read_start((uv_stream_t *)&reload->pipe, give_room, on_read);
    if (code == 0)
        code = uv_timer_start(&reload->limit, on_limit, LIMIT_MS, 0);
    return code;
}

static void start_child(struct serve *serve)
{
    struct reload *reload = &serve->reload;
    struct arena *arena = arena_new();
    reload->runs = true;
    reload->again = false;
    reload->open = 3;
    uv_pipe_init(loop_uv(serve->loop), &reload->pipe, 0);
    uv_timer_init(loop_uv(serve->loop), &reload->limit);
    int code = spawn(serve, arena);
    if (code < 0) {
        log_event(serve->log, LOG_ERROR, "reload.failed", "message", uv_strerror(code), NULL);
        close_one(serve, (uv_handle_t *)&reload->pipe);
        close_one(serve, (uv_handle_t *)&reload->limit);
        close_one(serve, (uv_handle_t *)&reload->process);
    }
    arena_free(arena);
}

/* ---- scripts that came and went --------------------------------------------------------------- */

/* Another plan stands in the file now. */
static bool is_another(const struct served *served)
{
    struct arena *arena = arena_new();
    const char *id;
    bool another = served->open && holding_plan_id(served->path, arena, &id, NULL) == 0 &&
                   strcmp(id, served->holding.id) != 0;
    arena_free(arena);
    return another;
}

static void let_go(struct serve *serve, struct served *served, bool gone)
{
    if (served->open)
        serve_log_plan(serve, LOG_NOTICE, "plan.gone", served, NULL);
    serve_close(serve, served);
    if (gone)
        serve_forget(serve, served);
}

/* A roster that has errors is told of, and the old one goes on. No turn has it while it is exchanged. */
static void read_roster(struct serve *serve, struct served *served)
{
    struct holding *holding = &served->holding;
    struct err err = {0}, lost = {0};
    if (!holding_roster_changed(holding))
        return;
    loop_remove(serve->loop, holding);
    int code = holding_renew(holding, &err);
    if (code < 0)
        store_undo(holding->store);
    if (loop_add(serve->loop, holding, &lost) < 0)
        serve_log_plan(serve, LOG_ERROR, "plan.refused", served, lost.message);
    serve->reload.refused += code < 0;
    serve_log_plan(serve, code < 0 ? LOG_ERROR : LOG_NOTICE,
                   code < 0 ? "roster.refused" : "roster.taken", served,
                   code < 0 ? err.message : NULL);
}

/* What the store knows is opened at once; the child finds the rest. */
static void rescan(struct serve *serve)
{
    struct arena *arena = arena_new();
    struct scripts scripts = {0};
    struct err err;
    bool whole = serve_list(serve, &scripts, arena);
    for (size_t i = serve->count; i-- > 0;) {
        bool gone = scripts_find(&scripts, serve->plans[i]->path) == SIZE_MAX;
        if ((gone && whole) || is_another(serve->plans[i]))
            let_go(serve, serve->plans[i], gone && whole);
    }
    for (size_t i = 0; i < scripts.count; i++) {
        struct served *served = serve_find(serve, scripts.paths[i]);
        if (!served)
            served = serve_add(serve, scripts.paths[i]);
        if (served->open)
            read_roster(serve, served);
        else
            serve_open(serve, served, NULL, true, &err);
    }
    arena_free(arena);
}

static void reconfigure(struct serve *serve)
{
    struct config *config = NULL;
    struct err err = {0};
    if (!serve->config)
        return;
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, serve->lang); /* of the table of addresses */
    struct post_options options = {.lang = serve->lang,
                                   .calendar = host_calendar(serve->options->shared->host),
                                   .findings = &findings,
                                   .strict = true};
    int code = serve_configure(serve, &config, &err);
    if (code == 0)
        code = post_renew(serve->post, config, &options, &err);
    serve_log_findings(serve, &findings);
    findings_free(&findings);
    arena_free(arena);
    if (code < 0) {
        log_event(serve->log, LOG_ERROR, "config.refused", "config", serve->options->config,
                  "message", err.message, NULL);
        config_free(config);
        return;
    }
    config_free(serve->config);
    serve->config = config;
}

void serve_reload(struct serve *serve)
{
    serve->reload.again = serve->reload.runs;
    if (serve->reload.runs || !serve->loop)
        return;
    serve->reload.refused = 0;
    notify_reloading();
    log_event(serve->log, LOG_NOTICE, "reload.begun", NULL);
    reconfigure(serve);
    rescan(serve);
    start_child(serve);
}

void serve_reload_stop(struct serve *serve)
{
    struct reload *reload = &serve->reload;
    if (reload->runs)
        uv_process_kill(&reload->process, SIGKILL);
    reload->runs = false;
    buf_free(&reload->said);
    reload->said = (struct buf){0};
}
