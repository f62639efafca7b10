/*
 * The verdicts on a plan beside the notices above it (script/check.h), as a table for a clerk: our
 * item, whether it keeps what is asked, by whom, and in what it differs.
 */
#ifndef CLI_CONFORMANCE_H
#define CLI_CONFORMANCE_H

#include "base/lang.h"
#include "base/value.h"

#include <stdio.h>

/** Prints the rows, then how many there are of each verdict. Without rows it says that no mandate
 * above concerns this plan. */
void conformance_print(FILE *out, const struct value *verdicts, enum lang lang);

#endif
