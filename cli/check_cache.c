/* check_cache.c -- see check_cache.h. */
#include "check_cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cli.h"
#include "ltl_text.h"
#include "model_key.h"
#include "process.h"
#include "promela.h"
#include "property_file.h"

enum { MOST_BYTES = 64 << 20 };

struct check_cache {
    struct cache *files;
    const char *programs; /* which motet and which SPIN */
};

/* ---- where, and of which programs ---- */

static const char *default_folder(struct arena *a, const char **wanted)
{
    const char *own = getenv("MOTET_CACHE"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    *wanted = own && *own ? own : NULL;
    if (*wanted)
        return strcmp(own, "off") == 0 ? NULL : own;
    if (xdg && *xdg == '/')
        return arena_printf(a, "%s/motet", xdg);
    return home && *home == '/' ? arena_printf(a, "%s/.cache/motet", home) : NULL;
}

/* What the program's file holds, in short. False when that cannot be told. */
static bool put_program(struct buf *out, const char *path)
{
    struct buf text = { 0 };
    FILE *f = fopen(path, "rb");
    char chunk[1 << 16];
    bool ok = f != NULL;
    for (size_t n; ok && (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        buf_putn(&text, chunk, n);
    ok = ok && !ferror(f) && !text.failed;
    if (f)
        fclose(f);
    struct cache_key key = cache_key_of(&text);
    buf_printf(out, "program %zu %016llx%016llx\n", text.n, (unsigned long long)key.at[0],
               (unsigned long long)key.at[1]);
    buf_free(&text);
    return ok;
}

static const char *programs(struct arena *a)
{
    char spin[4096];
    struct buf b = { 0 };
    buf_printf(&b, "motet %s\n", MOTET_VERSION);
    bool ok = put_program(&b, "/proc/self/exe");
    if (process_find("spin", spin, sizeof spin))
        ok = ok && put_program(&b, spin);
    const char *text = ok ? arena_strndup(a, buf_cstr(&b), b.n) : NULL;
    buf_free(&b);
    return text;
}

struct check_cache *check_cache_open(struct arena *a, const char *folder, const char **problem)
{
    const char *wanted = folder;
    struct check_cache *x = ARENA_NEW(a, struct check_cache);
    *problem = NULL;
    if (!folder)
        folder = default_folder(a, &wanted);
    if (!folder)
        return NULL;
    x->files = cache_open(a, folder, MOST_BYTES);
    if (!x->files && wanted)
        *problem = arena_printf(a, "nothing is cached: folder %s cannot be used: %s", folder, strerror(errno));
    x->programs = x->files ? programs(a) : NULL;
    return x->programs ? x : NULL;
}

/* ---- keys ---- */

static void put_options(struct buf *out, const struct check_options *o)
{
    /* Each option that changes what is found out about a model belongs here. */
    buf_printf(out, "options %d %d %d %d %d %u %d\n", o->explorer, o->spin, o->how.search, o->progress, o->unfair,
               o->reduce, o->reduce_at_once);
}

static void put_formulas(struct buf *out, const struct model *m)
{
    for (uint32_t i = 0; m->verify && i < m->verify->n_ltls; i++) {
        ltl_text(m->verify->ltls[i].formula, out);
        buf_putc(out, '\n');
    }
}

/* Without comments: they tell places in the source. */
static void put_rendering(struct buf *out, struct arena *a, const struct model *m)
{
    struct promela p;
    if (!promela_render(a, m, &p)) {
        buf_puts(out, p.problem);
        return;
    }
    for (const char *s = p.text; *s != '\0';) {
        const char *comment = strstr(s, "/*"), *end = comment ? strstr(comment, "*/") : NULL;
        buf_putn(out, s, end ? (size_t)(comment - s) : strlen(s));
        s = end ? end + 2 : s + strlen(s);
    }
}

static struct cache_key key_of(const struct check_options *o, struct arena *a, const struct model *m, const char *scope)
{
    struct buf b = { 0 };
    buf_puts(&b, o->cache->programs);
    put_options(&b, o);
    buf_printf(&b, "scope %s\n", scope);
    model_key_put(&b, m);
    put_formulas(&b, m);
    put_rendering(&b, a, m);
    struct cache_key key = cache_key_of(&b);
    buf_free(&b);
    return key;
}

/* ---- answers: a digit for each edge (none when it is not known which are taken), a line end, the properties ---- */

/* False when the text does not begin with such digits. */
static bool read_taken(struct arena *a, const char *text, size_t length, uint32_t n_edges, const bool **taken)
{
    bool *is = ARENA_ARRAY(a, bool, n_edges);
    uint32_t n = 0;
    for (; n < n_edges && n < length && (text[n] == '0' || text[n] == '1'); n++)
        is[n] = text[n] == '1';
    *taken = n == n_edges && n ? is : NULL;
    return n < length && text[n] == '\n' && (n == n_edges || n == 0);
}

bool check_cache_find(const struct check_options *o, const struct semantics *s, const char *scope, struct report *r,
                      struct cache_key *key, const bool **taken)
{
    struct properties found;
    size_t n;
    if (!o->cache)
        return false;
    *key = key_of(o, r->a, semantics_model(s), scope);
    const char *text = cache_find(o->cache->files, r->a, *key, &n);
    if (!text || !read_taken(r->a, text, n, semantics_model(s)->n_edges, taken))
        return false;
    size_t head = *taken ? semantics_model(s)->n_edges + (size_t)1 : 1;
    if (!properties_read(r->a, s, text + head, n - head, &found))
        return false;
    for (uint32_t i = 0; i < found.n; i++)
        vec_push(r->a, r->properties, found.at[i]);
    return true;
}

void check_cache_keep(const struct check_options *o, struct cache_key key, const struct report *r, uint32_t first,
                      const bool *taken, uint32_t n_edges)
{
    struct buf text = { 0 };
    for (uint32_t i = 0; taken && i < n_edges; i++)
        buf_putc(&text, taken[i] ? '1' : '0');
    buf_putc(&text, '\n');
    if (o->cache && first < r->properties.n &&
        properties_write(&text, r->a, &r->properties.at[first], r->properties.n - first) && !text.failed)
        cache_keep(o->cache->files, key, text.p, text.n); /* or not: that is as good */
    buf_free(&text);
}
