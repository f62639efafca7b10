/*
 * Chance that is a function of its seed: everything a simulated life decides comes from one of
 * these. Streams are split, so that a decision more in one leaves the others as they were.
 */
#ifndef TESTS_SIM_RANDOM_H
#define TESTS_SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct sim_random {
    uint64_t state;
};

/** Mixes a number so that each bit of it moves half the bits of the result (splitmix64). */
static inline uint64_t sim_mix(uint64_t number)
{
    number += UINT64_C(0x9e3779b97f4a7c15);
    number = (number ^ number >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ number >> 27) * UINT64_C(0x94d049bb133111eb);
    return number ^ number >> 31;
}

static inline struct sim_random sim_random_new(uint64_t seed, uint64_t stream)
{
    return (struct sim_random){sim_mix(seed ^ sim_mix(stream))};
}

static inline uint64_t sim_next(struct sim_random *random)
{
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    return sim_mix(random->state);
}

/** 0 … below - 1. */
static inline uint32_t sim_below(struct sim_random *random, uint32_t below)
{
    return (uint32_t)((sim_next(random) >> 32) * below >> 32);
}

/** first … last, both included. */
static inline int32_t sim_between(struct sim_random *random, int32_t first, int32_t last)
{
    return first + (int32_t)sim_below(random, (uint32_t)(last - first + 1));
}

static inline bool sim_chance(struct sim_random *random, uint32_t percent)
{
    return sim_below(random, 100) < percent;
}

/** Milliseconds from least to most, every order of magnitude as likely as another. */
static inline int64_t sim_span(struct sim_random *random, int64_t least, int64_t most)
{
    uint32_t doublings = 0;
    while (doublings < 62 && least << (doublings + 1) <= most)
        doublings++;
    int64_t span = least << sim_below(random, doublings + 1);
    return span + (int64_t)(sim_next(random) >> 1) % span;
}

#endif
