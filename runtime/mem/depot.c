/* depot.c -- see depot.h. Chunks are whole 2 MB where records are large in number, so that the kernel can back them by
 * large pages: what costs most in a system of a million actors is finding them in memory. */
#define _DEFAULT_SOURCE /* madvise, MAP_ANONYMOUS */
#include "depot.h"

#include "poison.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CHUNK = 2 * 1024 * 1024 };

static size_t chunk_bytes(const motet__depot *d)
{
    return d->size << d->shift;
}

/* Mapped to a multiple of its size. */
static void *map_chunk(size_t bytes)
{
    unsigned char *at =
        mmap(NULL, bytes * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) {
        return NULL;
    }
    size_t before = (bytes - (uintptr_t)at % bytes) % bytes;
    if (before > 0) {
        munmap(at, before);
    }
    munmap(at + before + bytes, bytes - before);
#ifdef MADV_HUGEPAGE
    if (bytes >= CHUNK) {
        madvise(at + before, bytes, MADV_HUGEPAGE);
    }
#endif
    return at + before;
}

bool motet__depot_init(motet__depot *d, size_t size, bool numbered)
{
    memset(d, 0, sizeof *d);
    d->size = size;
    d->numbered = numbered;
    while ((size << (d->shift + 1)) <= CHUNK) {
        d->shift++;
    }
    d->chunks = calloc(MOTET__CHUNKS, sizeof *d->chunks);
    return d->chunks != NULL;
}

void motet__depot_fini(motet__depot *d)
{
    for (uint32_t i = 0; i < d->n_chunks; i++) {
        void *chunk = atomic_load_explicit(&d->chunks[i], memory_order_relaxed);
        motet__unpoison(chunk, chunk_bytes(d));
        munmap(chunk, chunk_bytes(d));
    }
    free(d->chunks);
    memset(d, 0, sizeof *d);
}

static bool grow(motet__depot *d)
{
    size_t bytes = chunk_bytes(d);

    void *at = d->n_chunks < MOTET__CHUNKS && !d->fixed ? map_chunk(bytes) : NULL;
    if (!at) {
        return false;
    }
    d->n += 1u << d->shift;
    /* release: partner of the acquire in motet__depot_at. */
    atomic_store_explicit(&d->chunks[d->n_chunks++], at, memory_order_release);
    return true;
}

bool motet__depot_reserve(motet__depot *d, uint32_t n)
{
    while (d->n < n) {
        if (!grow(d)) {
            return false;
        }
        unsigned char *chunk = atomic_load_explicit(&d->chunks[d->n_chunks - 1], memory_order_relaxed);
        for (size_t i = 0; i < chunk_bytes(d); i += 4096) {
            ((volatile unsigned char *)chunk)[i] = 0; /* so that the memory is really there */
        }
    }
    return true;
}

/* A record that was never handed out, or NULL. */
static void *carve(motet__depot *d)
{
    if (d->carved == d->n && !grow(d)) {
        return NULL;
    }
    uint32_t number = d->carved++;
    unsigned char *chunk = atomic_load_explicit(&d->chunks[number >> d->shift], memory_order_relaxed);
    unsigned char *r = chunk + (size_t)(number & ((1u << d->shift) - 1u)) * d->size;
    if (d->numbered) {
        ((uint32_t *)(void *)r)[2] = number;
    }
    return r;
}

/* Where a batch's first record names the next batch: behind its link, and its number if it has one. */
static size_t batch_word(const motet__depot *d)
{
    return d->numbered ? 2 : 1;
}

bool motet__depot_take(motet__depot *d, motet__stack *s)
{
    if (d->batches) {
        void **batch = d->batches;
        d->batches = batch[batch_word(d)];
        batch[batch_word(d)] = NULL;
        s->first = batch;
        s->n = MOTET__BATCH;
        return true;
    }
    void *carved[MOTET__BATCH];
    uint32_t n = 0;
    while (n < MOTET__BATCH) {
        void *r = carve(d);
        if (!r) {
            break;
        }
        if (!d->numbered || ((uint32_t *)r)[2] != 0) { /* number 0 is nobody's */
            carved[n++] = r;
        }
    }
    while (n > 0) { /* so that they are taken in the order of their addresses */
        motet__stack_push(s, carved[--n]);
    }
    return s->first != NULL;
}

void motet__depot_give(motet__depot *d, motet__stack *s)
{
    void *first = s->first, **last = first;
    for (uint32_t i = 1; i < MOTET__BATCH; i++) {
        last = *last;
    }
    s->first = *last;
    s->n -= MOTET__BATCH;
    *last = NULL;
    ((void **)first)[batch_word(d)] = d->batches;
    d->batches = first;
}

uint32_t motet__depot_out(const motet__depot *d)
{
    uint32_t n = d->carved - (d->numbered && d->carved > 0 ? 1u : 0u); /* number 0 is nobody's */
    for (void **batch = d->batches; batch && n >= MOTET__BATCH; batch = batch[batch_word(d)]) {
        n -= MOTET__BATCH;
    }
    return n;
}

uint32_t motet__stack_count(const motet__stack *s, uint32_t most)
{
    uint32_t n = 0;
    for (void *const *r = s->first; r && n < most; r = *r) {
        n++;
    }
    return n;
}
