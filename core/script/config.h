/*
 * The service's configuration: what the operator decides for all plans – channels, what plans' channel names
 * are bound to, when messages may go, where the alarm rings. It is written with words of its own
 * (stdlib/service.lua) and evaluated in a throw-away process like a plan, then sealed into plain structs; it
 * holds no secret, only the names of files that do (config_secret.h).
 */
#ifndef SCRIPT_CONFIG_H
#define SCRIPT_CONFIG_H

#include "base/finding.h"
#include "base/value.h"
#include "script/host.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CONFIG_SLOTS_MOST = 24,
    CONFIG_CHANNELS_MOST = 200, /* and binds */
    CONFIG_PLANS_MOST = 1000,   /* entries of `plans` */
};

enum config_kind {
    CONFIG_MAIL,
    CONFIG_WECOM,
    CONFIG_WEBHOOK,
    CONFIG_EXEC,
    CONFIG_SPOOL,
    CONFIG_JSONL,
    CONFIG_CONSOLE,
    CONFIG_KINDS /* how many */
};

/* A channel; what its kind does not have, or was not written, is NULL or 0. */
struct config_channel {
    const char *name; /* a destination: unique, an id */
    enum config_kind kind;
    uint32_t line;
    uint32_t per_minute;       /* 0 = no bound */
    uint32_t at_once;          /* sends under way */
    int64_t within_ms;         /* of one send */
    const char *url;           /* webhook; wecom: its base, NULL = the usual one */
    const char *ca;            /* mail, webhook, wecom: certificates, NULL = the system's */
    const char *server, *from; /* mail */
    const char *user;
    const char
        *secret; /* name of the webhook's secret, the robot's key, the mail user's password */
    const char *program; /* exec */
    const char *const *arguments;
    size_t argument_count;
    const char *path; /* spool: the folder; jsonl: the file, "-" = standard output */
    bool private;     /* webhook, wecom: private addresses, and http, are allowed */
    bool plain;       /* mail: without TLS */
    bool markdown;    /* wecom */
};

/* A role that goes another way than the rest of a plan's channel name. */
struct config_role {
    const char *role;
    uint32_t channel;
};

struct config_bind {
    const char *name; /* of a channel as plans write it */
    uint32_t channel; /* index of a channel; UINT32_MAX = as "default" */
    const struct config_role *roles;
    size_t role_count;
};

struct config {
    const char *path, *folder; /* as given; "." for a bare name */
    const char *const *plans;  /* scripts and folders, relative ones made so from the folder */
    size_t plan_count;
    int slots[CONFIG_SLOTS_MOST]; /* minutes of the day, ascending */
    size_t slot_count;            /* 0 = at once */
    int quiet_from, quiet_until;  /* minutes; both 0 = never */
    bool exact, working_days;
    uint32_t weekly;             /* 0 = no bound */
    const char *contacts, *link; /* NULL = none; contacts is a path */
    const char *alarm,
        *alarm_address; /* a channel's name, NULL = none; "" = it needs no address */
    const struct config_channel *channels;
    size_t channel_count;
    const struct config_bind *binds;
    size_t bind_count;
    const struct value *sealed; /* the same as a tree: equal trees are equal configurations */
    struct arena *arena;
};

/** Loads the file at `path`. What is wrong with it stands in `findings`, which may outlive the configuration
 * and the other way round. Returns 0 and `*out`, the caller's; ERR_INVALID (the findings say why); ERR_INTERNAL. */
int config_load(struct host *host, const char *path, struct findings *findings,
                struct config **out, struct err *err);
void config_free(struct config *config);

/** True when the file at `path` is written with the words of a configuration rather than of a plan; false for
 * what cannot be read. */
bool config_is(const char *path);

/** The index of the channel by that name, UINT32_MAX = there is none. */
uint32_t config_channel(const struct config *config, const char *name);

/** The channel that takes messages of a plan's channel name to a role: of that name's bind the role's,
 * else its first, else the same of "default". UINT32_MAX = nothing is bound. */
uint32_t config_bound(const struct config *config, const char *name, const char *role);

/** True when a plan's channel name has a bind of its own; others go the way of "default". */
bool config_binds(const struct config *config, const char *name);

/** What the kind is called in the configuration. */
const char *config_kind_name(enum config_kind kind);

/** True for kinds whose messages need an address, and cannot go to a unit by its name. */
bool config_needs_address(enum config_kind kind);

/** True for what looks like one mail address, perhaps as "name <address>". */
bool config_is_mailbox(const char *text);

#endif
