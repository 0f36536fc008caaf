/* memory.c -- a worker's memory: records from the depots, messages of sessions and blocks from its pool.
 *
 * Records (nodes, actors, timers) are freed where they are, and travel to whoever needs them by the depot, 64 at a
 * time. Messages and blocks have a home, the pool of the worker that made them, and go back to it in batches, since
 * freeing memory on one core that another allocated costs more than everything else that a message does. What threads
 * send that are no workers comes from a pool under a lock, the commons; in fixed mode workers turn to it last.
 */
#include "core.h"

enum { RETURN_BATCH = 32 };

void *motet__records_refill(motet__worker *w, motet__stack *s, motet__depot *d)
{
    if (w->sim && motet__sim_refill(w, s)) {
        return motet__stack_pop(s);
    }
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

static void push_returned(motet__worker *home, motet__message *first, motet__message *last)
{
    motet__message *head = atomic_load_explicit(&home->returned, memory_order_relaxed);
    do {
        last->next = head;
        /* release: the messages' links and the end of their use; partner: the exchange in motet__take_returned. */
    } while (!atomic_compare_exchange_weak_explicit(&home->returned, &head, first, memory_order_release,
                                                    memory_order_relaxed));
}

static void send_home(motet__worker *w, uint32_t home)
{
    motet__outbox *box = &w->outboxes[home];
    if (!box->first) {
        return;
    }
    push_returned(w->sys->cores[home], box->first, box->last);
    *box = (motet__outbox){0};
}

void motet__send_all_home(motet__worker *w)
{
    uint32_t n = atomic_load_explicit(&w->sys->n_cores, memory_order_acquire); /* acquire: the cores are there */
    for (uint32_t i = 0; i < n; i++) {
        send_home(w, i);
    }
}

void motet__take_returned(motet__worker *w)
{
    /* acquire: partner of the compare-and-swap in send_home. */
    motet__message *m = atomic_exchange_explicit(&w->returned, NULL, memory_order_acquire);
    while (m) {
        motet__message *next = m->next;
        motet__pool_put(&w->pool, m);
        m = next;
    }
}

/* ---- the commons ---- */

static motet__message *common_take(motet_system *sys, size_t size)
{
    motet__lock_take(sys->common);
    motet__message *m = motet__pool_take(&sys->commons, size);
    if (!m && sys->fixed) {
        m = motet__pool_take_any(&sys->commons, size);
    } else if (!m && motet__pool_grow(&sys->commons, size) == 0) {
        m = motet__pool_take(&sys->commons, size);
    }
    motet__lock_release(sys->common);
    return m;
}

static void common_put(motet_system *sys, motet__message *m)
{
    motet__lock_take(sys->common);
    motet__pool_put(&sys->commons, m);
    motet__lock_release(sys->common);
}

/* By a thread that is no worker's. */
static void free_outside(motet_system *sys, motet__message *m)
{
    if (m->home == MOTET__COMMONS) {
        common_put(sys, m);
        return;
    }
    motet__pool_forget(m);
    push_returned(sys->cores[m->home], m, m);
}

/* ---- messages ---- */

motet__message *motet__message_new(motet__worker *w, size_t size)
{
    if (motet__sim_fault(w->sim, MOTET_SIM_MEMORY)) {
        return NULL;
    }
    motet__message *m = motet__pool_take(&w->pool, size);
    if (!m) {
        motet__take_returned(w);
        m = motet__pool_take(&w->pool, size);
    }
    if (!m && w->sys->fixed) {
        m = motet__pool_take_any(&w->pool, size);
        m = m ? m : common_take(w->sys, size);
    } else if (!m && motet__pool_grow(&w->pool, size) == 0) {
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
    if (m->home == MOTET__COMMONS) {
        common_put(w->sys, m);
        return;
    }
    if (m->home == w->index) {
        motet__pool_put(&w->pool, m);
        return;
    }
    motet__outbox *box = &w->outboxes[m->home];
    motet__pool_forget(m);
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
    m->use = MOTET__AS_BLOCK;
    block *b = (block *)(void *)m->payload;
    atomic_store_explicit(&b->refs, 1, memory_order_relaxed);
    b->size = size;
    return b + 1;
}

void *motet__payload_new(motet__worker *w, size_t size)
{
    return make_block(size <= SIZE_MAX / 2 ? motet__message_new(w, sizeof(block) + size) : NULL, size);
}

void *motet__payload_common(motet_system *sys, size_t size)
{
    return make_block(size <= SIZE_MAX / 2 ? common_take(sys, sizeof(block) + size) : NULL, size);
}

size_t motet__payload_size(const void *bytes)
{
    return block_of(bytes)->size;
}

/* Drops a reference; its message when that was the last one, else NULL. */
static motet__message *unref(void *bytes)
{
    block *b = block_of(bytes);
    /* acq_rel: what others read of the block comes before its reuse; partners: each other. */
    if (atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) > 1) {
        return NULL;
    }
    motet__message *m = (motet__message *)(void *)((unsigned char *)b - offsetof(motet__message, payload));
    m->use = MOTET__AS_MESSAGE;
    return m;
}

void motet__payload_release(motet__worker *w, void *bytes)
{
    motet__message *m = unref(bytes);
    if (m) {
        motet__message_free(w, m);
    }
}

void motet__payload_release_outside(motet_system *sys, void *bytes)
{
    motet__message *m = unref(bytes);
    if (m) {
        free_outside(sys, m);
    }
}

void motet__payload_share(const void *bytes)
{
    /* relaxed: the caller has a reference already. */
    atomic_fetch_add_explicit(&block_of(bytes)->refs, 1, memory_order_relaxed);
}
