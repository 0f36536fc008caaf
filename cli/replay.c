/* replay.c -- motet replay: takes the steps of a saved counterexample again, without checking anything else. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "cli.h"
#include "frames.h"
#include "judge.h"
#include "load.h"
#include "options.h"
#include "output.h"
#include "picture.h"
#include "schedule.h"
#include "schedule_file.h"
#include "subject.h"

enum { CHART_WIDTH = 100, MAX_BYTES = 64 << 20 };
enum format { FORMAT_TEXT, FORMAT_HTML, FORMAT_MERMAID, FORMAT_DOT, FORMAT_JSON };

struct replaying {
    int format;
    const char *to; /* a path, or NULL: standard output */
    bool ascii;
    struct text_list folders;
    struct unit u;
    struct schedule saved;
    const struct semantics *s;
    struct step *steps; /* [saved.n] */
    uint32_t taken;     /* of them */
    uint8_t *state;     /* after those */
};

/* ---- the saved run ---- */

static bool read_text(const char *path, struct buf *into)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char chunk[1 << 14];
    if (!f) {
        complain("replay: %s: %s", path, strerror(errno));
        return false;
    }
    for (size_t n; into->n <= MAX_BYTES && (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        buf_putn(into, chunk, n);
    bool ok = !ferror(f) && !into->failed && into->n <= MAX_BYTES;
    if (!ok)
        complain("replay: %s: %s", path, into->n > MAX_BYTES ? "it is larger than 64 MiB" : "it cannot be read");
    if (f != stdin)
        fclose(f);
    return ok;
}

static bool read_schedule(struct replaying *r, const char *path)
{
    struct buf text = { 0 };
    const char *problem = NULL;
    bool ok = read_text(path, &text);
    if (ok && !schedule_read(r->u.a, buf_cstr(&text), text.n, &r->saved, &problem)) {
        complain("replay: %s is no saved counterexample: %s", path, problem);
        ok = false;
    }
    buf_free(&text);
    return ok;
}

/* ---- taking the steps ---- */

static bool prepare(struct replaying *r)
{
    const char *problem = NULL;
    struct model *m = subject_model(&r->u, r->saved.subject, r->saved.scope, r->saved.capacity, &problem);
    if (problem)
        complain("replay: %s", problem);
    if (!m) {
        unit_print_diags(&r->u, isatty(STDERR_FILENO) == 1);
        return false;
    }
    r->s = semantics_new(r->u.a, m);
    r->steps = ARENA_ARRAY(r->u.a, struct step, r->saved.n);
    r->state = arena_alloc(r->u.a, semantics_size(r->s));
    semantics_initial(r->s, r->state);
    return true;
}

static enum run_outcome judge(const struct replaying *r)
{
    if (r->taken < r->saved.n)
        return RUN_IMPOSSIBLE;
    return run_judge(r->u.a, r->s, r->saved.property, r->steps, r->saved.n, r->saved.cycle, r->state);
}

/* ---- telling ---- */

static void tell_impossible(const struct replaying *r, struct buf *out)
{
    struct step *steps = ARENA_ARRAY(r->u.a, struct step, semantics_max_steps(r->s));
    uint32_t n = semantics_steps(r->s, r->state, steps);
    buf_printf(out, "step %u is no longer possible: %s\n", r->taken + 1, r->saved.steps[r->taken]);
    buf_puts(out, n ? "possible instead:\n" : "nothing is possible there\n");
    for (uint32_t i = 0; i < n; i++)
        buf_printf(out, "  %s\n", step_text(r->u.a, semantics_model(r->s), &steps[i]));
}

static void tell(const struct replaying *r, enum run_outcome o, struct buf *out)
{
    const char *property = r->saved.property ? r->saved.property : "the run";
    switch (o) {
    case RUN_IMPOSSIBLE: tell_impossible(r, out); return;
    case RUN_HARMLESS: buf_printf(out, "not violated by this run: %s of %s\n", property, r->saved.subject); return;
    case RUN_VIOLATES: buf_printf(out, "violated: %s of %s\n", property, r->saved.subject); return;
    case RUN_UNJUDGED:
        buf_printf(out, "the run is possible; %s is not a matter of one run and was not decided again\n", property);
        return;
    }
}

static void render(const struct replaying *r, const struct story *story, enum run_outcome o, struct buf *out)
{
    struct chart_style style = { r->ascii, !r->to && isatty(STDOUT_FILENO), CHART_WIDTH, "  " };
    const char *title = arena_printf(r->u.a, "%s of %s: %s", r->saved.property ? r->saved.property : "a run",
                                     r->saved.subject, r->u.path);
    switch ((enum format)r->format) {
    case FORMAT_TEXT:
        chart_draw(out, r->u.a, story, &style);
        buf_putc(out, '\n');
        tell(r, o, out);
        return;
    case FORMAT_HTML: story_html(out, r->u.a, story, title); return;
    case FORMAT_MERMAID: story_mermaid(out, r->u.a, story, title); return;
    case FORMAT_DOT: story_dot(out, r->u.a, story, title); return;
    case FORMAT_JSON: schedule_write(out, r->u.a, &r->saved, story); return;
    }
}

static bool ends_in(const char *s, const char *end)
{
    size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}

static int write_out(const struct replaying *r, const struct buf *text)
{
    bool picture = r->to && r->format == FORMAT_DOT && !ends_in(r->to, ".dot") && !ends_in(r->to, ".gv");
    const struct picture_format *f = picture ? picture_format_of("replay", r->to) : NULL;
    if (picture)
        return f ? picture_write("replay", f, text, r->to) : EXIT_WRONG;
    if (r->to)
        return output_write_file(r->to, buf_cstr(text), text->n) ? EXIT_HOLDS : EXIT_WRONG;
    fputs(buf_cstr(text), stdout);
    return EXIT_HOLDS;
}

static int replay_run(struct replaying *r)
{
    r->taken = run_take(r->u.a, r->s, r->saved.steps, r->saved.n, r->steps, r->state);
    enum run_outcome o = judge(r);
    struct story story = { r->s, { r->taken, r->steps }, IR_NONE, run_safety(r->saved.property) };
    if (r->saved.cycle >= 0 && o != RUN_IMPOSSIBLE)
        story.cycle = (uint32_t)r->saved.cycle;
    struct buf text = { 0 };
    render(r, &story, o, &text);
    int status = write_out(r, &text);
    buf_free(&text);
    if (status != EXIT_HOLDS)
        return status;
    if (r->format != FORMAT_TEXT && o == RUN_IMPOSSIBLE)
        complain("replay: step %u is no longer possible: %s", r->taken + 1, r->saved.steps[r->taken]);
    return o == RUN_VIOLATES ? EXIT_VIOLATED : EXIT_HOLDS;
}

/* ---- the verb ---- */

static enum options_result parse(struct replaying *r, int argc, char **argv, uint32_t *n)
{
    const struct option_spec options[] = {
        { "format", 0, OPTION_CHOICE, "text|html|mermaid|dot|json", &r->format, 0, 0,
          "a chart; a page that steps through it; ..." },
        { "output", 'o', OPTION_TEXT, "NAME", &r->to, 0, 0,
          "a file; with --format=dot also .svg, .png or .pdf, by Graphviz" },
        { "ascii", 0, OPTION_FLAG, NULL, &r->ascii, 0, 0, "draw charts without UTF-8" },
        IMPORT_OPTION(&r->folders),
    };
    const struct command_line c = {
        .verb = "replay",
        .synopsis = "[OPTION...] FILE COUNTEREXAMPLE.json",
        .about = "Takes the steps that `motet check --save=DIR` saved again, in the file as it is now, and draws them.\n",
        .options = options,
        .n_options = sizeof options / sizeof *options,
        .min_operands = 2,
        .max_operands = 2,
        .footer = "exit status: 1 the run is still possible and violates the property; 0 it is not, or does not;\n"
                  "2 wrong file or command line.\n",
    };
    return options_parse(&c, argc, argv, n);
}

int cmd_replay(int argc, char **argv)
{
    struct replaying r = { .format = FORMAT_TEXT };
    uint32_t n;
    enum options_result o = parse(&r, argc, argv, &n);
    if (o != OPTIONS_OK)
        return o == OPTIONS_HELP ? EXIT_HOLDS : EXIT_WRONG;
    int status = EXIT_WRONG;
    unit_load(&r.u, argv[1], &r.folders);
    if (!r.u.ir)
        unit_print_diags(&r.u, isatty(STDERR_FILENO) == 1);
    else if (read_schedule(&r, argv[2]) && prepare(&r))
        status = replay_run(&r);
    unit_free(&r.u);
    return status;
}
