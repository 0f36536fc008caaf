/* lane.h -- a bounded lane from one participant to another: one writer, one reader, in session order.
 *
 * The writer's credits are the free slots. A writer without credit declares that it waits and looks once more; a
 * reader that took something looks, once in each of its turns, whether the writer waits (_settle). Each side stores
 * first and loads the other's word after, both seq_cst, so that at least one of the two sees the other: no wake-up
 * is lost, and the reader pays for it by the turn and not by the message.
 *
 * A lossy lane (MOTET_DROP_OLDEST) never makes its writer wait: it takes the oldest message out of a full lane itself.
 * Then two take from it, so both work under `busy`, the reader from its look at a message until it has popped it; no
 * one is called meanwhile. A lane of a shared mailbox (room.c) is never full.
 */
#ifndef MOTET_CORE_LANE_H
#define MOTET_CORE_LANE_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <motet/actor.h>

#include "pool.h"
#include "port.h"
#include "ring.h"

typedef struct motet__lane {
    _Atomic uint32_t head;    /* ring position of the reader */
    _Atomic uint32_t tail;    /* ring position of the writer */
    _Atomic uint32_t waiting; /* 1: the writer found no room and will not look again by itself */
    _Atomic uint32_t busy;    /* 1: someone works on it; of a lossy lane */
    uint32_t capacity;
    uint16_t from, to;        /* roles */
    uint8_t policy;           /* motet_policy */
    bool shared;              /* its room is counted by the reader's actor */
    motet__message **slots;   /* [capacity] */
} motet__lane;

static inline void motet__lane_init(motet__lane *l)
{
    atomic_store_explicit(&l->head, 0, memory_order_relaxed);
    atomic_store_explicit(&l->tail, 0, memory_order_relaxed);
    atomic_store_explicit(&l->waiting, 0, memory_order_relaxed);
    atomic_store_explicit(&l->busy, 0, memory_order_relaxed);
}

static inline bool motet__lane_lossy(const motet__lane *l)
{
    return l->policy == MOTET_DROP_OLDEST;
}

enum { MOTET__LANE_SPINS = 64 };

/* Of a lossy lane: it is held for a few instructions, unless its holder's thread was interrupted in between. */
static inline void motet__lane_lock(motet__lane *l)
{
    /* acquire: partner of the release in _unlock. */
    for (uint32_t i = 1; atomic_exchange_explicit(&l->busy, 1, memory_order_acquire) != 0; i++) {
        if (i % MOTET__LANE_SPINS == 0) {
            motet__yield();
        } else {
            motet__pause();
        }
    }
}

static inline void motet__lane_unlock(motet__lane *l)
{
    atomic_store_explicit(&l->busy, 0, memory_order_release); /* release: partner of the acquire in _lock */
}

/* Writer: whether there is room. It stays so until the writer uses it. */
static inline bool motet__lane_room(const motet__lane *l)
{
    uint32_t tail = atomic_load_explicit(&l->tail, memory_order_relaxed);
    /* acquire: partner of the release in pop; the reader is done with the slot. */
    uint32_t head = atomic_load_explicit(&l->head, memory_order_acquire);
    return motet__ring_count(l->capacity, head, tail) < l->capacity;
}

/* Writer: appends; there is room. */
static inline void motet__lane_push(motet__lane *l, motet__message *m)
{
    uint32_t tail = atomic_load_explicit(&l->tail, memory_order_relaxed);
    l->slots[motet__ring_slot(l->capacity, tail)] = m;
    /* release: slot and message are visible to peek. */
    atomic_store_explicit(&l->tail, motet__ring_next(l->capacity, tail), memory_order_release);
}

/* Writer, when there is no room: true when it may suspend, for the reader will wake it; false: there is room now. */
static inline bool motet__lane_wait(motet__lane *l)
{
    uint32_t tail = atomic_load_explicit(&l->tail, memory_order_relaxed);
    atomic_store_explicit(&l->waiting, 1, memory_order_seq_cst);           /* seq_cst: partner of _settle's load */
    uint32_t head = atomic_load_explicit(&l->head, memory_order_seq_cst); /* seq_cst: partner of _settle's store */
    if (motet__ring_count(l->capacity, head, tail) == l->capacity) {
        return true;
    }
    atomic_store_explicit(&l->waiting, 0, memory_order_relaxed);
    return false;
}

/* Reader: the oldest message, or NULL. */
static inline motet__message *motet__lane_peek(const motet__lane *l)
{
    uint32_t head = atomic_load_explicit(&l->head, memory_order_relaxed);
    /* acquire: partner of the release in push. */
    uint32_t tail = atomic_load_explicit(&l->tail, memory_order_acquire);
    return head == tail ? NULL : l->slots[motet__ring_slot(l->capacity, head)];
}

/* Reader, after a peek that found something: gives the slot back to the writer. */
static inline void motet__lane_pop(motet__lane *l)
{
    uint32_t head = atomic_load_explicit(&l->head, memory_order_relaxed);
    /* release: partner of the acquire in push. */
    atomic_store_explicit(&l->head, motet__ring_next(l->capacity, head), memory_order_release);
}

/* Writer of a lossy lane: the message that had to go to make room, or NULL. */
static inline motet__message *motet__lane_push_lossy(motet__lane *l, motet__message *m)
{
    motet__message *oldest = NULL;
    motet__lane_lock(l);
    if (!motet__lane_room(l)) {
        oldest = motet__lane_peek(l);
        motet__lane_pop(l);
    }
    motet__lane_push(l, m);
    motet__lane_unlock(l);
    return oldest;
}

/* Reader, at the latest at the end of a turn in which it popped: true when the writer has to be woken. */
static inline bool motet__lane_settle(motet__lane *l)
{
    uint32_t head = atomic_load_explicit(&l->head, memory_order_relaxed);
    atomic_store_explicit(&l->head, head, memory_order_seq_cst); /* seq_cst: partner of _wait's load */
    if (!atomic_load_explicit(&l->waiting, memory_order_seq_cst)) { /* seq_cst: partner of _wait's store */
        return false;
    }
    atomic_store_explicit(&l->waiting, 0, memory_order_relaxed);
    return true;
}

/* Anyone: whether nothing is in it. True is stable once writer and reader have ended or rest. */
static inline bool motet__lane_empty(const motet__lane *l)
{
    /* acquire: partner of the releases in push and pop, so that head is not newer than what tail allows. */
    uint32_t head = atomic_load_explicit(&l->head, memory_order_acquire);
    return atomic_load_explicit(&l->tail, memory_order_acquire) == head; /* acquire: as above */
}

#endif
