/*
 * The post: what the operator has set up for sending – channels by destination, and the rules. A courier
 * asks it for both; it knows no plan's lines and no store. Every channel of it is on one loop.
 */
#ifndef SERVICE_POST_H
#define SERVICE_POST_H

#include "channel/channel.h"
#include "engine/outbox.h"
#include "script/config.h"

#include <uv.h>

struct post;

struct post_options {
    const char *agent;               /* "planrun/1.2.3"; NULL = "planrun" */
    enum lang lang;                  /* of notes */
    const struct calendar *calendar; /* for working days; outlives the post */
    struct findings *findings; /* of the table of addresses, may be NULL; for the call only */
    bool strict;               /* a wrong row of that table is an error */
};

/** One channel for every destination, under outbox_rules_plain. The channel stays the caller's, who closes it
 * after post_close. */
struct post *post_single(struct channel *channel);

/** The channels of a configuration on `loop`, their secrets read, and its table of addresses. The configuration
 * outlives the post, or its being renewed. ERR_INVALID, ERR_NOT_FOUND, ERR_IO: the error names the channel or
 * file, and holds no secret. */
int post_open(const struct config *config, uv_loop_t *loop, const struct post_options *options,
              struct post **out, struct err *err);

/** Takes the rules and channels of another configuration, secrets and addresses read anew; on failure everything
 * stays. A channel that is as it was is kept with what is under way. What is under way with another ends
 * there: it is closed once all its time has run out, later. Not of post_single. `options` as before. */
int post_renew(struct post *post, const struct config *config,
               const struct post_options *options, struct err *err);

/** The channel of a destination, NULL = there is none of that name (any more). */
struct channel *post_channel(struct post *post, const char *destination);

/** The rules; the struct stays until post_close, what is in it until the post is renewed. */
const struct outbox_rules *post_rules(const struct post *post);

/** Where more is to be read than a message holds, "" = nowhere; valid until the post is renewed. */
const char *post_link(const struct post *post);

/** Nothing more is given to the channels for now: those that gather write out what they have. */
void post_flush(struct post *post);

/** Ends all sends that are under way, at once, as unsure. */
void post_stop(struct post *post);

/** Closes what post_open opened, and frees it; NULL is accepted. No send is under way any more, the loop
 * has still to run. */
void post_close(struct post *post);

#endif
