/*
 * From a channel as the operator wrote it to one that sends: its secret is read, its options are filled. Used
 * by post.c only.
 */
#ifndef SERVICE_POST_CHANNELS_H
#define SERVICE_POST_CHANNELS_H

#include "service/post.h"

/** Opens channel `index` of the configuration on the loop. The error begins with its name, and holds no
 * secret. */
int post_channel_open(const struct config *config, size_t index, uv_loop_t *loop,
                      const struct post_options *options, struct channel **out,
                      struct err *err);

#endif
