/* load.c -- the list of passes: read, parse or import, link, sema, automata. */
#include "load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "cli.h"
#include "import.h"
#include "ir_build.h"
#include "modules.h"
#include "parser.h"
#include "sema.h"

enum { MAX_FILE_MIB = 16 };

static void out_of_memory(void *ctx, size_t asked)
{
    (void)asked;
    complain("%s: out of memory", ((struct unit *)ctx)->path);
    exit(EXIT_INTERNAL);
}

/* ---- read ---- */

static bool unreadable(struct unit *u, const char *why)
{
    uint32_t file = sources_add(u->sources, u->path, "", 0);
    diag_add(u->diags, E0501, (struct span){ file, 0, 0 }, "cannot read this file: %s", why);
    return false;
}

/* The bytes of an open regular file into `text`; NULL, or why not. */
static const char *slurp(FILE *f, struct buf *text)
{
    char chunk[1 << 16];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0) {
        buf_putn(text, chunk, n);
        if (text->n > (size_t)MAX_FILE_MIB << 20)
            return "it is larger than 16 MiB";
    }
    if (ferror(f))
        return strerror(errno);
    if (text->failed)
        return "out of memory";
    if (text->n && memchr(text->p, '\0', text->n))
        return "it has NUL bytes and is not text";
    return NULL;
}

/* The text of an open file, which is closed unless it is the standard input; NULL, or why there is none. */
static const char *take_text(FILE *f, struct buf *text)
{
    struct stat st;
    const char *why = fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode) ? "it is a directory" : slurp(f, text);
    if (f != stdin)
        fclose(f);
    return why;
}

static bool read_source(struct unit *u, const char *path)
{
    FILE *f = path == u->path ? fopen(path, "rb") : stdin;
    if (!f)
        return unreadable(u, strerror(errno));
    struct buf text = { 0 };
    const char *why = take_text(f, &text);
    bool ok = why ? unreadable(u, why) : true;
    if (ok)
        sources_add(u->sources, u->path, buf_cstr(&text), text.n);
    buf_free(&text);
    return ok;
}

/* ---- the files that it imports ---- */

struct reading { /* a loader's */
    struct unit *u;
    struct buf text; /* of the last file */
};

/* Two paths to one file have one identity. */
static const char *identity(struct arena *a, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return NULL;
    return arena_printf(a, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
}

static enum load_answer read_imported(void *ctx, const char *path, struct loaded *out)
{
    struct reading *r = ctx;
    FILE *f = fopen(path, "rb");
    *out = (struct loaded){ 0 };
    if (!f && (errno == ENOENT || errno == ENOTDIR))
        return LOAD_MISSING;
    buf_free(&r->text);
    out->why = f ? take_text(f, &r->text) : strerror(errno);
    if (out->why)
        return LOAD_FAILED;
    out->text = buf_cstr(&r->text);
    out->size = r->text.n;
    out->id = identity(r->u->a, path);
    return LOAD_OK;
}

static struct loader loader_of(const struct unit *u, struct reading *r)
{
    return (struct loader){ r, read_imported, u->folders ? u->folders->at : NULL, u->folders ? u->folders->n : 0 };
}

/* ---- the passes ---- */

static void read_file(struct unit *u, const char *path)
{
    enum import_format format = import_format_of(u->path);
    if (!read_source(u, path))
        return;
    struct reading r = { .u = u };
    struct loader loader = loader_of(u, &r);
    if (format == IMPORT_NONE)
        u->file = parse_file(u->a, u->names, u->sources, 0, u->diags);
    else
        u->file = import_file_with(u->a, u->names, u->sources, 0, format, &loader, u->diags);
    buf_free(&r.text);
}

static void link_file(struct unit *u)
{
    struct reading r = { .u = u };
    struct loader loader = loader_of(u, &r);
    modules_link(u->a, u->names, u->sources, u->file, &loader, u->diags);
    buf_free(&r.text);
}

static void analyse(struct unit *u)
{
    if (!u->file || (u->diags->n_errors > 0 && unit_is_imported(u->path)))
        return;
    link_file(u);
    sema_file(u->file, u->a, u->names, u->diags);
    if (u->diags->n_errors > 0) {
        ir_check(u->a, u->names, u->sources, u->file, u->diags); /* so that one run names all that is wrong */
        return;
    }
    u->ir = ir_build(u->a, u->names, u->sources, u->file, u->diags);
}

bool unit_is_imported(const char *path) { return import_format_of(path) != IMPORT_NONE; }

void unit_read(struct unit *u, const char *path, const struct text_list *folders)
{
    *u = (struct unit){ .path = strcmp(path, "-") == 0 ? "<stdin>" : path, .a = arena_new(0), .folders = folders };
    if (!u->a)
        out_of_memory(u, 0);
    arena_on_oom(u->a, out_of_memory, u);
    u->names = interner_new(u->a);
    u->sources = sources_new(u->a);
    u->diags = diags_new(u->a);
    read_file(u, path);
    diags_sort(u->diags);
}

void unit_load(struct unit *u, const char *path, const struct text_list *folders)
{
    unit_read(u, path, folders);
    analyse(u);
    diags_sort(u->diags);
}

void unit_free(struct unit *u)
{
    arena_free(u->a);
    *u = (struct unit){ 0 };
}

void unit_print_diags(const struct unit *u, bool color)
{
    struct buf text = { 0 };
    diags_render_text(u->diags, u->sources, &text, color);
    fputs(buf_cstr(&text), stderr);
    buf_free(&text);
}
