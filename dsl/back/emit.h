/* emit.h -- text with named holes: the one way in which back ends that print code build their files.
 *
 * A template holds `${hole}`. Holes are bound in scopes: emit_set binds until the scope that is open ends, and the
 * pairs given to emit() hold for that one call; the innermost binding wins. Values are plain text and are not
 * expanded again. A hole that nobody bound is a bug of the back end: it prints as `@HOLE@`, which no compiler accepts,
 * and its name stays in `unbound`.
 *
 * A value of several lines keeps the indentation of the hole that it fills.
 */
#ifndef MOTET_DSL_EMIT_H
#define MOTET_DSL_EMIT_H
#include "arena.h"
#include "buf.h"

struct emit_binding {
    const char *hole, *value;
};

struct emit {
    struct arena *a;
    struct buf out;
    VEC(struct emit_binding) bound;
    const char *unbound; /* the first hole that had no value, or NULL */
};

struct emit emit_begin(struct arena *a); /* free with emit_end */
void emit_end(struct emit *e);

/* emit_set binds in the innermost scope; emit_open's result goes to the emit_close that ends it. */
void emit_set(struct emit *e, const char *hole, const char *value);
uint32_t emit_open(const struct emit *e);
void emit_close(struct emit *e, uint32_t scope);

/* emit(e, "case ${label}:\n", "label", label): expands, with further pairs of hole and value for this call. */
#define emit(e, ...) emit_pairs((e), __VA_ARGS__, (const char *)NULL)
void emit_pairs(struct emit *e, const char *template, ...) __attribute__((sentinel));

const char *emit_num(struct emit *e, uint64_t n);

/* Breaks C lines that are longer than `width`: after a comma, aligned to the bracket that is open there; comments
 * between words. A line that offers no such place stays long. Preprocessor lines are left alone. */
void emit_wrap_c(struct buf *text, uint32_t width);

#endif
