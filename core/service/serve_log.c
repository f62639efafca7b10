#include "service/serve_data.h"

#include "time/civil.h"

#include <stdio.h>
#include <string.h>

static void add_instant(struct log_line *line, const char *key, int64_t at_ms)
{
    char day[11], time_text[6], text[32];
    int32_t minute;
    civil_format(civil_from_ms(at_ms, &minute), day);
    snprintf(text, sizeof text, "%sT%s", day, civil_format_minute(minute, time_text));
    log_text(line, key, text);
}

void serve_log_fired(void *context, const struct holding *holding,
                     const struct store_firing *firing)
{
    static const char *const fates[] = {NULL, "merged", "stale", "lost"};
    struct serve *serve = context;
    struct journal_row row = {0};
    struct log_line line;
    struct arena *arena = arena_new();
    serve->fired++;
    log_begin(&line, serve->log, LOG_INFO, "firing");
    log_text(&line, "plan", holding->id);
    log_number(&line, "number", firing->number);
    log_text(&line, "kind", firing_name(firing->kind));
    if (engine_row(holding->engine, firing, arena, &row, NULL) == 0)
        log_text(&line, "item", row.item_id);
    add_instant(&line, "due", firing->at_ms);
    log_number(&line, "units", firing->units);
    if (firing->fate <= FIRING_LOST)
        log_text(&line, "fate", fates[firing->fate]);
    log_end(&line);
    arena_free(arena);
}

void serve_log_trouble(void *context, const struct holding *holding, const struct err *err)
{
    const struct serve *serve = context;
    log_event(serve->log, err->code ? LOG_ERROR : LOG_NOTICE,
              err->code ? "trouble" : "trouble.over", "plan", holding ? holding->id : NULL,
              "message", err->message, NULL);
}

void serve_log_unsent(void *context, const char *destination, const struct err *err)
{
    const struct serve *serve = context;
    if (!destination)
        log_event(serve->log, LOG_ERROR, "message.given-up", "message", err->message, NULL);
    else if (err->code)
        log_event(serve->log, LOG_WARNING, "channel.failing", "channel", destination, "message",
                  err->message, NULL);
    else
        log_event(serve->log, LOG_NOTICE, "channel.over", "channel", destination, NULL);
}

void serve_log_doubt(void *context, const struct holding *holding, const struct trust *trust,
                     bool accepted)
{
    const struct serve *serve = context;
    struct log_line line;
    (void)holding; /* the clock is everybody's */
    bool sure = trust->doubt == CLOCK_SURE;
    log_begin(&line, serve->log, sure || accepted ? LOG_NOTICE : LOG_WARNING,
              accepted ? "clock.accepted"
              : sure   ? "clock.sure"
                       : "clock.doubt");
    if (!sure)
        log_text(&line, "doubt", trust_name(trust->doubt));
    if (trust->jump_ms)
        log_number(&line, "jump_ms", trust->jump_ms);
    if (!sure && !accepted)
        log_text(&line, "message",
                 TR(serve->lang,
                    "nothing is sent while the clock is in doubt; 'planrun serve "
                    "--accept-clock' takes it as it is",
                    "时钟有疑问，暂停发送；确认时间无误后执行 planrun serve --accept-clock"));
    log_end(&line);
}

/* True when a reminder before the one at `at` has the same channel. */
static bool said_before(const struct plan *plan, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (strcmp(plan->reminders[i].channel, plan->reminders[at].channel) == 0)
            return true;
    return false;
}

void serve_log_unbound(const struct serve *serve, const struct holding *holding)
{
    const struct plan *plan = holding->plan;
    for (uint32_t i = 0; serve->config && i < plan->reminder_count; i++) {
        const char *channel = plan->reminders[i].channel;
        if (config_binds(serve->config, channel) || said_before(plan, i))
            continue;
        log_event(serve->log, LOG_WARNING, "channel.unbound", "plan", holding->id, "channel",
                  channel, "message",
                  TR(serve->lang, "the configuration has no bind of that name: goes as default",
                     "配置里没有为它写 bind，按 default 发送"),
                  NULL);
    }
}

void serve_log_taken(void *context, const struct holding *holding)
{
    struct serve *serve = context;
    char revision[13];
    snprintf(revision, sizeof revision, "%.12s", holding->revision.hash);
    log_event(serve->log, LOG_NOTICE, "plan.taken", "plan", holding->id, "revision", revision,
              NULL);
    serve_log_unbound(serve, holding);
}

void serve_log_plan(const struct serve *serve, enum log_level level, const char *event,
                    const struct served *served, const char *message)
{
    struct log_line line;
    char revision[13];
    log_begin(&line, serve->log, level, event);
    if (served->open) {
        snprintf(revision, sizeof revision, "%.12s", served->holding.revision.hash);
        log_text(&line, "plan", served->holding.id);
        log_text(&line, "revision", revision);
        log_number(&line, "units",
                   served->holding.roster ? roster_count(served->holding.roster) : 0);
    }
    log_text(&line, "script", served->path);
    log_text(&line, "message", message);
    log_end(&line);
}
