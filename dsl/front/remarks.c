/* remarks.c -- see remarks.h. */
#include "remarks.h"

#include <string.h>

#include "buf.h"

struct remarks *remarks_new(struct arena *a, const struct sources *s)
{
    struct remarks *r = ARENA_NEW(a, struct remarks);
    r->a = a;
    r->s = s;
    return r;
}

/* ---- collecting ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

/* One line without the marks it begins with and a blank behind them, and without what is blank at its end. */
static void add_line(struct buf *out, const char *p, size_t n, char mark)
{
    while (n && is_blank(*p))
        p++, n--;
    while (n && *p == mark)
        p++, n--;
    if (n && is_blank(*p))
        p++, n--;
    while (n && is_blank(p[n - 1]))
        n--;
    for (size_t i = 0; i < n; i++)
        buf_putc(out, (unsigned char)p[i] < ' ' || p[i] == 0x7f ? ' ' : p[i]);
}

static const char *text_of(struct remarks *r, const char *p, size_t n, char mark)
{
    struct buf text = {0};
    bool block = n >= 4 && (memcmp(p, "/*", 2) == 0 || memcmp(p, "(*", 2) == 0);
    if (block) {
        p += 2;
        n -= 4;
        mark = '*';
    }
    for (const char *end = p + n; p <= end;) {
        const char *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl ? nl : end;
        add_line(&text, p, (size_t)(stop - p), mark);
        p = stop + 1;
        if (nl && text.n)
            buf_putc(&text, '\n');
    }
    while (text.n && text.p[text.n - 1] == '\n')
        text.n--;
    const char *copy = arena_strndup(r->a, buf_cstr(&text), text.n);
    buf_free(&text);
    return copy;
}

void remarks_add(struct remarks *r, struct span at, uint32_t after, char mark)
{
    while (r->known_upto.n <= at.file)
        vec_push(r->a, r->known_upto, 0);
    if (at.lo < r->known_upto.at[at.file])
        return;
    r->known_upto.at[at.file] = at.hi;
    const char *text = text_of(r, r->s->at[at.file]->text + at.lo, at.hi - at.lo, mark);
    vec_push(r->a, r->all, (struct remark){.at = at, .after = after, .text = text});
}

static bool is_before(const struct remark *k, uint32_t file, uint32_t lo)
{
    return k->at.file != file ? k->at.file < file : k->at.lo < lo;
}

static uint32_t first_from(const struct remarks *r, uint32_t file, uint32_t lo)
{
    uint32_t from = 0, to = r->all.n;
    while (from < to) {
        uint32_t mid = from + (to - from) / 2;
        if (is_before(&r->all.at[mid], file, lo))
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

void remarks_are_doc(struct remarks *r, struct span at)
{
    uint32_t end = first_from(r, at.file, at.hi);
    for (uint32_t i = first_from(r, at.file, at.lo); i < end; i++)
        r->all.at[i].is_doc = true;
}

void remarks_move(struct remarks *r, struct span from, uint32_t to)
{
    uint32_t end = first_from(r, from.file, from.hi);
    for (uint32_t i = first_from(r, from.file, from.lo); i < end; i++) {
        r->all.at[i].at.lo = r->all.at[i].at.hi = to;
        r->all.at[i].after = REMARK_OWN_LINE;
    }
}

/* ---- printing ---- */

struct remark_cursor remarks_within(struct remarks *r, struct span at)
{
    if (!r)
        return (struct remark_cursor){0};
    return (struct remark_cursor){r, first_from(r, at.file, at.lo), first_from(r, at.file, at.hi), NULL};
}

/* The next one to print, or NULL. */
static struct remark *peek(struct remark_cursor *c)
{
    while (c->next < c->end && (c->r->all.at[c->next].is_doc || c->r->all.at[c->next].printed))
        c->next++;
    return c->next < c->end ? &c->r->all.at[c->next] : NULL;
}

static bool is_blank_or_line(char c) { return is_blank(c) || c == '\n'; }

static bool blank_above(const struct remarks *r, struct span at)
{
    uint32_t lines = 0;
    if (at.hi == at.lo)
        return false;
    const char *text = r->s->at[at.file]->text;
    for (uint32_t i = at.lo; i > 0 && is_blank_or_line(text[i - 1]); i--)
        lines += text[i - 1] == '\n';
    return lines > 1;
}

static bool is_apart(const struct remarks *r, const struct remark *k)
{
    uint32_t lines = 0;
    const struct source *s = r->s->at[k->at.file];
    for (uint32_t i = k->at.hi; i < s->size && is_blank_or_line(s->text[i]); i++)
        lines += s->text[i] == '\n';
    return lines > 1;
}

bool remarks_blank_below(const struct remark_cursor *c)
{
    return c->last && is_apart(c->r, c->last);
}

uint32_t remarks_apart(const struct remark_cursor *c, uint32_t lo)
{
    uint32_t end = 0;
    for (uint32_t i = c->next; i < c->end && c->r->all.at[i].at.lo < lo; i++)
        if (!c->r->all.at[i].is_doc && is_apart(c->r, &c->r->all.at[i]))
            end = c->r->all.at[i].at.lo + 1;
    return end;
}

static bool at_start(const struct buf *out)
{
    return out->n == 0 || (out->n > 1 && out->p[out->n - 1] == '\n' && strchr("{\n", out->p[out->n - 2]));
}

static void print_lines(struct remark *k, struct buf *out, size_t indent)
{
    k->printed = true;
    for (const char *p = k->text; p;) {
        const char *nl = strchr(p, '\n');
        size_t n = nl ? (size_t)(nl - p) : strlen(p);
        buf_repeat(out, ' ', indent);
        buf_puts(out, n ? "// " : "//");
        buf_putn(out, p, n);
        buf_putc(out, '\n');
        p = nl ? nl + 1 : NULL;
    }
}

void remarks_above(struct remark_cursor *c, uint32_t lo, struct buf *out, size_t indent)
{
    c->last = NULL;
    for (struct remark *k; (k = peek(c)) && k->at.lo < lo; c->next++) {
        c->last = k;
        if (blank_above(c->r, k->at) && !at_start(out))
            buf_putc(out, '\n');
        print_lines(k, out, indent);
    }
}

void remarks_blank(const struct remark_cursor *c, struct span at, struct buf *out)
{
    if (c->r && blank_above(c->r, at) && !at_start(out))
        buf_putc(out, '\n');
}

void remarks_rest(struct remark_cursor *c, struct buf *out)
{
    if (peek(c) && out->n)
        buf_putc(out, '\n');
    remarks_above(c, UINT32_MAX, out, 0);
}

static void print_behind(struct remark_cursor *c, struct remark *k, struct buf *out)
{
    if (strchr(k->text, '\n'))
        return; /* too much for that line */
    buf_printf(out, " // %s", k->text);
    k->printed = true;
    c->next++;
}

void remark_behind(struct remark_cursor *c, uint32_t hi, struct buf *out)
{
    struct remark *k = peek(c);
    if (k && k->after == hi)
        print_behind(c, k, out);
}

void remark_opening(struct remark_cursor *c, uint32_t lo, struct buf *out)
{
    struct remark *k = peek(c);
    if (k && k->at.lo < lo && k->after != REMARK_OWN_LINE)
        print_behind(c, k, out);
}
