/*
 * What `planrun help COMMAND` says: help.c has the frame and most commands, other files those of a
 * family.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

struct help_text {
    const char *command, *en, *zh;
};

/** The text on a command about facts – submit … undo –, NULL for any other. */
const struct help_text *help_fact(const char *command);
/** That on roster, NULL for any other. */
const struct help_text *help_roster(const char *command);
/** That on an operator's command, NULL for any other. */
const struct help_text *help_service(const char *command);

#endif
