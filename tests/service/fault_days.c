/* Lives days of a service as fast as its attempts allow: the loop, a post of a real configuration, a clock that
 * stands still while anything is under way. Whoever started it (fault_days.py) is told each simulated quarter of
 * an hour, and has the receivers behave well or badly from then on; what became of it all is left in files.
 *
 *   service-fault-days CONFIG FROM UNTIL SHRINK ATTEMPTS MESSAGES PLAN…
 *
 * FROM and UNTIL are milliseconds; the time limits of channels are divided by SHRINK. On standard output "SIM_MS
 * KILOBYTES DESCRIPTORS", answered by a line on standard input. ATTEMPTS gets a JSON line for each send that ended,
 * MESSAGES one for each message that the store has in the end. */
#include "base/json.h"
#include "service/holding_shared.h"
#include "service/loop.h"
#include "service/post.h"
#include "store/adopt.h"
#include "store/outbox.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PLANS_MOST = 16, TICK_MS = 900000 };

struct days {
    struct holding_shared shared;
    struct holding holdings[PLANS_MOST];
    size_t count;
    struct config *config;
    struct spy *spies;
    FILE *attempts;
    size_t under_way;
    int64_t from_ms, tick_ms; /* the last instant that was told */
};

/* Stands before a real channel, and sees what is asked of it and how that ends. */
struct spy {
    struct channel_kind kind; /* first: the channel points to it */
    const struct channel_kind *real;
    const char *destination;
    struct days *days;
};

struct attempt {
    const struct spy *spy;
    char id[STORE_ID_MOST];
    uint32_t number;
    bool repeated;
    int64_t sent_ms, began_ms;
    channel_done done;
    void *context;
};

static void check(int code, const struct err *err)
{
    if (code >= 0)
        return;
    fprintf(stderr, "fault-days: %s\n", err->message);
    exit(2);
}

/* ---- what is told -------------------------------------------------------------------------------- */

static size_t open_files(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

static long resident_kb(void)
{
    char line[128], *rest = line;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file || !fgets(line, sizeof line, file))
        exit(2);
    strtol(line, &rest, 10);
    long resident = strtol(rest, NULL, 10);
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Not while anything is under way: each attempt lives under one behaviour of its receiver. */
static void tell(struct days *days, int64_t now_ms)
{
    char line[16];
    if (days->under_way || now_ms < days->from_ms ||
        now_ms / TICK_MS == days->tick_ms / TICK_MS)
        return;
    days->tick_ms = now_ms;
    printf("%" PRId64 " %ld %zu\n", now_ms, resident_kb(), open_files());
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        exit(3);
}

static void note_fired(void *context, const struct holding *holding,
                       const struct store_firing *firing)
{
    (void)holding;
    tell(context, firing->at_ms);
}

static void note_trouble(void *context, const struct holding *holding, const struct err *err)
{
    (void)context;
    fprintf(stderr, "%s: %s\n", holding ? holding->id : "all", err->message);
}

/* ---- channels ------------------------------------------------------------------------------------ */

static void end_attempt(void *context, const struct channel_end *end)
{
    struct attempt *attempt = context;
    struct days *days = attempt->spy->days;
    static const char *const results[] = {"sent", "retry", "failed", "gone"};
    fprintf(days->attempts,
            "{\"destination\":\"%s\",\"id\":\"%s\",\"attempt\":%u,\"repeated\":%s,"
            "\"at\":%" PRId64 ",\"took\":%" PRId64 ",\"result\":\"%s\",\"wait\":%" PRId64
            ",\"unsure\":%s}\n",
            attempt->spy->destination, attempt->id, attempt->number,
            attempt->repeated ? "true" : "false", attempt->sent_ms,
            clock_monotonic() - attempt->began_ms, results[end->result], end->wait_ms,
            end->unsure ? "true" : "false");
    days->under_way--;
    attempt->done(attempt->context, end);
    free(attempt);
}

static void watch_send(struct channel *channel, const struct channel_message *message,
                       channel_done done, void *context)
{
    struct spy *spy = (struct spy *)(uintptr_t)channel->kind;
    struct attempt *attempt = calloc(1, sizeof *attempt);
    if (!attempt)
        exit(2);
    tell(spy->days, message->sent_ms);
    *attempt = (struct attempt){.spy = spy,
                                .number = message->attempt,
                                .repeated = message->repeated,
                                .sent_ms = message->sent_ms,
                                .began_ms = clock_monotonic(),
                                .done = done,
                                .context = context};
    snprintf(attempt->id, sizeof attempt->id, "%s", message->id);
    spy->days->under_way++;
    spy->real->send(channel, message, end_attempt, attempt);
}

static int make_post(void *context, uv_loop_t *loop, struct post **out, struct err *err)
{
    struct days *days = context;
    const struct post_options options = {.lang = LANG_EN};
    int code = post_open(days->config, loop, &options, out, err);
    for (size_t i = 0; code == 0 && i < days->config->channel_count; i++) {
        const char *name = days->config->channels[i].name;
        struct channel *channel = post_channel(*out, name);
        struct spy *spy = &days->spies[i];
        *spy = (struct spy){
            .kind = *channel->kind, .real = channel->kind, .destination = name, .days = days};
        spy->kind.send = watch_send;
        channel->kind = &spy->kind;
    }
    return code;
}

static void load_config(struct days *days, const char *path, int64_t shrink)
{
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, LANG_EN);
    struct err err = {0};
    int code = config_load(days->shared.host, path, &findings, &days->config, &err);
    if (code < 0 && findings.count)
        err_set(&err, code, "%s", findings.list[0].message);
    check(code, &err);
    struct config_channel *channels =
        (struct config_channel *)(uintptr_t)days->config->channels;
    for (size_t i = 0; i < days->config->channel_count; i++)
        channels[i].within_ms /= shrink;
    days->spies = mem_resize(NULL, days->config->channel_count, sizeof *days->spies);
    findings_free(&findings);
    arena_free(arena);
}

/* ---- what there is in the end -------------------------------------------------------------------- */

struct dump {
    struct store *store;
    FILE *out;
};

static bool write_message(void *context, const struct store_listed *listed)
{
    static const char *const states[MESSAGE_STATES] = {"ready", "leased",    "sent", "failed",
                                                       "held",  "cancelled", "empty"};
    struct dump *dump = context;
    const struct store_message *message = &listed->message;
    struct arena *arena = arena_new();
    struct value *map = value_map(arena), *about = value_list(arena);
    struct buf line = {0};
    char id[STORE_ID_MOST];
    struct err err;
    check(store_message_id(dump->store, message->number, id, &err), &err);
    for (size_t i = 0; i < listed->about_count && i < STORE_ABOUT_MOST; i++)
        value_append(arena, about, value_string(arena, listed->about[i]));
    value_set_string(arena, map, "id", id);
    value_set_string(arena, map, "state", states[message->state]);
    value_set_string(arena, map, "destination", listed->destination);
    value_set_string(arena, map, "unit", listed->unit ? listed->unit : "");
    value_set_string(arena, map, "note", message->note ? message->note : "");
    value_set(arena, map, "number", value_int(arena, message->number));
    value_set(arena, map, "attempts", value_int(arena, message->attempts));
    value_set(arena, map, "unsure", value_int(arena, listed->unsure));
    value_set(arena, map, "alarm", value_bool(arena, listed->text != NULL));
    value_set(arena, map, "about", about);
    json_write(&line, map);
    fprintf(dump->out, "%s\n", line.bytes);
    buf_free(&line);
    arena_free(arena);
    return true;
}

static void write_messages(struct days *days, const char *path)
{
    const struct store_wanted wanted = {0};
    struct dump dump = {days->shared.store, fopen(path, "we")};
    struct err err;
    if (!dump.out)
        exit(2);
    check(store_messages(dump.store, &wanted, write_message, &dump, &err), &err);
    fclose(dump.out);
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static void open_plans(struct days *days, char **paths, size_t count)
{
    struct err err = {0};
    for (; days->count < count && days->count < PLANS_MOST; days->count++) {
        const struct holding_options options = {.mode = HOLDING_RUN,
                                                .script = paths[days->count],
                                                .lang = LANG_EN,
                                                .shared = &days->shared,
                                                .fast = true};
        check(holding_open(&options, &days->holdings[days->count], &err), &err);
    }
}

static void live(struct days *days, int64_t until_ms)
{
    const struct loop_options options = {.clock = clock_fast(days->from_ms, INT32_MAX),
                                         .make_post = make_post,
                                         .lang = LANG_EN,
                                         .until_ms = until_ms,
                                         .fired = note_fired,
                                         .trouble = note_trouble,
                                         .context = days};
    struct err err = {0};
    check(loop_run(days->holdings, days->count, &options, &err), &err);
}

int main(int argc, char **argv)
{
    struct days days = {0};
    struct err err = {0};
    if (argc < 8)
        return 64;
    days.from_ms = strtoll(argv[2], NULL, 10);
    check(holding_share(NULL, "fault-days", LANG_EN, &days.shared, &err), &err);
    load_config(&days, argv[1], strtoll(argv[4], NULL, 10));
    days.attempts = fopen(argv[5], "we");
    if (!days.attempts)
        return 2;
    open_plans(&days, argv + 7, (size_t)argc - 7);
    live(&days, strtoll(argv[3], NULL, 10));
    write_messages(&days, argv[6]);
    printf("end %ld %zu\n", resident_kb(), open_files());
    for (size_t i = 0; i < days.count; i++)
        holding_close(&days.holdings[i]);
    config_free(days.config);
    holding_unshare(&days.shared);
    free(days.spies);
    fclose(days.attempts);
    return 0;
}
