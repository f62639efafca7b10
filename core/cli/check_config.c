/* `planrun check service.lua`: the service's configuration, and whether what it names is there – secrets, folders,
 * programs, the table of addresses. Nothing is sent. */
#include "cli/check.h"

#include "channel/exec.h"
#include "script/config_secret.h"
#include "service/addresses.h"
#include "service/post_channels.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct checking {
    struct cli *cli;
    struct findings *findings;
    const struct config *config;
    struct source *source; /* to name its lines */
};

static void warn(struct checking *c, const char *name, uint32_t line, const char *message)
{
    struct place place = {.source = c->source, .line = line};
    finding_add(c->findings, SEVERITY_WARNING, name, place, "%s", message);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static const char *said(struct checking *c, const char *what, const char *en, const char *zh)
{
    return arena_printf(c->findings->arena, "%s: %s", what, TR(c->cli->lang, en, zh));
}

/* What the channel itself refuses: the form of a secret, an address. A file would be made by opening it, and of a
 * program is asked for this very user. */
static void try_channel(struct checking *c, uint32_t index)
{
    const struct config_channel *channel = &c->config->channels[index];
    struct place place = {.source = c->source, .line = channel->line};
    struct err err = {0};
    bool speaks = channel->kind == CONFIG_MAIL || channel->kind == CONFIG_WECOM ||
                  channel->kind == CONFIG_WEBHOOK;
    if (speaks && post_channel_try(c->config, index, c->cli->lang, &err) < 0)
        finding_add(c->findings, SEVERITY_ERROR, "refused-channel", place, "%s", err.message);
}

static bool has_secret(struct checking *c, const struct config_channel *channel)
{
    struct config_secret secret = {0};
    struct err err = {0};
    if (!channel->secret)
        return true;
    int code = config_secret(c->config, channel->secret, c->cli->lang, &secret, &err);
    config_secret_free(&secret);
    if (code < 0)
        warn(c, "secret-unreadable", channel->line, err.message);
    return code == 0;
}

static void check_channel(struct checking *c, uint32_t index)
{
    const struct config_channel *channel = &c->config->channels[index];
    struct err err = {0};
    if (has_secret(c, channel))
        try_channel(c, index);
    if (channel->kind == CONFIG_EXEC && exec_check(channel->program, &err) < 0)
        warn(c, "cannot-use", channel->line, err.message);
    if (channel->kind == CONFIG_SPOOL && !is_folder(channel->path))
        warn(c, "cannot-use", channel->line,
             said(c, channel->path, "there is no such folder", "没有这个文件夹"));
    if (channel->ca && access(channel->ca, R_OK) < 0)
        warn(c, "cannot-use", channel->line,
             said(c, channel->ca, "this file cannot be read", "读不到这个文件"));
}

static bool is_used(const struct config *config, uint32_t channel)
{
    if (config->alarm && config_channel(config, config->alarm) == channel)
        return true;
    for (size_t i = 0; i < config->bind_count; i++) {
        const struct config_bind *bind = &config->binds[i];
        bool used = bind->channel == channel;
        for (size_t r = 0; r < bind->role_count; r++)
            used |= bind->roles[r].channel == channel;
        if (used)
            return true;
    }
    return false;
}

static void check_all(struct checking *c)
{
    const struct config *config = c->config;
    struct addresses *addresses = NULL;
    for (uint32_t i = 0; i < config->channel_count; i++) {
        check_channel(c, i);
        struct place place = {.source = c->source, .line = config->channels[i].line};
        if (!is_used(config, i))
            finding_add(c->findings, SEVERITY_NOTE, "unused-channel", place,
                        TR(c->cli->lang, "no message goes to “%s”", "没有消息走“%s”"),
                        config->channels[i].name);
    }
    for (size_t i = 0; i < config->plan_count; i++)
        if (access(config->plans[i], R_OK) < 0)
            warn(c, "cannot-use", 0,
                 said(c, config->plans[i], "there are no plans to be read here",
                      "这里没有可读的方案"));
    if (config->contacts)
        addresses_load(config->contacts, config, c->findings, &addresses, NULL);
    addresses_free(addresses);
}

/* The text is read once more only to show its lines; what is secret in it has been refused. */
static void load(struct checking *c, struct host *host, const char *path, struct err *err)
{
    struct config *config = NULL;
    if (config_load(host, path, c->findings, &config, err) < 0)
        return;
    c->config = config;
    c->source = arena_alloc(c->findings->arena, sizeof *c->source);
    *c->source = (struct source){.name = arena_string(c->findings->arena, path)};
    check_all(c);
    config_free(config);
}

int check_config_look(struct cli *cli, const char *path, struct findings *findings,
                      struct err *err)
{
    struct checking c = {.cli = cli, .findings = findings};
    struct host *host = NULL;
    int code = cli_open_host(&host, err);
    if (code == 0)
        load(&c, host, path, err);
    host_close(host);
    return code;
}

int check_config(struct cli *cli, const char *path, bool json, bool strict)
{
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, cli->lang);
    struct err err = {0};
    findings.most = CLI_FINDINGS_MOST;
    int code = check_config_look(cli, path, &findings, &err);
    check_print_findings(cli, &findings, json);
    if (json)
        check_tell_rest(cli, &findings);
    else if (err.code != ERR_INTERNAL)
        check_print_counts(cli, path, &findings, 0, 0);
    bool wrong = findings.errors || (strict && findings.warnings);
    code = err.code == ERR_INTERNAL || code < 0 ? cli_fail(cli, &err)
                                                : (wrong ? EXIT_PROBLEMS : EXIT_FINE);
    findings_free(&findings);
    arena_free(arena);
    return code;
}
