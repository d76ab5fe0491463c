/* Answers are read line by line up to the body, and the body by its length, its chunks or its end.
 *
 * The parts follow RFC 9112; a line may end in LF alone, names of headers are of either case.
 */
#define _GNU_SOURCE
#include "answer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LEAST_ROOM ((size_t)4096)
#define MOST_ROOM ((size_t)1 << 26)

enum { STATUS_LINE, HEADER, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER, UNTIL_CLOSE };

char *answer_room(Answer *answer, size_t *room)
{
    if (answer->held == answer->room) {
        size_t wanted = answer->room ? 2 * answer->room : LEAST_ROOM;
        char *bytes = wanted > MOST_ROOM ? NULL : realloc(answer->bytes, wanted);
        if (bytes == NULL)
            return NULL;
        answer->bytes = bytes;
        answer->room = wanted;
    }
    *room = answer->room - answer->held;
    return answer->bytes + answer->held;
}

void answer_clear(Answer *answer)
{
    *answer = (Answer){.bytes = answer->bytes, .room = answer->room};
}

int answer_contains(const Answer *answer, const char *text)
{
    size_t length = answer->body_end - answer->body;
    return memmem(answer->bytes + answer->body, length, text, strlen(text)) != NULL;
}

/* ---- the lines of the head ---- */

/* The next line, ended by a zero byte in place of its line break; NULL while it is not complete. */
static char *take_line(Answer *answer)
{
    char *line = answer->bytes + answer->read;
    char *end = memchr(line, '\n', answer->held - answer->read);
    if (end == NULL)
        return NULL;
    answer->read = (size_t)(end - answer->bytes) + 1;
    *end = '\0';
    if (end > line && end[-1] == '\r')
        end[-1] = '\0';
    return line;
}

/* A number that fills the text, up to a semicolon or blank; whether there is one. */
static int read_size(const char *text, int base, size_t *size)
{
    char *end;
    if (!isxdigit((unsigned char)*text))
        return 0;
    unsigned long long value = strtoull(text, &end, base);
    *size = (size_t)value;
    return value < MOST_ROOM && (*end == '\0' || strchr("; \t", *end) != NULL);
}

static Progress read_status(Answer *answer, const char *line)
{
    if (strncmp(line, "HTTP/1.", 7) != 0 || !isdigit((unsigned char)line[7]) || line[8] != ' ')
        return BROKEN;
    answer->closing = line[7] == '0';
    answer->status = atoi(line + 9);
    answer->part = HEADER;
    return answer->status >= 100 && answer->status <= 999 ? PARTIAL : BROKEN;
}

static Progress read_header(Answer *answer, const char *line)
{
    const char *value = strchr(line, ':');
    if (value == NULL)
        return BROKEN;
    size_t name = (size_t)(value - line);
    value += 1 + strspn(value + 1, " \t");
    if (name == 14 && strncasecmp(line, "content-length", name) == 0) {
        answer->bounded = 1;
        return read_size(value, 10, &answer->left) ? PARTIAL : BROKEN;
    }
    if (name == 17 && strncasecmp(line, "transfer-encoding", name) == 0)
        answer->chunked = strcasestr(value, "chunked") != NULL;
    if (name == 10 && strncasecmp(line, "connection", name) == 0)
        answer->closing = strcasestr(value, "close") != NULL;
    return PARTIAL;
}

/* The head is over: what follows it. */
static Progress read_blank(Answer *answer)
{
    answer->body = answer->body_end = answer->read;
    if (answer->status < 200) { /* an interim answer: the true one is still to come */
        answer->part = STATUS_LINE;
        answer->bounded = answer->chunked = 0;
        return PARTIAL;
    }
    if (answer->status == 204 || answer->status == 304)
        return WHOLE;
    answer->closing |= !answer->chunked && !answer->bounded;
    answer->part = answer->chunked ? CHUNK_SIZE : answer->bounded ? BODY : UNTIL_CLOSE;
    return PARTIAL;
}

/* ---- the body ---- */

/* Takes what has come of the body, or of its chunk, to the end of what was taken before. */
static void take_body(Answer *answer, size_t most)
{
    size_t come = answer->held - answer->read, taken = come < most ? come : most;
    memmove(answer->bytes + answer->body_end, answer->bytes + answer->read, taken);
    answer->body_end += taken;
    answer->read += taken;
}

static Progress read_body(Answer *answer)
{
    size_t before = answer->body_end;
    take_body(answer, answer->left);
    answer->left -= answer->body_end - before;
    if (answer->left == 0 && answer->part == CHUNK)
        answer->part = CHUNK_END;
    return answer->left == 0 && answer->part == BODY ? WHOLE : PARTIAL;
}

static Progress read_chunk_size(Answer *answer, const char *line)
{
    if (!read_size(line, 16, &answer->left))
        return BROKEN;
    answer->part = answer->left > 0 ? CHUNK : TRAILER;
    return PARTIAL;
}

static Progress read_line(Answer *answer, const char *line)
{
    switch (answer->part) {
    case STATUS_LINE:
        return read_status(answer, line);
    case HEADER:
        return *line == '\0' ? read_blank(answer) : read_header(answer, line);
    case CHUNK_SIZE:
        return read_chunk_size(answer, line);
    case CHUNK_END:
        answer->part = CHUNK_SIZE;
        return *line == '\0' ? PARTIAL : BROKEN;
    default: /* TRAILER */
        return *line == '\0' ? WHOLE : PARTIAL;
    }
}

/* ---- the whole ---- */

Progress answer_read(Answer *answer, size_t received)
{
    Progress progress = PARTIAL;
    answer->held += received;
    while (progress == PARTIAL) {
        size_t before = answer->read;
        int part = answer->part;
        char *line = NULL;
        if (part == UNTIL_CLOSE)
            take_body(answer, answer->held);
        else if (part == BODY || part == CHUNK)
            progress = read_body(answer);
        else if ((line = take_line(answer)) != NULL)
            progress = read_line(answer, line);
        if (progress == PARTIAL && answer->read == before && answer->part == part)
            break; /* the rest is still to come */
    }
    if (progress == WHOLE && answer->read < answer->held)
        answer->closing = 1; /* more has come than was asked for */
    return progress;
}

Progress answer_end(Answer *answer)
{
    return answer->part == UNTIL_CLOSE ? WHOLE : BROKEN;
}
