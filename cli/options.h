/* options.h -- command lines from one table: it parses and it is the help text.
 *
 * Accepted: --name, --name=value, --name value, and the same with a letter (-o value, -ovalue). Operands and options
 * may be mixed; "--" ends the options.
 */
#ifndef MOTET_CLI_OPTIONS_H
#define MOTET_CLI_OPTIONS_H
#include <stdbool.h>
#include <stdint.h>

enum option_kind {
    OPTION_FLAG,   /* into: bool */
    OPTION_CHOICE, /* into: int, the position of the word in `value`, "one|two|three" */
    OPTION_NUMBER, /* into: uint64_t, within min..max */
    OPTION_TEXT,   /* into: const char *, points into argv */
    OPTION_LIST    /* into: struct text_list; each one given is added */
};

enum { MAX_OPTION_LIST = 64 };
struct text_list {
    const char *at[MAX_OPTION_LIST]; /* point into argv */
    uint32_t n;
};

struct option_spec {
    const char *name; /* without dashes */
    char letter;      /* or 0 */
    enum option_kind kind;
    const char *value; /* the words of a choice; else what the help calls the value; NULL for a flag */
    void *into;        /* holds the default; the last one given wins */
    uint64_t min, max; /* OPTION_NUMBER */
    const char *help;
};

struct command_line {
    const char *verb, *synopsis;
    const char *about; /* shown below the synopsis; or NULL */
    const struct option_spec *options;
    uint32_t n_options;
    uint32_t min_operands, max_operands;
    const char *footer; /* shown at the end; or NULL */
};

enum options_result { OPTIONS_OK, OPTIONS_HELP, OPTIONS_WRONG };

/* Parses argv[1..]; moves the operands to argv[1..] in order and sets *n_operands. OPTIONS_HELP: --help was given and
 * answered on stdout. OPTIONS_WRONG: a message is on stderr. */
enum options_result options_parse(const struct command_line *c, int argc, char **argv, uint32_t *n_operands);

#endif
