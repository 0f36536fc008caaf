/* format_kit.h -- what formatting promises about any file; shared by the tests of the formatter. */
#ifndef MOTET_TEST_FORMAT_KIT_H
#define MOTET_TEST_FORMAT_KIT_H
#include "format.h"
#include "format_pieces.h"
#include "front_kit.h"

static inline void format_bytes(const char *text, size_t n, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct sources *s = sources_new(a);
    assert_true(format_file(a, interner_new(a), s, sources_add(s, "f", text, n), out));
    arena_free(a);
}

#define BECOMES(text, expected)                                                                                        \
    do {                                                                                                               \
        struct buf out_ = {0};                                                                                         \
        ACCEPTS(text);                                                                                                 \
        format_bytes(text, strlen(text), &out_);                                                                       \
        assert_string_equal(buf_cstr(&out_), expected);                                                                \
        buf_free(&out_);                                                                                               \
        keeps_its_promises(w, text, strlen(text));                                                                     \
    } while (0)
#define STAYS(text) BECOMES(text, text)

static inline struct buf printed(struct world *w, const char *text, size_t n)
{
    struct buf ast = {0};
    parse_bytes(w, text, n);
    if (w->d->n)
        fail_msg("%s is reported in:\n%s", places(w), text);
    ast_print(w->f, &ast);
    return ast;
}

/* Appends the comments of a text, a line each, without white space. */
static inline void comments_of(const char *text, size_t n, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct sources *s = sources_new(a);
    struct pieces p = pieces_read(a, interner_new(a), s, sources_add(s, "f", text, n));
    for (uint32_t i = 0; i < p.n; i++) {
        if (p.at[i].kind == PIECE_TOKEN)
            continue;
        for (uint32_t k = p.at[i].at.lo; k < p.at[i].at.hi; k++)
            if (!is_blank_byte(text[k]))
                buf_putc(out, text[k]);
        buf_putc(out, '\n');
    }
    arena_free(a);
}

static inline void no_line_ends_in_a_blank(const struct buf *text)
{
    for (size_t i = 0; i < text->n; i++)
        if (text->p[i] == '\n' && i > 0 && (text->p[i - 1] == ' ' || text->p[i - 1] == '\t'))
            fail_msg("a line ends in a blank:\n%s", text->p);
    if (text->n)
        assert_int_equal(text->p[text->n - 1], '\n');
    assert_null(strstr(buf_cstr(text), "\n\n\n"));
}

static inline void same(const struct buf *x, const struct buf *y, const char *what, const char *text)
{
    if (strcmp(buf_cstr(x), buf_cstr(y)) != 0)
        fail_msg("%s\n---- source\n%s\n---- one\n%s\n---- other\n%s", what, text, buf_cstr(x), buf_cstr(y));
}

static inline void keeps_its_promises(struct world *w, const char *text, size_t n)
{
    struct buf once = {0}, twice = {0}, comments = {0}, comments_after = {0};
    struct buf ast = printed(w, text, n);
    format_bytes(text, n, &once);
    struct buf ast_after = printed(w, buf_cstr(&once), once.n);
    same(&ast, &ast_after, "formatting changed the AST", text);
    format_bytes(buf_cstr(&once), once.n, &twice);
    same(&once, &twice, "formatting again changes it again", text);
    comments_of(text, n, &comments);
    comments_of(buf_cstr(&once), once.n, &comments_after);
    same(&comments, &comments_after, "formatting changed the comments", text);
    no_line_ends_in_a_blank(&once);
    buf_free(&once);
    buf_free(&twice);
    buf_free(&comments);
    buf_free(&comments_after);
    buf_free(&ast);
    buf_free(&ast_after);
}

/* ---- comments to strew about ---- */

static const char *const sprinkles[] = {
    " /* c%u */ ",       "/*%u*/",           " // c%u\n", "\n// c%u\n",
    "\n\n/* c%u */\n", "/* c%u\n   tall */", "\n//%u\xc3\xa9\t.\n", "\n",
    "\n\n\n",
};
enum { N_SPRINKLES = sizeof sprinkles / sizeof *sprinkles };

static inline void put_sprinkle(struct buf *out, uint32_t which, uint32_t number)
{
    char text[64];
    snprintf(text, sizeof text, sprinkles[which], number);
    buf_puts(out, text);
}

#endif
