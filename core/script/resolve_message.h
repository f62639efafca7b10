/*
 * What is said to people and when, as far as the resolver has a part in it: what reminders and
 * escalations lack (`message_*`). Included by resolve.c and resolve_message.c only.
 */
#ifndef SCRIPT_RESOLVE_MESSAGE_H
#define SCRIPT_RESOLVE_MESSAGE_H

#include "script/resolve_state.h"

/** Complains of what a reminder lacks, or fills it in. */
void message_reminder(struct resolver *r, struct node *node);

/** Checks the fields of an escalation together. */
void message_escalation(struct resolver *r, struct node *node);

/** What stdlib/escalation.lua makes of an escalation, as sealed reminders behind `list`. */
void message_expand(struct resolver *r, const struct node *node, struct value *list);

#endif
