/* diag.c -- collecting, ordering and comparing diagnostics; diag_render.c shows them. */
#include "diag.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *name, *title;
    enum severity severity;
} codes[DIAG_CODES] = {
#define DIAG(code, severity, title) [code] = {#code, title, severity},
#include "diag.def"
#undef DIAG
};

const char *diag_code_name(enum diag_code code) { return codes[code].name; }
const char *diag_code_title(enum diag_code code) { return codes[code].title; }
enum severity diag_code_severity(enum diag_code code) { return codes[code].severity; }

struct diags *diags_new(struct arena *a)
{
    struct diags *d = ARENA_NEW(a, struct diags);
    d->a = a;
    return d;
}

static char *vformat(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *s = arena_alloc(a, n < 0 ? 1 : (size_t)n + 1);
    if (n > 0)
        vsnprintf(s, (size_t)n + 1, fmt, ap);
    return s;
}

static bool same(const struct diag *x, const struct diag *y)
{
    return x->code == y->code && x->at.file == y->at.file && x->at.lo == y->at.lo && x->at.hi == y->at.hi &&
           strcmp(x->message, y->message) == 0;
}

static bool known(const struct diags *d, const struct diag *x)
{
    for (uint32_t i = d->n; i-- > 0;)
        if (same(d->at[i], x))
            return true;
    return false;
}

void diags_mute(struct diags *d, struct span where) { vec_push(d->a, d->muted, where); }

static bool muted(const struct diags *d, const struct diag *x)
{
    if (x->code <= E0106)
        return false;
    for (uint32_t i = d->muted.n; i-- > 0;) {
        const struct span *m = &d->muted.at[i];
        if (x->at.file == m->file && x->at.lo >= m->lo && x->at.lo < m->hi)
            return true;
    }
    return false;
}

bool diags_full(const struct diags *d) { return d->n > DIAGS_MAX; }

static void keep(struct diags *d, struct diag *x)
{
    if (d->n == d->cap)
        d->at = arena_vec_grow(d->a, d->at, &d->cap, sizeof *d->at);
    d->at[d->n++] = x;
}

static void keep_last(struct diags *d, struct span at)
{
    struct diag *x = ARENA_NEW(d->a, struct diag);
    x->code = E0106;
    x->at = at;
    x->message = arena_printf(d->a, "more than %d errors and warnings; what follows is not reported", DIAGS_MAX);
    d->n_errors++;
    keep(d, x);
}

struct diag *diag_add(struct diags *d, enum diag_code code, struct span at, const char *fmt, ...)
{
    struct diag *x = ARENA_NEW(d->a, struct diag);
    x->code = code;
    x->at = at;
    va_list ap;
    va_start(ap, fmt);
    x->message = vformat(d->a, fmt, ap);
    va_end(ap);
    if (muted(d, x) || (!diags_full(d) && known(d, x)))
        return x; /* the caller may decorate it; nobody will see it */
    d->n_errors += diag_code_severity(code) == SEV_ERROR;
    if (d->n < DIAGS_MAX)
        keep(d, x);
    else if (d->n == DIAGS_MAX)
        keep_last(d, at);
    return x;
}

void diag_caret(struct diags *d, struct diag *x, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    x->label = vformat(d->a, fmt, ap);
    va_end(ap);
}

void diag_label(struct diags *d, struct diag *x, struct span at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct diag_label label = {at, vformat(d->a, fmt, ap)};
    va_end(ap);
    vec_push(d->a, x->labels, label);
}

void diag_note(struct diags *d, struct diag *x, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *note = vformat(d->a, fmt, ap);
    va_end(ap);
    vec_push(d->a, x->notes, note);
}

void diag_help(struct diags *d, struct diag *x, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    x->help = vformat(d->a, fmt, ap);
    va_end(ap);
}

void diag_fix(struct diags *d, struct diag *x, struct span at, const char *text)
{
    vec_push(d->a, x->fixes, (struct diag_fix){at, text});
}

/* ---- order ---- */

static bool before(const struct diag *x, const struct diag *y)
{
    return x->at.file != y->at.file ? x->at.file < y->at.file : x->at.lo < y->at.lo;
}

static void merge(struct diag **from, struct diag **to, size_t lo, size_t mid, size_t hi)
{
    size_t i = lo, j = mid;
    for (size_t k = lo; k < hi; k++)
        to[k] = i < mid && (j >= hi || !before(from[j], from[i])) ? from[i++] : from[j++];
}

void diags_sort(struct diags *d)
{
    struct diag **from = d->at, **to = ARENA_ARRAY(d->a, struct diag *, d->n);
    for (size_t width = 1; width < d->n; width *= 2) {
        for (size_t lo = 0; lo < d->n; lo += 2 * width) {
            size_t mid = lo + width < d->n ? lo + width : d->n;
            size_t hi = lo + 2 * width < d->n ? lo + 2 * width : d->n;
            merge(from, to, lo, mid, hi);
        }
        struct diag **swap = from;
        from = to;
        to = swap;
    }
    if (d->n && from != d->at)
        memcpy(d->at, from, d->n * sizeof *from);
}

/* ---- spelling ---- */

enum { NEAR_MAX = 64 }; /* longer names are not compared */

static bool same_but_case(const char *a, const char *b)
{
    while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b))
        a++, b++;
    return *a == *b;
}

static unsigned min2(unsigned a, unsigned b) { return a < b ? a : b; }

/* Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment); lengths <= NEAR_MAX. */
static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
    unsigned row[3][NEAR_MAX + 1]; /* row i of the matrix is row[i % 3] */
    for (size_t i = 0; i <= n; i++) {
        unsigned *now = row[i % 3];
        const unsigned *last = row[(i + 2) % 3], *before_last = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            if (i == 0) {
                now[j] = (unsigned)j;
                continue;
            }
            now[j] = min2(min2(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = min2(now[j], before_last[j - 2] + 1);
        }
    }
    return row[n % 3][m];
}

/* One is the start of the other, and says something already: `crash` for `crashes`. */
static bool abbreviates(const char *a, size_t n, const char *b, size_t m)
{
    size_t shorter = n < m ? n : m;
    return shorter >= 4 && strncmp(a, b, shorter) == 0;
}

const char *diag_nearest(const char *wrong, const char *const *candidates, uint32_t n)
{
    size_t length = strlen(wrong);
    const char *best = NULL;
    unsigned bound = (unsigned)(length < 3 ? 1 : length / 3) + 1; /* better than this */
    for (uint32_t i = 0; i < n; i++) {
        const char *c = candidates[i];
        if (!c)
            continue;
        if (same_but_case(wrong, c))
            return c;
        size_t m = strlen(c), longer = m > length ? m : length;
        if (longer > NEAR_MAX)
            continue;
        unsigned k = distance(wrong, length, c, m);
        if (k < bound && k < length && k < m) { /* something must remain of both */
            bound = k;
            best = c;
        } else if (!best && abbreviates(wrong, length, c, m)) {
            best = c;
        }
    }
    return best;
}
