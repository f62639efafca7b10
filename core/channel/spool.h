/*
 * Spool: a message becomes one JSON file in a folder, for a gateway between networks (网闸) that takes the
 * files away. The file is named by the id of the message, so that a repeat replaces what still lies
 * there and a message is never there twice. Whoever looks for *.json sees whole files only:
 *
 *   .ID.tmp    being written, no more than one sync long; one that a kill left behind is
 *              written anew by the next attempt
 *   ID.json    whole and on the disk; "sent" is reported after the folder's sync too
 *
 * What lies there under the name of a message and is not its file (no object with its "id", a folder, a
 * link) is never touched: the send is tried again and says so. A folder that is missing, full or not
 * writable is a RETRY as well.
 */
#ifndef CHANNEL_SPOOL_H
#define CHANNEL_SPOOL_H

#include "channel/channel.h"

/** A channel into `folder` (absolute; copied), opened anew for every batch: it may be mounted later.
 * Ids of messages are [a-z0-9-], at most 64; else a send is FAILED. Files are 0640. What is sent waits for
 * flush, 64 messages at most. ERR_INVALID: the path is not absolute. */
int channel_spool_new(const char *folder, struct channel **out, struct err *err);

#endif
