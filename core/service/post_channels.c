#include "service/post_channels.h"

#include "channel/exec.h"
#include "channel/mail.h"
#include "channel/spool.h"
#include "channel/webhook.h"
#include "channel/wecom.h"
#include "script/config_secret.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
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
    struct config_secret secret = {0};
    struct err own = {0};
    int code =
        from->secret ? config_secret(config, from->secret, options->lang, &secret, &own) : 0;
    opening.secret = secret.bytes;
    if (code == 0)
        code = functions[from->kind](&opening, out, &own);
    config_secret_free(&secret);
    return code < 0 ? err_set(err, code,
                              TR(options->lang, "channel \"%s\" (line %u): %s",
                                 "channel \"%s\"（第 %u 行）：%s"),
                              from->name, from->line, own.message)
                    : 0;
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
