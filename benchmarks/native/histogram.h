/* A histogram of times: how often which was seen, to within half a percent. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>
#include <stdio.h>

#define STEP_BITS 8 /* each doubling of the time is divided into 256 steps */
#define STEPS (1u << STEP_BITS)
#define LONGEST ((UINT64_C(1) << 41) - 1) /* nanoseconds; what took longer counts as this */
#define BUCKETS (STEPS * (41 - STEP_BITS + 1))

typedef struct {
    uint64_t count[BUCKETS];
} Histogram;

void histogram_add(Histogram *histogram, uint64_t nanoseconds);

/* Counts all of another one too. */
void histogram_add_all(Histogram *histogram, const Histogram *other);

/* As a JSON object: the greatest nanoseconds of each bucket that is not empty, and its count. */
void histogram_print(const Histogram *histogram, FILE *into);

#endif
