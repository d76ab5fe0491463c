/* When requests are due. */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include "options.h"

typedef struct {
    int closed;          /* a closed loop: one is due whenever a connection is free */
    uint64_t start, end; /* nanoseconds of the monotonic clock: when they begin, and cease */
    uint64_t *due;       /* of an open loop, counted from `start`, ascending */
    size_t count, next;
} Schedule;

/* Lays down all times beforehand, so that nothing is left to compute under load. */
void schedule_make(Schedule *schedule, const Options *options);

void schedule_start(Schedule *schedule, uint64_t now, double seconds);

/* Nothing more becomes due; what was is still to be asked. */
void schedule_end(Schedule *schedule, uint64_t now);

/* Whether there is one more to ask, now or later. */
int schedule_lasts(const Schedule *schedule, uint64_t now);

/* When the next one is due; only while the schedule lasts. */
uint64_t schedule_next(const Schedule *schedule, uint64_t now);

#endif
