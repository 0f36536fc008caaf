/* diff.c -- see diff.h.
 *
 * No search is needed: after the same number of bytes that are not white space, both texts are at the same place.
 * So they are walked side by side, and a change ends where both stand at the start of a line after the same number.
 */
#include "diff.h"

#include <stdbool.h>
#include <string.h>

#include "arena.h"
#include "buf.h"

enum { CONTEXT = 3 };

struct line {
    const char *p;
    size_t n;     /* bytes, its line end included */
    size_t solid; /* of all bytes from the start to its end, those that are not white space */
};

struct lines {
    VEC(struct line) v;
};

/* Lines was_lo..was_hi became is_lo..is_hi. */
struct change {
    uint32_t was_lo, was_hi, is_lo, is_hi;
};
typedef VEC(struct change) change_vec;

static bool is_white(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static struct lines split(struct arena *a, struct text t)
{
    struct lines lines = { 0 };
    size_t solid = 0, from = t.n >= 3 && memcmp(t.p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* the mark counts nothing */
    for (size_t lo = 0, hi; lo < t.n; lo = hi) {
        const char *nl = memchr(t.p + lo, '\n', t.n - lo);
        hi = nl ? (size_t)(nl - t.p) + 1 : t.n;
        for (size_t i = lo < from ? from : lo; i < hi; i++)
            solid += !is_white(t.p[i]);
        vec_push(a, lines.v, (struct line){ t.p + lo, hi - lo, solid });
    }
    return lines;
}

static size_t solid_before(const struct lines *l, uint32_t i) { return i ? l->v.at[i - 1].solid : 0; }

static bool blank(const struct lines *l, uint32_t i)
{
    return i < l->v.n && l->v.at[i].solid == solid_before(l, i);
}

static bool same_line(const struct lines *was, uint32_t i, const struct lines *is, uint32_t k)
{
    return i < was->v.n && k < is->v.n && was->v.at[i].n == is->v.at[k].n &&
           memcmp(was->v.at[i].p, is->v.at[k].p, is->v.at[k].n) == 0;
}

/* The change that starts at these lines, which differ: a blank line alone, or up to the next common place. */
static struct change change_at(const struct lines *was, uint32_t i, const struct lines *is, uint32_t k)
{
    struct change c = { i, i, k, k };
    bool was_blank = blank(was, i), is_blank = blank(is, k);
    if (was_blank || is_blank) {
        c.was_hi += was_blank;
        c.is_hi += is_blank;
        return c;
    }
    c.was_hi += i < was->v.n;
    c.is_hi += k < is->v.n;
    while (solid_before(was, c.was_hi) != solid_before(is, c.is_hi)) {
        bool behind = solid_before(was, c.was_hi) < solid_before(is, c.is_hi);
        if (behind && c.was_hi < was->v.n)
            c.was_hi++;
        else if (!behind && c.is_hi < is->v.n)
            c.is_hi++;
        else
            return (struct change){ i, was->v.n, k, is->v.n }; /* they differ in more than white space */
    }
    return c;
}

static change_vec find_changes(struct arena *a, const struct lines *was, const struct lines *is)
{
    change_vec changes = { 0 };
    for (uint32_t i = 0, k = 0; i < was->v.n || k < is->v.n;) {
        if (same_line(was, i, is, k)) {
            i++;
            k++;
            continue;
        }
        struct change c = change_at(was, i, is, k);
        if (changes.n && vec_last(changes).was_hi == i && vec_last(changes).is_hi == k) {
            vec_last(changes).was_hi = c.was_hi;
            vec_last(changes).is_hi = c.is_hi;
        } else {
            vec_push(a, changes, c);
        }
        i = c.was_hi;
        k = c.is_hi;
    }
    return changes;
}

/* ---- rendering ---- */

static void put_lines(struct buf *out, char mark, const struct lines *l, uint32_t lo, uint32_t hi)
{
    for (; lo < hi; lo++) {
        const struct line *x = &l->v.at[lo];
        buf_putc(out, mark);
        buf_putn(out, x->p, x->n);
        if (x->p[x->n - 1] != '\n')
            buf_puts(out, "\n\\ No newline at end of file\n");
    }
}

/* "line,count"; an empty range names the line before it. */
static void put_range(struct buf *out, char mark, uint32_t lo, uint32_t hi)
{
    buf_printf(out, " %c%u", mark, lo + (hi > lo));
    if (hi - lo != 1)
        buf_printf(out, ",%u", hi - lo);
}

/* Changes c[0..n), between which there are at most 2 * CONTEXT lines. */
static void put_hunk(struct buf *out, const struct lines *was, const struct lines *is, const struct change *c,
                     uint32_t n)
{
    uint32_t left = was->v.n - c[n - 1].was_hi, after = left < CONTEXT ? left : CONTEXT;
    uint32_t before = c[0].was_lo < CONTEXT ? c[0].was_lo : CONTEXT, at = c[0].was_lo - before;
    buf_puts(out, "@@");
    put_range(out, '-', at, c[n - 1].was_hi + after);
    put_range(out, '+', c[0].is_lo - before, c[n - 1].is_hi + after);
    buf_puts(out, " @@\n");
    for (uint32_t i = 0; i < n; i++) {
        put_lines(out, ' ', was, at, c[i].was_lo);
        put_lines(out, '-', was, c[i].was_lo, c[i].was_hi);
        put_lines(out, '+', is, c[i].is_lo, c[i].is_hi);
        at = c[i].was_hi;
    }
    put_lines(out, ' ', was, at, at + after);
}

void diff_unified(struct arena *a, const char *path, struct text was_text, struct text is_text, struct buf *out)
{
    struct lines was = split(a, was_text), is = split(a, is_text);
    change_vec changes = find_changes(a, &was, &is);
    if (changes.n)
        buf_printf(out, "--- %s\n+++ %s\n", path, path);
    for (uint32_t i = 0, k; i < changes.n; i = k) {
        for (k = i + 1; k < changes.n && changes.at[k].was_lo - changes.at[k - 1].was_hi <= 2 * CONTEXT; k++)
            ;
        put_hunk(out, &was, &is, changes.at + i, k - i);
    }
}
