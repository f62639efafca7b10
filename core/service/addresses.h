/*
 * Addresses: who is reached where. The operator's contacts.csv gives addresses of units by role and channel,
 * for all plans; what is not there falls back to what contains the unit and to the roster. A lookup
 * costs a few hashes for each level above a unit, however many rows and units there are.
 *
 *   unit,role,channel,address          单位,角色,渠道,地址
 *   内科,contact,mail,nk@hospital.example
 *
 * A unit stands by its id or name; an empty role means contact (角色 may be 联系人, 负责人, 办公室, 分管领导, too), an
 * empty channel whichever takes the message.
 */
#ifndef SERVICE_ADDRESSES_H
#define SERVICE_ADDRESSES_H

#include "base/finding.h"
#include "plan/roster.h"
#include "script/config.h"

struct addresses;

enum {
    ADDRESSES_ROWS_MOST = 5000000,
    ADDRESSES_BYTES_MOST = 512 << 20, /* of the file */
};

/** Reads a table, UTF-8 or GB18030. Each row that is wrong is an error in `findings` and left out, the others
 * count. Returns 0 with `*out`, the caller's; ERR_INVALID after findings when the file cannot be read, is no
 * CSV or has other columns. It refers to `config` no longer. */
int addresses_load(const char *path, const struct config *config, struct findings *findings,
                   struct addresses **out, struct err *err);
void addresses_free(struct addresses *addresses);

/** Number of addresses. */
size_t addresses_count(const struct addresses *addresses);

/* Whose address is asked for. */
struct addresses_asked {
    const struct roster *roster;
    uint32_t row;     /* of the unit */
    uint32_t owner;   /* row of the plan's own unit, UNIT_NONE = not known */
    const char *role; /* "contact", "head", "office", "leader" or any other */
    const char *channel;
    bool mail; /* the channel takes mail addresses and nothing else */
};

/** The address, normalised, in the arena or where it stands; NULL = there is none. In this order:
 * the unit's row for that role; for "contact" the roster's own contact of the unit; the rows for that role of
 * what contains it, from below; for "office" the contact of the plan's owner, from its rows, then from the
 * roster. `addresses` may be NULL: then there are no rows. */
const char *addresses_of(const struct addresses *addresses, const struct addresses_asked *asked,
                         struct arena *arena);

#endif
