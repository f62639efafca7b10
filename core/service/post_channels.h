/*
 * From a channel as the operator wrote it to one that sends: its secret is read, its options are filled. For
 * post.c, and for whoever wants to know whether that would work.
 */
#ifndef SERVICE_POST_CHANNELS_H
#define SERVICE_POST_CHANNELS_H

#include "service/post.h"

/** Opens channel `index` of the configuration on the loop. The error begins with its name, and holds no
 * secret. */
int post_channel_open(const struct config *config, size_t index, uv_loop_t *loop,
                      const struct post_options *options, struct channel **out,
                      struct err *err);

/** Opens the channel and closes it again, without a loop of the caller's: what post_channel_open would say.
 * Nothing is sent, no server is asked. */
int post_channel_try(const struct config *config, size_t index, enum lang lang,
                     struct err *err);

#endif
