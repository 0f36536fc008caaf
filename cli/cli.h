/* cli.h -- what every verb of the program shares: exit statuses, messages, the verbs themselves. */
#ifndef MOTET_CLI_CLI_H
#define MOTET_CLI_CLI_H
#include <stdio.h>

#define MOTET_VERSION "0.1.0"

enum exit_status {
    EXIT_HOLDS = 0,        /* done; for check: everything holds */
    EXIT_VIOLATED = 1,     /* check: something is violated */
    EXIT_WRONG = 2,        /* the file or the command line is wrong, or a tool is missing */
    EXIT_INCONCLUSIVE = 3, /* check: a budget ran out */
    EXIT_INTERNAL = 101    /* a bug in motet: the engines disagree, a trail does not replay, out of memory */
};
/* The status of several files together: 101, then 2, 1, 3, 0. */
enum exit_status exit_worse(enum exit_status a, enum exit_status b);

/* "motet: ..." and a newline on stderr. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define COMMAND(verb, synopsis, summary) int cmd_##verb(int argc, char **argv); /* argv[0] is the verb */
#include "commands.def"
#undef COMMAND

#endif
