/*
 * A letter: the text of one mail (RFC 5322, RFC 2045, RFC 2047), made of what a message says. It is plain
 * text in UTF-8, base64, in lines of at most 76 characters, and printable ASCII alone. Nothing that a name,
 * a subject or an address brings can end its header or become another one: names and subjects are
 * cleaned and encoded, an address is either of the strict form below or refused.
 */
#ifndef CHANNEL_LETTER_H
#define CHANNEL_LETTER_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { LETTER_ADDRESS_MOST = 254, LETTER_NAME_MOST = 300 }; /* bytes */

/* Name and address of one side. */
struct mailbox {
    char name[LETTER_NAME_MOST + 1]; /* "" = none */
    char address[LETTER_ADDRESS_MOST + 1];
};

struct letter {
    const struct mailbox *from;
    const char *to_name, *to; /* the address must be letter_address's */
    const char *subject, *text;
    const char *id;  /* of the message: [A-Za-z0-9_-] */
    int64_t sent_ms; /* the Date */
};

/** Whether the text is one mail address and nothing else: a dot-atom, "@", and a host name with a dot or
 * "localhost", in ASCII; no comments, quotes, lists or white space; at most 64 and 254 bytes. */
bool letter_address(const char *text);

/** Reads "name <address>", "\"name\" <address>" or the address alone. ERR_INVALID. */
int letter_mailbox(const char *text, struct mailbox *out, struct err *err);

/** Appends the mail, with CRLF, without dot stuffing. The same letter makes the same bytes. ERR_INVALID: an
 * address or an id that cannot stand there; nothing is appended. */
int letter_write(struct buf *out, const struct letter *letter, struct err *err);

#endif
