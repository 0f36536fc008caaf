/* queue.h -- the two lock-free queues of the scheduler.
 *
 * motet__inbox: many producers, one consumer, intrusive (Vyukov's MPSC list with a stub). A producer swings `head`
 * and then links; between the two the consumer sees a gap and takes the queue for empty. That is harmless here:
 * every producer wakes the consumer after its push is complete.
 *
 * motet__runq: one owner pushes, everybody pops, bounded. Positions only grow; a slot is overwritten only after
 * `head` has passed it, so a thief that read a slot too late fails its compare-and-swap.
 */
#ifndef MOTET_CORE_QUEUE_H
#define MOTET_CORE_QUEUE_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct motet__link {
    _Atomic(struct motet__link *) next;
} motet__link;

typedef struct motet__inbox {
    _Atomic(motet__link *) head; /* last pushed */
    motet__link *tail;           /* next to pop; the consumer's */
    motet__link stub;
} motet__inbox;

static inline void motet__inbox_init(motet__inbox *q)
{
    atomic_init(&q->stub.next, NULL);
    atomic_init(&q->head, &q->stub);
    q->tail = &q->stub;
}

static inline void motet__inbox_push(motet__inbox *q, motet__link *n)
{
    atomic_store_explicit(&n->next, NULL, memory_order_relaxed);
    /* acq_rel: hands n's content on to the next pusher, and takes the previous node's `next` = NULL over from its. */
    motet__link *before = atomic_exchange_explicit(&q->head, n, memory_order_acq_rel);
    /* release: n's content is visible to the pop that loads this link. */
    atomic_store_explicit(&before->next, n, memory_order_release);
}

/* The oldest node, or NULL when there is none whose push is complete. Consumer only. */
static inline motet__link *motet__inbox_pop(motet__inbox *q)
{
    motet__link *tail = q->tail;
    /* acquire: partner of the release in push. */
    motet__link *next = atomic_load_explicit(&tail->next, memory_order_acquire);
    if (tail == &q->stub) {
        if (!next) {
            return NULL;
        }
        q->tail = tail = next;
        next = atomic_load_explicit(&tail->next, memory_order_acquire); /* acquire: as above */
    }
    if (!next) {
        /* acquire: partner of the exchange in push; the node is the last one, so the stub goes behind it. */
        if (atomic_load_explicit(&q->head, memory_order_acquire) != tail) {
            return NULL;
        }
        motet__inbox_push(q, &q->stub);
        next = atomic_load_explicit(&tail->next, memory_order_acquire); /* acquire: as above */
        if (!next) {
            return NULL;
        }
    }
    q->tail = next;
    return tail;
}

/* Whether a pop would find something. Consumer only. */
static inline bool motet__inbox_ready(motet__inbox *q)
{
    motet__link *tail = q->tail;
    if (atomic_load_explicit(&tail->next, memory_order_acquire)) { /* acquire: partner of the release in push */
        return true;
    }
    /* acquire: as in pop */
    return tail != &q->stub && atomic_load_explicit(&q->head, memory_order_acquire) == tail;
}

enum { MOTET__RUNQ = 256 };

typedef struct motet__runq {
    _Alignas(64) _Atomic uint32_t head;
    _Alignas(64) _Atomic uint32_t tail;
    _Atomic(void *) slots[MOTET__RUNQ];
} motet__runq;

static inline void motet__runq_init(motet__runq *q)
{
    atomic_init(&q->head, 0);
    atomic_init(&q->tail, 0);
    for (size_t i = 0; i < MOTET__RUNQ; i++) {
        atomic_init(&q->slots[i], NULL);
    }
}

/* Owner only; false when it is full. *backlog: how many are queued now. */
static inline bool motet__runq_push(motet__runq *q, void *item, uint32_t *backlog)
{
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);
    /* acquire: partner of the compare-and-swap in pop; whoever took the slot's old item has read it. */
    uint32_t head = atomic_load_explicit(&q->head, memory_order_acquire);
    if (tail - head >= MOTET__RUNQ) {
        return false;
    }
    atomic_store_explicit(&q->slots[tail % MOTET__RUNQ], item, memory_order_relaxed);
    /* seq_cst: publishes the slot to pop, and stands before the pusher's look at the sleepers; partner: a parking
     * worker counts itself as a sleeper before its last look at `tail` (worker.c, park). */
    atomic_store_explicit(&q->tail, tail + 1u, memory_order_seq_cst);
    *backlog = tail + 1u - head;
    return true;
}

/* Anyone; NULL when it is empty. */
static inline void *motet__runq_pop(motet__runq *q)
{
    /* acquire: partner of the compare-and-swap below, so that tail is read no older than head. */
    uint32_t head = atomic_load_explicit(&q->head, memory_order_acquire);
    for (;;) {
        /* acquire: partner of the store in push; the slot's content is there. */
        uint32_t tail = atomic_load_explicit(&q->tail, memory_order_acquire);
        if ((int32_t)(tail - head) <= 0) {
            return NULL;
        }
        void *item = atomic_load_explicit(&q->slots[head % MOTET__RUNQ], memory_order_relaxed);
        /* acq_rel: release says that the slot has been read, to push; acquire on failure as above. */
        if (atomic_compare_exchange_weak_explicit(&q->head, &head, head + 1u, memory_order_acq_rel,
                                                  memory_order_acquire)) {
            return item;
        }
    }
}

/* Whether it holds something; exact for the order that parking needs (see push). */
static inline bool motet__runq_busy(motet__runq *q)
{
    uint32_t head = atomic_load_explicit(&q->head, memory_order_seq_cst); /* seq_cst: partner of push's store */
    return atomic_load_explicit(&q->tail, memory_order_seq_cst) != head;  /* seq_cst: partner of push's store */
}

#endif
