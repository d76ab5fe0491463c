/* The command line. Every number and file is checked before anything is connected. */
#define _GNU_SOURCE
#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_REQUESTS 1e8 /* due in one run: eight bytes are kept for each */

static const char usage[] =
    "usage: load --to 127.0.0.1:PORT --request FILE [--expect TEXT] [--status N]\n"
    "            [--request FILE ...] [--connections N] [--settle S] [--seconds S] [--grace S]\n"
    "            [--rate R [--poisson SEED] [--patience S]] [--awake] [--every S]\n"
    "\n"
    "Asks the requests in turn, each the bytes of a whole file, and prints what came of it as\n"
    "one JSON object. Without --rate every connection asks again as soon as it has its answer;\n"
    "with it requests are due evenly, or at random times of a seed. --expect is what a good\n"
    "answer to the request before it contains, --status its status, otherwise 200. The first\n"
    "is due --settle after all connections are open, which the server has then taken in. After\n"
    "--seconds no more becomes due, and after --grace what is not answered is given up; so is,\n"
    "with --patience, what has waited so long for a free connection. With --awake it watches for\n"
    "answers all the time, so that a server on the same machine has nobody to wake. With --every\n"
    "there is one more such object, on a line of its own, each time so many seconds have passed:\n"
    "of these alone. SIGTERM ends it as the end of --seconds does.\n";

static const struct option names[] = {
    {"to", required_argument, NULL, 't'},      {"request", required_argument, NULL, 'q'},
    {"expect", required_argument, NULL, 'x'},  {"connections", required_argument, NULL, 'c'},
    {"seconds", required_argument, NULL, 's'}, {"grace", required_argument, NULL, 'g'},
    {"rate", required_argument, NULL, 'r'},    {"poisson", required_argument, NULL, 'p'},
    {"status", required_argument, NULL, 'a'},  {"every", required_argument, NULL, 'e'},
    {"patience", required_argument, NULL, 'i'}, {"awake", no_argument, NULL, 'w'},
    {"settle", required_argument, NULL, 'l'},
    {NULL, 0, NULL, 0},
};

void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static double read_number(const char *text, double least, double most)
{
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || !(number >= least && number <= most))
        fail("'%s' is no number from %g to %g", text, least, most);
    return number;
}

static void read_address(Options *options, char *text)
{
    char *colon = strrchr(text, ':');
    if (colon == NULL)
        fail("'%s' is no address and port, such as 127.0.0.1:8000", text);
    *colon = '\0';
    options->to.sin_family = AF_INET;
    options->to.sin_port = htons((uint16_t)read_number(colon + 1, 1, 65535));
    if (inet_pton(AF_INET, text, &options->to.sin_addr) != 1)
        fail("'%s' is no address of four numbers, such as 127.0.0.1", text);
    if (ntohl(options->to.sin_addr.s_addr) >> 24 != IN_LOOPBACKNET)
        fail("%s is not of this machine: only 127.0.0.1 is ever put under load", text);
}

static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    struct stat facts;
    if (file == NULL || fstat(fileno(file), &facts) != 0)
        fail("%s: %s", path, strerror(errno));
    *length = (size_t)facts.st_size;
    char *bytes = malloc(*length + 1);
    if (bytes == NULL || fread(bytes, 1, *length + 1, file) != *length || *length == 0)
        fail("%s: it is no file with a request in it", path);
    fclose(file);
    return bytes;
}

static void add_question(Options *options, const char *path)
{
    size_t size = (options->questions + 1) * sizeof *options->question;
    options->question = realloc(options->question, size);
    if (options->question == NULL)
        fail("there is no memory for %zu requests", options->questions + 1);
    Question *question = &options->question[options->questions++];
    *question = (Question){.status = 200};
    question->bytes = read_file(path, &question->length);
}

/* The question that an option is of. */
static Question *last_question(Options *options, const char *option)
{
    if (options->questions == 0)
        fail("%s is of the request before it, and there is none", option);
    return &options->question[options->questions - 1];
}

static void read_option(Options *options, int name, char *value)
{
    switch (name) {
    case 't': read_address(options, value); break;
    case 'q': add_question(options, value); break;
    case 'x': last_question(options, "--expect")->expect = value; break;
    case 'a':
        last_question(options, "--status")->status = (int)read_number(value, 200, 599);
        break;
    case 'c': options->connections = (size_t)read_number(value, 1, 100000); break;
    case 's': options->seconds = read_number(value, 0, 86400); break;
    case 'g': options->grace = read_number(value, 0, 86400); break;
    case 'e': options->every = read_number(value, 1e-2, 86400); break;
    case 'l': options->settle = read_number(value, 0, 60); break;
    case 'i': options->patience = read_number(value, 1e-6, 86400); break;
    case 'w': options->awake = 1; break;
    case 'r': options->rate = read_number(value, 1e-3, 1e7); break;
    case 'p':
        options->poisson = 1;
        options->seed = (uint64_t)read_number(value, 0, 9007199254740992.0);
        break;
    default: fail("%s", usage);
    }
}

void options_read(Options *options, int count, char **arguments)
{
    int name;
    *options = (Options){.connections = 32, .seconds = 2, .grace = 5};
    while ((name = getopt_long(count, arguments, "", names, NULL)) != -1)
        read_option(options, name, optarg);
    if (optind < count || options->questions == 0 || options->to.sin_port == 0)
        fail("%s", usage);
    if (options->poisson && options->rate == 0)
        fail("--poisson needs a --rate: a closed loop asks as soon as it can");
    if (options->patience > 0 && options->rate == 0)
        fail("--patience needs a --rate: in a closed loop nothing waits for a connection");
    double due = options->rate * options->seconds;
    if (due > MOST_REQUESTS)
        fail("%g requests are due, and at most %g can be", due, MOST_REQUESTS);
}
