/*
 * Memberships: which groups a row of a roster belongs to. The roster has the members of each group;
 * this is the other way round, made when somebody asks.
 */
#ifndef PLAN_MEMBERSHIP_H
#define PLAN_MEMBERSHIP_H

#include "plan/roster.h"

struct membership;

/** Of a sealed roster, which must outlive it; the caller frees it. One pass over all memberships;
 * four bytes a row and a membership. */
struct membership *membership_new(const struct roster *roster);
void membership_free(struct membership *membership);

/** The groups (rows) of a unit, in the order of the roster; the membership's. */
const uint32_t *membership_groups(const struct membership *membership, uint32_t unit,
                                  uint32_t *count);

#endif
