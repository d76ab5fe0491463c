/* A connection to the server, never waited for. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/queue.h>

#include "answer.h"
#include "options.h"

typedef enum { LOST, CONNECTING, FREE, ASKING } State;

typedef struct Connection {
    TAILQ_ENTRY(Connection) place; /* among the free or the lost */
    State state;
    int socket;
    const Question *question; /* the one that is asked */
    size_t written;           /* of its bytes */
    uint64_t due, freed;      /* when it was due, and when the connection was last free to ask */
    Answer answer;
} Connection;

typedef TAILQ_HEAD(Connections, Connection) Connections;

/* Connects and waits for it. Whether it succeeded; errno tells why not. */
int connection_open(Connection *connection, const struct sockaddr_in *to, int poller);

/* Begins to connect anew: it is CONNECTING, or LOST. */
void connection_reopen(Connection *connection, const struct sockaddr_in *to, int poller);

/* What became of a connection that was CONNECTING: it is FREE, or LOST. */
void connection_settle(Connection *connection, int poller);

void connection_ask(Connection *connection, const Question *question, int poller);

/* Writes what is left of the request, as far as it goes. */
void connection_write(Connection *connection, int poller);

/* Reads what has come. BROKEN where the connection has ended or makes no sense. */
Progress connection_read(Connection *connection);

#endif
