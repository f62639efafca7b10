/*
 * What the service manager is told: the datagrams of sd_notify(3) over $NOTIFY_SOCKET, and the watchdog
 * it wants to hear. Own code, since libsystemd would be the largest library of the program. Without
 * $NOTIFY_SOCKET nothing is done; a manager that does not read is waited for half a second at most.
 */
#ifndef SERVICE_NOTIFY_H
#define SERVICE_NOTIFY_H

#include <stdint.h>

/** Sends assignments, one a line: "READY=1", "STOPPING=1", "WATCHDOG=1". 1 = sent, 0 = nobody wants to
 * know, a negative code of base/err.h when it failed, which stops nobody. */
int notify(const char *state);

/** Says that a reload has begun (RELOADING=1), with the instant that newer managers ask for
 * (MONOTONIC_USEC=); "READY=1" ends it. */
int notify_reloading(void);

/** Says in a line how things stand (STATUS=), what `systemctl status` shows; line feeds become
 * spaces. */
int notify_status(const char *text);

/** Within how many milliseconds the manager must hear "WATCHDOG=1" ($WATCHDOG_USEC, for this process by
 * $WATCHDOG_PID); half of it is a good measure. 0 = it does not watch. */
int64_t notify_watchdog_ms(void);

#endif
