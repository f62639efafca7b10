/*
 * The clocks of a machine that a test moves by hand: a mapped file, written by set-clocks, shown to whole
 * programs by preload_clock.c. They stand still between two commands. A pipe beside the file, FILE.bell,
 * stands for the descriptor by which the kernel tells that the clock was set.
 */
#ifndef TESTS_CLOCKS_H
#define TESTS_CLOCKS_H

#include <stdint.h>

struct clocks {
    int64_t wall_ms, boot_ms, monotonic_ms;
    char boot_id[40];
    /* the bell; done = what was heard has been acted upon */
    volatile uint32_t rung, heard, done;
    volatile uint32_t waits;     /* how often the program has waited since `start` … */
    volatile int32_t timeout_ms; /* … and for how long the last time */
};

#endif
