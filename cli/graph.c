/* graph.c -- motet graph: the drawings of a file as a picture, by Graphviz' dot.
 *
 * dot works in a temporary folder on text that motet made; the picture is put in its place when it is whole.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "buf.h"
#include "cli.h"
#include "dot.h"
#include "load.h"
#include "options.h"
#include "output.h"
#include "process.h"

enum { SECONDS = 300 };

static const struct format {
    const char *extension;
    const char *argument; /* of dot; NULL: the text itself */
    const char *more;     /* another argument, or NULL */
} formats[] = {
    { "svg", "-Tsvg", NULL },      { "png", "-Tpng", "-Gdpi=120" }, { "pdf", "-Tpdf", NULL },
    { "dot", NULL, NULL },         { "gv", NULL, NULL },
};

static const struct format *format_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    for (size_t i = 0; dot && i < sizeof formats / sizeof *formats; i++)
        if (strcasecmp(dot + 1, formats[i].extension) == 0)
            return &formats[i];
    complain("graph: the name of the picture must end in .svg, .png, .pdf or .dot, to say what it is to be: %s", path);
    return NULL;
}

/* ---- a folder for dot to work in ---- */

struct workshop {
    char dir[256], text[300], picture[300];
};

static bool workshop_open(struct workshop *w)
{
    const char *base = getenv("TMPDIR");
    int n = snprintf(w->dir, sizeof w->dir, "%s/motet-graph-XXXXXX", base && *base ? base : "/tmp");
    if (n < 0 || (size_t)n >= sizeof w->dir || !mkdtemp(w->dir)) {
        complain("graph: cannot create a temporary folder in %s", base && *base ? base : "/tmp");
        return false;
    }
    snprintf(w->text, sizeof w->text, "%s/graph.dot", w->dir);
    snprintf(w->picture, sizeof w->picture, "%s/picture", w->dir);
    return true;
}

static void workshop_close(const struct workshop *w)
{
    unlink(w->text);
    unlink(w->picture);
    rmdir(w->dir);
}

/* ---- dot ---- */

static int explain_failure(const struct process_result *r)
{
    switch (r->end) {
    case PROCESS_NOT_FOUND:
        complain("graph: Graphviz' program dot is not installed; the Debian package is graphviz: apt-get install graphviz\n"
                 "       (-o NAME.dot needs no Graphviz)");
        return EXIT_WRONG;
    case PROCESS_TIMEOUT:
        complain("graph: dot did not end within %d s; draw less with --what, --session or --role", SECONDS);
        return EXIT_WRONG;
    case PROCESS_INTERRUPTED:
        return EXIT_WRONG;
    case PROCESS_FAILED:
        complain("graph: cannot start dot: %s", strerror(r->status));
        return EXIT_WRONG;
    case PROCESS_SIGNALED:
    case PROCESS_EXITED:
        break;
    }
    complain("graph: dot failed (%s %d): %s", r->end == PROCESS_SIGNALED ? "signal" : "status", r->status,
             buf_cstr(&r->output));
    return EXIT_INTERNAL;
}

static int run_dot(const struct workshop *w, const struct format *f)
{
    const char *argv[] = { "dot", f->argument, "-o", w->picture, w->text, f->more, NULL };
    const struct process_limits limits = { .seconds = SECONDS, .output = 4096 };
    struct process_result r = process_run(argv, NULL, &limits);
    int status = r.end == PROCESS_EXITED && r.status == 0 ? EXIT_HOLDS : explain_failure(&r);
    buf_free(&r.output);
    return status;
}

static bool read_all(const char *path, struct buf *into)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    char chunk[1 << 14];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        buf_putn(into, chunk, n);
    bool ok = !ferror(f) && !into->failed;
    fclose(f);
    return ok;
}

/* Two runs must give the same bytes: a PDF's date of creation becomes the first day of 1970. */
static void forget_date(struct buf *picture)
{
    static const char key[] = "/CreationDate (D:", day[] = "19700101000000";
    const size_t need = sizeof key + sizeof day - 2;
    for (size_t i = 0; i + need <= picture->n; i++)
        if (memcmp(picture->p + i, key, sizeof key - 1) == 0)
            memcpy(picture->p + i + sizeof key - 1, day, sizeof day - 1);
}

static int render_in(const struct workshop *w, const struct format *f, const struct buf *text, const char *path)
{
    struct buf picture = { 0 };
    int status = EXIT_WRONG;
    if (output_write_file(w->text, buf_cstr(text), text->n))
        status = run_dot(w, f);
    if (status == EXIT_HOLDS && !read_all(w->picture, &picture)) {
        complain("graph: dot left no picture");
        status = EXIT_INTERNAL;
    }
    if (status == EXIT_HOLDS && strcmp(f->extension, "pdf") == 0)
        forget_date(&picture);
    if (status == EXIT_HOLDS && !output_write_file(path, buf_cstr(&picture), picture.n))
        status = EXIT_WRONG;
    buf_free(&picture);
    return status;
}

static int render(const struct format *f, const struct buf *text, const char *path)
{
    struct workshop w = { 0 };
    if (!f->argument)
        return output_write_file(path, buf_cstr(text), text->n) ? EXIT_HOLDS : EXIT_WRONG;
    process_guard_begin();
    int status = workshop_open(&w) ? render_in(&w, f, text, path) : EXIT_WRONG;
    if (w.dir[0])
        workshop_close(&w);
    process_guard_end();
    return status;
}

/* ---- the verb ---- */

static bool has_role(const struct session_type *s, const char *role)
{
    for (uint32_t i = 0; i < s->n_roles; i++)
        if (strcmp(s->roles[i].name, role) == 0 || strcmp(s->roles[i].base, role) == 0)
            return true;
    return false;
}

static int nothing_selected(const struct unit *u, const struct dot_selection *sel)
{
    bool session = !sel->session, role = !sel->role;
    for (uint32_t i = 0; i < u->ir->n_sessions; i++) {
        bool here = !sel->session || strcmp(u->ir->sessions[i].name, sel->session) == 0;
        session |= here;
        role |= here && sel->role && has_role(&u->ir->sessions[i], sel->role);
    }
    if (!session)
        complain("graph: %s has no session %s", u->path, sel->session);
    else if (!role)
        complain("graph: no role %s in %s", sel->role, sel->session ? sel->session : u->path);
    else
        complain("graph: %s has nothing of that kind to draw", u->path);
    return EXIT_WRONG;
}

static int draw(struct unit *u, const struct dot_selection *sel, const struct format *f, const char *path)
{
    unit_print_diags(u, isatty(STDERR_FILENO) == 1);
    if (!u->ir || u->diags->n_errors)
        return EXIT_WRONG;
    struct buf text = { 0 };
    int status = dot_document(u->ir, sel, &text) ? render(f, &text, path) : nothing_selected(u, sel);
    buf_free(&text);
    return status;
}

int cmd_graph(int argc, char **argv)
{
    const char *path = NULL;
    int what = 0;
    struct dot_selection sel = { .what = DOT_ALL };
    struct text_list folders = { .n = 0 };
    const struct option_spec options[] = {
        { "output", 'o', OPTION_TEXT, "NAME", &path, 0, 0, "the picture: .svg, .png, .pdf, or .dot for the text itself" },
        { "what", 0, OPTION_CHOICE, "all|global|local|system", &what, 0, 0, "draw only drawings of this kind" },
        { "session", 0, OPTION_TEXT, "NAME", &sel.session, 0, 0, "only of this session" },
        { "role", 0, OPTION_TEXT, "NAME", &sel.role, 0, 0, "only this role or family" },
        IMPORT_OPTION(&folders),
    };
    const struct command_line c = {
        .verb = "graph",
        .synopsis = "FILE -o OUT.svg",
        .options = options,
        .n_options = sizeof options / sizeof *options,
        .min_operands = 1,
        .max_operands = 1,
        .footer = "Solid arrows are sends (P!Yes) or the order of interactions, dashed ones receives (C?Prepare).\n",
    };
    uint32_t n;
    enum options_result r = options_parse(&c, argc, argv, &n);
    if (r != OPTIONS_OK)
        return r == OPTIONS_HELP ? EXIT_HOLDS : EXIT_WRONG;
    if (!path) {
        complain("graph: where to? Give a picture with -o, such as -o protocol.svg");
        return EXIT_WRONG;
    }
    const struct format *f = format_of(path);
    if (!f)
        return EXIT_WRONG;
    static const enum dot_what kinds[] = { DOT_ALL, DOT_GLOBAL, DOT_LOCAL, DOT_SYSTEM };
    sel.what = kinds[what];
    struct unit u;
    unit_load(&u, argv[1], &folders);
    int status = draw(&u, &sel, f, path);
    unit_free(&u);
    return status;
}
