/*
 * What a command about facts said, and what was answered, in the words of people: said_*.
 */
#ifndef CLI_SAID_H
#define CLI_SAID_H

#include "base/value.h"
#include "cli/cli.h"
#include "store/facts.h"

/* What was asked for, as far as the answer is told by it. */
struct said {
    enum fact_kind kind;
    const char *script, *note, *approver; /* NULL = not said */
    int64_t count;                        /* 0 = not said */
    int64_t chars;                        /* -1 = not said */
    int32_t until;                        /* DAY_NONE */
};

/** Prints the answer to a fact (service/request.h): one line, and one for each thing beside it. */
void said_print(const struct cli *cli, const struct said *said, const struct value *answer);

/** Prints the answer to an undo. */
void said_print_undone(const struct cli *cli, const struct value *answer);

/** True when the field is there and true. */
bool said_is(const struct value *answer, const char *field);

#endif
