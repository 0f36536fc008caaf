/* explain.c -- motet explain: the entries of docs/errors.md, which make embeds.
 *
 * An entry starts with a line "## CODE: title". Its examples stand between lines of three backquotes, the first of
 * which says after the language whether the example is wrong or right.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "diag.h"
#include "errors.md.h"
#include "options.h"

static const char fence[] = "```";

static bool starts(const char *line, const char *with) { return strncmp(line, with, strlen(with)) == 0; }

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : line + strlen(line);
}

/* The line that starts the entry of `code`; NULL when it has none. */
static const char *find_entry(const char *code)
{
    char head[16];
    snprintf(head, sizeof head, "## %s:", code);
    for (const char *line = skel_errors_md; *line; line = next_line(line))
        if (starts(line, head))
            return line;
    return NULL;
}

/* "```proto-session wrong" */
static void print_kind(const char *line)
{
    const char *word = strchr(line, ' ');
    size_t n = word ? strcspn(word + 1, " \n") : 0;
    if (n)
        printf("%.*s:\n", (int)n, word + 1);
}

static void print_entry(const char *line)
{
    bool example = false;
    const char *next = next_line(line);
    printf("%.*s", (int)(next - line) - 3, line + 3);
    for (line = next; *line && !starts(line, "## "); line = next) {
        next = next_line(line);
        if (starts(line, fence)) {
            example = !example;
            if (example)
                print_kind(line);
            else if (starts(next, fence))
                putchar('\n');
            continue;
        }
        bool last = *line == '\n' && (!*next || starts(next, "## "));
        if (!last)
            printf("%s%.*s", example && *line != '\n' ? "    " : "", (int)(next - line), line);
    }
}

static void list_codes(void)
{
    for (int i = 0; i < DIAG_CODES; i++)
        printf("  %s  %s\n", diag_code_name((enum diag_code)i), diag_code_title((enum diag_code)i));
}

static enum exit_status explain(const char *word)
{
    char code[8];
    snprintf(code, sizeof code, "%s", word);
    for (char *c = code; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    const char *entry = strlen(word) < sizeof code ? find_entry(code) : NULL;
    if (!entry) {
        complain("explain: there is no diagnostic %s; \"motet explain\" lists them", word);
        return EXIT_WRONG;
    }
    print_entry(entry);
    return EXIT_HOLDS;
}

int cmd_explain(int argc, char **argv)
{
    const struct command_line c = {
        .verb = "explain",
        .synopsis = "[CODE...]",
        .about = "Explains diagnostics by their codes, such as E0301: the rule, why it is one, what breaks it and\n"
                 "how to put it right. Without a code all are listed.\n",
        .max_operands = UINT32_MAX,
    };
    uint32_t n;
    enum exit_status status = EXIT_HOLDS;
    enum options_result r = options_parse(&c, argc, argv, &n);
    if (r != OPTIONS_OK)
        return r == OPTIONS_HELP ? EXIT_HOLDS : EXIT_WRONG;
    if (n == 0)
        list_codes();
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            putchar('\n');
        status = exit_worse(status, explain(argv[1 + i]));
    }
    return status;
}
