/* arena.c -- a list of chunks; big requests get a chunk of their own. */
#include "arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 1 << 16, ALIGN = 16 };

struct chunk {
    struct chunk *next;
    size_t used, size;
    _Alignas(ALIGN) unsigned char bytes[];
};

struct arena {
    struct chunk *head;
    size_t used, limit;
    arena_oom_fn *oom;
    void *oom_ctx;
};

static void oom_default(void *ctx, size_t asked)
{
    (void)ctx;
    fprintf(stderr, "motet: out of memory (%zu bytes asked)\n", asked);
    abort();
}

struct arena *arena_new(size_t limit)
{
    struct arena *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->limit = limit;
    a->oom = oom_default;
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct chunk *c = a->head, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    free(a);
}

void arena_reset(struct arena *a)
{
    struct chunk *kept = a->head;
    if (!kept)
        return;
    for (struct chunk *c = kept->next, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    memset(kept->bytes, 0, kept->used);
    kept->used = 0;
    kept->next = NULL;
    a->used = 0;
}

void arena_on_oom(struct arena *a, arena_oom_fn *fn, void *ctx)
{
    a->oom = fn;
    a->oom_ctx = ctx;
}

size_t arena_used(const struct arena *a) { return a->used; }

static void fail(struct arena *a, size_t asked)
{
    a->oom(a->oom_ctx, asked);
    abort(); /* the handler must not return */
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        fail(a, size);
    size_t need = (size + (size == 0) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (a->limit && need > a->limit - (a->used < a->limit ? a->used : a->limit))
        fail(a, size);
    struct chunk *c = a->head;
    if (!c || c->size - c->used < need) {
        size_t bytes = need > CHUNK ? need : CHUNK;
        c = calloc(1, sizeof *c + bytes);
        if (!c)
            fail(a, size);
        c->size = bytes;
        if (need > CHUNK && a->head) { /* keep filling the current chunk */
            c->next = a->head->next;
            a->head->next = c;
        } else {
            c->next = a->head;
            a->head = c;
        }
    }
    void *p = c->bytes + c->used;
    c->used += need;
    a->used += need;
    return p;
}

void *arena_array(struct arena *a, size_t size, size_t n)
{
    if (size && n > SIZE_MAX / 2 / size)
        fail(a, SIZE_MAX);
    return arena_alloc(a, size * n);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    char *p = arena_alloc(a, n + 1);
    memcpy(p, s, n);
    return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = arena_alloc(a, n < 0 ? 1 : (size_t)n + 1);
    if (n > 0)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}

void *arena_vec_grow(struct arena *a, void *old, uint32_t *cap, size_t size)
{
    uint32_t n = *cap, grown = n ? n * 2 : 8;
    if (grown <= n)
        fail(a, SIZE_MAX);
    void *p = arena_array(a, size, grown);
    if (n)
        memcpy(p, old, size * n);
    *cap = grown;
    return p;
}
