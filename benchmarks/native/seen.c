/* The counts and their JSON; its names are those of benchmarks/load.py. */
#include "seen.h"

#include <inttypes.h>
#include <stdio.h>

static int is_expected(const Answer *answer, const Question *question)
{
    const char *expect = question->expect;
    return answer->status == question->status &&
           (expect == NULL || answer_contains(answer, expect));
}

/* What a proxy says where its server broke off or kept silent: to the client, no answer came. */
static int is_cut_off(const Answer *answer)
{
    return answer->status == 502 || answer->status == 504;
}

void seen_answer(Seen *seen, const Answer *answer, const Question *question, uint64_t latency)
{
    if (is_expected(answer, question)) {
        seen->answered++;
        histogram_add(&seen->latencies, latency);
    } else if (answer->status == 503) {
        seen->refused++;
        histogram_add(&seen->refusals, latency);
    } else if (is_cut_off(answer)) {
        seen->failed++;
    } else {
        seen->wrong++;
    }
}

void seen_add(Seen *seen, const Seen *other)
{
    seen->answered += other->answered;
    seen->refused += other->refused;
    seen->wrong += other->wrong;
    seen->failed += other->failed;
    seen->unsent += other->unsent;
    seen->reopened += other->reopened;
    histogram_add_all(&seen->latencies, &other->latencies);
    histogram_add_all(&seen->refusals, &other->refusals);
    histogram_add_all(&seen->lateness, &other->lateness);
}

static void print_count(const char *name, uint64_t count)
{
    printf("\"%s\":%" PRIu64 ",", name, count);
}

static void print_times(const char *name, const Histogram *histogram)
{
    printf(",\"%s\":", name);
    histogram_print(histogram, stdout);
}

void seen_print(const Seen *seen, double seconds, double cpu)
{
    putchar('{');
    print_count("answered", seen->answered);
    print_count("refused", seen->refused);
    print_count("wrong", seen->wrong);
    print_count("failed", seen->failed);
    print_count("unanswered", seen->unanswered);
    print_count("unsent", seen->unsent);
    print_count("reopened", seen->reopened);
    printf("\"seconds\":%.9f,\"cpu\":%.6f", seconds, cpu);
    print_times("latencies", &seen->latencies);
    print_times("refusals", &seen->refusals);
    print_times("lateness", &seen->lateness);
    puts("}");
}
