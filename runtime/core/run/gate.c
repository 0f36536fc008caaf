/* gate.c -- the slow sides of gate.h. */
#include "gate.h"

enum { SPINS = 100 };

static void lock(motet__gate *g)
{
    /* acquire: partner of the release in unlock. */
    for (uint32_t i = 1; atomic_exchange_explicit(&g->lock, 1, memory_order_acquire) != 0; i++) {
        if (i % SPINS == 0) {
            motet__yield();
        } else {
            motet__pause();
        }
    }
}

static void unlock(motet__gate *g)
{
    atomic_store_explicit(&g->lock, 0, memory_order_release); /* release: partner of the acquire in lock and _try */
}

void motet__gate_init(motet__gate *g, bool two_sided)
{
    g->biased = false;
    atomic_init(&g->inside, 0);
    atomic_init(&g->lock, 0);
    atomic_init(&g->wanted, two_sided ? MOTET__TWO_SIDED : 0);
}

void motet__gate_slow(motet__gate *g)
{
    motet__interleave();
    /* seq_cst: before the load of `wanted`; partner: the change of it in motet__gate_want. */
    atomic_exchange_explicit(&g->inside, 1, memory_order_seq_cst);
    if (atomic_load_explicit(&g->wanted, memory_order_seq_cst) & MOTET__WANTED) {
        motet__gate_leave(g);
        motet__gate_bias(g);
    }
}

void motet__gate_unbias(motet__gate *g)
{
    motet__gate_leave(g);
    lock(g);
    g->biased = false;
    unlock(g);
}

void motet__gate_bias(motet__gate *g)
{
    lock(g);
    g->biased = true;
    /* relaxed: whoever wants in takes the lock first. */
    atomic_store_explicit(&g->inside, 1, memory_order_relaxed);
    unlock(g);
}

void motet__gate_want(motet__gate *g)
{
    lock(g);
    if (g->biased) {
        /* seq_cst: before the load of `inside` in _force; partner: motet__gate_enter. */
        atomic_fetch_or_explicit(&g->wanted, MOTET__WANTED, memory_order_seq_cst);
    }
}

void motet__gate_force(motet__gate *g)
{
    if (!g->biased) {
        return;
    }
    /* seq_cst: as in _want; it is an acquire as well: partner of the release in motet__gate_leave. */
    for (uint32_t i = 1; atomic_load_explicit(&g->inside, memory_order_seq_cst) != 0; i++) {
        if (i % SPINS == 0) {
            motet__yield();
        } else {
            motet__pause();
        }
    }
}

bool motet__gate_try(motet__gate *g)
{
    /* acquire: partner of the release in unlock. */
    if (atomic_exchange_explicit(&g->lock, 1, memory_order_acquire) != 0) {
        return false;
    }
    if (g->biased) {
        unlock(g);
        return false;
    }
    return true;
}

void motet__gate_open(motet__gate *g)
{
    /* release: what was done is there; partner: the acquire in motet__gate_enter. */
    atomic_fetch_and_explicit(&g->wanted, ~(uint32_t)MOTET__WANTED, memory_order_release);
    unlock(g);
}
