/* What is asked of the generator on its command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    char *bytes; /* the whole request, as it is sent */
    size_t length;
    const char *expect; /* what the body of a good answer contains; NULL for anything */
    int status;         /* and its status */
} Question;

typedef struct {
    struct sockaddr_in to;
    Question *question; /* asked in turn */
    size_t questions;
    size_t connections;
    double settle, seconds, grace;
    double patience; /* seconds that one waits for a free connection; 0 for ever */
    int awake;       /* whether it watches for answers all the time, and never sleeps */
    double every; /* seconds between two lines of what was seen; 0 for one at the end alone */
    double rate; /* requests a second; 0 for a closed loop */
    int poisson; /* whether they are due at random, after a seed, and not evenly */
    uint64_t seed;
} Options;

/* Ends the process with a message where they cannot be understood. */
void options_read(Options *options, int count, char **arguments);

/* Ends the process with a message. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
