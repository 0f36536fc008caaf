/* fmt.c -- motet fmt: files in the one style of the language. A file with syntax errors is left alone. */
#define _XOPEN_SOURCE 700 /* realpath */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "cli.h"
#include "diff.h"
#include "format.h"
#include "load.h"
#include "options.h"
#include "output.h"

struct fmt {
    bool check, diff;
};

/* Replaces the file that `path` leads to: a symbolic link stays one. */
static enum exit_status write_back(const char *path, const struct buf *text)
{
    char *real = realpath(path, NULL);
    bool ok = output_write_file(real ? real : path, buf_cstr(text), text->n);
    free(real);
    return ok ? EXIT_HOLDS : EXIT_WRONG;
}

static enum exit_status deliver(const struct fmt *f, const struct unit *u, bool standard, const struct buf *text)
{
    struct text was = { u->sources->at[0]->text, u->sources->at[0]->size }, is = { buf_cstr(text), text->n };
    bool same = was.n == is.n && memcmp(was.p, is.p, is.n) == 0;
    struct buf diff = { 0 };
    if (f->diff) {
        diff_unified(u->a, u->path, was, is, &diff);
        fputs(buf_cstr(&diff), stdout);
        buf_free(&diff);
    } else if (f->check && !same) {
        printf("%s\n", u->path);
    }
    if (f->check)
        return same ? EXIT_HOLDS : EXIT_VIOLATED;
    if (f->diff)
        return EXIT_HOLDS;
    if (!standard)
        return same ? EXIT_HOLDS : write_back(u->path, text);
    fwrite(is.p, 1, is.n, stdout);
    return EXIT_HOLDS;
}

static enum exit_status format_unit(const struct fmt *f, struct unit *u, bool standard)
{
    if (!u->file || u->diags->n_errors) {
        unit_print_diags(u, isatty(STDERR_FILENO) == 1);
        return EXIT_WRONG;
    }
    struct buf text = { 0 };
    enum exit_status status = EXIT_INTERNAL;
    if (format_file(u->a, u->names, u->sources, 0, &text))
        status = deliver(f, u, standard, &text);
    else
        complain("internal error: %s would have been damaged and is left alone; please report it with the file",
                 u->path);
    buf_free(&text);
    return status;
}

static enum exit_status format_one(const struct fmt *f, const char *path)
{
    struct unit u;
    if (unit_is_imported(path)) {
        complain("fmt: %s is not in the language of .proto-session files", path);
        return EXIT_WRONG;
    }
    unit_read(&u, path, NULL);
    enum exit_status status = format_unit(f, &u, strcmp(path, "-") == 0);
    unit_free(&u);
    return status;
}

int cmd_fmt(int argc, char **argv)
{
    struct fmt f = { false, false };
    const struct option_spec options[] = {
        { "check", 0, OPTION_FLAG, NULL, &f.check, 0, 0, "write nothing; name the files that are not formatted" },
        { "diff", 0, OPTION_FLAG, NULL, &f.diff, 0, 0, "write nothing; show what would change" },
    };
    const struct command_line c = {
        .verb = "fmt",
        .synopsis = "[--check] [--diff] FILE...",
        .about = "Lays files out in the one style of the language, in place. Only white space changes; comments and\n"
                 "single blank lines stay. \"-\" is the standard input, and its result goes to the standard output.\n",
        .options = options,
        .n_options = sizeof options / sizeof *options,
        .min_operands = 1,
        .max_operands = UINT32_MAX,
        .footer = "exit status: 0 done; 1 with --check, when a file is not formatted; 2 wrong file, which is\n"
                  "then left alone, or wrong command line; 101 internal error. Of several files the worst:\n"
                  "101, 2, 1, 0.\n",
    };
    enum exit_status status = EXIT_HOLDS;
    uint32_t n;
    enum options_result r = options_parse(&c, argc, argv, &n);
    if (r != OPTIONS_OK)
        return r == OPTIONS_HELP ? EXIT_HOLDS : EXIT_WRONG;
    for (uint32_t i = 0; i < n; i++)
        status = exit_worse(status, format_one(&f, argv[1 + i]));
    return status;
}
