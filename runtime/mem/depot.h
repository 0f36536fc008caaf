/* depot.h -- records of one size for all workers: carved from large chunks, handed out and taken back in batches.
 *
 * Workers keep free records in a list of their own (motet__stack) and turn to the depot for a batch at a time, so the
 * depot may stand under a lock. Records keep their address and, where asked for, their number until _fini: a record
 * that is free may still be read (a generation, say). The first word of a free record is its link.
 *
 * Invariants: (1) record number i lies in chunk i / per_chunk at i % per_chunk; (2) a record is in at most one list.
 */
#ifndef MOTET_MEM_DEPOT_H
#define MOTET_MEM_DEPOT_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOTET__BATCH = 64, MOTET__CHUNKS = 1 << 18 };

typedef struct motet__stack { /* free records; link in the first word */
    void *first;
    uint32_t n;
} motet__stack;

typedef struct motet__depot {
    size_t size;         /* of a record */
    uint32_t shift;      /* a chunk has 1 << shift records */
    bool numbered, fixed; /* the number is written to the record's second word; no more chunks are to be had */
    uint32_t n, carved;  /* records that the chunks hold; that were ever handed out */
    uint32_t n_chunks;
    _Atomic(unsigned char *) *chunks; /* [MOTET__CHUNKS] for numbered ones */
    void *batches;       /* free batches, each linked from the word behind its first record's own link and number */
} motet__depot;

/* `size` is a power of two: 16 or more, or 32 when numbered. Numbers start with 1. False: no memory. */
bool motet__depot_init(motet__depot *d, size_t size, bool numbered);
void motet__depot_fini(motet__depot *d);
/* Fills the empty stack with up to MOTET__BATCH records, zeroed when they are new. False: no memory. */
bool motet__depot_take(motet__depot *d, motet__stack *s);
/* Takes MOTET__BATCH records off a stack that has more than that. */
void motet__depot_give(motet__depot *d, motet__stack *s);
/* Makes sure that `n` records exist. */
bool motet__depot_reserve(motet__depot *d, uint32_t n);
/* Records that were handed out in batches and not given back: in use, or in some stack. */
uint32_t motet__depot_out(const motet__depot *d);
/* How many records there are, by a walk that ends after `most`: then one is in it twice. */
uint32_t motet__stack_count(const motet__stack *s, uint32_t most);

/* The record with that number, or NULL when there never was one. Any thread. */
static inline void *motet__depot_at(const motet__depot *d, uint32_t number)
{
    uint32_t chunk = number >> d->shift;
    if (chunk >= MOTET__CHUNKS) {
        return NULL;
    }
    /* acquire: partner of the release in grow (depot.c): the chunk's memory is there. */
    unsigned char *at = atomic_load_explicit(&d->chunks[chunk], memory_order_acquire);
    return at ? at + (size_t)(number & ((1u << d->shift) - 1u)) * d->size : NULL;
}

static inline void *motet__stack_pop(motet__stack *s)
{
    void *r = s->first;
    if (r) {
        s->first = *(void **)r;
        s->n--;
    }
    return r;
}

static inline void motet__stack_push(motet__stack *s, void *r)
{
    *(void **)r = s->first;
    s->first = r;
    s->n++;
}

#endif
