/* emit.c -- templates with named holes, and line breaking for C. */
#include "emit.h"

#include <stdarg.h>
#include <stdlib.h>

struct emit emit_begin(struct arena *a)
{
    return (struct emit){.a = a};
}

void emit_end(struct emit *e)
{
    buf_free(&e->out);
}

void emit_set(struct emit *e, const char *hole, const char *value)
{
    vec_push(e->a, e->bound, (struct emit_binding){hole, value});
}

uint32_t emit_open(const struct emit *e)
{
    return e->bound.n;
}

void emit_close(struct emit *e, uint32_t scope)
{
    e->bound.n = scope;
}

const char *emit_num(struct emit *e, uint64_t n)
{
    return arena_printf(e->a, "%llu", (unsigned long long)n);
}

static const char *lookup(const struct emit *e, const char *hole, size_t n)
{
    for (uint32_t i = e->bound.n; i-- > 0;)
        if (strlen(e->bound.at[i].hole) == n && memcmp(e->bound.at[i].hole, hole, n) == 0)
            return e->bound.at[i].value;
    return NULL;
}

/* The blanks that the line being written begins with, when there is nothing else on it; else no indentation. */
static size_t indentation(const struct buf *out)
{
    size_t n = 0;
    while (n < out->n && out->p[out->n - 1 - n] == ' ')
        n++;
    return n == out->n || out->p[out->n - 1 - n] == '\n' ? n : 0;
}

static void put_value(struct emit *e, const char *value)
{
    size_t indent = indentation(&e->out);
    for (; *value; value++) {
        buf_putc(&e->out, *value);
        if (*value == '\n' && value[1] && value[1] != '\n')
            buf_repeat(&e->out, ' ', indent);
    }
}

static void put_hole(struct emit *e, const char *hole, size_t n)
{
    const char *value = lookup(e, hole, n);
    if (value) {
        put_value(e, value);
        return;
    }
    if (!e->unbound)
        e->unbound = arena_strndup(e->a, hole, n);
    buf_putc(&e->out, '@');
    buf_putn(&e->out, hole, n);
    buf_putc(&e->out, '@');
}

static void expand(struct emit *e, const char *t)
{
    while (*t) {
        const char *hole = strstr(t, "${"), *close = hole ? strchr(hole, '}') : NULL;
        if (!close) {
            buf_puts(&e->out, t);
            return;
        }
        buf_putn(&e->out, t, (size_t)(hole - t));
        put_hole(e, hole + 2, (size_t)(close - hole) - 2);
        t = close + 1;
    }
}

void emit_pairs(struct emit *e, const char *template, ...)
{
    uint32_t scope = emit_open(e);
    va_list ap;
    va_start(ap, template);
    for (const char *hole; (hole = va_arg(ap, const char *));)
        emit_set(e, hole, va_arg(ap, const char *));
    va_end(ap);
    expand(e, template);
    emit_close(e, scope);
}

/* ---- line breaking ---- */

enum { MAX_DEPTH = 64, FURTHEST_ALIGNMENT = 80 };

struct place { /* where a line may be broken */
    size_t at;     /* the text up to here stays; 0: nowhere */
    size_t indent; /* of what follows */
    bool comment;  /* what follows continues a comment that began on its own line: it opens with a star */
};

struct scan { /* of one line, from its start */
    const char *s;
    size_t n, width, indent;
    size_t open[MAX_DEPTH]; /* columns after the brackets that are open */
    uint32_t depth;
    struct place last;    /* the furthest one within the width */
    struct place bracket; /* the first one after an opening bracket: for names so long that no comma serves */
};

/* The length of the longest piece between commas from `i` on. */
static size_t longest_piece(const struct scan *l, size_t i)
{
    size_t longest = 0, begin = i;
    for (; i < l->n; i++)
        if ((l->s[i] == ',' && i + 1 < l->n && l->s[i + 1] == ' ') || i + 1 == l->n) {
            longest = i + 1 - begin > longest ? i + 1 - begin : longest;
            begin = i + 2;
        }
    return longest;
}

/* Where the text that begins at `next` goes when the line is broken before it. */
static size_t alignment(const struct scan *l, size_t next)
{
    if (l->depth == 0)
        return l->indent;
    size_t column = l->open[(l->depth < MAX_DEPTH ? l->depth : MAX_DEPTH) - 1];
    return column <= FURTHEST_ALIGNMENT && column + longest_piece(l, next) <= l->width ? column : l->indent + 8;
}

static size_t skip_quoted(const struct scan *l, size_t i)
{
    char quote = l->s[i++];
    while (i < l->n && l->s[i] != quote)
        i += l->s[i] == '\\' ? 2 : 1;
    return i + 1;
}

/* Blanks of the comment that begins at `i`, as long as they are within the width. */
static size_t scan_comment(struct scan *l, size_t i)
{
    bool own_line = i == l->indent;
    size_t begin = i, end = i + 2;
    while (end < l->n && !(l->s[end - 1] == '*' && l->s[end] == '/' && end > begin + 2))
        end++;
    for (i = begin + 3; i < end && i < l->width; i++)
        if (l->s[i] == ' ' && i + 3 < end)
            l->last = (struct place){i, own_line ? l->indent + 1 : begin + 3, own_line};
    return end + 1;
}

static void scan_line(struct scan *l)
{
    size_t i = l->indent;
    if (i + 1 < l->n && l->s[i] == '*' && l->s[i + 1] == ' ') { /* inside a block comment */
        for (i += 2; i < l->n && i < l->width; i++)
            if (l->s[i] == ' ' && i + 3 < l->n)
                l->last = (struct place){i, l->indent, true};
        return;
    }
    while (i < l->n) {
        char c = l->s[i];
        if (c == '"' || c == '\'') {
            i = skip_quoted(l, i);
        } else if (c == '/' && i + 1 < l->n && l->s[i + 1] == '*') {
            i = scan_comment(l, i);
        } else if (strchr("([{", c)) {
            if (l->depth++ < MAX_DEPTH)
                l->open[l->depth - 1] = i + 1;
            i++;
            if (c == '(' && l->bracket.at == 0 && i < l->n && l->s[i] != ')')
                l->bracket = (struct place){i, l->indent + 8, false};
        } else if (strchr(")]}", c)) {
            l->depth -= l->depth > 0;
            i++;
        } else {
            if (c == ',' && i + 1 < l->n && l->s[i + 1] == ' ' && i + 1 <= l->width)
                l->last = (struct place){i + 1, alignment(l, i + 2), false};
            i++;
        }
    }
}

static struct place find_break(const char *s, size_t n, size_t width)
{
    struct scan l = {.s = s, .n = n, .width = width};
    while (l.indent < n && s[l.indent] == ' ')
        l.indent++;
    if (l.indent < n && s[l.indent] != '#')
        scan_line(&l);
    return l.last.at ? l.last : l.bracket;
}

static void wrap_line(struct buf *out, const char *s, size_t n, size_t width)
{
    struct buf line = {0}, rest = {0};
    buf_putn(&line, s, n);
    for (;;) {
        struct place p = line.n > width ? find_break(line.p, line.n, width) : (struct place){0};
        if (p.at == 0 || p.indent + 2 >= p.at)
            break;
        buf_putn(out, line.p, p.at);
        buf_putc(out, '\n');
        rest = (struct buf){0};
        buf_repeat(&rest, ' ', p.indent);
        buf_puts(&rest, p.comment ? "* " : "");
        size_t next = p.at + (line.p[p.at] == ' '); /* without the blank at the break */
        buf_putn(&rest, line.p + next, line.n - next);
        buf_free(&line);
        line = rest;
    }
    buf_putn(out, buf_cstr(&line), line.n);
    buf_free(&line);
}

void emit_wrap_c(struct buf *text, uint32_t width)
{
    struct buf out = {0};
    bool macro = false; /* the line continues a preprocessor line */
    for (size_t i = 0; i < text->n;) {
        const char *s = text->p + i, *end = memchr(s, '\n', text->n - i);
        size_t n = end ? (size_t)(end - s) : text->n - i;
        if (macro || n <= width)
            buf_putn(&out, s, n);
        else
            wrap_line(&out, s, n, width);
        if (end)
            buf_putc(&out, '\n');
        macro = (macro || *s == '#') && n > 0 && s[n - 1] == '\\';
        i += n + 1;
    }
    out.failed |= text->failed;
    buf_free(text);
    *text = out;
}
