/*
 * From an escalation to the reminders that it comes to: stdlib/escalation.lua decides, here its answer
 * is checked. For the resolver, which seals the reminders, so that a run knows none of this.
 */
#ifndef SCRIPT_ESCALATION_H
#define SCRIPT_ESCALATION_H

#include "script/host.h"

struct value;

/** Asks the policy. `sealed` has steps (ids) and every (one sealed duration), where they are said;
 * `*out` becomes a list of {after = {duration}, step, to}, with text where the policy has one, in
 * the arena. ERR_INTERNAL when the policy fails or gives anything else. */
int escalation_expand(struct host *host, struct arena *arena, const struct value *sealed,
                      struct value **out, struct err *err);

#endif
