/*
 * SMTP (RFC 5321) to one server, for mail.h: libcurl makes the connection – the name, TLS or STARTTLS, greeting,
 * EHLO, login – and the mails are spoken over it here, one command and one reply at a time. libcurl's own
 * sending waits for the reply to a mail's end, and to QUIT, with the whole loop standing still
 * (smtp_done and smtp_disconnect up to 8.x); here nothing ever waits.
 *
 * A connection is kept for IDLE_MS behind a mail and used again. When a kept one breaks before the mail's
 * data have gone out, the mail is sent over a fresh one. Every parcel ends within its time limit, counted
 * from its turn on; while the server cannot be reached at all, all that wait end with the first.
 */
#ifndef CHANNEL_SMTP_H
#define CHANNEL_SMTP_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct smtp_options {
    const char *server;          /* smtp://host:port or smtps://host:port */
    const char *hello;           /* for EHLO: a host name; NULL = the machine's */
    const char *user, *password; /* NULL = no login */
    const char *ca_file;         /* NULL = the system's */
    bool plain;                  /* smtp:// without STARTTLS, inside the house only */
    size_t at_once;              /* connections */
    int64_t within_ms;           /* for a parcel */
};

enum smtp_step {
    SMTP_CONNECT, /* all before the sender */
    SMTP_SENDER,
    SMTP_RECIPIENT,
    SMTP_DATA, /* the command, and the text until its last byte has gone out */
    SMTP_END,  /* the answer to all */
};

/* How a parcel ended. */
struct smtp_end {
    bool sent;           /* 2xx to all of it */
    enum smtp_step step; /* else: where it failed */
    int reply;        /* that the server gave to that step; 0 = none, the connection was lost */
    const char *note; /* one plain line, NULL where sent; lives until the callback returns */
};

/** Exactly once, never before smtp_send has returned; more may be sent from here. */
typedef void (*smtp_done)(void *context, const struct smtp_end *end);

struct smtp;

/** The options are copied. ERR_INVALID: a server or a name that cannot be. */
int smtp_new(uv_loop_t *loop, const struct smtp_options *options, struct smtp **out,
             struct err *err);

/** Sends a text (lines with CRLF; its bytes are taken over and left empty here) from one address to another, both
 * letter_address's. Beyond at_once it waits for its turn. */
void smtp_send(struct smtp *smtp, const char *from, const char *to, struct buf *text,
               smtp_done done, void *context);

/** Ends all now, without a reply. */
void smtp_stop(struct smtp *smtp);

/** Frees it, once the loop has run; nothing may be under way. NULL is accepted. */
void smtp_close(struct smtp *smtp);

#endif
