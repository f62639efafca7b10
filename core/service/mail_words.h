/*
 * The words of mails, a batch at a time: subject and text by stdlib/messages.lua, one JSON object. They
 * say how a duty stands on the day of the mail's slot. Whatever goes wrong with the policy, a mail gets
 * words: plain ones then. Made once for a message, before its first attempt, and kept with it.
 */
#ifndef SERVICE_MAIL_WORDS_H
#define SERVICE_MAIL_WORDS_H

#include "engine/mail.h"
#include "script/host.h"

/* Who gives words, and in what. */
struct mail_writer {
    struct host *host; /* NULL = plain words only */
    enum lang lang;
    const char *link; /* where people can read more; NULL = nowhere */
};

/** What a text function said of an entry of a mail, NULL = nothing; `context` is the caller's. */
typedef const char *(*mail_said)(void *context, size_t mail, size_t entry);

/** The words of `count` mails, all in the arena; of one that is kept, those. `said` may be NULL. Returns 0, or
 * a negative code with `*err` when the policy failed and the words are plain ones. */
int mail_words(const struct mail_writer *writer, const struct mail *mails, size_t count,
               mail_said said, void *context, struct arena *arena, struct store_words *out,
               struct err *err);

#endif
