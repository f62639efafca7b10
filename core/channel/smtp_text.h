/*
 * The texts of SMTP that smtp.h reads and writes, apart from any connection.
 */
#ifndef CHANNEL_SMTP_TEXT_H
#define CHANNEL_SMTP_TEXT_H

#include "channel/smtp.h"

/** The number of a whole reply; 0 = more is to come, -1 = not the form of one. `*last` is where its last
 * line begins, `*end` what lies behind it; both only for a whole one. */
int smtp_reply(const char *text, const char **last, const char **end);

/** A text as it follows DATA: a dot in front of every dot that begins a line, and the line with a dot alone
 * behind all (RFC 5321, section 4.5.2). The caller's. */
struct buf smtp_stuffed(const struct buf *text);

/** The URL for libcurl, which takes the name for EHLO from its path. ERR_INVALID: a server or a name that cannot
 * be. `*url` is the caller's. */
int smtp_url(const struct smtp_options *options, char **url, struct err *err);

#endif
