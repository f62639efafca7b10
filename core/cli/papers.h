/*
 * The kept files of a store as a whole: whether all that facts speak of are there (doctor), and a copy of
 * them beside a copy of the store (backup).
 */
#ifndef CLI_PAPERS_H
#define CLI_PAPERS_H

#include "base/lang.h"
#include "store/store.h"

struct papers {
    uint32_t whole;   /* kept files that are there, with the bytes that were kept */
    uint32_t missing; /* that are not there */
    uint32_t damaged; /* whose bytes are others, or cannot be read */
    uint32_t unknown; /* that no fact speaks of: a command was interrupted, or withdrawn */
    struct err first; /* what is wrong with the first one that is not whole; code 0 = none */
};

/** Looks at every kept file beneath `folder`; reads each once. */
int papers_survey(struct store *store, const char *folder, enum lang lang, struct papers *out,
                  struct err *err);

/** Copies every kept file that a fact speaks of from one folder to another, each checked by its hash;
 * what is not whole is counted and left out. Those that are there already are not written again. */
int papers_copy(struct store *store, const char *from, const char *to, enum lang lang,
                struct papers *out, struct err *err);

#endif
