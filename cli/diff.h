/* diff.h -- the difference of two texts that differ in white space alone. */
#ifndef MOTET_CLI_DIFF_H
#define MOTET_CLI_DIFF_H
#include <stddef.h>

struct arena;
struct buf;

struct text {
    const char *p;
    size_t n;
};

/* Appends a unified diff from `was` to `is`, with `path` on both sides, to `out`; nothing where they are equal. */
void diff_unified(struct arena *a, const char *path, struct text was, struct text is, struct buf *out);

#endif
