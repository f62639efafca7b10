/*
 * What items have to do with each other, and what of a piece can be measured: the part of plan.c
 * that needs all items at hand. For plan.c alone.
 */
#ifndef PLAN_LINKS_H
#define PLAN_LINKS_H

#include "plan/parts.h"

/** Compiles `counts`, `same`, `feeds` and `where` of all items of a plan whose items and index
 * stand. An error names the item and field. */
int links_compile(struct parts *parts, struct plan *plan, struct item *items);

#endif
