/*
 * Mail: a message becomes one plain-text mail to one recipient, given to the operator's own mail
 * server (a smarthost) over SMTP. The connection is kept for the next mail. What comes back:
 *
 *   2xx to the mail                       sent
 *   55x to the recipient or the mail      failed: the message or its address is refused
 *   an address that is no address         failed, without a word to the server
 *   anything else – 4xx, no connection,   again: that is between the operator and the server, and can be
 *   TLS, login, sender, 50x, 53x          mended; the outbox gives up by itself, loudly
 *   no answer to the whole mail           again, unsure; what breaks before its last byte has gone out has
 *                                         not been taken
 *
 * The Message-ID is made of the message's id and the sender's domain: every attempt bears the same. What
 * comes from a plan or a roster cannot add a header, a recipient or a command (letter.h).
 */
#ifndef CHANNEL_MAIL_H
#define CHANNEL_MAIL_H

#include "channel/channel.h"

#include <uv.h>

struct mail_options {
    const char *server;   /* "smtp://host:587", with STARTTLS, or "smtps://host:465" */
    const char *from;     /* "党政办公室 <dzb@hospital.example>" or the address alone */
    const char *user;     /* NULL = no login */
    const char *password; /* of `user` */
    const char *hello;    /* our name in EHLO; NULL = the machine's */
    const char *ca_file;  /* whose certificates are trusted; NULL = the system's */
    bool plain;        /* smtp:// without TLS, and then only to an address inside the house */
    size_t at_once;    /* connections; 0 = 4; what is sent beyond waits for its turn */
    int64_t within_ms; /* for a mail; 0 = 60 s */
};

/** A channel on `loop`; the options are copied, the password is wiped on close. ERR_INVALID: a server, sender
 * or login that cannot be; the message holds no password. */
int channel_mail_new(uv_loop_t *loop, const struct mail_options *options, struct channel **out,
                     struct err *err);

#endif
