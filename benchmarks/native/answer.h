/* An answer of HTTP/1, read in whatever pieces it comes. */
#ifndef ANSWER_H
#define ANSWER_H

#include <stddef.h>

typedef enum { PARTIAL, WHOLE, BROKEN } Progress;

typedef struct {
    char *bytes;
    size_t room, held, read; /* of the bytes: allocated, received, understood */
    size_t body, body_end;   /* where the body lies, with the marks between its chunks taken out */
    size_t left;             /* bytes of the body, or of its chunk, that are still to come */
    int part;                /* what comes next, one of the parts in answer.c */
    int status;
    int chunked, bounded; /* whether the body comes in chunks, or its length has been told */
    int closing;          /* whether the connection is of no more use after this answer */
} Answer;

/* Where at least one more byte can be received, and how many; NULL where the answer is too long. */
char *answer_room(Answer *answer, size_t *room);

/* Reads on, after so many bytes have been received. */
Progress answer_read(Answer *answer, size_t received);

/* What an answer is whose connection has been closed. */
Progress answer_end(Answer *answer);

int answer_contains(const Answer *answer, const char *text);

/* Makes ready for the next answer. */
void answer_clear(Answer *answer);

#endif
