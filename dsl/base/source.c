/* source.c -- line tables and look-ups. */
#include "source.h"

#include "arena.h"

struct sources *sources_new(struct arena *a)
{
    struct sources *s = ARENA_NEW(a, struct sources);
    s->a = a;
    return s;
}

uint32_t sources_add(struct sources *s, const char *path, const char *text, size_t size)
{
    struct source *f = ARENA_NEW(s->a, struct source);
    f->path = arena_strndup(s->a, path, strlen(path));
    f->text = arena_strndup(s->a, text, size);
    f->size = (uint32_t)size;
    VEC(uint32_t) starts = {0};
    vec_push(s->a, starts, 0);
    for (uint32_t i = 0; i < f->size; i++)
        if (text[i] == '\n')
            vec_push(s->a, starts, i + 1);
    f->line_starts = starts.at;
    f->n_lines = starts.n;
    if (s->n == s->cap)
        s->at = arena_vec_grow(s->a, s->at, &s->cap, sizeof *s->at);
    s->at[s->n] = f;
    return s->n++;
}

struct position source_position(const struct sources *s, uint32_t file, uint32_t offset)
{
    const struct source *f = s->at[file];
    uint32_t lo = 0, hi = f->n_lines; /* line_starts[lo] <= offset < line_starts[hi] */
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (f->line_starts[mid] <= offset)
            lo = mid;
        else
            hi = mid;
    }
    return (struct position){lo + 1, offset - f->line_starts[lo] + 1};
}

const char *source_where(const struct sources *s, struct span at)
{
    return arena_printf(s->a, "%s:%u", s->at[at.file]->path, source_position(s, at.file, at.lo).line);
}

const char *source_line(const struct sources *s, uint32_t file, uint32_t line, uint32_t *n)
{
    const struct source *f = s->at[file];
    uint32_t lo = f->line_starts[line - 1];
    uint32_t hi = line < f->n_lines ? f->line_starts[line] - 1 : f->size;
    if (hi > lo && f->text[hi - 1] == '\r')
        hi--;
    *n = hi - lo;
    return f->text + lo;
}

struct span span_join(struct span a, struct span b)
{
    return (struct span){a.file, a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi};
}
