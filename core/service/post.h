/*
 * The post: what the operator has set up for sending – channels by destination, and the rules. A courier
 * asks it for both; it knows no plan's lines and no store. Every channel of it is on one loop.
 */
#ifndef SERVICE_POST_H
#define SERVICE_POST_H

#include "channel/channel.h"
#include "engine/outbox.h"

struct post;

/** One channel for every destination, under outbox_rules_plain. The channel stays the caller's, who closes it
 * after post_close. */
struct post *post_single(struct channel *channel);

/** The channel of a destination, NULL = there is none of that name (any more). */
struct channel *post_channel(struct post *post, const char *destination);

/** The rules; valid until post_close. */
const struct outbox_rules *post_rules(const struct post *post);

/** Nothing more is given to the channels for now: those that gather write out what they have. */
void post_flush(struct post *post);

/** Ends all sends that are under way, at once, as unsure. */
void post_stop(struct post *post);

/** Closes what post_open opened, and frees it; NULL is accepted. No send is under way any more, the loop
 * has still to run. */
void post_close(struct post *post);

#endif
