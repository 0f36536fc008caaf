/* buf.h -- a growing text buffer on the heap, for everything that is rendered.
 *
 * A failed allocation sets `failed` and drops what follows: check once, at the end.
 */
#ifndef MOTET_DSL_BUF_H
#define MOTET_DSL_BUF_H
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *p; /* NUL-terminated once anything was written; else NULL */
    size_t n, cap;
    bool failed;
};

void buf_free(struct buf *b);
void buf_putn(struct buf *b, const char *s, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_repeat(struct buf *b, char c, size_t times);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *buf_cstr(const struct buf *b); /* "" when empty */

/* `s` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD. */
void buf_json_string(struct buf *b, const char *s, size_t n);

#endif
