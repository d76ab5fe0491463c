/* An estimate: a price and its interval. */
#ifndef ESTIMATE_H
#define ESTIMATE_H

#include "forest.h"

/* How a manifest has the outputs of a booster read; `model/interval.py` explains the interval. */
typedef struct {
    size_t price, low, high; /* outputs */
    double minimum;          /* of the target, -INFINITY where there is none */
    int calibrated;          /* whether there is an interval, and so what is below */
    int relative;            /* whether its offsets are shares of its width */
    double low_offset, high_offset, least_width;
} Terms;

/* `low` and `high` are the price itself where there is no interval. */
typedef struct {
    double price, low, high;
} Estimate;

/* For the row that was walked last. */
Estimate estimate(const Forest *forest, const Terms *terms);

#endif
