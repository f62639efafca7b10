#include "service/post_channels.h"

#include "base/json.h"
#include "channel/exec.h"
#include "channel/mail.h"
#include "channel/spool.h"
#include "channel/webhook.h"
#include "channel/wecom.h"
#include "script/config_secret.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a channel is opened with. */
struct opening {
    const struct config_channel *from;
    uv_loop_t *loop;
    const struct post_options *options;
    const char *agent;
    const char *secret; /* NULL = the kind has none, or none was written */
};

typedef int open_function(const struct opening *opening, struct channel **out, struct err *err);

static int open_mail(const struct opening *opening, struct channel **out, struct err *err)
{
    const struct config_channel *from = opening->from;
    const struct mail_options options = {.server = from->server,
                                         .from = from->from,
                                         .user = from->user,
                                         .password = opening->secret,
                                         .ca_file = from->ca,
                                         .plain = from->plain,
                                         .at_once = from->at_once,
                                         .within_ms = from->within_ms};
    return channel_mail_new(opening->loop, &options, out, err);
}

static int open_wecom(const struct opening *opening, struct channel **out, struct err *err)
{
    const struct config_channel *from = opening->from;
    const struct wecom_options options = {.key = opening->secret,
                                          .base = from->url,
                                          .agent = opening->agent,
                                          .ca_file = from->ca,
                                          .markdown = from->markdown,
                                          .private = from->private,
                                          .within_ms = from->within_ms};
    return channel_wecom_new(opening->loop, &options, out, err);
}

static int open_webhook(const struct opening *opening, struct channel **out, struct err *err)
{
    const struct config_channel *from = opening->from;
    const struct webhook_options options = {.url = from->url,
                                            .secrets = opening->secret,
                                            .agent = opening->agent,
                                            .ca_file = from->ca,
                                            .private = from->private,
                                            .at_once = from->at_once,
                                            .within_ms = from->within_ms};
    return channel_webhook_new(opening->loop, &options, out, err);
}

static int open_exec(const struct opening *opening, struct channel **out, struct err *err)
{
    const struct config_channel *from = opening->from;
    const struct exec_options options = {.program = from->program,
                                         .arguments = from->arguments,
                                         .argument_count = from->argument_count,
                                         .at_once = from->at_once,
                                         .within_ms = from->within_ms};
    return channel_exec_new(opening->loop, &options, out, err);
}

static int open_spool(const struct opening *opening, struct channel **out, struct err *err)
{
    const char *folder = opening->from->path;
    char whole[PATH_MAX * 2], here[PATH_MAX];
    if (folder[0] != '/') {
        if (!getcwd(here, sizeof here))
            return err_set(err, ERR_IO, "%s", folder);
        snprintf(whole, sizeof whole, "%s/%s", here, folder);
        folder = whole;
    }
    return channel_spool_new(folder, out, err);
}

static int open_jsonl(const struct opening *opening, struct channel **out, struct err *err)
{
    return channel_jsonl_new(opening->from->path, out, err);
}

static int open_console(const struct opening *opening, struct channel **out, struct err *err)
{
    (void)err;
    *out = channel_console_new(stdout, opening->options->lang, false);
    return 0;
}

static int say_where(const struct config_channel *channel, enum lang lang,
                     const struct err *why, struct err *err)
{
    return err_set(err, why->code,
                   TR(lang, "channel \"%s\" (line %u): %s", "channel \"%s\"（第 %u 行）：%s"),
                   channel->name, channel->line, why->message);
}

/* Nothing where the kind has none, or none was written. */
static int read_secret(const struct config *config, const struct config_channel *channel,
                       enum lang lang, struct config_secret *secret, struct err *err)
{
    struct err why = {0};
    *secret = (struct config_secret){0};
    if (!channel->secret || config_secret(config, channel->secret, lang, secret, &why) == 0)
        return 0;
    return say_where(channel, lang, &why, err);
}

int post_channel_open(const struct config *config, size_t index, uv_loop_t *loop,
                      const struct post_options *options, struct channel **out, struct err *err)
{
    static open_function *const functions[CONFIG_KINDS] = {
        [CONFIG_MAIL] = open_mail,       [CONFIG_WECOM] = open_wecom,
        [CONFIG_WEBHOOK] = open_webhook, [CONFIG_EXEC] = open_exec,
        [CONFIG_SPOOL] = open_spool,     [CONFIG_JSONL] = open_jsonl,
        [CONFIG_CONSOLE] = open_console,
    };
    const struct config_channel *from = &config->channels[index];
    struct opening opening = {from, loop, options, options->agent ? options->agent : "planrun",
                              NULL};
    struct config_secret secret;
    struct err why = {0};
    int code = read_secret(config, from, options->lang, &secret, err);
    if (code < 0)
        return code;
    opening.secret = secret.bytes;
    code = functions[from->kind](&opening, out, &why);
    config_secret_free(&secret);
    return code < 0 ? say_where(from, options->lang, &why, err) : 0;
}

/* The fields of a channel without where it stands and what the outbox alone minds. */
static void add_fields(struct buf *text, const struct config *config, size_t index)
{
    const struct value *all = value_get(config->sealed, "channels")->items[index];
    for (uint32_t i = 0; i < all->pairs; i++) {
        const struct value_pair *pair = &all->map[i];
        if (strcmp(pair->key, "line") == 0 || strcmp(pair->key, "rate") == 0)
            continue;
        buf_printf(text, "%s=", pair->key);
        json_write(text, pair->value);
        buf_adds(text, "\n");
    }
}

static void add_file(struct buf *text, const char *path)
{
    struct stat status;
    if (path && stat(path, &status) == 0)
        buf_printf(text, "%lld %lld %lld.%ld\n", (long long)status.st_ino,
                   (long long)status.st_size, (long long)status.st_mtim.tv_sec,
                   status.st_mtim.tv_nsec);
}

int post_channel_print(const struct config *config, size_t index, enum lang lang,
                       char print[SHA256_HEX], struct err *err)
{
    const struct config_channel *channel = &config->channels[index];
    struct config_secret secret;
    struct buf text = {0};
    int code = read_secret(config, channel, lang, &secret, err);
    if (code < 0)
        return code;
    add_fields(&text, config, index);
    add_file(&text, channel->ca);
    if (secret.bytes)
        sha256_hex(secret.bytes, secret.length, print);
    buf_adds(&text, secret.bytes ? print : "");
    sha256_hex(text.bytes, text.length, print);
    config_secret_free(&secret);
    buf_free(&text);
    return 0;
}

int post_channel_try(const struct config *config, size_t index, enum lang lang, struct err *err)
{
    const struct post_options options = {.lang = lang};
    struct channel *channel = NULL;
    uv_loop_t loop;
    int code = uv_loop_init(&loop);
    if (code < 0)
        return err_set(err, ERR_IO, "event loop: %s", uv_strerror(code));
    code = post_channel_open(config, index, &loop, &options, &channel, err);
    if (channel)
        channel->kind->close(channel);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return code;
}
