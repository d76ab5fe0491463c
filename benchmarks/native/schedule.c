/* Even times, or those of a Poisson process: as unlike each other as strangers' requests are. */
#include "schedule.h"

#include <math.h>
#include <stdlib.h>

/* The next number of SplitMix64, as one in (0, 1] (https://prng.di.unimi.it/splitmix64.c). */
static double random_part(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return ((double)(z >> 11) + 1) * 0x1p-53;
}

/* A Poisson process of `count` events in so many nanoseconds: gaps of an exponential distribution,
 * stretched to fill the time. */
static void spread_randomly(Schedule *schedule, double length, uint64_t seed)
{
    uint64_t state = seed;
    double sum = 0, at = 0;
    for (size_t i = 0; i <= schedule->count; i++)
        sum -= log(random_part(&state));
    state = seed;
    for (size_t i = 0; i < schedule->count; i++) {
        at -= log(random_part(&state));
        schedule->due[i] = (uint64_t)(at / sum * length);
    }
}

void schedule_make(Schedule *schedule, const Options *options)
{
    double length = options->seconds * 1e9;
    *schedule = (Schedule){.closed = options->rate == 0};
    schedule->count = (size_t)llround(options->rate * options->seconds);
    schedule->due = calloc(schedule->count + 1, sizeof *schedule->due);
    if (schedule->due == NULL)
        fail("there is no memory for %zu times", schedule->count);
    if (options->poisson) {
        spread_randomly(schedule, length, options->seed);
        return;
    }
    for (size_t i = 0; i < schedule->count; i++)
        schedule->due[i] = (uint64_t)((double)i / options->rate * 1e9);
}

void schedule_start(Schedule *schedule, uint64_t now, double seconds)
{
    schedule->start = now;
    schedule->end = now + (uint64_t)(seconds * 1e9);
}

void schedule_end(Schedule *schedule, uint64_t now)
{
    size_t due = schedule->next;
    while (due < schedule->count && schedule->start + schedule->due[due] <= now)
        due++; /* these have been due: no more can be, but none is forgotten */
    schedule->count = due;
    schedule->end = now;
}

int schedule_lasts(const Schedule *schedule, uint64_t now)
{
    return schedule->closed ? now < schedule->end : schedule->next < schedule->count;
}

uint64_t schedule_next(const Schedule *schedule, uint64_t now)
{
    return schedule->closed ? now : schedule->start + schedule->due[schedule->next];
}
