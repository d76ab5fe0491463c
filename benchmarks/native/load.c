/* A load generator that does not distort what it measures; its usage stands in options.c.
 *
 * One thread on a core of its own asks over keep-alive connections. The latency of a request counts
 * from when it was due, though no connection was free or the server stalled, so that the server
 * cannot hide it (https://www.scylladb.com/2021/04/22/on-coordinated-omission/). Whatever a server
 * does to a connection is counted and ends nothing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>

#include "connection.h"
#include "options.h"
#include "schedule.h"
#include "seen.h"

#define MOST_EVENTS 64
#define SPIN UINT64_C(50000)        /* this long before a request is due, the clock is watched */
#define RETRY UINT64_C(10000000)    /* before one more try at a server that takes no connection */

typedef struct {
    Options options;
    Schedule schedule;
    Connection *connection;
    Connections free, lost;
    size_t asking, turn;
    uint64_t retry, giving_up, telling;
    uint64_t patience;          /* nanoseconds */
    uint64_t deeds;             /* requests written and events handled */
    uint64_t watching, watched; /* nanoseconds of the CPU: since when it is awake for nothing, and
                                   how long it was */
    int poller;
    Seen seen, before; /* since the last line that told of it, and before that */
} Load;

static volatile sig_atomic_t told_to_end;

static void end(int number)
{
    told_to_end = number;
}

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static uint64_t cpu_time(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Of the CPU, without those in which it was awake for nothing. */
static double cpu_seconds(const Load *load)
{
    return (double)(cpu_time() - load->watched) / 1e9;
}

/* Called after each turn of the loop; the first of several in which nothing came is not counted. */
static void note_turn(Load *load, int idle)
{
    uint64_t time = idle ? cpu_time() : 0;
    if (idle && load->watching)
        load->watched += time - load->watching;
    load->watching = time;
}

/* ---- asking ---- */

static void ask(Load *load, uint64_t due, uint64_t time)
{
    Connection *connection = TAILQ_FIRST(&load->free);
    TAILQ_REMOVE(&load->free, connection, place);
    uint64_t possible = due > connection->freed ? due : connection->freed;
    if (!load->schedule.closed)
        histogram_add(&load->seen.lateness, time - possible);
    connection->due = due;
    load->asking++;
    load->deeds++;
    load->schedule.next++;
    connection_ask(connection, &load->options.question[load->turn], load->poller);
    load->turn = (load->turn + 1) % load->options.questions;
}

/* Gives up what has waited too long for a connection: until now, or until one was free. */
static void forget_overdue(Load *load)
{
    if (load->patience == 0)
        return;
    const Connection *first = TAILQ_FIRST(&load->free);
    uint64_t time = now(), until = first == NULL ? time : first->freed;
    while (schedule_lasts(&load->schedule, time) &&
           schedule_next(&load->schedule, time) + load->patience < until) {
        load->seen.unsent++;
        load->schedule.next++;
    }
}

/* Asks all that is due, as long as there are free connections. */
static void ask_due(Load *load)
{
    forget_overdue(load);
    while (!TAILQ_EMPTY(&load->free)) {
        uint64_t time = now();
        if (!schedule_lasts(&load->schedule, time) || schedule_next(&load->schedule, time) > time)
            return;
        ask(load, schedule_next(&load->schedule, time), time);
    }
}

/* ---- connections ---- */

static void free_again(Load *load, Connection *connection)
{
    connection->state = FREE;
    connection->freed = now();
    TAILQ_INSERT_TAIL(&load->free, connection, place);
}

/* Tries at once, and where that fails once more after a while. */
static void reopen(Load *load, Connection *connection)
{
    connection_reopen(connection, &load->options.to, load->poller);
    if (connection->state == LOST)
        TAILQ_INSERT_TAIL(&load->lost, connection, place);
}

static void reopen_lost(Load *load)
{
    Connections lost = TAILQ_HEAD_INITIALIZER(lost);
    if (TAILQ_EMPTY(&load->lost) || now() < load->retry)
        return;
    load->retry = now() + RETRY;
    TAILQ_CONCAT(&lost, &load->lost, place);
    while (!TAILQ_EMPTY(&lost)) {
        Connection *connection = TAILQ_FIRST(&lost);
        TAILQ_REMOVE(&lost, connection, place);
        reopen(load, connection);
    }
}

static void settle(Load *load, Connection *connection)
{
    connection_settle(connection, load->poller);
    if (connection->state == LOST) {
        TAILQ_INSERT_TAIL(&load->lost, connection, place);
        return;
    }
    load->seen.reopened++;
    free_again(load, connection);
}

static void open_all(Load *load)
{
    TAILQ_INIT(&load->free);
    TAILQ_INIT(&load->lost);
    load->poller = epoll_create1(EPOLL_CLOEXEC);
    load->connection = calloc(load->options.connections, sizeof *load->connection);
    if (load->poller < 0 || load->connection == NULL)
        fail("there is no memory for %zu connections", load->options.connections);
    for (size_t i = 0; i < load->options.connections; i++) {
        if (!connection_open(&load->connection[i], &load->options.to, load->poller))
            fail("connection %zu to port %d: %s", i + 1, ntohs(load->options.to.sin_port),
                 strerror(errno));
        free_again(load, &load->connection[i]);
    }
}

static void settle_down(double seconds)
{
    struct timespec time = {(time_t)seconds, (long)((seconds - floor(seconds)) * 1e9)};
    while (nanosleep(&time, &time) != 0 && !told_to_end)
        continue;
}

/* ---- answers ---- */

static void read_answer(Load *load, Connection *connection)
{
    Progress progress = connection_read(connection);
    uint64_t time = now();
    if (progress == PARTIAL)
        return;
    load->asking--;
    if (progress == WHOLE)
        seen_answer(&load->seen, &connection->answer, connection->question, time - connection->due);
    else
        load->seen.failed++;
    int whole = progress == WHOLE && connection->written == connection->question->length;
    if (whole && !connection->answer.closing)
        free_again(load, connection);
    else
        reopen(load, connection);
}

static void handle(Load *load, const struct epoll_event *event)
{
    Connection *connection = event->data.ptr;
    if (connection->state == CONNECTING) {
        settle(load, connection);
    } else if (connection->state == FREE) { /* it was closed, or says what nobody asked */
        TAILQ_REMOVE(&load->free, connection, place);
        reopen(load, connection);
    } else {
        if (event->events & EPOLLOUT)
            connection_write(connection, load->poller);
        if (event->events & ~(uint32_t)EPOLLOUT)
            read_answer(load, connection);
    }
}

/* ---- telling ---- */

static void add_up(Load *load)
{
    seen_add(&load->before, &load->seen);
    memset(&load->seen, 0, sizeof load->seen);
}

/* A line of what was seen since the one before; `seconds` in it is when, since the beginning. */
static void tell_in_time(Load *load, uint64_t time)
{
    if (load->options.every == 0 || time < load->telling)
        return;
    load->telling += (uint64_t)(load->options.every * 1e9);
    load->seen.unanswered = load->asking;
    seen_print(&load->seen, (double)(time - load->schedule.start) / 1e9, cpu_seconds(load));
    fflush(stdout);
    add_up(load);
}

/* ---- the loop ---- */

/* Nanoseconds that nothing is to be done but to read; none shortly before a request is due. */
static uint64_t leisure(const Load *load)
{
    if (load->options.awake)
        return 0;
    uint64_t time = now(), until = load->giving_up;
    if (load->options.every > 0 && load->telling < until)
        until = load->telling;
    if (!TAILQ_EMPTY(&load->lost) && load->retry < until)
        until = load->retry;
    if (!TAILQ_EMPTY(&load->free) && schedule_lasts(&load->schedule, time)) {
        uint64_t next = schedule_next(&load->schedule, time) - SPIN;
        until = next < until ? next : until;
    }
    return until > time ? until - time : 0;
}

static void wait_and_read(Load *load)
{
    struct epoll_event events[MOST_EVENTS];
    uint64_t left = leisure(load);
    struct timespec timeout = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
    int count = epoll_pwait2(load->poller, events, MOST_EVENTS, &timeout, NULL);
    for (int i = 0; i < count; i++) {
        handle(load, &events[i]);
        load->deeds++;
        ask_due(load);
    }
}

static void end_if_told(Load *load, uint64_t time)
{
    if (!told_to_end)
        return;
    told_to_end = 0;
    schedule_end(&load->schedule, time);
    load->giving_up = time + (uint64_t)(load->options.grace * 1e9);
}

static void run(Load *load)
{
    schedule_start(&load->schedule, now(), load->options.seconds);
    load->giving_up = load->schedule.end + (uint64_t)(load->options.grace * 1e9);
    load->telling = load->schedule.start + (uint64_t)(load->options.every * 1e9);
    uint64_t time = load->schedule.start;
    while (time < load->giving_up && (load->asking > 0 || schedule_lasts(&load->schedule, time))) {
        uint64_t deeds = load->deeds;
        end_if_told(load, time);
        ask_due(load);
        wait_and_read(load);
        reopen_lost(load);
        time = now();
        tell_in_time(load, time);
        if (load->options.awake)
            note_turn(load, deeds == load->deeds);
    }
    add_up(load);
    load->before.unanswered = load->asking;
    if (!load->schedule.closed)
        load->before.unsent += load->schedule.count - load->schedule.next;
}

int main(int count, char **arguments)
{
    static Load load; /* it lives, with all that it holds, to the end of the process */
    options_read(&load.options, count, arguments);
    schedule_make(&load.schedule, &load.options);
    load.patience = (uint64_t)(load.options.patience * 1e9);
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* waits end on time, not up to 50 µs late */
    open_all(&load);
    signal(SIGTERM, end);
    settle_down(load.options.settle);
    double before = cpu_seconds(&load);
    run(&load);
    seen_print(&load.before, (double)(now() - load.schedule.start) / 1e9,
               cpu_seconds(&load) - before);
    return fflush(stdout) == 0 ? 0 : 1;
}
