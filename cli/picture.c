/* picture.c -- see picture.h. dot works in a temporary folder on text that motet made; the picture is put in its place
 * when it is whole. */
#include "picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli.h"
#include "output.h"
#include "process.h"

enum { SECONDS = 300 };

static const struct picture_format {
    const char *extension;
    const char *argument; /* of dot; NULL: the text itself */
    const char *more;     /* another argument, or NULL */
} formats[] = {
    { "svg", "-Tsvg", NULL },      { "png", "-Tpng", "-Gdpi=120" }, { "pdf", "-Tpdf", NULL },
    { "dot", NULL, NULL },         { "gv", NULL, NULL },
};

const struct picture_format *picture_format_of(const char *verb, const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    for (size_t i = 0; dot && i < sizeof formats / sizeof *formats; i++)
        if (strcasecmp(dot + 1, formats[i].extension) == 0)
            return &formats[i];
    complain("%s: the name of the picture must end in .svg, .png, .pdf or .dot, to say what it is to be: %s", verb, path);
    return NULL;
}

/* ---- a folder for dot to work in ---- */

struct workshop {
    const char *verb; /* for messages */
    char dir[256], text[300], picture[300];
};

static bool workshop_open(struct workshop *w, const char *verb)
{
    const char *base = getenv("TMPDIR");
    w->verb = verb;
    int n = snprintf(w->dir, sizeof w->dir, "%s/motet-graph-XXXXXX", base && *base ? base : "/tmp");
    if (n < 0 || (size_t)n >= sizeof w->dir || !mkdtemp(w->dir)) {
        complain("%s: cannot create a temporary folder in %s", verb, base && *base ? base : "/tmp");
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

static int explain_failure(const char *verb, const struct process_result *r)
{
    switch (r->end) {
    case PROCESS_NOT_FOUND:
        complain("%s: Graphviz' program dot is not installed; the Debian package is graphviz: apt-get install graphviz\n"
                 "       (-o NAME.dot needs no Graphviz)", verb);
        return EXIT_WRONG;
    case PROCESS_TIMEOUT:
        complain("%s: dot did not end within %d s; draw less at a time", verb, SECONDS);
        return EXIT_WRONG;
    case PROCESS_INTERRUPTED:
        return EXIT_WRONG;
    case PROCESS_FAILED:
        complain("%s: cannot start dot: %s", verb, strerror(r->status));
        return EXIT_WRONG;
    case PROCESS_SIGNALED:
    case PROCESS_EXITED:
        break;
    }
    complain("%s: dot failed (%s %d): %s", verb, r->end == PROCESS_SIGNALED ? "signal" : "status", r->status,
             buf_cstr(&r->output));
    return EXIT_INTERNAL;
}

static int run_dot(const struct workshop *w, const struct picture_format *f)
{
    const char *argv[] = { "dot", f->argument, "-o", w->picture, w->text, f->more, NULL };
    const struct process_limits limits = { .seconds = SECONDS, .output = 4096 };
    struct process_result r = process_run(argv, NULL, &limits);
    int status = r.end == PROCESS_EXITED && r.status == 0 ? EXIT_HOLDS : explain_failure(w->verb, &r);
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

static int render_in(const struct workshop *w, const struct picture_format *f, const struct buf *text, const char *path)
{
    struct buf picture = { 0 };
    int status = EXIT_WRONG;
    if (output_write_file(w->text, buf_cstr(text), text->n))
        status = run_dot(w, f);
    if (status == EXIT_HOLDS && !read_all(w->picture, &picture)) {
        complain("%s: dot left no picture", w->verb);
        status = EXIT_INTERNAL;
    }
    if (status == EXIT_HOLDS && strcmp(f->extension, "pdf") == 0)
        forget_date(&picture);
    if (status == EXIT_HOLDS && !output_write_file(path, buf_cstr(&picture), picture.n))
        status = EXIT_WRONG;
    buf_free(&picture);
    return status;
}

int picture_write(const char *verb, const struct picture_format *f, const struct buf *text, const char *path)
{
    struct workshop w = { 0 };
    if (!f->argument)
        return output_write_file(path, buf_cstr(text), text->n) ? EXIT_HOLDS : EXIT_WRONG;
    process_guard_begin();
    int status = workshop_open(&w, verb) ? render_in(&w, f, text, path) : EXIT_WRONG;
    if (w.dir[0])
        workshop_close(&w);
    process_guard_end();
    return status;
}
