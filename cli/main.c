/* main.c -- the motet program: a table of verbs. The only file that ends the process in the normal way. */
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "cli.h"
#include "diag.h"

static const struct command {
    const char *verb, *synopsis, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
#define COMMAND(verb, synopsis, summary) { #verb, synopsis, summary, cmd_##verb },
#include "commands.def"
#undef COMMAND
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

void complain(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("motet: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
}

enum exit_status exit_worse(enum exit_status a, enum exit_status b)
{
    static const enum exit_status worst_first[] = { EXIT_INTERNAL, EXIT_WRONG, EXIT_VIOLATED, EXIT_INCONCLUSIVE };
    for (size_t i = 0; i < sizeof worst_first / sizeof *worst_first; i++)
        if (a == worst_first[i] || b == worst_first[i])
            return worst_first[i];
    return EXIT_HOLDS;
}

static const struct command *find_command(const char *verb)
{
    for (int i = 0; i < N_COMMANDS; i++)
        if (strcmp(commands[i].verb, verb) == 0)
            return &commands[i];
    return NULL;
}

static int unknown_command(const char *verb)
{
    const char *verbs[N_COMMANDS];
    for (int i = 0; i < N_COMMANDS; i++)
        verbs[i] = commands[i].verb;
    const char *near = diag_nearest(verb, verbs, N_COMMANDS);
    if (near)
        complain("no command \"%s\"; did you mean \"motet %s\"?", verb, near);
    else
        complain("no command \"%s\"; \"motet help\" lists them", verb);
    return EXIT_WRONG;
}

static void list_commands(FILE *to)
{
    fputs("usage: motet COMMAND [ARGUMENT...]\n\n", to);
    for (int i = 0; i < N_COMMANDS; i++)
        fprintf(to, "  %-9s %s\n", commands[i].verb, commands[i].summary);
    fputs("\n\"motet help COMMAND\" tells more about one.\n"
          "exit status: 0 done, all holds; 1 violated; 2 wrong file or command line, or a tool is missing;\n"
          "             3 inconclusive; 101 internal error\n",
          to);
}

int cmd_help(int argc, char **argv)
{
    if (argc < 2 || argv[1][0] == '-' || strcmp(argv[1], "help") == 0) {
        list_commands(stdout);
        return EXIT_HOLDS;
    }
    const struct command *c = find_command(argv[1]);
    if (!c)
        return unknown_command(argv[1]);
    char help[] = "--help";
    return c->run(2, (char *[]){ argv[1], help, NULL });
}

int cmd_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("motet %s\n", MOTET_VERSION);
    return EXIT_HOLDS;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        list_commands(stderr);
        return EXIT_WRONG;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return cmd_help(1, argv + 1);
    if (strcmp(argv[1], "--version") == 0)
        return cmd_version(1, argv + 1);
    const struct command *c = find_command(argv[1]);
    return c ? c->run(argc - 1, argv + 1) : unknown_command(argv[1]);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is then a failed write, below */
    int status = run(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        complain("cannot write the output");
        return EXIT_WRONG;
    }
    return status;
}
