#include "service/post.h"

#include "base/arena.h"
#include "base/table.h"
#include "service/addresses.h"
#include "service/post_channels.h"

#include <stdlib.h>
#include <string.h>

enum {
    RETIRED_MS = 60000, /* beside twice the channel's own limit */
    RETIRED_MOST = 64,  /* so many are kept; of more the oldest are ended */
};

/* All that a configuration makes; the channels in its order. */
struct outfit {
    const struct config *config;
    struct arena *arena;
    struct channel **channels;
    char (*prints)[SHA256_HEX]; /* of each */
    struct table names;         /* → index */
    struct addresses *addresses;
    struct outbox_rules rules;
};

/* A channel that was exchanged while something may be under way with it. */
struct retired {
    struct channel *channel;
    uint64_t until_ms; /* of the loop's clock */
};

struct post {
    struct channel *single; /* NULL = there is a configuration */
    uv_loop_t *loop;
    enum lang lang;
    struct outfit outfit;
    struct outbox_rules rules; /* outfit's, where callers keep looking */
    struct retired *retired;
    size_t retired_count;
};

/* ---- whom and where ----------------------------------------------------------------------------- */

static uint32_t owner_of(const struct roster *roster)
{
    const char *owner = roster_plan(roster)->owner;
    return owner ? roster_find(roster, owner, strlen(owner)) : UNIT_NONE;
}

/* As a table of addresses writes it. */
static const char *role_name(const char *role, enum lang lang)
{
    static const char *const names[][2] = {{"contact", "联系人"},
                                           {"head", "负责人"},
                                           {"office", "办公室"},
                                           {"leader", "分管领导"}};
    for (size_t i = 0; lang == LANG_ZH && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], role) == 0)
            return names[i][1];
    return role;
}

static int find_address(void *context, const struct outbox_asked *asked,
                        struct outbox_address *out, struct arena *arena, struct err *err)
{
    const struct post *post = context;
    const struct config *config = post->outfit.config;
    uint32_t index = config_bound(config, asked->channel, asked->role);
    if (index == UINT32_MAX)
        return err_set(
            err, ERR_NOT_FOUND,
            TR(post->lang, "no channel is bound to “%.64s”", "没有为“%.64s”指定渠道"),
            asked->channel);
    const struct config_channel *channel = &config->channels[index];
    const struct addresses_asked question = {.roster = asked->roster,
                                             .row = asked->row,
                                             .owner = owner_of(asked->roster),
                                             .role = asked->role,
                                             .channel = channel->name,
                                             .mail = channel->kind == CONFIG_MAIL};
    const char *address = addresses_of(post->outfit.addresses, &question, arena);
    if (!address && config_needs_address(channel->kind))
        return err_set(err, ERR_NOT_FOUND,
                       TR(post->lang, "%.200s has no address in %.64s for the role %.64s",
                          "%.200s在渠道“%.64s”里没有地址（%.64s）"),
                       roster_name(asked->roster, asked->row), channel->name,
                       role_name(asked->role, post->lang));
    *out = (struct outbox_address){channel->name,
                                   address ? address : roster_name(asked->roster, asked->row)};
    return 0;
}

/* ---- from a configuration ----------------------------------------------------------------------- */

static void close_channel(struct channel *channel)
{
    if (channel)
        channel->kind->close(channel);
}

static void outfit_free(struct outfit *outfit)
{
    table_free(&outfit->names);
    addresses_free(outfit->addresses);
    arena_free(outfit->arena);
    *outfit = (struct outfit){0};
}

static int load_addresses(struct outfit *outfit, const struct post_options *options,
                          struct err *err)
{
    const char *path = outfit->config->contacts;
    struct arena *arena = arena_new();
    struct findings own = findings_new(arena, options->lang);
    struct findings *findings = options->findings ? options->findings : &own;
    size_t errors = findings->errors;
    int code =
        path ? addresses_load(path, outfit->config, findings, &outfit->addresses, err) : 0;
    if (code == 0 && options->strict && findings->errors > errors)
        code = err_set(err, ERR_INVALID,
                       TR(options->lang, "%s: %zu rows are wrong", "%s：有 %zu 行不对"), path,
                       findings->errors - errors);
    findings_free(&own);
    arena_free(arena);
    return code;
}

static void fill_rules(struct outfit *outfit, const struct post_options *options)
{
    const struct config *config = outfit->config;
    struct outbox_rules *rules = &outfit->rules;
    struct outbox_destination *list =
        arena_array(outfit->arena, config->channel_count, sizeof *list);
    for (size_t i = 0; i < config->channel_count; i++) {
        const struct config_channel *channel = &config->channels[i];
        list[i] =
            (struct outbox_destination){channel->name, channel->per_minute, channel->at_once};
    }
    *rules = (struct outbox_rules){.slot_count = config->slot_count,
                                   .quiet_from = (int16_t)config->quiet_from,
                                   .quiet_until = (int16_t)config->quiet_until,
                                   .weekly = config->weekly,
                                   .working_days = config->working_days,
                                   .jitter = config->slot_count && !config->exact,
                                   .calendar = options->calendar,
                                   .destinations = list,
                                   .destination_count = config->channel_count,
                                   .address = find_address,
                                   .alarm = config->alarm,
                                   .alarm_address = config->alarm_address};
    for (size_t i = 0; i < config->slot_count; i++)
        rules->slots[i] = (int16_t)config->slots[i];
}

/* The channel of before that is the same still, NULL = none. */
static struct channel *find_same(const struct outfit *old, const char *name, const char *print)
{
    uint32_t index = table_get(&old->names, name, strlen(name));
    return index != TABLE_NONE && strcmp(old->prints[index], print) == 0 ? old->channels[index]
                                                                         : NULL;
}

static bool is_kept(const struct outfit *outfit, const struct channel *channel)
{
    for (size_t i = 0; outfit->config && i < outfit->config->channel_count; i++)
        if (outfit->channels[i] == channel)
            return true;
    return false;
}

static int open_channels(struct outfit *outfit, const struct outfit *old, uv_loop_t *loop,
                         const struct post_options *options, struct err *err)
{
    const struct config *config = outfit->config;
    int code = 0;
    for (size_t i = 0; i < config->channel_count && code == 0; i++) {
        const char *name = config->channels[i].name;
        code = post_channel_print(config, i, options->lang, outfit->prints[i], err);
        if (code == 0)
            outfit->channels[i] = find_same(old, name, outfit->prints[i]);
        if (code == 0 && !outfit->channels[i])
            code = post_channel_open(config, i, loop, options, &outfit->channels[i], err);
        table_add(&outfit->names, name, strlen(name), (uint32_t)i);
    }
    return code;
}

/* `old` is what it takes the place of, or empty: channels that have not changed are kept. */
static int outfit_open(struct outfit *outfit, const struct config *config,
                       const struct outfit *old, uv_loop_t *loop,
                       const struct post_options *options, struct err *err)
{
    *outfit = (struct outfit){.config = config, .arena = arena_new()};
    outfit->channels =
        arena_array(outfit->arena, config->channel_count, sizeof *outfit->channels);
    outfit->prints = arena_array(outfit->arena, config->channel_count, sizeof *outfit->prints);
    int code = load_addresses(outfit, options, err);
    if (code == 0)
        code = open_channels(outfit, old, loop, options, err);
    if (code == 0) {
        fill_rules(outfit, options);
        return 0;
    }
    for (size_t i = 0; i < config->channel_count; i++)
        if (!is_kept(old, outfit->channels[i]))
            close_channel(outfit->channels[i]);
    outfit_free(outfit);
    return code;
}

static void take(struct post *post, const struct outfit *outfit)
{
    post->outfit = *outfit;
    post->rules = outfit->rules;
    post->rules.context = post;
}

int post_open(const struct config *config, uv_loop_t *loop, const struct post_options *options,
              struct post **out, struct err *err)
{
    struct outfit outfit;
    const struct outfit none = {0};
    int code = outfit_open(&outfit, config, &none, loop, options, err);
    if (code < 0)
        return code;
    struct post *post = mem_resize(NULL, 1, sizeof *post);
    *post = (struct post){.loop = loop, .lang = options->lang};
    take(post, &outfit);
    *out = post;
    return 0;
}

struct post *post_single(struct channel *channel)
{
    struct post *post = mem_resize(NULL, 1, sizeof *post);
    *post = (struct post){.single = channel, .rules = *outbox_rules_plain()};
    return post;
}

/* ---- exchanging --------------------------------------------------------------------------------- */

static void flush_channel(struct channel *channel)
{
    if (channel && channel->kind->flush)
        channel->kind->flush(channel);
}

static void stop_channel(struct channel *channel)
{
    if (channel && channel->kind->stop)
        channel->kind->stop(channel);
}

/* Closes those whose time is over: nothing can be under way with them, and what were is ended. */
static void bury(struct post *post, uint64_t now_ms)
{
    size_t kept = 0, count = post->retired_count;
    for (size_t i = 0; i < count; i++) {
        struct retired retired = post->retired[i];
        if (retired.until_ms > now_ms && count - i <= RETIRED_MOST) {
            post->retired[kept++] = retired;
            continue;
        }
        stop_channel(retired.channel);
        close_channel(retired.channel);
    }
    post->retired_count = kept;
}

/* Those that `next` has not kept. */
static void retire(struct post *post, const struct outfit *next)
{
    const struct config *config = post->outfit.config;
    post->retired = mem_resize(post->retired, post->retired_count + config->channel_count,
                               sizeof *post->retired);
    for (size_t i = 0; i < config->channel_count; i++) {
        struct channel *channel = post->outfit.channels[i];
        if (is_kept(next, channel))
            continue;
        flush_channel(channel);
        post->retired[post->retired_count++] = (struct retired){
            channel,
            uv_now(post->loop) + 2 * (uint64_t)config->channels[i].within_ms + RETIRED_MS};
    }
    outfit_free(&post->outfit);
}

int post_renew(struct post *post, const struct config *config,
               const struct post_options *options, struct err *err)
{
    struct outfit outfit;
    int code = outfit_open(&outfit, config, &post->outfit, post->loop, options, err);
    if (code < 0)
        return code;
    retire(post, &outfit);
    bury(post, uv_now(post->loop));
    take(post, &outfit);
    return 0;
}

/* ---- using -------------------------------------------------------------------------------------- */

struct channel *post_channel(struct post *post, const char *destination)
{
    if (post->single)
        return post->single;
    uint32_t index = table_get(&post->outfit.names, destination, strlen(destination));
    return index == TABLE_NONE ? NULL : post->outfit.channels[index];
}

const struct outbox_rules *post_rules(const struct post *post)
{
    return &post->rules;
}

const char *post_link(const struct post *post)
{
    const struct config *config = post->outfit.config;
    return config && config->link ? config->link : "";
}

static size_t channel_count(const struct post *post)
{
    return post->outfit.config ? post->outfit.config->channel_count : 0;
}

void post_flush(struct post *post)
{
    flush_channel(post->single);
    for (size_t i = 0; i < channel_count(post); i++)
        flush_channel(post->outfit.channels[i]);
    if (post->retired_count)
        bury(post, uv_now(post->loop));
}

void post_stop(struct post *post)
{
    stop_channel(post->single);
    for (size_t i = 0; i < channel_count(post); i++)
        stop_channel(post->outfit.channels[i]);
    for (size_t i = 0; i < post->retired_count; i++)
        stop_channel(post->retired[i].channel);
}

void post_close(struct post *post)
{
    if (!post)
        return;
    for (size_t i = 0; i < channel_count(post); i++)
        close_channel(post->outfit.channels[i]);
    bury(post, UINT64_MAX);
    outfit_free(&post->outfit);
    free(post->retired);
    free(post);
}
