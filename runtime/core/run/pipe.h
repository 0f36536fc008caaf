/* pipe.h -- parcels from one worker to another: a ring with one writer and one reader, published in batches.
 *
 * The writer fills slots and publishes them once, at the end of its turn (_publish); what does not fit waits in the
 * writer's spill, in letters, and follows in order. The reader learns from its worker's `arrivals` that something was
 * published.
 *
 * Invariant: slots read .. tail-1 are the reader's, all others the writer's.
 */
#ifndef MOTET_CORE_PIPE_H
#define MOTET_CORE_PIPE_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "actor.h"
#include "depot.h"

typedef struct motet__letter { /* a parcel that waits: for room in a pipe, or from outside for its worker */
    struct motet__letter *next;
    motet__parcel parcel;
} motet__letter;

enum { MOTET__LETTER_SIZE = 128 };
_Static_assert(sizeof(motet__letter) <= MOTET__LETTER_SIZE, "a power of two, for the depot");

enum { MOTET__PIPE = 256 };

typedef struct motet__pipe {
    _Alignas(64) _Atomic uint32_t tail; /* published */
    uint32_t written;                   /* the writer's: filled */
    uint32_t read_seen;                 /* the writer's: what `read` was */
    motet__letter *spill_first, *spill_last; /* the writer's: a queue of its own */
    _Alignas(64) _Atomic uint32_t read;
    _Alignas(64) motet__parcel slots[MOTET__PIPE];
} motet__pipe;

/* The writer. False: there is no slot, or others wait for one already. */
bool motet__pipe_put(motet__pipe *p, const motet__parcel *parcel);
/* The writer: whether _put will find a slot. */
bool motet__pipe_room(motet__pipe *p);
/* The writer: behind those that wait for a slot. */
void motet__pipe_spill(motet__pipe *p, motet__letter *letter);
/* The writer: makes what it put visible; whether there is anything for the reader that it may not know of. Letters that
 * are done with go to `free`. */
bool motet__pipe_publish(motet__pipe *p, motet__stack *free);
/* What was put and not read, by whoever has both ends. */
uint32_t motet__pipe_count(const motet__pipe *p);
/* The reader: the oldest parcel, or NULL; it stays valid until _drop. */
static inline const motet__parcel *motet__pipe_peek(motet__pipe *p)
{
    uint32_t read = atomic_load_explicit(&p->read, memory_order_relaxed);
    /* acquire: partner of the release in motet__pipe_publish. */
    return read == atomic_load_explicit(&p->tail, memory_order_acquire) ? NULL : &p->slots[read % MOTET__PIPE];
}

static inline void motet__pipe_drop(motet__pipe *p)
{
    uint32_t read = atomic_load_explicit(&p->read, memory_order_relaxed);
    /* release: the slot was read; partner: the acquire in pipe.c. */
    atomic_store_explicit(&p->read, read + 1u, memory_order_release);
}

/* The writer: whether all that it ever put was read. */
bool motet__pipe_drained(const motet__pipe *p);
motet__pipe *motet__pipe_new(void); /* NULL: no memory */
void motet__pipe_free(motet__pipe *p);

#endif
