/* pool.h -- messages by size class, and session blocks: memory that steady state reuses and never allocates.
 *
 * Sequential: a message pool belongs to one worker; a block pool is used under its owner's lock. Messages that other
 * workers are done with come back in batches (core/worker.c). Memory goes back to the system in _fini only.
 */
#ifndef MOTET_MEM_POOL_H
#define MOTET_MEM_POOL_H
#include <stddef.h>
#include <stdint.h>

enum { MOTET__CLASSES = 28 }; /* whole messages of 32 << class bytes */

/* What a message's memory is used for: so that one that is not returned can be named. */
typedef enum motet__use { MOTET__AS_MESSAGE, MOTET__AS_BLOCK, MOTET__AS_STATE, MOTET__USES } motet__use;

typedef struct motet__message {
    struct motet__message *next; /* in a free list or on the way home */
    uint16_t label;              /* the receive label in the reader's automaton; MOTET_NONE if it has none */
    uint16_t home;               /* the worker whose pool it came from */
    uint8_t size_class;
    uint8_t use;                 /* motet__use, of one that is in use */
    _Alignas(max_align_t) unsigned char payload[];
} motet__message;

typedef struct motet__chunk {
    struct motet__chunk *next;
    uint32_t n, size_class;      /* of the messages in it */
    _Alignas(max_align_t) unsigned char bytes[];
} motet__chunk;

typedef struct motet__pool {
    motet__message *free[MOTET__CLASSES];
    motet__chunk *chunks;
    uint16_t home;
} motet__pool;

void motet__pool_init(motet__pool *p, uint16_t home);
void motet__pool_fini(motet__pool *p);
/* A message with room for `size` bytes of payload, not zeroed; NULL when the pool is empty: then try _grow. */
motet__message *motet__pool_take(motet__pool *p, size_t size);
/* The same, also of a larger size. */
motet__message *motet__pool_take_any(motet__pool *p, size_t size);
/* Allocates more messages of that size; -1 when there is no memory. */
int motet__pool_grow(motet__pool *p, size_t size);
/* Allocates until there are `n` of that size that are free; -1: no memory. */
int motet__pool_reserve(motet__pool *p, size_t size, uint32_t n);
/* Nobody uses its payload any more, though it is not back yet. */
void motet__pool_forget(motet__message *m);
/* Back to the pool that the message came from. Its `use` is MOTET__AS_MESSAGE again. */
void motet__pool_put(motet__pool *p, motet__message *m);
/* Adds up what is in use, by use: how many, and their bytes with heads. The pool can only be ended after it. */
void motet__pool_missing(motet__pool *p, uint64_t n[MOTET__USES], uint64_t bytes[MOTET__USES]);

/* Equal-sized zeroed blocks, carved one by one, kept in a stack once free. The first word of a free block is used. */
typedef struct motet__block_pool {
    size_t size;
    void *free;
    motet__chunk *chunks;
} motet__block_pool;

void motet__block_pool_init(motet__block_pool *p, size_t size);
void motet__block_pool_fini(motet__block_pool *p);
/* A block that was freed before, or NULL. */
void *motet__block_reuse(motet__block_pool *p);
/* A new zeroed block, or NULL when there is no memory. */
void *motet__block_new(motet__block_pool *p);
void motet__block_free(motet__block_pool *p, void *block);
/* How many are in use. */
uint32_t motet__block_missing(const motet__block_pool *p);

#endif
