/* check.c -- motet check: decide what holds of each file, and say so as text or JSON. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "check_file.h"
#include "cli.h"
#include "json.h"
#include "options.h"

enum { CHART_WIDTH = 100 };
enum format { FORMAT_TEXT, FORMAT_JSON };
enum engines { ENGINES_BOTH, ENGINES_EXPLORER, ENGINES_SPIN, ENGINES_NONE };
enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct check {
    int format, engines, color; /* the enums above */
    uint64_t capacity, seconds, mib;
    int choices; /* fair, unfair */
    bool ascii, progress;
};

static enum options_result parse(struct check *k, int argc, char **argv, uint32_t *n_files)
{
    const struct option_spec options[] = {
        { "format", 0, OPTION_CHOICE, "text|json", &k->format, 0, 0, "json: one object for each file" },
        { "engine", 0, OPTION_CHOICE, "both|explorer|spin|none", &k->engines, 0, 0,
          "who decides; both must agree; none: projection alone" },
        { "capacity", 0, OPTION_NUMBER, "N", &k->capacity, 1, 255, "of lanes into a role that no actor plays (2)" },
        { "time", 0, OPTION_NUMBER, "SECONDS", &k->seconds, 1, 1000000, "for each engine and search (60)" },
        { "memory", 0, OPTION_NUMBER, "MB", &k->mib, 1, 1 << 20, "for each engine and search (1024)" },
        { "progress", 0, OPTION_FLAG, NULL, &k->progress, 0, 0, "decide whether everything can still go on, too" },
        { "choices", 0, OPTION_CHOICE, "fair|unfair", &k->choices, 0, 0,
          "with --progress; unfair: one branch may be taken for ever" },
        { "ascii", 0, OPTION_FLAG, NULL, &k->ascii, 0, 0, "draw charts without UTF-8" },
        { "color", 0, OPTION_CHOICE, "auto|always|never", &k->color, 0, 0, "auto: on a terminal without NO_COLOR" },
    };
    const struct command_line c = {
        .verb = "check",
        .synopsis = "[OPTION...] FILE...",
        .about = "Decides for each session and system of each file what holds: implementable, deadlock-free,\n"
                 "fidelity, no-orphans, and the formulas of its verify blocks. What is violated comes with a\n"
                 "counterexample: a solid arrow sends into a lane, a dotted one takes from it.\n",
        .options = options,
        .n_options = sizeof options / sizeof *options,
        .min_operands = 1,
        .max_operands = UINT32_MAX,
        .footer = "exit status: 0 all holds; 1 something is violated; 2 wrong file or command line, or a tool is\n"
                  "missing; 3 inconclusive; 101 internal error. Of several files the worst: 101, 2, 1, 3, 0.\n",
    };
    return options_parse(&c, argc, argv, n_files);
}

static bool want_color(const struct check *k, int fd)
{
    if (k->color != COLOR_AUTO)
        return k->color == COLOR_ALWAYS;
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fd) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

static void print_report(const struct check *k, const struct report *r)
{
    struct buf text = { 0 };
    struct chart_style style = { k->ascii, want_color(k, STDOUT_FILENO), CHART_WIDTH, "      " };
    if (k->format == FORMAT_JSON) {
        struct json j = json_begin(&text);
        report_render_json(r, &j);
        json_end(&j);
    } else {
        report_render_text(r, &text, &style);
    }
    fputs(buf_cstr(&text), stdout);
    fflush(stdout); /* before the next file's diagnostics */
    buf_free(&text);
}

static void print_internal(const struct report *r)
{
    for (uint32_t i = 0; i < r->properties.n; i++) {
        const struct property *p = &r->properties.at[i];
        if (p->error)
            complain("internal error: %s: %s of %s: %s", r->path, p->title, p->subject, p->error);
    }
    complain("this is a bug in motet %s and no verdict on the file; please report it with the file", MOTET_VERSION);
}

static enum exit_status status_of(const struct report *r)
{
    if (r->internal)
        return EXIT_INTERNAL;
    switch (report_verdict(r)) {
    case REPORT_HOLDS:
        return EXIT_HOLDS;
    case REPORT_INCONCLUSIVE:
        return EXIT_INCONCLUSIVE;
    case REPORT_VIOLATED:
        return EXIT_VIOLATED;
    case REPORT_ERROR:
        return EXIT_WRONG;
    }
    return EXIT_INTERNAL;
}

static enum exit_status check_one(const struct check *k, const char *path)
{
    const struct check_options o = { k->engines == ENGINES_BOTH || k->engines == ENGINES_EXPLORER,
                                     k->engines == ENGINES_BOTH || k->engines == ENGINES_SPIN, k->progress,
                                     k->choices != 0, k->capacity, k->seconds, k->mib };
    struct unit u;
    struct report r;
    unit_load(&u, path);
    check_file(&u, &o, &r);
    if (k->format == FORMAT_TEXT)
        unit_print_diags(&u, want_color(k, STDERR_FILENO));
    if (k->format == FORMAT_JSON || u.ir)
        print_report(k, &r);
    if (r.internal)
        print_internal(&r);
    enum exit_status status = status_of(&r);
    unit_free(&u);
    return status;
}

int cmd_check(int argc, char **argv)
{
    struct check k = { .capacity = 2, .seconds = 60, .mib = 1024 };
    uint32_t n_files;
    enum exit_status status = EXIT_HOLDS;
    switch (parse(&k, argc, argv, &n_files)) {
    case OPTIONS_HELP:
        return EXIT_HOLDS;
    case OPTIONS_WRONG:
        return EXIT_WRONG;
    case OPTIONS_OK:
        break;
    }
    for (uint32_t i = 0; i < n_files; i++)
        status = exit_worse(status, check_one(&k, argv[1 + i]));
    return status;
}
