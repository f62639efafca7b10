/*
 * The group robot of WeCom (企业微信群机器人): a message becomes one post into the group whose key the
 * operator gave. Rules: https://developer.work.weixin.qq.com/document/path/91770 – text of at most
 * 2048 bytes, markdown of at most 4096, UTF-8; 20 posts a minute and robot, refused ones included.
 * Longer texts are cut between characters, with a mark that it was cut and the link where there is one.
 */
#ifndef CHANNEL_WECOM_H
#define CHANNEL_WECOM_H

#include "channel/channel.h"

#include <uv.h>

struct wecom_options {
    const char *key;     /* of the robot: what stands behind key= in its address */
    const char *base;    /* NULL = "https://qyapi.weixin.qq.com" */
    const char *agent;   /* "planrun/1.2.3" */
    const char *ca_file; /* NULL = the system's */
    bool markdown;       /* else text; only text can mention people */
    bool private;        /* `base` may stand inside the house */
    int64_t within_ms;   /* for a send; 0 = 30 s */
};

/** A channel on `loop`. The contact of a message names who is mentioned, separated by commas: user ids,
 * "@all", or mobile numbers of 11 digits; "" = nobody. Everything in the options is copied. ERR_INVALID:
 * a base or key that cannot be; the message does not hold the key. */
int channel_wecom_new(uv_loop_t *loop, const struct wecom_options *options,
                      struct channel **out, struct err *err);

#endif
