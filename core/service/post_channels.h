/*
 * From a channel as the operator wrote it to one that sends: its secret is read, its options are filled. For
 * post.c, and for whoever wants to know whether that would work.
 */
#ifndef SERVICE_POST_CHANNELS_H
#define SERVICE_POST_CHANNELS_H

#include "base/sha256.h"
#include "service/post.h"

/** Opens channel `index` of the configuration on the loop. The error begins with its name, and holds no
 * secret. */
int post_channel_open(const struct config *config, size_t index, uv_loop_t *loop,
                      const struct post_options *options, struct channel **out,
                      struct err *err);

/** What makes the channel what it is – its fields but its rate, its secret, its certificates' file as it lies there –
 * as a hash, so that one that did not change can be kept. Errors as of post_channel_open. */
int post_channel_print(const struct config *config, size_t index, enum lang lang,
                       char print[SHA256_HEX], struct err *err);

/** Opens the channel and closes it again, without a loop of the caller's: what post_channel_open would say.
 * Nothing is sent, no server is asked. */
int post_channel_try(const struct config *config, size_t index, enum lang lang,
                     struct err *err);

#endif
