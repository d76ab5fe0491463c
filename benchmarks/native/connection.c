/* Sockets, and the poller that tells of them. */
#define _GNU_SOURCE
#include "connection.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int watch(Connection *connection, int poller, int how, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = connection};
    return epoll_ctl(poller, how, connection->socket, &event);
}

static int make_socket(Connection *connection, int kind)
{
    int yes = 1;
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | kind, 0);
    if (connection->socket < 0)
        return -1;
    return setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static void lose(Connection *connection)
{
    if (connection->socket >= 0)
        close(connection->socket);
    connection->socket = -1;
    connection->state = LOST;
}

static int connect_to(Connection *connection, const struct sockaddr_in *to)
{
    return connect(connection->socket, (const struct sockaddr *)to, sizeof *to);
}

int connection_open(Connection *connection, const struct sockaddr_in *to, int poller)
{
    connection->state = FREE;
    return make_socket(connection, 0) == 0 && connect_to(connection, to) == 0 &&
           watch(connection, poller, EPOLL_CTL_ADD, EPOLLIN) == 0;
}

void connection_reopen(Connection *connection, const struct sockaddr_in *to, int poller)
{
    lose(connection);
    answer_clear(&connection->answer);
    if (make_socket(connection, SOCK_NONBLOCK) == 0 &&
        (connect_to(connection, to) == 0 || errno == EINPROGRESS) &&
        watch(connection, poller, EPOLL_CTL_ADD, EPOLLOUT) == 0)
        connection->state = CONNECTING;
    else
        lose(connection);
}

void connection_settle(Connection *connection, int poller)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(connection->socket, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0 && watch(connection, poller, EPOLL_CTL_MOD, EPOLLIN) == 0)
        connection->state = FREE;
    else
        lose(connection);
}

void connection_ask(Connection *connection, const Question *question, int poller)
{
    connection->state = ASKING;
    connection->question = question;
    connection->written = 0;
    answer_clear(&connection->answer);
    connection_write(connection, poller);
}

/* An error is not looked at: the poller tells of it, and the next read finds it. */
void connection_write(Connection *connection, int poller)
{
    const Question *question = connection->question;
    size_t before = connection->written;
    ssize_t sent = send(connection->socket, question->bytes + before, question->length - before,
                        MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0)
        connection->written += (size_t)sent;
    if (connection->written < question->length)
        watch(connection, poller, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    else if (before > 0)
        watch(connection, poller, EPOLL_CTL_MOD, EPOLLIN);
}

Progress connection_read(Connection *connection)
{
    size_t room;
    char *into = answer_room(&connection->answer, &room);
    if (into == NULL)
        return BROKEN;
    ssize_t got = recv(connection->socket, into, room, MSG_DONTWAIT);
    if (got > 0)
        return answer_read(&connection->answer, (size_t)got);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return PARTIAL;
    return got == 0 ? answer_end(&connection->answer) : BROKEN;
}
