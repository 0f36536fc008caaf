/* parser_fuzz.c -- libFuzzer: any bytes through the lexer and the parser, and nothing else, so that it is fast. What is
 * reported must lie in the file and be within the limit; what is not reported must print as text that parses again, to
 * the same AST. */
#include <stdlib.h>

#include "ast_print.h"
#include "buf.h"
#include "diag.h"
#include "lexer.h"
#include "parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_within(struct span at, size_t size) { require(at.lo <= at.hi && at.hi <= size); }

static void check_diags(const struct diags *d, size_t size)
{
    require(d->n <= FRONT_MAX_ERRORS + 1);
    for (uint32_t i = 0; i < d->n; i++) {
        require_within(d->at[i]->at, size);
        for (uint32_t k = 0; k < d->at[i]->labels.n; k++)
            require_within(d->at[i]->labels.at[k].at, size);
    }
}

/* Prints the file that these bytes are; false when they are none. */
static bool print(struct arena *a, const char *text, size_t size, struct buf *out)
{
    arena_reset(a);
    struct sources *s = sources_new(a);
    struct diags *d = diags_new(a);
    struct file *f = parse_file(a, interner_new(a), s, sources_add(s, "fuzz", text, size), d);
    check_diags(d, size);
    for (uint32_t i = 0; i < f->decls.n; i++)
        require_within(f->decls.at[i]->at, size);
    if (d->n == 0)
        ast_print(f, out);
    return d->n == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct arena *a;
    struct buf once = {0}, twice = {0};
    if (!a)
        a = arena_new(0);
    if (a && print(a, (const char *)bytes, size, &once)) {
        require(print(a, buf_cstr(&once), once.n, &twice));
        require(once.failed || twice.failed || strcmp(buf_cstr(&once), buf_cstr(&twice)) == 0);
    }
    buf_free(&once);
    buf_free(&twice);
    return 0;
}
