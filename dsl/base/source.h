/* source.h -- the files of a compilation and positions in them.
 *
 * A span is a half-open byte range of one file. Lines and columns count from 1; a column counts bytes, tabs as one.
 */
#ifndef MOTET_DSL_SOURCE_H
#define MOTET_DSL_SOURCE_H
#include <stddef.h>
#include <stdint.h>

struct arena;

struct span {
    uint32_t file;   /* index in struct sources */
    uint32_t lo, hi; /* bytes, lo <= hi; {0,0,0} also serves as "nowhere" */
};

struct position {
    uint32_t line, column; /* from 1 */
};

struct source {
    const char *path; /* as the user gave it */
    const char *text; /* NUL-terminated copy; may hold NUL bytes before its end */
    uint32_t size;    /* bytes without the final NUL */
    uint32_t n_lines;
    const uint32_t *line_starts; /* n_lines byte offsets */
};

struct sources {
    struct arena *a;
    struct source **at;
    uint32_t n, cap;
};

struct sources *sources_new(struct arena *a);
/* Copies path and text; returns the file's index. Text longer than UINT32_MAX - 1 bytes is the caller's error. */
uint32_t sources_add(struct sources *s, const char *path, const char *text, size_t size);
struct position source_position(const struct sources *s, uint32_t file, uint32_t offset);
/* "path:line" of a span's start, in the arena of `s`. */
const char *source_where(const struct sources *s, struct span at);
/* The text of line `line` (from 1) without its line end; *n gets its length. */
const char *source_line(const struct sources *s, uint32_t file, uint32_t line, uint32_t *n);
/* The smallest span that covers both; both in one file. */
struct span span_join(struct span a, struct span b);

#endif
