/* memory.c -- a worker's memory: records from the depots, messages of sessions and blocks from its pool.
 *
 * Records (nodes, actors, timers) are freed where they are, and travel to whoever needs them by the depot, 64 at a
 * time. Messages and blocks have a home, the pool of the worker that made them, and go back to it in batches, since
 * freeing memory on one core that another allocated costs more than everything else that a message does.
 */
#include "core.h"

#include <stdlib.h>

enum { RETURN_BATCH = 32 };

#define HOMELESS UINT16_MAX /* a block that no worker made: malloc and free */

void *motet__records_refill(motet__worker *w, motet__stack *s, motet__depot *d)
{
    motet__lock_take(w->sys->grow);
    bool got = motet__depot_take(d, s);
    motet__lock_release(w->sys->grow);
    return got ? motet__stack_pop(s) : NULL;
}

void motet__records_spill(motet__worker *w, motet__stack *s, motet__depot *d)
{
    motet__lock_take(w->sys->grow);
    while (s->n > MOTET__KEEP / 2) {
        motet__depot_give(d, s);
    }
    motet__lock_release(w->sys->grow);
}

/* ---- messages that go home ---- */

static void send_home(motet__worker *w, uint32_t home)
{
    motet__outbox *box = &w->outboxes[home];
    if (!box->first) {
        return;
    }
    _Atomic(motet__message *) *returned = &w->sys->cores[home]->returned;
    motet__message *head = atomic_load_explicit(returned, memory_order_relaxed);
    do {
        box->last->next = head;
        /* release: the messages' links and the end of their use; partner: the exchange in take_returned. */
    } while (!atomic_compare_exchange_weak_explicit(returned, &head, box->first, memory_order_release,
                                                    memory_order_relaxed));
    *box = (motet__outbox){0};
}

void motet__send_all_home(motet__worker *w)
{
    uint32_t n = atomic_load_explicit(&w->sys->n_cores, memory_order_acquire); /* acquire: the cores are there */
    for (uint32_t i = 0; i < n; i++) {
        send_home(w, i);
    }
}

static void take_returned(motet__worker *w)
{
    /* acquire: partner of the compare-and-swap in send_home. */
    motet__message *m = atomic_exchange_explicit(&w->returned, NULL, memory_order_acquire);
    while (m) {
        motet__message *next = m->next;
        motet__pool_put(&w->pool, m);
        m = next;
    }
}

motet__message *motet__message_new(motet__worker *w, size_t size)
{
    motet__message *m = motet__pool_take(&w->pool, size);
    if (!m) {
        take_returned(w);
        m = motet__pool_take(&w->pool, size);
    }
    if (!m && !w->sys->fixed && motet__pool_grow(&w->pool, size) == 0) {
        m = motet__pool_take(&w->pool, size);
    }
    return m;
}

void motet__message_free(motet__worker *w, motet__message *m)
{
    if (m->home == w->index) {
        motet__pool_put(&w->pool, m);
        return;
    }
    if (m->home == HOMELESS) {
        free(m);
        return;
    }
    motet__outbox *box = &w->outboxes[m->home];
    m->next = box->first;
    box->first = m;
    box->last = box->last ? box->last : m;
    if (++box->n >= RETURN_BATCH) {
        send_home(w, m->home);
    }
}

/* ---- blocks ---- */

typedef struct block { /* in a message's payload; the user's bytes follow */
    _Atomic uint32_t refs;
    uint32_t reserved;
    size_t size;
} block;

_Static_assert(sizeof(block) == MOTET__BLOCK_HEAD, "as worker.h says");
_Static_assert(sizeof(block) % _Alignof(max_align_t) == 0, "the user's bytes are aligned for any type");

static block *block_of(const void *bytes)
{
    return (block *)(uintptr_t)bytes - 1;
}

static void *make_block(motet__message *m, size_t size)
{
    if (!m) {
        return NULL;
    }
    block *b = (block *)(void *)m->payload;
    atomic_store_explicit(&b->refs, 1, memory_order_relaxed);
    b->size = size;
    return b + 1;
}

void *motet__payload_new(motet__worker *w, size_t size)
{
    return make_block(size <= SIZE_MAX / 2 ? motet__message_new(w, sizeof(block) + size) : NULL, size);
}

void *motet__payload_homeless(size_t size)
{
    motet__message *m = size <= SIZE_MAX / 2 ? malloc(sizeof *m + sizeof(block) + size) : NULL;
    if (m) {
        m->home = HOMELESS;
    }
    return make_block(m, size);
}

size_t motet__payload_size(const void *bytes)
{
    return block_of(bytes)->size;
}

/* The last reference is gone? */
static bool unref(block *b)
{
    /* acq_rel: what others read of the block comes before its reuse; partners: each other. */
    return atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) == 1;
}

void motet__payload_release(motet__worker *w, void *bytes)
{
    block *b = block_of(bytes);
    if (unref(b)) {
        motet__message_free(w, (motet__message *)(void *)((unsigned char *)b - offsetof(motet__message, payload)));
    }
}

void motet__payload_share(const void *bytes)
{
    /* relaxed: the caller has a reference already. */
    atomic_fetch_add_explicit(&block_of(bytes)->refs, 1, memory_order_relaxed);
}
