/* cores.c -- workers are made and unmade; and threads for actors of their own. */
#include "core.h"

#include <stdlib.h>

motet__worker *motet__core_add(motet_system *sys, bool own_thread)
{
    uint32_t n = atomic_load_explicit(&sys->n_cores, memory_order_relaxed);
    motet__worker *w = n < MOTET__CORES ? aligned_alloc(64, (sizeof *w + 63u) / 64u * 64u) : NULL;
    if (!w) {
        return NULL;
    }
    memset(w, 0, sizeof *w);
    w->sys = sys;
    w->sim = sys->sim;
    w->index = (uint16_t)n;
    w->own_thread = own_thread;
    motet__gate_init(&w->gate, sys->two_sided);
    w->secret = sys->secret;
    w->chunks = sys->actor_records.chunks;
    w->told.kind = MOTET_TOLD;
    w->spin_for = sys->spin_ns;
    w->batch = MOTET__BATCH_OF_MAIL;
    w->until_look = 1;
    atomic_init(&w->wheel_next, MOTET__NEVER);
    motet__pool_init(&w->pool, w->index);
    motet__wheel_init(&w->wheel, motet__system_clock(sys));
    w->outboxes = calloc(MOTET__CORES, sizeof *w->outboxes);
    w->out = calloc(MOTET__CORES, sizeof(motet__pipe *));
    w->inject_lock = motet__lock_new(sys->sim);
    w->park = motet__lock_new(sys->sim);
    w->wake = motet__cond_new(sys->sim);
    if (!w->outboxes || !w->out || !w->inject_lock || !w->park || !w->wake) {
        motet__core_free(w);
        return NULL;
    }
    sys->cores[n] = w;
    atomic_store_explicit(&sys->n_cores, n + 1u, memory_order_release); /* release: partner of n_cores() in move.c */
    return w;
}

void motet__core_ended(motet_system *sys)
{
    motet__lock_take(sys->control);
    sys->n_threads--;
    motet__system_changed(sys);
    motet__lock_release(sys->control);
}

bool motet__core_start(motet__worker *w)
{
    atomic_fetch_add_explicit(&w->sys->n_busy, w->own_thread ? 0 : 1, memory_order_relaxed);
    motet__lock_take(w->sys->control);
    w->sys->n_threads++;
    motet__lock_release(w->sys->control);
    w->thread = motet__thread_start(w->sim, motet__worker_main, w);
    if (!w->thread) {
        motet__core_ended(w->sys);
    }
    return w->thread != NULL;
}

void motet__core_free(motet__worker *w)
{
    for (uint32_t i = 0; w->out && i < MOTET__CORES; i++) {
        motet__pipe_free(w->out[i]);
    }
    motet__pool_fini(&w->pool);
    motet__cond_free(w->wake);
    motet__lock_free(w->park);
    motet__lock_free(w->inject_lock);
    free(w->out);
    free(w->outboxes);
    free(w);
}

/* One whose actor has ended, or NULL. */
static motet__worker *retired_one(motet_system *sys)
{
    for (uint32_t i = sys->n_workers; i < atomic_load_explicit(&sys->n_cores, memory_order_relaxed); i++) {
        /* acquire: partner of the release in _retire. */
        if (atomic_exchange_explicit(&sys->cores[i]->retired, false, memory_order_acquire)) {
            return sys->cores[i];
        }
    }
    return NULL;
}

motet_err motet__core_for_actor(motet_system *sys, motet__worker *by, motet__worker **out)
{
    motet_err e = MOTET_OK;
    motet__leave(by);
    motet__lock_take(sys->moving);
    motet__worker *w = retired_one(sys);
    if (!w && sys->fixed) {
        e = MOTET_ENOMEM;
    } else if (!w) {
        w = motet__core_add(sys, true);
        bool limit = atomic_load_explicit(&sys->n_cores, memory_order_relaxed) == MOTET__CORES;
        e = w ? MOTET_OK : limit ? MOTET_ELIMIT : MOTET_ENOMEM;
    }
    if (w && !w->thread && !motet__core_start(w)) {
        motet__core_retire(w); /* to be tried again */
        e = MOTET_ETHREAD;
    }
    motet__lock_release(sys->moving);
    motet__enter(by);
    *out = e == MOTET_OK ? w : NULL;
    return e;
}

void motet__core_retire(motet__worker *w)
{
    atomic_store_explicit(&w->retired, true, memory_order_release); /* release: partner of retired_one */
}
