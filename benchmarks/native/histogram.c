/* Buckets as HdrHistogram lays them out: even steps within each doubling of the time. */
#include "histogram.h"

#include <inttypes.h>

void histogram_add(Histogram *histogram, uint64_t nanoseconds)
{
    uint64_t time = nanoseconds < LONGEST ? nanoseconds : LONGEST;
    int bits = 64 - __builtin_clzll(time | 1);
    int shift = bits > STEP_BITS + 1 ? bits - STEP_BITS - 1 : 0;
    histogram->count[STEPS * (unsigned)shift + (time >> shift)]++;
}

void histogram_add_all(Histogram *histogram, const Histogram *other)
{
    for (unsigned i = 0; i < BUCKETS; i++)
        histogram->count[i] += other->count[i];
}

static uint64_t greatest(unsigned bucket)
{
    unsigned shift = bucket < 2 * STEPS ? 0 : bucket / STEPS - 1;
    uint64_t step = bucket - STEPS * shift;
    return ((step + 1) << shift) - 1;
}

static void print_list(const Histogram *histogram, FILE *into, int counts)
{
    const char *comma = "";
    for (unsigned i = 0; i < BUCKETS; i++) {
        if (histogram->count[i] == 0)
            continue;
        fprintf(into, "%s%" PRIu64, comma, counts ? histogram->count[i] : greatest(i));
        comma = ",";
    }
}

void histogram_print(const Histogram *histogram, FILE *into)
{
    fputs("{\"bounds\":[", into);
    print_list(histogram, into, 0);
    fputs("],\"counts\":[", into);
    print_list(histogram, into, 1);
    fputs("]}", into);
}
