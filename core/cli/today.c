#include "cli/today.h"

#include "cli/doubt.h"
#include "time/civil.h"

int32_t today_of(const struct cli *cli, const struct holding *holding, bool recorded, bool fast,
                 struct buf *held)
{
    struct trust trust;
    struct err err;
    int32_t today;
    int64_t reached;
    cli_day(NULL, &today);
    if (!recorded)
        return today;
    if (fast)
        return holding_reached(holding, &reached, &err) < 0 ? today
                                                            : civil_from_ms(reached, NULL);
    if (holding_trust(holding, &trust, &err) < 0 || trust.doubt == CLOCK_SURE)
        return today;
    doubt_add_text(held, &trust, cli->lang);
    return civil_from_ms(trust.now_ms, NULL);
}
