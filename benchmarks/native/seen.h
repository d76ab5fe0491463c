/* What came of the load. */
#ifndef SEEN_H
#define SEEN_H

#include <stdint.h>

#include "answer.h"
#include "histogram.h"
#include "options.h"

typedef struct {
    uint64_t answered, refused, wrong; /* as expected, 503, any other answer */
    uint64_t failed;                   /* cut off, by a proxy's word (502, 504) too, or no HTTP */
    uint64_t unanswered, unsent;       /* asked in vain at the end, due and not even asked */
    uint64_t reopened;                 /* connections made anew */
    Histogram latencies, refusals;     /* of those answered and refused, from when they were due */
    Histogram lateness; /* from when one was due and a connection free, to when it was written */
} Seen;

/* Counts an answer that took so many nanoseconds. */
void seen_answer(Seen *seen, const Answer *answer, const Question *question, uint64_t latency);

/* Counts all of another one too; what was not answered at its end is left. */
void seen_add(Seen *seen, const Seen *other);

/* As one JSON object on the standard output, with the seconds of the clock and of the CPU. */
void seen_print(const Seen *seen, double seconds, double cpu);

#endif
