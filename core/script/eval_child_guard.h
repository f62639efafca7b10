/*
 * The limits of planrun-eval and its last word: memory, time, system calls, and the one report
 * with which it ends. Functions (`guard_*`) that a signal handler may call take no memory.
 */
#ifndef SCRIPT_EVAL_CHILD_GUARD_H
#define SCRIPT_EVAL_CHILD_GUARD_H

#include "script/eval_child.h"

#include <stdbool.h>
#include <stddef.h>

/** Resource limits, no new privileges, end with the parent. Before the request is read. */
void guard_limits(size_t memory_most);

/** The kernel's allow-list; false where the kernel refuses it. */
bool guard_syscalls(void);

/** Lua's allocator (lua_Alloc); `data` is the `struct child`. Reports and ends at the bound. */
void *guard_allocate(void *data, void *block, size_t old_size, size_t size);

/** Charges memory outside Lua to the same bound. */
void guard_charge(struct child *child, size_t size);

/** Ends the process with the memory report when an allocation was refused and not repeated. */
void guard_denied(struct child *child);

/** Makes alarms and faults report about this child, and bounds its processor time; before the
 * system calls are guarded. */
void guard_signals(struct child *child, int alarm_ms);

/** Starts the clock that ends the script after `alarm_ms`; 0 stops it. */
void guard_clock(int alarm_ms);

/** The innermost line of Lua that is being executed. Async-signal-safe. */
struct spot guard_spot(const struct child *child);

/** Sends the failure and ends the process. `help` may be NULL. Async-signal-safe. */
_Noreturn void guard_fail(struct child *child, const char *name, struct spot spot,
                          const char *message, const char *help);

/** Writes all bytes to the socket or ends the process. Async-signal-safe. */
void guard_write(const void *bytes, size_t length);

/** Reads exactly so many bytes from the socket or ends the process. */
void guard_read(void *bytes, size_t length);

/** Writes a frame's head. Async-signal-safe. */
void guard_write_head(enum eval_tag tag, size_t length);

#endif
