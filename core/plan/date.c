#include "plan/date.h"

#include <math.h>
#include <string.h>

const struct date *date_of_year(const struct date *date, int32_t year)
{
    for (uint32_t i = 0; i < date->year_count; i++)
        if (date->years[i].year == year)
            return date->years[i].none ? NULL : &date->years[i].date;
    return date;
}

const struct amount *amount_of_unit(const struct amount *amount, const char *unit)
{
    for (uint32_t i = 0; i < amount->unit_count; i++)
        if (strcmp(amount->units[i].unit, unit) == 0)
            return &amount->units[i].amount;
    return amount;
}

uint32_t amount_pieces(const struct amount *amount)
{
    if (!amount->stated || amount->percent || amount->min <= 1)
        return 1;
    return amount->min >= (double)UINT32_MAX ? UINT32_MAX : (uint32_t)ceil(amount->min);
}
