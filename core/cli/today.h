/*
 * The day it is for a plan: the wall's, unless the plan's clock is in doubt or its store is that of an
 * accelerated run, which has a time of its own. today_*
 */
#ifndef CLI_TODAY_H
#define CLI_TODAY_H

#include "base/buf.h"
#include "cli/cli.h"
#include "service/holding.h"

/** The civil day at +08:00. `recorded`: there is a store; `fast`: that of an accelerated run. Of a clock in
 * doubt, why messages are held is appended to `held`. */
int32_t today_of(const struct cli *cli, const struct holding *holding, bool recorded, bool fast,
                 struct buf *held);

#endif
